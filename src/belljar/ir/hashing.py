"""The hashes CPython 3.11 gives under ``PYTHONHASHSEED=0``, whatever Python this runs on: what ``hash`` answers in a program, and what the order of a set depends on."""

from __future__ import annotations

from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

HASH_NONE: Final = 0xFCA86420
"""Of None, which is an address in CPython 3.11."""
HASH_NAN: Final = 0
MASK: Final = 2**64 - 1


def signed(word: int) -> int:
    """The int64 with these 64 bits."""
    word &= MASK
    return word - 2**64 if word >> 63 else word


def _rotated(word: int, count: int) -> int:
    return (word << count | word >> (64 - count)) & MASK


def _sip_round(a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    a = (a + b) & MASK
    c = (c + d) & MASK
    b = _rotated(b, 13) ^ a
    d = _rotated(d, 16) ^ c
    a = _rotated(a, 32)
    c = (c + b) & MASK
    a = (a + d) & MASK
    return a, _rotated(b, 17) ^ c, _rotated(c, 32), _rotated(d, 21) ^ a


def hash_bytes(data: bytes) -> int:
    """SipHash-1-3 with the key 0."""
    if not data:
        return 0
    a, b, c, d = 0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573
    whole = len(data) // 8 * 8
    last = (len(data) & 255) << 56 | int.from_bytes(data[whole:], "little")
    for word in (*(int.from_bytes(data[at : at + 8], "little") for at in range(0, whole, 8)), last):
        a, b, c, d = _sip_round(a, b, c, d ^ word)
        a ^= word
    c ^= 0xFF
    for _ in range(3):
        a, b, c, d = _sip_round(a, b, c, d)
    found = signed(a ^ b ^ c ^ d)
    return -2 if found == -1 else found


@lru_cache(maxsize=4096)
def hash_text(text: str) -> int:
    """Of the characters in the narrowest of 1, 2 or 4 bytes that holds them all."""
    widest = max(map(ord, text), default=0)
    encoding = "latin-1" if widest < 0x100 else "utf-16-le" if widest < 0x10000 else "utf-32-le"
    return hash_bytes(text.encode(encoding, "surrogatepass"))


def hash_number(value: float) -> int:
    """Of an int, bool, float or Decimal: the value modulo 2**61 - 1, the same in every CPython of 64 bits."""
    return hash(value) if value == value else HASH_NAN


def hash_items(hashes: Iterable[int]) -> int:
    """Of a tuple, from the hashes of its elements: CPython's variant of xxHash."""
    total, length = 2870177450012600261, 0
    for item in hashes:
        total = _rotated((total + item * 14029467366897019727) & MASK, 31) * 11400714785074694791 & MASK
        length += 1
    total = (total + (length ^ 2870177450012600261 ^ 3527539)) & MASK
    return 1546275796 if total == MASK else signed(total)


def hash_elements(hashes: Iterable[int]) -> int:
    """Of a frozenset, from the hashes of its elements: the same for every order."""
    total = length = 0
    for item in hashes:
        word = item & MASK
        total ^= (word ^ 89869747 ^ (word << 16)) * 3644798167 & MASK
        length += 1
    total = (total ^ (length + 1) * 1927868237) & MASK
    total ^= (total >> 11) ^ (total >> 25)
    total = (total * 69069 + 907133923) & MASK
    return 590923713 if total == MASK else signed(total)
