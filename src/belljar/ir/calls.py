"""Arguments bound to parameters as CPython does (``_PyEval_MakeFrameVector`` of 3.11), in its order, so with its messages; ``csrc/runtime/bind.c`` follows.

A call of a function object is bound to the arguments of its signature's entry: the function object, then one value for each parameter. It costs a unit for each argument and each
parameter, unless the arguments by position are the parameters just as they are.
"""

from __future__ import annotations

from belljar.ir.class_names import called, is_made_first
from belljar.ir.function import Signature
from belljar.ir.guest import (
    GuestDict,
    GuestFault,
    GuestList,
    GuestTuple,
    cut,
    pay,
    special,
    type_name,
)
from belljar.ir.guest_functions import GuestBuiltIn, GuestFunction, GuestMethod
from belljar.ir.host import host
from belljar.structs import Frozen
from belljar.types import ANY, DictType, TupleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Final, NoReturn


class Bound(Frozen):
    """A call ready to be made: the entry's name and its arguments."""

    __slots__ = ("args", "entry")

    def __init__(self, entry: str, args: tuple[Any, ...]) -> None:
        self.entry: Final = entry
        self.args: Final = args


class Done(Frozen):
    """A call that was made already, of what the program did not define: its result."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value: Final = value


class BuiltIn(Frozen):
    """A call of a method of a built-in type: the operands of ``any.method``."""

    __slots__ = ("args",)

    def __init__(self, args: tuple[Any, ...]) -> None:
        self.args: Final = args


_UNSET: Final = object()


def bind(names: str, callee: Any, *args: Any) -> Bound | BuiltIn | Done:
    """``any.call``: the last arguments have the names, parted by commas."""
    if isinstance(callee, GuestBuiltIn):
        return BuiltIn((callee.name, names, callee.receiver, *args))
    signature, function, first = target(callee)
    return bind_named(names, signature, function, first, args)


def bind_named(names: str, signature: Signature, function: GuestFunction | None, first: tuple[Any, ...], args: tuple[Any, ...]) -> Bound:
    """The arguments of a function that was found; the last have names."""
    if not names and signature.plain_count == len(first) + len(args):
        return Bound(signature.entry, (function, *first, *args))
    split = names.split(",") if names else []
    positional = args[: len(args) - len(split)]
    return _bind(signature, function, first, positional, list(zip(split, args[len(positional) :], strict=True)))


def bind_spread(callee: Any, args: Any, kwargs: Any) -> Bound | BuiltIn | Done:
    """``any.call_spread``: arguments by position of a list or tuple, by name of a dict or None."""
    built_in = isinstance(callee, GuestBuiltIn)
    signature, function, first = (None, None, ()) if built_in else target(callee)
    named: list[tuple[Any, Any]] = []
    if kwargs is not None:
        if not isinstance(kwargs, GuestDict) or kwargs.type != DictType(ANY, ANY):
            raise GuestFault("E1201")
        named = list(kwargs.items())
        if not all(isinstance(name, str) for name, _ in named):
            raise GuestFault("E0750", "keywords must be strings")
    if not isinstance(args, (GuestList, GuestTuple)):
        raise GuestFault("E1201")
    if signature is None:
        pay(len(args) + len(named))
        return BuiltIn((callee.name, ",".join(name for name, _ in named), callee.receiver, *args, *(value for _, value in named)))
    return _bind(signature, function, first, tuple(args), named)


def target(callee: Any) -> tuple[Signature, GuestFunction | None, tuple[Any, ...]]:
    """The signature, the function object and the arguments that come first. E0750 for what cannot be called."""
    if isinstance(callee, GuestFunction):
        return callee.signature, callee, ()
    if isinstance(callee, GuestMethod):
        return callee.signature, callee.function, (callee.receiver,)
    member = special(callee, "__call__")
    if member is not None:
        found = host().special_target(member, callee)
        return found if isinstance(found, tuple) else target(found)
    raise GuestFault("E0750", f"'{type_name(callee)}' object is not callable")


def _bind(
    signature: Signature, function: GuestFunction | None, first: tuple[Any, ...], given: tuple[Any, ...], named: Sequence[tuple[str, Any]]
) -> Bound:
    pay(len(given) + len(named) + len(signature.params))
    return Bound(signature.entry, (function, *bound(signature, function, first + given, named)))


def bound(signature: Signature, function: GuestFunction | None, args: tuple[Any, ...], named: Sequence[tuple[str, Any]]) -> list[Any]:
    """One value for each parameter. E0750 where the arguments do not fit."""
    places = {param.name: place for place, param in enumerate(signature.params)}
    kinds = [param.kind for param in signature.params]
    positional = len(signature.of_kind("positional", "plain"))
    values: list[Any] = [_UNSET] * len(kinds)
    others = GuestDict(DictType(ANY, ANY))
    if "kwargs" in kinds:
        values[kinds.index("kwargs")] = others
    taken = args[:positional]
    values[: len(taken)] = taken
    if "args" in kinds:
        rest = args[positional:]
        values[kinds.index("args")] = GuestTuple(TupleType((ANY,) * len(rest)), rest)
    for name, value in named:
        place = places.get(name, -1)
        if place >= 0 and kinds[place] in ("plain", "keyword"):
            if values[place] is not _UNSET:
                _refuse(signature, f"got multiple values for argument '{name}'")
            values[place] = value
        elif "kwargs" in kinds:
            others.set(name, value)
        else:
            _unexpected(signature, name, [other for other, _ in named])
    if len(args) > positional and "args" not in kinds:
        _too_many(
            signature, len(args), positional, sum(values[place] is not _UNSET for place, kind in enumerate(kinds) if kind == "keyword")
        )
    missing: dict[str, list[str]] = {"positional": [], "keyword-only": []}
    for place, param in enumerate(signature.params):
        if values[place] is not _UNSET:
            continue
        if param.default >= 0:
            assert function is not None
            values[place] = function.captured[param.default]
        else:
            missing["keyword-only" if param.kind == "keyword" else "positional"].append(f"'{param.name}'")
    for kind, lacking in missing.items():
        if lacking:
            _refuse(signature, f"missing {len(lacking)} required {kind} argument{_plural(len(lacking))}: {_listed(lacking)}")
    return values


# --- messages ---------------------------------------------------------------------------------------------------------------------


def _refuse(signature: Signature, text: str) -> NoReturn:
    raise GuestFault("E0750", cut(f"{called(signature)}() {text}"))


def _plural(count: int) -> str:
    return "" if count == 1 else "s"


def _listed(names: list[str]) -> str:
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def _hidden(signature: Signature) -> int:
    """Of a class with an ``__init__`` the object made is counted, too, in messages."""
    return int(is_made_first(signature))


def _takes_none(signature: Signature) -> None:
    if signature.record and not _hidden(signature):
        _refuse(signature, "takes no arguments")


def _unexpected(signature: Signature, name: str, given: Iterable[str]) -> NoReturn:
    _takes_none(signature)
    names = set(given)
    misplaced = [param.name for param in signature.of_kind("positional") if param.name in names]
    if misplaced:
        _refuse(signature, f"got some positional-only arguments passed as keyword arguments: '{', '.join(misplaced)}'")
    _refuse(signature, f"got an unexpected keyword argument '{name}'")


def _too_many(signature: Signature, given: int, positional: int, keywords: int) -> NoReturn:
    _takes_none(signature)
    more = _hidden(signature)
    given, positional = given + more, positional + more
    defaults = sum(param.default >= 0 for param in signature.of_kind("positional", "plain"))
    takes = f"from {positional - defaults} to {positional}" if defaults else str(positional)
    named = f" positional argument{_plural(given)} (and {keywords} keyword-only argument{_plural(keywords)})" if keywords else ""
    plural = "s" if defaults or positional != 1 else ""
    _refuse(
        signature, f"takes {takes} positional argument{plural} but {given}{named} {'was' if given == 1 and not keywords else 'were'} given"
    )
