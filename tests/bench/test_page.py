"""The page of tables: blocks are replaced one by one, and say where they were measured if not where the head says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import page
from bench.__main__ import PARTS
from bench.section import Section

PAGE = "# Tables\n\n<!-- measured: machine -->\n\n- cores: 2\n\n<!-- end: machine -->\n\n<!-- measured: state -->\nold\n<!-- end: state -->\nafter\n"


def test_the_page_has_a_block_for_each_part() -> None:
    text = page.FILE.read_text(encoding="utf-8")
    for name in (page.MACHINE, *PARTS):
        assert page.block(text, name), name


def test_a_part_replaces_its_own_block(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text(PAGE, encoding="utf-8")
    page.put_section(Section("state"), "today", {"cores": "2"}, file)
    text = file.read_text(encoding="utf-8")
    assert page.block(text, "state") == "*today*"
    assert page.block(text, page.MACHINE) == "- cores: 2"
    assert text.endswith("after\n")
    page.put_machine({"cores": "4", "memory": "8 GiB"}, file)
    assert page.block(file.read_text(encoding="utf-8"), page.MACHINE) == "- cores: 4\n- memory: 8 GiB"


def test_a_part_without_a_block_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        page.with_block(PAGE, "nowhere", "text")


def test_a_part_says_where_it_was_measured_if_not_where_the_head_says(tmp_path: Path) -> None:
    assert page.differs(PAGE, {"cores": "2"}) == []
    file = tmp_path / "page.md"
    file.write_text(PAGE, encoding="utf-8")
    page.put_section(Section("state"), "today", {"cores": "4", "gcc": "12"}, file)
    text = page.block(file.read_text(encoding="utf-8"), "state")
    assert text == "*today*\n\n*Measured elsewhere than the head of this page says: cores: 4; gcc: 12.*"
    page.put_section(Section("state"), "today", {"cores": "2"}, file)
    assert page.block(file.read_text(encoding="utf-8"), "state") == "*today*"
