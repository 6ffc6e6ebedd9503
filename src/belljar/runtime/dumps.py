"""A state as bytes, for another process: versioned, with a checksum, and signed where a key is given.

::

    magic     8 bytes  b"BELLDUMP"
    version   2        1
    flags     2        bit 0: signed
    length    8        bytes of the body
    body               packed (belljar.storage.packed): names the host set, then the graph (engines/_graph.pxi)
    signature 32       HMAC-SHA256 of all before it, where signed
    checksum  4        CRC-32C of all before it

Numbers are little-endian. The checksum finds accidents, the signature everything else: a dump that comes from where others can write is to be signed. Either way nothing in it is believed before it was
checked, and no part of it is ever executed.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from belljar.errors import bell_error
from belljar.storage._crc32c import crc32c
from belljar.storage.packed import pack, unpack
from belljar.values import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

MAGIC: Final = b"BELLDUMP"
VERSION: Final = 1
SIGNED: Final = 1
HEAD: Final = 20
SIGNATURE: Final = 32
KEY_MIN: Final = 16
"""Fewest bytes of a key."""


def seal(extras: dict[str, Any], graph: bytes, key: bytes | None) -> bytes:
    """A dump of both parts of a state. Raises E1105 for what a dump cannot hold, and E0003 for a key that is none."""
    try:
        body = pack((tuple((name, _plain(value)) for name, value in extras.items()), graph))
    except ValueError as problem:
        raise bell_error("E1105", what=f"a value that the host set ({problem})") from None
    head = (
        MAGIC + VERSION.to_bytes(2, "little") + (SIGNED if key is not None else 0).to_bytes(2, "little") + len(body).to_bytes(8, "little")
    )
    whole = head + body
    if key is not None:
        whole += _signature(key, whole)
    return whole + crc32c(whole).to_bytes(4, "little")


def unseal(data: bytes, key: bytes | None) -> tuple[dict[str, Any], bytes]:
    """Both parts of the state in a dump. Raises E1104 for one that is damaged, of another version, or not signed with the key."""
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise bell_error("E0003", detail=f"a dump is bytes, got {type(data).__name__}")
    data = bytes(data)
    if len(data) < HEAD + 4 or not data.startswith(MAGIC):
        raise bell_error("E1104", reason="it does not begin like one")
    version, flags = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    if version != VERSION:
        raise bell_error("E1104", reason=f"it is of version {version}, and this is version {VERSION}")
    if crc32c(data[:-4]) != int.from_bytes(data[-4:], "little"):
        raise bell_error("E1104", reason="its checksum is wrong")
    end = HEAD + int.from_bytes(data[12:20], "little")
    if flags not in (0, SIGNED) or end + (SIGNATURE if flags else 0) != len(data) - 4:
        raise bell_error("E1104", reason="its length is not what it says")
    if flags and key is None:
        raise bell_error("E1104", reason="it is signed", hint="give the key it was signed with: key=")
    if key is not None:
        import hmac

        if not flags:
            raise bell_error("E1104", reason="it is not signed, and a key was given")
        if not hmac.compare_digest(_signature(key, data[:end]), data[end:-4]):
            raise bell_error("E1104", reason="its signature is wrong")
    try:
        extras, graph = unpack(data[HEAD:end])
        names = {name: _value(value) for name, value in extras}
    except (ValueError, TypeError, InvalidOperation, RecursionError):
        raise bell_error("E1104", reason="its body is not what dumps hold") from None
    if not isinstance(graph, bytes) or not all(isinstance(name, str) and name.isidentifier() for name in names):
        raise bell_error("E1104", reason="its body is not what dumps hold")
    return names, graph


def _signature(key: bytes, data: bytes) -> bytes:
    import hmac

    if not isinstance(key, bytes) or len(key) < KEY_MIN:
        raise bell_error("E0003", detail=f"a key is at least {KEY_MIN} bytes", hint="secrets.token_bytes(32) makes one")
    return hmac.digest(key, data, "sha256")


def _plain(value: Any) -> Any:
    """A value that the host set, of what can be packed: containers are tuples that begin with a letter."""
    if isinstance(value, Record):
        return ("R", value._name, tuple((name, _plain(item)) for name, item in value._fields.items()))
    if isinstance(value, dict):
        return ("D", *((_plain(key), _plain(item)) for key, item in value.items()))
    for letter, kind in _LETTERS.items():
        if type(value) is kind:
            return (letter, *map(_plain, value))
    if isinstance(value, range):
        return ("r", value.start, value.stop, value.step)
    if isinstance(value, Decimal):
        return ("M", str(value))
    return value


def _value(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    letter, *rest = value
    if letter in _LETTERS:
        return _LETTERS[letter](map(_value, rest))
    if letter == "D":
        return {_value(key): _value(item) for key, item in rest}
    if letter == "r":
        return range(*rest)
    if letter == "M":
        return Decimal(rest[0])
    if letter == "R":
        name, fields = rest
        return Record(name, {field: _value(item) for field, item in fields})
    raise ValueError("no such container")


_LETTERS: Final[dict[str, Any]] = {"L": list, "S": set, "F": frozenset, "T": tuple}
