"""Some rounds of each target; ``make fuzz`` makes as many as there is time for, under the sanitizers."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from belljar.errors import bell_error
from tests.fuzz import images, modules
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

SEED = 5
ROUNDS = {"images": 12, "code": 10, "sources": 24, "dumps": 40, "signed dumps": 100, "traces": 12, "marks": 12}


@pytest.mark.parametrize("name", TARGETS)
def test_inputs_are_refused_or_run_within_limits(name: str) -> None:
    codes = {TARGETS[name].round(SEED, number) for number in range(ROUNDS.get(name, 40))}
    assert len(codes) > (name != "signed dumps"), "what is drawn reaches one place only"


def test_a_mark_of_an_object_with_too_few_words_is_refused() -> None:
    assert TARGETS["marks"].round(11, 1) == "E1321"


def test_a_round_is_the_same_whatever_came_before_it() -> None:
    target = TARGETS["traces"]
    assert target.input(1, 7)[0] == target.input(1, 7)[0] != target.input(1, 8)[0]


def test_a_round_is_wrong_that_ends_in_any_other_way() -> None:
    def refuse(code: str) -> Target:
        def use(data: bytes, rnd: Random) -> None:
            raise bell_error(code, reason="so", detail="so")

        return Target("t", lambda rnd: b"", use, frozenset({"E1321"}))

    assert refuse("E1321").round(0, 0) == "E1321"
    with pytest.raises(AssertionError):
        refuse("E1201").round(0, 0)


def test_images_are_sealed_as_they_were() -> None:
    data = images.some_image(Random(1))
    assert images.sealed(images.sections(data)) == data


def test_modules_of_another_folder_are_taken_before_any_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no extension modules"):
        modules.take(tmp_path)
    (tmp_path / "belljar" / "storage").mkdir(parents=True)
    file = tmp_path / "belljar" / "storage" / "_crc32c.some-abi.so"
    file.touch()
    spec = modules.Built(tmp_path).find_spec("belljar.storage._crc32c", None)
    assert spec is not None
    assert spec.origin == str(file)
    with pytest.raises(ValueError, match="loaded already"):
        modules.take(tmp_path)
