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
        ("return str(self)", "Told: <exception str() failed>"),
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
def test_an_endless_one_ends_with_the_limits(engine: str) -> None:
    error, _ = ended("while True:\n            self.n += 1", engine, limits=belljar.Limits(fuel=100_000))
    assert error.code == "E0705"
    assert "Told: <exception str() failed>" in str(error)


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
    assert [operand.shown for operand in raised.value.operands][:1] == ["<class '__main__.Kept'>"]
