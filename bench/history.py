"""What earlier runs found: one JSON line a run in ``bench/out/history.jsonl``, which stays on the machine that measured it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.budgets import BUDGETS
from bench.clock import Timing
from bench.process import ROOT
from bench.report import quantity
from bench.section import Section

FILE = Path(__file__).parent / "out" / "history.jsonl"
VERSION = 1


def record(sections: Iterable[Section], about: Mapping[str, str], load: float) -> dict[str, Any]:
    """A run as plain data: seconds and spread of every cell, or the reason of its gap."""
    return {
        "version": VERSION,
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "commit": commit(),
        "load": round(load, 2),
        "machine": dict(about),
        "findings": {key: value for section in sections for key, value in section.findings.items()},
        "tables": [
            {
                "section": section.name,
                "title": grid.title,
                "inputs": grid.inputs,
                "rows": {
                    row: {
                        column: {
                            "median_s": cell.median_s,
                            "low_s": cell.low_s,
                            "high_s": cell.high_s,
                            "rounds": cell.rounds,
                        }
                        if isinstance(cell, Timing)
                        else {"gap": cell.reason}
                        for column, cell in cells.items()
                    }
                    for row, cells in grid.rows.items()
                },
            }
            for section in sections
            for grid in section.grids
        ],
    }


def append(run: Mapping[str, Any], file: Path = FILE) -> None:
    """Add one run to the end of the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(run, allow_nan=False, separators=(",", ":")) + "\n")


def runs(file: Path = FILE) -> list[dict[str, Any]]:
    """All runs, oldest first; a line that was cut short, or that another version wrote, is passed over."""
    if not file.exists():
        return []
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            run = json.loads(line)
        except ValueError:
            continue
        if isinstance(run, dict) and run.get("version") == VERSION:
            found.append(run)
    return found


def commit() -> str:
    """The commit the numbers belong to, with a plus where files differ from it."""
    try:
        name = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return name + ("+" if changed.stdout.strip() else "")


def show(console: Console, past: list[dict[str, Any]], runs_max: int = 6) -> None:
    """The findings of the latest runs side by side, newest last."""
    latest = past[-runs_max:]
    if not latest:
        console.print("no run has been recorded yet")
        return
    table = Table(title="Findings of the latest runs", title_justify="left")
    table.add_column("what")
    table.add_column("budget", justify="right")
    for run in latest:
        table.add_column(f"{run['time'][:16]}\n{run['commit']}", justify="right")
    for budget in BUDGETS:
        values = [run["findings"].get(budget.key) for run in latest]
        if any(value is not None for value in values):
            shown = ["" if value is None else quantity(value, budget.unit) for value in values]
            table.add_row(budget.says, quantity(budget.bound, budget.unit), *shown)
    console.print(table)
