"""Compiled code as bytes: what the compiler makes, the cache keeps and an instance loads."""

from __future__ import annotations

from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

ENTRIES: Final = "bell.entries"
"""The one symbol an object exports: a table of pointers to the entry of each function."""


class Native(Frozen):
    """An ELF object file with the table :data:`ENTRIES`, and the bytes of its largest stack frame."""

    __slots__ = ("frame_bytes", "image")

    def __init__(self, image: bytes, frame_bytes: int) -> None:
        self.image: Final = image
        self.frame_bytes: Final = frame_bytes
