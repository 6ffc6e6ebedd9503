"""Which columns of an input are read, and as what type: the task's parameters, the columns to keep, the types given by hand."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from belljar.engines.batch.blocks import BadBlock
from belljar.engines.batch.contract import Column
from belljar.engines.batch.fit import ARROW_TYPE
from belljar.errors import BellError, bell_error
from belljar.structs import Struct

KEEP_ALL = "*"

BLOCK_ROWS = 65_536
"""Rows a kernel is handed at a time: some MB of columns, which the second-level cache still holds."""
DATA_ROWS = 262_144
"""The same for large data in memory, where there is nothing to decode and each block's own cost shows."""
BLOCK_BYTES = 1 << 20
"""Bytes of CSV or JSON text a worker parses at a time."""
GROUP_BYTES = 32 << 20
"""Decoded bytes of a Parquet row group up to which one worker reads it whole."""


class Wanted(Struct):
    """What a run wants of each of its inputs.

    ``keep`` names the columns to carry along (``"*"``: all); ``types`` says by hand what a column is read as or converted to;
    ``nulls`` are spellings of null in text, besides the empty field; ``verbatim`` keeps untyped text columns as the text they are. ``describe``
    only looks: a column that stands twice is no error then.
    """

    __slots__ = (
        "block_bytes", "block_rows", "data_rows", "delimiter", "describe", "encoding", "group_bytes", "inputs", "keep", "nulls", "types", "verbatim"
    )  # fmt: skip

    def __init__(
        self,
        inputs: tuple[Column, ...],
        keep: tuple[str, ...] = (),
        types: Mapping[str, pa.DataType] | None = None,
        nulls: tuple[str, ...] = (),
        delimiter: str | None = None,
        encoding: str = "utf-8",
        verbatim: bool = False,
        describe: bool = False,
        block_rows: int = BLOCK_ROWS,
        data_rows: int = DATA_ROWS,
        block_bytes: int = BLOCK_BYTES,
        group_bytes: int = GROUP_BYTES,
    ) -> None:
        self.inputs: Final = inputs
        self.keep: Final = keep
        self.types: Final[Mapping[str, pa.DataType]] = types or {}
        self.nulls: Final = nulls
        self.delimiter: Final = delimiter
        self.encoding: Final = encoding
        self.verbatim: Final = verbatim
        self.describe: Final = describe
        self.block_rows: Final = block_rows
        self.data_rows: Final = data_rows
        self.block_bytes: Final = block_bytes
        self.group_bytes: Final = group_bytes

    def changed(self, **changes: Any) -> Wanted:
        """The same with other values of some fields."""
        return Wanted(**{name: changes.get(name, getattr(self, name)) for name in self.__slots__})

    def with_types_of(self, kept: pa.Schema) -> Wanted:
        """The same for the next input: what the first one's kept columns were, all are."""
        return self.changed(types={**{f.name: f.type for f in kept}, **self.types})


def arrow_type(given: Any) -> pa.DataType:
    """The Arrow type of a name: ``int``, ``float``, ``bool``, ``str``, or one of Arrow's own such as ``date32`` or ``timestamp[ms]``; of a Python type; or itself."""
    if isinstance(given, pa.DataType):
        return given
    name = given.__name__ if isinstance(given, type) else str(given)
    if name in ARROW_TYPE:
        return ARROW_TYPE[name]
    try:
        return pa.type_for_alias(name)
    except ValueError:
        known = ", ".join(ARROW_TYPE)
        raise bell_error("E0003", detail=f"Unknown column type '{name}'", hint=f"use {known}, date32 or timestamp[s|ms|us|ns]") from None


def nearest(name: str, names: Iterable[str]) -> str:
    """A hint with the nearest of ``names``, or, where none is near, all of them when they are few."""
    names = list(names)
    lower = {other.lower(): other for other in names}
    if name.lower() in lower:
        return f"did you mean '{lower[name.lower()]}'?"
    if close := difflib.get_close_matches(name, names, n=1):
        return f"did you mean '{close[0]}'?"
    return f"columns: {', '.join(names)}" if 0 < len(names) <= 20 else ""


def missing(name: str, names: Sequence[str], file: str, advice: str = "") -> BellError:
    return bell_error("E1001", name=name, file=file, nearest=advice or nearest(name, names))


def select(wanted: Wanted, names: Sequence[str], file: str, advice: str = "") -> list[str]:
    """The columns to read of an input with columns ``names``: the task's first, then the kept ones that are not among them.

    Raises E1001 for a column that is not there and E1003 for one that stands twice. ``advice`` is the hint for a missing column where the
    reader knows better than the nearest name.
    """
    count = Counter(names)
    kept = list(dict.fromkeys(names)) if KEEP_ALL in wanted.keep else list(wanted.keep)
    chosen = list(dict.fromkeys([column.name for column in wanted.inputs] + kept))
    for name in [*chosen, *wanted.types]:
        if name not in count:
            raise missing(name, names, file, advice)
    for name in chosen:
        if count[name] > 1 and not wanted.describe:
            raise bell_error("E1003", name=name, file=file)
    return chosen


def kept_names(wanted: Wanted, names: Sequence[str]) -> list[str]:
    """The columns to carry along, in the order they are written."""
    return list(dict.fromkeys(names)) if KEEP_ALL in wanted.keep else list(dict.fromkeys(wanted.keep))


def target_schema(wanted: Wanted, schema: pa.Schema) -> pa.Schema:
    """A typed input's chosen columns with the types given by hand."""
    return pa.schema([pa.field(f.name, wanted.types.get(f.name, f.type), f.nullable) for f in schema])


def cast_batch(batch: pa.RecordBatch, schema: pa.Schema, row: int) -> pa.RecordBatch:
    """The batch with the types of ``schema``. Raises BadBlock with the first row whose value does not convert; ``row`` is that of the
    batch's first row within its block."""
    if batch.schema.equals(schema):
        return batch
    arrays = []
    for found, wanted in zip(batch.columns, schema, strict=True):
        if found.type.equals(wanted.type):
            arrays.append(found)
            continue
        try:
            arrays.append(found.cast(wanted.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            at = _first_misfit(found, wanted.type) if isinstance(error, pa.ArrowInvalid) else -1
            what = (
                f"{found[at].as_py()!r} does not convert to {wanted.type}" if at >= 0 else f"{found.type} does not convert to {wanted.type}"
            )
            raise BadBlock(row + at if at >= 0 else -1, what, column=wanted.name) from None
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _first_misfit(array: pa.Array, type: pa.DataType) -> int:
    """The first row that does not convert, by halving; -1 when each half does."""
    low, high = 0, len(array)
    while high - low > 1:
        middle = (low + high) // 2
        if _converts(array.slice(low, middle - low), type):
            low = middle
        else:
            high = middle
    return -1 if _converts(array.slice(low, 1), type) else low


def _converts(array: pa.Array, type: pa.DataType) -> bool:
    try:
        array.cast(type)
    except pa.ArrowInvalid:
        return False
    return True
