"""Object files from LLVM: loaded, run and refused by our loader, and the size of their frames."""

from __future__ import annotations

import ctypes
import random

import pytest

from belljar.engines.jit import compile
from belljar.engines.jit._object import Code
from belljar.engines.jit.unwind import frame_bytes_max

TEXT = """
@table = constant [2 x ptr] [ptr @double, ptr @poly]
declare i64 @outside(i64)
define internal i64 @double(i64 %x) uwtable "frame-pointer"="none" {
  %r = call i64 @outside(i64 %x)
  %s = mul i64 %r, 2
  ret i64 %s
}
define internal double @poly(double %x) uwtable "frame-pointer"="none" {
  %y = fmul double %x, 3.25
  %z = fadd double %y, 1.5
  ret double %z
}
"""


@ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)
def outside(value: int) -> int:
    return value + 1


SYMBOLS = {"outside": ctypes.cast(outside, ctypes.c_void_p).value or 0}


@pytest.fixture(scope="module")
def image() -> bytes:
    return compile.object_code(TEXT)


def test_run(image: bytes) -> None:
    code = Code(image, SYMBOLS)
    table = (ctypes.c_void_p * 2).from_address(code.address("table"))
    assert ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(table[0])(20) == 42
    assert ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(table[1])(2.0) == 8.0
    assert code.size_bytes >= 4096


def test_unknown_names(image: bytes) -> None:
    with pytest.raises(ValueError, match="outside"):
        Code(image, {})
    with pytest.raises(KeyError):
        Code(image, SYMBOLS).address("nothing")


def test_damaged_objects_are_refused_or_loaded(image: bytes) -> None:
    seeded = random.Random(7)
    refused = 0
    for _ in range(400):
        damaged = bytearray(image)
        for _ in range(seeded.randint(1, 4)):
            damaged[seeded.randrange(len(damaged))] = seeded.choice((0, 1, 0x7F, 0x80, 0xFF, seeded.randrange(256)))
        try:
            Code(bytes(damaged), SYMBOLS)
        except ValueError:
            refused += 1
    assert 0 < refused < 400
    for size in range(0, len(image), 37):
        with pytest.raises(ValueError, match=r"\("):
            Code(image[:size], SYMBOLS)


FRAME = """
define i64 @f(i64 %x) uwtable "frame-pointer"="none" "no-realign-stack" {{
  %a = alloca [{size} x i8]
  %r = call i64 @g(ptr %a)
  ret i64 %r
}}
declare i64 @g(ptr)
"""


@pytest.mark.parametrize("size", [16, 120, 1000, 5000, 100_000])
def test_frame_size(size: int) -> None:
    found = frame_bytes_max(compile.object_code(FRAME.format(size=size)))
    assert size + 8 <= found <= size + 40


def test_frames_of_unknown_kind() -> None:
    with pytest.raises(ValueError, match="no unwind tables"):
        frame_bytes_max(compile.object_code("define i64 @f(i64 %x) nounwind {\n  ret i64 %x\n}\n"))


def test_texts() -> None:
    assert "fmul" in compile.optimised_text(TEXT)
    assert "table" in compile.assembly(TEXT)
