# Sourced by the scripts here: messages, scratch directories, a broker; everything started is ended by its
# recorded process id when the script ends, and its directory removed.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
pids=()
dirs=()
broker_dir=

say() { printf '== %s\n' "$*" >&2; }
stop() { printf 'bench/peers: %s\n' "$*" >&2; exit 3; }

# scratch NAME: sets `made` to a new directory below TMPDIR that others may enter.
scratch() {
  made=$(mktemp -d "${TMPDIR:-/tmp}/toono-peers-$1.XXXXXX")
  chmod 755 "$made"
  dirs+=("$made")
}

clean_up() {
  local pid
  trap - EXIT INT TERM
  for pid in ${pids[@]+"${pids[@]}"}; do kill "$pid" 2>/dev/null || true; done
  for pid in ${pids[@]+"${pids[@]}"}; do wait "$pid" 2>/dev/null || true; done
  [ -z "$broker_dir" ] || "$root/tests/kafka/broker.sh" stop "$broker_dir" >/dev/null 2>&1 || true
  rm -rf ${dirs[@]+"${dirs[@]}"}
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# start_broker: one broker on a free port; sets brokers (HOST:PORT), broker_dir and broker_pid. One that the
# caller has started already is used instead: TOONO_BROKERS=HOST:PORT TOONO_BROKER_PID=PID.
start_broker() {
  if [ -n "${TOONO_BROKERS:-}" ]; then
    brokers=$TOONO_BROKERS broker_pid=${TOONO_BROKER_PID:-0}
    return
  fi
  local port
  port=$(python3 - <<'PY'
import random, socket
def free(port):
    with socket.socket() as s:
        try:
            s.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False
for _ in range(1000):
    port = random.randrange(20000, 30000, 2)
    if free(port) and free(port + 1):
        print(port)
        break
PY
)
  scratch broker
  broker_dir=$made
  say "a Kafka broker in $broker_dir"
  brokers=$(TOONO_KAFKA_HEAP=512m "$root/tests/kafka/broker.sh" start "$broker_dir" "$port") || stop "no broker could be started"
  broker_pid=$(cat "$broker_dir/pid")
}

# need PACKAGE...: installs what is missing, as run.sh and test.sh do.
need() { (. "$root/.ci/setup.sh" && install "$@"); }

# build_benches TARGET...: what is measured with; sets bin.
build_benches() {
  (. "$root/.ci/setup.sh" && install $packages_build librdkafka-dev default-jdk-headless maven &&
    cd "$root" && build release "${@:-limits_bench}" >&2)
  bin=$root/build/release
}
