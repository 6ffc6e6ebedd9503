"""Ops of class ``any`` in C, called on Python values: results, fault codes with their texts, and fuel, next to the reference's."""

from __future__ import annotations

import ctypes
import functools
import struct
from ctypes import POINTER, c_double, c_int, c_int64, c_uint64, c_void_p
from decimal import Decimal
from typing import Any

from belljar.ir.charges import extra_fuel
from belljar.ir.guest import GuestFault, GuestTuple, paid
from belljar.ir.ops import OPS, Op, c_type
from belljar.ir.semantics import MEANINGS
from tests.runtime_text.probe import FUEL_MAX, Fault, Probe, library

NONE, FALSE, TRUE = 0x02, 0x12, 0x22
INT, FLOAT, STR, TUPLE, BIG, DECIMAL = 7, 8, 1, 5, 10, 16
VALUE_NONE, VALUE_BOOL = 32, 33
C_TYPES = {"int64_t": c_int64, "double": c_double, "bell_word": c_uint64}


@functools.cache
def _library() -> ctypes.CDLL:
    lib = library()
    for name, result, arguments in (
        ("probe_any_int", c_uint64, [c_void_p, c_int64]),
        ("probe_any_float", c_uint64, [c_void_p, c_double]),
        ("probe_any_kind", c_int, [c_void_p, c_uint64]),
        ("probe_any_value", c_int64, [c_void_p, c_uint64]),
        ("probe_big_limbs", POINTER(c_uint64), [c_void_p, c_uint64]),
        ("probe_big_size", c_uint64, [c_void_p, c_uint64]),
        ("probe_big_negative", c_int, [c_void_p, c_uint64]),
        ("probe_big", c_uint64, [c_void_p, c_void_p, c_uint64, c_int]),
        ("probe_any_tuple_item", c_uint64, [c_void_p, c_uint64, c_int64]),
        ("probe_any_tuple_length", c_int64, [c_void_p, c_uint64]),
    ):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


@functools.cache
def _function(op: Op) -> Any:
    function = getattr(_library(), op.c_name)
    if op.variadic:
        function.argtypes = [c_void_p, *(C_TYPES[c_type(kind)] for kind in op.operands[:-1]), c_void_p, c_int64]
    else:
        function.argtypes = [c_void_p, *(C_TYPES[c_type(kind)] for kind in op.operands)]
    function.restype = C_TYPES[c_type(op.result)]
    return function


class NumberProbe(Probe):
    """Operands may be None, bool, int, float, str; results also tuples of them."""

    def __init__(self, memory_max: int = 64 << 20, stress: bool = False) -> None:
        super().__init__(memory_max, stress)
        self.lib = _library()

    def word(self, value: Any) -> int:
        """A tagged word, rooted until the call ends."""
        if value is None:
            return NONE
        if value is True or value is False:
            return TRUE if value else FALSE
        if isinstance(value, str):
            return self.str(value)
        if isinstance(value, Decimal):
            word = _function(OPS["decimal.new"])(self.ctx, self.str(str(value)))
            self.check()
        elif isinstance(value, float):
            word = self.lib.probe_any_float(self.ctx, value)
        elif -(2**63) <= value < 2**63:
            word = self.lib.probe_any_int(self.ctx, value)
        else:
            size = (value.bit_length() + 63) // 64
            limbs = (c_uint64 * size).from_buffer_copy(abs(value).to_bytes(size * 8, "little"))
            word = self.lib.probe_big(self.ctx, limbs, size, value < 0)
        self.lib.probe_push(self.ctx, word)
        return int(word)

    def value(self, word: int) -> Any:
        kind = self.lib.probe_any_kind(self.ctx, word)
        number = self.lib.probe_any_value(self.ctx, word)
        if kind == VALUE_NONE:
            return None
        if kind == VALUE_BOOL:
            return bool(number)
        if kind == INT:
            assert word & 1 or not -(2**62) <= number < 2**62, "a box for what fits in a word"
            return number
        if kind == FLOAT:
            return struct.unpack("<d", struct.pack("<q", number))[0]
        if kind == STR:
            return self.read(word)
        if kind == TUPLE:
            length = self.lib.probe_any_tuple_length(self.ctx, word)
            return tuple(self.value(self.lib.probe_any_tuple_item(self.ctx, word, i)) for i in range(length))
        if kind == DECIMAL:
            return Decimal(self.read(_function(OPS["any.to_str"])(self.ctx, word)))
        assert kind == BIG
        size = self.lib.probe_big_size(self.ctx, word)
        limbs = self.lib.probe_big_limbs(self.ctx, word)
        magnitude = int.from_bytes(b"".join(limbs[i].to_bytes(8, "little") for i in range(size)), "little")
        assert magnitude.bit_length() > 64 * (size - 1), "a limb too many"
        value = -magnitude if self.lib.probe_big_negative(self.ctx, word) else magnitude
        assert not -(2**63) <= value < 2**63, "a big int for what fits in a word"
        return value

    def run(self, name: str, *args: Any, fuel_max: int = FUEL_MAX) -> Any:
        """The op's result; raises Fault with the code's number and the message."""
        self.begin(fuel_max)
        op = OPS[name]
        given: list[Any] = []
        for position, value in enumerate(args):
            kind = op.kind(position)
            given.append(value if kind == "#int" else self.str(value) if kind in ("str", "#str") else self.word(value))
        if op.variadic:
            fixed = len(op.operands) - 1
            words = given[fixed:]
            result = _function(op)(self.ctx, *given[:fixed], (c_uint64 * len(words))(*words), len(words))
        else:
            result = _function(op)(self.ctx, *given)
        self.check()
        if op.result == "bool":
            return bool(result)
        return self.read(result) if op.result == "str" else result if op.result == "int" else self.value(result)

    def outcome(self, name: str, *args: Any) -> tuple[Any, ...]:
        """What the op gives: its result, or its code and text; and the fuel beyond the fixed."""
        try:
            result = ("gives", shape(self.run(name, *args)))
        except Fault as fault:
            result = (f"E{fault.args[0]:04}", fault.args[1])
        return (*result, self.fuel_used)


def reference(name: str, *args: Any) -> tuple[Any, ...]:
    """The same of the reference."""
    before = paid()
    fuel = None
    try:
        fuel = extra_fuel(OPS[name], args)
        return ("gives", shape(MEANINGS[name](*args)), fuel)
    except GuestFault as fault:
        return (fault.code, fault.text, paid() - before if fuel is None else fuel)


def shape(value: Any) -> Any:
    """A value so that equal means the same: its type with it, a float by its bits."""
    if isinstance(value, float):
        return ("float", struct.pack("<d", value) if value == value else "nan")
    if isinstance(value, (tuple, GuestTuple)):
        return tuple(map(shape, value))
    return (type(value).__name__, str(value) if isinstance(value, Decimal) else value)
