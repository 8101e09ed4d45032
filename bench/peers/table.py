"""Prints the JSON lines of limits.sh, streams.sh and postgres.sh as one table: table.py FILE..."""
import json
import sys

COLUMNS = [
    ("records/s", "per_second", "{:,.0f}"),
    ("p50 ms", "p50_ms", "{:.2f}"),
    ("p99 ms", "p99_ms", "{:.2f}"),
    ("CPU s/M", "client_cpu_s_per_million", "{:.2f}"),
    ("broker CPU s/M", "broker_cpu_s_per_million", "{:.2f}"),
]
# What has no column of its own is said in words behind the measure.
WORDS = [
    ("memory_mib", "memory {:,} MiB"),
    ("disk_mib", "stores {:,} MiB"),
    ("topics_mib", "topics {:,} MiB"),
    ("wal_mib", "WAL {:,} MiB"),
    ("seconds", "{:.1f} s"),
    ("partitions_held_up", "{} of 12 partitions held up"),
    ("seconds_slowest_partition", "all answer again after {:.1f} s"),
]


def cells(figure):
    for _, key, form in COLUMNS:
        value = figure.get(key)
        yield "" if value is None else form.format(value)


def main(files):
    lines = [json.loads(line) for file in files for line in open(file) if line.strip()]
    width = max((len(line["part"] + line["measure"]) for line in lines), default=0) + 4
    print(" " * width + "".join(f"{title:>16}" for title, _, _ in COLUMNS))
    part = None
    for line in lines:
        if part not in (None, line["part"]):
            print()
        part = line["part"]
        words = ", ".join(form.format(line[key]) for key, form in WORDS if line.get(key) is not None)
        name = f"{part}: {line['measure']}"
        row = f"{name:<{width}}" + "".join(f"{cell:>16}" for cell in cells(line))
        print((row.rstrip() + "  " + words).rstrip())


main(sys.argv[1:])
