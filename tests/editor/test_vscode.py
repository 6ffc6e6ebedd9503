"""The extension for VS Code: its files are whole, and agree with the compiler."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from belljar import __version__
from belljar.commands.table import COMMANDS
from belljar.lang.names import BUILTINS

FOLDER = Path(__file__).resolve().parents[2] / "editors" / "vscode"


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def regexes(value: Any) -> Iterator[str]:
    """Every regular expression of a grammar or a language configuration."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("match", "begin", "end", "while", "beforeText", "afterText", "wordPattern") and isinstance(inner, str):
                yield inner
            else:
                yield from regexes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from regexes(inner)


def test_the_files_it_names_are_there() -> None:
    package = read("package.json")
    contributed = package["contributes"]
    named = [
        package["main"],
        *(one["configuration"] for one in contributed["languages"]),
        *(one["path"] for one in contributed["grammars"]),
    ]
    assert all((FOLDER / name).is_file() for name in named)
    assert contributed["languages"][0]["extensions"] == [".bell"]
    assert contributed["grammars"][0]["scopeName"] == read("syntaxes/bell.tmLanguage.json")["scopeName"]
    assert package["version"] == __version__


def test_the_client_uses_what_the_package_declares() -> None:
    package = read("package.json")
    code = (FOLDER / "extension.js").read_text(encoding="utf-8")
    assert {name.split("/")[0] for name in re.findall(r'require\("([^"]+)"\)', code)} == {"vscode", *package["dependencies"]}
    for command in package["contributes"]["commands"]:
        assert f'registerCommand("{command["command"]}"' in code
    command, *arguments = package["contributes"]["configuration"]["properties"]["belljar.command"]["default"]
    assert command == "belljar"
    assert arguments[0] in COMMANDS


@pytest.mark.parametrize("name", ["syntaxes/bell.tmLanguage.json", "language-configuration.json"])
def test_regular_expressions_compile(name: str) -> None:
    found = list(regexes(read(name)))
    assert found
    for pattern in found:
        re.compile(pattern)


def test_the_grammar() -> None:
    grammar = read("syntaxes/bell.tmLanguage.json")
    included = [one["include"] for one in grammar["patterns"]]
    assert included == ["#directives", "source.python"]
    assert all(name.removeprefix("#") in grammar["repository"] for name in included if name.startswith("#"))
    strict = re.compile(grammar["repository"]["directives"]["match"])
    assert strict.match("# strict")
    assert not strict.match("# strictly")
    refused = re.compile(grammar["repository"]["refused"]["match"])
    words = re.findall(r"[a-z]{4,}", refused.pattern.split("(?:")[1])
    assert words
    assert all(BUILTINS[word].refused for word in words)
    assert refused.search("x = eval(1)")
    assert not refused.search("x.eval(1)")
    assert not refused.search("def eval(x)")


def test_indentation() -> None:
    deeper, back = (re.compile(rule["beforeText"]) for rule in read("language-configuration.json")["onEnterRules"])
    assert all(deeper.search(line) for line in ("def f(a):", "    if x:  # y", "else:", "try:", "class A:"))
    assert not any(deeper.search(line) for line in ("x = {1: 2}", "define:", "x: int"))
    assert all(back.search(line) for line in ("    return x", "  pass", "raise E"))
    assert not any(back.search(line) for line in ("    return [", "returned", "passing = 1"))
