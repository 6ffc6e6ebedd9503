"""Containers that programs turn against the runtime: nan keys, comparisons that lie, changes while they are walked or compared, containers inside themselves, deep ones.

Each program prints what CPython prints, on every engine, or ends with the error that is told here; afterwards the instance is as it was.
"""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest

from belljar.engines.reference import ReferenceEngine
from belljar.runtime.engine import engine_of
from belljar.safety.limits import Limits
from tests.hostile.measure import compiled
from tests.hostile.programs import LARGE, text_of

PROGRAMS: dict[str, tuple[str, str | None]] = {
    "nan among floats": (
        "nan = float('nan')\nd = {1.0: 1}\nd[nan] = 2\nprint(len(d), nan == nan, 2.0 in d, [1.0].count(nan), {nan: 1} == {1.0: 1})",
        None,
    ),
    "nan meets nan": ("nan = float('nan')\nd = {}\nd[nan] = 1\nprint(len(d))\nd[nan] = 2", "E0720"),
    "a key with another hash each time": (
        "class H:\n    n = 0\n    def __hash__(self):\n        H.n += 1\n        return H.n\n--- H.n = 0\nh = H()\nd = {h: 1}\nprint(h in d, len(d))\nfor i in range(200):\n    d[h] = i\nprint(len(d))",
        None,
    ),
    "equal to all": (
        "class E:\n    def __init__(self, x):\n        self.x = x\n    def __eq__(self, other):\n        return True\n    def __hash__(self):\n        return self.x\n--- s = {E(1), E(2), E(1)}\nprint(len(s), E(1) in s, E(9) in s)\nxs = [E(i) for i in range(3)]\nprint(xs == [1, 2, 3], xs.index(77), 5 in xs, xs.count(0))",
        None,
    ),
    "equal to none": (
        "class N:\n    def __eq__(self, other):\n        return False\n    def __hash__(self):\n        return 5\n--- a = N()\nd = {a: 1}\nd[a] = 2\nfor i in range(50):\n    d[N()] = i\nprint(len(d), d[a], N() in d, [a] == [a], a in [a], [N()].count(a))",
        None,
    ),
    "less than all": (
        "class L:\n    def __init__(self, x):\n        self.x = x\n    def __lt__(self, other):\n        return True\n--- print([v.x for v in sorted([L(i) for i in range(100)])])\nprint(max([L(1), L(2)]).x, min([L(1), L(2)]).x)",
        None,
    ),
    "less than none": (
        "class L:\n    def __init__(self, x):\n        self.x = x\n    def __lt__(self, other):\n        return False\n--- print([v.x for v in sorted([L(i) for i in range(100)])])",
        None,
    ),
    "a key that lies": (
        "calls = [0]\ndef lie(x):\n    calls[0] += 1\n    return (x * calls[0]) % 7\nprint(sorted(range(200), key=lie), calls)",
        None,
    ),
    "a comparison that fails": (
        "class F:\n    def __lt__(self, other):\n        raise ZeroDivisionError('no')\n--- xs = [F(), F(), F()]\ntry:\n    xs.sort()\nexcept ZeroDivisionError as e:\n    print(e, len(xs))",
        None,
    ),
    "a sort that changes its list": (
        "xs = [3, 1, 2]\ndef key(x):\n    xs.append(x)\n    return x\ntry:\n    xs.sort(key=key)\nexcept ValueError as e:\n    print(e)\nys = [5, 4, 3]\ndef clearing(y):\n    ys.clear()\n    return y\nprint(sorted(ys, key=clearing), ys)",
        None,
    ),
    "a list changed while walked": (
        "zs = [1, 2, 3, 4]\nprint([z for z in zs if zs.pop() or True])\nvs = [1, 2, 3, 4, 5]\nfor i, v in enumerate(vs):\n    if v % 2:\n        del vs[i]\nprint(vs)\nus = [3, 2, 1]\nfor u in us:\n    us.sort()\n    if len(us) < 6:\n        us.insert(0, 0)\nprint(us)",
        None,
    ),
    "a dict changed while walked": (
        "d = {1: 1, 2: 2, 3: 3}\ntry:\n    for k in d:\n        del d[k]\nexcept RuntimeError as e:\n    print(e)\nit = iter(d)\nnext(it)\nd.clear()\ntry:\n    print(list(it))\nexcept RuntimeError as e:\n    print(e)",
        None,
    ),
    "a set changed while walked": (
        "s = {1, 2, 3}\ntry:\n    for x in s:\n        s.add(x + 10)\nexcept RuntimeError as e:\n    print(e)\nit = iter(s)\nnext(it)\ns.clear()\ntry:\n    print(list(it))\nexcept RuntimeError as e:\n    print(e)",
        None,
    ),
    "a deque changed while walked": (
        "from collections import deque\n--- q = deque([1, 2, 3])\ntry:\n    for a in q:\n        q.append(a)\nexcept RuntimeError as e:\n    print(e)\ntry:\n    for a in q:\n        q.popleft()\nexcept RuntimeError as e:\n    print(e)\nprint(q)",
        None,
    ),
    "the last items popped": (
        "d = {i: i for i in range(800)}\nfor i in range(1, 800):\n    del d[800 - i]\nprint(d.popitem(), len(d))\nd = {i: i for i in range(800)}\nt = 0\nwhile len(d) > 2:\n    t += d.popitem()[1]\nd['x'] = 1\nprint(t, d, d.popitem(), list(d), list(reversed(d)))",
        None,
    ),
    "keys that collide": (
        "m = 2 ** 61 - 1\nd = {}\ns = set()\nfor i in range(1, 400):\n    d[i * m] = i\n    s.add(i * m)\nprint(len(d), len(s), d[399 * m], 400 * m in s)",
        None,
    ),
    "inside itself": (
        "import copy\nimport json\n--- a = []\na.append(a)\nb = {}\nb['b'] = b\nprint(a, b, [a, b], str(b), f'{a}')\nc = copy.deepcopy(b)\nprint(c, c['b'] is c, c is b)\nfor x in (a, b):\n    try:\n        print(json.dumps(x))\n    except ValueError as e:\n        print(e)\na *= 2\na.extend(a)\nprint(len(a), a.count(a), a.index(a), a == a)",
        None,
    ),
    "two inside each other compared": (
        "m = [1]\nn2 = [1]\nm.append(n2)\nn2.append(m)\ntry:\n    print(m == n2)\nexcept RecursionError:\n    print('too deep')",
        None,
    ),
    "deep ones compared": (
        "x = []\ny = []\nfor i in range(100000):\n    x = [x]\n    y = [y]\ntry:\n    print(x == y)\nexcept RecursionError:\n    print('too deep')\nx = None\ny = None\nprint('freed')",
        None,
    ),
    "a deep one printed": ("x = []\nfor i in range(100000):\n    x = [x]\nprint(1)\nprint(len(repr(x)))", "E0804"),
    "a deep one hashed": ("x = ()\nfor i in range(100000):\n    x = (x,)\nprint(1)\nprint(hash(x))", "E0804"),
    "a deep one handed over": ("x = []\nfor i in range(100000):\n    x = [x]\nprint(1)\nreturn x", "E0804"),
}
"""With the error a program ends with in Bell, where CPython goes on, or has a RecursionError, after the same lines."""


def printed_by_cpython(text: str) -> str:
    names: dict[str, Any] = {}
    exec(compile(text, "hostile", "exec"), names)
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.suppress(RecursionError):
        names["f"](LARGE)
    return output.getvalue()


@pytest.mark.parametrize("name", PROGRAMS)
def test_hostile_containers_are_as_in_cpython_or_refused(name: str) -> None:
    program, code = PROGRAMS[name]
    text = text_of(program)
    module = compiled(text, name.replace(" ", "_"))
    probe, hostile = module.tasks["probe"].function, module.tasks["f"].function
    expected = printed_by_cpython(text)
    for engine in (engine_of("vm"), engine_of("jit"), ReferenceEngine()):
        lines: list[str] = []
        instance: Any = engine.load(module, Limits(), lines.append)
        before = instance.call(probe, ())
        outcome = instance.call(hostile, (LARGE,))
        assert (None if outcome.error is None else outcome.error.code) == code
        seen = "".join(lines)
        assert seen == expected if code is None else expected.startswith(seen) and seen
        after = instance.call(probe, ())
        assert (after.results, after.error, after.fuel_used) == (before.results, None, before.fuel_used)
