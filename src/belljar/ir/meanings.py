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

PAYING: Final = frozenset(
    {
        *(
            "any.eq",
            "any.compare",
            "any.comparison",
            "any.contains",
            "any.del_index",
            "any.to_str",
            "any.repr",
            "any.ascii",
            "any.format",
            "any.in_place",
        ),
        *(
            "str.percent",
            "str.format_args",
            "list.contains",
            "list.find",
            "list.count",
            "list.remove",
            "list.eq",
            "list.lt",
            "list.le",
            "dict.eq",
            "set.eq",
        ),
        *("list.extend_any", "any.unpack", "any.get_attr", "any.set_attr", "any.has_attr", "any.get_named", "any.set_named"),
        *("any.has_named", "any.iter", "any.next", "any.reversed"),
    }
)
"""Ops that pay while they work, since functions of the program may run meanwhile: what they cost cannot be found beforehand."""
