"""How each peer turns a text into something runnable, and how it hands Python one function to call."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

from bench import belljar_peer
from bench.c_compiler import cache_folder, library
from bench.kernel_peers import monty_session
from bench.python_program import names_of

ADD = "def add(a: int, b: int) -> int:\n    return a + b\n"
ARGUMENT = 17


def lines_300(turn: int) -> str:
    """A program of 300 lines: 20 functions that call each other, a ``main`` over them all; each turn another text."""
    lines = [f"# turn {turn}", ""]
    for k in range(19):
        lines += [
            f"def part{k}(n: int) -> int:",
            f"    total = {turn + k}",
            "    best = 0",
            f"    for i in range(n % {k + 3} + 2):",
            f"        if i % {k % 4 + 2} == 0:",
            f"            total += i * {k + 1} + {turn}",
            "        elif i > best:",
            "            best = i",
            "        else:",
            "            total -= 1",
            f"    share = total / {k + 2}.0",
            f"    if share > {k * 10}.5 and best < total:",
            f"        total = total - best * {k % 3 + 1}",
            "    return total" if k == 0 else f"    return total + part{k - 1}(n)",
            "",
        ]
    lines += [
        "def main(n: int) -> int:",
        "    total = 0",
        "    values = [1, 2, 3, 5, 8]",
        "    for v in values:",
        "        total += part18(n + v)",
    ]
    lines += ["    while total > 1000000:", "        total = total // 2"]
    lines += ["    if total < 0:", "        return -total"]
    lines += ["    # " + "-" * 40] * (299 - len(lines))
    return "\n".join([*lines, "    return total"]) + "\n"


def compile_cpython(text: str) -> int:
    return names_of(text, "lines")["main"](ARGUMENT)


def compile_numba(text: str) -> int:
    import numba

    names = names_of(text, "lines")
    for name, value in list(names.items()):
        if isinstance(value, FunctionType):
            names[name] = numba.njit(value)
    return names["main"](ARGUMENT)


def _starlark(text: str) -> Any:
    import starlark

    dialect = starlark.Dialect.extended()
    dialect.enable_types = starlark.DialectTypes.PARSE_ONLY
    module = starlark.Module()
    starlark.eval(module, starlark.parse("lines", text, dialect), starlark.Globals.standard())
    return module.freeze()


def compile_starlark(text: str) -> int:
    # Starlark has no while: the one loop of the text becomes a test, which is as much to compile.
    return _starlark(text.replace("while total", "if total")).call("main", ARGUMENT)


def compile_monty(text: str) -> int:
    session = monty_session()
    session.feed_run(text)
    return session.feed_run("main(n)", inputs={"n": ARGUMENT})


def compile_belljar(engine: str, text: str) -> int:
    return belljar_peer.kernel(text, engine)(ARGUMENT)


COMPILERS: dict[str, Callable[[str], int]] = {
    "cpython": compile_cpython,
    "starlark": compile_starlark,
    "monty": compile_monty,
    "numba": compile_numba,
    "belljar vm": partial(compile_belljar, "vm"),
    "belljar jit": partial(compile_belljar, "jit"),
    "belljar vm cached": partial(compile_belljar, "vm"),
}
CACHED = frozenset({"belljar vm cached"})
"""Compilers that are timed on a text they have compiled before."""

Add = Callable[[int, int], int]


def call_cpython() -> Add:
    return names_of(ADD, "add")["add"]


def call_ctypes() -> Add:
    source = Path(cache_folder()) / "add.c"
    source.write_text("#include <stdint.h>\nint64_t add(int64_t a, int64_t b) { return a + b; }\n", encoding="utf-8")
    add = library(source, "gcc").add
    add.argtypes, add.restype = [ctypes.c_int64] * 2, ctypes.c_int64
    return add


def call_numba() -> Add:
    import numba

    return numba.njit("int64(int64, int64)")(names_of(ADD, "add")["add"])


def call_lua(version: str) -> Add:
    from importlib import import_module

    return import_module(f"lupa.{version}").LuaRuntime().execute("return function(a, b) return a + b end")


def call_starlark() -> Add:
    return partial(_starlark(ADD).call, "add")


def call_monty() -> Add:
    session = monty_session()
    session.feed_run(ADD)
    return lambda a, b: session.feed_run("add(a, b)", inputs={"a": a, "b": b})


CALLS: dict[str, Callable[[], Add]] = {
    "cpython": call_cpython,
    "ctypes": call_ctypes,
    "numba": call_numba,
    "lua 5.4": partial(call_lua, "lua54"),
    "luajit": partial(call_lua, "luajit21"),
    "starlark": call_starlark,
    "monty": call_monty,
    "belljar": partial(belljar_peer.fast_task, ADD, "add"),
}
