"""The options of a run, each stated once: commands and the programmatic interface derive theirs from here."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from belljar.errors import bell_error
from belljar.safety.limits import parse_limit

MEMORY_BYTES = 256 << 20
"""Bytes of rows in flight by default."""
MEMORY_BYTES_MIN = 8 << 20

THREADS_MAX = 256


@dataclass(frozen=True, kw_only=True)
class BatchOptions:
    """What to do with the rows of a source. Raises E0003 for a value out of its range."""

    output: str | os.PathLike[str] | None = None
    """A file, a folder (existing, ending in ``/``, or without a suffix where there are several inputs), ``-`` for standard output; None keeps
    the result in memory."""
    errors: str | os.PathLike[str] | None = None
    """The error table: ``.jsonl``, ``.csv``, ``.parquet`` or ``.arrow``."""
    input_format: str | None = None
    output_format: str | None = None
    keep: Sequence[str] = ()
    """Input columns to carry along; ``*`` for all."""
    types: Mapping[str, Any] = field(default_factory=dict)
    """Types of columns: ``int``, ``float``, ``bool``, ``str`` or an Arrow type such as ``date32``."""
    nulls: Sequence[str] = ()
    """Spellings of null in CSV, besides the empty field."""
    delimiter: str | None = None
    encoding: str = "utf-8"
    limit: int | None = None
    """Only the first rows, over all inputs."""
    threads: int | None = None
    """Worker threads; None takes every core this process may use."""
    memory: int | str | None = None
    """Bytes of rows in flight at most, roughly; at least 8 MiB. Text such as ``"256MiB"`` is read as its number."""
    block_rows: int | None = None
    """Rows a kernel is handed at a time."""
    partition_by: Sequence[str] = ()
    """Columns of the output whose values become folders."""
    max_errors: int | None = None
    """Stop when more rows than this have failed."""
    strict: bool = False
    """The first row that fails ends the run."""
    resume: bool = False
    """Inputs an earlier, cut run finished are not run again."""
    program_hash: str = ""
    """What tells one compiled program from another: a run is resumed with the same one only."""
    progress: str | None = None
    """``auto``, ``bar``, ``json`` or ``off``, on standard error."""
    counts: bool = False
    """Count the values of text and bool results."""
    dry_run: bool = False
    """Check everything and run the first block; write nothing."""

    def __post_init__(self) -> None:
        if isinstance(self.memory, str):
            object.__setattr__(self, "memory", int(parse_limit("memory", self.memory)))
        for name in ("output", "errors"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, (str, os.PathLike)):
                raise bell_error("E0003", detail=f"{name} must be a path, got {value!r}")
        for name in ("input_format", "output_format", "delimiter"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise bell_error("E0003", detail=f"{name} must be a str, got {value!r}")
        if not isinstance(self.encoding, str):
            raise bell_error("E0003", detail=f"encoding must be a str, got {self.encoding!r}", hint="the default is 'utf-8'")
        if not isinstance(self.types, Mapping):
            raise bell_error("E0003", detail=f"types must say a type for each name, got {self.types!r}", hint="example: types={'x': 'int'}")
        for name, lowest in (("limit", 0), ("threads", 1), ("memory", MEMORY_BYTES_MIN), ("block_rows", 1), ("max_errors", 0)):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < lowest):
                raise bell_error("E0003", detail=f"{name} must be an int of at least {lowest}, got {value!r}")
        for name in ("keep", "nulls", "partition_by"):
            value = getattr(self, name)
            if value is None or isinstance(value, str):
                object.__setattr__(self, name, () if value is None else (value,))
            elif not isinstance(value, Sequence) or not all(isinstance(item, str) for item in value):
                raise bell_error("E0003", detail=f"{name} must be strings, got {value!r}")
        if self.partition_by and (self.output is None or str(self.output) == "-"):
            raise bell_error("E0003", detail="partition_by needs an output folder")
        if self.resume and (self.output is None or str(self.output) == "-"):
            raise bell_error("E0003", detail="resume needs an output file or folder")
        if self.resume and self.limit is not None:
            raise bell_error("E0003", detail="resume and limit do not go together: a limited run does not finish its inputs")

    @property
    def memory_bytes(self) -> int:
        assert not isinstance(self.memory, str)
        return self.memory or MEMORY_BYTES

    @property
    def worker_threads(self) -> int:
        if self.threads is not None:
            return min(self.threads, THREADS_MAX)
        affinity = getattr(os, "sched_getaffinity", None)
        return min(len(affinity(0)) if affinity else os.cpu_count() or 1, THREADS_MAX)

    @property
    def output_name(self) -> str | None:
        """The output as given: a trailing slash says that it is a folder."""
        return None if self.output is None else os.fspath(self.output)

    @property
    def output_path(self) -> Path:
        assert self.output is not None
        return Path(self.output)


def options_of(given: Mapping[str, Any]) -> BatchOptions:
    """Options from keyword arguments. Raises E0003 for one that does not exist."""
    import difflib

    known = [name for name in BatchOptions.__dataclass_fields__ if name != "program_hash"]
    for name in given:
        if name not in known and name != "program_hash":
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(known)}"
            raise bell_error("E0003", detail=f"A batch has no option '{name}'", hint=hint)
    return BatchOptions(**given)
