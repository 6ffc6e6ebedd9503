"""Hostile images: what the verifier lets through runs to an answer, a fault or a limit, the same in every engine, and never breaks its host.

Modules of random programs are changed at random (ops, operands, immediates, types, targets), written as images and read back. Most are refused; what is not runs on the VM, as machine code and on the
reference, under tight limits. Run under AddressSanitizer this also shows that nothing outside the heap is touched.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belljar.engines.jit import Engine as JitEngine
from belljar.engines.reference import ReferenceEngine
from belljar.engines.vm import Engine as VmEngine
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.ir.image import read_image, write_image
from belljar.safety.limits import Limits
from tests.engines.examples import arguments_of, module_of
from tests.engines.op_examples import EXAMPLES
from tests.engines.vm.agreement import exact, told
from tests.engines.vm.random_programs import random_arguments, random_module
from tests.fuzz.typed_changes import change

LIMITS = Limits(fuel=5_000, memory=1 << 18, depth=30, output=1_000, time=20.0)


def read(module: Module) -> Module | None:
    """The module as an image gives it; None when that is refused."""
    try:
        data = write_image(module)
    except (BellError, ValueError, TypeError, KeyError, OverflowError, AttributeError):
        return None  # the writer is for modules that keep the rules
    try:
        return read_image(data)
    except BellError as refused:
        problem = refused
    assert problem.code in ("E1101", "E1102")
    return None


def observed(engine: Any, module: Module, function: str, calls: list[Any]) -> tuple[list[Any], set[str]]:
    """What each call gave, and the codes of limits of memory that fell: of those the reference knows little."""
    output: list[str] = []
    shown: list[Any] = []
    try:
        instance = engine.load(module, LIMITS, output.append)
    except BellError as error:
        return [told(error)], {error.code}
    codes = set()
    for arguments in calls:
        outcome = instance.call(function, arguments)
        shown.append((tuple(map(exact, outcome.results)), told(outcome.error), outcome.fuel_used, "".join(output)))
        codes.add(outcome.error.code if outcome.error else "")
    return shown, codes


def compare(module: Module, function: str, calls: list[Any], *, native: bool) -> None:
    shown, codes = observed(VmEngine(), module, function, calls)
    # An identity is a number that tells objects apart, and another one in the reference engine.
    ops = {instr.op.name for one in module.functions.values() for block in one.blocks for instr in block.instrs}
    if "E0803" not in codes and "any.identity" not in ops:
        assert observed(ReferenceEngine(), module, function, calls)[0] == shown
    if native:
        assert observed(JitEngine(), module, function, calls)[0] == shown


@settings(max_examples=150)
@given(st.randoms(use_true_random=False))
def test_changed_programs(rnd: Random) -> None:
    module = random_module(rnd)
    calls = [random_arguments(rnd, module.functions["main"]) for _ in range(2)]
    params = [module.functions["main"].registers[register].type for register in module.functions["main"].params]
    for _ in range(rnd.choice((1, 1, 2, 4))):
        change(rnd, module)
    changed = read(module)
    if changed is None or [changed.functions["main"].registers[register].type for register in changed.functions["main"].params] != params:
        return
    compare(changed, "main", calls, native=rnd.random() < 0.1)


@settings(max_examples=250)
@given(st.randoms(use_true_random=False), st.sampled_from(EXAMPLES))
def test_changed_ops(rnd: Random, example: Any) -> None:
    """One op and its neighbours of the same shape, on each other's operands."""
    module = module_of(example)
    arguments = arguments_of(example)
    types = [register.type for register in module.functions["f"].registers[: len(arguments)]]
    for _ in range(rnd.choice((1, 2))):
        change(rnd, module)
    changed = read(module)
    if changed is None or [register.type for register in changed.functions["f"].registers[: len(arguments)]] != types:
        return
    compare(changed, "f", [arguments] * 2, native=rnd.random() < 0.05)


@pytest.mark.parametrize("code", ["E0801", "E0802", "E0803", "E0804", "E0805", "E0901", "E0006", "E1201", "E9999", ""])
def test_an_image_cannot_forge_a_limit(code: str) -> None:
    """A program ends itself with errors of its own, never with a limit, a refused capability or an error of ours."""
    module = module_of(next(example for example in EXAMPLES if example.op == "fault"))
    instr = next(instr for block in module.functions["f"].blocks for instr in block.instrs if instr.op.name == "fault")
    instr.args = (code, *instr.args[1:])
    assert read(module) is None
