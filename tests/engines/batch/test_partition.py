"""Partitions: Hive folders that others read back, the same whatever the blocks."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from belljar.engines.batch import partition
from belljar.engines.batch.run import run_batch
from tests.engines.batch.row_kernel import RowKernel
from tests.engines.batch.test_run import refused

KERNEL = RowKernel("x: int", "size: str | None, half: int", lambda x: (None if x == 13 else f"{x % 3} / ü=%", x // 2))
SOURCE = {"x": range(2_000), "big": [x > 1_000 for x in range(2_000)]}


@pytest.mark.parametrize("format", ["parquet", "csv", "jsonl", "arrow"])
def test_read_back_by_others(tmp_path: Path, format: str) -> None:
    out = tmp_path / "out"
    contents = []
    for threads, block_rows in [(1, 1_000), (3, 17)]:
        result = run_batch(
            KERNEL,
            SOURCE,
            output=out,
            keep=["x", "big"],
            partition_by=["size", "big"],
            output_format=format,
            threads=threads,
            block_rows=block_rows,
        )
        assert result.rows == 2_000
        assert all(path.is_file() for path in result.outputs)
        contents.append({str(path.relative_to(out)): path.read_bytes() for path in result.outputs})
    assert contents[0] == contents[1]
    names = {"arrow": "ipc", "jsonl": "json"}
    types = pa.schema([("size", pa.string()), ("big", pa.string())])
    found = (
        ds.dataset(out, format=names.get(format, format), partitioning=ds.partitioning(types, flavor="hive"))
        .to_table()
        .sort_by("x")
        .to_pydict()
    )
    assert found["x"] == list(range(2_000))
    assert found["half"] == [x // 2 for x in range(2_000)]
    assert found["size"] == [None if x == 13 else f"{x % 3} / ü=%" for x in range(2_000)]
    assert found["big"] == ["true" if x > 1_000 else "false" for x in range(2_000)]
    if format == "parquet":
        assert pl.read_parquet(f"{out}/**/*.parquet", hive_partitioning=True).height == 2_000


def test_rows_keep_their_order_within_a_partition(tmp_path: Path) -> None:
    run_batch(KERNEL, SOURCE, output=tmp_path / "out", keep=["x", "big"], partition_by=["big"], output_format="jsonl", block_rows=7)
    lines = (tmp_path / "out" / "big=true" / "part-00000.jsonl").read_text().splitlines()
    assert [int(line.split(":")[1].split(",")[0]) for line in lines] == list(range(1_001, 2_000))


def test_what_cannot_be_partitioned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    assert refused(KERNEL, SOURCE, output=out, partition_by=["big"]).code == "E1001"
    assert "leaves no column" in refused(KERNEL, SOURCE, output=out, partition_by=["size", "half"]).message
    floats = RowKernel("x: int", "f: float, g: int", lambda x: (x / 2, x))
    assert refused(floats, SOURCE, output=out, partition_by=["f"]).code == "E1002"
    monkeypatch.setattr(partition, "PARTITIONS_MAX", 10)
    error = refused(KERNEL, SOURCE, output=out, partition_by=["half"])
    assert (error.code, "more than 10 partitions" in error.message) == ("E0004", True)
    out.mkdir()
    (out / "mine.txt").write_text("x")
    assert refused(KERNEL, SOURCE, output=out, partition_by=["size"]).code == "E0004"
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "mine.txt"]


def test_rows_held_back_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "HELD_BYTES_MAX", 100)
    run_batch(KERNEL, SOURCE, output=tmp_path / "out", keep=["x"], partition_by=["size"], block_rows=50)
    assert ds.dataset(tmp_path / "out", partitioning="hive").to_table()["x"].to_numpy().sum() == sum(range(2_000))


def test_a_limit_and_no_rows(tmp_path: Path) -> None:
    result = run_batch(KERNEL, SOURCE, output=tmp_path / "out", partition_by=["size"], limit=5)
    assert len(result.outputs) == 3
    assert ds.dataset(tmp_path / "out", partitioning="hive").to_table().num_rows == 5
    assert run_batch(KERNEL, {"x": pa.array([], pa.int64())}, output=tmp_path / "out", partition_by=["size"]).outputs == ()
