"""Files of rows with parts of them changed, given to a batch: rows that are wrong fail by themselves, a file that is wrong is refused."""

from __future__ import annotations

import functools
import io
import json
import tempfile
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

import belljar
from tests.fuzz.mutation import changed
from tests.fuzz.target import Target

TEXT = """
def rate(a: int, b: float | None, name: str, code: str | None, flag: bool) -> tuple[float, str]:
    total = float(a % 1000)
    if b is not None:
        total += b
    if flag and name in ("x", "yy"):
        total *= 2.0
    return total, (name + "/" + code) if code is not None else name

def plain(a: int, b: float | None) -> float:
    return (0.0 if b is None else b) + float(a // 3)

def wide(a: int | None, code: str | None) -> str | None:
    return None if a is None else f"{a}{code}"
"""
TASKS = ("rate", "plain", "wide")
ROWS = 60
FORMATS = ("csv", "tsv", "jsonl", "arrow", "arrows", "parquet")


@functools.cache
def program() -> belljar.Program:
    return belljar.compile(TEXT, "rows.bell", limits={"fuel": 100_000, "memory": 4 << 20, "time": 10.0})


@functools.cache
def table(dictionary: bool = False) -> pa.Table:
    names = [("x", "yy", "é\U0001f600", "", 'quo"te', "a,b", "line\nline")[at % 7] for at in range(ROWS)]
    codes = [None if at % 5 == 0 else f"c{at % 4}" for at in range(ROWS)]
    made = pa.table(
        {
            "a": pa.array([at * 7919 - 3 for at in range(ROWS)], pa.int64()),
            "b": pa.array([None if at % 6 == 0 else at / 3 for at in range(ROWS)], pa.float64()),
            "name": pa.array(names),
            "code": pa.array(codes),
            "flag": pa.array([at % 2 == 0 for at in range(ROWS)]),
            "unused": pa.array([[at] * (at % 3) for at in range(ROWS)]),
        }
    )
    if dictionary:
        made = made.set_column(2, "name", made["name"].combine_chunks().dictionary_encode()).set_column(
            3, "code", made["code"].combine_chunks().dictionary_encode()
        )
    return made


@functools.cache
def file(format: str, variant: int = 0) -> bytes:
    """A file of the format."""
    out = io.BytesIO()
    rows = table(variant == 1)
    if format in ("csv", "tsv"):
        pyarrow.csv.write_csv(rows.drop_columns(["unused"]), out, pyarrow.csv.WriteOptions(delimiter="\t" if format == "tsv" else ","))
    elif format == "jsonl":
        out.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table().to_pylist()).encode())
    elif format == "parquet":
        pyarrow.parquet.write_table(rows, out, compression=("none", "snappy", "zstd")[variant % 3])
    else:
        options = pa.ipc.IpcWriteOptions(compression=(None, None, "zstd")[variant % 3])
        opened = pa.ipc.new_file if format == "arrow" else pa.ipc.new_stream
        with opened(out, rows.schema, options=options) as writer:
            writer.write_table(rows, max_chunksize=25)
    return out.getvalue()


def make_of(formats: tuple[str, ...]) -> Target:
    def make(rnd: Random) -> bytes:
        format = rnd.choice(formats)
        variant = rnd.randrange(3) if format in ("arrow", "arrows", "parquet") else 0
        return format.encode() + b"\n" + changed(rnd, file(format, variant))

    def use(data: bytes, rnd: Random) -> None:
        format, _, content = data.partition(b"\n")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"rows.{format.decode()}"
            path.write_bytes(content)
            options = {"keep": "*"} if rnd.random() < 0.3 else {}
            block_rows = rnd.choice((None, 1, 7))
            program().batch(rnd.choice(TASKS), path, threads=rnd.choice((1, 2)), block_rows=block_rows, **options)

    return Target(" ".join(formats), make, use, CODES)


CODES = frozenset({"E1001", "E1002", "E1003", "E1004", "E1009", "E1008"})
TEXTS = make_of(("csv", "tsv", "jsonl"))
ARROW = make_of(("arrow", "arrows"))
PARQUET = make_of(("parquet",))
