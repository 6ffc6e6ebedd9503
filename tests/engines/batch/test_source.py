"""What a source names: files, globs, formats; and what it cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from belljar.engines.batch.source import format_of, inputs_of, known_format
from belljar.errors import BellError


def refused(source: Any, format: str | None = None) -> BellError:
    with pytest.raises(BellError) as caught:
        inputs_of(source, format)
    return caught.value


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.csv", "csv"),
        ("a.CSV", "csv"),
        ("a.tsv", "tsv"),
        ("a.csv.gz", "csv"),
        ("a.jsonl.zst", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.json", "jsonl"),
        ("a.pq", "parquet"),
        ("a.feather", "arrow"),
        ("a.arrows", "arrows"),
        ("a.parquet.gz", None),
        ("a.gz", None),
        ("a.xlsx", None),
        ("csv", None),
    ],
)
def test_the_suffix_says_the_format(name: str, format: str | None) -> None:
    assert format_of(name) == format


def test_names_of_formats() -> None:
    assert [known_format(name) for name in ("CSV", ".parquet", "ndjson", "ipc", "tsv")] == ["csv", "parquet", "jsonl", "arrow", "tsv"]
    with pytest.raises(BellError) as caught:
        known_format("xlsx")
    assert (caught.value.code, "csv, jsonl, parquet" in caught.value.hint) == ("E1008", True)


def test_globs_are_sorted_and_folders_are_no_matches(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "deep/c.csv", "[x].csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x\n")
    (tmp_path / "folder.csv").mkdir()

    def names(*patterns: str) -> list[str]:
        source = [str(tmp_path / pattern) for pattern in patterns]
        return [str(Path(item.name).relative_to(tmp_path)) for item in inputs_of(source if len(source) > 1 else source[0])]

    assert names("[ab].csv") == ["a.csv", "b.csv"]
    assert names("**/*.csv") == ["[x].csv", "a.csv", "b.csv", "deep/c.csv"]
    assert names("b.csv", "a.csv") == ["b.csv", "a.csv"]
    assert names("[x].csv") == ["[x].csv"]
    assert [item.name for item in inputs_of(tmp_path / "a.csv")] == [str(tmp_path / "a.csv")]
    error = refused(str(tmp_path / "*.parquet"))
    assert (error.code, error.hint) == ("E0001", "the pattern matches no file")
    assert "given twice" in refused([str(tmp_path / "*.csv"), str(tmp_path / "deep" / ".." / "a.csv")]).message


def test_standard_input_and_formats_by_hand() -> None:
    (item,) = inputs_of("-")
    assert (item.name, item.format, item.path) == ("-", "csv", None)
    assert inputs_of("-", "parquet")[0].format == "parquet"
    assert inputs_of("data.bin", "jsonl")[0].format == "jsonl"
    assert refused(["-", "-"]).code == "E0003"


def test_what_is_no_source(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("x")
    assert refused(str(tmp_path / "a.xlsx")).code == "E1008"
    assert refused(str(tmp_path / "no.xlsx")).code == "E0001"
    assert refused(str(tmp_path)).code == "E0002"
    assert "inputs are files of this machine" in refused("s3://bucket/a.csv").message
    for nothing in (None, 5, [], [1, 2], {"a"}):
        assert refused(nothing).code == "E0003"
