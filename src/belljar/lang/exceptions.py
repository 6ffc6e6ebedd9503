"""The built-in exception classes, as classes of the program: ``args``, and what ``raise ... from`` sets."""

from __future__ import annotations

from belljar.ir.exceptions import BASES, FIELDS
from belljar.lang.graph import ClassDecl, FieldDecl, MethodDecl
from belljar.source import NOWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

RAISED_BY_OPERATIONS: Final = (
    "AssertionError", "AttributeError", "IndexError", "KeyError", "LookupError", "NameError", "NotImplementedError", "OverflowError", "PermissionError", "RecursionError", "RuntimeError", "StopIteration",
    "TypeError", "UnboundLocalError", "UnicodeDecodeError", "UnicodeEncodeError", "ValueError", "ZeroDivisionError", "GeneratorExit",
)  # fmt: skip
"""Those that operations of the language raise by themselves."""

MODULE: Final = "_exceptions"
"""The module of the library that holds the methods."""

OF_CODING: Final = {part: f"coding_{part}" for part in ("encoding", "object", "start", "end", "reason")}
METHODS: Final = {
    "BaseException": {"__str__": "text", "__repr__": "representation", "with_traceback": "with_traceback", "add_note": "add_note"},
    "KeyError": {"__str__": "key_text"},
    "OSError": {
        "__str__": "system_text",
        "errno": "system_number",
        "strerror": "system_reason",
        "filename": "no_name",
        "filename2": "no_name",
    },
    "StopIteration": {"value": "value"},
    "SyntaxError": {"__str__": "syntax_text", "msg": "value"},
    "SystemExit": {"code": "exit_code"},
    "UnicodeDecodeError": {"__str__": "decoding_text", **OF_CODING},
    "UnicodeEncodeError": {"__str__": "encoding_text", **OF_CODING},
}
"""By class the methods it defines itself, each with the function of the library that it is; PROPERTIES are read like fields."""
COMPUTED: Final = frozenset({"value", "code", "errno", "strerror", "filename", "filename2"})
"""Those of them that no built-in exception may be given another value of."""
PROPERTIES: Final = COMPUTED | OF_CODING.keys() | {"msg"}


OF_SYSTEM: Final = {
    1: "PermissionError", 2: "FileNotFoundError", 3: "ProcessLookupError", 4: "InterruptedError", 10: "ChildProcessError", 11: "BlockingIOError", 13: "PermissionError",
    17: "FileExistsError", 20: "NotADirectoryError", 21: "IsADirectoryError", 32: "BrokenPipeError", 103: "ConnectionAbortedError", 104: "ConnectionResetError",
    108: "BrokenPipeError", 110: "TimeoutError", 111: "ConnectionRefusedError", 114: "BlockingIOError", 115: "BlockingIOError",
}  # fmt: skip
"""By number of the error, as Linux has them, the class that OSError(number, text) makes an object of."""


def yield_to_fields(classes: dict[str, ClassDecl]) -> None:
    """Take back the properties that a class derived from theirs has as fields of its own, which CPython lets it assign."""
    for own in [decl for decl in classes.values() if decl.kind == "exception"]:
        names = [field.name for field in own.fields if field.name in PROPERTIES]
        for base in [classes[name] for name in own.order if name in METHODS and name in classes] if names else []:
            for name in names:
                base.methods.pop(name, None)


def declare_exception(name: str) -> ClassDecl:
    """The class of a built-in exception."""
    decl = ClassDecl(name, NOWHERE, BASES[name])
    decl.kind = "exception"
    lineage = [name]
    while BASES[lineage[-1]]:
        lineage.append(BASES[lineage[-1]])
    decl.order = tuple(lineage)
    if name == "BaseException":
        decl.fields = [FieldDecl(field, None, None, False, NOWHERE, certain=field != "__notes__") for field, _ in FIELDS]
    for method, function in METHODS.get(name, {}).items():
        decl.methods[method] = MethodDecl(method, "property" if method in PROPERTIES else "method", f"{MODULE}.{function}")
    return decl
