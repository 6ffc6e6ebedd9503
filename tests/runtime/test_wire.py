"""Messages to and from workers: every value comes back as it was, and other bytes are refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import belljar
from belljar.errors import BellError
from belljar.runtime import wire
from belljar.source import Source
from belljar.values import Callable, Record

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(st.characters(exclude_categories=())), st.binary(),
    st.decimals(allow_nan=False).map(Decimal), st.builds(range, st.integers(), st.integers(), st.integers(1)),
)  # fmt: skip
keys = st.one_of(st.integers(), st.text(), st.tuples(st.integers(), st.text()))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.dictionaries(keys, inner),
        st.sets(keys),
        st.frozensets(keys),
        st.builds(Record, st.text(), st.dictionaries(st.text(), inner)),
        st.builds(Callable, st.text(), st.text()),
    ),
    max_leaves=20,
)


def typed(value: Any) -> Any:
    """A value with the type of each part, which equality alone does not tell: 1 == True."""
    if isinstance(value, (list, tuple)):
        return type(value), [typed(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return type(value), {(type(item), item) for item in value}
    if isinstance(value, dict):
        return type(value), [(typed(key), typed(item)) for key, item in value.items()]
    if isinstance(value, Record):
        return value._name, typed(value._fields)
    return type(value), repr(value)


@given(values)
def test_values_come_back(value: Any) -> None:
    found = wire.from_wire(wire.unpack(wire.pack(wire.to_wire(value))))
    assert found == value
    assert typed(found) == typed(value)


@given(st.binary())
def test_other_bytes_are_refused(data: bytes) -> None:
    try:
        wire.from_wire(wire.unpack(data))
    except ValueError:
        pass


plain = st.recursive(
    st.one_of(st.none(), st.integers(-(2**63), 2**63), st.text(), st.binary()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.integers(-1, 12), inner, min_size=1, max_size=2)),
)


@given(plain)
def test_messages_of_another_form_are_refused(message: Any) -> None:
    message = wire.unpack(msgspec.msgpack.encode(message))
    for read in (wire.from_wire, lambda found: wire.error_from_wire(found, Source("a", "b"))):
        try:
            read(message)
        except ValueError:
            pass


def test_errors_come_back_with_all_findings() -> None:
    text = "def f(x: int) -> int:\n    return x + y\n\ndef g() -> str:\n    return z\n"
    with pytest.raises(BellError) as caught:
        belljar.compile(text, "two.bell")
    sent = caught.value
    found = wire.error_from_wire(wire.unpack(wire.pack(wire.error_to_wire(sent, "two.bell"))), Source("two.bell", text))
    assert str(found) == str(sent)
    assert [one.to_dict() for one in found.diagnostics] == [one.to_dict() for one in sent.diagnostics]
    assert type(found) is type(sent)


@pytest.mark.parametrize("value", [object(), len, complex(1, 2)])
def test_what_is_no_value_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError):
        wire.to_wire(value)


def test_cycles_end() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(ValueError, match="nested"):
        wire.to_wire(loop)
