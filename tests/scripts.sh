#!/usr/bin/env bash
# What run.sh and test.sh start ends with them (.ci/setup.sh), whether they are told to end or Ctrl-C is typed.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/script" <<END
. "$here/.ci/setup.sh"
scratch=$work/scratch
mkdir -p "\$scratch/left"
many() { echo 600 600 | xargs -P 2 -n 1 sleep; }
begin sleep 600
echo \$begun >"$work/groups"
begin many
echo \$begun >>"$work/groups"
echo >"$work/began"
finish "\$begun"
END
for signal in TERM INT; do
  rm -f "$work/began"
  set -m
  bash "$work/script" &
  set +m
  script=$!
  for _ in $(seq 100); do [ -e "$work/began" ] && break; sleep 0.1; done
  kill "-$signal" -- "-$script"
  wait "$script" 2>/dev/null && { echo "$signal: the script does not say that it was ended"; exit 1; }
  for group in $(cat "$work/groups"); do
    for _ in $(seq 100); do kill -0 -- "-$group" 2>/dev/null || continue 2; sleep 0.1; done
    kill -KILL -- "-$group"
    echo "$signal: group $group was left behind"
    exit 1
  done
  [ ! -e "$work/scratch" ] || { echo "$signal: its scratch directory was left behind"; exit 1; }
done
echo "scripts: what they start ends with them"
