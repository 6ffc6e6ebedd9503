"""CSV: what is a row, what is null, what is refused and where; the same whatever the block size."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.engines.batch import csv_reader
from belljar.engines.batch.blocks import BadBlock
from belljar.engines.batch.csv_reader import open_csv
from belljar.engines.batch.selection import Wanted
from belljar.errors import BellError
from tests.engines.batch.outcome import outcome
from tests.engines.batch.row_kernel import columns


def read(path: Path, inputs: str = "", **wanted: Any) -> dict[str, list[Any]]:
    opened = open_csv(str(path), Wanted(columns(inputs), **wanted))
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
                raise bad.error("f.csv", start) from None
        return pa.Table.from_batches(batches, opened.schema).to_pydict()
    finally:
        opened.close()


def written(folder: Path, data: str | bytes) -> Path:
    path = folder / "f.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def refused(path: Path, inputs: str, **wanted: Any) -> BellError:
    with pytest.raises(BellError) as caught:
        read(path, inputs, **wanted)
    return caught.value


def test_columns_are_read_as_the_parameters_declare(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c,d\n1,2,true,007\n-3,4.5,FALSE,x\n")
    assert read(path, "d: str, a: int, b: float, c: bool") == {"d": ["007", "x"], "a": [1, -3], "b": [2.0, 4.5], "c": [True, False]}


@pytest.mark.parametrize("data", ["x\r\n1\r\n2\r\n", "x\r1\r2\r", "x\n1\n2", "\ufeffx\n1\n2\n", "\n\nx\n1\n\n2\n\n", '"x"\n"1"\n2\n'])
def test_line_ends_marks_and_blank_lines(tmp_path: Path, data: str) -> None:
    assert read(written(tmp_path, data), "x: int") == {"x": [1, 2]}


def test_null_spellings(tmp_path: Path) -> None:
    path = written(tmp_path, 'n,s,t\n1,a,a\n,,\nNA,NA,NA\n"","",""\n"NA","NA","NA"\n')
    assert read(path, "n: int | None, s: str | None, t: str", nulls=("NA",)) == {
        "n": [1, None, None, None, None],
        "s": ["a", None, None, "", None],
        # No None is accepted: an empty field is the empty string, and what is spelled null is null, so its row fails.
        "t": ["a", "", None, "", None],
    }
    assert read(path, "s: str | None") == {"s": ["a", None, "NA", "", "NA"]}


def test_nan_and_infinity_are_numbers(tmp_path: Path) -> None:
    values = read(written(tmp_path, "x\nnan\ninf\n-inf\n1e300\n"), "x: float | None")["x"]
    assert [str(value) for value in values] == ["nan", "inf", "-inf", "1e+300"]


def test_types_by_hand(tmp_path: Path) -> None:
    path = written(tmp_path, "day\n1970-01-11\n")
    assert [str(day) for day in read(path, "day: int", types={"day": pa.date32()})["day"]] == ["1970-01-11"]


def test_kept_columns_are_guessed_or_carried_as_text(tmp_path: Path) -> None:
    path = written(tmp_path, "x,n,f,z\n1,007,1.10,\n2,8,2,\n")
    assert read(path, "x: int", keep=("n", "f", "z")) == {"x": [1, 2], "n": [7, 8], "f": [1.1, 2.0], "z": [None, None]}
    assert read(path, "x: int", keep=("*",), verbatim=True) == {"x": [1, 2], "n": ["007", "8"], "f": ["1.10", "2"], "z": [None, None]}


@pytest.mark.parametrize("block_bytes", [1, 7, 64, 1 << 20])
def test_quoted_line_ends_whatever_the_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block_bytes: int) -> None:
    monkeypatch.setattr(csv_reader, "FIRST_BYTES", block_bytes)
    texts = ["a\nb", 'say "hi"\n', "x,y", "\n\n", "", "end", '"', '""\n"']
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([["i", "a,\nb", "t"], *([i, text, text] for i, text in enumerate(texts))])
    found = read(written(tmp_path, out.getvalue()), "i: int, t: str", block_bytes=block_bytes)
    assert found == {"i": list(range(len(texts))), "t": texts}


FIELD = st.text(st.sampled_from('a",\n\r é'), max_size=6)


@given(st.lists(st.tuples(FIELD, FIELD), max_size=12), st.integers(1, 30), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_any_text_in_any_blocks(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], size: int, quoting: Any) -> None:
    out = io.StringIO()
    if any("\r" in field for row in rows for field in row):
        quoting = csv.QUOTE_ALL  # Python 3.11 leaves a lone \r unquoted, where it ends a row
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows([("a", "b"), *rows])
    path = written(tmp_path_factory.mktemp("csv"), out.getvalue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_reader, "FIRST_BYTES", size)
        found = read(path, "a: str, b: str", block_bytes=size)
    assert list(zip(found["a"], found["b"], strict=True)) == rows


@given(st.lists(st.text(st.sampled_from('a"\n,'), max_size=8), min_size=1, max_size=12), st.integers(1, 16))
def test_stray_quotes_cut_alike_in_all_blocks(tmp_path_factory: pytest.TempPathFactory, lines: list[str], size: int) -> None:
    """Quotes where they have no place: whatever rows that gives, they do not depend on the blocks."""
    path = written(tmp_path_factory.mktemp("csv"), "a,b\n" + "\n".join(lines))

    def outcome(bytes: int) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(csv_reader, "FIRST_BYTES", bytes)
            try:
                return read(path, "a: str, b: str", block_bytes=bytes)
            except BellError as error:
                return error.code, "never closed" in error.message

    whole, cut = outcome(1 << 20), outcome(size)
    # An earlier ragged row and a later open quote: which of the two is met first depends on how far a block reaches.
    assert cut == whole or (isinstance(whole, tuple) and isinstance(cut, tuple) and whole[0] == cut[0])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("a,b\n1,2\n3\n", "row 1: expected 2 fields, got 1: 3"),
        ("a,b\n1,2\n\n3,4\n5,6,7\n", "row 2: expected 2 fields, got 3: 5,6,7"),
        ('a,b\n1,2\n3,"x\n5,6\n', "row 1: a quoted field is never closed"),
        ("", "it is empty: not even a line of column names"),
        ("\n\n", "it is empty: not even a line of column names"),
        ('"a,b\n1,2\n', "a quoted column name is never closed"),
    ],
)
def test_rows_that_are_no_rows(tmp_path: Path, data: str, reason: str) -> None:
    error = refused(written(tmp_path, data), "a: int")
    assert (error.code, error.file) == ("E1004", error.file)
    assert reason in error.message
    assert "f.csv" in error.message


@pytest.mark.parametrize("block_bytes", [64, 1 << 20])
def test_the_row_at_fault_is_named_in_later_blocks_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block_bytes: int) -> None:
    monkeypatch.setattr(csv_reader, "FIRST_BYTES", block_bytes)
    lines = [f"{i},{i}" for i in range(1000)]
    lines[777] = "777,oops"
    error = refused(written(tmp_path, "\n".join(["a,b", *lines])), "b: int", block_bytes=block_bytes)
    assert error.code == "E1009"
    assert error.message == "Column 'b' of f.csv, row 777: 'oops' is not an int"
    assert "--null oops" in error.hint
    lines[777] = "777"
    error = refused(written(tmp_path, "\n".join(["a,b", *lines])), "b: int", block_bytes=block_bytes)
    assert "row 777: expected 2 fields, got 1" in error.message


def test_a_wrong_encoding_is_named_with_file_column_and_row(tmp_path: Path) -> None:
    path = written(tmp_path, "a,s\n1,x\n2,caf\u00e9\n".encode("latin-1"))
    error = refused(path, "s: str")
    assert (error.code, error.message) == ("E1009", "Column 's' of f.csv, row 1: not UTF-8 text")
    assert "--encoding" in error.hint
    assert read(path, "s: str", encoding="latin-1") == {"s": ["x", "café"]}
    assert read(path, "a: int") == {"a": [1, 2]}


def test_utf_16(tmp_path: Path) -> None:
    path = written(tmp_path, "a,s\n1,é\n2,\U0001f600\n".encode("utf-16"))
    assert "--encoding utf-16" in refused(path, "s: str").hint
    assert read(path, "a: int, s: str", encoding="utf-16") == {"a": [1, 2], "s": ["é", "\U0001f600"]}


def test_bytes_that_are_not_of_the_encoding_given(tmp_path: Path) -> None:
    error = refused(written(tmp_path, b"a,s\n1,x\n2,\x81y\n"), "s: str", encoding="cp1252")
    assert "line 3, byte offset 10: not cp1252 text" in error.message


def test_a_column_that_is_not_there_has_the_nearest_name_as_hint(tmp_path: Path) -> None:
    path = written(tmp_path, "dep_delay,arr_delay\n1,2\n")
    error = refused(path, "dep_dely: int")
    assert (error.code, error.hint) == ("E1001", "did you mean 'dep_delay'?")
    assert str(path) in error.message
    assert refused(path, "DEP_DELAY: int").hint == "did you mean 'dep_delay'?"
    assert refused(path, "zzz: int").hint == "columns: dep_delay, arr_delay"
    assert refused(path, "", keep=("carrier",)).code == "E1001"
    assert refused(path, "", types={"carrier": pa.string()}).code == "E1001"


def test_another_delimiter(tmp_path: Path) -> None:
    path = written(tmp_path, "a;b\n1;2,5\n")
    assert "--delimiter ';'" in refused(path, "a: int").hint
    assert read(path, "a: int, b: str", delimiter=";") == {"a": [1], "b": ["2,5"]}
    tabs = written(tmp_path, "a\tb\n1\t2\n")
    assert "--delimiter tab" in refused(tabs, "a: int").hint
    assert read(tabs, "b: int", delimiter="\\t") == {"b": [2]}
    for bad in ("", ";;", '"', "\n", "é"):
        assert refused(path, "a: int", delimiter=bad).code == "E0003"


def test_a_column_twice(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,a\n1,2,3\n")
    error = refused(path, "a: int")
    assert error.code == "E1003"
    assert str(path) in error.message
    assert read(path, "b: int") == {"b": [2]}
    assert refused(path, "b: int", keep=("*",)).code == "E1003"


def test_only_a_header(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a,b\n"), "a: int, b: str") == {"a": [], "b": []}
    assert read(written(tmp_path, "a,b"), "a: int", keep=("b",)) == {"a": [], "b": []}


def test_a_very_wide_file(tmp_path: Path) -> None:
    names = [f"c{i}" for i in range(20_000)]
    path = written(tmp_path, ",".join(names) + "\n" + ",".join(map(str, range(20_000))) + "\n")
    assert read(path, "c19999: int, c7: int") == {"c19999": [19_999], "c7": [7]}


def test_a_row_without_end_is_refused_in_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belljar.engines.batch.bytestream.RECORD_BYTES_MAX", 1 << 16)
    error = refused(written(tmp_path, b"a,b\n" + b"x" * (1 << 21)), "a: str", block_bytes=1 << 12)
    assert "a row is longer than" in error.message


@pytest.mark.parametrize("codec", ["gz", "bz2", "zst"])
def test_compressed(tmp_path: Path, codec: str) -> None:
    path = tmp_path / f"f.csv.{codec}"
    with pa.CompressedOutputStream(str(path), {"gz": "gzip", "zst": "zstd"}.get(codec, codec)) as out:
        out.write(b"x\n" + b"".join(b"%d\n" % i for i in range(5_000)))
    assert read(path, "x: int") == {"x": list(range(5_000))}
    data = path.read_bytes()
    for bad in (data[: len(data) // 2], b"not compressed at all"):
        path.write_bytes(bad)
        error = refused(path, "x: int")
        assert error.code == "E1004"
        assert path.name in error.message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "flights.csv").write_text("x\n1\n")
    error = refused(tmp_path / "flight.csv", "x: int")
    assert (error.code, error.hint) == ("E0001", f"did you mean '{tmp_path / 'flights.csv'}'?")
    assert refused(tmp_path / "no" / "f.csv", "x: int").hint == f"there is no folder '{tmp_path / 'no'}'"
    error = refused(tmp_path, "x: int")
    assert (error.code, "it is a directory" in error.message) == ("E0002", True)
    assert refused(written(tmp_path, "x\n1\n"), "x: int", encoding="klingon").code == "E0003"


@given(st.binary(max_size=200), st.integers(1, 64))
def test_any_bytes_are_rows_or_a_clear_error(tmp_path_factory: pytest.TempPathFactory, data: bytes, size: int) -> None:
    path = written(tmp_path_factory.mktemp("csv"), data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_reader, "FIRST_BYTES", size)
        _, error = outcome(read, path, "a: int | None", keep=("*",), block_bytes=size)
    assert error is None or error.code in {"E1001", "E1003", "E1004", "E1009"}


@pytest.mark.parametrize(
    ("value", "reason", "hint"),
    [
        ("2.5", "'2.5' is not an int", "annotate 'x' as float"),
        ("9223372036854775808", "9223372036854775808 is beyond the 64 bits of an int", "annotate 'x' as float"),
        ("n a", "'n a' is not an int", "if it means null, give --null 'n a'"),
    ],
)
def test_the_hint_does_not_lead_astray(tmp_path: Path, value: str, reason: str, hint: str) -> None:
    error = refused(written(tmp_path, f"x\n{value}\n"), "x: int")
    assert (error.message, error.hint) == (f"Column 'x' of f.csv, row 0: {reason}", hint)
