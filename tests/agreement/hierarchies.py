"""Programs about classes, written at random: :func:`hierarchy` gives the same text for the same seed.

Where :mod:`.programs` takes what values are for granted and mixes expressions, these take two to four classes that derive from one another, of every kind that fields can be declared in,
and use all that they have: fields given by place, by name and by default, assigned by methods above and below where they are declared, methods overridden and asked by ``super``,
properties, factories, counters of classes, comparison, hashing, copies and patterns. They are valid, so that a refusal is a gap.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

KINDS = ("init", "init", "init", "data", "data", "data", "named", "error", "slots")
NAMES = ("Base", "Middle", "Leaf", "Other")
VALUES = {
    "int": ("0", "1", "7", "-3", "2**40"),
    "str": ('"x"', '""', '"robin"', '"a b"'),
    "float": ("0.5", "2.0", "-1.25"),
    "list[int]": ("[1, 2]", "[]", "[3]"),
    "bool": ("True", "False"),
    "dict[str, int]": ('{"k": 1}', "{}"),
    "int | None": ("None", "4"),
}
MUTABLE = ("list[int]", "dict[str, int]")
CHANGES = {
    "int": ("+= 2", "= self.{0} * 3", "-= 1"),
    "str": ('+= "!"', "= self.{0}.upper()"),
    "float": ("*= 2", "= self.{0} + 1"),
    "list[int]": ("= [*self.{0}, 9]", "+= [5]"),
    "bool": ("= not self.{0}",),
    "dict[str, int]": ('= {{**self.{0}, "n": 2}}', '|= {{"m": 3}}'),
    "int | None": ("= 5", "= None"),
}
FIELDS = ("a", "size", "name", "items", "level", "note")


GIVEN = """def pick(flag, a, b):
    return a if flag else b


def first(things, cls):
    for thing in things:
        if isinstance(thing, cls):
            return thing
    return None


class Box:
    def __init__(self, inner, label="box"):
        self.inner = inner
        self.label = label

    def swap(self, other):
        self.inner, other.inner = other.inner, self.inner
        return self
"""
SPECIALS = {
    "__len__": ("(self)", "return len(str(self.{0}))", "len({v})"),
    "__contains__": ("(self, item)", "return item == self.{0}", "({v}.{0} in {v}, 99 in {v})"),
    "__getitem__": ("(self, key)", "return (key, self.{0})", "({v}[0], {v}['k'])"),
    "__iter__": ("(self)", "yield self.{0}", "list({v})"),
    "__call__": ("(self, x=1)", "return [x, self.{0}]", "({v}(), {v}(2), {v}(x=3))"),
    "__bool__": ("(self)", "return bool(self.{0})", "(bool({v}), not {v}, 1 if {v} else 0)"),
    "__add__": ("(self, other)", "return (self.{0}, other)", "({v} + 1, {v} + 'a')"),
    "__radd__": ("(self, other)", "return (other, self.{0})", "(1 + {v}, [0] + [{v} is None])"),
    "__neg__": ("(self)", "return type(self).__name__", "-{v}"),
    "__str__": ("(self)", "return f'<{self.{0}}>'", "(str({v}), f'{{{v}}}')"),
    "__format__": ("(self, spec)", "return spec + '|' + str(self.{0})", "f'{{{v}:>3}}'"),
}
"""By special method: its parameters, its body for a field, and how it is asked of an object."""


@dataclass
class Made:
    """A class of the program: its fields in the order in which making takes them, with what else it has."""

    name: str
    kind: str
    base: Made | None
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By name: the type, and the default or ``""``."""
    methods: dict[str, str] = field(default_factory=dict)
    """By name: how it is called, behind the dot."""
    variables: dict[str, str] = field(default_factory=dict)
    specials: dict[str, str] = field(default_factory=dict)
    """By special method: how it is asked of ``{v}``."""
    is_frozen: bool = False
    is_ordered: bool = False
    has_repr: bool = False
    has_eq: bool = False
    is_hashed: bool = True


class Author:
    """Writes one program."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.classes: list[Made] = []
        self.lines: list[str] = []

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

    def value(self, type: str) -> str:
        return self.rng.choice(VALUES[type])

    def text(self) -> str:
        parts = []
        for name in NAMES[: self.rng.randrange(1, 4) + 1]:
            above = [one for one in self.classes if one.kind != "named"]
            base = self.rng.choice(above) if above and self.chance(80) else None
            parts.append(self.definition(name, base))
        body = self.uses()
        heads = "from __future__ import annotations\n\nimport copy\nfrom dataclasses import asdict, astuple, dataclass, field, fields, replace\nfrom typing import ClassVar, NamedTuple\n"
        return heads + "".join(f"\n\n{part}" for part in [*parts, GIVEN]) + "\n\n" + body

    # --- definitions --------------------------------------------------------------------------------------------------------------

    def definition(self, name: str, base: Made | None) -> str:
        kind = self.kind_below(base)
        made = Made(name, kind, base)
        if kind == "error":
            made.has_repr = True
        if base is not None:
            made.fields, made.methods, made.variables, made.specials = (
                dict(base.fields),
                dict(base.methods),
                dict(base.variables),
                dict(base.specials),
            )
            made.is_frozen, made.is_ordered, made.has_repr, made.has_eq, made.is_hashed = (
                base.is_frozen, base.is_ordered, base.has_repr, base.has_eq, base.is_hashed,
            )  # fmt: skip
        own = self.own_fields(made) if kind != "bare" else {}
        head, lines = self.head(made), []
        if self.chance(25) and kind != "named":
            lines.append(f'"""A {name.lower()}."""\n')
        if kind == "slots":
            lines.append(f"__slots__ = ({', '.join(repr(one) for one in own)},)\n")
        lines += self.declared(made, own)
        if kind in ("init", "error", "slots") and (own or base is None):
            lines.append(self.maker(made, own))
        made.fields |= own
        if kind == "data" and not made.is_frozen and self.chance(25):
            lines.append(self.post_init(made))
        lines += self.methods(made)
        self.classes.append(made)
        return head + "".join("    " + line.replace("\n", "\n    ").rstrip(" ") for line in lines or ["pass\n"])

    def kind_below(self, base: Made | None) -> str:
        if base is None:
            return self.rng.choice(KINDS)
        if self.chance(35):
            return "bare"
        return "init" if base.kind == "slots" else base.kind if base.kind != "bare" else "bare"

    def own_fields(self, made: Made) -> dict[str, tuple[str, str]]:
        must_default = made.kind in ("data", "named") and any(default for _, default in made.fields.values())
        own: dict[str, tuple[str, str]] = {}
        free = [name for name in FIELDS if name not in made.fields]
        for name in self.rng.sample(free, min(len(free), self.rng.randrange(4 if made.base else 3) + (made.base is None))):
            type = self.rng.choice(tuple(VALUES))
            default = self.value(type) if must_default or self.chance(45) else ""
            must_default = must_default or bool(default)
            own[name] = (type, default)
        if made.base is not None and made.kind == "data" and made.fields and self.chance(15):
            name = self.rng.choice(list(made.fields))  # declared again, with another default
            type, default = made.fields[name]
            if default:
                own[name] = (type, self.value(type))
        return own

    def head(self, made: Made) -> str:
        bases = "NamedTuple" if made.kind == "named" else made.base.name if made.base else "ValueError" if made.kind == "error" else ""
        decorator = ""
        if made.kind == "data":
            options = []
            if made.is_frozen or (made.base is None and self.chance(20)):
                made.is_frozen = True
                options.append("frozen=True")
            if self.chance(25):
                made.is_ordered = True
                options.append("order=True")
            else:
                made.is_ordered = False  # of the class above, which takes no other
            made.has_repr = made.has_eq = True
            made.is_hashed = made.is_frozen
            decorator = f"@dataclass({', '.join(options)})\n" if options or self.chance(10) else "@dataclass\n"
        elif made.kind == "named":
            made.has_repr = made.has_eq = True
            made.is_ordered = made.is_hashed = True
        return f"{decorator}class {made.name}{f'({bases})' if bases else ''}:\n"

    def declared(self, made: Made, own: dict[str, tuple[str, str]]) -> list[str]:
        lines = []
        if made.kind in ("data", "named"):
            for name, (type, default) in own.items():
                if default and type in MUTABLE and made.kind == "data":
                    default = f"field(default_factory=lambda: {default})"
                lines.append(f"{name}: {type}{f' = {default}' if default else ''}\n")
        if made.kind not in ("named", "slots") and self.chance(50):
            variable = self.rng.choice(("count", "label"))
            value = "0" if variable == "count" else f'"{made.name.lower()}"'
            hint = ": ClassVar[int]" if made.kind == "data" and variable == "count" else ""
            lines.append(f"{variable}{hint} = {value}\n")
            made.variables[variable] = value
        return lines

    def maker(self, made: Made, own: dict[str, tuple[str, str]]) -> str:
        above = made.base.fields if made.base else {}
        required = [name for name, (_, default) in {**above, **own}.items() if not default]
        defaulted = [name for name, (_, default) in {**above, **own}.items() if default]
        order = required + defaulted
        made.fields = {name: {**above, **own}[name] for name in order}
        params = [
            name if not made.fields[name][1] else f"{name}={made.fields[name][1] if made.fields[name][0] not in MUTABLE else None}"
            for name in order
        ]
        lines = [f"def __init__({', '.join(['self', *params])}):"]
        if made.base is not None:
            by_place = self.rng.randrange(len(above) + 1)
            given = [name if place < by_place else f"{name}={name}" for place, name in enumerate(above)]
            lines.append(f"    super().__init__({', '.join(given)})")
        elif made.kind == "error":
            lines.append(f"    super().__init__({', '.join(order[:2])})")
        for name, (type, default) in own.items():
            given = f"{default} if {name} is None else {name}" if default and type in MUTABLE else name
            hint = f": {type}" if self.chance(30) else ""
            lines.append(f"    self.{name}{hint} = {given}")
        if "count" in made.variables and self.chance(50):
            lines.append(f"    {self.rng.choice((made.name, 'type(self)', 'self.__class__'))}.count += 1")
        if not lines[1:]:
            lines.append("    pass")
        return "\n" + "\n".join(lines) + "\n"

    def post_init(self, made: Made) -> str:
        name = self.rng.choice(list(made.fields)) if made.fields else ""
        change = f"self.{name} {self.changed(made, name)}" if name else "pass"
        return f"\ndef __post_init__(self):\n    {change}\n"

    def changed(self, made: Made, name: str) -> str:
        return self.rng.choice(CHANGES[made.fields[name][0]]).format(name)

    def methods(self, made: Made) -> list[str]:
        lines = []
        can_assign = not made.is_frozen and made.kind != "named"
        for name, (type, _) in list(made.fields.items()):
            if can_assign and self.chance(35):
                lines.append(f"\ndef put_{name}(self, value):\n    self.{name} = value\n    return self\n")
                made.methods[f"put_{name}"] = f"put_{name}({self.value(type)})"
            if can_assign and self.chance(35):
                lines.append(f"\ndef bump_{name}(self):\n    self.{name} {self.changed(made, name)}\n    return self.{name}\n")
                made.methods[f"bump_{name}"] = f"bump_{name}()"
            if self.chance(15):
                lines.append(f"\n@property\ndef twice_{name}(self):\n    return [self.{name}] * 2\n")
                made.methods[f"twice_{name}"] = f"twice_{name}"
        if can_assign and made.base is None and made.kind != "slots" and self.chance(20):
            lines.append('\ndef mark(self):\n    self.mood = "calm"\n    return self.mood\n')
            made.methods["mark"] = "mark()"
        if self.chance(50):
            shown = ", ".join(f"{{self.{name}!r}}" for name in list(made.fields)[:2])
            above = ' + "<" + super().describe()' if made.base is not None and "describe" in made.base.methods and self.chance(70) else ""
            lines.append(f'\ndef describe(self):\n    return f"{made.name}:{shown}"{above}\n')
            made.methods["describe"] = "describe()"
        if made.variables and self.chance(40):
            name = self.rng.choice(list(made.variables))
            lines.append(f"\n@classmethod\ndef held(cls):\n    return cls.__name__, cls.{name}\n")
            made.methods["held"] = "held()"
        if made.kind != "bare" and self.chance(30):
            lines.append(f"\n@classmethod\ndef make(cls):\n    return cls({self.arguments(made)})\n")
        for special in self.rng.sample(sorted(SPECIALS), self.rng.randrange(3)) if made.fields and made.kind != "named" else ():
            if special == "__str__" and not made.has_repr:
                continue
            name = self.rng.choice(list(made.fields))
            params, body, asked = SPECIALS[special]
            lines.append(f"\ndef {special}{params}:\n    {body.replace('{0}', name)}\n")
            made.specials[special] = asked.replace("{0}", name)
        if made.kind in ("init", "slots", "bare") and not made.has_repr and made.fields and self.chance(50):
            shown = ", ".join(f"{name}={{self.{name}!r}}" for name in made.fields)
            lines.append(f'\ndef __repr__(self):\n    return f"{{type(self).__name__}}({shown})"\n')
            made.has_repr = True
        if made.kind in ("init", "slots") and not made.has_eq and made.fields and self.chance(40):
            name = self.rng.choice(list(made.fields))
            lines.append(f"\ndef __eq__(self, other):\n    return isinstance(other, {made.name}) and self.{name} == other.{name}\n")
            made.has_eq = True
            made.is_hashed = made.fields[name][0] not in MUTABLE and self.chance(50)
            if made.is_hashed:
                lines.append(f"\ndef __hash__(self):\n    return hash(self.{name})\n")
        return lines

    # --- uses ---------------------------------------------------------------------------------------------------------------------

    def arguments(self, made: Made) -> str:
        """Of a call that makes an object: some by place, some by name, some left out."""
        args, by_name = [], False
        for name, (type, default) in made.fields.items():
            if default and self.chance(50):
                by_name = True
                continue
            by_name = by_name or self.chance(25)
            args.append(f"{name}={self.value(type)}" if by_name else self.value(type))
        return ", ".join(args)

    def uses(self) -> str:
        objects: list[tuple[str, Made]] = []
        lines = ["def main():"]
        for made in self.classes:
            for _ in range(self.rng.randrange(1, 3)):
                name = f"v{len(objects)}"
                lines.append(f"    {name} = {made.name}({self.arguments(made)})")
                objects.append((name, made))
        for _ in range(self.rng.randrange(4, 11)):
            lines += [f"    {line}" for line in self.use(objects)]
        lines += [f"    print({self.shown(name, made)})" for name, made in objects]
        return "\n".join(lines) + "\n\n\nmain()\n"

    def shown(self, name: str, made: Made) -> str:
        if made.has_repr:
            return f"{name}, repr({name})"
        return ", ".join([f"type({name}).__name__", *(f"{name}.{one}" for one in made.fields)])

    def use(self, objects: list[tuple[str, Made]]) -> list[str]:
        name, made = self.rng.choice(objects)
        alike = [(other, one) for other, one in objects if one is made]
        ways = ["call", "call", "call", "kind", "fields", "polymorphic", "pattern", "through", "through", "many", "many", "found", "boxed"]
        ways += ["special", "special"] if made.specials else []
        ways += ["equal", "copy"] if made.has_eq else []
        ways += (
            ["ordered"] if made.is_ordered and not any(type in ("int | None", "dict[str, int]") for type, _ in made.fields.values()) else []
        )
        ways += ["hashed"] if made.is_hashed and made.has_eq and not any(type in MUTABLE for type, _ in made.fields.values()) else []
        ways += ["dataclass"] if made.kind == "data" else ["tuple"] if made.kind == "named" else ["caught"] if made.kind == "error" else []
        ways += ["variable"] if made.variables else []
        other = self.rng.choice(alike)[0]
        way = self.rng.choice(ways)
        if way == "call":
            called = list(made.methods.values())
            return (
                [
                    f"print({name}.{self.rng.choice(called)} is {name})"
                    if self.chance(10)
                    else f"print({self.result(name, self.rng.choice(called))})"
                ]
                if called
                else []
            )
        if way == "kind":
            cls = self.rng.choice(self.classes)
            return [
                f"print(isinstance({name}, {cls.name}), issubclass({made.name}, {cls.name}), type({name}) is {cls.name}, type({name}).__name__)"
            ]
        if way == "fields":
            asked = self.rng.choice(FIELDS)
            return [f'print(hasattr({name}, "{asked}"), getattr({name}, "{asked}", "none"))']
        if way == "polymorphic":
            chosen = [one for one, of in objects if "describe" in of.methods]
            return [f"for one in [{', '.join(chosen)}]:", "    print(one.describe(), type(one).__name__)"] if chosen else []
        if way == "pattern":
            return self.pattern(name, made)
        if way == "special":
            return [f"print({self.rng.choice(list(made.specials.values())).replace('{v}', name).replace('{{', '{').replace('}}', '}')})"]
        if way == "many":
            return self.many(objects)
        if way == "found":
            return self.found(objects)
        if way == "boxed":
            return self.boxed(objects)
        if way == "through":
            return self.through(name, made, objects)
        if way == "equal":
            return [
                f"print({name} == {other}, {name} != {other}, {name} == {made.name}({self.arguments(made)}), {name} == 1, {name} in [{other}])"
            ]
        if way == "copy":
            again = f"{name}c{self.rng.randrange(1000)}"
            return [
                f"{again} = copy.{self.rng.choice(('copy', 'deepcopy'))}({name})",
                f"print({again} == {name}, {again} is {name}, type({again}).__name__)",
            ]
        if way == "ordered":
            return [
                f"print({name} < {other}, {name} >= {other}, sorted([{name}, {other}, {made.name}({self.arguments(made)})]) == [{other}])"
            ]
        if way == "hashed":
            return [f"print(len({{{name}, {other}}}), {{{name}: 1}}.get({other}), hash({name}) == hash({other}))"]
        if way == "variable":
            variable = self.rng.choice(list(made.variables))
            return [f"print({made.name}.{variable}, {name}.{variable}, [one.{variable} for one in ({name}, {other})])"]
        if way == "caught":
            return [
                "try:",
                f"    raise {name}",
                f"except {self.rng.choice((made.name, 'ValueError', 'Exception'))} as caught:",
                "    print(type(caught).__name__, caught, caught.args)",
            ]
        if way == "tuple":
            first = next(iter(made.fields), "")
            return [
                f"print(len({name}), tuple({name}), {name}._asdict(), {name}._fields"
                + (f", {name}[0], {name}._replace({first}={self.value(made.fields[first][0])}))" if first else ")")
            ]
        changed = self.rng.choice(list(made.fields)) if made.fields else ""
        lines = [f"print(asdict({name}), astuple({name}), [one.name for one in fields({name})])"]
        if changed:
            lines.append(f"print(replace({name}, {changed}={self.value(made.fields[changed][0])}))")
        return lines

    def through(self, name: str, made: Made, objects: list[tuple[str, Made]]) -> list[str]:
        """One of two objects that a function gives: what it is, and what both have."""
        second, other = self.rng.choice(objects)
        flag = self.rng.choice(("True", "False", f"isinstance({name}, {other.name})"))
        got = f"got{self.rng.randrange(1000)}"
        cls = self.rng.choice(self.classes)
        shared = [one for one in made.fields if one in other.fields]
        both = [call for method, call in made.methods.items() if method in other.methods and not method.startswith("put_")]
        told = [f"{got} is {name}", f"type({got}).__name__", f"isinstance({got}, {cls.name})"]
        if made.has_eq == other.has_eq:
            told += [f"{got} == {second}", f"{name} != {got}", f"{got} in [{second}, {name}]"]
        told += [f"{got}.{one}" for one in shared[:2]] + [f"{got}.{call}" for call in both[:2]]
        return [f"{got} = pick({flag}, {name}, {second})", f"print({', '.join(told)})"]

    def many(self, objects: list[tuple[str, Made]]) -> list[str]:
        """A list of several objects, and what is asked of it."""
        chosen = [self.rng.choice(objects) for _ in range(self.rng.randrange(2, 5))]
        things, one = f"things{self.rng.randrange(1000)}", self.rng.choice(objects)[0]
        cls = self.rng.choice(self.classes).name
        lines = [f"{things} = [{', '.join(name for name, _ in chosen)}]"]
        lines.append(
            f"print([type(t).__name__ for t in {things}], {one} in {things}, {things}.count({one}), sum(isinstance(t, {cls}) for t in {things}))"
        )
        way = self.rng.randrange(6)
        if way == 0:
            lines += ["try:", f"    {things}.remove({one})", "except ValueError as missing:", "    print(missing)", f"print(len({things}))"]
        elif way == 1:
            lines.append(f"print([type(t).__name__ for t in sorted({things}, key=lambda t: type(t).__name__)])")
        elif way == 2:
            lines.append(
                f"print({{type(t).__name__: t is {one} for t in {things}}}, max({things}, key=lambda t: len(type(t).__name__)) is {chosen[0][0]})"
            )
        elif way == 3:
            lines.append(f"print(next((t for t in {things} if isinstance(t, {cls})), None) is {one})")
        elif way == 4:
            lines += [
                f"{things}.append({one})",
                f"a, *rest = {things}",
                f"print(a is {chosen[0][0]}, len(rest), rest[-1] is {one}, {things} == [*{things}])",
            ]
        else:
            shared = [field for field in chosen[0][1].fields if all(field in made.fields for _, made in chosen)]
            for field in shared[:1]:
                lines.append(f"print([t.{field} for t in {things}], [[t.{field}, type(t).__name__] for t in reversed({things})])")
        return lines

    def found(self, objects: list[tuple[str, Made]]) -> list[str]:
        """The first object of a class, where there is one."""
        name, made = self.rng.choice(objects)
        got, cls = f"seen{self.rng.randrange(1000)}", self.rng.choice(self.classes)
        lines = [f"{got} = first([{', '.join(one for one, _ in self.rng.sample(objects, min(3, len(objects))))}], {cls.name})"]
        lines.append(f"print({got} is None, {got} is {name}, type({got}).__name__, isinstance({got}, {made.name}))")
        asked = [f"{got}.{field}" for field in cls.fields][:2]
        lines += [f"if {got} is not None:", f"    print({', '.join([f'type({got}).__name__', *asked])})"]
        return lines

    def boxed(self, objects: list[tuple[str, Made]]) -> list[str]:
        """Two objects that others hold, exchanged and asked through them."""
        (first, made), (second, other) = self.rng.choice(objects), self.rng.choice(objects)
        one, two = f"box{self.rng.randrange(1000)}", f"case{self.rng.randrange(1000)}"
        lines = [f"{one}, {two} = Box({first}), Box({second}, label=3)"]
        if self.chance(60):
            lines.append(f"print({one}.swap({two}) is {one}, {one}.inner is {second}, {two}.inner is {first})")
        shared = [field for field in made.fields if field in other.fields]
        told = [f"type({one}.inner).__name__", f"{two}.label", *(f"{one}.inner.{field}" for field in shared[:2])]
        if made.has_eq == other.has_eq:
            told += [f"{one}.inner == {two}.inner", f"{one}.inner != {first}"]
        return [*lines, f"print({', '.join(told)})"]

    def result(self, name: str, call: str) -> str:
        return f"type({name}.{call}).__name__" if call.startswith("put_") else f"{name}.{call}"

    def pattern(self, name: str, made: Made) -> list[str]:
        lines = [f"match {name}:"]
        for cls in reversed(self.classes):
            taken = [one for one in cls.fields if self.chance(50)][:2]
            shape = ", ".join(f"{one}={self.rng.choice((one, '_'))}" for one in taken)
            bound = [part.split("=")[1] for part in shape.split(", ") if part and not part.endswith("_")]
            lines += [f"    case {cls.name}({shape}):", f"        print({', '.join([repr(cls.name), *bound])})"]
        return [*lines, "    case _:", '        print("other")']


def hierarchy(seed: int) -> str:
    """The text of the program with this number; it runs ``main`` itself."""
    return Author(seed).text()
