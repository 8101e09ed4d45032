#!/usr/bin/env bash
# What Kafka itself allows, without deciding anything. Prints one JSON line a measure.
#   bench/peers/limits.sh [SECONDS=10]
set -euo pipefail
. "$(dirname "$0")/lib.sh"
build_benches
start_broker
"$bin/limits_bench" --brokers "$brokers" --broker-pid "$broker_pid" --prefix "limits-$$" --seconds "${1:-10}" --json
