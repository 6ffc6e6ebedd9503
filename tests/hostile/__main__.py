"""``python -m tests.hostile``: how hostile programs end under each limit on each engine, as a table.

Each program runs in a process of its own (``measure.py``). ``late`` is by how many milliseconds the call ended after its limit of time, without what others had the core for, ``peak`` the most heap bytes counted against the limit of memory,
``grown`` by how much the process's peak of resident memory rose during the call, both relative to the limit, ``after`` the milliseconds of the next call. After each call the state must be what it was,
and VM, machine code and the reference must have ended alike. Rows are kept in build/hostile, a file for each program; ``--keep`` writes the table of docs/limits.md from all that are there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.hostile.huge import programs as huge_programs
from tests.hostile.measure import LATE_MAX_MS, LIMITS, baseline, measure, measure_operation
from tests.hostile.programs import CATEGORIES

MEMORY_SLACK = 1.05
PROGRAM_S = 600.0


ROWS = Path("build/hostile")
PAGE = Path("docs/limits.md")
MARKS = ("<!-- measured -->\n", "<!-- end -->\n")

PROGRAMS = {**CATEGORIES, "huge": huge_programs()}
Row = dict[str, Any]


def child(category: str, name: str, limits: list[str]) -> list[Row]:
    command = [sys.executable, "-m", "tests.hostile", "--one", json.dumps([category, name, limits])]
    end: Row = {"category": category, "name": name, "engine": "all", "limit": "all"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROGRAM_S)
    except subprocess.TimeoutExpired:
        return [{**end, "code": "HANGS"}]
    if done.returncode != 0:
        return [{**end, "code": f"CRASH {done.returncode} {done.stderr.strip().splitlines()[-1:]}"}]
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def verdict(row: Row) -> str:
    """What is not as it should be."""
    problems = []
    code = str(row["code"])
    if not code.startswith("E") and code != "none":
        problems.append(code)
    if row.get("late", 0.0) > LATE_MAX_MS:
        problems.append("LATE")
    if row.get("peak", 0.0) > 1.0:
        problems.append("PEAK")
    if row.get("grown", 0.0) > MEMORY_SLACK + 0.02:
        problems.append("RSS")
    if row["limit"] == "output" and row.get("printed", 0) > LIMITS["output"].output:
        problems.append("OUTPUT")
    if "problem" in row:
        problems.append(str(row["problem"]))
    return " ".join(problems)


def line(row: Row) -> str:
    numbers = " ".join(f"{row.get(key, 0.0):8.2f}" for key in ("ms", "late", "peak", "grown", "after"))
    return f"{row['category']:10} {row['name']:26} {row['engine']:9} {row['limit']:6} {row['code'][:14]:14} {numbers}  {verdict(row)}"


def summary(rows: list[Row], base: float) -> str:
    """The table of the page: a line for each category and limit."""
    lines = [
        f"{len({(row['category'], row['name']) for row in rows})} programs; an empty loop ends {base:.1f} ms after its limit of time on the machine they were measured on.",
        "",
        "| category | limit | programs and engines | ended by | latest, ms | heap at most, of the limit | resident memory at most, of the limit | not as it should be |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for category in PROGRAMS:
        for limit in LIMITS:
            some = [row for row in rows if row["category"] == category and row["limit"] == limit]
            if not some:
                continue
            codes = {code: sum(row["code"] == code for row in some) for code in sorted({str(row["code"]) for row in some})}
            ended = ", ".join(f"{code} {count}" for code, count in codes.items())
            late = max(some, key=lambda row: row.get("late", -1e9))
            told = f"{late['late']:.0f} ({late['name']}, {late['engine']})" if limit == "time" else "-"
            peak, grown = (max(row.get(key, 0.0) for row in some) for key in ("peak", "grown"))
            bad = sum(verdict(row) != "" for row in some)
            lines.append(f"| {category} | {limit} | {len(some)} | {ended} | {told} | {peak:.2f} | {grown:.2f} | {bad} |")
    return "\n".join(lines) + "\n"


def keep(table: str) -> None:
    text = PAGE.read_text()
    before, rest = text.split(MARKS[0])
    _, after = rest.split(MARKS[1])
    PAGE.write_text(f"{before}{MARKS[0]}{table}{MARKS[1]}{after}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--one")
    parser.add_argument("--bad", action="store_true", help="only what is not as it should be")
    parser.add_argument("--keep", action="store_true", help=f"write the table of {PAGE}")
    parser.add_argument("--only", metavar="CATEGORY", choices=list(PROGRAMS), help="only this category")
    parser.add_argument("--limit", action="append", choices=list(LIMITS), help="only under this limit; repeatable")
    parser.add_argument("words", nargs="*", help="only programs whose category and name hold all of these")
    options = parser.parse_args()
    if options.one:
        category, name, limits = json.loads(options.one)
        program = PROGRAMS[category][name]
        print(json.dumps(measure_operation(name, program) if category == "huge" else measure(category, name, program, limits)))
        return
    base = baseline()
    ROWS.mkdir(parents=True, exist_ok=True)
    for category, programs in PROGRAMS.items():
        if options.only not in (None, category):
            continue
        for name in programs:
            if not all(word in f"{category} {name}" for word in options.words):
                continue
            found = child(category, name, options.limit or [])
            (ROWS / f"{category} {name}.json".replace("/", "_")).write_text(json.dumps(found))
            for row in found:
                if verdict(row) or not options.bad:
                    print(line(row), flush=True)
    rows: list[Row] = [row for path in sorted(ROWS.glob("*.json")) for row in json.loads(path.read_text())]
    table = summary(rows, base)
    print(table)
    if options.keep:
        keep(table)
    print(f"{sum(verdict(row) != '' for row in rows)} not as they should be")


if __name__ == "__main__":
    main()
