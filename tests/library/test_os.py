"""os: the environment, one variable at a time."""

from __future__ import annotations

import pytest

import belljar
from belljar.errors import BellError
from tests.library.shelf import bell, outcome

OURS = bell("os")


def test_variables() -> None:
    assert OURS.environ["HOME"] == OURS.getenv("HOME") == OURS.environ.get("HOME") == "ann"
    assert "HOME" in OURS.environ
    assert "OTHER" not in OURS.environ
    assert OURS.getenv("OTHER") is None
    assert OURS.getenv("OTHER", "x") == OURS.environ.get("OTHER", "x") == "x"
    assert outcome(lambda: OURS.environ["OTHER"]) == ("KeyError", "'OTHER'")


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.system('ls')",
        "import os\ntry:\n    os.system('ls')\nexcept Exception:\n    pass",
        "import os\nprint(os.path.exists('x'))",
    ],
)
def test_there_is_nothing_else(text: str) -> None:
    with pytest.raises(BellError) as caught:
        belljar.compile(text)
    assert (caught.value.code, caught.value.exit_status) == ("E0106", 2)
