"""The index of recorded traces: its builders are those that read all before; windows of spilled traces; bytes that are no marks."""

from __future__ import annotations

import io
import random

import pytest

import belljar
from belljar.errors import BellError
from belljar.runtime.recording import Recording
from belljar.trace.blocks import FileBlocks
from belljar.trace.recorded import RecordedTrace
from tests.trace.index_law import disagreement

EVERYTHING = """
class Point:
    x: int
    y: int

    def move(self, by: int) -> None:
        self.x = self.x + by


def walk(n: int):
    for i in range(n):
        yield i


def fall(n: int) -> int:
    if n == 0:
        raise ValueError("the end")
    return fall(n - 1)


def main(n: int) -> int:
    total = 0
    xs = []
    table = {}
    stack = [1]
    p = Point(1, 2)
    pairs = [(1, 2), (3, 4)]
    for i in range(n):
        xs.append(i)
        xs[i // 2] = i * i
        table[i % 5] = i
        stack.append(i)
        stack.pop()
        p.x = i
        p.move(1)
        if i % 7 == 0:
            try:
                fall(3)
            except ValueError as e:
                total += 1
        elif i % 7 == 1:
            for a, b in pairs:
                total += a * b
        elif i % 7 == 2:
            for v in walk(4):
                total += v
                if v == 2:
                    break
        else:
            for v in walk(3):
                total += v
        match i % 3:
            case 0:
                total += len([j for j in range(3) if j != 1 and j >= 0]) + (1 if i > 2 or total else 0)
            case _:
                pass
    while total > 5:
        total = total // 2
    del table
    return total
"""


@pytest.mark.parametrize("level", ["full", "calls"])
def test_the_state_at_every_place_is_that_after_all_marks_before(level: str) -> None:
    trace = Recording(belljar.compile(EVERYTHING), level).call("main", 90)
    assert isinstance(trace, RecordedTrace)
    (marks,) = (trace.blocks[number] for number in range(len(trace.blocks)))
    assert disagreement(trace.points, marks) == ""
    assert disagreement(trace.points, marks, every=50, log_max=1024) == ""


def test_windows_of_a_spilled_trace_are_what_is_read_in_order() -> None:
    with io.BytesIO() as file:
        trace = Recording(belljar.compile(EVERYTHING), spill=file, max_bytes=0).call("main", 4_000)
        count = len(trace)
        assert count > 100_000
        assert len(trace.blocks) > 1
        events = list(trace)
        assert len(events) == count
        chance = random.Random(5)
        for start in (chance.randrange(count - 50) for _ in range(8)):
            fresh = RecordedTrace(trace.points, trace.blocks)
            assert [fresh[index] for index in range(start, start + 50)] == events[start : start + 50]
            assert trace[start : start + 50] == events[start : start + 50]


def test_bytes_that_are_no_marks_are_an_error_with_their_place() -> None:
    with io.BytesIO() as file:
        trace = Recording(belljar.compile(EVERYTHING), spill=file, max_bytes=0).call("main", 20)
        marks = file.getvalue()
        with pytest.raises(BellError) as caught:
            len(RecordedTrace(trace.points, [marks[:-1]]))
        assert caught.value.code == "E1321"
        assert "block 1 of the marks has none at byte" in str(caught.value)
        chance, found = random.Random(3), 0
        for _ in range(300):
            other = bytearray(marks)
            for _ in range(chance.randrange(1, 6)):
                other[chance.randrange(len(other))] = chance.randrange(256)
            changed = io.BytesIO()
            blocks = FileBlocks(changed)
            blocks.append(bytes(other))
            damaged = RecordedTrace(trace.points, blocks)
            if (code := error_of(damaged)) != "":
                assert code == "E1321"
                found += 1
        assert found > 100


def error_of(trace: RecordedTrace) -> str:
    """The code of the error that counting a trace, or reading its middle, ends with."""
    try:
        count = len(trace)
        assert len(trace[count // 2 : count // 2 + 5]) <= 5
    except BellError as error:
        return error.code
    return ""
