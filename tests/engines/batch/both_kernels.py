"""A task as a lane kernel and as a row kernel on the reference engine, to be compared row by row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

import belljar
from belljar.engines.batch.contract import Kernel, RowFault
from belljar.engines.batch.rowkernel import RowKernel
from belljar.engines.batch.simd import SimdKernel
from belljar.engines.batch.simd_plan import plan
from belljar.engines.reference import ReferenceEngine
from belljar.runtime.batches import row_function, row_limits


class Pair:
    """Raises NotVectorisable where there is no lane kernel. ``again`` are the lengths of what the lanes gave up on."""

    def __init__(self, text: str, task: str = "rule", limits: Mapping[str, object] | None = None) -> None:
        program = belljar.compile(text)
        row = row_function(program, task)
        per_row = row_limits(program, limits)
        self.exact = RowKernel(row, lambda: ReferenceEngine().load(row.module, per_row, None))
        self.counting = Counting(self.exact)
        self.plan = plan(row)
        self.lanes = SimdKernel(self.plan, per_row, lambda: ReferenceEngine().load(self.plan.module, per_row, None), self.counting)

    def check(self, arrays: Sequence[pa.Array], again: int | None = None) -> list[list[Any]]:
        """Run both; the same values to the bit, the same faults. Gives the columns. ``again``: rows the lanes must have left to the exact kernel, at most."""
        length = len(arrays[0])
        self.counting.rows = 0
        got, got_faults = self.lanes.run(arrays, length)
        assert again is None or self.counting.rows <= again, f"{self.counting.rows} rows were run again, expected {again}"
        want, want_faults = self.exact.run(arrays, length)
        assert [len(column) for column in got] == [length] * len(want)
        for column in got:
            column.validate(full=True)
        for mine, theirs in zip(got, want, strict=True):
            for row, (a, b) in enumerate(zip(mine.to_pylist(), theirs.to_pylist(), strict=True)):
                assert same(a, b), f"row {row}: {a!r}, not {b!r}; given {[array[row].as_py() for array in arrays]}"
        assert got_faults == want_faults
        return [column.to_pylist() for column in got]


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
