"""JSON that is too long to be made at once: an array written item by item."""

from __future__ import annotations

import msgspec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, TextIO

ITEMS_AT_ONCE: Final = 512
_encode = msgspec.json.Encoder().encode


def text(value: Any) -> str:
    """A value as JSON."""
    return _encode(value).decode()


class Array:
    """``with Array(out) as array: array.add(item)`` writes ``[item, ...]``, one item a line."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.items: list[str] = []
        self.is_first = True

    def __enter__(self) -> Array:
        self.out.write("[")
        return self

    def add(self, item: Any) -> None:
        self.items.append(text(item))
        if len(self.items) >= ITEMS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self.items:
            self.out.write(("\n" if self.is_first else ",\n") + ",\n".join(self.items))
            self.is_first = False
            self.items.clear()

    def __exit__(self, *problem: object) -> None:
        self._flush()
        self.out.write("]")
