"""The types of Bell.

Types are immutable values, compared by structure; records are compared by name, since one class has one layout per compiled module.
A *source type* is what inference finds (it includes :class:`OptionalType`); a *storage type* is what one IR register, list element or
record field holds. :func:`components` maps the first to a sequence of the second:

=================  ==========================================================================
source type        components
=================  ==========================================================================
int float bool str themselves
None               none at all: the type says everything
T | None           bool (is it there?), then the components of T
tuple[A, B]        the components of A, then those of B
list dict set      themselves, a reference; their elements are of ``storage(element)``
record, closure    itself, a reference
number             bool (is it a float?), int, float: the part that is not meant is zero
any                itself, one tagged word
=================  ==========================================================================
"""

from __future__ import annotations

from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


class Type(Frozen):
    """A type. ``str(type)`` is how people write it, and what the IR text form prints and parses."""

    __slots__: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if self.__class__ is not other.__class__:
            return False
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = Frozen.__hash__


_SCALARS: dict[str, ScalarType] = {}


class ScalarType(Type):
    """A type without parts. There is one object of each, so they are compared by identity; copies and pickles are that object."""

    __slots__ = ("name",)
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __init__(self, name: str) -> None:
        if name in _SCALARS:
            raise ValueError(f"the type {name} is declared twice")
        self.name: Final = name
        _SCALARS[name] = self

    def __reduce__(self) -> tuple[object, ...]:
        return scalar, (self.name,)

    def __str__(self) -> str:
        return self.name


def scalar(name: str) -> ScalarType:
    """The type without parts of this name. Raises KeyError."""
    return _SCALARS[name]


INT = ScalarType("int")
"""64-bit two's complement; every operation is checked."""
FLOAT = ScalarType("float")
"""IEEE 754 binary64."""
BOOL = ScalarType("bool")
STR = ScalarType("str")
"""Unicode text, indexed by code point."""
NONE = ScalarType("None")
ANY = ScalarType("any")
"""A value whose type is known only while running: one tagged word."""
NUMBER = ScalarType("number")
"""An int or a float, known only while running which. In containers it is stored as ``any``."""
BYTES = ScalarType("bytes")
FROZENSET = ScalarType("frozenset")
FUNCTION = ScalarType("function")
DECIMAL = ScalarType("Decimal")
REGEX = ScalarType("regex")
"""Kinds of objects without parts known while compiling: a reference."""
NEVER = ScalarType("never")
"""The type of what does not return, and of the elements of a list nothing was ever put into."""


class OptionalType(Type):
    __slots__ = ("item",)

    def __init__(self, item: Type) -> None:
        self.item: Final = item

    def __str__(self) -> str:
        return f"{self.item} | None"


class ListType(Type):
    __slots__ = ("item",)

    def __init__(self, item: Type) -> None:
        self.item: Final = item

    def __str__(self) -> str:
        return f"list[{self.item}]"


class SetType(Type):
    __slots__ = ("item",)

    def __init__(self, item: Type) -> None:
        self.item: Final = item

    def __str__(self) -> str:
        return f"set[{self.item}]"


class DictType(Type):
    __slots__ = ("key", "value")

    def __init__(self, key: Type, value: Type) -> None:
        self.key: Final = key
        self.value: Final = value

    def __str__(self) -> str:
        return f"dict[{self.key}, {self.value}]"


class TupleType(Type):
    __slots__ = ("items",)

    def __init__(self, items: tuple[Type, ...]) -> None:
        self.items: Final = items

    def __str__(self) -> str:
        return f"tuple[{', '.join(map(str, self.items)) or '()'}]"


class RangeType(Type):
    """The value of ``range(...)``: components start, stop, step, all int. It lives in registers only. ``step`` is known while compiling unless 0."""

    __slots__ = ("step",)

    def __init__(self, step: int = 0) -> None:
        self.step: Final = step

    def __str__(self) -> str:
        return "range"


RANGE = RangeType()


class RecordType(Type):
    """A class with annotated fields. The layout is the module's: ``Module.records[name]``."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name: Final = name

    def __str__(self) -> str:
        return self.name


class ClosureType(Type):
    """A function made while running: of the signature ``Module.signatures[name]``, with captured values of these types."""

    __slots__ = ("items", "name")

    def __init__(self, name: str, items: tuple[Type, ...] = ()) -> None:
        self.name: Final = name
        self.items: Final = items

    def __str__(self) -> str:
        return f"fn[@{self.name}]({', '.join(map(str, self.items))})"


def optional(item: Type) -> Type:
    """``item | None``, with None, any and nested optionals absorbed."""
    return item if item in (NONE, ANY) or isinstance(item, OptionalType) else NONE if item == NEVER else OptionalType(item)


def widened(type: Type) -> Type:
    """The type as it is where ints may be of any size: with ``any`` for every int in it."""
    if type in (INT, NUMBER):
        return ANY
    if isinstance(type, OptionalType):
        item = widened(type.item)
        return ANY if item == ANY else OptionalType(item)
    if isinstance(type, ListType):
        return ListType(widened(type.item))
    if isinstance(type, SetType):
        return SetType(widened(type.item))
    if isinstance(type, DictType):
        return DictType(widened(type.key), widened(type.value))
    if isinstance(type, TupleType):
        return TupleType(tuple(map(widened, type.items)))
    return type


def components(type: Type) -> tuple[Type, ...]:
    """The storage types of the registers that hold a value of ``type``, in order (the table above)."""
    if type.__class__ is ScalarType:
        return (BOOL, INT, FLOAT) if type is NUMBER else () if type is NONE or type is NEVER else (type,)
    if isinstance(type, OptionalType):
        return (BOOL, *components(type.item))
    if isinstance(type, TupleType):
        return tuple(part for item in type.items for part in components(item))
    if isinstance(type, RangeType):
        return (INT, INT, INT)
    return (storage(type),)


def storage(type: Type) -> Type:
    """The type of one word that holds a value of ``type`` in a list element, dict entry, record field or tuple slot."""
    if type.__class__ is ScalarType:
        return ANY if type is NONE or type is NEVER or type is NUMBER else type
    if isinstance(type, (OptionalType, RangeType)):
        return ANY
    if isinstance(type, ListType):
        return ListType(storage(type.item))
    if isinstance(type, SetType):
        return SetType(storage(type.item))
    if isinstance(type, DictType):
        return DictType(storage(type.key), storage(type.value))
    if isinstance(type, TupleType):
        return TupleType(tuple(map(storage, type.items)))
    if isinstance(type, ClosureType):
        return ClosureType(type.name, tuple(map(storage, type.items)))
    return type


def is_reference(type: Type) -> bool:
    """Whether a word of this storage type is, or (``any``) may be, a reference into the heap: what the collector must see."""
    return type not in (INT, FLOAT, BOOL)
