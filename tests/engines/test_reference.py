"""The reference engine: every op by example, limits at their edge and one beyond, state between calls, stacks, what observers see."""

from __future__ import annotations

from typing import Any

import pytest

from belljar.engines.contract import Outcome
from belljar.engines.reference import ReferenceEngine
from belljar.errors import BellError, Frame
from belljar.ir.function import Module
from belljar.ir.ops import OPS
from belljar.ir.passes import fuel
from belljar.ir.semantics import ENGINE_OPS
from belljar.ir.text import parse_module
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from belljar.source import Source
from tests.engines.examples import NOTHING, Example, arguments_of, module_of, same
from tests.engines.op_examples import EXAMPLES

ENGINE = ReferenceEngine()


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_every_example(example: Example) -> None:
    module = module_of(example)
    verify(module)
    outcome = ENGINE.load(module, Limits()).call("f", arguments_of(example))
    if example.fault:
        assert outcome.error is not None
        assert outcome.error.code == example.fault
        assert outcome.error.message
    else:
        assert outcome.error is None, outcome.error
        assert example.gives is not NOTHING
        assert same(outcome.results[0], example.gives), outcome.results
        if example.extra is not None:
            fixed = module.functions["f"].blocks[0].instrs[0].args[0]
            assert outcome.fuel_used - fixed == example.extra


def test_every_op_has_an_example() -> None:
    marks = {name for name in ENGINE_OPS if name.startswith("trace.")}  # what they leave alone, at least
    assert {example.op for example in EXAMPLES} == OPS.keys() - (ENGINE_OPS - marks) - TESTED_APART


def test_every_fault_of_the_table_has_an_example() -> None:
    shown = {(example.op, example.fault) for example in EXAMPLES if example.fault}
    told = {(op.name, fault) for op in OPS.values() for fault in op.faults if op.name not in ENGINE_OPS | {"fault"} | TESTED_APART}
    assert {pair for pair in shown if pair[0] != "fault"} <= told, "an example ends with an error that the op's row does not name"
    assert not (missing := told - shown - NEVER), f"write examples of these faults: {sorted(missing)}"


TESTED_APART = {
    "trace.point",  # test_reference_marks.py
    "trace.free",  # the same
    "profile.at",  # ir/passes/test_segments.py
    "const.unset",  # no host may see its result: test_attributes.py
    "raise.any",  # test_exceptions.py
}
NEVER = {
    ("math.hypot", "E0506"),  # CPython's hypot gives inf
    # What numbers of any kind raise: tests/runtime_numbers/test_integers.py compares it with CPython.
    *(("any.math", code) for code in ("E0501", "E0504", "E0509", "E0771")),
    *(("any.pow_mod", code) for code in ("E0308", "E0501", "E0506", "E0507", "E0508", "E0770", "E0771")),
    *(("any.to_int", code) for code in ("E0503", "E0509")),
    *((op, "E0719") for op in ("any.binary", "any.format", "any.repr")),
    *((op, "E0770") for op in ("any.divmod", "any.round")),
    *(("any.round", "E0504"), ("any.to_int_base", "E0703")),
    *((op.name, "E0784") for op in OPS.values()),  # too deep for examples: test_agreement_walks.py
    # Views of dicts, and the words of %: test_operators.py, test_methods.py.
    *(("any.binary", code) for code in ("E0309", "E0720", "E0780", "E0783", "E0791", "E0797", "E0798")),
    *((op, "E0309") for op in ("any.eq", "any.compare", "any.comparison", "any.in_place")),
    *((op, "E0766") for op in ("any.next", "any.in_place", "list.extend_any", "any.unpack")),  # take a walk: test_iterators.py
}


def load(text: str, write: Any = None, source: str = "", **limits: Any) -> Any:
    module = parse_module(text, Source("t.bell", source) if source else None)
    fuel.run(module)
    verify(module)
    return ENGINE.load(module, Limits(**limits), write)


COUNT = """
module "t.bell"
func @count(%0 n: int) -> (int) "count" {
  %1 i: int
  %2 one: int
  %3: bool
^0:
  %1 = const.int 0
  %2 = const.int 1
  jump ^1
^1:
  %3 = int.lt %1, %0       ; 2:11-2:16
  br %3, ^2, ^3            ; 2:5
^2:
  %1 = int.add %1, %2      ; 3:9-3:15
  jump ^1
^3:
  ret %1
}
"""

RECURSE = """
module "t.bell"
func @down(%0 n: int) -> (int) "down" {
  %1: int
  %2: bool
^0:
  %1 = const.int 0
  %2 = int.eq %0, %1
  br %2, ^1, ^2
^1:
  ret %0
^2:
  %1 = const.int 1
  %1 = int.sub %0, %1
  %1 = call @down, %1      ; 4:12-4:23
  ret %1
}
func @start(%0 n: int) -> (int) "start" {
  %1: int
^0:
  %1 = call @down, %0      ; 7:5-7:12
  ret %1
}
"""


def code(outcome: Outcome) -> str:
    return outcome.error.code if outcome.error else ""


def test_fuel_ends_at_the_limit_and_not_before() -> None:
    used = load(COUNT).call("count", [10]).fuel_used
    # Entry: nothing costs. Header: the branch, the comparison and the dearer way on, eleven times.
    assert used == 1 + 11 * 3
    assert load(COUNT, fuel=used).call("count", [10]).results == (10,)
    short = load(COUNT, fuel=used - 1).call("count", [10])
    assert code(short) == "E0801"
    assert short.fuel_used == used - 1
    assert short.error is not None
    assert short.error.exit_status == 3
    assert short.error.span.line == 2


def test_depth_ends_at_the_limit_and_not_before() -> None:
    assert load(RECURSE, depth=50).call("down", [50]).results == (0,)
    deep = load(RECURSE, depth=50).call("down", [51])
    assert code(deep) == "E0804"


def test_the_stack_is_folded() -> None:
    error = load(RECURSE, depth=40).call("start", [100]).error
    assert error is not None
    assert error.stack == [Frame("start", 7), Frame("down", 4, 40)]
    beyond = load(RECURSE, depth=100).call("start", [200]).error
    assert beyond is not None
    assert beyond.stack == [Frame("down", 4, 65)]
    assert beyond.notes == ["36 more calls led here", "depth is 100, and 100 were used"]


def test_time_is_polled_in_fuel_slices() -> None:
    outcome = load(COUNT, time=1e-9).call("count", [10**6])
    assert code(outcome) == "E0802"


PRINT = """
module "t.bell"
global #0 SEEN: list[int]
global #1 N: int
func @init() -> () {
  %0: str
  %1: list[int]
  %2: int
^0:
  %0 = const.str "init"
  io.write %0
  %1 = list.of list[int]
  global.set #0, %1
  %2 = const.int 5
  global.set #1, %2
  ret
}
func @say(%0 s: str) -> () "say" {
^0:
  io.write %0
  ret
}
func @see(%0 n: int) -> (list[int], int) {
  %1: list[int]
  %2: int
^0:
  %1 = global.get #0
  list.append %1, %0
  %2 = global.get #1
  global.set #1, %0
  ret %1, %2
}
init @init
"""


def test_output_is_counted_in_bytes() -> None:
    said: list[str] = []
    instance = load(PRINT, said.append, output=8)
    assert instance.call("say", ["häé"]).error is None
    assert instance.call("say", ["x" * 8]).error is None
    assert code(instance.call("say", ["ü" * 5])) == "E0805"
    assert said == ["init", "häé", "x" * 8]


def test_output_without_a_writer_is_refused() -> None:
    with pytest.raises(BellError) as caught:
        load(PRINT)
    assert caught.value.code == "E0901"
    assert caught.value.exit_status == 4
    assert "io.stdout" in caught.value.message


def test_every_call_starts_from_the_state_of_init() -> None:
    said: list[str] = []
    instance = load(PRINT, said.append)
    assert instance.call("see", [1]).results == ([1], 5)
    assert instance.call("see", [2]).results == ([2], 5)
    assert said == ["init"]


def test_huge_results_meet_the_memory_limit_before_they_are_made() -> None:
    text = """
    module "t"
    func @f(%0: str, %1: int) -> (str) {
      %2: str
    ^0:
      %2 = str.repeat %0, %1
      ret %2
    }
    """
    assert code(load(text).call("f", ["ab", 2**62])) == "E0803"
    assert code(load(text, fuel=100).call("f", ["ab", 2**62])) == "E0801"


def test_observers_see_every_instruction_and_its_results() -> None:
    module: Module = parse_module(RECURSE)
    fuel.run(module)
    seen: list[tuple[str, str, tuple[Any, ...]]] = []
    instance = ENGINE.load(module, Limits(), observe=lambda function, instr, results: seen.append((function.name, instr.op.name, results)))
    instance.call("start", [1])
    assert [entry for entry in seen if entry[1] in ("call", "int.sub")] == [
        ("down", "int.sub", (0,)),
        ("down", "call", (0,)),
        ("start", "call", (0,)),
    ]
    assert seen[0] == ("start", "fuel", ())


def test_arguments_are_checked() -> None:
    instance = load(COUNT)
    for arguments, expected in (([1, 2], "E0402"), (["a"], "E0302"), ([True], "E0302"), ([2**63], "E0302")):
        with pytest.raises(BellError) as caught:
            instance.call("count", arguments)
        assert caught.value.code == expected
    with pytest.raises(BellError) as caught:
        instance.call("cuont", [1])
    assert caught.value.code == "E0404"


def test_cyclic_values_are_shown_and_not_handed_out() -> None:
    text = """
    module "t"
    func @f() -> (str) {
      %0: list[any]
      %1: any
      %2: str
    ^0:
      %0 = list.of list[any]
      %1 = any.from %0
      list.append %0, %1
      %2 = any.to_str %1
      ret %2
    }
    func @g() -> (list[any]) {
      %0: list[any]
      %1: any
    ^0:
      %0 = list.of list[any]
      %1 = any.from %0
      list.append %0, %1
      ret %0
    }
    """
    assert load(text).call("f", []).results == ("[[...]]",)
    assert code(load(text).call("g", [])) == "E0804"
