"""The part "hosts": calls of functions of the host from a program, in a loop of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from bench import belljar_peer
from bench.clock import FULL, QUICK, Pace, interleave
from bench.gap import WrongAnswer, gap_from
from bench.kernel_peers import monty_session
from bench.section import Cell, Grid, Section

Say = Callable[[str], None]
CALLS_FIRST, CALLS_MAX = 20, 200_000
SAMPLE_S = 0.1
"""A task makes as many calls as fill this time, by a first run of few."""
PEERS = ("python", "starlark", "monty", "belljar vm", "belljar jit", "belljar granted anew", "belljar journal", "belljar worker")


def add(a: int, b: int) -> int:
    return a + b


def twice(x: float) -> float:
    return x * 2


def shout(text: str) -> str:
    return text


def total(values: list[int]) -> int:
    return len(values)


def words(n: int) -> list[int]:
    return LIST


LIST = list(range(100))
FUNCTIONS = (add, twice, shout, total, words)
ROWS: dict[str, tuple[str, str]] = {
    "two ints in, one out": ("host_add(i, 1)", "x"),
    "a float in and out": ("host_twice(i + 0.5)", "1"),
    "a text of 20 in and out": ('host_shout("a text of 20 letters")', "1"),
    "a list of 100 ints in": ("host_total(values)", "x"),
    "a list of 100 ints out": ("host_words(i)", "1"),
}
"""Per row the call, and what each of them adds to what ``main`` gives."""


def program(row: str, annotated: bool) -> str:
    call, gain = ROWS[row]
    head = "def main(n: int) -> int:" if annotated else "def main(n):"
    return f"{head}\n    s = 0\n    values = [{', '.join(map(str, LIST))}]\n    for i in range(n):\n        x = {call}\n        s += {gain}\n    return s\n"


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure the rows named in ``only`` (all by default) with the peers named (all by default)."""
    section = Section("hosts")
    chosen = [name for name in PEERS if not peers or name in set(peers)]
    grid = Grid(
        "Calls of the host",
        "one call of a Python function from a loop of the program; python calls it itself; granted anew: a whole call of a task that calls it once; journal: each call is written down; worker: the program runs in a process of its own, as all of monty's do",
        "python",
        chosen,
        unit="ns",
    )
    for row in [name for name in ROWS if not only or name in set(only)]:
        say(row)
        cells: dict[str, Cell] = {}
        cases: dict[str, Callable[[], Any]] = {}
        counts: dict[str, int] = {}
        for peer in chosen:
            counts[peer] = 1 if peer == "belljar granted anew" else CALLS_FIRST
            try:
                main = MAKERS[peer](row)
                checked(main, row, counts[peer])
                if counts[peer] > 1 and not quick:
                    counts[peer] = min(CALLS_MAX, max(CALLS_FIRST, int(CALLS_FIRST * SAMPLE_S / checked(main, row, CALLS_FIRST))))
                    checked(main, row, counts[peer])
            except Exception as error:
                cells[peer] = gap_from(error)
            else:
                cases[peer] = partial(main, counts[peer])
        timings = interleave(cases, pace or (QUICK if quick else FULL))
        grid.rows[row] = {**cells, **{name: timing.per(counts[name]) for name, timing in timings.items()}}
        grid.inputs[row] = ROWS[row][0]
    section.grids.append(grid)
    first = next(iter(grid.rows.values()), {})
    if hasattr(first.get("belljar jit"), "median_s"):
        section.findings["call.host_function"] = first["belljar jit"].median_s * 1e9  # type: ignore[union-attr]
    if hasattr(first.get("belljar worker"), "median_s"):
        section.findings["call.host_function_worker"] = first["belljar worker"].median_s * 1e6  # type: ignore[union-attr]
    return section


def checked(main: Callable[[int], int], row: str, count: int) -> float:
    """The seconds that ``count`` calls take; raises WrongAnswer where they do not give what they must."""
    begin = time.perf_counter()
    got = main(count)
    took_s = time.perf_counter() - begin
    if got != expected(row, count):
        raise WrongAnswer(f"answers {got!r}, not {expected(row, count)!r}")
    return took_s


def expected(row: str, count: int) -> int:
    return {"x": (count * (count + 1) // 2 if "add" in ROWS[row][0] else 100 * count), "1": count}[ROWS[row][1]]


def python_main(row: str) -> Callable[[int], int]:
    names: dict[str, Any] = {f"host_{function.__name__}": function for function in FUNCTIONS}
    exec(program(row, annotated=False), names)
    return names["main"]  # type: ignore[no-any-return]


def starlark_main(row: str) -> Callable[[int], int]:
    import starlark

    module = starlark.Module()
    for function in FUNCTIONS:
        module.add_callable(f"host_{function.__name__}", function)
    starlark.eval(module, starlark.parse("hosts", program(row, annotated=False), starlark.Dialect.extended()), starlark.Globals.standard())
    return partial(module.freeze().call, "main")


def monty_main(row: str) -> Callable[[int], int]:
    session = monty_session()
    functions = {f"host_{function.__name__}": function for function in FUNCTIONS}
    session.feed_run(program(row, annotated=False))
    return lambda n: session.feed_run("main(n)", inputs={"n": n}, external_lookup=functions)  # type: ignore[no-any-return]


def belljar_main(engine: str, watched: bool, row: str) -> Callable[[int], int]:
    hosts = belljar_peer.api("HostFunctions")()
    for function in FUNCTIONS:
        hosts.add(f"host_{function.__name__}", function, effect="read")
    compiled = belljar_peer.api("compile")(program(row, annotated=True), hosts=hosts)
    if not watched:
        return partial(compiled.call, "main", engine=engine, grants=["*"])
    journal = belljar_peer.api("Journal")
    return lambda n: compiled.call("main", n, engine=engine, hosts=hosts.begin(["*"], journal=journal()))  # type: ignore[no-any-return]


def worker_main(row: str) -> Callable[[int], int]:
    hosts = belljar_peer.api("HostFunctions")()
    for function in FUNCTIONS:
        hosts.add(f"host_{function.__name__}", function, effect="read")
    compiled = belljar_peer.api("compile")(program(row, annotated=True), hosts=hosts)
    return partial(compiled.call, "main", grants=["*"], isolation="process")


MAKERS: dict[str, Callable[[str], Callable[[int], int]]] = {
    "python": python_main,
    "starlark": starlark_main,
    "monty": monty_main,
    "belljar vm": partial(belljar_main, "vm", False),
    "belljar jit": partial(belljar_main, "jit", False),
    "belljar granted anew": partial(belljar_main, "auto", False),
    "belljar journal": partial(belljar_main, "vm", True),
    "belljar worker": worker_main,
}
