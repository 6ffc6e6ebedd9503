"""docs/language.md: every example does what it says, on an engine and on CPython; every refusal has its code; nothing is left out."""

from __future__ import annotations

import builtins
import re
from pathlib import Path

import pytest

import belljar
from belljar.errors import CODES
from belljar.lang.builtins import RULES
from belljar.lang.methods import _OTHER_STR, DICT_METHODS, LIST_METHODS, SET_METHODS, STR_METHODS
from belljar.lang.names import BUILTINS, EXCEPTIONS, MATH_CONSTANTS, MATH_FUNCTIONS, MEMBERS_REFUSED
from tests.corpus import read_text, run_on_cpython

PATH = Path(__file__).parents[2] / "docs" / "language.md"
TEXT = PATH.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"(?ms)^```bell\n(.*?)^```$", TEXT)
ROWS = re.findall(r"(?m)^\| (`.+`) \| (E\d{4}) \|$", TEXT)
SECTIONS = dict(re.findall(r"(?ms)^## \d+\. (.*?)\n(.*?)(?=^## |\Z)", TEXT))

GOES_ON = {"E0302", "E0720", "E0804"}
"""Errors of examples where CPython has an answer."""


def words(section: str) -> set[str]:
    """The words between backticks in a section."""
    prose = re.sub(r"(?ms)^```.*?^```$", "", SECTIONS[section])
    return {word for span in re.findall(r"`([^`]+)`", prose) for word in span.split()}


@pytest.mark.parametrize("text", EXAMPLES, ids=[f"example-{number}" for number in range(len(EXAMPLES))])
def test_example(text: str) -> None:
    case = read_text(PATH, text)
    assert case.output or case.error
    pieces: list[str] = []
    error, line = "", 0
    try:
        belljar.compile(text).run(engine="vm", write=pieces.append)
    except belljar.BellError as problem:
        error, line = problem.code, problem.line
    assert ("".join(pieces), error, line) == (case.output, case.error, case.error_line)
    if error == "E0901":  # CPython has a clock
        return
    output, raised, raised_line = run_on_cpython(case)
    if error in GOES_ON:
        assert output.startswith(case.output)
    else:
        assert (output, raised_line) == (case.output, case.error_line)
        assert not error or issubclass(getattr(builtins, raised), getattr(builtins, CODES[error].python))


@pytest.mark.parametrize(("cell", "code"), ROWS, ids=[f"{code}-{number}" for number, (_, code) in enumerate(ROWS)])
def test_refusal(cell: str, code: str) -> None:
    text = "\n".join(re.findall(r"`([^`]+)`", cell)).replace("\\|", "|")
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile(text).module(None, ())
    assert caught.value.code == code, str(caught.value)


def test_every_code_found_by_compiling_is_there() -> None:
    wanted = {code for code, row in CODES.items() if "E0100" < code < "E0500" and row.exit == 2}
    assert {code for code in wanted if code not in TEXT and code not in ("E0103", "E0104", "E0403", "E0402")} == set()


def test_every_name_is_there() -> None:
    known = {name for name, row in BUILTINS.items() if not row.refused}
    assert known <= words("Built-in functions and `math`")
    assert known >= {name for name in RULES if "." not in name}
    assert MATH_FUNCTIONS | set(MATH_CONSTANTS) <= words("Built-in functions and `math`")
    refused = {
        name
        for name, row in BUILTINS.items()
        if row.refused and not (isinstance(getattr(builtins, name, None), type) and name[0].isupper())
    }
    refused -= {name for name in refused if name.endswith(("Error", "Group", "Warning"))}
    assert refused | set(MEMBERS_REFUSED["math"]) <= words("Refused at compile time")
    assert words("Exceptions") >= EXCEPTIONS
    assert (set(STR_METHODS) | set(_OTHER_STR)) - {"format"} <= words("Strings")
    assert {*LIST_METHODS, *DICT_METHODS, *SET_METHODS} <= words("Lists, tuples, dicts, sets")


def test_sections_are_numbered_in_order() -> None:
    assert re.findall(r"(?m)^## (\d+)\.", TEXT) == [str(number + 1) for number in range(len(SECTIONS))]
