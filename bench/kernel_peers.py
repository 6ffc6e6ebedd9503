"""How each peer comes by a kernel: a function from the kernel to its ``main``, ready to be called with ``n``.

Compiling happens here, before the clock. A peer that cannot take part raises ``Gap`` (or fails to import), which the
table shows with its reason.
"""

from __future__ import annotations

import atexit
import ctypes
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from types import FunctionType
from typing import Any

from bench import belljar_peer
from bench.c_compiler import library
from bench.kernel_table import Answer, Kernel
from bench.python_program import names_of

Main = Callable[[int], Answer]


@dataclass(frozen=True, slots=True)
class Peer:
    """A language or compiler that runs kernels."""

    name: str
    language: str
    """What it reads; a program names its gaps by it."""
    prepare: Callable[[Kernel], Main]
    compiled: bool
    """Compiled peers also run the large size."""
    exact: bool
    """Held to CPython's answer to the bit; C may fuse multiply and add."""


def c_main(compiler: str, defines: tuple[str, ...], kernel: Kernel) -> Main:
    main = library(kernel.path(".c"), compiler, defines).bench_main
    main.argtypes = [ctypes.c_int64]
    main.restype = ctypes.c_double if isinstance(kernel.small.answer, float) else ctypes.c_int64
    return main


def cpython_main(kernel: Kernel) -> Main:
    return names_of(kernel.source, kernel.name)["main"]


def numba_main(kernel: Kernel) -> Main:
    import numba

    names = names_of(kernel.source, kernel.name)
    for name, value in list(names.items()):
        if isinstance(value, FunctionType):
            names[name] = numba.njit(value)
    main = names["main"]
    main(kernel.quick.n)  # compiles
    return main


def lua_main(version: str, kernel: Kernel) -> Main:
    runtime = import_module(f"lupa.{version}").LuaRuntime()
    return runtime.execute(kernel.path(".lua").read_text(encoding="utf-8"))


def starlark_main(kernel: Kernel) -> Main:
    import starlark

    own = kernel.path(".star")
    source = own.read_text(encoding="utf-8") if own.exists() else kernel.source
    dialect = starlark.Dialect.extended()
    dialect.enable_types = starlark.DialectTypes.PARSE_ONLY  # annotations are read, not checked at run time
    module = starlark.Module()
    module.add_callable("sqrt", math.sqrt)
    starlark.eval(module, starlark.parse(kernel.name, source, dialect), starlark.Globals.standard())
    return partial(module.freeze().call, "main")


def monty_main(kernel: Kernel) -> Main:
    session = monty_session()
    session.feed_run(kernel.source)
    return lambda n: session.feed_run("main(n)", inputs={"n": n})


def belljar_main(engine: str, kernel: Kernel) -> Main:
    return belljar_peer.kernel(kernel.source, engine)


SUSPENSIONS_MAX = 2**31 - 1
"""Calls of the host that a session of Monty may make; 1,000 by default."""


def monty_session() -> Any:
    """A fresh session of one of Monty's worker processes; the worker is free again when the session is dropped."""
    return monty_checkout().__enter__()


def monty_checkout() -> Any:
    """The same as a context, at whose end the worker is free."""
    return _monty_pool().checkout(limits={"max_suspensions": SUSPENSIONS_MAX})


@cache
def _monty_pool() -> Any:
    import pydantic_monty

    pool = pydantic_monty.Monty(checkout_timeout=10.0)
    atexit.register(pool.__exit__, None, None, None)
    return pool.__enter__()


PEERS: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer("clang", "c", partial(c_main, "clang", ()), compiled=True, exact=False),
        Peer("gcc", "c", partial(c_main, "gcc", ()), compiled=True, exact=False),
        Peer("clang checked", "c", partial(c_main, "clang", ("CHECKED",)), compiled=True, exact=False),
        Peer("gcc checked", "c", partial(c_main, "gcc", ("CHECKED",)), compiled=True, exact=False),
        Peer("numba", "numba", numba_main, compiled=True, exact=False),
        Peer("luajit", "lua", partial(lua_main, "luajit21"), compiled=True, exact=False),
        Peer("belljar jit", "bell", partial(belljar_main, "jit"), compiled=True, exact=True),
        Peer("belljar vm", "bell", partial(belljar_main, "vm"), compiled=False, exact=True),
        Peer("cpython", "python", cpython_main, compiled=False, exact=True),
        Peer("lua 5.4", "lua", partial(lua_main, "lua54"), compiled=False, exact=False),
        Peer("starlark", "starlark", starlark_main, compiled=False, exact=False),
        Peer("monty", "monty", monty_main, compiled=False, exact=False),
    )
}
