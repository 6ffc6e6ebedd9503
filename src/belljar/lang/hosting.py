"""Functions of the host in programs: which names mean one, and what a call of one is in types and IR.

A program calls them by dotted names that it does not bind itself: ``mail.send(to, body)``. Values cross as words of the types they have there; what the host declared and the type of the
word does not say is checked on the way (:class:`belljar.ir.function.HostFunction`).
"""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.ir.exceptions import BASES
from belljar.ir.function import HostFunction
from belljar.lang.annotations import satisfies
from belljar.lang.conversion import from_slot, holds_function, peek, slot_type, tuple_object
from belljar.lang.declared import fits
from belljar.lang.emit import Val
from belljar.lang.graph import HOST, CallShape, FlowBlock, FlowFunction, ParamDecl, Return, Step
from belljar.lang.lattice import UNKNOWN, DictOf, ListOf, SetOf, key_type, resolve
from belljar.lang.names import BUILTINS
from belljar.safety.host_signature import BUILT_IN, HostSignature
from belljar.source import NOWHERE
from belljar.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    STR,
    DictType,
    ListType,
    OptionalType,
    RecordType,
    SetType,
    TupleType,
    Type,
    widened,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from belljar.lang.transfer import Walk


def check_names(hosts: Mapping[str, HostSignature]) -> None:
    """Raise E0003 where a function of the host has the name of a built-in one, which a program would rather get."""
    for name in hosts:
        row = BUILTINS.get(name)
        if name in BASES or (row is not None and not row.refused):
            raise bell_error("E0003", detail=f"the host function '{name}' has the name of a built-in one", hint=f"call it 'host.{name}'")


def namespaces(hosts: Mapping[str, HostSignature]) -> frozenset[str]:
    """The names that dotted names of functions of the host begin with."""
    return frozenset(name.partition(".")[0] for name in hosts if "." in name)


def host_params(signature: HostSignature) -> list[ParamDecl]:
    """The parameters as calls are bound to them."""
    return [ParamDecl(param.name, None, param.default, param.has_default, NOWHERE) for param in signature.params]


def host_call(w: Walk, name: str, values: Sequence[Val]) -> Val:
    """A call of a function of the host with a value for each parameter."""
    signature = w.world.flow.hosts.get(name) or BUILT_IN[name]
    words: list[int] = []
    types: list[Type] = []
    for param, value in zip(signature.params, values, strict=True):
        value = w.settled(value)
        if value.type == UNKNOWN:
            return value
        what = f"argument '{param.name}' of {name}()"
        if not isinstance(value.type, OptionalType) and not satisfies(value.type, param.type):
            told = f"{what} must be {param.type}, got {resolve(value.type)}"
            return w.problem("E0302", what=what, expected=param.type, found=resolve(value.type), python=("TypeError", told))
        if not fits(w, value, param.type, what):
            return Val(UNKNOWN)
        word, type = _crossing(w, value)
        words.append(word)
        types.append(type)
    result = _held(w, widened(signature.result) if w.world.wide else signature.result)
    if not w.e.live:
        return from_slot(w, -1, result)
    stored = slot_type(result)
    takes = tuple([param.type for param in signature.params])
    row = HostFunction(name, signature.capability, signature.effect, tuple(types), stored, takes, signature.result)
    index = w.world.host_rows.setdefault(row, len(w.world.host_rows))
    w.mark_host(signature)
    return from_slot(w, w.e.emit("host.call", index, *words, type=stored), result)


def _crossing(w: Walk, value: Val) -> tuple[int, Type]:
    """The word in which a value goes to the host, which only looks at it, and the word's type."""
    type = value.type
    if type in (INT, FLOAT, BOOL, STR, ANY):
        return value.reg, type
    if isinstance(type, (ListOf, DictOf, SetOf, RecordType)):
        return value.reg, slot_type(type) if w.e.live else ANY
    if isinstance(type, TupleType) and not holds_function(type):
        return tuple_object(w, value), slot_type(type) if w.e.live else ANY
    return peek(w, value).reg, ANY


def _held(w: Walk, type: Type) -> Type:
    """A declared type with cells of the current step for what its containers hold."""
    if isinstance(type, ListType):
        return ListOf((w.cell(_held(w, type.item)),))
    if isinstance(type, SetType):
        return SetOf((w.cell(key_type(_held(w, type.item))),))
    if isinstance(type, DictType):
        return DictOf((w.cell(key_type(_held(w, type.key))), w.cell(_held(w, type.value))))
    if isinstance(type, OptionalType):
        return OptionalType(_held(w, type.item))
    if isinstance(type, TupleType):
        return TupleType(tuple([_held(w, item) for item in type.items]))
    return type


def caller_of_host(name: str, signature: HostSignature) -> FlowFunction:
    """The function that stands in for a function of the host where that is an object."""
    params = host_params(signature)
    steps = [Step("load", i, (), param.name, NOWHERE) for i, param in enumerate(params)]
    count = len(steps)
    steps.append(Step("built_in", count, (), HOST + signature.name, NOWHERE))
    steps.append(Step("call", count + 1, (count, *range(count)), CallShape(), NOWHERE))
    block = FlowBlock(end=Return(count + 1, NOWHERE))
    block.steps.extend(steps)
    return FlowFunction(name, params, None, [block], len(steps), NOWHERE, source_name=signature.name.rpartition(".")[2])


def is_exact(type: Type) -> bool:
    """Whether the words of a declared type hold nothing but values of it."""
    if isinstance(type, (ListType, SetType)):
        return is_exact(type.item)
    if isinstance(type, DictType):
        return is_exact(type.key) and is_exact(type.value)
    if isinstance(type, TupleType):  # in a slot for a container None would pass
        return all(item in (INT, FLOAT, BOOL, STR) for item in type.items)
    return type in (INT, FLOAT, BOOL, STR, ANY)
