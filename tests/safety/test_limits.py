"""Limits are made once and stay: what would change them afterwards says so instead of having no effect."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import belljar
from belljar.errors import BellError
from belljar.safety.limits import Limits, ResourceLimits


@pytest.mark.parametrize(
    ("limits", "name", "message"),
    [
        (ResourceLimits(), "max_fuel", "max_fuel cannot be assigned\n  Hint: give new ones to what shall have them: limits=ResourceLimits(max_fuel=5)"),
        (ResourceLimits(), "limits", "ResourceLimits has no limit 'limits'"),
        (ResourceLimits(), "fuel", "has no limit 'fuel'\n  Hint: limits are max_events, max_execution_time"),
        (Limits(), "fuel", "limits=Limits(fuel=5)"),
        (Limits(), "feul", "Limits has no limit 'feul'"),
    ],
)  # fmt: skip
def test_limits_are_not_assigned_to(limits: Any, name: str, message: str) -> None:
    before = limits.to_dict()
    with pytest.raises(BellError) as caught:
        setattr(limits, name, 5)
    assert caught.value.code == "E0003"
    assert message in str(caught.value)
    with pytest.raises(BellError):
        delattr(limits, name)
    assert limits.to_dict() == before


def test_a_runtime_keeps_its_limits() -> None:
    runtime = belljar.Runtime("x = 1", limits=ResourceLimits(max_fuel=1_000))
    with pytest.raises(BellError, match="make another: Runtime"):
        runtime.limits = ResourceLimits()
    assert runtime.limits.max_fuel == 1_000


@pytest.mark.parametrize("limits", [ResourceLimits(max_fuel=7, max_execution_time=1.5), Limits(depth=9, spent=0.5)])
def test_copies_are_equal(limits: Any) -> None:
    for made in (copy.copy(limits), copy.deepcopy(limits), pickle.loads(pickle.dumps(limits))):
        assert made == limits
        assert hash(made) == hash(limits)
        assert made.to_dict() == limits.to_dict()
