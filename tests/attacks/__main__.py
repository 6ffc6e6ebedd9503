"""``python -m tests.attacks``: every attack in every place. ``vm`` and ``jit`` are the engines, ``runtime`` one that lives on and ``safe`` one in safe mode, ``worker`` a process of its own, ``cli`` is ``belljar run FILE``
under the default limits, ``cli-vm`` and ``cli-jit`` are that on one engine under the limits of the other places, with what was resident measured. Prints what is not as it must be, and where ``vm``, ``jit`` and ``worker`` differ."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import belljar
from tests.attacks.corpus import LIMITS, Attack, Ended, attacks, ended_in_process, verdict
from tests.attacks.places import ended_on_command_line, in_runtime, on_command_line

PLACES = ("vm", "jit", "runtime", "safe", "worker", "cli-vm", "cli-jit", "cli")
MEMORY_SLACK = 1.05
COMPILER = 48 << 20
"""What compiling an attack may take besides: the bounds on sources hold that, not the limit of memory."""


class Places:
    """Runs an attack in a place."""

    def __init__(self, folder: Path, pool: belljar.WorkerPool) -> None:
        self.folder = folder
        self.pool = pool
        self.base: dict[str, int] = {}
        """What is resident when nothing runs, by the engine."""
        self.first: dict[str, tuple[str, Ended]] = {}
        """How each attack ended in the first of the places that must not differ."""

    def run(self, place: str, attack: Attack) -> list[str]:
        if place in ("runtime", "safe"):
            return in_runtime([attack], place == "safe")
        if place == "cli":
            return on_command_line(attack, self.folder)
        if place.startswith("cli-"):
            options = ["--engine", place.removeprefix("cli-"), *(f"--limit={name}={value}" for name, value in LIMITS.items())]
            if place not in self.base:
                nothing = Attack("", "", b"def f(n):\n    return n + 1\nprint(f(1))\n", frozenset({0}), "", None)
                self.base[place] = ended_on_command_line(nothing, self.folder, options)[1]
            return on_command_line(attack, self.folder, options, int(MEMORY_SLACK * int(LIMITS["memory"])) + self.base[place] + COMPILER)
        seen = ended_in_process(attack, "vm" if place == "worker" else place, self.pool if place == "worker" else None)
        problems = verdict(attack, *seen)
        there, before = self.first.setdefault(attack.title, (place, seen))
        if seen != before and "E0802" not in (seen[1], before[1]):  # where the time is over is not told by the program alone
            problems.append(f"{attack.title}: {told(before)} in {there}, {told(seen)} here")
        return problems


def told(seen: Ended) -> str:
    status, code, text, printed = seen
    return f"{status} {code} {text[:400]!r} after {printed[-100:]!r}"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--place", action="append", choices=PLACES, help="only there; repeatable")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th of them")
    parser.add_argument("--slow", type=float, metavar="SECONDS", help="also name those that take longer than this")
    parser.add_argument("words", nargs="*", help="only attacks whose category and name hold all of these")
    options = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    some = [attack for attack in attacks() if all(word in attack.title for word in options.words)][:: options.every]
    bad = 0
    with tempfile.TemporaryDirectory() as folder, belljar.WorkerPool(1) as pool:
        places = Places(Path(folder), pool)
        for place in options.place or PLACES:
            begin = time.perf_counter()
            for attack in some:
                start = time.perf_counter()
                try:
                    problems = places.run(place, attack)
                except Exception as escaped:
                    problems = [f"{attack.title}: {type(escaped).__name__} escaped: {escaped}"]
                took = time.perf_counter() - start
                bad += len(problems)
                if options.slow is not None and took > options.slow:
                    problems.append(f"{attack.title}: took {took:.1f} s")
                for problem in problems:
                    print(f"{place}: {problem}", flush=True)
            print(f"{place}: {len(some)} attacks in {time.perf_counter() - begin:.0f} s", flush=True)
    print(f"{bad} not as they must be")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
