"""The types inference works with, and how two of them meet.

Scalars, optionals, tuples and records are the plain types of :mod:`belljar.types`. Containers hold :class:`Cell` s: the element type of every list (dict, set) that can be
the same object is one cell, found by union-find, and only ever grows. So ``xs = []; xs.append(1.5)`` makes the list's one cell ``float`` wherever the list is seen.

Order: ``never`` below everything; ``int`` and ``float`` meet in ``number``; a type and None in the optional; other pairs in ``any``.
``UNKNOWN`` absorbs: it stands for what had an error, or for a parameter nobody has called yet, and nothing about it is ever reported.
"""

from __future__ import annotations

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
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Final

UNKNOWN = ScalarType("unknown")

DEPTH_MAX = 8
"""Containers nested deeper than this have elements of type ``any``: it bounds inference on types like ``xs = [xs]``."""

NODES_MAX = 400
"""Types written out longer than this become ``any``: it bounds types like ``b = (a, a); c = (b, b); ...``."""


class Cell:
    """A growing type, shared by everything that can be the same container. ``is_seen``: somebody looked at what it holds since that changed."""

    __slots__ = ("_parent", "is_seen", "known_to", "type")

    def __init__(self, type: Type = NEVER, known_to: tuple[str, ...] = ()) -> None:
        self.type: Type = type
        self._parent: Cell | None = None
        self.is_seen = False
        self.known_to = known_to
        """Who is likely to look at it: specialisations, and ``.name`` for functions that mention the attribute."""

    def know(self, known_to: tuple[str, ...]) -> None:
        """Let these know it, too."""
        self.known_to = tuple(dict.fromkeys((*self.known_to, *known_to)))

    def find(self) -> Cell:
        """The representative of the merged cells."""
        root = self
        while root._parent is not None:
            root = root._parent
        while self._parent is not None and self is not root:  # path compression
            self._parent, self = root, self._parent
        return root

    def seen(self) -> Cell:
        """The representative, for who looks at what it holds."""
        root = self if self._parent is None else self.find()
        root.is_seen = True
        return root

    def point_to(self, other: Cell) -> None:
        self._parent = other


class ContainerOf(Type):
    """A container known to inference: its cells, one for list and set, key and value for dict. Who only lets them grow takes them from ``cells``."""

    __slots__ = ("cells",)

    def __init__(self, cells: tuple[Cell, ...]) -> None:
        self.cells: Final = cells

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(a.find() is b.find() for a, b in zip(self.cells, other.cells))  # noqa: B905

    def __hash__(self) -> int:
        return hash(type(self))

    def held(self, position: int) -> Type:
        """What a cell holds, for who puts something into it."""
        return self.cells[position].find().type

    @property
    def item(self) -> Cell:
        return self.cells[0].seen()

    @property
    def value(self) -> Cell:
        return self.cells[-1].seen()

    def __str__(self) -> str:
        return str(resolve(self))


class ListOf(ContainerOf):
    __slots__ = ()


class SetOf(ContainerOf):
    __slots__ = ()


class DictOf(ContainerOf):
    __slots__ = ()


class CellOf(ContainerOf):
    """A box that holds one variable which several functions share, or nothing."""

    __slots__ = ()


class CellType(Type):
    """The plain type of a box."""

    __slots__ = ("item",)

    def __init__(self, item: Type) -> None:
        self.item: Final = item

    def __str__(self) -> str:
        return f"cell[{self.item}]"


class ClosureOf(Type):
    """A function known to inference, with the types of what its closure brings along: its components are theirs."""

    __slots__ = ("function", "items")

    def __init__(self, function: str, items: tuple[Type, ...] = ()) -> None:
        self.function: Final = function
        self.items: Final = items

    def __str__(self) -> str:
        return f"function {self.function}({', '.join(str(resolve(item)) for item in self.items)})"


class BoundOf(Type):
    """A method of a known receiver, not called yet. The components are the receiver's."""

    __slots__ = ("name", "receiver")

    def __init__(self, name: str, receiver: Type) -> None:
        self.name: Final = name
        self.receiver: Final = receiver

    def __str__(self) -> str:
        return f"method {self.name} of {resolve(self.receiver)}"


class ClassOf(Type):
    """A class of the program, as a value; no components."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name: Final = name

    def __str__(self) -> str:
        return f"type[{self.name}]"


class BuiltInOf(Type):
    """A built-in function or class, or a function of ``math``, as a value; no components."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name: Final = name

    def __str__(self) -> str:
        return f"built-in {self.name}"


class ModuleOf(Type):
    """An imported module; no components."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name: Final = name

    def __str__(self) -> str:
        return f"module {self.name}"


class SuperOf(Type):
    """``super()`` in a method of ``name``: the receiver, whose methods are looked up behind that class."""

    __slots__ = ("name", "receiver")

    def __init__(self, name: str, receiver: Type) -> None:
        self.name: Final = name
        self.receiver: Final = receiver


class GeneratorOf(Type):
    """What a call of a generator function gives; ``name`` is that of the specialisation, ``items`` the cell of what it yields."""

    __slots__ = ("items", "name")

    def __init__(self, name: str, items: Cell) -> None:
        self.name: Final = name
        self.items: Final = items

    def __eq__(self, other: object) -> bool:
        return self.__class__ is other.__class__ and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __str__(self) -> str:
        return f"generator {self.name}"


FUNCTIONAL = (ClosureOf, BoundOf, ClassOf, BuiltInOf)
"""What can be called, and has no storage type: in a container it is an object."""


class MaybeType(Type):
    """A variable that is assigned on some of the paths that meet here."""

    __slots__ = ("item",)

    def __init__(self, item: Type) -> None:
        self.item: Final = item


OF_THE_MODULE = ".@"
"""Ends the path of a module-level variable that a function reads: ``limit.@``, and ``limit.@.low`` for a field of it."""

UNBOUND = ScalarType("unbound")
"""A variable assigned on none of the paths."""


class EnumerateOf(Type):
    """``enumerate(inner, start)``: start, then the parts of the inner iterable. Like the other views it is walked at once and never kept."""

    __slots__ = ("inner",)

    def __init__(self, inner: Type) -> None:
        self.inner: Final = inner


class ZipOf(Type):
    __slots__ = ("inners",)

    def __init__(self, inners: tuple[Type, ...]) -> None:
        self.inners: Final = inners


class ReversedOf(Type):
    __slots__ = ("inner",)

    def __init__(self, inner: Type) -> None:
        self.inner: Final = inner


class MapOf(Type):
    """``map(function, *inners)``: the parts of the function, then those of the iterables."""

    __slots__ = ("function", "inners")

    def __init__(self, function: Type, inners: tuple[Type, ...]) -> None:
        self.function: Final = function
        self.inners: Final = inners


class FilterOf(Type):
    """``filter(function, inner)``."""

    __slots__ = ("function", "inner")

    def __init__(self, function: Type, inner: Type) -> None:
        self.function: Final = function
        self.inner: Final = inner


class DictView(Type):
    """``d.keys()``, ``d.values()`` or ``d.items()``: the dict."""

    __slots__ = ("dict", "which")

    def __init__(self, dict: Type, which: str) -> None:
        self.dict: Final = dict
        self.which: Final = which


class IteratorOf(Type):
    """The state of a loop over a value of type ``source``."""

    __slots__ = ("source",)

    def __init__(self, source: Type) -> None:
        self.source: Final = source


VIEWS = (EnumerateOf, ZipOf, ReversedOf, MapOf, FilterOf, DictView)
"""What is walked at once where it stands; where it is kept, it becomes an object."""


class Lattice:
    """Joins types. ``version`` counts the changes: whenever a cell grew, two were merged, or another fact of the world did."""

    def __init__(self) -> None:
        self.version = 0
        self.escape: Callable[[Type], None] = lambda type: None
        """Told of each type whose values become ``any``."""
        self.touched: Callable[[Iterable[str], Type], None] = lambda known_to, type: None
        """Told of each cell that grew: who knows it, and what it holds."""
        self.kept: set[int] = set()
        """Ids of cells whose types somebody relies on (:meth:`keep`)."""
        self.disturbed = False
        """Whether one of those grew, or another fact did that they rely on."""

    def keep(self, types: Iterable[Type]) -> None:
        """Watch the cells in these types from now on."""
        self.disturbed = False
        self.kept = kept = set()
        pending = list(types)
        while pending:
            type = pending.pop()
            if isinstance(type, ContainerOf):
                for cell in map(Cell.find, type.cells):
                    if id(cell) not in kept:
                        kept.add(id(cell))
                        pending.append(cell.type)
            elif isinstance(type, (TupleType, ClosureOf)):
                pending.extend(type.items)
            elif isinstance(type, (OptionalType, MaybeType, CellType)):
                pending.append(type.item)
            elif isinstance(type, (BoundOf, SuperOf)):
                pending.append(type.receiver)
            elif isinstance(type, GeneratorOf):
                pending.append(ListOf((type.items,)))

    def join(self, a: Type, b: Type, depth: int = 0) -> Type:
        """The least type above both. Containers merge their cells."""
        if a is b or b is NEVER:
            return a
        if a is NEVER:
            return b
        if a is UNKNOWN or b is UNKNOWN:
            return UNKNOWN
        if a == b:
            return a
        if isinstance(a, MaybeType) or isinstance(b, MaybeType) or UNBOUND in (a, b):
            left, right = (x.item if isinstance(x, MaybeType) else NEVER if x == UNBOUND else x for x in (a, b))
            return MaybeType(self.join(left, right, depth))
        if a == NONE or b == NONE or isinstance(a, OptionalType) or isinstance(b, OptionalType):
            left, right = (x.item if isinstance(x, OptionalType) else NEVER if x == NONE else x for x in (a, b))
            return optional(self.join(left, right, depth))
        numbers = (INT, FLOAT, NUMBER)
        if a in numbers and b in numbers:
            return NUMBER
        if isinstance(a, ContainerOf) and type(a) is type(b):
            for left_cell, right_cell in zip(a.cells, b.cells):  # noqa: B905
                self.unify(left_cell, right_cell, depth + 1)
            return a
        if isinstance(a, TupleType) and isinstance(b, TupleType) and len(a.items) == len(b.items):
            made = TupleType(tuple(self.join(x, y, depth + 1) for x, y in zip(a.items, b.items)))  # noqa: B905
            return ANY if too_large(made) else made
        if isinstance(a, RangeType) and isinstance(b, RangeType):
            return RangeType()
        if isinstance(a, VIEWS) and a.__class__ is b.__class__:
            pieces, others = pieces_of(a) or (), pieces_of(b) or ()
            if len(pieces) == len(others) and tuple(self.join(x, y, depth + 1) for x, y in zip(pieces, others)) == pieces:  # noqa: B905
                return a
        if isinstance(a, ClosureOf) and isinstance(b, ClosureOf) and a.function == b.function and len(a.items) == len(b.items):
            return ClosureOf(a.function, tuple(self.join(x, y, depth + 1) for x, y in zip(a.items, b.items)))  # noqa: B905
        if isinstance(a, RecordType) and isinstance(b, RecordType):
            shared = self.common_base(a.name, b.name)
            if shared:
                return RecordType(shared)
        if isinstance(a, IteratorOf) and isinstance(b, IteratorOf) and ANY in (a.source, b.source):
            return IteratorOf(ANY)  # what the loop walks was a container in an earlier round, and is any now
        if isinstance(a, (IteratorOf, CellOf)) or isinstance(b, (IteratorOf, CellOf)):
            return UNKNOWN
        # What has nothing in common meets as any: whatever can be reached through it must then be any, too.
        self.escape(a)
        self.escape(b)
        return ANY

    def common_base(self, a: str, b: str) -> str:
        """The nearest class that both derive from, ``""`` for none."""
        return ""

    def unify(self, a: Cell, b: Cell, depth: int = 0) -> None:
        """Make two cells one."""
        a, b = a.find(), b.find()
        if a is b:
            return
        self.version += 1
        if id(a) not in self.kept and id(b) in self.kept:
            a, b = b, a
        b_type, kept_type = b.type, a.type
        seen, b_seen, known_to = a.is_seen, b.is_seen, a.known_to
        self.disturbed = self.disturbed or id(b) in self.kept
        b.point_to(a)
        if b.known_to:
            a.know(b.known_to)
        joined = ANY if depth > DEPTH_MAX else self.join(a.type, b_type, depth)
        if a is not a.find():
            a = a.find()
            seen, known_to = True, a.known_to
        if joined == ANY or reaches(joined, a):
            before, a.type = a.type, ANY
            self.escape(before)
            self.escape(b_type)
        else:
            a.type = joined
        a.is_seen = False
        for is_seen, before, names in ((seen, kept_type, known_to), (b_seen, b_type, b.known_to)):
            if is_seen and a.type != before:
                self.touched(names, a.type)
            elif is_seen:
                a.is_seen = True
        self.disturbed = self.disturbed or (id(a) in self.kept and a.type != kept_type)

    def changed(self, cell: Cell) -> None:
        """A cell holds more than before."""
        if cell.is_seen:
            cell.is_seen = False
            self.touched(cell.known_to, cell.type)

    def grow(self, cell: Cell, type: Type) -> None:
        """Let the cell hold ``type`` too."""
        cell = cell.find()
        if holds_bound(type):  # a word does not say what the method is bound to
            self.escape(type)
            type = _without_bound(type)
        joined = self.join(cell.type, type)
        cell = cell.find()
        if joined != cell.type:
            if too_large(joined) or isinstance(joined, BoundOf) or reaches(joined, cell):  # a bound method that is kept is an object
                joined = ANY
            if joined != cell.type:
                self.version += 1
                before, cell.type = cell.type, joined
                self.disturbed = self.disturbed or id(cell) in self.kept
                self.changed(cell)
                if joined == ANY:
                    self.escape(before)
                    self.escape(type)


def holds_bound(type: Type) -> bool:
    """Whether a value of the type is a bound method, or has one among its parts."""
    if isinstance(type, TupleType):
        return any(map(holds_bound, type.items))
    return isinstance(type, BoundOf) or (isinstance(type, OptionalType) and holds_bound(type.item))


def _without_bound(type: Type) -> Type:
    if isinstance(type, TupleType):
        return TupleType(tuple(map(_without_bound, type.items)))
    return ANY if holds_bound(type) else type


def optional(item: Type) -> Type:
    """``item | None``; NONE for ``never``."""
    if item in (NONE, ANY, UNKNOWN) or isinstance(item, OptionalType):
        return item
    return NONE if item == NEVER else OptionalType(item)


def too_large(type: Type) -> bool:
    """Whether the type is nested deeper than DEPTH_MAX or, written out, has more than NODES_MAX types in it."""
    nodes = 0
    stack: list[tuple[Type, int]] = [(type, 0)]
    while stack:
        current, depth = stack.pop()
        nodes += 1
        if depth > DEPTH_MAX or nodes > NODES_MAX:
            return True
        if isinstance(current, ContainerOf):
            stack.extend((cell.find().type, depth + 1) for cell in current.cells)
        elif isinstance(current, (TupleType, ClosureOf)):
            stack.extend((item, depth + 1) for item in current.items)
        elif isinstance(current, (OptionalType, MaybeType)):
            stack.append((current.item, depth))
        elif isinstance(current, (BoundOf, SuperOf)):
            stack.append((current.receiver, depth))
    return False


def extent(type: Type) -> int:
    """How much a type consists of: tuples, closures and views of more pieces have more; containers nest so deep only."""
    if isinstance(type, ContainerOf):
        return max(extent(cell.find().type) for cell in type.cells)
    if isinstance(type, (OptionalType, MaybeType)):
        return extent(type.item)
    return 1 + sum(map(extent, pieces_of(type) or ()))


def reaches(type: Type, cell: Cell) -> bool:
    """Whether a container of the type can, at some depth, be one that holds ``cell``'s elements: such a type would have no end."""
    seen: set[int] = set()
    stack: list[Type] = [type]
    while stack:
        current = stack.pop()
        if isinstance(current, ContainerOf):
            for inner in (one.find() for one in current.cells):
                if inner is cell:
                    return True
                if id(inner) not in seen:
                    seen.add(id(inner))
                    stack.append(inner.type)
        elif isinstance(current, (TupleType, ClosureOf)):
            stack.extend(current.items)
        elif isinstance(current, (OptionalType, MaybeType)):
            stack.append(current.item)
        elif isinstance(current, (BoundOf, SuperOf)):
            stack.append(current.receiver)
    return False


def resolve(type: Type, depth: int = 0) -> Type:
    """The plain type that an inference type stands for now."""
    if depth > DEPTH_MAX + 2:
        return ANY
    if type.__class__ is ScalarType:
        return ANY if type is UNKNOWN else type
    if isinstance(type, ListOf):
        return ListType(resolve(type.item.type, depth + 1))
    if isinstance(type, CellOf):
        return CellType(resolve(type.item.type, depth + 1))
    if isinstance(type, ClosureOf):
        return ClosureOf(type.function, tuple(resolve(item, depth + 1) for item in type.items))
    if isinstance(type, BoundOf):
        return BoundOf(type.name, resolve(type.receiver, depth + 1))
    if isinstance(type, SuperOf):
        return SuperOf(type.name, resolve(type.receiver, depth + 1))
    if isinstance(type, SetOf):
        return SetType(resolve(type.item.type, depth + 1))
    if isinstance(type, DictOf):
        return DictType(resolve(type.item.type, depth + 1), resolve(type.value.type, depth + 1))
    if isinstance(type, OptionalType):
        return OptionalType(resolve(type.item, depth))
    if isinstance(type, MaybeType):
        return resolve(type.item, depth)
    if isinstance(type, TupleType):
        return TupleType(tuple(resolve(item, depth + 1) for item in type.items))
    return type


def shape(type: Type) -> str:
    """What tells a type from all others: its text, and the steps of the ranges in it, which that does not show; steps of 1 alone go without saying."""
    text = str(resolve(type))
    if "range" not in text and "Range" not in text:
        return text
    steps: list[int] = []
    seen: set[int] = set()
    pending = [type]
    while pending:
        current = pending.pop()
        if isinstance(current, RangeType):
            steps.append(current.step)
        elif isinstance(current, ContainerOf):
            found = [cell for cell in map(Cell.find, current.cells) if id(cell) not in seen]
            seen.update(map(id, found))
            pending += [cell.type for cell in found]
        elif isinstance(current, (OptionalType, MaybeType)):
            pending.append(current.item)
        else:
            pending += pieces_of(current) or ()
    return text if steps.count(1) == len(steps) else f"{text}[{','.join(map(str, steps))}]"


def lift(type: Type) -> Type:
    """A plain type with fresh cells in its containers: the type of a value that comes from outside."""
    if type.__class__ is ScalarType:
        return type
    if isinstance(type, ListType):
        return ListOf((Cell(lift(type.item)),))
    if isinstance(type, SetType):
        return SetOf((Cell(key_type(lift(type.item))),))
    if isinstance(type, DictType):
        return DictOf((Cell(key_type(lift(type.key))), Cell(lift(type.value))))
    if isinstance(type, OptionalType):
        return OptionalType(lift(type.item))
    if isinstance(type, MaybeType):
        return MaybeType(lift(type.item))
    if isinstance(type, TupleType):
        return TupleType(tuple(map(lift, type.items)))
    if isinstance(type, ClosureOf):
        return ClosureOf(type.function, tuple(map(lift, type.items)))
    if isinstance(type, CellType):
        return CellOf((Cell(lift(type.item)),))
    if isinstance(type, BoundOf):
        return BoundOf(type.name, lift(type.receiver))
    return type


def key_type(type: Type) -> Type:
    """The type that keys of this type are kept as: objects are found by what their classes say, which takes values of type ``any``."""
    if type.__class__ is ScalarType:
        return type
    holds = isinstance(type, RecordType) or (isinstance(type, TupleType) and any(key_type(item) != item for item in type.items))
    return ANY if holds or (isinstance(type, OptionalType) and key_type(type.item) != type.item) else type


def is_hashable(type: Type) -> bool:
    """Whether values of the type can be dict keys and set elements (``any`` is decided while running)."""
    if isinstance(type, OptionalType):
        return is_hashable(type.item)
    if isinstance(type, TupleType):
        return all(map(is_hashable, type.items))
    return type in (INT, FLOAT, BOOL, STR, NONE, NUMBER, NEVER, ANY, UNKNOWN) or isinstance(type, (RecordType, RangeType, *FUNCTIONAL))


def pieces_of(type: Type) -> tuple[Type, ...] | None:
    """The types of the values that one of the type consists of, as views and closures do; None where it is one itself."""
    if type.__class__ is ScalarType:
        return None
    if isinstance(type, (TupleType, ClosureOf)):
        return type.items
    if isinstance(type, EnumerateOf):
        return (INT, type.inner)
    if isinstance(type, ReversedOf):
        return (type.inner,)
    if isinstance(type, ZipOf):
        return type.inners
    if isinstance(type, DictView):
        return (type.dict,)
    if isinstance(type, MapOf):
        return (type.function, *type.inners)
    if isinstance(type, FilterOf):
        return (type.function, type.inner)
    if isinstance(type, (BoundOf, SuperOf)):
        return (type.receiver,)
    return None


def cells_of(type: Type) -> Iterator[Cell]:
    """Every cell directly in the type."""
    if isinstance(type, ContainerOf):
        yield from (cell.find() for cell in type.cells)
    elif isinstance(type, (OptionalType, MaybeType)):
        yield from cells_of(type.item)
    elif isinstance(type, TupleType):
        for item in type.items:
            yield from cells_of(item)


def is_of_functions(type: Type) -> bool:
    """Whether a value of the type is a function, may be one, or is a tuple with one."""
    if isinstance(type, (OptionalType, MaybeType)):
        return is_of_functions(type.item)
    return isinstance(type, FUNCTIONAL) or (isinstance(type, TupleType) and any(map(is_of_functions, type.items)))
