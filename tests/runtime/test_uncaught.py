"""What the error says of an exception that nothing took: the text that the class of the exception gives, on every engine, at no cost to the run."""

from __future__ import annotations

import pytest

import belljar
from belljar.errors import BellError
from belljar.runtime.profiler import profile

ENGINES = ("reference", "vm", "jit")

HEAD = """
class Told(Exception):
    def __init__(self, n):
        self.n = n

    def __str__(self):
        {body}


def deep(n):
    if n == 0:
        raise Told(3)
    deep(n - 1)


def rows():
    yield 1
    deep(5)


print("before")
for row in rows():
    print(row)
"""


def ended(body: str, engine: str, **how: object) -> tuple[BellError, str]:
    pieces: list[str] = []
    with pytest.raises(BellError) as raised:
        belljar.compile(HEAD.format(body=body), cache=False).run(engine=engine, write=pieces.append, **how)
    return raised.value, "".join(pieces)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('return f"{self.n} parts: " + "ab" * self.n', "Told: 3 parts: ababab"),
        ('return ""', "Told"),
        ("return 5", "Told: <exception str() failed>"),
        ("return 1 // (self.n - 3)", "Told: <exception str() failed>"),
        ('return "x" * 1000', "Told: " + "x" * 200 + "..." + "x" * 200),
    ],
)
def test_its_class_says_it(engine: str, body: str, told: str) -> None:
    error, output = ended(body, engine)
    assert error.code == "E0705"
    assert error.python == "Told"
    assert str(error).splitlines()[0] == f"BellRuntimeError: {told}"
    assert [frame.function for frame in error.stack][-1] == "deep"
    assert (error.line, output) == (12, "before\n1\n")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("body", "code", "status", "stack"),
    [
        ("while True:\n            self.n += 1", "E0801", 3, ["deep", "Told.__str__"]),
        ("return deep(10 ** 6)", "E0804", 3, None),
        ("return str(self)", "E0804", 3, None),
        ('while True:\n            print("x" * 1000)', "E0805", 3, ["deep", "Told.__str__"]),
        ("import time\n        return str(time.time())", "E0901", 4, None),
    ],
)
def test_a_limit_that_it_reaches_ends_the_run(engine: str, body: str, code: str, status: int, stack: list[str] | None) -> None:
    error, _ = ended(body, engine, limits=belljar.Limits(fuel=1_000_000, output=10_000, depth=60), grants=["io.stdout"])
    assert (error.code, error.exit_status) == (code, status)
    assert stack is None or list(dict.fromkeys(frame.function for frame in error.stack)) == stack
    assert "str() failed" not in str(error)
    if code == "E0804":
        assert error.use is not None
        assert (error.use.limit, error.use.used) == (60, 60)


def test_it_is_the_same_limit_on_every_engine() -> None:
    for body in ("while True:\n            self.n += 1", "return deep(10 ** 6)", "return str(self)"):
        ends = []
        for engine in ENGINES:
            error, _ = ended(body, engine, limits=belljar.Limits(fuel=1_000_000, depth=60))
            ends.append((str(error), error.line, [(frame.function, frame.line) for frame in error.stack]))
        assert ends[0] == ends[1] == ends[2]


@pytest.mark.parametrize("engine", ENGINES)
def test_ints_of_any_size_are_told(engine: str) -> None:
    assert "Told: " + str(3 * 2**62) in str(ended("return str(self.n * 4611686018427387904)", engine)[0])


@pytest.mark.parametrize("engine", ENGINES)
def test_what_it_prints_is_printed(engine: str) -> None:
    assert ended('print("asked")\n        return "x"', engine)[1] == "before\n1\nasked\n"


def test_a_profile_does_not_have_it() -> None:
    program = belljar.compile(HEAD.format(body='return "x"'), cache=False)
    made, error = profile(
        program,
        None,
        (),
        {},
        engine="vm",
        limits=program.limits,
        write=lambda text: None,
        grants=("io.stdout",),
        hosts=None,
        inputs={},
        interval=0.0002,
    )
    assert "Told: x" in str(error)
    assert made.calls.get("Told.__str__", 0) == 0
    assert sum(row.fuel for row in made.lines) == made.total.fuel


@pytest.mark.parametrize("engine", ENGINES)
def test_functions_among_the_values_have_no_address(engine: str) -> None:
    text = "class Kept:\n    pass\n\n\ndef pick(n):\n    return [Kept, pick][n]\n\n\nname = 'na' + 'me'\nsetattr(pick(0), name * 2, 1)\n"
    with pytest.raises(BellError) as raised:
        belljar.compile(text, cache=False).run(engine=engine)
    assert " at 0x" not in str(raised.value)
    assert [operand.shown for operand in raised.value.operands][:1] == ["<class 'Kept'>"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("statement", ["raise ValueError('a' * n + 'z')", "assert n < 0, 'a' * n + 'z'"])
def test_a_message_of_megabytes_is_cut(engine: str, statement: str) -> None:
    program = belljar.compile(f"def f(n: int) -> int:\n    {statement}\n    return n\n", cache=False)
    for length, is_whole in ((1000, True), (2_000_000, False)):
        with pytest.raises(BellError) as raised:
            program.call("f", length, engine=engine)
        message = raised.value.message
        assert message.endswith("aaaz")
        assert ("..." not in message) == is_whole
        assert len(message) < 70_000
