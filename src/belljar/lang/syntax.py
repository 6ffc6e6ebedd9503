"""Parsing, and the constructs of Python that Bell refuses by name.

The standard library's parser gives the tree; nothing is ever handed to the bytecode compiler. :data:`REFUSED` names each construct that is not part of the language (or
not yet), with what to write instead. A node class that is neither handled by :mod:`belljar.lang.flow` nor named here is a bug that a house test finds.
"""

from __future__ import annotations

import ast
import re
import warnings

from belljar.errors import BellError, bell_error
from belljar.source import NOWHERE, Source, Span
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

GRAMMAR_VERSION = (3, 10)
"""The grammar accepted, whatever Python hosts the compiler: a program means the same everywhere."""


class Refusal(Frozen):
    __slots__ = ("construct", "instead", "later")

    def __init__(self, construct: str, instead: str = "", later: bool = True) -> None:
        self.construct: Final = construct
        self.instead: Final = instead
        self.later: Final = later
        """Planned for a later version of the language (True), or not part of its design (False)."""


REFUSED: dict[str, Refusal] = {
    "AsyncFunctionDef": Refusal("an async function", "write a plain function", later=False),
    "AsyncFor": Refusal("async for", "write a plain for", later=False),
    "AsyncWith": Refusal("async with", "call what you need", later=False),
    "Await": Refusal("await", "call the function plainly", later=False),
    "Import": Refusal("this import", "only `import math` and `from math import ...` are available"),
    "ImportFrom": Refusal("this import", "only `import math` and `from math import ...` are available"),
    "Global": Refusal("global", "pass the value in and return the new one"),
    "Nonlocal": Refusal("nonlocal", "pass the value in and return the new one"),
    "Delete": Refusal("del", "use .pop(...) or build a new value"),
    "With": Refusal("with", "programs have no files or locks: call what you need"),
    "Match": Refusal("match", "use if and elif"),
    "Try": Refusal("try", "test before the operation that can fail"),
    "TryStar": Refusal("try with except*", "catch the exceptions with `except`", later=False),
    "TypeAlias": Refusal("a type statement", "write the type where it is used"),
    "Lambda": Refusal("lambda", "write a function at module level"),
    "ListComp": Refusal("a list comprehension", "write a for loop that appends"),
    "SetComp": Refusal("a set comprehension", "write a for loop"),
    "DictComp": Refusal("a dict comprehension", "write a for loop that assigns the keys"),
    "GeneratorExp": Refusal("a generator expression", "write a for loop"),
    "Yield": Refusal("yield", "build a list and return it"),
    "YieldFrom": Refusal("yield from", "build a list and return it"),
    "NamedExpr": Refusal("the walrus operator", "assign in a statement of its own"),
    "Starred": Refusal("unpacking with *", "write the elements out"),
    "TemplateStr": Refusal("a template string", "use an f-string", later=False),
}


def span_of(node: ast.AST, source: Source) -> Span:
    """The place of a syntax node. ast counts columns in UTF-8 bytes; a Span counts characters."""
    line = getattr(node, "lineno", 0)
    if not line:
        return NOWHERE
    end_line = node.end_lineno or line  # type: ignore[attr-defined]
    column: int = node.col_offset  # type: ignore[attr-defined]
    end_column: int = node.end_col_offset or column + 1  # type: ignore[attr-defined]
    if source.is_ascii:
        return Span(line, column + 1, end_line, end_column + 1)
    text = source.line(line)
    if not text.isascii():
        column = len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))
    end_text = text if end_line == line else source.line(end_line)
    if not end_text.isascii():
        end_column = len(end_text.encode("utf-8", "surrogatepass")[:end_column].decode("utf-8", "ignore"))
    return Span(line, column + 1, end_line, end_column + 1)


def parse(source: Source) -> ast.Module:
    """The syntax tree of guarded text. Raises BellSyntaxError (E0101, or E0102 where only the parser can tell that nesting is too deep)."""
    text = "\n".join(source.lines)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, filename=source.name, feature_version=GRAMMAR_VERSION)
    except SyntaxError as problem:
        raise _syntax_error(problem, source) from None
    except (RecursionError, MemoryError):
        raise bell_error("E0102", source=source, found="too many", limit="fewer") from None
    except ValueError as problem:  # integer literals beyond the host's digit limit
        raise bell_error("E0101", source=source, detail=str(problem).split(";")[0]) from None


_TOO_NEW: Final = (
    (re.compile(r"\s*except\s*\*"), REFUSED["TryStar"]),
    (
        re.compile(r"\s*(?:def|class)\s+\w+\s*\["),
        Refusal("a list of type parameters", "name them with TypeVar, and derive classes from Generic", later=False),
    ),
    (re.compile(r"\s*type\s+\w+\s*(?:\[.*\]\s*)?="), REFUSED["TypeAlias"]),
)
"""How lines begin that the grammar does not have, and the parser of some Python therefore takes for something else."""


def _too_new(problem: SyntaxError, source: Source) -> BellError | None:
    """The refusal of a statement that came with a later grammar: where the parser stopped, or before it, for it tells of ``except*`` at the end of the statement."""
    last = min(problem.lineno or 0, len(source.lines))
    first = 0 if "Exception groups" in (problem.msg or "") else last - 1
    for number in range(last, first, -1):
        text = source.line(number)
        for begins, refused in _TOO_NEW:
            if found := begins.match(text):
                column = len(text) - len(text.lstrip())
                return _refusal(source, Span(number, column + 1, number, found.end() + 1), refused)
    return None


def _syntax_error(problem: SyntaxError, source: Source) -> BellError:
    if (refused := _too_new(problem, source)) is not None:
        return refused
    line = problem.lineno or 0
    column = max(problem.offset or 1, 1)
    end_line = getattr(problem, "end_lineno", None) or line
    end_column = getattr(problem, "end_offset", None) or column + 1
    if end_line != line or end_column <= column:
        end_line, end_column = line, column + 1
    detail = (problem.msg or "invalid syntax").split(" Perhaps you forgot a comma?")[0]
    hint = "is a comma missing?" if "forgot a comma" in (problem.msg or "") else ""
    return bell_error("E0101", source=source, span=Span(line, column, end_line, end_column), detail=detail, hint=hint)


def refusal(node: ast.AST, source: Source, construct: str = "", instead: str = "", *, later: bool = True) -> BellError:
    """E0106 for a construct Bell does not run, by the table or by the name given."""
    row = None if construct else REFUSED.get(type(node).__name__)
    return _refusal(source, span_of(node, source), row or Refusal(construct or type(node).__name__, instead, later))


def _refusal(source: Source, span: Span, refused: Refusal) -> BellError:
    name = refused.construct
    return bell_error(
        "E0106",
        source=source,
        span=span,
        construct=name if "(" in name.split()[0] else name[0].upper() + name[1:],
        version=" yet" if refused.later else "",
        instead=refused.instead,
    )
