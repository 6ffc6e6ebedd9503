"""belljar repl through a pipe, and at a terminal."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from belljar.commands.repl import Shell, history
from belljar.commands.session import Session
from belljar.runtime.transcript import Transcript

SOURCE = Path(__file__).resolve().parents[2] / "src"
WAIT_S = 60


def piped(monkeypatch: pytest.MonkeyPatch, text: str | bytes, program: str = "", limit: tuple[str, ...] = ()) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text if isinstance(text, bytes) else text.encode())))
    session = Session(io.StringIO(), io.StringIO())
    status = session.run("repl", {"program": program or None, "engine": "auto", "limit": list(limit)})
    return status, session.out.getvalue(), session.err.getvalue()  # type: ignore[attr-defined]


def test_from_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    assert piped(monkeypatch, "1+2\n") == (0, "3\n", "")


def test_the_first_failure_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, err = piped(monkeypatch, "x = 1\n1 // 0\nnope\nx\n")
    assert (status, out) == (1, "1\n")
    assert err.index("E0501") < err.index("E0201")
    assert piped(monkeypatch, "while True:\n    pass\n", limit=("fuel=1000",))[0] == 3


def test_what_is_not_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, err = piped(monkeypatch, b"1\n'\xff'\n")
    assert (status, out) == (2, "1\n")
    assert "E0005" in err


def test_commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "rules.bell"
    program.write_text("def twice(n: int) -> int:\n    return n * 2\nprint('loaded')\n5\n", encoding="utf-8")
    saved = tmp_path / "saved.bell"
    status, out, err = piped(
        monkeypatch,
        f":load {program}\ntwice(4)\n:type twice(4)\n:t 2\n:ty 2\n:ir\n:time twice(5)\n:save {saved}\n:save {saved}\n:save! {saved}\n:reset\ntwice(1)\n:quit\n9\n",
    )
    assert status == 2
    assert out.startswith("loaded\n8\nint\n")
    assert "func @" in out
    assert out.endswith("10\n")
    assert "there is no command ':t'" in err
    assert "compiled in" in err
    assert "it is there already" in err
    assert f"wrote {saved}" in err
    assert "E0201" in err
    assert saved.read_text(encoding="utf-8").endswith("twice(4)\ntwice(5)\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (":nope", "there is no command ':nope'"),
        (":", "there is no command ':'"),
        (":type", ":type takes EXPRESSION"),
        (":load", ":load takes FILE"),
        (":load nothere.bell", "E0001"),
        (":save /nothere/x.bell", "E0004"),
        (":ir nostage", "unknown stage"),
        (":help!", "there is no command"),
    ],
)
def test_commands_that_are_wrong(monkeypatch: pytest.MonkeyPatch, line: str, said: str) -> None:
    status, out, err = piped(monkeypatch, f"{line}\n1\n")
    assert (status, out) == (2, "1\n")
    assert said in err


def test_a_program_to_begin_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "rules.bell"
    program.write_text("x = 1 // 0\n", encoding="utf-8")
    status, _, err = piped(monkeypatch, "1\n", str(program))
    assert status == 1
    assert f"{program}:1:5" in err


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        (":ty", [(":type ", 3)]),
        (":ir opt", [("optimized", 3)]),
        (":type poin", [("point", 4)]),
        ("poin", [("point", 4)]),
        ("point.", [("x", 0)]),
        ("print(len('a'.isal", [("isalnum", 4), ("isalpha", 4)]),
        ("def f(first):\n    return fir", [("first", 3)]),
        ("import stati", [("statistics", 5)]),
        ("'poin", []),
    ],
)
def test_completion(monkeypatch: pytest.MonkeyPatch, typed: str, proposed: list[tuple[str, int]]) -> None:
    shell = Shell(Session(io.StringIO(), io.StringIO()), Transcript())
    shell.answer("class Point:\n    x: int\n")
    shell.answer("point = Point(1)")
    assert [(one.text, one.replaces) for one in shell.complete(typed)] == proposed


def test_the_conversation_of_the_manual() -> None:
    page = (SOURCE.parent / "docs" / "repl.md").read_text(encoding="utf-8")
    shown = page.split("```\n")[1].split("\n", 2)[2]
    out = io.StringIO()
    shell = Shell(Session(out, out), Transcript())
    replayed = ""
    for part in re.split(r"^(?=\d> )", shown, flags=re.MULTILINE)[1:]:
        lines = part.split("\n")
        typed = [lines[0][3:]]
        typed += [line[3:] for line in lines[1:] if line.startswith(" .")]
        replayed += "\n".join(line.rstrip() for line in [lines[0], *(line for line in lines[1:] if line.startswith(" ."))]) + "\n"
        out.seek(0)
        out.truncate()
        shell.answer("\n".join(typed))
        replayed += out.getvalue()
    assert replayed == shown


def test_paths_are_completed(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner.bell").touch()
    (tmp_path / ".hidden").touch()
    shell = Shell(Session(io.StringIO(), io.StringIO()), Transcript())
    assert [(one.text, one.replaces) for one in shell.complete(f":load {tmp_path}/in")] == [("inner.bell", 2), ("inner/", 2)]
    assert [one.text for one in shell.complete(f":save {tmp_path}/")] == ["inner.bell", "inner/"]
    assert shell.complete(":load /nowhere/at/all") == []


def test_history_is_for_its_owner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BELLJAR_HISTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = Path(history())
    assert path == tmp_path / "state" / "belljar" / "history"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    assert stat.S_IMODE(Path(history()).stat().st_mode) == 0o600
    monkeypatch.setenv("BELLJAR_HISTORY", "")
    assert history() == ""
    monkeypatch.setenv("BELLJAR_HISTORY", "/proc/no/history")
    assert history() == ""


class Terminal:
    """belljar repl in a pseudo-terminal."""

    def __init__(self, folder: Path, term: str) -> None:
        self.ours, theirs = pty.openpty()
        environment = {
            **os.environ,
            "PYTHONPATH": str(SOURCE),
            "TERM": term,
            "BELLJAR_HISTORY": str(folder / "history"),
            "PROMPT_TOOLKIT_NO_CPR": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "belljar", "repl", "--color", "never"], stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
            preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(theirs)
        self.seen = ""

    def wait_for(self, text: str) -> None:
        """Read until the text was printed; forget everything up to there."""
        end = time.monotonic() + WAIT_S
        while text not in self.seen:
            assert time.monotonic() < end, f"{text!r} did not come: {self.seen!r}"
            if select.select([self.ours], [], [], 0.2)[0]:
                try:
                    self.seen = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.seen + os.read(self.ours, 65536).decode("utf-8", "replace"))
                except OSError:
                    raise AssertionError(f"{text!r} did not come: {self.seen!r}") from None
        self.seen = self.seen.split(text, 1)[1]

    def type(self, text: str) -> None:
        os.write(self.ours, text.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(WAIT_S)
        os.close(self.ours)


@pytest.fixture(params=["dumb", "xterm"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    if request.param != "dumb":
        pytest.importorskip("prompt_toolkit")
    made = Terminal(tmp_path, request.param)
    yield made
    made.close()


def test_at_a_terminal(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("1>")
    terminal.type("20 + 3\r")
    terminal.wait_for("23\r\n")
    terminal.wait_for("2>")
    terminal.type("while True: pass\r")
    terminal.wait_for(".")
    terminal.type("\r")
    terminal.wait_for("\r\n")
    time.sleep(1)
    terminal.type("\x03")
    terminal.wait_for("E0006")
    terminal.wait_for("3>")
    terminal.type("_ + 1\r")
    terminal.wait_for("24\r\n")
    terminal.wait_for("4>")
    terminal.type("half an entr")
    terminal.wait_for("entr")
    time.sleep(0.5)  # the terminal's own editor does not see a signal that comes before it waits
    terminal.type("\x03")
    terminal.wait_for("4>")
    deadline = time.monotonic() + WAIT_S
    while terminal.process.poll() is None and time.monotonic() < deadline:
        terminal.type("\x04")  # again: one that comes while the old entry is being put away is lost
        time.sleep(0.5)
    assert terminal.process.poll() == 0


def test_a_signal_that_ends_the_process(terminal: Terminal) -> None:
    terminal.wait_for("1>")
    deadline = time.monotonic() + WAIT_S
    while terminal.process.poll() is None and time.monotonic() < deadline:
        terminal.process.send_signal(signal.SIGTERM)  # again: the terminal's own editor does not see one that comes before it waits
        time.sleep(0.2)
    assert terminal.process.poll() == 1
