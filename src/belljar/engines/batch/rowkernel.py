"""The plain kernel: the row function called once per row on an engine. Right for every task, and what the fast kernels are tested against."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from belljar.engines.batch.contract import Column, RowFault
from belljar.engines.batch.rowfunction import ROW, RowFunction
from belljar.engines.contract import Instance

if TYPE_CHECKING:
    import pyarrow as pa


class RowKernel:
    """Calls ``@row`` on an instance per thread. ``load`` makes one."""

    def __init__(self, row: RowFunction, load: Callable[[], Instance]) -> None:
        self.inputs: Sequence[Column] = row.inputs
        self.outputs: Sequence[Column] = row.outputs
        self._load = load
        self._local = threading.local()

    def run(self, arrays: Sequence[pa.Array], length: int) -> tuple[list[pa.Array], list[RowFault]]:
        """See :class:`~belljar.engines.batch.contract.Kernel`."""
        import pyarrow as pa

        instance: Instance | None = getattr(self._local, "instance", None)
        if instance is None:
            instance = self._local.instance = self._load()
        columns = [python_values(array) for array in arrays]
        blanks = [BLANK[column.type] for column in self.inputs]
        nullable = [column.nullable for column in self.inputs]
        outputs: list[list[Any]] = [[] for _ in self.outputs]
        faults: list[RowFault] = []
        for row in range(length):
            args: list[Any] = []
            for values, optional, blank in zip(columns, nullable, blanks, strict=True):
                value = values[row]
                if optional:
                    args.append(value is not None)
                args.append(blank if value is None else value)
            outcome = instance.call(ROW, args)
            if outcome.error is not None:
                error = outcome.error
                faults.append(RowFault(row, error.code, error.message, error.line))
                for column in outputs:
                    column.append(None)
                continue
            results = iter(outcome.results)
            for column, spec in zip(outputs, self.outputs, strict=True):
                there = next(results) if spec.nullable else True
                value = next(results)
                column.append(value if there else None)
        types = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "str": pa.string()}
        return [pa.array(column, types[spec.type]) for column, spec in zip(outputs, self.outputs, strict=True)], faults


BLANK: dict[str, Any] = {"int": 0, "float": 0.0, "bool": False, "str": ""}
"""What stands under a null."""


def python_values(array: pa.Array) -> list[Any]:
    """A column as Python values: dates and times as their integers."""
    import pyarrow as pa

    if pa.types.is_temporal(array.type):
        array = array.view(pa.int32() if array.type.bit_width == 32 else pa.int64())
    return array.to_pylist()  # type: ignore[no-any-return]
