"""belljar lsp where its library is not installed."""

from __future__ import annotations

import io
import sys

import pytest

from belljar.commands.session import Session


def test_without_pygls(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] in ("pygls", "lsprotocol") or name == "belljar.editor.server"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygls", None)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    session = Session(io.StringIO(), io.StringIO())
    assert session.run("lsp", {}) == 2
    assert "E0008" in session.err.getvalue()  # type: ignore[attr-defined]
    assert "pip install 'belljar[editor]'" in session.err.getvalue()  # type: ignore[attr-defined]
