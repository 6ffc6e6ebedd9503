"""A task as a lane kernel, as a native kernel and as a row kernel on the reference engine, to be compared row by row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

import belljar
from belljar.engines.batch.contract import Kernel, RowFault
from belljar.engines.batch.nativekernel import NativeKernel
from belljar.engines.batch.rowkernel import RowKernel
from belljar.engines.batch.simd import SimdKernel
from belljar.engines.batch.simd_plan import plan
from belljar.engines.reference import ReferenceEngine
from belljar.runtime.batches import row_function, row_limits
from belljar.runtime.engine import engine_of


def compare(kernel: Kernel, exact: Kernel, arrays: Sequence[pa.Array]) -> list[pa.Array]:
    """Run both over the same columns: the same values to the bit, the same faults. Gives what the kernel gave."""
    length = len(arrays[0])
    got, got_faults = kernel.run(arrays, length)
    want, want_faults = exact.run(arrays, length)
    assert [len(column) for column in got] == [length] * len(want)
    for column in got:
        column.validate(full=True)
    for mine, theirs in zip(got, want, strict=True):
        for row, (a, b) in enumerate(zip(mine.to_pylist(), theirs.to_pylist(), strict=True)):
            assert same(a, b), f"row {row}: {a!r}, not {b!r}; given {[array[row].as_py() for array in arrays]}"
    assert got_faults == want_faults
    return list(got)


class Exact:
    """A task on the reference engine and as a native kernel, in the VM."""

    def __init__(self, text: str, task: str = "rule", limits: Mapping[str, object] | None = None, engine: str = "vm") -> None:
        program = belljar.compile(text)
        self.row = row_function(program, task)
        self.limits = row_limits(program, limits)
        self.exact = RowKernel(self.row, lambda: ReferenceEngine().load(self.row.module, self.limits, None))
        self.native = NativeKernel(self.row, lambda: engine_of(engine).load(self.row.module, self.limits, None))

    def check(self, arrays: Sequence[pa.Array]) -> list[pa.Array]:
        return compare(self.native, self.exact, arrays)


class Pair(Exact):
    """With lanes. Raises NotVectorisable where there is no lane kernel."""

    def __init__(self, text: str, task: str = "rule", limits: Mapping[str, object] | None = None) -> None:
        super().__init__(text, task, limits)
        self.counting = Counting(self.exact)
        self.plan = plan(self.row)
        self.lanes = SimdKernel(self.plan, self.limits, lambda: ReferenceEngine().load(self.plan.module, self.limits, None), self.counting)

    def check(self, arrays: Sequence[pa.Array], again: int | None = None) -> list[pa.Array]:
        """Compare all three. ``again``: rows the lanes may leave to the exact kernel, at most."""
        compare(self.native, self.exact, arrays)
        self.counting.rows = 0
        got = compare(self.lanes, self.exact, arrays)
        assert again is None or self.counting.rows <= again, f"{self.counting.rows} rows were run again, expected {again}"
        return got


def same(a: Any, b: Any) -> bool:
    """Equal to the bit, any NaN apart."""
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    return type(a) is type(b) and bool(a == b)


class Counting:
    """A kernel that counts the rows it runs."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.inputs, self.outputs = kernel.inputs, kernel.outputs
        self.rows = 0

    def run(self, arrays: Sequence[pa.Array], length: int) -> tuple[list[pa.Array], list[RowFault]]:
        self.rows += length
        return self.kernel.run(arrays, length)
