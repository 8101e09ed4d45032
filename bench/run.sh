#!/usr/bin/env bash
# Builds the benches and runs them all, one after the other, each figure beside its limit. Alone on the
# machine it takes about ten minutes; `bench/run.sh quick` takes two and is for trying things out.
#   TOONO_BENCH_DIR: where they work, on the disk to be measured (default /tmp/toono-bench)
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${TOONO_BENCH_DIR:-/tmp/toono-bench}
many=3000000 million=1000000 most=10000000
if [ "${1:-}" = quick ]; then many=300000 million=100000 most=0; fi

[ -f build/release/build.ninja ] || cmake --preset release
cmake --build --preset release --target benches toono
bin=$PWD/build/release
show() { printf '\n# %s\n' "$*"; "$@"; }

lscpu | sed -n 's/^Model name: */machine: /p'
echo "cores: $(nproc), memory: $(free -m | awk '/^Mem/ {print $2}') MiB, $(uname -sr)"
show "$bin/pieces_bench" --benchmark_min_time=0.1
show "$bin/engine_bench" "$many" 256 "$dir/a"
show "$bin/edge_bench" "$million" 256 "$dir/a"
show "$bin/latency_bench" 20000 "$dir/a"
show "$bin/rebuild_bench" "$million" "$dir/a"
show "$bin/restart_bench" "$million" "$dir/a"
[ "$most" = 0 ] || show "$bin/engine_bench" "$most" 256 "$dir/a"
rm -rf "$dir/year" "$dir/year.key"
"$bin/toono" --log "embedded:$dir/year" simulate --seed 12355 > "$dir/year.txt"
show "$bin/question_bench" "$dir/year"
rm -rf "$dir/year" "$dir/year.key" "$dir/year.txt"
