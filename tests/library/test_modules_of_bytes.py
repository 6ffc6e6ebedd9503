"""Modules about bytes against CPython's: struct, array, bytearray, files in memory."""

from __future__ import annotations

import array
import io
import math
import random
import struct
from typing import Any

from tests.library.shelf import bell, check, outcome

NUMBERS = [
    *(sign * (1 << bits) + more for bits in (0, 7, 8, 15, 16, 31, 32, 33, 63, 64, 70) for sign in (1, -1) for more in (-1, 0, 1)),
    *(0.1, 1.5, 1e-45, 6.1e-5, 65504.0, 65519.9, 65520.0, 3.4e38, 3.5e38, 1e300, math.inf, -math.inf, -0.0, 5e-324, 1 << 1100),
    *("x", b"a", b"abc", None, True),
]  # fmt: skip


def test_struct() -> None:
    ours, draw = bell("struct"), random.Random(1)
    for _ in range(3000):
        order, codes, values = draw.choice(["", "@", "<", ">", "!", "="]), [], []
        for _ in range(draw.randrange(1, 4)):
            code, count = draw.choice("xcbBhHiIlLqQnNP?efdsp"), draw.choice(["", "", "", "2", "3", "5"])
            codes.append(count + code)
            for _ in range({"x": 0, "s": 1, "p": 1}.get(code, int(count or 1))):
                fitting: Any = (
                    b"z" if code == "c" else b"abcdef" if code in "sp" else draw.uniform(-9, 9) if code in "efd" else draw.randrange(128)
                )
                values.append(fitting if draw.random() < 0.75 else draw.choice(NUMBERS))
        form = order + draw.choice(["", " "]).join(codes)
        found, expected = outcome(lambda: ours.pack(form, *values)), outcome(lambda: struct.pack(form, *values))
        assert found == expected, (form, values)
        if found[0] != "value":
            continue
        data, offset = found[1], draw.randrange(-5, 9)
        assert repr(ours.unpack(form, data)) == repr(struct.unpack(form, data))
        check(lambda: repr(ours.unpack_from(form, data * 2, offset)), lambda: repr(struct.unpack_from(form, data * 2, offset)))
        targets = bell("_bytearray").bytearray(data * 2), bytearray(data * 2)
        check(lambda: ours.pack_into(form, targets[0], offset, *values), lambda: struct.pack_into(form, targets[1], offset, *values))
        assert targets[0] == bytes(targets[1])
        assert repr(ours.unpack_from(form, targets[0])) == repr(struct.unpack_from(form, targets[1]))
    for wrong in ("3", "z", "<n", "i <h", "i 2 h", "99999999999999999999s", "", "2x", b"ih", 5):
        check(lambda: ours.calcsize(wrong), lambda: struct.calcsize(wrong))  # type: ignore[arg-type]
    for _ in range(1000):
        data = draw.randbytes(8)
        for code, size in (("d", 8), ("f", 4), ("e", 2)):
            value = struct.unpack("<" + code, data[:size])[0]
            assert repr(ours.unpack("<" + code, data[:size])[0]) == repr(value)
            assert math.isnan(value) or ours.pack(">" + code, value) == struct.pack(">" + code, value)
    check(lambda: list(ours.iter_unpack("<H", b"abcd")), lambda: list(struct.iter_unpack("<H", b"abcd")))
    check(lambda: ours.iter_unpack("<H", b"abc"), lambda: struct.iter_unpack("<H", b"abc"))
    check(lambda: ours.pack("i"), lambda: struct.pack("i"))
    check(lambda: ours.unpack("i", b""), lambda: struct.unpack("i", b""))


def compare(ours: Any, theirs: Any, call: Any) -> None:
    """What a call gives, and what becomes of the objects."""
    check(lambda: _plain(call(ours)), lambda: _plain(call(theirs)))
    assert repr(ours) == repr(theirs)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, bytes | bool | int | float | str) else repr(value)


def test_array() -> None:
    ours, draw = bell("array").array, random.Random(2)
    names = (
        "append extend insert pop remove index count reverse tolist tobytes byteswap frombytes __getitem__ __setitem__ __delitem__ __mul__"
    )
    for _ in range(800):
        code, numbers = draw.choice("bBhHiIlLqQfd"), [draw.randrange(100) for _ in range(draw.randrange(4))]
        mine, other = ours(code, numbers), array.array(code, numbers)
        for _ in range(4):
            name, key, value = draw.choice(names.split()), draw.choice([0, 1, -1, 5, -7]), draw.choice(NUMBERS[:-3])
            cut = draw.choice([slice(0, 2), slice(None, None, -1), key])
            given = {
                "append": (value,),
                "extend": ([value, 2],),
                "insert": (key, value),
                "pop": draw.choice([(), (key,)]),
                "remove": (value,),
            }
            more = {"index": (value,), "count": (value,), "frombytes": (draw.choice([b"12345678", b"123"]),), "__mul__": (2,)}
            whole = {**given, **more, "__getitem__": (cut,), "__delitem__": (cut,), "__setitem__": (key, value)}.get(name, ())
            compare(mine, other, lambda one, name=name, whole=whole: getattr(one, name)(*whole))


def test_bytearray() -> None:
    ours, draw = bell("_bytearray").bytearray, random.Random(3)
    calls: dict[str, list[Any]] = {
        "append": [(65,), (256,), ("x",)], "extend": [(b"ab",), ([1, 2],), ([300],), ("s",), (5,)], "insert": [(0, 65), (-1, 66), (9, 300)],
        "pop": [(), (0,), (-9,)], "remove": [(97,), (1,)], "reverse": [()], "clear": [()], "copy": [()], "decode": [(), ("latin-1",)],
        "hex": [(), (":",), ("-", 2)], "find": [(b"b",), (98, 1), (b"z",)], "index": [(b"b",), (b"z",)], "count": [(b"a",), (97,)],
        "startswith": [(b"a",), ((b"x", b"b"),)], "replace": [(b"a", b"xy"), (b"a", b"", 1)], "split": [(), (b"b",), (b"b", 1)],
        "partition": [(b"b",)], "rpartition": [(b"b",)], "strip": [(), (b"ac",)], "join": [([b"1", b"2"],)], "upper": [()], "title": [()],
        "zfill": [(9,)], "center": [(9, b"*")], "removeprefix": [(b"a",)], "isalnum": [()], "translate": [(bytes(range(256)),)],
        "__getitem__": [(0,), (-1,), (9,), (slice(1, 3),), (slice(None, None, -1),)], "__delitem__": [(0,), (9,), (slice(0, 2),)],
        "__setitem__": [(0, 65), (9, 65), (0, 256), (0, "x"), (slice(0, 2), b"xyz"), (slice(0, 2), [1, 300]), (slice(0, 9, 2), b"q"), (slice(0, 1), 5)],
        "__contains__": [(97,), (b"ab",), (256,)], "__eq__": [(b"abcab",), (bytearray(b"abcab"),)], "__add__": [(b"x",)], "__mul__": [(2,)],
        "__lt__": [(b"b",)], "__len__": [()],
    }  # fmt: skip
    for name, cases in calls.items():
        for case in cases:
            for text in (b"abcab", b" aB1 ", b""):
                mine = tuple([ours(one) if isinstance(one, bytearray) else one for one in case])
                left, right = ours(text), bytearray(text)
                check(lambda: _plain(getattr(left, name)(*mine)), lambda: _plain(getattr(right, name)(*case)))
                assert repr(left) == repr(right)
    for _ in range(200):
        text, cut = draw.randbytes(6), slice(draw.randrange(-7, 7), draw.randrange(-7, 7), draw.choice([None, 1, 2, -1]))
        compare(ours(text), bytearray(text), lambda one: one[cut])
    for given in (3, -1, "é", b"ab", [1, 2], [256], 1.5, None, range(3)):
        check(lambda: repr(ours(given)), lambda: repr(bytearray(given)))
    check(lambda: repr(ours("é", "utf-8")), lambda: repr(bytearray("é", "utf-8")))
    assert repr(ours.fromhex("0aff")) == repr(bytearray.fromhex("0aff"))
    assert b"x" + ours(b"y") == b"xy"
    assert 2 * ours(b"a") == b"aa"


def test_bytes_io() -> None:
    ours, draw = bell("io").BytesIO, random.Random(4)
    calls: dict[str, list[Any]] = {
        "write": [(b"",), (b"x",), (b"yz\n",), ("s",), (5,)], "read": [(), (0,), (1,), (3,), (None,)], "readline": [(), (1,)], "readlines": [(), (2,)],
        "seek": [(0,), (3,), (9,), (-1,), (-2, 2), (1, 1), (-9, 1), (0, 5)], "tell": [()], "truncate": [(), (2,), (-1,), (99,)], "getvalue": [()],
        "__next__": [()], "writelines": [([b"a", b"b\n"],)], "close": [()],
    }  # fmt: skip
    for _ in range(600):
        mine, other = ours(b"ab\ncd"), io.BytesIO(b"ab\ncd")
        for _ in range(7):
            name = draw.choice(sorted(calls))
            if name == "close" and draw.random() < 0.8:
                continue
            given = draw.choice(calls[name])
            check(lambda: getattr(mine, name)(*given), lambda: getattr(other, name)(*given))
