"""Random generator functions, as IR and as Python.

Both do the same: arithmetic that wraps, output, loops and branches with yields anywhere in them, values sent in, strings and lists kept across yields, a return on the way, walks of another generator. What
Python's own generator gives is what the split function has to give.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

INT_VARIABLES = ("a", "b", "c")
MODEL = """
def wrap(n):
    return (n + 2**63) % 2**64 - 2**63
"""


class Writer:
    """Writes one generator of ints and, in step with it, its Python source. Its parameters are ``a``, ``b`` (int), ``s`` (str) and ``p`` (a tuple); ``c``, ``t`` and ``items`` are its own."""

    def __init__(self, rnd: Random, name: str, inner: str = "") -> None:
        self.rnd, self.name, self.inner = rnd, name, inner
        self.types = {"a": "int", "b": "int", "s": "str", "p": "tuple[int, str]", "c": "int", "t": "str", "items": "list[int]"}
        self.blocks: list[list[str]] = [[]]
        self.at = 0
        self.python: list[str] = []
        self.line = 0
        self.count = 0

    def register(self, type: str) -> str:
        self.count += 1
        name = f"x{self.count}"
        self.types[name] = type
        return name

    def put(self, text: str) -> None:
        self.line += 1
        self.blocks[self.at].append(f"{text} ; {self.line}:1")

    def block(self) -> int:
        self.blocks.append([])
        return len(self.blocks) - 1

    def made(self, op: str, type: str) -> str:
        register = self.register(type)
        self.put(f"%{register} = {op}")
        return register

    def say(self, depth: int, text: str) -> None:
        self.python.append("    " * depth + text)

    def expression(self) -> tuple[str, str]:
        """(register, Python) of an int."""
        kind = self.rnd.random()
        if kind < 0.4:
            name = self.rnd.choice(INT_VARIABLES)
            return name, name
        if kind < 0.5:
            return self.made("tuple.get %p, 0", "int"), "p[0]"
        if kind < 0.6:
            return self.made("list.len %items", "int"), "len(items)"
        value = self.rnd.choice((0, 1, 2, 3, -1, 7, 2**62, 2**63 - 1, -(2**63)))
        return self.made(f"const.int {value}", "int"), str(value)

    def condition(self) -> tuple[str, str]:
        (a, a_text), (b, b_text) = self.expression(), self.expression()
        op, sign = self.rnd.choice((("lt", "<"), ("le", "<="), ("eq", "=="), ("ne", "!=")))
        return self.made(f"int.{op} %{a}, %{b}", "bool"), f"{a_text} {sign} {b_text}"

    def statements(self, depth: int, nesting: int) -> None:
        for _ in range(self.rnd.randint(1, 4)):
            self.statement(depth, nesting)

    def statement(self, depth: int, nesting: int) -> None:
        rnd = self.rnd
        kind = rnd.random()
        if kind < 0.3:
            value, text = self.expression()
            self.taken(depth, value, text)
        elif kind < 0.45:
            (a, a_text), (b, b_text) = self.expression(), self.expression()
            target = rnd.choice(INT_VARIABLES)
            self.put(f"%{target} = int.add.wrap %{a}, %{b}")
            self.say(depth, f"{target} = wrap({a_text} + {b_text})")
        elif kind < 0.5:
            self.put("%t = str.concat %s, %t")
            self.say(depth, "t = s + t")
            length, limit = self.made("str.len %t", "int"), self.made("const.int 30", "int")
            long = self.made(f"int.gt %{length}, %{limit}", "bool")
            self.put(f"%t = select %{long}, %s, %t")
            self.say(depth, "t = s if len(t) > 30 else t")
        elif kind < 0.55:
            value, text = self.expression()
            self.put(f"list.append %items, %{value}")
            self.say(depth, f"items.append({text})")
        elif kind < 0.6:
            self.put("io.write %t")
            self.say(depth, "write(t)")
        elif kind < 0.63:
            value, text = self.expression()
            self.put(f"%{rnd.choice(INT_VARIABLES)} = move %{value}")
            self.python.append("    " * depth + f"{self.blocks[self.at][-1].split()[0][1:]} = {text}")
        elif kind < 0.68 and nesting < 3:
            self.returned(depth)
        elif kind < 0.75 and self.inner and nesting < 3:
            self.walked(depth)
        elif nesting > 0 and kind < 0.88:
            self.chosen(depth, nesting)
        elif nesting > 0:
            self.repeated(depth, nesting)

    def taken(self, depth: int, value: str, text: str) -> None:
        """A yield, and what to do with what is sent."""
        if self.rnd.random() < 0.4:
            self.put(f"yield %{value}")
            self.say(depth, f"yield {text}")
            return
        target = self.rnd.choice(INT_VARIABLES)
        sent = self.made(f"yield %{value}", "any")
        none = self.made(f"any.is %{sent}, None", "bool")
        some, on = self.block(), self.block()
        self.put(f"br %{none}, ^{on}, ^{some}")
        self.at = some
        self.put(f"%{target} = any.to %{sent}, int")
        self.put(f"jump ^{on}")
        self.at = on
        self.say(depth, f"sent = yield {text}")
        self.say(depth, f"if sent is not None: {target} = sent")

    def returned(self, depth: int) -> None:
        """A return under a condition."""
        condition, text = self.condition()
        out, on = self.block(), self.block()
        self.put(f"br %{condition}, ^{out}, ^{on}")
        self.at = out
        if self.rnd.random() < 0.5:
            value, value_text = self.expression()
            boxed = self.made(f"any.from %{value}", "any")
            self.put(f"ret %{boxed}")
        else:
            self.put("ret")
            value_text = ""
        self.at = on
        self.say(depth, f"if {text}: return {value_text}")

    def walked(self, depth: int) -> None:
        """Some steps of another generator."""
        (a, a_text), (b, b_text) = self.expression(), self.expression()
        frame = self.made(f"call @{self.inner}, %{a}, %{b}, %t, %p", f'"{self.inner}.frame"')
        mode, sent = self.made("const.int 0", "int"), self.made("const.none", "any")
        self.say(depth, f"walk = {self.inner}({a_text}, {b_text}, t, p)")
        for _ in range(self.rnd.randint(1, 3)):
            more, item = self.register("bool"), self.register("int")
            self.put(f"%{more}, %{item} = call @{self.inner}.resume, %{frame}, %{mode}, %{sent}")
            self.put(f"%c = move %{item}")
            self.say(depth, "c = next(walk, 0)")

    def chosen(self, depth: int, nesting: int) -> None:
        condition, text = self.condition()
        yes, no, on = self.block(), self.block(), self.block()
        self.put(f"br %{condition}, ^{yes}, ^{no}")
        for block, head in ((yes, f"if {text}:"), (no, "else:")):
            self.at = block
            self.say(depth, head)
            self.statements(depth + 1, nesting - 1)
            self.put(f"jump ^{on}")
            self.say(depth + 1, "pass")
        self.at = on

    def repeated(self, depth: int, nesting: int) -> None:
        """A loop of up to three rounds, left early or not."""
        counter = self.register("int")
        times = self.rnd.randint(0, 3)
        self.put(f"%{counter} = const.int 0")
        header, body, on = self.block(), self.block(), self.block()
        self.put(f"jump ^{header}")
        self.at = header
        limit = self.made(f"const.int {times}", "int")
        more = self.made(f"int.lt %{counter}, %{limit}", "bool")
        self.put(f"br %{more}, ^{body}, ^{on}")
        self.at = body
        self.say(depth, f"{counter} = 0")
        self.say(depth, f"while {counter} < {times}:")
        self.statements(depth + 1, nesting - 1)
        if self.rnd.random() < 0.3:
            condition, text = self.condition()
            rest = self.block()
            self.put(f"br %{condition}, ^{on}, ^{rest}")
            self.at = rest
            self.say(depth + 1, f"if {text}: break")
        one = self.made("const.int 1", "int")
        self.put(f"%{counter} = int.add %{counter}, %{one}")
        self.put(f"jump ^{header}")
        self.say(depth + 1, f"{counter} += 1")
        self.at = on

    def finish(self) -> tuple[str, str]:
        """The IR text of the function, and its Python."""
        self.put("%c = const.int 5")
        self.put('%t = const.str "-"')
        self.put("%items = list.of list[int], %a")
        self.say(1, "c, t, items = 5, '-', [a]")
        self.say(1, "if False: yield 0")
        self.statements(1, 3)
        if self.rnd.random() < 0.5:
            boxed = self.made("any.from %t", "any")
            self.put(f"ret %{boxed}")
            self.say(1, "return t")
        else:
            self.put("ret")
        numbers = {name: f"%{number}" for number, name in enumerate(self.types)}
        params = ", ".join(f"%{name}: {self.types[name]}" for name in ("a", "b", "s", "p"))
        own = "\n".join(f"  %{name}: {type}" for name, type in self.types.items() if name not in ("a", "b", "s", "p"))
        body = "\n".join(f"^{number}:\n" + "\n".join(lines) for number, lines in enumerate(self.blocks))
        text = f'func @{self.name}({params}) -> (int) generator "{self.name}.frame" "{self.name}" {{\n{own}\n{body}\n}}\n'
        for name in sorted(numbers, key=len, reverse=True):
            text = (
                text.replace(f"%{name} ", f"{numbers[name]} ")
                .replace(f"%{name},", f"{numbers[name]},")
                .replace(f"%{name}:", f"{numbers[name]}:")
            )
        return text, f"def {self.name}(a, b, s, p):\n" + "\n".join(self.python) + "\n"


STEPS = 12
"""How often ``main`` resumes its generator."""
MAIN = """
func @main(%0 a: int, %1 b: int, %2 sent: list[any]) -> (list[any]) "main" {
  %3 out: list[any], %4 frame: "outer.frame", %5: int, %6: any, %7: bool, %8: int, %9: str, %10: tuple[int, str], %11 i: int, %12: bool, %13: int, %14: any
^0:
  %9 = const.str "s"
  %10 = tuple.new tuple[int, str], %1, %9
  %4 = call @outer, %0, %1, %9, %10 ; 100:1
  %11 = const.int 0
  %3 = list.new list[any], %11
  jump ^1
^1:
  %13 = list.len %2
  %12 = int.lt %11, %13
  br %12, ^2, ^5
^2:
  %6 = list.get %2, %11 ; 101:1
  %5 = const.int 1
  %7, %8 = call @outer.resume, %4, %5, %6 ; 102:1
  br %7, ^3, ^4
^3:
  %14 = any.from %8
  list.append %3, %14
  jump ^6
^4:
  %14 = record.get %4, 1
  list.append %3, %14
  %14 = const.none
  list.append %3, %14
  jump ^6
^5:
  ret %3
^6:
  %11 = int.add %11, %5
  jump ^1
}
"""


def random_generators(rnd: Random) -> tuple[str, str]:
    """(text of a module with generators ``inner`` and ``outer`` and ``main``, which walks ``outer``; Python with ``inner`` and ``outer``)."""
    inner, inner_python = Writer(rnd, "inner").finish()
    outer, outer_python = Writer(rnd, "outer", "inner").finish()
    records = "".join(f'record "{name}.frame" {{ state: int, value: any, inner: any }}\n' for name in ("inner", "outer"))
    return f'module "generators.bell"\n{records}{inner}{outer}{MAIN}', MODEL + inner_python + outer_python


def model(python: str, a: int, b: int, sent: list[Any]) -> tuple[list[Any], str]:
    """What ``main`` gives and prints, by Python's own generators."""
    output: list[str] = []
    space: dict[str, Any] = {"write": output.append}
    exec(python, space)
    walk: Iterator[Any] = space["outer"](a, b, "s", (b, "s"))
    out: list[Any] = []
    for value in sent:
        try:
            out.append(walk.send(value))  # type: ignore[attr-defined]
        except StopIteration as stop:
            out += [stop.value, None]
    return out, "".join(output)


def random_sent(rnd: Random) -> list[Any]:
    """What is sent, step by step; the first step starts the generator."""
    return [None, *(rnd.choice((None, None, rnd.randint(-3, 9))) for _ in range(STEPS - 1))]
