"""One hostile program under each limit on each engine, in this process: how the call ended, how far beyond its limit, and whether the instance is as it was afterwards."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Collection
from typing import Any

import belljar
from belljar.engines.contract import Outcome
from belljar.engines.reference import ReferenceEngine
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.runtime.engine import engine_of
from belljar.safety.limits import Limits
from tests.hostile.programs import LARGE, WHILE_TRUE, text_of

FOREVER_S = 60.0
OUTPUT = 1 << 40

LIMITS: dict[str, Limits] = {
    "time": Limits(time=0.2, memory=1 << 30, output=OUTPUT),
    "fuel": Limits(fuel=2_000_000, time=FOREVER_S, memory=1 << 30, output=OUTPUT),
    "memory": Limits(fuel=40_000_000, time=FOREVER_S, memory=64 << 20, output=OUTPUT),
    "depth": Limits(fuel=1_000_000, time=FOREVER_S, memory=1 << 30, depth=50, output=OUTPUT),
    "output": Limits(fuel=2_000_000, time=FOREVER_S, memory=1 << 30, output=100_000),
}
"""By the limit that is meant to end the program. What does not reach it ends by another: one without a limit of fuel by its time, all others by their fuel."""

REFERENCE = Limits(fuel=20_000, time=FOREVER_S, memory=1 << 30, output=100_000)
"""The reference knows of memory only the size of single results; it is compared where fuel ends a program soon."""

REPEATS_MAX = 3
LATE_MAX_MS = 50.0

WHOLE = Limits(time=FOREVER_S, memory=1 << 30, output=OUTPUT)
"""One operation on a huge value is run to its end first; then limits of time are set across what it took."""
MOMENTS = 8
STEP_S = 0.04
"""Between one limit of time and the next: what does not look at the clock for longer than both this and LATE_MAX_MS is found."""
SMALLER = 4
"""Under the limit of memory the values are smaller by so many bits, so that one fits and what the operation makes of it may not."""


def peak_rss() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM"))


def rss() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def compiled(text: str, name: str) -> Module:
    """The module with ``f`` and ``probe``; with ints of any size where the program needs them."""
    program = belljar.compile(text, f"{name}.bell", cache=False)
    module = program.module()
    found = engine_of("vm").load(module, LIMITS["fuel"], lambda _: None).call(module.tasks["f"].function, (LARGE,))
    if found.error is not None and found.error.code == "E0502":
        module = program.widened().module()
    return module


def told(outcome: Outcome) -> tuple[Any, ...]:
    error = outcome.error
    return (None if error is None else (error.code, error.line, error.message, error.exit_status), outcome.fuel_used)


class Counted:
    """Output that is counted and dropped."""

    def __init__(self) -> None:
        self.bytes = 0

    def __call__(self, text: str) -> None:
        self.bytes += len(text.encode("utf-8", "replace"))


class _Due:
    """Notes how much this process has worked when a limit of time is over: what it does not work behind that, others do on its core, and that is not its delay."""

    def __init__(self, seconds: float) -> None:
        self.due = time.perf_counter() + seconds
        self.noted: tuple[float, float] | None = None
        self.timer = threading.Timer(seconds, self.note)
        if seconds < FOREVER_S:
            self.timer.start()

    def note(self) -> None:
        self.noted = time.perf_counter(), time.process_time()

    def late(self) -> float:
        """By how many seconds the work ended late at most: those from the limit to when it was noted, and those worked since then."""
        worked = time.process_time()
        self.timer.cancel()
        if self.noted is None:
            return time.perf_counter() - self.due
        at, before = self.noted
        return at - self.due + worked - before


def one_run(module: Module, engine: str, limits: Limits, size: int = LARGE) -> dict[str, Any]:
    """One call of ``f(size)`` in an instance of its own; ``probe`` before and after it."""
    output = Counted()
    instance: Any = engine_of(engine).load(module, limits, output)
    call: Callable[..., Outcome] = instance.call
    probe, hostile = module.tasks["probe"].function, module.tasks["f"].function
    before = call(probe, ())
    output.bytes = 0
    gc.collect()
    with open("/proc/self/clear_refs", "w") as clear:
        clear.write("5")
    resident = rss()
    due = _Due(limits.time)
    start = time.perf_counter()
    try:
        outcome = call(hostile, (size,))
    except MemoryError:
        return {"code": "MemoryError"}
    finally:
        late = due.late()
    took = time.perf_counter() - start
    found: dict[str, Any] = {
        "code": "none" if outcome.error is None else outcome.error.code,
        "message": "" if outcome.error is None else outcome.error.message,
        "ms": took * 1e3,
        "late": min(took - limits.time, late) * 1e3 if limits.time < FOREVER_S else 0.0,
        "grown": (peak_rss() - resident) / limits.memory,
        "peak": instance.statistics()["peak_bytes"] / limits.memory,
        "printed": output.bytes,
        "told": repr((told(outcome), output.bytes)),
    }
    if outcome.fuel_used > limits.fuel:
        found["problem"] = "FUEL"
    del outcome
    start = time.perf_counter()
    after = call(probe, ())
    found["after"] = (time.perf_counter() - start) * 1e3
    if (after.results, after.error, after.fuel_used) != (before.results, None, before.fuel_used):
        found["problem"] = "STATE CHANGED" if after.error is None else f"THEN {after.error.code}"
    if limits.time >= FOREVER_S:  # it ends as it ended before
        output.bytes = 0
        if repr((told(call(hostile, (size,))), output.bytes)) != found["told"]:
            found["problem"] = "DIFFERS THE SECOND TIME"
    return found


def steady(module: Module, engine: str, limits: Limits, size: int = LARGE) -> dict[str, Any]:
    """``one_run``, again where it was late or took too much: another process may have had the core."""
    row = one_run(module, engine, limits, size)
    for _ in range(REPEATS_MAX - 1):
        if row.get("late", 0.0) <= LATE_MAX_MS and row.get("grown", 0.0) <= 1.05:
            break
        again = one_run(module, engine, limits, size)
        again["late"] = min(row["late"], again["late"])
        again["grown"] = min(row["grown"], again["grown"])
        row = again
    return row


def measure(category: str, name: str, program: str, only: Collection[str] = ()) -> list[dict[str, Any]]:
    """A row for each engine and limit, or for each of those of ``only``."""
    try:
        module = compiled(text_of(program), name)
    except BellError as refusal:
        return [{"category": category, "name": name, "engine": "all", "limit": "all", "code": f"refused {refusal.code}"}]
    rows: list[dict[str, Any]] = []
    for limit, limits in LIMITS.items():
        if only and limit not in only:
            continue
        ends: dict[str, Any] = {}
        for engine in ("vm", "jit"):
            row = steady(module, engine, limits)
            rows.append({"category": category, "name": name, "engine": engine, "limit": limit, **row})
            ends[engine] = row.get("told")
        if limit != "time" and ends["vm"] != ends["jit"]:
            rows[-1]["problem"] = f"VM {ends['vm']} JIT {ends['jit']}"
    if not only or "fuel" in only:
        rows.append({"category": category, "name": name, "engine": "reference", "limit": "fuel", **compared(module)})
    return rows


def measure_operation(name: str, program: str) -> list[dict[str, Any]]:
    """A row for the worst moment at which the time of one operation on a huge value may be over, in the VM, as it is the same code in all engines; and one for each engine under the limit of memory."""
    try:
        module = compiled(text_of(program), name)
        setup = compiled(text_of(program.rsplit("\nt = ", 1)[0] if "\nt = " in program else program.rsplit("\n", 2)[0]), name)
    except BellError as refusal:
        return [{"category": "huge", "name": name, "engine": "all", "limit": "all", "code": f"refused {refusal.code}"}]
    begin, end = (float(one_run(which, "vm", WHOLE)["ms"]) / 1e3 for which in (setup, module))
    step = max(STEP_S, (end - begin) / MOMENTS)
    worst: dict[str, Any] = {}
    moment = begin + step / 2
    while not worst or moment < end:
        row = steady(module, "vm", Limits(time=max(moment, 0.01), memory=1 << 30, output=OUTPUT))
        row["whole"] = (end - begin) * 1e3
        if not worst or "problem" in row or row["late"] > worst["late"]:
            worst = row
        moment += max(step, row["late"] / 1e3)
    rows = [{"category": "huge", "name": name, "engine": "vm", "limit": "time", **worst}]
    for engine in ("vm", "jit"):
        rows.append(
            {
                "category": "huge",
                "name": name,
                "engine": engine,
                "limit": "memory",
                **steady(module, engine, LIMITS["memory"], LARGE >> SMALLER),
            }
        )
    if rows[1].get("told") != rows[2].get("told"):
        rows[2]["problem"] = f"VM {rows[1].get('told')} JIT {rows[2].get('told')}"
    return rows


def compared(module: Module) -> dict[str, Any]:
    """The reference beside the VM."""
    ends = []
    start = time.perf_counter()
    for engine in (ReferenceEngine(), engine_of("vm")):
        output = Counted()
        try:
            outcome = engine.load(module, REFERENCE, output).call(module.tasks["f"].function, (LARGE,))
        except (MemoryError, RecursionError) as error:
            return {"code": type(error).__name__}
        ends.append((told(outcome), output.bytes))
        if engine.name == "reference":
            took = time.perf_counter() - start
    end = ends[0][0][0]
    found: dict[str, Any] = {"code": "none" if end is None else end[0], "message": "" if end is None else end[2], "ms": took * 1e3}
    if ends[0] != ends[1] and "E0803" not in repr(ends):
        found["problem"] = f"REFERENCE {ends[0]} VM {ends[1]}"
    return found


def baseline() -> float:
    """By how many milliseconds an empty loop passes the limit of time here and now: the least of three."""
    module = compiled(text_of(WHILE_TRUE), "baseline")
    return min(float(one_run(module, "vm", LIMITS["time"])["late"]) for _ in range(3))
