"""What a run is to do, found out and checked before anything is written: inputs, their columns, the schema and place of each output."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from belljar.engines.batch.apply import output_schema
from belljar.engines.batch.blocks import Opened
from belljar.engines.batch.contract import Column, Kernel
from belljar.engines.batch.fit import Step, bell_type, steps
from belljar.engines.batch.options import BatchOptions
from belljar.engines.batch.partition import SUFFIX, check_partition
from belljar.engines.batch.publish import STDOUT
from belljar.engines.batch.selection import BLOCK_BYTES, BLOCK_ROWS, DATA_ROWS, Wanted, arrow_type, kept_names
from belljar.engines.batch.sink import check_types, output_format, same_file
from belljar.engines.batch.source import Input, format_of, inputs_of
from belljar.engines.batch.stream import AHEAD
from belljar.errors import bell_error
from belljar.source import is_named_pipe

CSV = {"csv", "tsv"}


class Plan:
    """A run, checked. The first input is open; close the plan when done.

    Raises E0001, E0002, E0003, E1001, E1002, E1003, E1004, E1008.
    """

    def __init__(self, kernel: Kernel, source: Any, options: BatchOptions) -> None:
        if not kernel.inputs:
            raise bell_error("E0003", detail="The task takes no parameter, so there is nothing to apply to rows")
        self.kernel = kernel
        self.options = options
        self.inputs = inputs_of(source, options.input_format)
        if options.resume and any(item.path is not None and is_named_pipe(item.path) for item in self.inputs):  # before one is opened
            raise bell_error("E0003", detail="resume needs inputs that are files")
        self.threads = options.worker_threads
        self.to_folder = self._is_folder()
        """One output per input."""
        self.formats = self._formats()
        """The format of each output; of the one output, where there is one; none for memory."""
        self.outputs = self._outputs()
        """The files to write, one per input or one; for partitions their folder. Empty for memory and standard output."""
        self._check_outputs()
        self.wanted = wanted_of(kernel.inputs, options, verbatim=set(self.formats) <= CSV and bool(self.formats))
        self._opened: list[Opened] = []
        try:
            first = self._open(0)
            self.kept = pa.schema([first.schema.field(name) for name in kept_names(self.wanted, first.columns.names)])
            """The columns carried along: what they are in the first input, they are in all."""
            self.schema = output_schema(kernel, self.kept)
            self.wanted = self.wanted.with_types_of(self.kept)
            if options.partition_by:
                check_partition(options.partition_by, self.schema)
            for format in self.formats:
                check_types(format, self.schema, options.output_name or "")
        except BaseException:
            self.close()
            raise

    def open(self, index: int) -> tuple[Opened, list[Step]]:
        """An input, and how its columns reach the kernel. Raises as the plan itself."""
        opened = self._opened[0] if index == 0 else self._open(index)
        types = [opened.schema.field(column.name).type for column in self.kernel.inputs]
        return opened, steps(self.kernel.inputs, types, self.inputs[index].name)

    def _open(self, index: int) -> Opened:
        opened = self.inputs[index].open(self.wanted)
        self._opened.append(opened)
        return opened

    def close(self) -> None:
        for opened in self._opened:
            opened.close()

    @property
    def identity(self) -> dict[str, Any]:
        """All that shapes the output, apart from the program and the inputs themselves."""
        options = self.options
        return {
            "schema": [f"{f.name}: {f.type}" for f in self.schema],
            "parameters": [f"{c.name}: {bell_type(c)}" for c in self.kernel.inputs],
            "types": {name: str(type) for name, type in self.wanted.types.items()},
            "nulls": list(options.nulls),
            "delimiter": options.delimiter,
            "encoding": options.encoding,
            "input_format": options.input_format,
            "output_format": sorted(set(self.formats)),
            "partition_by": list(options.partition_by),
        }

    def weights(self) -> list[float]:
        """Each input's share of the work, by bytes where all sizes are known."""
        sizes = [_size(item.path) for item in self.inputs]
        if any(size < 0 for size in sizes) or not sum(sizes):
            return [1.0 / len(sizes)] * len(sizes)
        return [size / sum(sizes) for size in sizes]

    def check_writable(self) -> None:
        """Whether the outputs could be written, as far as can be told without doing it. Raises E0004."""
        errors = [] if self.options.errors is None else [Path(self.options.errors)]
        for path in [*self.outputs, *(path for path in errors if str(path) != STDOUT)]:
            folder = path.parent
            if self.to_folder and path in self.outputs and not folder.exists():
                folder = folder.parent
            if not folder.is_dir():
                raise bell_error("E0004", path=str(path), reason=f"there is no folder '{folder}'")
            if not os.access(folder, os.W_OK):
                raise bell_error("E0004", path=str(path), reason=f"the folder '{folder}' is not writable")

    def _is_folder(self) -> bool:
        name = self.options.output_name
        if name is None or name == STDOUT or self.options.partition_by:
            return False
        if name.endswith(("/", os.sep)) or os.path.isdir(name):
            return True
        return len(self.inputs) > 1 and not Path(name).suffix and not os.path.exists(name)

    def _formats(self) -> list[str]:
        name = self.options.output_name
        given = self.options.output_format
        if name is None:
            return []
        if self.options.partition_by:
            return [output_format("", given, "parquet")]
        if self.to_folder:
            return [output_format("", given, self._mirrored(item)) for item in self.inputs]
        return [output_format(name, given)]

    def _mirrored(self, item: Input) -> str:
        """The format of an output that nobody named: that of its input."""
        return format_of(item.name) or item.format if item.path is not None else "parquet"

    def _outputs(self) -> list[Path]:
        name = self.options.output_name
        if name is None or name == STDOUT:
            return []
        if not self.to_folder:
            return [Path(name)]
        paths = [item.path or Path("data") for item in self.inputs]
        return outputs_in(Path(name), paths, [SUFFIX[format] for format in self.formats])

    def _check_outputs(self) -> None:
        """No output may be an input or another output."""
        outputs = [str(path) for path in self.outputs]
        if self.options.errors is not None:
            errors = os.fspath(self.options.errors)
            output_format(errors, None)
            if errors == self.options.output_name or any(same_file(output, errors) for output in outputs):
                raise bell_error("E0003", detail=f"The output and the error table are both {errors}")
            if errors != STDOUT:
                outputs.append(errors)
        inputs = [str(item.path) for item in self.inputs if item.path is not None]
        known = {key for path in inputs for key in _identities(path)}
        for output in outputs:
            if not known.isdisjoint(_identities(output)):
                raise bell_error("E0003", detail=f"The output {output} is also an input", hint="write to another file")


def wanted_of(inputs: Sequence[Column], options: BatchOptions, *, verbatim: bool = False) -> Wanted:
    """What the options want of each input; ``memory`` sets how much of it is in flight."""
    flying = options.worker_threads + AHEAD
    memory = options.memory_bytes
    types = {name: arrow_type(type) for name, type in options.types.items()}
    return Wanted(
        tuple(inputs),
        keep=tuple(options.keep),
        types=types,
        nulls=tuple(options.nulls),
        delimiter=options.delimiter,
        encoding=options.encoding,
        verbatim=verbatim,
        block_rows=options.block_rows or BLOCK_ROWS,
        data_rows=options.block_rows or DATA_ROWS,
        block_bytes=max(1 << 16, min(BLOCK_BYTES, memory // (8 * flying))),
        group_bytes=memory // (2 * flying),
    )


def outputs_in(folder: Path, inputs: Sequence[Path], suffixes: Sequence[str]) -> list[Path]:
    """The output of each input in a folder: its path below what all inputs share, with another suffix. Raises E0003 for a clash."""
    parents = [os.path.dirname(os.path.abspath(path)) for path in inputs]
    shared = os.path.commonpath(parents)
    outputs: dict[Path, Path] = {}
    for path, parent, suffix in zip(inputs, parents, suffixes, strict=True):
        output = folder / os.path.relpath(parent, shared) / (stem_of(path) + suffix)
        if output in outputs:
            raise bell_error("E0003", detail=f"The inputs {outputs[output]} and {path} would both be written to {output}")
        outputs[output] = path
    return list(outputs)


def stem_of(path: Path) -> str:
    """The file's name without the suffixes that say its format and its compression."""
    if format_of(path.name) is None:
        return path.name
    plain = path.stem
    return Path(plain).stem if format_of(plain) is not None else plain


def _identities(path: str) -> Iterator[object]:
    """What makes two paths one file: the real path, and device and inode where it exists."""
    yield os.path.realpath(path)
    try:
        status = os.stat(path)
    except OSError:
        return
    yield status.st_dev, status.st_ino


def _size(path: Path | None) -> int:
    try:
        return os.path.getsize(path) if path is not None else -1
    except OSError:
        return -1
