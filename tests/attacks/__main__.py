"""``python -m tests.attacks``: every attack in every place: ``vm``, ``jit``, ``runtime``, ``worker``, and ``cli``, which is ``belljar run FILE`` under the default limits. Prints what is not as it must be."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import belljar
from tests.attacks.corpus import attacks, in_process
from tests.attacks.places import in_runtime, on_command_line

PLACES = ("vm", "jit", "runtime", "worker", "cli")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--place", action="append", choices=PLACES, help="only there; repeatable")
    parser.add_argument("--slow", type=float, metavar="SECONDS", help="also name those that take longer than this")
    parser.add_argument("words", nargs="*", help="only attacks whose category and name hold all of these")
    options = parser.parse_args()
    some = [attack for attack in attacks() if all(word in attack.title for word in options.words)]
    bad = 0
    with tempfile.TemporaryDirectory() as folder, belljar.WorkerPool(1) as pool:
        for place in options.place or PLACES:
            begin = time.perf_counter()
            for attack in some:
                start = time.perf_counter()
                try:
                    if place == "cli":
                        problems = on_command_line(attack, Path(folder))
                    elif place == "runtime":
                        problems = in_runtime([attack])
                    else:
                        problems = in_process(attack, "vm" if place == "worker" else place, pool if place == "worker" else None)
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
