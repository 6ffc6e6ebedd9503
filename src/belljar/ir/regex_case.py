"""Case-insensitive comparison of single characters as CPython's ``re`` has it: simple mappings and the lower-case letters that share an upper-case one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# fmt: off
CASE_PEERS: Final[tuple[tuple[int, ...], ...]] = (
    (0x69, 0x131), (0x73, 0x17F), (0xB5, 0x3BC), (0x345, 0x3B9, 0x1FBE), (0x390, 0x1FD3), (0x3B0, 0x1FE3), (0x3B2, 0x3D0), (0x3B5, 0x3F5),
    (0x3B8, 0x3D1), (0x3BA, 0x3F0), (0x3C0, 0x3D6), (0x3C1, 0x3F1), (0x3C2, 0x3C3), (0x3C6, 0x3D5), (0x432, 0x1C80), (0x434, 0x1C81),
    (0x43E, 0x1C82), (0x441, 0x1C83), (0x442, 0x1C84, 0x1C85), (0x44A, 0x1C86), (0x463, 0x1C87), (0x1C88, 0xA64B), (0x1E61, 0x1E9B),
    (0xFB05, 0xFB06),
)
# fmt: on
"""Different lower-case characters with one upper case: where one of them is meant, case aside, so are the others."""

PEERS: Final = {code: peers for peers in CASE_PEERS for code in peers}


def simple_lower(code: int) -> int:
    """The one character that the code point is in lower case."""
    return ord(chr(code).lower()[0])


def simple_upper(code: int) -> int:
    return ord(chr(code).upper()[0])


def is_cased(code: int) -> bool:
    return simple_lower(code) != code or simple_upper(code) != code


def ascii_lower(code: int) -> int:
    return code + 32 if 65 <= code <= 90 else code


def is_ascii_cased(code: int) -> bool:
    return code < 128 and chr(code).isalpha()
