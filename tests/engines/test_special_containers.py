"""Records in lists, dicts and sets: found, counted and sorted by their own methods, which may change the container meanwhile; on every engine, as in CPython."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import belljar
from belljar.engines.jit import Engine as Jit
from belljar.engines.vm import Engine as Vm
from belljar.safety.limits import Limits
from tests.engines.special_classes import Classes, body_ir, classes_ir, module_of, python_classes, python_outcome, steps
from tests.engines.vm.agreement import agree, seen

ENGINES = (Vm(), Jit())
CASES: dict[str, tuple[tuple[str, ...], Callable[[list[Any], dict[Any, Any], set[Any]], Any]]] = {
    "count": (("%4 = list.get %34, %35", '%10 = any.call_method "count", "", %39, %4'), lambda xs, d, s: xs.count(xs[0])),
    "index": (("%4 = any.index %39, %44", '%10 = any.call_method "index", "", %39, %4'), lambda xs, d, s: xs.index(xs[-1])),
    "remove": (("%4 = any.index %39, %44", '%10 = any.call_method "remove", "", %39, %4'), lambda xs, d, s: xs.remove(xs[-1])),
    "in": (("%4 = any.index %39, %44", "%18 = any.contains %39, %4", "%10 = any.from %18"), lambda xs, d, s: xs[-1] in xs),
    "typed find": (
        ("%4 = any.index %39, %44", "%18 = list.contains %34, %4", "%17 = list.count %34, %4", "%10 = any.from %17"),
        lambda xs, d, s: (xs[-1] in xs, xs.count(xs[-1]))[1],
    ),
    "sort": (('%10 = any.call_method "sort", "", %39', "%10 = move %39"), lambda xs, d, s: (xs.sort(), xs)[1]),
    "repr": (("%10 = move %39",), lambda xs, d, s: xs),
    "equal": (
        ("%43 = list.slice %34, %33, %33, %33", "%4 = any.from %43", "%18 = any.eq %39, %4", "%10 = any.from %18"),
        lambda xs, d, s: xs == list(xs),
    ),
    "extend": (("%44 = any.index %39, %44", "%10 = any.in_place 0, %6, %6"), lambda xs, d, s: None),
}
KEYED: dict[str, tuple[tuple[str, ...], Callable[[list[Any], dict[Any, Any], set[Any]], Any]]] = {}


def keyed(step: str, rest: tuple[str, ...]) -> tuple[str, ...]:
    """The step for each of three objects, then the rest."""
    lines: list[str] = []
    for place in range(3):
        lines += [f"%17 = const.int {place}", "%4 = list.get %34, %17", step]
    return (*lines, *rest)


def each(function: Callable[[Any], Any], result: Callable[[], Any]) -> Any:
    for _ in range(1):
        pass
    return result()


def check(
    classes: Classes,
    lines: tuple[str, ...],
    function: Callable[..., Any],
    xs: list[Any],
    cls: int = 0,
    limits: bool = False,
    calls: bool = True,
    python: bool = True,
) -> None:
    """``calls``: CPython calls the same methods in the same order; ``python``: it gives the same."""
    module = module_of(
        classes_ir(classes)
        + body_ir(steps("%44 = any.from %99".replace("%99", "%45"), *lines))
        .replace("%44: any\n", "%44: any, %45: int\n")
        .replace("  jump ^1\n", "  %45 = const.int -1\n  jump ^1\n", 1)
        .replace("%44 = any.from %45 ; 1:1", "%44 = any.from %45\n  %18 = any.truth %44 ; 1:1")
    )
    log: list[str] = []
    made = list(python_classes(classes, log).values())[cls]
    kept = log

    def run() -> Any:
        nonlocal kept
        found = function([made(list(x) if isinstance(x, list) else x) for x in xs], {}, set())
        kept = list(log)
        return found

    wanted = (python_outcome(run), kept)
    for engine in ENGINES:
        (outcome,) = agree(module, "g", [[cls, xs]], engine=engine)
        found = outcome.error.message if outcome.error else outcome.results
        assert not python or (found if calls else found[0]) == (wanted if calls else wanted[0]), (engine.name, classes, lines, xs)
        if limits:
            for units in range(1, outcome.fuel_used, max(outcome.fuel_used // 20, 1)):
                agree(module, "g", [[cls, xs]], Limits(fuel=units), engine)
            instance = engine.load(module, Limits())
            instance.set_stress(True)
            assert seen(instance.call("g", [cls, xs])) == seen(outcome)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    "methods",
    [{}, {"__eq__": False}, {"__eq__": True}, {"__eq__": "NI"}, {"__eq__": "boom"}, {"__repr__": "shown", "__eq__": "NI"}],
    ids=str,
)
def test_lists_of_records(name: str, methods: dict[str, Any]) -> None:
    lines, function = CASES[name]
    if name in ("sort", "extend"):
        return
    check({"A": ("", methods)}, lines, function, [3, 1, 2, 1], limits=name in ("index", "repr"))


@pytest.mark.parametrize("methods", [{"__lt__": "=fields"}, {}, {"__lt__": "boom"}, {"__lt__": "NI", "__gt__": "NI"}], ids=str)
def test_sorting(methods: dict[str, Any]) -> None:
    lines, function = CASES["sort"]
    check({"A": ("", methods)}, lines, function, [3, 1, 2, 1, 0, 5, 4], limits=True, calls=False)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=80))
def test_long_lists_are_sorted_by_their_own_order(xs: list[int]) -> None:
    lines, function = CASES["sort"]
    check({"A": ("", {"__lt__": "=fields"})}, lines, function, xs)


PUT = "any.set_index %5, %4, %4"
DICTS: dict[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "keys": (keyed(PUT, ("%10 = move %5",)), lambda xs, d, s: ([d.__setitem__(x, x) for x in xs], d)[1]),
    "looked up": (
        keyed(PUT, ("%10 = any.index %5, %4",)),
        lambda xs, d, s: ([d.__setitem__(x, x) for x in xs], d[xs[-1]])[1],
    ),
    "removed": (
        keyed(PUT, ("any.del_index %5, %4", "%10 = move %5")),
        lambda xs, d, s: ([d.__setitem__(x, x) for x in xs], d.__delitem__(xs[-1]), d)[2],
    ),
    "popped": (
        keyed(PUT, ('%10 = any.call_method "pop", "", %5, %4',)),
        lambda xs, d, s: ([d.__setitem__(x, x) for x in xs], d.pop(xs[-1]))[1],
    ),
    "popitem": (
        keyed(PUT, ('%10 = any.call_method "popitem", "", %5',)),
        lambda xs, d, s: ([d.__setitem__(x, x) for x in xs], d.popitem())[1],
    ),
    "setdefault": (
        keyed('%10 = any.call_method "setdefault", "", %5, %4, %6', ("%10 = move %5",)),
        lambda xs, d, s: ([d.setdefault(x, s) for x in xs], d)[1],
    ),
    "copied": (
        keyed(PUT, ('%10 = any.call_method "copy", "", %5',)),
        lambda xs, d, s: ([d.__setitem__(x, x) for x in xs], d.copy())[1],
    ),
    "equal": (
        keyed(PUT, ('%4 = any.call_method "copy", "", %5', "%18 = any.eq %5, %4", "%10 = any.from %18")),
        lambda xs, d, s: ([d.__setitem__(x, x) for x in xs], d == d.copy())[1],
    ),
    "in a set": (keyed("set.add %41, %4", ("%10 = move %6",)), lambda xs, d, s: ([s.add(x) for x in xs], s)[1]),
    "sought in a set": (
        keyed("set.add %41, %4", ("%18 = set.contains %41, %4", "%10 = any.from %18")),
        lambda xs, d, s: ([s.add(x) for x in xs], xs[-1] in s)[1],
    ),
    "taken out of a set": (
        keyed("set.add %41, %4", ("%18 = set.remove %41, %4", "%10 = move %6")),
        lambda xs, d, s: ([s.add(x) for x in xs], s.discard(xs[-1]), s)[2],
    ),
}


@pytest.mark.parametrize("name", DICTS)
@pytest.mark.parametrize(
    "methods",
    [
        {},
        {"__hash__": "=fields"},
        {"__hash__": "x"},
        {"__hash__": 7, "__eq__": False},
        {"__hash__": 7, "__eq__": True},
        {"__hash__": 7, "__eq__": "NI"},
        {"__hash__": "boom"},
        {"__hash__": 7, "__eq__": "boom"},
        {"__hash__": -1},
    ],
    ids=str,
)
def test_records_as_keys(name: str, methods: dict[str, Any]) -> None:
    lines, function = DICTS[name]
    check(
        {"A": ("", methods)},
        lines,
        function,
        [3, 1, 3],
        limits=name in ("looked up", "sought in a set") and methods.get("__hash__") == 7,
        calls=name != "equal",
    )


def test_hashed_by_identity() -> None:
    """In the order they were made, wherever they are compared with themselves."""
    classes = {"A": ("", {"__hash__": "=object", "__eq__": "=object"})}
    module = module_of(classes_ir(classes) + body_ir(steps(*keyed("set.add %41, %4", ("%10 = move %6",)))))
    for engine in ENGINES:
        (outcome, again) = agree(module, "g", [[0, [3, 1, 3]]] * 2, engine=engine)
        assert outcome.results == again.results == ("{A(x=3), A(x=1), A(x=3)}", [])


MINE = 'any.set_attr %4, "x", %39'
CHANGED: dict[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "count": (("%4 = any.index %39, %44", '%10 = any.call_method "count", "", %39, %4'), lambda xs, d, s: xs.count(xs[-1])),
    "index": (("%4 = any.index %39, %44", '%10 = any.call_method "index", "", %39, %4, %44'), lambda xs, d, s: xs.index(xs[-1], -1)),
    "remove": (("%4 = any.index %39, %44", '%10 = any.call_method "remove", "", %39, %4'), lambda xs, d, s: xs.remove(xs[-1])),
    "in": (("%4 = any.index %39, %44", "%18 = any.contains %39, %4", "%10 = any.from %18"), lambda xs, d, s: xs[-1] in xs),
    "equal": (
        (
            "%43 = list.slice %34, %33, %33, %33",
            "%4 = any.from %43",
            "%17 = const.int 0",
            "%45 = const.int 0",
            "%10 = call @make, %45, %39",
            "list.set %43, %17, %10",
            "%18 = any.eq %39, %4",
            "%10 = any.from %18",
        ),
        lambda xs, d, s: (lambda ys: (ys.__setitem__(0, with_x(type(xs[0]), xs)), xs == ys)[1])(list(xs)),
    ),
    "sort": (('%10 = any.call_method "sort", "", %39',), lambda xs, d, s: xs.sort()),
}


def with_x(cls: Any, x: Any) -> Any:
    return cls(x)


@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.parametrize("act", ["clear", "grow"])
def test_lists_that_are_changed_while_they_are_searched(name: str, act: str) -> None:
    """The objects have the list they are in as their ``x``."""
    lines, function = CHANGED[name]
    if act == "grow" and name == "count":
        return  # without end
    methods = {"__lt__" if name == "sort" else "__eq__": act}
    ties = [line for place in range(3) for line in (f"%17 = const.int {place}", "%4 = list.get %34, %17", MINE)]

    def run(xs: list[Any], d: Any, s: Any) -> Any:
        for x in xs:
            x.x = xs
        return function(xs, d, s)

    check({"A": ("", methods)}, (*ties, *lines), run, [3, 1, 2], limits=True, calls=name != "sort")


@pytest.mark.parametrize("act", ["clear", "boom", False, True])
@pytest.mark.parametrize("name", ["keys", "looked up", "removed", "popped", "setdefault"])
def test_dicts_that_are_changed_while_they_are_probed(name: str, act: Any) -> None:
    lines, function = DICTS[name]
    ties = [line for place in range(3) for line in (f"%17 = const.int {place}", "%4 = list.get %34, %17", 'any.set_attr %4, "x", %5')]

    def run(xs: list[Any], d: Any, s: Any) -> Any:
        for x in xs:
            x.x = d
        found = function(xs, d, s)
        return len(found) if isinstance(found, dict) else type(found).__name__

    shown = ("%11 = any.type_name %10", "%10 = any.from %11")
    counted = ("%17 = any.len %10", "%10 = any.from %17")
    # CPython 3.11 puts the first key behind a clear into a table for strings, where it does not find it again.
    check(
        {"A": ("", {"__hash__": 7, "__eq__": act})},
        (*ties, *lines, *(counted if lines[-1] == "%10 = move %5" else shown)),
        run,
        [3, 1, 2],
        limits=True,
        python=act != "clear",
    )


GROWING = """\
table = {}
class Key:
    def __init__(self, x): self.x = x
    def __hash__(self): return 1
    def __eq__(self, other):
        print("eq", self.x, getattr(other, "x", None))
        if len(table) < 40:
            table[len(table) + 100] = 0
        return self.x == other.x if isinstance(other, Key) else False
for x in (1, 2, 1, 3, 2, 1):
    table[Key(x)] = x
print(table[Key(1)], table[Key(2)], len(table), table.pop(Key(1)), len(table), Key(1) in table)
"""


def test_a_dict_that_grows_while_its_keys_are_compared() -> None:
    """Only where CPython's tables grow does it matter when: here all engines must do the same."""
    seen = set()
    for engine in ("reference", "vm", "jit"):
        out: list[str] = []
        belljar.compile(GROWING, cache=False).run(engine=engine, write=out.append)
        seen.add("".join(out))
    assert len(seen) == 1
    assert "eq 1 2" in seen.pop()
