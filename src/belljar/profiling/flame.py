"""Flame graphs: a run as boxes, each as wide as what it cost with all that it called, standing on its caller. What a function cost by itself is the boxes of its lines.

The SVG needs nothing else: no script, font or style from anywhere; each box tells its numbers as a tooltip. Of two runs, boxes are as wide as in the one that cost more, red where the later run costs more
and blue where it costs less. Boxes too narrow to be seen are put together.
"""

from __future__ import annotations

from html import escape

from belljar.profiling.units import amount
from belljar.source import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from belljar.profiling.difference import ProfileDifference
    from belljar.profiling.profile import RuntimeProfile

WIDTH: Final = 1200
MARGIN: Final = 10
ROW: Final = 18
HEAD: Final = 44
CHARACTER: Final = 6.7
"""About what a character is wide."""
NARROW: Final = 0.6
"""Boxes narrower than this are put together."""
MERGED: Final = "…"


class Box:
    """One box: what it cost in the earlier run and in the later, with what stands on it. ``line`` is the line of the program that it is, or where its function is defined."""

    def __init__(self, name: str, line: int, is_line: bool) -> None:
        self.name, self.line, self.is_line = name, line, is_line
        self.before = self.after = 0.0
        self.inner: dict[str, Box] = {}

    @property
    def width(self) -> float:
        """What it is drawn by: the dearer of the two runs, and room for all that stands on it."""
        return max(self.before, self.after, sum(box.width for box in self.inner.values()))

    def ordered(self) -> list[Box]:
        return sorted(self.inner.values(), key=lambda box: (-box.width, box.line, box.name))

    @property
    def depth(self) -> int:
        return 1 + max((box.depth for box in self.inner.values()), default=0)


def tree(profile: RuntimeProfile | ProfileDifference, by: str) -> Box:
    """The boxes of a profile, or of two. The outermost stands for the run."""
    after = profile.after if profile.is_difference is True else profile
    text = {line.line: line.text.strip() for line in after.lines}
    lines = {function.name: function.line for function in after.functions}
    root = Box(after.program, 0, False)
    stacks = profile.stacks(by).items()
    for names, value in stacks:
        before, later = value if isinstance(value, tuple) else (value, value)
        box = root
        box.before += before
        box.after += later
        for place, name in enumerate(names):
            inner = box.inner.get(name)
            if inner is None:
                word, _, number = name.partition(" ")
                is_line = place > 0 and place == len(names) - 1 and word == "line" and number.split(",")[0].isdigit()
                line = int(number.split(",")[0]) if is_line else lines.get(name, 0)
                shown = f"{number}: {text.get(line, '')}" if is_line else name
                inner = box.inner[name] = Box(shown, line, is_line)
            box = inner
            box.before += before
            box.after += later
    return root


def svg(profile: RuntimeProfile | ProfileDifference, by: str) -> str:
    """The picture, with the outermost box at the bottom."""
    root = tree(profile, by)
    painter = _Painter(by, profile.is_difference is True, root)
    painter.place(root, MARGIN, WIDTH - 2 * MARGIN, 0)
    height = HEAD + ROW * painter.rows + MARGIN
    after = profile.after if profile.is_difference is True else profile
    what = f"{after.task}()" if after.task else "the module level"
    title = f"{after.program}: {what}, {by}"
    about = amount(by, root.after)
    if painter.is_difference:
        about = f"{amount(by, root.before)} before, {about} after; red costs more, blue less"
    boxes = "".join(painter.shapes(height))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">\n'
        f"<title>{escaped(title)}</title>\n"
        f'<rect width="{WIDTH}" height="{height}" fill="#fbfaf8"/>\n'
        f'<text x="{MARGIN}" y="20" font-size="14" fill="#1d1f23">{escaped(title[:120])}</text>\n'
        f'<text x="{MARGIN}" y="36" fill="#6a6f78">{escaped(about)}</text>\n'
        f"{boxes}</svg>\n"
    )


class _Painter:
    def __init__(self, by: str, is_difference: bool, root: Box) -> None:
        self.by, self.is_difference, self.root = by, is_difference, root
        self.largest = max(largest_change(root), 1e-30)
        self.drawn: list[tuple[float, float, int, str, str, str]] = []
        self.rows = 1

    def place(self, box: Box, x: float, width: float, row: int) -> None:
        """Place a box and what stands on it."""
        self.rows = max(self.rows, row + 1)
        self.drawn.append((x, width, row, visible(box.name), colour(box, self.is_difference, self.largest), self.told(box)))
        whole = box.width
        hidden, count = 0.0, 0
        for inner in box.ordered():
            wide = width * inner.width / whole if whole else 0
            if wide < NARROW:
                hidden += wide
                count += 1
                continue
            self.place(inner, x, wide, row + 1)
            x += wide
        if hidden >= NARROW:
            self.rows = max(self.rows, row + 2)
            self.drawn.append((x, hidden, row + 1, MERGED, "#d5d2cc", f"{count} more"))

    def told(self, box: Box) -> str:
        """The tooltip."""
        whole = self.root.after or self.root.before
        name = f"{box.name}, line {box.line}" if box.line and not box.is_line else f"line {box.name}" if box.is_line else box.name
        if self.is_difference:
            change = box.after - box.before
            return f"{name}\n{amount(self.by, box.before)} before, {amount(self.by, box.after)} after: {'+' if change > 0 else ''}{amount(self.by, change)}"
        return f"{name}\n{amount(self.by, box.after)}, {100 * box.after / whole if whole else 0:.2f} %"

    def shapes(self, height: int) -> list[str]:
        made = []
        for x, width, row, name, fill, told in self.drawn:
            y = height - MARGIN - ROW * (row + 1)
            room = int((width - 6) / CHARACTER)
            shown = name if len(name) <= room else name[: room - 1] + "…" if room >= 3 else ""
            label = f'<text x="{x + 3:.1f}" y="{y + 12.5:.1f}" fill="#1d1f23">{escaped(shown)}</text>' if shown else ""
            made.append(
                f'<g><title>{escaped(told)}</title><rect x="{x:.2f}" y="{y}" width="{max(width - 0.5, 0.2):.2f}" height="{ROW - 1}" rx="1.5" fill="{fill}"/>{label}</g>\n'
            )
        return made


def colour(box: Box, is_difference: bool, largest: float) -> str:
    """Of one run: functions warm, by their name, their lines pale, the library grey. Of two: red for more, blue for less, by how much of the largest change."""
    if is_difference:
        change = (box.after - box.before) / largest
        strength = min(1.0, abs(change) ** 0.5)
        if change == 0:
            return "#eeece8"
        least = round(238 - 150 * strength)
        return f"#{238:02x}{least:02x}{least:02x}" if change > 0 else f"#{least:02x}{round(238 - 90 * strength):02x}{238:02x}"
    hue = sum(ord(letter) * (place + 7) for place, letter in enumerate(box.name)) % 40
    if box.is_line:
        return "#f3e7cf"
    if not box.line:
        return "#d9d6d0"
    return f"hsl({14 + hue},78%,{66 + hue % 7}%)"


def largest_change(box: Box) -> float:
    """The largest change of a box that is not the whole run."""
    inner = [largest_change(one) for one in box.inner.values()]
    return max([abs(box.after - box.before), *inner])


def escaped(text: str) -> str:
    """Text as SVG and HTML may have it: no control characters, which are none of XML's."""
    shown = "".join(letter if letter == "\n" or letter.isprintable() else "�" for letter in text)
    return escape(shown.encode("utf-8", "replace").decode())
