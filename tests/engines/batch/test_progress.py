"""Progress on standard error: lines for machines, a bar for people, otherwise silence."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from belljar.engines.batch import progress
from belljar.engines.batch.progress import progress_of
from belljar.engines.batch.run import run_batch
from tests.engines.batch.row_kernel import ratio


def test_json_lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    monkeypatch.setattr(progress, "INTERVAL_S", 0.0)
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("x,y\n" + "1,1\n1,0\n" * 500)
    run_batch(ratio(), str(tmp_path / "*.csv"), progress="json", output=tmp_path / "out.csv")
    captured = capsys.readouterr()
    events = [json.loads(line) for line in captured.err.splitlines()]
    assert captured.out == ""
    assert [(event["event"], event["rows"], event["errors"]) for event in events] == [
        ("progress", 1_000, 500),
        ("progress", 2_000, 1_000),
        ("end", 2_000, 1_000),
    ]
    assert [event["done"] for event in events[:2]] == [0.5, 1.0]
    assert [Path(event["file"]).name for event in events[:2]] == ["a.csv", "b.csv"]


def test_data_of_unknown_size_has_no_share(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "INTERVAL_S", 0.0)
    import pyarrow as pa

    run_batch(ratio(), pa.table({"x": [1], "y": [1]}).to_reader(), progress="json")
    assert json.loads(capsys.readouterr().err.splitlines()[0])["done"] is None


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal_and_silence_elsewhere() -> None:
    for mode, stream, speaks in (
        ("auto", Terminal(), True),
        ("auto", io.StringIO(), False),
        (None, Terminal(), False),
        ("off", Terminal(), False),
    ):
        shown = progress_of(mode, stream)
        shown.update(10, 1, 0.5, "flights.csv")
        shown.update(20, 1, -1.0, "flights.csv")
        shown.close(20, 1)
        assert bool(stream.getvalue()) == speaks


def test_who_watches_may_leave() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    progress_of("json", Gone()).close(1, 0)
