"""Belljar: run programs you did not write, at native speed, bounded and repeatable.

>>> import belljar
>>> program = belljar.compile("def area(w: float, h: float) -> float: return w * h")
>>> program.call("area", 3.0, 4.0)
12.0
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from belljar.errors import (
        BellCapabilityError,
        BellError,
        BellFunctionError,
        BellLoopError,
        BellMathError,
        BellMemoryError,
        BellRuntimeError,
        BellSyntaxError,
        BellTypeError,
        BellVariableError,
    )
    from belljar.runtime.program import Program, compile, compile_file
    from belljar.safety.limits import Limits
    from belljar.values import Record

_PLACES = {
    **dict.fromkeys(
        (
            "BellCapabilityError",
            "BellError",
            "BellFunctionError",
            "BellLoopError",
            "BellMathError",
            "BellMemoryError",
            "BellRuntimeError",
            "BellSyntaxError",
            "BellTypeError",
            "BellVariableError",
        ),
        "belljar.errors",
    ),
    **dict.fromkeys(("Program", "compile", "compile_file"), "belljar.runtime.program"),
    "Limits": "belljar.safety.limits",
    "Record": "belljar.values",
}
"""Where each public name lives; it is imported when first asked for, so that ``import belljar`` stays light."""

__all__ = [
    "BellCapabilityError",
    "BellError",
    "BellFunctionError",
    "BellLoopError",
    "BellMathError",
    "BellMemoryError",
    "BellRuntimeError",
    "BellSyntaxError",
    "BellTypeError",
    "BellVariableError",
    "Limits",
    "Program",
    "Record",
    "__version__",
    "compile",
    "compile_file",
]


def __getattr__(name: str) -> Any:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module 'belljar' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(place), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
