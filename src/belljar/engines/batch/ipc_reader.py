"""Arrow IPC: the file format (``.arrow``, ``.feather``) and the stream format (``.arrows``), told apart by their first bytes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pyarrow as pa

from belljar.engines.batch.blocks import BadBlock, Block, Opened, sliced
from belljar.engines.batch.bytestream import unreadable
from belljar.engines.batch.parquet_reader import damaged, one_line
from belljar.engines.batch.selection import Wanted, cast_batch, select, target_schema

MAGIC = b"ARROW1"


def open_ipc(path: str, wanted: Wanted, file: Any = None, *, piped: bool = False) -> Opened:
    """Open an Arrow IPC file or stream; ``file`` is its open handle where it has no path of its own, ``piped`` when that cannot be sought in:
    then it is a stream. Raises E1001, E1003, E1004."""
    try:
        source = file if file is not None else pa.OSFile(path, "rb")
    except OSError as error:
        raise unreadable(path, error) from None
    try:
        return _opened(path, source, wanted, piped)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        source.close()
        raise damaged(path, error) from None
    except OSError as error:
        source.close()
        raise unreadable(path, error) if error.errno is not None else damaged(path, error) from None
    except BaseException:
        source.close()
        raise


def _opened(path: str, source: Any, wanted: Wanted, piped: bool) -> Opened:
    is_file = False
    if not piped:
        is_file = source.read(len(MAGIC)) == MAGIC
        source.seek(0)
    open_it = pa.ipc.open_file if is_file else pa.ipc.open_stream
    reader = open_it(source)
    columns = reader.schema
    chosen = select(wanted, columns.names, path)
    if is_file:
        # Opened again to read no other column's bytes; fields come in the file's order.
        options = pa.ipc.IpcReadOptions(included_fields=sorted(columns.get_field_index(name) for name in chosen))
        reader = pa.ipc.open_file(source, options=options)
    schema = pa.schema([columns.field(name) for name in chosen])
    cast_to = target_schema(wanted, schema)
    return Opened(cast_to, columns, _blocks(reader, is_file, chosen, cast_to, wanted), source.close)


def _blocks(reader: Any, is_file: bool, chosen: list[str], cast_to: pa.Schema, wanted: Wanted) -> Iterator[Block]:
    count = reader.num_record_batches if is_file else -1
    index = 0
    while count < 0 or index < count:
        try:
            batch = reader.get_batch(index) if is_file else reader.read_next_batch()
        except StopIteration:
            return
        except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
            yield Block(partial(_damaged, f"damaged or truncated in batch {index} ({one_line(error)})"))
            return
        index += 1
        yield Block(partial(_load, batch, chosen, cast_to, wanted.block_rows), index / count if count > 0 else -1.0)


def _load(batch: pa.RecordBatch, chosen: list[str], cast_to: pa.Schema, block_rows: int) -> Iterator[pa.RecordBatch]:
    batch = batch.select(chosen)
    try:
        batch.validate(full=True)  # outside bytes: offsets and text are checked before anything relies on them
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise BadBlock(-1, f"damaged data ({one_line(error)})") from None
    yield from sliced(cast_batch(batch, cast_to, 0), block_rows)


def _damaged(reason: str) -> Iterator[pa.RecordBatch]:
    raise BadBlock(-1, reason)
