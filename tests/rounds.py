"""How often a test that draws at random draws: all of it under ``HYPOTHESIS_PROFILE=long``, a quarter otherwise."""

from __future__ import annotations

import os

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def rounds(full: int) -> int:
    """The number of rounds of ``full`` that are made in this run, at least one."""
    return full if IS_LONG else max(1, full // 4)
