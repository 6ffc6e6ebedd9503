"""Plain command lines: what is read without click is what click reads, and what needs words is left to it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from belljar.clients.cli import program
from belljar.clients.plain import plain
from belljar.commands.session import Session
from belljar.commands.table import COMMANDS

LINES = [
    "run a.bell",
    "run a.bell --limit time=2s --limit memory=64MiB --engine vm",
    "run --engine=jit --format short a.bell --color=never",
    "run - --input x=1 --deny io.stdout",
    "run a.bell --limit=",
    "call a.bell task",
    "call a.bell task --args [1,2] --explain",
    "call --args={} a.bell task --args [3]",
    "check a.bell b.bell c.bell --input-type x=int",
    "ir a.bell --stage typed",
    "explain-error E0301",
    "schema a.bell",
    "schema a.bell x.csv y.csv",
    "batch a.bell task x.csv -o y.csv --null NA --null - --threads 2",
    "batch a.bell task x.csv y.csv --output z --rows 10 --strict",
]
LEFT = [
    "",
    "run",
    "run a.bell b.bell",
    "run --help",
    "-h",
    "--version",
    "nothing a.bell",
    "run a.bell --engine fast",
    "run a.bell --engine",
    "run a.bell --nothing",
    "run a.bell --eng vm",
    "run a.bell --limit --engine vm",
    "run -- a.bell",
    "call a.bell",
    "call a.bell task --explain=yes",
    "check",
    "completion tcsh",
    "batch a.bell task x.csv --threads two",
    "batch a.bell task x.csv --threads -1",
    "batch a.bell task x.csv -oy.csv",
]


class _Seen(Session):
    """A session that runs nothing."""

    def run(self, name: str, values: Any) -> int:
        self.seen = (name, dict(values))
        return 0


@pytest.mark.parametrize("line", LINES)
def test_click_reads_the_same(line: str) -> None:
    session = _Seen()
    program(session).main(line.split(), prog_name="belljar", standalone_mode=False)
    assert plain(line.split()) == session.seen


@pytest.mark.parametrize("line", LEFT)
def test_what_is_left_to_click(line: str) -> None:
    assert plain(line.split()) is None


def test_completion_is_left_to_click(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_BELLJAR_COMPLETE", "bash_complete")
    assert plain(["run", "a.bell"]) is None


def test_only_the_last_word_may_be_many() -> None:
    for row in COMMANDS.values():
        positional = [argument for argument in row.arguments if argument.is_positional]
        assert not any(argument.many for argument in positional[:-1]), row.name


def test_a_run_loads_neither_click_nor_the_front_end_when_it_ran_before(root: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.bell"
    source.write_text("print('here')\n")
    script = (
        f"import os, sys\nsys.path.insert(0, {str(root / 'src')!r})\nos.environ['BELLJAR_CACHE'] = {str(tmp_path / 'cache')!r}\n"
        f"sys.argv = ['belljar', 'run', {str(source)!r}]\nfrom belljar.__main__ import main\nassert main() == 0\nprint(*sys.modules)\n"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True)
    printed, modules = done.stdout.splitlines()
    loaded = set(modules.split())
    assert printed == "here"
    assert not {name for name in loaded if name.startswith("belljar.lang") and name not in ("belljar.lang", "belljar.lang.guard")}
    assert not loaded & {"click", "ast", "re", "json", "typing", "dataclasses", "threading", "enum", "collections", "rich", "numpy"}
