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
record             itself, a reference
number             bool (is it a float?), int, float: the part that is not meant is zero
any                itself, one tagged word
=================  ==========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    """A type. ``str(type)`` is how people write it, and what the IR text form prints and parses."""


@dataclass(frozen=True, slots=True)
class ScalarType(Type):
    name: str

    def __str__(self) -> str:
        return self.name


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
NEVER = ScalarType("never")
"""The type of what does not return, and of the elements of a list nothing was ever put into."""


@dataclass(frozen=True, slots=True)
class OptionalType(Type):
    item: Type

    def __str__(self) -> str:
        return f"{self.item} | None"


@dataclass(frozen=True, slots=True)
class ListType(Type):
    item: Type

    def __str__(self) -> str:
        return f"list[{self.item}]"


@dataclass(frozen=True, slots=True)
class SetType(Type):
    item: Type

    def __str__(self) -> str:
        return f"set[{self.item}]"


@dataclass(frozen=True, slots=True)
class DictType(Type):
    key: Type
    value: Type

    def __str__(self) -> str:
        return f"dict[{self.key}, {self.value}]"


@dataclass(frozen=True, slots=True)
class TupleType(Type):
    items: tuple[Type, ...]

    def __str__(self) -> str:
        return f"tuple[{', '.join(map(str, self.items)) or '()'}]"


@dataclass(frozen=True, slots=True)
class RangeType(Type):
    """The value of ``range(...)``: components start, stop, step, all int. It lives in registers only. ``step`` is known while compiling unless 0."""

    step: int = 0

    def __str__(self) -> str:
        return "range"


RANGE = RangeType()


@dataclass(frozen=True, slots=True)
class RecordType(Type):
    """A class with annotated fields. The layout is the module's: ``Module.records[name]``."""

    name: str

    def __str__(self) -> str:
        return self.name


def optional(item: Type) -> Type:
    """``item | None``, with None, any and nested optionals absorbed."""
    return item if item in (NONE, ANY) or isinstance(item, OptionalType) else NONE if item == NEVER else OptionalType(item)


def components(type: Type) -> tuple[Type, ...]:
    """The storage types of the registers that hold a value of ``type``, in order (the table above)."""
    if type in (NONE, NEVER):
        return ()
    if isinstance(type, OptionalType):
        return (BOOL, *components(type.item))
    if isinstance(type, TupleType):
        return tuple(part for item in type.items for part in components(item))
    if isinstance(type, RangeType):
        return (INT, INT, INT)
    if type == NUMBER:
        return (BOOL, INT, FLOAT)
    return (storage(type),)


def storage(type: Type) -> Type:
    """The type of one word that holds a value of ``type`` in a list element, dict entry, record field or tuple slot."""
    if isinstance(type, (OptionalType, RangeType)) or type in (NONE, NEVER, NUMBER):
        return ANY
    if isinstance(type, ListType):
        return ListType(storage(type.item))
    if isinstance(type, SetType):
        return SetType(storage(type.item))
    if isinstance(type, DictType):
        return DictType(storage(type.key), storage(type.value))
    if isinstance(type, TupleType):
        return TupleType(tuple(map(storage, type.items)))
    return type


def is_reference(type: Type) -> bool:
    """Whether a word of this storage type is, or (``any``) may be, a reference into the heap: what the collector must see."""
    return type not in (INT, FLOAT, BOOL)
