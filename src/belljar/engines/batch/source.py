"""What a batch reads: files by path or glob, standard input, or data in memory; and which reader opens it."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from belljar.engines.batch.blocks import Opened
from belljar.engines.batch.bytestream import CODECS, STDIN, ByteStream, unreadable
from belljar.engines.batch.memory_reader import NAME, is_data, open_data
from belljar.engines.batch.selection import Wanted
from belljar.errors import bell_error
from belljar.source import is_named_pipe
from belljar.structs import Frozen

FORMATS = ("csv", "jsonl", "parquet", "arrow", "arrows")
"""Names of formats, as ``--input-format`` and ``--to`` take them; ``tsv`` is csv separated by tabs."""

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".arrows": "arrows",
}

ALIASES = {"json": "jsonl", "ndjson": "jsonl", "ipc": "arrow", "feather": "arrow", "stream": "arrows", "pq": "parquet"}


class Input(Frozen):
    """One input of a run. ``name`` is what messages and the error table call it; ``data`` is set for data in memory."""

    __slots__ = ("data", "format", "name")

    def __init__(self, name: str, format: str, data: Any = None) -> None:
        self.name: Final = name
        self.format: Final = format
        self.data: Final = data

    @property
    def path(self) -> Path | None:
        """Where it is on disk, None for standard input and data in memory."""
        return Path(self.name) if self.data is None and self.name != STDIN else None

    def open(self, wanted: Wanted) -> Opened:
        """Raises E0001, E0002, E1001, E1003, E1004."""
        if self.data is not None:
            return open_data(self.data, wanted)
        if os.path.isdir(self.name):
            raise unreadable(self.name, IsADirectoryError())
        if self.format in {"csv", "tsv"}:
            from belljar.engines.batch.csv_reader import open_csv

            return open_csv(self.name, wanted, tabs=self.format == "tsv")
        if self.format == "jsonl":
            from belljar.engines.batch.json_reader import open_json

            return open_json(self.name, wanted)
        if is_named_pipe(self.name):
            raise bell_error("E0002", path=self.name, reason="it is a named pipe", hint=f"cat {self.name} | belljar ... - reads it")
        file = _standard_input(self.format) if self.name == STDIN else None
        if self.format == "parquet":
            from belljar.engines.batch.parquet_reader import open_parquet

            return open_parquet(self.name, wanted, file)
        from belljar.engines.batch.ipc_reader import open_ipc

        return open_ipc(self.name, wanted, file, piped=file is not None and self.format == "arrows")


def inputs_of(source: Any, input_format: str | None = None) -> list[Input]:
    """The inputs a source names, in order; the matches of a glob are sorted.

    A source is data in memory, one path or glob, or a sequence of paths and globs; ``-`` is standard input. Raises E0001 where nothing is
    there, E1008 where the format is not known, E0003 for anything else.
    """
    if is_data(source):
        return [Input(NAME, "memory", source)]
    if isinstance(source, (str, os.PathLike)):
        patterns: Sequence[Any] = [source]
    elif isinstance(source, Sequence) and source and all(isinstance(item, (str, os.PathLike)) for item in source):
        patterns = source
    else:
        raise bell_error(
            "E0003",
            detail=f"Cannot read rows from a {type(source).__name__}",
            hint=_source_hint(source),
        )
    given = None if input_format is None else known_format(input_format)
    inputs: list[Input] = []
    for pattern in patterns:
        for name in _matches(os.fspath(pattern)):
            inputs.append(Input(name, given or _format_of_input(name)))
    seen: dict[str, str] = {}
    for item in inputs:
        real = item.name if item.name == STDIN else os.path.realpath(item.name)
        if real in seen:
            raise bell_error("E0003", detail=f"The input {item.name} is given twice")
        seen[real] = item.name
    return inputs


def _source_hint(source: Any) -> str:
    if hasattr(source, "collect") and hasattr(source, "lazy"):
        return "collect the lazy frame first: source.collect()"
    return "give a path, a glob, a list of them, a table or frame, or a dict of arrays"


def _matches(pattern: str) -> list[str]:
    if pattern == STDIN or os.path.lexists(pattern) or not glob.has_magic(pattern):
        if "://" in pattern and not os.path.lexists(pattern):
            raise bell_error("E0003", detail=f"Cannot read {pattern}: inputs are files of this machine, data in memory, or -")
        return [pattern]
    found = sorted(name for name in glob.glob(pattern, recursive=True) if not os.path.isdir(name))
    if not found:
        raise bell_error("E0001", path=pattern, nearest="the pattern matches no file")
    return found


def known_format(name: str) -> str:
    """The format of a name given by hand. Raises E1008."""
    lower = name.lower().lstrip(".")
    if lower == "tsv" or lower in FORMATS:
        return lower
    if lower in ALIASES:
        return ALIASES[lower]
    raise bell_error("E1008", path=name, formats=", ".join((*FORMATS, "tsv")))


def format_of(name: str) -> str | None:
    """The format the suffix of a path tells, compression aside; None where it tells nothing."""
    path = Path(name)
    if path.suffix.lower() in CODECS and Path(path.stem).suffix.lower() in SUFFIXES:
        path = Path(path.stem)
        found = SUFFIXES[path.suffix.lower()]
        return found if found in {"csv", "tsv", "jsonl"} else None
    return SUFFIXES.get(path.suffix.lower())


def _format_of_input(name: str) -> str:
    if name == STDIN:
        return "csv"
    found = format_of(name)
    if found is None:
        if not os.path.lexists(name) or os.path.isdir(name):
            ByteStream(name).close()  # a missing file or a folder is said to be that, not of a strange format
        raise bell_error("E1008", path=name, formats=", ".join((*FORMATS, "tsv")))
    return found


def _standard_input(format: str) -> Any:
    """Standard input as something that can be sought in: formats with a footer are copied to a temporary file first."""
    import tempfile

    import pyarrow as pa

    stream = ByteStream(STDIN)
    if format == "arrows":
        return pa.PythonFile(stream.raw, "r")
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as what reads it
    while piece := stream.raw.read(1 << 20):
        spool.write(piece)
    spool.seek(0)
    return pa.PythonFile(spool, "r")
