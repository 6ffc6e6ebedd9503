"""What CPython's modules have and those of the library lack is refused, and never an AttributeError that a program could take for the answer."""

from __future__ import annotations

import ast
import importlib
import sys
from types import ModuleType

import pytest

import belljar
from belljar.errors import BellError
from belljar.lang.left_out import LEFT_OUT
from belljar.lang.library import library_names, read_library
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
