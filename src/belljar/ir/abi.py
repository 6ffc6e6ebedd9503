"""What native code knows of the structures in ``csrc/runtime/bell.h``: offsets, sizes and constants.

The rows below are the one place outside C where they stand. :mod:`belljar.ir.generate` turns them into ``csrc/runtime/ctx_offsets.h``, static
assertions that the C compiler holds against ``bell.h``: a struct that changes without its rows does not compile.

Field types: ``p`` pointer, ``q`` 8-byte integer, reference or word, ``d`` double, ``I`` 4, ``H`` 2, ``B`` 1 byte integer.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


SIZES: Final = {"p": 8, "q": 8, "d": 8, "I": 4, "H": 2, "B": 1}
"""Bytes of each field type, which is also its alignment."""

STRUCTS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    # Only the part of bell_ctx that native code touches; the rest may change freely.
    "bell_ctx": (
        ("base", "p"),
        ("fuel", "q"),
        ("roots_top", "p"),
        ("roots_limit", "p"),
        ("globals", "p"),
        ("strings", "p"),
        ("fault", "I"),
        ("fault_site", "I"),
        ("fault_a", "q"),
        ("fault_b", "q"),
        ("characters", "q"),
        ("depth_left", "q"),
        ("types", "p"),
        ("natives", "p"),
        ("unwind_count", "I"),
        ("unwind_sites", "I"),  # the first of BELL_UNWIND_MAX
        ("fault_inside", "I"),
        ("call_words", "p"),
        ("raised", "q"),
        ("trace_next", "p"),
        ("trace_end", "p"),
        ("trace_bits", "q"),
        ("profile_frames", "p"),
        ("profile_flag", "I"),
        ("profile_segment", "I"),
        ("trace_at", "p"),
        ("trace_limit", "p"),
        ("depth_least", "q"),
    ),
    "bell_head": (("kind", "B"), ("flags", "B"), ("aux", "H"), ("type", "I")),
    "bell_str": (("head", "q"), ("length", "I"), ("hash", "I"), ("data", "q")),
    "bell_list": (("head", "q"), ("length", "q"), ("capacity", "q"), ("data", "q")),
    "bell_buffer": (("head", "q"), ("size", "q")),
    "bell_dict": (("head", "q"), ("live", "q"), ("used", "q"), ("capacity", "q"), ("entries", "q"), ("index", "q")),
    "bell_tuple": (("head", "q"), ("slots", "q")),  # the first slot
    "bell_function": (("head", "q"), ("signature", "q"), ("slots", "q")),  # the first slot
    "bell_box": (("head", "q"), ("i", "q")),
}

UNSIZED: Final = frozenset({("bell_ctx", "unwind_sites"), ("bell_tuple", "slots"), ("bell_function", "slots")})
REPEATED: Final = {("bell_ctx", "unwind_sites"): 64}
"""How often a field repeats that others follow."""
"""Fields of which the row names the first element: their offset is checked, their size is not."""

CONSTANTS: Final[dict[str, int]] = {
    "BELL_FREE": 0,
    "BELL_STR": 1,
    "BELL_LIST": 2,
    "BELL_DICT": 3,
    "BELL_SET": 4,
    "BELL_TUPLE": 5,
    "BELL_RECORD": 6,
    "BELL_INT": 7,
    "BELL_FLOAT": 8,
    "BELL_BUFFER": 9,
    "BELL_BIG": 10,
    "BELL_FUNCTION": 11,
    "BELL_ITER": 12,
    "BELL_BYTES": 13,
    "BELL_FROZENSET": 14,
    "BELL_RANGE": 15,
    "BELL_DECIMAL": 16,
    "BELL_REGEX": 17,
    "BELL_CLASS_INT": 0,
    "BELL_CLASS_FLOAT": 1,
    "BELL_CLASS_BOOL": 2,
    "BELL_CLASS_STR": 3,
    "BELL_CLASS_REF": 4,
    "BELL_CLASS_ANY": 5,
    "BELL_FUNCTION_PLAIN": 0,
    "BELL_FUNCTION_BOUND": 1,
    "BELL_FUNCTION_METHOD": 2,
    "BELL_STR_ASCII": 1,
    "BELL_STR_VIEW": 2,
    "BELL_PERMANENT": 4,
    "BELL_MARK": 128,
    "BELL_NONE": 0x02,
    "BELL_FALSE": 0x12,
    "BELL_TRUE": 0x22,
    "BELL_END": 0x32,
    "BELL_UNSET": 0x42,
    "BELL_NOT_IMPLEMENTED": 0x52,
    "BELL_ABSENT": -(2**63),
    "BELL_FUEL_SLICE": 1 << 16,
    "BELL_UNWIND_MAX": 64,
    "BELL_CHARACTER_STRIDE": 32,
}
"""Enumerators and macros of bell.h by name. The kinds of ``enum bell_kind`` come first."""


def _offsets(struct: str, fields: tuple[tuple[str, str], ...]) -> dict[str, int]:
    """Where C puts the fields: each at the next multiple of its size."""
    offsets: dict[str, int] = {}
    end = 0
    for name, type in fields:
        size = SIZES[type]
        offsets[name] = -(-end // size) * size
        end = offsets[name] + size * REPEATED.get((struct, name), 1)
    return offsets


OFFSETS: Final[dict[str, dict[str, int]]] = {struct: _offsets(struct, fields) for struct, fields in STRUCTS.items()}


def offset(struct: str, field: str) -> int:
    """Bytes from the start of the structure to the field: ``offset("bell_ctx", "fuel") == 8``."""
    return OFFSETS[struct][field]
