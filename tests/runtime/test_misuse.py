"""Wrong use from Python: a clear error of its own kind, wherever the wrong value is noticed."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import belljar

TEXT = """\
class Row:
    a: int
    b: str


def f(x: int) -> int:
    return 100 // x


def g(row: Row) -> str:
    return row.b * row.a
"""
PROGRAM = belljar.compile(TEXT)
ROWS = pa.record_batch({"x": [1, 2, 0]})


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (lambda: belljar.compile(None), "a program is a str, got NoneType"),
        (lambda: belljar.compile(b"x = 1"), "a program is a str, got bytes"),
        (lambda: belljar.compile_file(3), "a program is named by its path, got int"),
        (lambda: belljar.compile("x = 1", inputs=["y"]), "inputs= takes names with their types"),
        (lambda: belljar.compile("x = 1", inputs={"1y": int}), "inputs= takes names with their types"),
        (lambda: belljar.compile("x = 1", limits=3), "limits= takes names with values, got 3"),
        (lambda: PROGRAM.call(None), "a task is named by a str, got NoneType"),
        (lambda: PROGRAM.call("f", 1, limits=[1]), "limits= takes names with values"),
        (lambda: PROGRAM.call("f", 1, engine="warp"), "unknown engine 'warp'"),
        (lambda: PROGRAM.batch("f", None), "Cannot read rows from a NoneType"),
        (lambda: PROGRAM.batch("f", ROWS, 3), "output must be a path, got 3"),
        (lambda: PROGRAM.batch("f", ROWS, errors=3), "errors must be a path, got 3"),
        (lambda: PROGRAM.batch("f", ROWS, types=["x"]), "types must say a type for each name"),
        (lambda: PROGRAM.batch("f", ROWS, types={"x": dict}), "Unknown column type 'dict'"),
        (lambda: PROGRAM.batch("f", ROWS, keep=3), "keep must be strings, got 3"),
        (lambda: PROGRAM.batch("f", ROWS, delimiter=3), "delimiter must be a str, got 3"),
        (lambda: PROGRAM.batch("f", ROWS, encoding=None), "encoding must be a str, got None"),
        (lambda: PROGRAM.batch("f", ROWS, input_format=3), "input_format must be a str, got 3"),
        (lambda: PROGRAM.batch("f", ROWS, memory="lots"), "limit memory='lots' is not a positive number"),
        (lambda: PROGRAM.explain_row("f", ROWS, "1"), "rows are ints and count from 0, got '1'"),
        (
            lambda: PROGRAM.mapper("f")({"x": [1]}),
            "a mapper takes a pyarrow RecordBatch, a Table or an iterator of RecordBatches, got dict",
        ),
    ],
)
def test_wrong_values_are_refused_by_name(use: Callable[[], Any], said: str) -> None:
    with pytest.raises(belljar.BellError) as caught:
        use()
    assert caught.value.code == "E0003"
    assert said in caught.value.message


def test_a_task_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(belljar.BellFunctionError) as caught:
        PROGRAM.call("classify")
    assert caught.value.hint == "tasks are f, g"


def test_a_field_is_named_with_its_argument() -> None:
    with pytest.raises(belljar.BellTypeError) as caught:
        PROGRAM.call("g", {"a": 1, "b": 2})
    assert caught.value.message == "field 'b' of argument 'row' of g() must be str, got int 2"


def test_options_take_what_people_write() -> None:
    table = PROGRAM.batch("f", {"x": ["1", "2"]}, types={"x": int}, keep=None, nulls=None, memory="64MiB").table
    assert table is not None
    assert table.to_pydict() == {"f": [100, 50]}
    swapped = PROGRAM.batch("f", {"x": np.arange(1, 4, dtype=">i8")}).table
    assert swapped is not None
    assert swapped.to_pydict() == {"f": [100, 50, 33]}


@pytest.mark.parametrize(
    ("column", "hint"),
    [
        (pa.array([1.0]), "types={'x': 'int'} converts it where every value allows it"),
        (pa.array([[1]]), "nested columns are not read: give the task the columns inside it"),
        (pa.array([{"a": 1}]), "nested columns are not read: give the task the columns inside it"),
        (pa.array([pa.MonthDayNano([1, 2, 3])]), ""),
    ],
)
def test_columns_of_other_types_are_refused_with_what_can_be_done(column: pa.Array, hint: str) -> None:
    with pytest.raises(belljar.BellTypeError) as caught:
        PROGRAM.batch("f", {"x": column})
    assert (caught.value.code, caught.value.hint) == ("E1002", hint)


def test_strict_errors_have_their_place(tmp_path: Path) -> None:
    with pytest.raises(belljar.BellMathError) as caught:
        PROGRAM.batch("f", ROWS, strict=True)
    assert (caught.value.line, caught.value.excerpt) == (7, "    return 100 // x\n    ^^^^^^^^^^^^^^^")
    assert caught.value.notes == ["row 2 of <data>"]


def test_errors_cross_processes_whole() -> None:
    with pytest.raises(belljar.BellVariableError) as caught:
        belljar.compile("print(y)\nprint(z)\n")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert type(copy) is belljar.BellVariableError
    assert [(error.message, error.line) for error in copy.diagnostics] == [
        (error.message, error.line) for error in caught.value.diagnostics
    ]
    assert copy.diagnostics[0] is copy
    assert len(copy.diagnostics) == 2


def test_a_mapper_runs_in_a_process_of_its_own() -> None:
    mapper = belljar.compile(TEXT, limits={"fuel": 1_000}).mapper("f", keep=["x"])
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        (there,) = pool.map(mapper, [ROWS])
    assert there.to_pydict() == mapper(ROWS).to_pydict() == {"x": [1, 2, 0], "f": [100, 50, None]}
    assert repr(mapper) == "<Mapper of f() of <string>>"
    assert there.schema == mapper.schema_for(ROWS.schema)


def test_a_mapper_maps_iterators_lazily() -> None:
    seen: list[int] = []

    def batches() -> Any:
        for number in range(3):
            seen.append(number)
            yield ROWS

    mapped = PROGRAM.mapper("f")(batches())
    assert seen == []
    assert next(mapped).to_pydict() == {"f": [100, 50, None]}
    assert seen == [0]
    with pytest.raises(belljar.BellError, match="got int"):
        list(PROGRAM.mapper("f")(iter([3])))


def test_other_limits_do_not_go_on_with_a_run(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("x\n1\n")
    source, output = [str(tmp_path / "x.csv")], str(tmp_path / "out.csv")
    PROGRAM.batch("f", source, output, resume=True)
    assert PROGRAM.batch("f", source, output, resume=True).rows_skipped == 1
    with pytest.raises(belljar.BellError, match="the program has changed since"):
        belljar.compile(TEXT, limits={"fuel": 1_000}).batch("f", source, output, resume=True)


@pytest.mark.parametrize("option", ["output", "errors"])
def test_the_program_is_not_written_over(tmp_path: Path, option: str) -> None:
    path = tmp_path / "rule.bell"
    path.write_text(TEXT)
    (tmp_path / "link.csv").symlink_to(path)
    program = belljar.compile_file(path)
    with pytest.raises(belljar.BellError, match="is the program itself"):
        program.batch("f", ROWS, **{option: tmp_path / "link.csv"}, **({"output_format": "csv"} if option == "output" else {}))
    assert path.read_text() == TEXT


def test_a_batch_of_a_program_that_prints_is_not_told_to_grant_it() -> None:
    program = belljar.compile("print('hello')\ndef f(x: int) -> int: return x", cache=False)
    with pytest.raises(belljar.BellCapabilityError) as caught:
        program.batch("f", {"x": [1]}, grants=["io.stdout"])
    assert caught.value.hint.startswith("no row of a batch can be granted it")
