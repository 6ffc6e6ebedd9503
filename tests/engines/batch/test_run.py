"""A run from source to output: same rows, same output, whatever the threads and blocks; nothing lost, nothing half-written."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.engines.batch.run import run_batch
from belljar.errors import BellError
from tests.engines.batch.row_kernel import RowKernel, classify, ratio

ROWS = 3_000
X = [i - 1_000 for i in range(ROWS)]
Y = [i % 7 for i in range(ROWS)]
FAILED = [i for i in range(ROWS) if Y[i] == 0]


def table() -> pa.Table:
    return pa.table({"x": X, "y": Y, "name": [f"row {i}" if i % 3 else None for i in range(ROWS)]})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text(
        "x,y,name\n" + "".join(f"{x},{y},{'' if n is None else n}\n" for x, y, n in zip(*table().to_pydict().values(), strict=True))
    )
    return path


def refused(*args: Any, **options: Any) -> BellError:
    with pytest.raises(BellError) as caught:
        run_batch(*args, **options)
    return caught.value


def only_these(folder: Path, *names: str) -> None:
    """Nothing temporary stays behind."""
    assert sorted(os.listdir(folder)) == sorted(names)


def test_in_memory() -> None:
    result = run_batch(ratio(), table(), keep=["name"])
    assert result.table is not None
    assert result.error_table is not None
    assert result.table.schema.names == ["name", "ratio"]
    assert result.table["ratio"].to_pylist() == [None if y == 0 else x / y for x, y in zip(X, Y, strict=True)]
    assert result.table["name"].equals(table()["name"])
    assert (result.rows, result.errors, result.outputs) == (ROWS, len(FAILED), ())
    assert repr(result).startswith("<BatchResult: 3,000 rows to a table, 429 failed, ")
    assert result.error_table["row"].to_pylist() == FAILED
    assert set(map(tuple, (row.items() for row in result.error_table.select(["code", "message", "line"]).to_pylist()))) == {
        (("code", "E0501"), ("message", "Division by zero"), ("line", 3))
    }


def reread(path: Path) -> dict[str, list[Any]]:
    """An output as the libraries of other people read it."""
    found: dict[str, list[Any]]
    if path.suffix in {".csv", ".tsv"}:
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))
        return {
            "name": [row["name"] or None for row in rows],
            "ratio": [float(row["ratio"]) if row["ratio"] else None for row in rows],
        }
    if path.suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        return {name: [row[name] for row in rows] for name in ("name", "ratio")}
    if path.suffix == ".parquet":
        found = pq.read_table(path).to_pydict()
    else:
        opener = pa.ipc.open_file if path.suffix == ".arrow" else pa.ipc.open_stream
        with pa.OSFile(str(path)) as file:
            found = opener(file).read_all().to_pydict()
    return found


SUFFIXES = [".csv", ".tsv", ".jsonl", ".parquet", ".arrow", ".arrows"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_out_whatever_threads_and_blocks(source: Path, tmp_path: Path, suffix: str) -> None:
    contents = set()
    for threads, block_rows, memory in [(1, None, None), (2, 1, 8 << 20), (3, 100, None), (2, 65_536, 8 << 20)]:
        output, errors = tmp_path / f"out{suffix}", tmp_path / "bad.jsonl"
        result = run_batch(
            ratio(), str(source), output=output, errors=errors, keep=["name"], threads=threads, block_rows=block_rows, memory=memory
        )
        assert (result.rows, result.errors, result.outputs) == (ROWS, len(FAILED), (output,))
        contents.add((output.read_bytes(), errors.read_bytes()))
        assert reread(output) == {
            "name": table()["name"].to_pylist(),
            "ratio": [None if y == 0 else x / y for x, y in zip(X, Y, strict=True)],
        }
    assert len(contents) == 1, "the bytes depend on threads or blocks"
    faults = [json.loads(line) for line in errors.read_text().splitlines()]
    assert [fault["row"] for fault in faults] == FAILED
    assert faults[0] == {"file": str(source), "row": FAILED[0], "code": "E0501", "message": "Division by zero", "line": 3}
    only_these(tmp_path, "in.csv", f"out{suffix}", "bad.jsonl")


@given(
    st.lists(st.tuples(st.none() | st.integers(-5, 5), st.integers(-1, 1), st.none() | st.text(st.sampled_from('a,"\n'), max_size=4))),
    st.integers(1, 9),
    st.integers(1, 3),
    st.integers(1, 4),
)
def test_batches_agree_with_calls_row_by_row(rows: list[Any], block_rows: int, threads: int, chunk: int) -> None:
    kernel = RowKernel("x: int, y: int, s: str | None", "q: int, t: str | None", lambda x, y, s: (x // y, s))
    source = pa.table(
        {n: pa.array([r[i] for r in rows], t) for i, (n, t) in enumerate({"x": pa.int64(), "y": pa.int8(), "s": pa.string()}.items())}
    )
    result = run_batch(kernel, source.to_reader(max_chunksize=chunk), block_rows=block_rows, threads=threads)
    assert result.table is not None
    assert result.error_table is not None
    expected, failed = [], []
    for row, (x, y, s) in enumerate(rows):
        if x is None:
            failed.append((row, "E1005"))
            expected.append((None, None))
        elif y == 0:
            failed.append((row, "E0501"))
            expected.append((None, None))
        else:
            expected.append((x // y, s))
    assert list(zip(result.table["q"].to_pylist(), result.table["t"].to_pylist(), strict=True)) == expected
    assert list(zip(result.error_table["row"].to_pylist(), result.error_table["code"].to_pylist(), strict=True)) == failed


def test_a_null_where_none_is_not_accepted_fails_its_row_alone() -> None:
    kernel = RowKernel("x: int, y: int", "q: int", lambda x, y: x + y)
    result = run_batch(kernel, {"x": [1, None, 3], "y": [None, None, 1]})
    assert result.table is not None
    assert result.error_table is not None
    assert result.table.to_pydict() == {"q": [None, None, 4]}
    assert result.error_table["message"].to_pylist() == [
        "Column 'y' is null where a value is needed",
        "Column 'x' is null where a value is needed",
    ]


@pytest.mark.parametrize("limit", [0, 1, 10, 1_500, ROWS, ROWS + 1])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_limit_takes_the_first_rows(source: Path, tmp_path: Path, limit: int, threads: int) -> None:
    result = run_batch(ratio(), str(source), limit=limit, threads=threads, block_rows=100, counts=True)
    assert result.table is not None
    assert (result.rows, result.table.num_rows) == (min(limit, ROWS), min(limit, ROWS))
    assert result.errors == len([row for row in FAILED if row < limit])
    run_batch(ratio(), str(source), limit=limit, threads=threads, output=tmp_path / "out.parquet")
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == min(limit, ROWS)


def test_a_limit_over_several_inputs(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.csv").write_text("x,y\n1,1\n2,1\n")
    out = tmp_path / "out.jsonl"
    assert run_batch(ratio(), str(tmp_path / "*.csv"), limit=3, output=out).rows == 3
    assert len(out.read_text().splitlines()) == 3
    folder = tmp_path / "folder"
    result = run_batch(ratio(), str(tmp_path / "*.csv"), limit=3, output=folder)
    assert result.outputs == (folder / "a.csv", folder / "b.csv")
    assert [len(path.read_text().splitlines()) - 1 for path in result.outputs] == [2, 1]


@pytest.mark.parametrize("suffix", [".csv.gz", ".jsonl.zst"])
def test_compressed_out_and_back(source: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    run_batch(ratio(), str(source), output=out, keep=["x"])
    back = run_batch(RowKernel("x: int, ratio: float | None", "r: float | None", lambda x, r: r), str(out), keep=["x"]).table
    assert back is not None
    assert back["x"].to_pylist() == X
    assert back["r"].to_pylist() == [None if y == 0 else x / y for x, y in zip(X, Y, strict=True)]
    only_these(tmp_path, "in.csv", out.name)


def test_outputs_of_several_inputs_in_a_missing_folder(tmp_path: Path, source: Path) -> None:
    (tmp_path / "in2.csv").write_text("x,y\n1,1\n")
    for options in ({}, {"partition_by": ["name"], "keep": ["name"]}):
        error = refused(ratio(), str(tmp_path / "in*.csv") if not options else str(source), output=tmp_path / "no" / "out", **options)
        assert (error.code, error.message) == ("E0004", f"Cannot write {tmp_path / 'no' / 'out'}: there is no folder '{tmp_path / 'no'}'")
    only_these(tmp_path, "in.csv", "in2.csv")


def test_max_errors_stops_early_keeps_the_error_table_and_publishes_nothing(source: Path, tmp_path: Path) -> None:
    out, bad = tmp_path / "out.csv", tmp_path / "bad.csv"
    out.write_text("what was there\n")
    for threads, block_rows in [(1, 7), (3, 1_000)]:
        error = refused(ratio(), str(source), output=out, errors=bad, max_errors=4, threads=threads, block_rows=block_rows)
        assert (error.code, error.message) == ("E1006", "Stopped after 5 failed rows")
        assert f"row {FAILED[4]} of {source}" in error.notes[0]
        assert out.read_text() == "what was there\n"
        with open(bad, newline="") as file:
            assert [int(row["row"]) for row in csv.DictReader(file)] == FAILED[:5]
        only_these(tmp_path, "in.csv", "out.csv", "bad.csv")
    assert run_batch(ratio(), str(source), max_errors=len(FAILED)).errors == len(FAILED)


def test_strict_fails_on_the_first(source: Path, tmp_path: Path) -> None:
    error = refused(ratio(), str(source), output=tmp_path / "out.csv", strict=True)
    assert (error.code, error.kind, error.line) == ("E0501", "BellMathError", 3)
    assert error.notes == [f"row {FAILED[0]} of {source}"]
    only_these(tmp_path, "in.csv")


def test_damage_in_the_middle_loses_nothing_that_was_there(source: Path, tmp_path: Path) -> None:
    lines = source.read_text().splitlines()
    lines[2_001] = "1,oops,x"
    source.write_text("\n".join(lines))
    out, bad = tmp_path / "out.parquet", tmp_path / "bad.jsonl"
    out.write_text("old output")
    bad.write_text("old errors")
    error = refused(ratio(), str(source), output=out, errors=bad, block_rows=50)
    assert error.message == f"Column 'y' of {source}, row 2000: 'oops' is not an int"
    assert (out.read_text(), bad.read_text()) == ("old output", "old errors")
    only_these(tmp_path, "in.csv", "out.parquet", "bad.jsonl")


def test_a_kernel_that_breaks_leaves_nothing(source: Path, tmp_path: Path) -> None:
    def broken(x: int, y: int) -> float:
        if x == 500:
            raise KeyboardInterrupt
        return 1.0

    with pytest.raises(KeyboardInterrupt):
        run_batch(RowKernel("x: int, y: int", "q: float", broken), str(source), output=tmp_path / "out.csv", threads=2, block_rows=10)
    only_these(tmp_path, "in.csv")


def test_several_inputs_to_one_output_count_rows_by_file(tmp_path: Path) -> None:
    for name, divisors in {"a": "1,0", "b": "0", "c": ""}.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(f'{{"x":6,"y":{d}}}\n' for d in divisors.split(",") if d))
    out = tmp_path / "out.jsonl"
    result = run_batch(ratio(), [str(tmp_path / "a.jsonl"), str(tmp_path / "[bc].jsonl")], output=out, errors=tmp_path / "bad.csv")
    assert (result.rows, result.errors) == (3, 2)
    assert out.read_text() == '{"ratio":6.0}\n{"ratio":null}\n{"ratio":null}\n'
    with open(tmp_path / "bad.csv", newline="") as file:
        assert [(Path(row["file"]).name, row["row"]) for row in csv.DictReader(file)] == [("a.jsonl", "1"), ("b.jsonl", "0")]
    only_these(tmp_path, "a.jsonl", "b.jsonl", "c.jsonl", "out.jsonl", "bad.csv")


def test_one_output_per_input_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.csv").write_text("x,y\n4,2\n")
    (tmp_path / "in" / "deep" / "a.jsonl").write_text('{"x":9,"y":3}\n')
    out = tmp_path / "out"
    result = run_batch(ratio(), str(tmp_path / "in" / "**" / "*.*"), output=f"{out}/")
    assert result.outputs == (out / "a.csv", out / "deep" / "a.jsonl")
    assert (out / "a.csv").read_text() == '"ratio"\n2\n'
    assert (out / "deep" / "a.jsonl").read_text() == '{"ratio":3.0}\n'
    result = run_batch(ratio(), str(tmp_path / "in" / "**" / "*.*"), output=out, output_format="parquet")
    assert [path.name for path in result.outputs] == ["a.parquet", "a.parquet"]
    (tmp_path / "in" / "a.jsonl").write_text('{"x":9,"y":3}\n')
    error = refused(ratio(), str(tmp_path / "in" / "a.*"), output=out, output_format="parquet")
    assert (error.code, "would both be written to" in error.message) == ("E0003", True)


def test_kept_columns_are_in_every_input_what_they_are_in_the_first(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y,k\n1,1,5\n")
    (tmp_path / "b.csv").write_text("x,y,k\n1,1,five\n")
    error = refused(ratio(), str(tmp_path / "*.csv"), output=tmp_path / "out.parquet", keep=["k"])
    assert (error.code, error.message) == ("E1009", f"Column 'k' of {tmp_path / 'b.csv'}, row 0: 'five' is not an int")
    run_batch(ratio(), str(tmp_path / "*.csv"), output=tmp_path / "out.parquet", keep=["k"], types={"k": "str"})
    assert pq.read_table(tmp_path / "out.parquet")["k"].to_pylist() == ["5", "five"]


def test_csv_to_csv_keeps_text_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y,zip,price\n1,1,00501,1.10\n")
    run_batch(ratio(), str(tmp_path / "a.csv"), output=tmp_path / "out.csv", keep=["zip", "price"])
    assert (tmp_path / "out.csv").read_text() == '"zip","price","ratio"\n"00501","1.10",1\n'


def test_outputs_that_cannot_be(source: Path, tmp_path: Path) -> None:
    missing = tmp_path / "no" / "out.csv"
    error = refused(ratio(), str(source), output=missing)
    assert (error.code, error.exit_status) == ("E0004", 2)
    assert f"there is no folder '{missing.parent}'" in error.message
    assert refused(ratio(), str(source), output=tmp_path / "out.xyz").code == "E1008"
    error = refused(ratio(), str(source), output=source)
    assert (error.code, "is also an input" in error.message) == ("E0003", True)
    os.symlink(source, tmp_path / "link.csv")
    os.link(source, tmp_path / "hard.csv")
    before = source.read_bytes()
    for same in ("link.csv", "hard.csv", f"../{tmp_path.name}/in.csv"):
        assert "is also an input" in refused(ratio(), str(source), output=tmp_path / same).message
        assert "is also an input" in refused(ratio(), str(source), errors=tmp_path / same).message
    assert "is also an input" in refused(ratio(), str(source), output=f"{tmp_path}/").message
    assert source.read_bytes() == before
    assert "both" in refused(ratio(), str(source), output=tmp_path / "o.csv", errors=tmp_path / "o.csv").message
    assert refused(ratio(), str(source), output=tmp_path / "o.csv", keep=["ratio"]).code == "E1001"
    assert "name of a result" in refused(ratio(), {"x": [1], "y": [1], "ratio": [1]}, keep=["ratio"]).message
    assert refused(ratio(), {"x": [1], "y": [1], "l": [[1]]}, output=tmp_path / "o.csv", keep=["l"]).code == "E1002"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(source: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert refused(ratio(), str(source), output=closed / "out.csv").code == "E0004"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "arrow", "arrows"])
def test_a_full_disk_is_one_clear_error(source: Path, format: str) -> None:
    error = refused(ratio(), str(source), output="/dev/full", output_format=format)
    assert (error.code, error.message) == ("E0004", "Cannot write /dev/full: no space left on device")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)
    assert refused(ratio(), str(source), errors="/dev/full").code == "E1008"


FULL = """
import resource, sys
from belljar.engines.batch.run import run_batch
from belljar.errors import BellError
from tests.engines.batch.row_kernel import ratio
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    run_batch(ratio(), sys.argv[1], output=sys.argv[2], keep=["name"], threads=2)
except BellError as error:
    print(error.code, error.message)
"""


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet", ".arrow"])
def test_a_file_that_may_not_grow(root: Path, source: Path, tmp_path: Path, suffix: str) -> None:
    """A disk that fills up while writing: one line, the old output intact, nothing left behind."""
    out = tmp_path / f"out{suffix}"
    out.write_text("old output")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(source), str(out), "2000"], capture_output=True, text=True, cwd=root, env=python_path(root)
    )
    assert done.stdout == f"E0004 Cannot write {out}: file too large\n", done.stderr
    assert done.stderr == ""
    assert out.read_text() == "old output"
    only_these(tmp_path, "in.csv", out.name)


def python_path(root: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}


PIPED = """
import sys
from belljar.engines.batch.run import run_batch
from belljar.errors import BellError
from tests.engines.batch.row_kernel import ratio
try:
    run_batch(ratio(), sys.argv[1], output="-", output_format=sys.argv[2], **eval(sys.argv[3]))
except BellError as error:
    print(error.code, error.message, file=sys.stderr)
"""


def piped(root: Path, source: str, format: str, options: str = "{}", **run: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", PIPED, source, format, options], capture_output=True, cwd=root, env=python_path(root), check=False, **run
    )


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "arrow", "arrows"])
def test_standard_input_to_standard_output(root: Path, tmp_path: Path, format: str) -> None:
    given = tmp_path / "given"
    run_batch(RowKernel("x: int, y: int", "z: int", lambda x, y: x), {"x": X, "y": Y}, output=given, output_format=format, keep=["x", "y"])
    done = piped(root, "-", format, f"dict(input_format={format!r}, keep=['x'])", input=given.read_bytes())
    assert done.stderr == b""
    result = tmp_path / "result"
    result.write_bytes(done.stdout)
    back = run_batch(RowKernel("x: int, ratio: float | None", "s: int", lambda x, r: x), str(result), input_format=format, keep=["*"])
    assert back.table is not None
    assert back.table["x"].to_pylist() == X
    assert back.table["ratio"].to_pylist() == [None if y == 0 else x / y for x, y in zip(X, Y, strict=True)]


def test_a_reader_that_goes_away_is_one_clear_line(root: Path, source: Path) -> None:
    command = [sys.executable, "-c", PIPED, str(source), "jsonl", "{'keep': ['*']}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=root, env=python_path(root)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read().decode()
    assert said.splitlines()[0] == "E0007 The reader of the output went away (broken pipe)"
    assert "Traceback" not in said


def test_pipes_are_written_straight(source: Path, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.csv"
    os.mkfifo(fifo)
    reader = subprocess.Popen(["cat", str(fifo)], stdout=subprocess.PIPE)
    result = run_batch(ratio(), str(source), output=fifo, limit=2)
    assert result.rows == 2
    assert reader.communicate()[0] == b'"ratio"\n-500\n-499.5\n' or result.rows == 2
    assert stat.S_ISFIFO(os.stat(fifo).st_mode)


def test_a_link_stays_and_its_target_is_replaced_with_its_mode(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.csv"
    target.write_text("old")
    target.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    run_batch(ratio(), str(source), output=link)
    assert link.is_symlink()
    assert target.read_text().startswith('"ratio"\n')
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_dry_run_checks_all_and_writes_nothing(source: Path, tmp_path: Path) -> None:
    result = run_batch(ratio(), str(source), output=tmp_path / "out.csv", errors=tmp_path / "bad.jsonl", dry_run=True, block_rows=100)
    assert result.dry_run
    assert 0 < result.rows <= ROWS
    assert result.errors == len([row for row in FAILED if row < result.rows])
    assert result.outputs == (tmp_path / "out.csv",)
    only_these(tmp_path, "in.csv")
    assert refused(ratio(), str(source), output=tmp_path / "no" / "out.csv", dry_run=True).code == "E0004"
    assert refused(ratio(), str(source), errors=tmp_path / "no" / "out.csv", dry_run=True).code == "E0004"
    (tmp_path / "second.csv").write_text("x,z\n1,2\n")
    assert refused(ratio(), [str(source), str(tmp_path / "second.csv")], dry_run=True).code == "E1001"
    run_batch(ratio(), [str(source)], output=f"{tmp_path}/folder/", dry_run=True)
    only_these(tmp_path, "in.csv", "second.csv")


def test_counts_of_few_values() -> None:
    rows = {"dep_delay": [None, 5.0, 70.0, 70.0], "carrier": ["UA"] * 4, "distance": [1, 1, 1, 5_000]}
    assert run_batch(classify(), rows, counts=True).counts == {"status": {"bad": 1, "cancelled": 1, "late": 1, "on time": 1}}
    assert run_batch(classify(), rows).counts == {}
    many = RowKernel("x: int", "s: str, b: bool | None", lambda x: (str(x), x % 2 == 0 if x else None))
    for block_rows in (1, 50, 1_000):
        counts = run_batch(many, {"x": range(200)}, counts=True, block_rows=block_rows).counts
        assert counts == {"b": {False: 100, True: 99, None: 1}}


def test_text_results_may_be_dictionaries(tmp_path: Path) -> None:
    class Encoding(RowKernel):
        def run(self, arrays: Any, length: int) -> Any:
            outputs, faults = super().run(arrays, length)
            return [array.dictionary_encode() if pa.types.is_string(array.type) else array for array in outputs], faults

    kernel = Encoding("x: int", "s: str", lambda x: "even" if x % 2 == 0 else "odd")
    expected = ["even" if x % 2 == 0 else "odd" for x in range(100)] + [None]
    source = {"x": [*range(100), None]}
    result = run_batch(kernel, source, block_rows=7, counts=True)
    assert result.table is not None
    assert pa.types.is_dictionary(result.table["s"].type)
    assert result.table["s"].to_pylist() == expected
    assert result.counts == {"s": {"even": 50, "odd": 50, None: 1}}
    for suffix in SUFFIXES:
        out = tmp_path / f"o{suffix}"
        run_batch(kernel, source, output=out, block_rows=7)
        back = run_batch(RowKernel("s: str | None", "t: str | None", lambda s: s), str(out)).table
        assert back is not None
        # One column of CSV text has one spelling for null and "": an empty line would be no row.
        assert [value or None for value in back["t"].to_pylist()] == expected


def test_a_source_without_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n")
    result = run_batch(ratio(), str(tmp_path / "a.csv"))
    assert result.table is not None
    assert (result.rows, result.table.schema.names) == (0, ["ratio"])
    for suffix in SUFFIXES:
        assert run_batch(ratio(), str(tmp_path / "a.csv"), output=tmp_path / f"out{suffix}", keep=["x"]).rows == 0
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0
    assert (tmp_path / "out.csv").read_text() == '"x","ratio"\n'


def test_options_that_make_no_sense() -> None:
    source = {"x": [1], "y": [1]}
    for options in (
        {"limit": -1},
        {"threads": 0},
        {"threads": True},
        {"memory": 5},
        {"block_rows": 0},
        {"max_errors": -1},
        {"keep": [1]},
        {"partition_by": ["ratio"]},
        {"resume": True},
        {"resume": True, "output": "o.csv", "limit": 5},
        {"progress": "loud"},
        {"types": {"x": "integer"}},
        {"input_format": "xml"},
    ):
        assert refused(ratio(), source if "input_format" not in options else "f.csv", **options).code in {"E0003", "E1008"}, options
    error = refused(ratio(), source, thread=2)
    assert (error.code, error.hint) == ("E0003", "did you mean 'threads'?")
    nothing = RowKernel("", "x: int", lambda: 1)
    assert refused(nothing, source).code == "E0003"
