"""What CPython's modules have and those of the library lack is refused, and never an AttributeError that a program could take for the answer."""

from __future__ import annotations

import ast
import importlib
import sys
from types import ModuleType

import pytest

import belljar
from belljar.errors import BellError
from belljar.lang.left_out import LEFT_OUT, MEMBERS_LEFT_OUT
from belljar.lang.library import internal_names, library_names, read_library
from belljar.lang.names import ASKED_OF_HOSTS, CLASSES, FORMS, MEMBERS_REFUSED, MOVED


def offered(module: str) -> set[str]:
    """The names that a module of the library binds at its module level, and those that the front end adds."""
    found = set(FORMS.get(module, ())) | set(MEMBERS_REFUSED.get(module, ()))
    found |= {full.rpartition(".")[2] for full in (*MOVED, *CLASSES) if full.rpartition(".")[0] == module}
    for statement in read_library(module)[0].body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found.add(statement.name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            found |= {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in statement.names}
    return found


def public(module: ModuleType) -> set[str]:
    """The names that a module of CPython offers: those it lists, and those that are its own."""
    name = module.__name__
    own = {
        known
        for known, value in vars(module).items()
        if not isinstance(value, ModuleType) and getattr(value, "__module__", name) in (name, f"_{name}", None)
    }
    return {known for known in own | set(getattr(module, "__all__", ())) if not known.startswith("_")}


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the names are those of CPython 3.11")
def test_the_table_is_whole() -> None:
    wanted = {}
    for module in sorted(library_names() - ASKED_OF_HOSTS):
        lacking = public(importlib.import_module(module)) - offered(module)
        if lacking:
            wanted[module] = lacking
    assert wanted == LEFT_OUT, "\n".join(f'    "{module}": "{" ".join(sorted(names))}",' for module, names in wanted.items())


@pytest.mark.parametrize("name", ["hashlib.blake2b", "csv.Sniffer", "time.process_time", "zlib.compress"])
def test_what_is_left_out_is_refused(name: str) -> None:
    module = name.partition(".")[0]
    with pytest.raises(BellError) as caught:
        belljar.compile(f"import {module}\ntry:\n    print({name})\nexcept Exception:\n    print('none')\n")
    assert (caught.value.code, caught.value.exit_status) == ("E0106", 2)


def test_what_nobody_has_is_an_attribute_error() -> None:
    written: list[str] = []
    belljar.compile("import csv\ntry:\n    csv.nope\nexcept AttributeError as e:\n    print(e)\n").run(write=written.append)
    assert "".join(written) == "module 'csv' has no attribute 'nope'\n"


def classes_of(module: str) -> dict[str, ast.ClassDef]:
    return {statement.name: statement for statement in read_library(module)[0].body if isinstance(statement, ast.ClassDef)}


def brought(module: str, name: str) -> tuple[str, str]:
    """The module of a class that a module of the library has under a name, and its name there."""
    for statement in read_library(module)[0].body:
        if isinstance(statement, ast.ImportFrom) and statement.module in internal_names() and name not in classes_of(module):
            for alias in statement.names:
                if (alias.asname or alias.name) == name:
                    return str(statement.module), alias.name
    return module, name


def members(module: str, name: str) -> set[str]:
    """What objects of a class of the library have: methods, what they assign, variables, and what bases have."""
    module, name = brought(module, name)
    cls = classes_of(module).get(name)
    if cls is None:
        return set()
    found = {node.name for node in ast.walk(cls) if isinstance(node, ast.FunctionDef)}
    found |= {node.attr for node in ast.walk(cls) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    assigned = [target for statement in cls.body if isinstance(statement, ast.Assign) for target in statement.targets]
    found |= {node.id for target in assigned for node in ast.walk(target) if isinstance(node, ast.Name)}
    for statement in read_library(module)[0].body:  # `date.min = ...`
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute):
            found.add(statement.targets[0].attr)
    for base in cls.bases:
        if isinstance(base, ast.Name):
            found |= members(module, base.id)
    return found


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the names are those of CPython 3.11")
def test_the_table_of_members_is_whole() -> None:
    wanted = {"_field.Field": {"default", "default_factory", "hash", "metadata"}}
    for module in sorted(library_names() - ASKED_OF_HOSTS):
        for name in sorted(offered(module)):
            theirs = getattr(importlib.import_module(module), name, None)
            if not isinstance(theirs, type) or issubclass(theirs, BaseException | tuple | int) or name.startswith("_"):
                continue
            known = members(module, name)
            lacking = {one for one in dir(theirs) if not one.startswith("_")} - known
            if known and lacking:
                wanted[".".join(brought(module, name))] = lacking
    shown = (f'        "{cls}": "{" ".join(sorted(names))}",' for cls, names in wanted.items())
    assert wanted == MEMBERS_LEFT_OUT, "\n".join(shown)


@pytest.mark.parametrize(
    "text",
    [
        "import io\nmade = io.BytesIO(b'a')\ntry:\n    made.getbuffer()\nexcept AttributeError:\n    print('none')\n",
        "from decimal import Context\nmade = Context()\ntry:\n    print(made.radix)\nexcept AttributeError:\n    print('none')\n",
        "from decimal import Decimal\nmade = Decimal(1)\ntry:\n    made.compare_total(made)\nexcept AttributeError:\n    print('none')\n",
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\ntry:\n    print(P.x)\nexcept AttributeError:\n    print('none')\n",
    ],
)
def test_members_that_are_left_out_are_refused(text: str) -> None:
    with pytest.raises(BellError) as caught:
        belljar.compile(text)
    assert caught.value.code == "E0106"


@pytest.mark.parametrize("call", ["[1].__iadd__([2])", "(5).__add__(3)", "{1}.__sub__({1})", "{1: 2}.__or__({2: 3})", "'a'.__mod__(1)"])
def test_special_methods_of_built_in_types_are_refused(call: str) -> None:
    with pytest.raises(BellError) as caught:
        belljar.compile(f"try:\n    print({call})\nexcept AttributeError:\n    print('none')\n")
    assert caught.value.code == "E0108"
