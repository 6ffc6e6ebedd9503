"""Flame graphs: well-formed, boxes within those they stand on, names clipped and escaped, narrow boxes put together, two runs in red and blue."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

from belljar.profiling.flame import MARGIN, WIDTH, svg, tree
from belljar.profiling.page import page
from belljar.profiling.profile import PathCost, RuntimeProfile
from belljar.profiling.units import amount
from tests.profiling.profiles import CHANGED, example

SVG = "{http://www.w3.org/2000/svg}"


def of_paths(*paths: PathCost) -> RuntimeProfile:
    return RuntimeProfile("p.bell", "", "vm", 0.001, (sum(path.fuel for path in paths), 0, 1.0, 0), paths, {}, {}, "")


def boxes(text: str) -> list[tuple[float, float, float, str]]:
    """x, width and y of each box, and its tooltip."""
    found = []
    for group in ElementTree.fromstring(text).iter(f"{SVG}g"):
        rect, title = group.find(f"{SVG}rect"), group.find(f"{SVG}title")
        assert rect is not None
        assert title is not None
        found.append((float(rect.attrib["x"]), float(rect.attrib["width"]), float(rect.attrib["y"]), title.text or ""))
    return found


def test_boxes_stand_on_one_another() -> None:
    drawn = boxes(svg(example(), "fuel"))
    assert {told.split("\n")[0] for *_, told in drawn} >= {"rooms.bell", "total, line 5", 'line 10: names.append(f"room {i}")'}
    rows: dict[float, list[tuple[float, float]]] = {}
    for x, width, y, _ in drawn:
        assert MARGIN <= x
        assert x + width <= WIDTH - MARGIN + 0.5
        rows.setdefault(y, []).append((x, width))
    for row in rows.values():
        row.sort()
        assert all(x + width <= after + 0.6 for (x, width), (after, _) in pairwise(row))


def test_narrow_boxes_are_put_together() -> None:
    wide = PathCost((("main", 1),), fuel=10_000)
    narrow = [PathCost((("main", 1), (f"f{number}", 1)), fuel=1) for number in range(500)]
    told = [told for *_, told in boxes(svg(of_paths(wide, *narrow), "fuel"))]
    assert "500 more" in told
    assert len(told) < 10


def test_names_are_escaped_and_clipped() -> None:
    long, hostile = "a" * 500, '<script>"&\x00\x1b[2J\ud800'
    text = svg(of_paths(PathCost(((long, 1),), fuel=5), PathCost(((hostile, 1),), fuel=5)), "fuel")
    assert "<script" not in text
    assert f">{long}</text>" not in text
    assert "…</text>" in text
    assert text.encode()
    boxes(text)
    shown = page(of_paths(PathCost(((hostile, 1),), fuel=5)), "fuel")
    assert "<script>&quot;" not in shown
    assert '<script>"' not in shown
    assert shown.encode()


def test_two_runs() -> None:
    difference = example(CHANGED).diff(example())
    text = svg(difference, "fuel")
    colours = set(re.findall(r'fill="(#[0-9a-f]{6})"', text))
    assert any(int(colour[1:3], 16) > int(colour[5:7], 16) + 20 for colour in colours)
    assert "before, " in text
    less = svg(example(n=20).diff(example()), "fuel")
    assert any(int(colour[5:7], 16) > int(colour[1:3], 16) + 20 for colour in re.findall(r'fill="(#[0-9a-f]{6})"', less))
    boxes(text)


def test_a_box_has_room_for_what_stands_on_it() -> None:
    before = of_paths(PathCost((("main", 1), ("f", 1)), fuel=10), PathCost((("main", 1), ("g", 1)), fuel=90))
    after = of_paths(PathCost((("main", 1), ("f", 1)), fuel=90), PathCost((("main", 1), ("g", 1)), fuel=10))
    assert tree(after.diff(before), "fuel").width == 180


@pytest.mark.parametrize("measure", ["fuel", "time", "calls", "bytes"])
def test_every_measure(measure: str) -> None:
    assert boxes(svg(example(), measure))


def test_a_page_needs_nothing_else() -> None:
    for shown in (page(example(), "fuel"), page(example(CHANGED).diff(example()), "bytes")):
        assert "default-src 'none'" in shown
        assert not re.search(r"https?://|src=|@import|url\(", shown)
        assert shown.count("<script") == 2
    assert "names.append(f&quot;room {i}&quot;)" in page(example(), "fuel")


def test_amounts() -> None:
    shown = {
        ("fuel", 1234567): "1,234,567",
        ("time", 0.0): "0",
        ("time", 3.2e-8): "32 ns",
        ("time", 0.00125): "1.25 ms",
        ("time", -2.5): "-2.5 s",
        ("time", 5000.0): "5,000 s",
        ("bytes", 17): "17 B",
        ("bytes", 4096): "4.0 KiB",
        ("bytes", -3 << 30): "-3.0 GiB",
        ("bytes", 5 << 40): "5,120.0 GiB",
    }
    assert {key: amount(*key) for key in shown} == shown
