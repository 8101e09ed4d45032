#!/usr/bin/env bash
# Puts what the integrators' examples need into build/venv (confluent-kafka to run them, jsonschema to check the contract) and
# build/java (what the Java example's pom names). Quick when it is there. Prints the interpreter.
set -euo pipefail
cd "$(dirname "$0")/../.."
stop() { printf 'toono: %s\n' "$*" >&2; exit 3; }
wanted="confluent-kafka==2.16.1 jsonschema==4.26.0"
venv=$PWD/build/venv
if [ "$(cat "$venv/holds" 2>/dev/null)" != "$wanted" ]; then
  mkdir -p build
  rm -rf "$venv"
  printf '== fetching %s for the examples of integrators\n' "$wanted" >&2
  python3 -m venv "$venv" || stop "python3 cannot make $venv: install python3-venv"
  # shellcheck disable=SC2086
  "$venv/bin/pip" install --quiet --disable-pip-version-check $wanted >&2 ||
    stop "$wanted could not be fetched from PyPI: is the network there?"
  printf '%s' "$wanted" >"$venv/holds"
fi
pom=docs/examples/java/pom.xml java=$PWD/build/java
if ! cmp -s "$pom" "$java/pom.xml"; then
  command -v mvn >/dev/null || stop "the Java example's libraries must be fetched and there is no mvn: install maven"
  rm -rf "$java"
  printf '== fetching what %s names\n' "$pom" >&2
  mvn --batch-mode --quiet -f "$pom" dependency:copy-dependencies -DoutputDirectory="$java" >&2 ||
    stop "what $pom names could not be fetched from Maven Central: is the network there?"
  cp "$pom" "$java/pom.xml"
fi
printf '%s\n' "$venv/bin/python3"
