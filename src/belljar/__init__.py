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
        ProfileError,
        ReplayError,
    )
    from belljar.profiling.profile import RuntimeProfile
    from belljar.runtime.context import ExecutionContext
    from belljar.runtime.executor import Execution, RuntimeExecutor
    from belljar.runtime.hosts import HostFunctions, HostRun
    from belljar.runtime.profiles import (
        create_context_from_profile,
        create_executor_config_from_profile,
        get_profile,
        get_profile_description,
        list_profiles,
        load_profiles,
        register_profile,
        validate_profile,
    )
    from belljar.runtime.program import Program, compile, compile_file
    from belljar.runtime.replay import ReplayEngine
    from belljar.runtime.runtime import Runtime
    from belljar.runtime.workers import WorkerPool
    from belljar.safety.integrity import TransactionContext
    from belljar.safety.journal import HostCall, Journal
    from belljar.safety.limits import Limits, ResourceLimits
    from belljar.trace.events import TraceCollector, TraceEvent
    from belljar.trace.explain import ExplanationEngine, ExplanationStep
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
    "Execution",
    "ExecutionContext",
    "ExplanationEngine",
    "ExplanationStep",
    "HostCall",
    "HostFunctions",
    "HostRun",
    "Journal",
    "Limits",
    "ProfileError",
    "Program",
    "Record",
    "ReplayEngine",
    "ReplayError",
    "ResourceLimits",
    "Runtime",
    "RuntimeExecutor",
    "RuntimeProfile",
    "TraceCollector",
    "TraceEvent",
    "TransactionContext",
    "WorkerPool",
    "__version__",
    "compile",
    "compile_file",
    "create_context_from_profile",
    "create_executor_config_from_profile",
    "get_profile",
    "get_profile_description",
    "list_profiles",
    "load_profiles",
    "register_profile",
    "validate_profile",
]


_ROOMS = {
    "Execution": "runtime.executor",
    "ExecutionContext": "runtime.context",
    "RuntimeExecutor": "runtime.executor",
    "RuntimeProfile": "profiling.profile",
    "create_context_from_profile": "runtime.profiles",
    "create_executor_config_from_profile": "runtime.profiles",
    "get_profile": "runtime.profiles",
    "get_profile_description": "runtime.profiles",
    "list_profiles": "runtime.profiles",
    "load_profiles": "runtime.profiles",
    "register_profile": "runtime.profiles",
    "validate_profile": "runtime.profiles",
    "Program": "runtime.program",
    "compile": "runtime.program",
    "compile_file": "runtime.program",
    "HostCall": "safety.journal",
    "HostFunctions": "runtime.hosts",
    "HostRun": "runtime.hosts",
    "Journal": "safety.journal",
    "Runtime": "runtime.runtime",
    "WorkerPool": "runtime.workers",
    "TransactionContext": "safety.integrity",
    "Limits": "safety.limits",
    "ResourceLimits": "safety.limits",
    "ExplanationEngine": "trace.explain",
    "ExplanationStep": "trace.explain",
    "ReplayEngine": "runtime.replay",
    "TraceCollector": "trace.events",
    "TraceEvent": "trace.events",
    "Record": "values",
}
"""Where the public names are defined that are not in ``errors``."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that ``import belljar`` stays light."""
    if name not in __all__:
        raise AttributeError(f"module 'belljar' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"belljar.{_ROOMS.get(name, 'errors')}"), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
