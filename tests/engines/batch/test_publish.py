"""Outputs appear whole or not at all, at every point where a run can be cut."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from belljar.engines.batch import publish
from belljar.engines.batch.publish import PendingFile, PendingFolder
from belljar.errors import BellError


class Killed(BaseException):
    pass


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_nothing_is_seen_before_commit(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    pending = PendingFile(path)
    pending.file.write(b"new")
    assert path.read_text() == "old"
    pending.commit()
    pending.discard()
    assert path.read_text() == "new"
    assert names(tmp_path) == ["out.csv"]


def test_discard_leaves_the_old(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    pending = PendingFile(path)
    pending.file.write(b"new")
    pending.discard()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["out.csv"]


def test_what_a_killed_run_left_is_removed_and_what_lives_is_not(tmp_path: Path) -> None:
    living = PendingFile(tmp_path / "out.csv")
    (tmp_path / ".out.csv.belljar-0badcafe.tmp").write_text("left behind")
    (tmp_path / ".out.csv.belljar-0badfood.tmp").mkdir()
    (tmp_path / ".other.csv.belljar-0badcafe.tmp").write_text("another output's")
    PendingFile(tmp_path / "out.csv").commit()
    assert len([name for name in names(tmp_path) if name.startswith(".out.csv")]) == 1
    living.file.write(b"later")
    living.commit()
    assert (tmp_path / "out.csv").read_text() == "later"
    assert names(tmp_path) == [".other.csv.belljar-0badcafe.tmp", "out.csv"]


def test_names_that_look_like_patterns(tmp_path: Path) -> None:
    (tmp_path / ".a.belljar-1.tmp").write_text("not of [a]")
    PendingFile(tmp_path / "[a]").commit()
    assert names(tmp_path) == [".a.belljar-1.tmp", "[a]"]


@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
def test_a_system_that_refuses_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    if call == "open":
        monkeypatch.setattr("builtins.open", refuse)
        with pytest.raises(BellError) as caught:
            PendingFile(path)
    else:
        pending = PendingFile(path)
        monkeypatch.setattr(publish.os, call, refuse)
        with pytest.raises(BellError) as caught:
            pending.commit()
    monkeypatch.undo()
    assert (caught.value.code, caught.value.message) == ("E0004", f"Cannot write {path}: no space left on device")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["out.csv"]


def test_a_folder_replaces_an_earlier_one_as_a_whole(tmp_path: Path) -> None:
    for generation in ("one", "two"):
        pending = PendingFolder(tmp_path / "out")
        (pending.folder / f"{generation}.csv").write_text(generation)
        pending.commit()
        assert names(tmp_path / "out") == [PendingFolder.MARK, f"{generation}.csv"]
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("renames", [0, 1])
def test_a_crash_between_the_renames_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int) -> None:
    first = PendingFolder(tmp_path / "out")
    (first.folder / "one.csv").write_text("one")
    first.commit()
    second = PendingFolder(tmp_path / "out")
    rename, count = os.rename, [0]

    def cut(*args: Any) -> None:
        if count[0] == renames:
            raise Killed
        count[0] += 1
        rename(*args)

    monkeypatch.setattr(publish.os, "rename", cut)
    with pytest.raises(Killed):
        second.commit()
    monkeypatch.undo()
    assert second._lock is not None
    os.close(second._lock)  # as the death of the process does
    second._lock = None
    third = PendingFolder(tmp_path / "out")
    assert (tmp_path / "out" / "one.csv").read_text() == "one"
    third.discard()
    assert names(tmp_path) == ["out"]


def test_folders_of_other_people_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_text("cat")
    with pytest.raises(BellError) as caught:
        PendingFolder(tmp_path / "photos")
    assert caught.value.code == "E0004"
    assert "no batch wrote" in caught.value.message
    (tmp_path / "file").write_text("x")
    with pytest.raises(BellError):
        PendingFolder(tmp_path / "file")
    assert names(tmp_path) == ["file", "photos"]
    with pytest.raises(BellError) as caught:
        PendingFile(tmp_path / "photos")
    assert "is a folder" in caught.value.message
