"""Bytes made of text, of counts and of ints: the meaning of ``any.bytes``, and of the codecs that ``str.encode`` and ``bytes.decode`` have, in CPython's words.

The codecs are those named in :data:`CODECS`, by any of their aliases; with the error handlers :data:`HANDLERS`.
"""

from __future__ import annotations

import re

from belljar.ir.any_items import is_iterable, items_of
from belljar.ir.guest import INT_MAX, INT_MIN, UNSET, GuestFault, GuestIter, pay, type_name
from belljar.ir.iterators import iterated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

CODECS: Final = {
    "utf-8": "utf_8 utf8 u8 utf utf8_ucs2 utf8_ucs4 cp65001",
    "utf-8-sig": "utf_8_sig",
    "ascii": "ascii us_ascii 646 us iso646_us",
    "latin-1": "latin_1 latin1 latin iso_8859_1 iso8859_1 8859 iso8859 l1 cp819",
    "utf-16": "utf_16 utf16 u16",
    "utf-16-le": "utf_16_le utf_16le",
    "utf-16-be": "utf_16_be utf_16be",
    "utf-32": "utf_32 utf32 u32",
    "utf-32-le": "utf_32_le utf_32le",
    "utf-32-be": "utf_32_be utf_32be",
}
"""The names of the encodings, and their aliases as CPython normalises names."""
ALIASES: Final = {alias: name for name, aliases in CODECS.items() for alias in aliases.split()}
HANDLERS: Final = ("strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "surrogatepass")
SHOWN_MAX: Final = 62
"""Longest name of an encoding or error handler, in bytes of UTF-8; a longer one is taken as the empty one."""


def _short(name: str) -> str:
    return name if len(name.encode("utf-8", "surrogatepass")) <= SHOWN_MAX else ""


def codec(name: str | None) -> str:
    """The encoding of that name. E0794 where there is none."""
    if name is None:
        return "utf-8"
    normal = re.sub("[^a-z0-9.]+", "_", _lower(_short(name))).lstrip("_").removesuffix("_")
    if normal not in ALIASES:
        raise GuestFault("E0794", f"unknown encoding: {_short(name)}")
    return ALIASES[normal]


def _lower(name: str) -> str:
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in name)


def _refused(problem: UnicodeError, code: str) -> GuestFault:
    return GuestFault(code, str(problem).replace("iso-8859-1", "latin-1"))


def _applied(errors: str | None, encoding: str) -> str:
    """The error handler that CPython is asked for: one that is unknown, or does nothing for the codec, is told of where something is wrong."""
    if errors not in HANDLERS or (errors == "surrogatepass" and encoding in ("ascii", "latin-1")):
        return "strict"
    return errors


def encode(text: str, encoding: str | None = None, errors: str | None = None) -> bytes:
    """``text.encode(encoding, errors)``."""
    found = codec(encoding)
    try:
        return _encoded(text, found, _applied(errors, found))
    except UnicodeEncodeError as problem:
        if errors is not None and errors not in HANDLERS:
            raise GuestFault("E0794", f"unknown error handler name '{_short(errors)}'") from None
        raise _refused(problem, "E0796") from None


def _encoded(text: str, encoding: str, errors: str) -> bytes:
    if encoding == "utf-8-sig":
        return b"\xef\xbb\xbf" + text.encode("utf-8", errors)
    if encoding in ("utf-16", "utf-32"):  # as on a little-endian machine
        mark = "\ufeff".encode(f"{encoding}-le")
        try:
            return mark + text.encode(f"{encoding}-le", errors)
        except UnicodeEncodeError as problem:
            raise UnicodeEncodeError(encoding, problem.object, problem.start, problem.end, problem.reason) from None
    return text.encode(encoding, errors)


def decode(data: bytes, encoding: str | None = None, errors: str | None = None) -> str:
    """``data.decode(encoding, errors)``."""
    if not data:
        return ""
    found = codec(encoding)
    try:
        return _decoded(data, found, _applied(errors, found))
    except TypeError:
        raise GuestFault("E0790", "don't know how to handle UnicodeDecodeError in error callback") from None
    except UnicodeDecodeError as problem:
        if errors is not None and errors not in HANDLERS:
            raise GuestFault("E0794", f"unknown error handler name '{_short(errors)}'") from None
        raise _refused(problem, "E0795") from None


def _decoded(data: bytes, encoding: str, errors: str) -> str:
    if encoding == "utf-8-sig":
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors)
    return data.decode(encoding, errors)


# --- bytes(...) -------------------------------------------------------------------------------------------------------------------


def is_byte(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value <= 255


def byte_of(value: Any) -> int:
    """An element of bytes."""
    if not isinstance(value, int):
        raise GuestFault("E0790", f"'{type_name(value)}' object cannot be interpreted as an integer")
    if not is_byte(value):
        raise GuestFault("E0791", "bytes must be in range(0, 256)")
    return int(value)


def _arguments(args: tuple[Any, ...]) -> list[Any]:
    """Source, encoding and error handler; UNSET where they were not passed."""
    found = [*args, UNSET, UNSET, UNSET][:3]
    for which, value in zip(("encoding", "errors"), found[1:], strict=True):
        if value is not UNSET and not isinstance(value, str):
            raise GuestFault("E0790", f"bytes() argument '{which}' must be str, not {'None' if value is None else type_name(value)}")
    source, encoding, errors = found
    is_text = isinstance(source, str)
    if source is UNSET:
        return found
    if encoding is not UNSET and not is_text:
        raise GuestFault("E0790", "encoding without a string argument")
    if encoding is UNSET and errors is not UNSET and not is_text:
        raise GuestFault("E0790", "errors without a string argument")
    if encoding is UNSET and is_text:
        raise GuestFault("E0790", "string argument without an encoding")
    return found


def make_bytes(*args: Any) -> bytes:
    """``bytes(...)``."""
    source, encoding, errors = _arguments(args)
    if source is UNSET:
        return b""
    if isinstance(source, str):
        return encode(source, encoding, None if errors is UNSET else errors)
    if isinstance(source, bytes):
        return source
    if isinstance(source, int):
        if not INT_MIN <= source <= INT_MAX:
            raise GuestFault("E0797", "cannot fit 'int' into an index-sized integer")
        if source < 0:
            raise GuestFault("E0791", "negative count")
        return bytes(source)
    if not is_iterable(source) and not isinstance(source, GuestIter):
        raise GuestFault("E0790", f"cannot convert '{type_name(source)}' object to bytes")
    return bytes([byte_of(item) for item in iterated(source)])


def make_bytes_cost(*args: Any) -> int:
    """What ``any.bytes`` costs."""
    from copy import copy

    try:
        source, encoding, _ = _arguments(args)
        if isinstance(source, str):
            codec(encoding)
            return len(source) // 4
    except GuestFault:
        return 0
    if isinstance(source, int):
        return source // 16 if 0 <= source <= INT_MAX else 0
    if isinstance(source, GuestIter) and not source.is_view:
        return pay(len(iterated(copy(source))) // 4)
    return len(items_of(source)) // 4 if is_iterable(source) and not isinstance(source, bytes) else 0
