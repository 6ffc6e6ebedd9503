"""``bench/README.md``: its tables stand in blocks, one for each part, and a part that is measured again replaces its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bench import report
from bench.section import Section

FILE = Path(__file__).parent / "README.md"
MACHINE = "machine"


def block(page: str, name: str) -> str | None:
    """What stands in a block; None where there is no such block."""
    found = _pattern(name).search(page)
    return None if found is None else found[1].strip()


def with_block(page: str, name: str, text: str) -> str:
    """The page with another text in a block. Raises KeyError where there is no such block."""
    if block(page, name) is None:
        raise KeyError(name)
    return _pattern(name).sub(lambda _: f"<!-- measured: {name} -->\n\n{text.strip()}\n\n<!-- end: {name} -->", page)


def differs(page: str, about: Mapping[str, str]) -> list[str]:
    """What of ``about`` is not as the page's head says: the machine, or a version of a peer."""
    there = (block(page, MACHINE) or "").splitlines()
    return [line[2:] for line in _head(about).splitlines() if line not in there]


def put_machine(about: Mapping[str, str], file: Path = FILE) -> None:
    """Write the head of the page."""
    _replace(file, MACHINE, _head(about))


def put_section(section: Section, when: str, about: Mapping[str, str], file: Path = FILE) -> None:
    """Write the tables and budgets of a part. ``when`` says when it was measured, and how quietly; ``about`` where: said wherever the page's head says something else."""
    elsewhere = differs(file.read_text(encoding="utf-8"), about)
    where = f"*Measured elsewhere than the head of this page says: {'; '.join(elsewhere)}.*\n\n" if elsewhere else ""
    _replace(file, section.name, f"*{when}*\n\n{where}{report.markdown(section)}")


def _replace(file: Path, name: str, text: str) -> None:
    file.write_text(with_block(file.read_text(encoding="utf-8"), name, text), encoding="utf-8")


def _head(about: Mapping[str, str]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in about.items())


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"<!-- measured: {re.escape(name)} -->(.*?)<!-- end: {re.escape(name)} -->", re.DOTALL)
