"""One row of a source by its number, as the values a call takes: what re-running a row traced begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from belljar.engines.batch.blocks import BadBlock
from belljar.engines.batch.contract import Column
from belljar.engines.batch.fit import conform, steps
from belljar.engines.batch.options import options_of
from belljar.engines.batch.plan import wanted_of
from belljar.engines.batch.source import inputs_of
from belljar.errors import bell_error


def row_values(columns: Sequence[Column], source: Any, row: int, **given: Any) -> dict[str, Any]:
    """The values of a task's input columns in row ``row``, by column name: int, float, bool, str or None, as the kernel sees them.

    ``row`` counts from 0 over all inputs in their order; with one input it is the number the error table gives. ``given`` are the run's
    options. Raises E0003 for a row that is not there, and the errors of reading. A null where no None is accepted is None here.
    """
    options = options_of(given)
    if row < 0:
        raise bell_error("E0003", detail=f"Rows count from 0, got {row}")
    wanted = wanted_of(columns, options)
    rows_before = 0
    for item in inputs_of(source, options.input_format):
        opened = item.open(wanted)
        first_row = rows_before
        try:
            convert = steps(columns, [opened.schema.field(column.name).type for column in columns], item.name)
            for block in opened.blocks:
                block_row = rows_before - first_row
                try:
                    for batch in block.load():
                        if row < rows_before + batch.num_rows:
                            one = batch.slice(row - rows_before, 1)
                            arrays, _ = conform(columns, convert, [one.column(column.name) for column in columns])
                            return {column.name: array[0].as_py() for column, array in zip(columns, arrays, strict=True)}
                        rows_before += batch.num_rows
                except BadBlock as bad:
                    raise bad.error(item.name, block_row) from None
        finally:
            opened.close()
    raise bell_error("E0003", detail=f"There is no row {row}: the source has {rows_before} rows, counted from 0")
