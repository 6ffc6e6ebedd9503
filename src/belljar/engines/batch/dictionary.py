"""What lanes know of strings: per distinct text of a column, the values that were lifted out of the row function.

Every text is worked out once by an engine, whatever the number of rows, blocks and threads. A column's codes (its own, or those of the Arrow dictionary it came with) lead to tables with
one entry per text. A text that cannot be worked out within the limits, or is too long, makes its rows run one by one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from belljar.engines.batch._columns import Dictionary
from belljar.engines.batch.arrays import str_array
from belljar.engines.batch.kernel_memory import column_buffer
from belljar.engines.batch.simd_plan import LIMIT_CODES, UNUSABLE, Lift, Plan, StrColumn
from belljar.engines.contract import Instance
from belljar.errors import BellError
from belljar.types import BOOL, FLOAT, STR

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEXT_BYTES_MAX = 4096
"""Longer texts are not worked out beforehand."""
TEXTS_MAX, BYTES_MAX = 1 << 16, 16 << 20
"""Texts a column's own dictionary holds, and their bytes."""
KEPT_TEXTS_MAX = 1 << 18
"""Texts whose values are remembered."""
NUMBERS_MAX = 1 << 20
"""Texts that lanes may hand on as results."""
DICTIONARIES_MAX = 16
"""Arrow dictionaries whose tables one thread keeps."""
DICTIONARY_TEXTS_MIN = 4096
"""Arrow dictionaries of so many texts are taken as they are; of larger ones most texts may have no row."""


class TooManyTexts(Exception):
    """The column is not for dictionaries: its block is run row by row."""


class Vocabulary:
    """Numbers of the texts that lanes hold: constants first, in the order of the program. Numbers never change; shared by all threads."""

    def __init__(self, constants: dict[str, int]) -> None:
        self._numbers = dict(constants)
        self._texts = sorted(constants, key=constants.__getitem__) or [""]
        self._array: pa.Array | None = None

    def number(self, text: str) -> int:
        """Raises TooManyTexts. Not to be called by two threads at once."""
        found = self._numbers.get(text)
        if found is None:
            found = len(self._texts)
            if found >= NUMBERS_MAX:
                raise TooManyTexts
            self._texts.append(text)
            self._numbers[text] = found
        return found

    def __len__(self) -> int:
        return len(self._texts)

    def chosen(self, numbers: list[int]) -> pa.Array:
        """These texts as an Arrow array."""
        return str_array([self._texts[number] for number in numbers])

    def first(self, count: int) -> pa.Array:
        """The first texts; the same array as long as the count is."""
        if self._array is None or len(self._array) != count:
            self._array = str_array(self._texts[:count])
        return self._array


class Texts:
    """Works texts out, once each. Shared by all threads of a kernel. ``load`` makes an instance of the plan's lifted module.

    ``fuel_most`` is the most that the lifted work of one row can have taken so far.
    """

    def __init__(self, plan: Plan, vocabulary: Vocabulary, load: Callable[[], Instance]) -> None:
        self.plan = plan
        self.vocabulary = vocabulary
        self._load = load
        self._instance: Instance | None = None
        self._lock = threading.RLock()
        self._known: dict[tuple[int, str], tuple[Any, ...]] = {}
        self._fuel: dict[str, int] = {}
        self.fuel_most = 0

    def _call(self, lift: Lift, args: list[Any]) -> Any:
        if self._instance is None:
            self._instance = self._load()
        outcome = self._instance.call(lift.function, args)
        if outcome.fuel_used > self._fuel.get(lift.function, -1):
            self._fuel[lift.function] = outcome.fuel_used
            self.fuel_most = sum(self._fuel.values())
        if outcome.error is not None:
            raise outcome.error
        return outcome.results[0]

    def constants(self) -> list[int | float]:
        """What depends on no column, then which of those that may fail do. Raises the BellError of one that met a limit."""
        with self._lock:
            values: list[int | float] = []
            failures: list[int] = []
            for lift in self.plan.constants:
                value: Any = 0
                try:
                    value = self._lane_value(lift, self._call(lift, []))
                except BellError as error:
                    if error.code in LIMIT_CODES:
                        raise
                    failures += [1] if lift.fault_bit >= 0 else []
                else:
                    failures += [0] if lift.fault_bit >= 0 else []
                values.append(value)
            return values + failures

    def number(self, text: str) -> int:
        """The text's number in the vocabulary. Raises TooManyTexts."""
        with self._lock:
            return self.vocabulary.number(text)

    def _lane_value(self, lift: Lift, value: Any) -> Any:
        return self.vocabulary.number(value) if lift.type == STR else value

    def row(self, place: int, data: bytes) -> tuple[Any, ...]:
        """A text's row of the column's tables: flags, a value per table, its number. Raises TooManyTexts."""
        column = self.plan.strs[place]
        blank = (UNUSABLE, *(0 for _ in column.tables), 0)
        if len(data) > TEXT_BYTES_MAX:
            return blank
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return blank
        with self._lock:
            found = self._known.get((place, text))
            if found is None:
                found = self._worked_out(column, text)
                if len(self._known) >= KEPT_TEXTS_MAX:
                    self._known.clear()
                self._known[place, text] = found
            return found

    def _worked_out(self, column: StrColumn, text: str) -> tuple[Any, ...]:
        flags = 0
        values: list[Any] = []
        for lift in column.lifts:
            value: Any = 0
            try:
                value = self._call(lift, [text])
            except BellError as error:
                if error.code in LIMIT_CODES:
                    flags |= UNUSABLE
                elif lift.fault_bit >= 0:
                    flags |= 1 << lift.fault_bit
                if lift.table >= 0:
                    values.append(0)
                continue
            if lift.type == BOOL:
                flags |= (1 << lift.bit) if value and lift.bit >= 0 else 0
            elif lift.table >= 0:
                values.append(self._lane_value(lift, value))
        return (flags, *values, self.vocabulary.number(text) if column.needs_number else 0)


class Tables:
    """The tables of one column, one entry per code. ``addresses`` are those of flags, tables and numbers, in the kernel's order."""

    def __init__(self, texts: Texts, place: int) -> None:
        self._texts = texts
        self._place = place
        column = texts.plan.strs[place]
        kinds = [np.float64 if lift.type == FLOAT else np.int32 if lift.type == STR else np.int64 for lift in column.tables]
        self._kinds: list[Any] = [np.int32, *kinds, np.int32]
        self.count = 0
        self._arrays: list[NDArray[Any]] = [np.zeros(64, kind) for kind in self._kinds]

    def extend(self, texts: list[bytes]) -> None:
        """Append entries. Raises TooManyTexts."""
        needed = self.count + len(texts)
        if needed > len(self._arrays[0]):
            size = max(needed, 2 * len(self._arrays[0]))
            self._arrays = [np.concatenate([array, np.zeros(size - len(array), array.dtype)]) for array in self._arrays]
        for text in texts:
            for array, value in zip(self._arrays, self._texts.row(self._place, text), strict=True):
                array[self.count] = value
            self.count += 1

    @property
    def flags(self) -> int:
        return int(self._arrays[0].ctypes.data)

    @property
    def values(self) -> list[int]:
        return [int(array.ctypes.data) for array in self._arrays[1:-1]]

    @property
    def numbers(self) -> int:
        return int(self._arrays[-1].ctypes.data)


class PlainColumn:
    """A column of plain strings as one thread sees it: its dictionary, the same from block to block, and the tables."""

    def __init__(self, texts: Texts, place: int) -> None:
        self._texts = texts
        self._place = place
        self._restart()

    def _restart(self) -> None:
        self._dictionary = Dictionary(TEXTS_MAX, BYTES_MAX)
        self.tables = Tables(self._texts, self._place)

    def encode(self, array: pa.Array, numbers: int) -> None:
        """Write the codes of a string array to the address ``numbers``. Raises TooManyTexts."""
        _, offsets, data = array.buffers()
        wide = pa.types.is_large_string(array.type)
        start = offsets.address + array.offset * (8 if wide else 4)
        dictionary = self._dictionary
        address, size = (data.address, data.size) if data is not None and data.size else (start, 0)
        done = dictionary.encode(start, wide, address, size, len(array), numbers)
        if done < len(array):
            self._restart()
            raise TooManyTexts
        if len(dictionary) > self.tables.count:
            self.tables.extend([dictionary.text(number) for number in range(self.tables.count, len(dictionary))])


class EncodedColumn:
    """A column that comes with Arrow dictionaries, as one thread sees it: tables for each of the last ones."""

    def __init__(self, texts: Texts, place: int) -> None:
        self._texts = texts
        self._place = place
        self._kept: OrderedDict[tuple[Any, ...], tuple[pa.Array, Tables]] = OrderedDict()

    def tables(self, dictionary: pa.Array) -> Tables:
        """Raises TooManyTexts."""
        key = (dictionary.offset, len(dictionary), *(buffer.address if buffer is not None else 0 for buffer in dictionary.buffers()))
        found = self._kept.get(key)
        if found is None:
            tables = Tables(self._texts, self._place)
            tables.extend([text.encode() for text in dictionary.to_pylist()] or [b""])
            found = self._kept[key] = (dictionary, tables)  # holding it keeps its addresses from being used again
            while len(self._kept) > DICTIONARIES_MAX:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return found[1]


def encoded(array: pa.Array) -> pa.Array:
    """A string array as lanes give it: dictionary-encoded, texts in the order of their first row."""
    type = pa.dictionary(pa.int32(), pa.string())
    if array.type == type:
        return array
    dictionary = Dictionary(1 << 24, 1 << 31)
    numbers = column_buffer(4 * len(array))
    valid, offsets, data = array.buffers()
    if len(array):
        address, size = (data.address, data.size) if data is not None and data.size else (offsets.address, 0)
        done = dictionary.encode(offsets.address + 4 * array.offset, False, address, size, len(array), numbers.address)
        if array.offset or done < len(array):
            return array.cast(type)
    codes = pa.Array.from_buffers(pa.int32(), len(array), [valid, numbers])
    texts = str_array([dictionary.text(number).decode() for number in range(len(dictionary))] or [""])
    return pa.DictionaryArray.from_arrays(codes, texts, safe=False)
