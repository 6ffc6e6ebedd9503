"""A share of the attacks on each engine, in a runtime that lives on, in a worker and on the command line; ``python -m tests.attacks`` runs all of them everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

import belljar
from tests.attacks.corpus import attacks, in_process, sample
from tests.attacks.places import in_runtime, on_command_line

ALL = attacks()
SLOW = frozenset({"bombs", "deep sources", "large sources"})
"""Categories whose programs take long to compile: the tests run few of them."""
QUICK = [attack for attack in ALL if attack.category not in SLOW and "collide" not in attack.name]
HEAVY = [attack for attack in ALL if attack.category in SLOW and len(attack.data) < 40_000]


def test_there_are_enough_of_them_and_no_name_stands_twice() -> None:
    names = [attack.title for attack in ALL]
    assert len(names) == len(set(names))
    assert len(names) > 300


@pytest.mark.parametrize("part", range(4))
def test_attacks_end_as_they_must_in_the_vm(part: int) -> None:
    assert [problem for attack in sample(QUICK, 12, part) for problem in in_process(attack, "vm")] == []


def test_attacks_by_their_size_end_as_they_must() -> None:
    assert [problem for attack in sample(HEAVY, 4) for problem in in_process(attack, "vm")] == []


def test_attacks_end_as_they_must_in_machine_code() -> None:
    assert [problem for attack in sample(QUICK, 44, 5) for problem in in_process(attack, "jit")] == []


def test_a_runtime_lives_on_after_attacks() -> None:
    assert in_runtime(sample(QUICK, 26, 6)) == []


def test_a_worker_lives_on_after_attacks() -> None:
    with belljar.WorkerPool(1) as pool:
        assert [problem for attack in sample(QUICK, 44, 7) for problem in in_process(attack, "vm", pool)] == []
        assert belljar.compile("def f(): return 42").call("f", isolation=pool) == 42


def test_attacks_end_with_their_status_on_the_command_line(tmp_path: Path) -> None:
    limits = ("--limit", "fuel=20000000", "--limit", "memory=64MiB", "--limit", "output=1MB")
    assert [problem for attack in sample(QUICK, 92, 8) for problem in on_command_line(attack, tmp_path, limits)] == []
