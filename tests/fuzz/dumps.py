"""Dumps of states with parts of them changed, loaded into a runtime of the program they came from: the state can be read, shown, called and dumped again, or is what it was."""

from __future__ import annotations

import functools
from random import Random

from belljar import ResourceLimits, Runtime
from belljar.errors import BellError
from belljar.runtime.dumps import HEAD, SIGNATURE, seal, unseal
from belljar.storage._crc32c import crc32c
from tests.fuzz.mutation import changed
from tests.fuzz.target import Target

KEY = b"a key of the tests"

TEXT = """
from collections import deque, OrderedDict, Counter
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from dataclasses import dataclass

class Colour(Enum):
    RED = 1
    BLUE = 2

class P:
    def __init__(self, x, next):
        self.x = x
        self.next = next
    def __eq__(self, other):
        return isinstance(other, P) and self.x == other.x
    def __hash__(self):
        return hash(str(self.x))

@dataclass(frozen=True)
class Q:
    a: int
    b: float
    c: str = "c"

numbers = [1, -2, 2 ** 70]
plain = list(range(40))
floats = [0.5, float("inf"), -0.0]
flags = [True, False, None]
texts = {"a": ["x", None], "b": [1.5, b"bytes", (1, "t")]}
some = {1, 2, "three"}
frozen = frozenset([(1, 2), "x", None])
chain = P(1, P("two", None))
chain.next.next = chain
keyed = {P(1, None): 1, Q(1, 2.5): [Q(2, 0.0)]}
mixed = [Decimal("1.50"), date(2024, 2, 29), timedelta(days=1), Colour.RED, range(3), deque([1, "a"]), Counter("abca")]
nested = [[[[[1], []], [2]], "é\\U0001f600"], {"k": {"k": {"k": ()}}}]
shared = [nested, nested, texts]

def probe():
    return len(numbers) + len(texts) + len(some) + len(keyed)

def change():
    numbers.extend([x for x in numbers] + [5])
    plain.append(plain[-1] + 1 if plain else 0)
    texts["c"] = [str(texts), str(some), numbers == [1]]
    some.discard(1)
    some.add(9)
    chain.next.x = [key for key in texts] + [chain.x]
    keyed[P(2, None)] = 3
    nested.append(shared == [nested])

def look():
    return [sorted(plain), sum(floats), flags.count(None), (1, 2) in frozen, P(1, None) in keyed, str(mixed), repr(nested), hash(frozen), chain == chain.next]
"""


@functools.cache
def runtime() -> Runtime:
    limits = ResourceLimits(max_fuel=200_000, max_memory=8 << 20, max_output=10_000, max_execution_time=10.0, max_recursion_depth=60)
    made = Runtime(TEXT, limits=limits, write=lambda text: None)
    made.execute_once()
    made.state["given"] = {"a": [1, (2.5, None)]}
    return made


@functools.cache
def dumps() -> tuple[bytes, ...]:
    """Dumps of a few states."""
    made = runtime()
    found = []
    for _ in range(3):
        found.append(made.integrity.snapshot(made.state).dump())
        made.call("change")
    return tuple(found)


def make(rnd: Random) -> bytes:
    data = rnd.choice(dumps())
    if rnd.random() < 0.6:  # the graph alone, in a body that is right
        extras, graph = unseal(data, None)
        return seal(extras, changed(rnd, graph), None)
    if rnd.random() < 0.2:
        return changed(rnd, data)
    made = changed(rnd, data[:-4])
    return with_checksum(made[: HEAD - 8] + max(0, len(made) - HEAD).to_bytes(8, "little") + made[HEAD:])


def with_checksum(body: bytes) -> bytes:
    return body + crc32c(body).to_bytes(4, "little")


def use(data: bytes, rnd: Random) -> None:
    made = runtime()
    made.integrity.load(made.state, dumps()[0])
    before = made.state.to_dict() if rnd.random() < 0.1 else None
    try:
        made.integrity.load(made.state, data)
    except BellError:
        assert before is None or made.state.to_dict() == before, "a load that was refused changed the state"
        raise
    uses = (
        made.state.to_dict,
        made.inspector.dump_full,
        lambda: made.call("look"),
        lambda: made.call("probe"),
        lambda: made.call("change"),
        lambda: made.integrity.load(made.state, made.integrity.snapshot(made.state).dump()),
    )
    for one in rnd.sample(uses, len(uses)):
        try:
            one()
        except BellError as error:  # what is in itself is no dict, and what was changed may be of other lengths
            assert error.code not in {"E1201", "E1102"}, str(error)


def signed(rnd: Random) -> bytes:
    """A signed dump, changed: whoever has no key cannot make it right again."""
    extras, graph = unseal(rnd.choice(dumps()), None)
    data = seal(extras, graph, KEY)
    made = changed(rnd, data)
    if rnd.random() < 0.7:
        made = with_checksum(made[:-4])
    if rnd.random() < 0.2:
        made = with_checksum(data[: -4 - SIGNATURE])
    return made if made != data else data[:-1]


def use_signed(data: bytes, rnd: Random) -> None:
    made = runtime()
    made.integrity.load(made.state, data, KEY)
    raise AssertionError("a changed dump was taken")


CODES = frozenset({"E1104", "E0302", "E0803", "E0804", "E0806"})
DUMPS = Target("dumps", make, use, CODES)
SIGNED = Target("signed dumps", signed, use_signed, frozenset({"E1104"}))
