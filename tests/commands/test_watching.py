"""belljar check --watch: every kind of change is seen, a signal ends it, machines read only diagnostics."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from belljar.commands.watching import changes, state
from belljar.errors import BellError

SOURCE = Path(__file__).resolve().parents[2] / "src"
WAIT_S = 60


def replaced(file: Path) -> None:
    file.with_suffix(".tmp").write_text("x = 3\n", encoding="utf-8")
    os.replace(file.with_suffix(".tmp"), file)


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.write_text("x = 22\n", encoding="utf-8"),
        lambda file: file.unlink(),
        replaced,
        lambda file: file.rename(file.with_suffix(".old")),
        lambda file: file.parent.rename(file.parent.with_name("elsewhere")),
    ],
    ids=["written", "deleted", "replaced", "renamed", "folder renamed"],
)
def test_a_change_is_seen(tmp_path: Path, change: Callable[[Path], object]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "rules.bell"
    file.write_text("x = 1\n", encoding="utf-8")
    rounds = changes([str(file)])
    first = next(rounds)
    change(file)
    assert next(rounds) != first
    # ... and so is the way back
    folder.mkdir(exist_ok=True)
    file.write_text("x = 1\n", encoding="utf-8")
    assert next(rounds) == state([str(file)])
    rounds.close()  # type: ignore[attr-defined]


def test_a_file_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    file = tmp_path / "later" / "rules.bell"
    rounds = changes([str(file)])
    next(rounds)
    file.parent.mkdir()
    file.write_text("x = 1\n", encoding="utf-8")
    next(rounds)
    assert file.stat().st_ino in next(iter(state([str(file)])))
    rounds.close()  # type: ignore[attr-defined]


def test_without_watchfiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(BellError, match="--watch needs watchfiles"):
        next(changes(["rules.bell"]))


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path, queue.Queue[str]]]:
    file = tmp_path / "rules.bell"
    file.write_text("x = y\n", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "belljar", "check", "--watch", "--format", "json", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    lines: queue.Queue[str] = queue.Queue()
    assert process.stderr is not None
    thread = threading.Thread(target=lambda: [lines.put(line) for line in process.stderr or ()])
    thread.start()
    yield process, file, lines
    if process.poll() is None:
        process.kill()
    process.wait(WAIT_S)
    thread.join(WAIT_S)
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def test_the_command(watching: tuple[subprocess.Popen[str], Path, queue.Queue[str]]) -> None:
    process, file, lines = watching
    assert json.loads(lines.get(timeout=WAIT_S))["code"] == "E0201"
    file.write_text("x = (\n", encoding="utf-8")
    assert json.loads(lines.get(timeout=WAIT_S))["code"] == "E0101"
    process.send_signal(signal.SIGINT)
    assert json.loads(lines.get(timeout=WAIT_S))["code"] == "E0006"
    assert process.wait(WAIT_S) == 1
    assert process.stdout is not None
    assert process.stdout.read() == ""
