"""Library modules are built once, and are the same for every program."""

from __future__ import annotations

import ast

import pytest

import belljar
from belljar.lang import shelf
from belljar.lang.compile import FrontEnd
from belljar.lang.library import read_library
from belljar.lang.names import INTERNAL, MODULES
from belljar.storage import cache

USES = """
import datetime, json, collections, re, itertools, decimal
from statistics import mean

class Stamped(datetime.date):
    note = "x"

def shown(value):
    return f"{value!r:>30}"

values = [Stamped(2024, 2, 29), collections.Counter("abca"), decimal.Decimal("1.10"), mean([1, 2, 3])]
for value in values:
    print(shown(value), json.dumps({"a": [1, None]}), re.sub("[a-c]", "x", "abcd"))
"""

FEW = "import string, operator\nprint(string.capwords('a b'), operator.add(1, 2))\n"
"""Uses modules that are soon built."""


@pytest.fixture
def empty_shelf(monkeypatch, tmp_path):
    monkeypatch.setenv("BELLJAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(shelf, "_kept", {})
    return tmp_path / "cache"


def typed(text: str) -> str:
    return belljar.compile(text, "uses.bell", cache=False).ir("typed")


def entries(folder) -> list[str]:
    return sorted(path.name for path in folder.glob(f"*{shelf.SUFFIX}"))


def contents(module) -> dict[str, str]:
    """A module as text, without what inference works out once."""
    for name in module.functions:
        function = module.function(name)
        function.live = function.mentions = None
        for block in function.blocks:
            block.last_uses = None
    shown = {part: getattr(module, part) for part in module.__slots__ if part not in ("read", "functions")}
    return {**{part: repr(value) for part, value in shown.items()}, **{name: repr(one) for name, one in module.functions.items()}}


def test_a_module_from_the_shelf_is_the_module_that_was_built(empty_shelf, monkeypatch):
    built = typed(USES)
    kept = entries(empty_shelf)
    assert len(kept) >= 10
    assert typed(USES) == built  # from the process
    monkeypatch.setattr(shelf, "_kept", {})
    monkeypatch.setattr("belljar.lang.program.read_library", lambda name: pytest.fail(f"{name} was built again"))
    assert typed(USES) == built  # from disk
    assert entries(empty_shelf) == kept


def test_without_a_cache_nothing_is_written(empty_shelf, monkeypatch):
    monkeypatch.setenv("BELLJAR_CACHE", "")
    built = typed(FEW)
    monkeypatch.setattr(shelf, "_kept", {})
    assert typed(FEW) == built
    assert not empty_shelf.exists()


@pytest.mark.parametrize("damage", [lambda data: data[:-20], lambda data: data[:60] + b"\xff" + data[61:], lambda data: b""])
def test_a_damaged_entry_is_a_miss(empty_shelf, monkeypatch, damage):
    built = typed(FEW)
    for name in entries(empty_shelf):
        path = empty_shelf / name
        path.write_bytes(damage(path.read_bytes()))
    monkeypatch.setattr(shelf, "_kept", {})
    assert typed(FEW) == built


def test_an_entry_that_is_whole_but_something_else_is_a_miss(empty_shelf, monkeypatch):
    built = typed(FEW)
    for name in entries(empty_shelf):
        cache.write(name, shelf.FORMAT, shelf.dumps(("no", "module")))
    monkeypatch.setattr(shelf, "_kept", {})
    assert typed(FEW) == built


def test_programs_do_not_change_the_modules_they_use(empty_shelf):
    FrontEnd("import datetime, json, collections, re, itertools, decimal, statistics", "names.bell")
    before = {key: contents(module) for key, module in shelf._kept.items()}
    FrontEnd(USES, "uses.bell").module({})
    FrontEnd(USES.replace('note = "x"', "note: int = 1"), "other.bell").module({}, wide=True)
    for key, shown in before.items():
        assert contents(shelf._kept[key]) == shown, key


def test_modules_of_the_library_do_not_import_each_other_in_circles():
    imports: dict[str, set[str]] = {}
    for name in {*MODULES, *INTERNAL}:
        if (MODULES.get(name) if name in MODULES else INTERNAL[name]) is not None or name == "__future__":
            continue
        tree, _ = read_library(name)
        found = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        found |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imports[name] = found - {name}  # which gives what is built in: Decimal
    done: set[str] = set()
    while len(done) < len(imports):
        ready = {name for name, needed in imports.items() if name not in done and not (needed & imports.keys()) - done}
        assert ready, sorted(imports.keys() - done)
        done |= ready


def test_a_class_called_as_a_module_of_the_library(capsys):
    text = """
from statistics import mean

class statistics:
    def mean(self, values):
        return -1

print(mean([1, 2]), statistics().mean([1, 2]))
"""
    pieces: list[str] = []
    belljar.compile(text, "x.bell", cache=False).run(write=pieces.append)
    assert "".join(pieces) == "1.5 -1\n"
