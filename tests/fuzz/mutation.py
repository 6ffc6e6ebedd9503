"""Changes of bytes, drawn from a generator of random numbers: the same changes for the same state of it."""

from __future__ import annotations

from random import Random

BYTES = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF, *b"\"'[]{}(),:0-9.eNIt\\\n")
"""Bytes that mean something where they do not belong."""
NUMBERS = (0, 1, -1, 2, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 62, (1 << 63) - 1, 1 << 63)
"""Counts and lengths that are at an end of something."""
SIZES = (1, 2, 4, 8, 40)


def changed(rnd: Random, data: bytes, others: tuple[bytes, ...] = ()) -> bytes:
    """The data with one to eight changes; ``others`` are what parts may be taken from."""
    made = bytearray(data)
    for _ in range(rnd.choice((1, 1, 1, 2, 2, 4, 8))):
        change(rnd, made, others)
    return bytes(made)


def change(rnd: Random, made: bytearray, others: tuple[bytes, ...] = ()) -> None:
    """One change: a bit, a byte or a number set, a part cut, doubled, moved, swapped, filled, or taken from elsewhere."""
    at = rnd.randrange(len(made) + 1)
    end = min(len(made), at + rnd.choice(SIZES))
    match rnd.randrange(11):
        case 0 | 1 if at < len(made):
            made[at] ^= 1 << rnd.randrange(8)
        case 2 if at < len(made):
            made[at] = rnd.choice(BYTES)
        case 3:
            del made[at:end]
        case 4:
            made[at:at] = made[at:end] * rnd.choice((1, 1, 1, 200))
        case 5 if rnd.random() < 0.3:
            del made[at:]
        case 6:
            to = rnd.randrange(len(made) + 1)
            made[to:to] = made[at:end]
        case 7:
            number = rnd.choice(NUMBERS)
            size = rnd.choice((2, 4, 8))
            made[at : at + size] = (number % (1 << 8 * size)).to_bytes(size, rnd.choice(("little", "big")))
        case 8:
            made[at:end] = leb128(rnd.choice(NUMBERS) % (1 << 64))
        case 9 if others:
            other = rnd.choice(others)
            begin = rnd.randrange(len(other) + 1)
            made[at:end] = other[begin : begin + rnd.choice(SIZES)]
        case _:
            made[at:end] = bytes(rnd.choice(BYTES) for _ in range(end - at))


def leb128(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
