"""Functions as values, on every engine: function objects and what they capture."""

from __future__ import annotations

from typing import Any

import pytest

from belljar.engines.jit import Engine as Jit
from belljar.engines.vm import Engine as Vm
from belljar.ir.image import read_image, write_image
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module, print_module
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from belljar.values import Callable
from tests.engines.vm.agreement import UNLIMITED, agree

ENGINES = {"vm": Vm, "jit": Jit}


def module_of(text: str) -> Any:
    module = parse_module('module "functions"\n' + text)
    verify(module)
    assert print_module(parse_module(print_module(module))) == print_module(module)
    fuel.run(module)
    assert print_module(read_image(write_image(module))) == print_module(module)
    return module


def run(text: str, *calls: list[Any], function: str = "f", limits: Limits = UNLIMITED, stress: bool = False) -> list[Any]:
    """What the calls gave, the same on all engines."""
    module = module_of(text)
    found = [agree(module, function, calls, limits, engine()) for engine in ENGINES.values()]
    assert [[outcome.results for outcome in outcomes] for outcomes in found[:1]] == [[outcome.results for outcome in found[1]]]
    return [outcome.error.message if outcome.error else outcome.results[0] for outcome in found[0]]


CAPTURED = """
signature @add "outer.<locals>.add"(x) = @add.call
func @add.call(%0: any, %1: any) -> (any) "add" {
^0:
  ret %1
}
func @f(%0: int, %1: str) -> (any, int, str, bool, bool) "f" {
  %2: fn[@add](int, str, any)
  %3: any
  %4: fn[@add](int, str, any)
  %5: int
  %6: str
  %7: bool
  %8: any
  %9: bool
  %10: function
^0:
  %8 = any.from %1
  %2 = fn.new fn[@add](int, str, any), %0, %1, %8
  %3 = any.from %2
  %10 = any.to %3, function
  %4 = any.to %3, fn[@add](int, str, any)
  %5 = fn.get %4, 0
  %6 = fn.get %4, 1
  %7 = any.is %3, function
  %9 = ref.is %4, %10
  ret %3, %5, %6, %7, %9
}
"""


def test_a_function_keeps_what_it_captured() -> None:
    module = module_of(CAPTURED)
    for engine in ENGINES.values():
        (outcome,) = agree(module, "f", [[7, "seven"]], UNLIMITED, engine())
        assert outcome.results == (Callable("function", "outer.<locals>.add"), 7, "seven", True, True)


@pytest.mark.parametrize(
    "signature",
    [
        '@s "s"(a, b, /, c = #0, *args, d, e = #1, **kwargs) = @s.call',
        '@s "s"(a, /) = @s.call',
        '@s "s"(*, a) = @s.call',
        '@s "s"(*args, a) = @s.call',
        '@s "s"(**kwargs) = @s.call',
        '@s "s"() = @s.call for P',
    ],
)
def test_a_signature_reads_as_it_is_printed(signature: str) -> None:
    text = f'module "m"\nrecord P {{ }}\nsignature {signature}\n'
    assert print_module(parse_module(text)) == text
