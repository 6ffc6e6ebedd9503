"""The part "state": snapshots, rollback and transactions of states from a thousand to ten million values, calls that can be taken back, and fresh instances, beside copies of the same values in Python."""

from __future__ import annotations

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
PEERS = ("deepcopy", "pickle", "belljar")
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
            section.grids.append(grid := _snapshots(size, chosen, pace))
            cell = grid.rows["snapshot"].get("belljar")
            if size == SNAPSHOT_SIZE and isinstance(cell, Timing):
                section.findings["state.snapshot"] = cell.median_s * 1e6
    if "instances" in wanted and "belljar" in chosen:
        say("instances and calls")
        section.grids.append(grid := _instances(pace))
        for row, key in (("fresh instance", "state.instance"), ("call that writes", "state.call")):
            cell = grid.rows[row]["belljar"]
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
    for row, (what, carriers) in state_cases(size).items():
        cells: dict[str, Cell] = {}
        cases: dict[str, Case] = {}
        for peer in peers:
            if peer not in carriers:
                continue
            try:
                if carriers[peer]() != 0:
                    raise WrongAnswer("the state is not what it was")
            except Exception as error:
                cells[peer] = gap_from(error)
            else:
                cases[peer] = carriers[peer]
        grid.rows[row] = {**cells, **interleave(cases, pace)}
        grid.inputs[row] = what
    return grid


def _instances(pace: Pace) -> Grid:
    from belljar import Runtime, compile

    program = compile(SMALL)
    runtime = Runtime(program, engine="vm")
    runtime.execute_once()
    numbers = iter(range(1, 2**62))

    def fresh() -> None:
        Runtime(program, engine="vm").execute_once()

    def call() -> None:
        runtime.call("add", next(numbers) & 1)

    grid = Grid("Runtimes", "of a program of three names, in the VM", "belljar", ["belljar"], peers_down=False, unit="us")
    for row, what, case in (
        ("fresh instance", "made and executed, the program compiled before", fresh),
        ("call that writes", "which can be taken back", call),
    ):
        grid.rows[row] = dict(interleave({"belljar": case}, pace))
        grid.inputs[row] = what
    return grid
