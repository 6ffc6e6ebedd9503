"""Measures: what of a cost they are, and amounts of them as people read them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_TIMES: Final = ((1.0, "s", 1.0), (1e-3, "ms", 1e3), (1e-6, "µs", 1e6))


def measured(cost: Any, measure: str) -> float:
    """One of the measures (``fuel``, ``time`` in seconds, ``calls``, ``bytes``) of what a path, a line, a function or the whole run cost."""
    value: float = cost.seconds if measure == "time" else getattr(cost, measure)
    return value


def amount(measure: str, value: float) -> str:
    """``12,345`` of fuel and calls, ``1.25 ms`` of time, ``4.0 KiB`` of bytes."""
    if measure == "time":
        return seconds(value)
    if measure == "bytes":
        return bytes_text(value)
    return f"{round(value):,}"


def seconds(value: float) -> str:
    if value == 0:
        return "0"
    for least, unit, factor in _TIMES:
        if abs(value) >= least:
            return f"{value * factor:.3g} {unit}" if abs(value * factor) < 999.5 else f"{value * factor:,.0f} {unit}"
    return f"{value * 1e9:.0f} ns"


def bytes_text(value: float) -> str:
    size = abs(value)
    if size < 1024:
        return f"{round(value):,} B"
    for unit in ("KiB", "MiB", "GiB"):
        value /= 1024
        if abs(value) < 1024 or unit == "GiB":
            return f"{value:,.1f} {unit}"
    return ""
