"""What the compiler asks of library files: plain Python 3.10, imports of one another only, nothing that reads the machinery of Python."""

from __future__ import annotations

import ast
import tokenize
from pathlib import Path

import pytest

from tests.library.shelf import LIBRARY, bell

FILES = sorted(LIBRARY.glob("*.bell"))
PROVIDED = {"_bell", "math", "decimal", "dataclasses", "enum", "typing"}
DECORATORS = {"abstractmethod", "property", "staticmethod", "classmethod", "dataclass"}
BANNED = {
    "eval",
    "exec",
    "compile",
    "globals",
    "locals",
    "vars",
    "dir",
    "id",
    "getattr",
    "setattr",
    "delattr",
    "__import__",
    "open",
    "input",
}
# Methods with no other way to call them.
CALLED = {"__copy__", "__deepcopy__", "__enter__", "__exit__", "__fspath__", "__missing__"}
# What exceptions have, and the names of functions.
READ = {"__cause__", "__context__", "__notes__", "__name__", "__wrapped__"}
LINES_MAX = 660
ABOUT_NAMES = {"_named_attributes.bell": {"getattr"}}
"""What modules that are called for a name which a program made while running, are there for."""


def is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def faults(text: str) -> list[str]:
    """Everything in a file that the rules forbid, with its line."""
    found: list[str] = []
    tree = ast.parse(text, feature_version=(3, 10))
    if not ast.get_docstring(tree):
        found.append("1: no docstring")
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        found += [f"{node.lineno}: import of {name}" for name in names if name not in PROVIDED and not (LIBRARY / f"{name}.bell").exists()]
        if isinstance(node, ast.Attribute) and is_dunder(node.attr) and node.attr not in CALLED | READ and not is_super_call(node):
            found.append(f"{node.lineno}: attribute {node.attr}")
        if isinstance(node, ast.Name) and (node.id in BANNED or (is_dunder(node.id) and node.id not in ("__name__", "__hash__"))):
            found.append(f"{node.lineno}: {node.id}")
        if isinstance(node, ast.ClassDef) and node.keywords:
            found.append(f"{node.lineno}: class {node.name} with keywords")
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for decorator in node.decorator_list:
                shown = ast.unparse(decorator)
                if shown not in DECORATORS and not shown.endswith(".setter"):
                    found.append(f"{decorator.lineno}: decorator {shown}")
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            found.append(f"{node.lineno}: async")
    return found


def is_super_call(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Call) and ast.unparse(node.value) == "super()" and node.attr == "__init__"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rules(path: Path) -> None:
    with tokenize.open(path) as file:
        text = file.read()
    allowed = ABOUT_NAMES.get(path.name, set())
    assert [fault for fault in faults(text) if fault.split(": ")[1] not in allowed] == []
    assert text.count("\n") <= LINES_MAX
    assert max(map(len, text.splitlines())) <= 140


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_loads(path: Path) -> None:
    assert bell(path.stem)


@pytest.mark.parametrize(
    "text",
    [
        "import subprocess",
        "x.__class__",
        "eval('1')",
        "@cache\ndef f(): pass",
        "class A(metaclass=M): pass",
        "async def f(): pass",
    ],
)
def test_the_rules_see(text: str) -> None:
    assert len(faults(f'"""Doc."""\n{text}\n')) == 1
