"""belljar trace: shown, checked, converted, compared; statuses; bad input."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from belljar.commands.session import Session
from belljar.commands.table import COMMANDS, TRACE_FORMATS
from belljar.trace.events import TraceEvent
from belljar.trace.formats.json_lines import write
from belljar.trace.formats.table import FORMATS
from belljar.trace.phrasebook import SHIPPED
from tests.trace.traces import PROGRAM, bare, example

OPTIONS = {argument.key: False if argument.kind == "flag" else argument.default for argument in COMMANDS["trace"].arguments}


def trace(path: object, format: str = "full", **options: Any) -> tuple[int, str, str]:
    session = Session(io.StringIO(), io.StringIO())
    status = session.run("trace", {**OPTIONS, "trace": str(path), "format": format, **options})
    return status, session.out.getvalue(), session.err.getvalue()  # type: ignore[attr-defined]


def written(path: Path, events: list[TraceEvent]) -> Path:
    with path.open("w", encoding="utf-8") as out:
        write(events, out)
    return path


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return written(tmp_path / "run.jsonl", example())


def test_the_table_of_commands_has_every_format_and_phrasebook() -> None:
    assert tuple(FORMATS) == TRACE_FORMATS
    (phrases,) = [argument for argument in COMMANDS["trace"].arguments if argument.name == "--phrases"]
    assert phrases.choices == tuple(SHIPPED)


def test_shown_as_text(run: Path) -> None:
    status, out, err = trace(run)
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == "line 4    Task total called with prices = [10, 60, 50], limit = 55"
    assert len(out.splitlines()) == len(example())
    assert trace(run, to="text") == (status, out, err)
    assert "Bedingung ist wahr" in trace(run, phrases="de")[1]


def test_shown_as_json(run: Path) -> None:
    status, out, _ = trace(run, format="json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [row["index"] for row in rows] == list(range(len(example())))


def test_checked(run: Path) -> None:
    status, out, err = trace(run, check=True)
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == f"{run}: {len(example())} events, nothing wrong"
    assert "  FOR point" in out
    status, out, _ = trace(run, check=True, format="json")
    assert json.loads(out)["counts"]["FOR point"] == 3


def test_checked_and_wrong(tmp_path: Path) -> None:
    path = written(tmp_path / "bad.jsonl", [bare("IF", "exit", line=3), bare("FOR", "enter")])
    status, out, err = trace(path, check=True)
    assert (status, out) == (1, "")
    assert "ReplayError [E1303]: Exit event for IF without matching enter" in err
    assert "event 0, line 3" in err
    assert "Unclosed events at end of trace: ['FOR']" in err
    assert "2 errors" in err
    rows = [json.loads(line) for line in trace(path, check=True, format="json")[2].splitlines()]
    assert [row["code"] for row in rows] == ["E1303", "E1301"]


def test_compared(run: Path, tmp_path: Path) -> None:
    status, out, err = trace(run, diff=str(run))
    assert (status, out, err) == (0, f"The traces are the same: {len(example())} events\n", "")
    other = example()
    other[1].metadata["value"] = 5  # type: ignore[index]
    changed = written(tmp_path / "other.jsonl", other)
    status, out, _ = trace(run, diff=str(changed))
    assert status == 1
    assert out.splitlines() == ["First divergence at event 1 (line 5): metadata.value", f"  {run}    0", f"  {changed}  5"]
    status, out, _ = trace(run, diff=str(changed), format="json")
    assert (status, json.loads(out)["divergence"]["event"]) == (1, 1)
    assert json.loads(trace(run, diff=str(run), format="json")[1]) == {"same": True, "events": len(example()), "divergence": None}


@pytest.mark.parametrize("format", FORMATS)
def test_converted(run: Path, tmp_path: Path, format: str) -> None:
    status, out, err = trace(run, to=format)
    assert (status, err) == (0, "")
    target = tmp_path / "out"
    assert trace(run, to=format, output=str(target)) == (0, "", "")
    assert target.read_text(encoding="utf-8") == out
    assert trace(run, to=format, output="-")[1] == out
    if format == "jsonl":
        assert out == run.read_text(encoding="utf-8")


def test_a_page(run: Path, tmp_path: Path) -> None:
    source = tmp_path / "total.bell"
    source.write_text(PROGRAM)
    target = tmp_path / "run.html"
    assert trace(run, to="html", source=str(source), output=str(target)) == (0, "", "")
    assert "def total(prices, limit):" in target.read_text(encoding="utf-8")
    assert trace(run, to="html", source=str(tmp_path / "none.bell"))[0] == 2


def test_the_standard_input(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def give(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    give(run.read_bytes())
    assert trace("-", check=True)[1].startswith(f"<stdin>: {len(example())} events")
    give(run.read_bytes())
    assert trace(run, diff="-")[0] == 0
    give(b"hello\n")
    status, _, err = trace("-")
    assert status == 2
    assert "<stdin>:1:1" in err
    monkeypatch.setattr(sys, "stdin", None)
    assert trace("-")[0] == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"check": True, "diff": "x"}, "--check and --diff do not go together"),
        ({"to": "chrome", "check": True}, "--to and --check do not go together"),
        ({"output": "x"}, "--output needs a format"),
    ],
)
def test_options_that_do_not_fit(run: Path, options: dict[str, Any], said: str) -> None:
    status, out, err = trace(run, **options)
    assert (status, out) == (2, "")
    assert "E0003" in err
    assert said in err
    assert trace("-", diff="-", check=False)[0] == 2


def test_bad_files(tmp_path: Path) -> None:
    status, out, err = trace(tmp_path / "none.jsonl")
    assert (status, out) == (2, "")
    assert "E0001" in err
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b'{"belljar_trace":1,"dropped":0}\n{"node_type":"IF"}\n{"end":1}\n')
    for options in ({}, {"check": True}, {"to": "chrome"}, {"diff": str(path)}):
        status, _, err = trace(path, **options)
        assert status == 2
        assert f"{path}:2:1" in err
        assert "E1321" in err


def test_what_does_not_nest_is_not_converted(tmp_path: Path) -> None:
    path = written(tmp_path / "bad.jsonl", [bare("IF", "enter")])
    target = tmp_path / "out.json"
    target.write_text("before")
    status, _, err = trace(path, to="chrome", output=str(target))
    assert status == 1
    assert "E1301" in err
    assert target.read_text() == "before"
    assert sorted(os.listdir(tmp_path)) == ["bad.jsonl", "out.json"]


def test_outputs(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("before")
    target.chmod(0o600)
    assert trace(run, to="chrome", output=str(target))[0] == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    link = tmp_path / "link.json"
    link.symlink_to(target)
    assert trace(run, to="speedscope", output=str(link))[0] == 0
    assert link.is_symlink()
    assert "speedscope" in target.read_text()
    assert trace(run, to="chrome", output="/dev/null")[0] == 0
    for wrong in (tmp_path, tmp_path / "none" / "out.json"):
        status, _, err = trace(run, to="chrome", output=str(wrong))
        assert status == 2
        assert "E0004" in err
