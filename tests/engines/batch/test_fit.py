"""Every Arrow type against every Bell type: handed over exactly, refused by name, or the row fails."""

from __future__ import annotations

import datetime
import decimal
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.engines.batch.contract import Column
from belljar.engines.batch.fit import ARROW_TYPE, conform, fits, steps
from belljar.errors import BellError
from tests.engines.batch.row_kernel import ACCEPTED


def through(type: str, array: pa.Array, nullable: bool = True) -> tuple[pa.Array, list[tuple[int, str]]]:
    column = Column("x", type, nullable)
    arrays, faults = conform([column], steps([column], [array.type], "f.csv"), [array])
    assert arrays[0].type in ACCEPTED[type]
    return arrays[0], [(fault.row, fault.code) for fault in faults]


INTEGERS = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]


@pytest.mark.parametrize("type", INTEGERS, ids=str)
def test_integers_of_every_width_are_ints_and_floats(type: pa.DataType) -> None:
    array = pa.array([1, None, 100], type)
    assert through("int", array)[0].to_pylist() == [1, None, 100]
    assert through("float", array)[0].to_pylist() == [1.0, None, 100.0]


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([datetime.date(1970, 1, 2), None], pa.date32()), [1, None]),
        (pa.array([datetime.date(1970, 1, 2), None], pa.date64()), [86_400_000, None]),
        (pa.array([datetime.time(0, 0, 2), None], pa.time32("s")), [2, None]),
        (pa.array([datetime.time(0, 0, 2), None], pa.time32("ms")), [2_000, None]),
        (pa.array([datetime.time(0, 0, 2), None], pa.time64("us")), [2_000_000, None]),
        (pa.array([2, None], pa.time64("ns")), [2, None]),
        (pa.array([5, None], pa.timestamp("s")), [5, None]),
        (pa.array([5, None], pa.timestamp("ms", "UTC")), [5, None]),
        (pa.array([-5, None], pa.timestamp("ns", "Europe/Rome")), [-5, None]),
        (pa.array([7, None], pa.duration("us")), [7, None]),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_dates_and_times_are_integers_in_their_unit(array: pa.Array, expected: list[int | None]) -> None:
    assert through("int", array)[0].to_pylist() == expected
    # A slice has an offset into its buffers, which a view must keep.
    assert through("int", array.slice(1))[0].to_pylist() == expected[1:]


STRINGS = ["a", None, "naïve", "", "a"]


@pytest.mark.parametrize(
    "type",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.int64(), pa.string()),
        pa.dictionary(pa.uint32(), pa.large_string()),
    ],
    ids=str,
)
def test_strings_of_every_kind(type: pa.DataType) -> None:
    array = pa.array(STRINGS, pa.string())
    array = array.dictionary_encode().cast(type) if pa.types.is_dictionary(type) else array.cast(type)
    assert through("str", array)[0].to_pylist() == STRINGS
    assert through("str", array.slice(2, 2))[0].to_pylist() == STRINGS[2:4]


def test_a_dictionary_that_holds_a_null_is_written_out() -> None:
    array = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.int8()), pa.array(["a", None]))
    assert through("str", array)[0].to_pylist() == ["a", None, "a"]
    assert through("str", array, nullable=False)[1] == [(1, "E1005")]


def test_other_encodings_of_a_fitting_type_fit() -> None:
    numbers = pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int8()), pa.array([10, 20]))
    assert through("int", numbers)[0].to_pylist() == [10, 20, None]
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array([1.5, None]))
    assert through("float", runs)[0].to_pylist() == [1.5, 1.5, None]


def test_half_floats_are_floats() -> None:
    assert through("float", pa.array(np.array([0.5, 2], np.float16)))[0].to_pylist() == [0.5, 2.0]


def test_a_column_of_nothing_fits_whatever_is_asked() -> None:
    for type in ACCEPTED:
        assert through(type, pa.nulls(2))[0].to_pylist() == [None, None]
        assert through(type, pa.nulls(2), nullable=False)[1] == [(0, "E1005"), (1, "E1005")]


REFUSED = {
    "int": [pa.float64(), pa.string(), pa.bool_(), pa.decimal128(5, 0), pa.list_(pa.int64()), pa.struct([("x", pa.int64())])],
    "float": [pa.string(), pa.bool_(), pa.decimal128(5, 2), pa.date32()],
    "bool": [pa.int8(), pa.string()],
    "str": [pa.int64(), pa.binary(), pa.dictionary(pa.int8(), pa.int64()), pa.month_day_nano_interval()],
}


@pytest.mark.parametrize(("bell", "type"), [(bell, type) for bell, types in REFUSED.items() for type in types], ids=str)
def test_what_does_not_fit_is_refused_with_column_type_and_hint(bell: str, type: pa.DataType) -> None:
    column = Column("dep_delay", bell, False)
    assert not fits(column, type)
    with pytest.raises(BellError) as caught:
        steps([column], [type], "flights.parquet")
    assert caught.value.code == "E1002"
    assert "'dep_delay' of flights.parquet" in caught.value.message
    assert f" is {type}, the task needs {bell} " in caught.value.message
    if pa.types.is_nested(type):
        assert caught.value.hint == "nested columns are not read: give the task the columns inside it"
    elif caught.value.hint:  # only where it can help
        assert caught.value.hint == f"--types dep_delay={bell} converts it where every value allows it"
        assert pa.nulls(1, type).cast(ARROW_TYPE[bell]).null_count == 1
    else:
        with pytest.raises(pa.ArrowNotImplementedError):
            pa.nulls(1, type).cast(ARROW_TYPE[bell])


def test_an_unsigned_integer_beyond_the_ints_fails_its_row() -> None:
    array = pa.array([2**63 - 1, 2**63, None, 0, 2**64 - 1], pa.uint64())
    converted, faults = through("int", array)
    assert faults == [(1, "E1010"), (4, "E1010")]
    assert [converted[row].as_py() for row in (0, 2, 3)] == [2**63 - 1, None, 0]


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1) | st.sampled_from([2**53, 2**53 + 1, 2**63 - 1, 2**62, -(2**63)])))
def test_an_integer_is_a_float_exactly_or_its_row_fails(values: list[int | None]) -> None:
    converted, faults = through("float", pa.array(values, pa.int64()))
    inexact = [row for row, value in enumerate(values) if value is not None and int(float(value)) != value]
    assert faults == [(row, "E1010") for row in inexact]
    for row, value in enumerate(values):
        if row not in inexact:
            assert converted[row].as_py() == value


@given(st.lists(st.none() | st.integers(0, 2**64 - 1) | st.sampled_from([2**64 - 1, 2**63, 2**63 + 2048])), st.integers(0, 3))
def test_unsigned_integers_and_slices_too(values: list[int | None], offset: int) -> None:
    array = pa.array(values, pa.uint64()).slice(offset)
    values = values[offset:]
    faults = through("float", array)[1]
    assert faults == [(row, "E1010") for row, value in enumerate(values) if value is not None and int(float(value)) != value]
    faults = through("int", array)[1]
    assert faults == [(row, "E1010") for row, value in enumerate(values) if value is not None and value >= 2**63]


def test_one_fault_a_row_the_first_columns() -> None:
    columns = [Column("a", "int", False), Column("b", "str", False)]
    arrays = [pa.array([1, None, None]), pa.array([None, None, "x"])]
    _, faults = conform(columns, steps(columns, [a.type for a in arrays], "f"), arrays)
    assert [(fault.row, fault.message) for fault in faults] == [
        (0, "Column 'b' is null where a value is needed"),
        (1, "Column 'a' is null where a value is needed"),
        (2, "Column 'a' is null where a value is needed"),
    ]


def test_nan_is_a_value_and_no_null() -> None:
    converted, faults = through("float", pa.array([math.nan, 1.0]), nullable=False)
    assert faults == []
    assert math.isnan(converted[0].as_py())


def test_decimals_convert_by_hand_only() -> None:
    assert not fits(Column("x", "float", True), pa.array([decimal.Decimal("1.5")]).type)
