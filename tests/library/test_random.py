from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.library.shelf import bell, check, outcome

OURS = bell("random")
SEEDS = st.one_of(st.integers(), st.integers(0, 2**200), st.text(max_size=5), st.binary(max_size=200), st.floats(), st.booleans())

CALLS: list[Callable[[Any], Any]] = [
    lambda r: [r.random() for _ in range(700)],
    lambda r: [r.getrandbits(k) for k in (0, 1, 5, 31, 32, 33, 64, 100)],
    lambda r: r.getrandbits(-1),
    lambda r: r.randbytes(9),
    lambda r: [r.randrange(10), r.randrange(5, 9), r.randrange(1, 20, 3), r.randrange(20, 1, -4), r.randrange(10**30)],
    lambda r: r.randrange(0),
    lambda r: r.randrange(5, 5),
    lambda r: r.randrange(5, 9, -1),
    lambda r: r.randrange(5, 9, 0),
    lambda r: r.randrange(5, step=2),
    lambda r: [r.randint(1, 6) for _ in range(20)],
    lambda r: r.randint(6, 1),
    lambda r: [r.choice("abc"), r.choice([1, 2])],
    lambda r: r.choice([]),
    lambda r: shuffled(r, list(range(30))),
    lambda r: r.sample(range(1000), 30),
    lambda r: r.sample(list("abcdef"), 4),
    lambda r: r.sample([1, 2], 3),
    lambda r: r.sample({1, 2}, 1),
    lambda r: r.sample("ab", 5, counts=[4, 7]),
    lambda r: r.sample("ab", 5, counts=[4]),
    lambda r: r.sample("ab", 1, counts=[0, 0]),
    lambda r: r.choices("abc", k=9),
    lambda r: r.choices("abc", [1, 2, 5], k=9),
    lambda r: r.choices("abc", cum_weights=[1, 2, 5], k=9),
    lambda r: r.choices("abc", [1, 2], k=9),
    lambda r: r.choices("abc", [0, 0, 0]),
    lambda r: r.choices("abc", [1, 1, float("inf")]),
    lambda r: r.choices("abc", [1, 1, 1], cum_weights=[1, 2, 3]),
    lambda r: r.choices("abc", 5),
    lambda r: [r.uniform(-1, 5.5), r.triangular(), r.triangular(1, 5), r.triangular(1, 5, 4), r.triangular(2, 2)],
    lambda r: [r.gauss(1, 2) for _ in range(9)],
    lambda r: [r.normalvariate(1, 2) for _ in range(9)],
    lambda r: [r.lognormvariate(0, 1), r.expovariate(1.5), r.paretovariate(3), r.weibullvariate(1, 2)],
    lambda r: [r.gammavariate(0.5, 2), r.gammavariate(1, 2), r.gammavariate(3, 2), r.betavariate(2, 3)],
    lambda r: r.gammavariate(0, 1),
    lambda r: [r.vonmisesvariate(1, kappa) for kappa in (0, 0.5, 1, 4, 4)],
    lambda r: kept(r),
]


def shuffled(source: Any, items: list[int]) -> list[int]:
    source.shuffle(items)
    return items


def kept(source: Any) -> Any:
    source.gauss()
    state = source.getstate()
    first = [source.gauss(), source.random()]
    source.setstate(state)
    return first, [source.gauss(), source.random()], state


@settings(max_examples=30)
@given(SEEDS)
def test_seeds(seed: Any) -> None:
    check(lambda: [OURS.Random(seed).random() for _ in range(3)], lambda: [random.Random(seed).random() for _ in range(3)])


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_calls(number: int) -> None:
    for seed in (0, 12345, "text"):
        check(lambda: CALLS[number](OURS.Random(seed)), lambda: CALLS[number](random.Random(seed)))


def test_seeding_again() -> None:
    source = OURS.Random(1)
    source.gauss()
    source.seed(7)
    assert source.gauss() == random.Random(7).gauss()
    assert outcome(lambda: OURS.Random([])) == outcome(lambda: random.Random([]))  # type: ignore[arg-type]


def test_the_generator_of_the_module() -> None:
    assert 0 <= OURS.random() < 1
    OURS.seed(3)
    source = random.Random(3)
    for name, arguments in [
        ("random", ()), ("getrandbits", (7,)), ("randrange", (9,)), ("randint", (1, 9)), ("choice", ("abc",)), ("choices", ("abc",)),
        ("sample", ("abc", 2)), ("uniform", (1, 2)), ("gauss", ()), ("normalvariate", ()), ("expovariate", (1.0,)), ("triangular", ()),
        ("betavariate", (1, 2)), ("gammavariate", (1, 2)), ("lognormvariate", (1, 2)), ("paretovariate", (2,)), ("vonmisesvariate", (1, 2)),
        ("weibullvariate", (1, 2)), ("randbytes", (3,)), ("getstate", ()),
    ]:  # fmt: skip
        assert getattr(OURS, name)(*arguments) == getattr(source, name)(*arguments), name
    items = [1, 2, 3]
    OURS.shuffle(items)
    assert sorted(items) == [1, 2, 3]
