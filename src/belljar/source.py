"""Source text and places in it.

A :class:`Source` is one named text, split into lines once. A :class:`Span` is a half-open range of it: lines are 1-based,
columns are 1-based and count code points, so a caret stands under the character a person sees.
"""

from __future__ import annotations

import errno
import os
import stat

from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import BinaryIO, Final


class Span(Frozen):
    """A place in a source text: ``line``/``column`` to ``end_line``/``end_column`` (end exclusive), all 1-based."""

    __slots__ = ("column", "end_column", "end_line", "line")

    def __init__(self, line: int, column: int, end_line: int, end_column: int) -> None:
        self.line: Final = line
        self.column: Final = column
        self.end_line: Final = end_line
        self.end_column: Final = end_column

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


NOWHERE = Span(0, 0, 0, 0)
"""The span of what has no place in the source (made by the compiler, or an error outside any program)."""


class Source(Frozen):
    """One named source text. ``name`` is what errors print as the file."""

    __slots__ = ("is_ascii", "lines", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name: Final = name
        self.text: Final = text
        self.is_ascii: Final = text.isascii()
        """Whether bytes and characters of it are counted alike."""
        # Python's own notion of a line: \n, \r\n and \r, but not the form feeds and exotic separators of splitlines().
        self.lines: Final = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))

    def __repr__(self) -> str:
        return f"<Source {self.name}>"

    def line(self, number: int) -> str:
        """The text of 1-based line ``number`` without its end, or ``""`` when there is no such line."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""


def is_named_pipe(path: str | PathLike[str]) -> bool:
    """Whether a path is a named pipe: to open it waits for one who writes to it, and there may never be one. What is piped to this process (``/dev/stdin``, ``<(command)``) has a writer that ends, and no name."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode) and os.path.exists(os.path.realpath(path))
    except OSError:
        return False


def open_bytes(path: str | PathLike[str]) -> BinaryIO:
    """A file, open for reading. Raises OSError, also for a directory and for what :func:`is_named_pipe`."""
    number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    kind = os.fstat(number).st_mode
    is_named = stat.S_ISFIFO(kind) and os.path.exists(os.path.realpath(path))
    if stat.S_ISDIR(kind) or is_named:
        os.close(number)
        raise OSError(errno.EINVAL, "it is a named pipe" if is_named else "it is a directory", os.fspath(path))
    os.set_blocking(number, True)
    return open(number, "rb")


def read_bytes(path: str | PathLike[str], most: int = -1) -> bytes:
    """The bytes of a file, so many at most. Raises as :func:`open_bytes`."""
    with open_bytes(path) as file:
        return file.read(most)


_CONTROLS = {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)} | {0x7F: 0x2421}
_HIDDEN = _CONTROLS | dict.fromkeys((*range(0x80, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)


def visible(text: str) -> str:
    """Text as a terminal may show it: what would move its cursor, colour it or turn its direction is a sign of the same width instead.

    Programs and data come from others: an error that quotes them must not do what they want.
    """
    return text if text.isprintable() else text.translate(_HIDDEN)


def operand_names(expression: str) -> list[str]:
    """What the operands of an expression are called, in order: names and attributes of names, ``""`` for all else. Empty for what is no operation on values."""
    import ast

    try:
        node = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    operands: list[ast.expr] = []
    if isinstance(node, ast.BinOp):
        operands = [node.left, node.right]
    elif isinstance(node, ast.Subscript):
        operands = [node.value, node.slice]
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        operands = [node.left, *node.comparators]
    elif isinstance(node, ast.UnaryOp):
        operands = [node.operand]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords:
        operands = list(node.args)
    return [ast.unparse(operand) if _is_name(operand) else "" for operand in operands]


def _is_name(node: object) -> bool:
    import ast

    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)
