"""Enumerations that CPython refuses, or whose members it makes something else of, are refused before running."""

from __future__ import annotations

import pytest

import belljar
from belljar.errors import BellError

REFUSED = (
    "class Color(Enum):\n    RED = 1\n\nclass More(Color):\n    BLUE = 2\n",
    "class S(StrEnum):\n    A = 1\n",
    "class S(str, Enum):\n    A = 1\n",
    "class I(IntEnum):\n    A = '1'\n",
    "@dataclass\nclass Pair:\n    a: int\n    b: int\n\nclass E(Pair, Enum):\n    X = 1, 2\n",
)


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    with pytest.raises(BellError) as caught:
        belljar.compile(f"from dataclasses import dataclass\nfrom enum import Enum, IntEnum, StrEnum\n\n{text}")
    assert [found.code for found in caught.value.diagnostics] == ["E0106"]
