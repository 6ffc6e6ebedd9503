"""Plain CSV read in C is what Arrow reads of it, values, nulls and errors, whatever the text; and what is not plain is left to Arrow."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pyarrow as pa
import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from belljar.engines.batch import csv_reader
from belljar.engines.batch.blocks import BadBlock
from belljar.engines.batch.bytestream import Piece
from belljar.engines.batch.contract import Column
from belljar.engines.batch.csv_fields import plain_fields
from belljar.engines.batch.csv_reader import _Parser
from belljar.engines.batch.selection import Wanted

INPUTS = (Column("i", "int", True), Column("s", "str", True), Column("t", "str", False), Column("x", "float", True))
TYPES = {"s": pa.string(), "i": pa.int64(), "t": pa.string(), "x": pa.float64(), "d": pa.date32(), "k": pa.string()}
NAMES = ["i", "s", "unused", "t", "x", "d", "k"]
FIELDS = {
    "i": ["1", "-20", "", "NA", "007", "-0", "999999999999999999", "9223372036854775807", "1.0", " 3", "x", "-"],
    "s": ["", "a", "NA", "N", "a text of more than sixteen bytes", "é", "0"],
    "unused": ["", "whatever", "7", "é"],
    "t": ["", "b", "NA", "xyz"],
    "x": ["", "1.5", "-3", "1e300", "nan", "NA", "x"],
    "d": ["", "2024-02-29", "1960-01-01", "NA"],
    "k": ["", "kept", "1"],
}
USUAL = {"i": 9, "s": 7, "unused": 4, "t": 4, "x": 6, "d": 4, "k": 3}
"""So many of each are usual; the others make an error, or a piece for Arrow."""


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    names = draw(st.permutations(NAMES))
    strange = draw(st.integers(0, 9)) == 0
    kinds = [st.sampled_from(FIELDS[name] if strange else FIELDS[name][: USUAL[name]]) for name in names]
    lines = [",".join(row) for row in draw(st.lists(st.tuples(*kinds), min_size=1, max_size=30))]
    if strange:
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(["", "1,2", ",,,,,,", ",,,,,,,", 'a,"b",,,,,'])))
    end = draw(st.sampled_from(["\n", "\n", "\n", "\r\n"]))
    return (",".join(names) + "\n" + end.join(lines) + draw(st.sampled_from([end, ""]))).encode()


def read(names: list[str], piece: Piece, wanted: Wanted) -> Any:
    try:
        return list(_Parser(names, ",", wanted, TYPES).load(piece))
    except BadBlock as bad:
        return bad.row, bad.reason, bad.column, bad.advice


@given(texts(), st.sampled_from([(), ("NA",), ("NA", "1", "a text of more than sixteen bytes")]), st.integers(0, 3))
@example(b"i,s,unused,t,x,d,k\n,,,,,,\n", (), 0)
def test_as_arrow_reads_it(text: bytes, nulls: tuple[str, ...], before: int) -> None:
    header, _, rows = text.partition(b"\n")
    names = header.decode().split(",")
    piece = Piece(b"\n" * before + rows + b"rest", before, before + len(rows), rows.endswith(b"\n"))
    wanted = Wanted(INPUTS, keep=("d", "k"), nulls=nulls)
    with mock.patch.object(csv_reader, "plain_fields", return_value=None):
        expected = read(names, piece, wanted)
    found = read(names, piece, wanted)
    event("plain" if plain_fields(piece, len(names), ",", nulls) else "left to Arrow")
    if isinstance(expected, tuple):
        assert found == expected
        return
    assert len(found) == len(expected)
    for mine, arrows in zip(found, expected, strict=True):
        mine.validate(full=True)
        assert mine.schema == arrows.schema
        assert str(mine.to_pydict()) == str(arrows.to_pydict())  # as text: NaN is itself


@pytest.mark.parametrize(
    ("text", "plain"),
    [(b"1,2\n", True), (b"1,2", True), (b"", False), (b'1,"2"\n', False), (b"1,2\r\n", False), (b"1\n", False), (b"1,2\n\n", False)],
)
def test_what_is_plain(text: bytes, plain: bool) -> None:
    assert (plain_fields(Piece(text, 0, len(text)), 2, ",", []) is not None) == plain


def test_text_that_is_not_utf8_is_arrows_to_refuse() -> None:
    piece = Piece(b"1,\xff,,,,,\n", 0, 9)
    bad = read(["i", "s", "unused", "t", "x", "d", "k"], piece, Wanted(INPUTS, keep=("d", "k")))
    assert bad[1:3] == ("not UTF-8 text", "s")
