# Sourced by run.sh, test.sh and .ci/run: what the build needs from Debian 12, installed only when it is missing.
set -euo pipefail

say() { printf '== %s\n' "$*" >&2; }
stop() { printf 'toono: %s\n' "$*" >&2; exit 3; }

# What a shell waits for does not hear who ends the shell. So what takes long runs in a process group of its own, and that ends
# with us, whatever ends us: begin COMMAND... starts it, finish "$begun" waits for it, apart COMMAND... does both.
declare -A groups=()
begin() {
  set -m
  "$@" </dev/null &
  set +m
  begun=$!
  groups[$begun]=1
}
finish() {
  local ended=0
  wait "$1" || ended=$?
  unset "groups[$1]"
  return "$ended"
}
apart() {
  begin "$@"
  finish "$begun"
}
scratch= # what they leave in it goes too
leave() {
  local group
  for group in "${!groups[@]}"; do kill -- "-$group" 2>/dev/null || true; done
  for group in "${!groups[@]}"; do wait "$group" 2>/dev/null || true; done
  if [ -n "$scratch" ]; then rm -rf --one-file-system "$scratch"; fi
}
trap leave EXIT

packages_build="g++ cmake ninja-build pkg-config git ca-certificates flatbuffers-compiler libflatbuffers-dev
  librocksdb-dev librdkafka-dev libfmt-dev libssl-dev libsodium-dev libcli11-dev libtomlplusplus-dev libboost1.81-dev
  doctest-dev librapidcheck-dev libbenchmark-dev ccache mold python3
  prometheus-cpp-dev libcivetweb-dev libjemalloc-dev dpkg-dev"
# Java and Maven run and fetch the broker of the tests (tests/kafka); a JDK, kcat and Python's venv run the examples of
# docs/integrators.md (tests/integrators); mmdebstrap makes the machine that the package is tried on (tests/clean_machine.sh).
packages_checks="clang-format-16 clang-tidy-16 openjdk-17-jdk-headless maven kcat python3-venv mmdebstrap"

# install PACKAGE...: quick when nothing is missing.
install() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null || stop "this machine has no apt-get: install ${missing[*]} by hand, then start again"
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || stop "packages are missing (${missing[*]}): start again as root or with sudo"
    root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${root[@]}" apt-get update -qq || stop "the package lists cannot be fetched: is the network there?"
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    >/dev/null || stop "packages could not be installed: ${missing[*]}"
}

# build PRESET TARGET...: a new build directory takes sixteen files at a time (of tests eight), in half the time; one that was
# configured by hand (docs/adding.md) stays as it is.
build() {
  local preset=$1 together=()
  shift
  say "building ($preset)"
  [ -e "build/$preset/CMakeCache.txt" ] || together=(-DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=16)
  cmake --preset "$preset" "${together[@]}" >/dev/null || stop "cmake could not configure the build ($preset)"
  apart cmake --build --preset "$preset" --parallel "$(nproc)" --target "$@" || stop "the build failed ($preset)"
}
