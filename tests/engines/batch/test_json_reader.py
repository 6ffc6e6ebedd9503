"""JSON lines: what is a row, absent fields, types, and where errors are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.engines.batch import json_reader
from belljar.engines.batch.blocks import BadBlock
from belljar.engines.batch.json_reader import open_json
from belljar.engines.batch.selection import Wanted
from belljar.errors import BellError
from tests.engines.batch.outcome import outcome
from tests.engines.batch.row_kernel import columns


def read(path: Path, inputs: str = "", **wanted: Any) -> dict[str, list[Any]]:
    opened = open_json(str(path), Wanted(columns(inputs), **wanted))
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
                raise bad.error("f.jsonl", start) from None
        return pa.Table.from_batches(batches, opened.schema).to_pydict()
    finally:
        opened.close()


def written(folder: Path, data: str | bytes) -> Path:
    path = folder / "f.jsonl"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def refused(path: Path, inputs: str, **wanted: Any) -> BellError:
    with pytest.raises(BellError) as caught:
        read(path, inputs, **wanted)
    return caught.value


def test_columns_are_read_as_the_parameters_declare(tmp_path: Path) -> None:
    path = written(tmp_path, '{"a":1,"d":"2013-01-01","z":[1,{}]}\n\n{"d":"x","a":null}\r\n{"a":-5,"d":"","b":2}')
    assert read(path, "a: int | None, d: str, b: float | None") == {
        "a": [1, None, -5],
        "d": ["2013-01-01", "x", ""],
        "b": [None, None, 2.0],
    }


def test_kept_columns_take_the_type_of_their_values(tmp_path: Path) -> None:
    path = written(tmp_path, '{"a":1,"b":1,"c":true,"d":"2013-01-01","e":null}\n{"a":2,"b":1.5}\n')
    assert read(path, "a: int", keep=("*",)) == {
        "a": [1, 2],
        "b": [1, 1.5],
        "c": [True, None],
        "d": ["2013-01-01", None],
        "e": [None, None],
    }
    assert refused(written(tmp_path, '{"a":1,"b":[1]}\n'), "a: int", keep=("b",)).code == "E1002"
    assert refused(written(tmp_path, '{"a":1,"b":1}\n{"a":1,"b":"x"}\n'), "a: int", keep=("b",)).code == "E1002"


@pytest.mark.parametrize(
    ("line", "code", "reason"),
    [
        ('{"a": "x"}', "E1009", "'a' of f.jsonl, row 700: \"x\" is not an int of 64 bits"),
        ('{"a": 1.5}', "E1009", "row 700: 1.5 is not an int"),
        ('{"a": 1e2}', "E1009", "row 700: 100.0 is not an int"),
        ('{"a": true}', "E1009", "row 700: true is not an int"),
        ('{"a": 9223372036854775808}', "E1009", "row 700: 9223372036854775808 is not an int of 64 bits"),
        ('{"a": [1]}', "E1009", "row 700: [1] is not an int"),
        ('{"a": 1, "a": 2}', "E1004", "row 700: field 'a' stands twice"),
        ('{"a": 1', "E1004", "row 700: not a JSON object"),
        ("[1]", "E1004", "row 700: expected a JSON object, got an array"),
        ("5", "E1004", "row 700: expected a JSON object, got a number"),
        ('{"s": "\\ud800"}', "E1009", "row 700"),
        (b'{"s": "\xff"}', "E1004", "row 700: not UTF-8 text"),
        ('{"a": 1, "z": ' + "[" * 100_000 + "]" * 100_000 + "}", "", ""),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "E1004", "row 700: nested too deeply"),
    ],
    ids=lambda value: str(value)[:30],
)
@pytest.mark.parametrize("block_bytes", [256, 1 << 20])
def test_lines_that_are_no_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str | bytes, code: str, reason: str, block_bytes: int
) -> None:
    monkeypatch.setattr(json_reader, "FIRST_BYTES", block_bytes)
    lines = [b'{"a": 1, "s": "x"}'] * 1000
    lines[700] = line.encode() if isinstance(line, str) else line
    path = written(tmp_path, b"\n".join(lines))
    if not code:
        assert len(read(path, "a: int | None, s: str | None", block_bytes=block_bytes)["a"]) == 1000
        return
    error = refused(path, "a: int | None, s: str | None", block_bytes=block_bytes)
    assert (error.code, reason in error.message) == (code, True), error.message


def test_a_column_no_line_has_is_missing(tmp_path: Path) -> None:
    path = written(tmp_path, '{"dep_delay":1}\n' * 2_000 + '{"late":2}\n')
    error = refused(path, "dep_dely: int | None")
    assert (error.code, error.hint) == ("E1001", "did you mean 'dep_delay'?")
    assert read(path, "late: int | None")["late"][-1] == 2


def test_an_array_is_not_json_lines(tmp_path: Path) -> None:
    assert "one JSON array" in refused(written(tmp_path, '[{"a":1},\n{"a":2}]\n'), "a: int").message


def test_nothing_at_all_is_no_rows(tmp_path: Path) -> None:
    assert read(written(tmp_path, ""), "a: int") == {"a": []}


ROWS = st.lists(
    st.fixed_dictionaries(
        {"a": st.none() | st.integers(-(2**63), 2**63 - 1), "s": st.none() | st.text(st.characters(codec="utf-8"), max_size=8)},
        optional={"f": st.floats(allow_nan=False), "b": st.booleans()},
    ),
    max_size=20,
)


@given(ROWS, st.integers(1, 64), st.booleans())
def test_any_rows_in_any_blocks(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], size: int, ascii: bool) -> None:
    path = written(tmp_path_factory.mktemp("json"), "".join(json.dumps(row, ensure_ascii=ascii) + "\n" for row in rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_reader, "FIRST_BYTES", size)
        found, error = outcome(read, path, "a: int | None, s: str | None, f: float | None, b: bool | None", block_bytes=size)
    if error is not None:
        assert error.code == "E1001"  # no row has the column
        assert not all(any(name in row for row in rows) for name in "asfb")
        return
    found = [dict(zip("asfb", values, strict=True)) for values in zip(*found.values(), strict=True)]
    assert found == [{name: row.get(name) for name in "asfb"} for row in rows]


@given(st.binary(max_size=100) | st.text(st.sampled_from('{}[]":,a1 \n\\u'), max_size=60).map(str.encode))
def test_any_bytes_are_rows_or_a_clear_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = written(tmp_path_factory.mktemp("json"), data)
    _, error = outcome(read, path, "a: int | None", keep=("*",))
    assert error is None or error.code in {"E1001", "E1002", "E1004", "E1009"}
