"""Batches end to end: every row gives what a call with that row's values gives, whatever types, chunks, threads and blocks bring it."""

from __future__ import annotations

import json
import random
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import belljar
from belljar.engines.batch.simd import SimdKernel
from belljar.errors import BellError
from belljar.runtime import batches
from belljar.runtime.program import Program
from tests.engines.batch.both_kernels import same

COLUMNS = {"i": "int", "j": "int | None", "x": "float", "y": "float | None", "b": "bool", "c": "bool | None", "s": "str", "t": "str | None"}
SIGNATURE = ", ".join(f"{name}: {type}" for name, type in COLUMNS.items())

PROGRAMS = {
    "numbers, which may overflow": f"""\
def rule({SIGNATURE}) -> int:
    if j is None:
        return i * i
    return (i * 1_000_003 + j) // (j - 3)
""",
    "floats, which may be divided by zero": f"""\
def rule({SIGNATURE}) -> float | None:
    if y is None:
        return None
    if b:
        return x / y
    return y * i - x
""",
    "texts by their number": f"""\
RATES = {{"gold": 0.8, "a": 1.5, "": 2.0}}

def rule({SIGNATURE}) -> str:
    if t is None:
        return s
    if t == "gold" or s in {{"a", "trial"}}:
        return t.upper()
    if RATES[s] > 1.0:
        return "dear"
    raise ValueError("no rate")
""",
    "texts made of the row": f"""\
def rule({SIGNATURE}) -> str | None:
    if c is None:
        return None
    if c:
        return f"{{s}}:{{i + 1}}"
    return s[0] + str(t)
""",
    "a record with a loop": f"""\
class Sums:
    total: float
    steps: int
    small: bool | None

def rule({SIGNATURE}) -> Sums:
    steps = 0
    total = x
    while total < 100.0 and steps < 20:
        steps += 1
        total = total * 2.0 + abs(i) % 7
    small = None
    if c is not None:
        small = total < 1000.0 and c
    return Sums(total, steps, small)
""",
    "a tuple of optionals": f"""\
def rule({SIGNATURE}) -> tuple[int | None, str | None, bool]:
    first = None
    if y is not None and y > 0.0:
        first = int(y) + len(s)
    return (first, t, b != (c is not None and c))
""",
    "fuel by the row": f"""\
def rule({SIGNATURE}) -> int:
    n = 0
    while n < i * 100:
        n += 1
    return n
""",
    "memory by the row": f"""\
def rule({SIGNATURE}) -> int:
    return len((s + "-") * (abs(i) * 1000))
""",
}

LIMITS = {"fuel": 30_000, "memory": "64KiB"}

INTS = [
    pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(),
    pa.date32(), pa.date64(), pa.time32("s"), pa.time64("us"), pa.timestamp("s"), pa.timestamp("ns", "UTC"), pa.duration("ms"),
]  # fmt: skip
FLOATS = [pa.float32(), pa.float64(), pa.float64(), pa.int16(), pa.int64(), pa.uint64()]
TEXTS = [
    pa.string(), pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.string()),
    pa.dictionary(pa.int64(), pa.large_string()), pa.dictionary(pa.uint16(), pa.string()),
]  # fmt: skip
DAY_MS = 86_400_000


@cache
def program(name: str) -> Program:
    return belljar.compile(PROGRAMS[name], limits=LIMITS)


def raw_ints(type: pa.DataType, chance: random.Random) -> int:
    """An integer that a column of the type can hold: mostly small, at times at the end of its range."""
    if pa.types.is_date64(type):
        return chance.randrange(-3, 9) * DAY_MS
    if pa.types.is_time(type):
        return chance.randrange(0, 9)
    bits = type.bit_width
    low, high = (0, 2**bits - 1) if pa.types.is_unsigned_integer(type) else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    if pa.types.is_temporal(type):
        low, high = low // 2, high // 2
    return chance.choice([low, high, high - 1]) if chance.random() < 0.1 else chance.randrange(max(low, -9), 10)


def column(bell: str, chance: random.Random, rows: int) -> tuple[pa.Array, list[Any], list[Any]]:
    """A column for a parameter of this type; its values as a call takes them; and for each row the message where it does not fit."""
    nulls = 0.2 if "None" in bell or chance.random() < 0.2 else 0.0
    kind = bell.split(" ")[0]
    values: list[Any]
    if kind == "int":
        type = chance.choice(INTS)
        values = [raw_ints(type, chance) for _ in range(rows)]
        array = pa.array(values, pa.int64() if not pa.types.is_uint64(type) else type)
        array = (
            array
            if array.type == type
            else array.cast(pa.int32() if type.bit_width == 32 and pa.types.is_temporal(type) else array.type).cast(type)
        )
        misfit = [value > 2**63 - 1 for value in values]
    elif kind == "float":
        type = chance.choice(FLOATS)
        if pa.types.is_integer(type):
            values = [raw_ints(type, chance) for _ in range(rows)]
            misfit = [int(float(value)) != value for value in values]
        else:
            values = [chance.choice([0.0, -0.0, 0.5, -1.5, 3.0, 1e30, float("inf"), float("nan")]) for _ in range(rows)]
            values = [float(np.float32(value)) for value in values] if pa.types.is_float32(type) else values
            misfit = [False] * rows
        array = pa.array(values, type)
        values = [float(value) for value in values]
    elif kind == "bool":
        values = [chance.random() < 0.5 for _ in range(rows)]
        array, misfit = pa.array(values), [False] * rows
    else:
        type = chance.choice(TEXTS)
        values = [chance.choice(["", "a", "gold", "trial", "é", "a text of more than sixteen bytes"]) for _ in range(rows)]
        array, misfit = (
            pa.array(values).cast(type) if not pa.types.is_dictionary(type) else pa.array(values).dictionary_encode().cast(type),
            [False] * rows,
        )
    gone = np.array([chance.random() < nulls for _ in range(rows)], dtype=np.bool_)
    array = masked(array, gone) if gone.any() else array
    values = [None if missing else value for value, missing in zip(values, gone, strict=True)]
    return array, values, [bad and value is not None for bad, value in zip(misfit, values, strict=True)]


def masked(array: pa.Array, gone: np.ndarray) -> pa.Array:
    """The array, null where ``gone``; the values stay in memory under the nulls."""
    if pa.types.is_dictionary(array.type):
        return pa.DictionaryArray.from_arrays(masked(array.indices, gone), array.dictionary)
    bits = pa.py_buffer(np.packbits(~gone, bitorder="little"))
    return pa.Array.from_buffers(array.type, len(array), [bits, *array.buffers()[1:]])


def chunked(array: pa.Array, cuts: list[int]) -> pa.ChunkedArray:
    """The array in chunks that are slices of larger arrays."""
    edges = [0, *cuts, len(array)]
    return pa.chunked_array([array.slice(begin, end - begin) for begin, end in pairwise(edges)], array.type)


def expected(rule: Program, row: dict[str, Any], misfits: dict[str, bool]) -> tuple[Any, tuple[str, str, int] | None]:
    """What a call with the row's values gives: a result, or code, message and line of its error."""
    for name, type in COLUMNS.items():
        if misfits[name]:
            return None, ("E1010", "", 0)
        if row[name] is None and "None" not in type:
            return None, ("E1005", f"Column '{name}' is null where a value is needed", 0)
    try:
        return rule.call("rule", **row, engine="vm", promote=False), None
    except BellError as error:
        return None, (error.code, error.message, error.line)


def results(table: pa.Table) -> list[Any]:
    columns = [column.to_pylist() for column in table.columns]
    return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))


def flat(result: Any, width: int) -> Any:
    if width == 1:
        return result
    if result is None:
        return (None,) * width
    return (
        tuple(result)
        if isinstance(result, tuple)
        else tuple(result[name] if isinstance(result, dict) else getattr(result, name) for name in ("total", "steps", "small"))
    )


@pytest.mark.parametrize("patience", [0, batches.ROWS_BEFORE_LANES], ids=["lanes", "row by row"])
@pytest.mark.parametrize("name", PROGRAMS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), rows=st.integers(0, 40), threads=st.integers(1, 3), block_rows=st.sampled_from([1, 5, 16, 64, None]))
def test_batches_agree_with_calls(
    name: str, patience: int, seed: int, rows: int, threads: int, block_rows: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "ROWS_BEFORE_LANES", patience)
    batches._MADE.pop(program(name), None)
    chance = random.Random(seed)
    offset = chance.choice([0, 0, 1, 8, 13])
    made = {column_name: column(type, chance, rows + offset) for column_name, type in COLUMNS.items()}
    table = pa.table(
        {
            column_name: chunked(array, sorted(chance.randrange(rows + offset + 1) for _ in range(chance.choice([0, 0, 1, 3]))))
            for column_name, (array, _, _) in made.items()
        }
    ).slice(offset)
    got = program(name).batch("rule", table, threads=threads, block_rows=block_rows, progress="off")
    assert got.table is not None
    assert got.error_table is not None
    faults = {row["row"]: (row["code"], row["message"], row["line"]) for row in got.error_table.to_pylist()}
    assert list(faults) == sorted(faults)
    found = results(got.table)
    assert len(found) == rows
    for row in range(rows):
        given_row = {column_name: values[offset + row] for column_name, (_, values, _) in made.items()}
        misfits = {column_name: bad[offset + row] for column_name, (_, _, bad) in made.items()}
        result, fault = expected(program(name), given_row, misfits)
        if fault is not None and fault[0] == "E1010":
            assert faults[row][0] == "E1010", given_row
            continue
        assert faults.get(row) == fault, given_row
        wanted = flat(result, got.table.num_columns)
        pairs = zip(wanted, found[row], strict=True) if got.table.num_columns > 1 else [(wanted, found[row])]
        assert all(same(a, b) for a, b in pairs), (given_row, wanted, found[row])


FAULTS = """\
def rule(kind: int, n: int) -> int:
    if kind == 0:
        return n // (kind * 2)
    if kind == 1:
        return n * 9_000_000_000_000_000_000
    if kind == 2:
        while n >= 0:
            n += 1
    if kind == 3:
        raise ValueError("three")
    if kind == 4:
        return len("ab" * 100_000)
    return n + 1
"""
"""A row of each kind fails in a way of its own; most rows are of no kind."""
ROWS = 5_000
KINDS = {7: 0, 64: 1, 777: 2, 778: 3, 2_048: 4, 2_049: 0, 4_095: 3, 4_999: 1}
CODES = {0: ("E0501", 3), 1: ("E0502", 5), 2: ("E0801", 7), 3: ("E0705", 10), 4: ("E0803", 12)}


def faulty() -> tuple[Program, dict[str, Any]]:
    kinds = np.full(ROWS, 9, np.int16)
    kinds[list(KINDS)] = list(KINDS.values())
    return belljar.compile(FAULTS, limits=LIMITS), {"kind": kinds, "n": np.arange(ROWS) + 2}


@pytest.mark.parametrize("patience", [0, batches.ROWS_BEFORE_LANES], ids=["lanes", "row by row"])
def test_failed_rows_are_told_exactly(patience: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "ROWS_BEFORE_LANES", patience)
    rule, table = faulty()
    assert isinstance(batches.kernel(rule, "rule"), SimdKernel)
    seen = []
    for threads in (1, 2, 3):
        for block_rows in (1, 100, 1_000, None):
            got = rule.batch("rule", table, threads=threads, block_rows=block_rows, progress="off")
            assert got.error_table is not None
            assert got.table is not None
            seen.append((got.error_table.to_pylist(), got.table.column(0).to_pylist()))
    errors, values = seen[0]
    assert all(one == (errors, values) for one in seen)
    assert [(error["row"], error["code"], error["line"]) for error in errors] == [(row, *CODES[kind]) for row, kind in KINDS.items()]
    assert values == [None if row in KINDS else row + 3 for row in range(ROWS)]


@pytest.mark.parametrize("errors_max", [0, 1, 4, 7, 8])
def test_as_many_errors_as_allowed(errors_max: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "ROWS_BEFORE_LANES", 0)
    rule, table = faulty()
    bad, output = tmp_path / "bad.jsonl", tmp_path / "out.parquet"
    for threads in (1, 3):
        for block_rows in (1, 64, None):
            options = {"errors": bad, "output": output, "threads": threads, "block_rows": block_rows, "progress": "off"}
            if errors_max >= len(KINDS):
                assert rule.batch("rule", table, max_errors=errors_max, **options).errors == len(KINDS)
            else:
                with pytest.raises(BellError) as stopped:
                    rule.batch("rule", table, max_errors=errors_max, **options)
                assert stopped.value.code == "E1006"
                assert not output.exists()
            told = [json.loads(line)["row"] for line in bad.read_text().splitlines()]
            assert told == list(KINDS)[: errors_max + 1]


def test_strict_ends_with_the_first_row_that_failed(tmp_path: Path) -> None:
    rule, table = faulty()
    for threads in (1, 3):
        for block_rows in (1, 64, None):
            with pytest.raises(BellError) as stopped:
                rule.batch("rule", table, output=tmp_path / "out.csv", strict=True, threads=threads, block_rows=block_rows, progress="off")
            assert stopped.value.code == "E0501"
            assert "row 7 " in "\n".join([str(stopped.value), *stopped.value.notes])
            assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".arrow", ".parquet", ".csv", ".jsonl"])
@pytest.mark.parametrize(
    "name", ["floats, which may be divided by zero", "texts by their number", "a record with a loop", "a tuple of optionals"]
)
def test_the_same_bytes_whatever_threads_and_blocks(name: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(name)
    table = pa.table({column_name: column(type, chance, 3_000)[0] for column_name, type in COLUMNS.items()})
    contents = set()
    for patience, threads, block_rows in [(0, 1, None), (0, 3, 7), (0, 2, 100), (batches.ROWS_BEFORE_LANES, 2, 1_000)]:
        monkeypatch.setattr(batches, "ROWS_BEFORE_LANES", patience)
        batches._MADE.pop(program(name), None)
        output, errors = tmp_path / f"out{suffix}", tmp_path / "bad.jsonl"
        program(name).batch(
            "rule", table, output, errors=errors, keep=["j", "y", "c"], threads=threads, block_rows=block_rows, progress="off"
        )
        contents.add((output.read_bytes(), errors.read_bytes()))
    assert len(contents) == 1, "the bytes depend on threads, blocks or the kernel"
