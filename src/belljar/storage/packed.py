"""Plain values as bytes: None, bool, int, float, str, bytes and tuples of these.

Reading makes nothing but such values, stays within the bytes, and ends with ValueError where they are not what :func:`pack` writes. A tag, then: for an int its length in one
byte and its bytes, little-endian; for a float the text of ``float.hex``; for a str (UTF-8, lone surrogates as three bytes) and bytes the length in four bytes; for a tuple the
number of its items in four bytes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

DEPTH_MAX: Final = 50


def pack(value: object) -> bytes:
    """The value as bytes. Raises ValueError for one of another type, or nested deeper than ``DEPTH_MAX``."""
    out: list[bytes] = []
    _write(value, out, 0)
    return b"".join(out)


def _write(value: Any, out: list[bytes], depth: int) -> None:
    kind = value.__class__
    if kind is tuple:
        if depth == DEPTH_MAX:
            raise ValueError("nested too deep")
        out.append(b"(" + len(value).to_bytes(4, "little"))
        for item in value:
            _write(item, out, depth + 1)
    elif value is None:
        out.append(b"N")
    elif kind is bool:
        out.append(b"T" if value else b"F")
    elif kind is int:
        size = value.bit_length() // 8 + 1
        if size > 255:
            raise ValueError("an int too large")
        out.append(b"i" + bytes((size,)) + value.to_bytes(size, "little", signed=True))
    elif kind is bytes:
        out.append(b"b" + len(value).to_bytes(4, "little") + value)
    elif kind is str or kind is float:
        data = (value if kind is str else value.hex()).encode("utf-8", "surrogatepass")
        out.append((b"s" if kind is str else b"f") + len(data).to_bytes(4, "little") + data)
    else:
        raise ValueError(f"{kind.__name__} is no plain value")


def unpack(data: bytes) -> Any:
    """The value that :func:`pack` wrote. Raises ValueError for other bytes."""
    value, end = _read(data, 0, 0)
    if end != len(data):
        raise ValueError("bytes behind the value")
    return value


def _read(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    tag = data[at : at + 1]
    at += 1
    if tag == b"(":
        count = int.from_bytes(data[at : at + 4], "little")
        at += 4
        if depth == DEPTH_MAX or count > len(data) - at:
            raise ValueError("nested too deep, or more items than bytes")
        items = []
        for _ in range(count):
            item, at = _read(data, at, depth + 1)
            items.append(item)
        return tuple(items), at
    if tag == b"i":
        end = at + 1 + int.from_bytes(data[at : at + 1], "little")
        if end > len(data) or end == at + 1:
            raise ValueError("an int without its bytes")
        return int.from_bytes(data[at + 1 : end], "little", signed=True), end
    if tag in (b"s", b"b", b"f"):
        end = at + 4 + int.from_bytes(data[at : at + 4], "little")
        if end > len(data):
            raise ValueError("a text without its bytes")
        piece = data[at + 4 : end]
        if tag == b"b":
            return piece, end
        text = piece.decode("utf-8", "surrogatepass")
        try:
            return (text if tag == b"s" else float.fromhex(text)), end
        except OverflowError:
            raise ValueError("no float") from None
    if tag == b"N":
        return None, at
    if tag in (b"T", b"F"):
        return tag == b"T", at
    raise ValueError("no such tag")
