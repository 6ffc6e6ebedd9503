"""Strings, nulls and a set lookup, with the strings plain and dictionary-encoded."""

from __future__ import annotations

import ctypes
from functools import partial
from typing import TYPE_CHECKING, Any

from bench import c_compiler
from bench.gap import Gap
from bench.workloads.workload import SEED, BatchPeer, Run, Workload, addresses, duckdb_table, in_slices, python_rows

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

SOURCE = (c_compiler.PROGRAMS / "batch" / "mixed.bell").read_text(encoding="utf-8")

TAXED = ("Austria", "Belgium", "Denmark", "Estonia", "France", "Germany", "Netherlands", "Switzerland")
OTHERS = (
    "Argentina", "Australia", "Brazil", "Canada", "Chile", "China", "Colombia", "Croatia", "Egypt", "Finland", "Greece", "Hungary", "Iceland",
    "India", "Indonesia", "Ireland", "Israel", "Italy", "Japan", "Kenya", "Malaysia", "Mexico", "Morocco", "New Zealand", "Nigeria", "Norway",
    "Peru", "Poland", "Portugal", "Romania", "Spain", "Sweden",
)  # fmt: skip
PLANS = ("free", "basic", "gold", "trial")


def columns(rows: int, dictionary: bool = False) -> pa.Table:
    """Amounts (5% null), 40 country names (3% null), four plans, days; the strings plain or dictionary-encoded."""
    import numpy as np
    import pyarrow as pa

    chance = np.random.default_rng(SEED)
    amount = pa.array(chance.uniform(5.0, 500.0, rows), mask=chance.random(rows) < 0.05)
    names = TAXED + OTHERS
    country = pa.DictionaryArray.from_arrays(
        pa.array(chance.integers(0, len(names), rows, dtype=np.int32), mask=chance.random(rows) < 0.03), pa.array(names)
    )
    plan = pa.DictionaryArray.from_arrays(pa.array(chance.integers(0, len(PLANS), rows, dtype=np.int32)), pa.array(PLANS))
    days = chance.integers(0, 1_500, rows)
    if not dictionary:
        country, plan = country.cast(pa.string()), plan.cast(pa.string())
    return pa.table({"amount": amount, "country": country, "plan": plan, "days": days})


def _bits(array: pa.Array) -> np.ndarray | None:
    """Validity bits, or None where every value is valid."""
    import numpy as np

    buffer = array.buffers()[0]
    return None if buffer is None else np.frombuffer(buffer, dtype=np.uint8)


def _values(array: pa.Array, kind: str) -> np.ndarray:
    import numpy as np

    return np.frombuffer(array.buffers()[1], dtype=kind)[: len(array)]


def _text(array: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and bytes of a plain string array."""
    import numpy as np

    return np.frombuffer(array.buffers()[1], dtype=np.int32)[: len(array) + 1], np.frombuffer(array.buffers()[2], dtype=np.uint8)


def _chunks(table: pa.Table) -> list[Any]:
    """One array per column; the buffers begin at row 0."""
    return [column.combine_chunks() for column in table.columns]


def _flags(values: pa.Array, among: tuple[str, ...]) -> np.ndarray:
    """For each dictionary value, whether it is one of the names."""
    import numpy as np

    return np.array([value in among for value in values.to_pylist()], dtype=np.uint8)


def c(compiler: str, table: pa.Table, threads: int) -> Run:
    import numpy as np

    amount, country, plan, days = _chunks(table)
    out = np.zeros(table.num_rows)
    library = c_compiler.library(c_compiler.PROGRAMS / "batch" / "mixed.c", compiler)

    def prepare() -> tuple[Any, list[np.ndarray | None]]:
        front = [_values(amount, "f8"), _bits(amount)]
        back = [_values(days, "i8"), out]
        if _is_dictionary(country):
            names = [_values(country.indices, "i4"), _bits(country.indices), _flags(country.dictionary, TAXED)]
            plans = [
                _values(plan.indices, "i4"),
                _flags(plan.dictionary, ("gold",)),
                _flags(plan.dictionary, ("trial",)),
            ]
            return library.dictionary, [*front, *names, *plans, *back]
        return library.plain, [*front, *_text(country), _bits(country), *_text(plan), *back]

    def run() -> Any:
        work, arrays = prepare()
        pointers = addresses(arrays)
        work.argtypes = [ctypes.c_void_p] * len(arrays) + [ctypes.c_int64] * 2
        work.restype = None
        in_slices(lambda begin, end: work(*pointers, begin, end), len(out), threads)
        return out

    return run


def _is_dictionary(array: pa.Array) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_dictionary(array.type))


def numba(table: pa.Table, threads: int) -> Run:
    """Over Arrow's buffers by hand: Numba's own strings cannot be columns."""
    import numba as nb
    import numpy as np

    amount, country, plan, days = _chunks(table)
    out = np.zeros(table.num_rows)

    @nb.njit
    def price(amount, known, taxed, gold, trial, days):
        value = amount
        if not known:
            value *= 1.1
        elif taxed:
            value *= 1.19
        if gold:
            value *= 0.8 if days > 365 else 0.9
        elif trial:
            return 0.0
        return value

    @nb.njit
    def valid(bits, i):
        return len(bits) == 0 or (bits[i >> 3] >> (i & 7)) & 1 == 1

    @nb.njit
    def equal(text, begin, end, word):
        if end - begin != len(word):
            return False
        for k in range(len(word)):  # noqa: SIM110 - Numba compiles loops, not generators
            if text[begin + k] != word[k]:
                return False
        return True

    @nb.njit
    def among(text, begin, end, words, word_at):
        for w in range(len(word_at) - 1):  # noqa: SIM110
            if equal(text, begin, end, words[word_at[w] : word_at[w + 1]]):
                return True
        return False

    @nb.njit(nogil=True)
    def plain(
        amount,
        amount_bits,
        name_at,
        names,
        name_bits,
        plan_at,
        plans,
        days,
        taxed,
        taxed_at,
        gold,
        trial,
        out,
        first,
        last,
    ):
        for i in range(first, last):
            if not valid(amount_bits, i):
                out[i] = 0.0
                continue
            known = valid(name_bits, i)
            is_taxed = known and among(names, name_at[i], name_at[i + 1], taxed, taxed_at)
            is_gold = equal(plans, plan_at[i], plan_at[i + 1], gold)
            out[i] = price(amount[i], known, is_taxed, is_gold, equal(plans, plan_at[i], plan_at[i + 1], trial), days[i])

    @nb.njit(nogil=True)
    def dictionary(amount, amount_bits, name, name_bits, taxed, plan, gold, trial, days, out, first, last):
        for i in range(first, last):
            if not valid(amount_bits, i):
                out[i] = 0.0
                continue
            known = valid(name_bits, i)
            out[i] = price(amount[i], known, known and taxed[name[i]], gold[plan[i]], trial[plan[i]], days[i])

    def bits(array: pa.Array) -> np.ndarray:
        found = _bits(array)
        return np.zeros(0, dtype=np.uint8) if found is None else found

    def letters(word: str) -> np.ndarray:
        return np.frombuffer(word.encode(), dtype=np.uint8)

    taxed_at = np.cumsum([0, *map(len, TAXED)])

    def run() -> Any:
        front = (_values(amount, "f8"), bits(amount))
        if _is_dictionary(country):
            names = (_values(country.indices, "i4"), bits(country.indices), _flags(country.dictionary, TAXED) != 0)
            plans = (
                _values(plan.indices, "i4"),
                _flags(plan.dictionary, ("gold",)) != 0,
                _flags(plan.dictionary, ("trial",)) != 0,
            )
            work, arguments = dictionary, (*front, *names, *plans, _values(days, "i8"), out)
        else:
            words = (letters("".join(TAXED)), taxed_at, letters("gold"), letters("trial"))
            work, arguments = (
                plain,
                (*front, *_text(country), bits(country), *_text(plan), _values(days, "i8"), *words, out),
            )
        in_slices(lambda begin, end: work(*arguments, begin, end), len(out), threads)
        return out

    return run


def numpy(table: pa.Table, threads: int) -> Run:
    """Strings as fixed-width bytes with a mask beside them: NumPy has no nullable strings."""
    import numpy as np

    if threads > 1:
        raise Gap("NumPy runs on one thread")
    amount, country, plan, days = _chunks(table)
    if _is_dictionary(country):
        raise Gap("NumPy has no dictionary-encoded strings")
    value, absent = amount.fill_null(0.0).to_numpy(), amount.is_null().to_numpy(zero_copy_only=False)
    names = _fixed_width(country, max(map(len, TAXED + OTHERS)))
    unknown = country.is_null().to_numpy(zero_copy_only=False)
    plans, day = _fixed_width(plan, max(map(len, PLANS))), days.to_numpy()

    def run() -> Any:
        taxed = np.zeros(len(value), dtype=bool)
        for name in TAXED:
            taxed |= names == name.encode()
        price = value * np.where(unknown, 1.1, np.where(taxed, 1.19, 1.0))
        price *= np.where(plans == b"gold", np.where(day > 365, 0.8, 0.9), np.where(plans == b"trial", 0.0, 1.0))
        return np.where(absent, 0.0, price)

    return run


def _fixed_width(strings: pa.Array, width: int) -> np.ndarray:
    import numpy as np
    import pyarrow.compute as pc

    padded = pc.ascii_rpad(strings.fill_null(""), width=width, padding="\0")
    return np.frombuffer(padded.buffers()[2], dtype=f"S{width}")[: len(strings)]


def polars(table: pa.Table, threads: int) -> Run:
    import polars as pl

    if threads != pl.thread_pool_size():
        raise Gap(f"its pool is fixed at import to {pl.thread_pool_size()} threads")
    frame = pl.from_arrow(table)
    amount, country, plan, days = (pl.col(name) for name in table.column_names)
    kind = frame.schema["country"]
    taxed = country.is_in(pl.Series(TAXED, dtype=kind).implode() if kind != pl.String else list(TAXED))
    by_country = pl.when(country.is_null()).then(1.1).when(taxed).then(1.19).otherwise(1.0)
    by_plan = pl.when(plan == "gold").then(pl.when(days > 365).then(0.8).otherwise(0.9)).when(plan == "trial").then(0.0).otherwise(1.0)
    query = frame.lazy().select((amount * by_country * by_plan).fill_null(0.0).alias("price"))
    return lambda: query.collect()["price"]


def duckdb(table: pa.Table, threads: int) -> Run:
    connection = duckdb_table(table, threads)
    # IN over this many names becomes a join, which gives the rows back in another order on two threads.
    taxed = " OR ".join(f"country = '{name}'" for name in TAXED)
    query = f"""
        SELECT CASE WHEN amount IS NULL OR plan = 'trial' THEN 0.0::DOUBLE ELSE amount
            * CASE WHEN country IS NULL THEN 1.1::DOUBLE WHEN {taxed} THEN 1.19::DOUBLE ELSE 1.0::DOUBLE END
            * CASE WHEN plan = 'gold' THEN CASE WHEN days > 365 THEN 0.8::DOUBLE ELSE 0.9::DOUBLE END ELSE 1.0::DOUBLE END
        END AS price FROM rows
    """
    return lambda: connection.sql(query).to_arrow_table()["price"]


def pyarrow(table: pa.Table, threads: int) -> Run:
    import pyarrow as pa
    import pyarrow.compute as pc

    if threads > 1:
        raise Gap("pyarrow.compute runs a kernel on one thread")
    amount, country, plan, days = _chunks(table)

    def run() -> Any:
        taxed = pc.is_in(country, value_set=pa.array(TAXED))
        if _is_dictionary(plan):
            gold, trial = (pc.take(pc.equal(plan.dictionary, word), plan.indices) for word in ("gold", "trial"))
        else:
            gold, trial = pc.equal(plan, "gold"), pc.equal(plan, "trial")
        by_country = pc.if_else(pc.is_null(country), 1.1, pc.if_else(taxed, 1.19, 1.0))
        by_plan = pc.if_else(gold, pc.if_else(pc.greater(days, 365), 0.8, 0.9), pc.if_else(trial, 0.0, 1.0))
        return pc.fill_null(pc.multiply(pc.multiply(amount, by_country), by_plan), 0.0)

    return run


PEERS = {
    "clang": BatchPeer(partial(c, "clang")),
    "gcc": BatchPeer(partial(c, "gcc")),
    "numba": BatchPeer(numba),
    "numpy": BatchPeer(numpy),
    "polars": BatchPeer(polars),
    "duckdb": BatchPeer(duckdb),
    "pyarrow": BatchPeer(pyarrow),
    "cpython": python_rows(SOURCE, "price"),
}

PLAIN = Workload("mixed", "Mixed rule, plain strings", "mixed", "price", 10_000_000, columns, PEERS)
DICTIONARY = Workload(
    "mixed_dictionary",
    "Mixed rule, dictionary strings",
    "mixed",
    "price",
    10_000_000,
    partial(columns, dictionary=True),
    PEERS,
)
