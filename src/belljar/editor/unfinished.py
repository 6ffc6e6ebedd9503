"""Texts half typed: what stands before the cursor, which names are in reach, and how to make the text whole enough to be understood."""

from __future__ import annotations

import re

from belljar.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

LINE_MAX: Final = 1_000
"""Characters of a line that are looked at: nobody types longer ones."""
LINES_MAX: Final = 20
"""Lines above the cursor in which a call may have begun."""
BEFORE: Final = "_ = ("
OPENING: Final = {")": "(", "]": "[", "}": "{"}
_WORD = re.compile(r"\w*\Z")
_STRING = re.compile(r"""(?P<quote>'''|\"\"\"|'|")""")
_BINDINGS = (
    re.compile(r"^\s*(?:def|class)\s+(?P<one>[^\W\d]\w*)"),
    re.compile(r"\bfor\s+(?P<many>[\w\s,()*]+?)\s+in\b"),
    re.compile(r"\b(?:as)\s+(?P<one>[^\W\d]\w*)"),
    re.compile(r"^\s*(?P<many>[^\W\d][\w\s,*]*?)\s*(?::[^=]+)?=(?!=)"),
    re.compile(r"(?P<one>[^\W\d]\w*)\s*:="),
    re.compile(r"^\s*import\s+(?P<many>[\w\s,.]+)"),
    re.compile(r"^\s*from\s+[\w.]+\s+import\s+(?P<many>[\w\s,()]+)"),
)
_PARAMETERS = re.compile(r"^\s*def\s+\w+\s*\((?P<params>.*)")
_NOT_NAMES: Final = frozenset({"if", "else", "elif", "for", "while", "return", "in", "is", "not", "and", "or", "lambda", "as", "import", "from", "def", "class", "None", "True", "False"})  # fmt: skip


class Cursor(Struct):
    """What stands before a cursor: the word being typed, and, where a dot is before it, the expression before that.

    ``kind``: ``name``, ``member``, ``module`` (behind ``import`` or ``from``), ``imported`` (behind ``from x import``; ``before`` is x), or ``none`` (in a text or comment, or where a new
    name is given).
    """

    __slots__ = ("before", "kind", "word")

    def __init__(self, kind: str, word: str, before: str = "") -> None:
        self.kind = kind
        self.word = word
        self.before = before


def cursor(lines: Sequence[str], line: int, column: int) -> Cursor:
    """What is being typed at a place (from 1)."""
    text = lines[line - 1][max(0, column - 1 - LINE_MAX) : column - 1] if 1 <= line <= len(lines) else ""
    word = (_WORD.search(text) or [""])[0]
    rest = text[: len(text) - len(word)]
    if in_text(rest) or _open_text(lines, line):
        return Cursor("none", word)
    found = re.match(r"\s*from\s+([\w.]*)\s+import\s+\(?[\w\s,]*\Z", rest)
    if found is not None:
        return Cursor("imported", word, found[1])
    if (found := re.match(r"\s*(?:from|import)\s+(?:[\w.\s]+,\s*)*([\w.]*)\Z", rest)) is not None:
        return Cursor("module", found[1] + word)
    if re.search(r"(?:\bdef|\bclass|\bas)\s+\Z", rest) or (word[:1].isdigit()):
        return Cursor("none", word)
    if rest.endswith("."):
        before = receiver(rest[:-1])
        return Cursor("member" if before and not before.replace("_", "").isdigit() else "none", word, before)
    return Cursor("name", word)


def in_text(before: str) -> bool:
    """Whether the end of a line's beginning is in a text, or in a comment."""
    quote = ""
    at = 0
    while at < len(before):
        if quote:
            if before[at] == "\\":
                at += 1
            elif before.startswith(quote, at):
                at += len(quote) - 1
                quote = ""
        elif before[at] == "#":
            return True
        elif (found := _STRING.match(before, at)) is not None:
            quote = found[0]
            at += len(quote) - 1
        at += 1
    return bool(quote)


def _open_text(lines: Sequence[str], line: int) -> bool:
    """Whether a text with three quotes is open where a line begins."""
    quote = ""
    for text in lines[: line - 1]:
        at = 0
        while at < len(text):
            if quote:
                end = text.find(quote, at)
                if end < 0:
                    break
                quote, at = "", end + 3
                continue
            if text[at] == "#":
                break
            found = _STRING.match(text, at)
            if found is None:
                at += 1
                continue
            if len(found[0]) == 3:
                quote, at = found[0], at + 3
                continue
            at += 1
            while at < len(text) and text[at] != found[0]:
                at += 2 if text[at] == "\\" else 1
            at += 1
    return bool(quote)


def receiver(before: str) -> str:
    """The expression that a text ends with: names, attributes, calls, indices, literals of text."""
    at = len(before)
    while at > 0:
        char = before[at - 1]
        if char.isalnum() or char == "_" or char == ".":
            at -= 1
        elif char in OPENING:
            depth = 0
            start = at
            while start > 0:
                start -= 1
                if before[start] in OPENING:
                    depth += 1
                elif before[start] in OPENING.values():
                    depth -= 1
                    if depth == 0:
                        break
            if depth:
                return ""
            if at < len(before) and before[at] not in ".([":
                break
            at = start
            if start > 0 and not (before[start - 1].isalnum() or before[start - 1] in "_)]}'\""):
                break
        elif char in "'\"":
            start = before.rfind(char, 0, at - 1)
            if start < 0:
                return ""
            at = start
            break
        else:
            break
    return before[at:].strip()


def call(lines: Sequence[str], line: int, column: int) -> tuple[str, int, str] | None:
    """The call whose arguments are being typed: what is called, the number of commas before the cursor, and the name of the argument where one is given by name."""
    text = "\n".join([*lines[max(0, line - LINES_MAX) : line - 1], lines[line - 1][: column - 1] if 1 <= line <= len(lines) else ""])[
        -LINE_MAX:
    ]
    depth = commas = 0
    at = len(text)
    argument = ""
    while at > 0:
        at -= 1
        char = text[at]
        if char in "'\"":
            start = text.rfind(char, 0, at)
            at = max(start, 0) if start >= 0 else at
        elif char in OPENING:
            depth += 1
        elif char in OPENING.values():
            if depth:
                depth -= 1
            elif char == "(":
                if not commas:
                    argument = _keyword(text[at + 1 :])
                called = receiver(text[:at].split("\n")[-1])
                word = called.split(".")[-1]
                defines = re.search(r"\b(?:def|class)\s+\w*\Z", text[:at])
                return (called, commas, argument) if word.isidentifier() and not defines and word not in _NOT_NAMES else None
            else:
                commas, argument = 0, ""
        elif char == "," and not depth:
            if not commas and not argument:
                argument = _keyword(text[at + 1 :])
            commas += 1
    return None


def _keyword(text: str) -> str:
    found = re.match(r"\s*([^\W\d]\w*)\s*=(?!=)", text)
    return found[1] if found is not None else ""


def with_expression(lines: Sequence[str], line: int, expression: str) -> tuple[str, int, int]:
    """The text with an expression alone in the line where the cursor is, and its place: for asking for its type while the rest of the line is not written yet."""
    text = lines[line - 1]
    indent = text[: len(text) - len(text.lstrip())]
    made = [*lines[: line - 1], f"{indent}{BEFORE}{expression})", *lines[line:]]
    return "\n".join(made), line, len(indent) + len(BEFORE) + 1


def names(lines: Sequence[str], line: int) -> list[str]:
    """The names bound in the functions around a line and at the module level, as far as single lines tell, nearest first."""
    inner: dict[str, None] = {}
    own = lines[line - 1] if 1 <= line <= len(lines) else ""
    limit = _indent(own) if own.strip() else 1 << 20
    for number in range(min(line - 1, len(lines)) - 1, -1, -1):  # upwards: what is indented less is around
        text = lines[number]
        if not text.strip():
            continue
        indent = _indent(text)
        if indent <= limit:
            for name in _bound(text, with_params=indent < limit or limit == 1 << 20):
                inner.setdefault(name)
        if indent < limit and re.match(r"\s*(?:def|class)\b", text):
            limit = indent
    outer = [name for text in lines if text[:1].strip() for name in _bound(text, with_params=False)]
    return list(dict.fromkeys([*inner, *outer]))


def _bound(text: str, with_params: bool) -> list[str]:
    if len(text) > LINE_MAX:
        return []
    found: list[str] = []
    for pattern in _BINDINGS:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            found += re.findall(r"[^\W\d]\w*", groups.get("one") or groups.get("many") or "")
    given = _PARAMETERS.match(text)
    if given is not None and with_params:
        found += [name for part in given["params"].split(",") for name in re.findall(r"^\s*\**([^\W\d]\w*)", part)]
    return [name for name in found if name not in _NOT_NAMES]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
