"""What the results of an op depend on, and what it writes: by op, where that is less than all that is in its operands.

An op without a row of its own gives what depends on its operands and all that is in them, and what it writes to, if it writes, is its first operand as a whole.
"""

from __future__ import annotations

from belljar.engines.dependences import CONTAINERS
from belljar.engines.heap_dependences import is_item
from belljar.ir.guest import CLASSES, GuestDict, GuestIter, GuestList, GuestRecord, GuestTuple, is_nan
from belljar.ir.host import may_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final, TypeAlias

    from belljar.engines.reference import _Frame
    from belljar.engines.shadowing import FrameShadow, Shadowing
    from belljar.ir.function import Instr

    Read: TypeAlias = "Callable[[Shadowing, FrameShadow, Instr, list[Any]], int]"
    Write: TypeAlias = "Callable[[Shadowing, FrameShadow, _Frame, Instr, tuple[Any, ...]], None]"


# --- reading ------------------------------------------------------------------------------------------------------------------------


def read_all(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    """The operands with all that is in them."""
    reads = instr.op.reads
    values = args[reads] if isinstance(reads, slice) else [args[place] for place in reads]
    found = []
    for register, value in zip(instr.registers_read(), values):  # noqa: B905
        dependence = watch.of(shadow, register)
        found.append(watch.heap.deep(value, dependence) if isinstance(value, CONTAINERS) else dependence)
    return watch.join(*found)


def read_references(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    """The operands alone: which object, not what is in it."""
    return watch.join(*[watch.of(shadow, register) for register in instr.registers_read()])


def _nothing(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    return 0


def _length(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    value = args[0]
    if not isinstance(value, (GuestList, GuestDict, GuestTuple)):
        return read_all(watch, shadow, instr, args)
    reference = watch.of(shadow, instr.args[0])
    return watch.join(reference, watch.heap.shape(watch.heap.of(value, reference)))


def _item(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    """An item of a list by its index, an entry of a dict by its key."""
    value, index = args[:2]
    reference, at = watch.of(shadow, instr.args[0]), watch.of(shadow, instr.args[1])
    if is_item(value, index):
        one = watch.heap.of(value, reference)
        found = watch.heap.slot(one, index if index >= 0 else index + len(value))
        return watch.join(reference, at, found, watch.heap.shape(one) if index < 0 else 0)
    if isinstance(value, GuestDict):
        return watch.join(reference, _entry(watch, value, reference, index, at))
    return read_all(watch, shadow, instr, args)


def _entry(watch: Shadowing, value: GuestDict, reference: int, key: Any, at: int) -> int:
    """The entry of a key; where there is none, that there is none."""
    at = watch.heap.deep(key, at)
    one = watch.heap.of(value, reference)
    if not is_plain(value, key):
        return watch.heap.deep(value, watch.join(reference, at))
    place = value.find(key)
    return watch.join(at, watch.heap.slot(one, value.serial(place)) if place >= 0 else watch.heap.shape(one))


def is_plain(value: GuestDict, key: Any) -> bool:
    """Whether a key is found without running anything of the program, and is one that can be found: a NaN is not."""
    if is_nan(key):
        return False
    if value.type.key in CLASSES:  # type: ignore[attr-defined]
        return True
    if isinstance(key, CONTAINERS):
        return False
    return not may_call() or (len(value) <= KEYS_MAX and not any(isinstance(known, CONTAINERS) for known, _ in value.items()))


KEYS_MAX: Final = 256
"""Keys of a dict that are looked at for such whose ``__eq__`` is the program's."""


def _found(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    """Whether or where a dict has a key."""
    value, key = args[:2]
    if not isinstance(value, GuestDict):
        return read_all(watch, shadow, instr, args)
    reference = watch.of(shadow, instr.args[0])
    return watch.join(reference, _entry(watch, value, reference, key, watch.of(shadow, instr.args[1])))


def _key_at(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    reference = watch.of(shadow, instr.args[0])
    return watch.join(reference, watch.of(shadow, instr.args[1]), watch.heap.shape(watch.heap.of(args[0], reference)))


def _value_at(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    reference, at = watch.of(shadow, instr.args[0]), watch.of(shadow, instr.args[1])
    return watch.join(reference, at, watch.heap.slot(watch.heap.of(args[0], reference), args[0].serial(args[1])))


def _next_entry(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    reference, at = watch.of(shadow, instr.args[0]), watch.of(shadow, instr.args[1])
    return watch.join(reference, at, watch.heap.shape(watch.heap.of(args[0], reference)))


def _popped(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    reference = watch.of(shadow, instr.args[0])
    return watch.join(_item(watch, shadow, instr, args), watch.heap.shape(watch.heap.of(args[0], reference)))


def _field(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    """A part at a constant place."""
    reference = watch.of(shadow, instr.args[0])
    return watch.join(reference, watch.heap.slot(watch.heap.of(args[0], reference), args[1]))


def _next(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    """The next item: of a list the item, and how far the iterator was."""
    walk = args[0]
    reference = watch.of(shadow, instr.args[0])
    if not isinstance(walk, GuestIter) or walk.is_view or not isinstance(walk.source, (GuestList, GuestTuple)):
        return read_all(watch, shadow, instr, args)
    one = watch.heap.of(walk, reference)
    source = watch.heap.of(walk.source, one.whole)
    item = watch.heap.slot(source, walk.place) if is_item(walk.source, walk.place) else 0
    return watch.join(reference, one.whole, one.maybe, watch.heap.world(one), watch.heap.shape(source), item)


def _attribute(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    """An attribute; of a record the field."""
    value, name = args[:2]
    reference = watch.of(shadow, instr.args[0])
    if isinstance(value, GuestRecord):
        slots = [place for place, (field, _) in enumerate(value.layout.slots) if field.rstrip("?~").partition(".")[0] == name]
        if slots:
            one = watch.heap.of(value, reference)
            return watch.join(reference, *[watch.heap.slot(one, slot) for slot in slots])
        return reference  # a property or a method, which say themselves what they read
    return read_all(watch, shadow, instr, args)


def _method(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    """A method of a built-in type."""
    if args[0] == "append" and isinstance(args[2], GuestList):
        return 0
    if args[0] == "get" and isinstance(args[2], GuestDict) and len(args) > 3:
        reference, at = (watch.of(shadow, register) for register in instr.args[2:4])
        given = [watch.heap.deep(value, watch.of(shadow, register)) for register, value in zip(instr.args[4:], args[4:], strict=False)]
        return watch.join(reference, _entry(watch, args[2], reference, args[3], at), *given)
    return read_all(watch, shadow, instr, args)


def _called(watch: Shadowing, shadow: FrameShadow, instr: Instr, args: list[Any]) -> int:
    """A call: of a function what it gives is known when it returns, of a method of a built-in type it is that."""
    if instr.op.name == "any.call_method" and not isinstance(args[2], GuestRecord):
        return _method(watch, shadow, instr, args)
    return read_all(watch, shadow, instr, args)


# --- writing ------------------------------------------------------------------------------------------------------------------------


def write_all(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
    """The first operand as a whole, and every iterator, which goes on."""
    reads = instr.op.reads
    args = shadow.args
    values = args[reads] if isinstance(reads, slice) else [args[place] for place in reads]
    dependence = watch.join(shadow.dependence, shadow.invoked, watch.around(shadow))
    for place, (register, value) in enumerate(zip(instr.registers_read(), values)):  # noqa: B905
        if isinstance(value, CONTAINERS) and (place == 0 or isinstance(value, GuestIter)):
            _change(watch, shadow, register, value, dependence)


def _change(watch: Shadowing, shadow: FrameShadow, register: int, value: Any, dependence: int) -> None:
    reference = watch.of(shadow, register)
    watch.heap.change(watch.heap.of(value, reference), watch.join(dependence, reference))
    watch.through(reference, value)


def _set_item(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
    value, index = shadow.args[:2]
    if isinstance(value, GuestDict):
        _set_entry(watch, shadow, frame, instr, results)
    elif is_item(value, index):
        one = watch.heap.of(value, watch.of(shadow, instr.args[0]))
        negative = watch.heap.shape(one) if index < 0 else 0
        at = watch.join(watch.of(shadow, instr.args[1]), negative)
        _assign(watch, shadow, frame, instr, index if index >= 0 else index + len(value), at, 2)
    else:
        write_all(watch, shadow, frame, instr, results)


def _assign(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, slot: int, at: int, operand: int) -> None:
    """Assign a part of the object in the first operand; the value is that operand."""
    value = shadow.args[0]
    reference = watch.of(shadow, instr.args[0])
    one = watch.heap.of(value, reference)
    watch.heap.part(one, slot)  # what was there is an input, perhaps
    dependence = watch.join(watch.of(shadow, instr.args[operand]), reference, at, watch.around(shadow))
    dependence = watch.wrote(shadow, frame, instr, "", shadow.args[operand], dependence)
    watch.heap.set(one, slot, dependence, watch.join(reference, at))
    watch.through(reference, value)


def _set_field(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
    _assign(watch, shadow, frame, instr, shadow.args[1], 0, 2)


def _set_entry(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
    value, key = shadow.args[:2]
    if not isinstance(value, GuestDict) or not is_plain(value, key):
        write_all(watch, shadow, frame, instr, results)
        return
    reference, at = watch.of(shadow, instr.args[0]), watch.of(shadow, instr.args[1])
    one = watch.heap.of(value, reference)
    place = value.find(key)
    slot = value.serial(place)
    is_new = place == len(value.entries) - 1 and slot not in one.slots and not one.path
    if is_new or watch.graph.tainted[watch.join(at, reference)] or one.path:
        watch.heap.grow(one, watch.join(at, reference, watch.around(shadow)))
    _assign(watch, shadow, frame, instr, slot, at, 2)


def _append(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
    place = 2 if instr.op.name == "any.method" else 0
    value = shadow.args[place]
    if not isinstance(value, GuestList):
        write_all(watch, shadow, frame, instr, results)
        return
    reference = watch.of(shadow, instr.args[place])
    one = watch.heap.of(value, reference)
    # where it comes to stand is how many there were
    at = watch.join(one.shape, reference, watch.around(shadow), watch.heap.shape(one) if one.path else 0, one.maybe)
    dependence = watch.join(watch.of(shadow, instr.args[place + 1]), at, one.whole)
    dependence = watch.wrote(shadow, frame, instr, "", shadow.args[place + 1], dependence)
    one.slots[len(value) - 1] = dependence
    watch.heap.grow(one, watch.join(reference, watch.around(shadow)))
    watch.through(reference, value)


def _clear(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
    reference = watch.of(shadow, instr.args[0])
    watch.heap.clear(watch.heap.of(shadow.args[0], reference), watch.join(reference, watch.around(shadow)))
    watch.through(reference, shadow.args[0])


def _remove(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
    """An entry of a dict: the others stay."""
    reference, at = watch.of(shadow, instr.args[0]), watch.of(shadow, instr.args[1])
    one = watch.heap.of(shadow.args[0], reference)
    watch.heap.grow(one, watch.join(watch.heap.deep(shadow.args[1], at), reference, watch.around(shadow)))
    if watch.graph.tainted[watch.join(at, reference)]:
        one.maybe = watch.join(one.maybe, at, reference)
    watch.through(reference, shadow.args[0])


def _pop(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
    value, index = shadow.args[:2]
    at = watch.of(shadow, instr.args[1])
    if (index not in (len(value), -1)) or watch.graph.tainted[at]:
        write_all(watch, shadow, frame, instr, results)
        return
    reference = watch.of(shadow, instr.args[0])
    one = watch.heap.of(value, reference)
    one.slots.pop(len(value), None)
    watch.heap.grow(one, watch.join(reference, watch.around(shadow)))
    watch.through(reference, value)


def _step(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
    """An iterator goes on."""
    walk = shadow.args[0]
    reference = watch.of(shadow, instr.args[0])
    if isinstance(walk, GuestIter):
        one = watch.heap.of(walk, reference)
        one.whole = watch.join(one.whole, watch.around(shadow))
        watch.through(reference, walk)
    elif isinstance(walk, CONTAINERS) and not (isinstance(walk, GuestRecord) and walk.layout.resume):
        write_all(watch, shadow, frame, instr, results)


def _set_attribute(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
    value, name = shadow.args[:2]
    if isinstance(value, GuestRecord):
        slots = [place for place, (field, _) in enumerate(value.layout.slots) if field == name]
        if len(slots) == 1:
            _assign(watch, shadow, frame, instr, slots[0], 0, 2)
            return
    write_all(watch, shadow, frame, instr, results)


def _make(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
    """A new object of these parts."""
    one = watch.heap.of(results[0], 0)
    for place, register in enumerate(instr.args[1:]):
        one.slots[place] = watch.of(shadow, register)


def _method_write(watch: Shadowing, shadow: FrameShadow, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
    name = shadow.args[0]
    if instr.op.name == "any.method" and name == "append" and isinstance(shadow.args[2], GuestList):
        _append(watch, shadow, frame, instr, results)
    elif instr.op.name in ("any.call", "any.call_spread") or changed_by(name):
        write_all(watch, shadow, frame, instr, results)


def changed_by(name: str) -> bool:
    """Whether a method of a built-in type of that name changes what it is called on."""
    return name in CHANGING_METHODS


CHANGING_METHODS: Final = frozenset(
    {
        *("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update", "setdefault", "popitem", "add", "discard"),
        *("intersection_update", "difference_update", "symmetric_difference_update", "send", "throw", "close", "__next__", "__setitem__"),
        *("__delitem__", "__iadd__", "__imul__", "__init__", "__setattr__", "__ior__", "__iand__", "__ixor__", "__isub__", "move_to_end"),
    }
)

READS: Final[dict[str, Read]] = {
    **dict.fromkeys(
        ("move", "any.from", "any.to", "any.is", "record.is", "record.to", "ref.is", "any.is_same", "any.is_unset"), read_references
    ),
    **dict.fromkeys(("any.type_name", "any.is_end", "any.identity", "any.iter_value", "const.absent", "any.view"), read_references),
    **dict.fromkeys(("list.new", "dict.new", "set.new"), read_references),
    **dict.fromkeys(("list.of", "tuple.new", "record.new", "fn.new"), _nothing),
    **dict.fromkeys(("list.set", "list.set.nc", "list.append", "list.clear", "dict.set", "dict.clear", "record.set"), read_references),
    **dict.fromkeys(("list.len", "dict.len", "any.len", "any.truth"), _length),
    **dict.fromkeys(("list.get", "list.get.nc", "any.index"), _item),
    **dict.fromkeys(("dict.get", "dict.find", "any.contains"), _found),
    **dict.fromkeys(("dict.walk", "dict.prev"), _next_entry),
    **dict.fromkeys(("record.get", "tuple.get", "fn.get"), _field),
    **dict.fromkeys(("any.get_attr", "any.has_attr"), _attribute),
    **dict.fromkeys(("any.call", "any.call_method", "any.call_spread"), _called),
    "any.method": _method,
    "any.set_index": read_references,
    "any.set_attr": read_references,
    "any.iter": read_references,
    "dict.key_at": _key_at,
    "dict.value_at": _value_at,
    "list.pop": _popped,
    "any.next": _next,
}

WRITES: Final[dict[str, Write]] = {
    **dict.fromkeys(("list.set", "list.set.nc", "any.set_index"), _set_item),
    **dict.fromkeys(("list.of", "tuple.new", "record.new", "fn.new"), _make),
    **dict.fromkeys(("list.clear", "dict.clear"), _clear),
    **dict.fromkeys(("any.method", "any.call", "any.call_method", "any.call_spread"), _method_write),
    "record.set": _set_field,
    "list.append": _append,
    "dict.set": _set_entry,
    "dict.remove": _remove,
    "list.pop": _pop,
    "any.next": _step,
    "any.set_attr": _set_attribute,
}
