"""What readers give and the stream takes: blocks of rows still to be decoded, and the error of a block that cannot be.

Readers cut, workers decode: a reader's iterator only finds where blocks end, so that the work of parsing runs on every core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pyarrow as pa

from belljar.errors import BellError, bell_error
from belljar.structs import Frozen, Struct


class Block(Frozen):
    """Some consecutive rows of one input. ``load`` decodes them, in a worker; ``done`` is the share of the input read so far, 0 to 1,
    or -1 where the input's size is not known."""

    __slots__ = ("done", "load")

    def __init__(self, load: Callable[[], Iterator[pa.RecordBatch]], done: float = -1.0) -> None:
        self.load: Final = load
        self.done: Final = done


class Opened(Struct):
    """One input, open for reading. ``schema`` is what every batch will have: the task's columns in their order, then the kept ones.

    ``columns`` are all columns of the input with the types they have or are read as. ``text`` formats (CSV, JSON lines) have no types of their own: the task's columns decide.
    """

    __slots__ = ("blocks", "close", "columns", "schema", "text")

    def __init__(
        self, schema: pa.Schema, columns: pa.Schema, blocks: Iterator[Block], close: Callable[[], None] = lambda: None, text: bool = False
    ) -> None:
        self.schema = schema
        self.columns = columns
        self.blocks = blocks
        self.close = close
        self.text = text


class BadBlock(Exception):
    """Rows that cannot be read. ``row`` counts from 0 within the block, -1 where it is not known which row is at fault.

    A block does not know how many rows stood before it; who does turns this into the error people see, with :meth:`error`.
    """

    def __init__(self, row: int, reason: str, *, column: str = "", advice: str = "") -> None:
        super().__init__(reason)
        self.row = row
        self.reason = reason
        self.column = column
        self.advice = advice

    def error(self, file: str, first_row: int) -> BellError:
        """The BellError, with file and row; rows count from 0 within the file."""
        parameters: dict[str, Any] = {"file": file, "advice": self.advice}
        row = first_row + self.row
        if self.column and self.row >= 0:
            return bell_error("E1009", name=self.column, row=row, reason=self.reason, **parameters)
        if self.column:
            return bell_error("E1004", reason=f"column '{self.column}', after row {first_row}: {self.reason}", **parameters)
        place = f"row {row}: " if self.row >= 0 else ""
        return bell_error("E1004", reason=place + self.reason, **parameters)


def sliced(batch: pa.RecordBatch, rows_max: int) -> Iterator[pa.RecordBatch]:
    """A batch in pieces of at most ``rows_max`` rows, without copies."""
    if batch.num_rows <= rows_max:
        yield batch
        return
    for start in range(0, batch.num_rows, rows_max):
        yield batch.slice(start, rows_max)


def as_batch(table: pa.Table) -> pa.RecordBatch:
    """A table as one record batch; copies only where a column has several chunks."""
    arrays = []
    for column in table.columns:
        if column.num_chunks == 1:
            arrays.append(column.chunk(0))
        elif column.num_chunks == 0:
            arrays.append(pa.nulls(0, column.type))
        else:
            combined = column.combine_chunks()
            arrays.append(combined.chunk(0) if isinstance(combined, pa.ChunkedArray) else combined)
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)
