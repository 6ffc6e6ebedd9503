"""The corpus of programs: finding them, what they expect, and running one on CPython."""

from __future__ import annotations

import contextlib
import decimal
import functools
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

import belljar

ROOT = Path(__file__).parent / "programs"

WHOLE = bool(os.environ.get("BELLJAR_WHOLE"))
"""Whether laws that take long are tested on all programs (``make exhaustive``) and not on a share of them."""

_EXPECT = re.compile(r"#\s?expect: ?(.*)$")
_ERROR = re.compile(r"#\s?error: (E\d{4})")


@dataclass(frozen=True)
class Case:
    """One program: its text, the output it must print, and the error that must end it, if any."""

    path: Path
    text: str
    output: str
    error: str
    error_line: int

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))


def read_case(path: Path) -> Case:
    return read_text(path, path.read_text(encoding="utf-8"))


def read_text(path: Path, text: str) -> Case:
    """What a program says that it does."""
    lines: list[str] = []
    error, error_line = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        if found := _EXPECT.search(line):
            lines.append(found[1])
        if found := _ERROR.search(line):
            error, error_line = found[1], number
    return Case(path, text, "".join(line + "\n" for line in lines), error, error_line)


def cases() -> list[Case]:
    return [read_case(path) for path in sorted(ROOT.rglob("*.bell"))]


def by_program() -> list[Any]:
    """The corpus as parameters: tests of one program run in one process, which compiles it once."""
    return [pytest.param(case, id=case.name, marks=pytest.mark.xdist_group(case.name)) for case in cases()]


def is_one_in(count: int, name: str) -> bool:
    """Whether a program is among the share of one in ``count`` that a law is tested on: picked by name, so that a new program does not change which are."""
    return WHOLE or crc32(name.encode()) % count == 0


@functools.cache
def compiled(case: Case) -> belljar.Program:
    """The program, compiled once for all that look at it."""
    return belljar.compile(case.text, case.name)


def run_on_cpython(case: Case) -> tuple[str, str, int]:
    """(output, exception class name or "", line it was raised on) of the program under CPython."""
    out = io.StringIO()
    namespace: dict[str, object] = {"__name__": "__main__"}
    try:
        with contextlib.redirect_stdout(out), decimal.localcontext(decimal.DefaultContext):  # programs change it
            exec(compile(case.text, str(case.path), "exec", dont_inherit=True), namespace)  # without the __future__ of this module
    except SystemExit as stop:
        if stop.code not in (None, 0):  # with these a program ends well
            return out.getvalue(), "SystemExit", 0
    except Exception as problem:
        trace = problem.__traceback__
        line = 0
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == str(case.path):
                line = trace.tb_lineno
            trace = trace.tb_next
        return out.getvalue(), type(problem).__name__, line
    return out.getvalue(), "", 0
