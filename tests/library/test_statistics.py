from __future__ import annotations

import fractions
import math
import statistics
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, check, outcome, same

OURS = bell("statistics")
OUR_FRACTION = bell("fractions").Fraction
FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=64).filter(lambda x: abs(x) < 1e150)
RATIOS = st.fractions(max_denominator=50)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6, places=3)
DATA = st.one_of(
    st.lists(st.integers(-20, 20), max_size=8),
    st.lists(st.integers(), max_size=5),
    st.lists(FLOATS, max_size=8),
    st.lists(st.floats(-5, 5) | st.integers(-5, 5) | st.booleans(), max_size=8),
    st.lists(RATIOS | st.integers(-5, 5), max_size=5),
    st.lists(DECIMALS, max_size=6),
)
POSITIVE = st.one_of(st.lists(st.integers(0, 20), max_size=8), st.lists(st.floats(0, 1e9), max_size=6))


def ours_of(value: Any) -> Any:
    """The same value with our fractions in place of the standard ones."""
    if isinstance(value, fractions.Fraction):
        return OUR_FRACTION(value.numerator, value.denominator)
    return [ours_of(item) for item in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    if isinstance(value, OUR_FRACTION):
        return fractions.Fraction(value.numerator, value.denominator)
    return [plain(item) for item in value] if isinstance(value, list) else value


def agree(call: Callable[[Any, Any], Any], data: Any) -> None:
    check(lambda: plain(call(OURS, ours_of(data))), lambda: call(statistics, data))


@pytest.mark.parametrize(
    "name", "mean median median_low median_high mode multimode quantiles variance pvariance stdev pstdev fmean".split()
)
@given(data=DATA)
def test_one_sample(name: str, data: list[Any]) -> None:
    agree(lambda module, values: getattr(module, name)(values), data)
    if name not in ("quantiles",):
        agree(lambda module, values: getattr(module, name)(iter(values)), data)


@given(DATA)
def test_known_centre(data: list[Any]) -> None:
    if not data:
        return
    for name in ("variance", "pvariance", "stdev", "pstdev"):
        agree(lambda module, values: getattr(module, name)(values, values[0]), data)


@given(st.lists(st.floats(), max_size=4))
def test_infinities_and_nan(data: list[float]) -> None:
    if any(abs(x) > 1e150 and math.isfinite(x) for x in data):
        return
    for name in ("mean", "variance", "pvariance"):
        agree(lambda module, values: getattr(module, name)(values), data)


@given(POSITIVE, POSITIVE)
def test_means(data: list[Any], weights: list[Any]) -> None:
    weights = (weights * 8)[: len(data)] if weights else weights
    for name in ("geometric_mean", "harmonic_mean", "fmean"):
        agree(lambda module, values: getattr(module, name)(values), data)
    for name in ("harmonic_mean", "fmean"):
        agree(lambda module, values: getattr(module, name)(values, weights), data)
        agree(lambda module, values: getattr(module, name)(iter(values), iter(weights)), data)


# Decimals beside floats are left out: which of the two CPython names first depends on the addresses of their classes.
@pytest.mark.parametrize("data", [[-1], ["a"], [1, -2], [Decimal(2)], [0], [1, 0], ["a", "b"], [None, 1], []])
def test_means_of_what_does_not_fit(data: list[Any]) -> None:
    for name in ("harmonic_mean", "mean", "variance"):
        agree(lambda module, values: getattr(module, name)(values), data)


@given(DATA, st.integers(-1, 7), st.sampled_from(["exclusive", "inclusive", "none"]))
def test_quantiles(data: list[Any], n: int, method: str) -> None:
    agree(lambda module, values: module.quantiles(values, n=n, method=method), data)


@given(st.lists(st.integers(0, 9) | st.floats(-5, 5), max_size=8), st.sampled_from([1, 2, 0.5]))
def test_median_grouped(data: list[Any], interval: float) -> None:
    agree(lambda module, values: module.median_grouped(values, interval), data)
    agree(lambda module, values: module.median_grouped(values), data)


@given(st.lists(st.tuples(st.floats(-1e6, 1e6) | st.integers(-5, 5), st.floats(-1e6, 1e6)), max_size=8), st.booleans())
def test_two_samples(pairs: list[tuple[float, float]], proportional: bool) -> None:
    x, y = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    for name in ("covariance", "correlation"):
        check(lambda: getattr(OURS, name)(x, y), lambda: getattr(statistics, name)(x, y))
        check(lambda: getattr(OURS, name)(x, [1.0]), lambda: getattr(statistics, name)(x, [1.0]))
    check(
        lambda: tuple(OURS.linear_regression(x, y, proportional=proportional)),
        lambda: tuple(statistics.linear_regression(x, y, proportional=proportional)),
    )
    check(lambda: OURS.linear_regression(x, [1.0]), lambda: statistics.linear_regression(x, [1.0]))


DISTRIBUTIONS = st.tuples(st.floats(-100, 100), st.floats(-1, 20))


@given(DISTRIBUTIONS, DISTRIBUTIONS, st.floats(-100, 100), st.floats(-0.1, 1.1))
def test_normal_distribution(first: tuple[float, float], second: tuple[float, float], x: float, p: float) -> None:
    calls: list[Callable[[Any], Any]] = [
        lambda d: repr(d(*first)),
        lambda d: d(*first).pdf(x),
        lambda d: d(*first).cdf(x),
        lambda d: d(*first).inv_cdf(p),
        lambda d: d(*first).inv_cdf(p**20),
        lambda d: d(*first).zscore(x),
        lambda d: d(*first).quantiles(),
        lambda d: d(*first).overlap(d(*second)),
        lambda d: d(*first).overlap(d(*first)),
        lambda d: repr(d(*first) + d(*second)),
        lambda d: repr(d(*first) - d(*second)),
        lambda d: repr(2 + d(*first) * 3 / 4 - 5),
        lambda d: repr(-(2 - +d(*first))),
        lambda d: repr(2 * d(*first)),
        lambda d: d(*first) == d(*second),
        lambda d: hash(d(*first)) == hash(d(*first)),
        lambda d: (d(*first).mean, d(*first).median, d(*first).mode, d(*first).stdev, d(*first).variance),
        lambda d: d(*first).samples(3, seed=5),
        lambda d: repr(d.from_samples([*first, x])),
        lambda d: repr(d.from_samples([x])),
        lambda d: repr(d()),
        lambda d: d() == 1,
        lambda d: d().overlap(1),
    ]
    for call in calls:
        check(lambda: call(OURS.NormalDist), lambda: call(statistics.NormalDist))


def test_exact() -> None:
    assert same(OURS.mean([1e308, 1e308]), 1e308)
    assert outcome(lambda: OURS.mean([]))[0] == "StatisticsError"
    assert issubclass(OURS.StatisticsError, ValueError)
