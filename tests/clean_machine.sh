#!/usr/bin/env bash
# Installs the Debian package on a Debian 12 that has nothing beside it, uses it, and takes it away again. Needs root, mmdebstrap and
# Debian's packages; the bare system is fetched once a week and kept in $TOONO_DEBIAN_CACHE (default ~/.cache/toono).
#   tests/clean_machine.sh BUILD_DIR|PACKAGE.deb
set -euo pipefail
stop() { printf 'clean machine: %s\n' "$*" >&2; exit 1; }
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || stop "it makes a system of its own: start it as root or with sudo"
  exec sudo -E "$0" "$@"
fi
command -v mmdebstrap >/dev/null || stop "there is no mmdebstrap: install it, then start again"
from=$(realpath "$1")
# A namespace of its own: what is mounted and started in it goes with it. Not every container may make one; 77 is ctest's "skipped".
if ! unshare --mount --pid --fork true 2>/dev/null; then
  echo "clean machine: SKIPPED: this system lets nobody make a namespace; try the package on a machine, or in a container that may" >&2
  exit 77
fi
if [ "${2:-}" != inside ]; then exec unshare --mount --pid --fork --kill-child -- "$0" "$from" inside; fi
mount --make-rprivate /
work=$(mktemp -d)
root=$work/root
leave() {
  umount -R -l "$root/proc" "$root/dev" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap leave EXIT

package=$from
if [ -d "$from" ]; then
  (cd "$from" && cpack -G DEB -B "$work") >"$work/log" 2>&1 || { cat "$work/log" >&2; stop "cpack failed"; }
  package=$(echo "$work"/*.deb)
fi
[ -f "$package" ] || stop "there is no package $package"

cache=${TOONO_DEBIAN_CACHE:-${HOME:-/root}/.cache/toono}
base=$cache/debian-12.tar
if [ -z "$(find "$base" -mtime -7 2>/dev/null)" ]; then
  mkdir -p "$cache"
  rm -rf --one-file-system "$base.new" # of a fetch that was cut short
  mmdebstrap --quiet --format=tar --variant=apt bookworm "$base.new" || stop "a bare Debian 12 could not be fetched: is the network there?"
  mv "$base.new" "$base"
fi
mkdir "$root"
tar -C "$root" -xf "$base" --exclude './dev/*'
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
apt() { inside apt-get -qq -o Dpkg::Use-Pty=0 "$@" >"$work/apt" 2>&1 || { cat "$work/apt" >&2; stop "apt-get $* failed"; }; }
# says WHAT COMMAND...: what it answers holds these words.
says() {
  local what=$1 said
  shift
  said=$(inside "$@" 2>&1) || stop "$* failed: $said"
  [[ $said == *"$what"* ]] || stop "$* does not say '$what' but: $said"
}
is() { [ "$(inside stat -c '%U:%G %a' "$1" 2>&1)" = "$2" ] || stop "$1 is not $2: $(inside stat -c '%U:%G %a' "$1" 2>&1)"; }

# ---- the package alone, with what it depends on
cp "$package" "$root/root/toono.deb"
apt update
apt install --no-install-recommends /root/toono.deb
says "toono $(dpkg-deb -f "$package" Version)" toono --version
inside getent passwd toono | grep -q '^toono:x:[0-9]*:[0-9]*::/var/lib/toono:/usr/sbin/nologin$' || stop "the user is not as it must be"
is /etc/toono "root:toono 750"
is /var/lib/toono "toono:toono 700"
[ ! -e "$root/etc/systemd/system/multi-user.target.wants/toono.service" ] || stop "it would start by itself"
for file in README.md copyright docs/operations.md docs/examples/follow_events.py examples/toono.toml.example; do
  [ -s "$root/usr/share/doc/toono/$file" ] || stop "there is no /usr/share/doc/toono/$file"
done

# ---- a deployment, a command, a question, a proof, as the service's user
toono() { inside setpriv --reuid toono --regid toono --clear-groups toono --log embedded:/var/lib/toono/data "$@"; }
toono init >/dev/null || stop "init failed"
toono template RegisterCase | toono --as 15000001@150000 --json send >"$work/sent" || stop "send failed: $(cat "$work/sent")"
grep -q '"outcome":"accepted"' "$work/sent" || stop "the command was not accepted: $(cat "$work/sent")"
[ "$(toono --json find --limit 5 | grep -o '"number":' | wc -l)" -eq 1 ] || stop "the case is not found"
toono verify >/dev/null || stop "verify failed"
says "one case, contact" toono --help
says "JSON lines" toono send --help

# ---- with systemd and man, as a server has them
apt install --no-install-recommends systemd man-db
says "case management" man --encoding=UTF-8 --pager=cat toono
inside systemd-analyze verify /lib/systemd/system/toono.service >"$work/unit" 2>&1 || { cat "$work/unit" >&2; stop "the unit is not in order"; }
[ ! -s "$work/unit" ] || { cat "$work/unit" >&2; stop "the unit has warnings"; }
inside systemctl enable toono.service >/dev/null 2>&1 || stop "the service cannot be enabled"
[ -L "$root/etc/systemd/system/multi-user.target.wants/toono.service" ] || stop "the service is not enabled"

# ---- again over itself, away, and purged
apt install --reinstall --no-install-recommends /root/toono.deb
[ -L "$root/etc/systemd/system/multi-user.target.wants/toono.service" ] || stop "an upgrade disabled the service"
echo key >"$root/etc/toono/master.key"
apt remove toono
[ ! -e "$root/usr/bin/toono" ] || stop "the program is still there"
[ ! -L "$root/etc/systemd/system/multi-user.target.wants/toono.service" ] || stop "the service is still enabled"
for kept in /etc/toono/master.key /var/lib/toono/data/journal /var/lib/toono/data.key; do
  [ -e "$root$kept" ] || stop "removing it took $kept away"
done
apt purge toono
for place in /etc/toono /var/lib/toono; do
  [ -d "$root$place" ] || stop "the purge took $place away, with what was in it"
  grep -q "toono: $place is kept" "$work/apt" || { cat "$work/apt" >&2; stop "the purge does not say that $place is kept"; }
done
inside getent passwd toono >/dev/null || stop "the user went, and its files are nobody's"
[ ! -e "$root/usr/share/doc/toono" ] || stop "documents are still there"
rm -r "$root/etc/toono/master.key" "$root/var/lib/toono/"*
apt install --no-install-recommends /root/toono.deb
apt purge toono
for place in /etc/toono /var/lib/toono; do
  [ ! -e "$root$place" ] || stop "the purge left $place, and nothing was in it"
done
echo "clean machine: $(basename "$package") installs, works, and goes"
