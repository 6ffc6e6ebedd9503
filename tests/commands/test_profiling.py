"""belljar profile: tables, files, saved profiles, differences; statuses; bad input."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from belljar.commands.session import Session
from belljar.commands.table import COMMANDS
from tests.profiling.profiles import CHANGED, PROGRAM

OPTIONS = {argument.key: False if argument.kind == "flag" else argument.default for argument in COMMANDS["profile"].arguments}


def profile(path: object, task: str = "", **options: Any) -> tuple[int, str, str]:
    session = Session(io.StringIO(), io.StringIO())
    given = {name: () if COMMANDS["profile"] and value is None and name in MANY else value for name, value in OPTIONS.items()}
    status = session.run("profile", {**given, "program": str(path), "task": task, **options})
    return status, session.out.getvalue(), session.err.getvalue()  # type: ignore[attr-defined]


MANY = {argument.key for argument in COMMANDS["profile"].arguments if argument.many}


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    path = tmp_path / "rooms.bell"
    path.write_text(PROGRAM + "\n\nprint(total(3))\n")
    return path


def test_a_program(rooms: Path) -> None:
    status, out, err = profile(rooms)
    assert (status, err) == (0, "6\n")
    assert "the module level, counted in the VM" in out
    assert "sum += area(i, 2)" in out


def test_a_task(rooms: Path) -> None:
    status, out, _ = profile(rooms, "total", args="[10]", by="calls", top=1)
    assert status == 0
    assert "total(), counted in the VM" in out
    assert "Lines, by calls (1 of" in out


def test_machine_code(rooms: Path) -> None:
    status, out, _ = profile(rooms, "total", args='{"n": 10}', engine="jit", interval=100)
    assert status == 0
    assert "machine code, sampled" in out
    assert "one every 100 µs" in out
    status, _, err = profile(rooms, "total", args="[10]", engine="jit", by="fuel")
    assert (status, "has no 'fuel'" in err) == (2, True)


def test_files_and_differences(rooms: Path, tmp_path: Path) -> None:
    saved = tmp_path / "before.json"
    assert profile(rooms, "total", args="[10]", output=str(saved))[:2] == (0, "")
    status, out, err = profile(saved)
    assert (status, err) == (0, "")
    assert "total(), counted" in out
    for suffix, start in ((".svg", "<svg"), (".html", "<!DOCTYPE"), (".speedscope.json", "{"), (".collapsed", "total;")):
        path = tmp_path / f"run{suffix}"
        assert profile(saved, output=str(path))[0] == 0
        assert path.read_text().startswith(start)
    assert json.loads(profile(rooms, "total", args="[10]", format="json")[1])["task"] == "total"
    assert profile(saved, to="collapsed", by="calls")[1] == "total 1\ntotal;area 10\n"
    rooms.write_text(CHANGED)
    status, out, _ = profile(rooms, "total", args="[20]", diff=str(saved))
    assert status == 0
    assert "Functions, by change of fuel" in out
    assert json.loads(profile(saved, diff=str(saved), to="json")[1])["measures"]["fuel"]["change"] == 0
    assert profile(rooms, "total", args="[20]", diff=str(saved), to="svg")[1].startswith("<svg")


def test_an_error_comes_after_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "wrong.bell"
    path.write_text("def main(n: int) -> int:\n    return 1 // n\n")
    status, out, err = profile(path, "main", args="[0]")
    assert status == 1
    assert "the run ended with BellMathError" in out
    assert "BellMathError" in err
    status, out, err = profile(path, "main", args="[1]", limit=["fuel=1"])
    assert (status, "1 fuel" in out) == (3, True)


@pytest.mark.parametrize(
    ("options", "status", "word"),
    [
        ({"task": "totl", "args": "[1]"}, 2, "did you mean 'total'"),
        ({"task": "total"}, 2, "missing argument"),
        ({"task": "total", "args": "["}, 2, "--args"),
        ({"top": 0}, 2, "--top"),
        ({"interval": 1}, 2, "0.00005"),
        ({"output": "run.png"}, 2, "does not say what to write"),
        ({"diff": "none.json"}, 2, "File not found"),
        ({"diff": "rooms.bell"}, 2, "no runtime profile"),
        ({"output": "no/run.svg"}, 2, "Cannot write"),
    ],
)
def test_bad_input(rooms: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], status: int, word: str) -> None:
    monkeypatch.chdir(rooms.parent)
    found = profile(rooms, **options)
    assert found[0] == status
    assert word in found[2]


def test_saved_profiles_have_no_tasks(rooms: Path, tmp_path: Path) -> None:
    saved = tmp_path / "run.json"
    profile(rooms, output=str(saved))
    assert "has no tasks" in profile(saved, "total")[2]
    saved.write_text("{}")
    status, _, err = profile(saved)
    assert (status, "E1322" in err or "no runtime profile" in err) == (2, True)


def test_output_that_is_refused(rooms: Path) -> None:
    status, out, err = profile(rooms, deny=["io.stdout"])
    assert status == 4
    assert "the run ended with BellCapabilityError" in out
    assert "io.stdout" in err
