"""The binding of CRC-32C: buffers of every kind, continuation, refusal. The checksum itself is tested in C."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.storage._crc32c import crc32c


def test_check_value() -> None:
    assert crc32c(b"123456789") == 0xE3069283


def test_nothing() -> None:
    assert crc32c(b"") == 0
    assert crc32c(b"", 7) == 7


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_buffer_of_bytes(kind: type) -> None:
    assert crc32c(kind(b"123456789")) == 0xE3069283


@pytest.mark.parametrize("wrong", ["text", None, 3, memoryview(b"abcdef")[::2]])
def test_refuses_what_is_no_run_of_bytes(wrong: object) -> None:
    with pytest.raises((TypeError, BufferError)):
        crc32c(wrong)  # type: ignore[arg-type]


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_continues(head: bytes, tail: bytes) -> None:
    assert crc32c(tail, crc32c(head)) == crc32c(head + tail)


def test_long_input_equals_its_pieces() -> None:
    """Long buffers take the path that lets go of the GIL."""
    data = bytes(range(256)) * 64
    crc = 0
    for start in range(0, len(data), 1000):
        crc = crc32c(data[start : start + 1000], crc)
    assert crc32c(data) == crc
