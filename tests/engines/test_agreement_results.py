"""What crosses from a program to its host, and what messages show of it, takes no more than the value itself does, and is the same from every engine."""

from __future__ import annotations

from typing import Any

import pytest

from belljar.engines.jit import Engine as JitEngine
from belljar.engines.preview import VALUES_MAX, Preview, opened
from belljar.engines.reference import ReferenceEngine
from belljar.engines.vm import Engine as VmEngine
from belljar.ir.crossing import enter
from belljar.ir.function import Module
from belljar.ir.guest import NESTING_MAX
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from belljar.types import ANY
from tests.engines.vm.agreement import agree

ENGINES = (ReferenceEngine(), VmEngine(), JitEngine())


def module(body: str, end: str = "ret %4") -> Module:
    """``f(n)`` grows ``%4`` by n levels as the body says, and ends so."""
    made = parse_module(f"""module "t.bell"
record Pair {{ left: any, right: tuple[any, str | None] }}
func @f(%0 n: int) -> (any) "f" {{
  %1: int, %2: int, %3: bool, %4 x: any, %5: list[any], %6: str, %7: tuple[any, any], %8: Pair, %9: dict[str, any], %10: bool, %11: any
^0:
  %1 = const.int 0
  %2 = const.int 1
  %6 = const.str "é"
  %10 = const.bool true
  %4 = any.from %1
  %11 = move %4
  jump ^1
^1:
  %3 = int.lt %1, %0 ; 2:3
  br %3, ^2, ^3
^2:
  {body}
  %1 = int.add %1, %2 ; 4:3
  jump ^1
^3:
  {end}
}}
""")
    fuel.run(made)
    verify(made)
    return made


LISTS = "%5 = list.of list[any], %4, %4\n  %4 = any.from %5"
TUPLES = "%7 = tuple.new tuple[any, any], %4, %4\n  %4 = any.from %7"
RECORDS = "%8 = record.new Pair, %4, %4, %10, %6\n  %4 = any.from %8"
DICTS = "%9 = dict.new dict[str, any], %2\n  dict.set %9, %6, %4\n  %4 = any.from %9"
CHAIN = "%5 = list.of list[any], %4\n  %4 = any.from %5"
SHAPES = {"lists": LISTS, "tuples": TUPLES, "records": RECORDS, "dicts": DICTS, "chain": CHAIN}


@pytest.mark.parametrize("shape", SHAPES)
def test_small_results_are_the_same(shape: str) -> None:
    for engine in ENGINES[1:]:
        for levels in (0, 1, 4, 20 if shape in ("dicts", "chain") else 6):
            (outcome,) = agree(module(SHAPES[shape]), "f", [(levels,)], engine=engine)
            assert outcome.error is None


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_what_is_held_twice_is_one_object_outside(engine: Any) -> None:
    result = engine.load(module(LISTS), Limits()).call("f", (2,)).results[0]
    assert result == [[0, 0], [0, 0]]
    assert result[0] is result[1]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize("shape", ["lists", "tuples", "records"])
def test_a_result_that_shows_more_values_than_memory_holds_is_refused(engine: Any, shape: str) -> None:
    """Forty levels of pairs are small inside and endless to whoever prints them."""
    instance = engine.load(module(SHAPES[shape]), Limits(memory=1 << 20))
    outcome = instance.call("f", (40,))
    assert outcome.results == ()
    assert (outcome.error.code, outcome.error.exit_status) == ("E0803", 3)
    assert instance.call("f", (3,)).error is None


def test_the_most_values_a_result_may_show() -> None:
    """2**n leaves and what holds them: 2**(n+1) - 2 values count, 8 bytes each."""
    most = 8 * (2**12 - 2)
    for levels, limit in ((11, 1 << 20), (16, 1 << 20), (17, 1 << 20)):
        outcomes = [engine.load(module(LISTS), Limits(memory=limit)).call("f", (levels,)) for engine in ENGINES]
        told = {
            repr(outcome.results) if outcome.error is None else (outcome.error.code, outcome.error.message, outcome.error.hint)
            for outcome in outcomes
        }
        assert len(told) == 1  # but for what was used, which the reference does not count
        assert (outcomes[0].error is None) == (8 * (2 ** (levels + 1) - 2) <= limit)
    for limit in (most, most - 1):
        outcome = ReferenceEngine().load(module(LISTS), Limits(memory=limit)).call("f", (11,))
        assert (outcome.error is None) == (limit == most)


@pytest.mark.parametrize("engine", ENGINES[1:], ids=lambda engine: engine.name)
@pytest.mark.parametrize("shape", ["chain", "dicts"])
def test_deep_results(engine: Any, shape: str) -> None:
    made = module(SHAPES[shape])
    for levels in (NESTING_MAX, NESTING_MAX + 1, NESTING_MAX + 2, 5_000):
        (outcome,) = agree(made, "f", [(levels,)], engine=engine)
        if levels <= NESTING_MAX + 1:
            assert outcome.error is None
        else:
            assert outcome.error is not None
            assert outcome.error.code == "E0804"


def test_depth_counts_where_a_shared_part_is_deepest() -> None:
    """A part met first near the top, then again far down, is as deep as it is there."""
    end = "%5 = list.of list[any], %4, %11\n  %4 = any.from %5\n  ret %4"
    body = "%11 = move %4\n  %5 = list.of list[any], %4\n  %4 = any.from %5"
    for levels in (NESTING_MAX, NESTING_MAX + 1):
        # [[...[0]...], the same without its outermost list] first, then the other way round.
        for order in (end, end.replace("%4, %11", "%11, %4")):
            for engine in ENGINES[1:]:
                (outcome,) = agree(module(body, order), "f", [(levels,)], engine=engine)
                assert (outcome.error is None) == (levels == NESTING_MAX)


def test_results_inside_themselves_are_refused() -> None:
    made = module("%5 = list.of list[any], %4\n  %4 = any.from %5\n  list.append %5, %4")
    for engine in ENGINES[1:]:
        (outcome,) = agree(made, "f", [(1,)], engine=engine)
        assert outcome.error is not None
        assert outcome.error.code == "E0804"


MESSAGES = {
    "unordered": ("%3 = any.compare 0, %4, %4 ; 9:1\n  ret %4", "E0308"),
    "no key": ("%9 = dict.new dict[str, any], %2\n  %11 = any.from %9\n  %4 = any.index %11, %4 ; 9:1\n  ret %4", ""),
    "no operator": ("%4 = any.binary 3, %4, %4 ; 9:1\n  ret %4", "E0308"),
    "not found": ('fault "E0703", %4 ; 9:1', "E0703"),
    "no format": ("%6 = any.format %4, %6 ; 9:1\n  ret %4", "E0710"),
}


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (shape, message) for shape in SHAPES for message in MESSAGES if message != "unordered" or shape in ("records", "dicts")
    ],  # the others have an order
)
def test_messages_show_the_same_of_values_of_any_size(shape: str, message: str) -> None:
    end, code = MESSAGES[message]
    made = module(SHAPES[shape], end)
    for engine in ENGINES[1:]:
        for levels in (1, 3, 9, 60):
            (outcome,) = agree(made, "f", [(levels,)], Limits(fuel=100_000), engine)
            assert outcome.error is not None
            assert len(outcome.error.message) < 1_000
            if code:
                assert outcome.error.code == code


def shown(value: Any) -> str:
    return repr(Preview(enter(value, ANY, {}), opened))


@pytest.mark.parametrize(
    "value", [[], [1, "a", None, 2.5], (), (1,), (1, [2, {"a": {3}}]), {"k": [1], "l": ()}, {7}, set(), [True, [False]], {1: {2: {3: 4}}}]
)
def test_a_preview_of_a_small_value_is_its_literal(value: Any) -> None:
    assert shown(value) == repr(value)


def test_a_preview_ends() -> None:
    text = shown(list(range(10_000)))
    assert text.startswith("[0, 1, 2, ")
    assert text.endswith(", ...]")
    assert text.count(",") <= VALUES_MAX
    assert len(shown({str(i): [i] * 5 for i in range(1_000)})) < 3_000
    assert len(shown(["x" * 100_000])) < 500
    assert shown([[["a"] * 300], 5]).endswith(", ...]], ...]")
