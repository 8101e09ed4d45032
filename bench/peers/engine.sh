#!/usr/bin/env bash
# The engine on Kafka, one and two of them, beside the relay of the same bytes on the same broker in the same run;
# what a kill costs, and what a new node folds. Prints one JSON line a measure, or with `words` a table and the goals.
#   bench/peers/engine.sh [SECONDS=6] [words]
set -euo pipefail
. "$(dirname "$0")/lib.sh"
build_benches kafka_engine_bench
start_broker
scratch engine
form=(--json)
[ "${2:-}" = words ] && form=()
"$bin/kafka_engine_bench" --brokers "$brokers" --broker-pid "$broker_pid" --dir "$made/node" \
  --seconds "${1:-6}" ${form[@]+"${form[@]}"}
