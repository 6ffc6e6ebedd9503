"""Blocks of marks: what a reel was given comes back in order, from memory or from a file, within its bound."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from belljar.trace.blocks import JOINED_BYTES, FileBlocks, Reel


@given(st.lists(st.lists(st.integers(0, 3 * JOINED_BYTES), max_size=12), max_size=5), st.integers(0, 8 * JOINED_BYTES))
def test_a_reel_gives_back_what_it_was_given(runs: list[list[int]], max_bytes: int) -> None:
    files: list[io.BytesIO] = []

    def opened() -> FileBlocks:
        files.append(io.BytesIO())
        return FileBlocks(files[-1])

    reel = Reel(max_bytes, opened)
    reel.take(b"of no run")
    kept = []
    for number, sizes in enumerate(runs):
        reel.begin()
        given = [bytes([number % 7, place]) * size for place, size in enumerate(sizes)]
        for block in given[:-1]:
            reel.take(block)
        blocks = reel.end(given[-1] if given else b"")
        kept.append(blocks)
        assert b"".join(blocks[place] for place in range(len(blocks))) == b"".join(given)
        assert all(blocks[place] for place in range(len(blocks)))
        assert len(blocks) <= sum(map(len, given)) // JOINED_BYTES + 1
        assert reel.held == sum(sum(map(len, blocks)) for blocks in kept if isinstance(blocks, list)) <= max_bytes
    assert len(files) == sum(isinstance(blocks, FileBlocks) for blocks in kept)


def test_without_a_file_the_oldest_make_room() -> None:
    reel = Reel(4 * JOINED_BYTES)
    reel.begin()
    for number in range(10):
        reel.take(bytes([number]) * JOINED_BYTES)
    blocks = reel.end()
    assert [blocks[place][0] for place in range(len(blocks))] == [6, 7, 8, 9]
    assert (reel.lost, reel.held) == (6, 4 * JOINED_BYTES)
    reel.begin()
    assert len(reel.end()) == reel.lost == 0


def test_a_run_that_begins_again_forgets_what_there_was() -> None:
    reel = Reel(1 << 20)
    reel.begin()
    reel.take(b"a" * JOINED_BYTES)
    reel.take(b"small")
    reel.begin()
    assert reel.held == 0
    assert reel.end(b"b")[0] == b"b"
