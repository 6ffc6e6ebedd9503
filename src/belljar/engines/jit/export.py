"""A function of a module behind C's own calling convention, for code that is no program's: what stands between it and csrc/jit/export.h.

The machine code depends on the types of parameters and result alone; where the export lies is a symbol of it. So it is compiled once for each signature and found in the cache afterwards.
"""

from __future__ import annotations

from belljar.engines.jit import cache
from belljar.engines.jit.program import compile_text, native_program
from belljar.errors import bell_error
from belljar.types import BOOL, FLOAT, INT, ListType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final

    from belljar.engines._instance import Export
    from belljar.engines.contract import Write
    from belljar.ir.function import Module
    from belljar.safety.limits import Limits

CALL: Final = "bell.call"
"""Takes the parameters as C does; a list as the address of its elements and an int64 count."""
CALL_FLOATS: Final = "bell.call_floats"
"""``double (int, double *, void *)``, where all parameters are floats: so many of them, there."""
CALL_FILTER: Final = "bell.call_filter"
"""``int (double *, intptr_t, double *, void *)``, of a list of floats to a float: 1, or 0 when it faulted."""

LLVM: Final[dict[Type, str]] = {INT: "i64", FLOAT: "double", BOOL: "i1 zeroext"}


def is_filter(params: Sequence[Type], result: Type) -> bool:
    return list(params) == [ListType(FLOAT)] and result == FLOAT


def is_of_floats(params: Sequence[Type], result: Type) -> bool:
    return bool(params) and set(params) == {FLOAT} and result == FLOAT


def wrapper_text(params: Sequence[Type], result: Type) -> str:
    """The entries for a signature as LLVM text."""
    heads: list[str] = []
    words: list[str] = []
    for number, type in enumerate(params):
        if isinstance(type, ListType):
            heads += [f"ptr %p{number}", f"i64 %n{number}"]
            words += [f"ptr %p{number}", f"i64 %n{number}"]
        else:
            heads.append(f"{LLVM[type]} %p{number}")
            words.append(f"i64 %w{number}" if type == BOOL else f"{LLVM[type]} %p{number}")
    lines = [
        "@bell.export = external global i8",
        "declare i32 @bell_export_call(ptr, ptr)",
        "declare double @bell_export_call_floats(ptr, i32, ptr)",
        "declare i32 @bell_export_call_filter(ptr, ptr, i64, ptr)",
        f"define {'zeroext i1' if result == BOOL else LLVM[result]} @{CALL}({', '.join(heads)}) {{",
        f"  %words = alloca [{max(len(words), 1)} x i64], align 8",
    ]
    lines += [f"  %w{number} = zext i1 %p{number} to i64" for number, type in enumerate(params) if type == BOOL]
    for place, word in enumerate(words):
        lines += [f"  %at{place} = getelementptr i64, ptr %words, i64 {place}", f"  store {word}, ptr %at{place}"]
    lines.append("  %failed = call i32 @bell_export_call(ptr @bell.export, ptr %words)")
    if result == BOOL:
        lines += ["  %word = load i64, ptr %words", "  %result = trunc i64 %word to i1", "  ret i1 %result", "}"]
    else:
        lines += [f"  %result = load {LLVM[result]}, ptr %words", f"  ret {LLVM[result]} %result", "}"]
    if is_of_floats(params, result):
        lines += [
            f"define double @{CALL_FLOATS}(i32 %count, ptr %values, ptr %data) {{",
            "  %result = call double @bell_export_call_floats(ptr @bell.export, i32 %count, ptr %values)",
            "  ret double %result",
            "}",
        ]
    if is_filter(params, result):
        lines += [
            f"define i32 @{CALL_FILTER}(ptr %values, i64 %count, ptr %to, ptr %data) {{",
            "  %done = call i32 @bell_export_call_filter(ptr @bell.export, ptr %values, i64 %count, ptr %to)",
            "  ret i32 %done",
            "}",
        ]
    return "\n".join(lines) + "\n"


class ExportedFunction:
    """A function with machine code that calls it as C does, for as long as this lives."""

    def __init__(self, export: Export, code: Any, sites: Any) -> None:
        self.export: Final = export
        self.sites: Final = sites
        """Of the module, by number: what a fault's site means."""
        self._code = code

    def address(self, entry: str = CALL) -> int:
        """The address of one of the entries above. Raises KeyError for one that the signature does not have."""
        return int(self._code.address(entry))


def export_function(module: Module, task: str, limits: Limits, threads: int, write: Write) -> ExportedFunction:
    """Load a task's module ``threads`` times and give it an address. What the module level prints goes to ``write`` once. Raises the error that the module level ended with, and
    E1201 when LLVM is needed and missing."""
    from belljar.engines._instance import Export, export_symbols
    from belljar.engines.jit import Engine
    from belljar.engines.jit._object import Code

    row = module.tasks[task]
    text = wrapper_text([param.type for param in row.params], row.result)
    instances = [Engine().load(module, limits, write if place == 0 else _drop) for place in range(threads)]
    export = Export(instances, row.function)
    symbols = {**export_symbols(), "bell.export": export.address}
    key = cache.key_of(cache.digest_of(text))
    kept = cache.load(key)
    if kept is not None:
        try:
            return ExportedFunction(export, Code(kept.image, symbols), native_program(module).sites)
        except ValueError:  # as good as none
            pass
    native = compile_text(text)
    cache.store(key, native)
    try:
        code = Code(native.image, symbols)
    except ValueError as error:
        raise bell_error("E1201", detail=f"the machine code of the call cannot be loaded: {error}") from error
    return ExportedFunction(export, code, native_program(module).sites)


def _drop(text: str) -> None:
    """What the module level of a further instance prints has been printed."""
