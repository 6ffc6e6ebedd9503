"""The law of every pass: on random programs results, errors with their place and stack, and output are the same before and after, and the verifier agrees."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belljar.ir import passes
from belljar.ir.function import Module
from belljar.ir.text import parse_module, print_module
from belljar.ir.verify import verify
from tests.ir.passes.programs import behaviour, ends_at_a_limit, random_arguments, random_module

Pass = Callable[[Module], object]

PASSES: dict[str, Pass] = {
    **{
        name: getattr(passes, name).run
        for name in (
            "simplify",
            "numbering",
            "dead",
            "scalars",
            "jump_threading",
            "strength",
            "characters",
            "concatenation",
            "ranges",
            "coalesce",
            "compact",
            "fuel",
        )
    },
    "inline": lambda module: passes.inline.run(module, frozenset({"main"})),
    "optimise": lambda module: passes.optimise(module, frozenset({"main"})),
}
IDEMPOTENT = ("dead", "compact", "strength", "characters", "concatenation", "coalesce", "fuel")


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_every_pass_keeps_what_a_program_does(seed: int) -> None:
    rnd = Random(seed)
    module = random_module(rnd)
    calls = [random_arguments(rnd, module.functions["main"]) for _ in range(3)]
    text = print_module(module)
    before = behaviour(module, calls)
    if ends_at_a_limit(before):
        return  # passes lower what a program needs
    for name, run in PASSES.items():
        changed = parse_module(text)
        run(changed)
        verify(changed)
        assert behaviour(changed, calls) == before, name
        if name in IDEMPOTENT:
            once = print_module(changed)
            run(changed)
            assert print_module(changed) == once, name


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_the_pipeline_keeps_it_after_each_step(seed: int) -> None:
    """Each pass meets what the passes before it leave behind, which the front end never writes."""
    rnd = Random(seed)
    module = random_module(rnd)
    calls = [random_arguments(rnd, module.functions["main"]) for _ in range(2)]
    before = behaviour(module, calls)
    if ends_at_a_limit(before):
        return
    for name in rnd.choices(sorted(PASSES), k=8):
        PASSES[name](module)
        verify(module)
        assert behaviour(module, calls) == before, name


@pytest.mark.parametrize("name", sorted(PASSES))
def test_a_module_without_functions(name: str) -> None:
    module = Module("empty.bell")
    if name not in ("inline", "optimise"):
        PASSES[name](module)
    else:
        passes.optimise(module)
    verify(module)
