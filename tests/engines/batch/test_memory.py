"""A run's memory is bounded by its options and not by its input."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from tests.engines.batch.test_run import python_path

ROWS = 10_000_000
RESIDENT_BYTES_MAX = 600_000_000

RUN = """
import sys
import numpy as np, pyarrow as pa
from belljar.engines.batch.contract import Column
from belljar.engines.batch.run import run_batch

class Double:
    inputs = (Column("x", "int", False), Column("s", "str", False))
    outputs = (Column("y", "int", False),)

    def run(self, arrays, length):
        return [pa.Array.from_buffers(pa.int64(), length, [None, pa.py_buffer(arrays[0].to_numpy() * 2)])], []

result = run_batch(Double(), sys.argv[1], output=sys.argv[2], keep=["s"], threads=2)
# Not ru_maxrss: that one survives exec, so it starts at the peak of whoever started this process.
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(result.rows, int(peak) * 1024)
"""


@pytest.mark.parametrize("group_rows", [1 << 20, ROWS], ids=["row groups", "one row group"])
def test_ten_million_rows_of_parquet(root: Path, tmp_path: Path, group_rows: int) -> None:
    piece = pa.table(
        {"x": np.arange(1 << 20), "s": pa.DictionaryArray.from_arrays(np.arange(1 << 20) % 7, [f"carrier number {i}" for i in range(7)])}
    )
    table = pa.concat_tables([piece] * (ROWS // (1 << 20) + 1)).slice(0, ROWS)
    plain = table.schema.set(1, pa.field("s", pa.string()))  # as most files have it: text, not a dictionary
    with pq.ParquetWriter(tmp_path / "in.parquet", plain, use_dictionary=["s"]) as writer:
        if group_rows == ROWS:
            writer.write_table(table.cast(plain), row_group_size=ROWS)
        else:
            for start in range(0, ROWS, group_rows):
                writer.write_table(table.slice(start, group_rows).cast(plain))
    run_within_memory(root, tmp_path / "in.parquet", tmp_path / "out.parquet")


@pytest.mark.parametrize("suffix", [".arrow", ".arrows", ".csv"])
def test_ten_million_rows_that_stream(root: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"in{suffix}"
    batch = pa.record_batch({"x": np.arange(1 << 16), "s": pa.array([f"carrier {i % 7}" for i in range(1 << 16)])})
    openers = {".arrow": pa.ipc.new_file, ".arrows": pa.ipc.new_stream, ".csv": arrow_csv.CSVWriter}
    with openers[suffix](str(path), batch.schema) as writer:
        for start in range(0, ROWS, batch.num_rows):
            writer.write_batch(batch.slice(0, ROWS - start))
    run_within_memory(root, path, tmp_path / "out.parquet")


def run_within_memory(root: Path, source: Path, output: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(source), str(output)], capture_output=True, text=True, cwd=root, env=python_path(root), check=True
    )
    rows, resident = map(int, done.stdout.split())
    assert rows == ROWS
    assert resident <= RESIDENT_BYTES_MAX, f"{resident / 1e6:.0f} MB"
    out = pq.ParquetFile(output)
    assert out.metadata.num_rows == ROWS
    last = out.read_row_group(out.num_row_groups - 1)
    period = 1 << 20 if source.suffix == ".parquet" else 1 << 16
    assert last["y"][-1].as_py() == 2 * ((ROWS - 1) % period)
