"""Where entries end."""

from __future__ import annotations

import pytest

from belljar.commands.entries import cut, goes_on


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False), ("1 + 2", False), ("x = (1,", True), ("x = (1,\n2)", False), ("x = '''a", True), ("x = '''a\nb'''", False), ("x = 1 + \\", True), ("x = 'a", False),
        ("if x:", True), ("if x:\n    y = 1", True), ("if x:\n    y = 1\n", False), ("if x: y = 1", True), ("if x: y = 1\n", False), ("def f():\n    x = [\n\n", True), ("@cache", True),
        ("match x:\n    case 1:\n        y", True), (":help", False), (":type (", False), ("x = )", False), ("  indented", False), ("x = {1: 2}", False), ("x # comment:", False),
        ("try:\n    x\nexcept E:\n    y", True), ("x = 1\nif y:\n    z", True), ("$", False), ("0x", False), ("'\n", False), ("f'{", False),
    ],
)  # fmt: skip
def test_goes_on(text: str, expected: bool) -> None:
    assert goes_on(text) is expected


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("1\n2\n", ["1", "2"]),
        ("1", ["1"]),
        ("", []),
        ("\n\n1\n\n", ["1"]),
        ("def f():\n\n    return 1\n\n\nf()\n", ["def f():\n\n    return 1", "f()"]),
        ("if x:\n  1\nelse:\n  2\nx\n", ["if x:\n  1\nelse:\n  2", "x"]),
        ("try:\n  1\nexcept A:\n  2\nfinally:\n  3\n4\n", ["try:\n  1\nexcept A:\n  2\nfinally:\n  3", "4"]),
        ("@a\n@b\ndef f():\n  1\n2\n", ["@a\n@b\ndef f():\n  1", "2"]),
        ("def f():\n  1\n# c\n  2\n3\n", ["def f():\n  1\n# c\n  2", "3"]),
        ("x = [\n\n1,\n2]\n:help\n3\n", ["x = [\n\n1,\n2]", ":help", "3"]),
        ("def f():\n  '''a\nb\n'''\n  1\nf()", ["def f():\n  '''a\nb\n'''\n  1", "f()"]),
        ("x = (1,\n", ["x = (1,"]),
        ("1\r\n2\r\n", ["1", "2"]),
    ],
)
def test_cut(text: str, entries: list[str]) -> None:
    assert list(cut(text.splitlines(keepends=True))) == entries
