"""Iterators as values: what they give, what happens when their container changes meanwhile, on every engine as in CPython."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from belljar.engines.jit import Engine as JitEngine
from belljar.engines.vm import Engine as VmEngine
from belljar.ir import passes
from belljar.ir.function import Module
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from tests.engines.vm.agreement import agree

ENGINES = (VmEngine(), JitEngine())

WALK = """module "walk.bell"
func @walk(%0 it: any, %1 out: list[any]) -> () "walk" {
  %2: any, %3: bool
^0:
  jump ^1
^1:
  %2 = any.next %0 ; 2:1
  %3 = any.is_end %2
  br %3, ^3, ^2
^2:
  list.append %1, %2 ; 3:1
  jump ^1
^3:
  ret
}
func @forward(%0: any) -> (list[any]) "forward" {
  %1: list[any], %2: any, %3: int
^0:
  %3 = const.int 0
  %1 = list.new list[any], %3
  %2 = any.iter %0 ; 5:1
  call @walk, %2, %1 ; 6:1
  call @walk, %2, %1 ; 6:2
  ret %1
}
func @backward(%0: any) -> (list[any]) "backward" {
  %1: list[any], %2: any, %3: int
^0:
  %3 = const.int 0
  %1 = list.new list[any], %3
  %2 = any.reversed %0 ; 8:1
  %2 = any.iter %2 ; 9:1
  call @walk, %2, %1 ; 10:1
  ret %1
}
"""


def program(text: str) -> Module:
    module = parse_module(text)
    verify(module)
    fuel.run(module)
    return module


def everywhere(module: Module, function: str, *args: Any) -> Any:
    """The result on all engines, or (code, message) of the error; every limit of fuel ends alike."""
    for engine in ENGINES:
        (outcome,) = agree(module, function, [args], engine=engine)
        for units in {1, outcome.fuel_used // 2, max(outcome.fuel_used - 1, 1)}:
            agree(module, function, [args], Limits(fuel=units), engine)
    return (outcome.error.code, outcome.error.message) if outcome.error else outcome.results[0]


VALUES: tuple[Any, ...] = (
    [],
    [1, "a", 2.5, None, 2**63 - 1],
    (),
    (1, (2, 3)),
    "",
    "abc",
    "aé\u20ac\U0001f600",
    range(0),
    range(3, 20, 4),
    range(10, -3, -5),
    range(2**63 - 3, 2**63 - 1),
    range(-(2**63), 2**63 - 1, 2**62),
    {},
    {"a": 1, 2: "b", None: 2.5},
)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_walks_both_ways(value: Any) -> None:
    module = program(WALK)
    assert everywhere(module, "forward", value) == list(value)
    assert everywhere(module, "backward", value) == list(reversed(value))


def test_walks_of_sets() -> None:
    assert sorted(everywhere(program(WALK), "forward", {1, 2, 3, 2**62, 5})) == [1, 2, 3, 5, 2**62]


@pytest.mark.parametrize("type", ["dict[str, int]", "dict[int, float]", "dict[bool, str]", "dict[any, any]"])
def test_views(type: str) -> None:
    """Views of typed dicts, walked both ways, measured, printed and walked again after a change."""
    samples: dict[str, dict[Any, Any]] = {
        "dict[str, int]": {"a": 2**63 - 1, "b": 2},
        "dict[int, float]": {2**62: 0.5, -1: 1e300},
        "dict[bool, str]": {False: "x", True: "y"},
        "dict[any, any]": {None: [1], (1, "t"): {}},
    }
    sample = samples[type]
    for which, name in enumerate(("keys", "values", "items")):
        module = program(
            WALK
            + f"""
func @main(%0: {type}) -> (list[any], list[any], int, str, bool, str) "main" {{
  %1: any, %2: list[any], %3: list[any], %4: int, %5: str, %6: bool, %7: any, %8: str
^0:
  %1 = any.view {which}, %0 ; 20:1
  %2 = call @forward, %1 ; 21:1
  %3 = call @backward, %1 ; 22:1
  %4 = any.len %1 ; 23:1
  %5 = any.repr %1 ; 24:1
  %6 = any.truth %1
  dict.clear %0
  %6 = any.truth %1
  %8 = any.type_name %1
  ret %2, %3, %4, %5, %6, %8
}}
"""
        )
        view = getattr(sample, name)()
        for engine in ENGINES:
            (outcome,) = agree(module, "main", [(sample,)], engine=engine)
            assert outcome.error is None
            assert outcome.results == (list(view), list(reversed(view)), 2, repr(view), False, f"dict_{name}")


CHANGED = """
func @main(%0: {type}, %1 steps: int) -> (list[any]) "main" {{
  %2: list[any], %3: any, %4: any, %5: bool, %6: int, %7: int, %8: any, %9: any, %10: int, %11: bool
^0:
  %6 = const.int 0
  %2 = list.new list[any], %6
  %8 = any.from %0
  %3 = {walk} %8 ; 20:1
  jump ^1
^1:
  %5 = int.lt %6, %1
  br %5, ^2, ^4
^2:
  %4 = any.next %3 ; 21:1
  %11 = any.is_end %4
  br %11, ^4, ^3
^3:
  list.append %2, %4
  %7 = const.int 1
  %6 = int.add %6, %7
  jump ^1
^4:
{change}
  call @walk, %3, %2 ; 30:1
  ret %2
}}
"""


def model(walk: Callable[[Any], Any], change: Callable[[Any], Any], value: Any, steps: int) -> Any:
    out = []
    try:
        walking = walk(value)
        for _ in range(steps):
            item = next(walking, None)
            if item is None:
                break
            out.append(item)
        change(value)
        out += walking
    except RuntimeError as error:
        return "E0766", str(error)
    return out


LISTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "append": ("  %9 = any.from %1\n  list.append %0, %9", lambda items: items.append(STEPS[0])),
    "clear": ("  list.clear %0", lambda items: items.clear()),
    "reverse": ("  list.reverse %0", lambda items: items.reverse()),
}
STEPS = [0]


@pytest.mark.parametrize("change", LISTS)
@pytest.mark.parametrize("walk", ["any.iter", "any.reversed"])
def test_lists_that_change(change: str, walk: str) -> None:
    text, changing = LISTS[change]
    module = program(WALK + CHANGED.format(type="list[any]", walk=walk, change=text))
    for steps in (0, 1, 3, 4):
        STEPS[0] = steps
        expected = model(iter if walk == "any.iter" else reversed, changing, [7, 8, 9], steps)
        assert everywhere(module, "main", [7, 8, 9], steps) == expected


DICTS: dict[str, tuple[str, Callable[[dict[int, int]], Any]]] = {
    "add": ("  %10 = const.int 99\n  dict.set %0, %10, %10", lambda table: table.update({99: 99})),
    "assign": ("  %10 = const.int 2\n  dict.set %0, %10, %10", lambda table: table.update({2: 2})),
    "remove": ("  %10 = const.int 2\n  %5 = dict.remove %0, %10", lambda table: table.pop(2)),
    "clear": ("  dict.clear %0", lambda table: table.clear()),
}


@pytest.mark.parametrize("change", DICTS)
@pytest.mark.parametrize("walk", ["any.iter", "any.reversed"])
def test_dicts_that_change(change: str, walk: str) -> None:
    text, changing = DICTS[change]
    module = program(WALK + CHANGED.format(type="dict[int, int]", walk=walk, change=text))
    for steps in (0, 1, 3):
        expected = model(iter if walk == "any.iter" else reversed, changing, {1: 1, 2: 2, 3: 3}, steps)
        assert everywhere(module, "main", {1: 1, 2: 2, 3: 3}, steps) == expected


def test_keys_that_change_in_equal_number() -> None:
    """The walk goes on, and ends with an error where it meets more keys than there were; which keys it meets depends on when the table grows."""

    def exchange(table: dict[int, int]) -> None:
        del table[1]
        table[50] = 50

    text = "  %10 = const.int 1\n  %5 = dict.remove %0, %10\n  %10 = const.int 50\n  dict.set %0, %10, %10"
    module = program(WALK + CHANGED.format(type="dict[int, int]", walk="any.iter", change=text))
    for size in (3, 5, 6, 11, 12, 24):
        table = {number: number for number in range(size)}
        assert everywhere(module, "main", table, 2) == model(iter, exchange, dict(table), 2)


def test_sets_that_change() -> None:
    changes = {
        "  %10 = const.int 99\n  set.add %0, %10": True,
        "  %10 = const.int 2\n  set.add %0, %10": False,
        "  %10 = const.int 2\n  %5 = set.remove %0, %10": True,
    }
    for text, is_error in changes.items():
        module = program(WALK + CHANGED.format(type="set[int]", walk="any.iter", change=text))
        found = everywhere(module, "main", {1, 2, 3}, 1)
        assert found == ("E0766", "Set changed size during iteration") if is_error else sorted(found) == [1, 2, 3]


def test_what_has_ended_stays_at_its_end() -> None:
    """Also when its list has grown meanwhile: the second walk of the iterator adds nothing."""
    text = "  %9 = any.from %1\n  call @walk, %3, %2\n  list.append %0, %9"
    module = program(WALK + CHANGED.format(type="list[any]", walk="any.iter", change=text))
    assert everywhere(module, "main", [7, 8], 0) == [7, 8]


@pytest.mark.parametrize(
    ("op", "value", "message"),
    [
        ("any.iter", 5, "'int' object is not iterable"),
        ("any.iter", None, "'NoneType' object is not iterable"),
        ("any.next", [1], "'list' object is not an iterator"),
        ("any.next", 2.5, "'float' object is not an iterator"),
        ("any.reversed", {1}, "'set' object is not reversible"),
        ("any.reversed", True, "'bool' object is not reversible"),
    ],
)
def test_refusals(op: str, value: Any, message: str) -> None:
    module = program(
        f'module "m"\nfunc @main(%0: any) -> (any) "main" {{\n  %1: any, %2: list[any]\n^0:\n  %2 = list.of list[any], %0\n  %1 = {op} %0 ; 1:1\n  ret %1\n}}\n'
    )
    assert everywhere(module, "main", value) == ("E0780", message)


def test_iterators_live_while_they_are_walked() -> None:
    """The container is reachable through its iterator alone, and garbage is collected at every step."""
    module = program(
        WALK
        + """
func @made(%0: int) -> (any) "made" {
  %1: list[any], %2: any, %3: str, %4: any
^0:
  %3 = int.to_str %0
  %2 = any.from %3
  %1 = list.of list[any], %2, %2
  %4 = any.from %1
  %4 = any.iter %4 ; 20:1
  ret %4
}
func @main(%0: int) -> (list[any]) "main" {
  %1: list[any], %2: any, %3: int
^0:
  %3 = const.int 0
  %1 = list.new list[any], %3
  %2 = call @made, %0 ; 21:1
  call @walk, %2, %1 ; 22:1
  ret %1
}
"""
    )
    assert everywhere(module, "main", 123456) == ["123456", "123456"]


# --- generators as values ---------------------------------------------------------------------------------------------------------

GENERATORS = (
    WALK.replace(
        "func @walk",
        """record "up.frame" { state: int, value: any, inner: any }
record "pairs.frame" { state: int, value: any, inner: any }
record "failing.frame" { state: int, value: any, inner: any }
record "nested.frame" { state: int, value: any, inner: any }
func @up(%0 n: int) -> (any) generator "up.frame" "up" {
  %1: any, %2: int, %3: bool, %4: int, %5: str
^0:
  %2 = const.int 0
  jump ^1
^1:
  %3 = int.lt %2, %0
  br %3, ^2, ^3
^2:
  %5 = int.to_str %2
  io.write %5 ; 40:1
  %1 = any.from %2
  yield %1 ; 41:1
  %4 = const.int 1
  %2 = int.add %2, %4
  jump ^1
^3:
  ret
}
func @pairs(%0 s: str) -> (int, str) generator "pairs.frame" "pairs" {
  %1: int
^0:
  %1 = str.len %0
  yield %1, %0 ; 51:1
  yield %1, %0 ; 52:1
  ret
}
func @failing() -> (int) generator "failing.frame" "failing" {
  %0: int, %1: int
^0:
  %0 = const.int 0
  yield %0 ; 61:1
  %0 = int.floordiv %0, %0 ; 62:1
  yield %0
  ret
}
func @nested(%0 depth: int) -> (any) generator "nested.frame" "nested" {
  %1: any, %2: any, %3: int, %4: bool, %5: "nested.frame"
^0:
  %3 = const.int 0
  %4 = int.gt %0, %3
  br %4, ^1, ^4
^1:
  %3 = const.int 1
  %3 = int.sub %0, %3
  %5 = call @nested, %3 ; 71:1
  %2 = any.from %5
  jump ^2
^2:
  %1 = any.next %2 ; 72:1
  %4 = any.is_end %1
  br %4, ^4, ^3
^3:
  yield %1 ; 73:1
  jump ^2
^4:
  %1 = any.from %0
  yield %1 ; 74:1
  ret
}
func @walk""",
        1,
    )
    + """
func @made(%0 which: int, %1 n: int) -> (any) "made" {
  %2: bool, %3: int, %4: "up.frame", %5: "pairs.frame", %6: "failing.frame", %7: any, %8: str, %9: "nested.frame"
^0:
  %3 = const.int 1
  %2 = int.lt %0, %3
  br %2, ^1, ^2
^1:
  %4 = call @up, %1
  %7 = any.from %4
  ret %7
^2:
  %2 = int.eq %0, %3
  br %2, ^3, ^4
^3:
  %8 = int.to_str %1
  %5 = call @pairs, %8
  %7 = any.from %5
  ret %7
^4:
  %3 = const.int 2
  %2 = int.eq %0, %3
  br %2, ^5, ^6
^5:
  %6 = call @failing
  %7 = any.from %6
  ret %7
^6:
  %9 = call @nested, %1
  %7 = any.from %9
  ret %7
}
func @main(%0 which: int, %1 n: int) -> (list[any], str, str) "main" {
  %2: any, %3: list[any], %4: str, %5: str
^0:
  %2 = call @made, %0, %1
  %3 = call @forward, %2 ; 81:1
  %4 = any.repr %2
  %5 = any.type_name %2
  ret %3, %4, %5
}
func @taken(%0 which: int, %1 n: int) -> (list[any]) "taken" {
  %2: any, %3: list[any], %4: int
^0:
  %4 = const.int 0
  %3 = list.new list[any], %4
  %2 = call @made, %0, %1
  %2 = any.iter %2
  list.extend_any %3, %2 ; 91:1
  list.extend_any %3, %2 ; 92:1
  ret %3
}
func @unpacked(%0 which: int, %1 n: int) -> (list[any]) "unpacked" {
  %2: any, %3: list[any]
^0:
  %2 = call @made, %0, %1
  %3 = any.unpack %2, 1, true, 1 ; 95:1
  ret %3
}
func @two(%0 which: int, %1 n: int) -> (list[any]) "two" {
  %2: any, %3: list[any]
^0:
  %2 = call @made, %0, %1
  %3 = any.unpack %2, 2, false, 0 ; 96:1
  ret %3
}
func @shown(%0 which: int, %1 n: int) -> (any) "shown" {
  %2: any
^0:
  %2 = call @made, %0, %1
  ret %2
}
"""
)


def generators(optimised: bool) -> Module:
    module = parse_module(GENERATORS)
    verify(module)
    if optimised:
        passes.optimise(module, frozenset({"main", "taken", "unpacked", "two", "shown"}))
    else:
        passes.generators.run(module)
        fuel.run(module)
    verify(module)
    return module


@pytest.mark.parametrize("optimised", [False, True])
def test_generators_as_values(optimised: bool) -> None:
    module = generators(optimised)
    assert everywhere_all(module, "main", 0, 3) == ([0, 1, 2], "<generator object up>", "generator")
    assert everywhere(module, "main", 1, 42) == [(2, "42"), (2, "42")]
    assert everywhere(module, "main", 2, 0)[0] == "E0501"
    assert everywhere(module, "main", 3, 5) == [0, 1, 2, 3, 4, 5]
    assert everywhere(module, "taken", 0, 3) == [0, 1, 2]
    assert everywhere(module, "taken", 2, 3)[0] == "E0501"
    assert everywhere(module, "unpacked", 0, 5) == [0, [1, 2, 3], 4]
    assert everywhere(module, "unpacked", 0, 1) == ("E0768", "not enough values to unpack (expected at least 2, got 1)")
    assert everywhere(module, "unpacked", 0, 0) == ("E0768", "not enough values to unpack (expected at least 2, got 0)")
    assert everywhere(module, "two", 0, 2) == [0, 1]
    assert everywhere(module, "two", 0, 1) == ("E0768", "not enough values to unpack (expected 2, got 1)")
    assert everywhere(module, "two", 0, 9) == ("E0768", "too many values to unpack (expected 2)")
    assert repr(everywhere(module, "shown", 0, 9)) == "<generator object up>"


def test_generators_walked_by_generators_meet_the_limit_of_depth() -> None:
    module = generators(True)
    for engine in ENGINES:
        for function in ("main", "taken"):
            (outcome,) = agree(module, function, [(3, 200)], Limits(depth=50), engine)
            assert outcome.error is not None
            assert outcome.error.code == "E0804"


def everywhere_all(module: Module, function: str, *args: Any) -> Any:
    for engine in ENGINES:
        (outcome,) = agree(module, function, [args], engine=engine)
        assert outcome.error is None
    return outcome.results
