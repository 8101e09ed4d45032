#!/usr/bin/env python3
"""Checks the chain of every partition without any code of Toono: docs/log_format.md is all it knows.

  python3 docs/check_chain.py DIR      the data directory, or a backup

Prints PARTITION COUNTED HEAD VOID, to be compared with `toono verify`. It does not look at checksums, and reads
whole files into memory.

Ends with 0; 1 where a record is void, for the one owner of these files leaves none; 2 where there is no journal.
"""
import hashlib
import pathlib
import struct
import sys

heads, counted, void = {}, {}, {}


def take(partition, record):
    head = heads.get(partition)
    if head is not None and head not in record:      # `prev` stands in the record as 32 bytes
        void[partition] = void.get(partition, 0) + 1
        return
    counted[partition] = counted.get(partition, -1) + 1
    heads[partition] = hashlib.sha256(record).digest()


def up(n, to):
    return (n + to - 1) // to * to


if len(sys.argv) != 2:
    sys.exit(__doc__)
segments = sorted(pathlib.Path(sys.argv[1], "journal").glob("*.seg"))
if not segments:
    print(f"check_chain: there is no journal in {sys.argv[1]}", file=sys.stderr)
    sys.exit(2)
for path in segments:
    data = path.read_bytes()
    partitions = struct.unpack_from("<H", data, 12)[0]
    at = up(52 + 16 * partitions, 512)
    while data[at:at + 8] == b"TOONOFRM":
        length = struct.unpack_from("<I", data, at + 16)[0]
        body = data[at + 32:at + 32 + length]
        at += 48 + length
        if not length:
            continue
        count_of_groups = struct.unpack_from("<I", body)[0]
        groups = [struct.unpack_from("<BxHIQII", body, 8 + 24 * i) for i in range(count_of_groups)]
        place, lengths = 8 + 24 * len(groups), []
        for topic, _, count, *_ in groups:
            lengths.append(struct.unpack_from(f"<{count}I", body, place))
            place += 4 * count + (8 * count if topic == 0 else 0)
        place = up(place, 16)
        for (topic, partition, *_), sizes in zip(groups, lengths):
            for size in sizes:
                if topic == 1:
                    take(partition, body[place:place + size])
                place += up(size, 16)
for p in sorted(heads):
    print("r" if p == partitions - 1 else p, counted[p], heads[p].hex(), "void", void.get(p, 0))
if void:
    print("check_chain: there are void records: the journal is not whole; `toono verify` says where", file=sys.stderr)
    sys.exit(1)
