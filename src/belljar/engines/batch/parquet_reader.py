"""Parquet: only the chosen columns are read. A worker decodes a row group; one too large for that is decoded in steps as it is read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from belljar.engines.batch.blocks import BadBlock, Block, Opened, sliced
from belljar.engines.batch.bytestream import unreadable
from belljar.engines.batch.selection import Wanted, cast_batch, select, target_schema
from belljar.errors import BellError, bell_error

SAMPLE_ROWS = 1_024
"""Rows that tell how much a row takes in memory."""
READ_BYTES = 1 << 20
"""Buffer of a column chunk that is read in steps."""


def open_parquet(path: str, wanted: Wanted, file: Any = None) -> Opened:
    """Open a Parquet file; ``file`` is its open handle where it has no path of its own. Raises E1001, E1003, E1004."""
    try:
        first = pq.ParquetFile(path if file is None else file, buffer_size=READ_BYTES, pre_buffer=False)
        columns = first.schema_arrow
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise damaged(path, error) from None
    except OSError as error:
        raise unreadable(path, error) if error.errno is not None else damaged(path, error) from None
    try:
        chosen = select(wanted, columns.names, path)
        reader = _Reader(path, first, chosen, wanted, shared=file is not None)
        return Opened(target_schema(wanted, reader.schema), columns, reader.blocks(), first.close)
    except BaseException:
        first.close()
        raise


def damaged(path: str, error: Exception) -> BellError:
    """What a library says of a file that is not what its name says, in one line."""
    return bell_error("E1004", file=path, reason=f"it is damaged, truncated or of another format ({one_line(error)})")


def one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


class _Reader:
    def __init__(self, path: str, first: pq.ParquetFile, chosen: list[str], wanted: Wanted, *, shared: bool) -> None:
        self.path = path
        self.first = first
        self.chosen = chosen
        self.wanted = wanted
        self.shared = shared
        self.schema = pa.schema([first.schema_arrow.field(name) for name in chosen])
        self.cast_to = target_schema(wanted, self.schema)
        self._local = threading.local()

    def blocks(self) -> Iterator[Block]:
        rows_all = max(1, self.first.metadata.num_rows)
        row_bytes = self._row_bytes()
        rows = 0
        for group in range(self.first.num_row_groups):
            group_rows = self.first.metadata.row_group(group).num_rows
            rows += group_rows
            done = rows / rows_all
            if group_rows * row_bytes <= self.wanted.group_bytes and not self.shared:
                yield Block(partial(self._whole, group), done)
            else:
                yield from self._stepwise(group, done)

    def _stepwise(self, group: int, done: float) -> Iterator[Block]:
        """A large group, decoded here; only the kernel's work goes to the workers."""
        batches = self._batches(self.first, group)
        while True:
            try:
                batch = next(batches, None)
            except BadBlock as bad:
                # Rows before it are already given out, so it counts from 0 again.
                fault = BadBlock(-1 if bad.row < 0 else 0, bad.reason, column=bad.column, advice=bad.advice)
                yield Block(partial(_raising, fault), done)
                return
            if batch is None:
                return
            yield Block(partial(iter, (batch,)), done)

    def _whole(self, group: int) -> Iterator[pa.RecordBatch]:
        return self._batches(self._handle(), group)

    def _batches(self, handle: pq.ParquetFile, group: int) -> Iterator[pa.RecordBatch]:
        rows = 0
        try:
            for batch in handle.iter_batches(self.wanted.block_rows, row_groups=[group], columns=self.chosen, use_threads=False):
                batch = batch.select(self.chosen)
                batch.validate(full=True)  # outside bytes: offsets and text are checked before anything relies on them
                yield from sliced(cast_batch(batch, self.cast_to, rows), self.wanted.block_rows)
                rows += batch.num_rows
        except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
            raise BadBlock(-1, f"damaged data after row {rows} of row group {group} ({one_line(error)})") from None

    def _handle(self) -> pq.ParquetFile:
        """This thread's own handle: a ParquetFile is not made for several threads."""
        handle = getattr(self._local, "handle", None)
        if handle is None:
            handle = pq.ParquetFile(self.path, metadata=self.first.metadata, buffer_size=READ_BYTES, pre_buffer=False)
            self._local.handle = handle
        return handle

    def _row_bytes(self) -> float:
        """Bytes of a decoded row, from the first rows: what the file says of its size knows nothing of repeated text."""
        try:
            batch = next(self.first.iter_batches(SAMPLE_ROWS, columns=self.chosen, use_threads=False), None)
        except (pa.ArrowException, UnicodeDecodeError, OSError):
            return 0.0  # damaged: whoever reads the rows in earnest says where
        return batch.nbytes / batch.num_rows if batch is not None and batch.num_rows else 0.0


def _raising(fault: BadBlock) -> Iterator[pa.RecordBatch]:
    raise fault
