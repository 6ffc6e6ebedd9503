"""A kernel that calls a Python function row by row: the plainest thing that keeps the contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from belljar.engines.batch.contract import Column, RowFault

TYPES = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "str": pa.string()}
ACCEPTED = {
    "int": {pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32()},
    "float": {pa.float32(), pa.float64()},
    "bool": {pa.bool_()},
    "str": {pa.string(), pa.large_string(), *(pa.dictionary(i, pa.string()) for i in (pa.int8(), pa.int16(), pa.int32()))},
}


def columns(text: str) -> tuple[Column, ...]:
    """Columns from "x: int, y: float | None"."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, type = (piece.strip() for piece in part.split(":"))
        found.append(Column(name, type.removesuffix("| None").strip(), type.endswith("| None")))
    return tuple(found)


class RowKernel:
    """Runs ``function(*row)``; its result is one value or a tuple. ZeroDivisionError and ValueError fail the row."""

    def __init__(self, inputs: str, outputs: str, function: Callable[..., Any]) -> None:
        self.inputs: Sequence[Column] = columns(inputs)
        self.outputs: Sequence[Column] = columns(outputs)
        self.function = function
        self.lengths: list[int] = []

    def run(self, arrays: Sequence[pa.Array], length: int) -> tuple[list[pa.Array], list[RowFault]]:
        self.lengths.append(length)
        for column, array in zip(self.inputs, arrays, strict=True):
            assert len(array) == length
            assert array.type in ACCEPTED[column.type], f"{column.name} came as {array.type}"
            if pa.types.is_dictionary(array.type):
                assert array.dictionary.null_count == 0
        results: list[tuple[Any, ...]] = []
        faults: list[RowFault] = []
        nothing = (None,) * len(self.outputs)
        for row, values in enumerate(zip(*(array.to_pylist() for array in arrays), strict=True)):
            if any(value is None and not column.nullable for column, value in zip(self.inputs, values, strict=True)):
                results.append(nothing)  # the contract: what comes of such a row is dropped
                faults.append(RowFault(row, "E1201", "a row that must not count", 0))
                continue
            try:
                result = self.function(*values)
                results.append(result if isinstance(result, tuple) else (result,))
            except ZeroDivisionError:
                results.append(nothing)
                faults.append(RowFault(row, "E0501", "Division by zero", 3))
            except ValueError as error:
                results.append(nothing)
                faults.append(RowFault(row, "E0705", str(error), 7))
        return [pa.array([result[i] for result in results], TYPES[c.type]) for i, c in enumerate(self.outputs)], faults


def ratio() -> RowKernel:
    """x / y with a division by zero to fail on."""
    return RowKernel("x: int, y: int", "ratio: float", lambda x, y: x / y)


def classify() -> RowKernel:
    """The flights rule in small: floats with nulls, and a string."""

    def rule(dep_delay: float | None, carrier: str, distance: int) -> str:
        if dep_delay is None:
            return "cancelled"
        if dep_delay > 60 and distance < 1000:
            return "bad"
        return "late" if dep_delay > 15 or carrier == "XX" else "on time"

    return RowKernel("dep_delay: float | None, carrier: str, distance: int", "status: str", rule)
