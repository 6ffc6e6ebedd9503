"""Carrying a value from one representation to another: into a joined type, into a container's slot and back, into ``any``."""

from __future__ import annotations

from belljar.lang.emit import Val
from belljar.lang.lattice import (
    FUNCTIONAL,
    UNBOUND,
    UNKNOWN,
    VIEWS,
    BuiltInOf,
    CellOf,
    ClassOf,
    ClosureOf,
    ContainerOf,
    DictOf,
    DictView,
    EnumerateOf,
    FilterOf,
    GeneratorOf,
    IteratorOf,
    ListOf,
    MapOf,
    MaybeType,
    ModuleOf,
    ReversedOf,
    SetOf,
    SuperOf,
    ZipOf,
    pieces_of,
    resolve,
)
from belljar.structs import Frozen
from belljar.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NONE,
    NUMBER,
    STR,
    DictType,
    ListType,
    OptionalType,
    RangeType,
    RecordType,
    ScalarType,
    SetType,
    TupleType,
    Type,
    components,
    is_reference,
    storage,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

    from belljar.lang.transfer import Walk


class Display(Frozen):
    """The constants of a display that is only asked for membership."""

    __slots__ = ("kind", "values")

    def __init__(self, kind: str, values: tuple[Any, ...]) -> None:
        self.kind: Final = kind
        self.values: Final = values


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
    pieces = pieces_of(type)
    if pieces is not None:
        return tuple(part for piece in pieces for part in parts(piece))
    if isinstance(type, IteratorOf):
        return _iterator_parts(type.source)
    if isinstance(type, (ClassOf, BuiltInOf, ModuleOf)):
        return ()
    if isinstance(type, (CellOf, GeneratorOf, ListOf, SetOf, DictOf)):
        return (slot_type(type),)
    if isinstance(type, OptionalType):
        return (BOOL, *parts(type.item))
    return components(resolve(type))


def variable_parts(name: str, type: Type) -> list[tuple[str, Type]]:
    """The registers a variable of this type lives in: (key, storage type). Narrowing an optional or bound variable only drops its flag."""
    if isinstance(type, MaybeType):
        return [(f"{name}!", BOOL), *variable_parts(name, type.item)]
    if isinstance(type, OptionalType):
        return [(f"{name}?", BOOL), *variable_parts(name, type.item)]
    if isinstance(type, TupleType):
        return [part for position, item in enumerate(type.items) for part in variable_parts(f"{name}.{position}", item)]
    if type == NUMBER:
        return [(f"{name}~", BOOL), (f"{name}.int", INT), (f"{name}.float", FLOAT)]
    found = parts(type)
    if len(found) == 1:
        return [(name, found[0])]
    return [(f"{name}:{position}", part) for position, part in enumerate(found)]


def nowhere(type: Type) -> tuple[int, ...]:
    """A register -1 for each part of a type, where nothing is emitted. What containers hold is not looked at."""
    return (-1,) * _width(type)


def _width(type: Type) -> int:
    """How many parts a type has."""
    if isinstance(type, (ContainerOf, GeneratorOf)):
        return 1
    if isinstance(type, (MaybeType, OptionalType)):
        return 1 + _width(type.item)
    pieces = pieces_of(type)
    return len(parts(type)) if pieces is None else sum(map(_width, pieces))


def _iterator_parts(source: Type) -> tuple[Type, ...]:
    """What a loop over ``source`` keeps (see :mod:`belljar.lang.iteration`)."""
    if isinstance(source, EnumerateOf):
        return (INT, *_iterator_parts(source.inner))
    if isinstance(source, ZipOf):
        return tuple(part for inner in source.inners for part in _iterator_parts(inner))
    if isinstance(source, (DictOf, DictView)):
        return (*parts(source), INT, INT, INT)
    if isinstance(source, SetOf) or (isinstance(source, ReversedOf) and isinstance(source.inner, (DictOf, DictView))):
        return (*parts(source), INT, INT)
    if isinstance(source, RangeType):
        return (INT, INT, INT)
    if isinstance(source, GeneratorOf):
        return (slot_type(source), *parts(yielded(source)))
    if isinstance(source, MapOf):
        return (*parts(source.function), *(part for inner in source.inners for part in _iterator_parts(inner)))
    if isinstance(source, FilterOf):
        return (*parts(source.function), *parts(walked_item(source.inner)), *_iterator_parts(source.inner))
    if source == ANY:
        return (ANY, ANY)
    return (*parts(source), INT)


def walked_item(source: Type) -> Type:
    """The type of the elements of what a loop walks; of the views, those whose elements need no call."""
    if isinstance(source, RangeType):
        return INT
    if source.__class__ is ScalarType or source == ANY:
        return source
    if isinstance(source, DictView):
        of = source.dict
        assert isinstance(of, DictOf)
        pair = TupleType((of.item.type, of.value.type))
        return {"keys": of.item.type, "values": of.value.type, "items": pair}[source.which]
    if isinstance(source, ContainerOf):
        return source.item.type
    if isinstance(source, GeneratorOf):
        return yielded(source)
    if isinstance(source, EnumerateOf):
        return TupleType((INT, walked_item(source.inner)))
    if isinstance(source, ZipOf):
        return TupleType(tuple(map(walked_item, source.inners)))
    if isinstance(source, (ReversedOf, FilterOf)):
        return walked_item(source.inner)
    return ANY


def yielded(type: GeneratorOf) -> Type:
    """The type of the items of a generator."""
    return type.items.seen().type


def choose(w: Walk, flag: int, type: Type, then: Callable[[], Val], orelse: Callable[[], Val]) -> Val:
    """The value of ``then()`` where the flag is set, else of ``orelse()``, both converted to ``type``; only one of them runs."""
    if not w.e.live:
        results = [w.unless_raised(then), w.unless_raised(orelse)]
        unknown = any(value.type == UNKNOWN for value in results)
        for value in results if type == ANY else ():  # what is seen as any is so before anything is written
            convert(w, value, type)
        return Val(UNKNOWN) if unknown else Val(type, nowhere(type))
    first, second, done = w.e.block(), w.e.block(), w.e.block()
    registers = tuple(w.e.register(part) for part in parts(type))
    w.e.emit("br", flag, first, second)
    for block, make in ((first, then), (second, orelse)):
        w.e.at(block)
        for target, source in zip(registers, convert(w, w.unless_raised(make), type).regs, strict=True):
            w.e.move(target, source)
        w.e.emit("jump", done)
    w.e.at(done)
    return Val(type, registers)


def slot_type(type: Type) -> Type:
    """The storage type of a container slot for elements of an inference type."""
    if type.__class__ is ScalarType:
        return storage(type)
    if isinstance(type, (ListOf, CellOf)):
        return ListType(slot_type(type.item.type))
    if isinstance(type, SetOf):
        return SetType(slot_type(type.item.type))
    if isinstance(type, DictOf):
        return DictType(slot_type(type.item.type), slot_type(type.value.type))
    if isinstance(type, TupleType):
        return TupleType(tuple(map(slot_type, type.items)))
    if isinstance(type, (*FUNCTIONAL, SuperOf, ModuleOf)):
        return ANY
    if isinstance(type, GeneratorOf):
        return RecordType(frame_name(type))
    return storage(resolve(type))


def frame_name(type: GeneratorOf) -> str:
    """The record that holds the state of a generator."""
    return f"{type.name}.frame"


def zero(w: Walk, type: Type) -> int:
    """A register of a storage type that holds some value nobody looks at: the payload of an absent optional."""
    return w.e.emit("const.absent", type, type=type)


def convert(w: Walk, value: Val, type: Type) -> Val:
    """``value`` as ``type``, which must be above its type in the lattice. Facts and origin are lost where the representation changes."""
    old = value.type
    if old == type or UNKNOWN in (old, type):
        return Val(type, value.regs, value.const, value.origin, value.facts)
    if type == ANY:
        return box(w, value)
    if not w.e.live:
        return Val(type, nowhere(type))
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
    pieces, targets = pieces_of(old), pieces_of(type)
    if pieces is not None and targets is not None and old.__class__ is type.__class__:
        regs: list[int] = []
        at = 0
        for piece, target in zip(pieces, targets, strict=True):
            size = len(parts(piece))
            regs += convert(w, Val(piece, value.regs[at : at + size]), target).regs
            at += size
        return Val(type, tuple(regs))
    if isinstance(type, ContainerOf):
        return Val(type, value.regs)
    if isinstance(type, RecordType) and isinstance(old, RecordType):
        if not w.world.is_subclass(old.name, type.name):
            return w.downcast(value, type.name)
        upcast = w.e.register(type)
        w.e.move(upcast, value.reg)
        return Val(type, (upcast,))
    if isinstance(type, RangeType):
        return Val(type, value.regs)
    raise AssertionError(f"no conversion from {old} to {type}")


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
    """The value as one tagged word (type ``any``). All that can be reached through it becomes ``any``."""
    old = value.type
    if old == ANY:
        return value
    if isinstance(old, MaybeType):
        raise AssertionError("a variable that may be unassigned is no value")
    if value.const.__class__ is Display:
        value = w.materialised(value)
        old = value.type
    if old.__class__ is not ScalarType:
        w.world.escape(old)
    if isinstance(old, (*FUNCTIONAL, SuperOf, ModuleOf)):
        return w.function_object(value)
    if isinstance(old, VIEWS):
        return box(w, w.as_object(value))
    if not w.e.live:
        return Val(ANY, (-1,))
    if old in (NONE, NEVER, UNKNOWN, UNBOUND):
        return Val(ANY, (w.e.emit("const.none"),))
    if old == NUMBER:
        flag, whole, real = value.regs
        return choose(w, flag, ANY, lambda: Val(FLOAT, (real,)), lambda: Val(INT, (whole,)))
    if isinstance(old, OptionalType):
        return choose(w, value.regs[0], ANY, lambda: Val(old.item, value.regs[1:]), lambda: Val(NONE))
    if isinstance(old, TupleType):
        if any(map(holds_function, old.items)):  # which have no registers of their own
            value = join_items([box(w, item) if holds_function(item.type) else item for item in split(value)])
        return Val(ANY, (w.e.emit("any.from", tuple_object(w, value)),))
    if isinstance(old, RangeType):
        return Val(ANY, (w.e.emit("any.range", *value.regs),))
    return Val(ANY, (w.e.emit("any.from", value.reg),))


def peek(w: Walk, value: Val) -> Val:
    """The value as a tagged word for an op that only looks at it: what can be reached through it stays of the types it has."""
    old = value.type
    if value.const.__class__ is Display:
        return peek(w, w.materialised(value))
    if isinstance(old, OptionalType) and isinstance(old.item, (ListOf, DictOf, SetOf, RecordType)) and w.e.live:
        return choose(w, value.regs[0], ANY, lambda: peek(w, Val(old.item, value.regs[1:])), lambda: Val(NONE))
    inner = old.item if isinstance(old, OptionalType) else old
    looks = isinstance(inner, (ListOf, DictOf, SetOf, RecordType)) or (isinstance(old, TupleType) and not any(map(_is_choice, old.items)))
    if looks and w.world.looked_at(inner):
        if not w.e.live:
            return Val(ANY, (-1,))
        return Val(ANY, (w.e.emit("any.from", tuple_object(w, value) if isinstance(old, TupleType) else value.reg),))
    return box(w, value)


def holds_function(type: Type) -> bool:
    return isinstance(type, FUNCTIONAL) or (isinstance(type, TupleType) and any(map(holds_function, type.items)))


def _is_choice(type: Type) -> bool:
    return isinstance(type, (OptionalType, *FUNCTIONAL)) or (isinstance(type, TupleType) and any(map(_is_choice, type.items)))


def tuple_object(w: Walk, value: Val) -> int:
    """A heap tuple of a tuple value's items."""
    assert isinstance(value.type, TupleType)
    words = [to_slot(w, item, item.type) for item in split(value)]
    type = slot_type(value.type)
    return w.e.emit("tuple.new", type, *words, type=type)


def split(value: Val) -> list[Val]:
    """The items of a tuple value, or what a closure brings along."""
    assert isinstance(value.type, (TupleType, ClosureOf))
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
    if not w.e.live:
        if value.type.__class__ is not ScalarType and not isinstance(type, ContainerOf) and slot_type(type) == ANY:
            box(w, value)
        elif isinstance(type, TupleType) and isinstance(value.type, TupleType):
            for part, held in zip(split(value), type.items, strict=True):  # its functions become objects, as they will when this is written
                to_slot(w, part, held)
        if holds_function(type):  # it is an object of that type once it is converted
            w.world.escape(type)
        return -1
    value = convert(w, value, type)
    if isinstance(type, TupleType):
        return tuple_object(w, value)
    if isinstance(type, (OptionalType, RangeType, *FUNCTIONAL)) or type in (NONE, NEVER, UNKNOWN, NUMBER):
        return box(w, value).reg
    return value.reg


def from_slot(w: Walk, word: int, type: Type) -> Val:
    """The value of ``type`` that a container's word holds."""
    if not w.e.live:
        return Val(type, nowhere(type))
    if isinstance(type, TupleType):
        items = [
            from_slot(w, w.e.emit("tuple.get", word, position, type=slot_type(item)), item) for position, item in enumerate(type.items)
        ]
        return Val(type, join_items(items).regs)
    if isinstance(type, (OptionalType, RangeType, *FUNCTIONAL)) or type == NUMBER:
        return unbox(w, word, type)
    if type in (NONE, NEVER, UNKNOWN):
        return Val(type)
    return Val(type, (word,))


def unbox_declared(w: Walk, word: int, type: Type, what: str) -> Val:
    """:func:`unbox` of what an annotation says. CPython ignores annotations, so where one does not hold nothing can catch that: E0723, ``what`` with the class of the value."""
    if not w.e.live or not w.world.flow.catches:
        return unbox(w, word, type)
    test = w.e.emit("any.is", word, INT if type == NUMBER else type, type=BOOL)
    if type == NUMBER:
        test = w.e.emit("bool.or", test, w.e.emit("any.is", word, FLOAT, type=BOOL), type=BOOL)
    fits, other = w.e.block(), w.e.block()
    w.e.emit("br", test, fits, other)
    w.e.at(other)
    w.e.emit("fault", "E0723", w.const(what).reg, w.e.emit("any.type_name", word, type=STR))
    w.e.at(fits)
    return unbox(w, word, type)


def unbox(w: Walk, word: int, type: Type) -> Val:
    """An ``any`` word as a value of ``type``; a fault (E0309) where it is something else."""
    if not w.e.live:
        return Val(type, nowhere(type))
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
    if isinstance(type, FUNCTIONAL):
        return w.closure_from(word, type)
    if isinstance(type, RangeType):
        words = (w.e.emit("any.get_attr", word, name, type=ANY) for name in ("start", "stop", "step"))
        return Val(type, tuple(w.e.emit("any.to", one, INT, type=INT) for one in words))
    stored = slot_type(type)
    reg = w.e.emit("any.to", word, stored, type=stored)
    return from_slot(w, reg, type)
