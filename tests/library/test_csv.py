from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, check

OURS = bell("csv")
TEXTS = st.lists(st.sampled_from(["a", "b1", ",", ";", '"', "'", " ", "\n", "\r\n", "\\", "2.5", "\t"]), max_size=12).map("".join)
FORMS = st.fixed_dictionaries(
    {},
    optional={
        "delimiter": st.sampled_from([",", ";", "\t"]),
        "quotechar": st.sampled_from(['"', "'"]),
        "escapechar": st.sampled_from([None, "\\"]),
        "doublequote": st.booleans(),
        "skipinitialspace": st.booleans(),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_NONE]),
        "strict": st.booleans(),
        "lineterminator": st.sampled_from(["\r\n", "\n", ";\n"]),
    },
)
VALUES = TEXTS | st.none() | st.integers(-5, 5) | st.floats(-2, 2) | st.booleans()


def caught(action: Any, error: type[Exception]) -> tuple[str, Any]:
    """What an action gives, or the text of the module's own error."""
    try:
        return "", action()
    except error as problem:
        return str(problem), None
    except ValueError as problem:
        return str(problem), None


@given(TEXTS, FORMS)
def test_reader(text: str, form: dict[str, Any]) -> None:
    lines = text.splitlines(keepends=True)
    ours = caught(lambda: list(OURS.reader(lines, **form)), OURS.Error)
    theirs = caught(lambda: list(csv.reader(lines, **form)), csv.Error)
    assert ours == theirs


@given(st.lists(st.lists(VALUES, max_size=4), max_size=3), FORMS)
def test_writer(rows: list[list[Any]], form: dict[str, Any]) -> None:
    made: list[tuple[str, Any]] = []
    for module in (OURS, csv):
        out = io.StringIO()
        made.append((*caught(lambda m=module, o=out: m.writer(o, **form).writerows(rows), module.Error), out.getvalue()))  # type: ignore[misc]
    assert made[0] == made[1]


@given(st.lists(TEXTS, max_size=4), st.lists(TEXTS, max_size=3), st.sampled_from([None, "rest"]))
def test_dict_reader(lines: list[str], names: list[str], rest: str | None) -> None:
    flat = [line.replace("\n", "").replace("\r", "").replace('"', "") for line in lines]
    check(
        lambda: list(OURS.DictReader(flat, names or None, restkey=rest, restval="?")),
        lambda: list(csv.DictReader(flat, names or None, restkey=rest, restval="?")),
    )


def test_dict_writer() -> None:
    made = []
    for module in (OURS, csv):
        out = io.StringIO()
        writer = module.DictWriter(out, ["a", "b"], restval="-", lineterminator="\n")
        writer.writeheader()
        writer.writerows([{"a": 1, "b": "x,y"}, {"b": None}])
        try:
            writer.writerow({"c": 1})
        except ValueError as problem:
            out.write(str(problem))
        ignoring = module.DictWriter(out, ["a"], extrasaction="ignore", dialect="excel-tab")
        ignoring.writerow({"a": "t\tt", "z": 1})
        made.append(out.getvalue())
    assert made[0] == made[1]


def test_mistakes() -> None:
    for call in (
        lambda m: m.reader([], delimiter=",,"),
        lambda m: m.reader([], quotechar=3),
        lambda m: m.writer(io.StringIO(), quoting=9),
        lambda m: m.writer(io.StringIO(), quotechar=None, quoting=csv.QUOTE_ALL),
    ):
        problems = []
        for module in (OURS, csv):
            try:
                call(module)
            except TypeError as problem:
                problems.append(str(problem))
        assert len(problems) == 2
        assert problems[0] == problems[1]
