"""The text builder: pieces of all kinds and widths, below and beyond what the C stack holds."""

from __future__ import annotations

import random
import struct
from ctypes import c_uint32, c_uint64

import pytest

from tests.rounds import rounds
from tests.runtime_text.probe import Fault, Probe
from tests.runtime_text.test_str import texts


def a_piece(rng: random.Random, probe: Probe) -> tuple[int, int, str]:
    """Kind and operand as probe_text takes them, and the text they stand for."""
    kind, code, text = rng.randrange(7), rng.choice([65, 233, 0x20AC, 0x1F600]), texts(rng)
    if kind == 0:
        return kind, code, chr(code)
    if kind == 1:
        count = rng.choice([0, 1, 5, 100])
        return kind, code | count << 32, chr(code) * count
    if kind in (2, 3):
        return kind, probe.str(text), text if kind == 2 else repr(text)
    if kind == 4:
        number = rng.getrandbits(63) - 2**62
        return kind, number % 2**64, str(number)
    if kind == 5:
        value = rng.uniform(-1e6, 1e6)
        return kind, struct.unpack("<Q", struct.pack("<d", value))[0], repr(value)
    return kind, 0, "<ascii>"


@pytest.mark.parametrize("stress", [False, True])
def test_pieces(stress: bool) -> None:
    probe = Probe(stress=stress)
    rng = random.Random(stress)
    for _ in range(rounds(300 if stress else 3_000)):
        probe.begin()
        kinds, operands, expected = [], [], ""
        for _ in range(rng.randrange(1, 30)):
            kind, operand, piece = a_piece(rng, probe)
            kinds.append(kind)
            operands.append(operand)
            expected += piece
        ref = probe.lib.probe_text(probe.ctx, (c_uint32 * len(kinds))(*kinds), (c_uint64 * len(kinds))(*operands), len(kinds))
        probe.check()
        assert probe.read(ref) == expected
    probe.close()


def test_the_memory_limit_holds() -> None:
    probe = Probe(1 << 20)
    probe.begin()
    pieces = [1] * 100
    ref = probe.lib.probe_text(probe.ctx, (c_uint32 * 100)(*pieces), (c_uint64 * 100)(*[0x20AC | 50_000 << 32] * 100), 100)
    assert ref == 0
    with pytest.raises(Fault) as caught:
        probe.check()
    assert caught.value.args[0] == 803
    assert probe.call("str.upper", "ok") == "OK"
    probe.close()
