"""Belljar as one of the peers: the only file of the benchmarks that knows its Python interface.

What does not exist yet, or fails, leaves as ``Gap`` and is shown as such.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from bench.gap import Gap


def api(name: str) -> Any:
    """``belljar.NAME``; raises Gap while that does not exist."""
    try:
        import belljar
    except ImportError as error:
        raise Gap(f"belljar does not import: {error}") from error
    if not hasattr(belljar, name):
        raise Gap(f"belljar.{name} is not built yet")
    return getattr(belljar, name)


def compile_text(text: str) -> Any:
    """A program from Bell text; raises Gap with the first diagnostic where the language refuses it."""
    compile_ = api("compile")
    try:
        return compile_(text)
    except (api("BellError"), NotImplementedError) as error:
        raise Gap(f"refused: {str(error).strip().splitlines()[0][:160]}") from error


def method(text: str, name: str) -> Any:
    """A method of the compiled program; raises Gap while that does not exist."""
    program = compile_text(text)
    if not hasattr(program, name):
        raise Gap(f"a program has no .{name} yet")
    return getattr(program, name)


def kernel(text: str, engine: str) -> Callable[[int], Any]:
    """``main`` of a kernel on one engine (``"vm"``, ``"jit"``), with the default limits."""
    return partial(method(text, "call"), "main", engine=engine)


def kernel_with_and_without_fuel(text: str, engine: str) -> tuple[Callable[[int], Any], Callable[[int], Any]]:
    """``main`` twice, called in the same way: as it is, and with its ``fuel`` ops taken out.

    The counters of depth, memory and output stay in both: they are part of calls, allocations and prints. Only a benchmark may do this; nothing in the package runs unmetered.
    """
    from belljar.runtime.engine import engine_of
    from belljar.safety.limits import Limits

    def load(metered: bool) -> Callable[[int], Any]:
        module = compile_text(text).signature_module("main")
        if not metered:
            for function in module.functions.values():
                for block in function.blocks:
                    block.instrs = [instr for instr in block.instrs if instr.op.name != "fuel"]
        instance, main = engine_of(engine).load(module, Limits(), None), module.tasks["main"].function
        return lambda n: _result(instance.call(main, [n]))

    return load(True), load(False)


def traced_kernel(text: str, engine: str, level: str) -> Callable[[int], Any]:
    """``main`` of a kernel with a trace of a level (``"off"``: without), whose marks go to a ring of 8 MiB."""
    from belljar.engines.contract import Marks
    from belljar.ir.passes import optimise
    from belljar.lang.compile import FrontEnd
    from belljar.runtime.engine import engine_of
    from belljar.safety.limits import Limits
    from belljar.types import INT

    module = optimise(FrontEnd(text, "kernel.bell", traces=level).module({"main": [INT]}))
    instance, main = engine_of(engine).load(module, Limits(), None, (), None, Marks()), module.tasks["main"].function
    return lambda n: _result(instance.call(main, [n]))


def profiled_kernel(text: str, engine: str) -> Callable[[int], Any]:
    """``main`` of a kernel with a profile: counted in the VM, sampled as machine code."""
    from belljar.engines._instance import open_profile
    from belljar.ir.passes import optimise_profiled
    from belljar.lang.compile import FrontEnd
    from belljar.runtime.engine import engine_of
    from belljar.runtime.profiler import INTERVAL_S
    from belljar.safety.limits import Limits
    from belljar.types import INT

    module = optimise_profiled(FrontEnd(text, "kernel.bell").module({"main": [INT]}))
    instance, main = engine_of(engine).load(module, Limits(), None), module.tasks["main"].function
    open_profile(instance, module.segments or (), engine == "vm", INTERVAL_S)  # type: ignore[arg-type]
    return lambda n: _result(instance.call(main, [n]))


def _result(outcome: Any) -> Any:
    if outcome.error is not None:
        raise outcome.error
    return outcome.results[0]


def fast_task(text: str, task: str) -> Callable[..., Any]:
    """The callable for hot loops in Python: one task, looked up once."""
    return method(text, "task")(task)


def batch_table(text: str, task: str, threads: int) -> Callable[[Any], Any]:
    """A function from a pyarrow table (or a dict of NumPy arrays) to the pyarrow table of results."""
    batch = method(text, "batch")
    return lambda source: batch(task, source, threads=threads).table


def batch_file(text: str, task: str, threads: int) -> Callable[[Path, Path], Any]:
    """A function from an input file, with ``NA`` for null, to an output file of the kind its suffix names."""
    batch = method(text, "batch")
    return lambda source, output: batch(task, source, output=output, threads=threads, nulls=["NA"])


@cache
def first_result_script(engine: str) -> str:
    """A Python program that imports belljar, compiles four lines and prints one result of the engine."""
    api("compile")
    return (
        "import belljar\n"
        "p = belljar.compile('def main(n: int) -> int:\\n    total = 0\\n"
        "    for i in range(n):\\n        total += i * i\\n    return total\\n')\n"
        f"print(p.call('main', 1000, engine={engine!r}))\n"
    )


def jit_cache_environment(folder: Path) -> dict[str, str]:
    """The environment that moves the cache of object code to a folder."""
    return {"BELLJAR_CACHE": str(folder), "XDG_CACHE_HOME": str(folder)}


NO_CACHES = {"BELLJAR_CACHE": ""}
"""The environment in which nothing that was compiled before is found."""


def batch_command(program: Path, task: str, source: Path, output: Path) -> list[str]:
    """The command line of a whole batch, from the shell."""
    api("compile")
    script = [sys.executable, "-m", "belljar", "batch", str(program), task, str(source), "-o", str(output)]
    return [*script, "--null", "NA"]


def describe() -> str:
    """The version, or that it is missing."""
    try:
        return str(api("__version__"))
    except Gap as gap:
        return gap.reason
