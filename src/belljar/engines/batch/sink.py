"""Rows into one file: CSV, JSON lines, Parquet, Arrow IPC. Workers encode, the run's own thread writes, in order.

The bytes depend on the rows alone: row groups and record batches are regrouped to fixed sizes, whatever the blocks were.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterable, Iterator
from math import isfinite
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from belljar.engines.batch.arrays import present
from belljar.engines.batch.bytestream import CODECS
from belljar.engines.batch.publish import STDOUT, PendingFile, StandardOutput, unwritable
from belljar.engines.batch.source import format_of, known_format
from belljar.engines.batch.texts import plain_text
from belljar.errors import bell_error

ROW_GROUP_ROWS = 131_072
"""Rows of a Parquet row group."""
BATCH_ROWS = 65_536
"""Rows of a record batch in Arrow IPC."""


class Encoder(Protocol):
    """Turns batches into what its format writes. ``encode`` is called by workers, all else by one thread."""

    def encode(self, batch: pa.RecordBatch) -> Any: ...
    def write(self, encoded: Any) -> None: ...
    def finish(self) -> None: ...
    def abandon(self) -> None: ...


class Sink:
    """One output file, written as rows come; nothing is seen of it before :meth:`commit`. Raises E0004 and E0007."""

    def __init__(self, path: str | Path, format: str, schema: pa.Schema) -> None:
        self.path = Path(path)
        check_types(format, schema, str(path))
        self._pending = StandardOutput() if str(path) == STDOUT else PendingFile(path)
        codec = CODECS.get(self.path.suffix.lower())
        self._encoder: Any = None
        try:
            if codec:
                self._file: Any = pa.CompressedOutputStream(pa.PythonFile(_LeftOpen(self._pending.file), "w"), codec)
            else:
                self._file = self._pending.file
            self._encoder = _encoder(format, self._file, schema)
        except OSError as error:
            self.discard()
            raise unwritable(path, error) from None
        except BaseException:
            self.discard()
            raise

    def encode(self, batch: pa.RecordBatch) -> Any:
        return self._encoder.encode(batch)

    def write(self, encoded: Any) -> None:
        try:
            self._encoder.write(encoded)
        except OSError as error:
            raise unwritable(self.path, error) from None

    def flush(self) -> None:
        """Write out the rows held back to fill a row group."""
        if isinstance(self._encoder, _ParquetEncoder):
            try:
                self._encoder.flush()
            except OSError as error:
                raise unwritable(self.path, error) from None

    @property
    def held_bytes(self) -> int:
        """Bytes of rows held back to fill a row group."""
        return self._encoder.rows.held_bytes if isinstance(self._encoder, (_ParquetEncoder, _IpcEncoder)) else 0

    def commit(self) -> None:
        try:
            self._encoder.finish()
            if self._file is not self._pending.file:
                self._file.close()
        except OSError as error:
            self.discard()
            raise unwritable(self.path, error) from None
        self._pending.commit()

    def discard(self) -> None:
        """Give up; nothing of it was seen."""
        if self._encoder is not None:
            self._encoder.abandon()
        self._pending.discard()


class _LeftOpen(io.RawIOBase):
    """A file that a compressor may close without closing what is below: that is still to be brought to disk."""

    def __init__(self, below: Any) -> None:
        super().__init__()
        self._below = below

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        written: int = self._below.write(data)
        return written


def output_format(path: str, given: str | None, default: str | None = None) -> str:
    """The format of an output: given by hand, or its suffix's, or the default. Raises E1008."""
    if given is not None:
        return known_format(given)
    found = "csv" if path == STDOUT else format_of(path) or default
    if found is None:
        raise bell_error("E1008", path=path, formats="csv, tsv, jsonl, parquet, arrow, arrows")
    return found


def check_types(format: str, schema: pa.Schema, path: str) -> None:
    """Raises E1002 for a column that the format has no way to write."""
    if format not in {"csv", "tsv", "jsonl"}:
        return
    for field in schema:
        if not _is_plain(field.type):
            raise bell_error(
                "E1002",
                name=field.name,
                file=path,
                found=str(field.type),
                expected=f"plain values in {format}",
                advice="leave it out of --keep, or write Parquet",
            )


def _is_plain(type: pa.DataType) -> bool:
    types = pa.types
    if types.is_dictionary(type):
        return _is_plain(type.value_type)
    return not isinstance(type, pa.BaseExtensionType) and (
        types.is_integer(type)
        or types.is_floating(type)
        or types.is_boolean(type)
        or types.is_string(type)
        or types.is_large_string(type)
        or types.is_string_view(type)
        or types.is_decimal(type)
        or types.is_null(type)
        or (types.is_temporal(type) and not types.is_interval(type))
    )


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """The schema of a file: dictionaries of strings are written as strings, so that every block has one type."""
    return pa.schema([pa.field(f.name, _plain_type(f.type)) for f in schema])


def _plain_type(type: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(type):
        return _plain_type(type.value_type)
    return pa.string() if pa.types.is_string_view(type) else type


def plain_batch(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch with the types of a file's schema."""
    if batch.schema.equals(schema):
        return batch
    return pa.RecordBatch.from_arrays([_plain(array, f.type) for array, f in zip(batch.columns, schema, strict=True)], schema=schema)


def _plain(array: pa.Array, type: pa.DataType) -> pa.Array:
    if array.type.equals(type):
        return array
    if pa.types.is_dictionary(array.type) and pa.types.is_string(type):
        return plain_text(array)
    return array.cast(type)


def _encoder(format: str, file: Any, schema: pa.Schema) -> Encoder:
    plain = plain_schema(schema)
    if format in {"csv", "tsv"}:
        return _CsvEncoder(file, plain, "\t" if format == "tsv" else ",")
    if format == "jsonl":
        return _JsonEncoder(file, plain)
    if format == "parquet":
        return _ParquetEncoder(file, plain)
    return _IpcEncoder(file, plain, stream=format == "arrows")


class _CsvEncoder:
    """Text is quoted, numbers are not, null is the empty field. A row of one null is ``""``, as an empty line is no row to most readers."""

    def __init__(self, file: Any, schema: pa.Schema, delimiter: str) -> None:
        import pyarrow.csv as arrow_csv

        self.file = file
        # What has no CSV of its own is written as its text.
        self.schema = pa.schema([pa.field(f.name, pa.string() if _as_text_in_csv(f.type) else f.type) for f in schema])
        self._write_csv = arrow_csv.write_csv
        self._options = arrow_csv.WriteOptions(include_header=False, delimiter=delimiter, batch_size=BATCH_ROWS)
        self.file.write((delimiter.join('"' + name.replace('"', '""') + '"' for name in schema.names) + "\n").encode())

    def encode(self, batch: pa.RecordBatch) -> bytes:
        batch = plain_batch(batch, self.schema)
        if batch.num_columns == 1 and batch.column(0).null_count:
            return self._single(batch)
        return self._text(batch)

    def _text(self, batch: pa.RecordBatch) -> bytes:
        out = io.BytesIO()
        self._write_csv(batch, out, self._options)
        return out.getvalue()

    def _single(self, batch: pa.RecordBatch) -> bytes:
        array = batch.column(0)
        if not pa.types.is_string(array.type):
            return re.sub(rb"^$\n", b'""\n', self._text(batch), flags=re.MULTILINE)
        null, start, pieces = b'""\n', 0, []
        valid = present(array).tolist()
        # Rows of text may hold line ends, so runs of values and runs of nulls are written apart.
        for at in range(1, len(valid) + 1):
            if at == len(valid) or valid[at] != valid[start]:
                pieces.append(self._text(batch.slice(start, at - start)) if valid[start] else null * (at - start))
                start = at
        return b"".join(pieces)

    def write(self, encoded: bytes) -> None:
        self.file.write(encoded)

    def finish(self) -> None:
        pass

    def abandon(self) -> None:
        pass


def _as_text_in_csv(type: pa.DataType) -> bool:
    return bool(pa.types.is_float16(type) or pa.types.is_large_string(type))


class _JsonEncoder:
    """One object a line. NaN and infinities are spelled NaN, Infinity, -Infinity, as Python's json does: null would be another value."""

    def __init__(self, file: Any, schema: pa.Schema) -> None:
        self.file = file
        # Dates, times and decimals are strings, in ISO form.
        self.schema = pa.schema([pa.field(f.name, pa.string() if _as_text_in_json(f.type) else f.type) for f in schema])
        self._template = "{" + ",".join(f"{_JSON(name)}:".replace("%", "%%") + "%s" for name in schema.names) + "}\n"

    def encode(self, batch: pa.RecordBatch) -> bytes:
        columns = [_json_values(column) for column in plain_batch(batch, self.schema).columns]
        return "".join(map(self._template.__mod__, zip(*columns, strict=True))).encode()

    def write(self, encoded: bytes) -> None:
        self.file.write(encoded)

    def finish(self) -> None:
        pass

    def abandon(self) -> None:
        pass


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _json_values(array: pa.Array) -> Iterable[str]:
    """The values of a column as JSON, each kind of value the shortest way."""
    types = pa.types
    values = array.to_pylist()
    if types.is_integer(array.type):
        return ["null" if value is None else int.__repr__(value) for value in values]
    if types.is_floating(array.type):
        return ["null" if value is None else float.__repr__(value) if isfinite(value) else _JSON(value) for value in values]
    if types.is_string(array.type) or types.is_large_string(array.type) or types.is_boolean(array.type):
        return map({value: _JSON(value) for value in set(values)}.__getitem__, values)
    return map(_JSON, values)


def _as_text_in_json(type: pa.DataType) -> bool:
    return bool(pa.types.is_temporal(type) or pa.types.is_decimal(type))


class _Regrouped:
    """Gathers batches and gives them back in tables of exactly ``size`` rows."""

    def __init__(self, schema: pa.Schema, size: int) -> None:
        self.schema = schema
        self.size = size
        self.batches: list[pa.RecordBatch] = []
        self.rows = 0
        self.held_bytes = 0

    def add(self, batch: pa.RecordBatch) -> Iterator[pa.Table]:
        while self.rows + batch.num_rows >= self.size:
            room = self.size - self.rows
            self._hold(batch.slice(0, room))
            yield self.take()
            batch = batch.slice(room)
        if batch.num_rows:
            self._hold(batch)

    def _hold(self, batch: pa.RecordBatch) -> None:
        self.batches.append(batch)
        self.rows += batch.num_rows
        self.held_bytes += batch.nbytes

    def take(self) -> pa.Table:
        table = pa.Table.from_batches(self.batches, self.schema)
        self.batches, self.rows, self.held_bytes = [], 0, 0
        return table


class _ParquetEncoder:
    def __init__(self, file: Any, schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self.schema = schema
        self.rows = _Regrouped(schema, ROW_GROUP_ROWS)
        # Floats rarely repeat: a dictionary of them takes seven times as long to write and ends larger.
        repeating = [field.name for field in schema if not pa.types.is_floating(field.type)]
        self._writer = pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=repeating)

    def encode(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return plain_batch(batch, self.schema)

    def write(self, encoded: pa.RecordBatch) -> None:
        for table in self.rows.add(encoded):
            self._writer.write_table(table, row_group_size=ROW_GROUP_ROWS)

    def flush(self) -> None:
        if self.rows.rows:
            self._writer.write_table(self.rows.take(), row_group_size=ROW_GROUP_ROWS)

    def finish(self) -> None:
        self.flush()
        self._writer.close()

    def abandon(self) -> None:
        # Left open, the writer would write its footer when it is collected, into a file that is closed by then.
        self._writer.is_open = False


class _IpcEncoder:
    def __init__(self, file: Any, schema: pa.Schema, *, stream: bool) -> None:
        self.schema = schema
        self.rows = _Regrouped(schema, BATCH_ROWS)
        open_it = pa.ipc.new_stream if stream else pa.ipc.new_file
        self._writer = open_it(file, schema)

    def encode(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return plain_batch(batch, self.schema)

    def write(self, encoded: pa.RecordBatch) -> None:
        for table in self.rows.add(encoded):
            self._write(table)

    def _write(self, table: pa.Table) -> None:
        self._writer.write_batch(pa.RecordBatch.from_arrays([_exact(column) for column in table.columns], schema=self.schema))

    def finish(self) -> None:
        if self.rows.rows:
            self._write(self.rows.take())
        self._writer.close()

    def abandon(self) -> None:
        pass


def _exact(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array whose bytes say nothing but its values: buffers end where it ends, and zeros stand under nulls."""
    array = pa.concat_arrays([*column.chunks, column.chunk(0).slice(0, 0)])  # more than one are always copied
    if array.null_count and (pa.types.is_integer(array.type) or pa.types.is_floating(array.type)):
        _writable(array)[~present(array)] = 0
    elif array.null_count and pa.types.is_boolean(array.type):
        buffers = array.buffers()
        values = np.frombuffer(buffers[1], np.uint8) & np.frombuffer(buffers[0], np.uint8)
        array = pa.Array.from_buffers(array.type, len(array), [buffers[0], pa.py_buffer(values)])
    return array


def _writable(array: pa.Array) -> Any:
    """The values of an array that nobody else holds."""
    return np.frombuffer(array.buffers()[1], np.dtype(f"u{array.type.bit_width // 8}"))[: len(array)]


def same_file(one: str | Path, other: str | Path) -> bool:
    """Whether two paths are one file, through links too, or would be once it exists."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)
