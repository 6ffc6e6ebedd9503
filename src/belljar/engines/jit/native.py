"""Compiled code as bytes: what the compiler makes, the cache keeps and an instance loads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Native:
    """An ELF object file with the table ``bell.entries``, and the bytes of its largest stack frame."""

    image: bytes
    frame_bytes: int
