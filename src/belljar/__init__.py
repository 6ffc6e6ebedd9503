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
        ReplayError,
    )
    from belljar.runtime.program import Program, compile, compile_file
    from belljar.runtime.workers import WorkerPool
    from belljar.safety.limits import Limits
    from belljar.trace.events import TraceCollector, TraceEvent
    from belljar.trace.explain import ExplanationEngine, ExplanationStep
    from belljar.trace.replay import ReplayEngine
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
    "ExplanationEngine",
    "ExplanationStep",
    "Limits",
    "Program",
    "Record",
    "ReplayEngine",
    "ReplayError",
    "TraceCollector",
    "TraceEvent",
    "WorkerPool",
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
    elif name == "WorkerPool":
        from belljar.runtime import workers as place
    elif name == "Limits":
        from belljar.safety import limits as place
    elif name == "Record":
        from belljar import values as place
    elif name in ("TraceCollector", "TraceEvent"):
        from belljar.trace import events as place
    elif name in ("ExplanationEngine", "ExplanationStep"):
        from belljar.trace import explain as place
    elif name == "ReplayEngine":
        from belljar.trace import replay as place
    else:
        from belljar import errors as place
    value = globals()[name] = getattr(place, name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
