"""Two profiles compared: totals, lines that are matched by their text, functions, measures in common."""

from __future__ import annotations

import json

import pytest

from belljar.errors import BellError
from tests.profiling.profiles import CHANGED, example


def test_no_change() -> None:
    found = example().diff(example())
    assert (found.lines("fuel"), found.functions("bytes")) == ([], [])
    assert found.total("fuel").change == 0
    assert "Lines: no change of fuel" in found.text()


def test_less_work() -> None:
    found = example(n=20).diff(example())
    assert found.total("calls").change == -30
    assert [(one.name, one.change) for one in found.functions("calls")] == [("area", -30)]
    assert found.lines("fuel")[0].line == 10
    assert all(one.change < 0 for one in found.lines("fuel"))
    assert [abs(one.change) for one in found.lines("fuel")] == sorted((abs(one.change) for one in found.lines("fuel")), reverse=True)
    assert sum(one.change for one in found.lines("fuel")) == found.total("fuel").change


def test_lines_are_matched_by_their_text() -> None:
    found = example(CHANGED).diff(example())
    (line, *_) = found.lines("fuel")
    assert (line.line, line.is_gone) == (11, False)
    assert line.after > line.before > 0
    assert not any(one.is_gone for one in found.lines("fuel"))
    assert {one.line for one in found.lines("bytes")} == {11}


def test_lines_that_are_gone() -> None:
    shorter = CHANGED.replace("    # from nothing\n", "").replace('        names.append(f"room {i} of {n}")\n', "")
    found = example(shorter).diff(example())
    assert [(one.line, one.after) for one in found.lines("fuel") if one.is_gone] == [(10, 0)]
    assert any("gone" in name for names in found.stacks("fuel") for name in names)
    assert "(gone)" in found.text()


def test_text_and_data() -> None:
    found = example(n=60).diff(example())
    shown = found.text("bytes", 3)
    assert "rooms.bell: total(), against rooms.bell: total()" in shown
    assert "Lines, by change of bytes" in shown
    data = json.loads(json.dumps(found.to_dict()))
    assert data["measures"]["calls"]["change"] == 10
    assert data["measures"]["fuel"]["lines"][0]["line"] == 10


def test_measures_in_common() -> None:
    found = example(engine="jit").diff(example())
    assert found.measures == ("time",)
    with pytest.raises(BellError) as refused:
        found.lines("fuel")
    assert "both have time" in str(refused.value)
