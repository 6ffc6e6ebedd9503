"""How often each value of a text or bool result came: the summary of a run, as long as the values are few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from belljar.engines.batch.arrays import present
from belljar.engines.batch.texts import text_counts

VALUES_MAX = 100
"""Distinct values up to which a column is counted."""

Counted = list["Counter[Any]"]
"""One counter a column, in the tally's order."""


class Tally:
    """Counts of some columns. A column that has had too many values stays full, and is not shown."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = list(columns)
        self._counters: Counted = [Counter() for _ in self.columns]

    def count(self, batch: pa.RecordBatch) -> Counted:
        """The counts of one batch, made by a worker."""
        counted: Counted = []
        for name in self.columns:
            counted.append(Counter(_counts(batch.column(name))))
        return counted

    def add(self, counted: Counted) -> None:
        for mine, more in zip(self._counters, counted, strict=True):
            if len(mine) <= VALUES_MAX:
                mine.update(more)

    @property
    def counts(self) -> dict[str, dict[Any, int]]:
        """Value to count for each column of few values, most frequent first, ties by the value's text."""
        return {
            name: dict(sorted(counter.items(), key=lambda item: (-item[1], str(item[0]))))
            for name, counter in zip(self.columns, self._counters, strict=True)
            if len(counter) <= VALUES_MAX
        }

    def to_json(self) -> list[list[list[Any]]]:
        """The counters as JSON data: a list of [value, count] for each column."""
        return [[[value, count] for value, count in counter.items()] for counter in self._counters]

    def add_json(self, data: Sequence[Sequence[Sequence[Any]]]) -> None:
        if len(data) == len(self.columns):
            self.add([Counter(dict(map(tuple, column))) for column in data])


def counted_columns(types: Mapping[str, str]) -> list[str]:
    """Those of the result columns (name to Bell type) that are counted."""
    return [name for name, type in types.items() if type in {"str", "bool"}]


def _counts(array: pa.Array) -> dict[Any, int]:
    """How often each value comes, of at most VALUES_MAX + 1 of them: enough to see that there are too many."""
    if pa.types.is_boolean(array.type):
        return _bool_counts(array)
    if pa.types.is_dictionary(array.type) and (found := text_counts(array, VALUES_MAX)) is not None:
        return found
    values = array.value_counts().slice(0, VALUES_MAX + 1)
    return dict(zip(values.field(0).to_pylist(), values.field(1).to_pylist(), strict=True))


def _bool_counts(array: pa.Array) -> dict[bool | None, int]:
    bits = np.unpackbits(np.frombuffer(array.buffers()[1], np.uint8), count=array.offset + len(array), bitorder="little")[array.offset :]
    there = present(array)
    true, all = int(bits[there].sum()), int(there.sum())
    return {value: count for value, count in ((True, true), (False, all - true), (None, len(array) - all)) if count}
