"""One operation each on a value that fills a good part of the memory limit: what does not look at the clock within it shows here. ``s`` is a text, ``b`` bytes, ``x`` a list, ``d`` a dict, ``g`` a set, ``a`` an int."""

from __future__ import annotations

STR = "s = 'ab' * (n >> 14)"  # 128 MiB
WIDE = "s = 'a€' * (n >> 15)"  # 128 MiB, two bytes a character
BYTES = "b = b'ab' * (n >> 14)"
INTS = "x = [1, 2] * (n >> 16)"  # 256 MiB
FLOATS = "x = [1.5, 2.5] * (n >> 16)"
BOOLS = "x = [True, False] * (n >> 14)"
TEXTS = "x = ['ab', 'cd'] * (n >> 16)"
ANYS = "x = [1, 'a', 2.5, None] * (n >> 17)"
TUPLE = "x = (1, 'a', 2.5, None) * (n >> 17)"
BIG = "a = (1 << (n >> 10)) - 1"  # 128 MiB
DICT = "d = dict.fromkeys(range(n >> 19), 1)"  # 2 M
SET = "g = set(range(n >> 19))"

ON_TEXT = [
    "s.upper()", "s.lower()", "s.title()", "s.capitalize()", "s.swapcase()", "s.casefold()", "s.strip('ba€')", "s.strip()", "s.lstrip('ab€')", "s.rstrip('ab€')", "s.replace('c', '')", "s.replace('a', '')",
    "s.find('c')", "s.rfind('c')", "s.index('ac') if n < 0 else 'ac' in s", "s.count('b')", "s.split('c')", "s.split()", "s.rsplit('c')", "s.splitlines()", "s.partition('c')", "s.rpartition('c')", "s + 'x'", "'x' + s",
    "s[1:]", "s[::2]", "s[::-1]", "s == s[:-1] + 'b'", "s < s[:-1] + 'b'", "hash(s)", "repr(s)", "ascii(s)", "s.encode()", "s.encode('utf-16')", "s.encode('latin-1', 'replace')", "s.isalpha()", "s.isdigit()", "s.isascii()",
    "s.isprintable()", "s.isidentifier()", "s.islower()", "s.isspace()", "s.isalnum()", "s.istitle()", "s.center(n >> 12)", "s.ljust(n >> 12)", "s.zfill(n >> 12)", "s.expandtabs()", "s.translate({97: 'x'})", "s.removeprefix('ab')",
    "s.removesuffix('ab')", "s.startswith(s)", "s.endswith(s)", "list(s)", "tuple(s)", "set(s)", "sorted(s)", "f'{s}{s}'", "f'{s:>10}'", "'%s' % s", "'{}'.format(s)", "s.format()", "s % ()", "max(s)", "min(s)", "s.join(['a', 'b'])",
    "''.join([s, s])", "','.join(s)", "dict.fromkeys(s)", "{s: 1}[s]", "int(s, 16)", "float(s) if n < 0 else len(s)", "print(s)", "str(s)", "s * 2", "s in {s + 'x'}", "enumerate(s)", "list(zip(s, s))", "list(map(ord, s))",
    "bytes.fromhex(s)", "s.isnumeric()", "s.isdecimal()", "s.isupper()", "all(s)", "any(s)", "list(reversed(s))",
]  # fmt: skip
ON_BYTES = [
    "b.upper()", "b.title()", "b.strip(b'ba')", "b.replace(b'c', b'')", "b.find(b'c')", "b.rfind(b'c')", "b.count(b'b')", "b.split(b'c')", "b.split()", "b.splitlines()", "b.partition(b'c')", "b + b'x'", "b[::2]", "b[1:]",
    "b == b[:-1] + b'c'", "b < b[:-1] + b'c'", "hash(b)", "repr(b)", "b.decode()", "b.decode('latin-1')", "b.decode('utf-16')", "b.hex()", "b.isalpha()", "b.islower()", "b.isascii()", "b.center(n >> 12)", "b.zfill(n >> 12)", "b.expandtabs()",
    "b.translate(None, b'a')", "list(b)", "tuple(b)", "set(b)", "sum(b)", "max(b)", "sorted(b)", "b.join([b'a', b'b'])", "int.from_bytes(b, 'big')", "97 in b", "b'c' in b", "b * 2", "int(b, 16)", "bytes(b)", "b.istitle()",
    "list(reversed(b))", "b.swapcase()", "b.capitalize()",
]  # fmt: skip
ON_LIST = [
    "sorted(x)", "x.sort()", "x.reverse()", "x[::-1]", "x[1:]", "x[::2]", "x + x", "x * 2", "x == x[:]", "x < x[:]", "3 in x", "x.count(3)", "x.index(3) if n < 0 else x.copy()", "sum(x)", "min(x)", "max(x)", "tuple(x)",
    "set(x)", "frozenset(x)", "list(x)", "repr(x)", "str(x)", "list(reversed(x))", "x.insert(0, x[0])", "x.pop(0)", "x.extend(x)", "x.remove(3) if n < 0 else x.clear()", "any(x)", "all(x)", "dict.fromkeys(x)", "list(zip(x, x))",
    "list(enumerate(x))", "[y for y in x]", "{y: 1 for y in x}", "list(map(str, x))", "list(filter(None, x))", "print(x)", "f'{x}'", "len(x) and x.__class__", "hash(tuple(x))", "g(*x)", "[*x, *x]", "x",
]  # fmt: skip
SLICES = ["del x[0]", "del x[::2]", "x[1:1] = x", "x[::2] = x[1::2]", "x[:] = x[::-1]", "del x[:]", "a, *b = x", "x += x", "x *= 2"]
ON_TUPLE = ["x + x", "x * 2", "x[::-1]", "x[1:]", "x == x[:-1] + (0,)", "hash(x)", "3 in x", "x.count(3)", "list(x)", "repr(x)", "set(x)", "x in {x[1:]}", "{x: 1}", "x", "f'{x}'"]  # fmt: skip
ON_BIG = [
    "a + a", "a - 1", "a * 3", "a * a", "a // 3", "a % 3", "a // (a >> 5)", "a << 1", "a >> 1", "a & (a >> 1)", "a | 1", "a ^ a >> 1", "~a", "-a", "abs(a)", "a == a + 1", "a < a + 1", "hash(a)", "bin(a)", "hex(a)", "oct(a)",
    "a.bit_length()", "a.bit_count()", "float(a) if n < 0 else a / (a + 1)", "a.to_bytes(n >> 12, 'big')", "divmod(a, a >> 7)", "pow(3, a, a)", "a ** 2", "math.gcd(a, a >> 1)", "math.isqrt(a)", "{a: 1}", "bool(a)", "f'{a:x}'",
    "f'{a:,}' if n < 0 else f'{a:b}'", "math.lcm(a, 3)", "round(a, -5)", "a", "int(a)", "math.log(a)", "a.to_bytes(n >> 12, 'little')", "[a, a] == [a, a + 1]", "int.from_bytes(a.to_bytes(n >> 12, 'big'), 'big')", "'%x' % a",
]  # fmt: skip
ON_DICT = [
    "dict(d)", "d.copy()", "d | d", "d == dict(d)", "list(d)", "list(d.items())", "list(d.values())", "sorted(d)", "repr(d)", "str(d)", "d.clear()", "d.keys() & d.keys()", "d.keys() - {1}", "set(d)", "sum(d)", "sum(d.values())",
    "{v: k for k, v in d.items()}", "d.update(d)", "max(d)", "1 in d.values()", "2 in d.values()", "d.keys() == d.keys()", "frozenset(d)", "frozenset(d.items())", "tuple(d)", "d", "dict(d.items())", "dict(**{}, **{})", "list(reversed(d))",
]  # fmt: skip
ON_SET = [
    "g.copy()", "g | g", "g & g", "g - {1}", "g ^ {1}", "g == set(g)", "g <= g", "g.isdisjoint({-1})", "sorted(g)", "list(g)", "repr(g)", "frozenset(g)", "hash(frozenset(g))", "sum(g)", "max(g)", "g.update(g)", "g.difference_update({1})",
    "g.intersection_update(g)", "g.clear()", "g.union(range(5))", "tuple(g)", "g", "dict.fromkeys(g)", "g.symmetric_difference(g)", "{*g}", "[*g]",
]  # fmt: skip


def programs() -> dict[str, str]:
    """Name to program, in the form of ``programs.py``."""
    made: dict[str, str] = {}

    def add(kind: str, setup: str, operations: list[str], head: str = "") -> None:
        for operation in operations:
            made[f"{kind}: {operation}"] = f"{head}--- {setup}\nt = {operation}\nreturn t"

    add("str", STR, ON_TEXT)
    add("wide str", WIDE, ON_TEXT)
    add("bytes", BYTES, ON_BYTES)
    takes = "def g(*a):\n    return len(a)\n"
    for kind, setup in {"ints": INTS, "floats": FLOATS, "bools": BOOLS, "texts": TEXTS, "anys": ANYS}.items():
        add(kind, setup, [o for o in ON_LIST if not (kind == "texts" and o == "sum(x)")], takes)
        for statement in SLICES:
            made[f"{kind}: {statement}"] = f"--- {setup}\n{statement}\nreturn len(x)"
    add("tuple", TUPLE, ON_TUPLE)
    add("int", BIG, ON_BIG, "import math\n")
    add("dict", DICT, ON_DICT)
    add("set", SET, ON_SET)
    return made
