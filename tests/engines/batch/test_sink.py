"""Rows as JSON lines: what Python's json writes of each row, for every type a column can have."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from belljar.engines.batch.sink import Sink

COLUMNS = {
    "int8": pa.array([1, -128, 0], pa.int8()),
    "uint64": pa.array([2**64 - 1, 0, 7], pa.uint64()),
    "float32": pa.array([0.1, -0.0, 1e30], pa.float32()),
    "float64": pa.array([0.1, 1e300, -5e-324]),
    "not finite": pa.array([float("nan"), float("inf"), float("-inf")]),
    "bool": pa.array([True, False, True]),
    'a "quoted" %s name é': pa.array(["", 'a "b" \\ \n\t', "é\u2028🎉 %d"]),
    "large": pa.array(["x", "x", "y"], pa.large_string()),
    "dictionary": pa.array(["x", "y", "x"]).dictionary_encode(),
}


@pytest.mark.parametrize("nulls", [False, True])
def test_json_lines_are_what_json_writes(nulls: bool, tmp_path: Path) -> None:
    batch = pa.record_batch(COLUMNS)
    if nulls:
        batch = pa.concat_batches([batch, pa.record_batch({name: pa.nulls(2, array.type) for name, array in COLUMNS.items()})])
    path = tmp_path / "out.jsonl"
    sink = Sink(path, "jsonl", batch.schema)
    sink.write(sink.encode(batch))
    sink.write(sink.encode(batch.slice(1, 1)))
    sink.write(sink.encode(batch.slice(0, 0)))
    sink.commit()
    rows = [*batch.to_pylist(), *batch.slice(1, 1).to_pylist()]
    assert path.read_text("utf-8") == "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)


def test_dates_and_decimals_are_texts(tmp_path: Path) -> None:
    batch = pa.record_batch({"d": pa.array([datetime.date(2024, 2, 29), None]), "n": pa.array([Decimal("1.50"), Decimal("-2.00")])})
    sink = Sink(tmp_path / "out.jsonl", "jsonl", batch.schema)
    sink.write(sink.encode(batch))
    sink.commit()
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [{"d": "2024-02-29", "n": "1.50"}, {"d": None, "n": "-2.00"}]
