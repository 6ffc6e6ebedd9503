"""Traces as collapsed stacks, what flame graphs are made from: a line for each stack, its frames joined by semicolons, then a space and how many events happened in it."""

from __future__ import annotations

from belljar.trace.formats.spans import is_call, name_of, nested
from belljar.trace.node_types import ENTER, EXIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from belljar.trace.reading import Trace


def write(trace: Trace, out: TextIO, name: str = "") -> None:
    """Write a trace. Raises ReplayError where it does not nest."""
    counts: dict[str, int] = {}
    stack: list[str] = []
    for _, event in nested(trace):
        if event.phase == ENTER:
            stack.append(f"{stack[-1]};{frame(name_of(event))}" if stack else frame(name_of(event)))
        elif event.phase == EXIT:
            stack.pop()
        if is_call(event):
            one = frame(name_of(event))
            whole = f"{stack[-1]};{one}" if stack else one
            counts[whole] = counts.get(whole, 0) + 1
        elif stack:
            counts[stack[-1]] = counts.get(stack[-1], 0) + 1
    write_counts(counts, out)


def write_counts(counts: Mapping[str, int], out: TextIO) -> None:
    """Write stacks, their frames joined, with what each counts."""
    out.write("".join(f"{one} {count}\n" for one, count in sorted(counts.items())))


def frame(name: str) -> str:
    """The name of a frame without what separates frames and lines."""
    return " ".join(name.replace(";", ",").split()) or "?"
