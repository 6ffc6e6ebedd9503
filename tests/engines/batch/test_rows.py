"""One row by its number."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from belljar.engines.batch.rows import row_values
from belljar.errors import BellError
from tests.engines.batch.row_kernel import columns

INPUTS = columns("x: int, s: str | None")


def test_the_values_the_kernel_sees(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("s,x\n" + "".join(f"{name}{i},{i}\n" for i in range(100)))
    source = str(tmp_path / "*.csv")
    assert row_values(INPUTS, source, 0) == {"x": 0, "s": "a0"}
    assert row_values(INPUTS, source, 137, block_rows=10) == {"x": 37, "s": "b37"}
    day = {"x": pa.array([7], pa.date32()), "s": [None]}
    assert row_values(INPUTS, day, 0) == {"x": 7, "s": None}
    assert row_values(INPUTS, {"x": [None], "s": ["a"]}, 0) == {"x": None, "s": "a"}
    for row, message in ((200, "There is no row 200: the source has 200 rows, counted from 0"), (-1, "Rows count from 0, got -1")):
        with pytest.raises(BellError) as caught:
            row_values(INPUTS, source, row)
        assert (caught.value.code, caught.value.message) == ("E0003", message)


def test_damage_before_the_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("s,x\na,1\nb,2\nc,oops\n")
    with pytest.raises(BellError) as caught:
        row_values(INPUTS, str(tmp_path / "a.csv"), 3)
    assert "row 2: 'oops' is not an int" in caught.value.message
