"""What every test may count on: the place of the repository, and property tests that run alike on every machine."""

from __future__ import annotations

import gc
import os
import signal
import threading
from pathlib import Path

import hypothesis
import pytest

from belljar.runtime import stored

# No deadline: a slow machine is no failure. HYPOTHESIS_PROFILE chooses; `ci` repeats exactly, and has a quarter of an hour for all of lint and tests.
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, max_examples=30)
hypothesis.settings.register_profile("desk", deadline=None)
hypothesis.settings.register_profile("long", deadline=None, max_examples=5_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# What runs in the background of a shell ignores these, its children as well: tests send them.
if threading.current_thread() is threading.main_thread():
    for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
            signal.signal(getattr(signal, name), handler)

# Programs are compiled whenever a test says so, not taken from what an earlier one left on disk.
stored._fingerprint = ""


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return Path(__file__).resolve().parent.parent


UNTRACED = frozenset(
    {
        *("runtime_containers", "runtime_text"),
        *(
            "test_agreement_amplification.py",
            "test_agreement_limits.py",
            "test_agreement_walks.py",
            "test_hostile_text.py",
            "test_memory.py",
        ),
        *("test_size.py", "test_bytecode.py", "test_limits.py"),
    }
)
"""Folders and modules whose tests do one thing many times, or with much."""
TRACED = frozenset({"runtime_numbers", "runtime_regex", "test_methods.py"})
"""Where properties are the only tests that reach some lines."""


def pytest_collection_finish() -> None:
    """What there is now stays: collections of garbage need not walk twelve thousand tests again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Trace no coverage where the same lines run again and again: that takes four times as long, and the examples beside these tests reach the lines as well."""
    for item in items:
        places = {item.path.parent.name, item.path.name}
        is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False) and TRACED.isdisjoint(places)
        if is_property or not UNTRACED.isdisjoint(places):
            item.add_marker(pytest.mark.no_cover)
