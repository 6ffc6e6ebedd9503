"""Profiles for the tests of what reads them."""

from __future__ import annotations

import functools

import belljar

PROGRAM = """\
def area(w: int, h: int) -> int:
    return w * h


def total(n: int) -> int:
    sum = 0
    names: list[str] = []
    for i in range(n):
        sum += area(i, 2)
        names.append(f"room {i}")
    return sum
"""
CHANGED = PROGRAM.replace("    sum = 0\n", "    # from nothing\n    sum = 0\n").replace(
    'names.append(f"room {i}")', 'names.append(f"room {i} of {n}")'
)


@functools.cache
def example(text: str = PROGRAM, n: int = 50, engine: str = "vm") -> belljar.RuntimeProfile:
    return belljar.compile(text, "rooms.bell").profile("total", n, engine=engine)
