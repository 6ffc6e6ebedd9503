"""Data in memory, of every kind that people have."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from belljar.engines.batch.fit import steps
from belljar.engines.batch.selection import Wanted
from belljar.engines.batch.source import inputs_of
from belljar.errors import BellError
from tests.engines.batch.row_kernel import columns
from tests.engines.batch.test_typed_readers import rows_of


def read(source: Any, inputs: str = "x: int | None, s: str | None", **wanted: Any) -> dict[str, list[Any]]:
    (item,) = inputs_of(source)
    found: dict[str, list[Any]] = rows_of(item.open(Wanted(columns(inputs), **wanted)), item.name).to_pydict()
    return found


def refused(source: Any, inputs: str = "x: int") -> BellError:
    with pytest.raises(BellError) as caught:
        read(source, inputs)
    return caught.value


TABLE = pa.table({"s": ["a", None, "c"], "other": [[1], [2], [3]], "x": [1, 2, None]})
EXPECTED = {"x": [1, 2, None], "s": ["a", None, "c"]}


class Stream:
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return TABLE.__arrow_c_stream__(requested_schema)


class OneArray:
    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        return TABLE.to_batches()[0].__arrow_c_array__(requested_schema)


SOURCES = {
    "table": lambda: TABLE,
    "table of chunks": lambda: pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1, 0), TABLE.slice(1)]),
    "batch": lambda: TABLE.to_batches()[0],
    "reader": lambda: TABLE.to_reader(max_chunksize=1),
    "pandas": lambda: pd.DataFrame({"s": ["a", None, "c"], "other": [[1], [2], [3]], "x": pd.array([1, 2, None], "Int64")}),
    "polars": lambda: pl.DataFrame({"s": ["a", None, "c"], "other": [[1], [2], [3]], "x": [1, 2, None]}),
    "polars categorical": lambda: pl.DataFrame({"s": pl.Series(["a", None, "c"], dtype=pl.Categorical), "x": [1, 2, None]}),
    "C stream": Stream,
    "C array": OneArray,
    "dict of lists": lambda: {"s": ["a", None, "c"], "other": object(), "x": [1, 2, None]},
    "dict of arrays": lambda: {"x": np.ma.array([1, 2, 3], mask=[0, 0, 1]), "s": np.array(["a", None, "c"], object)},
    "dict of Arrow": lambda: {"x": TABLE["x"], "s": TABLE["s"].combine_chunks()},
    "dict of series": lambda: {"x": pl.Series([1, 2, None]), "s": pd.Series(["a", None, "c"])},
}


@pytest.mark.parametrize("make", SOURCES.values(), ids=SOURCES.keys())
def test_every_kind_of_data(make: Any) -> None:
    assert read(make()) == EXPECTED
    assert read(make(), block_rows=1) == EXPECTED


def test_duckdb_relations() -> None:
    duckdb = pytest.importorskip("duckdb")
    assert read(duckdb.sql("select 1::bigint as x, 'a' as s")) == {"x": [1], "s": ["a"]}


def test_numpy_arrays_of_every_width_are_viewed() -> None:
    for dtype in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
        assert read({"x": np.array([1, 2], dtype)}, "x: int") == {"x": [1, 2]}
    assert read({"x": np.array([1.5, np.nan], "f4")}, "x: float")["x"][0] == 1.5
    assert read({"x": np.array([True, False])}, "x: bool") == {"x": [True, False]}
    assert read({"x": np.array(["a", "bc"])}, "x: str") == {"x": ["a", "bc"]}
    days = np.array(["1970-01-02", "NaT"], "M8[s]")
    assert read({"x": days}, "x: int | None")["x"] == [datetime.datetime(1970, 1, 2), None]
    assert read({"x": np.arange(10)[::3]}, "x: int") == {"x": [0, 3, 6, 9]}


def test_pandas_means_null_by_nan() -> None:
    frame = pd.DataFrame({"x": [1.5, float("nan")], "s": pd.Categorical(["a", None])})
    assert read(frame, "x: float | None, s: str | None") == {"x": [1.5, None], "s": ["a", None]}
    whole = pd.DataFrame({"x": [1.0, float("nan")]})
    with pytest.raises(BellError) as caught:
        steps(columns("x: int | None"), [pa.Table.from_pandas(whole).schema.field("x").type], "<data>")
    assert "types={'x': 'int'}" in caught.value.hint
    assert read(whole, "x: int | None", types={"x": pa.int64()}) == {"x": [1, None]}


def test_what_is_no_table_is_refused() -> None:
    assert refused({"x": [1, "a"]}).code == "E1004"
    assert "column 'x' has 2 dimensions" in refused({"x": np.zeros((2, 2))}).message
    assert "x has 2, y has 3" in refused({"x": [1, 2], "y": [1, 2, 3]}, "x: int, y: int").message
    assert refused({"y": [1]}).code == "E1001"
    assert refused(pd.DataFrame([[1, 2]], columns=["x", "x"])).code == "E1003"
    assert refused(pa.Table.from_arrays([pa.array([1])] * 2, ["x", "x"])).code == "E1003"
    assert refused(pd.DataFrame({"x": [1, "a"]})).code == "E1004"
    assert "not a table" in refused(pa.array([1, 2])).message or refused(pa.array([1, 2])).code == "E1004"
    for nothing in (None, 5, [], [1], object()):
        assert refused(nothing).code == "E0003"
    assert "collect" in refused(pl.DataFrame({"x": [1]}).lazy()).hint


def test_a_producer_that_fails_is_named() -> None:
    def batches() -> Any:
        yield pa.record_batch({"x": [1]})
        raise OSError("the line went dead")

    error = refused(pa.RecordBatchReader.from_batches(pa.schema([("x", pa.int64())]), batches()))
    assert error.code == "E1004"
    assert "the line went dead" in error.message


def test_small_batches_are_gathered() -> None:
    (item,) = inputs_of(pa.table({"x": range(10_000)}).to_reader(max_chunksize=10))
    blocks = list(item.open(Wanted(columns("x: int"))).blocks)
    assert len(blocks) == 1
