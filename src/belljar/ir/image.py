"""The binary form of a module, ``.bellc``: :func:`write_image` and :func:`read_image`.

An image is untrusted input. Reading it never asks for more memory than a small multiple of its size, never recurses deeper than ``NESTING_MAX``, and ends with a module that
:func:`belljar.ir.verify.verify` has passed, in which no op trusts a proof of its maker (:func:`check_again`), and which :mod:`belljar.ir.passes.fuel` has charged anew, or with E1101 (not an image, damaged) or E1102 (the code breaks a rule).

Layout, all integers little-endian::

    header    magic "BELLC\\r\\n\\x1a" | u16 version | u16 number of sections | u32 CRC-32C of the header and the section table, this field as 0
    table     per section: 4 bytes name | u32 offset | u32 size | u32 CRC-32C of its bytes
    sections  in the order of SECTIONS, one after another, nothing between or behind them

    STRS  string pool        count, then length and UTF-8 of each (lone surrogates as three bytes)
    TYPE  types              count, then a tag and its parts; a part is a type that stands before
    DECL  declarations       records (name, resume, entry, fields), signatures, globals, tasks, the init function, functions of the host
    SYMS  symbols            functions: name, source name, generator, place, parameters, results, registers
    CODE  code               per function: blocks of instructions (op number, results, operands)
    LINE  line table         scopes; per instruction the change of place and the scope
    META  metadata           module name, source name
    SRCE  source text        UTF-8; empty with a flag in META when there is none

Counts, indices and lengths are unsigned LEB128 of at most 32 bits; ``#int`` immediates zigzag LEB128 of 64 bits; floats eight bytes. Op numbers are those of the op table, which
never change their meaning.
"""

from __future__ import annotations

import struct

from belljar.errors import bell_error
from belljar.ir.function import (
    MEMBER_KINDS,
    PARAM_KINDS,
    Block,
    Function,
    HostFunction,
    Instr,
    Layout,
    Member,
    Module,
    Param,
    Register,
    Scope,
    Signature,
    SignatureParam,
    Task,
)
from belljar.ir.ops import BY_NUMBER, OPS
from belljar.ir.passes import fuel
from belljar.ir.text import NESTING_MAX, value_text
from belljar.ir.verify import verify
from belljar.source import NOWHERE, Source, Span
from belljar.storage._crc32c import crc32c
from belljar.types import (
    ANY,
    BOOL,
    BYTES,
    DECIMAL,
    FLOAT,
    FROZENSET,
    FUNCTION,
    INT,
    NEVER,
    NONE,
    NUMBER,
    REGEX,
    STR,
    ClosureType,
    DictType,
    ListType,
    OptionalType,
    RangeType,
    RecordType,
    SetType,
    TupleType,
    Type,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final, NoReturn, TypeVar

    Item = TypeVar("Item")

MAGIC: Final = b"BELLC\r\n\x1a"
PROVEN: Final = (".nw", ".nc")
"""Ends of the names of ops that leave out a check because a pass has proved that it cannot fail."""
VERSION: Final = 5
SECTIONS: Final = (b"STRS", b"TYPE", b"DECL", b"SYMS", b"CODE", b"LINE", b"META", b"SRCE")
HEADER: Final = struct.Struct("<8sHHI")
ENTRY: Final = struct.Struct("<4sIII")

IMAGE_BYTES_MAX: Final = 64 << 20
TYPE_COUNT_MAX: Final = 1 << 16
TYPE_SIZE_MAX: Final = 256
"""Most types that may stand in one type: parts are shared in the table, so that a small one could unfold to any size."""
ASSIGNMENTS_MAX: Final = 1 << 28
"""Most registers times blocks of a function: what the verifier's sets may hold, in bits."""

SCALARS: Final = (INT, FLOAT, BOOL, STR, NONE, ANY, NEVER, NUMBER, BYTES, FROZENSET, FUNCTION, DECIMAL, REGEX)
"""By tag, from 0 on. The tags of the other types follow."""
RECORD, OPTIONAL, LIST, SET, DICT, TUPLE, CLOSURE, RANGE = range(len(SCALARS), len(SCALARS) + 8)

V_NONE, V_FALSE, V_TRUE, V_INT, V_FLOAT, V_STR, V_TUPLE, V_LIST, V_DICT, V_SET = range(10)
"""Tags of default values."""


class _Damaged(Exception):
    """The bytes are not an image; the text says why."""


def _damaged(reason: str) -> NoReturn:
    raise _Damaged(reason)


# --- writing ----------------------------------------------------------------------------------------------------------------------


def write_image(module: Module) -> bytes:
    """The image of a verified module, the same bytes for equal modules. Raises E1201 for a default value that has no binary form."""
    return _Writer(module).image()


class _Bytes(bytearray):
    def number(self, value: int) -> None:
        """Unsigned LEB128."""
        while value > 0x7F:
            self.append(value & 0x7F | 0x80)
            value >>= 7
        self.append(value)

    def signed(self, value: int) -> None:
        """Zigzag LEB128."""
        self.number(value << 1 if value >= 0 else ~(value << 1))


class _Writer:
    def __init__(self, module: Module) -> None:
        self.module = module
        self.strings: dict[str, int] = {}
        self.types: dict[Type, int] = {}
        self.type_bytes = _Bytes()

    def image(self) -> bytes:
        bodies = {
            b"DECL": self.declarations(),
            b"SYMS": self.symbols(),
            b"CODE": self.code(),
            b"LINE": self.line_table(),
            b"META": self.metadata(),
            b"SRCE": self.module.source.text.encode("utf-8", "surrogatepass") if self.module.source else b"",
        }
        types = _Bytes()
        types.number(len(self.types))
        bodies[b"TYPE"] = types + self.type_bytes
        strings = _Bytes()
        strings.number(len(self.strings))
        for text in self.strings:
            encoded = text.encode("utf-8", "surrogatepass")
            strings.number(len(encoded))
            strings += encoded
        bodies[b"STRS"] = strings
        table = bytearray()
        offset = HEADER.size + ENTRY.size * len(SECTIONS)
        for name in SECTIONS:
            table += ENTRY.pack(name, offset, len(bodies[name]), crc32c(bytes(bodies[name])))
            offset += len(bodies[name])
        if offset > IMAGE_BYTES_MAX:
            raise bell_error("E1201", detail=f"the module's image would have {offset} bytes, {IMAGE_BYTES_MAX} are allowed")
        header = HEADER.pack(MAGIC, VERSION, len(SECTIONS), 0)
        header = HEADER.pack(MAGIC, VERSION, len(SECTIONS), crc32c(header + bytes(table)))
        return b"".join([header, bytes(table), *(bytes(bodies[name]) for name in SECTIONS)])

    def string(self, text: str) -> int:
        return self.strings.setdefault(text, len(self.strings))

    def type(self, type: Type) -> int:
        if type in self.types:
            return self.types[type]
        body = _Bytes()
        if type in SCALARS:
            body.number(SCALARS.index(type))
        elif isinstance(type, RecordType):
            body.number(RECORD)
            body.number(self.string(type.name))
        elif isinstance(type, RangeType):
            body.number(RANGE)
            body.signed(type.step)
        elif isinstance(type, DictType):
            parts = (self.type(type.key), self.type(type.value))
            body.number(DICT)
            for part in parts:
                body.number(part)
        elif isinstance(type, (TupleType, ClosureType)):
            items = [self.type(item) for item in type.items]
            if isinstance(type, ClosureType):
                body.number(CLOSURE)
                body.number(self.string(type.name))
            else:
                body.number(TUPLE)
            body.number(len(items))
            for item in items:
                body.number(item)
        else:
            assert isinstance(type, (OptionalType, ListType, SetType))
            item = self.type(type.item)
            body.number(OPTIONAL if isinstance(type, OptionalType) else LIST if isinstance(type, ListType) else SET)
            body.number(item)
        self.type_bytes += body
        return self.types.setdefault(type, len(self.types))

    def value(self, out: _Bytes, value: Any, depth: int = 0) -> None:
        items: Any = ()
        if value is None:
            out.number(V_NONE)
        elif isinstance(value, bool):
            out.number(V_TRUE if value else V_FALSE)
        elif isinstance(value, int) and -(2**63) <= value < 2**63:
            out.number(V_INT)
            out.signed(value)
        elif isinstance(value, float):
            out.number(V_FLOAT)
            out += struct.pack("<d", value)
        elif isinstance(value, str):
            out.number(V_STR)
            out.number(self.string(value))
        elif isinstance(value, (tuple, list, set, frozenset, dict)) and depth < NESTING_MAX:
            tag = (
                V_TUPLE if isinstance(value, tuple) else V_LIST if isinstance(value, list) else V_DICT if isinstance(value, dict) else V_SET
            )
            out.number(tag)
            out.number(len(value))
            if isinstance(value, dict):
                items = [part for pair in value.items() for part in pair]
            else:  # a set's own order changes from process to process; the bytes of a module may not
                items = sorted(value, key=value_text) if tag == V_SET else value
        else:
            raise bell_error("E1201", detail=f"a default of type {type(value).__name__} has no binary form")
        for item in items:
            self.value(out, item, depth + 1)

    def span(self, out: _Bytes, span: Span) -> None:
        for number in (span.line, span.column, span.end_line, span.end_column):
            out.number(number)

    def named_types(self, out: _Bytes, pairs: Any) -> None:
        out.number(len(pairs))
        for name, type in pairs:
            out.number(self.string(name))
            out.number(self.type(type))

    def declarations(self) -> _Bytes:
        out = _Bytes()
        out.number(len(self.module.records))
        for layout in self.module.records.values():
            for text in (layout.name, layout.resume, layout.entry, layout.base):
                out.number(self.string(text))
            self.named_types(out, layout.fields)
            out.number(len(layout.members))
            for member in layout.members:
                out.number(self.string(member.name))
                out.number(MEMBER_KINDS.index(member.kind))
                for target in (member.target, member.setter):
                    out.number(self.string(target) if isinstance(target, str) else 0)
                    out.number(0 if isinstance(target, str) else target + 1)
        out.number(len(self.module.signatures))
        for signature in self.module.signatures.values():
            for text in (signature.name, signature.title, signature.entry, signature.record, signature.doc or ""):
                out.number(self.string(text))
            out.number(signature.doc is not None)
            out.number(signature.wraps + 1)
            out.number(len(signature.params))
            for taken in signature.params:
                out.number(self.string(taken.name))
                out.number(PARAM_KINDS.index(taken.kind))
                out.number(taken.default + 1)
        self.named_types(out, self.module.globals)
        out.number(len(self.module.tasks))
        for task in self.module.tasks.values():
            for text in (task.name, task.function, task.doc):
                out.number(self.string(text))
            out.number(self.type(task.result))
            out.number(len(task.params))
            for param in task.params:
                out.number(self.string(param.name))
                out.number(self.type(param.type))
                out.number(int(param.has_default))
                if param.has_default:
                    self.value(out, param.default)
        out.number(self.string(self.module.init))
        out.number(len(self.module.hosts))
        for host in self.module.hosts:
            for text in (host.name, host.capability, host.effect):
                out.number(self.string(text))
            out.number(self.type(host.result))
            out.number(self.type(host.gives))
            out.number(len(host.params))
            for pair in zip(host.params, host.takes, strict=True):
                for type in pair:
                    out.number(self.type(type))
        return out

    def symbols(self) -> _Bytes:
        out = _Bytes()
        out.number(len(self.module.functions))
        for function in self.module.functions.values():
            out.number(self.string(function.name))
            out.number(self.string(function.source_name))
            out.number(self.string(function.generator))
            self.span(out, function.span)
            out.number(len(function.params))
            for register in function.params:
                out.number(register)
            out.number(len(function.results))
            for type in function.results:
                out.number(self.type(type))
            self.named_types(out, [(register.name, register.type) for register in function.registers])
        return out

    def code(self) -> _Bytes:
        out = _Bytes()
        for function in self.module.functions.values():
            out.number(len(function.blocks))
            for block in function.blocks:
                out.number(len(block.instrs))
                for instr in block.instrs:
                    self.instruction(out, instr)
        return out

    def instruction(self, out: _Bytes, instr: Instr) -> None:
        op = instr.op
        out.number(op.number)
        out.number(len(instr.results))
        for register in instr.results:
            out.number(register)
        if op.variadic:
            out.number(len(instr.args))
        for position, value in enumerate(instr.args):
            kind = op.kind(position)
            if kind == "#int":
                out.signed(value)
            elif kind == "#float":
                out += struct.pack("<d", value)
            elif kind in ("#str", "#function"):
                out.number(self.string(value))
            elif kind == "#type":
                out.number(self.type(value))
            else:
                out.number(int(value))

    def line_table(self) -> _Bytes:
        scopes: dict[tuple[str, Span, int], int] = {}
        places = _Bytes()
        for function in self.module.functions.values():
            line = function.span.line
            for block in function.blocks:
                for instr in block.instrs:
                    if instr.span == NOWHERE and instr.scope is None:
                        places.number(0)
                        continue
                    places.number(1 + self.scope(scopes, instr.scope))
                    places.signed(instr.span.line - line)
                    places.number(instr.span.column)
                    places.signed(instr.span.end_line - instr.span.line)
                    places.number(instr.span.end_column)
                    line = instr.span.line
        out = _Bytes()
        out.number(len(scopes))
        for name, span, parent in scopes:
            out.number(self.string(name))
            self.span(out, span)
            out.number(parent)
        return out + places  # type: ignore[return-value]

    def scope(self, scopes: dict[tuple[str, Span, int], int], scope: Scope | None) -> int:
        """The scope's number, counted from 1; 0 is none. Parents come first."""
        chain = []
        while scope is not None:
            chain.append(scope)
            scope = scope.parent
        number = 0
        for step in reversed(chain):
            number = scopes.setdefault((step.function, step.call_span, number), len(scopes) + 1)
        return number

    def metadata(self) -> _Bytes:
        out = _Bytes()
        out.number(self.string(self.module.name))
        out.number(int(self.module.source is not None))
        out.number(self.string(self.module.source.name if self.module.source else ""))
        return out


# --- reading ----------------------------------------------------------------------------------------------------------------------


def read_image(data: bytes) -> Module:
    """The verified module of an image. Raises E1101 and E1102."""
    try:
        module = _Reader(data).module()
    except _Damaged as damage:
        raise bell_error("E1101", reason=str(damage)) from None
    verify(module)
    check_again(module)
    fuel.run(module)
    return module


def check_again(module: Module) -> None:
    """Put ops that check in the place of those that a pass proved need not: the proof does not travel with an image, and who made the image may have had none."""
    for function in module.functions.values():
        for block in function.blocks:
            for instr in block.instrs:
                if instr.op.name.endswith(PROVEN):
                    instr.op = OPS[instr.op.name.rpartition(".")[0]]


class _Section:
    """The bytes of one section and a place in them. Every read is checked against the end."""

    def __init__(self, name: bytes, data: bytes) -> None:
        self.name = name.decode()
        self.data = data
        self.place = 0

    def fail(self, reason: str) -> NoReturn:
        _damaged(f"section {self.name}, byte {self.place}: {reason}")

    def number(self, below: int = 1 << 32) -> int:
        """An unsigned number below a bound, in its shortest form."""
        data, place = self.data, self.place
        value = shift = 0
        while True:
            if place >= len(data):
                self.fail("it ends in the middle of a number")
            byte = data[place]
            place += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 63:
                self.fail("a number has more than 64 bits")
        if value >= below:
            self.fail(f"{value} is not below {below}")
        if byte == 0 and shift:
            self.fail("a number is not in its shortest form")
        self.place = place
        return value

    def signed(self) -> int:
        value = self.number(1 << 64)
        return ~(value >> 1) if value & 1 else value >> 1

    def count(self, bytes_least: int = 1) -> int:
        """How many items follow, each of so many bytes at least: never more than there are bytes for."""
        number = self.number()
        if number * bytes_least > len(self.data) - self.place:
            self.fail(f"{number} items do not fit in what is left")
        return number

    def take(self, size: int) -> bytes:
        if size > len(self.data) - self.place:
            self.fail(f"{size} bytes are not left")
        piece = self.data[self.place : self.place + size]
        self.place += size
        return piece

    def text(self, size: int) -> str:
        try:
            return self.take(size).decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            self.fail("a string is not UTF-8")

    def items(self, read: Callable[[], Item], bytes_least: int = 1) -> list[Item]:
        return [read() for _ in range(self.count(bytes_least))]

    def ended(self) -> None:
        if self.place != len(self.data):
            self.fail("bytes are left over")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.sections = {name: _Section(name, body) for name, body in _split(data).items()}
        self.at = self.sections[b"STRS"]
        self.strings = self.at.items(lambda: self.at.text(self.at.number()))
        self.at.ended()
        if len(set(self.strings)) != len(self.strings):
            self.at.fail("a string stands twice")
        self.types: list[Type] = []
        self.read_types()

    def module(self) -> Module:
        meta = self.open(b"META")
        name, has_source, source_name = self.string(), meta.number(2), self.string()
        meta.ended()
        text = self.open(b"SRCE")
        source = Source(source_name, text.text(len(text.data))) if has_source else None
        text.ended()
        module = Module(name, source)
        self.read_declarations(module)
        functions = self.read_symbols()
        self.read_code(functions)
        self.read_lines(functions)
        for function in functions:
            if function.name in module.functions:
                _damaged(f"function @{function.name} stands twice")
            module.functions[function.name] = function
        return module

    def open(self, name: bytes) -> _Section:
        self.at = self.sections[name]
        return self.at

    def string(self) -> str:
        return self.strings[self.at.number(len(self.strings))]

    def type(self) -> Type:
        return self.types[self.at.number(len(self.types))]

    def span(self) -> Span:
        number = self.at.number
        return Span(number(), number(), number(), number())

    def named_type(self) -> tuple[str, Type]:
        return self.string(), self.type()

    def read_types(self) -> None:
        at = self.open(b"TYPE")
        if (count := at.count()) > TYPE_COUNT_MAX:
            at.fail(f"{count} types, {TYPE_COUNT_MAX} are allowed")
        sizes: list[tuple[int, int]] = []  # of each type: the types in it, how deep they nest
        seen: set[Type] = set()
        for _ in range(count):
            first = at.place
            type, parts = self.read_type()
            inside = [sizes[part] for part in parts]
            size = 1 + sum(size for size, _ in inside)
            depth = 1 + max((depth for _, depth in inside), default=0)
            if size > TYPE_SIZE_MAX or depth > NESTING_MAX:
                at.fail("a type is too large")
            if type in seen:
                at.place = first
                at.fail("a type stands twice")
            seen.add(type)
            sizes.append((size, depth))
            self.types.append(type)
        at.ended()

    def read_type(self) -> tuple[Type, list[int]]:
        """The next type and the indices of its parts, which are types read before."""
        at = self.at
        tag = at.number(RANGE + 1)
        if tag < len(SCALARS):
            return SCALARS[tag], []
        if tag == RECORD:
            return RecordType(self.string()), []
        if tag == RANGE:
            return RangeType(at.signed()), []
        name = self.string() if tag == CLOSURE else ""
        parts = [at.number(len(self.types)) for _ in range(at.count() if tag in (TUPLE, CLOSURE) else 2 if tag == DICT else 1)]
        if len(parts) > TYPE_SIZE_MAX:
            at.fail("a type is too large")
        items = [self.types[part] for part in parts]
        if tag == TUPLE:
            return TupleType(tuple(items)), parts
        if tag == CLOSURE:
            return ClosureType(name, tuple(items)), parts
        if tag == DICT:
            return DictType(items[0], items[1]), parts
        return (OptionalType if tag == OPTIONAL else ListType if tag == LIST else SetType)(items[0]), parts

    def value(self, depth: int = 0) -> Any:
        at = self.at
        if depth > NESTING_MAX:
            at.fail("a value is nested too deep")
        tag = at.number(V_SET + 1)
        if tag <= V_TRUE:
            return (None, False, True)[tag]
        if tag == V_INT:
            return at.signed()
        if tag == V_FLOAT:
            return struct.unpack("<d", at.take(8))[0]
        if tag == V_STR:
            return self.string()
        items = [self.value(depth + 1) for _ in range(at.count() * (2 if tag == V_DICT else 1))]
        try:
            if tag == V_DICT:
                return dict(zip(items[::2], items[1::2], strict=True))
            return tuple(items) if tag == V_TUPLE else items if tag == V_LIST else set(items)
        except TypeError:
            at.fail("a key or element that cannot be hashed")

    def read_declarations(self, module: Module) -> None:
        at = self.open(b"DECL")
        for _ in range(at.count(5)):
            name, resume, entry, base = self.string(), self.string(), self.string(), self.string()
            if name in module.records:
                at.fail(f"record {name} stands twice")
            if base and base not in module.records:
                at.fail(f"record {base} does not stand before {name}")
            bases = (base, *module.records[base].bases) if base else ()
            if len(bases) > NESTING_MAX:
                at.fail("records derive from one another too deep")
            fields = tuple(at.items(self.named_type, 2))
            module.records[name] = Layout(name, fields, resume, entry, bases, tuple(at.items(self.member, 6)))
        for _ in range(at.count(8)):
            name, title, entry, record, text = self.string(), self.string(), self.string(), self.string(), self.string()
            doc, wraps = text if at.number(2) else None, at.number() - 1
            if name in module.signatures:
                at.fail(f"signature @{name} stands twice")
            module.signatures[name] = Signature(name, tuple(at.items(self.signature_param, 3)), entry, title, record, doc, wraps)
        module.globals = at.items(self.named_type, 2)
        for _ in range(at.count(5)):
            name, function, doc, result = self.string(), self.string(), self.string(), self.type()
            params = tuple(at.items(self.param, 3))
            if name in module.tasks:
                at.fail(f"task {name} stands twice")
            module.tasks[name] = Task(name, function, params, result, doc)
        module.init = self.string()
        module.hosts = at.items(self.host, 6)
        at.ended()

    def host(self) -> HostFunction:
        name, capability, effect, result, gives = self.string(), self.string(), self.string(), self.type(), self.type()
        pairs = self.at.items(lambda: (self.type(), self.type()), 2)
        return HostFunction(name, capability, effect, tuple([word for word, _ in pairs]), result, tuple([type for _, type in pairs]), gives)

    def member(self) -> Member:
        name, kind = self.string(), MEMBER_KINDS[self.at.number(len(MEMBER_KINDS))]
        return Member(name, kind, self.member_place(), self.member_place())

    def member_place(self) -> str | int:
        number = self.at.number(len(self.strings) or 1)
        index = self.at.number()
        return index - 1 if index else self.strings[number] if self.strings else ""

    def signature_param(self) -> SignatureParam:
        return SignatureParam(self.string(), PARAM_KINDS[self.at.number(len(PARAM_KINDS))], self.at.number() - 1)

    def param(self) -> Param:
        name, type = self.named_type()
        return Param(name, type, self.value(), True) if self.at.number(2) else Param(name, type)

    def read_symbols(self) -> list[Function]:
        at = self.open(b"SYMS")
        functions = at.items(self.symbol, 10)
        at.ended()
        return functions

    def symbol(self) -> Function:
        at = self.at
        name, source_name, generator, span = self.string(), self.string(), self.string(), self.span()
        params = at.items(at.number)
        results = tuple(at.items(self.type))
        registers = [Register(type, name) for name, type in at.items(self.named_type, 2)]
        return Function(name, params, results, registers, [], source_name, span, generator)

    def read_code(self, functions: list[Function]) -> None:
        at = self.open(b"CODE")
        for function in functions:
            blocks = at.count()
            if blocks * len(function.registers) > ASSIGNMENTS_MAX:
                at.fail(f"@{function.name} is too large: {blocks} blocks and {len(function.registers)} registers")
            function.blocks = [Block(at.items(self.instruction, 2)) for _ in range(blocks)]
        at.ended()

    def instruction(self) -> Instr:
        at = self.at
        op = BY_NUMBER.get(at.number())
        if op is None:
            at.fail("there is no op of this number")
        results = tuple(at.items(at.number))
        count = at.count() if op.variadic else len(op.operands)
        args: list[Any] = []
        for position in range(count):
            kind = op.kind(position)
            if kind == "#int":
                args.append(at.signed())
            elif kind == "#float":
                args.append(struct.unpack("<d", at.take(8))[0])
            elif kind in ("#str", "#function"):
                args.append(self.string())
            elif kind == "#type":
                args.append(self.type())
            else:
                args.append(bool(at.number(2)) if kind == "#bool" else at.number())
        return Instr(op, results, tuple(args))

    def read_lines(self, functions: list[Function]) -> None:
        at = self.open(b"LINE")
        scopes: list[Scope | None] = [None]
        for _ in range(at.count(6)):
            name, span, parent = self.string(), self.span(), at.number(len(scopes))
            scopes.append(Scope(name, span, scopes[parent]))
        for function in functions:
            line = function.span.line
            for block in function.blocks:
                for instr in block.instrs:
                    tag = at.number(len(scopes) + 1)
                    if tag == 0:
                        continue
                    line += at.signed()
                    column, end_line, end_column = at.number(), line + at.signed(), at.number()
                    if not (0 <= line < 1 << 32 and 0 <= end_line < 1 << 32):
                        at.fail("a line number is out of range")
                    instr.span = Span(line, column, end_line, end_column)
                    instr.scope = scopes[tag - 1]
        at.ended()


def _split(data: bytes) -> dict[bytes, bytes]:
    """The sections of an image, with header, table and checksums proven."""
    if len(data) > IMAGE_BYTES_MAX:
        _damaged(f"it has {len(data)} bytes, {IMAGE_BYTES_MAX} are allowed")
    if data[: len(MAGIC)] != MAGIC:
        _damaged("it does not begin as one")
    table_end = HEADER.size + ENTRY.size * len(SECTIONS)
    if len(data) < HEADER.size:
        _damaged("it is cut short")
    _, version, count, crc = HEADER.unpack_from(data)
    if version != VERSION:
        _damaged(f"it is of version {version}, this is version {VERSION}: compile the source again")
    if count != len(SECTIONS) or len(data) < table_end:
        _damaged("it is cut short")
    if crc32c(HEADER.pack(MAGIC, version, count, 0) + data[HEADER.size : table_end]) != crc:
        _damaged("its header is damaged")
    sections = {}
    end = table_end
    for index, expected in enumerate(SECTIONS):
        name, offset, size, crc = ENTRY.unpack_from(data, HEADER.size + index * ENTRY.size)
        if name != expected or offset != end or size > len(data) - offset:
            _damaged("its sections are not where they must be")
        body = data[offset : offset + size]
        if crc32c(body) != crc:
            _damaged(f"section {name.decode()} is damaged")
        sections[name] = body
        end = offset + size
    if end != len(data):
        _damaged("bytes follow its last section")
    return sections
