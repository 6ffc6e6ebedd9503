"""Walking values: what ``for`` and the functions that take an iterable do for each type.

A loop keeps a state (:class:`~belljar.lang.lattice.IteratorOf`):

=====================  ==============================================================================================
range                  current value, end, step. Steps of 1 and -1 compare with the stop; any other runs until the current value,
                       stepping modulo 2**64, equals the exact end, so that no step can overflow
str, list              the value, the next position (the length is read again each time, as in Python)
dict and its views     the dict, the position of the current entry, the length at the start (a change is an error), the elements still expected
set                    the set, the position of the current element, the length at the start
reversed               as what it walks, going down; of a dict without the elements still expected
enumerate              the count, the inner state
zip                    the inner states
=====================  ==============================================================================================
"""

from __future__ import annotations

from belljar.lang.conversion import (
    box,
    choose,
    convert,
    from_slot,
    join_items,
    nowhere,
    parts,
    slot_type,
    split,
    walked_item,
    yielded,
    zero,
)
from belljar.lang.emit import Val
from belljar.lang.lattice import (
    FUNCTIONAL,
    UNKNOWN,
    BoundOf,
    ClassOf,
    DictOf,
    DictView,
    EnumerateOf,
    FilterOf,
    GeneratorOf,
    IteratorOf,
    ListOf,
    MapOf,
    ReversedOf,
    SetOf,
    ZipOf,
    resolve,
)
from belljar.lang.operations import not_optional
from belljar.lang.operators import call, has
from belljar.types import ANY, BOOL, DECIMAL, FLOAT, INT, NEVER, NONE, NUMBER, STR, OptionalType, RangeType, RecordType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from belljar.lang.transfer import Walk


EXACT = -(2**62)
"""The step that the type of a range tells where its end is known to be hit exactly, whatever its step."""


def begin(w: Walk, value: Val) -> Val:
    """The state of a loop over ``value`` before its first element; of type ``UNKNOWN`` for what cannot be walked, ``never`` where that was raised."""
    state = _begin(w, value)
    return state if isinstance(state.type, IteratorOf) or state.type == NEVER else Val(UNKNOWN)


def started(w: Walk, value: Val) -> Val:
    """What a lazy object walks: CPython asks for the iterator where the object is made. Of type ``UNKNOWN`` or ``never`` where there is none."""
    type = value.type
    if type == ANY:
        begun = Val(ANY, (w.e.emit("any.iter", value.reg),))
        if not any(
            "__next__" in decl.methods and w.world.find_method(decl.name, "__iter__") is None for decl in w.world.flow.classes.values()
        ):
            return begun
        # One that cannot be walked itself goes on inside one that can.
        walks = w.e.emit("any.has_attr", begun.reg, "__iter__", type=BOOL)
        return choose(w, walks, ANY, lambda: begun, lambda: box(w, w.call_library("rest", [begun], "_iterables")))
    if isinstance(type, RecordType) and has(w, value, "__iter__"):
        of = w.silently(lambda: call(w, value, "__iter__")).type
        return call(w, value, "__iter__") if isinstance(of, GeneratorOf) or of == UNKNOWN else started(w, box(w, value))
    if type in (INT, FLOAT, BOOL, NONE, NUMBER, DECIMAL) or isinstance(type, (RecordType, BoundOf, *FUNCTIONAL)):
        state = begin(w, value)
        return state if state.type in (UNKNOWN, NEVER) else value
    return value


def _begin(w: Walk, value: Val) -> Val:
    type = value.type
    emit = w.e.emit
    if type == UNKNOWN or not not_optional(w, value):
        return Val(UNKNOWN)
    if isinstance(type, RangeType):
        start, stop, step = value.regs
        if type.step not in (1, -1):
            stop = emit("int.range_stop", start, stop, step, type=INT)
        return Val(IteratorOf(type), (start, stop, step))
    if isinstance(type, TupleType):
        value = list_of_tuple(w, value)
        type = value.type
    if type == STR or isinstance(type, ListOf):
        return Val(IteratorOf(type), (value.reg, w.const(0).reg))
    if isinstance(type, (DictOf, DictView)):
        size = emit("dict.len", value.reg, type=INT)
        return Val(IteratorOf(type), (value.reg, w.const(0).reg, size, size))
    if isinstance(type, EnumerateOf):
        inner = begin(w, Val(type.inner, value.regs[1:]))
        return inner if inner.type in (UNKNOWN, NEVER) else Val(IteratorOf(EnumerateOf(source(inner))), (value.reg, *inner.regs))
    if isinstance(type, ZipOf):
        states: list[Val] = []
        at = 0
        for one in type.inners:
            count = len(parts(one))
            states.append(begin(w, Val(one, value.regs[at : at + count])))
            at += count
        bad = next((state for state in states if state.type in (UNKNOWN, NEVER)), None)
        if bad is not None:
            return bad
        return Val(IteratorOf(ZipOf(tuple(source(state) for state in states))), tuple(reg for state in states for reg in state.regs))
    if isinstance(type, MapOf):
        inner = begin(w, Val(ZipOf(type.inners), value.regs[len(parts(type.function)) :]))
        if inner.type in (UNKNOWN, NEVER):
            return inner
        zipped = source(inner)
        assert isinstance(zipped, ZipOf)
        kept = w.copies(value.regs[: len(parts(type.function))], parts(type.function))
        return Val(IteratorOf(MapOf(type.function, zipped.inners)), (*kept, *inner.regs))
    if isinstance(type, FilterOf):
        count = len(parts(type.function))
        inner = begin(w, Val(type.inner, value.regs[count:]))
        if inner.type in (UNKNOWN, NEVER):
            return inner
        item = item_type(w, source(inner))
        held = item if item == UNKNOWN else walked_item(source(inner))
        kept = w.copies(value.regs[:count], parts(type.function))
        made = Val(IteratorOf(FilterOf(type.function, source(inner))), (*kept, *(zero(w, part) for part in parts(held)), *inner.regs))
        return Val(UNKNOWN) if item == UNKNOWN else made
    if isinstance(type, ReversedOf):
        inner_value = Val(type.inner, value.regs)
        if isinstance(type.inner, TupleType):
            inner_value = list_of_tuple(w, inner_value)
        if isinstance(type.inner, RangeType):
            return _reversed_range(w, inner_value)
        if isinstance(type.inner, (DictOf, DictView)):
            return Val(IteratorOf(type), (value.reg, w.const(2**63 - 1).reg, emit("dict.len", value.reg, type=INT)))
        size = emit("str.len" if inner_value.type == STR else "list.len", inner_value.reg, type=INT)
        return Val(IteratorOf(ReversedOf(inner_value.type)), (inner_value.reg, emit("int.sub.nw", size, w.const(1).reg, type=INT)))
    if isinstance(type, SetOf):
        size = emit("set.len", value.reg, type=INT)
        return Val(IteratorOf(type), (value.reg, emit("set.next", value.reg, w.const(0).reg, type=INT), size))
    if isinstance(type, GeneratorOf):
        return Val(IteratorOf(type), (value.reg, *(zero(w, part) for part in parts(yielded(type)))))
    if isinstance(type, RecordType):
        if has(w, value, "__iter__"):
            of = w.silently(lambda: call(w, value, "__iter__")).type
            if isinstance(of, (GeneratorOf, EnumerateOf, ZipOf, MapOf, FilterOf, ReversedOf)) or of == UNKNOWN:
                return begin(w, call(w, value, "__iter__"))
            if not isinstance(of, RecordType) or not has(w, Val(of, (-1,)), "__next__"):
                return begin(w, box(w, value))
            return Val(IteratorOf(ANY), (box(w, call(w, value, "__iter__")).reg, emit("const.none")))
        named = w.named_tuple_values(value)
        if named is not None:
            return begin(w, named)
        if w.can_walk(value):
            return begin(w, box(w, value))
        return w.problem(
            "E0303", type=w.type_name(type), python=("TypeError", f"'{w.type_name(type)}' object is not iterable"), whose=value
        )
    if isinstance(type, ClassOf):
        members = w.enum_members(type)
        return (
            begin(w, members)
            if members is not None
            else w.problem("E0303", type=resolve(type), python=("TypeError", "'type' object is not iterable"))
        )
    if isinstance(type, (BoundOf, *FUNCTIONAL)):
        return w.problem("E0303", type=w.type_name(type))
    if type == ANY:
        return Val(IteratorOf(ANY), (emit("any.iter", value.reg), emit("const.none")))
    return w.problem("E0303", type=resolve(type))


def _reversed_range(w: Walk, value: Val) -> Val:
    """The state of a loop over a range from behind: its last value, start - step, -step; exact modulo 2**64, so it is walked to its exact end."""
    emit = w.e.emit
    start, stop, step = value.regs
    assert isinstance(value.type, RangeType)
    if value.type.step == 1:
        back = w.const(-1).reg
        end, nonempty = stop, emit("int.lt", start, stop, type=BOOL)
    else:
        back = emit("int.add.wrap", emit("int.invert", step, type=INT), w.const(1).reg, type=INT)
        end = emit("int.range_stop", start, stop, step, type=INT)
        nonempty = emit("int.ne", start, end, type=BOOL)
    last = emit("select", nonempty, emit("int.add.wrap", end, back, type=INT), start, type=INT)
    before = emit("select", nonempty, emit("int.add.wrap", start, back, type=INT), start, type=INT)
    return Val(IteratorOf(RangeType(EXACT)), (last, before, back))


def source(state: Val) -> Type:
    assert isinstance(state.type, IteratorOf)
    return state.type.source


def inner_states(state: Val) -> list[Val]:
    """The states of the parts of a zip or enumerate."""
    type = source(state)
    if isinstance(type, EnumerateOf):
        return [Val(IteratorOf(type.inner), state.regs[1:])]
    assert isinstance(type, (ZipOf, MapOf))
    states: list[Val] = []
    at = len(parts(type.function)) if isinstance(type, MapOf) else 0
    for inner in type.inners:
        count = len(parts(IteratorOf(inner)))
        states.append(Val(IteratorOf(inner), state.regs[at : at + count]))
        at += count
    return states


def more(w: Walk, state: Val) -> Val:
    """Whether there is a next element, as a bool."""
    if state.type == UNKNOWN:
        return Val(UNKNOWN)
    type = source(state)
    emit = w.e.emit
    if isinstance(type, RangeType):
        name = "int.lt" if type.step == 1 else "int.gt" if type.step == -1 else "int.ne"
        return Val(BOOL, (emit(name, state.regs[0], state.regs[1], type=BOOL),))
    if isinstance(type, ReversedOf) and isinstance(type.inner, (DictOf, DictView)):
        _same_size(w, "dict.len", state, "E0602")
        w.e.move(state.regs[1], emit("dict.prev", *state.regs[:2], type=INT))
        return Val(BOOL, (emit("int.ge", state.regs[1], w.const(0).reg, type=BOOL),))
    if isinstance(type, ReversedOf):
        # Elements may have been removed meanwhile: a position past the end is over, as in Python.
        return Val(BOOL, (emit("int.ge", state.regs[1], w.const(0).reg, type=BOOL),))
    if type == STR or isinstance(type, ListOf):
        size = emit("str.len" if type == STR else "list.len", state.regs[0], type=INT)
        return Val(BOOL, (emit("int.lt", state.regs[1], size, type=BOOL),))
    if isinstance(type, (DictOf, DictView)):
        w.e.move(state.regs[1], emit("dict.walk", *state.regs, type=INT))
        return Val(BOOL, (emit("int.ge", state.regs[1], w.const(0).reg, type=BOOL),))
    if isinstance(type, SetOf):
        _same_size(w, "set.len", state, "E0603")
        return Val(BOOL, (emit("int.ge", state.regs[1], w.const(0).reg, type=BOOL),))
    if isinstance(type, GeneratorOf):
        has_next, *found = w.resume(state.regs[0], type)
        for target, reg in zip(state.regs[1:], found, strict=True):
            w.e.move(target, reg)
        return Val(BOOL, (has_next,))
    if type == ANY:
        w.e.move(state.regs[1], emit("any.next", state.regs[0]))
        w.forget_fields()
        return Val(BOOL, (emit("bool.not", emit("any.is_end", state.regs[1], type=BOOL), type=BOOL),))
    if isinstance(type, FilterOf):
        return _next_passing(w, state, type)
    states = inner_states(state)
    if len(states) == 1:
        return more(w, states[0])
    # Each iterator is asked only when those before it had an element, as zip does.
    result, done = w.e.register(BOOL), w.e.block()
    w.e.emit_to(result, "const.bool", False)
    for position, one in enumerate(states):
        there = more(w, one)
        if position == len(states) - 1:
            w.e.move(result, there.reg)
            emit("jump", done)
        else:
            rest = w.e.block()
            emit("br", there.reg, rest, done)
            w.e.at(rest)
    w.e.at(done)
    return Val(BOOL, (result,))


def _same_size(w: Walk, length: str, state: Val, code: str) -> None:
    """Fault where there are more or fewer elements than in the beginning."""
    size = w.e.emit(length, state.regs[0], type=INT)
    same, changed = w.e.block(), w.e.block()
    w.e.emit("br", w.e.emit("int.eq", size, state.regs[2], type=BOOL), same, changed)
    w.e.at(changed)
    w.e.emit("fault", code)
    w.e.at(same)


def _next_passing(w: Walk, state: Val, type: FilterOf) -> Val:
    """Walk on to the next element that passes the test of a filter, and keep it."""
    function, item, inner = filter_parts(w, state, type)
    result = w.e.register(BOOL)
    head, there, passes, fails, over, done = (w.e.block() for _ in range(6))
    w.e.emit("jump", head)
    w.e.at(head)
    w.e.emit("br", more(w, inner).reg, there, over)
    w.e.at(there)
    found = value(w, inner)
    if found.type == NEVER:
        w.e.emit("unreachable")
    else:
        test = _passes(w, function, found)
        for target, reg in zip(item.regs, convert(w, found, item.type).regs, strict=True):
            w.e.move(target, reg)
        for target, reg in zip(inner.regs, advance(w, inner).regs, strict=True):
            w.e.move(target, reg)
        w.e.emit("br", test.reg, passes, fails)
    w.e.at(fails)
    w.e.emit("jump", head)
    w.e.at(passes)
    w.e.emit_to(result, "const.bool", True)
    w.e.emit("jump", done)
    w.e.at(over)
    w.e.emit_to(result, "const.bool", False)
    w.e.emit("jump", done)
    w.e.at(done)
    return Val(BOOL, (result,))


def _passes(w: Walk, function: Val, found: Val) -> Val:
    """Whether an element passes the test of a filter: by its own truth where the function is None."""
    if function.type == NONE:
        return w.truth_of(found)
    if function.type != ANY:
        return w.truth_of(w.call_value(function, [found]))
    none = w.e.emit("any.is", function.reg, NONE, type=BOOL)
    return choose(w, none, BOOL, lambda: w.truth_of(found), lambda: w.truth_of(w.call_value(function, [found])))


def filter_parts(w: Walk, state: Val, type: FilterOf) -> tuple[Val, Val, Val]:
    """Of the state of a filter: the function, the element it stands at, and the state of what it walks."""
    held = walked_item(type.inner)
    first = len(parts(type.function))
    second = first + len(parts(held))
    inner = IteratorOf(type.inner)
    return Val(type.function, state.regs[:first]), Val(held, state.regs[first:second]), Val(inner, state.regs[second:])


def value(w: Walk, state: Val) -> Val:
    """The current element; only where there is one."""
    if state.type == UNKNOWN:
        return Val(UNKNOWN)
    type = source(state)
    emit = w.e.emit
    if isinstance(type, RangeType):
        return Val(INT, (state.regs[0],))
    if isinstance(type, ReversedOf):
        type = type.inner
    if type == STR:
        return Val(STR, (emit("str.index", state.regs[0], state.regs[1], type=STR),))
    if isinstance(type, ListOf):
        item = type.item.type
        return from_slot(w, emit("list.get", state.regs[0], state.regs[1], type=slot_type(item)), item)
    if isinstance(type, (DictOf, DictView)):
        which = type.which if isinstance(type, DictView) else "keys"
        of = type.dict if isinstance(type, DictView) else type
        assert isinstance(of, DictOf)
        found: list[Val] = []
        if which != "values":
            found.append(from_slot(w, emit("dict.key_at", state.regs[0], state.regs[1], type=slot_type(of.item.type)), of.item.type))
        if which != "keys":
            found.append(from_slot(w, emit("dict.value_at", state.regs[0], state.regs[1], type=slot_type(of.value.type)), of.value.type))
        if any(one.type == NEVER for one in found):
            return Val(NEVER)
        return found[0] if len(found) == 1 else join_items(found)
    if isinstance(type, MapOf):
        function = Val(type.function, state.regs[: len(parts(type.function))])
        items = [value(w, one) for one in inner_states(state)]
        bad = next((one for one in items if one.type in (UNKNOWN, NEVER)), None)
        return bad if bad is not None else w.call_value(function, items)
    if isinstance(type, FilterOf):
        passed = filter_parts(w, state, type)[1]
        return Val(passed.type, w.copies(passed.regs, parts(passed.type)))
    if isinstance(type, SetOf):
        return from_slot(w, emit("set.at", state.regs[0], state.regs[1], type=slot_type(type.item.type)), type.item.type)
    if isinstance(type, GeneratorOf):
        held = yielded(type)
        if not w.e.live:  # looking for more may have found that it yields other things besides
            return Val(held, nowhere(held))
        return Val(NEVER) if held == NEVER else Val(held, w.copies(state.regs[1:], parts(held)))
    if type == ANY:
        return Val(ANY, w.copies(state.regs[1:], (ANY,)))
    if isinstance(type, EnumerateOf):
        inner = value(w, inner_states(state)[0])
        if inner.type in (UNKNOWN, NEVER):
            return inner
        count = w.e.register(INT)
        w.e.move(count, state.regs[0])
        return join_items([Val(INT, (count,)), inner])
    items = [value(w, one) for one in inner_states(state)]
    for one in items:
        if one.type in (UNKNOWN, NEVER):
            return one
    return join_items(items)


def advance(w: Walk, state: Val) -> Val:
    """The state after the current element."""
    if state.type == UNKNOWN:
        return state
    type = source(state)
    emit = w.e.emit
    regs = state.regs
    if isinstance(type, RangeType):
        if type.step in (1, -1):  # the current value is before the stop, so the next one fits
            return Val(state.type, (emit("int.add.nw", regs[0], w.const(type.step).reg, type=INT), *regs[1:]))
        return Val(state.type, (emit("int.add.wrap", regs[0], regs[2], type=INT), *regs[1:]))
    if isinstance(type, ReversedOf):
        return Val(state.type, (regs[0], emit("int.sub.nw", regs[1], w.const(1).reg, type=INT), *regs[2:]))
    if type == STR or isinstance(type, ListOf):
        return Val(state.type, (regs[0], emit("int.add.nw", regs[1], w.const(1).reg, type=INT)))
    if isinstance(type, (DictOf, DictView)):
        following = emit("int.add.nw", regs[1], w.const(1).reg, type=INT)
        return Val(state.type, (regs[0], following, regs[2], emit("int.sub.nw", regs[3], w.const(1).reg, type=INT)))
    if isinstance(type, SetOf):
        following = emit("int.add.nw", regs[1], w.const(1).reg, type=INT)
        return Val(state.type, (regs[0], emit("set.next", regs[0], following, type=INT), regs[2]))
    if isinstance(type, (GeneratorOf, FilterOf)) or type == ANY:
        return state
    if isinstance(type, MapOf):
        kept = regs[: len(parts(type.function))]
        return Val(state.type, (*kept, *(reg for one in inner_states(state) for reg in advance(w, one).regs)))
    states = [advance(w, one) for one in inner_states(state)]
    moved = tuple(reg for one in states for reg in one.regs)
    if isinstance(type, EnumerateOf):
        return Val(state.type, (emit("int.add", regs[0], w.const(1).reg, type=INT), *moved))
    return Val(state.type, moved)


def each(w: Walk, iterable: Val, body: Callable[[Val], None], leave: int | None = None) -> bool:
    """Emit a loop that runs ``body`` for every element; a body may jump to ``leave``, where emission goes on. False when the value cannot be walked."""
    state = begin(w, iterable)
    if state.type in (UNKNOWN, NEVER):
        return False
    head, inside = w.e.block(), w.e.block()
    done = w.e.block() if leave is None else leave
    kept = Val(state.type, tuple(w.e.register(part) for part in parts(state.type)))
    for target, reg in zip(kept.regs, state.regs, strict=True):
        w.e.move(target, reg)
    w.e.emit("jump", head)
    w.e.at(head)
    w.e.emit("br", more(w, kept).reg, inside, done)
    w.e.at(inside)
    element = value(w, kept)
    if element.type == NEVER:
        w.e.emit("unreachable")
    else:
        body(element)
        for target, reg in zip(kept.regs, advance(w, kept).regs, strict=w.e.live):
            w.e.move(target, reg)
        w.e.emit("jump", head)
    w.e.at(done)
    return True


def element_type(w: Walk, iterable: Val) -> Type:
    """The type of the elements of an iterable; ``never`` for an empty one, ``UNKNOWN`` for what cannot be walked (reported when it is walked)."""
    type = iterable.type
    if isinstance(type, OptionalType) or type == UNKNOWN:
        return UNKNOWN
    if isinstance(type, RangeType):
        return INT
    if type == STR:
        return STR
    if isinstance(type, TupleType):
        joined: Type = NEVER
        for item in type.items:
            joined = w.lattice.join(joined, item)
        return joined
    if isinstance(type, (ListOf, DictOf, SetOf)):
        return type.item.type
    if isinstance(type, GeneratorOf):
        return yielded(type)
    if type == ANY:
        return ANY
    if isinstance(type, (RecordType, ClassOf)):
        state = begin(w.silent(), iterable)
        return UNKNOWN if state.type in (UNKNOWN, NEVER) else item_type(w, source(state))
    if isinstance(type, ReversedOf):
        return element_type(w, Val(type.inner))
    if isinstance(type, MapOf):
        given = [element_type(w, Val(inner)) for inner in type.inners]
        if UNKNOWN in given or NEVER in given:
            return UNKNOWN if UNKNOWN in given else NEVER
        return w.silent_call(Val(type.function, nowhere(type.function)), [Val(one, nowhere(one)) for one in given]).type
    if isinstance(type, FilterOf):
        inner = element_type(w, Val(type.inner))
        return inner if inner in (UNKNOWN, NEVER) or not _holds_map(type.inner) else walked_item(type.inner)
    if isinstance(type, EnumerateOf):
        inner = element_type(w, Val(type.inner))
        return inner if inner in (UNKNOWN, NEVER) else TupleType((INT, inner))
    if isinstance(type, ZipOf):
        items = tuple(element_type(w, Val(inner)) for inner in type.inners)
        return UNKNOWN if UNKNOWN in items else NEVER if NEVER in items or not items else TupleType(items)
    if isinstance(type, DictView):
        assert isinstance(type.dict, DictOf)
        key, held = type.dict.item.type, type.dict.value.type
        if NEVER in (key, held):
            return NEVER
        return {"keys": key, "values": held, "items": TupleType((key, held))}[type.which]
    return UNKNOWN


def walkable(w: Walk, value: Val, told: str) -> Val:
    """What is walked behind a ``*``. In a program that could catch it, TypeError tells what stands there, ``told``, where it is no iterable."""
    walks = isinstance(value.type, RecordType) and any(w.has_method(value, one) for one in ("__iter__", "__getitem__"))
    if not w.world.flow.catches or walks or not (value.type in (ANY, INT, FLOAT, BOOL, NONE, NUMBER) or isinstance(value.type, RecordType)):
        return value
    return w.call_library("spread", [box(w, value), w.const(told)], "_iterables")


def _holds_map(walked: Type) -> bool:
    """Whether elements are what a call gives: a filter keeps those as ``any``."""
    if isinstance(walked, ZipOf):
        return any(map(_holds_map, walked.inners))
    return isinstance(walked, MapOf) or (isinstance(walked, (EnumerateOf, FilterOf)) and _holds_map(walked.inner))


def item_type(w: Walk, walked: Type) -> Type:
    """The type of the elements of what a loop walks."""
    return ANY if walked == ANY else element_type(w, Val(walked))


def list_of_tuple(w: Walk, tuple_value: Val) -> Val:
    """A tuple's items as a list, so that they can be walked."""
    return w.list_of(split(tuple_value))
