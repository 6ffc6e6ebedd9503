"""The VM against the reference engine: every op by example, and random programs."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belljar.engines.vm import Engine
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from tests.engines.examples import Example, arguments_of, module_of
from tests.engines.op_examples import EXAMPLES
from tests.engines.vm.agreement import agree, seen
from tests.engines.vm.random_programs import random_arguments, random_module


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_every_example(example: Example) -> None:
    (outcome, again) = agree(module_of(example), "f", [arguments_of(example)] * 2)
    assert (outcome.error.code if outcome.error else "") == example.fault
    assert outcome.fuel_used == again.fuel_used


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_every_example_while_garbage_is_collected(example: Example) -> None:
    """A collection at every allocation changes nothing: what an op needs is rooted."""
    instance = Engine().load(module_of(example), Limits())
    calm = seen(instance.call("f", arguments_of(example)))
    instance.set_stress(True)
    assert seen(instance.call("f", arguments_of(example))) == calm


@settings(max_examples=75)
@given(st.randoms(use_true_random=False))
def test_random_programs(rnd: Random) -> None:
    module = random_module(rnd)
    verify(module)
    main = module.functions["main"]
    calls = [random_arguments(rnd, main) for _ in range(3)]
    for outcome in agree(module, "main", calls):
        # The same programs stop at the same op whatever the limit.
        if outcome.fuel_used > 1:
            fuel = rnd.randint(1, outcome.fuel_used)
            agree(module, "main", calls[:1], Limits(fuel=fuel, depth=rnd.choice((1, 2, 1000))))
