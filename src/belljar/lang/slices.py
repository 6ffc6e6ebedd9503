"""Slices: ``x[a:b:c]`` of built-in types and of objects, and ``slice`` objects, which are those of the library's ``_slice``."""

from __future__ import annotations

from functools import partial, reduce

from belljar.lang.builtins import instance_test, rule
from belljar.lang.calls import construct
from belljar.lang.conversion import box, choose, join_items, slot_type, split
from belljar.lang.emit import Val
from belljar.lang.indices import asked_for_int
from belljar.lang.lattice import UNKNOWN, ClassOf, DictOf, GeneratorOf, IteratorOf, ListOf, resolve
from belljar.lang.operations import as_int, delete_index, index, named_as_tuple, not_optional, set_index
from belljar.lang.operators import has
from belljar.lang.part import Part
from belljar.types import ANY, BOOL, INT, NEVER, NONE, STR, OptionalType, RangeType, RecordType, TupleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from belljar.lang.graph import Step
    from belljar.lang.transfer import Walk
    from belljar.types import Type

    Bounds: TypeAlias = list[Val | None]

DEQUE = "_deque.deque"
SLICE = "_slice.slice"
_SLICED = ("_lists.", "_user_list.", "_bytearray.", "array.")
"""Modules of the library whose classes take slices."""
ABSENT = -(2**63)
"""A bound that is not there, for the ops that slice."""


@rule("slice", 1, 3)
def _slice(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return w.new_slice([None, args[0], None] if len(args) == 1 else [*args, *([None] * (3 - len(args)))])


class Slices(Part):
    """Its part of :class:`~belljar.lang.transfer.Walk`."""

    # --- slice objects ----------------------------------------------------------------------------------------------------------------

    def new_slice(self, bounds: Bounds) -> Val:
        """``slice(a, b, c)``."""
        w = self.walk
        return construct(w, SLICE, [w.const(None) if bound is None else bound for bound in bounds], ())

    @property
    def has_slices(self) -> bool:
        """Whether there are slice objects in the program."""
        return SLICE in self.world.flow.classes

    def is_slice(self, value: Val) -> bool:
        return value.type == RecordType(SLICE)

    def may_be_slice(self, value: Val) -> bool:
        """Whether a value known only while running may be a slice object."""
        return value.type == ANY and self.has_slices and SLICE in self.world.dynamic

    def bounds_of(self, value: Val) -> Bounds:
        """What the slice object selects, as the bounds of ``x[a:b:c]``."""
        return [self.walk.attribute(value, name) for name in ("start", "stop", "step")]

    def by_slice(self, container: Val, key: Val) -> Val:
        """``container[key]`` of a slice object."""
        return self.slice_of(container, self.bounds_of(key))

    def at_or_by(self, container: Val, key: Val) -> Val:
        """``container[key]`` where only running tells whether the key is a slice object."""
        w = self.walk
        plain = (box(w, container), box(w, key))

        def at() -> Val:
            return Val(ANY, (self.e.emit("any.index", plain[0].reg, plain[1].reg),))

        if not self.may_be_slice(key):
            return at()
        is_slice = self.e.emit("any.is", key.reg, RecordType(SLICE), type=BOOL)
        return choose(w, is_slice, ANY, lambda: self.by_slice(plain[0], w.downcast(key, SLICE)), at)

    def set_at_or_by(self, container: Val, key: Val, value: Val) -> Val:
        """``container[key] = value``, as :meth:`at_or_by`."""

        def at() -> Val:
            self.e.emit("any.set_index", container.reg, key.reg, value.reg)
            self.walk.forget_fields()
            return Val(NONE)

        return self._by_slice_or(key, lambda bounds: self.set_slice(container, bounds, value), at)

    def delete_at_or_by(self, container: Val, key: Val) -> Val:
        """``del container[key]``, as :meth:`at_or_by`."""

        def at() -> Val:
            self.e.emit("any.del_index", container.reg, key.reg)
            return Val(NONE)

        return self._by_slice_or(key, lambda bounds: self.delete_slice(container, bounds), at)

    def _by_slice_or(self, key: Val, by: Callable[[Bounds], Val], at: Callable[[], Val]) -> Val:
        w = self.walk
        if not self.may_be_slice(key):
            return at()
        is_slice = self.e.emit("any.is", key.reg, RecordType(SLICE), type=BOOL)
        return choose(w, is_slice, NONE, lambda: by(self.bounds_of(w.downcast(key, SLICE))), at)

    def indexed_classes(self, special: str) -> list[str]:
        """The classes whose objects are indexed by a method of the program, or one that is made for slices, where their class is not known."""
        found: list[str] = []
        for name in self.world.dynamic:
            method = self.world.find_method(name, special)
            if method is not None:
                function = method[0].function
                if not self.world.flow.functions[function].of_library or function.startswith(_SLICED):
                    found.append(name)
        return found

    def _asked(self, container: Val, special: str, type: Type, ask: Callable[[], Val], plain: Callable[[], Val]) -> Val:
        """``ask()`` where a value of class any is of a class whose method takes slices, else ``plain()``."""
        classes = self.indexed_classes(special) if self.has_slices else []
        if not classes:
            return plain()
        tests = [self.e.emit("any.is", container.reg, RecordType(name), type=BOOL) for name in classes]
        test = reduce(lambda one, other: self.e.emit("bool.or", one, other, type=BOOL), tests)
        return choose(self.walk, test, type, ask, plain)

    # --- x[a:b:c] ---------------------------------------------------------------------------------------------------------------------

    def slice_of(self, container: Val, bounds: Bounds) -> Val:
        """``container[a:b:c]``; absent bounds are None."""
        w = self.walk
        container = named_as_tuple(w, container, "__getitem__")
        type = container.type
        if type == UNKNOWN or any(b is not None and b.type == UNKNOWN for b in bounds) or not not_optional(w, container):
            return Val(UNKNOWN)
        if has(w, container, "__getitem__") and self.has_slices:
            return index(w, container, self.new_slice(bounds))
        if type == ANY:
            return self._of_any(container, bounds)
        if isinstance(type, RecordType) and DEQUE in self.world.flow.classes[type.name].order:
            if not self.world.flow.catches:
                return w.problem("E0305", type=type, index="a slice")
            w.raise_error("TypeError", "sequence index must be integer, not 'slice'")
            self.e.at(self.e.block())
            return Val(NEVER)
        bounds = asked_for_ints(w, bounds)
        regs = slice_bounds(w, bounds)
        if regs is None:
            wrong = next(
                (
                    b
                    for b in bounds
                    if b is not None and b.type not in (INT, BOOL, NONE, ANY) and not isinstance(b.type, (OptionalType, RecordType))
                ),
                None,
            )
            if wrong is not None:
                return w.problem(
                    "E0305",
                    type=resolve(type),
                    index=f"a slice of {resolve(wrong.type)}",
                    python=("TypeError", "slice indices must be integers or None or have an __index__ method"),
                )
            return Val(ANY, (self.e.emit("any.slice", box(w, container).reg, *any_bounds(w, bounds)),))
        if type == STR:
            return Val(STR, (self.e.emit("str.slice", container.reg, *regs, type=STR),))
        if isinstance(type, ListOf):
            return Val(type, (self.e.emit("list.slice", container.reg, *regs, type=slot_type(type)),))
        if isinstance(type, TupleType) and all(b is None or b.is_const for b in bounds):
            picked = slice(*(None if b is None else b.const for b in bounds))
            if picked.step == 0:
                return w.problem("E0313", detail="slice step must not be zero")
            return join_items(split(container)[picked])
        if isinstance(type, TupleType):
            return w.refuse("slicing a tuple with bounds known only while running", "use a list")
        if isinstance(type, RangeType):
            return w.refuse("slicing a range", "compute its bounds")
        if isinstance(type, (DictOf, ClassOf)):
            shown = "unhashable type: 'slice'" if isinstance(type, DictOf) else "'type' object is not subscriptable"
            return w.problem("E0305", type=resolve(type), index="a slice", python=("TypeError", shown))
        return w.problem("E0305", type=resolve(type), index="a slice")

    def _of_any(self, container: Val, bounds: Bounds) -> Val:
        w = self.walk
        container = w.tuple_if_named(container)

        def sliced() -> Val:
            return Val(ANY, (self.e.emit("any.slice", container.reg, *any_bounds(w, asked_for_ints(w, bounds))),))

        def asked() -> Val:
            return Val(ANY, (self.e.emit("any.index", container.reg, box(w, self.new_slice(bounds)).reg),))

        return self._asked(container, "__getitem__", ANY, asked, sliced)

    def set_slice(self, container: Val, bounds: Bounds, value: Val) -> Val:
        """``container[a:b:c] = value``."""
        w = self.walk
        type = container.type
        if isinstance(type, ListOf):
            bounds = asked_for_ints(w, bounds)
        if isinstance(type, ListOf) and isinstance(value.type, ListOf):
            regs = slice_bounds(w, bounds)
            if regs is not None:
                self.lattice.unify(type.item, value.type.item)
                self.e.emit("list.set_slice", container.reg, value.reg, *regs)
                return Val(NONE)
        if not not_optional(w, container):
            return Val(UNKNOWN)
        if has(w, container, "__setitem__") and self.has_slices:
            return set_index(w, container, self.new_slice(bounds), value)

        def plain() -> Val:
            bounded = any_bounds(w, bounds if isinstance(type, ListOf) else asked_for_ints(w, bounds))
            self.e.emit("any.set_slice", box(w, container).reg, *bounded, self._assigned(value).reg)
            return Val(NONE)

        def asked() -> Val:
            self.e.emit("any.set_index", container.reg, box(w, self.new_slice(bounds)).reg, box(w, value).reg)
            w.forget_fields()
            return Val(NONE)

        return self._asked(container, "__setitem__", NONE, asked, plain) if type == ANY else plain()

    def _assigned(self, value: Val) -> Val:
        """What is assigned to a slice, as the runtime takes it: what is no container is walked first."""
        w = self.walk

        def walked() -> Val:  # nobody hears what is said of what cannot be walked, where nothing is caught
            return box(w, w.call_library("assigned", [value], "_iterables") if w.world.flow.catches else w.to_list(value))

        if isinstance(value.type, (GeneratorOf, IteratorOf, RecordType)):
            return walked()
        if value.type != ANY:
            return box(w, value)
        plain = instance_test(w, value, ["list", "tuple", "str", "bytes", "dict", "set", "frozenset", "range"])
        return choose(w, plain.reg, ANY, lambda: value, walked)

    def delete_slice(self, container: Val, bounds: Bounds) -> Val:
        """``del container[a:b:c]``."""
        w = self.walk
        of_list = isinstance(container.type, ListOf)
        bounds = asked_for_ints(w, bounds) if of_list else bounds
        regs = slice_bounds(w, bounds) if of_list else None
        if regs is not None:
            self.e.emit("list.del_slice", container.reg, *regs)
            return Val(NONE)
        if not not_optional(w, container):
            return Val(UNKNOWN)
        if has(w, container, "__delitem__") and self.has_slices:
            return delete_index(w, container, self.new_slice(bounds))

        def plain() -> Val:
            self.e.emit("any.del_slice", box(w, container).reg, *any_bounds(w, bounds if of_list else asked_for_ints(w, bounds)))
            return Val(NONE)

        def asked() -> Val:
            self.e.emit("any.del_index", container.reg, box(w, self.new_slice(bounds)).reg)
            return Val(NONE)

        return self._asked(container, "__delitem__", NONE, asked, plain) if container.type == ANY else plain()

    # --- steps ------------------------------------------------------------------------------------------------------------------------

    def do_slice(self, step: Step, args: list[Val]) -> Val:
        w = self.walk
        bounds = _stated(step.data, args[1:])
        return w.attempt(lambda: self.slice_of(args[0], bounds), lambda: self.slice_of(box(w, args[0]), bounds))

    def do_set_slice(self, step: Step, args: list[Val]) -> Val:
        if any(arg.type == UNKNOWN for arg in args):
            return Val(UNKNOWN)
        return self.set_slice(args[0], _stated(step.data, args[1:-1]), self.walk.settled(args[-1]))

    def do_del_slice(self, step: Step, args: list[Val]) -> Val:
        return Val(UNKNOWN) if any(arg.type == UNKNOWN for arg in args) else self.delete_slice(args[0], _stated(step.data, args[1:]))


def asked_for_ints(w: Walk, bounds: Bounds) -> Bounds:
    """Bounds for a built-in container, as ints where they are objects with ``__index__``."""
    return [None if bound is None else asked_for_int(w, bound) for bound in bounds]


def any_bounds(w: Walk, bounds: Bounds) -> list[int]:
    return [box(w, w.const(None) if bound is None else bound).reg for bound in bounds]


def slice_bounds(w: Walk, bounds: Bounds) -> list[int] | None:
    """Start, stop and step as ints, ABSENT for one that is not there; None where one of them is no int."""
    regs: list[int] = []
    for position, bound in enumerate(bounds):
        is_step = position == 2
        absent = partial(w.const, 1 if is_step else ABSENT)
        if bound is None or bound.type == NONE:
            regs.append(absent().reg)
        elif bound.type in (INT, BOOL):
            regs.append(_present(w, bound, is_step).reg)
        elif isinstance(bound.type, OptionalType) and bound.type.item in (INT, BOOL):
            there = partial(_present, w, Val(bound.type.item, bound.regs[1:]), is_step)
            regs.append(choose(w, bound.regs[0], INT, there, absent).reg)
        else:
            return None
    return regs


def _present(w: Walk, bound: Val, is_step: bool) -> Val:
    """A bound that is there. ABSENT is the lowest int: an explicit bound that low selects the same as the next one up."""
    value = as_int(w, bound)
    if is_step or (bound.is_const and bound.const > ABSENT):
        return value
    return Val(INT, (w.e.emit("int.max", value.reg, w.const(ABSENT + 1).reg, type=INT),))


def _stated(present: tuple[bool, bool, bool], given: Sequence[Val]) -> Bounds:
    """Lower, upper and step of a slice, None for those not stated."""
    rest = iter(given)
    return [next(rest) if one else None for one in present]
