"""The Unicode tables, code point by code point, and their generator."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from belljar.ir import power_tables, unicode_tables
from tests.runtime_text.probe import Probe

TABLES_FIT = pytest.mark.skipif(
    unicodedata.unidata_version != unicode_tables.UNICODE_VERSION, reason=f"the tables are of Unicode {unicode_tables.UNICODE_VERSION}"
)


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    probe = Probe()
    yield probe
    probe.close()


def runs(name: str) -> list[str]:
    """All code points in strings; one by one for predicates."""
    return ["".join(map(chr, range(start, min(start + 0x1000, 0x110000)))) for start in range(0, 0x110000, 0x1000)]


@TABLES_FIT
@pytest.mark.parametrize("name", ["upper", "lower", "title", "capitalize", "casefold", "swapcase", "splitlines", "split"])
def test_mappings_of_every_code_point(probe: Probe, name: str) -> None:
    for run in runs(name):
        for text in (run, "a".join(run), "Σ".join(run), " ".join(run)):
            if name == "splitlines":
                assert probe.call("str.splitlines", text, 1) == text.splitlines(True)
            elif name == "split":
                assert probe.call("str.split", text, -1) == text.split()
            else:
                assert probe.call(f"str.{name}", text) == getattr(text, name)()


@TABLES_FIT
def test_repr_of_every_code_point(probe: Probe) -> None:
    for run in runs("repr"):
        assert probe.call("str.repr", run) == repr(run)


@TABLES_FIT
@pytest.mark.parametrize(
    "name",
    ["isalpha", "isdigit", "isalnum", "isspace", "isupper", "islower", "istitle", "isnumeric", "isdecimal", "isidentifier", "isprintable"],
)
def test_classes_of_code_points(probe: Probe, name: str) -> None:
    method = getattr(str, name)
    for code in [*range(0x3200), *range(0xA000, 0xABFF), *range(0xF900, 0x11000), *range(0x1D000, 0x1F900), *range(0x3200, 0x110000, 97)]:
        assert probe.call(f"str.{name}", chr(code)) == method(chr(code)), hex(code)
    for text in ("", "aA", "Aa", "AB", "a1", "_a", "1a", "ǅa", "ΑΒ", "١٢", "Ⅷ½", "a\u0301"):
        assert probe.call(f"str.{name}", text) == method(text), text


@pytest.mark.parametrize("module", [unicode_tables, power_tables])
def test_tables_are_fresh(module: object) -> None:
    assert module.main(["--check"]) == 0  # type: ignore[attr-defined]


def test_another_unicode_version_is_said_and_passes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(unicode_tables.unicodedata, "unidata_version", "99.0.0")
    assert unicode_tables.main(["--check"]) == 0
    assert "Unicode 99.0.0" in capsys.readouterr().out
    assert unicode_tables.main([]) == 2


def test_stale_powers_are_found(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(power_tables, "powers_inc", lambda: "other")
    assert power_tables.main(["--check"]) == 1
    assert "is stale" in capsys.readouterr().err
    assert Path("csrc/runtime/number_powers.inc").name in "number_powers.inc"
