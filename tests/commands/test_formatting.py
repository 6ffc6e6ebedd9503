"""belljar fmt: files, folders and the standard input; statuses; what is wrong does not stop the rest."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from belljar.commands import formatting
from belljar.commands.session import Session
from belljar.errors import bell_error


def fmt(*paths: object, format: str = "full", **options: Any) -> tuple[int, str, str]:
    session = Session(io.StringIO(), io.StringIO())
    status = session.run("fmt", {"paths": [str(path) for path in paths], "check": False, "diff": False, "format": format, **options})
    return status, session.out.getvalue(), session.err.getvalue()  # type: ignore[attr-defined]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name, text in {
        "a.bell": "x=1\n",
        "bad.bell": "x = (1\n",
        "inner/b.bell": "y = 1\n",
        "inner/c.py": "z=1\n",
        ".hidden/d.bell": "w=1\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder(folder: Path) -> None:
    status, out, err = fmt(folder)
    assert status == 2
    assert out == f"reformatted {folder / 'a.bell'}\n"
    assert "E0101" in err
    assert "1 file reformatted, 1 file left as it is, 1 file failed" in err
    assert [(folder / name).read_text() for name in ("a.bell", "bad.bell", "inner/b.bell", "inner/c.py", ".hidden/d.bell")] == [
        "x = 1\n",
        "x = (1\n",
        "y = 1\n",
        "z=1\n",
        "w=1\n",
    ]


def test_unchanged_files_are_not_touched(folder: Path) -> None:
    before = (folder / "inner" / "b.bell").stat()
    assert fmt(folder / "inner")[0] == 0
    after = (folder / "inner" / "b.bell").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_check_writes_nothing(folder: Path) -> None:
    status, out, _ = fmt(folder / "a.bell", check=True)
    assert (status, out) == (1, f"would reformat {folder / 'a.bell'}\n")
    assert (folder / "a.bell").read_text() == "x=1\n"
    assert fmt(folder / "inner", check=True)[0] == 0


def test_diff(folder: Path) -> None:
    (folder / "a.bell").write_text("x=1", encoding="utf-8")
    status, out, _ = fmt(folder / "a.bell", diff=True)
    name = folder / "a.bell"
    assert (status, out) == (1, f"--- {name}\n+++ {name}\n@@ -1 +1 @@\n-x=1\n\\ No newline at end of file\n+x = 1\n")
    assert name.read_text() == "x=1"


def test_json(folder: Path) -> None:
    status, out, err = fmt(folder, folder / "missing.bell", folder / "a.bell", format="json")
    assert status == 2
    assert [json.loads(line)["changed"] for line in out.splitlines()] == [True, False]
    assert [json.loads(line)["code"] for line in err.splitlines()] == ["E0101", "E0001"]


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    status, _, err = fmt(tmp_path)
    assert status == 2
    assert "no .bell files" in err


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (b"x=1", {}, (0, "x = 1\n", "")),
        (b"x = 1\n", {"check": True}, (0, "", "")),
        (b"x=1", {"check": True}, (1, "", "")),
    ],
)
def test_the_standard_input(monkeypatch: pytest.MonkeyPatch, text: bytes, options: dict[str, Any], expected: tuple[int, str, str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert fmt("-", **options) == expected


def test_the_standard_input_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x = =")))
    status, out, err = fmt("-")
    assert (status, out) == (2, "")
    assert "<stdin>:1:5" in err


def test_without_ruff(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def missing() -> str:
        raise bell_error("E0008", what="formatting", package="ruff", extra="editor")

    monkeypatch.setattr(formatting, "find_ruff", missing)
    status, _, err = fmt(folder)
    assert status == 2
    assert "pip install 'belljar[editor]'" in err


def test_a_file_that_is_no_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("total,tier\n3,0.5\n")
    status, out, err = fmt(path)
    assert (status, out) == (2, "")
    assert "data.csv is not a .bell file" in err
    assert path.read_text() == "total,tier\n3,0.5\n"
