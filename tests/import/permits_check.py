#!/usr/bin/env python3
"""Orders per group and year of the deadline, straight from the permit log: the calculation that the import is held against.

One order a case, at `case:group` (blank: "unassigned"); due = `case:deadline`; done = `case:enddate`, blank = open; on time =
done and not after due. The year is that of the deadline in UTC+8. Shares nothing with Toono. Prints a line a group and year,
separated by tabs: group, year, orders, on time, late, open; in front a line with the rows and the cases.
"""
import collections
import csv
import datetime
import sys

ZONE = datetime.timezone(datetime.timedelta(hours=8))


def instant(text):
    """The moment, exact to the microsecond; None for a blank."""
    return datetime.datetime.fromisoformat(text) if text.strip() else None


def main(path):
    cases, rows = {}, 0
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            said = (row["case:group"].strip() or "unassigned", instant(row["case:deadline"]), instant(row["case:enddate"]))
            if cases.setdefault(row["case:concept:name"], said) != said:
                sys.exit(f"row {rows}: the case says something else than in an earlier row")
    table = collections.defaultdict(lambda: {"on time": 0, "late": 0, "open": 0})
    for group, due, done in cases.values():
        verdict = "open" if done is None else "on time" if done <= due else "late"
        table[group, due.astimezone(ZONE).year][verdict] += 1
    print(rows, len(cases), sep="\t")
    for (group, year), counts in sorted(table.items()):
        print(group, year, sum(counts.values()), counts["on time"], counts["late"], counts["open"], sep="\t")


if __name__ == "__main__":
    main(sys.argv[1])
