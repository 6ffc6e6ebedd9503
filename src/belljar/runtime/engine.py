"""Engines by name."""

from __future__ import annotations

from belljar.errors import bell_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.engines.contract import Engine

ENGINES = ("auto", "vm", "jit", "reference")
"""Engines a call can name. ``auto`` starts in the VM and moves to machine code when it is ready."""


def engine_of(name: str | None) -> Engine:
    """The engine of a name. Raises E0003 for an unknown one."""
    if name in (None, "auto"):
        from belljar.engines.jit.tiers import AutoEngine

        return AutoEngine()
    if name == "vm":
        from belljar.engines.vm import Engine as VmEngine

        return VmEngine()
    if name == "jit":
        from belljar.engines.jit import Engine as JitEngine

        return JitEngine()
    if name == "reference":
        from belljar.engines.reference import ReferenceEngine

        return ReferenceEngine()
    raise bell_error("E0003", detail=f"unknown engine '{name}'", hint=f"engines are {', '.join(ENGINES)}")
