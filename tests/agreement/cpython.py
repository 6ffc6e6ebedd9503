"""CPython as the judge: programs run in a process of its own, with the hash seed whose order of sets Bell has, and tell what they did.

Started as a script, this file is that process: it reads one program a line, as JSON, and answers in one.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import warnings
from typing import Any, NamedTuple

SECONDS = 4
"""Longest that one program runs; the machine may be busy."""
MEMORY = 1 << 30
OUTPUT = 1 << 20
"""Characters of output after which a program is given up."""
NAME = "program"
UNTOLD = "\0"
"""In place of a text that takes a method of the program to make: Bell shows an error without running any."""


class Judged(NamedTuple):
    """What a program did on CPython: its output, the class, text and line of the exception that ended it, and the text of what ``main`` gave. ``is_lost``: it took too long or too much."""

    output: str
    error: str
    message: str
    line: int
    result: str
    is_lost: bool


class CPython:
    """The process, started when it is first asked for and again where a program has ended it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def run(self, text: str) -> Judged:
        """Run a program, and its ``main`` if it has one."""
        if self.process is None or self.process.poll() is not None:
            environment = os.environ | {"PYTHONHASHSEED": "0"}
            self.process = subprocess.Popen(
                [sys.executable, "-X", "utf8", __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                text=True,
                encoding="utf-8",
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(text) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.close()
            return Judged("", "", "", 0, "", True)
        return Judged(*json.loads(answer))

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


class _Lost(BaseException):
    """Too long or too much: no ``except Exception`` of the program holds it."""


class _Output(io.StringIO):
    def write(self, text: str) -> int:
        if self.tell() > OUTPUT:
            raise _Lost
        return super().write(text)


def shown(value: Any) -> str:
    """A result as both sides show it: plain data, sets in any order, ints of any length; of all else no more than that it is there."""
    if isinstance(value, int) and value.bit_length() > 10_000:  # more digits than CPython writes
        return hex(value)
    if value is None or type(value) in (bool, int, float, str, bytes, range):
        return repr(value)
    if type(value) in (list, tuple):
        return f"{type(value).__name__}({', '.join(map(shown, value))})"
    if type(value) in (set, frozenset):
        return f"{type(value).__name__}({', '.join(sorted(map(shown, value)))})"
    if type(value) is dict:
        return f"dict({', '.join(f'{shown(key)}: {shown(item)}' for key, item in value.items())})"
    return "an object"


def _is_plain(problem: BaseException) -> bool:
    """Whether its text needs no method of the program."""
    built_in = type(problem).__str__ in (BaseException.__str__, KeyError.__str__, OSError.__str__)
    return built_in and not any(
        type(arg).__module__ == "__main__" or isinstance(arg, (list, tuple, dict, set, frozenset)) for arg in problem.args
    )


def _alarm(*_: object) -> None:
    raise _Lost


def judged(text: str) -> Judged:
    """Run one program here."""
    out = _Output()
    error, message, line, result = "", "", 0, ""
    module = type(sys)("__main__")
    sys.modules["__main__"] = module  # dataclasses look their annotations up there
    signal.alarm(SECONDS)
    try:
        with contextlib.redirect_stdout(out):
            code = compile(text, NAME, "exec", dont_inherit=True)
            exec(code, module.__dict__)
            if "main" in module.__dict__:
                result = shown(module.__dict__["main"]())
        signal.alarm(0)
    except (_Lost, MemoryError, RecursionError):
        return Judged("", "", "", 0, "", True)
    except BaseException as problem:
        signal.alarm(0)
        error, line = type(problem).__name__, 0
        message = str(problem) if _is_plain(problem) else UNTOLD
        trace: Any = problem.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == NAME:
                line = trace.tb_lineno
            trace = trace.tb_next
        if isinstance(problem, SyntaxError) and line == 0:
            line = problem.lineno or 0
    finally:
        signal.alarm(0)
    return Judged(out.getvalue(), error, message, line, result, False)


def _serve() -> None:
    signal.signal(signal.SIGALRM, _alarm)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    answers, sys.stdout = sys.stdout, io.StringIO()
    for request in sys.stdin:
        try:
            answer = judged(json.loads(request))
        except _Lost:
            answer = Judged("", "", "", 0, "", True)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
