"""Profiles in the formats of others, and by the suffixes of files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from belljar.commands.table import PROFILE_FORMATS, PROFILE_MEASURES
from belljar.errors import BellError
from belljar.profiling.formats import FORMATS, format_of, write
from belljar.profiling.profile import MEASURES
from tests.profiling.profiles import example
from tests.trace.formats.shapes import SAMPLED, fits


def text(format: str, by: str = "") -> str:
    out = io.StringIO()
    write(example(), out, format, by)
    return out.getvalue()


def test_the_table_of_commands_has_every_format() -> None:
    assert (tuple(FORMATS), MEASURES) == (PROFILE_FORMATS, PROFILE_MEASURES)


def test_speedscope() -> None:
    document = json.loads(text("speedscope"))
    fits(document, SAMPLED)
    assert document == json.loads(json.dumps(example().to_speedscope()))
    frames = document["shared"]["frames"]
    assert {"name": "area", "file": "rooms.bell", "line": 1} in frames
    assert len({frame["name"] for frame in frames}) == len(frames)
    assert [profile["name"] for profile in document["profiles"]] == list(MEASURES)
    for profile in document["profiles"]:
        assert len(profile["samples"]) == len(profile["weights"])
        assert all(0 <= frame < len(frames) for stack in profile["samples"] for frame in stack)
        assert sum(profile["weights"]) == pytest.approx(profile["endValue"])
    fuel = document["profiles"][0]
    assert fuel["endValue"] == example().total.fuel
    fits(example(engine="jit").to_speedscope(), SAMPLED)


def test_collapsed() -> None:
    lines = text("collapsed", "calls").splitlines()
    assert lines == ["total 1", "total;area 50"]
    counts = [int(line.rpartition(" ")[2]) for line in text("collapsed").splitlines()]
    assert sum(counts) == example().total.fuel


def test_suffixes(tmp_path: Path) -> None:
    for format, suffixes in FORMATS.items():
        for suffix in suffixes:
            assert format_of(f"run{suffix}") == format
            example().save(str(tmp_path / f"run{suffix}"))
    with pytest.raises(BellError) as refused:
        format_of("run.png")
    assert "does not say what to write" in str(refused.value)
    with pytest.raises(BellError) as refused:
        write(example(), io.StringIO(), "png")
    assert "unknown format" in str(refused.value)
    with pytest.raises(BellError) as refused:
        write(example().diff(example()), io.StringIO(), "speedscope")
    assert "difference" in str(refused.value)
    with pytest.raises(BellError) as unwritten:
        example().save(str(tmp_path / "no" / "run.json"))
    assert unwritten.value.code == "E0004"


def test_tables() -> None:
    shown = text("text")
    assert "rooms.bell: total(), counted in the VM" in shown
    assert 'names.append(f"room {i}")' in shown
    assert shown.index("Lines, by fuel") < shown.index("Functions, by fuel")
    assert "(1 of 8 lines)" not in shown
    assert "(1 of" in example().text(top=1)
    sampled = example(engine="jit").text()
    assert "machine code, sampled" in sampled
    assert "so few samples say little" in sampled
