"""Entries of a conversation: state, values, places of errors, limits, and what is not run again."""

from __future__ import annotations

import pytest

from belljar.errors import BellError
from belljar.runtime import transcript
from belljar.runtime.transcript import Transcript
from belljar.safety.limits import Limits


class Talk:
    """A transcript and what it printed."""

    def __init__(self, **limits: object) -> None:
        self.transcript = Transcript(Limits().with_values(limits))

    def __call__(self, text: str) -> str:
        printed: list[str] = []
        self.transcript.enter(text, printed.append)
        return "".join(printed)

    def error(self, text: str) -> BellError:
        with pytest.raises(BellError) as raised:
            self(text)
        return raised.value


@pytest.mark.parametrize(
    ("entries", "printed"),
    [
        (["1+2"], "3\n"),
        (["'a' 'b'"], "'ab'\n"),
        (["None"], ""),
        (["x = 1; x; x + 1"], "1\n2\n"),
        (["(1 +\n 2)"], "3\n"),
        (["2 + 3", "_ * 2", "_"], "5\n10\n10\n"),
        (["2", "print('p')", "_"], "2\np\n2\n"),
        (["xs = []\nys = xs", "ys.append(1)", "xs"], "[1]\n"),
        (["def f(n):\n    return n * 2\n", "f(4)", "f('a')"], "8\n'aa'\n"),
        (["def f(): return 1", "def g(): return f()", "g()", "def f(): return 2", "g()"], "1\n2\n"),
        (["x = 1", "x = 'a'", "x"], "'a'\n"),
        (["class P:\n    x: int\n", "p = P(1)", "p.x = 5", "p"], "P(x=5)\n"),
        (["def make():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n        return n\n    return up", "u = make()", "u()", "u()"], "1\n2\n"),
        (["import math", "math.floor(2.5)"], "2\n"),
        (["x = '''a\nb'''", "len(x)"], "3\n"),
        (["x = 2 ** 100", "x", "x // 2 ** 98"], f"{2**100}\n4\n"),
        (["n = 1\nfor _i in range(64): n *= 2", "print('p'); n + 0.0; n", "x = 1"], f"p\n{2.0**64}\n{2**64}\n"),
        (["print('a'); 2 ** 62 * 3", "_ + 1"], f"a\n{2**62 * 3}\n{2**62 * 3 + 1}\n"),
    ],
)  # fmt: skip
def test_conversations(entries: list[str], printed: str) -> None:
    talk = Talk()
    assert "".join(map(talk, entries)) == printed


def test_what_was_printed_is_printed_once() -> None:
    talk = Talk()
    assert talk("def f():\n    print('é')\n    return 1") == ""
    assert talk("f()") == "é\n1\n"
    assert talk("f(); f()") == "é\n1\né\n1\n"
    assert talk("print('end')") == "end\n"


def test_an_iterator_stays_where_it_is() -> None:
    talk = Talk()
    talk("def count():\n    n = 0\n    while True:\n        yield n\n        n += 1")
    talk("c = count()")
    assert talk("next(c)") + talk("next(c)") + talk("next(c)") == "0\n1\n2\n"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("x y", "E0101", (1, 3)),
        ("1 + 'a'", "E0301", (1, 1)),
        ("xs.append(9); 1 // 0", "E0501", (1, 15)),
        ("xs.append(9)\nprint(2,\n      nope)", "E0201", (3, 7)),
        ("f(0)", "E0501", (2, 12)),
        ("f(1); f(0)", "E0501", (2, 12)),
        ("while True: xs.append(1)", "E0803", (1, 13)),
        ("import shutil", "E0110", (1, 1)),
    ],
)
def test_errors_stand_where_they_were_typed_and_leave_no_trace(text: str, code: str, place: tuple[int, int]) -> None:
    talk = Talk(memory="64MiB")
    talk("xs = [1]")
    talk("def f(n):\n    return 1 // n\n")
    error = talk.error(text)
    assert (error.code, (error.line, error.column)) == (code, place)
    assert error.file == ("<entry 2>" if "f(" in text else "<entry 3>")
    assert error.excerpt.split("\n")[1].strip("^ ") == ""
    assert talk("xs") == "[1]\n"


def test_calls_are_named_with_their_entries() -> None:
    talk = Talk()
    talk("def f(n):\n    return 1 // n\n")
    assert [(frame.function, frame.line) for frame in talk.error("2\nf(0)").stack] == [("@init", 2), ("<entry 1> f", 2)]


def test_limits_are_those_of_an_entry() -> None:
    talk = Talk(fuel=200_000)
    work = "for i in range(10_000):\n    pass"
    for _ in range(5):  # together they use more than the limit
        talk(work)
    error = talk.error("while True:\n    pass")
    assert (error.code, error.message) == ("E0801", "Fuel limit reached: 200000 units")
    assert talk("1") == "1\n"


def test_a_long_computation_that_changes_nothing_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "SLOW_S", 0.0)
    talk = Talk()
    talk("xs = [1]")
    talk("def f(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total")
    assert talk("f(10)") == "45\n"
    assert talk.transcript.entries[-1].forgotten
    assert talk("1; xs.append(2)") == "1\n"
    assert not talk.transcript.entries[-1].forgotten
    assert talk("f(11)") == "55\n"
    assert talk("_ + len(xs)") == "57\n"  # what makes the value is run again
    assert talk("(y := f(3))") == "3\n"
    assert not talk.transcript.entries[-1].forgotten
    assert talk("y") == "3\n"


def test_types() -> None:
    talk = Talk()
    talk("def f(n): return [n]")
    talk("x = 1")
    assert [talk.transcript.type_of(text) for text in ("x", "f(2.5)", "x + 0.5", "{'a': (x, None)}", "f")] == [
        "int",
        "list[float]",
        "float",
        "dict[str, tuple[int, None]]",
        "function f",
    ]
    with pytest.raises(BellError) as raised:
        talk.transcript.type_of("x + 'a'")
    assert (raised.value.code, raised.value.file) == ("E0301", "<expression>")
    with pytest.raises(BellError, match="takes one expression"):
        talk.transcript.type_of("x = 2")


def test_the_text_of_a_conversation_is_a_program() -> None:
    talk = Talk()
    for entry in ("2", "x = _ + 1", "print(x)"):
        talk(entry)
    text = talk.transcript.text()
    assert text == "_ = (2)\nx = _ + 1\nprint(x)\n"
    assert Talk()(text) == "3\n"


def test_an_earlier_entry_that_prints_something_else_is_seen() -> None:
    talk = Talk()
    talk("print('a')")
    talk.transcript.entries[0].printed = (2, 12345)
    assert talk.error("1").code == "E1201"


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_engines(engine: str) -> None:
    talk = Talk()
    talk.transcript.engine = engine
    assert talk("x = [i * i for i in range(4)]") + talk("x") == "[0, 1, 4, 9]\n"
