"""What a session makes of whatever a command raises: one clear error and a status, never a traceback."""

from __future__ import annotations

import errno
import io
import json
from collections.abc import Callable

import pytest

from belljar.commands.diagnostics import is_colored
from belljar.commands.session import Session
from belljar.errors import bell_error


def raising(error: BaseException) -> Callable[[], int]:
    def work() -> int:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (bell_error("E0801", a=5), 3, "[E0801]: Fuel limit reached: 5 units"),
        (bell_error("E0901", capability="io.stdout", what="the program prints"), 4, "[E0901]"),
        (KeyboardInterrupt(), 1, "[E0006]: Interrupted"),
        (KeyboardInterrupt("1 of 2 inputs are finished"), 1, "note: 1 of 2 inputs are finished"),
        (BrokenPipeError(), 1, "[E0007]"),
        (OSError(errno.ENOSPC, "No space left on device"), 2, "[E0004]: Cannot write the standard output: no space left on device"),
        (OSError(errno.EACCES, "Permission denied", "out.csv"), 2, "[E0004]: Cannot write out.csv: permission denied"),
        (MemoryError(), 1, "[E1201]: Internal error: the host is out of memory"),
        (RecursionError(), 1, "[E1201]: Internal error: the compiler's stack is exhausted"),
        (ZeroDivisionError("ours"), 1, "[E1201]: Internal error: ZeroDivisionError: ours"),
    ],
)
def test_whatever_is_raised(error: BaseException, status: int, said: str) -> None:
    session = Session(out=io.StringIO(), err=io.StringIO())
    assert session.attempt(raising(error)) == status
    text = session.err.getvalue()  # type: ignore[attr-defined]
    assert said in text
    assert "Traceback" not in text
    assert session.interrupted == isinstance(error, KeyboardInterrupt)


class Gone(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_an_error_that_nobody_can_be_told_keeps_its_status() -> None:
    session = Session(out=io.StringIO(), err=Gone())
    session.say("hello")
    assert session.attempt(raising(bell_error("E0801", a=5))) == 3


@pytest.mark.parametrize("value", ["\ud800", {"é\udfff": "é"}, [float("inf"), "π"]])
def test_json_that_utf_8_can_carry(value: object) -> None:
    session = Session(out=io.StringIO(), err=io.StringIO())
    session.write_json(value)
    text = session.out.getvalue()  # type: ignore[attr-defined]
    assert json.loads(text.encode()) == value
    assert text.count("\n") == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("wanted", "format", "environment", "colored"),
    [
        ("auto", "full", {"TERM": "xterm"}, True),
        ("auto", "json", {"TERM": "xterm"}, False),
        ("auto", "full", {"TERM": "xterm", "NO_COLOR": "1"}, False),
        ("auto", "full", {"TERM": "xterm", "NO_COLOR": ""}, True),
        ("auto", "full", {"TERM": "dumb"}, False),
        ("always", "full", {"TERM": "dumb", "NO_COLOR": "1"}, True),
        ("never", "full", {"TERM": "xterm"}, False),
    ],
)
def test_colours(wanted: str, format: str, environment: dict[str, str], colored: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert is_colored(wanted, format, Terminal()) is colored
    assert is_colored(wanted, format, io.StringIO()) is (wanted == "always")
