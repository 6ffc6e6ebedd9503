"""Belljar: run programs you did not write, at native speed, bounded and repeatable.

>>> import belljar
>>> program = belljar.compile("def area(w: float, h: float) -> float: return w * h")
>>> program.call("area", 3.0, 4.0)
12.0
"""

from __future__ import annotations

TYPE_CHECKING = False

__version__ = "0.1.0"

if TYPE_CHECKING:
    from typing import Any

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
    from belljar.runtime.runtime import Runtime
    from belljar.safety.integrity import TransactionContext
    from belljar.safety.limits import Limits, ResourceLimits
    from belljar.values import Record

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
    "ResourceLimits",
    "Runtime",
    "TransactionContext",
    "__version__",
    "compile",
    "compile_file",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that ``import belljar`` stays light."""
    place: Any
    if name not in __all__:
        raise AttributeError(f"module 'belljar' has no attribute {name!r}")
    if name in ("Program", "compile", "compile_file"):
        from belljar.runtime import program as place
    elif name == "Runtime":
        from belljar.runtime import runtime as place
    elif name == "TransactionContext":
        from belljar.safety import integrity as place
    elif name in ("Limits", "ResourceLimits"):
        from belljar.safety import limits as place
    elif name == "Record":
        from belljar import values as place
    else:
        from belljar import errors as place
    value = globals()[name] = getattr(place, name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
