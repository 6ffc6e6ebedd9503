"""Data that is in memory already: Arrow tables, batches and readers, pandas and polars frames, anything that speaks the Arrow C data
interface, dicts of NumPy arrays or lists. Nothing is copied that Arrow can view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from belljar.engines.batch.blocks import BadBlock, Block, Opened, as_batch, sliced
from belljar.engines.batch.selection import Wanted, cast_batch, select, target_schema
from belljar.errors import BellError, bell_error

NAME = "<data>"
"""What messages and the error table call data without a file."""

PIECE_ROWS_MIN = 16_384
"""Record batches of a stream are gathered until they have this many rows: each block has a cost of its own."""


BLOCKS_MIN = 16
"""Blocks that data in memory is cut into, unless they would get small."""


def is_data(source: object) -> bool:
    """Whether this is data in memory, rather than a path."""
    return (
        isinstance(source, (pa.Table, pa.RecordBatch, pa.RecordBatchReader, Mapping))
        or any(hasattr(source, name) for name in ("__arrow_c_stream__", "__arrow_c_array__"))
        or _is_pandas(source)
    )


def open_data(source: Any, wanted: Wanted) -> Opened:
    """Open data in memory. Raises E1001, E1003, E1004."""
    if isinstance(source, Mapping):
        chosen = select(wanted, [str(name) for name in source], NAME)
        source = _of_dict(source, chosen)
    elif _is_pandas(source):
        chosen = select(wanted, [str(name) for name in source.columns], NAME)
        source = _of_pandas(source, chosen)
    elif _module(source) == "polars" and isinstance(getattr(source, "columns", None), list):
        chosen = select(wanted, source.columns, NAME)
        source = _of_interface(source.select(chosen))
    else:
        if not isinstance(source, (pa.Table, pa.RecordBatch, pa.RecordBatchReader)):
            source = _of_interface(source)
        chosen = select(wanted, source.schema.names, NAME)
    columns = source.schema
    cast_to = target_schema(wanted, pa.schema([columns.field(name) for name in chosen]))
    if isinstance(source, pa.RecordBatchReader):
        return Opened(cast_to, columns, _streamed(source, chosen, cast_to, wanted), source.close)
    if isinstance(source, pa.RecordBatch):
        source = pa.Table.from_batches([source])
    return Opened(cast_to, columns, _tabled(source.select(chosen), cast_to, wanted))


def _tabled(table: pa.Table, cast_to: pa.Schema, wanted: Wanted) -> Iterator[Block]:
    rows = table.num_rows
    # Large blocks, but enough of them that no thread waits long for the last.
    size = min(wanted.data_rows, max(wanted.block_rows, rows // BLOCKS_MIN))
    for start in range(0, rows, size):
        yield Block(partial(_load, table.slice(start, size), cast_to, size), min(rows, start + size) / rows)


def _streamed(reader: pa.RecordBatchReader, chosen: list[str], cast_to: pa.Schema, wanted: Wanted) -> Iterator[Block]:
    gathered: list[pa.RecordBatch] = []
    rows = 0
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            break
        except (pa.ArrowException, OSError) as error:
            yield from _gathered(gathered, cast_to, wanted)
            yield Block(partial(_failed, " ".join(str(error).split())))
            return
        gathered.append(batch.select(chosen))
        rows += batch.num_rows
        if rows >= min(PIECE_ROWS_MIN, wanted.block_rows):
            yield from _gathered(gathered, cast_to, wanted)
            gathered, rows = [], 0
    yield from _gathered(gathered, cast_to, wanted)


def _gathered(batches: list[pa.RecordBatch], cast_to: pa.Schema, wanted: Wanted) -> Iterator[Block]:
    if batches:
        yield Block(partial(_load, pa.Table.from_batches(batches), cast_to, wanted.block_rows))


def _load(table: pa.Table, cast_to: pa.Schema, block_rows: int) -> Iterator[pa.RecordBatch]:
    return sliced(cast_batch(as_batch(table), cast_to, 0), block_rows)


def _failed(reason: str) -> Iterator[pa.RecordBatch]:
    raise BadBlock(-1, f"its producer failed ({reason})")


def _module(source: object) -> str:
    # Asked by name: a library is not imported for data that is none of its own.
    return type(source).__module__.split(".")[0]


def _is_pandas(source: object) -> bool:
    return _module(source) == "pandas" and hasattr(source, "columns")


def _of_pandas(frame: Any, chosen: list[str]) -> pa.Table:
    """Columns of a pandas frame; NaN, None and NaT are null, as pandas means them."""
    names = [str(name) for name in frame.columns]
    arrays = {}
    for name in chosen:
        try:
            arrays[name] = pa.Array.from_pandas(frame.iloc[:, names.index(name)])
        except (pa.ArrowException, TypeError, OverflowError) as error:
            raise _unusable(name, error) from None
    return pa.table(arrays)


def _of_interface(source: Any) -> pa.RecordBatchReader | pa.RecordBatch:
    """Anything with the Arrow C data interface."""
    try:
        if hasattr(source, "__arrow_c_stream__"):
            return pa.RecordBatchReader.from_stream(source)
        return pa.record_batch(source)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise bell_error("E1004", file=NAME, reason=f"it is not a table of columns ({' '.join(str(error).split())})") from None


def _of_dict(columns: Mapping[Any, Any], chosen: list[str]) -> pa.Table:
    """A dict of NumPy arrays, Arrow arrays or lists, one entry a column."""
    given = {str(name): values for name, values in columns.items()}
    found = {name: _array(name, given[name]) for name in chosen}
    if len({len(array) for array in found.values()}) > 1:
        lengths = ", ".join(f"{name} has {len(array)}" for name, array in found.items())
        raise bell_error("E1004", file=NAME, reason=f"its columns differ in length: {lengths}")
    return pa.table(found)


def _array(name: str, values: Any) -> Any:
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    if _module(values) not in {"numpy", "pandas"}:
        if hasattr(values, "__arrow_c_stream__"):
            return pa.chunked_array(values)
        if hasattr(values, "__array__") and not hasattr(values, "__arrow_c_array__"):
            values = np.asarray(values)
    if isinstance(values, np.ndarray) and values.ndim != 1:
        raise bell_error("E1004", file=NAME, reason=f"column '{name}' has {values.ndim} dimensions, expected 1")
    if isinstance(values, np.ndarray) and not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    try:
        if isinstance(values, np.ma.MaskedArray):
            return pa.array(values.data, mask=np.ma.getmaskarray(values))
        return pa.array(values)
    except (pa.ArrowException, TypeError, OverflowError, ValueError) as error:
        raise _unusable(name, error) from None


def _unusable(name: str, error: Exception) -> BellError:
    return bell_error(
        "E1004", file=NAME, reason=f"column '{name}': {' '.join(str(error).split())}", advice="a column holds values of one type"
    )
