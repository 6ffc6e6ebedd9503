"""Random rules over random rows: lanes and the exact kernel agree on values, nulls and faults."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from belljar.engines.batch.simd_plan import NotVectorisable
from belljar.errors import BellError
from tests.engines.batch.both_kernels import Pair
from tests.engines.batch.random_rules import Rule, rows


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_random_rules(seed: int, length: int) -> None:
    chance = random.Random(seed)
    text = Rule(chance).text()
    try:
        pair = Pair(text)
    except NotVectorisable as reason:
        event(f"no lanes: {reason}")
        return
    except BellError as error:
        if error.code != "E0313":  # every way returns None
            raise
        return
    pair.check(rows(chance, length))
