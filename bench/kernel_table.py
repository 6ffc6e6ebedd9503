"""The kernels and the everyday programs: one row each, with the sizes they run at and the answers CPython gives.

``small`` is for everyone, interpreters included, and is compared with CPython. ``large`` is for compiled peers: the kernels
are compared with clang -O3, everyday programs with CPython. ``quick`` only proves that the answers agree. A program is
``programs/FOLDER/NAME.bell``, valid Bell and valid Python; C, Lua and Starlark stand beside it where they cannot read that file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.c_compiler import PROGRAMS

Answer = int | float


@dataclass(frozen=True, slots=True)
class Size:
    """One input of a kernel's ``main`` and the answer to it."""

    n: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Kernel:
    """A program of ``programs/`` and its sizes."""

    name: str
    says: str
    """What it leans on."""
    quick: Size
    small: Size
    large: Size
    compute: bool = True
    """False where the work is strings: the budget for compute kernels leaves it out."""
    folder: str = "kernels"
    gaps: Mapping[str, str] = field(default_factory=dict)
    """Why a peer, by its language, cannot say it."""

    def path(self, suffix: str) -> Path:
        """Where this program is in another language."""
        return PROGRAMS / self.folder / f"{self.name}{suffix}"

    @property
    def source(self) -> str:
        return self.path(".bell").read_text(encoding="utf-8")


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
            gaps={"starlark": "Starlark has no square root"},
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

STRINGS = "strings, dicts and objects in C are whatever library one picks"
UNTYPED = "Numba compiles no classes, no closures in lists and no dicts of strings at a speed worth a number"


def _everyday(name: str, says: str, quick: Size, small: Size, large: Size, **gaps: str) -> Kernel:
    return Kernel(name, says, quick, small, large, compute=False, folder="everyday", gaps={"numba": UNTYPED} | gaps)


EVERYDAY: dict[str, Kernel] = {
    kernel.name: kernel
    for kernel in (
        _everyday(
            "word_count", "a dict of strings over a text of 5 MB", Size(40, 781120), Size(4_000, 34680), Size(105_000, 80892), c=STRINGS
        ),
        _everyday("binary_trees", "small objects, made and dropped", Size(5, 1182), Size(9, 35294), Size(14, 1653694)),
        _everyday("quicksort", "a list of integers, in place", Size(50, 673774209), Size(20_000, 734579777), Size(1_000_000, 956265309)),
        _everyday(
            "json_records", "formatting of records", Size(20, 1810007), Size(4_000, 377228334), Size(200_000, 19205823667), c=STRINGS
        ),
        _everyday(
            "simulation",
            "objects, methods that are overridden",
            Size(40, 432332935),
            Size(4_000, 841120273),
            Size(200_000, 372650501),
            c=STRINGS,
        ),
        _everyday(
            "closures",
            "functions as values, cells, map and filter",
            Size(20, 5946),
            Size(6_000, 1732707),
            Size(300_000, 86617273),
            c="C has no closures",
        ),
        _everyday(
            "split_join",
            "splitting, trimming, joining strings",
            Size(20, 602006),
            Size(4_000, 121204996),
            Size(200_000, 6060349800),
            c=STRINGS,
        ),
        _everyday(
            "ledger",
            "Decimal arithmetic, rounded to cents",
            Size(40, 6491923),
            Size(4_000, -11884042),
            Size(200_000, -390955309),
            c="C has no decimal numbers of any precision",
            lua="Lua has no decimal numbers",
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
