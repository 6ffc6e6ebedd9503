"""Intervals of ints, and what each op makes of them: the arithmetic of :mod:`belljar.ir.passes.ranges`.

An interval is ``(low, high)``, both ends included. Rules compute without bounds: whether a result fits 64 bits is for the pass to see.
"""

from __future__ import annotations

from belljar.ir.ops import OPS, Op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final, TypeAlias

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
Interval = tuple[int, int]
FULL: Interval = (INT_MIN, INT_MAX)
LENGTH: Interval = (0, 2**40)
"""No container is longer than the address range of a heap."""

# Each gives the interval of the result computed without bounds, None when nothing is known.

Exact: TypeAlias = "Callable[..., Interval | None]"


def _mul(a: Interval, b: Interval) -> Interval:
    corners = (a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1])
    return min(corners), max(corners)


def _abs(a: Interval) -> Interval:
    low, high = a
    return 0 if low <= 0 <= high else min(abs(low), abs(high)), max(abs(low), abs(high))


def _floordiv(a: Interval, b: Interval) -> Interval | None:
    if b[0] <= 0:
        return None
    corners = (a[0] // b[0], a[0] // b[1], a[1] // b[0], a[1] // b[1])
    return min(corners), max(corners)


def _mod(a: Interval, b: Interval) -> Interval | None:
    if b[0] > 0:
        return 0, min(b[1] - 1, a[1]) if a[0] >= 0 else b[1] - 1
    return (b[0] + 1, 0) if b[1] < 0 else None


def _and(a: Interval, b: Interval) -> Interval | None:
    bounds = [high for low, high in (a, b) if low >= 0]
    return (0, min(bounds)) if bounds else None


def _or(a: Interval, b: Interval) -> Interval | None:
    return (0, (1 << max(a[1], b[1]).bit_length()) - 1) if a[0] >= 0 and b[0] >= 0 else None


def _shr(a: Interval, b: Interval) -> Interval | None:
    if b[0] < 0:
        return None
    least, most = min(b[0], 63), min(b[1], 63)
    return min(a[0] >> least, a[0] >> most), max(a[1] >> least, a[1] >> most)


def _shl(a: Interval, b: Interval) -> Interval | None:
    if b[0] < 0 or b[1] > 63:
        return None
    corners = (a[0] << b[0], a[0] << b[1], a[1] << b[0], a[1] << b[1])
    return min(corners), max(corners)


def _wrapped(a: Interval, b: Interval) -> Interval | None:
    low, high = a[0] + b[0], a[1] + b[1]
    return (low, high) if low >= INT_MIN and high <= INT_MAX else None


_OPERATIONS: Final[dict[str, Exact]] = {
    "move": lambda a: a,
    "select": lambda a, b: (min(a[0], b[0]), max(a[1], b[1])),
    "int.neg": lambda a: (-a[1], -a[0]),
    "int.abs": _abs,
    "int.add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "int.add.wrap": _wrapped,
    "int.sub": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "int.mul": _mul,
    "int.floordiv": _floordiv,
    "int.mod": _mod,
    "int.and": _and,
    "int.or": _or,
    "int.xor": _or,
    "int.shr": _shr,
    "int.shl": _shl,
    "int.min": lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
    "int.max": lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
}
EXACT: Final[dict[Op, Exact]] = {
    OPS[name + suffix]: exact for name, exact in _OPERATIONS.items() for suffix in ("", ".nw") if name + suffix in OPS
}
RESULTS: Final[dict[Op, Interval]] = {
    OPS[name]: interval
    for interval, names in (
        (LENGTH, "list.len str.len dict.len set.len any.len str.count list.count"),
        ((-1, LENGTH[1]), "str.find str.rfind list.find dict.find dict.walk"),
        ((0, 0x10FFFF), "str.code_at str.code_at.nc str.ord"),
        ((0, 1), "bool.to_int"),
        ((0, 64), "int.bit_length int.bit_count"),
        ((0, INT_MAX), "int.range_len int.gcd int.lcm"),
        ((0, 3_037_000_499), "int.isqrt"),
    )
    for name in names.split()
}
"""What the result of an op is within, whatever its operands."""
