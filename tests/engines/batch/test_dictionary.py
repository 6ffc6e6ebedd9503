"""Strings in lanes: what depends on one text is worked out once a text, whatever form the column has."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from belljar.engines.batch import dictionary, simd
from belljar.engines.batch._columns import Dictionary
from tests.engines.batch.both_kernels import Pair

WORDS = [
    "",
    "a",
    "gold",
    "Gold",
    " gold ",
    "trial",
    "12",
    "-7",
    "x12",
    "a longer text than sixteen bytes",
    "a longer text than sixteen bytes, too",
    "äöü",
    "日本語",
    "🙂",
    "\0",
    "gold\0",
]

PRICE = """\
TAXED = {"gold", "trial", "12"}
RATES = {"gold": 0.5, "trial": 2.0}

def rule(amount: float | None, country: str | None, plan: str) -> float:
    if amount is None:
        return 0.0
    value = amount
    if country is None:
        value *= 1.1
    elif country in TAXED:
        value *= 1.19
    if plan.strip().lower() == "gold":
        value *= 0.5
    elif plan in RATES:
        value *= RATES[plan]
    elif len(plan) > 20 or plan.startswith("x"):
        return -1.0
    return value
"""

RULES = {
    "numbers in texts, some of which are none": "def rule(s: str) -> int:\n    return int(s) + 1\n",
    "a look-up that may miss": "D = {'a': 1, 'gold': 2}\n\ndef rule(s: str) -> int:\n    return D[s] * 2\n",
    "constants and columns as results": "def rule(s: str, t: str) -> str:\n    if s == t:\n        return 'same'\n    return s if s < 'b' else t\n",
    "a text computed from a column": "def rule(s: str) -> str:\n    return s.strip().upper() if len(s) > 2 else 'short'\n",
    "a result that may be missing": "def rule(s: str | None) -> str | None:\n    if s is None or s == 'gold':\n        return None\n    return s\n",
    "two columns compared": "def rule(s: str, t: str | None) -> bool:\n    return t is not None and s != t\n",
    "joined in a loop": "def rule(s: str, n: int) -> int:\n    total = 0\n    for i in range(n):\n        if s == 'gold':\n            total += len(s)\n        total += i\n    return total\n",
    "a tuple of texts": "def rule(s: str) -> tuple[str, int, bool]:\n    return ('x' if s.isdigit() else 'y', len(s), s.isalpha())\n",
    "module-level values": "LIMIT = len('abc') + 1\nNAME = 'gold'\n\ndef rule(s: str, n: int) -> str:\n    return NAME if n > LIMIT else s\n",
}
COLUMNS = {"s": 1, "t": 1, "n": 0, "amount": 2, "country": 1, "plan": 1}


def forms(values: list[str | None]) -> list[pa.Array]:
    """The same texts in every form a column of strings may have."""
    plain = pa.array(values, pa.string())
    return [
        plain,
        plain.cast(pa.large_string()),
        plain.dictionary_encode().cast(pa.dictionary(pa.int32(), pa.string())),
        plain.dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string())),
        pa.concat_arrays([pa.array(["zz", None, "q"], pa.string()), plain]).slice(3),
        pa.concat_arrays([pa.array(["zz", None, "q"], pa.string()), plain])
        .dictionary_encode()
        .cast(pa.dictionary(pa.int16(), pa.string()))
        .slice(3),
    ]


def column(name: str, nullable: bool, length: int, chance: random.Random) -> list[object]:
    if name == "n":
        return [chance.randrange(9) for _ in range(length)]
    choices: list[object] = [1.0, 2.5, -3.0] if name == "amount" else list(WORDS)
    return [chance.choice([*choices, None] if nullable else choices) for _ in range(length)]


@pytest.mark.parametrize("name", [*RULES, "price"])
def test_rules_over_every_form(name: str) -> None:
    pair = Pair(RULES.get(name, PRICE))
    chance = random.Random(name)
    for form in range(6):
        for length in (1, 8, 13, 70):
            arrays = []
            for spec in pair.lanes.inputs:
                values = column(spec.name, spec.nullable, length, chance)
                arrays.append(
                    forms(values)[form] if spec.type == "str" else pa.array(values, pa.int64() if spec.type == "int" else pa.float64())
                )
            pair.check(arrays)


def test_lanes_do_the_work() -> None:
    pair = Pair(PRICE)
    texts = [word for word in WORDS for _ in range(5)]
    pair.check([pa.array([2.0] * len(texts)), pa.array(texts), pa.array(texts[::-1])], again=0)


def test_indices_under_nulls_may_be_anything() -> None:
    pair = Pair("def rule(s: str | None) -> int:\n    return 0 if s is None else len(s)\n")
    indices = pa.Array.from_buffers(pa.int32(), 3, [pa.py_buffer(b"\x05"), pa.array([1, 2_000_000_000, 0], pa.int32()).buffers()[1]])
    array = pa.DictionaryArray.from_arrays(indices, pa.array(["a", "bcd"]), safe=False)
    got, faults = pair.lanes.run([array], 3)
    assert (got[0].to_pylist(), faults) == ([3, 0, 1], [])


def test_results_are_dictionaries_of_one_type() -> None:
    pair = Pair(RULES["a text computed from a column"])
    few, none, many = (
        pa.array(["a", "b", "abc"]),
        pa.array([], pa.string()),
        pa.array([f"text {i}" for i in range(dictionary.TEXTS_MAX + 1)]),
    )
    for array in (few, none, many):
        got = pair.lanes.run([array], len(array))[0][0]
        assert got.type == pa.dictionary(pa.int32(), pa.string())
        assert got[len(array) - 1 :].to_pylist() == [text.as_py().upper() for text in array[-1:]]


def test_results_do_not_depend_on_what_came_before() -> None:
    first, second = Pair(RULES["a text computed from a column"]), Pair(RULES["a text computed from a column"])
    arrays = [pa.array(["gold", "trial", "gold", "x"])]
    first.lanes.run([pa.array(["other", "texts", "trial"])], 3)
    mine, theirs = first.lanes.run(arrays, 4)[0][0], second.lanes.run(arrays, 4)[0][0]
    assert mine.dictionary.equals(theirs.dictionary)
    assert mine.equals(theirs)


def test_too_many_texts_are_run_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary, "TEXTS_MAX", 20)
    pair = Pair(RULES["a text computed from a column"])
    many = [pa.array([f"text {i}" for i in range(100)])]
    few = [pa.array([f"text {i % 5}" for i in range(100)])]
    for arrays, again in ((few, 0), (many, 100), (few, 0), (many, 100), (many, 100)):
        pair.check(arrays)
        assert pair.counting.rows == again
    assert pair.lanes.reason is None
    for _ in range(simd.GIVEN_UP_MAX):
        pair.check(many)
    assert "too many" in str(pair.lanes.reason)
    pair.check(few)
    assert pair.counting.rows == 100


def test_texts_that_meet_a_limit_are_decided_row_by_row() -> None:
    pair = Pair("def rule(s: str) -> int:\n    return len(s * 1000) if s != 'a' else 0\n", limits={"fuel": 150})
    pair.check([pa.array(["a", "gold", "abc" * 10])])
    tight = Pair("def rule(s: str, n: int) -> int:\n    return len(s * 1000) + n\n", limits={"memory": "256KiB"})
    tight.check([pa.array(["a", "gold", "abc" * 400]), pa.array([1, 2, 3])])


def test_texts_that_are_too_long_to_be_worked_out() -> None:
    pair = Pair("def rule(s: str) -> int:\n    return len(s)\n")
    pair.check([pa.array(["a", "b" * (dictionary.TEXT_BYTES_MAX + 1), "c"])], again=1)


def test_numbers_of_texts() -> None:
    chance = random.Random(5)
    texts = ["", *{("".join(chance.choice("abäü日") for _ in range(chance.randrange(40)))) for _ in range(3000)}]
    rows = [chance.choice(texts) for _ in range(20_000)]
    array = pa.array(rows)
    found = Dictionary(1 << 16, 1 << 20)
    numbers = pa.allocate_buffer(4 * len(rows))
    _, offsets, data = array.buffers()
    assert found.encode(offsets.address, False, data.address, data.size, len(rows), numbers.address) == len(rows)
    assert len(found) == len(set(rows))
    codes = pa.Array.from_buffers(pa.int32(), len(rows), [None, numbers]).to_pylist()
    assert [found.text(code).decode() for code in codes] == rows
    assert list(dict.fromkeys(codes)) == list(range(len(found)))
    with pytest.raises(IndexError):
        found.text(len(found))


def test_a_dictionary_is_bounded() -> None:
    array = pa.array(["aa", "bb", "aa", "cc", "aa"])
    _, offsets, data = array.buffers()
    numbers = pa.allocate_buffer(20)
    assert Dictionary(2, 100).encode(offsets.address, False, data.address, data.size, 5, numbers.address) == 3
    assert Dictionary(9, 5).encode(offsets.address, False, data.address, data.size, 5, numbers.address) == 3
    assert Dictionary(9, 100).encode(offsets.address, False, data.address, 7, 5, numbers.address) == 3


def test_the_first_rows_are_run_one_by_one() -> None:
    pair = Pair(RULES["a text computed from a column"])
    pair.lanes._patience = 100
    few = [pa.array(["gold", "x", "trial"])]
    pair.check(few)
    assert pair.counting.rows == 3
    assert pair.lanes.run(few, 3)[0][0].type == pa.dictionary(pa.int32(), pa.string())
    many = [pa.array(["gold", "x", "trial"] * 40)]
    pair.check(many, again=0)


@pytest.mark.parametrize("values", [[], [None], ["a", None, "a", "b", ""], ["ä" * 30] * 5])
def test_texts_as_a_dictionary(values: list[str | None]) -> None:
    array = pa.array(values, pa.string())
    for given in (array, array.slice(1), array.dictionary_encode().cast(pa.dictionary(pa.int32(), pa.string()))):
        found = dictionary.encoded(given)
        found.validate(full=True)
        assert found.type == pa.dictionary(pa.int32(), pa.string())
        assert found.to_pylist() == given.to_pylist()
