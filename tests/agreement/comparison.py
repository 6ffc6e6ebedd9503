"""One program on CPython and on every engine: whether all did the same.

Compared with CPython: output, result, class, text and line of the exception. Between engines: all of these as Bell tells them, and fuel. What a program may differ in is in
:data:`OURS` alone, Bell's own errors where CPython goes on, and is counted apart.
"""

from __future__ import annotations

import copy
import gc
from itertools import count
from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import patch

import belljar
from belljar.engines.jit.program import native_program
from belljar.errors import BellError
from belljar.lang.lower import lower
from belljar.runtime.boundary import from_components
from belljar.runtime.engine import engine_of
from belljar.runtime.promotion import is_overflow
from belljar.safety.limits import Limits
from tests.agreement.cpython import UNTOLD, CPython, Judged, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from belljar.ir.function import Module
    from belljar.lang.infer import Specialisation, World

LIMITS = Limits().with_values({"fuel": 20_000_000, "memory": 512 << 20, "time": 60, "output": 1 << 21})
OURS = frozenset({"E0508", "E0510", "E0720", "E0801", "E0802", "E0803", "E0804", "E0805"})
"""Errors a program can end with where CPython goes on (docs/differences.md)."""
TOLD = frozenset(
    {
        "E0705",
        "E0719",
        "E0780",
        "E0781",
        "E0750",
        "E0751",
        "E0790",
        "E0791",
        "E0792",
        "E0793",
        "E0795",
        "E0796",
        "E0797",
        "E0798",
        "E0766",
        "E0768",
        "E0770",
        "E0771",
        "E0772",
    }
)
"""Errors whose message is CPython's."""
BROKEN = frozenset({"E1102", "E1201", "E1103", "E1101"})


class Ran(NamedTuple):
    """What a program did on an engine."""

    output: str
    error: str
    result: str
    fuel: int


class Verdict(NamedTuple):
    """``kind``: ``same``; ``refused`` before running where CPython fails there as well, ``strict`` where it does not; ``ours`` for an error of Bell's own; ``lost`` where CPython took too
    long; else what differs. ``detail`` says more."""

    kind: str
    detail: str = ""

    @property
    def is_difference(self) -> bool:
        return self.kind not in ("same", "refused", "strict", "ours", "lost")


COLLECT_EVERY = 16
"""Runs of machine code after which garbage is collected: what instances hold of memory Python does not count."""
_RUNS = count(1)
PLAIN = "plain"
"""The engine jit without LLVM's passes, which take ten times as long as all else: what is compared is the machine code as we emit it."""


def ran(module: Module, engine: str) -> tuple[Ran, BellError | None]:
    """Run the module level on an engine, then ``main``, both with their fuel."""
    is_plain = engine == PLAIN
    engine = "jit" if is_plain else engine
    pieces: list[str] = []
    result, error = "", None
    try:
        if "main" in module.tasks:
            task = module.tasks["main"]
            if is_plain:
                native_program(module).compile(is_plain)
            outcome = engine_of(engine).load(module, LIMITS, pieces.append).call(task.function, [])
            if outcome.error is None:
                result = shown(from_components(iter(outcome.results), task.result))
        else:  # called as a function, so that its fuel is told
            called = copy.copy(module)
            called.init = None
            if is_plain:
                native_program(called).compile(is_plain)
            outcome = engine_of(engine).load(called, LIMITS, pieces.append).call(module.init or "@init", [])
        error, fuel = outcome.error, outcome.fuel_used
    except BellError as problem:
        error, fuel = problem, -1
    if engine == "jit" and next(_RUNS) % COLLECT_EVERY == 0:
        gc.collect()
    return Ran("".join(pieces), str(error), result, fuel), error


def _lowered_as_settled(world: World, entries: dict[str, Specialisation], init: bool) -> Module:
    """As the compiler lowers, which has to learn nothing of types that walking had not found: what is written by then would be wrong."""
    before = world.lattice.version
    module = lower(world, entries, init)
    assert world.lattice.version == before, "types grew while the program was lowered"
    return module


def compare(text: str, engines: Sequence[str], cpython: CPython) -> Verdict:
    """Run one program everywhere."""
    judged = cpython.run(text)
    if judged.is_lost:
        return Verdict("lost")
    with patch("belljar.lang.compile.lower", _lowered_as_settled):
        return _compared(text, engines, judged)


def _compared(text: str, engines: Sequence[str], judged: Judged) -> Verdict:
    try:
        program = belljar.compile(text, cache=False)
        main = "main" if "main" in program.tasks else None
        module = program.module(main, ())
    except BellError as problem:
        return _refused(problem, judged)
    except Exception as problem:  # a traceback of the compiler's own
        return Verdict("crash", f"{type(problem).__name__}: {problem}")
    first, error = ran(module, engines[0])
    verdict = _engines(module, engines, first)
    if verdict is None and error is not None and is_overflow(error):
        try:
            module = program.widened().module(main, ())
        except BellError as problem:
            return _refused(problem, judged)
        except Exception as problem:
            return Verdict("crash", f"wide: {type(problem).__name__}: {problem}")
        first, error = ran(module, engines[0])
        verdict = _engines(module, engines, first)
    return verdict or _judgement(first, error, judged)


def _engines(module: Module, engines: Sequence[str], first: Ran) -> Verdict | None:
    """What an engine does otherwise than the first."""
    for engine in engines[1:]:
        other, _ = ran(module, engine)
        if other != first:
            place = next(name for name, one, two in zip(Ran._fields, first, other, strict=True) if one != two)
            return Verdict(f"engines: {place}", f"{engines[0]}: {first}\n{engine}: {other}")
    return None


def _refused(problem: BellError, judged: Judged) -> Verdict:
    if problem.code in BROKEN:
        return Verdict("crash", str(problem))
    fails = judged.error != "" and any(found.line == judged.line for found in problem.diagnostics)
    said = "; ".join(f"{found.code} {found.message} (line {found.line})" for found in problem.diagnostics[:3])
    return Verdict("refused" if fails else "strict", said)


def _judgement(first: Ran, error: BellError | None, judged: Judged) -> Verdict:
    """Whether the engines' answer is CPython's."""
    if error is not None and error.code in OURS:
        fine = judged.output.startswith(first.output)
        return Verdict("ours", error.code) if fine else Verdict("output", _both(first, judged))
    if error is not None and error.code in BROKEN:
        return Verdict("crash", str(error))
    if first.output != judged.output:
        return Verdict("output", _both(first, judged))
    if error is None:
        if judged.error:
            return Verdict("error missing", _both(first, judged))
        return Verdict("same") if first.result == judged.result else Verdict("result", _both(first, judged))
    if judged.error == "":
        return Verdict("error extra", _both(first, judged))
    if error.line != judged.line:
        return Verdict("error line", _both(first, judged))
    if not _is_class(error, judged):
        return Verdict("error class", _both(first, judged))
    if judged.message == UNTOLD:
        return Verdict("same")
    if error.code == "E0705" and error.message != (f"{judged.error}: {judged.message}" if judged.message else judged.error):
        return Verdict("error text", _both(first, judged))
    told = repr(error.message) if judged.error == "KeyError" else error.message  # its str() is the key as a literal
    if error.code != "E0705" and error.code in TOLD and told != judged.message:
        return Verdict("error text", _both(first, judged))
    return Verdict("same")


def _is_class(error: BellError, judged: Judged) -> bool:
    """Whether CPython's exception is the one the error names, or derives from it."""
    import builtins

    if error.python.rpartition(".")[2] == judged.error:
        return True
    found, named = getattr(builtins, judged.error, None), getattr(builtins, error.python, None)
    return found is not None and named is not None and issubclass(found, named)


def _both(first: Ran, judged: Judged) -> str:
    """Both answers, from the first line of output that differs."""
    ours, theirs = first.output.splitlines(), judged.output.splitlines()
    at = next((place for place, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))  # noqa: B905
    return (
        f"Bell:    line {at + 1} of output: {ours[at : at + 1]}; {first.error if first.error != 'None' else 'result ' + first.result}\n"
        f"CPython: line {at + 1} of output: {theirs[at : at + 1]}; {f'{judged.error}: {judged.message} (line {judged.line})' if judged.error else 'result ' + judged.result}"
    )
