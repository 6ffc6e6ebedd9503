"""What every test may count on: the place of the repository, and property tests that run alike on every machine."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import hypothesis
import pytest

from belljar.runtime import stored

# No deadline: a slow machine is no failure. HYPOTHESIS_PROFILE chooses; `ci` repeats exactly.
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
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
