"""The flights rule in each peer's own words: from a CSV file to a file of one text column.

Kept light: the whole-process measurement starts one of these in a fresh Python, and what is imported here counts.
"""

from __future__ import annotations

import csv
from pathlib import Path

from bench.gap import Gap
from bench.python_program import task_of

PROGRAM = Path(__file__).parent / "programs" / "batch" / "flights.bell"
TASK = "classify"
BUSY = ("UA", "AA", "DL")
THREADS = 2


def polars(source: Path, output: Path) -> None:
    import polars as pl

    dep, arr, carrier, distance, origin = (pl.col(name) for name in ("dep_delay", "arr_delay", "carrier", "distance", "origin"))
    patience = pl.when(distance > 1500).then(30).otherwise(15) - pl.when(carrier.is_in(BUSY) & (origin != "LGA")).then(5).otherwise(0)
    label = (
        pl.when(dep.is_null()).then(pl.lit("cancelled"))
        .when(arr.is_null()).then(pl.lit("diverted"))
        .when(arr <= 0).then(pl.lit("early"))
        .when(arr <= patience).then(pl.lit("on time"))
        .when(dep - arr > 10).then(pl.lit("made up"))
        .when(arr > 120).then(pl.lit("stranded"))
        .otherwise(pl.lit("late"))
    )  # fmt: skip
    frame = pl.scan_csv(source, null_values="NA").select(label.alias(TASK)).collect()
    frame.write_parquet(output) if output.suffix == ".parquet" else frame.write_csv(output)


def duckdb(source: Path, output: Path) -> None:
    import duckdb

    query = f"""
        SELECT CASE WHEN dep_delay IS NULL THEN 'cancelled' WHEN arr_delay IS NULL THEN 'diverted' WHEN arr_delay <= 0 THEN 'early'
            WHEN arr_delay <= CASE WHEN distance > 1500 THEN 30 ELSE 15 END
                - CASE WHEN carrier IN {BUSY} AND origin <> 'LGA' THEN 5 ELSE 0 END THEN 'on time'
            WHEN dep_delay - arr_delay > 10 THEN 'made up' WHEN arr_delay > 120 THEN 'stranded' ELSE 'late' END AS {TASK}
        FROM read_csv('{source}', nullstr = 'NA')
    """
    how = "FORMAT PARQUET" if output.suffix == ".parquet" else "FORMAT CSV, HEADER"
    with duckdb.connect() as connection:
        connection.execute(f"SET threads TO {THREADS}")
        connection.execute(f"COPY ({query}) TO '{output}' ({how})")


def pyarrow(source: Path, output: Path) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as arrow_csv
    import pyarrow.parquet as pq

    wanted = ["dep_delay", "arr_delay", "carrier", "distance", "origin"]
    options = arrow_csv.ConvertOptions(include_columns=wanted, null_values=["NA"])
    dep, arr, carrier, distance, origin = arrow_csv.read_csv(source, convert_options=options).columns
    busy = pc.and_(pc.is_in(carrier, value_set=pa.array(BUSY)), pc.not_equal(origin, "LGA"))
    patience = pc.subtract(pc.if_else(pc.greater(distance, 1500), 30, 15), pc.if_else(busy, 5, 0))
    tests = [
        pc.is_null(dep), pc.is_null(arr), pc.less_equal(arr, 0), pc.less_equal(arr, patience),
        pc.greater(pc.subtract(dep, arr), 10), pc.greater(arr, 120),
    ]  # fmt: skip
    cases = pc.make_struct(*(pc.fill_null(test, False) for test in tests))
    label = pc.case_when(cases, "cancelled", "diverted", "early", "on time", "made up", "stranded", "late")
    table = pa.table({TASK: label})
    pq.write_table(table, output) if output.suffix == ".parquet" else arrow_csv.write_csv(table, output)


def pandas(source: Path, output: Path) -> None:
    import numpy as np
    import pandas as pd

    wanted = ["dep_delay", "arr_delay", "carrier", "distance", "origin"]
    frame = pd.read_csv(source, usecols=wanted, na_values=["NA"])
    dep, arr = frame["dep_delay"], frame["arr_delay"]
    busy = frame["carrier"].isin(BUSY) & (frame["origin"] != "LGA")
    patience = np.where(frame["distance"] > 1500, 30, 15) - np.where(busy, 5, 0)
    tests = [dep.isna(), arr.isna(), arr <= 0, arr <= patience, dep - arr > 10, arr > 120]
    label = np.select(tests, ["cancelled", "diverted", "early", "on time", "made up", "stranded"], default="late")
    result = pd.DataFrame({TASK: label})
    result.to_parquet(output) if output.suffix == ".parquet" else result.to_csv(output, index=False)


def cpython(source: Path, output: Path) -> None:
    if output.suffix == ".parquet":
        raise Gap("the standard library writes no Parquet")
    rule = task_of(PROGRAM.read_text(encoding="utf-8"), TASK)

    def number(text: str) -> int | None:
        return None if text == "NA" else int(text)

    with source.open(encoding="utf-8", newline="") as lines, output.open("w", encoding="utf-8", newline="") as out:
        rows = csv.reader(lines)
        at = {name: place for place, name in enumerate(next(rows))}
        dep, arr, carrier, distance, origin = (at[name] for name in ("dep_delay", "arr_delay", "carrier", "distance", "origin"))
        writer = csv.writer(out)
        writer.writerow([TASK])
        writer.writerows([rule(number(r[dep]), number(r[arr]), r[carrier], int(r[distance]), r[origin])] for r in rows)


def c(source: Path, output: Path) -> None:
    raise Gap("C's standard library reads no CSV")


def numba(source: Path, output: Path) -> None:
    raise Gap("Numba has neither files nor nullable columns of strings")
