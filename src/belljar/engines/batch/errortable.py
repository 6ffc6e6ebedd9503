"""The error table: one line a failed row, in row order, written beside the output."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from belljar.engines.batch.arrays import int_array, str_array
from belljar.engines.batch.contract import RowFault
from belljar.engines.batch.sink import Sink, output_format

ERROR_SCHEMA = pa.schema(
    [("file", pa.string()), ("row", pa.int64()), ("code", pa.string()), ("message", pa.string()), ("line", pa.int64())]
)
"""``row`` counts from 0 within ``file``, the header not counted; ``line`` is the line of the program, 0 where no line is at fault."""

ERRORS_KEPT_MAX = 100_000
"""Failed rows a result holds in memory; the table on disk holds all of them."""


def error_batch(file: str, first_row: int, faults: Sequence[RowFault]) -> pa.RecordBatch:
    """Faults of one block, whose first row is ``first_row`` of ``file``, as rows of the table."""
    return pa.RecordBatch.from_arrays(
        [
            str_array([file] * len(faults)),
            int_array([first_row + fault.row for fault in faults]),
            str_array([fault.code for fault in faults]),
            str_array([fault.message for fault in faults]),
            int_array([fault.line for fault in faults]),
        ],
        schema=ERROR_SCHEMA,
    )


class ErrorTable:
    """Collects failed rows: to a file if one is given, and the first ERRORS_KEPT_MAX in memory."""

    def __init__(self, path: str | Path | None) -> None:
        self.path = None if path is None else Path(path)
        self._sink = None if path is None else Sink(path, output_format(str(path), None), ERROR_SCHEMA)
        self._kept: list[pa.RecordBatch] = []
        self._kept_rows = 0
        self.rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        if self._sink is not None:
            self._sink.write(self._sink.encode(batch))
        if self._kept_rows < ERRORS_KEPT_MAX:
            kept = batch.slice(0, ERRORS_KEPT_MAX - self._kept_rows)
            self._kept.append(kept)
            self._kept_rows += kept.num_rows

    @property
    def table(self) -> pa.Table:
        return pa.Table.from_batches(self._kept, ERROR_SCHEMA)

    def commit(self) -> None:
        if self._sink is not None:
            self._sink.commit()

    def discard(self) -> None:
        if self._sink is not None:
            self._sink.discard()
