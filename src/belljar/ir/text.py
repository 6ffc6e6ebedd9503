"""The text form of the IR: ``print_module`` and ``parse_module``, which is its inverse.

::

    module "delay.bell"
    record Flight { dep_delay: float | None, carrier: str } with method late @Flight.late, variable count #0
    record Delayed(Flight) { dep_delay: float | None, carrier: str, reason: str }
    signature @scale "scale"(value, /, factor = #0, *rest, unit) = @scale.call
    global #0 LIMIT: int
    host #0 "mail.send" read "mail.*" (str: str, any: int | None) -> any: None
    func @area(%0 w: float, %1 h: float) -> (float) "area" {    ; 1:1-2:17
      scope $0 "square" 2:12-2:21
      %2: float
    ^0:
      fuel 2
      %2 = float.mul %0, %1                         ; 2:12-2:17 in $0
      ret %2
    }
    task area(w: float, h: float = 0x1p+0) -> float = @area "Area of a rectangle."
    init @init

A generator that is still to be split names the record of its frames, ``func @g(%0 n: int) -> (int) generator "g.frame" "g" {``; the record names what resumes such a frame,
``record "g.frame" generator @g.resume @g.entry { state: int, value: any }``.

Everything of a module is in its text but for the source text itself, which ``parse_module`` is given. One statement stands on a line; a line that begins with ``;`` is a
comment. Names that are not plain words stand in quotes, with JSON's escapes; each ``\\uXXXX`` is one code point, so that lone surrogates survive. Floats are
hexadecimal, ``nan``, ``inf``, and with a sign; decimal ones are read too. A place ``; 3:12`` is one column wide. A signature's parameters stand as in Python; ``= #0`` is the
captured value that is the default, and a class's ends with ``for`` and its record; ``wraps #0`` and ``doc "text"`` may follow. A function of the host has its effect, its capability, and by parameter and
result the type of the word that crosses and the type declared. A property with a setter stands as ``property area @Box.area @Box.set_area``.
"""

from __future__ import annotations

import math
import re

from belljar.errors import bell_error
from belljar.ir.function import (
    MEMBER_KINDS,
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
from belljar.ir.ops import OPS
from belljar.source import NOWHERE, Source, Span
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
    from typing import Any, Final, NoReturn

NESTING_MAX: Final = 64
"""How deep types and default values may nest in a text."""
WORDS: Final[dict[str, Type]] = {
    str(type): type for type in (INT, FLOAT, BOOL, STR, NONE, ANY, NEVER, NUMBER, BYTES, FROZENSET, FUNCTION, DECIMAL, REGEX)
}
TYPE_WORDS: Final = frozenset({*WORDS, "list", "set", "dict", "tuple", "range", "fn", "inf", "nan"})
NAME: Final = r"(?!(?:inf|nan)\b)[A-Za-z_][A-Za-z0-9_]*(?:[.$][A-Za-z0-9_]+)*\??"
"""Names that stand without quotes: those of variables and of their parts (``x?``, ``t.0``), of functions and ops."""
PLACE_COLUMN: Final = 48


# --- printing ---------------------------------------------------------------------------------------------------------------------


def print_module(module: Module) -> str:
    """The text of a module."""
    lines = [f"module {quoted(module.name)}"]
    for layout in module.records.values():
        fields = ", ".join(f"{_name(name)}: {type_text(type)}" for name, type in layout.fields)
        resumed = "".join(f" @{_name(name)}" for name in (layout.resume, layout.entry) if name)
        head = f"{_name(layout.name)}({_name(layout.base)})" if layout.base else _name(layout.name)
        lines.append(f"record {head}{' generator' if resumed else ''}{resumed} {{ {fields}{' ' if fields else ''}}}{members_text(layout)}")
    lines += map(signature_text, module.signatures.values())
    for index, (name, type) in enumerate(module.globals):
        lines.append(f"global #{index} {_name(name)}: {type_text(type)}")
    for index, host in enumerate(module.hosts):
        taken = ", ".join(f"{type_text(word)}: {type_text(type)}" for word, type in zip(host.params, host.takes, strict=True))
        given = f"{type_text(host.result)}: {type_text(host.gives)}"
        lines.append(f"host #{index} {quoted(host.name)} {host.effect} {quoted(host.capability)} ({taken}) -> {given}")
    lines += [print_function(function) for function in module.functions.values()]
    for task in module.tasks.values():
        params = ", ".join(
            f"{_name(param.name)}: {type_text(param.type)}" + (f" = {value_text(param.default)}" if param.has_default else "")
            for param in task.params
        )
        doc = f" {quoted(task.doc)}" if task.doc else ""
        lines.append(f"task {_name(task.name)}({params}) -> {type_text(task.result)} = @{_name(task.function)}{doc}")
    if module.init:
        lines.append(f"init @{_name(module.init)}")
    return "\n".join(lines) + "\n"


def members_text(layout: Layout) -> str:
    """What a class has besides fields, with the word before it."""

    def place(target: str | int) -> str:
        return f" @{_name(target)}" if isinstance(target, str) else f" #{target}"

    members = [
        f"{member.kind} {_name(member.name)}{''.join(place(target) for target in (member.target, member.setter) if target != '')}"
        for member in layout.members
    ]
    return f" with {', '.join(members)}" if members else ""


def signature_text(signature: Signature) -> str:
    """The declaration of a function that is a value."""
    params: list[str] = []
    kinds = [param.kind for param in signature.params]
    for place, param in enumerate(signature.params):
        if place and kinds[place - 1] == "positional" != param.kind:
            params.append("/")
        if param.kind == "keyword" and not {"args", "keyword"} & set(kinds[:place]):
            params.append("*")
        stars = {"args": "*", "kwargs": "**"}.get(param.kind, "")
        params.append(f"{stars}{_name(param.name)}" + (f" = #{param.default}" if param.default >= 0 else ""))
    if kinds[-1:] == ["positional"]:
        params.append("/")
    record = f" for {_name(signature.record)}" if signature.record else ""
    wraps = f" wraps #{signature.wraps}" if signature.wraps >= 0 else ""
    doc = "" if signature.doc is None else f" doc {quoted(signature.doc)}"
    return (
        f"signature @{_name(signature.name)} {quoted(signature.title)}({', '.join(params)}) = @{_name(signature.entry)}{record}{wraps}{doc}"
    )


def print_function(function: Function) -> str:
    """The text of one function, without a line end."""
    scopes = _Scopes()
    body: list[str] = []
    for index, block in enumerate(function.blocks):
        body.append(f"^{index}:")
        for instr in block.instrs:
            body.append(_placed(f"  {instruction_text(instr)}", instr.span, instr.scope, scopes))
    params = ", ".join(_declared(function, register) for register in function.params)
    results = ", ".join(map(type_text, function.results))
    generator = f"generator {_name(function.generator)} " if function.generator else ""
    source_name = f"{quoted(function.source_name)} " if function.source_name else ""
    lines = [_placed(f"func @{_name(function.name)}({params}) -> ({results}) {generator}{source_name}{{", function.span, None, scopes)]
    lines += scopes.lines
    parameters = set(function.params)
    lines += [f"  {_declared(function, register)}" for register in range(len(function.registers)) if register not in parameters]
    return "\n".join([*lines, *body, "}"])


def instruction_text(instr: Instr) -> str:
    """One instruction without its place."""
    results = ", ".join(f"%{register}" for register in instr.results)
    args = ", ".join(_operand(instr.op.kind(position), value) for position, value in enumerate(instr.args))
    return f"{results}{' = ' if results else ''}{instr.op.name}{' ' if args else ''}{args}"


def type_text(type: Type) -> str:
    """A type as people write it; a record whose name could be read as something else stands in quotes."""
    if isinstance(type, RecordType):
        plain = type.name.isascii() and type.name.isidentifier() and type.name not in TYPE_WORDS
        return type.name if plain else quoted(type.name)
    if isinstance(type, OptionalType):
        return f"{type_text(type.item)} | None"
    if isinstance(type, (ListType, SetType)):
        return f"{'list' if isinstance(type, ListType) else 'set'}[{type_text(type.item)}]"
    if isinstance(type, DictType):
        return f"dict[{type_text(type.key)}, {type_text(type.value)}]"
    if isinstance(type, TupleType):
        return f"tuple[{', '.join(map(type_text, type.items)) or '()'}]"
    if isinstance(type, ClosureType):
        return f"fn[@{_name(type.name)}]({', '.join(map(type_text, type.items))})"
    if isinstance(type, RangeType) and type.step:
        return f"range[{type.step}]"
    return str(type)


def quoted(text: str) -> str:
    """The text between quotation marks, on one line."""
    parts = ['"']
    for character in text:
        if character in '"\\':
            parts.append(f"\\{character}")
        elif character == "\n":
            parts.append("\\n")
        elif character.isprintable() or ord(character) > 0xFFFF:
            parts.append(character)
        else:
            parts.append(f"\\u{ord(character):04x}")
    return "".join([*parts, '"'])


def float_text(value: float) -> str:
    """A float, exactly: ``0x1.8p+1``, ``-inf``, ``nan``, ``-nan``."""
    if math.isnan(value):
        return "-nan" if math.copysign(1.0, value) < 0 else "nan"
    return re.sub(r"\.?0*p", "p", value.hex(), count=1) if math.isfinite(value) else str(value)


def value_text(value: Any) -> str:
    """A parameter's default. Raises E1201 for a value that has no text."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, (tuple, list)):
        items = ", ".join(map(value_text, value))
        return f"({items})" if isinstance(value, tuple) else f"[{items}]"
    if isinstance(value, (set, frozenset)):
        # A set's own order changes from process to process; the text of a module may not.
        return f"set({', '.join(sorted(map(value_text, value)))})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{value_text(key)}: {value_text(item)}' for key, item in value.items())}}}"
    raise bell_error("E1201", detail=f"a default of type {type(value).__name__} has no text form")


class _Scopes:
    """The scopes of one function, numbered as they are met, parents first."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, Span, int], int] = {}
        self.lines: list[str] = []

    def number(self, scope: Scope) -> int:
        chain = []
        step: Scope | None = scope
        while step is not None:
            chain.append(step)
            step = step.parent
        parent = -1
        for step in reversed(chain):
            key = (step.function, step.call_span, parent)
            if key not in self.numbers:
                self.numbers[key] = len(self.lines)
                inside = f" in ${parent}" if parent >= 0 else ""
                self.lines.append(f"  scope ${len(self.lines)} {quoted(step.function)} {_span_text(step.call_span)}{inside}")
            parent = self.numbers[key]
        return parent


def _name(name: str) -> str:
    return name if re.fullmatch(NAME, name) else quoted(name)


def _declared(function: Function, register: int) -> str:
    name = function.registers[register].name
    return f"%{register}{' ' if name else ''}{_name(name) if name else ''}: {type_text(function.registers[register].type)}"


def _operand(kind: str, value: Any) -> str:
    if kind == "#block":
        return f"^{value}"
    if kind == "#function":
        return f"@{_name(value)}"
    if kind == "#global":
        return f"#{value}"
    if kind == "#type":
        return type_text(value)
    return value_text(value) if kind.startswith("#") else f"%{value}"


def _span_text(span: Span) -> str:
    start = f"{span.line}:{span.column}"
    if (span.end_line, span.end_column) == (span.line, span.column + 1):
        return start
    return f"{start}-{span.end_line}:{span.end_column}"


def _placed(text: str, span: Span, scope: Scope | None, scopes: _Scopes) -> str:
    if span == NOWHERE and scope is None:
        return text
    inside = "" if scope is None else f" in ${scopes.number(scope)}"
    return f"{text:<{PLACE_COLUMN}} ; {_span_text(span)}{inside}"


# --- parsing ----------------------------------------------------------------------------------------------------------------------

TOKEN: Final = r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<register>%\d+) | (?P<block>\^\d+) | (?P<index>\#\d+) | (?P<scope>\$\d+)
    | (?P<number>-?(?:0x[0-9a-f]+(?:\.[0-9a-f]*)?p[+-]?\d+ | \d+(?:\.\d+)?(?:e[+-]?\d+)? | (?:inf|nan)\b))
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:[.$][A-Za-z0-9_]+)*\??)
    | (?P<mark>->|\*\*|[@()\[\]{},:=|*/])
    | (?P<place>;.*)
    | (?P<end>$)
    )"""
PLACE: Final = r";\s*(\d+):(\d+)(?:-(\d+):(\d+))?(?:\s+in\s+\$(\d+))?\s*"
SPAN: Final = r"\s*(\d+):(\d+)(?:-(\d+):(\d+))?"
ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}


def parse_module(text: str, source: Source | None = None) -> Module:
    """The module a text says; ``source`` becomes ``Module.source``. Raises E1103 with the line of the first thing that is wrong."""
    return _Parser(text, source).module()


def parse_type(text: str) -> Type:
    """The type a text says; the inverse of :func:`type_text`. Raises E1103."""
    parser = _Parser(text, None)
    parser.next_line()
    type = parser.read_type()
    parser.ended()
    return type


class _Parser:
    """Recursive descent over one line at a time; ``kind`` and ``token`` are the token at hand."""

    def __init__(self, text: str, source: Source | None) -> None:
        self.tokens = re.compile(TOKEN, re.VERBOSE)
        self.spans = re.compile(SPAN)
        self.lines = text.split("\n")
        self.number = 0
        self.result = Module("", source)
        self.line = ""
        self.kind = "end"
        self.token = ""
        self.start = self.position = 0

    # Lines and tokens.

    def fail(self, reason: str) -> NoReturn:
        raise bell_error("E1103", line=self.number, reason=reason)

    def next_line(self) -> bool:
        """Go to the next line that says something."""
        while self.number < len(self.lines):
            self.line = self.lines[self.number]
            self.number += 1
            if self.line.strip() and not self.line.lstrip().startswith(";"):
                self.position = 0
                self.advance()
                return True
        return False

    def advance(self) -> None:
        match = self.tokens.match(self.line, self.position)
        if match is None:
            self.fail(f"cannot read {self.line[self.position :].strip()[:20]!r}")
        self.position = match.end()
        self.kind = match.lastgroup or "end"
        self.token = match[self.kind]
        self.start = match.start(self.kind)

    def take(self, kind: str, what: str) -> str:
        if self.kind != kind:
            self.fail(f"expected {what}, got {self.shown()}")
        token = self.token
        self.advance()
        return token

    def shown(self) -> str:
        return "the end of the line" if self.kind == "end" else repr(self.token[:40])

    def at(self, mark: str) -> bool:
        return self.kind in ("mark", "name") and self.token == mark

    def accept(self, mark: str) -> bool:
        if self.at(mark):
            self.advance()
            return True
        return False

    def expect(self, mark: str) -> None:
        if not self.accept(mark):
            self.fail(f"expected {mark!r}, got {self.shown()}")

    def ended(self) -> None:
        if self.kind != "end":
            self.fail(f"expected the end of the line, got {self.shown()}")

    def index(self, kind: str, what: str) -> int:
        digits = self.take(kind, what)[1:]
        if len(digits) > 9:
            self.fail(f"{what} {digits[:12]}... is too large")
        return int(digits)

    # Words, types, values.

    def read_name(self, what: str) -> str:
        if self.kind == "string":
            return self.read_string(what)
        return self.take("name", what)

    def read_string(self, what: str) -> str:
        token = self.take("string", what)[1:-1]

        def unescape(match: re.Match[str]) -> str:
            if match[1]:
                return chr(int(match[1], 16))
            if match[2] not in ESCAPES:
                self.fail(f"unknown escape \\{match[2]}")
            return ESCAPES[match[2]]

        return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", unescape, token)

    def read_type(self, depth: int = 0) -> Type:
        if depth > NESTING_MAX:
            self.fail("the type is nested too deep")
        result: Type
        if self.kind == "string":
            result = RecordType(self.read_string("a type"))
        else:
            word = self.take("name", "a type")
            if word == "tuple":
                self.expect("[")
                items: list[Type] = []
                if self.accept("("):
                    self.expect(")")
                else:
                    items.append(self.read_type(depth + 1))
                    while self.accept(","):
                        items.append(self.read_type(depth + 1))
                self.expect("]")
                result = TupleType(tuple(items))
            elif word in ("list", "set", "dict"):
                self.expect("[")
                item = self.read_type(depth + 1)
                if word == "dict":
                    self.expect(",")
                    result = DictType(item, self.read_type(depth + 1))
                else:
                    result = ListType(item) if word == "list" else SetType(item)
                self.expect("]")
            elif word == "fn":
                self.expect("[")
                signature = self.function_name()
                self.expect("]")
                self.expect("(")
                captured: list[Type] = []
                while not self.accept(")"):
                    captured.append(self.read_type(depth + 1))
                    if not self.at(")"):
                        self.expect(",")
                result = ClosureType(signature, tuple(captured))
            elif word == "range":
                step = 0
                if self.accept("["):
                    step = self.read_int()
                    self.expect("]")
                result = RangeType(step)
            else:
                result = WORDS.get(word) or RecordType(word)
        while self.accept("|"):
            self.expect("None")
            depth += 1
            if depth > NESTING_MAX:
                self.fail("the type is nested too deep")
            result = OptionalType(result)
        return result

    def read_int(self) -> int:
        digits = self.take("number", "an int")
        if not re.fullmatch(r"-?\d{1,4000}", digits):
            self.fail(f"expected an int, got {digits[:40]!r}")
        return int(digits)

    def read_float(self) -> float:
        token = self.take("number", "a float")
        try:
            return float.fromhex(token) if "x" in token else float(token)
        except OverflowError:
            self.fail(f"{token[:40]} is beyond the floats")

    def read_bool(self) -> bool:
        if not (self.at("true") or self.at("false")):
            self.fail(f"expected true or false, got {self.shown()}")
        return self.take("name", "a truth value") == "true"

    def read_value(self, depth: int = 0) -> Any:
        if depth > NESTING_MAX:
            self.fail("the value is nested too deep")
        if self.kind == "string":
            return self.read_string("a value")
        if self.kind == "number":
            return self.read_int() if re.fullmatch(r"-?\d+", self.token) else self.read_float()
        if self.accept("none"):
            return None
        if self.accept("("):
            return tuple(self.read_values(")", depth))
        if self.accept("["):
            return self.read_values("]", depth)
        try:
            if self.accept("set"):
                self.expect("(")
                return set(self.read_values(")", depth))
            if self.accept("{"):
                table = {}
                while not self.accept("}"):
                    key = self.read_value(depth + 1)
                    self.expect(":")
                    table[key] = self.read_value(depth + 1)
                    if not self.at("}"):
                        self.expect(",")
                return table
        except TypeError:
            self.fail("a key or element that is not hashable")
        return self.read_bool()

    def read_values(self, end: str, depth: int) -> list[Any]:
        items = []
        while not self.accept(end):
            items.append(self.read_value(depth + 1))
            if not self.at(end):
                self.expect(",")
        return items

    def span(self, match: re.Match[str] | None) -> Span:
        if match is None or any(part is not None and len(part) > 9 for part in match.groups()[:4]):
            self.fail("expected a place like 3:12 or 3:12-3:20")
        line, column = int(match[1]), int(match[2])
        return Span(line, column, line, column + 1) if match[3] is None else Span(line, column, int(match[3]), int(match[4]))

    def place(self, scopes: list[Scope]) -> tuple[Span, Scope | None]:
        if self.kind != "place":
            self.ended()
            return NOWHERE, None
        match = re.fullmatch(PLACE, self.token)
        span = self.span(match)
        assert match is not None
        self.advance()
        return span, None if match[5] is None else self.scope(scopes, match[5])

    def scope(self, scopes: list[Scope], digits: str) -> Scope:
        if len(digits) > 9 or int(digits) >= len(scopes):
            self.fail(f"scope ${digits[:12]} is not declared")
        return scopes[int(digits)]

    # Statements.

    def module(self) -> Module:
        if not self.next_line():
            self.fail("expected a module")
        self.expect("module")
        self.result.name = self.read_string("the module's name")
        self.ended()
        statements = {
            "record": self.record,
            "signature": self.signature,
            "global": self.global_,
            "host": self.host,
            "func": self.function,
            "task": self.task,
            "init": self.init,
        }
        while self.next_line():
            word = self.take("name", "a statement")
            if word not in statements:
                self.fail(f"expected {', '.join(statements)}, got {word!r}")
            statements[word]()
        return self.result

    def record(self) -> None:
        name = self.read_name("the record's name")
        base = ""
        if self.accept("("):
            base = self.read_name("the record it derives from")
            self.expect(")")
            if base not in self.result.records:
                self.fail(f"record {base} is not declared before {name}")
        resume = entry = ""
        if self.accept("generator"):
            resume = self.function_name()
            entry = "" if self.at("{") else self.function_name()
        self.expect("{")
        fields: list[tuple[str, Type]] = []
        while not self.accept("}"):
            field = self.read_name("a field's name")
            self.expect(":")
            fields.append((field, self.read_type()))
            if not self.at("}"):
                self.expect(",")
        members = [self.member()] if self.accept("with") else []
        while members and self.accept(","):
            members.append(self.member())
        self.ended()
        if name in self.result.records:
            self.fail(f"record {name} is declared twice")
        bases = (base, *self.result.records[base].bases) if base else ()
        self.result.records[name] = Layout(name, tuple(fields), resume, entry, bases, tuple(members))

    def member(self) -> Member:
        kind = self.take("name", "the kind of a member")
        if kind not in MEMBER_KINDS:
            self.fail(f"expected {', '.join(MEMBER_KINDS)}, got {kind!r}")
        name = self.read_name("a member's name")
        if kind in ("object", "fields"):
            return Member(name, kind, "")
        target = self.member_place()
        return Member(name, kind, target, self.member_place() if self.at("@") or self.kind == "index" else "")

    def member_place(self) -> str | int:
        return self.function_name() if self.at("@") else self.index("index", "a variable")

    def signature(self) -> None:
        name = self.function_name()
        title = self.read_string("the function's name")
        self.expect("(")
        params: list[SignatureParam] = []
        kind = "plain"
        while not self.accept(")"):
            if self.accept("/"):
                params = [SignatureParam(param.name, "positional", param.default) for param in params]
            elif self.at("*") or self.at("**"):
                rest = "args" if self.token == "*" else "kwargs"
                self.advance()
                kind = "keyword"
                if rest == "kwargs" or not self.at(","):
                    params.append(SignatureParam(self.read_name("a parameter's name"), rest))
            else:
                param = self.read_name("a parameter's name")
                params.append(SignatureParam(param, kind, self.index("index", "a captured value") if self.accept("=") else -1))
            if not self.at(")"):
                self.expect(",")
        self.expect("=")
        entry = self.function_name()
        record = self.read_name("the record's name") if self.accept("for") else ""
        wraps = self.index("index", "a captured value") if self.accept("wraps") else -1
        doc = self.read_string("the docstring") if self.accept("doc") else None
        self.ended()
        if name in self.result.signatures:
            self.fail(f"signature @{name} is declared twice")
        self.result.signatures[name] = Signature(name, tuple(params), entry, title, record, doc, wraps)

    def global_(self) -> None:
        if self.index("index", "the variable's index") != len(self.result.globals):
            self.fail(f"expected #{len(self.result.globals)}: variables are declared in order")
        name = self.read_name("the variable's name")
        self.expect(":")
        self.result.globals.append((name, self.read_type()))
        self.ended()

    def host(self) -> None:
        if self.index("index", "the index of a function of the host") != len(self.result.hosts):
            self.fail(f"expected #{len(self.result.hosts)}: functions of the host are declared in order")
        name = self.read_string("the name of a function of the host")
        effect = self.take("name", "read or write")
        capability = self.read_string("a capability")
        self.expect("(")
        pairs: list[tuple[Type, Type]] = []
        while not self.accept(")"):
            pairs.append(self.crossing())
            if not self.at(")"):
                self.expect(",")
        self.expect("->")
        result, gives = self.crossing()
        self.ended()
        params, takes = tuple([word for word, _ in pairs]), tuple([type for _, type in pairs])
        self.result.hosts.append(HostFunction(name, capability, effect, params, result, takes, gives))

    def crossing(self) -> tuple[Type, Type]:
        word = self.read_type()
        self.expect(":")
        return word, self.read_type()

    def function_name(self) -> str:
        self.expect("@")
        return self.read_name("a function's name")

    def register(self, registers: dict[int, Register]) -> int:
        number = self.index("register", "a register")
        if number in registers:
            self.fail(f"%{number} is declared twice")
        name = "" if self.at(":") else self.read_name("the register's name")
        self.expect(":")
        registers[number] = Register(self.read_type(), name)
        return number

    def function(self) -> None:
        name = self.function_name()
        registers: dict[int, Register] = {}
        params: list[int] = []
        self.expect("(")
        while not self.accept(")"):
            params.append(self.register(registers))
            if not self.at(")"):
                self.expect(",")
        self.expect("->")
        self.expect("(")
        results: list[Type] = []
        while not self.accept(")"):
            results.append(self.read_type())
            if not self.at(")"):
                self.expect(",")
        generator = self.read_name("a record's name") if self.accept("generator") else ""
        source_name = self.read_string("the function's name") if self.kind == "string" else ""
        self.expect("{")
        function = Function(name, params, tuple(results), source_name=source_name, span=self.place([])[0], generator=generator)
        start = self.number
        scopes: list[Scope] = []
        while True:
            if not self.next_line():
                self.number = start
                self.fail(f"@{name} has no end")
            if self.accept("}"):
                self.ended()
                break
            if self.kind == "block":
                if self.index("block", "a block") != len(function.blocks):
                    self.fail(f"expected ^{len(function.blocks)}: blocks stand in order")
                self.expect(":")
                self.ended()
                function.blocks.append(Block())
            elif function.blocks:
                function.blocks[-1].instrs.append(self.instruction(registers, scopes))
            elif self.at("scope"):
                self.declare_scope(scopes)
            else:
                self.register(registers)
                while self.accept(","):
                    self.register(registers)
                self.ended()
        if set(registers) != set(range(len(registers))):
            self.fail(f"@{name}: registers are numbered from 0 without gaps")
        function.registers = [registers[number] for number in range(len(registers))]
        if name in self.result.functions:
            self.fail(f"@{name} is declared twice")
        self.result.functions[name] = function

    def declare_scope(self, scopes: list[Scope]) -> None:
        self.advance()
        if self.index("scope", "the scope's number") != len(scopes):
            self.fail(f"expected ${len(scopes)}: scopes are declared in order")
        function = self.read_string("the function's name")
        match = self.spans.match(self.line, self.start)
        span = self.span(match)
        assert match is not None
        self.position = match.end()
        self.advance()
        parent = None
        if self.accept("in"):
            parent = self.scope(scopes, self.take("scope", "a scope")[1:])
        self.ended()
        scopes.append(Scope(function, span, parent))

    def instruction(self, registers: dict[int, Register], scopes: list[Scope]) -> Instr:
        results: list[int] = []
        if self.kind == "register":
            results.append(self.operand_register(registers))
            while self.accept(","):
                results.append(self.operand_register(registers))
            self.expect("=")
        name = self.take("name", "an op")
        op = OPS.get(name)
        if op is None:
            self.fail(f"there is no op {name!r}")
        args: list[Any] = []
        while self.kind not in ("end", "place"):
            if args:
                self.expect(",")
            if len(args) >= len(op.operands) and not op.variadic:
                self.fail(f"{name} takes {len(op.operands)} operands")
            args.append(self.operand(op.kind(len(args)), registers))
        if len(args) < len(op.operands) - op.variadic:
            self.fail(f"{name} takes {len(op.operands)} operands, got {len(args)}")
        span, scope = self.place(scopes)
        return Instr(op, tuple(results), tuple(args), span, scope)

    def operand_register(self, registers: dict[int, Register]) -> int:
        number = self.index("register", "a register")
        if number not in registers:
            self.fail(f"%{number} is not declared")
        return number

    def operand(self, kind: str, registers: dict[int, Register]) -> Any:
        if not kind.startswith("#"):
            return self.operand_register(registers)
        if kind == "#int":
            return self.read_int()
        if kind == "#float":
            return self.read_float()
        if kind == "#bool":
            return self.read_bool()
        if kind == "#str":
            return self.read_string("a string")
        if kind == "#type":
            return self.read_type()
        if kind == "#block":
            return self.index("block", "a block")
        return self.function_name() if kind == "#function" else self.index("index", "an index")

    def task(self) -> None:
        name = self.read_name("the task's name")
        self.expect("(")
        params: list[Param] = []
        while not self.accept(")"):
            param = self.read_name("a parameter's name")
            self.expect(":")
            type = self.read_type()
            if self.accept("="):
                params.append(Param(param, type, self.read_value(), True))
            else:
                params.append(Param(param, type))
            if not self.at(")"):
                self.expect(",")
        self.expect("->")
        result = self.read_type()
        self.expect("=")
        function = self.function_name()
        doc = self.read_string("the task's documentation") if self.kind == "string" else ""
        self.ended()
        if name in self.result.tasks:
            self.fail(f"task {name} is declared twice")
        self.result.tasks[name] = Task(name, function, tuple(params), result, doc)

    def init(self) -> None:
        if self.result.init:
            self.fail("init stands twice")
        self.result.init = self.function_name()
        self.ended()
