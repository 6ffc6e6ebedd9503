"""A kernel on one record batch, as other engines call it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from belljar.engines.batch.apply import apply, apply_schema
from belljar.errors import BellError
from tests.engines.batch.row_kernel import RowKernel, ratio

BATCH = pa.record_batch({"y": [1, 0, None, 2], "k": ["a", "b", "c", "d"], "x": pa.array([1, 2, 3, 4], pa.int16())})


def test_the_schema_is_known_before(capsys: pytest.CaptureFixture[str]) -> None:
    for options in ({}, {"keep": ["k"]}, {"keep": ["*"], "error_column": "why"}):
        result = apply(ratio(), BATCH, **options)  # type: ignore[arg-type]
        assert result.schema.equals(apply_schema(ratio(), BATCH.schema, **options))  # type: ignore[arg-type]
    assert result.to_pydict() == {
        "y": [1, 0, None, 2],
        "k": ["a", "b", "c", "d"],
        "x": [1, 2, 3, 4],
        "ratio": [1.0, None, None, 2.0],
        "why": [None, "E0501: Division by zero", "E1005: Column 'y' is null where a value is needed", None],
    }


def test_raising_and_refusing() -> None:
    with pytest.raises(BellError) as caught:
        apply(ratio(), BATCH, on_error="raise")
    assert (caught.value.code, caught.value.notes) == ("E0501", ["row 1 of <batch>"])
    for batch, options, code in (
        (BATCH.select(["x"]), {}, "E1001"),
        (pa.record_batch({"x": ["1"], "y": [1]}), {}, "E1002"),
        (BATCH, {"on_error": "ignore"}, "E0003"),
        (BATCH, {"error_column": "ratio"}, "E0003"),
    ):
        with pytest.raises(BellError) as caught:
            apply(ratio(), batch, **options)  # type: ignore[arg-type]
        assert caught.value.code == code


def test_an_empty_batch_and_a_kernel_that_breaks_its_word() -> None:
    assert apply(ratio(), BATCH.slice(0, 0)).num_rows == 0

    class Short(RowKernel):
        def run(self, arrays: object, length: int) -> object:  # type: ignore[override]
            return [pa.array([1.0])], []

    with pytest.raises(BellError) as caught:
        apply(Short("x: int, y: int", "ratio: float", min), BATCH)
    assert caught.value.code == "E1201"
