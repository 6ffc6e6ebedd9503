"""The command fmt: programs laid out one way."""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path

from belljar.editor.formatter import find_ruff, format_source, rewrite
from belljar.errors import BellError, bell_error, counted
from belljar.runtime.program import read_source
from belljar.source import read_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from belljar.commands.session import Session


def fmt(session: Session, values: Mapping[str, Any]) -> int:
    """Format every file: 2 if one could not be, 1 if ``--check`` or ``--diff`` found one that would change."""
    ruff = find_ruff()
    looking = values["check"] or values["diff"]
    counts = {"changed": 0, "unchanged": 0, "failed": 0}
    seen: set[str] = set()
    for path in values["paths"]:
        try:
            for file in _files(path):
                if (place := os.path.realpath(file)) in seen and file != "-":
                    continue
                seen.add(place)
                counts[_one(session, file, ruff, values)] += 1
        except BellError as error:
            session.report(*error.diagnostics)
            counts["failed"] += 1
    if session.format != "json" and values["paths"] != ["-"]:
        session.say(_summary(counts, looking))
    return 2 if counts["failed"] else 1 if looking and counts["changed"] else 0


def _files(path: str) -> Iterator[str]:
    """The files a path names: itself, or every .bell file below a folder, hidden folders left out."""
    if path == "-" or not os.path.isdir(path):
        if os.path.splitext(path)[1] not in ("", ".bell") and os.path.exists(path):  # data can read as a program does, and would be changed
            raise bell_error("E0003", detail=f"{path} is not a .bell file", hint="rename it, or format the standard input: belljar fmt -")
        yield path
        return
    found: list[str] = []
    for folder, inner, files in os.walk(path):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        found += [os.path.join(folder, name) for name in sorted(files) if name.endswith(".bell")]
    if not found:
        raise bell_error("E0001", path=os.path.join(path, "**", "*.bell"), nearest="the folder has no .bell files")
    yield from found


def _one(session: Session, path: str, ruff: str, values: Mapping[str, Any]) -> str:
    """Format one file; what became of it."""
    name = "<stdin>" if path == "-" else path
    try:
        before = sys.stdin.buffer.read() if path == "-" else _read(path)
        after = format_source(before, name, ruff)
        changed = after != before
        if values["diff"]:
            if changed:
                session.out.write(_difference(before, after, name))
        elif path == "-":
            if not values["check"]:
                session.out.write(after.decode())
        elif changed and not values["check"]:
            rewrite(Path(path), before, after)
    except BellError as error:
        session.report(*error.diagnostics)
        return "failed"
    if session.format == "json" and not values["diff"] and (path != "-" or values["check"]):
        session.write_json({"file": name, "changed": changed})
    elif changed and path != "-" and not values["diff"]:
        session.out.write(f"{'would reformat' if values['check'] else 'reformatted'} {path}\n")
    return "changed" if changed else "unchanged"


def _read(path: str) -> bytes:
    """The bytes of a file, once it is known that it can be read as a program is."""
    read_source(path)
    return read_bytes(path)


def _difference(before: bytes, after: bytes, name: str) -> str:
    old, new = (data.decode("utf-8-sig").splitlines(keepends=True) for data in (before, after))
    lines: list[str] = []
    for line in difflib.unified_diff(old, new, name, name):
        lines.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(lines)


def _summary(counts: Mapping[str, int], looking: bool) -> str:
    verb = "would be reformatted" if looking else "reformatted"
    words = [f"{counted(counts['changed'], 'file')} {verb}"] if counts["changed"] else []
    if counts["unchanged"]:
        words.append(f"{counted(counts['unchanged'], 'file')} left as {'they are' if counts['unchanged'] != 1 else 'it is'}")
    if counts["failed"]:
        words.append(f"{counted(counts['failed'], 'file')} failed")
    return ", ".join(words)
