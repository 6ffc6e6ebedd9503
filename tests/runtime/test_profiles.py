"""Profiles: what is built in, what is registered, inherited, read from a file and refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import belljar
from belljar import ProfileError, get_profile, register_profile, validate_profile
from belljar.runtime import profiles


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    yield
    profiles._registered.clear()


def test_the_five() -> None:
    assert belljar.list_profiles() == ["analysis", "execution", "audit", "debug", "test"]
    found = {
        name: (p.dry_run, p.tracing, p.capabilities, p.max_iterations) for name in belljar.list_profiles() for p in [get_profile(name)]
    }
    assert found == {
        "analysis": (True, True, (), 1_000_000),
        "execution": (False, False, ("*",), 1_000_000),
        "audit": (True, True, ("*",), 1_000_000),
        "debug": (False, True, ("*",), 1000),
        "test": (False, True, ("io.stdout",), 1_000_000),
    }
    for name in belljar.list_profiles():
        assert belljar.get_profile_description(name) == get_profile(name)["description"] != ""
        assert validate_profile(name)


def test_a_profile_is_a_mapping_too() -> None:
    debug = get_profile("debug")
    assert debug["max_iterations"] == 1000
    assert debug["tracing"] is True
    assert debug["capabilities"] == ["*"]
    assert dict(debug)["limits"] == {"max_iterations": 1000}
    with pytest.raises(KeyError):
        debug["_registered"]


def test_registered_profiles_inherit() -> None:
    register_profile("slow", extends="debug", limits={"max_execution_time": 300.0}, description="debug with time")
    slow = register_profile("slower", {"extends": ["slow", "test"], "max_iterations": 5})
    assert slow.limits == {"max_iterations": 5, "max_execution_time": 300.0}
    assert slow.capabilities == ("io.stdout",)  # of the later one
    assert (slow.tracing, slow.dry_run) == (True, False)
    assert slow.resource_limits.max_execution_time == 300.0
    assert belljar.list_profiles()[-2:] == ["slow", "slower"]
    assert register_profile("quiet", get_profile("test"), tracing=False).trace_level == "off"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"tracing": "loud"}, "tracing is true"),
        ({"dry_run": 1}, "dry_run is true or false"),
        ({"capabilities": "io.stdout"}, "capabilities is a list"),
        ({"capabilities": ["io stdout"]}, "no capability"),
        ({"limits": {"max_things": 1}}, "no limit 'max_things'"),
        ({"limits": {"max_events": 0}}, "max_events"),
        ({"limits": 5}, "limits is a table"),
        ({"max_iterations": -1}, "max_iterations"),
        ({"extends": "nobody"}, "no profile 'nobody'"),
        ({"extends": 5}, "names profiles"),
        ({"capabilites": []}, "did you mean 'capabilities'"),
        ({"description": 3}, "description"),
    ],
)
def test_what_is_wrong_is_told(settings: dict[str, Any], words: str) -> None:
    for use in (lambda: register_profile("mine", settings), lambda: validate_profile(settings)):
        with pytest.raises(ProfileError) as caught:
            use()
        assert words in str(caught.value)
        assert caught.value.code in ("E1401", "E1402")
    assert "mine" not in belljar.list_profiles()


def test_names_that_cannot_be_used() -> None:
    for name in ("debug", "", "two words"):
        with pytest.raises(ProfileError):
            register_profile(name, {})
    with pytest.raises(ProfileError, match="did you mean 'audit'"):
        get_profile("audti")
    with pytest.raises(ProfileError):
        validate_profile(5)  # type: ignore[arg-type]


def test_profiles_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "belljar.toml"
    path.write_text(
        '[profiles.base]\ncapabilities = ["io.stdout", "store.*"]\n[profiles.nightly]\nextends = ["audit", "base"]\nlimits = { max_execution_time = 300.0 }\n'
    )
    assert belljar.load_profiles(path) == ["base", "nightly"]
    nightly = get_profile("nightly")
    assert (nightly.dry_run, nightly.capabilities, nightly.limits) == (True, ("io.stdout", "store.*"), {"max_execution_time": 300.0})
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert profiles.find_config(tmp_path / "a" / "b") == str(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[profiles.a]\nextends = 'b'\n[profiles.b]\nextends = 'a'\n", "extends itself: a -> b -> a"),
        ("[profiles.debug]\n", "built in"),
        ("profiles = 3\n", "tables"),
        ("[profiles.a\n", "not TOML"),
        ("[profiles.a]\nspeed = 3\n", "no setting 'speed'"),
        ("[profiles.a]\ncapabilities = ['a.*.b']\n", "no capability"),
        ("".join(f"[profiles.p{n}]\nextends = 'p{n + 1}'\n" for n in range(2000)), "extend one another"),
    ],
)
def test_files_that_are_wrong_register_nothing(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "belljar.toml"
    path.write_text(text)
    with pytest.raises(ProfileError) as caught:
        belljar.load_profiles(path)
    assert words in str(caught.value)
    assert belljar.list_profiles() == list(profiles.BUILT_IN)
    with pytest.raises(belljar.BellError, match="not found"):
        belljar.load_profiles(tmp_path / "none.toml")


def test_contexts_and_executors_of_profiles() -> None:
    context = belljar.create_context_from_profile("analysis", x=3)
    assert (context.dry_run, context.grants, context.get("x")) == (True, (), 3)
    config = belljar.create_executor_config_from_profile("debug")
    executor = belljar.RuntimeExecutor(**config)
    assert (executor.max_iterations, executor.dry_run, executor.trace is None) == (1000, False, False)
    assert belljar.create_executor_config_from_profile("execution")["trace"] is None
    with pytest.raises(ProfileError):
        belljar.create_context_from_profile("none")
