"""Whole programs for a fresh Python: each prints a first result, and the batch ones how long they took to it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from bench import belljar_peer
from bench.c_compiler import PROGRAMS

FIRST_ANSWER = sum(i * i for i in range(1_000))
FIRST_BATCH_ROWS = 1_000

SQUARES = "def main(n: int) -> int:\n    total = 0\n    for i in range(n):\n        total += i * i\n    return total\n"


@dataclass(frozen=True, slots=True)
class Script:
    """A Python program; ``text`` raises Gap where the peer cannot have one."""

    text: Callable[[], str]
    cold: bool = True
    """A cold script never finds what an earlier run left in a cache."""


def _numba(cached: bool) -> str:
    return f"import numba\n@numba.njit(cache={cached})\n{SQUARES}print(main(1000))\n"


def _numba_cached() -> str:
    # Numba caches by source file, so the function must come from one, beside its cache.
    return (
        "import os, sys\nfolder = os.environ['NUMBA_CACHE_DIR']\nsys.path.insert(0, folder)\npath = folder + '/squares.py'\n"
        f"if not os.path.exists(path):\n    open(path, 'w').write({('import numba' + chr(10) + '@numba.njit(cache=True)' + chr(10) + SQUARES)!r})\n"
        "import squares\nprint(squares.main(1000))\n"
    )


STARLARK = (
    "import starlark\nm = starlark.Module()\n"
    f"starlark.eval(m, starlark.parse('s', {SQUARES!r}, starlark.Dialect.extended()), starlark.Globals.standard())\n"
    "print(m.freeze().call('main', 1000))\n"
)
MONTY = (
    "import pydantic_monty\n"
    "with pydantic_monty.Monty() as pool, pool.checkout() as session:\n"
    f"    session.feed_run({SQUARES!r})\n    print(session.feed_run('main(n)', inputs={{'n': 1000}}))\n"
)
LUA = (
    "from lupa.{version} import LuaRuntime\n"
    "print(int(LuaRuntime().execute('return function(n) local t = 0 for i = 0, n - 1 do t = t + i * i end return t end')(1000)))\n"
)

FIRST: dict[str, Script] = {
    "lua 5.4": Script(lambda: LUA.format(version="lua54")),
    "luajit": Script(lambda: LUA.format(version="luajit21")),
    "starlark": Script(lambda: STARLARK),
    "monty": Script(lambda: MONTY),
    "numba cold": Script(lambda: _numba(cached=False)),
    "numba cached": Script(_numba_cached, cold=False),
    "belljar vm cold": Script(lambda: belljar_peer.first_result_script("vm")),
    "belljar vm cached": Script(lambda: belljar_peer.first_result_script("vm"), cold=False),
    "belljar jit cold": Script(lambda: belljar_peer.first_result_script("jit")),
    "belljar jit cached": Script(lambda: belljar_peer.first_result_script("jit"), cold=False),
}

SCORE = (PROGRAMS / "batch" / "score.bell").read_text(encoding="utf-8")


def _batch(imports: str, work: str) -> str:
    """A script that makes the table before its clock and prints the seconds of ``work`` and the sum of its ``result``."""
    return (
        f"from time import perf_counter\nfrom bench.batch import as_array\nfrom bench.workloads import score, workload\n{imports}\n"
        f"table = score.columns({FIRST_BATCH_ROWS})\nbegin = perf_counter()\n{work}\nend = perf_counter()\n"
        "print(end - begin, as_array(result).sum())\n"
    )


def _belljar_batch() -> str:
    belljar_peer.api("compile")
    return _batch(
        "from bench import belljar_peer\nimport belljar",
        f"result = belljar_peer.batch_table({SCORE!r}, 'score', 1)(table).column(0)",
    )


FIRST_BATCH: dict[str, Script] = {
    "numba": Script(lambda: _batch("import numba", "result = score.numba_rows(table, 1)()")),
    "numba vectorize": Script(lambda: _batch("import numba", "result = score.numba_vectorize(table, 1)()")),
    "polars": Script(lambda: _batch("import polars", "result = score.polars(table, polars.thread_pool_size())()")),
    "duckdb": Script(lambda: _batch("import duckdb", "result = score.duckdb(table, 1)()")),
    "pyarrow": Script(lambda: _batch("import pyarrow.compute", "result = score.pyarrow(table, 1)()")),
    "belljar": Script(_belljar_batch),
}


def right_batch(printed: str) -> bool:
    """Whether a batch script printed the sum that CPython finds."""
    from bench.python_program import task_of
    from bench.workloads import score

    columns = [column.to_pylist() for column in score.columns(FIRST_BATCH_ROWS).columns]
    return math.isclose(float(printed.split()[1]), sum(map(task_of(SCORE, "score"), *columns)), rel_tol=1e-9)
