"""Control flow as regions: loops within loops, and which blocks have the same lanes."""

from __future__ import annotations

from belljar.engines.batch.simd_regions import Region, regions
from belljar.ir.text import parse_module

HEAD = 'module "m"\nfunc @f(%0: bool, %1: int) -> (int) "f" {\n'


def read(body: str) -> Region | None:
    return regions(parse_module(f"{HEAD}{body}}}\n").functions["f"])


def shape(region: Region) -> list[object]:
    return [shape(node) if isinstance(node, Region) else node for node in region.nodes]


def test_branches_that_meet_again() -> None:
    found = read("^0:\n  br %0, ^1, ^2\n^1:\n  jump ^3\n^2:\n  jump ^3\n^3:\n  ret %1\n")
    assert found is not None
    assert sorted(shape(found)) == [0, 1, 2, 3]  # type: ignore[type-var]
    assert found.nodes[0] == 0
    assert found.nodes[-1] == 3
    assert found.same_lanes == {3: -1}


def test_a_way_that_ends_in_an_error_does_not_count() -> None:
    found = read('^0:\n  br %0, ^1, ^2\n^1:\n  fault "E0501"\n^2:\n  br %0, ^3, ^4\n^3:\n  jump ^4\n^4:\n  ret %1\n')
    assert found is not None
    assert found.same_lanes == {2: -1, 4: -1}


def test_a_way_that_returns_does() -> None:
    found = read("^0:\n  br %0, ^1, ^2\n^1:\n  ret %1\n^2:\n  br %0, ^3, ^4\n^3:\n  jump ^4\n^4:\n  ret %1\n")
    assert found is not None
    assert found.same_lanes == {4: 2}


def test_loops_in_loops() -> None:
    found = read("^0:\n  jump ^1\n^1:\n  br %0, ^2, ^5\n^2:\n  br %0, ^3, ^4\n^3:\n  jump ^2\n^4:\n  jump ^1\n^5:\n  ret %1\n")
    assert found is not None
    assert shape(found) == [0, [1, [2, 3], 4], 5]
    outer = found.nodes[1]
    assert isinstance(outer, Region)
    assert outer.blocks == {1, 2, 3, 4}
    assert [loop.header for loop in found.loops()] == [1, 2]
    assert found.same_lanes == {1: -1, 5: -1}
    assert outer.same_lanes == {4: 2}


def test_leaving_two_loops_at_once() -> None:
    found = read("^0:\n  jump ^1\n^1:\n  jump ^2\n^2:\n  br %0, ^3, ^4\n^3:\n  br %0, ^2, ^5\n^4:\n  br %0, ^1, ^5\n^5:\n  ret %1\n")
    assert found is not None
    outer = found.nodes[1]
    assert isinstance(outer, Region)
    assert 4 not in outer.same_lanes  # some of the inner loop's lanes left for good


def test_a_loop_with_two_ways_in_has_no_regions() -> None:
    assert read("^0:\n  br %0, ^1, ^2\n^1:\n  br %0, ^2, ^3\n^2:\n  br %0, ^1, ^3\n^3:\n  ret %1\n") is None
