"""Formatting of Bell by ruff, which knows Python's syntax and so Bell's.

A text goes to the formatter only after Bell's own parser took it, so that what is wrong with it is said in Bell's words; what comes back is parsed again, and has to mean the same.
"""

from __future__ import annotations

import ast
import os
import subprocess
from pathlib import Path

from belljar.errors import BellError, bell_error, reason_of
from belljar.lang.guard import decode, guard
from belljar.lang.syntax import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

OPTIONS: Final = ("--extension", "bell:python", "--target-version", "py310", "--no-cache", "--quiet")
"""Bell has the grammar of Python 3.10 on every Python: nothing newer may come out."""


def find_ruff() -> str:
    """The path of ruff's program: that of the package in this environment, else the one on the search path. Raises E0008."""
    import shutil

    try:
        from ruff import find_ruff_bin

        return os.fsdecode(find_ruff_bin())
    except (ImportError, FileNotFoundError):
        pass
    found = shutil.which("ruff")
    if found is None:
        raise bell_error("E0008", what="formatting", package="ruff", extra="editor")
    return found


def format_source(data: bytes, name: str, ruff: str, folder: Path | None = None) -> bytes:
    """The bytes of a source file, formatted; ends of lines stay as they are. ruff's settings are those it finds from ``name`` upwards.

    Raises BellSyntaxError for what is not Bell, E0003 where ruff refuses (its settings are wrong), E1201 where it changed what the program says.
    """
    text = decode(data, name)
    before = parse(guard(text, name))
    command = [ruff, "format", *OPTIONS, "--stdin-filename", name if name.endswith((".bell", ".py")) else "stdin.bell", "-"]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, cwd=folder, check=False)
    except OSError as problem:
        raise bell_error("E0003", detail=f"ruff cannot be run: {problem.strerror or problem}", hint=f"it was found at {ruff}") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"status {done.returncode}"]
        raise bell_error("E0003", detail=f"ruff cannot format {name}: {said[0].removeprefix('error: ')}", notes=said[1:6])
    after = done.stdout
    try:
        same = _meaning(before) == _meaning(parse(guard(decode(after, name), name)))
    except BellError:
        same = False
    if not same:
        raise bell_error("E1201", detail=f"ruff changed what {name} says", hint="nothing was written; please report it with the program")
    return after


def _meaning(tree: ast.Module) -> str:
    """A tree as text without what formatting may change: places, the white space of docstrings, and parentheses around targets of ``del``."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and body:
            first = body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
                first.value.value = " ".join(first.value.value.split())
        elif isinstance(node, ast.Delete):
            node.targets = [item for target in node.targets for item in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return ast.dump(tree)


def rewrite(path: Path, before: bytes, after: bytes) -> None:
    """Put new bytes in the place of a file, whole or not at all: whatever happens, the file is the old or the new one.

    A link stays a link; permissions stay. Raises E0004 where the file cannot be replaced, or is not any more what was read.
    """
    import tempfile

    target = Path(os.path.realpath(path))
    made = ""
    try:
        state = target.stat()
        if not os.access(target, os.W_OK):
            raise PermissionError(13, "it is read-only")
        number, made = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
        with os.fdopen(number, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(made, state.st_mode & 0o7777)
        if os.geteuid() == 0 or state.st_uid != os.geteuid():
            try:
                os.chown(made, state.st_uid, state.st_gid)
            except OSError:
                pass  # it belongs to who formats it, as with editors that replace files
        if target.read_bytes() != before:
            raise bell_error("E0004", path=path, reason="it was changed while it was formatted", hint="run it again")
        os.replace(made, target)
        made = ""
    except OSError as problem:
        raise bell_error("E0004", path=path, reason=reason_of(problem)) from None
    finally:
        if made:
            try:
                os.unlink(made)
            except OSError:
                pass
