"""Functions of the host in programs: names, types, grants, errors, on every engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import belljar
from belljar.errors import BellCapabilityError, BellError
from belljar.runtime.hosts import HostFunctions
from belljar.safety.journal import HostCall, Journal

ENGINES = ("vm", "jit", "auto", "reference")
each_engine = pytest.mark.parametrize("engine", ENGINES)


def made(*functions: tuple[str, Callable[..., Any]], **more: Any) -> HostFunctions:
    hosts = HostFunctions(**more)
    for name, fn in functions:
        hosts.add(name, fn)
    return hosts


def add(a: int, b: int) -> int:
    return a + b


def half(x: float) -> float:
    return x / 2


def is_even(n: int) -> bool:
    return n % 2 == 0


def shout(text: str) -> str:
    return text.upper()


def total(values: list[int]) -> int:
    return sum(values)


def words(text: str) -> list[str]:
    return text.split()


def count(text: str) -> dict[str, int]:
    return {word: text.split().count(word) for word in text.split()}


def maybe(n: int) -> int | None:
    return None if n < 0 else n


def pair(n: int) -> tuple[int, str]:
    return n, str(n)


def nothing(text: str) -> None:
    return None


def anything(value: Any) -> Any:
    return value


ALL = made(
    ("n.add", add), ("n.half", half), ("n.is_even", is_even), ("t.shout", shout), ("n.total", total), ("t.words", words), ("t.count", count),
    ("n.maybe", maybe), ("n.pair", pair), ("t.nothing", nothing), ("anything", anything),
)  # fmt: skip


@each_engine
@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("n.add(1, 2)", 3),
        ("n.add(b=1, a=2) * 10", 30),
        ("n.half(3.0)", 1.5),
        ("n.half(3)", 1.5),
        ("n.half(True + 2)", 1.5),
        ("n.is_even(4)", True),
        ("n.is_even(3) or n.is_even(5)", False),
        ("t.shout('grüße') + '!'", "GRÜSSE!"),
        ("t.shout('')", ""),
        ("n.total([1, 2, 3])", 6),
        ("n.total([n.add(i, 1) for i in range(4)])", 10),
        ("t.words('a b  c')", ["a", "b", "c"]),
        ("len(t.words('a b  c'))", 3),
        ("t.words('a b') + ['x']", ["a", "b", "x"]),
        ("t.count('a b a')['a']", 2),
        ("n.maybe(3)", 3),
        ("n.maybe(-3) is None", True),
        ("n.maybe(3) or 7", 3),
        ("n.pair(5)[1] + 'x'", "5x"),
        ("t.nothing('x')", None),
        ("anything([1, 'a', None, {'k': (1, 2.5)}])", [1, "a", None, {"k": (1, 2.5)}]),
        ("anything(2.5)", 2.5),
        ("anything((1, 2))", (1, 2)),
        ("anything({1, 2})", {1, 2}),
        ("anything(b'ab')", b"ab"),
        ("anything(range(3))", range(3)),
        ("anything(None)", None),
        ("sum(map(n.add, [1, 2], [3, 4]))", 10),
        ("[f(1, 2) for f in [n.add]][0]", 3),
    ],
)
def test_values_cross(engine: str, expression: str, result: Any) -> None:
    program = belljar.compile(f"def f():\n    return {expression}\n", hosts=ALL)
    got = program.call("f", engine=engine, grants=["*"])
    assert got == result
    assert type(got) is type(result)


@each_engine
def test_records_are_handed_out_as_records(engine: str) -> None:
    seen: list[Any] = []
    hosts = HostFunctions()
    hosts.add("see", seen.append, signature="(value: Any) -> None")
    program = belljar.compile("class P:\n    x: int\n    name: str | None = None\ndef f(n: int) -> None:\n    see(P(n))\n", hosts=hosts)
    program.call("f", 3, engine=engine, grants=["see"])
    assert seen == [belljar.Record("P", {"x": 3, "name": None})]


@each_engine
def test_a_list_that_the_program_widens_holds_what_was_answered(engine: str) -> None:
    program = belljar.compile("def f():\n    xs = t.words('a b')\n    xs.append(3)\n    return xs\n", hosts=ALL)
    assert program.call("f", engine=engine, grants=["*"]) == ["a", "b", 3]


@each_engine
def test_arguments_and_answers_are_copies(engine: str) -> None:
    kept: list[list[int]] = []

    def keep(values: list[int]) -> list[int]:
        values.append(99)
        kept.append(values)
        return values

    source = "def f() -> list[int]:\n    xs = [1, 2]\n    ys = keep(xs)\n    ys.append(7)\n    zs = keep(xs)\n    return xs + [0] + ys + [0] + zs\n"
    program = belljar.compile(source, hosts=made(("keep", keep)))
    assert program.call("f", engine=engine, grants=["keep"]) == [1, 2, 0, 1, 2, 99, 7, 0, 1, 2, 99]
    assert kept == [[1, 2, 99], [1, 2, 99]]


def test_a_name_of_the_program_hides_the_hosts() -> None:
    program = belljar.compile("class n:\n    x: int = 4\ndef f() -> int:\n    return n().x\n", hosts=ALL)
    assert program.call("f") == 4
    program = belljar.compile("def f(n: str) -> str:\n    return n.upper()\n", hosts=ALL)
    assert program.call("f", "a") == "A"


@pytest.mark.parametrize(
    ("expression", "code", "hint"),
    [
        ("n.ad(1, 2)", "E0203", "did you mean 'n.add'?"),
        ("n.zzz()", "E0203", ""),
        ("n", "E0201", "the host has n.add"),
        ("n.add", None, ""),
        ("n.add(1)", "E0401", ""),
        ("n.add(1, 2, 3)", "E0402", ""),
        ("n.add(1, c=2)", "E0403", ""),
        ("n.add(1, 'a')", "E0302", ""),
        ("n.total('abc')", "E0302", ""),
        ("n.total([1.5])", "E0302", ""),
        ("anythin(1)", "E0201", "did you mean 'anything'?"),
        ("t.shout('a').nope()", "E0203", ""),
    ],
)
def test_mistakes_are_found_before_running(expression: str, code: str | None, hint: str) -> None:
    source = f"def f():\n    return {expression}\n"
    if code is None:
        belljar.compile(source, hosts=ALL)
        return
    with pytest.raises(BellError) as caught:
        belljar.compile(source, hosts=ALL)
    assert (caught.value.code, caught.value.line) == (code, 2)
    assert hint in caught.value.hint


def test_without_hosts_the_names_are_not_there() -> None:
    with pytest.raises(BellError) as caught:
        belljar.compile("def f() -> int:\n    return n.add(1, 2)\n")
    assert caught.value.code == "E0201"


# --- grants -------------------------------------------------------------------------------------------------------------------------

SEND = 'def f(to: str) -> int:\n    try:\n        mail.send(to)\n    except BaseException:\n        return 1\n    finally:\n        print("on")\n    return 0\n'


@each_engine
def test_a_refusal_names_the_grant_and_nothing_catches_it(engine: str) -> None:
    called: list[str] = []
    hosts = HostFunctions()
    hosts.add("mail.send", called.append, capability="mail.out", signature="(to: str) -> None")
    program = belljar.compile(SEND, "send.bell", hosts=hosts)
    written: list[str] = []
    with pytest.raises(BellCapabilityError) as caught:
        program.call("f", "a", engine=engine, write=written.append)
    error = caught.value
    assert (error.code, error.exit_status, error.line, error.file) == ("E0901", 4, 3, "send.bell")
    assert error.message == "'mail.out' is not granted: the program calls mail.send()"
    assert "--grant mail.out" in error.hint
    assert called == []
    assert written == []
    assert program.call("f", "a", engine=engine, write=written.append, grants=["mail.*", "io.stdout"]) == 0
    assert called == ["a"]
    assert written == ["on\n"]
    with pytest.raises(BellCapabilityError):
        program.call("f", "a", engine=engine, write=written.append, grants=["mail.send", "io.stdout"])


def test_grants_are_checked_for_each_call() -> None:
    program = belljar.compile("def f() -> int:\n    return n.add(1, 2)\n", hosts=ALL)
    for _ in range(3):
        assert program.call("f", grants=["n.add"]) == 3
        with pytest.raises(BellCapabilityError):
            program.call("f")
        with pytest.raises(BellError, match="is no capability"):
            program.call("f", grants=["n add"])


def test_the_smallest_set_of_grants_is_known() -> None:
    source = "def f(n_: int) -> int:\n    if n_ > 5:\n        return n.total([1])\n    print(n_)\n    return n.add(n_, 1)\n"
    program = belljar.compile(source, hosts=ALL)
    assert program.capabilities() == {"io.stdout", "n.add", "n.total"}
    run = ALL.begin(["*"])
    program.call("f", 1, hosts=run, write=lambda text: None)
    assert run.used == {"io.stdout", "n.add"}
    run = ALL.begin(["*"])
    program.call("f", 9, hosts=run)
    assert run.used == {"n.total"}


# --- errors -------------------------------------------------------------------------------------------------------------------------


class MailError(ValueError):
    pass


class Strange(BaseException):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def raising(error: BaseException) -> HostFunctions:
    def send(to: str) -> None:
        raise error

    return made(("mail.send", send))


CALL = "def f(to: str) -> None:\n    mail.send(to)\n"


@each_engine
@pytest.mark.parametrize(
    ("error", "message", "python"),
    [
        (ValueError("bad address"), "mail.send() failed: ValueError: bad address", "ValueError"),
        (MailError("bad address"), "mail.send() failed: MailError: bad address", "ValueError"),
        (KeyError("name"), "mail.send() failed: KeyError: name", "KeyError"),
        (FileNotFoundError(2, "No such file or directory", "/var/data/x"), "mail.send() failed: FileNotFoundError: No such file or directory", "FileNotFoundError"),
        (RuntimeError("see /srv/me/secret/file.py, line 3"), "mail.send() failed: RuntimeError: see <path>, line 3", "RuntimeError"),
        (RuntimeError(f"{object()!r} is wrong"), "mail.send() failed: RuntimeError: <object> is wrong", "RuntimeError"),
        (RuntimeError("at https://example.com/a/b"), "mail.send() failed: RuntimeError: at https://example.com/a/b", "RuntimeError"),
        (RuntimeError("C:\\Users\\me\\x.txt"), "mail.send() failed: RuntimeError: <path>", "RuntimeError"),
        (ValueError(), "mail.send() failed: ValueError", "ValueError"),
        (ValueError("a\n\0b"), "mail.send() failed: ValueError: a  b", "ValueError"),
        (ValueError("x" * 1000), f"mail.send() failed: ValueError: {'x' * 297}...", "ValueError"),
        (SystemExit(3), "mail.send() failed: SystemExit: 3", "RuntimeError"),
        (StopIteration(3), "mail.send() failed: StopIteration: 3", "RuntimeError"),
        (GeneratorExit(), "mail.send() failed: GeneratorExit", "RuntimeError"),
        (Strange(), "mail.send() failed: Strange", "RuntimeError"),
    ],
)  # fmt: skip
def test_errors_of_the_host_become_the_programs(engine: str, error: BaseException, message: str, python: str) -> None:
    program = belljar.compile(CALL, "send.bell", hosts=raising(error))
    with pytest.raises(BellError) as caught:
        program.call("f", "a", engine=engine, grants=["*"])
    found = caught.value
    assert (found.code, found.message, found.python, found.line, found.exit_status) == ("E0905", message, python, 2, 1)
    assert found.__cause__ is None
    assert found.__context__ is None or found.__suppress_context__


@each_engine
@pytest.mark.parametrize(
    ("error", "handler", "text"),
    [
        (ValueError("bad"), "ValueError", "bad"),
        (MailError("bad"), "ValueError", "bad"),
        (KeyError("k"), "KeyError", "'k'"),
        (KeyError("k"), "LookupError", "'k'"),
        (TimeoutError("late"), "OSError", "late"),
        (SystemExit(3), "RuntimeError", "3"),
        (KeyboardInterrupt(), None, ""),
        (ValueError(), "ValueError", ""),
    ],
)
def test_programs_catch_them(engine: str, error: BaseException, handler: str | None, text: str) -> None:
    source = f"def f(to: str) -> str:\n    try:\n        mail.send(to)\n    except {handler or 'Exception'} as problem:\n        return str(problem)\n    return 'none'\n"
    program = belljar.compile(source, hosts=raising(error))
    if handler is None:
        with pytest.raises(BellError) as caught:
            program.call("f", "a", engine=engine, grants=["*"])
        assert caught.value.code == "E0006"
        return
    for _ in range(3):
        assert program.call("f", "a", engine=engine, grants=["*"]) == text


@each_engine
def test_one_place_may_raise_one_class_and_then_another(engine: str) -> None:
    errors: list[BaseException] = [ValueError("a"), KeyError("b"), ValueError("c"), TypeError("d")]

    def send(n: int) -> None:
        raise errors[n]

    source = """
def f() -> list[str]:
    found: list[str] = []
    for n in range(4):
        try:
            send(n)
        except ValueError as problem:
            found.append("value " + str(problem))
        except KeyError as problem:
            found.append("key " + str(problem))
        except TypeError as problem:
            found.append("type " + str(problem))
    return found
"""
    program = belljar.compile(source, hosts=made(("send", send)))
    assert program.call("f", engine=engine, grants=["*"]) == ["value a", "key 'b'", "value c", "type d"]


class Thing:
    pass


def cyclic() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


@each_engine
@pytest.mark.parametrize(
    ("declared", "answer", "code"),
    [
        ("int", "a", "E0902"),
        ("int", 1.5, "E0902"),
        ("int", None, "E0902"),
        ("int", True, None),
        ("float", 3, None),
        ("float", 2**53 + 1, "E0902"),
        ("float", "1.5", "E0902"),
        ("bool", 1, "E0902"),
        ("str", b"a", "E0902"),
        ("None", 1, "E0902"),
        ("list[int]", [1, "a"], "E0902"),
        ("list[int]", (1, 2), None),
        ("list[int]", {1: 2}, "E0902"),
        ("list[list[int]]", [[1], None], "E0902"),
        ("dict[str, int]", {"a": 1.5}, "E0902"),
        ("dict[str, int]", {1: 1}, "E0902"),
        ("set[int]", {1, 2}, None),
        ("tuple[int, str]", (1,), "E0902"),
        ("tuple[int, str]", (1, 2), "E0902"),
        ("int | None", "a", "E0902"),
        ("int | None", None, None),
        ("int | float", 1, None),
        ("int | float", "1", "E0902"),
        ("Any", Thing(), "E0902"),
        ("Any", [Thing()], "E0902"),
        ("Any", len, "E0902"),
        ("Any", cyclic(), "E0906"),
        ("Any", belljar.Record("Unknown", {"x": 1}), "E0902"),
        ("list[int]", Thing(), "E0902"),
        ("list[int]", (n for n in range(3)), "E0902"),
        ("str", "x" * 2000, "E0906"),
        ("list[int]", [0] * 2000, "E0906"),
        ("Any", b"x" * 2000, "E0906"),
    ],
)
def test_answers_that_do_not_fit(engine: str, declared: str, answer: Any, code: str | None) -> None:
    hosts = HostFunctions(max_bytes=1000)
    hosts.add("ask", lambda: answer, signature=f"() -> {declared}")
    program = belljar.compile(
        "def f() -> int:\n    try:\n        ask()\n    except Exception:\n        return 1\n    return 0\n", hosts=hosts
    )
    if code is None:
        assert program.call("f", engine=engine, grants=["ask"]) == 0
        return
    with pytest.raises(BellError) as caught:
        program.call("f", engine=engine, grants=["ask"])
    assert (caught.value.code, caught.value.line) == (code, 3)
    assert "0x" not in str(caught.value)


@each_engine
def test_arguments_that_do_not_fit_are_a_type_error(engine: str) -> None:
    source = "def f(x):\n    return n.add(x, 1)\ndef g(x):\n    try:\n        return n.add([x, 'a'][0], 1)\n    except TypeError as problem:\n        return str(problem)\n"
    program = belljar.compile(source, hosts=ALL)
    assert program.call("g", 3, engine=engine, grants=["*"]) == 4
    told = program.call("g", "b", engine=engine, grants=["*"])
    assert told == "argument 'a' of n.add() must be int, got str"


@each_engine
def test_arguments_that_are_too_large(engine: str) -> None:
    hosts = made(("t.shout", shout), ("n.total", total), max_bytes=100)
    program = belljar.compile(
        "def f(n_: int) -> str:\n    return t.shout('x' * n_)\ndef g(n_: int) -> int:\n    return n.total([0] * n_)\n", hosts=hosts
    )
    assert program.call("f", 92, engine=engine, grants=["*"]) == "X" * 92
    assert program.call("g", 10, engine=engine, grants=["*"]) == 0
    for task in ("f", "g"):
        with pytest.raises(BellError) as caught:
            program.call(task, 93, engine=engine, grants=["*"])
        assert (caught.value.code, caught.value.exit_status) == ("E0906", 3)
        assert "larger than 100 bytes" in caught.value.message


@each_engine
def test_a_function_that_takes_too_long_is_left_alone(engine: str) -> None:
    import threading

    go = threading.Event()
    hosts = HostFunctions()
    hosts.add("wait", go.wait, signature="() -> bool", timeout=0.05)
    program = belljar.compile(
        "def f() -> bool:\n    try:\n        return wait()\n    except Exception:\n        return False\n", hosts=hosts
    )
    with pytest.raises(BellError) as caught:
        program.call("f", engine=engine, grants=["wait"])
    assert (caught.value.code, caught.value.message) == ("E0907", "wait() took longer than 0.05 s")
    go.set()
    assert program.call("f", engine=engine, grants=["wait"]) is True


@each_engine
def test_the_limit_of_time_counts_what_the_host_takes(engine: str) -> None:
    import time

    hosts = HostFunctions()
    hosts.add("nap", lambda: time.sleep(0.02), signature="() -> None")
    program = belljar.compile("def f() -> None:\n    for i in range(1000):\n        nap()\n", hosts=hosts)
    with pytest.raises(BellError) as caught:
        program.call("f", engine=engine, grants=["nap"], limits={"time": "0.1s"})
    assert caught.value.code == "E0802"


@each_engine
def test_other_signatures_than_it_was_compiled_with(engine: str) -> None:
    program = belljar.compile("def f() -> int:\n    return n.add(1, 2)\n", hosts=ALL)
    other = HostFunctions()
    other.add("n.add", lambda a, b: 0, signature="(a: int, b: str) -> int")
    with pytest.raises(BellError) as caught:
        program.call("f", engine=engine, hosts=other, grants=["n.add"])
    assert (caught.value.code, caught.value.exit_status) == ("E0904", 2)
    assert "n.add(a: int, b: str) -> int" in caught.value.message
    with pytest.raises(BellError) as caught:
        program.call("f", engine=engine, hosts=HostFunctions(), grants=["n.add"])
    assert caught.value.code == "E0904"


# --- registering --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [
        {"name": "a b"},
        {"name": "1a"},
        {"name": "f", "fn": 3},
        {"name": "f", "effect": "none"},
        {"name": "f", "capability": "a.*"},
        {"name": "f", "signature": "("},
        {"name": "f", "signature": "(*args)"},
        {"name": "f", "signature": "(x: Unknown)"},
        {"name": "f", "signature": "(x: list)"},
        {"name": "f", "signature": "(x=[])"},
        {"name": "f", "fn": lambda *args: None},
        {"name": "f", "fn": lambda **kw: None},
        {"name": "f", "timeout": 0},
        {"name": "f", "max_bytes": -1},
        {"name": "time.now"},
    ],
)
def test_what_cannot_be_registered(how: dict[str, Any]) -> None:
    with pytest.raises(BellError) as caught:
        HostFunctions().add(**{"fn": add, **how})
    assert caught.value.code == "E0003"


def test_names_are_taken_once_and_built_in_ones_never() -> None:
    hosts = made(("f", add))
    with pytest.raises(BellError, match="is there already"):
        hosts.add("f", add)
    with pytest.raises(BellError, match="the name of a built-in one"):
        belljar.compile("x = 1\n", hosts=made(("len", add)))


def test_decorating() -> None:
    hosts = HostFunctions()

    @hosts.add("store.get", capability="store.read", effect="read")
    def get(key: str, default: str = "-") -> str:
        return {"a": "1"}.get(key, default)

    assert get("a") == "1"
    assert str(hosts.signatures["store.get"]) == "store.get(key: str, default: str = '-') -> str"
    program = belljar.compile("def f() -> str:\n    return store.get('a') + store.get('b') + store.get('c', default='x')\n", hosts=hosts)
    assert program.call("f", grants=["store.read"]) == "1-x"


def test_methods_and_callables_are_functions_too() -> None:
    class Store:
        def __init__(self) -> None:
            self.rows: dict[str, int] = {}

        def put(self, key: str, value: int) -> None:
            self.rows[key] = value

        def __call__(self, key: str) -> int:
            return self.rows[key]

    store = Store()
    hosts = made(("put", store.put), ("get", store))
    program = belljar.compile("def f() -> int:\n    put('a', 4)\n    return get('a')\n", hosts=hosts)
    assert program.call("f", grants=["*"]) == 4


# --- the journal --------------------------------------------------------------------------------------------------------------------

LOOP = "def f(n_: int) -> int:\n    s = 0\n    for i in range(n_):\n        s = n.add(s, i)\n    return s\n"


@each_engine
def test_every_call_is_told(engine: str) -> None:
    seen: list[HostCall] = []
    hosts = made(("n.add", add), on_call=seen.append)
    program = belljar.compile(LOOP, hosts=hosts)
    journal = Journal()
    assert program.call("f", 3, engine=engine, hosts=hosts.begin(["n.add"], journal=journal)) == 3
    assert [(call.seq, call.name, call.arguments, call.answer) for call in journal] == [
        (0, "n.add", {"a": 0, "b": 0}, 0),
        (1, "n.add", {"a": 0, "b": 1}, 1),
        (2, "n.add", {"a": 1, "b": 2}, 3),
    ]
    assert seen == list(journal)
    assert all((call.capability, call.effect, call.dry_run, call.error) == ("n.add", "write", False, "") for call in journal)


@each_engine
def test_a_journal_answers_in_the_place_of_the_host(engine: str) -> None:
    asked: list[int] = []

    def ask(n: int) -> list[int]:
        asked.append(n)
        if n == 2:
            raise ValueError("two")
        return [n, len(asked)]

    source = """
def f(n: int) -> list[int]:
    found: list[int] = []
    for i in range(n):
        try:
            found += ask(i)
        except ValueError as problem:
            found.append(-len(str(problem)))
    return found
"""
    hosts = made(("ask", ask))
    program = belljar.compile(source, hosts=hosts)
    journal = Journal()
    first = program.call("f", 4, engine=engine, hosts=hosts.begin(["ask"], journal=journal))
    assert first == [0, 1, 1, 2, -3, 3, 4]
    assert asked == [0, 1, 2, 3]
    again = hosts.recorded(Journal.from_text(journal.to_text()))
    for _ in range(2):
        assert program.call("f", 4, engine=engine, hosts=again, grants=["ask"]) == first
    assert asked == [0, 1, 2, 3]
    with pytest.raises(BellError) as caught:
        program.call("f", 5, engine=engine, hosts=again, grants=["ask"])
    assert (caught.value.code, caught.value.message) == ("E0908", "Host call 4 is ask(n=4), and the journal ends after 4")
    journal.calls[1].arguments["n"] = 7
    with pytest.raises(BellError) as caught:
        program.call("f", 4, engine=engine, hosts=hosts.recorded(journal), grants=["ask"])
    assert caught.value.message == "Host call 1 is ask(n=1), and in the journal ask(n=7)"
    with pytest.raises(BellCapabilityError):
        program.call("f", 4, engine=engine, hosts=again)


@each_engine
def test_a_dry_run_makes_no_writes(engine: str) -> None:
    made_: list[str] = []
    hosts = HostFunctions()
    hosts.add("store.get", lambda key: made_.append(f"get {key}") or "old", effect="read", signature="(key: str) -> str")
    hosts.add("store.put", lambda key, value: made_.append(f"put {key}") or 7, signature="(key: str, value: str) -> int", dry_answer=3)
    hosts.add("mail.send", lambda to: made_.append(f"mail {to}") or [to], signature="(to: str) -> list[str]")
    source = "def f() -> int:\n    old = store.get('k')\n    n = store.put('k', old + '!')\n    return n + len(mail.send('a'))\n"
    program = belljar.compile(source, hosts=hosts)
    journal = Journal()
    assert program.call("f", engine=engine, hosts=hosts.begin(["*"], journal=journal, dry_run=True)) == 3
    assert made_ == ["get k"]
    assert [(call.name, call.dry_run, call.arguments, call.answer) for call in journal] == [
        ("store.get", False, {"key": "k"}, "old"),
        ("store.put", True, {"key": "k", "value": "old!"}, 3),
        ("mail.send", True, {"to": "a"}, []),
    ]
    assert program.call("f", engine=engine, grants=["*"]) == 8


@each_engine
def test_a_run_made_again_with_wide_ints_does_not_ask_again(engine: str) -> None:
    asked: list[int] = []

    def ask(n: int) -> int:
        asked.append(n)
        if n == 1:
            raise ValueError("one")
        return n + 1

    source = """
def f(n: int) -> int:
    product = 1
    for i in range(n):
        try:
            product *= ask(i) * 10**6
        except ValueError:
            product += 1
    return product
"""
    hosts = made(("ask", ask))
    program = belljar.compile(source, hosts=hosts)
    expected = ((10**6 + 1) * 3 * 10**6) * 4 * 10**6 * 5 * 10**6
    for _ in range(2):
        asked.clear()
        assert program.call("f", 5, engine=engine, grants=["ask"]) == expected
        assert asked == [0, 1, 2, 3, 4]
    task = belljar.compile(source, hosts=hosts).task("f", engine=engine, grants=["ask"])
    for _ in range(2):
        asked.clear()
        assert task(5) == expected
        assert asked == [0, 1, 2, 3, 4]


@each_engine
def test_an_answer_beyond_64_bits_makes_the_run_wide(engine: str) -> None:
    hosts = HostFunctions()
    hosts.add("big", lambda n: n**3, signature="(n: int) -> int")
    program = belljar.compile("def f(n: int) -> int:\n    return big(n) + 1\n", hosts=hosts)
    assert program.call("f", 10**10, engine=engine, grants=["big"]) == 10**30 + 1
    with pytest.raises(BellError) as caught:
        belljar.compile("def f(n: int) -> int:\n    return big(n) + 1\n", hosts=hosts).call("f", 10**10, grants=["big"], promote=False)
    assert (caught.value.code, caught.value.message) == ("E0502", "Integer overflow: the result of big() does not fit in 64 bits")


# --- where programs run -------------------------------------------------------------------------------------------------------------


@each_engine
def test_the_module_level_asks_with_each_call(engine: str) -> None:
    asked: list[int] = []
    hosts = HostFunctions()
    hosts.add("tick", lambda: asked.append(1) or len(asked), signature="() -> int")
    program = belljar.compile("start = tick()\ndef f() -> int:\n    return start * 100 + tick()\n", hosts=hosts)
    assert [program.call("f", engine=engine, grants=["tick"]) for _ in range(3)] == [102, 304, 506]
    written: list[str] = []
    program = belljar.compile("print(tick())\n", hosts=hosts)
    program.run(engine=engine, grants=["tick", "io.stdout"], write=written.append)
    assert written == ["7\n"] or "".join(written) == "7\n"


def test_a_task_called_often() -> None:
    program = belljar.compile("def f(a: int, b: int) -> int:\n    return n.add(a, b)\n", hosts=ALL)
    task = program.task("f", grants=["n.add"])
    assert [task(i, i) for i in range(100)] == [2 * i for i in range(100)]
    with pytest.raises(BellCapabilityError):
        program.task("f")(1, 2)


def test_rows_of_a_batch_call_the_host() -> None:
    pa = pytest.importorskip("pyarrow")
    seen: list[int] = []

    def price(n: int) -> float:
        seen.append(n)
        if n == 3:
            raise ValueError("three")
        return n * 1.5

    hosts = made(("price", price))
    program = belljar.compile("def f(n: int, name: str) -> float:\n    return price(n) + len(name)\n", hosts=hosts)
    table = pa.table({"n": [1, 2, 3, 4], "name": ["a", "bb", "", "d"]})
    result = program.batch("f", table, grants=["price"])
    assert result.table.column("f").to_pylist() == [2.5, 5.0, None, 7.0]
    assert sorted(seen) == [1, 2, 3, 4]
    assert result.error_table.to_pylist()[0]["code"] == "E0905"
    refused = program.batch("f", table)
    assert refused.errors == 4
    assert {row["code"] for row in refused.error_table.to_pylist()} == {"E0901"}
    journal = Journal()
    program.batch("f", table, hosts=hosts.begin(["price"], journal=journal))
    assert [call.arguments["n"] for call in journal] == [1, 2, 3, 4]
    seen.clear()
    dry = hosts.begin(["price"], dry_run=True)
    assert program.batch("f", table, hosts=dry).table.column("f").to_pylist() == [1.0, 2.0, 0.0, 1.0]
    assert seen == []
    assert dry.settle() == {"price"}


def test_a_program_is_kept_with_the_signatures_of_its_hosts(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLJAR_CACHE", str(tmp_path))
    source = "def f() -> int:\n    return n.add(1, 2)\n"
    for _ in range(3):
        assert belljar.compile(source, hosts=ALL).call("f", engine="vm", grants=["*"]) == 3
    other = HostFunctions()
    other.add("n.add", lambda a, b: 5, signature="(a: float, b: float) -> int", capability="other")
    assert belljar.compile(source, hosts=other).call("f", engine="vm", grants=["other"]) == 5


def test_floats_keep_their_bits() -> None:
    hosts = HostFunctions()
    hosts.add("same", lambda x: x, signature="(x: float) -> float")
    program = belljar.compile("def f(x: float) -> float:\n    return same(x)\n", hosts=hosts)
    assert math.copysign(1, program.call("f", -0.0, grants=["same"])) == -1
    assert math.isnan(program.call("f", math.nan, grants=["same"]))


@each_engine
def test_the_journal_says_how_a_call_ended(engine: str) -> None:
    hosts = raising(MailError("bad"))
    program = belljar.compile(
        "def f() -> str:\n    try:\n        mail.send('a')\n    except ValueError as problem:\n        return str(problem)\n    return ''\n",
        hosts=hosts,
    )
    journal = Journal()
    assert program.call("f", engine=engine, hosts=hosts.begin(["*"], journal=journal)) == "bad"
    assert [(call.code, call.error, call.caught_as, call.answer) for call in journal] == [("E0905", "MailError: bad", "ValueError", None)]
    assert program.call("f", engine=engine, hosts=hosts.recorded(journal), grants=["*"]) == "bad"


@each_engine
def test_a_run_may_change_between_the_calls_of_one_instance(engine: str) -> None:
    """What keeps an instance decides anew, before each call, what is granted and written down."""
    from belljar.runtime.engine import engine_of
    from belljar.safety.capabilities import grants_of
    from belljar.safety.limits import Limits

    calls: list[int] = []
    hosts = HostFunctions()
    hosts.add("n.note", lambda n: calls.append(n) or n, signature="(n: int) -> int")
    program = belljar.compile("def f(n_: int) -> int:\n    return n.note(n_)\n", hosts=hosts)
    module = program.signature_module("f")
    run = hosts.begin()
    run.changes = True
    instance = engine_of(engine).load(module, Limits(), None, (), run.table(module))
    function = module.tasks["f"].function
    assert instance.call(function, [1]).error.code == "E0901"  # type: ignore[union-attr]
    run.grants = grants_of(["n.*"])
    assert instance.call(function, [2]).results == (2,)
    run.journal, run.dry_run = Journal(), True
    assert instance.call(function, [3]).results == (0,)
    assert [call.dry_run for call in run.journal] == [True]
    run.dry_run, run.grants = False, grants_of([])
    assert instance.call(function, [4]).error.code == "E0901"  # type: ignore[union-attr]
    assert calls == [2]


def test_threads_have_instances_of_their_own() -> None:
    from concurrent.futures import ThreadPoolExecutor

    program = belljar.compile(LOOP, hosts=ALL)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: program.call("f", n, grants=["n.add"]), [50] * 200))
    assert found == [50 * 49 // 2] * 200


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("(str, str) -> None", "mail.send(to: str, body: str) -> None"),
        ("(str | None, list[int]) -> int", "mail.send(to: str | None, body: list[int]) -> int"),
        ("(int) -> int", "mail.send(argument1: int) -> int"),
        ("(a, b)", "mail.send(a: any, b: any) -> any"),
    ],
)
def test_signatures_of_types_alone(text: str, shown: str) -> None:
    hosts = HostFunctions()
    hosts.add("mail.send", lambda to, body: None, signature=text, capability="mail.send")
    assert str(hosts.signatures["mail.send"]) == shown


def test_parameters_of_a_signature_have_names_of_their_own() -> None:
    with pytest.raises(BellError, match="have one name"):
        HostFunctions().add("mail.send", lambda to, body: None, signature="(a, a) -> None", capability="mail.send")
