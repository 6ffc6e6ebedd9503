"""The clock: every case once per round, in an order that turns, and the median of what it took.

Peers that run side by side in the same rounds meet the same machine: a noisy second falls on all of them, and ratios
between them stand where absolute times would not.
"""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

ROUNDS_MIN = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds per call over the rounds of one run."""

    median_s: float
    low_s: float
    """First quartile."""
    high_s: float
    """Third quartile."""
    rounds: int
    calls_per_round: int

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, as a fraction of the median."""
        return (self.high_s - self.low_s) / 2 / self.median_s if self.median_s else 0.0

    def per(self, count: int) -> Timing:
        """The same for one of ``count`` equal parts of a call."""
        return replace(
            self,
            median_s=self.median_s / count,
            low_s=self.low_s / count,
            high_s=self.high_s / count,
            calls_per_round=self.calls_per_round * count,
        )


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a measurement may take."""

    rounds: int = 7
    sample_s_min: float = 0.02
    """A sample calls the case as often as it takes to fill this time."""
    case_s_max: float = 4.0
    """A case that has used this much time sits out the rounds after its third."""


FULL = Pace()
QUICK = Pace(rounds=ROUNDS_MIN, sample_s_min=0.001, case_s_max=0.5)


def summarise(samples_s: list[float], calls_per_round: int = 1) -> Timing:
    """Median and quartiles of the samples (seconds per call, at least one)."""
    if len(samples_s) == 1:
        only = samples_s[0]
        return Timing(only, only, only, 1, calls_per_round)
    low, median, high = statistics.quantiles(samples_s, n=4, method="inclusive")
    return Timing(median, low, high, len(samples_s), calls_per_round)


def interleave(cases: Mapping[str, Callable[[], object]], pace: Pace = FULL) -> dict[str, Timing]:
    """Time the cases round by round; the first call of each only warms up and sets how many calls fill a sample."""
    calls: dict[str, int] = {}
    for name, case in cases.items():
        calls[name] = max(1, math.ceil(pace.sample_s_min / max(_sample(case, 1), 1e-9)))
        if calls[name] > 1:  # one cold call says little about a fast case
            calls[name] = max(1, math.ceil(pace.sample_s_min / max(_sample(case, calls[name]) / calls[name], 1e-9)))
    samples_s: dict[str, list[float]] = {name: [] for name in cases}
    spent_s = dict.fromkeys(cases, 0.0)
    names = list(cases)
    collecting = gc.isenabled()
    for turn in range(pace.rounds):
        shift = turn % len(names) if names else 0
        for name in names[shift:] + names[:shift]:
            if turn >= ROUNDS_MIN and spent_s[name] > pace.case_s_max:
                continue
            gc.collect()
            gc.disable()
            try:
                took_s = _sample(cases[name], calls[name])
            finally:
                if collecting:
                    gc.enable()
            spent_s[name] += took_s
            samples_s[name].append(took_s / calls[name])
    return {name: summarise(samples_s[name], calls[name]) for name in names}


def _sample(case: Callable[[], object], calls: int) -> float:
    repeat = range(calls)
    begin = time.perf_counter()
    for _ in repeat:
        case()
    return time.perf_counter() - begin


def geometric_mean(ratios: list[float]) -> float:
    """The mean that ratios have: the same whichever side is called the base. NaN for no ratios."""
    return math.exp(statistics.fmean(map(math.log, ratios))) if ratios else math.nan
