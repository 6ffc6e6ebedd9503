"""The op host.call: every engine calls the same functions with the same values, charges the same fuel, and ends with the same errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belljar.engines.contract import HostEntry, HostFault, HostTable
from belljar.engines.jit import Engine as JitEngine
from belljar.engines.jit.tiers import AutoEngine
from belljar.engines.reference import ReferenceEngine
from belljar.engines.vm import Engine as VmEngine
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.ir.host_values import TooLarge, measure
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from belljar.values import Record
from tests.engines.vm.agreement import agree, seen

NATIVE: dict[str, Callable[[], Any]] = {"vm": VmEngine, "jit": JitEngine, "auto": AutoEngine}
each_engine = pytest.mark.parametrize("engine", NATIVE)
RECORDS = "record Point { x: int, y: int | None }\n"


def module(param: str, result: str, gives: str = "", body: str = "") -> Module:
    """A function ``f`` that hands its parameter to the host and gives what the host answers."""
    text = f"""module "t.bell"
{RECORDS}host #0 "h.f" write "h.f" ({param}: {param}) -> {result}: {gives or result}
func @f(%0 a: {param}) -> ({result}) "f" {{
  %1: {result}
^0:
{body or "  %1 = host.call 0, %0 ; 2:3"}
  ret %1
}}
"""
    made = parse_module(text)
    fuel.run(made)
    verify(made)
    return made


def refused(value: Any) -> Any:
    raise HostFault("E0902", f"a {type(value).__name__}")


def table(call: Callable[..., Any], *, exact: bool = True, refusal: HostFault | None = None, params: int = 1) -> Callable[[], HostTable]:
    return lambda: HostTable([HostEntry("h.f", call, refusal, (None,) * params, refused, exact, 1 << 20)])


SAME: list[tuple[str, Any]] = [
    ("int", 0), ("int", -(2**63)), ("int", 2**63 - 1), ("float", -0.0), ("float", 1.5), ("bool", True), ("bool", False),
    ("str", ""), ("str", "a"), ("str", "grüße \U0001f600" * 20), ("str", "a\0b"), ("str", "\ud800"),
    ("list[int]", []), ("list[int]", [1, 2, 3]), ("list[bool]", [True, False]), ("list[float]", [1.5] * 40), ("list[str]", ["a", "", "bc" * 40]),
    ("list[list[str]]", [["a"], [], ["b", "c"]]), ("dict[str, int]", {"a": 1, "b": 2}), ("set[int]", {3, 1, 2}), ("tuple[int, str]", (1, "a")),
    ("Point", Record("Point", {"x": 1, "y": None})), ("list[Point]", [Record("Point", {"x": 1, "y": 5})]),
    ("any", None), ("any", 1), ("any", 2**62), ("any", 2**70), ("any", 2.5), ("any", True), ("any", "text"), ("any", b"\0\xff"),
    ("any", [1, "a", [None, {"k": (1.5, {2})}]]), ("any", frozenset({1})), ("any", range(1, 9, 2)), ("any", Record("Point", {"x": 1, "y": 2})),
]  # fmt: skip


@each_engine
@pytest.mark.parametrize(("type", "value"), SAME, ids=[f"{type}-{place}" for place, (type, _) in enumerate(SAME)])
def test_values_go_out_and_come_back(engine: str, type: str, value: Any) -> None:
    handed: list[Any] = []

    def same(given: Any) -> Any:
        handed.append(given)
        return given

    outcomes = agree(module(type, type), "f", [[value]] * 2, engine=NATIVE[engine](), hosts=table(same))
    assert outcomes[0].error is None
    assert outcomes[0].results == (value,)
    assert all(given == value and given.__class__ is value.__class__ for given in handed)
    assert outcomes[0].fuel_used == 17 + 2 * (measure(value) // 16) == outcomes[1].fuel_used


@each_engine
def test_a_collection_at_every_allocation_changes_nothing(engine: str) -> None:
    for type, value in SAME:
        made = module(type, type)
        calm = NATIVE[engine]().load(made, Limits(), None, (), table(lambda given: given)())
        instance = NATIVE[engine]().load(made, Limits(), None, (), table(lambda given: given)())
        instance.set_stress(True)
        assert seen(instance.call("f", [value])) == seen(calm.call("f", [value]))


@each_engine
@pytest.mark.parametrize(
    ("code", "text", "message"),
    [
        ("E0901", "x.y", "'x.y' is not granted: the program calls h.f()"),
        ("E0901", "", "'h.f' is not granted: the program calls h.f()"),
        ("E0902", "a Thing", "h.f() gave what it must not: a Thing"),
        ("E0903", "argument 'a' must be int, got str", "argument 'a' must be int, got str"),
        ("E0904", "it is async\nawait it", "h.f() cannot be called: it is async"),
        ("E0905", "ValueError MailError: bad", "h.f() failed: MailError: bad"),
        ("E0905", "ValueError ValueError: " + "é" * 400, "h.f() failed: ValueError: " + "é" * 244),
        ("E0906", "its answer is larger", "h.f(): its answer is larger"),
        ("E0907", "0.5", "h.f() took longer than 0.5 s"),
        ("E0908", "Host call 3 is another", "Host call 3 is another"),
        ("E0502", "", "Integer overflow: the result of h.f() does not fit in 64 bits"),
    ],
)
def test_faults_of_the_host(engine: str, code: str, text: str, message: str) -> None:
    def fail(given: Any) -> Any:
        raise HostFault(code, text)

    (outcome,) = agree(module("int", "int"), "f", [[1]], engine=NATIVE[engine](), hosts=table(fail))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message, outcome.error.line) == (code, message, 2)
    (outcome,) = agree(module("int", "int"), "f", [[1]], engine=NATIVE[engine](), hosts=table(fail, refusal=HostFault(code, text)))
    assert outcome.error is not None
    assert outcome.error.message == message


@each_engine
def test_without_functions_of_the_host_nothing_is_granted(engine: str) -> None:
    (outcome,) = agree(module("int", "int"), "f", [[1]], engine=NATIVE[engine]())
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message) == ("E0901", "'h.f' is not granted: the program calls h.f()")


@each_engine
@pytest.mark.parametrize(
    ("result", "answer", "message"),
    [
        ("int", "a", "h.f() gave what it must not: a str"),
        ("str", 1, "h.f() gave what it must not: a int"),
        ("list[int]", [1, "a"], "h.f() gave what it must not: a list"),
        ("float", None, "h.f() gave what it must not: a NoneType"),
        ("any", object(), "h.f() gave what it must not: a value that is no plain data: object"),
        ("any", [[object()]], "h.f() gave what it must not: a value that is no plain data: object"),
        ("list[int]", [0] * 200_000, "h.f(): its answer is larger than 1048576 bytes"),
        ("str", "x" * (1 << 20), "h.f(): its answer is larger than 1048576 bytes"),
    ],
)
def test_answers_that_do_not_fit(engine: str, result: str, answer: Any, message: str) -> None:
    (outcome,) = agree(module("int", result), "f", [[1]], engine=NATIVE[engine](), hosts=table(lambda given: answer))
    assert outcome.error is not None
    assert outcome.error.message == message


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@each_engine
def test_nesting_is_bounded(engine: str) -> None:
    loop: list[Any] = []
    loop.append(loop)
    for answer, fits in ((nested(200), True), (nested(202), False), (loop, False)):
        (outcome,) = agree(module("int", "any"), "f", [[1]], engine=NATIVE[engine](), hosts=table(lambda given, answer=answer: answer))
        assert (outcome.error is None) is fits
        assert fits or "nested" in outcome.error.message  # type: ignore[union-attr]


@each_engine
def test_fuel_falls_at_the_same_place(engine: str) -> None:
    made = module("str", "str")
    for units in range(12, 40):
        agree(made, "f", [["x" * 100]], Limits(fuel=units), engine=NATIVE[engine](), hosts=table(lambda given: given * 2))


@each_engine
def test_memory_bounds_answers(engine: str) -> None:
    instance = NATIVE[engine]().load(module("int", "str"), Limits(memory=1 << 20), None, (), table(lambda given: "x" * (1 << 20 - 1))())
    outcome = instance.call("f", [1])
    assert outcome.error is None or outcome.error.code == "E0803"
    big = HostTable([HostEntry("h.f", lambda given: "x" * (4 << 20), None, (None,), refused, True, 1 << 30)])
    outcome = NATIVE[engine]().load(module("int", "str"), Limits(memory=1 << 20), None, (), big).call("f", [1])
    assert outcome.error is not None
    assert outcome.error.code == "E0803"


@pytest.mark.parametrize("engine", [*NATIVE, "reference"])
def test_a_log_answers_another_run(engine: str) -> None:
    asked: list[int] = []

    def ask(given: int) -> int:
        asked.append(given)
        if given == 2:
            raise ValueError("two")
        return given * 10

    load = ReferenceEngine().load if engine == "reference" else NATIVE[engine]().load
    made = module("int", "int")
    hosts = table(ask)()
    hosts.log = []
    instance = load(made, Limits(), None, (), hosts)
    assert instance.call("f", [1]).results == (10,)
    assert instance.call("f", [2]).error.code == "E0905"
    assert [answer if isinstance(answer, int) else answer.text for answer in hosts.log] == [10, "ValueError ValueError: two"]
    again = table(ask)()
    again.given = hosts.log
    other = load(made, Limits(), None, (), again)
    assert other.call("f", [7]).results == (10,)  # each call takes the answers from their start
    again.given = hosts.log[1:]
    assert other.call("f", [1]).error.message == "h.f() failed: ValueError: two"
    again.given = []
    assert other.call("f", [3]).results == (30,)
    assert asked == [1, 2, 3]
    assert other.host_counts == [3]
    hosts.anew = True
    assert instance.call("f", [4]).results == (40,)
    assert hosts.log == [40]


# --- the host misbehaves ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [*NATIVE, "reference"])
def test_calling_the_running_instance_is_refused(engine: str) -> None:
    load = ReferenceEngine().load if engine == "reference" else NATIVE[engine]().load
    told: list[str] = []
    held: list[Any] = []

    def again(given: int) -> int:
        for what in (lambda: held[0].call("f", [given]), lambda: held[0].run_rows("f", 0, 0), lambda: held[0].snapshot()):
            try:
                what()
            except (BellError, AttributeError) as problem:
                told.append(str(problem))
        return given + 1

    held.append(load(module("int", "int"), Limits(), None, (), table(again)()))
    assert held[0].call("f", [1]).results == (2,)
    assert held[0].call("f", [5]).results == (6,)
    assert "running already" in told[0]


@each_engine
def test_the_host_may_run_other_programs_and_go_deep(engine: str) -> None:
    inner = NATIVE[engine]().load(module("int", "int"), Limits(), None, (), table(lambda given: given + 1)())

    def deep(n: int) -> int:
        return len(sorted([0], key=lambda _: deep(n - 1))) if n else 0  # through C, which takes the machine's stack

    def work(given: int) -> int:
        deep(150)
        return inner.call("f", [given]).results[0] * 2

    outer = NATIVE[engine]().load(module("int", "int"), Limits(), None, (), table(work)())
    for number in range(20):
        assert outer.call("f", [number]).results == ((number + 1) * 2,)


@each_engine
def test_the_hosts_stack_is_there_however_deep_the_program_is(engine: str) -> None:
    text = """module "t.bell"
host #0 "h.f" write "h.f" (int: int) -> int: int
func @down(%0 n: int) -> (int) "down" {
  %1: int, %2: bool, %3: int, %4: int
^0:
  %1 = const.int 0
  %2 = int.le %0, %1
  br %2, ^1, ^2
^1:
  %1 = host.call 0, %0 ; 3:3
  ret %1
^2:
  %3 = const.int 1
  %4 = int.sub %0, %3
  %4 = call @down, %4 ; 4:3
  ret %4
}
"""
    made = parse_module(text)
    fuel.run(made)
    verify(made)

    def deep(n: int) -> int:
        return len(sorted([0], key=lambda _: deep(n - 1))) if n else 0

    instance = NATIVE[engine]().load(made, Limits(depth=50_000), None, (), table(lambda given: deep(150))())
    for depth in (0, 10, 49_000):
        assert instance.call("down", [depth]).results == (1,)


class Liar:
    """Says that it is what it is not, and runs code while it is looked at."""

    def __init__(self, instance: list[Any]) -> None:
        self.instance = instance

    def __index__(self) -> int:
        try:
            self.instance[0].call("f", [1])
        except BellError:
            pass
        raise BaseException("index")

    __float__ = __len__ = __iter__ = __bool__ = __index__  # type: ignore[assignment]

    def __repr__(self) -> str:
        raise SystemExit

    def __eq__(self, other: object) -> bool:
        raise KeyboardInterrupt

    def __hash__(self) -> int:
        return 1

    @property
    def __class__(self) -> type:  # type: ignore[override]
        return int


class Shrinking(list):  # type: ignore[type-arg]
    """A list that gets shorter while its parts are converted."""


class Cutting:
    def __init__(self, values: list[Any]) -> None:
        self.values = values

    def __index__(self) -> int:
        del self.values[1:]
        return 1


@each_engine
@pytest.mark.parametrize("result", ["int", "float", "bool", "str", "list[int]", "dict[str, int]", "any", "Point"])
def test_foreign_answers_do_no_harm(engine: str, result: str) -> None:
    held: list[Any] = []
    cut: list[Any] = [0] * 100
    cut[0] = Cutting(cut)
    answers: list[Any] = [
        Liar(held),
        [Liar(held)],
        {"a": Liar(held)},
        {Liar(held): 1},
        cut,
        Shrinking([Liar(held)]),
        memoryview(b"ab")[::-1],
        type,
        ...,
    ]
    for answer in answers:
        instance = NATIVE[engine]().load(module("int", result), Limits(), None, (), table(lambda given, answer=answer: answer)())
        held[:] = [instance]
        for _ in range(2):
            outcome = instance.call("f", [1])
            assert outcome.error is None or outcome.error.code in ("E0902", "E0006")


# --- text, image, verifier ----------------------------------------------------------------------------------------------------------


def test_text_and_image_keep_functions_of_the_host() -> None:
    from belljar.ir.image import read_image, write_image
    from belljar.ir.text import print_module

    made = module("any", "list[any]", "list[int]")
    assert parse_module(print_module(made)).hosts == made.hosts == read_image(write_image(made)).hosts
    assert 'host #0 "h.f" write "h.f" (any: any) -> list[any]: list[int]' in print_module(made)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("host.call 0, %0", "host.call 1, %0", "there is no host #1"),
        ("host.call 0, %0", "host.call -1, %0", "there is no host #-1"),
        ("host.call 0, %0", "host.call 0", "h.f takes (int), got ()"),
        ("host.call 0, %0", "host.call 0, %0, %0", "h.f takes (int), got (int, int)"),
        ("host #0", 'host #0 "g" read "g" (str: str) -> int: int\nhost #1', "g takes (str), got (int)"),
        ("-> int: int", "-> float: float", "it gives (float), and is assigned to (int)"),
        ("(int: int)", "(int | None: int)", "h.f has type int | None, which no register holds"),
        ("(int: int)", "(int: Unknown)", "h.f is of record Unknown, which is not declared"),
        ('"h.f" write', '"h f" write', "it has no name, capability or effect"),
        ("write", "none", "it has no name, capability or effect"),
        ('write "h.f"', 'write ""', "it has no name, capability or effect"),
    ],
)
def test_the_verifier_refuses(old: str, new: str, reason: str) -> None:
    text = """module "t.bell"
host #0 "h.f" write "h.f" (int: int) -> int: int
func @f(%0 a: int) -> (int) "f" {
  %1: int
^0:
  %1 = host.call 0, %0
  ret %1
}
"""
    verify(parse_module(text))
    with pytest.raises(BellError) as caught:
        verify(parse_module(text.replace(old, new, 1)))
    assert caught.value.code == "E1102"
    assert reason in caught.value.message


# --- measuring ----------------------------------------------------------------------------------------------------------------------

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=60)
@given(plain, st.integers(8, 200))
def test_all_engines_measure_alike(value: Any, most: int) -> None:
    try:
        size = measure(value, most)
    except TooLarge:
        size = -1
    made = module("int", "any")
    hosts = lambda: HostTable([HostEntry("h.f", lambda given: value, None, (None,), lambda given: given, True, most)])  # noqa: E731
    (outcome,) = agree(made, "f", [[1]], hosts=hosts)
    assert (outcome.error is not None and outcome.error.code == "E0906") is (size < 0)
    assert size < 0 or outcome.fuel_used == 17 + size // 16
