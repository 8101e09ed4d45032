#!/usr/bin/env bash
# The event store on PostgreSQL: a private cluster on a socket in a directory of its own, pgbench with 1, 16 and
# 64 clients and at 1,000/s, kill -9. Prints one JSON line a measure.
#   bench/peers/postgres.sh [SECONDS=15]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
seconds=${1:-15}

find_server() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true; }
bin=$(find_server)
if [ ! -x "$bin/pgbench" ] || [ ! -x "$bin/postgres" ]; then
  # Debian would make a cluster and start it: ours is private, and the only one wanted.
  need postgresql-common
  [ "$(id -u)" -ne 0 ] || sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  need postgresql
  bin=$(find_server)
fi
[ -x "$bin/pgbench" ] || stop "there is no pgbench below /usr/lib/postgresql: apt-get install postgresql, then start again"
scratch postgres
work=$made
# The server refuses to run as root; Debian's package brings a user for it.
as_server() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
  id postgres >/dev/null 2>&1 || stop "start this as another user than root: there is no user postgres here"
  chown postgres "$work"
  as_server() { (cd "$work" && runuser -u postgres -- "$@"); }
fi
cp "$here"/postgres/*.sql "$here/postgres/command.pgbench" "$work/"
chmod a+r "$work"/*
export PGHOST=$work PGDATABASE=postgres PGUSER=toono

postmaster() { head -1 "$work/data/postmaster.pid" 2>/dev/null; }
# As a child of this script and not by pg_ctl: when it is killed somebody must take note of its end, or the next
# server thinks that it still runs (not every machine's process 1 does).
start_server() {
  as_server "$bin/postgres" -D "$work/data" >>"$work/server.log" 2>&1 &
  server=$!
  for _ in $(seq 1200); do
    as_server "$bin/pg_isready" -q && return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
  done
  return 1
}
end_server() {
  [ ! -e "$work/data/postmaster.pid" ] || as_server "$bin/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1 || true
  clean_up
}
trap end_server EXIT

say "PostgreSQL: a cluster in $work"
as_server "$bin/initdb" -D "$work/data" -U toono -A trust --no-locale -E UTF8 >/dev/null
as_server tee -a "$work/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$work'
max_connections = 100
# Durable before the answer, as the engine.
fsync = on
synchronous_commit = on
full_page_writes = on
# Sized for the machine; checkpoints are spread and rare.
shared_buffers = 1GB
wal_buffers = 64MB
max_wal_size = 8GB
checkpoint_timeout = 15min
wal_compression = lz4
jit = off
CONF
start_server || stop "PostgreSQL did not start: $(tail -3 "$work/server.log")"
as_server "$bin/psql" -q -v ON_ERROR_STOP=1 -f "$work/schema.sql"

# CPU seconds of the server: of the processes that live, and of those that have ended under the postmaster.
server_cpu() {
  local pid
  pid=$(postmaster)
  # A worker may have ended since it was listed.
  { cat "/proc/$pid/stat" $(pgrep -P "$pid" | sed 's|.*|/proc/&/stat|') 2>/dev/null || true; } |
    sed 's/^.*) //' | awk -v hz="$(getconf CLK_TCK)" '{ s += $12 + $13; if (NR == 1) s += $14 + $15 } END { print s / hz }'
}
resident_mib() {  # proportional, so that shared buffers count once
  local pid
  pid=$(postmaster)
  { cat $(printf '%s\n' "$pid" $(pgrep -P "$pid") | sed 's|.*|/proc/&/smaps_rollup|') 2>/dev/null || true; } |
    awk '/^Pss:/ { s += $2 } END { print int(s / 1024) }'
}
payload="\\x$(head -c 168 /dev/urandom | od -An -tx1 | tr -d ' \n')"
run=0
# bench LABEL CLIENTS [OPTION...]
bench() {
  local label=$1 clients=$2 before after count
  shift 2
  run=$((run + 1))
  rm -f "$work"/log.*
  before=$(server_cpu)
  as_server "$bin/pgbench" -n -f "$work/command.pgbench" -M prepared -c "$clients" -j 1 -T "$seconds" \
    -l --log-prefix="$work/log" -D t=-1 -D lag=$((400 / clients + 1)) -D run=$run -D payload="$payload" "$@" >"$work/pgbench.out" 2>&1 ||
    { cat "$work/pgbench.out" >&2 && stop "pgbench failed"; }
  after=$(server_cpu)
  # pgbench's log: client, number, microseconds, ...
  cat "$work"/log.* | awk '{ print $3 }' | sort -n >"$work/times"
  count=$(wc -l <"$work/times")
  awk -v label="$label" -v n="$count" -v s="$seconds" -v cpu="$(echo "$before $after" | awk '{ print $2 - $1 }')" '
    NR == int(n * 0.50) + 1 { p50 = $1 } NR == int(n * 0.99) + 1 { p99 = $1 }
    END { printf "{\"part\":\"postgres\",\"measure\":\"%s\",\"records\":%d,\"per_second\":%.0f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"client_cpu_s_per_million\":%.2f}\n",
      label, n, n / s, p50 / 1000, p99 / 1000, cpu * 1e6 / n }' "$work/times"
  total=$((${total:-0} + count))
}
# Every transaction was an accepted command, and the projections agree with the journal.
check() {
  local events wrong
  events=$(as_server "$bin/psql" -Atc "SELECT count(*) FROM events")
  [ "$events" -eq "$total" ] || stop "PostgreSQL: $total transactions, $events events: commands were refused"
  wrong=$(as_server "$bin/psql" -Atc "
    SELECT count(*) FROM (
      SELECT station, status AS state, count(*) AS n FROM cases GROUP BY 1, 2
      UNION ALL SELECT order_station, order_status, count(*) FROM cases WHERE order_status <> 0 GROUP BY 1, 2) AS c
    FULL JOIN (SELECT * FROM workloads WHERE n <> 0) AS w USING (station, state) WHERE c.n IS DISTINCT FROM w.n")
  [ "$wrong" -eq 0 ] || stop "PostgreSQL: $wrong workloads differ from the cases"
}

bench "1 client" 1
bench "16 clients" 16
bench "64 clients" 64
bench "16 clients, at 1000/s" 16 -R 1000
check
memory=$(resident_mib)
# So may a file.
disk=$({ du -sm --exclude=pg_wal "$work/data" 2>/dev/null || true; } | cut -f1)
wal=$({ du -sm "$work/data/pg_wal" 2>/dev/null || true; } | cut -f1)
printf '{"part":"postgres","measure":"after %d commands","memory_mib":%d,"disk_mib":%d,"wal_mib":%d}\n' \
  "$total" "$memory" "$disk" "$wal"

began=$(date +%s%N)
as_server "$bin/psql" -q -v ON_ERROR_STOP=1 -f "$work/rebuild.sql"
echo "$total $began $(date +%s%N)" | awk '{ s = ($3 - $2) / 1e9
  printf "{\"part\":\"postgres\",\"measure\":\"both projections made anew from the events\",\"records\":%d,\"per_second\":%.0f,\"seconds\":%.1f}\n", $1, $1 / s, s }'
[ -z "$(as_server "$bin/psql" -Atf "$work/compare.sql")" ] || stop "PostgreSQL: the cases made anew are not those that stand"

# Killed under load: from the kill to the first answer of the server that was started again at once.
as_server "$bin/pgbench" -n -f "$work/command.pgbench" -M prepared -c 16 -j 1 -T 30 \
  -D t=-1 -D lag=26 -D run=99 -D payload="$payload" >/dev/null 2>&1 &
load=$!
sleep 5
killed=$(date +%s%N)
kill -9 "$(postmaster)"
wait "$server" "$load" || true
# Backends notice by themselves; a new server waits for the last of them.
until start_server; do
  [ $(($(date +%s%N) - killed)) -lt 60000000000 ] || stop "PostgreSQL did not start again: $(tail -3 "$work/server.log")"
  sleep 0.05
done
as_server "$bin/psql" -Atqc "SELECT decide(gen_random_uuid(), gen_random_uuid(), 0, 1::smallint, 150000, 15000001, gen_random_uuid(), 150100, 0::smallint, '\\x00')" >/dev/null
printf '{"part":"postgres","measure":"kill -9 of the server, restarted at once","seconds":%s}\n' \
  "$(echo "$killed $(date +%s%N)" | awk '{ printf "%.1f", ($2 - $1) / 1e9 }')"
