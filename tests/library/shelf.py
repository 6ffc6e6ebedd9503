"""The modules of src/belljar/library run by CPython itself, to be compared with the standard library.

A module is loaded from its .bell text with an `import` that sees only other library files, what the compiler provides (`math`, `decimal`)
and `_bell`, the primitives of src/belljar/library/README.md, played here by a few lines of Python.
"""

from __future__ import annotations

import builtins
import dataclasses
import types
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from belljar.ir.regex import Regex, compiled
from belljar.ir.regex_parse import RegexFault

LIBRARY = Path(__file__).resolve().parents[2] / "src" / "belljar" / "library"
PROVIDED = {"math", "decimal", "typing", "dataclasses", "enum"}

_loaded: dict[str, types.ModuleType] = {}


def primitives() -> types.ModuleType:
    """`_bell` as the compiler provides it; the host's answers are fixed."""
    module = types.ModuleType("_bell")
    functions: dict[str, Callable[..., Any]] = {
        "type_name": lambda value: type(value).__name__,
        "host_now": lambda: (1_700_000_000, 123_456),
        "host_seed": lambda: 20_231_114,
        "host_monotonic": lambda: 12.5,
        "host_sleep": lambda seconds: None,
        "host_env": {"HOME": "ann"}.get,
        "identity": id,
        "decimal_context": lambda digits, rounding: None,
        "is_dataclass": dataclasses.is_dataclass,
        "like": lambda value, model: value,
        "loose": lambda value: value,
        "admit_event": lambda waiting: None,
        "program_name": lambda: "program.bell",
        "admit_output": lambda text: None,
        "host_stderr": lambda text: None,
        "plain_member": lambda member: member,
        "is_record": is_record,
        "blank_like": lambda record: object.__new__(type(record)),
        "copy_fields": copy_fields,
        "regex_compile": regex_compile,
        "regex_match": lambda regex, *operands: list(regex.run(*operands)[0]),
        "regex_look": lambda regex, text, end: regex.look(text, end),
        "regex_looks": lambda regex: len(regex.looks),
        "regex_groups": lambda regex: regex.groups,
        "regex_group_names": lambda regex: dict(regex.names),
        "regex_flags": lambda regex: regex.flags,
    }
    for name, function in functions.items():
        setattr(module, name, function)
    return module


def is_record(value: Any) -> bool:
    """Whether the value is an object of a class written in Bell."""
    return not isinstance(value, type) and hasattr(value, "__dict__") and type(value).__module__ != "builtins"


def copy_fields(made: Any, record: Any, change: Callable[[Any], Any]) -> None:
    """Assign to each field that the record has `change` of its value."""
    for name, value in list(vars(record).items()):
        setattr(made, name, change(value))


def regex_compile(pattern: str, flags: int) -> Regex:
    """The op of that name, its faults as the exceptions they are in a program."""
    classes = {"E0786": NotImplementedError, "E0787": OverflowError}
    try:
        return compiled(pattern, flags)
    except RegexFault as fault:
        raise classes.get(fault.code, ValueError)(fault.text) from None


def bell(name: str) -> Any:
    """The library module `name`, loaded once."""
    if name not in _loaded:
        path = LIBRARY / f"{name}.bell"
        module = types.ModuleType(name)
        scope = vars(module)
        scope["__builtins__"] = {**vars(builtins), "__import__": _import}
        scope["__file__"] = str(path)
        _loaded[name] = module
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
    return _loaded[name]


def _import(name: str, *_: Any) -> Any:
    if name == "_bell":
        return primitives()
    if name in PROVIDED:
        return builtins.__import__(name, fromlist=["*"])
    return bell(name)


def outcome(call: Callable[[], Any]) -> tuple[str, Any]:
    """What a call comes to: ("value", result) or (name of the exception's class, its text)."""
    try:
        return "value", call()
    except Exception as error:
        return type(error).__name__, str(error)


def same(left: Any, right: Any) -> bool:
    """Equal and of the same types all through, -0.0 and NaN told apart from what they are not."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return repr(left) == repr(right)
    if isinstance(left, Decimal):
        return str(left) == str(right)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return same(list(left.items()), list(right.items()))
    return bool(left == right)


def check(ours: Callable[[], Any], theirs: Callable[[], Any]) -> None:
    """Both calls come to the same, exceptions and their texts included."""
    found, expected = outcome(ours), outcome(theirs)
    assert same(found, expected), f"found {found!r}, expected {expected!r}"


def listed(items: Any, most: int = 50) -> list[Any]:
    """The first items of something that may never end."""
    taken = []
    for item in items:
        taken.append(item)
        if len(taken) == most:
            break
    return taken


__all__ = ["LIBRARY", "bell", "check", "listed", "outcome", "same"]
