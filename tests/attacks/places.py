"""Where attacks are run besides this process: in a runtime that lives on, and by ``belljar run`` in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from belljar import ResourceLimits, Runtime
from belljar.lang.guard import decode
from tests.attacks.corpus import Attack, ended, verdict

HANGS_S = 120.0
_CODE = re.compile(r"\[(E\d{4})\]")


def in_runtime(some: Iterable[Attack], is_safe: bool = False) -> list[str]:
    """Execute attacks, each in a runtime. It must end as it must, leave the state as it was where it fails, and the runtime alive; in a safe one (``is_safe``) errors are kept and not raised."""
    problems = []
    limits = ResourceLimits(
        max_fuel=20_000_000, max_memory=64 << 20, max_output=1_000_000, max_execution_time=20.0, max_recursion_depth=1_000
    )
    for attack in some:
        printed: list[str] = []
        runtime = Runtime(limits=limits, write=printed.append, name="attack.bell", safe_mode=is_safe)
        runtime.execute("kept = [41, 'a', {1: 2.5}]\ndef probe():\n    kept.append(1)\n    return len(kept)\n")
        before = runtime.state.to_dict()

        def execute() -> None:
            runtime.execute(decode(attack.data, "attack.bell"), "attack.bell")  # noqa: B023
            if runtime.last_error is not None:  # noqa: B023
                raise runtime.last_error  # noqa: B023

        status, code, text = ended(execute)
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


def on_command_line(attack: Attack, folder: Path, options: Sequence[str] = (), resident_max: int = 0) -> list[str]:
    """Run an attack as a stranger does, by ``belljar run FILE``. With ``resident_max`` no more bytes than that may have been resident."""
    problems, resident = ended_on_command_line(attack, folder, options)
    if 0 < resident_max < resident:
        problems.append(f"{attack.title}: {resident >> 20} MiB were resident, {resident_max >> 20} MiB may be")
    return problems


def ended_on_command_line(attack: Attack, folder: Path, options: Sequence[str]) -> tuple[list[str], int]:
    """What is not as it must be, and the most bytes that were resident."""
    path = folder / "attack.bell"
    path.write_bytes(attack.data)
    command = [sys.executable, "-m", "belljar", "run", str(path), *options]
    with (folder / "out").open("w+b") as out, (folder / "err").open("w+b") as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env={**os.environ, "BELLJAR_CACHE": ""})
        killer = threading.Timer(HANGS_S, process.kill)
        killer.start()
        _, state, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(state)
        is_late = not killer.is_alive()
        killer.cancel()
        if is_late:
            return [f"{attack.title}: hangs"], used.ru_maxrss << 10
        out.seek(0)
        err.seek(0)
        printed, error = out.read(1 << 20).decode("utf-8", "replace"), err.read(1 << 20).decode("utf-8", "replace")
    found = _CODE.search(error)
    shown = error.replace(str(path), "attack.bell")
    return verdict(attack, process.returncode, found[1] if found else "", shown, printed), used.ru_maxrss << 10
