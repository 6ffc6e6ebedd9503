"""Secrets are kept, referred to, and taken out of texts."""

from __future__ import annotations

import pickle

import pytest

from belljar.errors import BellError
from belljar.safety.secrets import Secrets
from belljar.values import Record


def secrets() -> Secrets:
    made = Secrets()
    made.add("TOKEN", "s3cr3t")
    made.add("LONGER", "s3cr3t-and-more")
    return made


def test_references_stand_for_values() -> None:
    made = secrets()
    assert made.reference("TOKEN") == "[secret TOKEN]"
    assert made.resolve("[secret TOKEN]") == "s3cr3t"
    for text in ("TOKEN", "[secret OTHER]", "s3cr3t", ""):
        with pytest.raises(KeyError):
            made.resolve(text)
    with pytest.raises(KeyError):
        made.reference("OTHER")


def test_values_are_not_shown() -> None:
    made = secrets()
    assert repr(made) == "<Secrets LONGER, TOKEN>"
    assert list(made) == ["LONGER", "TOKEN"]
    assert len(made) == 2
    assert "TOKEN" in made
    with pytest.raises(TypeError):
        pickle.dumps(made)


def test_redacting_takes_the_longest_first() -> None:
    assert secrets().redact("a s3cr3t-and-more b s3cr3t c") == "a [secret LONGER] b [secret TOKEN] c"


def test_redacting_goes_into_containers() -> None:
    made = secrets()
    value = {"s3cr3t": ["x", ("s3cr3t", 1), {"s3cr3t"}, b"s3cr3t"], "r": Record("R", {"f": "s3cr3t"})}
    assert made.redacted(value) == {
        "[secret TOKEN]": ["x", ("[secret TOKEN]", 1), {"[secret TOKEN]"}, b"[secret TOKEN]"], "r": Record("R", {"f": "[secret TOKEN]"}),
    }  # fmt: skip
    plain = ["nothing", 1]
    assert made.redacted(plain) is plain
    assert Secrets().redacted(value) is value


@pytest.mark.parametrize(("name", "value"), [("", "long enough"), ("a.b", "long enough"), ("A", "abc"), ("A", 12345)])
def test_what_is_no_secret(name: str, value: object) -> None:
    with pytest.raises(BellError) as caught:
        Secrets().add(name, value)  # type: ignore[arg-type]
    assert caught.value.code == "E0003"
    assert "long enough" not in str(caught.value)
