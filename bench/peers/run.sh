#!/usr/bin/env bash
# The limits, the engine and the peers, one after the other on this machine, as one table.
#   bench/peers/run.sh [limits|engine|streams|postgres|all]...     default all; two to three minutes each
# The figures also stay as JSON lines in build/peers. See README.md here for what is compared, and how.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
parts=("$@")
[ $# -gt 0 ] && [ "${1:-}" != all ] || parts=(limits engine streams postgres)
for part in "${parts[@]}"; do
  case $part in
    limits | engine | streams | postgres) ;;
    *) printf 'bench/peers: %s is not a part: limits, engine, streams, postgres or all\n' "$part" >&2; exit 2 ;;
  esac
done
mkdir -p "$root/build/peers"
files=()
for part in "${parts[@]}"; do
  "$here/$part.sh" >"$root/build/peers/$part.jsonl"
  files+=("$root/build/peers/$part.jsonl")
done
python3 "$here/table.py" "${files[@]}"
