"""The largest stack frame of an object file, read from its unwind tables (``.eh_frame``).

The guest stack is reserved for so many calls of the largest frame, so the size must be known, not guessed. Functions are compiled without frame
pointers and without alignment of the stack, hence the distance from the stack pointer to the caller's is a number in the tables: the largest
``DW_CFA_def_cfa_offset``. DWARF 5, section 6.4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

_SECTION: Final = struct.Struct("<IIQQQQIIQQ")
_HEADER_SECTIONS: Final = struct.Struct("<QIHHHHHH")
_HEADER_SECTIONS_AT: Final = 40

# DW_CFA_... opcodes that move the CFA, and those to step over with the number of LEB128 operands they have.
_DEF_CFA, _DEF_CFA_OFFSET = 0x0C, 0x0E
_OPERANDS: Final = {0x00: 0, 0x06: 1, 0x07: 1, 0x08: 1, 0x09: 2, 0x0A: 0, 0x0B: 0, 0x05: 2, 0x11: 2, 0x14: 2, 0x2D: 0, 0x2E: 1}
_ADVANCE: Final = {0x01: 8, 0x02: 1, 0x03: 2, 0x04: 4}


def frame_bytes_max(image: bytes) -> int:
    """Bytes of the largest frame, return address included. Raises ValueError for tables of another kind than LLVM writes for us."""
    largest = 0
    for data in _unwind_sections(image):
        for entry in _entries(data):
            largest = max(largest, _cfa_offset_max(entry))
    if not largest:
        raise ValueError("the object has no unwind tables")
    return largest


def _unwind_sections(image: bytes) -> Iterator[bytes]:
    _, _, _, _, entry_bytes, count, names_index = _HEADER_SECTIONS.unpack_from(image, _HEADER_SECTIONS_AT)[1:]
    start = _HEADER_SECTIONS.unpack_from(image, _HEADER_SECTIONS_AT)[0]
    sections = [_SECTION.unpack_from(image, start + index * entry_bytes) for index in range(count)]
    names = image[sections[names_index][4] :][: sections[names_index][5]]
    for name, _, _, _, offset, size, *_ in sections:
        if names[name : names.index(b"\0", name)] == b".eh_frame":
            yield image[offset : offset + size]


def _entries(data: bytes) -> Iterator[bytes]:
    """The instruction bytes of each entry: of CIEs, which hold the common start, and of FDEs, one per function."""
    at = 0
    while at + 8 <= len(data):
        (size,) = struct.unpack_from("<I", data, at)
        if size == 0:
            break
        (cie,) = struct.unpack_from("<I", data, at + 4)
        body = data[at + 8 : at + 4 + size]
        yield _cie_instructions(body) if cie == 0 else _fde_instructions(body)
        at += 4 + size


def _cie_instructions(body: bytes) -> bytes:
    end = body.index(b"\0", 1)
    if body[0] != 1 or body[1:end] != b"zR":
        raise ValueError("unwind tables of an unknown kind")
    at = end + 1
    for _ in range(3):  # code alignment, data alignment, return address register
        _, at = _leb128(body, at)
    size, at = _leb128(body, at)
    return body[at + size :]


def _fde_instructions(body: bytes) -> bytes:
    at = 8  # start and size of the function, 4 bytes each by the encoding LLVM uses for position-independent code
    size, at = _leb128(body, at)
    return body[at + size :]


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _cfa_offset_max(instructions: bytes) -> int:
    largest = at = 0
    while at < len(instructions):
        opcode = instructions[at]
        at += 1
        if opcode & 0xC0:  # advance_loc and restore have their operand inside, offset has one more
            if opcode & 0xC0 == 0x80:
                _, at = _leb128(instructions, at)
        elif opcode in _ADVANCE:
            at += _ADVANCE[opcode]
        elif opcode == _DEF_CFA_OFFSET:
            offset, at = _leb128(instructions, at)
            largest = max(largest, offset)
        elif opcode == _DEF_CFA:
            _, at = _leb128(instructions, at)
            offset, at = _leb128(instructions, at)
            largest = max(largest, offset)
        elif opcode in _OPERANDS:
            for _ in range(_OPERANDS[opcode]):
                _, at = _leb128(instructions, at)
        else:
            raise ValueError(f"unwind tables with the instruction {opcode:#x}")
    return largest
