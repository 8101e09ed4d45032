#!/usr/bin/env bash
# Sets up what is needed, builds, and plays a year of hotline work through the engine on the embedded log; then prints the
# region's year and the commands to go on with.
#   ./run.sh [DIR]     where the year is kept (default: build/demo). What is there from an earlier run is played anew.
cd "$(dirname "$0")"
. .ci/setup.sh
case ${1:-} in
  -h | --help) sed -n '2,4s/^# //p' run.sh; exit 0 ;;
  -*) stop "run.sh has no option $1: ./run.sh [DIR]" ;;
esac
[ $# -le 1 ] || stop "run.sh takes one directory: ./run.sh [DIR]"
dir=${1:-build/demo}
seed=12355
year=2026
# shellcheck disable=SC2086
install $packages_build
build release toono

toono() { build/release/toono --log "embedded:$dir" "$@"; }
if [ -e "$dir" ]; then
  # Only a store that says it is simulated is ours to throw away.
  toono --json status | grep -q '"simulated":true' || stop "$dir is there and is no simulated store: name another place, ./run.sh DIR"
  rm -rf "$dir" "$dir.key"
fi
mkdir -p "$(dirname "$dir")"
say "playing the year $year (seed $seed) into $dir"
apart toono simulate --seed "$seed" --year "$year"

say "what is open at the year's end, by tier"
for tier in I II III; do
  toono workload --tier "$tier" | awk 'NR <= 8 || /^together/ { print; next } { more++ } more == 1 { print "..." }'
done
say "the region's annual measures"
toono assess --year "$year" | grep -Ev '[.](line|hospital|court|school)'
say "on-time completion: the leagues and cities, best first"
toono rank on_time_completion --year "$year" --tier II --subtree
say "on-time completion of what was delegated: the five best and the five worst banners"
toono rank on_time_completion_delegated --year "$year" --tier III >build/rank.txt
awk 'NR <= 3 || $1 ~ /^[1-5]$/' build/rank.txt
echo "..."
awk '$1 ~ /^[0-9]+$/' build/rank.txt | tail -n 5
say "one figure, opened to its cases and events: the region's reopened cases"
toono explain reopen --year "$year" --limit 1
say "one case, from beginning to end"
number=$(toono --json find --state closed --station 150100 --limit 1 | python3 -c 'import json,sys; print(json.load(sys.stdin)["data"][0]["number"])')
toono history "$number"
say "the journal, proved complete and unchanged"
toono verify
printf -v log %q "embedded:$dir"
cat <<EOF

This was a simulated year. Go on with it:
  export TOONO_LOG=$log
  build/release/toono find --limit 5                     the newest cases and contacts
  build/release/toono show $number
  build/release/toono worklist 150100 --limit 10         what waits at Hohhot
  build/release/toono assess --year $year --station 150100 --subtree
  build/release/toono explain on_time_completion --station 150100 --year $year
  build/release/toono replay --as-of $year-07-01 -- workload --tier II
  build/release/toono --help
EOF
