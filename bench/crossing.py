"""The part "crossing": values on their way into a task and back, and calls to a task from native code."""

from __future__ import annotations

import array
import ctypes
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from bench import belljar_peer
from bench.c_compiler import cache_folder, library
from bench.clock import FULL, QUICK, Pace, interleave
from bench.gap import WrongAnswer, gap_from
from bench.section import Cell, Grid, Section

Say = Callable[[str], None]
PARTS = ("values", "native call")
VALUE_PEERS = ("copy", "numpy", "belljar")
CALL_PEERS = ("numba cfunc", "clang", "belljar numba", "belljar ctypes")
PEERS = (*VALUE_PEERS, *CALL_PEERS)
COUNT, COUNT_QUICK = 1_000_000, 1_000
CALLS, CALLS_QUICK = 1_000_000, 1_000

PROGRAM = """
class Row:
    x: float
    name: str

def floats(v: list[float]) -> int:
    return len(v)

def ints(v: list[int]) -> int:
    return len(v)

def give(n: int) -> list[float]:
    return [1.5] * n

def size(s: str) -> int:
    return len(s)

def text(s: str) -> str:
    return s

def texts(v: list[str]) -> int:
    return len(v)

def table(v: dict[str, int]) -> int:
    return len(v)

def rows(v: list[Row]) -> int:
    return len(v)
"""
SCORE = "def score(x: float, y: float) -> float:\n    return x * y + 1.0\n"
SCORE_C = "double score(double x, double y) { return x * y + 1.0; }\n"

Case = Callable[[], Any]


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure the parts named in ``only`` (all by default) with the peers named (all by default)."""
    section = Section("crossing")
    wanted, chosen = set(only) or set(PARTS), set(peers)
    pace = pace or (QUICK if quick else FULL)
    if "values" in wanted and (not chosen or chosen & set(VALUE_PEERS)):
        say("values in and out")
        section.grids.append(_values([name for name in VALUE_PEERS if not chosen or name in chosen], COUNT_QUICK if quick else COUNT, pace))
    if "native call" in wanted and (not chosen or chosen & set(CALL_PEERS)):
        say("calls from native code")
        section.grids.append(_native([name for name in CALL_PEERS if not chosen or name in chosen], CALLS_QUICK if quick else CALLS, pace))
    return section


# --- values -----------------------------------------------------------------------------------------------------------------------


def value_cases(count: int) -> dict[str, tuple[str, dict[str, tuple[Case, Any]]]]:
    """Per row what crosses and, per peer, what carries it and what it must give. A missing peer has nothing of its own to carry it with."""
    import numpy as np

    program = belljar_peer.compile_text(PROGRAM)
    call = partial(program.call, limits={"memory": "4GiB"})
    floats, ints = [i * 0.5 for i in range(count)], list(range(10**6, 10**6 + count))
    float_array, int_array = np.array(floats), np.array(ints)
    standard = array.array("d", floats)
    words = [f"word {i}" for i in range(count)]
    table = {word: i for i, word in enumerate(words)}
    records = [{"x": i * 0.5, "name": f"row {i}"} for i in range(count // 10)]
    long = "x" * (10 * count)
    strided = np.repeat(float_array, 2)[::2]
    return {
        "list of floats in": (
            f"{count:,}",
            {
                "copy": (floats.copy, floats),
                "numpy": (lambda: np.array(floats), float_array),
                "belljar": (lambda: call("floats", floats), count),
            },
        ),
        "list of ints in": (
            f"{count:,}",
            {"copy": (ints.copy, ints), "numpy": (lambda: np.array(ints), int_array), "belljar": (lambda: call("ints", ints), count)},
        ),
        "float64 array in": (
            f"{count:,}",
            {"numpy": (float_array.copy, float_array), "belljar": (lambda: call("floats", float_array), count)},
        ),
        "int64 array in": (f"{count:,}", {"numpy": (int_array.copy, int_array), "belljar": (lambda: call("ints", int_array), count)}),
        "strided array in": (f"{count:,}", {"numpy": (strided.copy, strided), "belljar": (lambda: call("floats", strided), count)}),
        "array.array in": (
            f"{count:,}",
            {
                "copy": (lambda: standard[:], standard),
                "numpy": (lambda: np.array(standard), float_array),
                "belljar": (lambda: call("floats", standard), count),
            },
        ),
        "list of floats out": (
            f"{count:,}, made by the task",
            {"numpy": (lambda: np.full(count, 1.5).tolist(), [1.5] * count), "belljar": (lambda: call("give", count), [1.5] * count)},
        ),
        "float64 array out": (
            f"{count:,}, made by the task",
            {
                "numpy": (lambda: np.full(count, 1.5).copy(), [1.5] * count),
                "belljar": (lambda: call("give", count, arrays=True), [1.5] * count),
            },
        ),
        "text in": (
            f"{len(long):,} characters",
            {"copy": (lambda: bytearray(long, "ascii"), long.encode()), "belljar": (lambda: call("size", long), len(long))},
        ),
        "text in and out": (
            f"{len(long):,} characters",
            {"copy": (lambda: bytearray(long, "ascii").decode("ascii"), long), "belljar": (lambda: call("text", long), long)},
        ),
        "list of texts in": (f"{count:,}", {"copy": (words.copy, words), "belljar": (lambda: call("texts", words), count)}),
        "dict in": (f"{count:,} entries", {"copy": (table.copy, table), "belljar": (lambda: call("table", table), count)}),
        "list of records in": (
            f"{len(records):,} dicts of two fields",
            {"copy": (lambda: [dict(record) for record in records], records), "belljar": (lambda: call("rows", records), len(records))},
        ),
    }


def _values(peers: list[str], count: int, pace: Pace) -> Grid:
    grid = Grid(
        "Values across the boundary",
        "one call; copy is what Python itself takes to copy the value, numpy to make an array or a list of it",
        "copy",
        peers,
        peers_down=False,
    )
    for row, (what, carriers) in value_cases(count).items():
        cells: dict[str, Cell] = {}
        cases: dict[str, Case] = {}
        for peer in peers:
            if peer not in carriers:
                continue
            case, expected = carriers[peer]
            try:
                got = case()
                if list(got) != list(expected) if hasattr(expected, "__len__") else got != expected:
                    raise WrongAnswer("what crossed is not what was given")
            except Exception as error:
                cells[peer] = gap_from(error)
            else:
                cases[peer] = case
        grid.rows[row] = {**cells, **interleave(cases, pace)}
        grid.inputs[row] = what
    return grid


# --- calls from native code -------------------------------------------------------------------------------------------------------


def call_score(peer: str) -> Callable[[int], float]:
    """A loop compiled by Numba that calls the peer's function so many times and adds up what it gives."""
    import numba

    if peer == "numba cfunc":
        score = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double, ctypes.c_double)(_numba_score().address)
    elif peer == "clang":
        source = Path(cache_folder()) / "score.c"
        source.write_text(SCORE_C, encoding="utf-8")
        score = library(source, "clang").score
        score.argtypes, score.restype = [ctypes.c_double] * 2, ctypes.c_double
    else:
        native = belljar_peer.method(SCORE, "native")("score")
        score = native.numba if peer == "belljar numba" else native.ctypes

    @numba.njit
    def loop(calls: int) -> float:
        total = 0.0
        for i in range(calls):
            total += score(float(i), 0.5)
        return total

    return loop


_scores: list[Any] = []


def _numba_score() -> Any:
    """Numba's own function of the same, which must live as long as its address is used."""
    import numba

    if not _scores:
        _scores.append(numba.cfunc("float64(float64, float64)")(lambda x, y: x * y + 1.0))
    return _scores[0]


def _native(peers: list[str], calls: int, pace: Pace) -> Grid:
    grid = Grid(
        "One call from native code",
        "two floats in, one out, in a loop that Numba compiled; Belljar's begins from a clean state, counts fuel and depth, and can fault",
        "numba cfunc",
        peers,
        unit="ns",
    )
    cells: dict[str, Cell] = {}
    cases: dict[str, Case] = {}
    expected = sum(i * 0.5 + 1.0 for i in range(calls))
    for peer in peers:
        try:
            loop = call_score(peer)
            if (got := loop(calls)) != expected:
                raise WrongAnswer(f"answers {got!r}, not {expected!r}")
        except Exception as error:
            cells[peer] = gap_from(error)
        else:
            cases[peer] = partial(loop, calls)
    grid.rows["call"] = {**cells, **{name: timing.per(calls) for name, timing in interleave(cases, pace).items()}}
    grid.inputs["call"] = SCORE.strip().replace(":\n    ", ": ")
    return grid
