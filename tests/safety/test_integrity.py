"""Snapshots, rollback, differences, transactions and dumps of states."""

from __future__ import annotations

import gc
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from belljar import BellError, Runtime, TransactionContext
from belljar.safety._lockdown import missing
from belljar.safety.integrity import ABSENT, Integrity, Snapshot

TEXT = """
stock = {"pen": 3}
log: list[str] = []
total = 0
big = [0] * 100_000

def sell(name: str, count: int) -> int:
    global total
    stock[name] -= count
    log.append(f"{name} {count}")
    total += count
    return stock[name]

def fill(n: int) -> None:
    for i in range(n):
        big[(i * 7919) % len(big)] = i

def waste(n: int) -> int:
    return len([str(i) * 10 for i in range(n)])
"""


@pytest.fixture
def runtime() -> Runtime:
    made = Runtime(TEXT)
    made.execute_once()
    return made


def small(runtime: Runtime) -> tuple[Any, ...]:
    return tuple(runtime.state[name] for name in ("stock", "log", "total"))


def test_a_state_goes_back_as_often_as_wanted(runtime: Runtime) -> None:
    integrity = runtime.integrity
    snapshot = integrity.snapshot(runtime.state)
    for count in (1, 2, 3):
        runtime.call("sell", "pen", count)
        runtime.call("fill", 1000)
        assert small(runtime) != ({"pen": 3}, [], 0)
        integrity.rollback(runtime.state, snapshot)
        assert small(runtime) == ({"pen": 3}, [], 0)
        assert not any(runtime.state["big"])
    assert runtime.call("sell", "pen", 1) == 2


def test_snapshots_can_be_gone_back_to_in_any_order_that_means_something(runtime: Runtime) -> None:
    integrity = Integrity()
    taken = []
    for step in range(5):
        taken.append(integrity.snapshot(runtime.state))
        runtime.call("sell", "pen", step)
    integrity.rollback(runtime.state, taken[3])
    assert runtime.state["total"] == 0 + 1 + 2
    integrity.rollback(runtime.state, taken[1])
    assert runtime.state["total"] == 0
    assert runtime.state["log"] == ["pen 0"]
    assert repr(taken[0]) == f"<Snapshot of {len(runtime.state)} names>"
    for gone in (taken[2], taken[3], taken[4]):
        assert not gone.is_usable
        assert repr(gone) == "<Snapshot that is gone>"
        with pytest.raises(BellError, match="went back to before it"):
            integrity.rollback(runtime.state, gone)
    runtime.call("sell", "pen", 9)
    integrity.rollback(runtime.state, taken[0])
    assert runtime.state["log"] == []


def test_a_snapshot_shows_what_was(runtime: Runtime) -> None:
    first = runtime.integrity.snapshot(runtime.state)
    runtime.call("sell", "pen", 1)
    second = runtime.integrity.snapshot(runtime.state)
    runtime.call("sell", "pen", 2)
    runtime.call("waste", 10_000)
    assert (first["total"], second["total"], runtime.state["total"]) == (0, 1, 3)
    assert (first["log"], second["log"]) == ([], ["pen 1"])
    assert set(first) == {"stock", "log", "total", "big"}
    assert len(first) == 4
    runtime.call("fill", 50_000)
    assert not any(first["big"])
    assert any(runtime.state["big"])


def test_releasing_one_in_between_keeps_the_others(runtime: Runtime) -> None:
    first, second, third = [_sold(runtime, step) for step in (1, 2, 3)]
    second.release()
    second.release()
    assert not second.is_usable
    with pytest.raises(BellError, match="released"):
        second.to_dict()
    assert (first["total"], third["total"]) == (0, 3)
    runtime.integrity.rollback(runtime.state, third)
    runtime.integrity.rollback(runtime.state, first)
    assert runtime.state["total"] == 0


def _sold(runtime: Runtime, count: int) -> Snapshot:
    taken = runtime.integrity.snapshot(runtime.state)
    runtime.call("sell", "pen", count)
    return taken


def test_snapshots_that_nobody_has_are_given_up(runtime: Runtime) -> None:
    assert runtime.state.generation is not None
    for step in range(2_000):
        runtime.integrity.snapshot(runtime.state)
        runtime.call("sell", "pen", step % 3)
    gc.collect()
    runtime.state.settle()
    assert runtime.state.generation.marks == []


def test_there_is_a_most(runtime: Runtime) -> None:
    kept = [runtime.integrity.snapshot(runtime.state) for _ in range(1_000)]
    with pytest.raises(BellError, match="at most 1000"):
        runtime.integrity.snapshot(runtime.state)
    kept[500].release()
    kept.append(runtime.integrity.snapshot(runtime.state))
    runtime.integrity.rollback(runtime.state, kept[0])


def test_names_of_the_host_go_back_too(runtime: Runtime) -> None:
    runtime.state["mine"] = [1]
    snapshot = runtime.integrity.snapshot(runtime.state)
    runtime.state["mine"] = [2]
    runtime.state["other"] = 5
    runtime.state["total"] = 77
    assert snapshot["mine"] == [1]
    runtime.integrity.rollback(runtime.state, snapshot)
    assert runtime.state["mine"] == [1]
    assert "other" not in runtime.state
    assert runtime.state["total"] == 0


def test_a_failed_call_and_snapshots(runtime: Runtime) -> None:
    snapshot = runtime.integrity.snapshot(runtime.state)
    runtime.call("sell", "pen", 1)
    for _ in range(50):
        with pytest.raises(BellError):
            runtime.call("sell", "none", 1)
    assert runtime.state["total"] == 1
    runtime.integrity.rollback(runtime.state, snapshot)
    assert small(runtime) == ({"pen": 3}, [], 0)


def test_a_state_goes_back_to_before_another_program(runtime: Runtime) -> None:
    snapshot = runtime.integrity.snapshot(runtime.state)
    runtime.execute("total = 'many'\nmore = [total]\n")
    runtime.execute("more.append(total)\n")
    assert runtime.state["more"] == ["many", "many"]
    assert snapshot["total"] == 0
    runtime.integrity.rollback(runtime.state, snapshot)
    assert "more" not in runtime.state
    assert runtime.call("sell", "pen", 1) == 2


def test_a_state_goes_back_to_before_large_ints() -> None:
    runtime = Runtime("n = 1\ndef grow() -> int:\n    global n\n    n *= 2**40\n    return n\n")
    runtime.call("grow")
    snapshot = runtime.integrity.snapshot(runtime.state)
    assert runtime.call("grow") == 2**80
    runtime.integrity.rollback(runtime.state, snapshot)
    assert runtime.state["n"] == 2**40
    assert runtime.call("grow") == 2**80


def test_wrong_use_is_a_clear_error(runtime: Runtime) -> None:
    other, empty = Runtime(TEXT), Runtime()
    with pytest.raises(BellError, match="no program"):
        empty.integrity.snapshot(empty.state)
    wrong: Any = 5
    for use in (
        lambda: empty.integrity.snapshot(wrong),
        lambda: empty.integrity.load(wrong, b""),
        lambda: empty.integrity.diff(wrong, other.state),
        lambda: TransactionContext(wrong),
        lambda: other.inspector.leaks(wrong),
    ):
        with pytest.raises(BellError, match="got int") as caught:
            use()
        assert caught.value.code == "E0003"
    other.execute_once()
    with pytest.raises(BellError, match="another state"):
        runtime.integrity.rollback(runtime.state, other.integrity.snapshot(other.state))
    with pytest.raises(BellError, match="takes a snapshot"):
        runtime.integrity.rollback(runtime.state, 5)  # type: ignore[arg-type]


def test_differences(runtime: Runtime) -> None:
    integrity = runtime.integrity
    before = integrity.snapshot(runtime.state)
    assert not integrity.diff(before, runtime.state)
    runtime.call("sell", "pen", 1)
    runtime.state["mine"] = 1
    after = integrity.snapshot(runtime.state)
    del runtime.state["log"]
    diff = integrity.diff(before, after)
    assert (diff.added, diff.removed) == ({"mine": 1}, {})
    assert diff.changed == {"stock": ({"pen": 3}, {"pen": 2}), "log": ([], ["pen 1"]), "total": (0, 1)}
    assert diff.paths == {"stock['pen']": (3, 2), "log[0]": (ABSENT, "pen 1"), "total": (0, 1)}
    assert integrity.diff(after, runtime.state).removed == {"log": ["pen 1"]}


def test_differences_tell_types_apart() -> None:
    runtime = Runtime("xs = [1, None, 'a']\nnan = [float('nan')]\n")
    runtime.execute_once()
    before = runtime.integrity.snapshot(runtime.state)
    assert not runtime.integrity.diff(before, runtime.state)
    runtime.state["xs"] = [1.0, False, "a"]
    assert runtime.integrity.diff(before, runtime.state).paths == {"xs[0]": (1, 1.0), "xs[1]": (None, False)}


# --- transactions ---------------------------------------------------------------------------------------------------------------------


def sell_and_fail(runtime: Runtime, fail: Callable[[], object]) -> None:
    with TransactionContext(runtime.state, runtime.integrity):
        runtime.call("sell", "pen", 1)
        fail()


def test_transactions(runtime: Runtime) -> None:
    state, integrity = runtime.state, runtime.integrity
    with TransactionContext(state, integrity):
        runtime.call("sell", "pen", 1)
    assert runtime.state["total"] == 1
    with pytest.raises(ZeroDivisionError):
        sell_and_fail(runtime, lambda: 1 // 0)
    assert runtime.state["total"] == 1
    with TransactionContext(state, integrity):
        runtime.call("sell", "pen", 1)
        with pytest.raises(BellError):
            sell_and_fail(runtime, lambda: runtime.call("sell", "none", 1))
        assert runtime.state["total"] == 2
        with TransactionContext(state, integrity) as inner:
            runtime.call("sell", "pen", 5)
            inner.rollback()
            assert not inner.is_open
        with TransactionContext(state, integrity):
            runtime.call("sell", "pen", 7)
    assert runtime.state["total"] == 9
    assert state.generation is not None
    assert state.generation.marks == []


def test_transactions_by_hand(runtime: Runtime) -> None:
    transaction = TransactionContext(runtime.state)
    with pytest.raises(BellError, match="not open"):
        transaction.commit()
    transaction.begin()
    with pytest.raises(BellError, match="open already"):
        transaction.begin()
    runtime.call("sell", "pen", 1)
    transaction.commit()
    transaction.begin()
    runtime.call("sell", "pen", 1)
    transaction.rollback()
    assert runtime.state["total"] == 1


# --- whatever is done ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence(seed: int) -> None:
    """Calls, failed calls, snapshots, rollbacks, releases and settings against a model in Python."""
    draw = random.Random(seed)
    text = """
xs: list[int] = []
names: dict[str, list[int]] = {}
def push(n: int) -> None:
    xs.append(n)
    names.setdefault(str(n % 7), []).append(n)
def drop(n: int) -> None:
    del xs[:n]
    names.pop(str(n % 7), None)
def fail(n: int) -> None:
    push(n)
    drop(n)
    waste(1000)
    xs[10**9] = 1
def waste(n: int) -> int:
    return len([str(i) for i in range(n)])
"""
    runtime = Runtime(text)
    runtime.execute_once()
    integrity = runtime.integrity
    taken: list[tuple[Snapshot, dict[str, Any]]] = []
    for _ in range(300):
        kind, n = draw.randrange(9), draw.randrange(50)
        if kind < 3:
            runtime.call("push", n)
        elif kind == 3:
            runtime.call("drop", n % 4)
        elif kind == 4:
            before = runtime.state.to_dict()
            with pytest.raises(BellError):
                runtime.call("fail", n)
            assert runtime.state.to_dict() == before
        elif kind == 5:
            taken.append((integrity.snapshot(runtime.state), runtime.state.to_dict()))
        elif kind == 6 and taken:
            place = draw.randrange(len(taken))
            integrity.rollback(runtime.state, taken[place][0])
            assert runtime.state.to_dict() == taken[place][1]
            assert not any(snapshot.is_usable for snapshot, _ in taken[place + 1 :])
            del taken[place + 1 :]
        elif kind == 7 and taken:
            taken.pop(draw.randrange(len(taken)))[0].release()
        elif kind == 8 and taken:
            snapshot, values = draw.choice(taken)
            assert snapshot.to_dict() == values
        else:
            runtime.call("waste", n * 100)


# --- dumps ----------------------------------------------------------------------------------------------------------------------------

GRAPH = """
class Node:
    def __init__(self, name: str) -> None:
        self.name = name
        self.next: Node | None = None
        self.tags: list[str] = []

a = Node("a")
b = Node("b")
a.next = b
b.next = a
both = [a, b, a]
shared = [1, 2, 3]
twice = {"x": shared, "y": shared}
loop: list[object] = [1]
loop.append(loop)
ints = [1, 2**62, -5]
reals = [0.5, float("inf")]
flags = [True, False]
words = {"ä" * 30, "b", "c"}
keyed = {(1, "a"): frozenset({1, 2}), (2, "b"): frozenset()}
sets = {frozenset({frozenset({1}), 2})}
text = "x" * 1000
raw = b"\\x00" * 100
maybe: int | None = None
pair = (1, 2.5)
number = 1 if shared else 2.5

def check() -> bool:
    return a.next is b and b.next is a and both[0] is both[2] and both[0] is a and twice["x"] is shared and twice["y"] is shared and loop[1] is loop

def push(n: int) -> int:
    shared.append(n)
    a.tags.append(str(n))
    return len(twice["y"])
"""


def dumped(runtime: Runtime, key: bytes | None = None) -> bytes:
    return runtime.integrity.snapshot(runtime.state).dump(key)


def test_a_dump_brings_sharing_and_cycles_back() -> None:
    one, other = Runtime(GRAPH), Runtime(GRAPH)
    one.execute_once()
    one.call("push", 4)
    one.state["mine"] = {"k": (1, [2], {3}, None)}
    other.execute_once()
    other.integrity.load(other.state, dumped(one))
    assert other.call("check") is True
    assert other.call("push", 5) == 5
    assert other.state["shared"] == [1, 2, 3, 4, 5]
    assert other.state["mine"] == {"k": (1, [2], {3}, None)}
    for name in ("ints", "reals", "flags", "words", "keyed", "sets", "text", "raw", "maybe", "pair", "number"):
        assert other.state[name] == one.state[name], name
    assert list(other.state["words"]) == list(one.state["words"])
    assert one.state["shared"] == [1, 2, 3, 4]


def test_a_dump_of_a_dump_is_the_same() -> None:
    one, other = Runtime(GRAPH), Runtime(GRAPH)
    one.execute_once()
    first = dumped(one)
    other.execute_once()
    other.integrity.load(other.state, first)
    assert dumped(other) == first


def test_a_dump_is_of_the_state_as_it_was() -> None:
    runtime = Runtime(GRAPH)
    runtime.execute_once()
    snapshot = runtime.integrity.snapshot(runtime.state)
    early = snapshot.dump()
    runtime.call("push", 9)
    assert snapshot.dump() == early
    runtime.integrity.load(runtime.state, early)
    assert runtime.state["shared"] == [1, 2, 3]
    runtime.integrity.rollback(runtime.state, snapshot)


def test_another_process_reads_it(tmp_path: Path) -> None:
    runtime = Runtime(GRAPH)
    runtime.execute_once()
    runtime.call("push", 4)
    key = b"0123456789abcdef"
    (tmp_path / "state").write_bytes(dumped(runtime, key))
    (tmp_path / "program").write_text(GRAPH)
    script = (
        "import sys; from pathlib import Path; from belljar import Runtime\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "runtime = Runtime((folder / 'program').read_text()); runtime.execute_once()\n"
        f"runtime.integrity.load(runtime.state, (folder / 'state').read_bytes(), {key!r})\n"
        "print(runtime.call('check'), runtime.call('push', 7))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True 5\n", "")


def test_signed_dumps() -> None:
    runtime = Runtime(TEXT)
    runtime.execute_once()
    key, wrong = b"k" * 32, b"w" * 32
    signed, plain = dumped(runtime, key), dumped(runtime)
    runtime.integrity.load(runtime.state, signed, key)
    for data, given, reason in ((signed, None, "is signed"), (signed, wrong, "signature is wrong"), (plain, key, "is not signed")):
        with pytest.raises(BellError, match=reason) as caught:
            runtime.integrity.load(runtime.state, data, given)
        assert caught.value.code == "E1104"
    with pytest.raises(BellError, match="at least 16 bytes"):
        dumped(runtime, b"short")


def test_functions_are_not_dumped() -> None:
    runtime = Runtime("fs = [len, lambda x: x]\nxs = [1]\n")
    runtime.execute_once()
    with pytest.raises(BellError) as caught:
        dumped(runtime)
    assert caught.value.code == "E1105"


@pytest.mark.parametrize("value", ["iter([1])", "zip([1], [2])", "(lambda: 1, 2)"])
def test_a_name_of_what_is_under_way_is_not_lost_in_silence(value: str) -> None:
    runtime = Runtime(f"kept = {value}\nxs = [1]\n")
    runtime.execute_once()
    with pytest.raises(BellError, match="'kept'") as caught:
        dumped(runtime)
    assert caught.value.code == "E1105"


LASTING = """
import random
from enum import Enum

class Color(Enum):
    RED = 1
    BLUE = 2

class Count:
    made = 0
    names: list[str] = []

random.seed(5)
color = Color.RED

def step(n: int) -> list[object]:
    Count.made += n
    Count.names.append(str(n))
    return [Count.made, list(Count.names), color is Color.RED, color == Color.RED, Color(2).name, Color["BLUE"] is Color.BLUE, n in {1, 2, 3}, random.randint(1, 10**6)]

def grow(n: int) -> int:
    return n ** 40
"""


@pytest.mark.parametrize("engine", ["vm", "jit"])
def test_what_classes_and_the_library_hold_lasts(engine: str) -> None:
    """Through a dump, and where an int leaves 64 bits and the runtime goes on in another instance."""
    plain, grown, loaded = (Runtime(LASTING, engine=engine) for _ in range(3))
    plain.execute_once()
    expected = [plain.call("step", n) for n in (1, 2, 3)]
    assert expected[0][:7] == [1, ["1"], True, True, "BLUE", True, True]
    assert grown.call("step", 1) == expected[0]
    data = dumped(grown)
    assert grown.call("grow", 99) == 99**40
    assert [grown.call("step", n) for n in (2, 3)] == expected[1:]
    grown.integrity.load(grown.state, data)
    assert [grown.call("step", n) for n in (2, 3)] == expected[1:]
    assert grown.state.generation is not None
    loaded.execute_once()
    loaded.integrity.load(loaded.state, data)
    assert [loaded.call("step", n) for n in (2, 3)] == expected[1:]
    loaded.integrity.load(loaded.state, data)
    assert dumped(loaded) == data


def test_a_dump_goes_on_in_a_runtime_that_was_not_executed() -> None:
    text = "print('begin')\nn = 1\ndef add(k: int) -> int:\n    global n\n    n += k\n    return n\n"
    said: list[str] = []
    one, other = Runtime(text, write=lambda text: None), Runtime(text, write=said.append)
    one.call("add", 4)
    other.integrity.load(other.state, dumped(one))
    assert (other.call("add", 1), said) == (6, [])


@pytest.mark.parametrize("isolation", [None, "process"])
def test_a_transaction_around_the_first_execution(isolation: str | None) -> None:
    if isolation is not None and missing():
        pytest.skip(missing())
    runtime = Runtime("n = 1\ndef get() -> int:\n    return n\n", isolation=isolation)
    with TransactionContext(runtime.state, runtime.integrity) as transaction:
        runtime.execute_once()
        transaction.rollback()
    assert "n" not in runtime.state
    assert runtime.call("get") == 1


def test_the_reference_engine_has_no_dumps_and_keeps_what_is_unset() -> None:
    runtime = Runtime(LASTING, engine="reference")
    with pytest.raises(BellError, match="writes no dumps"):
        dumped(runtime)
    assert runtime.call("step", 1)[:4] == [1, ["1"], True, True]
    assert runtime.call("grow", 99) == 99**40
    assert runtime.call("step", 2)[:2] == [3, ["1", "2"]]


def test_a_dump_of_another_program_is_refused() -> None:
    runtime = Runtime(TEXT)
    runtime.execute_once()
    for text in ("stock = 5\nlog = 1\ntotal = 2\nbig = 3\n", "stock = {'a': 1}\n"):
        other = Runtime(text)
        other.execute_once()
        before = other.state.to_dict()
        with pytest.raises(BellError) as caught:
            other.integrity.load(other.state, dumped(runtime))
        assert caught.value.code == "E0302"
        assert other.state.to_dict() == before


def test_damage_is_found() -> None:
    """Every byte of a dump changed, and every length cut: refused, and the state is as before."""
    runtime = Runtime(TEXT.replace("100_000", "10"))
    runtime.execute_once()
    data = dumped(runtime)
    before = runtime.state.to_dict()
    for place in range(len(data)):
        for damaged in (data[:place], data[:place] + bytes([data[place] ^ 0x40]) + data[place + 1 :]):
            with pytest.raises(BellError) as caught:
                runtime.integrity.load(runtime.state, damaged)
            assert caught.value.code == "E1104"
    assert runtime.state.to_dict() == before


@pytest.mark.parametrize("seed", range(8))
def test_what_an_enemy_writes_is_refused_or_harmless(seed: int) -> None:
    """Bodies that were changed and sealed anew: whatever is in them, reading ends with a state as before or one that can be used."""
    from belljar.runtime.dumps import seal, unseal

    draw = random.Random(seed)
    runtime = Runtime(GRAPH)
    runtime.execute_once()
    extras, graph = unseal(dumped(runtime), None)
    codes: set[str] = set()
    for _ in range(400):
        changed = bytearray(graph)
        for _ in range(draw.randrange(1, 4)):
            place = draw.randrange(len(changed))
            kind = draw.randrange(4)
            if kind == 0:
                changed[place] ^= 1 << draw.randrange(8)
            elif kind == 1:
                changed[place] = draw.choice((0, 1, 11, 12, 127, 128, 255))
            elif kind == 2:
                del changed[place : place + draw.randrange(1, 8)]
            else:
                changed[place:place] = bytes(draw.randrange(256) for _ in range(draw.randrange(1, 5)))
        try:
            runtime.integrity.load(runtime.state, seal(extras, bytes(changed), None))
        except BellError as error:
            codes.add(error.code)
        for task in ("check", "push"):
            try:
                runtime.call(task, *([1] if task == "push" else []))
            except BellError:
                pass
        runtime.inspector.dump_full()
    assert codes <= {"E1104", "E0302", "E0803", "E0720", "E0309", "E0804"}
