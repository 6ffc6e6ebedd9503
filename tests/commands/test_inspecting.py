"""``belljar inspect`` and ``belljar health``."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from belljar.commands import inspecting
from belljar.commands.session import Session
from belljar.errors import bell_error
from belljar.runtime.workers import WorkerPool
from belljar.safety._lockdown import missing
from belljar.safety.integrity import Integrity

PROGRAM = "print('hello')\ntotal = 0\nstep = rate * 2\ndef add(n: int) -> int:\n    global total\n    total += n\n    return total\n"


def run(name: str, **given: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    values = {"format": "full", "color": "never", **given}
    return Session(out, err).run(name, values), out.getvalue(), err.getvalue()


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "p.bell"
    path.write_text(PROGRAM)
    return str(path)


def inspect(program: str, **given: Any) -> tuple[int, str, str]:
    return run("inspect", **{"program": program, "part": "full", "call": [], "input": ["rate=1.5"], "engine": "auto", "deny": []} | given)


def test_tables_of_a_program(program: str) -> None:
    status, out, err = inspect(program, call=["add(5)", "add(2)"])
    assert (status, err) == (0, "hello\n")
    assert "add(n: int)" in out
    assert "step" in out


def test_parts_as_data(program: str) -> None:
    status, out, _ = inspect(program, call=["add(5)"], part="vars", format="json")
    assert status == 0
    assert json.loads(out) == {
        "rate": {"type": "float", "value": 1.5},
        "total": {"type": "int", "value": 5},
        "step": {"type": "float", "value": 3.0},
    }


def test_what_goes_wrong_is_one_error(program: str, tmp_path: Path) -> None:
    assert inspect(program, input=[])[0] == 2
    status, out, err = inspect(program, call=["add(1)", "add"])
    assert (status, out) == (2, "")
    assert "hello" not in err, "nothing has run"
    assert inspect(program, call=["nothing(1)"])[0] == 2
    assert inspect(program, deny=["io.stdout"])[0] == 4
    assert inspect(str(tmp_path / "none.bell"))[0] == 2


def test_an_installation_that_is_well() -> None:
    status, out, _ = run("health")
    assert status == 0
    assert "FAILED" not in out
    assert all(f"engine {name}" in out for name in ("vm", "jit", "auto", "reference"))


def unwell() -> set[str]:
    """The parts that are not well. Raises AssertionError where the exit status says something else."""
    status, out, _ = run("health", format="json")
    found = {row["part"] for row in json.loads(out) if row["status"] == "FAILED"}
    assert status == (1 if found else 0)
    return found


def test_engines_and_workers_that_answer_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspecting, "PROBE", inspecting.PROBE.replace("steps += 1", "steps += 2"))
    assert unwell() - {"isolation"} == {f"engine {name}" for name in ("vm", "jit", "auto", "reference")}
    if not missing():
        assert "isolation" in unwell()


def test_a_state_that_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspecting, "_isolation", lambda: inspecting.VOLUME)
    monkeypatch.setattr(Integrity, "rollback", lambda *_: None)
    assert unwell() == {"state"}


def test_a_worker_that_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise bell_error("E1203", detail="it was ended by SIGKILL")

    monkeypatch.setattr(WorkerPool, "call", lost)
    assert unwell() == (set() if missing() else {"isolation"})
    monkeypatch.setattr("belljar.safety._lockdown.missing", lambda: "seccomp")
    assert unwell() == set()  # a system that has none is told of


def test_a_library_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    def version(package: str) -> str:
        if package == "pyarrow":
            raise metadata.PackageNotFoundError(package)
        return "1"

    monkeypatch.setattr(inspecting, "_isolation", lambda: inspecting.VOLUME)
    monkeypatch.setattr(metadata, "version", version)
    assert unwell() == {"pyarrow"}


def test_what_is_no_program(tmp_path: Path) -> None:
    status, _, err = inspect(str(tmp_path))
    assert (status, "it is a directory, and volumes are not part of this version" in err) == (2, True)
    other = tmp_path / "data"
    other.write_bytes(b"\x7fELF\xd0")
    status, _, err = inspect(str(other))
    assert (status, "E0005" in err, "inspect takes a Bell program" in err) == (2, True, True)


def test_a_cache_that_others_may_write_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    folder.chmod(0o777)
    monkeypatch.setenv("BELLJAR_CACHE", str(folder))
    status, out, _ = run("health")
    assert status == 1
    assert "only this user" in out
    monkeypatch.setenv("BELLJAR_CACHE", "")
    assert run("health")[0] == 0
