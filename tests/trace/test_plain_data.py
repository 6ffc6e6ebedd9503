"""The data of events: exact in both encodings, bounded, and nothing of the host in it."""

from __future__ import annotations

import enum
import json
import math
from collections import OrderedDict, namedtuple
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.trace.plain_data import LEFT_OUT, NESTING_MAX, PARTS_MAX, from_json, pack, pack_parts, to_json, unpack
from belljar.values import Callable, Record
from tests.trace.traces import VALUES


def exact(value: Any) -> Any:
    """Equal for values that nobody can tell apart, and for no others."""
    if isinstance(value, float):
        return "float", "nan" if math.isnan(value) else value.hex()
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [exact(item) for item in value]
    if isinstance(value, dict):
        return "dict", [(exact(key), exact(item)) for key, item in value.items()]
    if isinstance(value, (set, frozenset)):
        return type(value).__name__, sorted((exact(item) for item in value), key=repr)
    if isinstance(value, Record):
        return "Record", value._name, exact(value._fields)
    if isinstance(value, Decimal):
        return "Decimal", str(value)
    return type(value).__name__, value


@given(VALUES)
def test_packing_is_exact(value: Any) -> None:
    assert exact(unpack(pack(value))) == exact(value)


@given(VALUES)
def test_json_is_exact(value: Any) -> None:
    (written,) = to_json(value)
    assert exact(from_json(json.loads(json.dumps(written, allow_nan=False)))) == exact(value)
    assert exact(from_json(msgspec.json.decode(msgspec.json.encode(written)))) == exact(value)


@given(VALUES, VALUES)
def test_equal_bytes_are_equal_data(one: Any, other: Any) -> None:
    assert (pack(one) == pack(other)) == (exact(one) == exact(other))


def test_parts_are_packed_as_a_list() -> None:
    assert unpack(pack_parts(1, "a", None)) == [1, "a", None]


class Loud(dict[str, int]):
    def __repr__(self) -> str:
        raise AssertionError


class Secret:
    def __repr__(self) -> str:
        raise AssertionError("nobody may look")

    __str__ = __repr__


class Colour(enum.IntEnum):
    RED = 1


class Text(str):
    def __str__(self) -> str:
        return "something else"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Secret(), "<Secret>"),
        ([Secret], ["<type>"]),
        (len, "<builtin_function_or_method>"),
        (Colour.RED, 1),
        (Text("x"), "x"),
        (Loud(a=1), {"a": 1}),
        (OrderedDict(a=1), {"a": 1}),
        (MappingProxyType({"a": (1,)}), {"a": (1,)}),
        (namedtuple("P", "x y")(1, 2), (1, 2)),
        (bytearray(b"ab"), b"ab"),
        (1j, "<complex>"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_becomes_plain(value: Any, kept: Any) -> None:
    assert exact(unpack(pack(value))) == exact(kept)
    assert exact(from_json(to_json(value)[0])) == exact(kept)


def test_nesting_is_bounded() -> None:
    inside: list[Any] = []
    inside.append(inside)
    value = unpack(pack(inside))
    for _ in range(NESTING_MAX - 1):
        (value,) = value
    assert value == [LEFT_OUT]
    assert len(json.dumps(to_json(inside))) < 1000


def test_parts_are_bounded() -> None:
    shared: list[Any] = [1]
    for _ in range(60):
        shared = [shared, shared]
    assert len(pack(shared)) < 10 * PARTS_MAX
    assert unpack(pack(list(range(2 * PARTS_MAX))))[-1] == LEFT_OUT
    pairs = unpack(pack(dict.fromkeys(range(PARTS_MAX), 0)))
    assert len(pairs) < PARTS_MAX
    assert pairs[LEFT_OUT] == LEFT_OUT
    wide = unpack(pack({str(number): [] for number in range(PARTS_MAX)}))
    assert list(wide)[-1] == LEFT_OUT


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x92\x01", pack([1]) + b"\x00", pack((1,))[:-1]])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no such kind of value|not the content of|MessagePack|truncated|deep"):
        unpack(data)


def test_unknown_extensions_are_refused() -> None:
    for code, content in (
        (77, b"\x90"),
        (1, b"\x01"),
        (2, b"\x91\x01"),
        (6, b"\xa1g"),
        (7, b"\xa1x"),
        (8, b"\x90"),
        (9, b"\x90"),
        (5, b"\x91\xff"),
    ):
        with pytest.raises(ValueError, match=r"no such kind of value|not the content of|MessagePack|truncated|deep"):
            unpack(msgspec.msgpack.encode(msgspec.msgpack.Ext(code, content)))


@pytest.mark.parametrize(
    "row",
    [
        {"$tuple": 1}, {"$tuple": [1], "a": 2}, {"$other": 1}, {"$dict": [1]}, {"$dict": [[], 1]}, {"$set": [[]]}, {"$int": 5}, {"$int": "zz"}, {"$decimal": "x"}, {"$float": 1},
        {"$float": "x"}, {"$bytes": "0"}, {"$record": []}, {"$record": [1]}, {"$record": ["P", 1, 2]}, {"$callable": ["f"]}, {"$text": [-1]}, {"$text": "x"}, {"$text": ["x"]},
    ],
    ids=str,
)  # fmt: skip
def test_other_json_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no such kind of value|not the content of|MessagePack|truncated|deep"):
        from_json(row)


def test_json_that_is_nested_too_deep_is_refused() -> None:
    value: Any = 1
    for _ in range(1000):
        value = [value]
    with pytest.raises(ValueError, match="deep"):
        from_json(value)


@given(st.integers(), st.integers())
def test_ints_of_any_size(one: int, other: int) -> None:
    value = one**7 * other
    assert unpack(pack(value)) == value == from_json(to_json(value)[0])
    big = (one + 3) ** 6000
    assert unpack(pack(big)) == big


def test_callables_and_records_keep_their_class() -> None:
    value = unpack(pack([Callable("function", "f"), Record("P", {"x": 1})]))
    assert value == [Callable("function", "f"), Record("P", {"x": 1})]
