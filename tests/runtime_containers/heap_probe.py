"""Guest values in the C heap and back, and the container ops of the C runtime on them, through ctypes.

The library is the one of ``tests/runtime_text`` (``make dev`` builds it); the type table is made here.
"""

from __future__ import annotations

import ctypes
import functools
import struct
from collections.abc import Callable
from ctypes import POINTER, Structure, c_char_p, c_double, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p
from typing import Any, Final

from belljar.ir.function import Layout
from belljar.ir.guest import GuestDict, GuestList, GuestRecord, GuestSet, GuestTuple
from belljar.ir.ops import OPS, c_type
from belljar.ir.set_table import REMOVED
from belljar.types import ANY, BOOL, FLOAT, INT, NONE, STR, DictType, ListType, RecordType, SetType, TupleType, Type
from tests.runtime_text.probe import library

FUEL_MAX: Final = 1 << 60
MASK: Final = 2**64 - 1
KINDS: Final = {ListType: 2, DictType: 3, SetType: 4, TupleType: 5, RecordType: 6}
KIND_OF_BUFFER: Final = 9
BIG: Final = 10
FREE, REMOVED_WORD = 0, 1
"""What stands in a place of a set that holds no element, beside the hash -1."""
CLASSES: Final[dict[Type, int]] = {INT: 0, FLOAT: 1, BOOL: 2, STR: 3, ANY: 5, NONE: 5}


class BellType(Structure):
    """bell_type of bell.h."""

    _fields_ = [
        ("kind", c_uint8),
        ("class_", c_uint8),
        ("item_class", c_uint8),
        ("value_class", c_uint8),
        ("item_type", c_uint32),
        ("value_type", c_uint32),
        ("slot_count", c_uint32),
        ("slot_classes", POINTER(c_uint8)),
        ("slot_types", POINTER(c_uint32)),
        ("name", c_char_p),
        ("told", c_char_p),
        ("field_count", c_uint32),
        ("field_names", POINTER(c_char_p)),
        ("field_slots", POINTER(c_uint32)),
        ("field_optional", POINTER(c_uint8)),
        ("field_shapes", POINTER(c_char_p)),
        ("signature", c_uint32),
        ("class_low", c_uint32),
        ("class_high", c_uint32),
        ("field_strings", POINTER(c_uint32)),
        ("member_count", c_uint32),
        ("members", c_void_p),
        ("resume", c_uint32),
    ]


class BellConfig(Structure):
    """bell_config of context.h."""

    _fields_ = [
        ("memory_max", c_uint64),
        ("roots_max", c_uint64),
        ("types", POINTER(BellType)),
        ("type_count", c_uint32),
        ("strings", c_void_p),
        ("string_count", c_uint32),
        ("global_classes", c_void_p),
        ("global_count", c_uint32),
        ("natives", c_void_p),
        ("function_count", c_uint32),
        ("signatures", c_void_p),
        ("signature_count", c_uint32),
    ]


def class_of(type: Type) -> int:
    return CLASSES.get(type, 4)


class HeapProbe:
    """One context whose module has the given types and record layouts (fields of one slot each)."""

    def __init__(self, types: list[Type], layouts: dict[str, Layout], stress: bool, memory_max: int = 256 << 20) -> None:
        self.lib = library()
        for name in ("bell_ctx_create", "bell_alloc"):
            getattr(self.lib, name).restype = c_uint64 if name == "bell_alloc" else c_void_p
        self.lib.bell_alloc.argtypes = [c_void_p, c_uint64, c_uint8, c_uint16, c_uint32]
        self.lib.bell_reserve.argtypes = [c_void_p, c_uint64]
        self.lib.bell_any_box_int.restype, self.lib.bell_any_box_int.argtypes = c_uint64, [c_void_p, c_int64]
        self.lib.bell_ctx_destroy.argtypes = [c_void_p]
        self.types: list[Type] = [NONE, *types]  # row 0 is not used
        self.layouts = layouts
        self.rows = (BellType * len(self.types))()
        for index, type in enumerate(self.types):
            if index:
                self._fill(self.rows[index], type)
        config = BellConfig(memory_max=memory_max, roots_max=64, types=self.rows, type_count=len(self.types))
        self.ctx = self.lib.bell_ctx_create(ctypes.byref(config))
        assert self.ctx
        self.stress = stress
        self.base: int = ctypes.cast(self.ctx, POINTER(c_uint64))[0]

    def close(self) -> None:
        self.lib.bell_ctx_destroy(self.ctx)

    def number(self, type: Type) -> int:
        return self.types.index(type, 1)

    def _fill(self, row: BellType, type: Type) -> None:
        row.kind, row.class_, row.name = KINDS.get(type.__class__, 0), class_of(type), str(type).encode()
        row.told = row.name
        if isinstance(type, (ListType, SetType)):
            row.item_class, row.item_type = class_of(type.item), self.number(type.item)
        elif isinstance(type, DictType):
            row.item_class, row.item_type = class_of(type.key), self.number(type.key)
            row.value_class, row.value_type = class_of(type.value), self.number(type.value)
        elif isinstance(type, (TupleType, RecordType)):
            slots = list(type.items) if isinstance(type, TupleType) else [slot for _, slot in self.layouts[type.name].slots]
            row.slot_count = len(slots)
            row.slot_classes = (c_uint8 * len(slots))(*map(class_of, slots))
            row.slot_types = (c_uint32 * len(slots))(*map(self.number, slots))
        if isinstance(type, RecordType):
            fields = self.layouts[type.name].fields
            row.field_count = len(fields)
            row.field_names = (c_char_p * len(fields))(*(name.encode() for name, _ in fields))
            row.field_slots = (c_uint32 * len(fields))(*range(len(fields)))
            row.field_optional = (c_uint8 * len(fields))()

    # --- words in and out ---------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        self.lib.probe_stress(self.ctx, 0)
        self.lib.probe_begin(self.ctx, FUEL_MAX)
        self.lib.probe_stress(self.ctx, int(self.stress))
        self.made: dict[int, int] = {}

    def _root(self, word: int) -> int:
        self.lib.probe_push(self.ctx, word)
        return word

    def _read(self, at: int, ctype: Any = c_uint64) -> int:
        return int(ctype.from_address(self.base + at).value)

    def enter(self, value: Any, type: Type) -> int:
        """The word of a value. One object stays one object."""
        if type == INT:
            return int(value) & MASK
        if type == FLOAT:
            return int(struct.unpack("<Q", struct.pack("<d", value))[0])
        if type == BOOL:
            return int(value)
        if type == ANY:
            if value is None or isinstance(value, bool):
                return {None: 0x02, False: 0x12, True: 0x22}[value]
            if isinstance(value, int):
                return (value << 1 | 1) & MASK if -(2**62) <= value < 2**62 else self._root(self.lib.bell_any_box_int(self.ctx, value))
            if isinstance(value, float):
                assert self.lib.bell_reserve(self.ctx, 16)
                ref = self._root(self.lib.bell_alloc(self.ctx, 16, 8, 0, 0))
                c_double.from_address(self.base + ref + 8).value = value
                return ref
        if isinstance(value, str):
            return self._root(self.lib.probe_str(self.ctx, value.encode("utf-32-le", "surrogatepass"), len(value)))
        if id(value) not in self.made:
            self.made[id(value)] = self._enter_object(value)
        return self.made[id(value)]

    def _enter_object(self, value: Any) -> int:
        type = RecordType(value.layout.name) if isinstance(value, GuestRecord) else value.type
        row = self.number(type)
        if isinstance(value, GuestDict):
            ref = self._root(self._call("bell_dict_new", row, 0))
            for key, item in value.items():
                self._call("bell_dict_set", ref, self.enter(key, type.key), self.enter(item, type.value), void=True)
            return ref
        if isinstance(value, GuestSet):
            return self._enter_set(value, row)
        if isinstance(value, GuestRecord):
            words = [self.enter(slot, slot_type) for slot, (_, slot_type) in zip(value.slots, value.layout.slots, strict=True)]
            return self._root(self._make("bell_record_new", row, words))
        if isinstance(value, GuestTuple):
            return self._root(self._make("bell_tuple_new", row, [self.enter(item, t) for item, t in zip(value, type.items, strict=True)]))
        return self._root(self._make("bell_list_of", row, [self.enter(item, type.item) for item in value]))

    def _enter_set(self, value: GuestSet, row: int) -> int:
        """A set whose places are those of the value: what stood in them before decides about the order of what comes."""
        table, element = value.table, value.type.item  # type: ignore[attr-defined]
        ref = self._root(self._call("bell_set_new", row, 0))
        words = [
            (FREE, -1) if p is None else (REMOVED_WORD, -1) if p is REMOVED else (self.enter(p[1], element), p[0]) for p in table.table
        ]
        if not table.fill:
            return ref
        size = 16 * len(words)
        assert self.lib.bell_reserve(self.ctx, 16 + size)
        buffer = int(self.lib.bell_alloc(self.ctx, 16 + size, KIND_OF_BUFFER, 0, 0))
        at = self.base + buffer
        c_uint64.from_address(at + 8).value = size
        ctypes.memmove(at + 16, struct.pack(f"<{'Qq' * len(words)}", *[part for word in words for part in word]), size)
        head = struct.pack("<5q", table.used, table.fill, len(words), buffer + 16, table.finger)
        ctypes.memmove(self.base + ref + 8, head, len(head))
        return ref

    def _make(self, name: str, row: int, words: list[int]) -> int:
        function = getattr(self.lib, name)
        function.restype, function.argtypes = c_uint64, [c_void_p, c_uint32, c_void_p, c_int64]
        return int(function(self.ctx, row, (c_uint64 * len(words))(*words), len(words)))

    def _call(self, name: str, *args: int, void: bool = False) -> int:
        """A function of words; the first argument of ``..._new`` is a type."""
        function = getattr(self.lib, name)
        first = c_uint32 if name.endswith("_new") else c_uint64
        function.restype, function.argtypes = None if void else c_uint64, [c_void_p, first, *[c_uint64] * (len(args) - 1)]
        result = function(self.ctx, *args)
        return 0 if void else int(result)

    def leave(self, word: int, type: Type) -> Any:
        """The value of a word, as :func:`plain` gives it."""
        if type == INT:
            return ("int", struct.unpack("<q", struct.pack("<Q", word))[0])
        if type == FLOAT:
            return plain(struct.unpack("<d", struct.pack("<Q", word))[0])
        if type == BOOL:
            assert word in (0, 1)
            return ("bool", bool(word))
        if type == ANY and word & 15:
            if word & 1:
                return ("int", struct.unpack("<q", struct.pack("<Q", word))[0] >> 1)
            return plain({0x02: None, 0x12: False, 0x22: True}[word])
        kind, row = self._read(word, c_uint8), self._read(word + 4, c_uint32)
        if kind == 7:
            assert not -(2**62) <= self._read(word + 8, c_int64) < 2**62
            return ("int", self._read(word + 8, c_int64))
        if kind == 8:
            return plain(c_double.from_address(self.base + word + 8).value)
        if kind == BIG:
            size, negative = self._read(word + 8), self._read(word + 2, c_uint16)
            magnitude = sum(self._read(word + 16 + 8 * i) << 64 * i for i in range(size))
            return ("int", -magnitude if negative else magnitude)
        if kind == 1:
            length = self.lib.probe_length(self.ctx, word)
            buffer = ctypes.create_string_buffer(length * 4)
            assert self.lib.probe_read(self.ctx, word, buffer) == 0
            return ("str", buffer.raw.decode("utf-32-le", "surrogatepass"))
        if kind == KINDS[TupleType] and row == 0:  # made while running: its length, then words of class any
            assert type == ANY
            return ("any", [self.leave(self._read(word + 16 + 8 * i), ANY) for i in range(self._read(word + 8))])
        found = self.types[row]
        assert row
        assert kind == KINDS[found.__class__]
        assert type in (ANY, found), f"{found} where {type} is expected"
        return (str(found), self._leave_items(word, found))

    def _leave_items(self, word: int, type: Any) -> Any:
        if isinstance(type, (TupleType, RecordType)):
            slots = type.items if isinstance(type, TupleType) else [slot for _, slot in self.layouts[type.name].slots]
            return [self.leave(self._read(word + 8 + 8 * i), slot) for i, slot in enumerate(slots)]
        if isinstance(type, ListType):
            data, narrow = self._read(word + 24), type.item == BOOL
            length = self._read(word + 8)
            return [self.leave(self._read(data + i, c_uint8) if narrow else self._read(data + 8 * i), type.item) for i in range(length)]
        items: list[Any] = []
        position = -1
        if isinstance(type, SetType):
            while (position := ctypes.c_int64(self._call("bell_set_next", word, (position + 1) & MASK)).value) >= 0:
                items.append(self.leave(self._call("bell_set_at", word, position), type.item))
            assert len(items) == self._read(word + 8)
            return items
        while (position := ctypes.c_int64(self._call("bell_dict_next", word, (position + 1) & MASK)).value) >= 0:
            key = self.leave(self._call("bell_dict_key_at", word, position), type.key)
            items.append((key, self.leave(self._call("bell_dict_value_at", word, position), type.value)))
        assert len(items) == self._read(word + 8)
        return items

    # --- ops ----------------------------------------------------------------------------------------------------------------------

    def run(self, name: str, args: list[Any], types: list[Type], result: Type | None) -> tuple[Any, int, list[Any]]:
        """The op on operands of these types (a Type among the operands is itself): what it gives or ``("fault", code)``, its extra fuel,
        and its operands afterwards."""
        op = OPS[name]
        self.begin()
        words = [self.number(a) if isinstance(a, Type) else a if t is None else self.enter(a, t) for a, t in zip(args, types, strict=True)]
        given: list[Any] = []
        prototype: list[Any] = [c_void_p]
        fixed = [a for a in range(len(args)) if op.kind(a) != "#type"]
        if op.variadic:
            prototype += [c_uint32, c_void_p, c_int64]
            given = [words[0], (c_uint64 * (len(words) - 1))(*words[1:]), len(words) - 1]
        else:
            for position, word in enumerate(words):
                notation = op.operands[position]
                if notation == "#type":
                    prototype.append(c_uint32)
                    given.append(word)
                elif c_type(notation) == "double":
                    prototype.append(c_double)
                    given.append(args[position])
                else:
                    prototype.append(c_uint64)
                    given.append(word & MASK)
        function: Callable[..., Any] = getattr(self.lib, op.c_name)
        returned = c_type(op.result)
        function.argtypes = prototype  # type: ignore[attr-defined]
        function.restype = None if returned == "void" else c_double if returned == "double" else c_uint64  # type: ignore[attr-defined]
        before = self.lib.probe_fuel_used(self.ctx)
        value = function(self.ctx, *given)
        extra = self.lib.probe_fuel_used(self.ctx) - before
        fault = self.lib.probe_fault(self.ctx)
        if fault:
            outcome: Any = ("fault", f"E{fault:04}")
        elif result is None:
            outcome = None
        elif returned == "double":
            outcome = plain(value)
        else:
            if word_is_reference(result):
                self._root(value)
            outcome = self.leave(value, result)
        after = [self.leave(words[i], types[i]) for i in fixed if types[i] is not None]
        assert fault or not self.lib.probe_fault(self.ctx)
        return outcome, extra, after


def word_is_reference(type: Type) -> bool:
    return class_of(type) >= 3


@functools.singledispatch
def plain(value: Any) -> Any:
    """A guest value as data that is equal exactly when the values are the same: types, order and the bits of floats included."""
    if isinstance(value, GuestList):
        return (str(value.type), [plain(item) for item in value])
    if isinstance(value, GuestTuple):
        return (str(value.type), [plain(item) for item in value])
    if isinstance(value, GuestSet):
        return (str(value.type), [plain(item) for item in value])
    if isinstance(value, GuestDict):
        return (str(value.type), [(plain(key), plain(item)) for key, item in value.items()])
    if isinstance(value, GuestRecord):
        return (value.layout.name, [plain(slot) for slot in value.slots])
    if isinstance(value, float):
        return ("float", "nan" if value != value else value.hex())
    return (value.__class__.__name__, value)
