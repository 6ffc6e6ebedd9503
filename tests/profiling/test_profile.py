"""Runtime profiles as data: lines and functions from paths, JSON and back, what is not a profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import belljar
from belljar.errors import BellError
from belljar.profiling.profile import PathCost, RuntimeProfile
from tests.profiling.profiles import example


def made(*paths: PathCost, source: str = "a\nb\nc") -> RuntimeProfile:
    total = (sum(path.fuel for path in paths), sum(path.bytes for path in paths), 1.0, 0)
    return RuntimeProfile("p.bell", "", "vm", 0.001, total, paths, {2: 4}, {"f": 2}, source)


def test_lines_and_functions_follow_from_paths() -> None:
    profile = made(
        PathCost((("<module>", 1),), fuel=5, hits=1, calls=1),
        PathCost((("<module>", 1), ("f", 2)), fuel=7, bytes=32, seconds=0.5, hits=4, calls=4),
        PathCost((("<module>", 1), ("f", 2), ("json.dumps", 0)), fuel=11, ahead=2, bytes=16, hits=9, calls=3),
        PathCost((), fuel=1),
    )
    assert [(line.line, line.text, line.fuel, line.bytes, line.hits, line.calls) for line in profile.lines] == [
        (0, "", 1, 0, 0, 0),
        (1, "a", 5, 0, 1, 0),
        (2, "b", 18, 48, 4, 4),
    ]
    assert [(row.name, row.line, row.calls, row.fuel, row.total_fuel) for row in profile.functions] == [
        ("json.dumps", 0, 3, 11, 11),
        ("f", 2, 4, 7, 18),
        ("<module>", 0, 1, 6, 24),
    ]
    assert profile.calls == {"json.dumps": 3, "f": 4, "<module>": 1}
    assert profile.stacks("fuel") == {
        ("<module>", "line 1"): 5,
        ("<module>", "f", "line 2"): 7,
        ("<module>", "f", "json.dumps"): 11,
        ("<module>",): 1,
    }
    assert profile.total.calls == 8


def test_json_and_back(tmp_path: Path) -> None:
    profile = example()
    path = tmp_path / "rooms.json"
    profile.save(str(path))
    again = belljar.RuntimeProfile.read(str(path))
    assert again == profile
    assert again.lines == profile.lines
    assert again.functions == profile.functions
    assert again.result is None
    assert again != example(n=49)


def test_what_is_read_is_not_trusted(tmp_path: Path) -> None:
    good = json.loads(json.dumps(example().to_dict()))

    def refused(data: Any) -> str:
        path = tmp_path / "bad.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data))
        with pytest.raises(BellError) as found:
            RuntimeProfile.read(str(path))
        assert found.value.code == "E1322"
        return str(found.value)

    assert "not JSON" in refused("{")
    assert "not JSON" in refused("[" * 100_000)
    assert "not a profile" in refused([1])
    assert "version 7" in refused({**good, "belljar_profile": 7})
    assert "engine is 'lua'" in refused({**good, "engine": "lua"})
    assert "total.fuel" in refused({**good, "total": {**good["total"], "fuel": "1"}})
    assert "total is" not in refused({**good, "total": 3})
    assert "paths[0] is not an object" in refused({**good, "paths": [7]})
    assert "frames" in refused({**good, "paths": [{**good["paths"][0], "frames": [["f"]]}]})
    assert "fuel" in refused({**good, "paths": [{**good["paths"][0], "fuel": 1 << 70}]})
    assert "seconds" in refused({**good, "paths": [{**good["paths"][0], "seconds": float("nan")}]})
    assert "definitions" in refused({**good, "definitions": {"f": "x"}})
    for key in good.keys() - {"lines", "functions", "rows"}:  # older profiles have no rows
        refused({name: value for name, value in good.items() if name != key})
    for code, path in (("E0001", tmp_path / "none.json"), ("E0002", tmp_path)):
        with pytest.raises(BellError) as found:
            RuntimeProfile.read(str(path))
        assert found.value.code == code


def test_measures() -> None:
    profile = example()
    with pytest.raises(BellError) as found:
        profile.stacks("joules")
    assert "it has fuel, time, calls, bytes" in str(found.value)
    assert "RuntimeProfile of total() of rooms.bell on vm" in repr(profile)
