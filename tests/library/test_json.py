from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.library.shelf import bell, check, outcome

OURS = bell("json")
TEXTS = st.text(max_size=6) | st.text('ab"\\/\x00\x1f\x7f\n\t\b\f\ré€😀\ud800', max_size=6)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)
KEYS = st.one_of(TEXTS, TEXTS, st.none(), st.booleans(), st.integers(), st.floats())
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4), st.tuples(inner), st.dictionaries(TEXTS, inner, max_size=4)
    ),
    max_leaves=15,
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "skipkeys": st.booleans(),
        "ensure_ascii": st.booleans(),
        "allow_nan": st.booleans(),
        "indent": st.sampled_from([None, 0, 1, 4, -1, "\t", ""]),
        "separators": st.sampled_from([None, (",", ":"), (" , ", " : ")]),
        "sort_keys": st.booleans(),
    },
)


@given(VALUES, OPTIONS)
def test_dumps(value: Any, options: dict[str, Any]) -> None:
    check(lambda: OURS.dumps(value, **options), lambda: json.dumps(value, **options))


class Plain:
    pass


@pytest.mark.parametrize(
    "value", [Plain, {1, 2}, [Plain()], {"a": b"x"}, {(1, 2): 3}, {(1,): 1, "b": [2]}, {None: 1, "a": 2}, {1: "a", "b": 1}]
)
@pytest.mark.parametrize("options", [{}, {"skipkeys": True}, {"sort_keys": True}, {"default": str}, {"default": lambda o: [o]}])
def test_dumps_of_other_kinds(value: Any, options: dict[str, Any]) -> None:
    if "default" in options and "object at" in str(value):
        options = {"default": lambda o: "plain"}
    check(lambda: OURS.dumps(value, **options), lambda: json.dumps(value, **options))


def test_circles() -> None:
    items: list[Any] = [1]
    items.append({"a": [2, items]})
    shared = [1]
    deep: list[Any] = []
    for _ in range(130):
        deep = [shared, deep]
    for module in (OURS, json):
        assert outcome(lambda module=module: module.dumps(items)) == ("ValueError", "Circular reference detected")
        assert outcome(lambda module=module: module.dumps(Plain(), default=lambda o: o)) == ("ValueError", "Circular reference detected")
    assert OURS.dumps(deep) == json.dumps(deep)
    assert OURS.dumps([shared, shared, {"a": shared}]) == '[[1], [1], {"a": [1]}]'


def test_encoders_and_kinds_of_dict() -> None:
    class Ours(OURS.JSONEncoder):  # type: ignore[misc, name-defined]
        def default(self, o: Any) -> Any:
            return sorted(o) if isinstance(o, set) else super().default(o)

    class Theirs(json.JSONEncoder):
        def default(self, o: Any) -> Any:
            return sorted(o) if isinstance(o, set) else super().default(o)

    check(lambda: OURS.dumps({"a": {2, 1}}, cls=Ours), lambda: json.dumps({"a": {2, 1}}, cls=Theirs))
    check(lambda: OURS.dumps(Plain(), cls=Ours), lambda: json.dumps(Plain(), cls=Theirs))
    assert "".join(OURS.JSONEncoder().iterencode([1])) == "[1]"
    library = bell("collections")
    assert OURS.dumps([library.Counter("aab"), library.OrderedDict(b=1), library.defaultdict(int, c=2)]) == (
        '[{"a": 2, "b": 1}, {"b": 1}, {"c": 2}]'
    )
    file = io.StringIO()
    OURS.dump([1, "a"], file, indent=1)
    assert file.getvalue() == json.dumps([1, "a"], indent=1)
    assert OURS.load(io.StringIO("[1]")) == [1]


def parts_of(error: Any) -> Any:
    return error.msg, error.doc, error.pos, error.lineno, error.colno


def agree(text: Any, **options: Any) -> None:
    check(lambda: OURS.loads(text, **options), lambda: json.loads(text, **options))
    found = []
    for module in (OURS, json):
        try:
            module.loads(text, **options)
        except module.JSONDecodeError as error:
            found.append(parts_of(error))
        except Exception as error:
            found.append(str(error))
    assert len(found) != 2 or found[0] == found[1]


@given(VALUES, OPTIONS)
def test_loads_what_dumps_wrote(value: Any, options: dict[str, Any]) -> None:
    options = {**options, "skipkeys": True, "sort_keys": False, "allow_nan": True}
    options.pop("separators", None)
    agree(json.dumps(value, **options))


PIECES = [
    "{", "}", "[", "]", ",", ":", " ", "\n", '"', '"a"', '"\\n"', "\\", "\\u", "\\u00e9", "\\ud83d\\ude00", "\\ud800", "12", "0", "-", "1.5",
    ".", "e", "E+5", "null", "true", "false", "NaN", "Infinity", "-Infinity", "nul", "\t", "\x00", "é", "/", "u12", "b", "{}", "[]", '":', "٣",
]  # fmt: skip


@settings(max_examples=1500)
@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join), st.booleans())
def test_loads_of_anything(text: str, strict: bool) -> None:
    agree(text)
    agree('"' + text, strict=strict)
    agree("[" + text, strict=strict)
    agree('{"a":' + text + "}")


@settings(max_examples=300)
@given(VALUES, st.integers(0, 200), st.sampled_from(["", "x", ",", '"', "\\", "]", "\n"]))
def test_loads_of_damaged_text(value: Any, place: int, piece: str) -> None:
    text = json.dumps(value, skipkeys=True, indent=1)
    agree(text[:place] + piece + text[place + 1 :])
    agree(text[:place])


@pytest.mark.parametrize("text", ["\ufeff1", "", " ", 5, None, b"[1]", b"\xef\xbb\xbf[1]", b"", '"\\u12', '"\\u1234', '"\\ud83d\\u0041"', '"\\ud83d\\uzzzz"', "1" * 5000])  # fmt: skip
def test_loads_by_hand(text: Any) -> None:
    agree(text)


def test_hooks() -> None:
    text = '{"a": {"b": [1, 2.5, NaN, -Infinity]}, "a": 1, "c": {}}'
    for options in (
        {"object_hook": lambda d: sorted(d)}, {"object_pairs_hook": lambda pairs: pairs}, {"parse_int": str}, {"parse_float": str},
        {"parse_constant": str, "object_pairs_hook": tuple, "object_hook": len},
    ):  # fmt: skip
        check(lambda: str(OURS.loads(text, **options)), lambda: str(json.loads(text, **options)))
    check(lambda: OURS.JSONDecoder().raw_decode('x{"a":1} y', 1), lambda: json.JSONDecoder().raw_decode('x{"a":1} y', 1))


def test_many_escapes_take_linear_time() -> None:
    text = '"' + '\\"' * 200_000 + '"'
    assert OURS.loads(text) == '"' * 200_000
    assert OURS.loads("[" + "1," * 100_000 + "1]") == [1] * 100_001
