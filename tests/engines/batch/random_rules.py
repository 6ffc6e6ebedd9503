"""Random rules and rows: Bell text of a task over six columns, with branches, loops, optionals and texts, and columns to run it over."""

from __future__ import annotations

import random

import pyarrow as pa

SIGNATURE = "i: int, j: int | None, x: float, y: float | None, b: bool, s: str"
TEXTS = ["", "a", "gold", "trial", "12", "-3", "other"]
INTS = [0, 1, -1, 2, 3, 10, -7, 100, 2**31, 2**53 + 1, 2**62, 2**63 - 1, -(2**63)]
FLOATS = [0.0, -0.0, 1.0, -1.5, 0.1, 2.5, 1e10, -1e300, 1e308, 2.0**53, float("inf"), float("-inf"), float("nan")]


class Rule:
    """Writes one program. Names: ints i k n m, floats x z, bool b, text s t; j and y only where they are not None."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.ints = ["i", "n", "m"]
        self.floats = ["x", "z"]
        self.texts = ["s"]
        self.loops = 0

    def text(self) -> str:
        result, value = self.chance.choice(
            [
                ("int", self.int),
                ("float", self.float),
                ("bool", self.bool),
                ("str", self.str),
                ("int | None", self.int),
                ("float | None", self.float),
            ]
        )
        lines = ["n = 3", "m = 0", "z = 0.5", *self.block(3)]
        if "None" in result:
            lines.append(f"if {self.bool(1)}:\n    return None")
        lines.append(f"return {value(2)}")
        body = "\n".join(lines).replace("\n", "\n    ")
        return (
            f"SET = {{'gold', '12', 'a'}}\nRATES = {{'gold': 1, 'trial': -2, 'a': 7}}\n\ndef rule({SIGNATURE}) -> {result}:\n    {body}\n"
        )

    def block(self, depth: int) -> list[str]:
        return [self.statement(depth) for _ in range(self.chance.randrange(1, 4))]

    def indented(self, depth: int) -> str:
        return "\n".join("    " + line for statement in self.block(depth) for line in statement.split("\n"))

    def statement(self, depth: int) -> str:
        kind = self.chance.randrange(12 if depth else 5)
        if kind < 2:
            return f"{self.chance.choice(['n', 'm'])} {self.chance.choice(['=', '=', '+=', '-='])} {self.int(2)}"
        if kind < 4:
            return f"z {self.chance.choice(['=', '=', '+=', '*='])} {self.float(2)}"
        if kind == 4:
            return f"if {self.bool(1)}:\n    raise ValueError('no')" if self.chance.random() < 0.1 else "m += 1"
        if kind < 8:
            more = f"\nelse:\n{self.indented(depth - 1)}" if self.chance.random() < 0.5 else ""
            return f"if {self.bool(2)}:\n{self.indented(depth - 1)}{more}"
        if kind < 10:
            name, type = self.chance.choice([("j", self.ints), ("y", self.floats)])
            type.append(name)
            inside = self.indented(depth - 1)
            type.pop()
            return f"if {name} is not None:\n{inside}"
        self.loops += 1
        counter = f"k{self.loops}"
        self.ints.append(counter)
        inside = self.indented(depth - 1)
        leaving = self.chance.choice(
            ["", f"\n    if {self.bool(1)}:\n        break", f"\n    if {self.bool(1)}:\n        continue\n    m ^= 1"]
        )
        self.ints.pop()
        if kind == 10:
            return f"for {counter} in range({self.chance.choice(['3', 'n % 5', 'm & 7'])}):\n{inside}{leaving}"
        # Counted first, so that `continue` comes to an end too.
        return f"{counter} = 0\nwhile {counter} < {self.chance.choice(['4', 'abs(n % 6)'])}:\n    {counter} += 1\n{inside}{leaving}"

    def int(self, depth: int) -> str:
        choose = self.chance.choice
        if depth == 0 or self.chance.random() < 0.25:
            return choose([*self.ints, *self.ints, str(choose([0, 1, 2, 5, -3, 1000, 2**40]))])
        a, b = self.int(depth - 1), self.int(depth - 1)
        return choose(
            [f"({a} {op} {b})" for op in ("+", "-", "*", "//", "%", "&", "|", "^")]
            + [
                f"({a} << {choose([1, 3])})",
                f"({a} >> 2)",
                f"abs({a})",
                f"min({a}, {b})",
                f"max({a}, {b})",
                f"({a} if {self.bool(depth - 1)} else {b})",
                f"({a} % 7)",
                f"({a} // 3)",
            ]
            + [
                f"int({self.float(depth - 1)})",
                "len(s)",
                f"RATES[{self.str(0)}]",
                "int(s)",
                f"round({self.float(depth - 1)})",
                f"(1 if {self.bool(depth - 1)} else 0)",
            ]
        )

    def float(self, depth: int) -> str:
        choose = self.chance.choice
        if depth == 0 or self.chance.random() < 0.25:
            return choose([*self.floats, *self.floats, str(choose([0.0, 0.5, -2.25, 1e6, 0.1]))])
        a, b = self.float(depth - 1), self.float(depth - 1)
        return choose(
            [f"({a} {op} {b})" for op in ("+", "-", "*", "/")]
            + [
                f"(-{a})",
                f"abs({a})",
                f"float({self.int(depth - 1)})",
                f"({self.int(depth - 1)} / {self.int(depth - 1)})",
                f"({a} if {self.bool(depth - 1)} else {b})",
            ]
            + [f"({a} * {self.int(depth - 1)})", f"({a} % {b})", f"({a} // {b})"]
        )

    def bool(self, depth: int) -> str:
        choose = self.chance.choice
        order = choose(["<", "<=", ">", ">=", "==", "!="])
        if depth == 0:
            return choose(
                [
                    "b",
                    f"{choose(self.ints)} {order} {choose(['0', '3'])}",
                    f"{choose(self.floats)} {order} 1.0",
                    "s == 'gold'",
                    "s in SET",
                    "j is None",
                    "y is not None",
                ]
            )
        return choose(
            [
                f"({self.int(depth - 1)} {order} {self.int(depth - 1)})",
                f"({self.float(depth - 1)} {order} {self.float(depth - 1)})",
                f"({self.int(depth - 1)} {order} {self.float(depth - 1)})",
                f"({self.bool(depth - 1)} {choose(['and', 'or'])} {self.bool(depth - 1)})",
                f"(not {self.bool(depth - 1)})",
                f"({self.str(depth - 1)} {choose(['==', '!='])} {self.str(depth - 1)})",
                f"({self.str(0)} in SET)",
                "s.startswith('g')",
                "s < 'b'",
            ]
        )

    def str(self, depth: int) -> str:
        choose = self.chance.choice
        if depth == 0:
            return choose(["s", "s", "'gold'", "'a'", "''"])
        return choose(["s", "s.upper()", f"({self.str(depth - 1)} if {self.bool(depth - 1)} else {self.str(depth - 1)})", "s.strip('a')"])


def rows(chance: random.Random, length: int) -> list[pa.Array]:
    """Columns for SIGNATURE: mostly small values, some extremes, some nulls; at times sliced, the texts in any form."""
    first = chance.choice([0, 0, 3, 8])
    total = first + length

    def ints() -> list[int]:
        return [chance.choice(INTS) if chance.random() < 0.1 else chance.randrange(-20, 20) for _ in range(total)]

    def floats() -> list[float]:
        return [chance.choice(FLOATS) if chance.random() < 0.2 else round(chance.uniform(-10, 10), 1) for _ in range(total)]

    def some(values: list[object]) -> list[object]:
        return [None if chance.random() < 0.2 else value for value in values]

    texts = pa.array([chance.choice(TEXTS) for _ in range(total)])
    if chance.random() < 0.5:
        texts = texts.dictionary_encode()
    columns = [
        pa.array(ints(), pa.int64()),
        pa.array(some(list(ints())), pa.int64()),
        pa.array(floats(), pa.float64()),
        pa.array(some(list(floats())), pa.float64()),
        pa.array([chance.random() < 0.5 for _ in range(total)]),
        texts,
    ]
    return [column.slice(first) for column in columns]
