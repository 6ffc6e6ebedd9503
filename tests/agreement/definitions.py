"""Classes, enumerations, exceptions and functions that a program defines; each adds rules, by which the rest of it uses them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tests.agreement.idioms import IDIOMS
from tests.agreement.kinds import Kind, annotation, kind
from tests.agreement.writer import NotNow, Rule, Writer, indented

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELD_KINDS = tuple(
    map(kind, ("int", "int", "str", "float", "list[int]", "opt[int]", "str", "dict[str,int]", "num", "tuple[int,str]", "bool"))
)


class Field(NamedTuple):
    """An attribute of a class: its name, its type, and what it is where nothing is given."""

    name: str
    kind: Kind
    default: str


class Class(NamedTuple):
    """A class of the program: what another can derive from."""

    name: str
    fields: tuple[Field, ...]
    methods: tuple[tuple[str, Kind], ...]
    is_dataclass: bool
    is_frozen: bool


def written(w: Writer, text: str, names: dict[str, Kind] | None = None) -> str:
    """A template filled where a definition stands: only the names given, and the program's own, are known."""
    outer, w.scope = w.scope, {**w.scope, **(names or {})}
    try:
        return w.fill(Rule("T", text.replace("\n", "⏎")), {}, 1)
    finally:
        w.scope = outer


def method(w: Writer, head: str, names: dict[str, Kind], returns: Kind, statements: int) -> str:
    """A function with a body: some statements, and what it gives."""
    outer = w.scope, w.frozen, w.loops, w.returns
    w.scope, w.frozen, w.loops, w.returns = {**w.scope, **names}, set(w.scope), 0, returns
    text = f"def {head}:\n" + w.statements_of(statements, 2, 4) if statements else f"def {head}:\n"
    text += f"    return {w.expr(returns, 2)}\n"
    w.scope, w.frozen, w.loops, w.returns = outer
    return text


def function(w: Writer) -> str:
    """A function of typed and untyped parameters, some with defaults, some by keyword alone."""
    name, returns = w.fresh("f"), w.some_kind()
    params: list[tuple[str, Kind, str]] = []
    shown: list[str] = []
    for position in range(w.rng.randrange(4)):
        held = w.some_kind()
        default = w.expr(held, 0) if (params and params[-1][2]) or w.chance(25) else ""
        hint = f": {annotation(held)}" if w.chance(40) and w.traits.annotated(held) else ""
        params.append((f"p{position}", held, default))
        shown.append(f"p{position}{hint}{' = ' if hint else '='}{default}" if default else f"p{position}{hint}")
    keyword_only = len(shown)
    if w.chance(20):
        held = w.some_kind()
        params.append(("k0", held, w.expr(held, 0)))
        shown += ["*", f"k0={params[-1][2]}"]
    arrow = f" -> {annotation(returns)}" if w.chance(25) and w.traits.annotated(returns) else ""
    text = method(w, f"{name}({', '.join(shown)}){arrow}", {param: held for param, held, _ in params}, returns, 1 + w.rng.randrange(4))
    required = [f"<{held}>" for _, held, default in params[:keyword_only] if not default]
    everything = [f"<{held}>" for _, held, _ in params[:keyword_only]] + [f"{param}=<{held}>" for param, held, _ in params[keyword_only:]]
    named = [f"{param}=<{held}>" for param, held, _ in params]
    w.add_rules(f"{returns}:\n" + "".join(f"    {name}({', '.join(args)})\n" for args in (required, everything, named)))
    if len(required) == 1:
        w.add_rules(f"fn[{params[0][1]},{returns}]:\n    {name}\n")
    return text


def generator(w: Writer) -> str:
    """A generator of values of one type."""
    name, item = w.fresh("g"), w.some_kind("shown")
    outer = w.scope, w.frozen, w.loops
    w.scope, w.frozen, w.loops = {**w.scope, "n": kind("int")}, set(w.scope) | {"n"}, 1
    text = f"def {name}(n=2):\n    for i in range(n):\n" + w.statements_of(1, 1, 8) + f"        yield {w.expr(item, 2)}\n"
    if w.chance(50):
        text += f"    yield from {w.expr(Kind('list', (item,)), 2)}\n"
    w.scope, w.frozen, w.loops = outer
    w.add_rules(f"iter[{item}]:\n    {name}()\n    {name}(<$count>)\nlist[{item}]:\n    list({name}(<$count>))\n")
    return text


def idiom(w: Writer, foreign: re.Pattern[str]) -> str:
    """One of the idioms."""
    chosen = IDIOMS[w.rng.randrange(len(IDIOMS))]
    if foreign.search(chosen.text.replace("contextmanager", "contextlib")):
        raise NotNow(chosen.text)
    name = w.fresh("h")
    if chosen.text.startswith("class "):
        name = name.replace("h", "H")
    text = written(w, chosen.text.replace("NAME", name))
    w.add_rules(chosen.rules.replace("NAME", name))
    return text + "\n"


def enumeration(w: Writer) -> str:
    """An enumeration of ints or texts, with a method or without."""
    name = w.fresh("E")
    values = ('"r"', '"g"', '"b"') if w.chance(50) else ("1", "2", "3")
    held = "str" if values[0].startswith('"') else "int"
    text = f"class {name}(Enum):\n" + "".join(f"    M{place} = {value}\n" for place, value in enumerate(values))
    if w.chance(50):
        text += f"\n    def title(self):\n        return self.name.title() + str(self.value)\n\n    @property\n    def first(self):\n        return self is {name}.M0\n"
        w.add_rules(f"str:\n    <{name}>.title()\nbool:\n    <{name}>.first\n")
    w.add_rules(f"""
{name}:
    {name}.M0
    {name}.M1
    {name}["M2"]
    {name}({values[1]})
str:
    <{name}>.name
    str(<{name}>)
{held}:
    <{name}>.value
bool:
    (<{name}> is {name}.M1)
    (<{name}> <$eq> <{name}>)
list[{name}]:
    list({name})
    [m for m in {name} if m != <{name}>]
""")
    w.traits.named["hashable"].add(name)
    w.kinds += [kind(name), kind(f"dict[{name},int]"), kind(f"list[{name}]")]
    return text


def exception(w: Writer) -> str:
    """An exception class; ``raise`` statements and handlers use it from then on."""
    name = w.fresh("X")
    base = w.pick(("Exception", "ValueError", "KeyError", "RuntimeError", *(word for word in w.words["exception"] if word.startswith("X"))))
    form = w.rng.randrange(3)
    derived_with_code = base.startswith("X")
    if form == 0 or derived_with_code:
        text = f"class {name}({base}):\n    pass\n"
        w.add_statements(f"raise {name}(<show>)" if not derived_with_code else f"raise {name}(<int>)")
    elif form == 1:
        text = f'class {name}({base}):\n    def __init__(self, code, note={w.pick(w.words["str"])}):\n        super().__init__(f"{{note}}: {{code}}")\n        self.code = code\n        self.note = note\n'
        w.add_statements(f"raise {name}(<int>)", f"raise {name}(<T>, note=<str>)")
        w.add_statements(f"try:⏎    <block>⏎    raise {name}(<int>)⏎except {name} as <fresh e>:⏎    print(<e>.code, <e>.note, <e>)")
    else:
        text = f'class {name}({base}):\n    def __str__(self):\n        return "{name} of " + str(len(self.args))\n'
        w.add_statements(f"raise {name}(<show>, <show>)", f"raise {name}")
    w.add_statements(
        f"try:⏎    <block>⏎    raise {name}(<int>)⏎except {base} as <fresh e>:⏎    print(type(<e>).__name__, <e>, <e>.args, isinstance(<e>, ValueError))"
    )
    w.words["exception"] = (*w.words["exception"], name)
    return text


def make_class(w: Writer, classes: Sequence[Class]) -> tuple[str, Class]:
    """A class: plain or a dataclass, on its own or derived."""
    open_ones = [one for one in classes if not one.is_frozen]
    base = open_ones[w.rng.randrange(len(open_ones))] if open_ones and w.chance(40) else None
    is_dataclass = base.is_dataclass if base else w.chance(40)
    name = w.fresh("C")
    fields: list[Field] = []
    needs_default = base is not None and any(field.default for field in base.fields)
    for position in range(0 if base and w.chance(30) else 1 + w.rng.randrange(3)):
        held = FIELD_KINDS[w.rng.randrange(len(FIELD_KINDS))] if w.chance(85) else w.some_kind("annotated")
        default = w.expr(held, 0) if needs_default or w.chance(30) else ""
        if held.name in ("list", "dict", "set") or (is_dataclass and held.name[0] == "C"):
            default = "" if not needs_default else "NONE"
        if default == "NONE":
            continue
        needs_default = needs_default or bool(default)
        fields.append(Field(f"{name.lower()}_{position}", held, default))
    everything = (*(base.fields if base else ()), *fields)
    names = {f"self.{field.name}": field.kind for field in everything}
    lines: list[str] = []
    order = is_dataclass and not base and everything and all(w.traits.ordered(field.kind) for field in everything) and w.chance(50)
    frozen = is_dataclass and not base and all(w.traits.hashable(field.kind) for field in everything) and w.chance(30)
    if is_dataclass:
        options = [word for word, on in (("order=True", order), ("frozen=True", frozen)) if on]
        lines.append(f"@dataclass({', '.join(options)})" if options else "@dataclass")
    lines.append(f"class {name}{f'({base.name})' if base else ''}:")
    body: list[str] = []
    if is_dataclass:
        hints = [f"{field.name}: {annotation(field.kind) if field.kind.name != 'num' else 'Any'}" for field in fields]
        body.append(
            "".join(f"{hint} = {field.default}\n" if field.default else f"{hint}\n" for hint, field in zip(hints, fields, strict=True))
        )
    else:
        if w.chance(40):
            body.append(f"shared = {w.expr(kind('int'), 0)}\n")
            w.add_rules(f"int:\n    {name}.shared\n    <{name}>.shared\n")
        head = ", ".join(["self", *(f"{field.name}={field.default}" if field.default else field.name for field in everything)])
        init = f"def __init__({head}):\n"
        if base:
            init += f"    super().__init__({', '.join(field.name for field in base.fields)})\n"
        init += "".join(f"    self.{field.name} = {field.name}\n" for field in fields) or ("" if base else "    pass\n")
        body.append(init)
        if not base or w.chance(40):
            parts = ", ".join(f"{{self.{field.name}!r}}" for field in everything)
            body.append(f'def __repr__(self):\n    return f"{name}({parts})"\n')
    made, methods = operators(w, name, everything, names, base, is_dataclass, frozen)
    body += made
    if frozen or (order and frozen):
        w.traits.named["hashable"].add(name)
    if order:
        w.traits.named["ordered"].add(name)
    text = "\n".join(lines) + "\n" + indented("\n".join(body).rstrip("\n") or "pass", 4)
    required = [f"<{field.kind}!>" for field in everything if not field.default]
    given = [f"<{field.kind}>" for field in everything]
    keywords = [f"{field.name}=<{field.kind}>" for field in everything]
    rules = f"{name}" + (f" {base.name}" if base else "") + ":\n"
    rules += f"    {name}({', '.join(required)})\n    {name}({', '.join(given)})\n    {name}({', '.join(keywords)})\n"
    for field in everything:
        rules += f"{field.kind}:\n    <{name}>.{field.name}\n"
        if not frozen and field.kind.name in ("int", "str", "float"):
            w.add_statements(f"<?{name}>.{field.name} += <{field.kind}>")
        if not frozen:
            w.add_statements(f"<?{name}>.{field.name} = <{field.kind}>")
        if field.kind.name == "list":
            w.add_statements(f"<?{name}>.{field.name}.append(<{field.kind.args[0]}>)")
    rules += (
        f"bool:\n    (<{name}> <$eq> <{name}>)\n    isinstance(<any>, {name})\n    isinstance(<{name}>, {base.name if base else name})\n"
    )
    if is_dataclass:
        pattern = ", ".join(f"<new a{place}:{field.kind}>" for place, field in enumerate(everything[:2]))
        w.add_statements(f"match <any>:⏎    case {name}({pattern}):⏎        <block>⏎    case _:⏎        print(<show>)")
        w.add_statements(
            f"match <{name}>:⏎    case {name}({everything[0].name}=<$literal>):⏎        print(0)⏎    case {name}() as <new c:{name}>:⏎        print(<c>)⏎        <block>"
        ) if everything else None
        if everything:
            rules += f"{name}:\n    replace(<{name}>, {everything[0].name}=<{everything[0].kind}>)\n"
            rules += f"str:\n    repr(asdict(<{name}>))\n" if all(field.kind.name[0] != "C" for field in everything) else ""
    w.add_rules(rules)
    w.kinds += [kind(name), kind(name), kind(f"list[{name}]"), kind(f"dict[str,{name}]"), kind(f"opt[{name}]")]
    return text, Class(name, everything, tuple(methods), is_dataclass, frozen)


def operators(
    w: Writer, name: str, fields: Sequence[Field], names: dict[str, Kind], base: Class | None, is_dataclass: bool, frozen: bool
) -> tuple[list[str], list[tuple[str, Kind]]]:
    """Methods of a class, those of operators among them."""
    me = {**names, "self": kind(name)} if not base else dict(names)
    frozen_names = set(w.frozen) | (set(names) if frozen else set())
    body: list[str] = []
    methods: list[tuple[str, Kind]] = list(base.methods) if base else []
    outer, w.frozen = w.frozen, frozen_names
    ordered = [field for field in fields if w.traits.ordered(field.kind) and field.kind.name != "num"]
    hashable = [field for field in fields if w.traits.hashable(field.kind)]
    numbers = [field for field in fields if field.kind.name in ("int", "float")]
    lists = [field for field in fields if field.kind.name == "list"]
    for position in range(w.rng.randrange(3)):
        returns = w.some_kind()
        param = w.some_kind()
        title = f"{name.lower()}_m{position}"
        outer_scope, w.scope = w.scope, {**w.scope, **me}
        text = method(w, f"{title}(self, a)", {"a": param}, returns, w.rng.randrange(3))
        w.scope = outer_scope
        body.append(text)
        methods.append((title, returns))
        w.add_rules(f"{returns}:\n    <{name}>.{title}(<{param}>)\n")
    if base and base.methods and w.chance(50):
        title, returns = base.methods[0]
        body.append(f'def {title}(self, a):\n    print("{name}.{title}")\n    return super().{title}(a)\n')
    if w.chance(25):
        returns = w.some_kind()
        outer_scope, w.scope = w.scope, {**w.scope, **me}
        body.append(f"@property\ndef {name.lower()}_p(self):\n    return {w.expr(returns, 2)}\n")
        w.scope = outer_scope
        w.add_rules(f"{returns}:\n    <{name}>.{name.lower()}_p\n")
        if numbers and not frozen and w.chance(50):
            body.append(
                f'@{name.lower()}_p.setter\ndef {name.lower()}_p(self, value):\n    if value == 0:\n        raise ValueError("zero")\n    self.{numbers[0].name} = value\n'
            )
            w.add_statements(f"<?{name}>.{name.lower()}_p = <{numbers[0].kind}>")
    if w.chance(20) and fields:
        args = ", ".join(w.expr(field.kind, 0) for field in fields if not field.default)
        body.append(f"@classmethod\ndef {name.lower()}_make(cls):\n    return cls({args})\n")
        w.add_rules(f"{name}:\n    {name}.{name.lower()}_make()\n")
    if w.chance(20):
        body.append(f"@staticmethod\ndef {name.lower()}_s(x, y=2):\n    return [x, y]\n")
        w.add_rules(
            f"list[int]:\n    {name}.{name.lower()}_s(<int>)\n    <{name}>.{name.lower()}_s(<int>, y=<int>)\nlist[any]:\n    {name}.{name.lower()}_s(<any>)\n"
        )
    if not base and not is_dataclass and hashable and w.chance(40):
        field = hashable[0].name
        body.append(f"def __eq__(self, other):\n    return isinstance(other, {name}) and self.{field} == other.{field}\n")
        if w.chance(60):
            body.append(f"def __hash__(self):\n    return hash(self.{field})\n")
            w.traits.named["hashable"].add(name)
            w.kinds += [kind(f"set[{name}]"), kind(f"dict[{name},int]")]
    if not base and not is_dataclass and ordered and w.chance(35):
        body.append(f"def __lt__(self, other):\n    return self.{ordered[0].name} < other.{ordered[0].name}\n")
        w.add_rules(
            f"list[{name}]:\n    sorted(<list[{name}]>)\nbool:\n    (<{name}> < <{name}>)\n    (<{name}> > <{name}>)\n{name}:\n    min(<{name}>, <{name}>)\n    max(<list[{name}]>, default=<{name}>)\n"
        )
    if numbers and not base and w.chance(40):
        field = numbers[0].name
        args = ", ".join(f"self.{one.name} + other.{one.name}" if one.name == field else f"self.{one.name}" for one in fields)
        body.append(
            f"def __add__(self, other):\n    if not isinstance(other, {name}):\n        return NotImplemented\n    return {name}({args})\n"
        )
        args = ", ".join(f"self.{one.name} * factor" if one.name == field else f"self.{one.name}" for one in fields)
        body.append(
            f"def __mul__(self, factor):\n    return {name}({args})\n\n__rmul__ = __mul__\n"
            if w.chance(30)
            else f"def __rmul__(self, factor):\n    return {name}({args})\n"
        )
        body.append(f"def __neg__(self):\n    return {name}({args.replace('* factor', '* -1')})\n")
        w.add_rules(
            f"{name}:\n    (<{name}> + <{name}>)\n    (3 * <{name}>)\n    -<{name}>\n    sum(<list[{name}]>, <{name}>)\nany:\n    (<{name}> + <any>)\n"
        )
        if not frozen and w.chance(40):
            body.append(f"def __iadd__(self, other):\n    self.{field} += other\n    return self\n")
            w.add_statements(f"<?{name}> += <int>")
    if lists and not base and w.chance(60):
        item, field = lists[0].kind.args[0], lists[0].name
        body.append(f"def __len__(self):\n    return len(self.{field})\n\ndef __getitem__(self, index):\n    return self.{field}[index]\n")
        w.add_rules(
            f"int:\n    len(<{name}>)\n{item}:\n    <{name}>[<$index>]\nlist[{item}]:\n    <{name}>[<$bound>:<$bound>]\n    [x for x in <{name}>]\nbool:\n    bool(<{name}>)\n    (<{item}> in <{name}>)\n"
        )
        if w.chance(50):
            body.append(
                f"def __contains__(self, x):\n    return x in self.{field} or x is None\n\ndef __iter__(self):\n    yield from self.{field}\n"
            )
            w.add_rules(f"list[{item}]:\n    list(<{name}>)\n    sorted(<{name}>, key=str)\niter[{item}]:\n    iter(<{name}>)\n")
        if not frozen and w.chance(50):
            body.append(
                f"def __setitem__(self, index, value):\n    self.{field}[index] = value\n\ndef __delitem__(self, index):\n    del self.{field}[index]\n"
            )
            w.add_statements(f"<?{name}>[<$index>] = <{item}>", f"del <?{name}>[<$index>]")
    if fields and not base and w.chance(20):
        body.append(f"def __call__(self, x, *rest):\n    return (x, self.{fields[0].name}, len(rest))\n")
        w.add_rules(f"tuple[T,{fields[0].kind},int]:\n    <{name}>(<T>)\n    <{name}>(<T>, <U>, <V>)\n")
    if numbers and not base and not lists and w.chance(25):
        body.append(f"def __bool__(self):\n    return self.{numbers[0].name} > 1\n")
        w.add_rules(f"{name}:\n    (<{name}> or <{name}>)\nbool:\n    (not <{name}>)\n")
    if fields and w.chance(20):
        body.append(f'def __str__(self):\n    return f"<{{self.{fields[0].name}}}>"\n')
        w.add_rules(f'str:\n    str(<{name}>)\n    f"{{<~{name}>}} {{<~{name}>!r}}"\n')
    if fields and not base and w.chance(10):
        body.append(f'def __format__(self, spec):\n    return f"[{{spec}}|{{self.{fields[0].name}}}]"\n')
        w.add_rules(f'str:\n    f"{{<~{name}>:abc}}"\n')
    w.frozen = outer
    return body, methods


def some_definitions(w: Writer, count: int, foreign: re.Pattern[str]) -> str:
    """The definitions of a program, each of which may use those before it; none that speaks of what is foreign."""
    parts: list[str] = []
    classes: list[Class] = []
    for _ in range(count):
        form = w.rng.randrange(100)
        try:
            if form < 30:
                parts.append(idiom(w, foreign))
            elif form < 52:
                text, made = make_class(w, classes)
                parts.append(text)
                classes.append(made)
            elif form < 75:
                parts.append(function(w))
            elif form < 85:
                parts.append(generator(w))
            elif form < 93:
                parts.append(exception(w))
            else:
                parts.append(enumeration(w))
        except NotNow:
            continue
    return "\n\n".join(part.rstrip("\n") + "\n" for part in parts)
