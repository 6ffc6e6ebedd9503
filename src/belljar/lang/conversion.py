"""Carrying a value from one representation to another: into a joined type, into a container's slot and back, into ``any``."""

from __future__ import annotations

from belljar.lang.emit import Val
from belljar.lang.lattice import (
    DEPTH_MAX,
    UNBOUND,
    UNKNOWN,
    ContainerOf,
    DictOf,
    DictView,
    EnumerateOf,
    IteratorOf,
    MaybeType,
    ReversedOf,
    SetOf,
    ZipOf,
    resolve,
)
from belljar.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NONE,
    NUMBER,
    OptionalType,
    RangeType,
    RecordType,
    ScalarType,
    TupleType,
    Type,
    components,
    is_reference,
    storage,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from belljar.lang.transfer import Walk


_SCALAR_PARTS: dict[Type, tuple[Type, ...]] = {}


def parts(type: Type) -> tuple[Type, ...]:
    """The storage types of the registers of an inference type."""
    if type.__class__ is not ScalarType:
        return _parts(type)
    found = _SCALAR_PARTS.get(type)
    if found is None:
        found = _SCALAR_PARTS[type] = _parts(type)
    return found


def _parts(type: Type) -> tuple[Type, ...]:
    if isinstance(type, MaybeType):
        return (BOOL, *parts(type.item))
    if type in (UNBOUND, UNKNOWN):
        return ()
    if isinstance(type, EnumerateOf):
        return (INT, *parts(type.inner))
    if isinstance(type, ReversedOf):
        return parts(type.inner)
    if isinstance(type, ZipOf):
        return tuple(part for inner in type.inners for part in parts(inner))
    if isinstance(type, DictView):
        return parts(type.dict)
    if isinstance(type, IteratorOf):
        return _iterator_parts(type.source)
    return components(resolve(type))


def _iterator_parts(source: Type) -> tuple[Type, ...]:
    """What a loop over ``source`` keeps (see :mod:`belljar.lang.iteration`)."""
    if isinstance(source, EnumerateOf):
        return (INT, *_iterator_parts(source.inner))
    if isinstance(source, ZipOf):
        return tuple(part for inner in source.inners for part in _iterator_parts(inner))
    if isinstance(source, (DictOf, DictView)):
        return (*parts(source), INT, INT)
    if isinstance(source, RangeType):
        return (INT, INT, INT)
    return (*parts(source), INT)


def choose(w: Walk, flag: int, type: Type, then: Callable[[], Val], orelse: Callable[[], Val]) -> Val:
    """The value of ``then()`` where the flag is set, else of ``orelse()``, both converted to ``type``; only one of them runs."""
    if not w.e.live:
        results = [then(), orelse()]
        unknown = any(value.type == UNKNOWN for value in results)
        return Val(UNKNOWN) if unknown else Val(type, (-1,) * len(parts(type)))
    first, second, done = w.e.block(), w.e.block(), w.e.block()
    registers = tuple(w.e.register(part) for part in parts(type))
    w.e.emit("br", flag, first, second)
    for block, make in ((first, then), (second, orelse)):
        w.e.at(block)
        for target, source in zip(registers, convert(w, make(), type).regs, strict=True):
            w.e.move(target, source)
        w.e.emit("jump", done)
    w.e.at(done)
    return Val(type, registers)


def slot_type(type: Type) -> Type:
    """The storage type of a container slot for elements of an inference type."""
    return storage(resolve(type))


def zero(w: Walk, type: Type) -> int:
    """A register of a storage type that holds some value nobody looks at: the payload of an absent optional."""
    return w.e.emit("const.absent", type, type=type)


def convert(w: Walk, value: Val, type: Type) -> Val:
    """``value`` as ``type``, which must be above its type in the lattice. Facts and origin are lost where the representation changes."""
    old = value.type
    if old == type or UNKNOWN in (old, type):
        return Val(type, value.regs, value.const, value.origin, value.facts)
    if not can_convert(w, old, type):
        return absent(w, type)
    if not w.e.live:
        return Val(type, (-1,) * len(parts(type)))
    if old == NEVER:
        return absent(w, type)
    if isinstance(type, MaybeType):
        if old == UNBOUND:
            return Val(type, (w.e.emit("const.bool", False), *(zero(w, part) for part in parts(type.item))))
        if isinstance(old, MaybeType):
            inner = convert(w, Val(old.item, value.regs[1:]), type.item)
            return Val(type, (value.regs[0], *inner.regs))
        inner = convert(w, value, type.item)
        return Val(type, (w.e.emit("const.bool", True), *inner.regs))
    if isinstance(type, OptionalType):
        if old in (NONE, NEVER):
            return Val(type, (w.e.emit("const.bool", False), *(zero(w, part) for part in parts(type.item))))
        if isinstance(old, OptionalType):
            inner = convert_payload(w, value.regs[0], Val(old.item, value.regs[1:]), type.item)
            return Val(type, (value.regs[0], *inner.regs))
        inner = convert(w, value, type.item)
        return Val(type, (w.e.emit("const.bool", True), *inner.regs))
    if type == ANY:
        return box(w, value)
    if type == NUMBER:
        if old == INT:
            return Val(NUMBER, (w.e.emit("const.bool", False), value.reg, w.e.emit("const.float", 0.0)))
        return Val(NUMBER, (w.e.emit("const.bool", True), w.e.emit("const.int", 0), value.reg))
    if isinstance(type, TupleType) and isinstance(old, TupleType):
        regs: list[int] = []
        for item, target in zip(split(value), type.items, strict=True):
            regs += convert(w, item, target).regs
        return Val(type, tuple(regs))
    if isinstance(type, ContainerOf):
        return Val(type, value.regs)
    raise AssertionError(f"no conversion from {old} to {type}")


def can_convert(w: Walk, old: Type, type: Type) -> bool:
    """False after refusing what no type that is only known while running can hold: a range has no object, and the order of a set that is printed is not Python's."""
    if type == ANY and isinstance(old, RangeType):
        w.refuse("a range among values of other types", "make it a list: list(range(...))")
        return False
    if type == ANY and holds_set(w, old):
        w.refuse("a set among values of other types", "keep the set in a variable, parameter or field of its own")
        return False
    if isinstance(old, TupleType) and isinstance(type, TupleType):
        return all(can_convert(w, item, target) for item, target in zip(old.items, type.items, strict=True))
    if isinstance(type, (OptionalType, MaybeType)):
        return can_convert(w, old.item if isinstance(old, (OptionalType, MaybeType)) else old, type.item)
    return True


def holds_set(w: Walk, type: Type, seen: frozenset[str] = frozenset(), depth: int = DEPTH_MAX) -> bool:
    """Whether a set may be in a value of the type. ``seen``: the records that are being looked into; ``depth`` bounds types that hold themselves."""
    if isinstance(type, SetOf):
        return True
    if isinstance(type, RecordType):
        if type.name in seen:
            return False
        seen = seen | {type.name}
        return any(holds_set(w, w.world.field_cell(type.name, name).type, seen, depth) for name in w.record_fields(type.name))
    if depth == 0:
        return False
    if isinstance(type, ContainerOf):
        return any(holds_set(w, cell.find().type, seen, depth - 1) for cell in type.cells)
    if isinstance(type, (OptionalType, MaybeType)):
        return holds_set(w, type.item, seen, depth)
    if isinstance(type, TupleType):
        return any(holds_set(w, item, seen, depth - 1) for item in type.items)
    return False


def convert_payload(w: Walk, flag: int, payload: Val, type: Type) -> Val:
    """Convert the payload of an optional; conversions that follow references only run where the flag is set."""
    if payload.type == type:
        return payload
    if not any(map(is_reference, parts(payload.type))):
        return convert(w, payload, type)
    return choose(w, flag, type, lambda: payload, lambda: absent(w, type))


def absent(w: Walk, type: Type) -> Val:
    """A value of ``type`` nobody looks at."""
    return Val(type, tuple(zero(w, part) for part in parts(type)))


def box(w: Walk, value: Val) -> Val:
    """The value as one tagged word (type ``any``)."""
    old = value.type
    if old == ANY:
        return value
    if isinstance(old, RangeType):
        w.refuse("a range among values of other types", "make it a list: list(range(...))")
    if not w.e.live:
        return Val(ANY, (-1,))
    if old in (NONE, NEVER, UNKNOWN):
        return Val(ANY, (w.e.emit("const.none"),))
    if old == NUMBER:
        flag, whole, real = value.regs
        return choose(w, flag, ANY, lambda: Val(FLOAT, (real,)), lambda: Val(INT, (whole,)))
    if isinstance(old, OptionalType):
        return choose(w, value.regs[0], ANY, lambda: Val(old.item, value.regs[1:]), lambda: Val(NONE))
    if isinstance(old, TupleType):
        return Val(ANY, (w.e.emit("any.from", tuple_object(w, value)),))
    return Val(ANY, (w.e.emit("any.from", value.reg),))


def tuple_object(w: Walk, value: Val) -> int:
    """A heap tuple of a tuple value's items."""
    assert isinstance(value.type, TupleType)
    words = [to_slot(w, item, item.type) for item in split(value)]
    type = slot_type(value.type)
    return w.e.emit("tuple.new", type, *words, type=type)


def split(value: Val) -> list[Val]:
    """The items of a tuple value."""
    assert isinstance(value.type, TupleType)
    items: list[Val] = []
    at = 0
    for type in value.type.items:
        count = len(parts(type))
        items.append(Val(type, value.regs[at : at + count]))
        at += count
    return items


def join_items(items: list[Val]) -> Val:
    """The tuple value of these items."""
    return Val(TupleType(tuple(item.type for item in items)), tuple(reg for item in items for reg in item.regs))


def to_slot(w: Walk, value: Val, type: Type) -> int:
    """The one word that a container with elements of ``type`` stores for the value."""
    if isinstance(value.type, RangeType):
        w.refuse("a range kept in a container", "make it a list: list(range(...))")
        return -1
    if not w.e.live:
        can_convert(w, value.type, type)
        return -1
    value = convert(w, value, type)
    if isinstance(type, TupleType):
        return tuple_object(w, value)
    if isinstance(type, OptionalType) or type in (NONE, NEVER, UNKNOWN, NUMBER):
        return box(w, value).reg
    return value.reg


def from_slot(w: Walk, word: int, type: Type) -> Val:
    """The value of ``type`` that a container's word holds."""
    if not w.e.live:
        return Val(type, (-1,) * len(parts(type)))
    if isinstance(type, TupleType):
        items = [
            from_slot(w, w.e.emit("tuple.get", word, position, type=slot_type(item)), item) for position, item in enumerate(type.items)
        ]
        return Val(type, join_items(items).regs)
    if isinstance(type, OptionalType) or type == NUMBER:
        return unbox(w, word, type)
    if type in (NONE, NEVER, UNKNOWN):
        return Val(type)
    return Val(type, (word,))


def unbox(w: Walk, word: int, type: Type) -> Val:
    """An ``any`` word as a value of ``type``; a fault (E0309) where it is something else."""
    if not w.e.live:
        return Val(type, (-1,) * len(parts(type)))
    if type == ANY:
        return Val(ANY, (word,))
    if type == NUMBER:
        flag = w.e.emit("any.is", word, FLOAT, type=BOOL)
        return choose(w, flag, NUMBER, lambda: unbox(w, word, FLOAT), lambda: unbox(w, word, INT))
    if isinstance(type, OptionalType):
        none = w.e.emit("any.is", word, NONE, type=BOOL)
        return choose(w, none, type, lambda: Val(NONE), lambda: unbox(w, word, type.item))
    if type in (NONE, NEVER, UNKNOWN):
        return Val(type)
    stored = slot_type(type)
    reg = w.e.emit("any.to", word, stored, type=stored)
    return from_slot(w, reg, type)
