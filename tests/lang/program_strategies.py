"""Random programs: typed well enough that most of them run, mixed enough that types meet, and finite.

:func:`program` writes one from a source of choices. Every loop is bounded, so a program ends by itself; what fails while it runs (an index, a key, a division) is part of
what is compared. The strategy :func:`programs` gives Hypothesis the same generator.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import strategies as st

WORDS = ("", "a", "ab", "x y", "Bell", "é€", "12", "-7", "a,b,c", " pad ", "ABC", "\\n")
FLOATS = ("0.0", "-0.0", "0.5", "1.5", "-2.25", "1e16", "3.0", "1e-7", "0.1", "100.0")
INTS = ("0", "1", "2", "3", "-1", "-2", "7", "10", "100", "-13", "255", "9007199254740993")
SCALARS = ("int", "float", "bool", "str")
LISTS = (
    "list[int]",
    "list[str]",
    "list[float]",
    "list[P]",
    "list[int?]",
    "list[bool]",
    "list[list[int]]",
    "list[tuple[int,str]]",
    "list[any]",
)
ORDERED = ("list[list[int]]", "list[tuple[int,str]]", *(f"list[{item}]" for item in SCALARS))
DICTS = ("dict[str,int]", "dict[int,str]", "dict[str,list[int]]", "dict[tuple[int,str],float?]", "dict[int,P]")
SETS = ("set[int]", "set[str]")
TUPLES = ("tuple[int,str]", "tuple[float,tuple[int,bool]]")
SHOWN = (*SCALARS, *LISTS, *DICTS, *TUPLES, "int?", "str?", "float?", "P", "Q")
TYPES = (*SHOWN, *SETS)
RAISED = (
    "ValueError",
    "KeyError",
    "RuntimeError",
    "IndexError",
    "ZeroDivisionError",
    "TypeError",
    "ArithmeticError",
    "NotImplementedError",
)
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
SPECS = {
    "int": ("5", "05d", "x", "+", ",", "^6", ".1f", "b", "#o", "_", "*>+9,", " ", "=8", "n", "e", "{w}", "0{w}X"),
    "float": (".2f", "8.3f", "e", "g", "%", ".0f", ",", "+.1e", "#.3g", "010.2f", "_.1f", "^{w}.{w}", "n"),
    "str": (">6", "^7", ".2", "*<5", "s", "{w}", ".{w}"),
    "bool": ("5", "d", "", ">7"),
}

HEAD = """from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass
class P:
    x: int
    y: float = 1.5
    tag: str | None = None
    more: P | None = None


@dataclass
class Q:
    items: list[int]
    at: P
    table: dict[str, int]
    pair: tuple[int, str] = (0, "")


w = 7
base = [1, 2, 3]
names = {"a": 1, "Bell": 2}
level = names.get("a")


"""
GLOBALS = {"w": "int", "base": "list[int]", "names": "dict[str,int]", "level": "int?"}
"""Module-level names that functions read. Nothing is assigned to them but by the statements that :meth:`Writer.global_change` writes."""
FIELDS = {
    "P": {"x": "int", "y": "float", "tag": "str?", "more": "P"},
    "Q": {"items": "list[int]", "at": "P", "table": "dict[str,int]", "pair": "tuple[int,str]"},
}


def inner_types(type: str) -> list[str]:
    """What stands between the brackets of a type, split at the commas outside inner brackets."""
    found, depth = [""], 0
    for character in type[type.index("[") + 1 : -1]:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == "," and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return found


class Writer:
    """Writes one program.

    ``scope``: the variables that are surely assigned, with the type each holds now; ``mixed``: those that may hold one of several types; ``frozen``: containers and counters
    that a loop depends on, left alone in its body; ``returns``: the type the function being written gives.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.lines: list[str] = []
        self.scope: dict[str, str] = dict(GLOBALS)
        self.mixed: set[str] = set()
        self.frozen: set[str] = set(GLOBALS)
        self.functions: list[tuple[str, list[tuple[str, str, bool]], str]] = []
        self.indent = self.names = self.loops = 0
        self.returns = ""
        self.inside = False

    # --- choices ----------------------------------------------------------------------------------------------------------------------

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

    def pick(self, items: Sequence[str]) -> str:
        return items[self.rng.randrange(len(items))]

    def fresh(self) -> str:
        self.names += 1
        return f"v{self.names}"

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def variables(self, *types: str) -> list[str]:
        """The variables that hold exactly one of these types."""
        return [name for name, held in self.scope.items() if held in types and name not in self.mixed]

    def changeable(self, *types: str) -> list[str]:
        return [name for name in self.variables(*types) if name not in self.frozen]

    # --- expressions ------------------------------------------------------------------------------------------------------------------

    def expr(self, type: str, depth: int = 2) -> str:
        """An expression of the type; ``T?`` is T or None."""
        found = self.variables(type)
        if found and self.chance(45):
            return self.pick(found)
        if depth > 0 and self.chance(12):
            return f"({self.expr(type, depth - 1)} if {self.condition(depth - 1)} else {self.expr(type, depth - 1)})"
        if depth > 0 and self.chance(10) and (called := self.call(type, depth)):
            return called
        if depth > 0 and self.chance(8) and (field := self.field(type, depth)):
            return field
        if type.endswith("?"):
            return "None" if self.chance(35) else self.expr(type[:-1], depth)
        if type in LISTS:
            return self.list_expr(type, depth)
        if type in SETS:
            return self.set_expr(inner_types(type)[0], depth)
        if type == "any":
            return self.pick(("None", "True", '"x"', "2.5", self.expr("int", 0), self.expr("str", depth - 1)))
        if type in DICTS:
            key, value = inner_types(type)
            if depth > 0 and self.chance(15):
                return f"{self.expr(type, depth - 1)}.copy()"
            if depth > 0 and self.chance(10):
                return f"dict({self.expr(type, depth - 1)})"
            pairs = [f"{self.expr(key, depth - 1)}: {self.expr(value, depth - 1)}" for _ in range(self.rng.randrange(4))]
            return f"{{{', '.join(pairs)}}}"
        if type.startswith("tuple"):
            return f"({', '.join(self.expr(item, depth - 1) for item in inner_types(type))})"
        if type == "P":
            return self.record(depth)
        if type == "Q":
            parts = [self.expr("list[int]", depth - 1), self.expr("P", depth - 1), self.expr("dict[str,int]", depth - 1)]
            return f"Q({', '.join(parts)}{', pair=' + self.expr('tuple[int,str]', depth - 1) if self.chance(40) else ''})"
        return {"int": self.int_expr, "float": self.float_expr, "bool": self.bool_expr, "str": self.str_expr}[type](depth)

    def set_expr(self, item: str, depth: int) -> str:
        if self.chance(30):
            return f"set({self.expr(f'list[{item}]', depth - 1)})"
        items = [self.expr(item, depth - 1) for _ in range(self.rng.randrange(4))]
        return f"{{{', '.join(items)}}}" if items else f"set({self.expr(f'list[{item}]', 0)})"

    def field(self, type: str, depth: int) -> str:
        """A field of a record that has the type, ``""`` where none has."""
        record = self.pick(tuple(FIELDS))
        fitting = [name for name, held in FIELDS[record].items() if held == type and name != "more"]
        return f"{self.expr(record, depth - 1)}.{self.pick(fitting)}" if fitting else ""

    def call(self, type: str, depth: int) -> str:
        """A call of a function that gives the type, ``""`` where there is none."""
        fitting = [function for function in self.functions if function[2] == type]
        if not fitting:
            return ""
        name, params, _ = fitting[self.rng.randrange(len(fitting))]
        args: list[str] = []
        keyword = False
        for param, held, has_default in params:
            if has_default and self.chance(50):
                keyword = True
                continue
            keyword = keyword or self.chance(25)
            value = self.expr(held, depth - 1)
            args.append(f"{param}={value}" if keyword else value)
        return f"{name}({', '.join(args)})"

    def record(self, depth: int) -> str:
        parts = [self.expr("int", depth - 1)]
        if self.chance(60):
            parts.append(self.expr("float", depth - 1))
            if self.chance(60):
                parts.append(self.expr("str?", depth - 1))
        if depth > 0 and self.chance(20):
            parts.append(f"more={self.expr('P', depth - 1)}")
        return f"P({', '.join(parts)})"

    def list_expr(self, type: str, depth: int) -> str:
        item = type[5:-1]
        if depth <= 0 or self.chance(65):
            return f"[{', '.join(self.expr(item, depth - 1) for _ in range(self.rng.randrange(4)))}]"
        inner = self.expr(type, depth - 1)
        forms = [
            f"{inner}[{self.bound()}:{self.bound()}]",
            f"({inner} + {self.expr(type, depth - 1)})",
            f"list({inner})",
            f"{inner}.copy()",
        ]
        forms += [
            f"({inner} * {self.pick(('0', '1', '2', '-1'))})",
            f"{inner}[{self.bound()}:{self.bound()}:{self.pick(('1', '-1', '2', '-2'))}]",
        ]
        if type in ORDERED:
            forms += [f"sorted({inner})", f"sorted({inner}, reverse={self.expr('bool', 0)})", f"list(reversed({inner}))"]
        if item in ("int", "str"):
            forms += [f"sorted({self.expr(f'set[{item}]', depth - 1)})"]
        if type == "list[tuple[int,str]]":
            forms += [
                f"list(enumerate({self.expr('list[str]', depth - 1)}))",
                f"list(zip({self.expr('list[int]', depth - 1)}, {self.expr('list[str]', depth - 1)}))",
                f"list({self.expr('dict[int,str]', depth - 1)}.items())",
                f"sorted({self.expr('dict[int,str]', depth - 1)}.items())",
            ]
        if item == "int":
            forms += [f"list(range({self.small()}, {self.small()}, {self.pick(('1', '2', '-1', '3'))}))"]
        if item == "str":
            forms += [f"{self.expr('str', 0)}.split()", f"{self.expr('str', 0)}.split(',')", f"list({self.expr('str', depth - 1)})"]
            forms += [
                f"{self.expr('str', 0)}.rsplit(None, 1)",
                f"{self.expr('str', 0)}.split('a', {self.small()})",
                f"list({self.expr('dict[str,int]', 0)})",
            ]
            forms += [f"{self.expr('str', 0)}.splitlines({self.expr('bool', 0)})"]
        return self.pick(forms)

    def bound(self) -> str:
        return self.pick(("", "", "0", "1", "2", "-1", "-2", "5", "-9"))

    def small(self) -> str:
        return self.pick(("0", "1", "2", "3", "5", "-2"))

    def int_expr(self, depth: int) -> str:
        if depth <= 0 or self.chance(25):
            return self.pick(INTS)
        a = self.expr("int", depth - 1)
        form = self.rng.randrange(26)
        if form == 20:
            return self.pick(
                (
                    f"ord(({self.expr('str', depth - 1)} or 'é')[0])",
                    f"int({self.expr('str', depth - 1)})",
                    f"int('{self.pick(('12', ' -3 ', '1_0', '0x1f', 'zz'))}', {self.pick(('10', '0', '16'))})",
                    f"(w + {a})",
                    f"len(str({a}))",
                )
            )
        if form == 21:
            return f"math.{self.pick(('gcd', 'lcm', 'comb', 'perm'))}({a}, {self.small()})"
        if form == 22:
            return f"{self.pick(('math.isqrt', 'math.factorial', 'math.trunc'))}({a})"
        if form == 23:
            return self.pick(
                (
                    f"max({a}, 3, {self.expr('int', 0)})",
                    f"max({self.expr('list[int]', 0)}, default={a})",
                    f"sum({self.expr('list[int]', 0)}, {a})",
                )
            )
        if form == 24:
            return self.pick(
                (
                    f"len({self.expr(self.pick(SETS), depth - 1)})",
                    f"round({a}, {self.small()})",
                    f"({a}).bit_length()",
                    f"sum(range({a} % 9))",
                )
            )
        if form == 25:
            return f"{self.expr('list[tuple[int,str]]', depth - 1)}[{self.small()}][0]"
        if form < 6:
            return f"({a} {self.pick(('+', '-', '*', '//', '%', '&', '|', '^'))} {self.expr('int', depth - 1)})"
        if form == 6:
            return f"({a} {self.pick(('<<', '>>', '**'))} {self.pick(('0', '1', '2', '3'))})"
        if form == 7:
            return f"{self.pick(('-', '~', '+'))}{a}"
        if form == 8:
            return f"len({self.expr(self.pick(('str', *LISTS, *DICTS)), depth - 1)})"
        if form == 9:
            return f"{self.pick(('abs', 'int', 'round'))}({self.expr(self.pick(('int', 'bool')), depth - 1)})"
        if form == 10:
            return f"{self.pick(('int', 'round', 'math.floor', 'math.ceil'))}({self.expr('float', depth - 1)})"
        if form == 11:
            return f"{self.expr('list[int]', depth - 1)}[{self.expr('int', 0)}]"
        if form == 12:
            return f"{self.pick(('min', 'max'))}({a}, {self.expr('int', depth - 1)})"
        if form == 13:
            return f"{self.pick(('sum', 'max', 'min'))}({self.expr('list[int]', depth - 1)})"
        if form == 14:
            return f"{self.expr('str', depth - 1)}.{self.pick(('find', 'count', 'rfind', 'index'))}({self.expr('str', depth - 1)})"
        if form == 15:
            return f"{self.expr('P', depth - 1)}.x"
        if form == 16:
            return f"{self.expr('dict[str,int]', depth - 1)}.get({self.expr('str', depth - 1)}, {a})"
        if form == 17:
            return f"{self.expr('tuple[int,str]', depth - 1)}[0]"
        if form == 18:
            return f"({a} {self.pick(('and', 'or'))} {self.expr('int', depth - 1)})"
        return f"divmod({a}, {self.expr('int', 0)})[{self.pick(('0', '1', '-1'))}]"

    def float_expr(self, depth: int) -> str:
        if depth <= 0 or self.chance(25):
            return self.pick(FLOATS)
        a = self.expr("float", depth - 1)
        form = self.rng.randrange(15)
        if form == 11:
            function = self.pick(
                (
                    "math.sqrt",
                    "math.exp",
                    "math.log",
                    "math.sin",
                    "math.atan",
                    "math.fabs",
                    "math.log2",
                    "math.ulp",
                    "math.gamma",
                    "math.lgamma",
                )
            )
            return f"{function}({self.expr(self.pick(('float', 'int')), depth - 1)})"
        if form == 12:
            function = self.pick(("math.hypot", "math.fmod", "math.copysign", "math.atan2", "math.pow", "math.remainder"))
            return f"{function}({a}, {self.expr(self.pick(('float', 'int')), 0)})"
        if form == 13:
            return self.pick(
                (
                    f"float({self.expr('str', depth - 1)})",
                    f"sum({self.expr('list[float]', 0)}, 0.0)",
                    f"({a} ** {self.small()})",
                    f"math.modf({a})[0]",
                    f"math.frexp({a})[0]",
                    f"math.hypot({a}, {self.small()}, {self.expr('float', 0)})",
                    f"math.dist(({a}, {self.small()}), ({self.expr('float', 0)}, {self.small()}))",
                    f"math.fsum({self.expr('list[float]', 0)})",
                    f"math.fsum(({a}, {self.expr('float', 0)}, {self.small()}))",
                )
            )
        if form == 14:
            return self.pick(
                (
                    f"{self.expr('tuple[float,tuple[int,bool]]', depth - 1)}[0]",
                    f"divmod({a}, {self.expr('float', 0)})[1]",
                    f"math.prod({self.expr('list[float]', 0)}, start=1.0)",
                )
            )
        if form < 4:
            return f"({a} {self.pick(('+', '-', '*', '/', '//', '%'))} {self.expr(self.pick(('float', 'int', 'bool')), depth - 1)})"
        if form == 4:
            return f"({self.expr('int', depth - 1)} / {self.expr('int', depth - 1)})"
        if form == 5:
            return f"float({self.expr(self.pick(('int', 'bool', 'float')), depth - 1)})"
        if form == 6:
            return f"round({a}, {self.small()})"
        if form == 7:
            return f"{self.pick(('abs', '-'))}({a})"
        if form == 8:
            return f"{self.expr('P', depth - 1)}.y"
        if form == 9:
            return f"{self.expr('list[float]', depth - 1)}[{self.small()}]"
        return f"{self.pick(('max', 'min'))}({a}, {self.expr('float', depth - 1)})"

    def bool_expr(self, depth: int) -> str:
        if depth <= 0 or self.chance(15):
            return self.pick(("True", "False"))
        if self.chance(70):
            return f"({self.truth(depth)})"
        if self.chance(30):
            return f"{self.pick(('any', 'all'))}({self.expr(self.pick(LISTS), depth - 1)})"
        return f"bool({self.anything(depth - 1)})"

    def str_expr(self, depth: int) -> str:
        if depth <= 0 or self.chance(25):
            return f'"{self.pick(WORDS)}"'
        a = self.expr("str", depth - 1)
        form = self.rng.randrange(18)
        if form == 13:
            return f"{a}.{self.pick(('partition', 'rpartition'))}({self.expr('str', depth - 1)})[{self.pick(('0', '1', '2'))}]"
        if form == 14:
            return f"{a}.{self.pick(('removeprefix', 'removesuffix', 'strip', 'lstrip', 'rstrip'))}({self.expr('str', depth - 1)})"
        if form == 15:
            return self.pick(
                (
                    f"{a}[::{self.pick(('-1', '2', '-2'))}]",
                    f"{a}.expandtabs({self.small()})",
                    f"{a}.casefold()",
                    f"{a}.replace('a', 'bb', {self.small()})",
                )
            )
        if form == 16:
            return f"{self.pick(('hex', 'bin', 'oct', 'chr', 'str'))}({self.expr('int', depth - 1)})"
        if form == 17:
            return self.pick(
                (
                    f"{a}.join(sorted({self.expr('set[str]', 0)}))",
                    f"{a}.join({self.expr('dict[str,int]', 0)})",
                    f"{a}.join({self.expr('str', 0)})",
                )
            )
        if form == 0:
            return f"({a} + {self.expr('str', depth - 1)})"
        if form == 1:
            return f"({a} * {self.small()})"
        if form == 2:
            return f"{a}[{self.bound()}:{self.bound()}]"
        if form == 3:
            return f"{a}.{self.pick(('upper', 'lower', 'strip', 'title', 'swapcase', 'capitalize'))}()"
        if form == 4:
            return f"{a}.replace({self.expr('str', depth - 1)}, {self.expr('str', depth - 1)})"
        if form == 5:
            return f"{a}.join({self.expr('list[str]', depth - 1)})"
        if form == 6:
            return f"{self.pick(('str', 'repr'))}({self.anything(depth - 1)})"
        if form in (7, 8):
            return self.formatted()
        if form == 9:
            return f"{a}[{self.expr('int', 0)}]"
        if form == 10:
            return f"{self.expr('tuple[int,str]', depth - 1)}[1]"
        if form == 11:
            return f"({a} {self.pick(('and', 'or'))} {self.expr('str', depth - 1)})"
        return f"{a}.{self.pick(('center', 'ljust', 'zfill'))}({self.small()})"

    def formatted(self) -> str:
        pieces: list[str] = []
        for kind in SCALARS:
            for name in self.variables(kind)[-2:]:
                pieces.append(self.pick((f"{{{name}:{self.pick(SPECS[kind])}}}", f"{{{name}!r:>9}}", f"{{{name}}}")))
        pieces += [f"{{{name}}}" for name in sorted(self.mixed)[:2]]
        return f'f"<{"|".join(pieces[:3])}>"'

    def anything(self, depth: int) -> str:
        """An expression of any type, variables of mixed types among them."""
        if self.mixed and self.chance(50):
            return self.pick(sorted(self.mixed))
        return self.expr(self.pick(SHOWN), depth)

    def truth(self, depth: int) -> str:
        """An expression that is a bool."""
        a = self.expr("int", depth - 1)
        form = self.rng.randrange(17 if depth > 0 else 2)
        if form == 12:
            item = self.pick(("int", "str"))
            return f"{self.expr(item, depth - 1)} {self.pick(('in', 'not in'))} {self.expr(f'set[{item}]', depth - 1)}"
        if form == 13:
            test = self.pick(
                ("isdigit", "isalpha", "isupper", "islower", "isspace", "isalnum", "istitle", "isnumeric", "isidentifier", "isascii")
            )
            return f"{self.expr('str', depth - 1)}.{test}()"
        if form == 14:
            bounds = self.pick(("", ", 1", ", -2", ", 0, 2", ", 1, -1"))
            return f"{self.expr('str', depth - 1)}.{self.pick(('startswith', 'endswith'))}({self.expr('str', depth - 1)}{bounds})"
        if form == 15:
            type = self.pick((*ORDERED, "list[int]", "tuple[float,tuple[int,bool]]"))
            return f"{self.expr(type, depth - 1)} {self.pick(COMPARISONS)} {self.expr(type, depth - 1)}"
        if form == 16:
            type = self.pick(("P", "list[int]", "dict[str,int]", "Q"))
            return f"{self.expr(type, depth - 1)} {self.pick(('is', 'is not'))} {self.expr(type, depth - 1)}"
        if form < 2:
            kind = self.pick(("int", "float", "str"))
            return f"{self.expr(kind, depth - 1)} {self.pick(COMPARISONS)} {self.expr(kind, depth - 1)}"
        if form == 2:
            return f"{a} {self.pick(COMPARISONS)} {self.expr('float', depth - 1)}"
        if form == 3:
            return f"not ({self.condition(depth - 1)})"
        if form in (4, 5):
            return f"({self.truth(depth - 1)}) {self.pick(('and', 'or'))} ({self.truth(depth - 1)})"
        if form == 6:
            return f"{a} < {self.expr('int', depth - 1)} {self.pick(COMPARISONS)} {self.expr(self.pick(('int', 'float')), depth - 1)}"
        if form == 7:
            held = self.expr(self.pick(("str", "list[str]", "dict[str,int]")), depth - 1)
            return f"{self.expr('str', depth - 1)} {self.pick(('in', 'not in'))} {held}"
        if form == 8:
            held = self.pick((self.expr("list[int]", depth - 1), "(1, 2, 3)", "{1, 7}", "range(3)", "[1, 2.5]"))
            return f"{a} {self.pick(('in', 'not in'))} {held}"
        if form == 9:
            return f"{self.expr(self.pick(('int?', 'str?', 'float?')), depth - 1)} {self.pick(('is', 'is not', '==', '!='))} None"
        if form == 10:
            kind = self.pick(TYPES)
            other = kind if self.chance(80) or kind in SETS else self.pick(SHOWN)
            return f"{self.expr(kind, depth - 1)} {self.pick(('==', '!='))} {self.expr(other, depth - 1)}"
        if self.mixed:
            name = self.pick(sorted(self.mixed))
            kind = self.pick(("int", "str", "float", "bool", "list", "(int, str)", "P | float", "dict"))
            return self.pick((f"isinstance({name}, {kind})", f"{name} == {self.expr(self.pick(SCALARS), 0)}", f"{name} is None"))
        return f"{self.expr('tuple[int,str]', depth - 1)} {self.pick(COMPARISONS)} {self.expr('tuple[int,str]', depth - 1)}"

    def condition(self, depth: int) -> str:
        return self.truth(depth) if self.chance(75) else self.anything(depth - 1)

    # --- statements -------------------------------------------------------------------------------------------------------------------

    def block(self, depth: int) -> None:
        """An indented block. What it alone assigns is out of scope after it; what it assigns with another type is mixed from then on."""
        before = dict(self.scope)
        self.indent += 1
        start = len(self.lines)
        for _ in range(1 + self.rng.randrange(3)):
            self.statement(depth)
        if len(self.lines) == start:
            self.line("pass")
        self.indent -= 1
        after, self.scope = self.scope, before
        self.mixed |= {name for name, held in before.items() if after.get(name) != held}

    def assigned(self, name: str, type: str) -> None:
        self.scope[name] = type
        self.mixed.discard(name)

    def target(self, type: str) -> str:
        """A variable to assign to: one of the type, rarely one of another type (not in loops), or a new one."""
        same = self.changeable(type)
        if same and self.chance(40):
            return self.pick(same)
        free = [name for name in self.scope if name not in self.frozen and self.scope[name] not in SETS]
        if free and type not in SETS and self.chance(15 if self.loops == 0 else 4):
            return self.pick(free)
        return self.fresh()

    def statement(self, depth: int) -> None:
        form = self.rng.randrange(100)
        if form < 26:
            type = self.pick(TYPES)
            value = self.expr(type)
            name = self.target(type)
            self.line(f"{name} = {value}")
            self.assigned(name, type)
        elif form < 36:
            self.augmented()
        elif form < 45:
            self.line(f"print({', '.join(self.anything(2) for _ in range(1 + self.rng.randrange(2)))})")
        elif form < 54:
            self.mutation()
        elif form < 58:
            first, second = self.pick(TYPES), self.pick(TYPES)
            values = f"{self.expr(first)}, {self.expr(second)}"
            a, b = self.fresh(), self.fresh()
            self.line(f"{a}, {b} = {values}")
            self.assigned(a, first)
            self.assigned(b, second)
        elif form < 59:
            self.unpacking()
        elif form < 60 and not self.inside:
            self.global_change()
        elif form < 61:
            names = self.changeable(self.pick(TYPES))
            if len(names) > 1:
                self.line(f"{names[0]}, {names[-1]} = {names[-1]}, {names[0]}")
        elif form < 63:
            self.line(f"assert {self.condition(2)} or True, {self.anything(1)}")
        elif form < 65 and self.returns:
            self.line(f"if {self.condition(2)}:")
            self.line(f"    return {self.expr(self.returns)}")
        elif form < 66:
            self.line(f"if {self.condition(2)} and {self.chance(20)}:")
            self.line(f"    raise {self.pick(RAISED)}({self.anything(1)})")
        elif depth <= 0:
            self.line(f"print({self.anything(1)})")
        elif form < 78:
            self.conditional(depth)
        elif form < 84:
            self.narrowing(depth)
        elif form < 95:
            self.for_loop(depth)
        else:
            self.while_loop(depth)

    def unpacking(self) -> None:
        a, b, c = self.fresh(), self.fresh(), self.fresh()
        form = self.rng.randrange(5)
        if form == 0:
            self.line(f"{a}, ({b}, {c}) = {self.expr('tuple[float,tuple[int,bool]]')}")
            self.scope.update({a: "float", b: "int", c: "bool"})
        elif form == 1:
            self.line(f"{a}, {b} = {self.expr('list[int]')}[:2]")
            self.scope.update({a: "int", b: "int"})
        elif form == 2:
            self.line(f"[{a}, {b}] = divmod({self.expr('int')}, {self.expr('int')})")
            self.scope.update({a: "int", b: "int"})
        elif form == 3:
            type = self.pick(TYPES)
            self.line(f"{a} = {b} = {self.expr(type)}")
            self.scope.update({a: type, b: type})
        else:
            self.line(f"{a}, {b}, {c} = {self.expr('str')}.partition({self.expr('str')})")
            self.scope.update({a: "str", b: "str", c: "str"})

    def global_change(self) -> None:
        """A change of what the functions see."""
        value = self.expr("int", 1)
        self.line(
            self.pick(
                (
                    f"w = {value} % 12",
                    f"base = base + [{value}]",
                    f"names[{self.expr('str', 0)}] = {value}",
                    "base = [0]",
                    "w += 1",
                    "level = None",
                    f"level = {value}",
                )
            )
        )

    def augmented(self) -> None:
        lists, records = self.changeable("list[int]"), self.variables("P", "Q")
        if lists and self.chance(25):
            self.line(f"{self.pick(lists)}[{self.small()}] {self.pick(('+', '-', '*', '//'))}= {self.expr('int', 1)}")
            return
        if records and self.chance(25):
            name = self.pick(records)
            target = f"{name}.x" if self.scope[name] == "P" else self.pick((f"{name}.at.x", f"{name}.items[0]", f"{name}.table['a']"))
            self.line(f"{target} {self.pick(('+', '-', '*', '%'))}= {self.expr('int', 1)}")
            return
        names = self.changeable("int", "float", "str")
        if names:
            name = self.pick(names)
            held = self.scope[name]
            ops = {"int": ("+", "-", "*", "//", "%", "|"), "float": ("+", "-", "*", "/"), "str": ("+",)}[held]
            self.line(f"{name} {self.pick(ops)}= {self.expr(held)}")

    def mutation(self) -> None:
        """A change of a container or record."""
        lists, dicts, records = self.changeable(*LISTS), self.changeable(*DICTS), self.variables("P", "Q")
        sets = self.changeable(*SETS)
        if not (lists or dicts or records or sets):
            return
        name = self.pick([*lists, *dicts, *records, *sets])
        held = self.scope[name]
        if held in SETS:
            value = self.expr(inner_types(held)[0], 1)
            self.line(
                self.pick(
                    (f"{name}.add({value})", f"{name}.discard({value})", f"{name}.remove({value})", f"print(len({name}), sorted({name}))")
                )
            )
        elif held in FIELDS:
            fields = FIELDS[held]
            field = self.pick(tuple(fields))
            self.line(f"{name}.{field} = {self.expr(fields[field], 1)}")
        elif held in LISTS:
            item = inner_types(held)[0]
            value, at = self.expr(item, 1), self.small()
            forms = [f"{name}.append({value})", f"{name}.insert({at}, {value})", f"{name}[{at}] = {value}", f"print({name}.pop())"]
            forms += [f"{name}.extend({self.expr(held, 1)})", f"{name} += {self.expr(held, 1)}", f"{name}.reverse()", f"{name}.clear()"]
            forms += [f"print({name}.pop({at}))", f"{name} = {name}[{self.bound()}:{self.bound()}]"]
            if held in ORDERED:
                forms += [f"{name}.sort(reverse={self.expr('bool', 0)})"]
            if item in SCALARS:
                forms += [f"{name}.sort()", f"{name}.remove({value})", f"print({name}.index({value}))", f"print({name}.count({value}))"]
            self.line(self.pick(forms))
        else:
            key, value = inner_types(held)
            k, v = self.expr(key, 1), self.expr(value, 1)
            forms = [f"{name}[{k}] = {v}", f"print({name}[{k}])", f"print({name}.get({k}))", f"print({name}.pop({k}, {v}))"]
            forms += [f"{name}.setdefault({k}, {v})", f"{name}.update({self.expr(held, 1)})"]
            if value in ("int", "str"):
                forms += [f"{name}[{k}] = {name}.get({k}, {v}) * 2", f"{name}[{k}] += {v}"]
            elif value == "list[int]":
                forms += [f"{name}.setdefault({k}, []).append({self.expr('int', 1)})", f"{name}[{k}].extend({v})"]
            elif value == "P":
                forms += [f"{name}[{k}].x -= 1"]
            self.line(self.pick(forms))

    def conditional(self, depth: int) -> None:
        self.line(f"if {self.condition(2)}:")
        self.block(depth - 1)
        if self.chance(30):
            self.line(f"elif {self.condition(2)}:")
            self.block(depth - 1)
        if self.chance(50):
            self.line("else:")
            self.block(depth - 1)

    def narrowing(self, depth: int) -> None:
        """A test of an optional variable or field, and a block in which it has its plain type."""
        names = self.changeable("int?", "str?", "float?") + (["level"] if self.scope.get("level") == "int?" and self.inside else [])
        records = self.variables("P")
        if records and self.chance(40):
            name = self.pick(records)
            self.line(f"if {name}.{self.pick(('tag is not None', 'more is not None and ' + name + '.tag is not None', 'tag'))}:")
            self.line(f"    print({name}.tag.upper() + {self.expr('str', 1)})")
        elif names:
            name = self.pick(names)
            held = self.scope[name]
            tests = (
                f"{name} is not None",
                name,
                f"{name} is not None and {self.condition(1)}",
                f"not ({name} is None or {self.condition(1)})",
            )
            self.line(f"if {self.pick(tests)}:")
            self.scope[name] = held[:-1]
            self.line(f"    print({name}, {self.expr(held[:-1])})")
            self.frozen.add(name)
            self.block(depth - 1)
            self.frozen = self.frozen - {name} | set(GLOBALS)
            self.scope[name] = held
        else:
            self.conditional(depth)

    def for_loop(self, depth: int) -> None:
        a, b = self.fresh(), self.fresh()
        form = self.rng.randrange(13)
        if form == 8:
            inner, head = {a: "int", b: "str"}, f"{a}, {b} in {self.expr('list[tuple[int,str]]', 1)}"
        elif form == 9:
            inner, head = {a: "int", b: "float"}, f"{a}, {b} in enumerate({self.expr('list[float]', 1)}, {self.small()})"
        elif form == 10:
            items = self.pick(
                (
                    f"sorted({self.expr('set[str]', 1)})",
                    f"{self.expr('dict[int,str]', 1)}.values()",
                    f"reversed({self.expr('list[str]', 1)})",
                )
            )
            inner, head = {a: "str"}, f"{a} in {items}"
        elif form == 11:
            c = self.fresh()
            walked = f"{self.expr('str', 1)}, {self.expr('list[int]', 1)}, range({self.small()}, 9)"
            inner, head = {a: "str", b: "int", c: "int"}, f"{a}, {b}, {c} in zip({walked})"
        elif form == 12:
            type = self.pick(("list[list[int]]", "list[P]"))
            inner, head = {a: inner_types(type)[0]}, f"{a} in {self.expr(type, 1)}"
        elif form < 3:
            inner, head = {a: "int"}, f"{a} in range({self.pick(('3', '0, 4', '4, 0, -1', '1, 6, 2'))})"
        elif form == 3:
            inner, head = {a: "int"}, f"{a} in {self.expr('list[int]', 1)}"
        elif form == 4:
            inner, head = {a: "str"}, f"{a} in {self.expr('str', 1)}"
        elif form == 5:
            inner, head = {a: "str", b: "int"}, f"{a}, {b} in {self.expr('dict[str,int]', 1)}.items()"
        elif form == 6:
            inner, head = {a: "int", b: "str"}, f"{a}, {b} in enumerate({self.expr('list[str]', 1)})"
        else:
            inner, head = {a: "float", b: "int?"}, f"{a}, {b} in zip({self.expr('list[float]', 1)}, {self.expr('list[int?]', 1)})"
        self.line(f"for {head}:")
        self.loop_body(depth, inner)

    def while_loop(self, depth: int) -> None:
        name = self.fresh()
        self.line(f"{name} = {self.pick(('3', '2', '0'))}")
        self.assigned(name, "int")
        self.frozen.add(name)
        self.line(f"while {name} > 0 and ({self.condition(1)} or True):")
        self.line(f"    {name} -= 1")
        self.loop_body(depth, {})
        self.frozen.discard(name)

    def recursion(self) -> None:
        """A function that calls itself, the deeper the smaller its first argument."""
        name, type = f"r{len(self.functions)}", self.pick(("int", "str", "list[int]", "float"))
        joined = {"int": "+", "str": "+", "list[int]": "+", "float": "*"}[type]
        outer = self.scope, self.mixed
        self.scope, self.mixed = {**GLOBALS, "n": "int", "held": type}, set()
        self.line(f"def {name}(n: int, held: {type}) -> {type}:")
        self.line(f"    if n <= 0 or {self.condition(1)}:")
        self.line(f"        return {self.expr(type, 1)}")
        self.line(f"    return {name}(n - {self.pick(('1', '2'))}, {self.expr(type, 1)}) {joined} held")
        self.lines += ["", ""]
        self.scope, self.mixed = outer
        start = {"int": "1", "str": '"s"', "list[int]": "[2]", "float": "1.5"}[type]
        self.line(f"print({name}({self.pick(('3', '5', '0'))}, {start}))")
        self.lines += ["", ""]

    def loop_body(self, depth: int, inner: dict[str, str]) -> None:
        # Containers that exist before the loop may be the ones it walks: their length is left alone.
        held = {name for name, type in {**self.scope, **inner}.items() if type in (*LISTS, *DICTS)} - self.frozen
        self.frozen |= held
        outer = dict(self.scope)
        self.scope.update(inner)
        self.loops += 1
        self.block(depth - 1)
        if self.chance(25):
            self.line(f"    if {self.condition(1)}:")
            self.line(f"        {self.pick(('break', 'continue'))}")
        self.loops -= 1
        self.scope = outer
        self.frozen -= held
        if self.chance(20):
            self.line("else:")
            self.block(depth - 1)

    # --- functions --------------------------------------------------------------------------------------------------------------------

    def function(self) -> None:
        self.returns = self.pick(TYPES)
        params: list[tuple[str, str, bool]] = []
        shown: list[str] = []
        defaults = False
        for position in range(self.rng.randrange(4)):
            type = self.pick(SCALARS if defaults else TYPES)
            defaults = defaults or (type in SCALARS and self.chance(30))
            text = f"p{position}"
            if self.chance(50):
                text += f": {annotation(type)}"
            if defaults:
                text += " = " + {"int": self.pick(INTS), "float": self.pick(FLOATS), "bool": "True", "str": '"d"'}[type]
            shown.append(text)
            params.append((f"p{position}", type, defaults))
        outer = self.scope, self.mixed
        self.scope, self.mixed = {**GLOBALS, **{param: type for param, type, _ in params}}, set()
        name = f"f{len(self.functions)}"
        self.line(f"def {name}({', '.join(shown)}){f' -> {annotation(self.returns)}' if self.chance(40) else ''}:")
        self.indent, self.inside = 1, True
        for _ in range(1 + self.rng.randrange(4)):
            self.statement(2)
        self.line(f"return {self.expr(self.returns)}")
        self.indent, self.inside = 0, False
        self.lines += ["", ""]
        self.functions.append((name, params, self.returns))
        self.scope, self.mixed = outer
        self.returns = ""

    def module(self) -> str:
        for _ in range(self.rng.randrange(4)):
            self.function()
        if self.chance(25):
            self.recursion()
        self.statements(1 + self.rng.randrange(7))
        if self.chance(60):
            self.lines += ["", ""]
            self.line("def main():")
            self.indent, self.inside = 1, True
            self.scope, self.mixed = dict(GLOBALS), set()
            self.statements(3 + self.rng.randrange(7))
        return HEAD + "\n".join(self.lines) + "\n"

    def statements(self, count: int) -> None:
        """Some statements, and what the variables hold then."""
        for _ in range(count):
            self.statement(3)
        for name in sorted({*self.scope, *self.mixed}):
            self.line(f"print({name!r}, {f'sorted({name})' if self.scope.get(name) in SETS else name})")


def annotation(type: str) -> str:
    """The type as an annotation of the program."""
    return type.replace("?", " | None").replace(",", ", ").replace("any", "Any")


def program(rng: random.Random) -> str:
    """The text of one program, made of the choices that ``rng`` gives. Where it defines ``main``, that is to be called once the module level has run."""
    return Writer(rng).module()


def programs() -> st.SearchStrategy[str]:
    """Random programs."""
    return st.randoms(use_true_random=False).map(program)
