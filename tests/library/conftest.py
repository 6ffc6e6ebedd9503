"""The library answers as CPython 3.11: on another version only its rules are tested, not what the standard library says there."""

from __future__ import annotations

import sys

if sys.version_info[:2] != (3, 11):
    collect_ignore_glob = ["test_[!r]*.py", "test_random.py"]
