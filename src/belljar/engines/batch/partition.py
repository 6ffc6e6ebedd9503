"""One file per value of some columns, in folders named the way Hive does: ``year=2013/origin=EWR/part-00000.parquet``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from belljar.engines.batch.publish import unwritable
from belljar.engines.batch.sink import Sink, plain_schema
from belljar.errors import bell_error

PARTITIONS_MAX = 512
"""Most partitions of one run: each is an open file."""

HELD_BYTES_MAX = 64 << 20
"""Bytes of rows that all partitions together may hold back to fill their row groups."""

NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__"

SUFFIX = {"csv": ".csv", "tsv": ".tsv", "jsonl": ".jsonl", "parquet": ".parquet", "arrow": ".arrow", "arrows": ".arrows"}


def check_partition(names: Sequence[str], schema: pa.Schema) -> None:
    """Raises E1001 for a column the output does not have, E1002 for one whose values do not name folders."""
    for name in names:
        if name not in schema.names:
            raise bell_error("E1001", name=name, file="the output", nearest=f"its columns: {', '.join(schema.names)}; --keep adds others")
        type = plain_schema(schema).field(name).type
        types = pa.types
        if not (
            types.is_integer(type) or types.is_string(type) or types.is_large_string(type) or types.is_boolean(type) or types.is_date(type)
        ):
            expected = "an int, a str, a bool or a date to partition by"
            raise bell_error("E1002", name=name, file="the output", found=str(type), expected=expected, advice="")
    if len(set(names)) == len(schema.names):
        raise bell_error("E0003", detail="Partitioning by every column leaves no column to write", hint="--keep adds others")


class Partitions:
    """Writes the rows of one input into a tree of folders."""

    def __init__(self, folder: Path, names: Sequence[str], format: str, schema: pa.Schema, part: int) -> None:
        self.folder = folder
        self.names = list(dict.fromkeys(names))
        self.format = format
        self.file_name = f"part-{part:05}{SUFFIX[format]}"
        self.schema = plain_schema(schema)
        self.rest = pa.schema([field for field in self.schema if field.name not in self.names])
        self._sinks: dict[str, Sink] = {}

    def encode(self, batch: pa.RecordBatch) -> list[tuple[str, pa.RecordBatch]]:
        """The rows of each partition, in the order of the rows; called by workers."""
        keys = np.zeros(batch.num_rows, np.int64)
        values: list[list[Any]] = []
        for name in self.names:
            encoded = batch.column(name).cast(self.schema.field(name).type).dictionary_encode(null_encoding="encode")
            values.append(encoded.dictionary.to_pylist())
            # Combined afresh after each column, so that the key never outgrows the number of rows times one dictionary.
            keys = keys * len(values[-1]) + encoded.indices.to_numpy().astype(np.int64)
            keys = np.unique(keys, return_inverse=True)[1].astype(np.int64)
        rest = batch.select(self.rest.names)
        found = []
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(keys[order]) != 0]) if len(order) else np.array([], np.int64)
        for start, end in zip(starts, np.r_[starts[1:], len(order)], strict=True):
            rows = order[start:end]
            folder = "/".join(_folder(name, batch.column(name)[int(rows[0])].as_py()) for name in self.names)
            found.append((folder, rest.take(pa.array(rows))))
        return found

    def write(self, encoded: list[tuple[str, pa.RecordBatch]]) -> None:
        for folder, batch in encoded:
            sink = self._sinks.get(folder)
            if sink is None:
                sink = self._open(folder)
            sink.write(sink.encode(batch))
        while sum(sink.held_bytes for sink in self._sinks.values()) > HELD_BYTES_MAX:
            max(self._sinks.values(), key=lambda sink: sink.held_bytes).flush()

    def _open(self, folder: str) -> Sink:
        if len(self._sinks) >= PARTITIONS_MAX:
            raise bell_error(
                "E0004", path=str(self.folder), reason=f"--partition-by {','.join(self.names)} makes more than {PARTITIONS_MAX} partitions"
            )
        path = self.folder / folder
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(path, error) from None
        sink = self._sinks[folder] = Sink(path / self.file_name, self.format, self.rest)
        return sink

    def commit(self) -> list[Path]:
        """The files written, complete and on disk."""
        for sink in self._sinks.values():
            sink.commit()
        return sorted(sink.path for sink in self._sinks.values())

    def discard(self) -> None:
        for sink in self._sinks.values():
            sink.discard()


def _folder(name: str, value: Any) -> str:
    if value is None:
        text = NULL_FOLDER
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = str(value)
    return f"{quote(name, safe=' ')}={quote(text, safe=' ')}"
