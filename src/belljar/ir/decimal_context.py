"""The context of Decimals on the reference engine: digits and rounding of the instance that runs. C keeps it with the heap (``csrc/runtime/decimal.h``)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

DEFAULT: Final = (28, 0)
"""Digits, and a place in ``ROUNDINGS``."""
DIGITS_MAX: Final = 770
"""Digits of a coefficient: enough for any float."""
_current = DEFAULT


def current() -> tuple[int, int]:
    return _current


def enter(context: tuple[int, int]) -> tuple[int, int]:
    """Let it be the context from here on; what was before."""
    global _current
    before, _current = _current, context
    return before


def work() -> int:
    """What more digits than those of the default context cost, for one product."""
    digits = _current[0]
    return 0 if digits <= DEFAULT[0] else digits * digits // 256
