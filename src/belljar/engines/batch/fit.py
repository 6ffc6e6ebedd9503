"""Which Arrow type fits which column of a task, and how its values reach the kernel.

Nothing is rounded on the way: what cannot be converted exactly fails its row. Dates and times are integers in these units:

===============  ===============================================================
Arrow type       the int
===============  ===============================================================
date32           days since 1970-01-01
date64           milliseconds since 1970-01-01
time32, time64   the type's unit (s, ms, us, ns) since midnight
timestamp        the type's unit since 1970-01-01T00:00:00 (UTC with a time zone)
duration         the type's unit
===============  ===============================================================
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from belljar.engines.batch.arrays import present
from belljar.engines.batch.contract import Column, RowFault
from belljar.errors import CODES, bell_error

if TYPE_CHECKING:
    from numpy.typing import NDArray

Step = Callable[["pa.Array"], "tuple[pa.Array, NDArray[np.bool_] | None]"]
"""An array converted for the kernel, and which of its rows (True) have no exact counterpart; None where all have."""

ARROW_TYPE = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "str": pa.string()}
"""The Arrow type a column of each Bell type is read as from text, and written as."""

ACCEPTED = {
    "int": "any integer, date, time, timestamp or duration",
    "float": "float16, float32, float64 or any integer",
    "bool": "bool",
    "str": "string, large_string, string_view or a dictionary of strings",
}
"""What fits each Bell type, in words."""

_KERNEL_INT = (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32())
_KERNEL_INDEX = (pa.int8(), pa.int16(), pa.int32())
_INT_MAX = 2**63 - 1


def _as_it_is(array: pa.Array) -> tuple[pa.Array, None]:
    return array, None


def _view(type: pa.DataType) -> Step:
    return lambda array: (array.view(type), None)


def _cast(type: pa.DataType) -> Step:
    return lambda array: (array.cast(type), None)


def _null(type: pa.DataType) -> Step:
    return lambda array: (pa.nulls(len(array), type), None)


def _checked_int(array: pa.Array) -> tuple[pa.Array, NDArray[np.bool_] | None]:
    """uint64 as int64; rows above 2**63 - 1 do not fit."""
    values = _numbers(array, "uint64")
    beyond = values > np.uint64(_INT_MAX)
    if array.null_count:
        beyond &= present(array)
    return array.cast(pa.int64(), safe=False), beyond if beyond.any() else None


def _exact_float(array: pa.Array) -> tuple[pa.Array, NDArray[np.bool_] | None]:
    """Integers as float64; rows whose integer no float64 equals do not fit."""
    result = array.cast(pa.float64(), safe=False)
    if array.type.bit_width <= 32:
        return result, None
    values = _numbers(array, "uint64" if pa.types.is_unsigned_integer(array.type) else "int64")
    floats = values.astype(np.float64)
    # The nearest float of the largest integers is 2.0**63 or 2.0**64, which no integer of the type equals.
    top = 2.0**64 if values.dtype == np.uint64 else 2.0**63
    inside = floats < top
    inexact = ~inside
    inexact[inside] = floats[inside].astype(values.dtype) != values[inside]
    if array.null_count:
        inexact &= present(array)
    return result, inexact if inexact.any() else None


def _numbers(array: pa.Array, dtype: str) -> NDArray[Any]:
    """The values buffer of a 64-bit integer array, whatever lies under its nulls."""
    return np.frombuffer(array.buffers()[1], dtype=dtype, count=len(array), offset=array.offset * 8)


def _dictionary(array: pa.Array) -> tuple[pa.Array, None]:
    """Dictionaries of strings with small signed indices; plain strings where the dictionary itself holds a null."""
    if array.dictionary.null_count:
        return array.dictionary_decode().cast(pa.string()), None
    index = array.type.index_type
    if index in _KERNEL_INDEX and pa.types.is_string(array.type.value_type):
        return array, None
    return array.cast(pa.dictionary(index if index in _KERNEL_INDEX else pa.int32(), pa.string())), None


def step(column: Column, type: pa.DataType) -> Step | None:
    """How an array of ``type`` reaches a kernel's ``column``, or None where the type does not fit."""
    types = pa.types
    if isinstance(type, pa.BaseExtensionType):
        return None
    if types.is_null(type):
        return _null(ARROW_TYPE[column.type])
    if types.is_run_end_encoded(type):
        return _decoded(column, type.value_type, _run_end_decode)
    if types.is_dictionary(type):
        if _is_text(type.value_type):
            return _dictionary if column.type == "str" else None
        return _decoded(column, type.value_type, lambda array: array.dictionary_decode())
    if column.type == "int":
        return _int_step(type)
    if column.type == "float":
        if type in (pa.float32(), pa.float64()):
            return _as_it_is
        if types.is_float16(type):
            return _cast(pa.float32())
        return _exact_float if types.is_integer(type) else None
    if column.type == "bool":
        return _as_it_is if types.is_boolean(type) else None
    if types.is_string(type) or types.is_large_string(type):
        return _as_it_is
    return _cast(pa.string()) if _is_text(type) else None


def _int_step(type: pa.DataType) -> Step | None:
    types = pa.types
    if type in _KERNEL_INT:
        return _as_it_is
    if types.is_uint64(type):
        return _checked_int
    if types.is_date32(type) or types.is_time32(type):
        return _view(pa.int32())
    if types.is_temporal(type) and not types.is_interval(type):
        return _view(pa.int64())
    return None


def _is_text(type: pa.DataType) -> bool:
    return bool(pa.types.is_string(type) or pa.types.is_large_string(type) or pa.types.is_string_view(type))


def _run_end_decode(array: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    return pc.run_end_decode(array)


def _decoded(column: Column, value_type: pa.DataType, decode: Callable[[pa.Array], pa.Array]) -> Step | None:
    inner = step(column, value_type)
    if inner is None:
        return None
    found = inner
    return lambda array: found(decode(array))


def fits(column: Column, type: pa.DataType) -> bool:
    """Whether a column of this Arrow type can be handed to the task at all."""
    return step(column, type) is not None


def steps(columns: Sequence[Column], types: Sequence[pa.DataType], file: str) -> list[Step]:
    """The steps for all input columns of one source. Raises E1002, naming column, type found and type needed, where one does not fit."""
    found = []
    for column, type in zip(columns, types, strict=True):
        one = step(column, type)
        if one is None:
            needed = bell_type(column)
            raise bell_error(
                "E1002",
                name=column.name,
                file=file,
                found=str(type),
                expected=f"{needed} ({ACCEPTED[column.type]})",
                advice=_advice(column, type, file),
            )
        found.append(one)
    return found


def _advice(column: Column, type: pa.DataType, file: str) -> str:
    """How a column of another type can be used all the same."""
    if pa.types.is_nested(type):
        return "nested columns are not read: give the task the columns inside it"
    try:
        pa.nulls(0, type).cast(ARROW_TYPE[column.type])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return ""
    option = f"types={{'{column.name}': '{column.type}'}}" if file.startswith("<") else f"--types {column.name}={column.type}"
    return f"{option} converts it where every value allows it"


def bell_type(column: Column) -> str:
    """The column's type as a parameter is annotated with it."""
    return f"{column.type} | None" if column.nullable else column.type


def conform(columns: Sequence[Column], steps: Sequence[Step], arrays: Sequence[pa.Array]) -> tuple[list[pa.Array], list[RowFault]]:
    """Arrays of one block as the kernel takes them, and the rows that must not count: null where there is no None, or not exact.

    Faults are in row order, one a row: that of the first column at fault.
    """
    ready: list[pa.Array] = []
    faults: dict[int, RowFault] = {}
    for column, convert, array in zip(columns, steps, arrays, strict=True):
        converted, misfits = convert(array)
        if misfits is not None:
            for row in np.flatnonzero(misfits).tolist():
                faults.setdefault(row, _misfit(row, column, array[row].as_py()))
        if not column.nullable and converted.null_count:
            for row in np.flatnonzero(~present(converted)).tolist():
                faults.setdefault(row, _null_fault(row, column))
        ready.append(converted)
    return ready, [faults[row] for row in sorted(faults)]


def _null_fault(row: int, column: Column) -> RowFault:
    return RowFault(row, "E1005", CODES["E1005"].message.format(a=column.name), 0)


def _misfit(row: int, column: Column, value: object) -> RowFault:
    return RowFault(row, "E1010", CODES["E1010"].message.format(a=column.name, b=value, c=column.type), 0)
