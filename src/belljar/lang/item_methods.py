"""Methods of built-in types that programs call by the names of special methods, ``d.__setitem__(key, value)`` and ``key=d.__getitem__``: what the operators and built-in
functions do that ask for them."""

from __future__ import annotations

from belljar.lang.conversion import box, choose
from belljar.lang.lattice import UNKNOWN, ContainerOf
from belljar.types import ANY, BOOL, FLOAT, INT, STR, RangeType, RecordType, TupleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    from belljar.lang.emit import Val
    from belljar.lang.graph import CallShape
    from belljar.lang.transfer import Walk

MODULE: Final = "_items"
COUNTS: Final = {
    "getitem": 1, "setitem": 2, "delitem": 1, "contains": 1, "len": 0, "iter": 0, "next": 0, "str": 0, "repr": 0, "hash": 0,
}  # fmt: skip
"""Each without its underscores, with the number of its arguments."""
BY_OPERATOR: Final = ("getitem", "setitem", "delitem", "contains")


def called(w: Walk, name: str, receiver: Val, args: list[Val], shape: CallShape) -> Val | None:
    """What a call of such a method gives; None where it is none of a built-in type."""
    short = _short(name, receiver)
    if not short or not shape.is_plain or shape.keywords or len(args) != COUNTS[short]:
        return None
    function = short if short in BY_OPERATOR else f"{short}_"
    return _or_its_own(
        w, name, receiver, lambda me: w.call_method(name, me, args), lambda: w.call_library(function, [receiver, *args], MODULE)
    )


def as_value(w: Walk, receiver: Val, name: str) -> Val | None:
    """Such a method as a function; None where it is none of a built-in type."""
    short = _short(name, receiver)
    if not short:
        return None
    return _or_its_own(w, name, receiver, lambda me: w.attribute(me, name), lambda: w.call_library(f"{short}_of", [receiver], MODULE))


def _or_its_own(w: Walk, name: str, receiver: Val, own: Callable[[Val], Val], built_in: Callable[[], Val]) -> Val:
    """``own`` of an object whose class has the method, which is found out while running; else ``built_in``."""
    known = [cls for cls in w.world.dynamic if w.world.find_method(cls, name) is not None] if receiver.type == ANY else []
    if not known:
        return built_in()
    known.sort(key=lambda cls: (-len(w.world.lineage(cls)), cls))

    def chain(position: int) -> Val:
        if position == len(known):
            return box(w, built_in())
        test = w.e.emit("any.is", receiver.reg, RecordType(known[position]), type=BOOL)
        return choose(w, test, ANY, lambda: box(w, own(w.downcast(receiver, known[position]))), lambda: chain(position + 1))

    return chain(0)


def _short(name: str, receiver: Val) -> str:
    """The name without its underscores, where the receiver may be of a built-in type that has the method."""
    short = name[2:-2] if name.startswith("__") and name.endswith("__") else ""
    type = receiver.type
    if short not in COUNTS or type == UNKNOWN:
        return ""
    if type in (INT, FLOAT, BOOL):
        return short if short in ("str", "repr", "hash") else ""
    return short if type in (ANY, STR) or isinstance(type, (ContainerOf, TupleType, RangeType)) else ""
