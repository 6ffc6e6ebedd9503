"""The built-in exception classes, as classes of the program: ``args``, and what ``raise ... from`` sets."""

from __future__ import annotations

from belljar.lang.graph import ClassDecl, FieldDecl, MethodDecl
from belljar.source import NOWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_TREE = """
BaseException
  Exception
    ArithmeticError
      FloatingPointError OverflowError ZeroDivisionError
    AssertionError AttributeError BufferError EOFError
    ImportError
      ModuleNotFoundError
    LookupError
      IndexError KeyError
    MemoryError
    NameError
      UnboundLocalError
    OSError
      BlockingIOError ChildProcessError
      ConnectionError
        BrokenPipeError ConnectionAbortedError ConnectionRefusedError ConnectionResetError
      FileExistsError FileNotFoundError InterruptedError IsADirectoryError NotADirectoryError PermissionError ProcessLookupError TimeoutError
    ReferenceError
    RuntimeError
      NotImplementedError RecursionError
    StopAsyncIteration StopIteration SyntaxError SystemError TypeError
    ValueError
      UnicodeError
        UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError
    Warning
      BytesWarning DeprecationWarning FutureWarning ImportWarning PendingDeprecationWarning ResourceWarning RuntimeWarning SyntaxWarning UnicodeWarning UserWarning
  GeneratorExit KeyboardInterrupt SystemExit
"""


def _read_tree() -> dict[str, str]:
    bases: dict[str, str] = {}
    path: list[str] = []
    for line in _TREE.strip().splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        names = line.split()
        del path[depth:]
        for name in names:
            bases[name] = path[-1] if path else ""
        path.append(names[-1])
    return bases


BASES: Final[dict[str, str]] = _read_tree()
"""Every built-in exception class, with its base class."""

RAISED_BY_OPERATIONS: Final = (
    "AssertionError", "AttributeError", "IndexError", "KeyError", "NameError", "NotImplementedError", "OverflowError", "PermissionError", "RecursionError", "RuntimeError", "StopIteration",
    "TypeError", "UnboundLocalError", "UnicodeDecodeError", "UnicodeEncodeError", "ValueError", "ZeroDivisionError", "GeneratorExit",
)  # fmt: skip
"""Those that operations of the language raise by themselves."""

FIELDS: Final = ("args", "cause", "context")

MODULE: Final = "_exceptions"
"""The module of the library that holds the methods."""

METHODS: Final = {
    "BaseException": {"__str__": "text", "__repr__": "representation", "with_traceback": "with_traceback"},
    "KeyError": {"__str__": "key_text"},
    "OSError": {"__str__": "system_text"},
    "StopIteration": {"value": "value"},
}
"""By class the methods it defines itself, each with the function of the library that it is; ``value`` is a property."""


def declare_exception(name: str) -> ClassDecl:
    """The class of a built-in exception."""
    decl = ClassDecl(name, NOWHERE, BASES[name])
    decl.kind = "exception"
    if name == "BaseException":
        decl.fields = [FieldDecl(field, None, None, False, NOWHERE) for field in FIELDS]
    for method, function in METHODS.get(name, {}).items():
        decl.methods[method] = MethodDecl(method, "property" if method == "value" else "method", f"{MODULE}.{function}")
    return decl
