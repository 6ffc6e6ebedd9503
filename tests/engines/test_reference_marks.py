"""Marks of the VM and of native code are those of the reference, byte for byte: of every kind of value, within bounds; and what is free costs nothing."""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import Any

import pytest

from belljar.engines.contract import MARKS_BLOCK_MIN, Marks
from belljar.ir.function import Block, Function, Instr, Layout, Module, Register
from belljar.ir.ops import OPS
from belljar.ir.passes import fuel
from belljar.ir.text import parse_type
from belljar.ir.verify import verify
from belljar.runtime.engine import engine_of
from belljar.safety.limits import Limits
from belljar.trace.marks import MarkReader
from belljar.trace.points import Point, Points, Site
from belljar.types import INT, STR, OptionalType
from belljar.values import Record

ENGINES = ("reference", "vm", "jit")
RECORDS = {
    "Point": Layout("Point", (("x", INT), ("y", INT))),
    "Flight": Layout("Flight", (("carrier", STR), ("delay", OptionalType(parse_type("float"))))),
}
POINT = Point("assign", "f", 1, 1)


def marked(ops: list[tuple[str, Any]], types: list[str]) -> Module:
    """A function whose parameters are of these types, and which runs these ops: names with what stands before their register, the parameters by turns."""
    registers = [Register(parse_type(type)) for type in types]
    instrs = []
    place = 0
    for name, number in ops:
        reads = len(OPS[name].operands) - 1
        instrs.append(Instr(OPS[name], (), (number, *([place] if reads else []))))
        place += reads
    function = Function("f", list(range(len(types))), (), registers, [Block([*instrs, Instr(OPS["ret"], (), ())])], "f")
    module = Module("marks", functions={"f": function}, records=dict(RECORDS))
    fuel.run(module)
    verify(module)
    return module


def bytes_of(module: Module, args: list[Any], engine: str, blocks: int = 2) -> bytes:
    instance = engine_of(engine).load(module, Limits(), None, (), None, Marks(blocks=blocks))
    outcome = instance.call("f", args)
    assert outcome.error is None
    return instance.marks()


VALUES: list[tuple[str, Any]] = [
    ("any", None),
    ("any", True),
    ("any", -7),
    ("any", 2**62),
    ("any", 2**70),
    ("any", -(2**511)),
    ("any", 2**5000),
    ("any", 0.5),
    ("any", float("nan")),
    ("any", Decimal("12.50")),
    ("any", Decimal(10) ** 400 + 1),
    ("any", range(1, 9, 3)),
    ("any", b"bytes" * 300),
    ("any", "h\u00e9\u4e2d\U0001f600" * 300),
    ("any", "\ud800"),
    ("any", (1, "two", (3.0,))),
    ("any", frozenset({1, 2, "x"})),
    ("str", ""),
    ("str", "text"),
    ("list[int]", list(range(200))),
    ("list[bool]", [True, False]),
    ("list[str]", ["x" * 150, ""]),
    ("list[list[int]]", [[1], [], list(range(100))]),
    ("list[any]", [[[[[[[[["deep"]]]]]]]]]),
    ("dict[str, float]", {"a": 0.5, "b": float("inf")}),
    ("dict[int, list[int]]", {n: list(range(n)) for n in range(40)}),
    ("set[int]", set(range(100))),
    ("tuple[int, str]", (7, "x")),
    ("Point", Record("Point", {"x": 1, "y": 2})),
    ("Flight", Record("Flight", {"carrier": "UA", "delay": None})),
    ("list[Flight]", [Record("Flight", {"carrier": "UA" * 60, "delay": 1.5})] * 70),
]


@pytest.mark.parametrize(("type", "value"), VALUES, ids=[f"{type} {number}" for number, (type, _) in enumerate(VALUES)])
def test_values(type: str, value: Any) -> None:
    module = marked([("trace.value", 0), ("trace.size", 1)], [type, type])
    wanted = bytes_of(module, [value, value], "reference")
    for engine in ENGINES[1:]:
        assert bytes_of(module, [value, value], engine) == wanted
    points = Points(
        sites=[Site(POINT, ("v",)), Site(POINT, ("z",))],
        records={"Point": (("x", "v"), ("y", "v")), "Flight": (("carrier", "v"), ("delay", ("?", "v")))},
    )
    reader = MarkReader(points)
    (shown,), end = reader.values(wanted, 0)
    assert end < 2200
    assert reader.end(wanted, 0) == end
    (size,), last = reader.values(wanted, end)
    assert last == len(wanted)
    assert size == (len(value) if isinstance(value, (str, bytes, list, tuple, dict, set, frozenset)) else -1)
    if "..." not in repr(shown) and "an int of" not in repr(shown) and value == value:
        assert shown == value
        assert shown.__class__ is value.__class__


def test_words() -> None:
    ops = [("trace.point", 9), ("trace.word", 3), ("trace.word", -1), ("trace.word", -1), ("trace.word", 70_000)]
    module = marked(ops, ["int", "float", "bool", "float"])
    args = [-5, float("nan"), True, -0.0]
    wanted = struct.pack("<IIqQqId", 9, 3, -5, 0x7FF8 << 48, 1, 70_000, -0.0)
    for engine in ENGINES:
        assert bytes_of(module, args, engine) == wanted


@pytest.mark.parametrize("engine", ENGINES)
def test_blocks_are_kept_or_handed_on(engine: str) -> None:
    count = MARKS_BLOCK_MIN // 4
    registers = [Register(INT), Register(INT), Register(parse_type("bool")), Register(INT)]
    blocks = [
        Block([Instr(OPS["const.int"], (1,), (0,)), Instr(OPS["const.int"], (3,), (1,)), Instr(OPS["jump"], (), (1,))]),
        Block([Instr(OPS["int.lt"], (2,), (1, 0)), Instr(OPS["br"], (), (2, 2, 3))]),
        Block([Instr(OPS["trace.point"], (), (7,)), Instr(OPS["int.add"], (1,), (1, 3)), Instr(OPS["jump"], (), (1,))]),
        Block([Instr(OPS["ret"], (), ())]),
    ]
    module = Module("marks", functions={"f": Function("f", [0], (), registers, blocks, "f")})
    fuel.run(module)
    taken: list[bytes] = []
    instance = engine_of(engine).load(module, Limits(), None, (), None, Marks(MARKS_BLOCK_MIN, sink=taken.append))
    assert instance.call("f", [count]).error is None
    assert instance.marks() == b""
    assert b"".join(taken) == struct.pack("<I", 7) * count
    assert {len(block) for block in taken[:-1]} == {MARKS_BLOCK_MIN // 2}
    assert instance.marks_lost == 0

    def refuse(block: bytes) -> None:
        raise OSError("no room")

    instance = engine_of(engine).load(module, Limits(), None, (), None, Marks(MARKS_BLOCK_MIN, 2))
    assert instance.call("f", [count * 2]).error is None
    assert len(instance.marks()) <= MARKS_BLOCK_MIN
    assert instance.marks_lost == 2
    instance.forget_marks()
    assert instance.marks() == b""
    assert instance.marks_lost == 0
    instance = engine_of(engine).load(module, Limits(), None, (), None, Marks(MARKS_BLOCK_MIN, sink=refuse))
    assert instance.call("f", [count]).error is None
    assert instance.marks_lost > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_free_costs_nothing(engine: str) -> None:
    def module(free: bool) -> Module:
        registers = [Register(STR), Register(INT), Register(STR)]
        instrs = [Instr(OPS["str.repeat"], (2,), (0, 1)), Instr(OPS["ret"], (), ())]
        if free:
            instrs[:1] = [Instr(OPS["trace.free"], (), (True,)), instrs[0], Instr(OPS["trace.free"], (), (False,))]
        made = Module("free", functions={"f": Function("f", [0, 1], (), registers, [Block(instrs)], "f")})
        fuel.run(made)
        return made

    used = [engine_of(engine).load(module(free), Limits(), None).call("f", ["x" * 100, 10_000]).fuel_used for free in (False, True)]
    assert used == [used[1] + 100 * 10_000 // 16, used[1]]
    assert used[1] < 20
