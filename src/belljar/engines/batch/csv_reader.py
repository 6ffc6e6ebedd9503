"""CSV: a header line of column names, then rows. Read in blocks cut between rows, each parsed by a worker.

The task's columns are read as the types its parameters declare; nothing is guessed for them. Kept columns are carried as the text they
are when the output is CSV too, and otherwise get the type of the first MiB.

Null: the empty field, and what ``nulls`` spells. A quoted empty field is null for numbers and the empty string for text; an empty field is
the empty string for a ``str`` parameter that takes no None.
"""

from __future__ import annotations

import csv
import io
import re
import shlex
from collections.abc import Iterator
from functools import partial
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from belljar.engines.batch.blocks import BadBlock, Block, Opened, as_batch, sliced
from belljar.engines.batch.bytestream import ByteStream, Piece, records
from belljar.engines.batch.csv_fields import int_column, plain_fields, projected, text_column
from belljar.engines.batch.fit import ARROW_TYPE
from belljar.engines.batch.selection import Wanted, select
from belljar.errors import bell_error

FIRST_BYTES = 1 << 20
"""The piece that kept columns take their type from: the same whatever the block size."""

_QUOTE, _NEWLINE, _RETURN = 0x22, 0x0A, 0x0D


def open_csv(path: str, wanted: Wanted, *, tabs: bool = False) -> Opened:
    """Open a CSV file, or standard input for ``-``. Raises E1001, E1003, E1004."""
    stream = ByteStream(path, encoding=wanted.encoding)
    try:
        return _opened(stream, wanted, delimiter_of(wanted.delimiter, tabs))
    except BaseException:
        stream.close()
        raise


def delimiter_of(text: str | None, tabs: bool = False) -> str:
    """The delimiter an option spells: one ASCII character, or ``tab`` or ``\\t``."""
    if text is None:
        return "\t" if tabs else ","
    delimiter = "\t" if text in {"\\t", "tab"} else text
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise bell_error("E0003", detail=f"The delimiter must be one ASCII character, got {text!r}")
    return delimiter


def _opened(stream: ByteStream, wanted: Wanted, delimiter: str) -> Opened:
    cutter = _Cutter(delimiter)
    pieces = records(stream, FIRST_BYTES, wanted.block_bytes, cutter.boundary)
    names, first = _header(pieces, stream.name, delimiter, cutter)
    chosen = select(wanted, names, stream.name, _delimiter_advice(names, delimiter))
    types = _declared(wanted, chosen)
    undeclared = [name for name in chosen if name not in types]
    if undeclared and not wanted.verbatim:
        types |= _Parser(names, delimiter, wanted, {}).inferred(first, undeclared, stream.name)
    else:
        types |= dict.fromkeys(undeclared, pa.string())
    parser = _Parser(names, delimiter, wanted, {name: types[name] for name in chosen})
    columns = pa.schema([(name, types.get(name, pa.string())) for name in names])
    return Opened(parser.schema, columns, _blocks(stream, first, pieces, parser), stream.close, text=True)


def _blocks(stream: ByteStream, first: Piece, pieces: Iterator[Piece], parser: _Parser) -> Iterator[Block]:
    for piece in chain((first,), pieces):
        if piece.start < piece.end:
            yield Block(partial(parser.load, piece), stream.done)


def _declared(wanted: Wanted, names: list[str]) -> dict[str, pa.DataType]:
    types = {column.name: ARROW_TYPE[column.type] for column in wanted.inputs}
    return types | {name: type for name, type in wanted.types.items() if name in names}


def _header(pieces: Iterator[Piece], file: str, delimiter: str, cutter: _Cutter) -> tuple[list[str], Piece]:
    """The column names and what follows them in the first piece."""
    piece = next(pieces, Piece(b"", 0, 0))
    data = piece.content
    start = 0
    while True:  # blank lines before the header
        end = cutter.first_record(data, start)
        if data[start:end].strip(b"\r\n") or start >= len(data):
            break
        start = end
    line = data[start:end]
    if not line:
        raise bell_error("E1004", file=file, reason="it is empty: not even a line of column names")
    if cutter.unclosed(line):
        raise bell_error("E1004", file=file, reason="a quoted column name is never closed")
    try:
        text = line.decode("utf-8")
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return next(rows), piece._replace(start=min(end, piece.end))
    except UnicodeDecodeError as error:
        raise bell_error(
            "E1004", file=file, reason=f"its column names are not UTF-8: byte offset {error.start}", advice="give --encoding"
        ) from None
    except (csv.Error, StopIteration) as error:
        raise bell_error("E1004", file=file, reason=f"its line of column names cannot be read ({error})") from None


def _delimiter_advice(header: list[str], delimiter: str) -> str:
    if len(header) == 1:
        for other, name in ((";", "';'"), ("\t", "tab"), ("|", "'|'"), (",", "','")):
            if other != delimiter and other in header[0]:
                return f"the file seems to be separated by {other!r}: give --delimiter {name}"
    return ""


class _Cutter:
    """Finds where CSV rows end: a line end inside quotes does not end a row."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = ord(delimiter)
        self._newline: int | None = None

    def boundary(self, data: bytes) -> int:
        """The end of the last whole row of bytes that begin with a row; 0 for none."""
        newline = self._line_end(data)
        if b'"' not in data:
            return data.rfind(newline) + 1
        quotes = self._regular_quotes(data)
        if quotes is None:
            return self._walk(data)[0]
        at = data.rfind(newline)
        while at >= 0:
            before = int(np.searchsorted(quotes, at))
            if before % 2 == 0:
                return at + 1
            at = data.rfind(newline, 0, int(quotes[before - 1]))
        return 0

    def unclosed(self, data: bytes) -> bool:
        """Whether a piece ends inside a quoted field."""
        if b'"' not in data:
            return False
        quotes = self._regular_quotes(data)
        return bool(len(quotes) % 2) if quotes is not None else self._walk(data)[1]

    def first_record(self, data: bytes, start: int) -> int:
        """The end of the row at ``start``."""
        newline = self._line_end(data)
        end = data.find(newline, start)
        if end < 0:
            return len(data)
        if b'"' not in data[start:end]:
            return end + 1
        closed, end = self._row(data, start, newline)
        return end if closed else len(data)

    def _line_end(self, data: bytes) -> bytes:
        # Old Macintosh files end lines with \r alone; the first piece decides.
        if self._newline is None:
            self._newline = _RETURN if b"\n" not in data and b"\r" in data else _NEWLINE
        return b"\r" if self._newline == _RETURN else b"\n"

    def _regular_quotes(self, data: bytes) -> np.ndarray | None:
        """Places of the quotes when each opens at the start of a field or closes at its end (or is doubled): then a line end stands
        outside quotes exactly when an even number of quotes is before it. None when some quote stands elsewhere."""
        text = np.frombuffer(data, np.uint8)
        quotes = np.flatnonzero(text == _QUOTE)
        opening, closing = quotes[0::2], quotes[1::2]
        ends = np.array([self._delimiter, _NEWLINE, _RETURN, _QUOTE], np.uint8)
        inner = opening[opening > 0]
        if not np.isin(text[inner - 1], ends).all():
            return None
        outer = closing[closing < len(text) - 1]
        return quotes if np.isin(text[outer + 1], ends).all() else None

    def _walk(self, data: bytes) -> tuple[int, bool]:
        """The end of the last whole row, and whether the data ends inside quotes: row by row, for files with stray quotes."""
        newline = self._line_end(data)
        start = 0
        while start < len(data):
            closed, end = self._row(data, start, newline)
            if not closed:
                return start, True
            if end > len(data):
                break
            start = end
        return start, False

    def _row(self, data: bytes, start: int, newline: bytes) -> tuple[bool, int]:
        """Whether the row at ``start`` closes its quotes, and where it ends: beyond the data where its line end is missing."""
        line_end = data.find(newline, start)
        quote = data.find(b'"', start, line_end if line_end >= 0 else len(data))
        if quote < 0:
            return True, (line_end if line_end >= 0 else len(data)) + 1
        delimiter = bytes([self._delimiter])
        at = start
        while True:
            if data[at : at + 1] == b'"':
                at += 1
                while True:
                    at = data.find(b'"', at)
                    if at < 0:
                        return False, len(data)
                    if data[at + 1 : at + 2] != b'"':
                        at += 1
                        break
                    at += 2
                if line_end >= 0 and at > line_end:
                    line_end = data.find(newline, at)
            field_end = data.find(delimiter, at, line_end if line_end >= 0 else len(data))
            if field_end < 0:
                return True, (line_end if line_end >= 0 else len(data)) + 1
            at = field_end + 1


class _Parser:
    """Parses one piece of a file into the chosen columns; set up once, used by all workers."""

    def __init__(self, names: list[str], delimiter: str, wanted: Wanted, types: dict[str, pa.DataType]) -> None:
        self.names = names
        self.delimiter = delimiter
        self.nulls = list(wanted.nulls)
        self.block_rows = wanted.block_rows
        self.types = types
        self.schema = pa.schema(list(types.items()))
        self.nullable = {column.name: column.nullable for column in wanted.inputs}

    def load(self, piece: Piece) -> Iterator[pa.RecordBatch]:
        if not piece.whole and _Cutter(self.delimiter).unclosed(piece.content):
            raise BadBlock(0, "a quoted field is never closed")
        batch = self._plain(piece)
        if batch is None:
            table = self._read(piece, self.types, ["", *self.nulls], self.schema.names)
            for index, field in enumerate(self.schema):
                if pa.types.is_string(field.type) and table.column(index).null_count and self._needs_care(field.name, piece):
                    table = table.set_column(index, field, self._text(piece, field.name))
            batch = as_batch(table)
        yield from sliced(batch, self.block_rows)

    def _plain(self, piece: Piece) -> pa.RecordBatch | None:
        """The piece read without Arrow, as far as its types allow it; None where its text does not."""
        fields = plain_fields(piece, len(self.names), self.delimiter, self.nulls)
        if fields is None:
            return None
        arrays: dict[str, pa.Array] = {}
        rest: list[str] = []
        for name, type in self.types.items():
            if pa.types.is_int64(type):
                arrays[name] = int_column(fields, self.names.index(name))
            elif pa.types.is_string(type):
                arrays[name] = text_column(fields, self.names.index(name), empty_is_null=self.nullable.get(name, True))
            else:
                rest.append(name)
                continue
            if arrays[name] is None:
                return None
        if rest:
            rest.sort(key=self.names.index)
            text = projected(fields, [self.names.index(name) for name in rest], piece)
            try:
                table = self._parsed(text, [*rest, ""], {name: self.types[name] for name in rest}, ["", *self.nulls], rest)
            except pa.ArrowInvalid:
                return None  # read as a whole, the error tells its row and column
            arrays |= zip(rest, as_batch(table).columns, strict=True)
        return pa.RecordBatch.from_arrays([arrays[name] for name in self.types], schema=self.schema)

    def _needs_care(self, name: str, piece: Piece) -> bool:
        return not self.nullable.get(name, True) or piece.has(b'""')

    def _text(self, piece: Piece, name: str) -> pa.ChunkedArray:
        """A text column whose empty fields are told apart: quoted ones are the empty string; so are all where None is not accepted."""
        import pyarrow.compute as pc

        raw = self._read(piece, {name: pa.string()}, [""], [name], quoted=False).column(0)
        if not self.nullable.get(name, True):
            raw = raw.fill_null("")
        if self.nulls:
            spelled = pc.is_in(raw, value_set=pa.array([null for null in self.nulls if null], pa.string()))
            raw = pc.if_else(spelled, pa.scalar(None, pa.string()), raw)
        return raw

    def _read(self, piece: Piece, types: dict[str, pa.DataType], nulls: list[str], columns: list[str], *, quoted: bool = True) -> pa.Table:
        try:
            return self._parsed(piece.buffer, self.names, types, nulls, columns, quoted=quoted, newlines=piece.has(b'"'))
        except pa.ArrowInvalid as error:
            if str(error) == "Empty CSV file":  # nothing but blank lines
                return pa.schema([(name, types.get(name, pa.null())) for name in columns]).empty_table()
            raise self._bad(str(error)) from None

    def _parsed(
        self,
        text: pa.Buffer,
        names: list[str],
        types: dict[str, pa.DataType],
        nulls: list[str],
        columns: list[str],
        *,
        quoted: bool = True,
        newlines: bool = False,
    ) -> pa.Table:
        return arrow_csv.read_csv(
            pa.BufferReader(text),
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=text.size + 1, column_names=names),
            parse_options=arrow_csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=newlines),
            convert_options=arrow_csv.ConvertOptions(
                column_types=types,
                include_columns=columns,
                null_values=nulls,
                strings_can_be_null=True,
                quoted_strings_can_be_null=quoted,
            ),
        )

    def inferred(self, piece: Piece, names: list[str], file: str) -> dict[str, pa.DataType]:
        """The types of columns nobody declared, from the first piece; text where every value is null."""
        try:
            found = self._read(piece, {}, ["", *self.nulls], names).schema
        except BadBlock as bad:
            raise bad.error(file, 0) from None
        return {field.name: pa.string() if pa.types.is_null(field.type) else field.type for field in found}

    def _bad(self, message: str) -> BadBlock:
        if match := _RAGGED.search(message):
            row, expected, got, text = match.groups()
            return BadBlock(int(row or 0) - 1, f"expected {expected} fields, got {got}: {_short(text)}")
        if match := _UNREADABLE.search(message):
            index, row, reason = match.groups()
            name = self.names[int(index)]
            return BadBlock(int(row or 0) - 1, _reason(reason), column=name, advice=_advice(name, reason, declared=name in self.nullable))
        return BadBlock(-1, message)


_RAGGED = re.compile(r"^CSV parse error: (?:Row #(\d+): )?Expected (\d+) columns, got (\d+): ?(.*)", re.DOTALL)
_UNREADABLE = re.compile(r"^In CSV column #(\d+): (?:Row #(\d+): )?(.*)", re.DOTALL)
_VALUE = re.compile(r"CSV conversion error to (\S+): invalid value '(.*)'", re.DOTALL)
_WHOLE = re.compile(r"\s*[+-]?\d+\s*")
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_BELL_NAME = {"int64": "int", "double": "float", "bool": "bool", "string": "str"}


def _reason(reason: str) -> str:
    if match := _VALUE.match(reason):
        type, value = match.groups()
        if type == "int64" and _WHOLE.fullmatch(value):
            return f"{_short(value)} is beyond the 64 bits of an int"
        return f"'{_short(value)}' is not {'an' if type == 'int64' else 'a'} {_BELL_NAME.get(type, type)}"
    if "invalid UTF8" in reason:
        return "not UTF-8 text"
    return reason.removeprefix("CSV conversion error to ")


def _advice(name: str, reason: str, *, declared: bool) -> str:
    """What to do about a value; ``declared`` where it is a parameter of the task that says the column's type."""
    if match := _VALUE.match(reason):
        type, value = match.groups()
        if type == "int64" and _NUMBER.fullmatch(value):
            return f"annotate '{name}' as float" if declared else f"--types {name}=float reads the column as another type"
        null = f"if it means null, give --null {shlex.quote(_short(value))}"
        return null if declared else f"{null}; --types {name}=str reads the column as another type"
    if "invalid UTF8" in reason:
        return "give --encoding, such as latin-1 or cp1252"
    return f"--types {name}=TYPE reads the column as another type"


def _short(text: str, length_max: int = 80) -> str:
    line = text.replace("\n", "\\n").replace("\r", "\\r")
    return line if len(line) <= length_max else line[: length_max - 1] + "…"
