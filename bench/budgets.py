"""The budgets, declared once: what is promised, in which unit, and the best peer that was measured when it was promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["x", "rows/s", "ms", "us", "ns", "GB/s"]


@dataclass(frozen=True, slots=True)
class Budget:
    """One promise about speed, and the key of the finding that is held against it."""

    key: str
    says: str
    bound: float
    unit: Unit
    peers: str
    """The best peers then, for the reader of the table."""
    at_least: bool = False
    """True where more is better."""

    def met(self, found: float) -> bool:
        return found >= self.bound if self.at_least else found <= self.bound


MILLION = 1e6

BUDGETS: tuple[Budget, ...] = (
    Budget(
        "kernels.jit_over_clang.mean",
        "JIT over clang -O3, compute kernels, geometric mean",
        1.20,
        "x",
        "clang checked 1.20x; Numba unchecked 1.10x",
    ),
    Budget("kernels.jit_over_clang.worst", "JIT over clang -O3, worst kernel", 1.60, "x", "wasmtime with fuel 1.73x mean"),
    Budget(
        "kernels.jit_over_cpython.strings",
        "JIT over CPython, strings",
        4.0,
        "x",
        "PyPy 2.1x; Numba 0.67x",
        at_least=True,
    ),
    Budget("kernels.jit_over_cpython.dicts", "JIT over CPython, dicts", 4.0, "x", "PyPy 2.1x", at_least=True),
    Budget("kernels.jit_over_cpython.records", "JIT over CPython, records", 4.0, "x", "PyPy 2.1x", at_least=True),
    Budget(
        "kernels.vm_over_cpython.mean",
        "VM over CPython, geometric mean",
        3.0,
        "x",
        "Lua 5.4 2.0x; Starlark 0.85x; Monty 0.25x",
        at_least=True,
    ),
    Budget("kernels.vm_over_cpython.worst", "VM over CPython, slowest kernel", 1.0, "x", "-", at_least=True),
    Budget(
        "everyday.vm_over_cpython.mean",
        "VM over CPython, everyday programs, geometric mean",
        3.0,
        "x",
        "-",
        at_least=True,
    ),
    Budget("everyday.vm_over_cpython.worst", "VM over CPython, slowest everyday program", 1.0, "x", "-", at_least=True),
    Budget(
        "everyday.jit_over_cpython.mean",
        "JIT over CPython, everyday programs, geometric mean",
        10.0,
        "x",
        "LuaJIT 10x",
        at_least=True,
    ),
    Budget("everyday.jit_over_cpython.worst", "JIT over CPython, slowest everyday program", 4.0, "x", "-", at_least=True),
    Budget("everyday.jit_over_luajit.worst", "JIT over LuaJIT, time, worst everyday program", 1.0, "x", "-"),
    Budget("unannotated.vm.mean", "Without annotations over with them, VM", 1.1, "x", "-"),
    Budget("unannotated.vm.worst", "Without annotations over with them, VM, worst program", 1.1, "x", "-"),
    Budget("unannotated.jit.mean", "Without annotations over with them, JIT", 1.1, "x", "-"),
    Budget("unannotated.jit.worst", "Without annotations over with them, JIT, worst program", 1.1, "x", "-"),
    Budget("tiers.jit_over_vm.worst", "Machine code over the VM, compiled before, worst program", 1.05, "x", "-"),
    Budget("tiers.first_auto_over_vm.worst", "Source to first result, auto over the VM, worst program", 1.1, "x", "-"),
    Budget("tiers.auto_over_vm.worst", "Later calls, auto over the VM, worst program", 1.05, "x", "-"),
    Budget("growth.vm", "Compile time a line, 10,000 lines over 1,000, VM", 1.3, "x", "-"),
    Budget("growth.jit", "Compile time a line, 10,000 lines over 1,000, JIT", 1.3, "x", "-"),
    Budget(
        "batch.score.1",
        "Numeric rule, 1 thread",
        450 * MILLION,
        "rows/s",
        "C 446M; Numba 474M; DuckDB 48M",
        at_least=True,
    ),
    Budget(
        "batch.score.2",
        "Numeric rule, 2 threads",
        600 * MILLION,
        "rows/s",
        "C 625M; Polars 155M; DuckDB 96M",
        at_least=True,
    ),
    Budget(
        "batch.mixed.1",
        "Mixed rule, plain strings, 1 thread",
        65 * MILLION,
        "rows/s",
        "C 66M; Numba 55M; DuckDB 13M",
        at_least=True,
    ),
    Budget(
        "batch.mixed.2",
        "Mixed rule, plain strings, 2 threads",
        125 * MILLION,
        "rows/s",
        "C 129M; Polars 25M; DuckDB 24M",
        at_least=True,
    ),
    Budget(
        "batch.mixed_dictionary.1",
        "Mixed rule, dictionary strings, 1 thread",
        90 * MILLION,
        "rows/s",
        "-",
        at_least=True,
    ),
    Budget(
        "batch.mixed_dictionary.2",
        "Mixed rule, dictionary strings, 2 threads",
        170 * MILLION,
        "rows/s",
        "-",
        at_least=True,
    ),
    Budget(
        "batch.newton.1",
        "Newton loop per row, 1 thread",
        150 * MILLION,
        "rows/s",
        "hand AVX-512 194M; Numba 17.6M",
        at_least=True,
    ),
    Budget(
        "batch.newton.2",
        "Newton loop per row, 2 threads",
        300 * MILLION,
        "rows/s",
        "hand AVX-512 314M; Numba 34.6M; Polars 18M",
        at_least=True,
    ),
    Budget("flights.csv_to_csv", "Flights, CSV to CSV, warm", 60, "ms", "Polars 78"),
    Budget("flights.process", "Flights, CSV to CSV, whole process", 250, "ms", "Polars 268"),
    Budget("batch.first_call", "First batch call, compile included", 50, "ms", "Numba 300-600"),
    Budget("call.numbers", "Call from Python, two numbers in, one out", 120, "ns", "Numba 98 unchecked; Starlark 2,500"),
    Budget("call.host_function", "Host function called from Bell, numbers", 250, "ns", "Starlark 6,000; Monty 131,000"),
    Budget(
        "startup.vm",
        "import belljar and first VM result of a new program, over bare Python",
        12,
        "ms",
        "Starlark 9; Monty 63; Numba 480",
    ),
    Budget("startup.vm_cached", "The same for a program that ran before", 12, "ms", "-"),
    Budget("startup.jit_cold", "First JIT result, over bare Python", 100, "ms", "-"),
    Budget("startup.jit_cached", "First JIT result from the disk cache, over bare Python", 60, "ms", "Numba 382"),
    Budget("compile.vm", "300 lines, source to runnable, VM", 10, "ms", "CPython 2.1"),
    Budget("compile.vm_cached", "300 lines that ran before, source to runnable, VM", 10, "ms", "-"),
    Budget("compile.jit", "300 lines, source to runnable, JIT", 120, "ms", "Numba 2,041"),
    Budget("limits.vm.mean", "Fuel on over off, VM", 1.03, "x", "wasmtime 1.42x"),
    Budget("limits.jit.mean", "Fuel on over off, JIT", 1.08, "x", "wasmtime 1.42x"),
    Budget("limits.jit.worst", "Fuel on over off, JIT, worst kernel", 1.35, "x", "wasmtime 2.9x"),
    Budget("trace.everything", "Tracing everything, VM", 3.0, "x", "sys.settrace 4-138x"),
    Budget("trace.branches", "Tracing one bit a branch, JIT", 1.1, "x", "-"),
    Budget("debug.breakpoint", "Conditional breakpoint in a hot loop", 2.0, "x", "debugpy 178x"),
    Budget("debug.detached", "After the debugger detached", 1.0, "x", "-"),
    Budget("state.snapshot", "Snapshot of a state of 1M values", 50, "us", "deepcopy 129,000-522,000"),
    Budget("storage.crc32c_4k", "CRC32C of 4 KiB", 50, "GB/s", "google-crc32c 24", at_least=True),
    Budget("storage.crc32c_150", "CRC32C of 150 bytes", 15, "GB/s", "google-crc32c 2.6", at_least=True),
    Budget("call.host_function_worker", "Host function called from Bell in a worker process, ints", 60.0, "us", "Monty 131"),
    Budget("state.worker", "call in a worker process", 60.0, "us", "Monty 55"),
    Budget("state.worker_runtime", "call of a runtime in a worker process", 60.0, "us", "-"),
    Budget("state.instance", "fresh instance of a runtime, its module level run", 100.0, "us", "-"),
    Budget("state.call", "call of a runtime that writes, and can be taken back", 5.0, "us", "-"),
)

# Budgets whose subject is not in the language or the engines yet, so that no part of the benchmarks can measure it.
AHEAD: dict[str, str] = {
    "debug.breakpoint": "the debugger is ahead",
    "debug.detached": "the debugger is ahead",
    "storage.crc32c_4k": "the volume is ahead",
    "storage.crc32c_150": "the volume is ahead",
}
