"""Guest values as Python values: what :mod:`belljar.ir.semantics` computes with.

==================  ==================================================================================================
storage type        Python value
==================  ==================================================================================================
int float bool str  int, float, bool, str
any                 the value itself; None is None, a range object a range
list                :class:`GuestList`, a list that knows its type
tuple               :class:`GuestTuple`
dict set            :class:`GuestDict`: entries in the order they were added; :class:`GuestSet`: in CPython's order
record              :class:`GuestRecord`
regex               :class:`GuestRegex`
closure, function   :class:`GuestFunction`; a bound method is a :class:`GuestMethod`
bytes               bytes
iterator            :class:`GuestIter`, a view of a dict too
==================  ==================================================================================================

What an optional without a value holds is ``absent(type)``: a zero, the empty string, or None for a reference.

Rules of comparison, which C follows: the same object equals itself; floats compare as IEEE says, and two nans that meet as elements or keys are E0720, since CPython's answer is
their identity; bool, int and float compare by value, exactly; containers by their elements; records of one type by their slots; views of keys or items as sets. A walk more than ``NESTING_MAX`` containers deep is fault
E0804, a comparison E0784, so that cycles end.
"""

from __future__ import annotations

from _thread import _local
from bisect import bisect_left

from belljar.ir import class_names, integers
from belljar.ir.function import COMPARING, Layout, Member
from belljar.ir.guest_functions import GuestBuiltIn, GuestFunction, GuestMethod, same_function
from belljar.ir.hashing import HASH_NONE, hash_bytes, hash_elements, hash_items, hash_number, hash_text
from belljar.ir.host import host, may_call
from belljar.ir.list_sort import list_sort
from belljar.ir.set_table import SetTable
from belljar.types import (
    ANY,
    BOOL,
    BYTES,
    DECIMAL,
    FLOAT,
    FROZENSET,
    FUNCTION,
    INT,
    NEVER,
    NONE,
    NUMBER,
    RANGE,
    REGEX,
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
    storage,
)
from belljar.values import NESTING_MAX, Record
from belljar.values import Callable as HostCallable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Final, TypeVar

    Result = TypeVar("Result")
else:
    Any = object

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
ABSENT: Final = INT_MIN
"""An absent bound of a slice or a search."""
CLASSES: Final[dict[Type, Any]] = {INT: int, FLOAT: float, BOOL: bool, STR: str}


UNSET: Final = type("Unset", (), {"__repr__": lambda self: "unset", "__deepcopy__": lambda self, known: self})()
"""What a field holds that was never assigned."""


TOLD_MAX = 512 - 1
"""Bytes of UTF-8 that a message with names in it has at most: BELL_RAISE_MAX of csrc/runtime/raise.h without its NUL."""


def cut(text: str) -> str:
    """The characters of a message that fit in :data:`TOLD_MAX`, as ``bell_raise`` cuts it."""
    encoded, end = text.encode("utf-8", "surrogatepass"), TOLD_MAX
    if len(encoded) <= end:
        return text
    while encoded[end] & 0xC0 == 0x80:  # the first byte left out is to begin a character
        end -= 1
    return encoded[:end].decode("utf-8", "surrogatepass")


class GuestFault(Exception):
    """An op ended with an error code. ``text`` is a message of the op's own, as ``ctx->fault_text`` in C."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text
        self.raised: Any = None
        """The exception object that the op ended with."""


class GuestList(list[Any]):
    """A list and its type."""

    __slots__ = ("type",)

    def __init__(self, type: Type, items: Iterable[Any] = ()) -> None:
        super().__init__(items)
        self.type = type


class GuestTuple(tuple[Any, ...]):
    """A heap tuple and its type: ``any`` for one whose length was only known while running."""

    type: Type

    def __new__(cls, type: Type, items: Iterable[Any] = ()) -> GuestTuple:
        self = super().__new__(cls, items)
        self.type = type
        return self

    def __getnewargs__(self) -> Any:
        return self.type, tuple(self)


class GuestSet:
    """A set and its type, or a frozenset, whose type is ``frozenset``; elements in CPython's order."""

    __slots__ = ("table", "type")

    def __init__(self, type: Type, items: Iterable[Any] = ()) -> None:
        self.type = type
        self.table = SetTable(_same)
        for item in items:
            self.add(item)

    @property
    def is_frozen(self) -> bool:
        return self.type == FROZENSET

    def __len__(self) -> int:
        return self.table.used

    def __iter__(self) -> Iterator[Any]:
        return (item for _, item in self.table.places())

    def add(self, item: Any) -> None:
        self.table.add(hash_of(item), item)

    def contains(self, item: Any) -> bool:
        return self.table.find(hash_sought(item), item) >= 0

    def remove(self, item: Any) -> bool:
        return self.table.discard(hash_sought(item), item)

    def hash_at(self, position: int) -> int:
        """The hash of the element at a place."""
        place = self.table.table[position]
        assert place is not None
        return place[0]

    def at(self, position: int) -> Any:
        """The element at a place that :meth:`SetTable.next` gave. Any other is E0701."""
        if position < 0 or self.table.next(position) != position:
            raise GuestFault("E0701")
        place = self.table.table[position]
        assert place is not None
        return place[1]


PLACES_OF_ENTRY: Final = 3
"""Places of the table that a dict which has no room left is given for each entry."""


def capacity_of(live: int, places: int = 8) -> int:
    """The entries that a table has room for: two thirds of its places, a power of two. Those of CPython's dicts, so that a loop that exchanges keys meets the same entries."""
    size = 8
    while size < places or size * 2 // 3 < live:
        size *= 2
    return size * 2 // 3


class GuestDict:
    """A dict and its type. A removed entry leaves a hole; an entry keeps its position until an addition finds all ``capacity`` positions taken: then the holes go."""

    __slots__ = ("capacity", "entries", "index", "live", "places", "serials", "type")

    def __init__(self, type: Type, items: Iterable[tuple[Any, Any]] = ()) -> None:
        self.type = type
        self.entries: list[tuple[Any, Any] | None] = []
        self.index: dict[Any, int] = {}
        self.places: dict[int, list[int]] | None = None
        """Where comparing keys may run functions of the program, instead of the index: the positions of a hash, in order."""
        self.live = 0
        self.capacity = 0
        self.serials: list[int] | None = None
        """By position the numbers of entries that stay the same when positions change, ascending; None as long as they are the positions."""
        for key, value in items:
            self.set(key, value)

    def __len__(self) -> int:
        return self.live

    def copied(self) -> GuestDict:
        """A copy. Where nothing was removed the hashes are known."""
        if self.places is None or self.live < len(self.entries):
            return GuestDict(self.type, self.items())
        made = GuestDict(self.type)
        made.entries, made.live, made.capacity = list(self.entries), self.live, capacity_of(self.live)
        made.places = {hash: list(positions) for hash, positions in self.places.items()}
        return made

    def _sought(self, key: Any) -> tuple[Any, int]:
        """What the key is found by, and the position of its entry, or -1."""
        if not may_call():
            key = _key(key)
            return key, self.index[key] if key in self.index and _is_certain(key) else -1
        if self.places is None:
            self.places = {}
            for position, entry in enumerate(self.entries):
                if entry is not None:
                    self.places.setdefault(hash_bits(hash_of(entry[0])), []).append(position)
            self.index = {}
        hash = hash_bits(hash_of(key))
        return hash, self._probe(hash, key)

    def _probe(self, hash: int, key: Any) -> int:
        """The position of the key: all begins anew when the dict was changed under the entry that was compared, as in CPython."""
        last = -1
        while True:
            assert self.places is not None
            position = next((place for place in self.places.get(hash, ()) if place > last), -1)
            if position < 0:
                return -1
            entries, entry = self.entries, self.entries[position]
            assert entry is not None
            same = _same(entry[0], key)
            kept = self.entries[position] if self.entries is entries and position < len(entries) else None
            if kept is None or kept[0] is not entry[0]:
                last = -1
            elif same:
                return position
            else:
                last = position

    def items(self) -> Iterator[tuple[Any, Any]]:
        return (entry for entry in self.entries if entry is not None)

    def find(self, key: Any) -> int:
        """The position of the key's entry, or -1."""
        return self._sought(key)[1]

    def entry(self, position: int) -> tuple[Any, Any]:
        """The entry at a position that :meth:`find` or :meth:`next` gave. Any other is E0701."""
        found = self.entries[position] if 0 <= position < len(self.entries) else None
        if found is None:
            raise GuestFault("E0701")
        return found

    def next(self, position: int) -> int:
        """The first position from here on that is in use, or -1."""
        for place in range(max(position, 0), len(self.entries)):
            if self.entries[place] is not None:
                return place
        return -1

    def walk(self, position: int, size: int, left: int) -> int:
        """:meth:`next` for a loop that began when there were ``size`` entries and expects ``left`` more. E0602 where there are more or fewer; E0604 for one that is not expected."""
        if self.live != size:
            raise GuestFault("E0602")
        found = self.next(position)
        if found >= 0 and left == 0:
            raise GuestFault("E0604")
        return found

    def set(self, key: Any, value: Any) -> None:
        self.put(key, value, True)

    def put(self, key: Any, value: Any, replaces: bool) -> int:
        """Assign the key, where it is there only if ``replaces``; gives the position of its entry."""
        found_by, position = self._sought(key)
        if position < 0:
            if len(self.entries) == self.capacity:
                self._make_room()
            position = len(self.entries)
            if self.serials is not None:
                self.serials.append(self.serials[-1] + 1 if self.serials else 0)
            if self.places is None:
                self.index[found_by] = position
            else:
                self.places.setdefault(found_by, []).append(position)
            self.entries.append((key, value))
            self.live += 1
        elif replaces:
            entry = self.entries[position]
            assert entry is not None
            self.entries[position] = (entry[0], value)
        return position

    def _make_room(self) -> None:
        """Let there be room for an entry more, at positions without holes."""
        self.capacity = capacity_of(0, PLACES_OF_ENTRY * self.live)
        kept = [position for position, entry in enumerate(self.entries) if entry is not None]
        if len(kept) == len(self.entries):
            return
        moved = {old: new for new, old in enumerate(kept)}
        self.entries = [self.entries[position] for position in kept]
        self.serials = kept if self.serials is None else [self.serials[position] for position in kept]
        self.index = {key: moved[position] for key, position in self.index.items()}
        if self.places is not None:
            self.places = {hash: [moved[position] for position in positions] for hash, positions in self.places.items()}

    def serial(self, position: int) -> int:
        """The number of the entry at a position, by which it is known when positions change."""
        return position if self.serials is None or not 0 <= position < len(self.serials) else self.serials[position]

    def position(self, serial: int) -> int:
        """The position of an entry known by its number, which must be there."""
        return serial if self.serials is None else bisect_left(self.serials, serial)

    def remove(self, key: Any) -> bool:
        if not self.live:
            hash_of(key) if may_call() else _key(key)
            return False
        position = self.find(key)
        if position >= 0:
            self.erase(position)
        return position >= 0

    def erase(self, position: int) -> None:
        """Remove the entry at a position that is in use."""
        if self.places is None:
            del self.index[_key(self.entry(position)[0])]
        else:
            next(positions for positions in self.places.values() if position in positions).remove(position)
        self.entries[position] = None
        self.live -= 1

    def prev(self, position: int) -> int:
        """The last position from here down that is in use, or -1."""
        return next((place for place in range(min(position, len(self.entries) - 1), -1, -1) if self.entries[place] is not None), -1)

    def remove_at(self, position: int) -> None:
        """Remove the entry at a position that is in use; that of the last one is free for the next addition."""
        self.entry(position)
        self.erase(position)
        if self.next(position) < 0:
            del self.entries[position:]
            if self.serials is not None:
                del self.serials[position:]

    def clear(self) -> None:
        self.entries = []
        self.capacity = 0
        self.serials = None
        self.index.clear()
        self.live = 0
        if self.places is not None:
            self.places = {}


class GuestRecord:
    """A record: its layout and its slots, which can be assigned. ``serial`` is its hash where that is by identity."""

    __slots__ = ("layout", "serial", "slots")

    def __init__(self, layout: Layout, slots: Iterable[Any]) -> None:
        self.layout = layout
        self.slots = list(slots)
        self.serial = 0


class GuestRegex:
    """A compiled pattern. What it does is :class:`belljar.ir.regex.Regex`, the only class of such objects: most programs do without it."""

    __slots__ = ("flags", "groups", "names", "pattern", "size")
    type = REGEX

    def __init__(self, pattern: str, flags: int, groups: int, names: dict[str, int], size: int) -> None:
        self.pattern = pattern
        self.flags = flags
        self.groups = groups
        self.names = names
        self.size = size
        """States of the program."""

    def __repr__(self) -> str:
        return f"regex(pattern={self.pattern!r}, flags={self.flags})"


class GuestIter:
    """An iterator over a container, or a view of a dict (``is_view``). ``walk`` is what it walks: ``list``, ``str``, ``keys`` ...; ``place`` is where the next item is looked for.
    ``source`` is None once there is nothing left. Of dicts and sets ``length`` is how many entries there were in the beginning, -1 once that was seen to have changed; of dicts ``left``
    is how many are still expected."""

    __slots__ = ("is_back", "is_view", "left", "length", "name", "place", "source", "walk")

    def __init__(
        self, walk: str, source: Any, place: int = 0, *, length: int = 0, left: int = 0, is_back: bool = False, is_view: bool = False
    ) -> None:
        self.walk = walk
        self.source = source
        self.place = place
        self.length = length
        self.left = left
        self.is_back = is_back
        self.is_view = is_view
        self.name = f"dict_{walk}" if is_view else _iterator_name(walk, source, is_back)
        """The name of its type in CPython."""

    @property
    def type(self) -> Type:
        return ITERATOR

    def __len__(self) -> int:
        return len(self.source)

    def __bool__(self) -> bool:
        return not self.is_view or len(self.source) > 0


def _iterator_name(walk: str, source: Any, is_back: bool) -> str:
    if walk in ("keys", "values", "items"):
        return f"dict_{'reverse' if is_back else ''}{walk[:-1]}iterator"
    if walk == "record":
        return "reversed" if is_back else "iterator"
    if walk == "str" and not is_back and source.isascii():
        return "str_ascii_iterator"
    if is_back and walk != "range":
        return "list_reverseiterator" if walk == "list" else "reversed"
    return f"{walk}_iterator"


def hash_of(value: Any, depth: int = 0) -> int:
    """``hash(value)``. E0309 for what has none."""
    if value is None or value is NotImplemented:
        return HASH_NONE
    if isinstance(value, str):
        return hash_text(value)
    if isinstance(value, bytes):
        return hash_bytes(value)
    if isinstance(value, (int, float)):
        return hash_number(value)
    if isinstance(value, range):
        length = max(0, (value.stop - value.start + value.step - (1 if value.step > 0 else -1)) // value.step)
        step = value.step if length > 1 else None
        return hash_items(map(hash_of, (length, value.start if length else None, step)))
    if isinstance(value, GuestTuple):
        if depth >= NESTING_MAX:
            raise GuestFault("E0804")
        return hash_items([hash_of(item, depth + 1) for item in value])
    if isinstance(value, GuestSet) and value.is_frozen:
        return hash_elements(hash for hash, _ in value.table.places())
    if is_decimal(value):
        return 0 if value.is_nan() else hash(value)
    if isinstance(value, GuestRecord):
        return _hash_of_record(value, depth)
    if isinstance(value, (GuestFunction, GuestMethod)):
        return list(host().module.signatures).index(value.signature.name) + 1
    if isinstance(value, GuestBuiltIn):
        return hash_text(value.name)
    raise GuestFault("E0309", cut(f"unhashable type: '{type_name(value)}'"))


def _hash_of_record(record: GuestRecord, depth: int) -> int:
    member = special(record, "__hash__")
    if member is not None and member.kind == "object":
        return record.serial
    if member is not None and member.kind == "fields":
        return hash_of(GuestTuple(ANY, [item for _, item in fields_of(record)]), depth)
    if member is None or not has_special(record, "__hash__"):
        raise GuestFault("E0309", f"unhashable type: '{type_name(record)}'")
    found = host().call_special(member, record, (), depth)
    if not isinstance(found, int):
        raise GuestFault("E0780", "__hash__ method should return an integer")
    if INT_MIN <= found <= INT_MAX:
        return -2 if found == -1 else int(found)
    return hash_number(found)


def hash_bits(hash: int) -> int:
    """The shorter hash by which dicts find their keys where functions of the program may give it (``hash.h``)."""
    word = hash & (2**64 - 1)
    return (((word ^ word >> 32) * 0x9E3779B97F4A7C15) & (2**64 - 1)) >> 32


def hash_sought(value: Any) -> int:
    """The hash of what is looked for in a set: a set among frozensets has that of the frozenset that equals it."""
    if isinstance(value, GuestSet):
        return hash_elements(hash for hash, _ in value.table.places())
    return hash_of(value)


def _same(a: Any, b: Any) -> bool:
    if may_call():
        nan: list[bool] = []
        if not unpaid(_alike, a, b, nan, 0):
            return False
        if nan:
            raise GuestFault("E0720")
        return True
    key = _plain(a)
    return [key] == [_plain(b)] and _is_certain(key)  # in lists: the nan of all nans equals itself


def _alike(a: Any, b: Any, nan: list[bool], depth: int) -> bool:
    """Whether two keys are the same if all nans are; where two met ``nan`` is filled."""
    if isinstance(a, GuestTuple) and isinstance(b, GuestTuple):
        return len(a) == len(b) and all(_alike(x, y, nan, depth + 1) for x, y in zip(a, b, strict=True))
    if isinstance(a, GuestRecord) and a is b:
        return True
    if is_nan(a) and is_nan(b):
        nan.append(True)
        return True
    return equal(a, b, depth)[0]


def _key(key: Any) -> Any:
    """The key as Python may hash it: all nans are one object, so that Python's dicts find it again by its identity. E0309 for what cannot be a key."""
    if not is_hashable(key):
        raise GuestFault("E0309", cut(f"unhashable type: '{type_name(_unhashable(key))}'"))
    return _plain(key)


def _plain(key: Any) -> Any:
    if isinstance(key, float) and key != key:
        return _NAN
    if isinstance(key, GuestTuple):
        return GuestTuple(key.type, map(_plain, key))
    if isinstance(key, GuestSet):
        return frozenset(map(_plain, key))
    return key


def _unhashable(key: Any) -> Any:
    """The first part of a key that cannot be one."""
    while isinstance(key, GuestTuple):
        key = next(item for item in key if not is_hashable(item))
    return key


ITERATOR: Final = ScalarType("iterator")
"""The type of iterators, which no module names."""
_NAN: Final = float("nan")


def _is_certain(key: Any) -> bool:
    """True for a key of :func:`_key` that was found; E0720 where it was found only because all nans are one."""
    if is_nan(key):
        raise GuestFault("E0720")
    return not isinstance(key, (GuestTuple, frozenset)) or all(map(_is_certain, key))


def is_decimal(value: Any) -> bool:
    """Whether a value is a Decimal; the module ``decimal`` is loaded only where there is one."""
    return str(value.__class__.__name__) == "Decimal"


def is_nan(value: Any) -> bool:
    """Whether a value is a float that is not a number."""
    return isinstance(value, float) and value != value


def is_hashable(value: Any) -> bool:
    """Whether a value can be a dict key or a set element."""
    if is_decimal(value):
        return True
    return (
        value is None
        or value is NotImplemented
        or isinstance(value, (int, float, str, bytes, range, GuestFunction, GuestMethod, GuestBuiltIn))
        or is_hashable_container(value)
    )


def is_hashable_container(value: Any) -> bool:
    return (isinstance(value, GuestTuple) and all(map(is_hashable, value))) or (isinstance(value, GuestSet) and value.is_frozen)


def type_of(value: Any) -> Type:
    """The exact storage type of a value: what ``any.to`` asks for."""
    if is_decimal(value):
        return DECIMAL
    if value is None or value is UNSET or value is NotImplemented:
        return NONE
    scalar = {bool: BOOL, int: INT, float: FLOAT, str: STR, bytes: BYTES}.get(type(value))
    if scalar is not None:
        return scalar
    if isinstance(value, GuestRecord):
        return RecordType(value.layout.name)
    if isinstance(value, range):
        return RANGE
    return value.type  # type: ignore[no-any-return]


def is_kind(value: Any, type: Type) -> bool:
    """Whether ``any.is`` says yes: a container is of a kind whatever it holds, a record also of those it derives from, all else of exactly its type."""
    found = type_of(value)
    if value is NotImplemented:
        return False
    if isinstance(type, RecordType):
        return isinstance(value, GuestRecord) and value.layout.derives_from(type.name)
    if type == FUNCTION:
        return isinstance(value, (GuestFunction, GuestMethod, GuestBuiltIn))
    if isinstance(type, TupleType):
        return isinstance(value, GuestTuple)
    return found.__class__ is type.__class__ if isinstance(type, (ListType, SetType, DictType)) else found == type


def type_name(value: Any) -> str:
    """The name of a value's type as CPython gives it: ``int``, ``NoneType``, ``list``, the record's name. Takes guest and plain values."""
    if is_decimal(value):
        return "decimal.Decimal"
    if isinstance(value, GuestRecord):
        return class_names.generator_type(value.layout.generator) if value.layout.entry else class_names.type_name(value.layout.name)
    if isinstance(value, Record):
        return value._name
    if isinstance(value, HostCallable):
        return value.kind.removesuffix(" object")
    if isinstance(value, GuestFunction):
        return (
            "type" if value.signature.record else "builtin_function_or_method" if class_names.is_built_in(value.signature) else "function"
        )
    if isinstance(value, GuestMethod):
        return "method"
    if isinstance(value, GuestBuiltIn):
        return "builtin_function_or_method"
    if isinstance(value, GuestIter):
        return value.name
    if isinstance(value, GuestSet):
        return "frozenset" if value.is_frozen else "set"
    for cls, name in ((GuestList, "list"), (GuestTuple, "tuple"), (GuestDict, "dict"), (GuestRegex, "regex")):
        if isinstance(value, cls):
            return name
    return type(value).__name__


def absent(type: Type) -> Any:
    """What a register of this storage type holds where an optional has no value."""
    values: dict[Type, Any] = {INT: 0, FLOAT: 0.0, BOOL: False, STR: ""}
    return values.get(type)


# --- special methods --------------------------------------------------------------------------------------------------------------


def special(value: Any, name: str) -> Member | None:
    """The special method that the class of a value has, None for a value that is no record."""
    return value.layout.specials.get(name) if isinstance(value, GuestRecord) else None


def has_special(value: Any, name: str) -> bool:
    """Whether there is one, and not None in its place."""
    member = special(value, name)
    return member is not None and not (
        member.kind == "variable" and isinstance(member.target, int) and host().globals[member.target] is None
    )


def call_special(member: Member, value: Any, *args: Any, depth: int = 0) -> Any:
    return host().call_special(member, value, args, depth)


def try_special(value: Any, name: str, *args: Any, depth: int = 0) -> Any:
    """What the method gives, NotImplemented where there is none."""
    member = special(value, name)
    return NotImplemented if member is None else call_special(member, value, *args, depth=depth)


def is_written(member: Member | None) -> bool:
    """Whether the program has the method itself."""
    return member is not None and member.kind not in ("object", "fields")


def is_opaque(value: Any) -> bool:
    """Whether a value is an object of a class that is compared without looking into it: by identity, which costs nothing, or as the program has written, which costs what its methods cost."""
    if not isinstance(value, GuestRecord):
        return False
    equal = value.layout.specials.get("__eq__")
    return (equal is not None and equal.kind == "object") or any(is_written(value.layout.specials.get(name)) for name in ASKED)


ASKED: Final = ("__eq__", "__hash__", "__lt__", "__le__", "__gt__", "__ge__")


def special_index(value: Any) -> Any:
    """An int for a record with ``__index__``, and the value itself for all else."""
    member = special(value, "__index__")
    if member is None:
        return value
    found = call_special(member, value)
    if not isinstance(found, int):
        raise GuestFault("E0780", f"__index__ returned non-int (type {type_name(found)})")
    return found


def special_length(value: Any, member: Member) -> int:
    """What ``__len__`` gives, as a length."""
    found = special_index(call_special(member, value))
    if not isinstance(found, int):
        raise GuestFault("E0780", f"'{type_name(found)}' object cannot be interpreted as an integer")
    if found < 0:
        raise GuestFault("E0791", "__len__() should return >= 0")
    if found > INT_MAX:
        raise GuestFault("E0770", "cannot fit 'int' into an index-sized integer")
    return int(found)


def special_text(value: Any, member: Member, *spec: str, asked: str = "__repr__", depth: int = 0) -> str:
    """The str that ``__str__``, ``__repr__`` or ``__format__`` gives; ``asked`` is the name of the first two in the message that it is none."""
    found = call_special(member, value, *spec, depth=depth)
    if isinstance(found, str):
        return found
    if spec:
        raise GuestFault("E0780", f"__format__ must return a str, not {type_name(found)}")
    raise GuestFault("E0780", f"{asked} returned non-string (type {type_name(found)})")


def truth(value: Any) -> bool:
    """``bool(value)``."""
    if not isinstance(value, GuestRecord):
        return value is NotImplemented or isinstance(value, (GuestFunction, GuestMethod, GuestBuiltIn)) or bool(value)
    member = special(value, "__bool__")
    if member is None:
        member = special(value, "__len__")
        return member is None or special_length(value, member) > 0
    found = call_special(member, value)
    if not isinstance(found, bool):
        raise GuestFault("E0780", f"__bool__ should return bool, returned {type_name(found)}")
    return found


def derives(a: Any, b: Any) -> bool:
    """Whether the class of the first derives from that of the second, and is another."""
    if not isinstance(a, GuestRecord) or not isinstance(b, GuestRecord):
        return False
    return a.layout.name != b.layout.name and a.layout.derives_from(b.layout.name)


def special_binary(plain: str, reflected: str, a: Any, b: Any) -> Any:
    """A binary operator of which one operand is a record. The method of the right one comes first where its class derives from that of the left one and has another."""
    own, others = special(a, reflected), special(b, reflected)
    alike = isinstance(a, GuestRecord) and isinstance(b, GuestRecord) and a.layout.name == b.layout.name
    asks = not alike and (others is not None or special(b, plain) is not None)
    if own is not None or special(a, plain) is not None:
        if asks and derives(b, a) and others is not None and (own is None or own.target != others.target):
            found = try_special(b, reflected, a)
            if found is not NotImplemented:
                return found
            asks = False
        found = try_special(a, plain, b)
        if found is not NotImplemented or alike:
            return found
    return try_special(b, reflected, a) if asks else NotImplemented


SWAPPED: Final = {"__lt__": "__gt__", "__le__": "__ge__", "__gt__": "__lt__", "__ge__": "__le__", "__eq__": "__eq__", "__ne__": "__ne__"}


def _compare_one_way(name: str, a: GuestRecord, b: Any, depth: int) -> Any:
    """What the class of the first says."""
    member = special(a, name)
    if member is not None and is_written(member):
        return call_special(member, a, b, depth=depth)
    alike = isinstance(b, GuestRecord) and a.layout.name == b.layout.name
    if name == "__ne__":
        found = _compare_one_way("__eq__", a, b, depth)
        return found if found is NotImplemented else not truth(found)
    if name == "__eq__":
        if a is b:
            return True
        return equal_fields(a, b, depth)[0] if alike and (member is None or member.kind == "fields") else NotImplemented
    if member is None or member.kind != "fields" or not alike:
        return NotImplemented
    x, y = (GuestTuple(ANY, [item for _, item in fields_of(record)]) for record in (a, b))
    return less(x, y, OPERATORS[name], depth)[0]


OPERATORS: Final = dict(zip(COMPARING, ("<", "<=", ">", ">=", "==", "!="), strict=True))


def special_compare(name: str, a: Any, b: Any, depth: int = 0) -> Any:
    """A comparison of which one operand is a record: NotImplemented where neither has it."""
    first = derives(b, a)
    found = _compare_one_way(SWAPPED[name], b, a, depth) if first else NotImplemented
    if found is NotImplemented and isinstance(a, GuestRecord):
        found = _compare_one_way(name, a, b, depth)
    if found is NotImplemented and not first and isinstance(b, GuestRecord):
        found = _compare_one_way(SWAPPED[name], b, a, depth)
    return found


# --- comparing --------------------------------------------------------------------------------------------------------------------


def _children(value: Any) -> list[Any] | None:
    """The values in a list, tuple or record; None for all else."""
    if isinstance(value, (GuestList, GuestTuple)):
        return list(value)
    return value.slots if isinstance(value, GuestRecord) else None


class _Meter(_local):
    """What the walks of this thread have cost, and who is to hear of it."""

    paid: int = 0
    charge: Callable[[int], object] | None = None


_METER = _Meter()


def pay(units: int) -> int:
    """Walks of nested values call this before each step, in the order in which C charges it; gives the units. A value that holds a few lists many times can take billions of steps to walk."""
    _METER.paid += units
    if _METER.charge is not None:
        _METER.charge(units)
    return units


def paid() -> int:
    """Units that the walks of this thread have cost so far."""
    return _METER.paid


def charged(charge: Callable[[int], object], walk: Callable[..., Result], *args: Any) -> Result:
    """``walk(*args)``, with ``charge`` called with the fuel of each step of a walk (:func:`equal`, :func:`weight`, :func:`less`, :func:`literal`) before it is made; it ends the walk by raising."""
    before, _METER.charge = _METER.charge, charge
    try:
        return walk(*args)
    finally:
        _METER.charge = before


def unpaid(walk: Callable[..., Any], *args: Any) -> Any:
    """``walk(*args)``, paid for already."""
    before, charge = _METER.paid, _METER.charge
    _METER.charge = None
    try:
        return walk(*args)
    finally:
        _METER.paid, _METER.charge = before, charge


def equal(a: Any, b: Any, depth: int = 0) -> tuple[bool, int]:
    """Whether two values are equal, and what comparing them costs in fuel.

    The cost: a sixteenth of the shorter string for two strings, rounded down; a fourth of the limbs of the shorter for two ints beyond 64 bits. For two containers of one kind, when their lengths agree, the sum over what is visited, up to
    and including the first difference: of lists, tuples and records one for each pair, plus its cost; of sets one for each element of the first, plus its
    :func:`weight`; of dicts one for each entry of the first, plus the weight of its key and, where the second has the key, the cost of the two values.
    All else, and one and the same container, costs nothing.
    """
    if may_call() and (isinstance(a, GuestRecord) or isinstance(b, GuestRecord)):
        found, cost = _measured(special_compare, "__eq__", a, b, depth)
        return a is b if found is NotImplemented else truth(found), cost
    if isinstance(a, str) and isinstance(b, str):
        return a == b, pay(min(len(a), len(b)) // 16)  # for one object too: which strings share one is an engine's own affair
    if isinstance(a, bytes) and isinstance(b, bytes):
        return a == b, pay(min(len(a), len(b)) // 16)
    if is_decimal(a) or is_decimal(b):
        return bool(a == b), 0
    if isinstance(a, int) and isinstance(b, int):
        return a == b, pay(integers.compare_cost(a, b))
    if isinstance(a, bytes) or isinstance(b, bytes):
        return False, 0
    if a is b is NotImplemented:
        return True, 0
    if a is None or b is None or isinstance(a, (int, float, str, range)) or isinstance(b, (int, float, str, range)):
        return bool(a == b), 0
    if a is b:
        return True, 0
    if depth >= NESTING_MAX:
        raise GuestFault("E0784", TOO_DEEP)
    if isinstance(a, GuestIter) or isinstance(b, GuestIter):
        return views_equal(a, b, depth) if is_set_like(a) and is_set_like(b) else (False, 0)
    cost = 0
    if isinstance(a, (GuestFunction, GuestMethod, GuestBuiltIn)):
        return same_function(a, b), 0
    if isinstance(a, GuestDict) and isinstance(b, GuestDict):
        if len(a) != len(b):
            return False, 0
        place = -1
        while (place := a.next(place + 1)) >= 0:  # comparing may change it
            key, value = a.entry(place)
            cost += pay(1) + weight(key)
            position = b.find(key)
            if position < 0:
                return False, cost
            same, more = equal_items(value, b.entry(position)[1], depth + 1)
            cost += more
            if not same:
                return False, cost
        return True, cost
    if isinstance(a, GuestSet) and isinstance(b, GuestSet):
        if len(a) != len(b):
            return False, 0
        place = -1
        while (place := a.table.next(place + 1)) >= 0:
            item = a.at(place)
            cost += pay(1) + weight(item)
            if b.table.find(a.hash_at(place), item) < 0:
                return False, cost
        return True, cost
    if isinstance(a, GuestRecord) and isinstance(b, GuestRecord):
        return equal_fields(a, b, depth) if a.layout.name == b.layout.name else (False, 0)
    if not isinstance(a, (GuestList, GuestTuple)) or type(a) is not type(b) or len(a) != len(b):
        return False, 0
    place = 0
    while place < min(len(a), len(b)):
        cost += pay(1)
        same, more = equal_items(a[place], b[place], depth + 1)
        cost += more
        if not same:
            return False, cost
        place += 1
    return len(a) == len(b), cost


def equal_fields(a: GuestRecord, b: GuestRecord, depth: int) -> tuple[bool, int]:
    """:func:`equal` of two records of one class: field by field."""
    if depth >= NESTING_MAX:
        raise GuestFault("E0804")
    xs, ys = iter(a.slots), iter(b.slots)
    cost = 0
    for _, type in a.layout.fields:
        for charge, x, y in _parts(type, xs, ys):
            cost += pay(charge)
            same, more = equal_items(x, y, depth + 1)
            cost += more
            if not same:
                return False, cost
    return True, cost


def _parts(type: Type, xs: Iterator[Any], ys: Iterator[Any]) -> Iterator[tuple[int, Any, Any]]:
    """What of a field of two records is compared, and what that costs. What an absent optional holds is not looked at."""
    if type == NUMBER:
        yield 3, assemble(NUMBER, xs), assemble(NUMBER, ys)
    elif isinstance(type, OptionalType):
        is_there = next(xs)
        yield 1, is_there, next(ys)
        if is_there:
            yield from _parts(type.item, xs, ys)
        else:
            skipped = [(next(xs), next(ys)) for _ in components(type.item)]
            yield len(skipped), None, None
    elif isinstance(type, TupleType):
        for item in type.items:
            yield from _parts(item, xs, ys)
    elif type not in (NONE, NEVER):
        for _ in range(3 if isinstance(type, RangeType) else 1):
            yield 1, next(xs), next(ys)


def _measured(walk: Callable[..., Any], *args: Any) -> tuple[Any, int]:
    before = paid()
    return walk(*args), paid() - before


def equal_items(a: Any, b: Any, depth: int = 0) -> tuple[bool, int]:
    """:func:`equal` of two elements. Two nans are E0720."""
    if is_nan(a) and is_nan(b):
        raise GuestFault("E0720")
    if isinstance(a, GuestRecord) and a is b:
        return True, 0  # its class is not asked
    return equal(a, b, depth)


TOO_DEEP: Final = "maximum recursion depth exceeded in comparison"


def is_set_like(value: Any) -> bool:
    """Whether a value is a set, a frozenset, or a view of keys or items, which compare as sets do."""
    return isinstance(value, GuestSet) or (isinstance(value, GuestIter) and value.is_view and value.walk != "values")


def has_pair(table: GuestDict, key: Any, value: Any, depth: int) -> tuple[bool, int]:
    """Whether a dict has the key with the value, and what looking costs."""
    cost = weight(key)
    position = table.find(key)
    if position < 0:
        return False, cost
    same, more = equal_items(table.entry(position)[1], value, depth + 1)
    return same, cost + more


def has_item(value: Any, item: Any, depth: int = 0) -> tuple[bool, int]:
    """Whether what is set-like has the item, and what looking costs."""
    if isinstance(value, GuestSet):
        cost = weight(item)
        return value.contains(item), cost
    if value.walk == "keys":
        cost = weight(item)
        return value.source.find(item) >= 0, cost
    if not isinstance(item, GuestTuple) or len(item) != 2:
        return False, 0
    return has_pair(value.source, item[0], item[1], depth)


def _has_loose_pair(value: Any, key: Any, item: Any, depth: int) -> tuple[bool, int]:
    """Whether a set or a view of keys has a pair that is no object: each of the elements costs one, and comparing it."""
    cost = weight(key) + weight(item)
    hash_of(item)
    for other in value if isinstance(value, GuestSet) else [other for other, _ in value.source.items()]:
        cost += pay(1)
        if isinstance(other, GuestTuple) and len(other) == 2:
            same, more = equal_items(other[0], key, depth + 1)
            cost += more
            if same:
                same, more = equal_items(other[1], item, depth + 1)
                cost += more
            if same:
                return True, cost
    return False, cost


def is_within(a: Any, b: Any, depth: int) -> tuple[bool, int]:
    """Whether all of one set-like value is in another. One for each that is looked at, and what looking costs."""
    cost = 0
    if isinstance(a, GuestIter) and a.walk == "items":
        for key, item in a.source.items():
            cost += pay(1)
            pairs = isinstance(b, GuestIter) and b.walk == "items"
            found, more = has_pair(b.source, key, item, depth) if pairs else _has_loose_pair(b, key, item, depth)
            cost += more
            if not found:
                return False, cost
        return True, cost
    if isinstance(a, GuestSet) and isinstance(b, GuestSet):  # elements keep their hashes
        for hash, item in a.table.places():
            cost += pay(1) + weight(item)
            if b.table.find(hash, item) < 0:
                return False, cost
        return True, cost
    for item in a if isinstance(a, GuestSet) else [key for key, _ in a.source.items()]:
        cost += pay(1)
        found, more = has_item(b, item, depth)
        cost += more
        if not found:
            return False, cost
    return True, cost


def views_equal(a: Any, b: Any, depth: int) -> tuple[bool, int]:
    """:func:`equal` of two set-like values of which one is a view."""
    if isinstance(a, GuestSet):
        a, b = b, a
    return is_within(a, b, depth) if len(a) == len(b) else (False, 0)


def sets_ordered(a: Any, b: Any, operator: str, depth: int) -> tuple[bool, int]:
    """:func:`less` of two set-like values: whether one is within the other."""
    if operator[0] == ">":
        a, b = b, a
    fits = len(a) < len(b) if len(operator) == 1 else len(a) <= len(b)
    return is_within(a, b, depth) if fits else (False, 0)


def weight(value: Any, times: int = 1, depth: int = 0) -> int:
    """The fuel of walking a value so many times, as hashing it or comparing it with another does. Once costs a sixteenth of a string's length, rounded down, a fourth of the limbs of an int beyond 64 bits; for a list, tuple,
    set or record that is compared by its fields one for each element plus its weight; for a dict two for each entry plus the weights of key and value; nothing for all else."""
    if isinstance(value, (str, bytes)):
        return pay(len(value) // 16 * times)
    if isinstance(value, int):
        return pay(integers.limbs(value) // 4 * times)
    if is_opaque(value):
        return 0
    entries = list(value.items()) if isinstance(value, GuestDict) else None
    children = (
        list(value) if isinstance(value, GuestSet) else [part for entry in entries for part in entry] if entries else _children(value)
    )
    if not children:
        return 0
    if depth >= NESTING_MAX:
        raise GuestFault("E0804")
    return pay(len(children) * times) + sum(weight(child, times, depth + 1) for child in children)


def less(a: Any, b: Any, operator: str = "<", depth: int = 0, sorting: bool = False) -> tuple[bool, int]:
    """``a operator b`` for an ordering operator, and its cost: that of :func:`equal` for the pairs visited, one more for each. Numbers, strings, and lists and tuples of
    them have an order; all else is E0308. What a sort's comparisons cost was paid before."""
    if may_call() and (isinstance(a, GuestRecord) or isinstance(b, GuestRecord)):
        found, cost = _measured(special_compare, COMPARING[("<", "<=", ">", ">=").index(operator)], a, b, depth)
        if found is NotImplemented:
            raise GuestFault("E0308", cut(f"{type_name(a)} and {type_name(b)}"))
        return truth(found), cost
    numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
    if (is_decimal(a) and (is_decimal(b) or isinstance(b, (int, float)))) or (is_decimal(b) and isinstance(a, (int, float))):
        if a != a or b != b:
            raise GuestFault("E0772", "[<class 'decimal.InvalidOperation'>]")
        return a < b if operator == "<" else a <= b if operator == "<=" else a > b if operator == ">" else a >= b, 0
    if numbers or (isinstance(a, str) and isinstance(b, str)) or (isinstance(a, bytes) and isinstance(b, bytes)):
        answer = a < b if operator == "<" else a <= b if operator == "<=" else a > b if operator == ">" else a >= b
        if numbers:
            return answer, pay(integers.compare_cost(a, b)) if isinstance(a, int) and isinstance(b, int) and not sorting else 0
        return answer, pay(min(len(a), len(b)) // 16)
    if is_set_like(a) and is_set_like(b):
        return sets_ordered(a, b, operator, depth) if not sorting else (unpaid(sets_ordered, a, b, operator, depth)[0], 0)
    if not (isinstance(a, GuestList) and isinstance(b, GuestList)) and not (isinstance(a, GuestTuple) and isinstance(b, GuestTuple)):
        raise GuestFault("E0308", cut(f"{type_name(a)} and {type_name(b)}"))
    if depth >= NESTING_MAX:
        raise GuestFault("E0784", TOO_DEEP)
    cost = place = 0
    while place < min(len(a), len(b)):
        x, y = a[place], b[place]
        place += 1
        cost += pay(1)
        same, more = equal_items(x, y, depth + 1) if not sorting else (unpaid(equal_items, x, y, depth + 1)[0], 0)
        cost += more
        if not same:
            answer, more = less(x, y, operator, depth + 1, sorting)
            return answer, cost + more
    return less(len(a), len(b), operator)[0], cost


def _sorts_before(a: Any, b: Any) -> bool:
    return less(a, b, sorting=True)[0]


def sort(items: GuestList, descending: bool) -> None:
    """Sort in place, stably. Functions of the program that comparing runs see an empty list; what they put into it is lost, and a ValueError."""
    held = list(items)
    if may_call():
        items.clear()
    if descending:
        held.reverse()
    try:
        list_sort(held, _sorts_before)
    finally:
        changed = may_call() and len(items) > 0
        items[:] = held[::-1] if descending else held
    if changed:
        raise GuestFault("E0791", "list modified during sort")


def sorted_places(keys: list[Any], descending: bool) -> list[int]:
    """The places of keys in sorted order."""
    keys, places = list(keys), list(range(len(keys)))  # comparing may change the list
    if descending:
        places.reverse()
    list_sort(places, lambda a, b: _sorts_before(keys[a], keys[b]))
    return places[::-1] if descending else places


def int_text(value: int) -> str:
    """The decimal digits, or E0719."""
    if integers.has_too_many_digits(value):
        raise GuestFault("E0719", integers.EXCEEDED + integers.RAISE_LIMIT)
    return str(int(value))


def fields_of(record: GuestRecord) -> Iterator[tuple[str, Any]]:
    """The fields of a record as people see them: an optional is None or its value, a tuple is one value."""
    slots = iter(record.slots)
    for name, type in record.layout.fields:
        yield name, assemble(type, slots)


def assemble(type: Type, parts: Iterator[Any], tuple_of: Callable[[TupleType, list[Any]], Any] | None = None) -> Any:
    """The value of a source type from its components, taken from ``parts``. Guest values stay guest values; ``tuple_of`` makes tuples, :class:`GuestTuple` unless told."""
    if type in (NONE, NEVER):
        return None
    if isinstance(type, OptionalType):
        present = next(parts)
        value = assemble(type.item, parts, tuple_of)
        return value if present else None
    if isinstance(type, TupleType):
        items = [assemble(item, parts, tuple_of) for item in type.items]
        return tuple_of(type, items) if tuple_of else GuestTuple(storage(type), items)
    if isinstance(type, RangeType):
        return range(next(parts), next(parts), next(parts))
    if type == NUMBER:
        is_float, whole, real = next(parts), next(parts), next(parts)
        return real if is_float else whole
    return next(parts)
