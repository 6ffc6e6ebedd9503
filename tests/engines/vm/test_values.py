"""Values cross in both directions whole, whatever garbage is collected on the way; what does not fit is refused by name."""

from __future__ import annotations

import array
import math
from typing import Any

import pytest

from belljar.engines.vm import Engine
from belljar.errors import BellError
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from belljar.values import Record


def identity(type: str, records: str = "", **limits: Any) -> Any:
    """An instance whose ``same`` gives back what it is given, after an op that may collect."""
    made = parse_module(f"""module "t.bell"
{records}
func @same(%0 x: {type}) -> ({type}) "same" {{
  %1: str, %2: int
^0:
  %2 = const.int 12345678
  %1 = int.to_str %2
  ret %0
}}
""")
    fuel.run(made)
    verify(made)
    return Engine().load(made, Limits(**limits))


VALUES: list[tuple[str, list[Any]]] = [
    ("int", [0, -1, 2**63 - 1, -(2**63)]),
    ("float", [0.0, -0.0, 1.5, math.inf, 5e-324]),
    ("bool", [True, False]),
    ("str", ["", "a", "é", "abc", "grüße", "Ω", "日本語", "\U0001f600x", "\ud800", "a\0b", "ÿ" * 300]),
    ("any", [None, True, False, 0, -1, 2**62, -(2**62) - 1, 2**63 - 1, 1.5, "x", [1, "a", [None]], {"a": 1, 2: [3.0]}, (1, "b"), {1, 2}]),
    ("list[int]", [[], [1, 2, 3], [-(2**63), 2**63 - 1], list(range(1000))]),
    ("list[float]", [[], [1.5, -0.0]]),
    ("list[bool]", [[], [True, False, True]]),
    ("list[str]", [[], ["", "ä", "x" * 100]]),
    ("list[list[int]]", [[], [[1], [], [2, 3]]]),
    ("list[any]", [[1, None, "x", 2.5, [True]]]),
    ("dict[str, int]", [{}, {"b": 1, "a": 2}, {str(i): i for i in range(500)}]),
    ("dict[int, list[str]]", [{1: ["x"], -5: []}]),
    ("set[int]", [set(), {1, 5, 3}]),
    ("set[str]", [{"a"}, {"a", "b"}]),
    ("tuple[int, str, float]", [(1, "x", 2.5)]),
    ("list[tuple[int, tuple[str, bool]]]", [[(1, ("a", True)), (2, ("b", False))]]),
]


@pytest.mark.parametrize("stress", [False, True])
@pytest.mark.parametrize(
    ("type", "value"),
    [pytest.param(type, value, id=f"{type}-{place}") for type, values in VALUES for place, value in enumerate(values)],
)
def test_values_cross(type: str, value: Any, stress: bool) -> None:
    instance = identity(type)
    instance.set_stress(stress)
    for _ in range(2):
        (result,) = instance.call("same", [value]).results
        assert result == value
        assert isinstance(value, set) or repr(result) == repr(value)
        assert result is not value or not isinstance(value, list)
    assert instance.caller("same")(value) == value


def test_records_cross() -> None:
    instance = identity("Leg", "record Leg { carrier: str, delay: float | None, stops: tuple[int, int], next: list[Leg] }")
    last = Record("Leg", {"carrier": "UA", "delay": None, "stops": (0, 0), "next": []})
    first = Record("Leg", {"carrier": "DL", "delay": 4.5, "stops": (1, 2), "next": [last]})
    for stress in (False, True):
        instance.set_stress(stress)
        assert instance.call("same", [first]).results == (first,)
        assert instance.call("same", [{"carrier": "UA", "delay": None, "stops": (0, 0), "next": []}]).results == (last,)
    for value, message in (
        (Record("Other", {}), "argument 'x' must be Leg, got Record"),
        ({"carrier": "UA"}, "argument 'x' must be Leg, got a value without 'delay'"),
        ({**first._fields, "more": 1}, "argument 'x' must be Leg, got a value with 'more'"),
        ({**first._fields, "stops": (1,)}, "argument 'x', field 'stops' must be tuple[int, int], got tuple"),
        ({**first._fields, "next": None}, "argument 'x', field 'next' must be list[Leg], got NoneType"),
    ):
        with pytest.raises(BellError) as caught:
            instance.call("same", [value])
        assert caught.value.message == message


@pytest.mark.parametrize(
    ("type", "value", "message"),
    [
        ("int", 2**63, "argument 'x' must be int, got 9223372036854775808, which does not fit"),
        ("int", 1.0, "argument 'x' must be int, got float"),
        ("int", True, "argument 'x' must be int, got bool"),
        ("int", "1", "argument 'x' must be int, got str"),
        ("float", 2**53 + 1, "argument 'x' must be float, got 9007199254740993, which does not fit"),
        ("float", 10**400, "argument 'x' must be float, got an int, which does not fit"),
        ("float", "1.0", "argument 'x' must be float, got str"),
        ("bool", 1, "argument 'x' must be bool, got int"),
        ("str", b"x", "argument 'x' must be str, got bytes"),
        ("str", None, "argument 'x' must be str, got NoneType"),
        ("list[int]", None, "argument 'x' must be list[int], got NoneType"),
        ("list[int]", [1, "a"], "argument 'x' must be int, got str"),
        ("list[int]", array.array("d", [1.0]), "argument 'x' must be list[int], got array"),
        ("list[str]", array.array("b", [1]), "argument 'x' must be list[str], got array"),
        ("dict[str, int]", [1], "argument 'x' must be dict[str, int], got list"),
        ("tuple[int, str]", (1,), "argument 'x' must be tuple[int, str], got tuple"),
        ("any", object(), "argument 'x' must be a value the program knows, got object"),
    ],
)
def test_values_that_do_not_fit(type: str, value: Any, message: str) -> None:
    instance = identity(type)
    for call in (lambda: instance.call("same", [value]), lambda: instance.caller("same")(value)):
        with pytest.raises(BellError) as caught:
            call()
        assert (caught.value.code, caught.value.message) == ("E0302", message)


def test_ints_become_floats_where_floats_are_asked_for() -> None:
    assert repr(identity("float").call("same", [2**53]).results) == "(9007199254740992.0,)"
    assert repr(identity("list[float]").call("same", [[1, 2.5]]).results) == "([1.0, 2.5],)"


def test_an_optional_that_is_not_there() -> None:
    made = parse_module("""module "t.bell"
func @size(%0 x?: bool, %1 x: list[int]) -> (int) "size" {
  %2: int
^0:
  br %0, ^1, ^2
^1:
  %2 = list.len %1
  ret %2
^2:
  %2 = const.int -1
  ret %2
}
""")
    fuel.run(made)
    instance = Engine().load(made, Limits())
    assert instance.call("size", [True, [1, 2]]).results == (2,)
    assert instance.call("size", [False, None]).results == (-1,)
    with pytest.raises(BellError):
        instance.call("size", [True, None])


@pytest.mark.parametrize("letter", "bBhHiIlLqQfd")
def test_lists_from_buffers(letter: str) -> None:
    values = array.array(letter, [1, 2, 100])
    kind = "float" if letter in "fd" else "int"
    assert identity(f"list[{kind}]").call("same", [values]).results == (values.tolist(),)
    assert identity("list[float]").call("same", [values]).results == (values.tolist(),)
    assert identity(f"list[{kind}]").call("same", [memoryview(values)[::-2]]).results == (values.tolist()[::-2],)


def test_an_unsigned_int_of_a_buffer_that_does_not_fit() -> None:
    with pytest.raises(BellError, match="does not fit"):
        identity("list[int]").call("same", [array.array("Q", [2**63])])


def test_numpy_arrays_and_scalars() -> None:
    numpy = pytest.importorskip("numpy")
    assert identity("list[int]").call("same", [numpy.arange(5)]).results == ([0, 1, 2, 3, 4],)
    assert identity("list[bool]").call("same", [numpy.array([True, False])]).results == ([True, False],)
    assert identity("int").call("same", [numpy.int32(7)]).results == (7,)
    assert identity("float").call("same", [numpy.float32(0.5)]).results == (0.5,)
    assert identity("bool").call("same", [numpy.bool_(True)]).results == (True,)
    assert identity("list[int]").call("same", [numpy.arange(3, dtype=">i2")]).results == ([0, 1, 2],)
    for refused in (numpy.zeros((2, 2), dtype=int), numpy.zeros(2, dtype="M8[s]"), numpy.zeros(2, dtype=complex)):
        with pytest.raises(BellError):
            identity("list[int]").call("same", [refused])


def test_a_list_that_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    instance = identity("any")
    with pytest.raises(BellError) as caught:
        instance.call("same", [value])
    assert caught.value.code == "E0302"
    assert instance.call("same", [1]).results == (1,)


def test_arguments_beyond_the_memory_limit() -> None:
    instance = identity("list[int]", memory=1 << 20)
    with pytest.raises(BellError, match="Memory limit"):
        instance.call("same", [list(range(1_000_000))])
    assert instance.call("same", [[1]]).results == ([1],)


def test_converting_takes_no_fuel_of_the_program() -> None:
    instance = identity("dict[str, int]", fuel=100)
    few, many = ({str(i): i for i in range(count)} for count in (1, 2000))
    assert instance.call("same", [few]).fuel_used == instance.call("same", [many]).fuel_used
