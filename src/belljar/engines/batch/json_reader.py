"""JSON lines: one object a line. The task's columns are read as the types its parameters declare; a field that is absent is null.

A line has no list of columns, so a column counts as there when any line has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.json as arrow_json

from belljar.engines.batch.blocks import BadBlock, Block, Opened, as_batch, sliced
from belljar.engines.batch.bytestream import STDIN, ByteStream, Piece, line_boundary, records
from belljar.engines.batch.fit import ARROW_TYPE
from belljar.engines.batch.selection import KEEP_ALL, Wanted, select
from belljar.errors import bell_error

FIRST_BYTES = 1 << 20
LINES_SEEN_MAX = 1_000
"""Lines that say which columns there are, and what type kept columns have."""


def open_json(path: str, wanted: Wanted) -> Opened:
    """Open a JSON lines file, or standard input for ``-``. Raises E1001, E1004."""
    stream = ByteStream(path, encoding=wanted.encoding)
    try:
        return _opened(stream, wanted)
    except BaseException:
        stream.close()
        raise


def _opened(stream: ByteStream, wanted: Wanted) -> Opened:
    pieces = records(stream, FIRST_BYTES, wanted.block_bytes, line_boundary)
    start = next(pieces, Piece(b"", 0, 0))
    first = start.content
    if first.lstrip()[:1] == b"[":
        raise bell_error("E1004", file=stream.name, reason="it is one JSON array, not one object a line", advice="write one object a line")
    seen = _seen(first)
    types = {column.name: ARROW_TYPE[column.type] for column in wanted.inputs} | dict(wanted.types)
    names = list(seen)
    for name in [*types, *(name for name in wanted.keep if name != KEEP_ALL)]:
        if name not in seen and (not first or _occurs_later(stream, name)):
            names.append(name)
    chosen = select(wanted, names, stream.name)
    fields = [(name, types[name] if name in types else _arrow_type(name, seen.get(name, set()), stream.name)) for name in chosen]
    parser = _Parser(pa.schema(fields), wanted.block_rows, {column.name for column in wanted.inputs})
    known = dict(fields)
    columns = pa.schema([(name, known.get(name, pa.string())) for name in names])
    return Opened(parser.schema, columns, _blocks(stream, start, pieces, parser), stream.close, text=True)


def _blocks(stream: ByteStream, first: Piece, pieces: Iterator[Piece], parser: _Parser) -> Iterator[Block]:
    for piece in chain((first,), pieces):
        yield Block(partial(parser.load, piece), stream.done)


def _seen(data: bytes) -> dict[str, set[str]]:
    """The fields of the first lines, in order of appearance, each with the JSON types it took."""
    seen: dict[str, set[str]] = {}
    for line in data.split(b"\n", LINES_SEEN_MAX)[:LINES_SEEN_MAX]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue  # the parser proper says what is wrong, and where
        if isinstance(row, dict):
            for name, value in row.items():
                types = seen.setdefault(name, set())
                if value is not None:
                    types.add(type(value).__name__)
    return seen


def _arrow_type(name: str, types: set[str], file: str) -> pa.DataType:
    """The type of a kept column that nobody declared, from the values seen; text where there was none."""
    if not types:
        return pa.string()
    if types == {"int", "float"}:
        return pa.float64()
    if len(types) == 1 and (bell := next(iter(types))) in ARROW_TYPE:
        return ARROW_TYPE[bell]
    raise bell_error(
        "E1002", name=name, file=file, found=" and ".join(sorted(types)), expected="plain values of one type to carry it along", advice=""
    )


def _occurs_later(stream: ByteStream, name: str) -> bool:
    """Whether the field's name stands anywhere in the file: absent in the first lines is not absent."""
    if stream.name == STDIN or stream.size < 0:
        return False
    needle = json.dumps(name, ensure_ascii=False).encode()
    rest = ByteStream(stream.name, encoding=stream.encoding)
    try:
        tail = b""
        while piece := rest.read(1 << 20):
            if needle in tail + piece:
                return True
            tail = piece[-len(needle) :]
        return False
    finally:
        rest.close()


class _Parser:
    """Parses whole lines into the chosen columns; set up once, used by all workers."""

    def __init__(self, schema: pa.Schema, block_rows: int, declared: set[str]) -> None:
        self.schema = schema
        self.declared = declared
        """Columns whose type the task says."""
        self.block_rows = block_rows
        self._options = arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")

    def load(self, piece: Piece) -> Iterator[pa.RecordBatch]:
        if not piece.content.strip():
            return
        try:
            table = arrow_json.read_json(
                pa.BufferReader(piece.buffer),
                read_options=arrow_json.ReadOptions(use_threads=False, block_size=piece.end - piece.start + 1),
                parse_options=self._options,
            ).select(self.schema.names)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError) as error:
            raise self._bad(error, piece.content) from None
        batch = as_batch(table)
        try:
            batch.validate(full=True)  # the parser takes any bytes for text
        except (pa.ArrowInvalid, UnicodeDecodeError):
            raise self._located(piece.content) or BadBlock(-1, "not UTF-8 text") from None
        yield from sliced(batch, self.block_rows)

    def _bad(self, error: Exception, data: bytes) -> BadBlock:
        if located := self._located(data):
            return located
        message = str(error).removeprefix("JSON parse error: ")
        if match := _IN_ROW.search(message):
            return BadBlock(int(match[2]), match[1].rstrip("."))
        return BadBlock(-1, message)

    def _advice(self, field: pa.Field, value: Any) -> str:
        if field.name not in self.declared:
            return f"--types {field.name}=TYPE reads the column as another type"
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return f"annotate '{field.name}' as float" if number and pa.types.is_integer(field.type) else ""

    def _located(self, data: bytes) -> BadBlock | None:
        """The first line at fault, found by reading them one by one with the standard library."""
        row = 0
        for line in data.split(b"\n"):
            if not line.strip():
                continue
            try:
                values = json.loads(line.decode("utf-8"), object_pairs_hook=_unique)
            except UnicodeDecodeError as error:
                return BadBlock(row, f"not UTF-8 text (byte {error.start} of the line)", advice="give --encoding")
            except RecursionError:
                return BadBlock(row, "nested too deeply")
            except _Twice as error:
                if error.name in self.schema.names:
                    return BadBlock(row, f"field '{error.name}' stands twice")
                values = {}
            except ValueError as error:
                return BadBlock(row, f"not a JSON object ({error})")
            if not isinstance(values, dict):
                return BadBlock(row, f"expected a JSON object, got {_json_type(values)}")
            for field in self.schema:
                if not _takes(field.type, values.get(field.name)):
                    value = json.dumps(values[field.name], ensure_ascii=False)
                    shown = value if len(value) <= 80 else value[:79] + "…"
                    what = f"{shown} is not {_words(field.type)}"
                    return BadBlock(row, what, column=field.name, advice=self._advice(field, values[field.name]))
            row += 1
        return None


_IN_ROW = re.compile(r"^(.*) in row (\d+)$", re.DOTALL)


class _Twice(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found


def _takes(type: pa.DataType, value: Any) -> bool:
    if value is None:
        return True
    if pa.types.is_boolean(type):
        return isinstance(value, bool)
    if pa.types.is_integer(type):
        return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
    if pa.types.is_floating(type):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if pa.types.is_string(type):
        return isinstance(value, str) and _encodes(value)
    return isinstance(value, (str, int))


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _words(type: pa.DataType) -> str:
    return {"int64": "an int of 64 bits", "double": "a float", "bool": "a bool", "string": "a str"}.get(str(type), f"a {type}")


def _json_type(value: Any) -> str:
    return {"list": "an array", "str": "a string", "bool": "a boolean", "NoneType": "null"}.get(type(value).__name__, "a number")
