"""The data that events hold, and its two exact encodings.

Plain data is None, bool, int of any size, float, str, bytes, Decimal, list, tuple, dict, set, frozenset, and :class:`~belljar.values.Record` and
:class:`~belljar.values.Callable` of programs. What is recorded is copied, so that later changes of a container do not reach back into the trace; anything else becomes a text
that names its class and nothing of it, so that no object of the host is ever kept or shown.

Both encodings give back what went in: the same types, ints of any size, NaN, infinities and -0.0, the order of dicts, keys of any type, halves of surrogate pairs. Elements of sets
are written in an order of their own, so that equal data has equal bytes. In packed form (msgpack) what msgpack lacks is an extension; in JSON it is an object with one key that
begins with ``$``.

Bounds: containers nested ``NESTING_MAX`` deep and ``PARTS_MAX`` values in one event. What is beyond is left out, and ``...`` stands for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

import msgspec

from belljar.values import Callable, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final

NESTING_MAX: Final = 100
PARTS_MAX: Final = 100_000
SMALL_NESTING: Final = 3
SMALL_PARTS: Final = 30
"""So large are values at most that are looked through whole before they are written: in all at most SMALL_PARTS ** SMALL_NESTING parts, far below the bounds."""
NAN: Final = float("nan")
LEFT_OUT: Final = "..."
WORD_MIN, WORD_MAX = -(2**63), 2**63 - 1

TUPLE, PAIRS, SET, FROZENSET, TEXT, INT, DECIMAL, RECORD, CALLABLE, FLOAT, BYTES = range(1, 12)
"""What is not written as itself. In msgpack the codes of extensions, of which it needs no FLOAT and no BYTES."""
JSON_NAMES: Final = dict(
    zip(
        range(1, 12),
        ("$tuple", "$dict", "$set", "$frozenset", "$text", "$int", "$decimal", "$record", "$callable", "$float", "$bytes"),
        strict=True,
    )
)
_CODES = {name: code for code, name in JSON_NAMES.items()}


class Walk:
    """The walk over the data of one event that both encodings share, and its bounds."""

    def __init__(self) -> None:
        self.left = PARTS_MAX

    def extended(self, code: int, content: Any) -> Any:
        """What stands for a value that the encoding lacks."""
        raise NotImplementedError

    def order(self, item: Any) -> Any:
        """By what the elements of a set, written already, are sorted."""
        raise NotImplementedError

    def float(self, value: float) -> Any:
        return value

    def bytes(self, value: bytes) -> Any:
        return value

    def is_name(self, key: str) -> bool:
        """Whether a dict may be written as itself with such a key."""
        return _is_unicode(key)

    def written(self, value: Any, depth: int = 0) -> Any:
        """The value as the encoder takes it."""
        kind = value.__class__
        if kind is str:
            return value if _is_unicode(value) else self.extended(TEXT, [ord(character) for character in value])
        if kind is int:
            return value if WORD_MIN <= value <= WORD_MAX else self.extended(INT, hex(value))
        if kind is float:
            return self.float(value)
        if value is None or kind is bool:
            return value
        if kind is bytes:
            return self.bytes(value)
        self.left -= 1
        if depth >= NESTING_MAX or self.left < 0:
            return LEFT_OUT
        if kind is dict:
            return self._dict(value, depth)
        if kind is list:
            return self._items(value, depth)
        return self._other(value, kind, depth)

    def _items(self, values: Iterable[Any], depth: int) -> list[Any]:
        found = []
        for item in values:
            if self.left <= 0:
                found.append(LEFT_OUT)
                break
            self.left -= 1
            kind = item.__class__
            if (kind is int and WORD_MIN <= item <= WORD_MAX) or (kind is str and item.isascii()):  # most by far
                found.append(item)
            else:
                found.append(self.written(item, depth + 1))
        return found

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        if len(value) > self.left:
            return self.extended(PAIRS, self._pairs(value.items(), depth))
        for key in value:
            if key.__class__ is not str or not self.is_name(key):
                return self.extended(PAIRS, self._pairs(value.items(), depth))
        self.left -= len(value)
        found = {}
        for key, item in value.items():
            kind = item.__class__
            if (kind is int and WORD_MIN <= item <= WORD_MAX) or (kind is str and item.isascii()):
                found[key] = item
            else:
                found[key] = self.written(item, depth + 1)
        return found

    def _pairs(self, pairs: Iterable[tuple[Any, Any]], depth: int) -> list[Any]:
        flat: list[Any] = []
        for key, item in pairs:
            if self.left <= 0:
                flat += (LEFT_OUT, LEFT_OUT)
                break
            self.left -= 2
            flat += (self.written(key, depth + 1), self.written(item, depth + 1))
        return flat

    def _other(self, value: Any, kind: type, depth: int) -> Any:
        if kind is tuple:
            return self.extended(TUPLE, self._items(value, depth))
        if kind is set or kind is frozenset:
            return self.extended(SET if kind is set else FROZENSET, sorted(self._items(value, depth), key=self.order))
        if kind is Decimal:
            return self.extended(DECIMAL, str(value))
        if kind is Record:
            return self.extended(RECORD, [self.written(value._name), *self._pairs(value._fields.items(), depth)])
        if kind is Callable:
            return self.extended(CALLABLE, [self.written(value.kind), self.written(value.name)])
        for base, bare in _BARE.items():
            if isinstance(value, base):
                return self.written(bare(value), depth)
        return f"<{kind.__name__}>"


_BARE: Final[dict[type, Any]] = {
    int: int.__pos__,
    float: float.__pos__,
    str: str.__str__,
    bytes: lambda value: bytes.__add__(value, b""),
    bytearray: bytes,
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    Mapping: lambda value: dict(value.items()),
}
"""How a value of a class derived from a plain one becomes plain."""


def _is_unicode(text: str) -> bool:
    """Whether the text has an encoding: no half of a surrogate pair is in it."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Packing(Walk):
    def float(self, value: float) -> Any:
        return value if value == value else NAN  # a NaN is one value, whatever its bits

    def extended(self, code: int, content: Any) -> Any:
        return msgspec.msgpack.Ext(code, _encode(content))

    def order(self, item: Any) -> bytes:
        return _encode(item)


class _Jsoning(Walk):
    def extended(self, code: int, content: Any) -> Any:
        return {JSON_NAMES[code]: content}

    def order(self, item: Any) -> bytes:
        return _encode(item)

    def float(self, value: float) -> Any:
        return value if value - value == 0.0 else {JSON_NAMES[FLOAT]: repr(value)}

    def bytes(self, value: bytes) -> Any:
        return {JSON_NAMES[BYTES]: value.hex()}

    def is_name(self, key: str) -> bool:
        return key[:1] != "$" and (key.isascii() or _is_unicode(key))


_encode = msgspec.msgpack.Encoder().encode


def pack(value: Any) -> bytes:
    """The value in packed form."""
    return _encode(_Packing().written(value))


def pack_parts(*values: Any) -> bytes:
    """Values that share the bounds of one event, packed as one list."""
    if all(map(_is_json, values)):
        return _encode(values)
    walk = _Packing()
    return _encode([walk.written(value) for value in values])


def unpack(data: bytes | memoryview) -> Any:
    """The value that :func:`pack` wrote. Raises ValueError for other bytes."""
    try:
        return _decode(data)
    except msgspec.DecodeError as problem:
        raise ValueError(str(problem)) from None


def _extension(code: int, data: memoryview) -> Any:
    return _built(code, _decode(data))


_decode = msgspec.msgpack.Decoder(ext_hook=_extension).decode


def to_json(*values: Any) -> list[Any]:
    """Values that share the bounds of one event, as data that ``json.dumps`` takes and :func:`from_json` gives back. What is such data already is not copied."""
    if all(map(_is_json, values)):
        return list(values)
    walk = _Jsoning()
    return [walk.written(value) for value in values]


def _is_json(value: Any, depth: int = 0) -> bool:
    """Whether a value is small, and is written in JSON as it is."""
    kind = value.__class__
    if kind is str:
        return bool(value.isascii())
    if kind is int:
        return bool(WORD_MIN <= value <= WORD_MAX)
    if kind is dict and depth < SMALL_NESTING:
        if len(value) > SMALL_PARTS:
            return False
        for key, item in value.items():
            if key.__class__ is not str or not key.isascii() or key[:1] == "$":
                return False
            kind = item.__class__
            if kind is int:
                if not WORD_MIN <= item <= WORD_MAX:
                    return False
            elif kind is str:
                if not item.isascii():
                    return False
            elif item is not None and kind is not bool and not _is_json(item, depth + 1):
                return False
        return True
    if kind is list and depth < SMALL_NESTING:
        return len(value) <= SMALL_PARTS and all(_is_json(item, depth + 1) for item in value)
    return value is None or kind is bool or (kind is float and value - value == 0.0)


def from_json(value: Any, depth: int = 0) -> Any:
    """The value that :func:`to_json` wrote, in the lists and dicts of what is given where these are the value's own. Raises ValueError for data that it does not write."""
    if depth > 4 * NESTING_MAX:  # an extension nests up to three levels for one of the value
        raise ValueError("nested too deep")
    kind = value.__class__
    if kind is list:
        for at, item in enumerate(value):
            if item.__class__ is dict or item.__class__ is list:
                value[at] = from_json(item, depth + 1)
    elif kind is dict:
        for key, item in value.items():
            if key[:1] == "$":
                code = _CODES.get(key)
                if len(value) != 1 or code is None:
                    raise ValueError(f"no such kind of value: {key}")
                return _built(code, from_json(item, depth + 1))
            if item.__class__ is dict or item.__class__ is list:
                value[key] = from_json(item, depth + 1)  # no key is added, so the walk goes on
    return value


def _built(code: int, content: Any) -> Any:
    """The value of an extension. Raises ValueError where the content is not its."""
    make = _MADE.get(code)
    if make is None:
        raise ValueError(f"no such kind of value: {code}")
    try:
        return make(content)
    except (TypeError, ValueError, IndexError, InvalidOperation, AttributeError, OverflowError):
        raise ValueError(f"not the content of {JSON_NAMES[code]}") from None


def _pairs(flat: list[Any]) -> dict[Any, Any]:
    if flat.__class__ is not list or len(flat) % 2:
        raise ValueError
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _list(content: Any) -> list[Any]:
    if content.__class__ is not list:
        raise ValueError
    return content


def _text(content: Any) -> str:
    if content.__class__ is not str:
        raise ValueError
    return content


def _record(content: list[Any]) -> Record:
    fields = _pairs(content[1:])
    if not all(isinstance(name, str) for name in fields):
        raise ValueError
    return Record(_text(content[0]), fields)


def _callable(content: list[Any]) -> Callable:
    kind, name = content
    return Callable(_text(kind), _text(name))


_MADE: Final[dict[int, Any]] = {
    TUPLE: lambda content: tuple(_list(content)),
    PAIRS: _pairs,
    SET: lambda content: set(_list(content)),
    FROZENSET: lambda content: frozenset(_list(content)),
    TEXT: lambda content: "".join(map(chr, _list(content))),
    INT: lambda content: int(_text(content), 16),
    DECIMAL: lambda content: Decimal(_text(content)),
    RECORD: _record,
    CALLABLE: _callable,
    FLOAT: lambda content: float(_text(content)),
    BYTES: lambda content: bytes.fromhex(_text(content)),
}
