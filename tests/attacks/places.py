"""Where attacks are run besides this process: in a runtime that lives on, and by ``belljar run`` in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from belljar import ResourceLimits, Runtime
from belljar.lang.guard import decode
from tests.attacks.corpus import Attack, ended, verdict

HANGS_S = 120.0
_CODE = re.compile(r"\[(E\d{4})\]")


def in_runtime(some: Iterable[Attack]) -> list[str]:
    """Execute attacks one after another in one runtime. Each must end as it must, leave the state as it was where it fails, and the runtime alive."""
    problems = []
    limits = ResourceLimits(
        max_fuel=20_000_000, max_memory=64 << 20, max_output=1_000_000, max_execution_time=20.0, max_recursion_depth=1_000
    )
    for attack in some:
        printed: list[str] = []
        runtime = Runtime(limits=limits, write=printed.append, name="attack.bell")
        runtime.execute("kept = [41, 'a', {1: 2.5}]\ndef probe():\n    kept.append(1)\n    return len(kept)\n")
        before = runtime.state.to_dict()

        status, code, text = ended(lambda: runtime.execute(decode(attack.data, "attack.bell"), "attack.bell"))  # noqa: B023
        seen = "".join(printed)
        if not (status == 3 and code in ("E0806", "E0807", "E0809")):  # limits that only runtimes have
            refused = (
                status == 1 and 2 in attack.statuses
            )  # a runtime's programs have handlers beside them, so what is wrong is found while running
            problems += verdict(attack, 2 if refused else status, "" if refused else code, text, seen)
        if status != 0 and runtime.state.to_dict() != before:
            problems.append(f"{attack.title}: the state is {str(runtime.state.to_dict())[:200]}")
        if runtime.call("probe") != 4:
            problems.append(f"{attack.title}: the runtime does not live on")
    return problems


def on_command_line(attack: Attack, folder: Path, limits: Sequence[str] = ()) -> list[str]:
    """Run an attack as a stranger does, by ``belljar run FILE``."""
    path = folder / "attack.bell"
    path.write_bytes(attack.data)
    command = [sys.executable, "-m", "belljar", "run", str(path), *limits]
    with (folder / "out").open("w+b") as out, (folder / "err").open("w+b") as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env={**os.environ, "BELLJAR_CACHE": ""})
        try:
            process.wait(HANGS_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return [f"{attack.title}: hangs"]
        out.seek(0)
        err.seek(0)
        printed, error = out.read(1 << 20).decode("utf-8", "replace"), err.read(1 << 20).decode("utf-8", "replace")
    found = _CODE.search(error)
    return verdict(attack, process.returncode, found[1] if found else "", error.replace(str(path), "attack.bell"), printed)
