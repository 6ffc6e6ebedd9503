"""Schemas of sources, and what fits what."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from belljar.engines.batch.schema import columns_text, describe
from tests.engines.batch.row_kernel import columns

INPUTS = columns("dep_delay: float | None, carrier: str, distance: int, late: bool")


def test_a_typed_file(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    pq.write_table(pa.table({"dep_delay": pa.array([1], pa.int16()), "carier": ["x"], "distance": ["far"], "wide": [[1]]}), path)
    (found,) = describe(path, INPUTS)
    assert [(c.name, c.type, c.bell) for c in found.columns] == [
        ("dep_delay", "int16", ("int", "float")),
        ("carier", "string", ("str",)),
        ("distance", "string", ("str",)),
        ("wide", "list<element: int64>", ()),
    ]
    assert not found.fits
    assert [(m.column.name, m.fits, m.note) for m in found.matches] == [
        ("dep_delay", True, "int16"),
        ("carrier", False, "missing; did you mean 'carier'?"),
        ("distance", False, "string, expected any integer, date, time, timestamp or duration; try --types distance=int"),
        ("late", False, "missing; columns: dep_delay, carier, distance, wide"),
    ]
    assert "carrier    str           missing; did you mean 'carier'?" in str(found)
    assert json.loads(json.dumps(found.to_dict()))["parameters"][2]["fits"] is False


def test_text_files_and_data(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("dep_delay,carrier,distance,late,late\nNA,UA,7,true,x\n")
    (tmp_path / "b.jsonl").write_text('{"dep_delay":1.5,"carrier":"UA","distance":"7","late":true}\n')
    one, other = describe([tmp_path / "a.csv", tmp_path / "b.jsonl"], INPUTS)
    assert [(c.name, c.type, c.twice) for c in one.columns][-2:] == [("late", "bool", True), ("late", "bool", True)]
    assert [m.note for m in one.matches] == [
        "read as float, though its first rows look like string",
        "string",
        "int64",
        "stands twice",
    ]
    assert [m.fits for m in other.matches] == [True, True, True, True]
    (found,) = describe({"x": [1]}, columns("x: int"))
    assert found.fits
    assert str(found).startswith("<data> (memory)\n")
    (again,) = describe(tmp_path / "a.csv", nulls=["NA"], types={"carrier": "str"})
    assert again.columns[0].type == "string"
    assert again.matches == ()


def test_the_columns_of_a_task() -> None:
    assert columns_text(columns("x: int, name: str | None")) == "  column  type\n  x       int\n  name    str | None\n"
