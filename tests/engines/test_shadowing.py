"""A run that is followed does what it does when it is not: programs of the corpus, their output and how they end."""

from __future__ import annotations

from pathlib import Path

import pytest

import belljar
from belljar.engines.dependences import TooManyNodes
from belljar.engines.reference import ReferenceEngine
from belljar.engines.shadowing import Followed, Shadowing
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.ir.passes import fuel, generators
from belljar.safety.limits import Limits

PROGRAMS = sorted((Path(__file__).resolve().parents[1] / "programs").rglob("*.bell"))


def written(text: str) -> Module:
    """The module level, as it is written."""
    module = belljar.compile(text).module(optimised=False)
    generators.run(module)
    fuel.run(module)
    return module


def outcome(module: Module, watch: Shadowing | None) -> tuple[str, str]:
    output: list[str] = []
    try:
        ReferenceEngine().load(module, Limits(fuel=200_000), output.append, watch=watch)
    except BellError as error:
        return "".join(output), error.code
    return "".join(output), ""


@pytest.mark.parametrize("path", PROGRAMS[::14], ids=lambda path: path.stem)
def test_following_changes_nothing(path: Path) -> None:
    try:
        module = written(path.read_text(encoding="utf-8"))
    except BellError:
        pytest.skip("a program that is refused")
    plain = outcome(module, None)
    try:
        assert outcome(module, Shadowing(Followed(module), "", 400_000)) == plain
    except TooManyNodes:
        pytest.skip("too long to be followed")


def test_keys_that_are_nan() -> None:
    module = written("d = {}\nd[float('nan')] = 1\nd[2.0] = 2\nprint(len(d), d[2.0])\n")
    assert outcome(module, Shadowing(Followed(module), "", 10_000)) == ("2 2\n", "")
