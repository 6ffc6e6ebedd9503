"""What of ``import *`` and of expressions that make types is refused."""

from __future__ import annotations

import pytest

import belljar
from belljar.errors import BellError


@pytest.mark.parametrize(
    ("text", "code", "line", "said"),
    [
        ("def f():\n    from math import *\n", "E0101", 2, "import * only allowed at module level"),
        ("from nowhere import *\n", "E0110", 1, "'nowhere' cannot be imported"),
        ("from .math import *\n", "E0110", 1, "'.math' cannot be imported"),
        ("Row = list[int]\nprint(Row)\n", "E0106", 2, "list[int]"),
        ("Row = list[int]\nprint(Row())\n", "E0106", 2, "list[int]()"),
        ("class C:\n    pass\n\n\nprint(C[int]())\n", "E0305", 5, "cannot be indexed"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import B\nprint(B)\n", "E0201", 4, "'B'"),
        ("from typing import TypedDict\nclass M(TypedDict):\n    name: str\nprint(M(name='a')['year'])\n", "E0702", 4, "year"),
    ],
)
def test_what_is_refused(text: str, code: str, line: int, said: str) -> None:
    with pytest.raises(BellError) as caught:
        belljar.compile(text, cache=False).run()
    assert (caught.value.code, caught.value.line) == (code, line), str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "module", ["abc", "collections", "dataclasses", "datetime", "decimal", "enum", "itertools", "json", "math", "typing"]
)
def test_stars_bring_names_that_the_module_has(module: str) -> None:
    belljar.compile(f"from {module} import *\nprint(1)\n", cache=False).run(write=lambda _: None)
