"""A kernel on one record batch: what every worker does, here and on other machines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from belljar.engines.batch.arrays import nulled
from belljar.engines.batch.contract import Kernel, RowFault
from belljar.engines.batch.fit import ARROW_TYPE, Step, conform, steps
from belljar.engines.batch.selection import Wanted, select
from belljar.errors import bell_error

ON_ERROR = ("null", "raise")


def run_rows(kernel: Kernel, convert: Sequence[Step], arrays: Sequence[pa.Array], length: int) -> tuple[list[pa.Array], list[RowFault]]:
    """The kernel's outputs for some rows, and the rows that failed, in row order.

    ``arrays`` are as they come from the source, ``convert`` how each reaches the kernel. Outputs are null where a row failed.
    """
    ready, unfit = conform(kernel.inputs, convert, arrays)
    outputs, failed = kernel.run(ready, length)
    if len(outputs) != len(kernel.outputs) or any(len(array) != length for array in outputs):
        raise bell_error("E1201", detail=f"a kernel of {len(kernel.outputs)} outputs answered {length} rows in another shape")
    if not unfit:
        return outputs, failed if _in_order(failed) else sorted(failed, key=lambda fault: fault.row)
    mask = np.zeros(length, np.bool_)
    mask[[fault.row for fault in unfit]] = True
    faults = unfit + [fault for fault in failed if not mask[fault.row]]
    return [nulled(array, mask) for array in outputs], sorted(faults, key=lambda fault: fault.row)


def _in_order(faults: Sequence[RowFault]) -> bool:
    return all(one.row < other.row for one, other in pairwise(faults))


def output_schema(kernel: Kernel, kept: pa.Schema) -> pa.Schema:
    """The columns of a result: the kept ones, then the task's. Raises E0003 where a name would stand twice."""
    fields = list(kept)
    for column in kernel.outputs:
        if column.name in kept.names:
            raise bell_error(
                "E0003",
                detail=f"The kept column '{column.name}' has the name of a result of the task",
                hint="leave it out of --keep, or rename the field of the result",
            )
        fields.append(pa.field(column.name, ARROW_TYPE[column.type]))
    return pa.schema(fields)


def apply(
    kernel: Kernel, batch: pa.RecordBatch, *, keep: Sequence[str] = (), on_error: str = "null", error_column: str | None = None
) -> pa.RecordBatch:
    """The result of a task for one record batch, as one record batch of :func:`apply_schema`.

    Rows that fail are null; ``error_column`` names a column that says why (``"E0501: Division by zero"``, null for the others).
    ``on_error="raise"`` raises the first instead. Raises E1001, E1002, E1003 where the batch does not fit the task.
    """
    if on_error not in ON_ERROR:
        raise bell_error("E0003", detail=f"on_error must be one of {', '.join(ON_ERROR)}, got {on_error!r}")
    wanted = Wanted(tuple(kernel.inputs), tuple(keep))
    select(wanted, batch.schema.names, _NAME)
    arrays = [batch.column(column.name) for column in kernel.inputs]
    outputs, faults = run_rows(kernel, steps(kernel.inputs, [array.type for array in arrays], _NAME), arrays, batch.num_rows)
    if faults and on_error == "raise":
        raise row_error(faults[0], _NAME, faults[0].row)
    schema = apply_schema(kernel, batch.schema, keep=keep, error_column=error_column)
    columns = [batch.column(name) for name in schema.names[: len(schema) - len(outputs) - (error_column is not None)]]
    for array, field in zip(outputs, schema.names[len(columns) :], strict=False):
        wanted_type = schema.field(field).type
        columns.append(array if array.type.equals(wanted_type) else array.cast(wanted_type))
    if error_column is not None:
        texts = [None] * batch.num_rows
        for fault in faults:
            texts[fault.row] = f"{fault.code}: {fault.message}"  # type: ignore[call-overload]
        columns.append(pa.array(texts, pa.string()))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


_NAME = "<batch>"


def apply_schema(kernel: Kernel, schema: pa.Schema, *, keep: Sequence[str] = (), error_column: str | None = None) -> pa.Schema:
    """The schema :func:`apply` answers a batch of ``schema`` with, known before it runs."""
    kept = list(dict.fromkeys(schema.names)) if "*" in keep else list(dict.fromkeys(keep))
    result = output_schema(kernel, pa.schema([schema.field(name) for name in kept]))
    if error_column is None:
        return result
    if error_column in result.names:
        raise bell_error("E0003", detail=f"The error column has the name of another column, '{error_column}'")
    return result.append(pa.field(error_column, pa.string()))


def row_error(fault: RowFault, file: str, row: int) -> Exception:
    """A failed row as the error that ends a strict run; ``row`` counts from 0 within the file."""
    from belljar.source import Span

    span = Span(fault.line, 0, fault.line, 0)
    return bell_error(fault.code, message=fault.message, span=span, notes=[f"row {row} of {file}"])
