"""The cache on disk: what is not whole, ours and private is a miss, and nothing about it is ever an error."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from belljar.storage import cache

NAME = cache.key(["text", "processor"]) + ".code"
FORMAT = b"format 1\n"
CONTENTS = bytes(range(256)) * 40


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "deeper" / "cache"
    monkeypatch.setenv("BELLJAR_CACHE", str(path))
    monkeypatch.setattr(cache, "SWEEP_EVERY", 1)
    return path


def entry(place: Path) -> Path:
    return place / NAME


def test_round_trip(place: Path) -> None:
    assert cache.read(NAME, FORMAT) is None
    cache.write(NAME, FORMAT, CONTENTS)
    assert cache.read(NAME, FORMAT) == CONTENTS
    assert cache.read(cache.key(["another"]), FORMAT) is None
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE(entry(place).stat().st_mode) == 0o600
    assert [path.name for path in place.iterdir()] == [entry(place).name], "nothing half-written stays"


def test_keys_tell_parts_apart() -> None:
    assert len({cache.key(parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], [b"abc"])}) == 4
    assert cache.key(["é"]) == cache.key(["é".encode()])


def test_truncated(place: Path) -> None:
    cache.write(NAME, FORMAT, CONTENTS)
    whole = entry(place).read_bytes()
    for size in [*range(80), len(whole) // 2, len(whole) - 1]:
        entry(place).write_bytes(whole[:size])
        assert cache.read(NAME, FORMAT) is None, size
    entry(place).write_bytes(whole + b"\0")
    assert cache.read(NAME, FORMAT) is None


def test_every_flipped_byte(place: Path) -> None:
    cache.write(NAME, FORMAT, CONTENTS)
    whole = entry(place).read_bytes()
    for at in [*range(70), *range(70, len(whole), 97)]:
        damaged = bytearray(whole)
        damaged[at] ^= 0x20
        entry(place).write_bytes(bytes(damaged))
        assert cache.read(NAME, FORMAT) is None, at
    entry(place).write_bytes(whole)
    assert cache.read(NAME, FORMAT) == CONTENTS


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_entries_that_others_may_write(place: Path, mode: int) -> None:
    cache.write(NAME, FORMAT, CONTENTS)
    entry(place).chmod(mode)
    assert cache.read(NAME, FORMAT) is None
    cache.write(NAME, FORMAT, CONTENTS)
    assert cache.read(NAME, FORMAT) == CONTENTS, "a new entry takes its place"


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_directory_that_others_may_write(place: Path, mode: int) -> None:
    cache.write(NAME, FORMAT, CONTENTS)
    place.chmod(mode)
    assert cache.read(NAME, FORMAT) is None
    before = entry(place).stat().st_mtime_ns
    cache.write(NAME, FORMAT, CONTENTS)
    assert entry(place).stat().st_mtime_ns == before


def test_directory_of_another_user(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.write(NAME, FORMAT, CONTENTS)
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    assert cache.read(NAME, FORMAT) is None


def test_entry_that_is_a_link(place: Path, tmp_path: Path) -> None:
    cache.write(NAME, FORMAT, CONTENTS)
    elsewhere = tmp_path / "elsewhere"
    entry(place).rename(elsewhere)
    entry(place).symlink_to(elsewhere)
    assert cache.read(NAME, FORMAT) is None
    cache.write(NAME, FORMAT, CONTENTS)
    assert not entry(place).is_symlink()
    assert cache.read(NAME, FORMAT) == CONTENTS


def test_directory_that_is_a_link(place: Path, tmp_path: Path) -> None:
    cache.write(NAME, FORMAT, CONTENTS)
    moved = tmp_path / "moved"
    place.rename(moved)
    place.symlink_to(moved)
    assert cache.read(NAME, FORMAT) is None


@pytest.mark.parametrize("kind", ["directory", "pipe", "file in place of the directory"])
def test_other_things_in_the_way(place: Path, kind: str) -> None:
    if kind == "file in place of the directory":
        place.parent.mkdir(parents=True)
        place.write_text("not a directory")
    else:
        place.mkdir(parents=True, mode=0o700)
        entry(place).mkdir() if kind == "directory" else os.mkfifo(entry(place))
    assert cache.read(NAME, FORMAT) is None
    cache.write(NAME, FORMAT, CONTENTS)
    assert cache.read(NAME, FORMAT) in (None, CONTENTS)


def test_no_place_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLJAR_CACHE", "/proc/no/such/place")
    cache.write(NAME, FORMAT, CONTENTS)
    assert cache.read(NAME, FORMAT) is None


def test_turned_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("BELLJAR_CACHE", "")
    cache.write(NAME, FORMAT, CONTENTS)
    assert cache.read(NAME, FORMAT) is None
    assert not list(tmp_path.iterdir())


def test_the_usual_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BELLJAR_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.directory() == str(tmp_path / "xdg" / "belljar")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.directory() == str(tmp_path / ".cache" / "belljar")


def test_bounded(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CACHE_BYTES_MAX", 10 * len(CONTENTS))
    names = [cache.key([str(number)]) + cache.SUFFIXES[number % 2] for number in range(30)]
    for number, name in enumerate(names):
        cache.write(name, FORMAT, CONTENTS)
        if (path := place / name).exists():
            os.utime(path, (number, number))
        cache.read(names[0], FORMAT)  # used again and again, so it stays
    sizes = [path.stat().st_size for path in place.iterdir()]
    assert sum(sizes) <= cache.CACHE_BYTES_MAX
    assert cache.read(names[0], FORMAT) == CONTENTS
    assert cache.read(names[1], FORMAT) is None
    assert cache.read(names[-1], FORMAT) == CONTENTS


def test_what_interrupted_writers_left_goes(place: Path) -> None:
    cache.write(NAME, FORMAT, CONTENTS)
    old, new = place / ".old.1.aa", place / ".new.2.bb"
    old.write_text("half")
    new.write_text("half")
    os.utime(old, (1, 1))
    cache.write(cache.key(["x"]), FORMAT, CONTENTS)
    assert not old.exists()
    assert new.exists()


def test_too_large_entries_are_not_kept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "ENTRY_BYTES_MAX", 1000)
    cache.write(NAME, FORMAT, CONTENTS)
    assert not place.exists()
    monkeypatch.setattr(cache, "ENTRY_BYTES_MAX", 64 << 20)
    cache.write(NAME, FORMAT, CONTENTS)
    monkeypatch.setattr(cache, "ENTRY_BYTES_MAX", 1000)
    assert cache.read(NAME, FORMAT) is None


def test_another_format_is_a_miss(place: Path) -> None:
    cache.write(NAME, FORMAT, CONTENTS)
    assert cache.read(NAME, b"format 2\n") is None
    assert cache.read(NAME, FORMAT[:-1]) is None


def test_digests_are_those_of_hashlib() -> None:
    for data in (b"", b"abc", CONTENTS):
        assert cache.sha256(data).digest() == hashlib.sha256(data).digest()


def test_bounded_in_number(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "ENTRIES_MAX", 8)
    names = [cache.key([str(number)]) + ".program" for number in range(30)]
    for number, name in enumerate(names):
        cache.write(name, FORMAT, CONTENTS)
        os.utime(place / name, (number, number))
        assert len(list(place.iterdir())) <= 9
    assert cache.read(names[0], FORMAT) is None
    assert cache.read(names[-1], FORMAT) == CONTENTS


def test_the_directory_is_looked_at_now_and_then(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(cache, "_evict", looks.append)
    monkeypatch.setattr(cache, "SWEEP_EVERY", 10)
    monkeypatch.setattr(cache, "_writes", 0)
    for number in range(25):
        cache.write(cache.key([str(number)]) + ".program", FORMAT, CONTENTS)
    assert len(looks) == 3
