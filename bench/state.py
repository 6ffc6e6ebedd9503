"""The part "state": snapshots, rollback and transactions of states from a thousand to ten million values, calls that can be taken back or are made in worker processes, and fresh instances, beside copies of the same values in Python."""

from __future__ import annotations

import atexit
import copy
import pickle
from collections.abc import Callable, Iterable
from typing import Any

from bench.clock import FULL, QUICK, Pace, Timing, interleave
from bench.gap import WrongAnswer, gap_from
from bench.section import Cell, Grid, Section

Say = Callable[[str], None]
SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
SIZES_QUICK = (1_000,)
PARTS = ("snapshots", "instances")
PEERS = ("deepcopy", "pickle", "monty", "belljar")
SNAPSHOT_SIZE = 1_000_000
"""The size that the budget speaks of."""

PROGRAM = """
numbers = [i for i in range({half})]
texts = [str(i) for i in range({half})]

def touch(count: int) -> int:
    for i in range(count):
        numbers[i] += 1
    return numbers[0]

def add(n: int) -> int:
    numbers[0] += n
    return numbers[0]
"""
FINDINGS = {
    "fresh instance": "state.instance",
    "call that writes": "state.call",
    "call in a worker": "state.worker",
    "call of a runtime in a worker": "state.worker_runtime",
}
SMALL = "count = 0\nlog: list[str] = []\n\ndef add(n: int) -> int:\n    global count\n    count += n\n    return count\n"

Case = Callable[[], Any]


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure the parts named in ``only`` (all by default) with the peers named (all by default)."""
    section = Section("state")
    wanted, chosen = set(only) or set(PARTS), [peer for peer in PEERS if not set(peers) or peer in set(peers)]
    pace = pace or (QUICK if quick else FULL)
    if "snapshots" in wanted:
        for size in SIZES_QUICK if quick else SIZES:
            say(f"a state of {size:,} values")
            section.grids.append(grid := _snapshots(size, [peer for peer in chosen if peer != "monty"], pace))
            cell = grid.rows["snapshot"].get("belljar")
            if size == SNAPSHOT_SIZE and isinstance(cell, Timing):
                section.findings["state.snapshot"] = cell.median_s * 1e6
    if "instances" in wanted and "belljar" in chosen:
        say("instances and calls")
        section.grids.append(grid := _instances(pace, [peer for peer in ("belljar", "monty") if peer in chosen]))
        for row, key in FINDINGS.items():
            cell = grid.rows[row].get("belljar")
            if isinstance(cell, Timing):
                section.findings[key] = cell.median_s * 1e6
    return section


def state_cases(size: int) -> dict[str, tuple[str, dict[str, Case]]]:
    """Per row what is done and, per peer, what does it. Each answers with the first number of the state, which is 0 before and after."""
    from belljar import ResourceLimits, Runtime, TransactionContext

    runtime = Runtime(PROGRAM.format(half=size // 2), limits=ResourceLimits(max_iterations=10**12, max_memory=8 << 30))
    runtime.execute_once()
    state, integrity = runtime.state, runtime.integrity
    values = state.to_dict()
    base = integrity.snapshot(state)

    def snapshot() -> int:
        integrity.snapshot(state).release()
        return 0

    def rollback(count: int) -> Case:
        def case() -> int:
            runtime.call("touch", count)
            integrity.rollback(state, base)
            return 0

        return case

    def transaction() -> int:
        with TransactionContext(state, integrity) as transaction:
            runtime.call("add", 1)
            transaction.rollback()
        return 0

    def dump() -> int:
        integrity.load(state, base.dump())
        return 0

    def deep() -> int:
        return int(copy.deepcopy(values)["numbers"][0])

    def pickled() -> int:
        return int(pickle.loads(pickle.dumps(values, pickle.HIGHEST_PROTOCOL))["numbers"][0])

    return {
        "snapshot": ("taken and let go", {"deepcopy": deep, "pickle": pickled, "belljar": snapshot}),
        "rollback of 1 value": ("written by a call before it", {"deepcopy": deep, "pickle": pickled, "belljar": rollback(1)}),
        "rollback of a tenth": ("written by a call before it", {"deepcopy": deep, "pickle": pickled, "belljar": rollback(size // 20)}),
        "transaction": ("a call in it, taken back", {"deepcopy": deep, "pickle": pickled, "belljar": transaction}),
        "bytes and back": ("sharing kept", {"pickle": pickled, "belljar": dump}),
    }


def _snapshots(size: int, peers: list[str], pace: Pace) -> Grid:
    grid = Grid(
        f"A state of {size:,} values",
        "half ints, half texts; deepcopy and pickle copy the same values in Python, which is what going back takes there",
        "deepcopy",
        peers,
        peers_down=False,
        unit="us",
    )
    measured: dict[Case, Cell] = {}
    for row, (what, carriers) in state_cases(size).items():
        cases: dict[str, Case] = {}
        for peer in peers:
            # A copy in Python is one case for all rows: ten million values take it ten seconds.
            if peer not in carriers or carriers[peer] in measured:
                continue
            try:
                if carriers[peer]() != 0:
                    raise WrongAnswer("the state is not what it was")
            except Exception as error:
                measured[carriers[peer]] = gap_from(error)
            else:
                cases[peer] = carriers[peer]
        measured |= {cases[peer]: timing for peer, timing in interleave(cases, pace).items()}
        grid.rows[row] = {peer: measured[carriers[peer]] for peer in peers if peer in carriers}
        grid.inputs[row] = what
    return grid


def _instances(pace: Pace, peers: list[str]) -> Grid:
    from belljar import BellError, Runtime, compile

    program = compile(SMALL)
    runtime = Runtime(program, engine="vm")
    runtime.execute_once()
    numbers = iter(range(1, 2**62))

    def fresh() -> None:
        Runtime(program, engine="vm").execute_once()

    def call() -> None:
        runtime.call("add", next(numbers) & 1)

    grid = Grid(
        "Runtimes",
        "of a program of three names, in the VM; monty's are in worker processes, all of them",
        "belljar",
        peers,
        peers_down=False,
        unit="us",
    )
    rows: list[tuple[str, str, dict[str, Case]]] = [
        ("fresh instance", "made and executed, the program compiled before", {"belljar": fresh}),
        ("call that writes", "which can be taken back", {"belljar": call}),
    ]
    cells: dict[str, Cell] = {}
    try:
        rows += _in_workers(program)
    except BellError as error:
        cells["belljar"] = gap_from(error)
        rows += [(row, "", {}) for row in FINDINGS if row.endswith("worker")]
    if "monty" in peers:
        try:
            monty = _monty_cases()
        except Exception as error:
            cells["monty"] = gap_from(error)
        else:
            for row, _, cases in rows:
                cases |= {"monty": monty[row]} if row in monty else {}
    for row, what, cases in rows:
        gaps = {peer: cell for peer, cell in cells.items() if peer not in cases}
        grid.rows[row] = gaps | dict(interleave(cases, pace))
        grid.inputs[row] = what
    return grid


def _in_workers(program: Any) -> list[tuple[str, str, dict[str, Case]]]:
    from belljar import Runtime, WorkerPool

    pool = WorkerPool(2)
    atexit.register(pool.close)
    runtime = Runtime(program, isolation=pool)
    runtime.execute_once()
    program.call("add", 1, isolation=pool)  # starts a worker
    return [
        ("call in a worker", "which begins from the start of the program", {"belljar": lambda: program.call("add", 1, isolation=pool)}),
        ("call of a runtime in a worker", "which goes on from the call before", {"belljar": lambda: runtime.call("add", 1)}),
    ]


def _monty_cases() -> dict[str, Case]:
    from bench.kernel_peers import monty_checkout, monty_session

    def fresh() -> None:
        with monty_checkout() as fresh:  # given back at once: with the collector off, one that is only dropped keeps its worker
            fresh.feed_run(SMALL)

    session = monty_session()
    session.feed_run(SMALL)
    return {
        "fresh instance": fresh,
        "call of a runtime in a worker": lambda: session.feed_run("add(1)"),
    }
