"""Random programs that grow strings of every width out of strings and ints, also from one string in two directions: on every engine they give what CPython gives."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import belljar

TEXTS = ("", "a", "-", "word", "é", "中文", "😀", "x" * 90, "ß" * 40)
NUMBERS = ("i", "n", "n * i", "-i", "9223372036854775807 - i", "4611686018427387903 + i", "-4611686018427387905 + n")


def piece(rnd: Random, depth: int = 0) -> str:
    kind = rnd.randrange(7)
    if kind == 0:
        return repr(rnd.choice(TEXTS))
    if kind in (1, 2):
        return rnd.choice(("s", "t", "u", "text"))
    if kind == 3:
        return f"str({rnd.choice(NUMBERS)})"
    if kind == 4 and depth < 3:
        return f"({piece(rnd, depth + 1)} + {piece(rnd, depth + 1)})"
    if kind == 5:
        return f"f'{{{rnd.choice(NUMBERS)}}}{rnd.choice(('', ':', 'é'))}{{{rnd.choice(('s', 't', 'i'))}}}'"
    return f"s[{rnd.choice(('0', '-1'))}:]"


def program(rnd: Random) -> str:
    lines = ["def main(n: int, text: str) -> str:", "    s = 'start'", "    t = ''", "    u = text", "    i = 0", "    while i < n:"]
    for _ in range(rnd.randint(1, 4)):
        target = rnd.choice("sstu")
        parts = " + ".join(piece(rnd) for _ in range(rnd.randint(1, 4)))
        lines.append(f"        {target} = {rnd.choice((target + ' + ', target + ' + ', ''))}{parts}")
        lines.append(f"        if len({target}) > 700: {target} = {target}[-{rnd.choice((3, 300))}:]")
    lines += ["        if i % 3 == 0: t = s", "        i += 1", "    return s + '|' + t + str(n) + u"]
    return "\n".join([*lines, ""])


@pytest.mark.parametrize("engine", ["reference", "vm", "jit"])
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_strings_of_many_parts_are_what_cpython_makes(engine: str, seed: int) -> None:
    rnd = Random(seed)
    text = program(rnd)
    names: dict[str, object] = {}
    exec(text, names)  # the program is ours, made above
    compiled = belljar.compile(text)
    for n, start in ((0, ""), (5, "abc"), (14, "é")):
        got = compiled.call("main", n, start, engine=engine)
        assert got == names["main"](n, start), text  # type: ignore[operator]
