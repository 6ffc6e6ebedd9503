"""The profile of a batch: its rows one by one through the engine that is profiled, their costs together.

A batch runs rows in lanes, or one by one in machine code, where nothing is counted. A row costs the same fuel there and answers the same, so that what each line costs is found out by running the rows as calls.
"""

from __future__ import annotations

from belljar.engines.batch.contract import Column
from belljar.engines.batch.rowkernel import python_values
from belljar.errors import BellError, bell_error
from belljar.runtime.batches import row_limits, task_columns
from belljar.runtime.boundary import to_components
from belljar.runtime.profiler import ENGINE_FAILED, Profiled
from belljar.safety.limits import Limits
from belljar.types import RecordType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    import pyarrow as pa

    from belljar.engines.batch.contract import RowFault
    from belljar.profiling.profile import RuntimeProfile
    from belljar.runtime.hosts import HostFunctions
    from belljar.runtime.program import Program
    from belljar.safety.capabilities import Grants


def profile_batch(
    program: Program,
    task: str,
    source: Any,
    *,
    engine: str = "vm",
    limits: Mapping[str, object] | Limits | None = None,
    rows: int | None = None,
    interval: float = 0.0002,
    grants: Collection[str] | Grants = (),
    hosts: HostFunctions | None = None,
    **reading: Any,
) -> RuntimeProfile:
    """Profile a task over the rows of ``source``, or the first ``rows`` of them. ``limits`` hold for each row; a row that fails is counted, and the rest goes on. Nothing is printed.

    ``.rows`` and ``.failed`` of the profile say how many there were. Raises E0313 for a task that no batch can run, E0003 for an engine that cannot be profiled, and what is wrong with the data.
    """
    from belljar.engines.batch.run import run_batch

    allowed = limits if isinstance(limits, Limits) else row_limits(program, limits)
    program.signature(task)
    run = Profiled(program, task, engine, allowed, grants, program.hosts if hosts is None else hosts, interval, False)
    kernel = _Rows(program, task, run, rows)
    run_batch(kernel, source, threads=1, limit=rows, progress="off", **reading)
    return kernel.profile()


class _Rows:
    """A kernel that gives nothing: each row is a call of the profiled program."""

    def __init__(self, program: Program, task: str, run: Profiled, rows_max: int | None) -> None:
        self.columns, _ = task_columns(program, task)
        self.inputs: Sequence[Column] = [Column(column.name, column.type, True) for column in self.columns]
        self.outputs: Sequence[Column] = ()
        self.program = program
        self.task = task
        self.loaded = run.load([param.type for param in program.signature(task).params])
        self.module = self.loaded.module
        self.row = self.module.tasks[task]
        self.rows_max = rows_max
        self.rows = self.failed = 0
        self.first = ""

    def run(self, arrays: Sequence[pa.Array], length: int) -> tuple[list[pa.Array], list[RowFault]]:
        if self.rows_max is not None:  # the last block is read whole
            length = min(length, self.rows_max - self.rows)
        columns = [python_values(array.slice(0, length)) for array in arrays]
        for place in range(length):
            try:
                given = self.components([column[place] for column in columns])
                error = self.loaded.call(self.row.function, given).error
            except BellError as refused:
                error = refused
            if error is not None:
                if error.code in ENGINE_FAILED:
                    raise error
                self.failed += 1
                if not self.first:
                    self.first = f"row {self.rows + place}: {str(error).partition(chr(10))[0]}"
        self.rows += length
        return [], []

    def components(self, values: Sequence[Any]) -> list[Any]:
        """A row as the module takes it."""
        by_column: dict[str, Any] = {}
        for column, cell in zip(self.columns, values, strict=True):
            if cell is None and not column.nullable:
                raise bell_error("E1005", a=column.name)
            by_column[column.name] = cell
        made: list[Any] = []
        for param, (name, type) in zip(self.row.params, self.program.parameters(self.task), strict=True):
            if isinstance(type, RecordType):
                value = {field: by_column[field] for field, _ in self.module.records[type.name].fields}
            else:
                value = by_column[name]
            made += to_components(value, param.type, self.module.records, f"column '{name}'")
        return made

    def profile(self) -> RuntimeProfile:
        return self.loaded.made(self.first, (self.rows, self.failed))
