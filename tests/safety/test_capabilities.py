"""What grants cover."""

from __future__ import annotations

import pytest

from belljar.errors import BellError
from belljar.safety.capabilities import Grants, covers, grants_of, is_name


@pytest.mark.parametrize("name", ["io.stdout", "a", "env.HOME", "mail-v2.send_all", "random"])
def test_names(name: str) -> None:
    assert is_name(name)
    assert is_name(name, pattern=True)


@pytest.mark.parametrize("name", ["", ".", "a.", ".a", "a..b", "a b", "a.*.b", "é", "a\n", "*a", "a*", "x" * 201, None, 3])
def test_what_is_no_name(name: object) -> None:
    assert not is_name(name, pattern=True)


def test_stars_stand_last_and_alone() -> None:
    assert is_name("*", pattern=True)
    assert is_name("store.*", pattern=True)
    assert not is_name("*")
    assert not is_name("store.*")


@pytest.mark.parametrize(
    ("grant", "capability", "is_covered"),
    [
        ("store.*", "store.write", True),
        ("store.*", "store.old.read", True),
        ("store.*", "store", False),
        ("store.*", "stored.read", False),
        ("*", "anything.at.all", True),
        ("store.write", "store.write", True),
        ("store.write", "store.write.all", False),
        ("store", "store.write", False),
    ],
)
def test_covering(grant: str, capability: str, is_covered: bool) -> None:
    assert covers(grant, capability) is is_covered
    assert grants_of([grant]).allows(capability) is is_covered


def test_grants_are_values() -> None:
    assert grants_of(["a", "b"]) == grants_of(("b", "a"))
    assert hash(grants_of(["a"])) == hash(Grants(frozenset({"a"})))
    assert grants_of(grants_of({"a"})) == grants_of({"a"})


def test_denying_takes_away_what_it_covers_and_what_lets_it_through() -> None:
    granted = grants_of(["io.stdout", "store.read", "store.write", "env.*"])
    assert granted.without(["store.*"]).names == {"io.stdout", "env.*"}
    assert granted.without(["env.HOME"]).names == {"io.stdout", "store.read", "store.write"}
    assert grants_of(["*"]).without(["time.now"]).names == frozenset()
    assert granted.without([]) == granted


@pytest.mark.parametrize("given", ["io.stdout", 3, None, ["io stdout"], [3], ["a.*.b"]])
def test_what_is_no_collection_of_capabilities(given: object) -> None:
    with pytest.raises(BellError) as caught:
        grants_of(given)  # type: ignore[arg-type]
    assert caught.value.code == "E0003"
