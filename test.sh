#!/usr/bin/env bash
# Sets up what is needed, builds, and passes every check: format, lint, the tests under sanitizers, the tests.
#   ./test.sh [quick]  quick: the release build's tests alone.
cd "$(dirname "$0")"
. .ci/setup.sh
case ${1:-} in
  '' | quick) ;;
  -h | --help) sed -n '2,3s/^# //p' test.sh; exit 0 ;;
  *) stop "test.sh takes quick or nothing, and no $1: ./test.sh [quick]" ;;
esac
# shellcheck disable=SC2086
install $packages_build $packages_checks

fetch() {
  for version in 4.1.1 3.9.1; do tests/kafka/fetch.sh "$version" || return; done
  tests/integrators/setup.sh
}

# The sources, many together: clang-tidy looks at every header again for each unit, and that is nearly all it does. It does
# not know all of gcc's warnings.
lint() {
  say "lint"
  cmake --preset lint >build/lint.log || { cat build/lint.log >&2; stop "cmake could not configure the build (lint)"; }
  cmake --build --preset lint --target toono_schema_files || stop "the schemas' headers could not be made (lint)"
  sed -i 's/ -Wno-\(restrict\|stringop-[a-z]*\|subobject-linkage\)//g; s| -Wpedantic||' build/lint/compile_commands.json
  sed -n 's|^  "file": "\(.*\)",*$|\1|p' build/lint/compile_commands.json | grep '/lint_' |
    xargs -P "$(nproc)" -n 1 clang-tidy-16 -p build/lint --quiet --warnings-as-errors='*' 2>/dev/null ||
    stop "clang-tidy-16 found what is printed above"
}

sanitizers() {
  build asan tests_alone
  say "tests under the address and undefined behaviour sanitizers (all but those with a real broker, and the package)"
  apart ctest --preset asan --parallel "$(nproc)" --label-exclude 'kafka|package' ||
    stop "a test failed under the sanitizers, as printed above"
}

if [ "${1:-}" != quick ]; then
  say "format"
  git ls-files '*.cc' '*.h' | xargs clang-format-16 --dry-run --Werror || stop "clang-format-16 -i the files named above"
fi

# What the tests fetch comes while the compiler works.
mkdir -p build
begin fetch >build/fetch.log 2>&1
fetching=$begun
build release all
finish "$fetching" || { cat build/fetch.log >&2; stop "what the tests need could not be fetched, as said above"; }

scratch=$(mktemp -d)
chmod 711 "$scratch" # other users look for what is theirs in it
export TMPDIR=$scratch # a test that is killed leaves its files behind

if [ "${1:-}" = quick ]; then
  say "tests"
  apart ctest --preset release --parallel "$(nproc)" || stop "a test failed, as printed above"
  exit
fi

# The tests with brokers mostly wait. What only computes runs beside them, and takes no time that they want: their time-outs
# are those of a broker. Their output comes in one piece, when both are done.
say "tests (what they say is in build/tests.log, and comes at the end)"
begin ctest --preset release --parallel "$(nproc)" >build/tests.log 2>&1
tests=$begun
chrt --idle --pid 0 $$ 2>/dev/null || renice -n 19 $$ >/dev/null
apart lint
sanitizers
passed=0
finish "$tests" || passed=$?
say "tests"
cat build/tests.log
[ "$passed" -eq 0 ] || stop "a test failed, as printed above (build/tests.log)"
