#!/usr/bin/env bash
# Builds the Debian package from a build directory and looks at what is in it.
#   tests/package.sh BUILD_DIR
set -euo pipefail
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stop() { printf 'package: %s\n' "$*" >&2; exit 1; }

(cd "$build" && cpack -G DEB -B "$work") >"$work/log" 2>&1 || { cat "$work/log" >&2; stop "cpack failed"; }
package=("$work"/*.deb)
[ -f "${package[0]}" ] || stop "there is no package"
dpkg-deb -c "${package[0]}" | awk '{print $1, $2, $6}' >"$work/content"
for wanted in "-rwxr-xr-x root/root ./usr/bin/toono" "-rw-r--r-- root/root ./usr/lib/systemd/system/toono.service" \
  "-rw-r--r-- root/root ./usr/share/doc/toono/docs/operations.md" "-rw-r--r-- root/root ./usr/share/doc/toono/copyright" \
  "-rw-r--r-- root/root ./usr/share/doc/toono/examples/toono.toml.example" "-rw-r--r-- root/root ./usr/share/man/man1/toono.1.gz"; do
  grep -qxF -e "$wanted" "$work/content" || { cat "$work/content" >&2; stop "not in it: $wanted"; }
done
depends=$(dpkg-deb -f "${package[0]}" Depends)
for library in librdkafka1 libsodium23 libssl3 libc6; do
  [[ $depends == *$library* ]] || stop "it does not depend on $library: $depends"
done
dpkg-deb -e "${package[0]}" "$work/control"
for script in postinst prerm postrm; do
  [ -x "$work/control/$script" ] || stop "there is no $script"
done
dpkg-deb -x "${package[0]}" "$work/root"
version=$("$work/root/usr/bin/toono" --version)
[ "$version" = "toono $(dpkg-deb -f "${package[0]}" Version)" ] || stop "the program says it is $version"
# The reader of the open format needs nothing else: it finds the schemas where it looks by itself.
doc=$work/root/usr/share/doc/toono
"$work/root/usr/bin/toono" --log "embedded:$work/log_of_its_own" init >/dev/null
python3 "$doc/docs/examples/verify_journal.py" "embedded:$work/log_of_its_own" >/dev/null ||
  stop "docs/examples/verify_journal.py does not do in the package what docs/integrators.md says"
# Every document that another names is there, and the manual page names every command.
grep -oh 'docs/[a-z_/]*[.][a-z]*' "$doc/README.md" "$doc"/docs/*.md | sort -u | while read -r named; do
  [ -e "$doc/$named" ] || stop "$named is named in a document and is not in the package"
done
zcat "$work/root/usr/share/man/man1/toono.1.gz" >"$work/manual"
"$work/root/usr/bin/toono" --help | sed -n 's/^  \([a-z]*\)   .*/\1/p' >"$work/commands"
[ "$(wc -l <"$work/commands")" -gt 20 ] || stop "no commands are found in its help"
while read -r command; do
  grep -q "^[.]BR .*\b$command\b" "$work/manual" || stop "packaging/toono.1 does not name $command"
done <"$work/commands"
# The service runs what the package brings, and no option that the program does not have.
serve=$(sed -n 's/^ExecStart=//p' "$work/root/usr/lib/systemd/system/toono.service")
[[ $serve == /usr/bin/toono\ * ]] || stop "the service runs something else: $serve"
serve=${serve//\/etc\/toono/$work\/nowhere}
# shellcheck disable=SC2086
said=$("$work/root"$serve 2>&1) && stop "the service began without its settings"
[[ $said == *"there is no such file"* ]] || stop "the service's command line is not understood: $said"
