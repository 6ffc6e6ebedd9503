"""Attacks whose text is too large, too strange or no text at all, as what makes them: by category, name to (bytes, what must come of it)."""

from __future__ import annotations

import random

N = 100_000


def _nested(opening: str, closing: str, count: int, inside: str = "1") -> str:
    return opening * count + inside + closing * count


def _indented(head: str, count: int, last: str = "pass", rest: str = "") -> str:
    lines = [" " * at + head for at in range(count)] + [" " * count + last]
    lines += [" " * at + rest for at in reversed(range(count))] if rest else []
    return "\n".join(lines) + "\n"


def _chain(count: int, body: str, last: str) -> str:
    """Functions f0, f1 ... each of which calls the next one."""
    lines = [f"def f{at}(x):\n    return {body.replace('NEXT', f'f{at + 1}')}\n" for at in range(count)]
    return "".join(reversed(lines)).join([f"def f{count}(x):\n    return {last}\n", "print(len([f0(1)]))\n"])


DEEP: dict[str, tuple[str, str]] = {
    "open parentheses": ("x = " + "(" * N, "2"),
    "balanced parentheses": ("x = " + _nested("(", ")", N), "2"),
    "balanced parentheses on lines": ("x = " + _nested("(\n", ")\n", N), "2"),
    "sixty parentheses": ("x = " + _nested("(", ")", 59), "0"),
    "balanced brackets": ("x = " + _nested("[", "]", N), "2"),
    "balanced braces": ("x = " + _nested("{", "}", N), "2"),
    "dicts in dicts": ("x = " + _nested("{1:", "}", N), "2"),
    "tuples in tuples": ("x = " + _nested("(", ",)", N), "2"),
    "calls in calls": ("x = " + _nested("len(", ")", N, "''"), "2"),
    "indexes in indexes": ("x = " + _nested("x[", "]", N, "0"), "2"),
    "closed parentheses": ("x = " + ")" * N, "2"),
    "mixed brackets": ("x = " + "([{" * (N // 3), "2"),
    "minus signs": ("x = " + "-" * N + "1", "2"),
    "tildes": ("x = " + "~" * N + "1", "2"),
    "nots": ("x = " + "not " * (N // 5) + "1", "2"),
    "lambdas": ("x = " + "lambda: " * (N // 9) + "1", "2"),
    "conditional expressions": ("x = " + "1 if x else " * 8000 + "1", "2"),
    "powers": ("x = " + "1**" * (N // 4) + "1", "2"),
    "sums": ("x = " + "1+" * (N // 3) + "1", "2"),
    "sums of a thousand": ("x = " + "1+" * 1000 + "1\nprint(x)", "0"),
    "comparisons": ("x = " + "1<" * (N // 3) + "1", "2"),
    "ands": ("x = " + "1 and " * (N // 7) + "1", "2"),
    "attributes": ("x = 1" + ".real" * (N // 6), "2"),
    "attributes of a thousand": ("x = 1\ny = x" + ".real" * 1000, "0/2"),
    "subscripts": ("x = [1]\ny = x" + "[0]" * (N // 4), "2"),
    "calls of calls": ("def f():\n    return f\nx = f" + "()" * (N // 3), "2"),
    "walruses": ("x = " + _nested("(y := ", ")", 10_000), "2"),
    "stars": ("x = [" + "*" * N + "[1]]", "2"),
    "ats": ("@" * N + "f\ndef g(): pass", "2"),
    "decorators": ("def d(f):\n    return f\n" + "@d\n" * 5000 + "def g():\n    return 1\nprint(g())", "0/2/3"),
    "ifs in ifs": (_indented("if 1:", 5000), "2"),
    "fors in fors": (_indented("for i in [1]:", 50), "0/2"),
    "whiles in whiles": (_indented("while True:", 500), "2"),
    "functions in functions": (_indented("def f():", 1000), "2"),
    "fifty functions in functions": (_indented("def f():", 50), "0/2"),
    "classes in classes": (_indented("class A:", 1000), "2"),
    "tries in tries": (_indented("try:", 1000, "pass", "finally: pass"), "2"),
    "forty tries in tries": (_indented("try:", 40, "pass", "finally: pass"), "0/2"),
    "withs in withs": (_indented("with x:", 1000), "2"),
    "matches in matches": (_indented("match 1:", 500), "2"),
    "elifs": ("x = 5\nif x == 0: pass\n" + "".join(f"elif x == {at}: pass\n" for at in range(1, 10_000)), "0/2"),
    "elifs of a thousand": ("x = 5\nif x == 0: pass\n" + "".join(f"elif x == {at}: pass\n" for at in range(1, 1000)), "0"),
    "elses of ifs in lines": ("x = 1\n" + "if x: pass\nelse: pass\n" * 10_000, "0/2"),
    "cases": ("match 5:\n" + "".join(f"    case {at}:\n        pass\n" for at in range(5000)), "0/2"),
    "patterns in patterns": ("match 1:\n    case " + _nested("[", "]", 1000) + ":\n        pass", "2"),
    "patterns of ors": ("match 1:\n    case " + " | ".join(str(at) for at in range(3000)) + ":\n        pass", "0/2"),
    "excepts": ("try:\n    pass\n" + "except ValueError: pass\n" * 5000, "0/2"),
    "comprehension of thirty loops": ("x = [1 " + "for i in [1] " * 30 + "]", "0/2"),
    "comprehension of ten thousand loops": ("x = [1 " + "for i in [1] " * 10_000 + "]", "2"),
    "comprehensions in comprehensions": ("x = " + _nested("[", " for i in [1]]", 55), "0/2"),
    "comprehension of conditions": ("x = [1 for i in [1] " + "if i " * 10_000 + "]", "2"),
    "f-strings in f-strings": ("x = f'{" + "{" * 1001 + "1" + "}" * 1001 + "}'", "0"),
    "f-string of fields": ("x = 1\ny = f'" + "{x}" * 20_000 + "'", "0/2"),
    "f-string of a deep expression": ("x = f'{" + "(" * 1000 + "1" + ")" * 1000 + "}'", "2"),
    "f-string of minus signs": ("x = f'{" + "-" * 50_000 + "1}'", "2"),
    "f-string specs in specs": ("x = f'{1:" + "{1:" * 1000 + "}" * 1000 + "}'", "2"),
    "strings side by side": ("x = " + "'a' " * 20_000, "0/2"),
    "f-strings side by side": ("x = 1\ny = " + "f'{x}' " * 5000, "0/2"),
    "assignments in a chain": ("".join(f"x{at} = " for at in range(5000)) + "1", "0/2"),
    "a target deep in tuples": (_nested("(", ",)", 50, "a") + " = " + _nested("(", ",)", 50), "0/2"),
    "annotations deep": ("x: " + _nested("list[", "]", 1000, "int") + " = []", "2"),
    "annotations deep in fifty": ("x: " + _nested("list[", "]", 50, "int") + " = []", "0/2"),
    "unions of types": ("def f(x: " + " | ".join(["int", "str"] * 900) + "): pass", "0/2"),
    "managers of one with": (
        "import contextlib\nwith " + ", ".join(["contextlib.suppress(ValueError)"] * 300) + ":\n    print(1)",
        "2 E0102",
    ),
    "slices in slices": ("x = [1]\ny = x" + "[" * 500 + "0" + "]" * 500, "2"),
    "backslashes at the ends of lines": ("x = 1 + \\\n" * 20_000 + "1", "2"),
    "awaits": ("x = " + "await " * 10_000 + "1", "2"),
    "yields": ("def f():\n    x = " + _nested("(yield ", ")", 10_000), "2"),
}

LARGE: dict[str, tuple[str, str]] = {
    "a line of a million characters": ("x = 1 # " + "a" * 1_000_000, "2 E0104"),
    "a string of a million characters": ("x = '" + "a" * 1_000_000 + "'", "2 E0104"),
    "a text of five million characters": ("# " + "a\n# " * 1_250_001, "2 E0103"),
    "a million statements": ("x = 1\n" * 300_000, "2 E0103"),
    "fifty thousand statements": ("x = 1\n" * 50_000, "0/2"),
    "ten thousand names": ("".join(f"x{at} = {at}\n" for at in range(10_000)), "0/2"),
    "ten thousand calls": ("def f(x):\n    return x\n" + "f(1)\n" * 10_000, "0/2"),
    "ten thousand prints": ("print(1)\n" * 10_000, "0/2"),
    "five thousand functions": ("".join(f"def f{at}(x):\n    return x + {at}\n" for at in range(5000)) + "print(f7(1))", "0/2"),
    "five thousand functions that call each other": (
        "".join(f"def f{at}(x):\n    return f{at + 1}(x) if x else 1\n" for at in range(3000)) + "def f3000(x): return 1\nprint(f0(0))", "0/2"),
    "two thousand classes": ("".join(f"class A{at}:\n    def m(self):\n        return {at}\n" for at in range(2000)) + "print(A7().m())", "0/2"),
    "a thousand classes that derive from each other": (
        "class A0:\n    pass\n" + "".join(f"class A{at}(A{at - 1}):\n    pass\n" for at in range(1, 1000)) + "x = A999()", "2"),
    "a class of two thousand methods": ("class A:\n" + "".join(f"    def m{at}(self):\n        return {at}\n" for at in range(2000)), "0/2"),
    "a class of two thousand fields": ("class A:\n" + "".join(f"    x{at}: int = {at}\n" for at in range(2000)) + "print(A().x7)", "0/2"),
    "a list of a hundred thousand elements": ("x = [\n" + "1,\n" * 100_000 + "]\nprint(len(x))", "0/2"),
    "a list of strings": ("x = [\n" + "'abc',\n" * 20_000 + "]\nprint(len(x))", "0/2"),
    "a list of lists": ("x = [\n" + "[1, 'a'],\n" * 10_000 + "]\nprint(len(x))", "0/2"),
    "a tuple of elements": ("x = (\n" + "1,\n" * 20_000 + ")\nprint(len(x))", "0/2"),
    "a tuple of all types": ("x = (\n" + "1, 'a', 1.5, None, [1],\n" * 2_000 + ")\nprint(len(x))", "0/2"),
    "a dict of elements": ("x = {\n" + "".join(f"{at}: {at},\n" for at in range(20_000)) + "}\nprint(len(x))", "0/2"),
    "a set of elements": ("x = {\n" + "".join(f"{at},\n" for at in range(20_000)) + "}\nprint(len(x))", "0/2"),
    "arguments": ("print(len([" + "1," * 10_000 + "]))\ndef f(*a):\n    return len(a)\nprint(f(" + "1," * 5_000 + "))", "0/2"),
    "parameters": ("def f(" + ", ".join(f"a{at}=0" for at in range(5000)) + "):\n    return a7\nprint(f())", "0/2"),
    "keywords": ("def f(**k):\n    return len(k)\nprint(f(" + ", ".join(f"a{at}=0" for at in range(3000)) + "))", "0/2"),
    "a keyword twice": ("def f(**k):\n    return len(k)\nprint(f(a=1, a=2))", "2 E0101"),
    "a keyword twice where nothing runs": ("def f(**k):\n    return len(k)\ndef g():\n    return f(a=1, b=2, a=3)", "2 E0101"),
    "globals": ("def f():\n    global " + ", ".join(f"a{at}" for at in range(10_000)) + "\n    a7 = 1\nf()", "0/2"),
    "imports": ("import math\n" * 10_000, "0/2"),
    "imports of many names": ("from math import " + ", ".join(f"sin as s{at}" for at in range(5000)), "0/2"),
    "deletions": ("x = 1\ndel x\n" * 10_000, "0/2"),
    "a name of a hundred thousand letters": ("a" * 99_000 + " = 1", "0/2"),
    "a number of a hundred thousand digits": ("x = " + "9" * 99_000, "2"),
    "a number of four thousand digits": ("x = " + "9" * 4_000, "0"),
    "a number in hex of a hundred thousand digits": ("x = 0x" + "f" * 90_000 + "\nprint(x > 0)", "0/2"),
    "numbers in bases 16, 8 and 2 beyond what decimals may have": (
        f"x = 0x{'f' * 3600}\ny = -0b{'1' * 14400}\ndef f(a=x, b=0o{'7' * 4800}):\n    return a == b, a % 1000003\n"
        "print(x == 16 ** 3600 - 1, (x + 1) >> 14400, x + y, f())\ntry:\n    print(x)\nexcept ValueError:\n    print('too many')\n"
        "# expect: True 1 0 (True, 257259)\n# expect: too many\n", "0"),
    "a float of a hundred thousand digits": ("x = 0." + "9" * 99_000 + "\nprint(x)", "0/2"),
    "a float of a great exponent": ("x = 1e999999999999999999999\nprint(x)", "0"),
    "a string of escapes": ("x = '" + "\\n" * 40_000 + "'\nprint(len(x))", "0"),
    "a bytes literal": ("x = b'" + "a" * 90_000 + "'\nprint(len(x))", "0"),
    "comments": ("# a\n" * 100_000, "0/2"),
    "blank lines": ("\n" * 1_000_000, "0/2"),
    "semicolons": (";".join(["x = 1"] * 10_000), "0/2"),
    "loops side by side": ("for i in range(2):\n    pass\n" * 5000, "0/2"),
    "branches on any": ("def f(x):\n" + "    if x == 1:\n        x = 'a'\n    elif x == 'a':\n        x = 1.5\n" * 1000 + "    return x\nprint(f(1))", "0/2"),
    "tries side by side": ("try:\n    x = 1\nexcept ValueError:\n    x = 2\n" * 3000, "0/2"),
    "lambdas side by side": ("fs = [\n" + "lambda x: x,\n" * 3000 + "]\nprint(len(fs))", "0/2"),
    "strings that are formatted": ("x = 1\n" + "y = f'{x:>5}' + str(x)\n" * 5000, "0/2"),
}  # fmt: skip

BOMBS: dict[str, tuple[str, str]] = {
    "a type that doubles": ("x = (1, 1)\n" + "x = (x, x)\n" * 60 + "print(len(x))", "0/2/3"),
    "a type that doubles, of lists": ("x = [1]\n" + "x = [x, x]\n" * 60 + "print(len(x))", "0/2/3"),
    "a type that doubles, of lists and tuples": ("x = [1]\n" + "x = ([x], [x], x)\n" * 60 + "print(len(x))", "0/2/3"),
    "a type that doubles, of closures": ("x = lambda: 1\n" + "x = (lambda y: lambda: (y, y))(x)\n" * 40 + "print(1)", "0/2/3"),
    "a type that doubles by calls": (_chain(40, "NEXT((x, x))", "1"), "0/2/3"),
    "specialisations that double": (_chain(30, "(NEXT((x,)), NEXT([x]))", "1"), "0/2/3"),
    "specialisations that double by scalars": (_chain(24, "(NEXT(1), NEXT('a'), NEXT(1.5), NEXT(None))", "x"), "0/2/3"),
    "results that double": (_chain(40, "(NEXT(x), NEXT(x))", "1"), "0/2/3"),
    "calls that double": (_chain(40, "NEXT(x) + NEXT(x)", "1"), "3"),
    "lambdas that double": ("f = lambda x: x\n" + "f = (lambda g: lambda x: g(g(x)))(f)\n" * 40 + "print(f(1))", "2/3"),
    "closures of closures": ("def f(a):\n    def g(b):\n        return lambda: (a, b)\n    return g\nx = f(1)\n" + "x = f(x)\n" * 100, "0/2/3"),
    "records that hold each other": (
        "".join(f"class A{at}:\n    def __init__(self, x):\n        self.x = x\n" for at in range(50))
        + "x = 1\n" + "".join(f"x = A{at}(x)\n" for at in range(50)) + "print(1)", "0/2"),
    "records of all types": (
        "class A:\n    def __init__(self, x):\n        self.x = x\n" + "".join(f"a{at} = A({'[' * (at % 50)}1{']' * (at % 50)})\n" for at in range(500)), "0/2"),
    "a function called with all types": ("def f(x):\n    return x\n" + "".join(f"f({'[' * at}1{']' * at})\n" for at in range(55)), "0/2"),
    "a function called with tuples of all lengths": ("def f(*a):\n    return len(a)\n" + "".join(f"f({'1,' * at})\n" for at in range(300)), "0/2"),
    "a function called with many mixes": (
        "def f(a, b, c, d, e, g):\n    return a\n"
        + "".join(f"f({', '.join(['1', repr('a'), '1.5', 'None'][at >> (2 * k) & 3] for k in range(6))})\n" for at in range(3000)), "0/2"),
    "dict displays that double": ("x = {1: 1}\n" + "x = {1: x, 2: x}\n" * 60, "0/2/3"),
    "constants that double": ("x = 'a'\n" + "x = x + x\n" * 60, "3"),
    "constants that are squared": ("x = 10\n" + "x = x * x\n" * 60, "3"),
    "a constant power": ("x = 2 ** 2 ** 2 ** 2 ** 2 ** 2", "3"),
    "a constant shift": ("x = 1 << 1 << 100 << 1 << 10 ** 12", "3"),
    "constant repetitions": ("x = 'a' * 100000 * 100000 * 100000", "3"),
    "a constant repetition of a list": ("x = [0] * 100000 * 100000 * 100000", "3"),
    "a constant repetition of a tuple": ("x = (0,) * 100000 * 100000", "3"),
    "a constant format": ("x = f'{1:999999999999}'", "3"),
    "a constant percent": ("x = '%999999999999d' % 1", "3"),
    "a constant zfill": ("x = 'a'.zfill(999999999999)", "3"),
    "a constant range": ("x = list(range(999999999999))", "3"),
    "a constant round": ("x = round(12345, -99999999999999)", "0"),
    "a constant factorial": ("import math\nx = math.factorial(999999999)", "3"),
    "loops of constants": ("x = 0\nfor a in range(99999):\n    for b in range(99999):\n        for c in range(99999):\n            x = 1", "3"),
    "recursion of generics": ("def f(x, n):\n    return f((x, n), [x])\nf(1, 2)", "2/3"),
    "mutual recursion of generics": ("def f(x):\n    return g([x])\ndef g(x):\n    return f((x, x))\nf(1)", "2/3"),
    "decorators that double": ("def d(f):\n    return lambda x: f(x) + f(x)\n" + "@d\n" * 40 + "def g(x):\n    return x\nprint(g(1))", "2/3"),
    "properties that call each other": (
        "class A:\n" + "".join(f"    @property\n    def p{at}(self):\n        return self.p{at + 1} + self.p{at + 1}\n" for at in range(40))
        + "    @property\n    def p40(self):\n        return 1\nprint(A().p0)", "3"),
    "methods that override": (
        "class A0:\n    def m(self, x):\n        return x\n"
        + "".join(f"class A{at}(A{at - 1}):\n    def m(self, x):\n        return super().m([x])\n" for at in range(1, 40)) + "print(len(A39().m(1)))", "0/2/3"),
    "dispatch over all classes": (
        "".join(f"class A{at}:\n    def m(self):\n        return {at}\n" for at in range(300))
        + "xs = [" + ", ".join(f"A{at}()" for at in range(300)) + "]\nprint(sum(x.m() for x in xs))\n" + "for x in xs:\n    x.m()\n" * 100, "0/2"),
    "unpacking of all": ("a = b = c = d = 1\n" + "a, b, c, d = b, [a], (c, d), a\n" * 60, "0/2/3"),
    "swaps of types": ("a, b, c = 1, 'a', 1.5\n" + "a, b, c = b, c, a\n" * 3000, "0/2"),
    "while with types that turn": ("a, b, c, d = 1, 'a', 1.5, None\nfor i in range(9):\n" + "    a, b, c, d = b, c, d, a\n" * 200, "0/2"),
    "globals from functions": ("".join(f"def f{at}():\n    global x\n    x = {['1', repr('a'), '1.5', '[x]'][at % 4]}\n" for at in range(500)) + "x = 1\nf7()", "0/2"),
}  # fmt: skip


def _bytes() -> dict[str, tuple[bytes, str]]:
    draw = random.Random(1)
    return {
        "an empty file": (b"", "0"),
        "one blank line": (b"\n", "0"),
        "blanks alone": (b"   \t  ", "0"),
        "a comment alone": (b"# nothing", "0"),
        "no new line at the end": (b"print(1)", "0"),
        "a null byte alone": (b"\0", "2 E0105"),
        "a null byte at the end": (b"x = 1\n\0", "2 E0105"),
        "a null byte in a string": (b"x = 'a\0b'", "2 E0105"),
        "a null byte in a comment": (b"# a\0b\nx = 1", "2 E0105"),
        "a byte order mark": (b"\xef\xbb\xbfx = 1", "0"),
        "two byte order marks": (b"\xef\xbb\xbf\xef\xbb\xbfx = 1", "2"),
        "a byte order mark within": (b"x = 1\n\xef\xbb\xbfy = 1", "2"),
        "utf-16": ("x = 1".encode("utf-16"), "2 E0005"),
        "utf-32": ("x = 1".encode("utf-32"), "2"),
        "latin-1": ("x = 'é'".encode("latin-1"), "2 E0005"),
        "latin-1 declared": (b"# -*- coding: latin-1 -*-\n" + "x = 'é'".encode("latin-1"), "2 E0005"),
        "half a surrogate pair in utf-8": (b"x = '\xed\xa0\x80'", "2 E0005"),
        "an overlong slash": (b"x = '\xc0\xaf'", "2 E0005"),
        "a character cut off": (b"x = '\xe2\x82", "2 E0005"),
        "beyond unicode": (b"x = '\xf4\x90\x80\x80'", "2 E0005"),
        "carriage returns alone": (b"x = 1\ry = 2\rprint(x + y)", "0"),
        "carriage returns and line feeds": (b"x = 1\r\nprint(x)\r\n", "0"),
        "a form feed": (b"x = 1\n\x0cy = 2", "0"),
        "a vertical tab": (b"x = 1\n\x0by = 2", "2"),
        "a bell": (b"x = 1\n\x07", "2"),
        "an escape": (b"x = 1\n\x1b[31m", "2"),
        "tabs and blanks mixed": (b"if 1:\n\tx = 1\n        y = 1\n", "2"),
        "a backslash alone": (b"\\", "2"),
        "a backslash before the end": (b"x = 1 + \\", "2"),
        "an open string": (b"x = 'a", "2"),
        "an open long string": (b"x = '''a\n" * 1000, "2"),
        "an open bracket": (b"x = [1,\n" * 10, "2"),
        "an indent at the start": (b"  x = 1", "2"),
        "a dedent to nowhere": (b"if 1:\n    x = 1\n  y = 1", "2"),
        "the head of a program of the machine": (b"\x7fELF\x02\x01\x01" + bytes(100), "2"),
        "the head of a compressed file": (b"\x1f\x8b\x08" + bytes(draw.randrange(256) for _ in range(100)), "2"),
        "the head of a module": (b"BELL\x00\x01", "2"),
        "bytes at random": (bytes(draw.randrange(256) for _ in range(10_000)), "2"),
        "ascii at random": (bytes(draw.randrange(32, 127) for _ in range(10_000)), "2"),
        "all bytes": (bytes(range(256)), "2"),
        "a hundred thousand null bytes": (bytes(N), "2 E0105"),
        "a shebang": (b"#!/bin/sh\nprint(1)\n", "0"),
        "a blank of another kind": ("x\u00a0= 1".encode(), "2"),
        "a blank of no width": ("x\u200b = 1".encode(), "2"),
        "a joiner in a name": ("a\u200db = 1".encode(), "2"),
        "a question mark that looks like a semicolon": ("x = 1\u037e y = 2".encode(), "2"),
        "a line separator between statements": ("x = 1\u2028y = 2".encode(), "2"),
        "a line separator in a string": ("x = 'a\u2028b'\nprint(len(x))".encode(), "0"),
        "a next line in a comment": ("# a\u0085exit()\nx = 1".encode(), "0"),
        "a bidirectional control in a comment": ("x = 1  # \u202e print('evil') \u2066".encode(), "2 E0101"),
        "a bidirectional control in a string": ("x = '\u202eevil'".encode(), "2 E0101"),
        "two forms of one name": ("caf\u00e9 = 1\ncafe\u0301 = 2\nprint(caf\u00e9)".encode(), "0"),
        "two forms of one text": ("print('\u00e9' == 'e\u0301')".encode(), "0"),
        "a variation selector in a name": ("a\ufe0f = 1".encode(), "0/2"),
        "tags in a string": ("x = '\U000e0061'".encode(), "0"),
        "a private character as a name": ("\ue000 = 1".encode(), "2"),
    }


SOURCES: dict[str, dict[str, tuple[bytes, str]]] = {
    **{category: {name: (text.encode(), must) for name, (text, must) in made.items()} for category, made in (("deep sources", DEEP), ("large sources", LARGE), ("bombs", BOMBS))},
    "bytes": _bytes(),
}  # fmt: skip
