"""The Unicode tables, code point by code point, and their generator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from belljar.ir import power_tables, unicode_tables
from tests.rounds import IS_LONG
from tests.runtime_text.probe import SAME_UNICODE, Probe


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    probe = Probe()
    yield probe
    probe.close()


def runs() -> list[str]:
    """All code points, in strings of 4,096."""
    return ["".join(map(chr, range(start, min(start + 0x1000, 0x110000)))) for start in range(0, 0x110000, 0x1000)]


@SAME_UNICODE
@pytest.mark.parametrize("name", ["upper", "lower", "title", "capitalize", "casefold", "swapcase", "splitlines", "split"])
def test_mappings_of_every_code_point(probe: Probe, name: str) -> None:
    for run in runs():
        for text in (run, run[::-1]) if name == "split" else (run, "a".join(run), "Σ".join(run), " ".join(run)):
            if name == "splitlines":
                assert probe.call("str.splitlines", text, 1) == text.splitlines(True)
            elif name == "split":
                assert probe.call("str.split", text, -1) == text.split()
            else:
                assert probe.call(f"str.{name}", text) == getattr(text, name)()


@SAME_UNICODE
def test_repr_of_every_code_point(probe: Probe) -> None:
    for run in runs():
        assert probe.call("str.repr", run) == repr(run)


@SAME_UNICODE
@pytest.mark.parametrize(
    "name",
    ["isalpha", "isdigit", "isalnum", "isspace", "isupper", "islower", "istitle", "isnumeric", "isdecimal", "isidentifier", "isprintable"],
)
def test_classes_of_code_points(probe: Probe, name: str) -> None:
    method = getattr(str, name)
    dense, sparse = (1, 97) if IS_LONG else (5, 487)
    starts = [
        *range(0x500),
        *range(0x500, 0x3200, dense),
        *range(0xA000, 0xABFF, dense),
        *range(0xF900, 0x11000, dense),
        *range(0x1D000, 0x1F900, dense),
    ]
    for code in [*starts, *range(0x3200, 0x110000, sparse)]:
        assert probe.call(f"str.{name}", chr(code)) == method(chr(code)), hex(code)
    for text in ("", "aA", "Aa", "AB", "a1", "_a", "1a", "ǅa", "ΑΒ", "١٢", "Ⅷ½", "a\u0301"):
        assert probe.call(f"str.{name}", text) == method(text), text


def test_another_unicode_version_is_said_and_passes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(unicode_tables.unicodedata, "unidata_version", "99.0.0")
    assert unicode_tables.main(["--check"]) == 0
    assert "Unicode 99.0.0" in capsys.readouterr().out
    assert unicode_tables.main([]) == 2


def test_stale_powers_are_found(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(power_tables, "powers_inc", lambda: "other")
    assert power_tables.main(["--check"]) == 1
    assert "is stale" in capsys.readouterr().err
