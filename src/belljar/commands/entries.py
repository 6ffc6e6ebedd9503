"""Where an entry ends: in lines typed one by one, and in lines that come through a pipe."""

from __future__ import annotations

import io
import tokenize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BLOCKS = frozenset({"if", "for", "while", "try", "with", "def", "class", "async", "@"})
"""What a statement begins with that goes on until an empty line."""
CLAUSES = frozenset({"else", "elif", "except", "finally"})
"""What goes on with the statement before it."""
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
COMMAND = ":"
"""What a line begins with that is for the shell, not for the program."""


def goes_on(text: str) -> bool:
    """Whether lines typed so far need another one: a bracket or a text is open, a line is continued, or a block was not ended by an empty line."""
    if text.startswith(COMMAND) or not text.strip():
        return False
    block, open_ = _shape(text)
    return open_ or (block and text.rsplit("\n", 1)[-1].strip() != "")


def cut(lines: Iterable[str]) -> Iterator[str]:
    """The entries of lines that come one after another. A block ends where the next statement begins."""
    held: list[str] = []
    waiting: list[str] = []  # empty lines and comments behind a block: part of it if it goes on
    block = open_ = False
    for raw in lines:
        line = raw.rstrip("\r\n")
        bare = line.strip()
        if block and not open_:
            if not bare or bare.startswith("#"):
                waiting.append(line)
                continue
            word = bare.replace(":", " ").split()[0]
            if line[:1] not in " \t" and word not in CLAUSES and not held[-1].startswith("@"):
                yield "\n".join(held)
                held, waiting = [], []
        elif not held and not bare:
            continue
        held += [*waiting, line]
        waiting = []
        if len(held) == 1 and line.startswith(COMMAND):
            yield line
            held = []
            continue
        block, open_ = _shape("\n".join(held))
        if not block and not open_:
            yield "\n".join(held)
            held = []
    if held:
        yield "\n".join(held)


def _shape(text: str) -> tuple[bool, bool]:
    """(is the last statement a block?, is something open?)"""
    if text.rstrip(" \t").endswith("\\"):
        return False, True
    block = False
    first = previous = ""
    level = depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text + "\n").readline):
            if token.type in (tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER):
                continue
            if token.type == tokenize.INDENT:
                level += 1
            elif token.type == tokenize.DEDENT:
                level -= 1
            elif token.type == tokenize.NEWLINE:
                if level == 0:
                    block = first in BLOCKS or previous == ":" or (block and first in CLAUSES)
                first = ""
            else:
                if token.type == tokenize.ERRORTOKEN and token.string[0] in "'\"":  # a text that should end on its line
                    return False, False
                depth += (token.string in OPENING) - (token.string in CLOSING)
                first = first or token.string
                previous = token.string
    except tokenize.TokenError as problem:
        return block, depth > 0 or "multi-line string" in str(problem) or "triple-quoted" in str(problem)
    except SyntaxError:  # what the parser will say
        return False, False
    return block, False
