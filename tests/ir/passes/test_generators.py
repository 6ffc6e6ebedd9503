"""Splitting generators: against Python's own, on every engine, before and after the other passes."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belljar.engines.contract import Outcome
from belljar.engines.jit import Engine as JitEngine
from belljar.engines.reference import ReferenceEngine
from belljar.engines.vm import Engine as VmEngine
from belljar.ir import image, passes
from belljar.ir.function import Module
from belljar.ir.generator import SEND, THROW
from belljar.ir.text import parse_module, print_module
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from tests.engines.vm.agreement import agree
from tests.ir.passes.random_generators import model, random_generators, random_sent

ROOTS = frozenset({"main"})


def split(text: str) -> Module:
    """The module with its generators split, ready to run."""
    module = parse_module(text)
    verify(module)
    passes.generators.run(module)
    verify(module)
    passes.fuel.run(module)
    return module


def optimised(text: str) -> Module:
    module = passes.optimise(parse_module(text), ROOTS)
    verify(module)
    return module


def run(module: Module, engine: Any, *args: Any) -> tuple[Outcome, str]:
    output: list[str] = []
    return engine.load(module, Limits(), output.append).call("main", args), "".join(output)


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_a_split_generator_does_what_python_does(seed: int) -> None:
    rnd = Random(seed)
    text, python = random_generators(rnd)
    sent = random_sent(rnd)
    expected = model(python, 3, -4, sent)
    for module in (split(text), optimised(text)):
        outcome, output = run(module, ReferenceEngine(), 3, -4, sent)
        assert outcome.error is None, outcome.error
        assert (outcome.results[0], output) == expected


@settings(max_examples=8)
@given(st.integers(0, 2**32))
def test_engines_agree_on_split_generators(seed: int) -> None:
    rnd = Random(seed)
    text, _ = random_generators(rnd)
    sent = random_sent(rnd)
    for module in (split(text), optimised(text)):
        for engine in (VmEngine(), JitEngine()):
            (whole,) = agree(module, "main", [(3, -4, sent)], engine=engine)
            for units in (1, whole.fuel_used // 2, whole.fuel_used - 1):
                agree(module, "main", [(3, -4, sent)], Limits(fuel=units), engine)


@settings(max_examples=20)
@given(st.integers(0, 2**32))
def test_text_and_image_keep_generators(seed: int) -> None:
    text, _ = random_generators(Random(seed))
    unsplit = parse_module(text)
    printed = print_module(unsplit)
    assert print_module(parse_module(printed)) == printed
    passes.fuel.run(unsplit)
    assert print_module(image.read_image(image.write_image(unsplit))) == print_module(unsplit)
    whole = split(text)
    assert print_module(parse_module(print_module(whole))) == print_module(whole)
    assert print_module(image.read_image(image.write_image(whole))) == print_module(whole)


SELF = """module "self.bell"
record "g.frame" { state: int, value: any, inner: any }
global #0 FRAME: "g.frame"
func @step() -> (bool, int) "step" {
  %0: "g.frame", %1: int, %2: any, %3: bool, %4: int
^0:
  %0 = global.get #0
  %1 = const.int 0
  %2 = const.none
  %3, %4 = call @g.resume, %0, %1, %2 ; 9:1
  ret %3, %4
}
func @g() -> (int) generator "g.frame" "g" {
  %0: int, %1: bool, %2: int
^0:
  %0 = const.int 1
  yield %0 ; 2:1
  %1, %2 = call @step ; 3:1
  yield %2 ; 4:1
  ret
}
func @main() -> (int) "main" {
  %0: "g.frame", %1: bool, %2: int
^0:
  %0 = call @g ; 12:1
  global.set #0, %0
  %1, %2 = call @step ; 13:1
  %1, %2 = call @step ; 14:1
  ret %2
}
"""


@pytest.mark.parametrize("make", [split, optimised])
def test_a_generator_that_resumes_itself(make: Any) -> None:
    for engine in (VmEngine(), JitEngine()):
        (outcome,) = agree(make(SELF), "main", [()], engine=engine)
        assert outcome.error is not None
        assert (outcome.error.code, outcome.error.python, outcome.error.message) == ("E0765", "ValueError", "generator already executing")


def test_a_generator_that_nothing_can_resume_meanwhile_is_not_marked_running() -> None:
    text = (Path(__file__).parent / "golden" / "generators.ir").read_text(encoding="utf-8").split("===")[0]
    module = split(text)
    assert "E0765" not in print_module(module)
    assert "E0765" in print_module(split(SELF))


def test_a_frame_that_becomes_any_has_an_entry() -> None:
    """The front end's own, or one that gives a tuple of the components."""
    module = split(
        SELF.replace("(int) generator", "(int, int) generator")
        .replace("yield %0", "yield %0, %0")
        .replace("yield %2", "yield %2, %2")
        .replace('(bool, int) "step"', '(bool, int, int) "step"')
        .replace("%3, %4 = call @g.resume", "%3, %4, %1 = call @g.resume")
        .replace("ret %3, %4", "ret %3, %4, %1")
        .replace("%1, %2 = call @step ; 3:1", "%1, %2, %0 = call @step ; 3:1")
        .replace('%0: "g.frame", %1: bool, %2: int', '%0: "g.frame", %1: bool, %2: int, %3: any, %4: int')
        .replace("%1, %2 = call @step", "%1, %2, %4 = call @step")
        .replace("global.set #0, %0", "global.set #0, %0\n  %3 = any.from %0")
    )
    layout = module.records["g.frame"]
    assert (layout.resume, layout.entry) == ("g.resume", "g.entry")
    assert "tuple.new tuple[int, int]" in print_module(module)


CAUGHT = """module "caught.bell"
record "g.frame" { state: int, value: any, inner: any }
func @g(%0: int) -> (int) generator "g.frame" "g" {
  %1: int
^0:
  %1 = const.int 7
  yield %1 ; 2:1
  %1 = int.floordiv %1, %0 ; 3:1
  yield %1 ; 4:1
  ret
}
func @main(%0: int) -> (int, int, int) "main" {
  %1: "g.frame", %2: int, %3: any, %4: bool, %5: int, %6: int, %7: int
^0:
  %5 = const.int -1
  %6 = const.int -1
  %7 = const.int -1
  %2 = const.int 0
  %3 = const.none
  %1 = call @g, %0 ; 12:1
  %4, %5 = call @g.resume, %1, %2, %3 ; 13:1
  jump ^2
^1:
  exc.clear
  jump ^3
^2:
  %4, %6 = call @g.resume, %1, %2, %3 ; 14:1
  guard ^3, ^1
^3:
  %4, %7 = call @g.resume, %1, %2, %3 ; 15:1
  %7 = bool.to_int %4
  ret %5, %6, %7
}
"""


@pytest.mark.parametrize("make", [split, optimised])
def test_a_generator_that_a_fault_left_is_finished(make: Any) -> None:
    module = make(CAUGHT)
    for engine in (VmEngine(), JitEngine()):
        for divisor, expected in ((0, (7, -1, 0)), (2, (7, 3, 0))):
            (outcome,) = agree(module, "main", [(divisor,)], engine=engine)
            assert outcome.error is None
            assert outcome.results == expected


THROWN = """module "thrown.bell"
record "g.frame" { state: int, value: any, inner: any }
func @g() -> (int) generator "g.frame" "g" {
  %0: int, %1: any
^0:
  %0 = const.int 7
  yield %0 ; 2:1
  guard ^2, ^1
^1:
  %1 = exc.current
  %0 = any.to %1, int ; 3:1
  yield %0 ; 4:1
  ret
^2:
  ret
}
func @main(%0: int, %1: int) -> (int, int) "main" {
  %2: "g.frame", %3: int, %4: any, %5: bool, %6: int, %7: int
^0:
  %7 = const.int -1
  %3 = const.int 0
  %4 = any.from %0
  %2 = call @g ; 12:1
  %5, %6 = call @g.resume, %2, %3, %4 ; 13:1
  %5, %7 = call @g.resume, %2, %1, %4 ; 14:1
  %5, %6 = call @g.resume, %2, %3, %4 ; 15:1
  %6 = record.get %2, 0
  ret %7, %6
}
"""


@pytest.mark.parametrize("make", [split, optimised])
def test_an_exception_is_raised_at_the_yield_that_waits(make: Any) -> None:
    for engine in (VmEngine(), JitEngine()):
        for mode, expected in ((THROW, (40, -1)), (SEND, (0, -1))):
            (outcome,) = agree(make(THROWN), "main", [(40, mode)], engine=engine)
            assert outcome.error is None
            assert outcome.results == expected


def test_where_nothing_throws_there_is_no_code_for_it() -> None:
    thrown, sent = (print_module(split(text)).count("raise.any") for text in (THROWN, THROWN.replace("%2, %1, %4", "%2, %3, %4")))
    assert thrown > sent


def test_stop_iteration_does_not_leave_a_generator() -> None:
    """Where the program has the class: a handler makes it RuntimeError, E0767."""
    records = "".join(
        f"record {name}{base} {{ args: any }}\n" for name, base in (("BaseException", ""), ("StopIteration", "(BaseException)"))
    )
    assert "E0767" not in print_module(split(CAUGHT))
    assert "E0767" in print_module(
        split(CAUGHT.replace("record ", f"{records}record ", 1).replace("int.floordiv %1, %0", "call @f, %0") + STOPS)
    )


STOPS = """
func @f(%0: int) -> (int) "f" {
  %1: any
^0:
  %1 = any.from %0
  raise.any %1 ; 30:1
}
"""
