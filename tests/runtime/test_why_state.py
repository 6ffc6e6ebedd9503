"""Where values of a runtime, an executor and a recording came from."""

from __future__ import annotations

from typing import Any

import pytest

import belljar
from belljar import ExecutionContext, HostFunctions, Runtime, RuntimeExecutor, TransactionContext
from belljar.errors import BellError
from belljar.runtime import history, why
from belljar.runtime.recording import Recording
from belljar.safety.limits import ResourceLimits
from belljar.trace.slices import Slice

SHOP = """
total = 10.0
seen = []
orders = {}
class Item:
    price: float
    n: int
def discount(amount: float) -> float:
    rate = 0.0
    if amount > limit:
        rate = 0.1
    return amount * rate
def put(key: str, items: list[Item], cap: int = 100) -> float:
    global total
    amount = sum([item.price * item.n for item in items])
    if amount > cap:
        raise ValueError("too much")
    amount -= discount(amount)
    orders[key] = amount
    total += amount
    return amount
@on("paid")
def paid(payload):
    seen.append(payload["key"])
def grow(n: int):
    global limit
    limit = limit ** n
"""


def shop(**how: Any) -> Runtime:
    runtime = Runtime(SHOP, **how)
    runtime.state["limit"] = 5
    runtime.execute_once()
    return runtime


def items(*pairs: tuple[float, int]) -> list[dict[str, Any]]:
    return [{"price": price, "n": n} for price, n in pairs]


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_a_name_of_the_state_over_calls(engine: str) -> None:
    runtime = shop(engine=engine)
    runtime.call("put", "a", items((2.0, 1)))
    runtime.call("put", "b", items((2.0, 4)))
    found = runtime.why("total")
    assert (found.task, found.value) == ("", "19.2")
    assert found.inputs[:3] == ("limit", "len(put#1.items)", "put#1.items[0].price")
    assert "items[0].n" in found.inputs
    assert not found.depends_on("key")
    assert [(step.line, step.value) for step in found.steps if step.name == "total"] == [(2, 10.0), (20, 12.0), (20, 19.2)]
    assert found.text().startswith("why total = 19.2")


def test_the_last_call() -> None:
    runtime = shop()
    runtime.call("put", "a", items((2.0, 1)))
    runtime.call("put", "b", items((2.0, 4), (1.0, 1)))
    assert runtime.why().value == runtime.why("amount").value == "8.1"
    assert runtime.why("items[1].price").inputs == ("items[1].price",)
    assert runtime.why("discount.rate").value == "0.1"
    assert runtime.why("amount@15").value == "9.0"
    assert runtime.why("orders['b']").value == "8.1"


def test_events() -> None:
    runtime = shop()
    runtime.emit("paid", {"key": "a"})
    runtime.emit("paid", {"key": "b"})
    runtime.process_events()
    assert runtime.why("seen").inputs == ("emit#1.payload", "emit#2.payload")
    assert runtime.why().task == "paid"


def test_an_error_and_what_is_taken_back() -> None:
    runtime = shop(safe_mode=True)
    runtime.call("put", "a", items((2.0, 1)))
    runtime.call("put", "b", items((99.0, 9)), 7)
    found = runtime.why()
    assert (found.value, found.error) == ("ValueError: too much", "E0705")
    assert found.depends_on("cap")
    assert not found.depends_on("put#1")
    assert runtime.why("total").value == "12.0"
    snapshot = runtime.integrity.snapshot(runtime.state)
    runtime.call("put", "c", items((3.0, 1)))
    runtime.integrity.rollback(runtime.state, snapshot)
    assert not runtime.why("total").depends_on("put#2")
    with pytest.raises(KeyError), TransactionContext(runtime.state, runtime.integrity):  # noqa: PT012
        runtime.call("grow", 2)
        raise KeyError
    assert runtime.why("limit").inputs == ("limit",)


def test_a_dry_run_leaves_nothing() -> None:
    runtime = shop(dry_run=True)
    runtime.call("put", "a", items((2.0, 1)))
    assert runtime.why("limit").inputs == ("limit",)


def test_ints_that_grow() -> None:
    runtime = shop()
    runtime.call("grow", 40)
    found = runtime.why("limit")
    assert (found.value, found.inputs) == (str(5**40), ("limit", "n"))


def test_ints_that_grow_after_the_history_began_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "ENTRIES_MAX", 4)
    runtime = shop()
    for number in range(9):
        runtime.call("put", f"k{number}", items((1.0, 1)))
    runtime.call("grow", 40)
    assert (runtime.why("limit").value, runtime.why("limit").inputs) == (str(5**40), ("limit", "n"))
    runtime.call("put", "z", items((1.0, 1)))
    assert runtime.why("total").value == "20.0"


def test_a_program_that_is_refused_leaves_the_history() -> None:
    runtime = shop()
    runtime.call("put", "a", items((2.0, 1)))
    with pytest.raises(BellError):
        runtime.execute("x = nope")
    assert runtime.why("total").depends_on("put#1") or runtime.why("total").depends_on("items")


def test_a_program_after_another() -> None:
    runtime = shop()
    runtime.call("put", "a", items((2.0, 1)))
    runtime.emit("paid", {"key": "waits"})
    runtime.execute("bill = total * 2\nfee = 1\n", "second.bell")
    found = runtime.why("bill")
    assert (found.value, found.inputs, found.lines) == ("24.0", ("total",), (1,))
    with pytest.raises(BellError):
        runtime.execute("bill = total * 3\nfee = 1 // 0\n")
    assert runtime.why("bill").value == "24.0"


def test_names_that_the_host_sets_again_and_deletes() -> None:
    runtime = shop()
    runtime.state["limit"] = 3
    assert runtime.why("limit").inputs == ("limit#2",)
    runtime.call("put", "a", items((4.0, 1)))
    assert runtime.why("discount.rate").depends_on("limit#2")
    del runtime.state["seen"]
    with pytest.raises(BellError) as missing:
        runtime.why("seen")
    assert missing.value.code == "E1331"


def test_dumped_and_loaded() -> None:
    runtime = shop()
    runtime.call("put", "a", items((2.0, 1)))
    data = runtime.state.dump()
    other = shop()
    other.state.load(data)
    assert other.why("total").inputs == ("total",)
    other.call("put", "b", items((1.0, 1)))
    assert other.why("total").inputs[0] == "limit"
    assert other.why("total").depends_on("total")


def test_a_history_that_is_full_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "ENTRIES_MAX", 4)
    runtime = shop()
    for number in range(9):
        runtime.call("put", f"k{number}", items((1.0, 1)))
    found = runtime.why("total")
    assert (found.value, found.depends_on("total"), found.depends_on("items")) == ("19.0", True, True)
    snapshot = runtime.integrity.snapshot(runtime.state)
    for number in range(9):
        runtime.call("put", f"m{number}", items((1.0, 1)))
    runtime.integrity.rollback(runtime.state, snapshot)
    assert runtime.why("total").value == "19.0"
    runtime.call("put", "z", items((1.0, 1)))
    assert runtime.why("total").value == "20.0"


def test_a_large_state_is_not_kept_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "ENTRIES_MAX", 4)
    monkeypatch.setattr(history, "BASE_BYTES_MAX", 1)
    runtime = shop()
    for number in range(5):
        runtime.call("put", f"k{number}", items((1.0, 1)))
    for name in ("total", "return"):
        with pytest.raises(BellError) as lost:
            runtime.why(name)
        assert lost.value.code == "E1333"
    monkeypatch.setattr(history, "BASE_BYTES_MAX", 1 << 20)
    runtime.execute("bill = total")
    assert runtime.why("bill").inputs == ("total",)


def test_what_is_not_kept() -> None:
    runtime = Runtime("n = 0\ndef add(xs: list[int]):\n    global n\n    n += sum(xs)\n    return n\n")
    runtime.call("add", list(range(history.VALUE_MAX + 1)))
    assert runtime.why("n").inputs == ("n",)
    with pytest.raises(BellError) as lost:
        runtime.why()
    assert lost.value.code == "E1333"


def test_arguments_are_kept_as_they_were() -> None:
    runtime = Runtime("def first(xs: list[int]):\n    return xs[0]\n")
    given = [1, 2]
    runtime.call("first", given)
    given[0] = 9
    assert runtime.why().steps[0].value == 1


def test_answers_of_the_host_are_not_asked_for_again() -> None:
    asked: list[str] = []

    def rate(key: str) -> float:
        asked.append(key)
        return float(len(asked))

    hosts = HostFunctions()
    hosts.add("rates.get", rate, signature="(key: str) -> float", capability="rates.get")
    text = "total = 0.0\ndef pay(amount: float, key: str):\n    global total\n    total += amount * rates.get(key)\n    return total\n"
    runtime = Runtime(text, hosts=hosts, grants={"rates.get"})
    runtime.call("pay", 2.0, "a")
    runtime.call("pay", 3.0, "b")
    found = runtime.why("total")
    assert (found.value, asked) == ("8.0", ["a", "b"])
    assert "rates.get()" in found.inputs


def test_nothing_yet() -> None:
    for refused in (
        lambda: Runtime("x = 1").why("x"),
        lambda: RuntimeExecutor().why("x"),
        lambda: Recording(belljar.compile("x = 1")).why("x"),
    ):
        with pytest.raises(BellError) as problem:
            refused()
        assert problem.value.code == "E0003"


@pytest.mark.parametrize("name", ["", "a b", "f(", "x" * 2_000, "1", "return.x", "x[y]", "a.b.c", "n@7", "n[0]", "n.x", "f.nope", 3, None])
def test_names_that_are_none(name: Any) -> None:
    runtime = Runtime("def f(n: int):\n    return n\n")
    runtime.call("f", 1)
    with pytest.raises(BellError) as problem:
        runtime.why(name)
    assert problem.value.code in ("E1331", "E0003")


def test_an_executor() -> None:
    executor = RuntimeExecutor(write=lambda text: None)
    context = ExecutionContext()
    for name, value in {"qty": 3, "unit": 2.5, "tags": ["a", "b"], "unused": 1}.items():
        context.set(name, value)
    executor.execute("total = qty * unit\nif total > 5:\n    total -= 1\nn = len(tags)\nprint(total)\n", context)
    assert executor.why("total").inputs == ("qty", "unit")
    assert executor.why("n").inputs == ("len(tags)",)
    safe = RuntimeExecutor(safe_mode=True, dry_run=True)
    safe.execute("x = 1 // qty", {"qty": 0})
    assert (safe.why().inputs, safe.why().error) == (("qty",), "E0501")


def test_a_recording() -> None:
    recording = Recording(
        belljar.compile("def f(a: int, xs: list[int]) -> int:\n    t = 0\n    for x in xs:\n        t += x * a\n    return t\n")
    )
    recording.call("f", 2, [1, 2])
    assert recording.why("t").inputs == ("a", "len(xs)", "xs[0]", "xs[1]")
    level = Recording(belljar.compile("y = limit + 1\n", inputs={"limit": "int"}), "branches")
    level.run({"limit": 4})
    assert (level.why("y").value, level.why("y").inputs) == ("5", ("limit",))


def test_the_module_level_of_a_program() -> None:
    program = belljar.compile("y = limit + 1\nz = 1 // limit\n", inputs={"limit": "int"})
    assert program.why(None, "y", limit=3).inputs == ("limit",)
    assert program.why(None, limit=0).error == "E0501"
    with pytest.raises(BellError):
        program.why(None, "y", 3)


def test_in_a_worker() -> None:
    runtime = shop(isolation="process")
    runtime.call("put", "a", items((2.0, 4)))
    found = runtime.why("total")
    assert isinstance(found, Slice)
    plain = shop()
    plain.call("put", "a", items((2.0, 4)))
    assert found == plain.why("total")
    with pytest.raises(BellError) as problem:
        runtime.why("totl")
    assert problem.value.code == "E1331"


def test_limits_of_following(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why, "FUEL_MAX", 1_000_000)
    runtime = Runtime(
        "n = 0\ndef count(k: int):\n    global n\n    for i in range(k):\n        n += i\n", limits=ResourceLimits(max_iterations=10**9)
    )
    runtime.call("count", 400_000)
    with pytest.raises(BellError) as problem:
        runtime.why("n")
    assert problem.value.code == "E1332"


@pytest.mark.parametrize("isolation", [None, "process"])
def test_values_of_secrets_are_never_there(isolation: Any) -> None:
    hosts = HostFunctions()
    hosts.secret("TOKEN", "hunter2-hunter2")
    hosts.add("mail.login", lambda token, n: f"in with {token}" if n else "", signature="(token: secret, n: int) -> str")
    text = "last = ''\ndef f(n: int) -> str:\n    global last\n    token = secret('TOKEN')\n    last = mail.login(token, n)\n    return last[50 // n]\n"
    runtime = Runtime(text, hosts=hosts, grants=["secret.TOKEN", "mail.login"], isolation=isolation, safe_mode=True)
    runtime.call("f", 30)
    for name in ("last", "token", "return", "f.token"):
        found = runtime.why(name)
        assert "hunter2" not in found.text() + str(found.to_dict())
    assert runtime.why("last").value == "'in with [secret TOKEN]'"
    runtime.call("f", 1)
    assert runtime.last_error is not None
    assert runtime.last_error.code == "E0701"
    assert "hunter2" not in f"{runtime.last_error}{runtime.last_error.values}"
    runtime.grants = ["secret.OTHER", "mail.login"]
    runtime.call("f", 30)
    assert runtime.last_error.code == "E0901"
    assert "secret.TOKEN" in runtime.last_error.message


def test_many_inputs_are_shown_in_part() -> None:
    runtime = Runtime("total = 0\ndef add(n: int) -> None:\n    global total\n    total += n\n")
    for n in range(200):
        runtime.call("add", n)
    found = runtime.why("total")
    assert len(found.inputs) == 200
    lines = found.text().splitlines()
    assert len(lines) < 60
    assert any(line.strip() == "... 160 more" for line in lines)
