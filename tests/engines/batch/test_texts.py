"""Texts by number: written out and counted as Arrow does it, whatever the nulls, slices and encodings."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest

from belljar.engines.batch.texts import plain_text, text_counts

VALUES = ["gold", None, "", "a text of more than sixteen bytes", "gold", "é", None, "x"] * 5


@pytest.mark.parametrize("first", [0, 1, 8, 13, 40])
@pytest.mark.parametrize(
    "type", [pa.dictionary(pa.int32(), pa.string()), pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.large_string())]
)
@pytest.mark.parametrize("nulls", [False, True])
def test_as_arrow_does_it(first: int, type: pa.DataType, nulls: bool) -> None:
    array = pa.array([value for value in VALUES if nulls or value is not None]).dictionary_encode().cast(type).slice(first)
    found = plain_text(array)
    found.validate(full=True)
    assert found.type == pa.string()
    assert found.to_pylist() == array.to_pylist()
    counts = text_counts(array, 100)
    assert counts == (Counter(array.to_pylist()) if type == pa.dictionary(pa.int32(), pa.string()) else None)


def test_a_dictionary_that_is_a_slice_and_holds_a_text_twice() -> None:
    texts = pa.array(["no", "a", "b", "a"]).slice(1)
    array = pa.DictionaryArray.from_arrays(pa.array([2, 0, None, 1], pa.int32()), texts)
    assert plain_text(array).to_pylist() == ["a", "a", None, "b"]
    assert text_counts(array, 100) == {"a": 2, "b": 1, None: 1}
    assert len(text_counts(array, 1) or {}) == 2


def test_a_null_among_the_texts_is_left_to_arrow() -> None:
    array = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), pa.array(["a", None]))
    assert text_counts(array, 100) is None
    assert plain_text(array).to_pylist() == ["a", None]


def test_a_number_without_a_text_is_refused() -> None:
    codes = pa.array([0, 7], pa.int32())
    with pytest.raises(ValueError, match="leads nowhere"):
        plain_text(pa.DictionaryArray.from_arrays(codes, pa.array(["a"]), safe=False))
