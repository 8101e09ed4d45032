#!/usr/bin/env bash
# Sets up what is needed, builds, and passes every check: format, lint, the tests under sanitizers, the tests.
#   ./test.sh [quick]  quick: the release build's tests alone.
cd "$(dirname "$0")"
. .ci/setup.sh
# shellcheck disable=SC2086
install $packages_build $packages_checks
for version in 4.1.1 3.9.1; do tests/kafka/fetch.sh "$version" >/dev/null; done
tests/integrators/setup.sh >/dev/null

if [ "${1:-}" != quick ]; then
  say "format"
  git ls-files '*.cc' '*.h' | xargs clang-format-16 --dry-run --Werror || stop "clang-format-16 -i the files named above"
fi
build release all
if [ "${1:-}" != quick ]; then
  build asan tests_alone
  say "lint"
  # The sources as the sanitizers' build takes them, some files together, in a third of the time. clang cannot read gcc's
  # precompiled headers and does not know all its warnings.
  mkdir -p build/lint
  sed 's| -Winvalid-pch -include [^ ]*cmake_pch.hxx||; s/ -Wno-\(restrict\|stringop-[a-z]*\|maybe-uninitialized\)//g; s| -Wpedantic||' \
    build/asan/compile_commands.json >build/lint/compile_commands.json
  sed -n 's|^  "file": "\(.*\)",*$|\1|p' build/lint/compile_commands.json | grep -v '/tests/\|/bench/\|cmake_pch' |
    xargs -P "$(nproc)" -n 1 clang-tidy-16 -p build/lint --quiet --warnings-as-errors='*' 2>/dev/null ||
    stop "clang-tidy-16 found what is printed above"
  say "tests under the address and undefined behaviour sanitizers (all but those with a real broker, and the package)"
  ctest --preset asan --parallel "$(nproc)" --label-exclude 'kafka|package'
fi
say "tests"
ctest --preset release --parallel "$(nproc)"
