"""The clock's arithmetic, on times made up for the purpose."""

from __future__ import annotations

import itertools
import math

import pytest

from bench import clock
from bench.clock import Pace, geometric_mean, interleave, summarise


def test_median_and_spread() -> None:
    timing = summarise([5.0, 1.0, 3.0, 2.0, 4.0])
    assert (timing.median_s, timing.low_s, timing.high_s, timing.rounds) == (3.0, 2.0, 4.0, 5)
    assert timing.spread == pytest.approx(1 / 3)
    assert timing.per(10).median_s == pytest.approx(0.3)
    assert summarise([2.0]).spread == 0.0


def test_rounds_are_interleaved_and_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    ticks = itertools.count()
    monkeypatch.setattr(clock.time, "perf_counter", lambda: float(next(ticks)))
    timed = interleave({name: lambda name=name: called.append(name) for name in "abc"}, Pace(rounds=3, sample_s_min=0.5))
    assert called == [*"abc", *"abc", *"bca", *"cab"]  # a warm-up of each, then the rounds
    assert {name: timing.rounds for name, timing in timed.items()} == {"a": 3, "b": 3, "c": 3}
    assert timed["a"].median_s == 1.0


def test_fast_cases_fill_a_sample_and_slow_ones_sit_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    costs = {"fast": 0.001, "slow": 3.0}
    calls = dict.fromkeys(costs, 0)

    def run(name: str) -> None:
        calls[name] += 1
        now[0] += costs[name]

    monkeypatch.setattr(clock.time, "perf_counter", lambda: now[0])
    timed = interleave({name: lambda name=name: run(name) for name in costs}, Pace(rounds=7, sample_s_min=0.01, case_s_max=5.0))
    assert timed["fast"].calls_per_round == 10
    assert timed["fast"].median_s == pytest.approx(0.001)
    assert (timed["fast"].rounds, timed["slow"].rounds) == (7, 3)


def test_geometric_mean() -> None:
    assert geometric_mean([0.5, 2.0]) == pytest.approx(1.0)
    assert geometric_mean([8.0]) == pytest.approx(8.0)
    assert math.isnan(geometric_mean([]))
