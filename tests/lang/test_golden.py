"""Golden files: the IR of representative programs, and how mistakes are reported, as they are printed now.

``golden/ir/x.bell`` goes with ``x.typed`` and ``x.optimized``; ``golden/errors/x.bell`` with ``x.full``, ``x.short`` and ``x.json``. A change of the compiler shows as a
difference to review. ``REFRESH_GOLDEN=1 python -m pytest tests/lang/test_golden.py`` writes them anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import belljar
from belljar.commands.diagnostics import render
from belljar.errors import CODES

GOLDEN = Path(__file__).parent / "golden"
REFRESH = os.environ.get("REFRESH_GOLDEN") == "1"
MADE = {
    "too_large": "y = 1\n" * 210_000,
    "long_line": "x = '" + "a" * 200_000 + "'\n",
    "nul": "x = 1\ny = '\0'\n",
}
"""Sources of errors that are no files one would keep."""
ELSEWHERE = frozenset({"E0206", "E0404"})
"""Codes of E01 to E04 that are not found by compiling: they are about a run or a call."""


def compare(path: Path, text: str) -> None:
    if REFRESH:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"{path.name} has changed: REFRESH_GOLDEN=1 python -m pytest tests/lang/test_golden.py"


def named(folder: str) -> list[str]:
    return sorted(path.stem for path in (GOLDEN / folder).glob("*.bell"))


@pytest.mark.parametrize("name", named("ir"))
def test_ir(name: str) -> None:
    path = GOLDEN / "ir" / f"{name}.bell"
    program = belljar.compile(path.read_text(encoding="utf-8"), path.name)
    for stage in ("typed", "optimized"):
        compare(path.with_suffix(f".{stage}"), program.ir(stage))


def errors_of(name: str) -> list[belljar.BellError]:
    text = MADE.get(name) or (GOLDEN / "errors" / f"{name}.bell").read_text(encoding="utf-8")
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile(text, f"{name}.bell")
    return caught.value.diagnostics


@pytest.mark.parametrize("name", [*named("errors"), *MADE])
def test_errors(name: str) -> None:
    found = errors_of(name)
    for form in ("full", "short", "json"):
        compare(GOLDEN / "errors" / f"{name}.{form}", render(found, form, color=False))


def test_every_compile_time_code_has_a_golden_file() -> None:
    shown = {error.code for name in (*named("errors"), *MADE) for error in errors_of(name)}
    wanted = {code for code, row in CODES.items() if "E0100" < code < "E0500" and row.exit == 2} - ELSEWHERE
    assert wanted <= shown, sorted(wanted - shown)


def test_no_golden_file_is_left_over() -> None:
    sources = {*named("errors"), *MADE, *named("ir")}
    assert {path.name.split(".")[0] for path in GOLDEN.glob("*/*")} <= sources
