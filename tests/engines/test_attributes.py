"""Attributes of values that are only known while running, on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from belljar.engines.jit import Engine as Jit
from belljar.engines.vm import Engine as Vm
from belljar.safety.limits import Limits
from belljar.values import Callable, Record
from tests.engines.test_functions import module_of, run
from tests.engines.vm.agreement import agree

CLASSES = """
record Box { width: any, height: int, label: str | None, place: tuple[int, float], late: any, tag: any } with method area @Box.area, property double @Box.double @Box.set_double, property fixed @Box.double, property fails @Box.fails, property maker @Box.maker, staticmethod half @Box.half, classmethod make #1, variable count #0, variable tag #3, variable helper #2, variable __class__ #4
record Plain { x: any }
signature @Box.area "Box.area"(self, times) = @Box.area
func @Box.area(%0: any, %1: any, %2: any) -> (any) "area" {
  %3: any, %4: any
^0:
  %3 = any.get_attr %1, "width"
  %4 = any.binary 2, %3, %2
  ret %4
}
signature @Box.double "Box.double"(self) = @Box.double
func @Box.double(%0: any, %1: any) -> (any) "double" {
  %2: any, %3: any
^0:
  %2 = any.get_attr %1, "width"
  %3 = any.binary 0, %2, %2
  ret %3
}
signature @Box.set_double "Box.double"(self, value) = @Box.set_double
func @Box.set_double(%0: any, %1: any, %2: any) -> (any) "double" {
  %3: any
^0:
  any.set_attr %1, "width", %2
  %3 = const.none
  ret %3
}
signature @Box.fails "Box.fails"(self) = @Box.fails
func @Box.fails(%0: any, %1: any) -> (any) "fails" {
  %2: any
^0:
  %2 = any.get_attr %1, "nowhere"                        ; 7:5
  ret %2
}
signature @Box.maker "Box.maker"(self) = @Box.maker
func @Box.maker(%0: any, %1: any) -> (any) "maker" {
  %2: any
^0:
  %2 = any.get_attr %1, "area"
  ret %2
}
signature @Box.half "Box.half"(value) = @Box.half
func @Box.half(%0: any, %1: any) -> (any) "half" {
  ^0:
  ret %1
}
signature @Box.make "Box.make"(cls, value = #0) = @Box.make
func @Box.make(%0: any, %1: any, %2: any) -> (any) "make" {
  %3: tuple[any, any], %4: any
^0:
  %3 = tuple.new tuple[any, any], %1, %2
  %4 = any.from %3
  ret %4
}
signature @helper "helper"(self) = @Box.half
signature @Box "Box.__init__"(width) = @Box.half for Box
global #0 count: any
global #1 make: any
global #2 helper: any
global #3 tag: any
global #4 Box: fn[@Box]()
func @init() -> () "init" {
  %0: int, %1: any, %2: fn[@Box.make](any), %3: fn[@helper](), %4: fn[@Box](), %5: any, %6: str
^0:
  %0 = const.int 7
  %1 = any.from %0
  global.set #0, %1
  %2 = fn.new fn[@Box.make](any), %1
  %5 = any.from %2
  global.set #1, %5
  %3 = fn.new fn[@helper]()
  %5 = any.from %3
  global.set #2, %5
  %6 = const.str "none"
  %5 = any.from %6
  global.set #3, %5
  %4 = fn.new fn[@Box]()
  global.set #4, %4
  ret
}
func @object(%0: any) -> (any) "object" {
  %1: any, %2: Box, %3: int, %4: bool, %5: str, %6: float, %7: fn[@Box](), %8: any, %9: any, %10: any, %11: bool
^0:
  %9 = const.none
  %11 = any.is_same %0, %9
  br %11, ^1, ^2
^1:
  %7 = global.get #4
  %8 = any.from %7
  ret %8
^2:
  %8 = const.unset
  %3 = const.int 3
  %4 = const.bool true
  %5 = const.str "a"
  %6 = const.float 0.5
  %2 = record.new Box, %0, %3, %4, %5, %3, %6, %8, %8
  %10 = any.from %2
  ret %10
}
init @init
"""
NAMES = [
    *("width", "height", "label", "place", "late", "tag", "area", "double", "fails", "half", "make", "count", "helper", "nowhere", "maker"),
    *("__name__", "__qualname__"),
]
FUNCTIONS = "".join(
    f"""
func @get.{name}(%0: any) -> (any, bool) "get" {{
  %1: any, %2: any, %3: bool
^0:
  %1 = call @object, %0
  %3 = any.has_attr %1, "{name}"
  %2 = any.get_attr %1, "{name}"                         ; 3:4
  ret %2, %3
}}
func @of.{name}(%0: any) -> (any) "of" {{
  %1: any
^0:
  %1 = any.get_attr %0, "{name}"
  ret %1
}}
func @call.{name}(%0: any, %1: any) -> (any) "call" {{
  %2: any, %3: any
^0:
  %2 = call @object, %0
  %3 = any.call_method "{name}", "", %2, %1
  ret %3
}}
func @named.{name}(%0: any, %1: any) -> (any) "named" {{
  %2: any, %3: any
^0:
  %2 = call @object, %0
  %3 = any.call_method "{name}", "times", %2, %1
  ret %3
}}
func @set.{name}(%0: any, %1: any) -> (any, any) "set" {{
  %2: any, %3: any, %4: any
^0:
  %2 = call @object, %0
  any.set_attr %2, "{name}", %1
  %3 = any.get_attr %2, "{name}"
  any.del_attr %2, "{name}"
  %4 = any.get_attr %2, "{name}"
  ret %3, %4
}}
"""
    for name in NAMES
)
TEXT = CLASSES + FUNCTIONS


class Box:
    """What CPython makes of it."""

    count = 7
    tag = "none"

    def __init__(self, width: Any) -> None:
        self.width, self.height, self.label, self.place = width, 3, "a", (3, 0.5)

    def area(self, times: Any) -> Any:
        return self.width * times

    @property
    def double(self) -> Any:
        return self.width + self.width

    @double.setter
    def double(self, value: Any) -> None:
        self.width = value

    @property
    def fails(self) -> Any:
        return self.nowhere  # type: ignore[attr-defined]

    @property
    def maker(self) -> Any:
        return self.area

    @staticmethod
    def half(value: Any) -> Any:
        return value

    @classmethod
    def make(cls, value: Any = 7) -> Any:
        return cls, value

    def helper(self) -> Any:
        return self


def shown(value: Any) -> Any:
    """A value of CPython as the host sees it."""
    if isinstance(value, Box):
        return Record("Box", {"width": value.width, "height": 3, "label": "a", "place": (3, 0.5), "late": None, "tag": None})
    if isinstance(value, tuple):
        return tuple(map(shown, value))
    if isinstance(value, type):
        return Callable("type", value.__name__)
    if callable(value):
        return Callable("method" if hasattr(value, "__self__") else "function", value.__qualname__.replace("Box.helper", "helper"))
    return value


def tried(action: Any) -> Any:
    try:
        return shown(action())
    except (AttributeError, TypeError) as error:
        return str(error)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [5, "ab", None], ids=str)
def test_attributes_are_found_as_cpython_does(name: str, width: Any) -> None:
    expected = tried(lambda: getattr(Box if width is None else Box(width), name))
    if width is None and name in ("double", "fails", "maker"):
        expected = Callable("function", f"Box.{name}")  # CPython gives the property
    assert run(TEXT, [width], function=f"get.{name}") == [expected]


@pytest.mark.parametrize("name", NAMES[:-2])
def test_methods_are_called_as_cpython_does(name: str) -> None:
    for width in (5, None):
        made = Box if width is None else Box(5)
        expected = tried(lambda made=made: getattr(made, name)(2))
        named = tried(lambda made=made: getattr(made, name)(times=2))
        if width is None and name in ("double", "fails", "maker"):
            continue
        if name == "helper":
            expected = expected.replace("Box.helper", "helper") if isinstance(expected, str) else shown(2)
            named = named.replace("Box.helper", "helper") if isinstance(named, str) else named
        assert run(TEXT, [width, 2], function=f"call.{name}") == [expected]
        assert run(TEXT, [width, 2], function=f"named.{name}") == [named]


def test_fields_and_variables_are_assigned_and_unassigned() -> None:
    messages = {
        "width": "'Box' object has no attribute 'width'",
        "late": "'Box' object has no attribute 'late'",
        "double": "property 'double' of 'Box' object has no deleter",
        "maker": "property 'maker' of 'Box' object has no setter",
        "area": "'Box' object has no attribute 'area'",
        "nowhere": "'Box' object has no attribute 'nowhere'",
    }
    for name, message in messages.items():
        assert run(TEXT, [5, "new"], function=f"set.{name}") == [message]
    (outcome,) = agree(module_of(TEXT), "set.tag", [[5, "new"]])
    assert outcome.results == ("new", "none")  # the class variable behind the field
    assert run(TEXT, [None, "new"], function="set.count") == ["type object 'Box' has no attribute 'count'"]
    assert run(TEXT, [5, 4.5], function="set.height")[0] == "Expected a value of the field's type, got float"
    assert run(TEXT, [None, 1], function="set.area") == ["type object 'Box' has no attribute 'area'"]


def test_attributes_of_other_values() -> None:
    for value in (1, "a", None, [1], {}, 2.5, True, (1,)):
        kind = type(value).__name__
        assert run(TEXT, [value], function="of.nowhere") == [f"'{kind}' object has no attribute 'nowhere'"]


BUILT_IN = """
func @f(%0: any, %1: any) -> (any, any) "f" {
  %2: any
^0:
  %2 = any.call_method "NAME", "", %0, %1
  ret %0, %2
}
"""


def test_methods_of_built_in_types_are_called() -> None:
    assert run(BUILT_IN.replace("NAME", "append"), [[1], "a"]) == [[1, "a"]]
    assert run(BUILT_IN.replace("NAME", "upper"), ["a", "b"]) == ["str.upper() takes no arguments (1 given)"]
    assert run(BUILT_IN.replace("NAME", "nowhere"), [[1], 1], [5, 1]) == [
        f"'{kind}' object has no attribute 'nowhere'" for kind in ("list", "int")
    ]


def test_a_fault_in_a_getter_shows_the_way_to_it() -> None:
    for engine in (Vm, Jit):
        (outcome,) = agree(module_of(TEXT), "get.fails", [[5]], engine=engine())
        assert outcome.error is not None
        assert outcome.error.code == "E0751"
        assert [(frame.function, frame.line) for frame in outcome.error.stack] == [("get", 3), ("fails", 7)]


@pytest.mark.parametrize(
    "limits", [Limits(depth=0), Limits(depth=1), Limits(depth=2), *(Limits(fuel=fuel) for fuel in range(1, 40, 3))], ids=str
)
def test_limits_hold_in_getters(limits: Limits) -> None:
    for name in ("double", "maker", "fails"):
        run(TEXT, [5], function=f"get.{name}", limits=limits)
        run(TEXT, [5, 2], function=f"call.{name}", limits=limits)


def test_attributes_while_garbage_is_collected_at_every_chance() -> None:
    for engine in (Vm, Jit):
        instance = engine().load(module_of(TEXT), Limits())
        instance.set_stress(True)
        plain = engine().load(module_of(TEXT), Limits())
        for name in NAMES:
            for function, *args in (
                (f"get.{name}", "ab"),
                (f"call.{name}", "ab", 2),
                (f"named.{name}", "ab", 2),
                (f"set.{name}", "ab", "new"),
            ):
                one, other = instance.call(function, args), plain.call(function, args)
                assert (one.results, one.fuel_used, str(one.error)) == (other.results, other.fuel_used, str(other.error))
