"""The C runtime as Python functions: values in, values or the number of a fault out. Prototypes come from the op table."""

from __future__ import annotations

import ctypes
import functools
import struct
import sys
import unicodedata
from ctypes import c_char_p, c_double, c_int, c_int64, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any

import pytest

from belljar.ir.ops import OPS, Op
from belljar.ir.unicode_tables import UNICODE_VERSION

LIBRARY = Path(__file__).resolve().parents[2] / "build" / "dev" / "csrc" / "libbelljar_probe.so"
FUEL_MAX = 1 << 60
ABSENT = -(2**63)


AS_CPYTHON_311 = pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="compares with what CPython 3.11 does, and this is another")
"""For functions, refusals and last bits that other versions of Python lack, word or round in another way."""
SAME_UNICODE = pytest.mark.skipif(unicodedata.unidata_version != UNICODE_VERSION, reason=f"compares with Unicode {UNICODE_VERSION}")
"""For properties of all characters."""


class Fault(Exception):
    """An op recorded a fault: ``args`` are the code's number and the runtime's own message, ``""`` for none."""


@functools.cache
def library() -> ctypes.CDLL:
    if not LIBRARY.exists():
        raise FileNotFoundError(f"{LIBRARY} is not built: run `make dev`")
    lib = ctypes.CDLL(str(LIBRARY))
    for name, result, arguments in (
        ("probe_open", c_void_p, [c_uint64]),
        ("probe_close", None, [c_void_p]),
        ("probe_begin", None, [c_void_p, c_int64]),
        ("probe_fuel_used", c_int64, [c_void_p]),
        ("probe_fault", c_uint32, [c_void_p]),
        ("probe_fault_text", c_uint64, [c_void_p]),
        ("probe_told", c_char_p, [c_void_p]),
        ("probe_fault_name", c_char_p, [c_void_p]),
        ("probe_stress", None, [c_void_p, c_int]),
        ("probe_push", None, [c_void_p, c_uint64]),
        ("probe_pop", None, [c_void_p, c_int]),
        ("probe_str", c_uint64, [c_void_p, c_char_p, c_uint64]),
        ("probe_length", c_uint32, [c_void_p, c_uint64]),
        ("probe_read", c_int, [c_void_p, c_uint64, c_char_p]),
        ("probe_list_length", c_int64, [c_void_p, c_uint64]),
        ("probe_list_item", c_uint64, [c_void_p, c_uint64, c_int64]),
        ("probe_tuple_item", c_uint64, [c_void_p, c_uint64, c_int64]),
        ("probe_list", c_uint64, [c_void_p, c_void_p, c_int64]),
        ("probe_float_writes", c_uint64, [c_char_p, c_uint64, c_char_p]),
        ("probe_float_reads", None, [c_void_p, c_char_p, c_uint64, c_char_p]),
        ("probe_text", c_uint64, [c_void_p, c_void_p, c_void_p, c_uint64]),
        ("bell_str_concat", c_uint64, [c_void_p, c_uint64, c_uint64]),
        ("bell_str_from_utf8", c_uint64, [c_void_p, c_char_p, c_uint64]),
        ("bell_str_to_utf8", c_uint64, [c_void_p, c_uint64, c_char_p, c_uint64]),
    ):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


C_TYPES = {"int": c_int64, "bool": c_int64, "float": c_double, "str": c_uint64, "list[str]": c_uint64, "tuple[str, str, str]": c_uint64}


@functools.cache
def _function(op: Op) -> Any:
    function = getattr(library(), op.c_name)
    if op.variadic:
        function.argtypes = [c_void_p, c_void_p, c_int64]
    else:
        function.argtypes = [c_void_p, *(C_TYPES[kind] for kind in op.operands)]
    function.restype = C_TYPES[op.result if not op.result.startswith("tuple") else "str"]
    return function


class Probe:
    """One context. Every call starts from an empty heap."""

    def __init__(self, memory_max: int = 64 << 20, stress: bool = False) -> None:
        self.lib = library()
        self.ctx = self.lib.probe_open(memory_max)
        assert self.ctx
        assert not self.lib.probe_fault(self.ctx)
        self.stress = stress

    def close(self) -> None:
        self.lib.probe_close(self.ctx)

    def str(self, text: str) -> int:
        """A new string, rooted until the call ends."""
        ref = self.lib.probe_str(self.ctx, text.encode("utf-32-le", "surrogatepass"), len(text))
        self.lib.probe_push(self.ctx, ref)
        return int(ref)

    def read(self, ref: int) -> str:
        length = self.lib.probe_length(self.ctx, ref)
        buffer = ctypes.create_string_buffer(length * 4)
        broken = self.lib.probe_read(self.ctx, ref, buffer)
        assert broken == 0, f"invariant {broken} of str.h does not hold"
        return buffer.raw.decode("utf-32-le", "surrogatepass")

    def list(self, items: list[str]) -> int:
        words = [self.str(item) for item in items]
        ref = self.lib.probe_list(self.ctx, (c_uint64 * len(words))(*words), len(words))
        self.lib.probe_push(self.ctx, ref)
        return int(ref)

    def read_list(self, ref: int) -> list[str]:
        length = self.lib.probe_list_length(self.ctx, ref)
        assert length >= 0, "not a list[str]"
        return [self.read(self.lib.probe_list_item(self.ctx, ref, i)) for i in range(length)]

    def begin(self, fuel_max: int = FUEL_MAX) -> None:
        self.lib.probe_stress(self.ctx, 0)
        self.lib.probe_begin(self.ctx, fuel_max)
        self.lib.probe_stress(self.ctx, int(self.stress))

    @property
    def fuel_used(self) -> int:
        return int(self.lib.probe_fuel_used(self.ctx))

    def check(self) -> None:
        code = self.lib.probe_fault(self.ctx)
        if code:
            text = self.lib.probe_fault_text(self.ctx)
            raise Fault(code, self.read(text) if text else self.lib.probe_told(self.ctx).decode("utf-8", "surrogatepass"))

    def call(self, name: str, *args: Any, fuel_max: int = FUEL_MAX) -> Any:
        """The op on Python values; raises Fault."""
        self.begin(fuel_max)
        op = OPS[name]
        kinds = [op.kind(i) for i in range(len(args))]
        given = [self.str(a) if k == "str" else self.list(a) if k == "list[str]" else a for k, a in zip(kinds, args, strict=True)]
        if op.variadic:
            result = _function(op)(self.ctx, (c_uint64 * len(given))(*map(word, given)), len(given))
        else:
            result = _function(op)(self.ctx, *given)
        self.check()
        if op.result == "str":
            return self.read(result)
        if op.result == "bool":
            assert result in (0, 1)
            return bool(result)
        if op.result == "list[str]":
            return self.read_list(result)
        if op.result.startswith("tuple"):
            return tuple(self.read(self.lib.probe_tuple_item(self.ctx, result, i)) for i in range(3))
        return result

    def outcome(self, name: str, *args: Any) -> Any:
        """The result, bits for a float, or ``("fault", code)``."""
        try:
            result = self.call(name, *args)
        except Fault as fault:
            return ("fault", fault.args[0])
        return bits(result) if isinstance(result, float) else result


def word(value: Any) -> Any:
    """A value of a variadic tail: a float by its bits."""
    return struct.unpack("<Q", struct.pack("<d", value))[0] if isinstance(value, float) else value


def bits(value: float) -> Any:
    """A float so that equal means the same float: signed zeros differ, NaN is NaN."""
    return ("float", struct.pack("<d", value)) if value == value else ("float", "nan")
