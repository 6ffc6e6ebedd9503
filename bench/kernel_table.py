"""The kernels: one row each, with the two sizes they run at and the answers CPython gives.

``small`` is for everyone, interpreters included, and is compared with CPython. ``large`` is for compiled peers and is
compared with clang -O3. ``quick`` only proves that the answers agree. A program is ``programs/kernels/NAME.bell``, valid
Bell and valid Python; C, Lua and Starlark stand beside it where they cannot read that file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.c_compiler import PROGRAMS

FOLDER = PROGRAMS / "kernels"

Answer = int | float


@dataclass(frozen=True, slots=True)
class Size:
    """One input of a kernel's ``main`` and the answer to it."""

    n: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Kernel:
    """A program of ``programs/kernels`` and its sizes."""

    name: str
    says: str
    """What it leans on."""
    quick: Size
    small: Size
    large: Size
    compute: bool = True
    """False where the work is strings: the budget for compute kernels leaves it out."""

    @property
    def source(self) -> str:
        return (FOLDER / f"{self.name}.bell").read_text(encoding="utf-8")


KERNELS: dict[str, Kernel] = {
    kernel.name: kernel
    for kernel in (
        Kernel("fib", "calls", quick=Size(12, 144), small=Size(27, 196418), large=Size(36, 14930352)),
        Kernel(
            "nbody",
            "float arithmetic over short lists",
            quick=Size(20, -0.16907078688564148),
            small=Size(5_000, -0.16902000037197396),
            large=Size(800_000, -0.16909176966911763),
        ),
        Kernel(
            "mandelbrot",
            "float arithmetic in registers",
            quick=Size(12, 2519),
            small=Size(150, 390235),
            large=Size(1_000, 17298945),
        ),
        Kernel(
            "spectral_norm",
            "integer to float, division",
            quick=Size(10, 1.2718440192507248),
            small=Size(100, 1.2742199912349306),
            large=Size(700, 1.2742241392519493),
        ),
        Kernel(
            "fannkuch",
            "list swaps, unpredictable branches",
            quick=Size(5, 1107),
            small=Size(8, 161622),
            large=Size(10, 7319638),
        ),
        Kernel(
            "sieve",
            "strided writes to a list of bool",
            quick=Size(200, 46),
            small=Size(500_000, 41538),
            large=Size(8_000_000, 539777),
        ),
        Kernel("nqueens", "recursion over lists of bool", quick=Size(4, 2), small=Size(9, 352), large=Size(12, 14200)),
        Kernel(
            "matmul",
            "strided reads, a chain of additions",
            quick=Size(8, 68.28125),
            small=Size(80, 63922.625),
            large=Size(320, 4095827.25),
        ),
        Kernel(
            "levenshtein",
            "string indexing, branches, two rows",
            quick=Size(12, 8),
            small=Size(400, 216),
            large=Size(4_000, 2085),
        ),
        Kernel(
            "strings",
            "string building and searching",
            quick=Size(300, 29836),
            small=Size(30_000, 3635293),
            large=Size(1_000_000, 135763969),
            compute=False,
        ),
    )
}


def agrees(got: object, expected: Answer, exact: bool) -> bool:
    """Whether an answer is right. ``exact`` asks for every bit; without it a float may differ by a fused multiply-add."""
    if isinstance(got, bool) or not isinstance(got, int | float):
        return False
    if exact:
        return type(got) is type(expected) and got == expected
    return math.isclose(got, expected, rel_tol=1e-9)
