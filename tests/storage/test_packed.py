"""Plain values as bytes: what is packed is unpacked, and other bytes are refused and never crash."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from belljar.storage.packed import DEPTH_MAX, pack, unpack

values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(codec=None)), st.binary()),
    lambda inner: st.lists(inner).map(tuple),
)


@given(values)
def test_round_trip(value: object) -> None:
    data = pack(value)
    assert repr(unpack(data)) == repr(value)
    assert pack(unpack(data)) == data


@given(st.binary())
@example(b"f\x09\0\0\x000x1p99999")
def test_other_bytes_are_refused(data: bytes) -> None:
    try:
        value = unpack(data)
    except ValueError:
        return
    assert repr(unpack(pack(value))) == repr(value)


@given(values, st.data())
def test_truncated(value: object, data: st.DataObject) -> None:
    whole = pack(value)
    with pytest.raises(ValueError, match=r"."):
        unpack(whole[: data.draw(st.integers(0, len(whole) - 1))])


@pytest.mark.parametrize("value", [[1], {"a": 1}, {1}, object(), 2**3000, (1, [2])])
def test_what_is_not_plain_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        pack(value)


def test_depth() -> None:
    value: tuple[Any, ...] = ()
    for _ in range(DEPTH_MAX - 1):
        value = (value,)
    assert unpack(pack(value)) == value
    with pytest.raises(ValueError, match="deep"):
        pack((value,))
    with pytest.raises(ValueError, match="deep"):
        unpack(b"(\x01\0\0\0" * (DEPTH_MAX + 1) + b"N")
