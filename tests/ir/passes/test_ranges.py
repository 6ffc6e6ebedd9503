"""Random programs that index lists and strings in and beside every kind of loop: what they do is what CPython does, so no check is left out that was needed.

The reference engine runs the forms without a check too, and answers E1201 where the check would have failed.
"""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

import belljar
from belljar.errors import BellError

PYTHON_ERRORS = {"E0701": IndexError, "E0706": IndexError, "E0601": ValueError, "E0501": ZeroDivisionError}


class Source:
    """Writes one function of Bell: two lists, a string, some ints, and loops whose counters index them."""

    def __init__(self, rnd: Random) -> None:
        self.rnd = rnd
        self.lines: list[str] = []
        self.depth = 1
        self.counters: list[str] = []
        self.loops = 0

    def put(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def pick(self, *choices: str) -> str:
        return self.rnd.choice(choices)

    def number(self) -> str:
        rnd = self.rnd
        base = rnd.choice([*self.counters, *self.counters, *self.counters, *self.counters, "n - 1", "m", "size - 1", "len(a) - 1", "0"])
        kind = rnd.randrange(16)
        if kind == 0:
            return f"{base} + 1"
        if kind in (1, 2):
            return f"{base} - {rnd.randint(1, 2)}"
        if kind == 3:
            return f"{base} % {self.pick('n', 'len(a)', 'len(s)', '3', 'size')}"
        if kind == 4:
            return f"min({base}, {self.pick('n', 'len(a)', 'm', 'len(b) - 1')})"
        return base

    def use(self) -> None:
        kind = self.rnd.randrange(7)
        index = self.number()
        if kind > 4:
            held = self.pick("a", "b", "s")
            self.put(f"if {self.pick('0 <= ', '', '-1 < ')}{index} < {self.pick(f'len({held})', 'size', 'n')}:")
            self.put(f"    total += {f'ord(s[{index}])' if held == 's' else f'{held}[{index}]'}")
            return
        if kind == 0:
            self.put(f"total += {self.pick('a', 'b')}[{index}]")
        elif kind == 1:
            self.put(f"{self.pick('a', 'b')}[{index}] = {self.pick('total % 100', *self.counters, '1')}")
        elif kind == 2:
            self.put(f"if s[{index}] == {self.pick('s[0]', repr('x'), 's[' + self.number() + ']')}:")
            self.put("    total += 1")
        elif kind == 3:
            self.put(f"total += ord(s[{index}])")
        else:
            self.put(f"m = {index}")

    def change(self) -> None:
        self.put(
            self.pick(
                "a, b = b, a",
                "a.append(total)",
                "if len(a) > 1: a.pop()",
                "b = [0] * n",
                "a = [1] * (m % 7)",
                "a = list(range(size))",
                "size = len(a)",
                "size = len(s) + 1",
                "n = len(b) + 1",
                "m = n - 1",
                "s = s[1:] + 'x'",
                "if b: b.pop(0)",
                "c = a",
                "c.clear()" if self.rnd.random() < 0.3 else "c.append(3)",
                "total = 0",
            )
        )

    def loop(self) -> None:
        rnd = self.rnd
        self.loops += 1
        counter = f"i{self.loops}"
        kind = rnd.randrange(6)
        start, stop = (
            self.pick("0", "0", "1", "1", "2", "m", *self.counters),
            self.pick("n", "len(a)", "len(a)", "len(b)", "len(s)", "size", "n - 1", "len(a) - 1"),
        )
        if kind in (0, 1):
            self.put(f"for {counter} in range({start}, {stop}):")
        elif kind == 2:
            self.put(f"for {counter} in range({stop} - 1, {start} - 1, -1):")
        elif kind == 3:
            step = self.pick("n", "m", "size", "n % 3 - 1", *self.counters)
            self.put(f"for {counter} in range({start}, {stop}, {step}):")
        else:
            self.put(f"{counter} = {start}")
            self.put(f"while {counter} {self.pick('<', '<=')} {stop}:")
            self.put("    steps += 1")
            self.put("    if steps > 60: break")
        outer = self.depth
        self.depth += 1
        self.counters.append(counter)
        self.put("steps += 1")
        self.put("if steps > 120: return total")
        self.body()
        if kind >= 4:
            self.put(f"{counter} += {self.pick('1', '1', '2')}")
        self.depth = outer
        self.counters.pop()

    def body(self) -> None:
        for _ in range(self.rnd.randint(1, 4)):
            kind = self.rnd.random()
            if kind < 0.55:
                self.use()
            elif kind < 0.63:
                self.change()
            elif self.loops < 5 and self.depth < 4:
                self.loop()
            else:
                self.put(f"if {self.number()} {self.pick('<', '<=', '>', '==', '!=')} {self.number()}:")
                self.depth += 1
                self.use()
                self.depth -= 1

    def text(self) -> str:
        head = ["def main(n: int, m: int, s: str) -> int:"]
        self.put(f"a = {self.pick('[0] * n', '[1, 2, 3, 4]', '[0] * (n + 1)', 'list(range(n))')}")
        self.put(f"b = {self.pick('[0] * n', '[5, 6, 7]', '[0] * len(s)', '[0] * (len(s) + 1)')}")
        self.put("c = a")
        self.put("size = len(a)")
        self.put("total = 0")
        self.put("steps = 0")
        self.loop()
        self.loop()
        self.loop()
        self.put("return total + len(c)")
        return "\n".join([*head, *self.lines, ""])


def in_cpython(text: str, args: tuple[int, int, str]) -> object:
    names: dict[str, object] = {}
    exec(text, names)  # the program is ours, made above
    try:
        return names["main"](*args)  # type: ignore[operator]
    except (IndexError, ValueError, ZeroDivisionError) as error:
        return type(error)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_indexing_programs_do_what_cpython_does(seed: int) -> None:
    rnd = Random(seed)
    text = Source(rnd).text()
    program = belljar.compile(text)
    for _ in range(3):
        args = rnd.randint(-1, 7), rnd.randint(-1, 4), rnd.choice(("", "xyx", "abcxyz", "é€xabcde"))
        expected = in_cpython(text, args)
        try:
            got: object = program.call("main", *args, engine="reference")
        except BellError as error:
            got = PYTHON_ERRORS.get(error.code, error.code)
        assert got == expected, (args, text)
