"""Whole processes as a user starts them, this repository importable, byte code written and used; and the environment of this one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.gap import Gap

ROOT = Path(__file__).resolve().parent.parent
TIME_S_MAX = 120


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child."""
    variables = {**os.environ, **(extra or {})}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    variables["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT), *filter(None, [variables.get("PYTHONPATH")])])
    return variables


def run_process(command: list[str], extra: Mapping[str, str] | None = None) -> str:
    """Run to the end and give what it printed; raises Gap with the last line of its complaint."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment(extra), timeout=TIME_S_MAX)
    except subprocess.TimeoutExpired as error:
        raise Gap(f"not done after {TIME_S_MAX} s") from error
    if done.returncode:
        complaint = done.stderr.strip().splitlines() or [f"ended with status {done.returncode}"]
        raise Gap(complaint[-1][:160])
    return done.stdout


@contextmanager
def environment_of(variables: Mapping[str, str]) -> Iterator[None]:
    """This process with other environment variables for a while."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
