"""The marks of the reference engine: the same bytes that ``csrc/runtime/trace.c`` writes, from guest values.

``csrc/runtime/trace.h`` says what they are; :mod:`belljar.trace.marks` reads them.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any, Final

from belljar.engines.contract import MARK_BYTES_MAX, Marks
from belljar.ir.abi import CONSTANTS
from belljar.ir.class_names import qualname
from belljar.ir.guest import (
    UNSET,
    GuestDict,
    GuestIter,
    GuestList,
    GuestRecord,
    GuestRegex,
    GuestSet,
    GuestTuple,
    is_decimal,
)
from belljar.ir.guest_functions import GuestBuiltIn, GuestFunction, GuestMethod
from belljar.types import ANY, Type

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS_MAX: Final = 64
BYTES_MAX: Final = 1600
DEPTH_MAX: Final = 6
TEXT_MAX: Final = 400
INNER_TEXT_MAX: Final = 100
BIG_MAX: Final = 64
DECIMAL_MAX: Final = 200
"""The bounds of previews: the BELL_TRACE names of trace.h."""
_NAN: Final = struct.pack("<Q", 0x7FF8 << 48)


class MarksBuffer:
    """The blocks of marks of one instance, as a ``bell_trace``."""

    def __init__(self, wanted: Marks) -> None:
        self.wanted = wanted
        self.blocks: list[bytearray] = [bytearray()]
        self.lost = 0
        self.refused = False
        self.bits = 1

    def branch(self, is_first: bool) -> None:
        """Record which way a branch goes."""
        self.bits = self.bits << 1 | is_first
        if self.bits >> 63:
            self.end_bits()

    def end_bits(self) -> None:
        self.begin()
        self.blocks[-1] += struct.pack("<Q", self.bits)
        self.bits = 1

    def mark(self, name: str, site: int, value: Any, type: Type) -> None:
        """Write what an op of the family ``trace`` writes."""
        if site >= 0:
            self.begin()
            self.blocks[-1] += struct.pack("<I", site)
        if name == "trace.word":
            self.blocks[-1] += word(value)
        elif name == "trace.size":
            self.blocks[-1] += struct.pack("<q", size(value))
        elif name == "trace.value":
            self.blocks[-1] += preview(value, type)

    def begin(self) -> None:
        """Make room for a mark."""
        if len(self.blocks[-1]) < self.wanted.block_bytes - MARK_BYTES_MAX:
            return
        if self.wanted.sink is not None:
            self.hand_over()
            return
        self.blocks.append(bytearray())
        if len(self.blocks) > self.wanted.blocks:
            del self.blocks[0]
            self.lost += 1

    def hand_over(self) -> None:
        assert self.wanted.sink is not None
        block, self.blocks = bytes(self.blocks[-1]), [bytearray()]
        if not self.refused:
            try:
                self.wanted.sink(block)
            except Exception:
                self.refused = True
        self.lost += self.refused

    def taken(self) -> bytes:
        """The marks that are kept; a sink gets what is left."""
        if self.wanted.sink is not None:
            if self.bits > 1:
                self.end_bits()
            if self.blocks[-1]:
                self.hand_over()
            return b""
        return b"".join(self.blocks) + (struct.pack("<Q", self.bits) if self.bits > 1 else b"")

    def forget(self) -> None:
        self.blocks, self.lost, self.refused, self.bits = [bytearray()], 0, False, 1


def word(value: Any) -> bytes:
    """The bits of an int, a float or a bool."""
    if isinstance(value, float):
        return _NAN if math.isnan(value) else struct.pack("<d", value)
    return struct.pack("<q", int(value))


def size(value: Any) -> int:
    """How many elements a container has, -1 for what is none."""
    if isinstance(value, (str, bytes, GuestList, GuestTuple, GuestDict, GuestSet)):
        return len(value)
    return -1


class _Preview:
    def __init__(self) -> None:
        self.out = bytearray()
        self.parts = PARTS_MAX
        self.depth = 0

    @property
    def has_room(self) -> bool:
        return self.parts > 0 and len(self.out) <= BYTES_MAX and self.depth <= DEPTH_MAX

    def put_text(self, text: str, characters_max: int) -> None:
        encoded = text[:characters_max].encode("utf-8", "surrogatepass")
        self.out += struct.pack("<H", len(encoded)) + encoded

    def container(self, tag: bytes, length: int, parts: Any, put: Callable[[Any], None]) -> None:
        self.out += tag + struct.pack("<I", min(length, 2**32 - 1))
        self.shown(parts, put)

    def shown(self, parts: Any, put: Callable[[Any], None]) -> None:
        """How many of the parts are shown, and those."""
        place = len(self.out)
        self.out.append(0)
        self.depth += 1
        parts = iter(parts)
        while self.has_room:
            for part in parts:
                put(part)
                self.out[place] += 1
                break
            else:
                break
        self.depth -= 1

    def put(self, value: Any, type: Type = ANY) -> None:
        out = self.out
        self.parts -= 1
        if value is None:
            out += b"n" if type == ANY else b"e"
        elif value is True or value is False:
            out += b"t" if value else b"f"
        elif isinstance(value, int):
            self.put_int(value)
        elif isinstance(value, float):
            out += b"d" + word(value)
        elif isinstance(value, str):
            if value == "":
                out += b"e"
            else:
                out += b"s" + struct.pack("<I", len(value))
                self.put_text(value, INNER_TEXT_MAX if self.depth else TEXT_MAX)
        elif isinstance(value, bytes):
            data = value[: INNER_TEXT_MAX if self.depth else TEXT_MAX]
            out += b"y" + struct.pack("<IH", len(value), len(data)) + data
        elif value is UNSET or value is NotImplemented:
            out += b"u"
        elif isinstance(value, range):
            out += b"r" + struct.pack("<qqq", value.start, value.stop, value.step)
        elif is_decimal(value):
            text = str(value).encode()
            out += b"m" + struct.pack("<HB", len(text), min(len(text), DECIMAL_MAX)) + text[:DECIMAL_MAX]
        elif isinstance(value, (GuestFunction, GuestMethod)):
            kind = "BOUND" if isinstance(value, GuestMethod) else "PLAIN"
            out += b"c" + bytes([CONSTANTS[f"BELL_FUNCTION_{kind}"]])
            self.put_text(qualname(value.signature), INNER_TEXT_MAX)
        elif isinstance(value, GuestBuiltIn):
            out += b"c" + bytes([CONSTANTS["BELL_FUNCTION_METHOD"]])
            self.put_text(value.name, INNER_TEXT_MAX)
        elif isinstance(value, GuestRecord):
            self.put_record(value)
        elif isinstance(value, GuestList):
            self.container(b"l", len(value), value, self.put)
        elif isinstance(value, GuestTuple):
            self.container(b"T", len(value), value, self.put)
        elif isinstance(value, GuestSet):
            self.container(b"F" if value.is_frozen else b"S", len(value), value, self.put)
        elif isinstance(value, GuestDict):
            self.container(b"D", len(value), value.items(), self.put_pair)
        else:
            kind = "ITER" if isinstance(value, GuestIter) else "REGEX" if isinstance(value, GuestRegex) else "FREE"
            out += b"o" + bytes([CONSTANTS[f"BELL_{kind}"]])

    def put_pair(self, pair: tuple[Any, Any]) -> None:
        self.put(pair[0])
        self.put(pair[1])

    def put_int(self, value: int) -> None:
        if -(2**63) <= value < 2**63:
            self.out += b"i" + struct.pack("<q", value)
            return
        magnitude = abs(value)
        length = (magnitude.bit_length() + 7) // 8
        self.out += b"b" + struct.pack("<BI", value < 0, min(length, 2**32 - 1))
        if length <= BIG_MAX:
            self.out += magnitude.to_bytes(length, "little")

    def put_record(self, record: GuestRecord) -> None:
        name = record.layout.name
        if record.layout.entry or (name.endswith(".frame") and name != ".frame"):
            self.out += b"o" + bytes([CONSTANTS["BELL_ITER"]])
            return
        encoded = name.encode()[:255]
        slots = record.layout.slots
        self.out += b"R" + bytes([len(encoded)]) + encoded + struct.pack("<H", len(slots))
        self.shown(zip(record.slots, slots, strict=True), lambda slot: self.put(slot[0], slot[1][1]))


def preview(value: Any, type: Type) -> bytes:
    """What is shown of a value of this storage type."""
    made = _Preview()
    made.put(value, type)
    return bytes(made.out)
