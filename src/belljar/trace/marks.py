"""Reading marks: bytes that an engine left (``csrc/runtime/trace.h``), by the table of points.

Values come as plain data: None, bool, int, float, str, bytes, Decimal, list, tuple, dict, set, frozenset, and :class:`~belljar.values.Record` and :class:`~belljar.values.Callable`.
Of what was too large only a part was recorded; ``...`` stands for the rest.
"""

from __future__ import annotations

import struct

from belljar.trace.points import ABSENT, Points, Shape, words_of
from belljar.values import Callable, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final

LEFT_OUT: Final = "..."
NO_MARKS: Final = (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError, StopIteration, struct.error)
"""What reading raises of bytes that are no marks, or not those of these points."""
FUNCTION_KINDS: Final = ("function", "method", "builtin_function_or_method")
_SITE = struct.Struct("<I")
_FORMATS: Final = str.maketrans({"i": "q", "z": "q", "f": "d", "b": "?7x"})
_INT = struct.Struct("<q")
_FLOAT = struct.Struct("<d")
_RANGE = struct.Struct("<qqq")
_HALF = struct.Struct("<H")
_OBJECTS: Final = {12: "iterator", 17: "re.Pattern"}


class MarkReader:
    """Reads the marks of one module."""

    def __init__(self, points: Points) -> None:
        self.points = points
        self.words = ["".join(map(words_of, site.shapes)) for site in points.sites]
        self.sizes = [-1 if "v" in words else 4 + 8 * len(words) for words in self.words]
        """Bytes of the marks of each site, -1 where previews are among them."""
        self.plain = [
            struct.Struct("<xxxx" + words.translate(_FORMATS))
            if size >= 0 and all(isinstance(shape, str) and len(words_of(shape)) == 1 for shape in site.shapes)
            else None
            for site, words, size in zip(points.sites, self.words, self.sizes, strict=True)
        ]
        """How marks are read whose values are one plain word each."""

    def site(self, data: bytes, at: int) -> int:
        """The site of the mark that begins here."""
        number: int = _SITE.unpack_from(data, at)[0]
        return number

    def end(self, data: bytes, at: int) -> int:
        """Where the mark that begins here ends."""
        number = self.site(data, at)
        size = self.sizes[number]
        if size >= 0:
            return at + size
        at += 4
        for word in self.words[number]:
            at = self.preview(data, at)[1] if word == "v" else at + 8
        return at

    def values(self, data: bytes, at: int) -> tuple[list[Any], int]:
        """The values of the mark that begins here, and where it ends."""
        number = self.site(data, at)
        plain = self.plain[number]
        if plain is not None:
            return list(plain.unpack_from(data, at)), at + self.sizes[number]
        at += 4
        words: list[Any] = []
        for word in self.words[number]:
            if word == "v":
                value, at = self.preview(data, at)
            else:
                value = (_FLOAT if word == "f" else _INT).unpack_from(data, at)[0]
                value = bool(value) if word == "b" else value
                at += 8
            words.append(value)
        rest = iter(words)
        return [self.shaped(shape, rest) for shape in self.points.sites[number].shapes], at

    def shaped(self, shape: Shape, words: Iterator[Any]) -> Any:
        """The value of a shape."""
        if shape == "r":
            start, stop, step = next(words), next(words), next(words)
            return range(start, stop, step or 1)
        if shape == "#":
            is_float, whole, real = next(words), next(words), next(words)
            return real if is_float else whole
        if isinstance(shape, str):
            return next(words)
        if shape[0] == "=":
            return shape[1]
        if shape[0] in ("?", "!"):
            there = next(words)
            value = self.shaped(shape[1], words)
            return value if there else None if shape[0] == "?" else ABSENT
        return tuple(self.shaped(part, words) for part in shape[1:])

    def preview(self, data: bytes, at: int) -> tuple[Any, int]:
        """The value that a preview shows, and where it ends."""
        tag = data[at : at + 1]
        at += 1
        if tag in _ATOMS:
            return _ATOMS[tag], at
        if tag == b"i":
            return _INT.unpack_from(data, at)[0], at + 8
        if tag == b"d":
            return _FLOAT.unpack_from(data, at)[0], at + 8
        if tag == b"s":
            length, (text, end) = _SITE.unpack_from(data, at)[0], self.text(data, at + 4)
            return (text if len(text) == length else text + LEFT_OUT), end
        if tag in (b"l", b"T", b"S", b"F"):
            return self.container(tag, data, at)
        if tag == b"D":
            return self.dict(data, at)
        if tag == b"R":
            return self.record(data, at)
        return self.other(tag, data, at)

    def text(self, data: bytes, at: int) -> tuple[str, int]:
        size = _HALF.unpack_from(data, at)[0]
        end = at + 2 + size
        return data[at + 2 : end].decode("utf-8", "surrogatepass"), end

    def container(self, tag: bytes, data: bytes, at: int) -> tuple[Any, int]:
        length, shown = _SITE.unpack_from(data, at)[0], data[at + 4]
        at += 5
        items: list[Any] = []
        for _ in range(shown):
            item, at = self.preview(data, at)
            items.append(item)
        if shown < length:
            items.append(LEFT_OUT)
        if tag == b"l":
            return items, at
        if tag == b"T":
            return tuple(items), at
        items = [_hashable(item) for item in items]
        return (set(items) if tag == b"S" else frozenset(items)), at

    def dict(self, data: bytes, at: int) -> tuple[dict[Any, Any], int]:
        length, shown = _SITE.unpack_from(data, at)[0], data[at + 4]
        at += 5
        made: dict[Any, Any] = {}
        for _ in range(shown):
            key, at = self.preview(data, at)
            made[_hashable(key)], at = self.preview(data, at)
        if shown < length:
            made[LEFT_OUT] = LEFT_OUT
        return made, at

    def record(self, data: bytes, at: int) -> tuple[Record, int]:
        size = data[at]
        name = data[at + 1 : at + 1 + size].decode("utf-8", "replace")
        at += 1 + size
        count, shown = _HALF.unpack_from(data, at)[0], data[at + 2]
        at += 3
        slots: list[Any] = []
        for _ in range(shown):
            slot, at = self.preview(data, at)
            slots.append(slot)
        slots += [LEFT_OUT] * (count - shown)
        words = iter(slots)
        fields = {field: self.shaped(shape, words) for field, shape in self.points.records.get(name, ()) if not field.startswith("__")}
        return Record(name, fields), at

    def other(self, tag: bytes, data: bytes, at: int) -> tuple[Any, int]:
        if tag == b"r":
            start, stop, step = _RANGE.unpack_from(data, at)
            return range(start, stop, step), at + 24
        if tag == b"c":
            name, end = self.text(data, at + 1)
            return Callable(FUNCTION_KINDS[data[at]], name), end
        if tag == b"y":
            length, size = _SITE.unpack_from(data, at)[0], _HALF.unpack_from(data, at + 4)[0]
            at += 6
            return data[at : at + size] + (b"" if size == length else b"..."), at + size
        if tag == b"b":
            negative, size = data[at], _SITE.unpack_from(data, at + 1)[0]
            at += 5
            if size > BIG_MAX:
                return f"an int of {size} bytes", at
            magnitude = int.from_bytes(data[at : at + size], "little")
            return (-magnitude if negative else magnitude), at + size
        if tag == b"m":
            from decimal import Decimal

            length, shown = _HALF.unpack_from(data, at)[0], data[at + 2]
            text = data[at + 3 : at + 3 + shown].decode()
            return (Decimal(text) if shown == length else text + LEFT_OUT), at + 3 + shown
        if tag == b"o":
            return Callable(_OBJECTS.get(data[at], "object"), "object"), at + 1
        raise ValueError(f"no preview begins with {tag!r}")


BIG_MAX: Final = 64
"""BELL_TRACE_BIG_MAX of trace.h."""
_ATOMS: Final[dict[bytes, Any]] = {b"n": None, b"t": True, b"f": False, b"e": "", b"u": None}


def _hashable(value: Any) -> Any:
    """What stands for a value in a set or as a key: what was cut, or a record whose fields are containers, may have become what has no hash."""
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value
