"""Modules about texts against CPython's: paths, words of a shell, differences, fields, references of HTML, patterns of names, orders of nodes."""

from __future__ import annotations

import difflib
import fnmatch
import graphlib
import hashlib
import hmac
import html
import pathlib
import posixpath
import random
import shlex
import string
from functools import partial
from html.entities import html5
from typing import Any

import pytest

from tests.library.shelf import bell, check


def text(draw: random.Random, alphabet: str, most: int) -> str:
    return "".join(draw.choice(alphabet) for _ in range(draw.randrange(most)))


def test_posixpath() -> None:
    ours, draw = bell("posixpath"), random.Random(1)
    for _ in range(600):
        a, b = text(draw, "ab./.", 8), text(draw, "ab./", 6)
        for name in ("split", "basename", "dirname", "splitext", "normpath", "isabs", "splitdrive"):
            check(partial(getattr(ours, name), a), partial(getattr(posixpath, name), a))
        check(lambda: ours.join(a, b), lambda: posixpath.join(a, b))
        check(lambda: ours.relpath("/" + a, "/" + b), lambda: posixpath.relpath("/" + a, "/" + b))
        for name in ("commonprefix", "commonpath"):
            check(partial(getattr(ours, name), [a, b]), partial(getattr(posixpath, name), [a, b]))
    assert ours.relpath("a/b", "a/c") == "../b"
    for function, given in ((ours.relpath, ("../a", "b")), (ours.relpath, ("/a", "b")), (ours.abspath, ("a",))):
        with pytest.raises(PermissionError, match="no working folder"):
            function(*given)
    assert ours.abspath("/a/../b") == "/b"
    with pytest.raises(TypeError, match="not int"):
        ours.basename(3)


def test_pathlib() -> None:
    ours, draw = bell("pathlib"), random.Random(2)
    names = ("name", "stem", "suffix", "suffixes", "parts", "root", "anchor", "drive")
    for _ in range(400):
        a, b, suffix = text(draw, "ab./.", 9), text(draw, "ab./.*", 6), draw.choice([".x", "", "x", ".", ".a.b", "a/b"])

        def shown(module: Any, a: str = a, b: str = b) -> list[Any]:
            path = module.PurePosixPath(a)
            other = module.PurePosixPath(b)
            found = [getattr(path, name) for name in names] + [repr(path), str(path / b), str(b / path), repr(path.parent)]
            return [*found, list(map(str, path.parents)), path == other, path < other, path.is_absolute(), path.is_relative_to(b)]

        check(lambda: shown(ours), lambda: shown(pathlib))
        for name, given in (("relative_to", b), ("with_name", b), ("with_stem", b), ("with_suffix", suffix), ("match", b)):

            def called(module: Any, name: str = name, given: str = given) -> str:
                return str(getattr(module.PurePosixPath(a), name)(given))

            check(lambda: called(ours), lambda: called(pathlib))
    path = ours.Path("a") / "b.txt"
    assert repr(path.with_suffix(".c").parent / "d") == "PosixPath('a/d')"
    assert path.parents[0] == ours.PurePath("a")
    assert len(path.parents) == 2
    assert repr(path.parents) == "<PosixPath.parents>"
    assert ours.PurePath("/a b").as_uri() == "file:///a%20b"
    assert bytes(path) == b"a/b.txt"
    assert {path: 1}[ours.Path("a", "b.txt")] == 1


def test_shlex() -> None:
    ours, draw = bell("shlex"), random.Random(3)
    for _ in range(1500):
        line, posix, comments = text(draw, "ab \"'\\#|;\n-é$", 10), draw.random() < 0.5, draw.random() < 0.5
        check(lambda: ours.split(line, comments, posix), lambda: shlex.split(line, comments, posix))
        marks: Any = draw.choice([False, True, "|;"])
        check(
            lambda: list(ours.shlex(line, posix=posix, punctuation_chars=marks)),
            lambda: list(shlex.shlex(line, posix=posix, punctuation_chars=marks)),
        )
        assert ours.quote(line) == shlex.quote(line)
    reader = ours.shlex("a b")
    assert reader.get_token() == "a"
    reader.push_token("a")
    assert list(reader) == ["a", "b"]
    assert ours.join(["a b", "c"]) == "'a b' c"


def test_difflib() -> None:
    ours, draw = bell("difflib"), random.Random(4)
    for _ in range(250):
        a, b = text(draw, "ab c", 12), text(draw, "ab c", 12)
        if draw.random() < 0.03:
            a, b = a * 40, b * 40
        junk = draw.choice([None, lambda c: c == " "])

        def matched(module: Any, a: str = a, b: str = b, junk: Any = junk) -> Any:
            matcher = module.SequenceMatcher(junk, a, b)
            blocks = [tuple(block) for block in matcher.get_matching_blocks()]
            ratios = (matcher.ratio(), matcher.quick_ratio(), matcher.real_quick_ratio())
            return blocks, ratios, list(matcher.get_opcodes()), list(matcher.get_grouped_opcodes(2)), matcher.get_opcodes()

        check(lambda: matched(ours), lambda: matched(difflib))
        old = [text(draw, "ab\tcd", 6) + draw.choice(["\n", "\n", ""]) for _ in range(draw.randrange(7))]
        new = [line if draw.random() < 0.6 else text(draw, "ab\tcd", 6) + "\n" for line in old]
        if draw.random() < 0.4:
            new.insert(draw.randrange(len(new) + 1), "abcd\n")

        def told(module: Any, old: list[str] = old, new: list[str] = new) -> Any:
            unified = list(module.unified_diff(old, new, "f", "t", "d", n=1))
            return (
                unified,
                list(module.context_diff(old, new, "f", "t")),
                list(module.ndiff(old, new)),
                list(module.Differ().compare(old, new)),
            )

        check(lambda: told(ours), lambda: told(difflib))
        assert list(ours.restore(ours.ndiff(old, new), 2)) == new
        words = [text(draw, "abcd", 5) or "x" for _ in range(8)]
        check(lambda: ours.get_close_matches(a, words, 3, 0.5), lambda: difflib.get_close_matches(a, words, 3, 0.5))


def test_formatter() -> None:
    ours, draw = bell("string").Formatter(), random.Random(5)
    pieces = ["{", "}", "{}", "{0}", "{a}", "x", "!r", ":", ":>5", "[0]", "[k]", "!", "{a!s:>{w}}", "{{", "}}", "{b[k]}", "[", "]"]
    for _ in range(1500):
        form = "".join(draw.choice(pieces) for _ in range(draw.randrange(6)))
        check(lambda: list(ours.parse(form)), lambda: list(string.Formatter().parse(form)))
    for form in (
        "{} {}",
        "{0} {1} {0}",
        "{a!r:>{w}}",
        "{b[k]} {c[1]}",
        "{} {0}",
        "{0} {}",
        "{z}",
        "{5}",
        "{a!x}",
        "{c[9]}",
        "{b[]}",
        "{:{w}}",
    ):
        given: dict[str, Any] = {"a": "A", "w": 4, "b": {"k": 5}, "c": [1, 2]}
        check(lambda: ours.format(form, 1, "two", **given), lambda: string.Formatter().format(form, 1, "two", **given))
    with pytest.raises(NotImplementedError):
        ours.format("{0.real}", 1)


def test_references_of_html() -> None:
    ours, draw = bell("html"), random.Random(6)
    for name in html5:
        assert ours.unescape(f"&{name}x") == html.unescape(f"&{name}x")
    for number in [*range(0x200), 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFDD0, 0xFDEF, 0xFFFE, 0x1FFFF, 0x10FFFF, 0x110000, 10**30]:
        written = f"&#{number};&#x{number:x}"
        assert ours.unescape(written) == html.unescape(written)
    pieces = ["&", "#", "x", ";", "amp", "lt", "&notit", "&not", "1", "65", "F", " ", "a", "\n", "0000000000041"]
    for _ in range(1500):
        written = "".join(draw.choice(pieces) for _ in range(draw.randrange(7)))
        assert ours.unescape(written) == html.unescape(written)


def test_fnmatch() -> None:
    ours, draw = bell("fnmatch"), random.Random(7)
    for _ in range(3000):
        name, pattern = text(draw, "abc-]!", 7), text(draw, "abc*?[]!-", 8)
        assert ours.fnmatch(name, pattern) == ours.fnmatchcase(name, pattern) == fnmatch.fnmatchcase(name, pattern), (name, pattern)
    assert ours.filter(["a.py", "b"], "*.py") == ["a.py"]


def test_graphlib() -> None:
    ours, draw = bell("graphlib"), random.Random(8)
    for _ in range(400):
        size = draw.randrange(1, 7)
        graph = {node: {draw.randrange(size) for _ in range(draw.randrange(3))} for node in range(size)}
        check(lambda: list(ours.TopologicalSorter(graph).static_order()), lambda: list(graphlib.TopologicalSorter(graph).static_order()))

    def misused(module: Any, step: int) -> Any:
        sorter = module.TopologicalSorter({"b": ["a"]})
        if step == 0:
            return sorter.get_ready()
        sorter.prepare()
        ready = sorter.get_ready()
        return [lambda: sorter.add("c"), lambda: sorter.done("z"), lambda: sorter.done("b"), lambda: sorter.done("a", "a"), sorter.prepare,
                lambda: (ready, bool(sorter), sorter.done("a"), sorter.get_ready())][step - 1]()  # fmt: skip

    for step in range(7):
        check(partial(misused, ours, step), partial(misused, graphlib, step))


def test_hmac() -> None:
    ours = bell("hmac")
    for key in (b"", b"key", b"k" * 200):
        for name in ("md5", "sha256", "sha512"):
            assert ours.new(key, b"message", name).hexdigest() == hmac.new(key, b"message", name).hexdigest()
    digest = ours.new(b"key", digestmod=bell("hashlib").sha1)
    digest.update(b"a")
    other = digest.copy()
    other.update(b"b")
    assert digest.digest() == hmac.new(b"key", b"a", hashlib.sha1).digest()
    assert other.digest() == hmac.digest(b"key", b"ab", "sha1")
    assert ours.compare_digest("a", "a")
    assert not ours.compare_digest(b"a", b"b")
    check(lambda: ours.compare_digest("a", b"a"), lambda: hmac.compare_digest("a", b"a"))  # type: ignore[type-var]
    check(lambda: ours.new(b"key", b"a"), lambda: hmac.new(b"key", b"a"))  # type: ignore[call-overload]
