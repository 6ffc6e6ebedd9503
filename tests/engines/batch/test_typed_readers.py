"""Parquet and Arrow IPC: only what is asked for is read, damage is named, every block size gives the same rows."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.engines.batch.blocks import BadBlock, Opened
from belljar.engines.batch.selection import Wanted
from belljar.engines.batch.source import inputs_of
from belljar.errors import BellError
from tests.engines.batch.outcome import outcome
from tests.engines.batch.row_kernel import columns


def rows_of(opened: Opened, name: str) -> pa.Table:
    try:
        rows = 0
        batches = []
        for block in opened.blocks:
            start = rows
            try:
                for batch in block.load():
                    batches.append(batch)
                    rows += batch.num_rows
            except BadBlock as bad:
                raise bad.error(name, start) from None
        return pa.Table.from_batches(batches, opened.schema)
    finally:
        opened.close()


def read(path: Path, inputs: str = "", **wanted: Any) -> pa.Table:
    (item,) = inputs_of(path)
    return rows_of(item.open(Wanted(columns(inputs), **wanted)), "f")


def refused(path: Path, inputs: str, **wanted: Any) -> BellError:
    with pytest.raises(BellError) as caught:
        read(path, inputs, **wanted)
    return caught.value


def write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, row_group_size=100)


def write_file(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_file(path, table.schema) as out:
        out.write_table(table, 100)


def write_stream(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_stream(path, table.schema) as out:
        out.write_table(table, 100)


WRITERS: dict[str, Callable[[pa.Table, Path], None]] = {".parquet": write_parquet, ".arrow": write_file, ".arrows": write_stream}

TABLE = pa.table(
    {
        "i": pa.array(range(1000), pa.int32()),
        "s": pa.array([f"text {i % 7}" if i % 5 else None for i in range(1000)]),
        "wide": pa.array([[i, i] for i in range(1000)]),
        "day": pa.array([datetime.date(2013, 1, 1 + i % 28) for i in range(1000)]),
        "digits": pa.array([str(i) if i != 321 else "x" for i in range(1000)]),
    }
)


@pytest.fixture(params=WRITERS, ids=lambda suffix: suffix[1:])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    WRITERS[request.param](TABLE, tmp_path / f"f{request.param}")
    return tmp_path / f"f{request.param}"


@pytest.mark.parametrize("block_rows", [1, 64, 100, 65_536])
@pytest.mark.parametrize("group_bytes", [0, 1 << 30])
def test_the_columns_asked_for_in_that_order(path: Path, block_rows: int, group_bytes: int) -> None:
    found = read(path, "s: str | None, i: int", keep=("day", "i"), block_rows=block_rows, group_bytes=group_bytes)
    assert found.equals(TABLE.select(["s", "i", "day"]))
    assert max(found.column(0).chunk(i).__len__() for i in range(found.column(0).num_chunks)) <= block_rows


def test_types_by_hand_convert_exactly_or_name_the_row(path: Path) -> None:
    found = read(path, "i: float, day: str", types={"i": pa.float64(), "day": pa.string()})
    assert found["i"].to_pylist() == [float(i) for i in range(1000)]
    assert found["day"][0].as_py() == "2013-01-01"
    error = refused(path, "digits: int", types={"digits": pa.int64()})
    assert (error.code, error.message) == ("E1009", "Column 'digits' of f, row 321: 'x' does not convert to int64")
    assert refused(path, "wide: int", types={"wide": pa.int64()}).code == "E1004"


def test_missing_and_doubled_columns(path: Path, tmp_path: Path) -> None:
    error = refused(path, "dai: int")
    assert (error.code, error.hint) == ("E1001", "did you mean 'day'?")
    assert str(path) in error.message
    double = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], ["a", "b", "a"])
    twice = tmp_path / f"twice{path.suffix}"
    WRITERS[path.suffix](double, twice)
    assert refused(twice, "a: int").code == "E1003"
    assert read(twice, "b: int").to_pydict() == {"b": [2]}


def test_no_rows(path: Path, tmp_path: Path) -> None:
    empty = tmp_path / f"empty{path.suffix}"
    WRITERS[path.suffix](TABLE.slice(0, 0), empty)
    assert read(empty, "i: int").num_rows == 0


def test_truncated_anywhere_is_a_clear_error(path: Path) -> None:
    data = path.read_bytes()
    for end in sorted({0, 1, 3, 4, 7, 8, 12, *range(16, len(data) - 1, max(1, len(data) // 40)), len(data) - 9, len(data) - 1}):
        path.write_bytes(data[:end])
        if path.suffix == ".arrows" and end >= len(data) - 9:
            continue  # the mark at a stream's end says nothing that its absence would not
        found, error = outcome(read, path, "i: int, s: str | None")
        if error is not None:
            assert (error.code, "damaged" in error.message) == ("E1004", True), error
        else:
            # A stream may end after any batch: that is what a stream is.
            assert path.suffix == ".arrows" or found.num_rows == 1000


@given(st.data())
def test_damaged_bytes_never_crash(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    suffix = data.draw(st.sampled_from(sorted(WRITERS)))
    path = tmp_path_factory.mktemp("typed") / f"f{suffix}"
    WRITERS[suffix](TABLE.select(["i", "s"]).slice(0, 150), path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    found, error = outcome(read, path, "i: int, s: str | None")
    if error is None:
        found.validate(full=True)
    else:
        assert error.code in {"E1001", "E1003", "E1004", "E1009"}


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    bad = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0"), pa.py_buffer(b"a\xff")])
    for suffix, write in WRITERS.items():
        write(pa.table({"s": bad}), tmp_path / f"f{suffix}")
        error = refused(tmp_path / f"f{suffix}", "s: str")
        assert error.code == "E1004"
        assert "UTF8" in error.message or "utf" in error.message


def test_another_format_under_the_name(tmp_path: Path) -> None:
    for suffix in WRITERS:
        path = tmp_path / f"f{suffix}"
        path.write_text("a,b\n1,2\n")
        error = refused(path, "a: int")
        assert error.code == "E1004"
        assert str(path) in error.message


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for suffix in WRITERS:
        assert refused(tmp_path / f"no{suffix}", "a: int").code == "E0001"
        (tmp_path / f"dir{suffix}").mkdir()
        error = refused(tmp_path / f"dir{suffix}", "a: int")
        assert (error.code, "is a directory" in error.message) == ("E0002", True)
