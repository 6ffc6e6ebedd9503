"""Images: what is written is read back to the bit; what is damaged or hostile is refused, in bounded time and memory."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from belljar.errors import BellError
from belljar.ir import image
from belljar.ir.function import Module, Param, Task
from belljar.ir.image import ENTRY, HEADER, MAGIC, SECTIONS, check_again, read_image, write_image
from belljar.ir.ops import OPS
from belljar.ir.text import parse_module, print_module
from belljar.source import Source
from belljar.storage._crc32c import crc32c
from belljar.types import ANY
from tests.engines.examples import module_of
from tests.engines.op_examples import EXAMPLES
from tests.ir.strategies import frozen, modules

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.ir"))


def unpacked(data: bytes) -> dict[bytes, bytes]:
    entries = [ENTRY.unpack_from(data, HEADER.size + ENTRY.size * index) for index in range(len(SECTIONS))]
    return {name: data[offset : offset + size] for name, offset, size, _ in entries}


def packed(bodies: dict[bytes, bytes]) -> bytes:
    """An image of these sections with right sizes and checksums, whatever they hold."""
    table, offset = b"", HEADER.size + ENTRY.size * len(bodies)
    for name, body in bodies.items():
        table += ENTRY.pack(name, offset, len(body), crc32c(body))
        offset += len(body)
    header = HEADER.pack(MAGIC, image.VERSION, len(bodies), 0)
    return HEADER.pack(MAGIC, image.VERSION, len(bodies), crc32c(header + table)) + table + b"".join(bodies.values())


def golden(source: str = "x = 1\n") -> Module:
    return parse_module(GOLDEN[0].read_text(encoding="utf-8"), Source("delay.bell", source))


def refusal(data: bytes) -> str:
    with pytest.raises(BellError) as caught:
        read_image(data)
    assert caught.value.code == "E1101"
    assert caught.value.exit_status == 2
    return caught.value.message


def test_golden_modules_round_trip() -> None:
    module = golden("# grüße\r\n\ud800")
    data = write_image(module)
    again = read_image(data)
    assert print_module(again) == print_module(module)
    assert again.source == module.source
    assert write_image(again) == data


def test_every_op_round_trips() -> None:
    """Those that were proven to need no check come back as those that check."""
    for one in EXAMPLES:
        module = module_of(one)
        assert frozen(image._Reader(write_image(module)).module()) == frozen(module)
        again = read_image(write_image(module))
        check_again(module)
        assert frozen(again) == frozen(module)


def test_no_op_trusts_the_maker_of_an_image() -> None:
    """An index out of range and a division by zero behind ops that do not look: reading the image makes them look."""
    text = """module "m"
func @f(%0: list[int], %1: int) -> (int) {
  %2: int, %3: int
^0:
  %2 = list.get.nc %0, %1
  %3 = int.floordiv.nw %2, %1
  ret %3
}
"""
    module = read_image(write_image(parse_module(text)))
    assert [instr.op.name for instr in module.functions["f"].blocks[0].instrs] == ["fuel", "list.get", "int.floordiv", "ret"]
    names = [name for name in OPS if name.endswith(image.PROVEN)]
    assert len(names) > 10
    for name in names:
        checked = OPS[name.rpartition(".")[0]]
        assert (checked.operands, checked.result, checked.fuel) == (OPS[name].operands, OPS[name].result, OPS[name].fuel)
        assert checked.faults or name == "float.div.nc"


@given(modules())
def test_any_data_round_trips(module: Module) -> None:
    """Without the verifier, which would refuse most of these."""
    assert frozen(image._Reader(write_image(module)).module()) == frozen(module)


def test_sets_have_one_order() -> None:
    def module(items: set[str]) -> Module:
        return Module("m", tasks={"t": Task("t", "f", (Param("a", ANY, items, True),), ANY)})

    data = write_image(module({"item 2", "item 1", "item 3"}))
    assert data.index(b"item 1") < data.index(b"item 2") < data.index(b"item 3")


def test_fuel_is_charged_anew() -> None:
    text = 'module "m"\nfunc @f(%0: bool) -> () {\n^0:\n  fuel 0\n  jump ^1\n^1:\n  br %0, ^1, ^2\n^2:\n  ret\n}\n'
    function = read_image(write_image(parse_module(text))).functions["f"]
    assert [(block.instrs[0].op.name, block.instrs[0].args) for block in function.blocks[:2]] == [("fuel", (1,)), ("fuel", (2,))]


def test_broken_rules_are_the_verifiers_affair() -> None:
    text = 'module "m"\nfunc @f() -> (int) {\n  %0: int\n^0:\n  ret %0\n}\n'
    with pytest.raises(BellError) as caught:
        read_image(write_image(parse_module(text)))
    assert caught.value.code == "E1102"


def test_every_cut_and_every_flipped_bit_is_seen() -> None:
    data = write_image(golden())
    for size in range(len(data)):
        refusal(data[:size])
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        refusal(bytes(changed))
    assert "follow its last section" in refusal(data + b"\0")


def test_other_files_and_versions_are_named() -> None:
    assert "does not begin as one" in refusal(b"PK\x03\x04" + bytes(100))
    data = bytearray(write_image(golden()))
    struct.pack_into("<H", data, 8, 99)
    assert "version 99" in refusal(bytes(data))
    assert "bytes, " in refusal(bytes(image.IMAGE_BYTES_MAX + 1))


def number(value: int) -> bytes:
    out = image._Bytes()
    out.number(value)
    return bytes(out)


@pytest.mark.parametrize(
    ("section", "body", "reason"),
    [
        (b"STRS", number(2**31), "items do not fit"),
        (b"STRS", number(1) + number(5) + b"abc", "5 bytes are not left"),
        (b"STRS", number(1) + number(1) + b"\xff", "not UTF-8"),
        (b"STRS", number(2) + b"\1a\1a", "stands twice"),
        (b"STRS", b"\x80", "ends in the middle of a number"),
        (b"STRS", b"\x80\x00", "not in its shortest form"),
        (b"STRS", b"\xff" * 12, "more than 64 bits"),
        (b"STRS", b"", "ends in the middle of a number"),
        (b"TYPE", number(1) + number(77), "is not below"),
        (b"TYPE", number(1) + number(image.LIST) + number(0), "0 is not below 0"),
        (b"TYPE", number(2) + b"\0\0", "a type stands twice"),
        (b"TYPE", number(66) + b"\0" + b"".join(number(image.LIST) + number(index) for index in range(65)), "too large"),
        (b"TYPE", number(20) + b"\0" + b"".join(number(image.TUPLE) + b"\2" + number(i) * 2 for i in range(19)), "too large"),
        (b"CODE", number(2**20), "items do not fit"),
        (b"META", b"\0\2\0", "2 is not below 2"),
        (b"SRCE", b"\xff", "not UTF-8"),
        (b"LINE", b"\0" * 400, "bytes are left over"),
        (b"DECL", b"\0" * 400, "bytes are left over"),
    ],
)
def test_hostile_sections_are_refused(section: bytes, body: bytes, reason: str) -> None:
    bodies = unpacked(write_image(golden()))
    bodies[section] = body
    assert reason in refusal(packed(bodies))


def test_small_images_make_no_large_claims_on_memory() -> None:
    """A few kilobytes that say they hold millions of things."""
    bodies = unpacked(write_image(golden()))
    for name in (b"STRS", b"TYPE", b"DECL", b"SYMS", b"CODE"):
        for lie in (2**20, 2**31, 2**32 - 1):
            tracemalloc.start()
            refusal(packed({**bodies, name: number(lie) + bytes(2_000)}))
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 4 << 20


def test_many_blocks_times_many_registers_are_refused() -> None:
    bodies = unpacked(write_image(parse_module('module "m"\nfunc @f() -> () {\n  %0: int\n^0:\n  ret\n}\n')))
    # name, source name, place, no parameters, no results, then the registers: all of the empty name and the only type.
    head = bodies[b"SYMS"][: -len(number(1) + number(2) + number(0))]
    assert packed({**bodies, b"SYMS": head + bodies[b"SYMS"][len(head) :]}) == packed(bodies)
    count = 20_000
    bodies[b"SYMS"] = head + number(count) + bodies[b"SYMS"][-2:] * count
    bodies[b"CODE"] = number(count) + (number(1) + number(5) + number(0)) * count
    bodies[b"LINE"] = number(0) + bytes(count)
    assert "is too large" in refusal(packed(bodies))


def outcome(data: bytes) -> tuple[str, Module | None]:
    try:
        return "", read_image(data)
    except BellError as error:
        return error.code, None


@settings(max_examples=400)
@given(st.data())
@example(None)
def test_mutated_images_load_or_are_refused(data: st.DataObject | None) -> None:
    bodies = unpacked(write_image(golden()))
    if data is not None:
        name = data.draw(st.sampled_from([name for name in SECTIONS if bodies[name]]))
        body = bytearray(bodies[name])
        for _ in range(data.draw(st.integers(1, 4))):
            place = data.draw(st.integers(0, len(body) - 1))
            change = data.draw(st.integers(0, 2))
            if change == 0:
                body[place] = data.draw(st.integers(0, 255))
            elif change == 1:
                body[place:place] = data.draw(st.binary(min_size=1, max_size=4))
            elif len(body) > 1:
                del body[place]
        bodies[name] = bytes(body)
    code, module = outcome(packed(bodies))
    if module is None:
        assert code in ("E1101", "E1102")
    else:
        assert frozen(read_image(write_image(module))) == frozen(module)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes) -> None:
    refusal(data)
    refusal(MAGIC + data)
