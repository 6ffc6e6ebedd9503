"""The tables of what ops mean and cost, by their names: filled by :mod:`belljar.ir.semantics` and :mod:`belljar.ir.charges`, and read by what stands below them while the program runs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final, TypeAlias

Meaning: TypeAlias = "Callable[..., Any]"
Charge: TypeAlias = "Callable[..., int]"

MEANINGS: Final[dict[str, Meaning]] = {}
CHARGES: Final[dict[str, tuple[str, Charge]]] = {}
