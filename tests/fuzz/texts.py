"""Programs with parts of them changed: bytes, and words put where others stood. They are refused, or run within their limits on both engines and in a runtime."""

from __future__ import annotations

import functools
import re
from random import Random

import belljar
from belljar import ResourceLimits, Runtime
from belljar.lang.guard import decode
from tests.attacks.corpus import attacks
from tests.corpus import cases
from tests.fuzz.mutation import changed
from tests.fuzz.target import Target

LIMITS = {"fuel": 50_000, "memory": 8 << 20, "output": 10_000, "time": 10.0, "depth": 60}
TEXT_MAX = 3_000
_WORDS = re.compile(r"\w+|[^\w\s]+|\n +|\s+")
SPARE = (
    *("None", "True", "0", "-1", "1.5", "'x'", "[]", "{}", "()", "lambda: 0", "9" * 30, "2**63", "...", "not", "in", "is", "if", "else", "for", "while"),
    *("yield", "return", "break", "raise", "try:", "except:", "finally:", "with", "class A:", "def f():", "global x", "nonlocal x", "del", "pass"),
    *("*", "**", "=", ":=", "==", "(", ")", "[", "]", "{", "}", ":", ",", ".", "@", "\n", "\n    ", "self", "super()", "__init__", "str", "int", "list"),
)  # fmt: skip


@functools.cache
def texts() -> list[bytes]:
    """Short programs of the corpus, and short attacks."""
    corpus = [case.text.encode() for case in cases() if len(case.text) < TEXT_MAX]
    hostile = [attack.data for attack in attacks() if len(attack.data) < TEXT_MAX]
    return sorted(corpus, key=len) + sorted(hostile, key=len)


def make(rnd: Random) -> bytes:
    data = rnd.choice(texts())
    if rnd.random() < 0.25:
        return changed(rnd, data, (rnd.choice(texts()),))
    words = _WORDS.findall(data.decode("utf-8", "replace"))
    others = _WORDS.findall(rnd.choice(texts()).decode("utf-8", "replace"))
    for _ in range(rnd.choice((1, 1, 1, 2, 3, 6))):
        if not words:
            break
        at = rnd.randrange(len(words))
        end = at + rnd.choice((1, 1, 2, 6))
        match rnd.randrange(6):
            case 0:
                words[at] = rnd.choice(words)
            case 1:
                words[at] = rnd.choice(SPARE)
            case 2:
                del words[at:end]
            case 3:
                words[at:at] = words[at:end]
            case 4 if others:
                begin = rnd.randrange(len(others))
                words[at:end] = others[begin : begin + end - at]
            case _:
                other = rnd.randrange(len(words))
                words[at], words[other] = words[other], words[at]
    return "".join(words).encode("utf-8", "surrogatepass")


def use(data: bytes, rnd: Random) -> None:
    text = decode(data, "a.bell")
    if rnd.random() < 0.1:
        limits = ResourceLimits(
            max_fuel=50_000, max_memory=8 << 20, max_output=10_000, max_execution_time=10.0, max_recursion_depth=60, max_iterations=20_000
        )
        runtime = Runtime(limits=limits, write=lambda text: None, safe_mode=True)
        runtime.execute(text, "a.bell")
        if runtime.last_error is not None:
            raise runtime.last_error
        return
    program = belljar.compile(text, "a.bell", limits=LIMITS, cache=False)
    program.run(write=lambda text: None, engine="jit" if rnd.random() < 0.03 else "vm")


def codes() -> frozenset[str]:
    """All but those that say that we are at fault: any other may be what is wrong with a program."""
    from belljar.errors import CODES

    return frozenset(CODES) - {"E1201", "E1101", "E1102", "E1103"}


SOURCES = Target("sources", make, use, codes())
