#!/usr/bin/env bash
# One Apache Kafka broker on loopback for benches and for trying things by hand (not for production).
#   tests/kafka/broker.sh start DIR [PORT]   formats DIR if it is new, starts, waits, prints HOST:PORT (default 9092)
#   tests/kafka/broker.sh stop DIR           ends it in good order; the data stays in DIR
# $TOONO_KAFKA_VERSION chooses the version (4.1.1), $TOONO_KAFKA_HEAP its memory (256m).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
stop() { printf 'toono: %s\n' "$*" >&2; exit 3; }
[ $# -ge 2 ] || stop "say what to do and where: $0 start DIR [PORT], or $0 stop DIR"
what=$1 dir=$2 port=${3:-9092}

alive() { [ -f "$dir/pid" ] && kill -0 "$(cat "$dir/pid")" 2>/dev/null; }
answers() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

case $what in
  start)
    alive && stop "a broker runs in $dir already (pid $(cat "$dir/pid"))"
    answers "$port" && stop "somebody listens on port $port: name another, $0 start $dir PORT"
    lib=$("$here/fetch.sh" "${TOONO_KAFKA_VERSION:-4.1.1}" | grep -o '/.*')
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    controller=$((port + 1))
    cat >"$dir/node.properties" <<END
process.roles=broker,controller
node.id=0
controller.quorum.voters=0@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$dir/data
auto.create.topics.enable=false
unclean.leader.election.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.cleaner.dedupe.buffer.size=2097152
END
    java=(java "-Xmx${TOONO_KAFKA_HEAP:-256m}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$lib/*")
    "${java[@]}" kafka.tools.StorageTool format -t VG9vbm8tdGVzdHMtMDAwMQ -c "$dir/node.properties" \
      --ignore-formatted >"$dir/format.log" 2>&1 || stop "$dir cannot be formatted: see $dir/format.log"
    cd "$dir"
    setsid "${java[@]}" kafka.Kafka "$dir/node.properties" >>"$dir/broker.log" 2>&1 </dev/null &
    echo $! >"$dir/pid"
    for _ in $(seq 600); do
      alive || stop "the broker ended: see $dir/broker.log"
      answers "$port" && { echo "127.0.0.1:$port"; exit 0; }
      sleep 0.1
    done
    stop "the broker does not answer: see $dir/broker.log"
    ;;
  stop)
    alive || stop "no broker runs in $dir"
    pid=$(cat "$dir/pid")
    kill "$pid"
    for _ in $(seq 300); do
      kill -0 "$pid" 2>/dev/null || { rm -f "$dir/pid"; exit 0; }
      sleep 0.1
    done
    kill -9 "$pid"
    rm -f "$dir/pid"
    ;;
  *) stop "$what is neither start nor stop" ;;
esac
