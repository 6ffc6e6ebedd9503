"""The table of node types."""

from __future__ import annotations

import pytest

from belljar.trace.node_types import COMMON, KEY_TYPES, LEVELS, NODE_TYPES, PHASES, Key, records


def test_rows_are_complete() -> None:
    assert set(NODE_TYPES) >= {"MODULE", "TASKDEF", "FLOWDEF", "STEP", "IF", "WHILE", "FOR", "EXPRESSION", "CALL", "HOST"}
    for name, row in NODE_TYPES.items():
        assert name == row.name == name.upper()
        assert row.level in LEVELS[1:]
        assert row.about
        assert list(row.phases) == [phase for phase in PHASES if phase in row.phases]
        assert ("enter" in row.phases) == ("exit" in row.phases) == row.is_nested
        assert not row.is_loop or row.phases == PHASES
        assert hash(row) == hash(name)
        for keys in (COMMON, *row.keys.values()):
            assert len({key.name for key in keys}) == len(keys)
            assert all(key.type in KEY_TYPES and key.about for key in keys)


def test_a_key_is_found_by_phase_and_name() -> None:
    assert NODE_TYPES["IF"].key("exit", "branch_taken") is not None
    assert NODE_TYPES["IF"].key("exit", "line") is not None
    assert NODE_TYPES["IF"].key("exit", "task") is None


@pytest.mark.parametrize(
    ("type", "good", "bad"),
    [
        ("bool", [True, False], [None, 1, "x"]),
        ("int", [0, -1, 2**80], [None, True, 1.0, "1"]),
        ("text", ["", "x"], [None, 1, b"x"]),
        ("arguments", [{}, [], ()], [None, "x", 1]),
        ("error", ["", {"message": "x"}], [None, 1]),
        ("value", [None, 1, object()], []),
    ],
)
def test_what_a_key_admits(type: str, good: list[object], bad: list[object]) -> None:
    strict, optional = Key("k", type, "about"), Key("k", type, "about", optional=True)
    assert all(strict.admits(value) and optional.admits(value) for value in good)
    assert not any(strict.admits(value) for value in bad)
    assert optional.admits(None)
    assert optional.expected == f"{strict.expected} or None"


def test_levels_contain_one_another() -> None:
    recorded = [{name for name in NODE_TYPES if records(level, name)} for level in LEVELS]
    assert recorded[0] == set()
    assert recorded[1] < recorded[2] < recorded[3] == set(NODE_TYPES)
    assert not records("off", "UNHEARD")
    assert records("branches", "UNHEARD")
