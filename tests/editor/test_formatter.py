"""Formatting by ruff: what comes out means what went in, and files are replaced whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from belljar.editor import formatter
from belljar.errors import BellError, BellSyntaxError

RUFF = formatter.find_ruff()


def formatted(data: bytes, name: str = "rules.bell") -> bytes:
    return formatter.format_source(data, name, RUFF)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"x=1", b"x = 1\n"),
        (b"x = 1\n", b"x = 1\n"),
        (b"", b""),
        (b"x=1\r\ny = [1,\r\n2]\r\n", b"x = 1\r\ny = [1, 2]\r\n"),
        (b"def f( a ):\n  'doc'  \n  return a\n", b'def f(a):\n    "doc"\n    return a\n'),
        ("x='ä😀'\n".encode(), 'x = "ä😀"\n'.encode()),
        (b"a = 1\nb = 2\ndel(a,b)\n", b"a = 1\nb = 2\ndel (a, b)\n"),
    ],
)
def test_layout(before: bytes, after: bytes) -> None:
    assert formatted(before) == after
    assert formatted(after) == after


def test_nothing_newer_than_the_grammar_comes_out() -> None:
    text = b"x = {'a': 1}\nprint(f\"{x['a']}\")\n"
    assert formatted(text) == b'x = {"a": 1}\nprint(f"{x[\'a\']}")\n'


def test_the_settings_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text('format.quote-style = "single"\n', encoding="utf-8")
    assert formatted(b'x = "a"\n', str(tmp_path / "rules.bell")) == b"x = 'a'\n"


def test_settings_that_are_wrong_are_told(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text("line-length = 'wide'\n", encoding="utf-8")
    with pytest.raises(BellError, match="ruff cannot format") as raised:
        formatted(b"x = 1\n", str(tmp_path / "rules.bell"))
    assert raised.value.code == "E0003"


@pytest.mark.parametrize(("data", "code"), [(b"x = (1\n", "E0101"), (b"x = '\xff'", "E0005"), (b"x = 1\0", "E0105"), (b"((" * 99, "E0102")])
def test_what_is_not_bell_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(BellSyntaxError) as raised:
        formatted(data)
    assert raised.value.code == code


def test_a_formatter_that_changes_the_program_is_not_believed(tmp_path: Path) -> None:
    liar = tmp_path / "liar"
    liar.write_text("#!/bin/sh\nset -eu\necho 'x = 2'\n", encoding="utf-8")
    liar.chmod(0o755)
    with pytest.raises(BellError, match="ruff changed what"):
        formatter.format_source(b"x = 1\n", "rules.bell", str(liar))


def test_without_ruff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ruff", None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BellError, match="needs ruff") as raised:
        formatter.find_ruff()
    assert (raised.value.code, raised.value.hint) == ("E0008", "pip install 'belljar[editor]'")


def test_rewriting_keeps_links_and_permissions(tmp_path: Path) -> None:
    file, link = tmp_path / "rules.bell", tmp_path / "link.bell"
    file.write_bytes(b"x=1")
    file.chmod(0o640)
    link.symlink_to(file)
    formatter.rewrite(link, b"x=1", b"x = 1\n")
    assert link.is_symlink()
    assert file.read_bytes() == b"x = 1\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["link.bell", "rules.bell"]


def test_a_file_that_was_changed_meanwhile_stays(tmp_path: Path) -> None:
    file = tmp_path / "rules.bell"
    file.write_bytes(b"x=3")
    with pytest.raises(BellError, match="changed while it was formatted"):
        formatter.rewrite(file, b"x=1", b"x = 1\n")
    assert file.read_bytes() == b"x=3"
    assert os.listdir(tmp_path) == ["rules.bell"]


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_interrupted_at_every_step_the_file_is_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    file = tmp_path / "rules.bell"
    file.write_bytes(b"x=1")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, step, stop)
    with pytest.raises(KeyboardInterrupt):
        formatter.rewrite(file, b"x=1", b"x = 1\n")
    assert file.read_bytes() == b"x=1"
    assert os.listdir(tmp_path) == ["rules.bell"]
