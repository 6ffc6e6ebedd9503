"""A run that was cut goes on: what is finished is not run again, what changed is, and what does not fit is refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from belljar.engines.batch.run import run_batch
from belljar.errors import BellError
from tests.engines.batch.row_kernel import RowKernel, ratio
from tests.engines.batch.test_run import python_path, refused


class Cut(Exception):
    """What stands for the end of the process."""


def inputs(folder: Path, count: int = 4) -> list[str]:
    paths = []
    for index in range(count):
        path = folder / f"in{index}.csv"
        path.write_text("x,y,k\n" + "".join(f"{index * 10 + i},{i % 3},{'a' if i % 2 else 'b'}\n" for i in range(5)))
        paths.append(str(path))
    return paths


class Counting(RowKernel):
    """Counts the rows it runs, and is cut when it meets a value."""

    def __init__(self, cut_at: int | None = None) -> None:
        def rule(x: int, y: int) -> tuple[int, str]:
            if x == cut_at:
                raise Cut
            return 10 * x // y, "big" if x > 15 else "small"

        super().__init__("x: int, y: int", "q: int, size: str", rule)

    @property
    def rows(self) -> int:
        return sum(self.lengths)


OUTPUTS: dict[str, dict[str, Any]] = {
    "csv": {"output": "out.csv"},
    "parquet": {"output": "out.parquet"},
    "folder": {"output": "out/"},
    "partitions": {"output": "out", "partition_by": ["size", "k"]},
}


def content(folder: Path) -> dict[str, bytes]:
    """All files but the inputs and what speaks of runs."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("in") and ".belljar" not in str(path.relative_to(folder))
    }


@pytest.mark.parametrize("kind", OUTPUTS)
def test_finished_inputs_are_not_run_again(tmp_path: Path, kind: str) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    results = []
    for folder in (whole, cut):
        folder.mkdir()
        source = inputs(folder)
        options: dict[str, Any] = {**OUTPUTS[kind], "keep": ["k"], "counts": True, "threads": 1, "errors": str(folder / "bad.csv")}
        options["output"] = f"{folder}/{options['output']}"
        if folder is cut:
            broken = Counting(cut_at=22)
            with pytest.raises(Cut):
                run_batch(broken, source, **options)
            assert not (folder / "bad.csv").exists()
            kernel = Counting()
            results.append(run_batch(kernel, source, resume=True, **options))
            assert kernel.rows == 10
            assert results[-1].rows_skipped == 10
        else:
            results.append(run_batch(Counting(), source, **options))
            assert results[-1].rows_skipped == 0
    first, second = content(whole), content(cut)
    assert first.keys() == second.keys()
    for name, data in first.items():
        assert data.replace(b"/whole/", b"/cut/") == second[name], name
    one, other = results
    assert (one.rows, one.errors, one.counts) == (other.rows, other.errors, other.counts) == (20, 8, other.counts)
    assert one.counts == {"size": {None: 8, "big": 6, "small": 6}}


@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_finished_run_has_nothing_to_do_until_something_changes(tmp_path: Path, kind: str) -> None:
    source = inputs(tmp_path)
    options: dict[str, Any] = {**OUTPUTS[kind], "keep": ["k"], "resume": True, "errors": tmp_path / "bad.jsonl"}
    options["output"] = f"{tmp_path}/{options['output']}"
    first = run_batch(Counting(), source, **options)
    before = content(tmp_path)
    kernel = Counting()
    again = run_batch(kernel, source, **options)
    assert (kernel.rows, again.rows, again.rows_skipped, again.errors) == (0, 20, 20, first.errors)
    assert content(tmp_path) == before

    Path(source[1]).write_text("x,y,k\n900,9,b\n")
    kernel = Counting()
    changed = run_batch(kernel, source, **options)
    assert kernel.rows == (1 if kind == "folder" else 16)
    assert (changed.rows, changed.errors) == (16, 6)

    lost = (
        next(
            path
            for path in tmp_path.rglob("*")
            if path.suffix in {".parquet", ".csv"} and path.name in {"in0.csv", "out.csv", "out.parquet"} and str(path) not in source
        )
        if kind != "partitions"
        else tmp_path / "out"
    )
    subprocess.run(["rm", "-r", str(lost)], check=True)
    kernel = Counting()
    run_batch(kernel, source, **options)
    assert kernel.rows == (5 if kind == "folder" else 16)


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    source = inputs(tmp_path)
    output = tmp_path / "out.csv"
    with pytest.raises(Cut):
        run_batch(Counting(cut_at=22), source, output=output, program_hash="one", threads=1)
    error = refused(Counting(), source, output=output, program_hash="two", resume=True)
    assert (error.code, error.message) == ("E1007", "Cannot resume: the program has changed since")
    assert error.hint == "run without --resume to begin again"
    error = refused(Counting(), source, output=output, program_hash="one", resume=True, keep=["k"], nulls=["NA"])
    assert error.message == "Cannot resume: other options were given then: nulls, schema, types"
    manifest = tmp_path / ".out.csv.belljar-run" / "manifest.jsonl"
    good = manifest.read_bytes()
    manifest.write_bytes(good.replace(b'"rows"', b'"cows"'))
    assert "manifest is damaged" in refused(Counting(), source, output=output, program_hash="one", resume=True).message
    manifest.write_bytes(b"\0\n" + good)
    assert "manifest is damaged" in refused(Counting(), source, output=output, program_hash="one", resume=True).message
    # Cut while its last line was written: that input does not count.
    manifest.write_bytes(good[:-20])
    kernel = Counting()
    assert run_batch(kernel, source, output=output, program_hash="one", resume=True).rows == 20
    assert kernel.rows == 15


def test_a_run_without_resume_begins_again(tmp_path: Path) -> None:
    source = inputs(tmp_path)
    with pytest.raises(Cut):
        run_batch(Counting(cut_at=22), source, output=tmp_path / "out.csv", threads=1)
    assert (tmp_path / ".out.csv.belljar-run").exists()
    kernel = Counting()
    run_batch(kernel, source, output=tmp_path / "out.csv")
    assert kernel.rows == 20
    assert not (tmp_path / ".out.csv.belljar-run").exists()


def test_an_input_that_changes_while_it_is_read_is_not_finished(tmp_path: Path) -> None:
    source = inputs(tmp_path, 2)

    def meddling(x: int, y: int) -> tuple[int, str]:
        Path(source[0]).write_text("x,y,k\n1,1,z\n")
        return x, "s"

    options: dict[str, Any] = {"output": f"{tmp_path}/out/", "threads": 1}
    run_batch(RowKernel("x: int, y: int", "q: int, size: str", meddling), source, **options)
    kernel = Counting()
    run_batch(kernel, source, resume=True, **options)
    assert kernel.rows == 1


def test_two_runs_of_one_output_do_not_meet(tmp_path: Path) -> None:
    source = inputs(tmp_path)
    begun, go_on = threading.Event(), threading.Event()

    def slow(x: int, y: int) -> tuple[int, str]:
        begun.set()
        go_on.wait(30)
        return x, "s"

    kernel = RowKernel("x: int, y: int", "q: int, size: str", slow)
    first = threading.Thread(target=run_batch, args=(kernel, source), kwargs={"output": tmp_path / "out.csv"})
    first.start()
    assert begun.wait(30)
    error = refused(Counting(), source, output=tmp_path / "out.csv")
    go_on.set()
    first.join()
    assert (error.code, "another run is writing this output" in error.message) == ("E0004", True)
    assert (tmp_path / "out.csv").read_text().count("\n") == 21


def test_only_files_can_be_resumed(tmp_path: Path) -> None:
    assert refused(ratio(), {"x": [1], "y": [1]}, output=tmp_path / "o.csv", resume=True).code == "E0003"


KILLED = """
import os, signal, sys
from belljar.engines.batch.run import run_batch
from tests.engines.batch.row_kernel import RowKernel
def rule(x, y):
    if x == 22:
        os.kill(os.getpid(), signal.SIGKILL)
    return x, "s"
run_batch(RowKernel("x: int, y: int", "q: int, size: str", rule), sys.argv[2:], output=sys.argv[1], block_rows=1, threads=1)
"""


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out/"])
@pytest.mark.parametrize("count", [1, 4])
def test_killed_while_writing(root: Path, tmp_path: Path, name: str, count: int) -> None:
    """No partial output under the final name, the old one intact, and the next run cleans up."""
    source = inputs(tmp_path)
    if count == 1:
        Path(source[0]).write_text("x,y\n" + "".join(f"{i},1\n" for i in range(100)))
        source = source[:1]
    out = tmp_path / name
    old = out / "in0.csv" if name.endswith("/") else out
    old.parent.mkdir(exist_ok=True)
    old.write_text("old output")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, f"{tmp_path}/{name}", *source], cwd=root, env=python_path(root), capture_output=True
    )
    assert done.returncode == -signal.SIGKILL
    if count == 1 or not name.endswith("/"):
        assert old.read_text() == "old output"
    kernel = Counting()
    run_batch(kernel, source, output=f"{tmp_path}/{name}", resume=count > 1)
    assert kernel.rows == (100 if count == 1 else 10)
    left = [path.name for path in tmp_path.rglob("*") if path.name.endswith((".tmp", ".new"))]
    assert left == []
    if name == "out.parquet":
        assert pq.read_table(out).num_rows == (100 if count == 1 else 20)


def test_the_manifest_is_lines_of_json(tmp_path: Path) -> None:
    source = inputs(tmp_path, 2)
    run_batch(Counting(), source, output=f"{tmp_path}/out/", program_hash="p")
    lines = [json.loads(line) for line in (tmp_path / "out" / ".belljar-run" / "manifest.jsonl").read_text().splitlines()]
    assert lines[0]["program"] == "p"
    assert [(os.path.basename(line["input"]["path"]), line["rows"], line["errors"]) for line in lines[1:]] == [
        ("in0.csv", 5, 2),
        ("in1.csv", 5, 2),
    ]


def test_a_bad_input_leaves_the_finished_ones_for_resuming(tmp_path: Path) -> None:
    source = inputs(tmp_path)
    good = Path(source[2]).read_text()
    Path(source[2]).write_text("x,z\n1,2\n")
    with pytest.raises(BellError) as caught:
        run_batch(Counting(), source, output=tmp_path / "out.csv", threads=2)
    assert caught.value.code == "E1001"
    Path(source[2]).write_text(good)
    kernel = Counting()
    assert run_batch(kernel, source, output=tmp_path / "out.csv", resume=True).rows == 20
    assert kernel.rows == 10


def test_a_file_where_the_output_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("x,y\n1,2\n")
    (tmp_path / "out.csv").write_text("mine")
    with pytest.raises(BellError, match="it is a file, and the output is a folder"):
        run_batch(ratio(), str(tmp_path / "in.csv"), output=f"{tmp_path / 'out.csv'}/")
    assert (tmp_path / "out.csv").read_text() == "mine"
