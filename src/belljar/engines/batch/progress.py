"""How far a run is, on standard error: a bar for people, JSON lines for machines, nothing when nobody looks."""

from __future__ import annotations

import json
import sys
import time
from typing import Any, TextIO

from belljar.errors import bell_error

INTERVAL_S = 0.5
"""Seconds between two JSON lines."""

MODES = ("auto", "bar", "json", "off")


class Progress:
    """Silent; what shows something derives from it. ``done`` is the share of all inputs, 0 to 1, or -1 where it is not known."""

    def update(self, rows: int, errors: int, done: float, file: str) -> None:
        pass

    def close(self, rows: int, errors: int) -> None:
        pass


def progress_of(mode: str | None, stream: TextIO | None = None) -> Progress:
    """``auto`` (a bar when standard error is a terminal), ``bar``, ``json`` or ``off``; None is ``off``. Raises E0003."""
    stream = sys.stderr if stream is None else stream
    if mode not in (None, *MODES):
        raise bell_error("E0003", detail=f"Unknown progress '{mode}'", hint=f"use {', '.join(MODES)}")
    if mode == "json":
        return _JsonLines(stream)
    if mode == "bar" or (mode == "auto" and stream.isatty()):
        return _Bar(stream)
    return Progress()


class _JsonLines(Progress):
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._start = time.monotonic()
        self._last = self._start

    def update(self, rows: int, errors: int, done: float, file: str) -> None:
        if (now := time.monotonic()) - self._last >= INTERVAL_S:
            self._last = now
            self._print({"event": "progress", "rows": rows, "errors": errors, "done": round(done, 4) if done >= 0 else None, "file": file})

    def close(self, rows: int, errors: int) -> None:
        self._print({"event": "end", "rows": rows, "errors": errors})

    def _print(self, event: dict[str, Any]) -> None:
        event["seconds"] = round(time.monotonic() - self._start, 3)
        try:
            print(json.dumps(event), file=self._stream, flush=True)
        except OSError:
            pass  # who watched has gone; the run goes on


class _Bar(Progress):
    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[counts]}"),
            TimeRemainingColumn(),
            console=Console(file=stream),
            transient=True,
        )
        self._task = self._bar.add_task("", total=1.0, counts="")
        self._bar.start()

    def update(self, rows: int, errors: int, done: float, file: str) -> None:
        counts = f"{rows:,} rows" + (f", {errors:,} failed" if errors else "")
        known = done >= 0
        self._bar.update(self._task, description=file[-40:], completed=done if known else 0.0, total=1.0 if known else None, counts=counts)

    def close(self, rows: int, errors: int) -> None:
        self._bar.stop()
