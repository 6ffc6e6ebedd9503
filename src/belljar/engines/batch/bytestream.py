"""The bytes of a file or of standard input: decompressed, transcoded to UTF-8, and cut into blocks where records end."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa

from belljar.errors import BellError, bell_error, missing_file, reason_of

STDIN = "-"

CODECS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".lz4": "lz4", ".br": "brotli"}
"""Compressions by suffix."""

RECORD_BYTES_MAX = 256 << 20
"""Longest single record (row) of CSV or JSON lines. What is longer is an unclosed quote or no text file at all."""


def unreadable(path: str | Path, error: OSError) -> BellError:
    """The BellError of an operating system error while reading."""
    if isinstance(error, FileNotFoundError):
        return missing_file(str(path))
    if isinstance(error, IsADirectoryError):
        return bell_error("E0002", path=str(path), reason="it is a directory", hint=f"name its files, such as '{path}/*.parquet'")
    return bell_error("E0002", path="the standard input" if str(path) == STDIN else str(path), reason=reason_of(error))


class ByteStream:
    """Reads a path or standard input forward, once. Every failure is a BellError that names the file."""

    def __init__(self, path: str | Path, *, encoding: str = "utf-8") -> None:
        self.name = str(path)
        self.raw: BinaryIO
        self.size = -1
        """Bytes on disk; -1 where not known."""
        self._offset = 0
        self._lines = 0
        self._decoder = None if _is_utf8(encoding) else _decoder(encoding)
        codec = None
        if self.name == STDIN:
            if sys.stdin is None or sys.stdin.closed:
                raise bell_error("E0002", path="the standard input", reason="it is closed")
            self.raw = sys.stdin.buffer
        else:
            try:
                self.raw = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by close()
                status = os.fstat(self.raw.fileno())
            except OSError as error:
                raise unreadable(path, error) from None
            self.size = status.st_size or -1
            codec = CODECS.get(Path(path).suffix.lower())
        self._file: Any = self.raw if codec is None else pa.CompressedInputStream(pa.PythonFile(self.raw, "r"), codec)
        self.encoding = encoding
        self._at_start = True

    @property
    def done(self) -> float:
        """The share of the bytes read so far, 0 to 1; -1 where the size is not known."""
        if self.size <= 0:
            return -1.0
        try:
            return min(1.0, self.raw.tell() / self.size)
        except OSError:
            return -1.0

    def read(self, bytes_max: int) -> bytes:
        """At least one byte of UTF-8 text, ``b""`` at the end; pipes are read until ``bytes_max`` are there. No byte order mark."""
        pieces: list[bytes] = []
        left = bytes_max
        try:
            while left > 0:
                piece = self._file.read(left)
                if not piece:
                    break
                pieces.append(piece)
                left -= len(piece)
        except pa.ArrowInvalid as error:
            raise bell_error("E1004", file=self.name, reason=str(error)) from None
        except OSError as error:
            if error.errno is None:
                # What a decompressor says of bytes that are not its own.
                raise bell_error("E1004", file=self.name, reason=f"damaged or truncated compressed data ({error})") from None
            raise unreadable(self.name, error) from None
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        ended = left > 0
        if self._at_start:
            self._at_start = False
            data = self._without_mark(data)
        if self._decoder is not None:
            text = self._decode(data, ended)
            # A piece that decodes to nothing yet is not the end.
            return text if text or ended else self.read(bytes_max)
        return data

    def give_back(self, bytes_read: int) -> bool:
        """Step back over the last bytes read, where they are bytes of a plain file: cheaper than carrying them along."""
        if self._decoder is not None or self._file is not self.raw or self.size < 0:
            return False
        self.raw.seek(-bytes_read, os.SEEK_CUR)
        return True

    def _without_mark(self, data: bytes) -> bytes:
        if self._decoder is None:
            if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise bell_error("E1004", file=self.name, reason="it is UTF-16 text, not UTF-8", advice="give --encoding utf-16")
            return data.removeprefix(codecs.BOM_UTF8)
        return data

    def _decode(self, data: bytes, ended: bool) -> bytes:
        assert self._decoder is not None
        pending = len(self._decoder.getstate()[0])
        try:
            text: str = self._decoder.decode(data, ended)
        except UnicodeDecodeError as error:
            offset = self._offset - pending + error.start
            line = self._lines + data[: max(0, error.start - pending)].count(b"\n") + 1
            raise bell_error(
                "E1004",
                file=self.name,
                reason=f"line {line}, byte offset {offset}: not {self.encoding} text ({error.reason})",
                advice="give --encoding",
            ) from None
        self._offset += len(data)
        self._lines += text.count("\n")
        return text.encode("utf-8", "surrogatepass").removeprefix(codecs.BOM_UTF8 if self._offset == len(data) else b"")

    def close(self) -> None:
        if self.name != STDIN:
            if self._file is not self.raw:
                self._file.close()
            self.raw.close()


def _is_utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name in {"utf-8", "ascii", "utf-8-sig"}
    except (LookupError, ValueError):
        raise bell_error("E0003", detail=f"Unknown encoding '{encoding}'", hint="try utf-8, utf-16, latin-1 or cp1252") from None


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    try:
        return codecs.getincrementaldecoder(encoding)("strict")
    except LookupError:
        raise bell_error("E0003", detail=f"'{encoding}' is not an encoding of text", hint="try utf-8, utf-16, latin-1 or cp1252") from None


class Piece(NamedTuple):
    """Consecutive bytes of a stream: ``data[start:end]``, held as a view. ``whole`` is False for a last record without its end."""

    data: bytes
    start: int
    end: int
    whole: bool = True

    @property
    def buffer(self) -> pa.Buffer:
        return pa.py_buffer(self.data).slice(self.start, self.end - self.start)

    @property
    def content(self) -> bytes:
        return self.data[self.start : self.end]

    def has(self, text: bytes) -> bool:
        """Whether these bytes hold ``text``."""
        return self.data.find(text, self.start, self.end) >= 0


def records(stream: ByteStream, first_bytes: int, block_bytes: int, boundary: Callable[[bytes], int]) -> Iterator[Piece]:
    """The stream in pieces that end where a record ends; a last record without its end comes alone.

    The first piece is cut from ``first_bytes``, all others from ``block_bytes``. ``boundary`` gives the end of the last whole record of
    bytes that begin with a record, 0 for none. Raises E1004 for a record longer than RECORD_BYTES_MAX.
    """
    carried = b""
    size = first_bytes
    while piece := stream.read(size):
        data = carried + piece if carried else piece
        end = boundary(data)
        if end == 0:
            if len(data) > RECORD_BYTES_MAX:
                raise bell_error(
                    "E1004", file=stream.name, reason=f"a row is longer than {RECORD_BYTES_MAX >> 20} MiB", advice="is a quote left open?"
                )
            carried = data
            size = max(block_bytes, len(data))  # twice as much each time: long records stay linear
            continue
        rest = len(data) - end
        carried = data[end:] if rest and not stream.give_back(rest) else b""
        yield Piece(data, 0, end)
        size = block_bytes
    if carried:
        yield Piece(carried, 0, len(carried), False)


def line_boundary(data: bytes) -> int:
    """The end of the last line of ``data``, 0 when no line ends in it."""
    return data.rfind(b"\n") + 1
