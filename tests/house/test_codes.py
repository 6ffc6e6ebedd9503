"""Every error code is used by the project and looked for by a test."""

from __future__ import annotations

import re
from pathlib import Path

from belljar.errors import CODES, KINDS

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"\bE\d{4}\b")


def mentioned(folder: str, *suffixes: str) -> set[str]:
    found: set[str] = set()
    for path in (ROOT / folder).rglob("*"):
        if path.suffix in suffixes and path.name not in ("errors.py", "test_codes.py"):
            found.update(CODE.findall(path.read_text(encoding="utf-8")))
    return found


def test_every_code_is_used() -> None:
    used = mentioned("src", ".py", ".pyx")
    faults = {
        f"E{int(number):04d}"
        for path in (ROOT / "csrc").rglob("*.c")
        for number in re.findall(r"bell_fault\(ctx, (?:BELL_E)?(\d+)", path.read_text())
    }
    named = {f"E{name}" for path in (ROOT / "csrc").rglob("*.[ch]") for name in re.findall(r"\bBELL_E(\d{4})\b", path.read_text())}
    assert not CODES.keys() - used - faults - named


def test_every_code_is_tested() -> None:
    assert not CODES.keys() - mentioned("tests", ".py", ".bell", ".txt", ".ir") - {"E1201"}


def test_rows_are_complete() -> None:
    for row in CODES.values():
        assert row.kind in KINDS, row.code
        assert row.exit in (1, 2, 3, 4), row.code
        assert row.text.endswith("."), row.code
        assert not row.message.endswith("."), row.code
