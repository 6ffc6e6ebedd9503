"""Whole programs, written at random: :func:`program` gives the same text for the same seed.

A program has definitions, statements at the module level, and mostly a function ``main`` that gives a result. All its loops end. What its values are is kept account of, so that most
of it runs; some of it fails, and how it fails is compared as well.
"""

from __future__ import annotations

import random
import re

from tests.agreement.definitions import method, some_definitions
from tests.agreement.expressions import EXPRESSIONS, WORDS
from tests.agreement.kinds import kind
from tests.agreement.statements import STATEMENT_WORDS, STATEMENTS
from tests.agreement.writer import Writer

KINDS = tuple(
    kind(text)
    for text, times in {
        "int": 12, "str": 9, "float": 5, "bool": 4, "list[int]": 6, "list[str]": 4, "dict[str,int]": 4, "opt[int]": 2, "opt[str]": 2, "any": 4, "num": 3, "Decimal": 1,
        "bytes": 2, "set[int]": 2, "set[str]": 2, "frozenset[str]": 1, "tuple[int,str]": 3, "tuple[float,tuple[int,bool]]": 1, "list[list[int]]": 2, "list[float]": 2,
        "list[tuple[int,str]]": 2, "dict[int,list[str]]": 1, "dict[tuple[int,str],float]": 1, "list[any]": 2, "dict[str,any]": 1, "list[opt[int]]": 1, "fn[int,int]": 2,
        "fn[str,str]": 1, "iter[int]": 2, "iter[str]": 1, "list[fn[int,int]]": 1, "dict[str,dict[str,int]]": 1, "tuple[int,str,float]": 1, "list[num]": 1, "dict[str,list[int]]": 2,
        "set[tuple[int,str]]": 1, "list[dict[str,int]]": 1, "frozenset[int]": 1, "list[set[int]]": 1,
    }.items()
    for _ in range(times)
)  # fmt: skip
"""The types values are of, by how often."""

MODULES = ("math", "functools", "itertools", "collections", "copy", "string", "contextlib")
NAMES = {
    "Any": "typing",
    "Enum": "enum",
    "dataclass": "dataclasses",
    "replace": "dataclasses",
    "asdict": "dataclasses",
    "Decimal": "decimal",
    "ROUND_HALF_UP": "decimal",
    "ROUND_HALF_EVEN": "decimal",
    "ROUND_DOWN": "decimal",
    "contextmanager": "contextlib",
    "namedtuple": "collections",
}
RESULTS = (
    "int",
    "str",
    "float",
    "list[int]",
    "dict[str,int]",
    "tuple[int,str]",
    "opt[int]",
    "bool",
    "list[str]",
    "set[int]",
    "any",
    "list[any]",
)
"""The types ``main`` gives."""


def imports(text: str) -> str:
    """The import statements of what a text uses."""
    lines = [f"import {name}" for name in MODULES if re.search(rf"\b{name}\.", text)]
    lines += [f"from {module} import {name}" for name, module in NAMES.items() if re.search(rf"(?<!\.)\b{name}\b", text)]
    return "from __future__ import annotations\n\n" + "".join(line + "\n" for line in sorted(lines)) + "\n\n"


def program(seed: int, size: int = 1) -> str:
    """The text of the program with this number, of about 30 lines times ``size``. Where it defines ``main``, that is to be called once the module level has run.

    Each program is written by some of the rules only, chosen anew: what two forms do together shows where they are frequent ("Swarm Testing", Groce et al., ISSTA 2012). Modules of
    the library, which are compiled with the program, are in one of sixteen.
    """
    rng = random.Random(seed)
    left_out = [name for name in (*MODULES, "Decimal") if rng.randrange(16)]
    foreign = re.compile(rf"\b(?:{'|'.join(left_out)})\b") if left_out else re.compile("(?!)")
    rules = [rule for rule in EXPRESSIONS if rule.is_atom or rng.randrange(4)]
    statements = [rule for rule in STATEMENTS if rng.randrange(4)]
    kinds = [held for held in KINDS if not (foreign.search(str(held)) or foreign.search(f"{held.name}."))]
    kinds = rng.sample(kinds, 16)
    w = Writer(
        rng,
        [rule for rule in rules if not foreign.search(rule.text)],
        [rule for rule in statements if not foreign.search(rule.text)],
        {**WORDS, **STATEMENT_WORDS},
        kinds,
    )
    w.add_rules('Decimal:\n    Decimal("<$decimal>")\nctx:\n    contextlib.suppress(<$exception>)\n')
    definitions = some_definitions(w, rng.randrange(1 + 2 * size), foreign)
    level = w.statements_of(rng.randrange(1 + 3 * size), 2, 0) if size > 1 or w.chance(60) else ""
    if w.chance(50):
        w.scope = {name: held for name, held in w.scope.items() if held.name not in ("iter", "ctx")}
        task = method(w, "main()", {}, kind(w.pick(RESULTS)), 1 + rng.randrange(3 * size))
    else:
        level += w.statements_of(1 + rng.randrange(3 * size), 2, 0)
        task = ""
    shown = [name for name, held in w.scope.items() if w.traits.shown(held)]
    level += "".join(f"print({name!r}, {name})\n" for name in shown[-6:])
    text = "\n\n".join(part for part in (definitions, level, task) if part)
    return imports(text) + text
