"""Where a run's rows go: into memory, one file, a file per input, or a tree of partitions.

A run calls :meth:`begin` for each input before its first row, :meth:`write` with what workers made by ``encode``, :meth:`end` after its last row,
and at the very end :meth:`commit` or :meth:`discard`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from belljar.engines.batch.manifest import RunFolder
from belljar.engines.batch.partition import SUFFIX, Partitions, check_partition
from belljar.engines.batch.publish import PendingFolder, unwritable
from belljar.engines.batch.sink import Sink, plain_batch, plain_schema
from belljar.engines.batch.stream import ordered_map

Encode = Callable[[pa.RecordBatch], Any]


class Target(Protocol):
    def begin(self, index: int, schema: pa.Schema) -> Encode: ...
    def write(self, index: int, encoded: Any) -> None: ...
    def end(self, index: int) -> list[Path]: ...
    def commit(self) -> list[Path]: ...
    def discard(self) -> None: ...


class MemoryTarget:
    """Rows kept as one table. Text results keep the form the kernel gave them: plain, or dictionary-encoded."""

    def __init__(self) -> None:
        self._schema: pa.Schema | None = None
        self._batches: list[pa.RecordBatch] = []

    def begin(self, index: int, schema: pa.Schema) -> Encode:
        self._schema = schema
        return lambda batch: batch

    def write(self, index: int, encoded: pa.RecordBatch) -> None:
        self._batches.append(encoded)

    def end(self, index: int) -> list[Path]:
        return []

    def commit(self) -> list[Path]:
        return []

    def discard(self) -> None:
        self._batches.clear()

    @property
    def table(self) -> pa.Table:
        if self._batches:
            schema = self._batches[0].schema
            if all(batch.schema.equals(schema) for batch in self._batches):
                return pa.Table.from_batches(self._batches)
            plain = plain_schema(schema)
            return pa.Table.from_batches([plain_batch(batch, plain) for batch in self._batches])
        assert self._schema is not None
        return self._schema.empty_table()


class FileTarget:
    """All inputs into one file or standard output, straight."""

    def __init__(self, path: str, format: str) -> None:
        self._path, self._format = path, format
        self._sink: Sink | None = None

    def begin(self, index: int, schema: pa.Schema) -> Encode:
        if self._sink is None:
            self._sink = Sink(self._path, self._format, schema)
        return self._sink.encode

    def write(self, index: int, encoded: Any) -> None:
        assert self._sink is not None
        self._sink.write(encoded)

    def end(self, index: int) -> list[Path]:
        return []

    def commit(self) -> list[Path]:
        assert self._sink is not None
        self._sink.commit()
        return [self._sink.path]

    def discard(self) -> None:
        if self._sink is not None:
            self._sink.discard()


class FolderTarget:
    """A file for each input, each published as soon as it is whole."""

    def __init__(self, outputs: Sequence[Path], formats: Sequence[str], done: Sequence[bool]) -> None:
        self._outputs, self._formats = outputs, formats
        self._done = list(done)
        self._sinks: dict[int, Sink] = {}

    def begin(self, index: int, schema: pa.Schema) -> Encode:
        try:
            self._outputs[index].parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self._outputs[index], error) from None
        sink = self._sinks[index] = Sink(self._outputs[index], self._formats[index], schema)
        return sink.encode

    def write(self, index: int, encoded: Any) -> None:
        self._sinks[index].write(encoded)

    def end(self, index: int) -> list[Path]:
        self._sinks.pop(index).commit()
        self._done[index] = True
        return [self._outputs[index]]

    def commit(self) -> list[Path]:
        # With a limit, inputs behind it have no output.
        self.discard()
        return [path for path, done in zip(self._outputs, self._done, strict=True) if done]

    def discard(self) -> None:
        for sink in self._sinks.values():
            sink.discard()


class PartsTarget:
    """All inputs into one file, by way of one part an input in the run folder: a run that was cut keeps the parts it has."""

    def __init__(self, path: str, format: str, run: RunFolder, keys: Sequence[str], threads: int) -> None:
        self._path, self._format, self._threads = path, format, threads
        self._parts = [run.path / f"part-{key}.arrows" for key in keys]
        self._sinks: dict[int, Sink] = {}

    def begin(self, index: int, schema: pa.Schema) -> Encode:
        sink = self._sinks[index] = Sink(self._parts[index], "arrows", schema)
        return sink.encode

    def write(self, index: int, encoded: Any) -> None:
        self._sinks[index].write(encoded)

    def end(self, index: int) -> list[Path]:
        self._sinks.pop(index).commit()
        return [self._parts[index]]

    def commit(self) -> list[Path]:
        sink: Sink | None = None
        try:
            for part in self._parts:
                with pa.OSFile(str(part), "rb") as file, pa.ipc.open_stream(file) as reader:
                    if sink is None:
                        sink = Sink(self._path, self._format, reader.schema)
                    for encoded in ordered_map(sink.encode, reader, self._threads):
                        sink.write(encoded)
            assert sink is not None
            sink.commit()
        except BaseException:
            if sink is not None:
                sink.discard()
            raise
        return [Path(self._path)]

    def discard(self) -> None:
        for sink in self._sinks.values():
            sink.discard()


class PartitionTarget:
    """A tree of partitions for each input in the run folder, put together into the output folder at the end."""

    def __init__(self, path: str, format: str, names: Sequence[str], run: RunFolder, keys: Sequence[str]) -> None:
        self._path, self._format, self._names = Path(path), format, names
        self._run = run
        self._trees = [run.path / f"part-{key}" for key in keys]
        self._open: dict[int, Partitions] = {}

    def begin(self, index: int, schema: pa.Schema) -> Encode:
        check_partition(self._names, schema)
        shutil.rmtree(self._trees[index], ignore_errors=True)
        found = self._open[index] = Partitions(self._trees[index], self._names, self._format, schema, index)
        return found.encode

    def write(self, index: int, encoded: Any) -> None:
        self._open[index].write(encoded)

    def end(self, index: int) -> list[Path]:
        return self._open.pop(index).commit()

    def commit(self) -> list[Path]:
        pending = PendingFolder(self._path)
        placed = []
        try:
            for index, tree in enumerate(self._trees):
                for source in sorted(tree.rglob(f"*{SUFFIX[self._format]}")):
                    # The number of an input may have changed since its part was written.
                    relative = source.relative_to(tree).with_name(f"part-{index:05}{SUFFIX[self._format]}")
                    destination = pending.folder / relative
                    destination.parent.mkdir(parents=True, exist_ok=True)
                    _place(source, destination)
                    placed.append(self._path / relative)
            pending.commit()
        except OSError as error:
            pending.discard()
            raise unwritable(self._path, error) from None
        except BaseException:
            pending.discard()
            raise
        return placed

    def discard(self) -> None:
        for found in self._open.values():
            found.discard()


def _place(source: Path, destination: Path) -> None:
    try:
        os.link(source, destination)
    except OSError:  # a file system without links
        shutil.copyfile(source, destination)
