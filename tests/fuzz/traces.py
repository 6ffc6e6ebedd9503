"""Traces with parts of them changed: JSON lines, and the marks that engines leave. They are read, checked, told, compared, converted and run again, or refused."""

from __future__ import annotations

import functools
import io
import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import belljar
from belljar import ExplanationEngine, ReplayEngine
from belljar.errors import BellError
from belljar.runtime.recording import Recording
from belljar.safety.limits import Limits
from belljar.trace.compare import compare
from belljar.trace.formats import json_lines
from belljar.trace.formats.table import FORMATS
from belljar.trace.recorded import RecordedTrace
from tests.fuzz.mutation import NUMBERS, changed
from tests.fuzz.target import Target

TEXT = """
class P:
    def __init__(self, x):
        self.x = x
    def twice(self):
        return self.x * 2

def each(n):
    for i in range(n):
        yield i * i

def fact(n):
    return 1 if n < 2 else n * fact(n - 1)

def main(n: int, name: str) -> list[str]:
    out = []
    table = {"a": [1, 2.5, None], 3: (True, b"x")}
    total = 0
    for i, square in enumerate(each(n)):
        if square > 3:
            total += square
            table[i] = [P(i).twice(), name]
        elif square == 1:
            continue
        else:
            out.append(f"{name}{i:>4}")
    while total > 10:
        total -= 7
        if total < 12:
            break
    try:
        out[99] = "x"
    except IndexError as problem:
        out.append(str(problem))
    match total:
        case 1 | 2:
            out.append("few")
        case _:
            out.append(str(fact(8)))
    print(total, out)
    big = [x ** 9 for x in range(n)]
    with_set = {1, 2, len(big)}
    return out
"""
LIMITS = Limits(fuel=200_000, memory=8 << 20, depth=60, output=10_000, time=10.0)


@functools.cache
def recorded(level: str) -> RecordedTrace:
    program = belljar.compile(TEXT, "traced.bell", cache=False, limits={"fuel": 200_000, "memory": 8 << 20, "time": 10.0})
    made = Recording(program, level, grants=("io.*",)).call("main", 5, "é")
    assert isinstance(made, RecordedTrace)
    return made


@functools.cache
def lines(level: str) -> bytes:
    out = io.StringIO()
    json_lines.write(recorded(level), out)
    return out.getvalue().encode()


def json_changed(rnd: Random, value: Any) -> Any:
    """A value with one place of it set to something else."""
    if isinstance(value, (dict, list)) and value and rnd.random() < 0.85:
        copy: Any = dict(value) if isinstance(value, dict) else list(value)
        key = rnd.choice(list(copy)) if isinstance(copy, dict) else rnd.randrange(len(copy))
        if isinstance(copy, dict) and rnd.random() < 0.15:
            if rnd.random() < 0.5:
                del copy[key]
            else:
                copy[rnd.choice(("$tuple", "$int", "line", "", "name", "x"))] = copy[key]
        else:
            copy[key] = json_changed(rnd, copy[key])
        return copy
    return rnd.choice(
        (*NUMBERS, None, True, "", "x", "\0", 1.5, -1e308, [], {}, [[]], {"$tuple": [1]}, {"$int": "9" * 40}, {"$bytes": "!"}, "a" * 5000)
    )


def make(rnd: Random) -> bytes:
    data = lines(rnd.choice(("full", "full", "calls")))
    if rnd.random() < 0.4:
        return changed(rnd, data)
    rows = data.splitlines(keepends=True)
    for _ in range(rnd.choice((1, 1, 2, 3))):
        at = 0 if rnd.random() < 0.1 else rnd.randrange(len(rows))
        match rnd.randrange(8):
            case 0:
                del rows[at]
            case 1:
                rows.insert(rnd.randrange(len(rows) + 1), rows[at])
            case 2:
                other = rnd.randrange(len(rows))
                rows[at], rows[other] = rows[other], rows[at]
            case _:
                rows[at] = json.dumps(json_changed(rnd, json.loads(rows[at])), allow_nan=True).encode() + b"\n"
        if not rows:
            return b""
    if rnd.random() < 0.7:  # the right number of events at the end
        head = sum(row.startswith((b'{"call"', b'{"step"', b'{"belljar')) for row in rows)
        rows[-1] = b'{"end": %d}\n' % max(0, len(rows) - 1 - head)
    return b"".join(rows)


def told(trace: Any, rnd: Random) -> None:
    """Do with a trace what can be done with one. What it is refused with may differ from use to use."""
    engine = ExplanationEngine()
    program = belljar.compile(TEXT, "traced.bell")
    uses = (
        lambda: ReplayEngine.replay(trace),
        lambda: list(engine.text(trace)),
        lambda: engine.html(trace, source=TEXT),
        lambda: compare(trace, recorded("full")),
        lambda: [trace[at] for at in (0, len(trace) // 2, len(trace) - 1)] if len(trace) else None,
        lambda: ReplayEngine.re_execute(trace, program),
        *((lambda one=one: one.write(trace, io.StringIO(), "a")) for one in FORMATS.values()),
    )
    first: BellError | None = None
    again = {"E0302", "E0403", "E0404", "E0205", "E0206"}  # arguments that the program does not take
    for one in rnd.sample(uses, 4):
        try:
            one()
        except BellError as refusal:
            if refusal.code in again:
                continue
            first = first or refusal
            assert refusal.code in CODES, str(refusal)
    if first is not None:
        raise first


def use(data: bytes, rnd: Random) -> None:
    if rnd.random() < 0.5:
        told(list(json_lines.read(io.BytesIO(data))), rnd)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.jsonl"
        path.write_bytes(data)
        with json_lines.TraceFile(path) as trace:
            told(trace, rnd)


def make_marks(rnd: Random) -> bytes:
    data = b"".join(bytes(recorded("full").blocks[number]) for number in range(len(recorded("full").blocks)))
    return changed(rnd, data)


def use_marks(data: bytes, rnd: Random) -> None:
    whole = recorded("full")
    cut = rnd.randrange(len(data) + 1) if rnd.random() < 0.1 else len(data)
    trace = RecordedTrace(whole.points, [data[:cut], data[cut:]], outcome=whole.outcome, origin=whole.origin, lost=rnd.choice((0, 0, 1)))
    told(trace, rnd)


CODES = frozenset({"E1321", *(f"E13{number:02}" for number in range(1, 13)), "E0801", "E0802", "E0803", "E0804"})
JSON_LINES = Target("traces", make, use, CODES)
MARKS = Target("marks", make_marks, use_marks, CODES)
