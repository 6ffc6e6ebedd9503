"""The examples of docs/replay.md, run as they are written: programs, commands with what they print, Python."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "replay.md"
TEXT = GUIDE.read_text(encoding="utf-8")


def blocks(kind: str) -> list[tuple[str, str]]:
    """The blocks of a kind: what stands behind it, and the text."""
    return re.findall(rf"^```{kind}(?: ([\w.]+))?\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_the_commands_of_the_guide(tmp_path: Path) -> None:
    for name, text in [*blocks("bell"), *blocks("python")]:
        if name:
            (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "belljar").write_text(f'#!/bin/sh\nexec {sys.executable} -m belljar "$@"\n', encoding="utf-8")
    (tmp_path / "belljar").chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONIOENCODING": "utf-8"}
    count = 0
    for _, text in blocks("console"):
        for one in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, expected = one.partition("\n")
            done = subprocess.run(
                ["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120
            )
            assert done.stdout == expected, f"{command}\n{done.stdout}{done.stderr}"
            count += 1
    assert count >= 7


def test_the_examples_of_the_guide() -> None:
    text = "".join(text for name, text in blocks("python") if not name)
    test = doctest.DocTestParser().get_doctest(text, {}, GUIDE.name, str(GUIDE), 0)
    said: list[str] = []
    runner = doctest.DocTestRunner()
    runner.run(test, out=said.append)
    assert not runner.failures, "".join(said)
    assert runner.tries > 10


def test_every_command_of_the_stepper_is_told() -> None:
    from belljar.commands.stepping import MOVES, OTHERS

    table = TEXT[TEXT.index("| command |") :]
    missing = [move.names[0] for move in (*MOVES, *OTHERS) if not re.search(rf"`{re.escape(move.names[0])}( \w+)?`", table)]
    assert not missing
