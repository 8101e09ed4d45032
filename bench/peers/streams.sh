#!/usr/bin/env bash
# The peer on Kafka Streams: tuned for throughput, tuned for latency, and one of two instances killed. Prints one
# JSON line a measure.
#   bench/peers/streams.sh [SECONDS=8]
# TOONO_PEER_DEFAULTS=1 also kills one of two instances that keep Kafka's own timeouts (45 s): takes two minutes more.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
seconds=${1:-8}
build_benches streams_load
jars=$root/build/peers/kafka-streams
say "building the Kafka Streams application"
mvn --batch-mode --quiet -f "$here/kafka-streams/pom.xml" -Dpeer.build="$jars" package dependency:copy-dependencies >&2 ||
  stop "the Kafka Streams application could not be built: is Maven Central there?"
start_broker
scratch streams
work=$made

# prepare NAME: topics of its own for a run, so that none starts with the state of another.
prepare() {
  name=streams-$$-$1
  topics=(--brokers "$brokers" --commands "$name.commands" --journal "$name.journal")
  "$bin/streams_load" "${topics[@]}" --make
}
# start_instance I SETTING...: sets `instance` to its process id; returns when it says that it runs.
start_instance() {
  local log=$work/$name-$1.log
  java -Xmx768m -XX:+UseParallelGC -Dorg.slf4j.simpleLogger.defaultLogLevel=error \
    -cp "$jars/streams-peer.jar:$jars/lib/*" peer.Main brokers="$brokers" application="$name" \
    commands="$name.commands" journal="$name.journal" state="$work/$name-$1" "${@:2}" >"$log" 2>&1 &
  instance=$!
  pids+=("$instance")
  for _ in $(seq 600); do
    grep -q "state RUNNING" "$log" && return 0
    kill -0 "$instance" 2>/dev/null || { cat "$log" >&2; stop "the Kafka Streams application ended"; }
    sleep 0.1
  done
  stop "the Kafka Streams application does not run after a minute: see its last words: $(tail -3 "$log")"
}
end_instance() { kill "$1" 2>/dev/null && wait "$1" 2>/dev/null || true; }
load() { "$bin/streams_load" "${topics[@]}" --broker-pid "$broker_pid" --json "$@"; }

# tuned LABEL COMMIT_MS IN_FLIGHT
tuned() {
  say "Kafka Streams, $1: a commit every $2 ms"
  prepare "$1"
  start_instance 1 commit-ms="$2" threads=2 session-ms=6000
  load --label "$1" --app-pids "$instance" --in-flight "$3" --seconds "$seconds" | tee "$work/figures"
  printf '{"part":"streams","measure":"%s, after %d commands","memory_mib":%d,"disk_mib":%d,"topics_mib":%s}\n' \
    "$1" "$(records)" "$(($(awk '/VmHWM/ { print $2 }' "/proc/$instance/status") / 1024))" \
    "$(mib "$work/$name-1")" "$(topics_mib)"
}
records() { grep -o '"records":[0-9]*' "$work/figures" | cut -d: -f2 | awk '{ s += $1 } END { print s }'; }
# A file may go while it is counted: that is no failure.
mib() { { du -cm "$@" 2>/dev/null || true; } | tail -1 | cut -f1; }
topics_mib() { [ -n "$broker_dir" ] && mib "$broker_dir"/data/"$name"* || echo null; }
# The stores are made anew from their changelogs, as after the loss of a disk. How many commands a second that
# makes up for; the group's time-outs do not count.
restored() {
  end_instance "$instance"
  rm -rf "$work/$name-1" "$work/$name-1.log"
  start_instance 1 commit-ms=100 threads=2 session-ms=6000
  awk -v n="$(records)" '/^restored/ {
    printf "{\"part\":\"streams\",\"measure\":\"stores restored from %d changelog records\",\"records\":%d,\"per_second\":%.0f,\"seconds\":%.1f}\n", $2, n, n / $3, $3
  }' "$work/$name-1.log"
}
# killed LABEL SETTING...
killed() {
  say "Kafka Streams, $1: one of two instances is killed"
  prepare "killed-$((++kills))"
  local first
  start_instance 1 threads=1 standby=1 "${@:2}"
  first=$instance
  start_instance 2 threads=1 standby=1 "${@:2}"
  load --label "$1" --warm-up 10 --kill "$instance"
  wait "$instance" 2>/dev/null || true
  end_instance "$first"
}

kills=0
tuned throughput 100 256,1024,4096,32768
restored
end_instance "$instance"
tuned latency 5 256,4096
end_instance "$instance"
killed "session 6 s, standby" commit-ms=100 session-ms=6000
[ -z "${TOONO_PEER_DEFAULTS:-}" ] || killed "session 45 s, standby" commit-ms=100
