"""``python -m tests.fuzz``: hostile input of every kind that is read from outside, changed at random; ``make fuzz`` runs it under AddressSanitizer and UndefinedBehaviorSanitizer.

Each target has a process of its own, which is started again behind a round that ends it. What is wrong is printed with the command that makes the round again. ``--input FILE`` writes the input of a round instead.
"""

from __future__ import annotations

import argparse
import collections
import faulthandler
import mmap
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

HANGS_S = 180.0
"""A round that takes longer ends its process, which says where it was."""
TAIL = 40
"""Lines of what a process said last that are shown."""


def child(name: str, seed: int, number: int, end: float, rounds: int, place: str) -> None:
    """Make rounds from ``number`` on until ``end`` or there were ``rounds``. The file ``place`` has the number of the round that is under way; what it was refused with is counted on the standard output."""
    from tests.fuzz.targets import TARGETS

    target = TARGETS[name]
    codes: collections.Counter[str] = collections.Counter()
    with open(place, "r+b") as file, mmap.mmap(file.fileno(), 8) as shared:
        for at in range(number, number + rounds):
            if time.time() >= end:
                break
            shared[:] = at.to_bytes(8, "little")
            faulthandler.dump_traceback_later(HANGS_S, exit=True)
            try:
                codes[target.round(seed, at)] += 1
            except Exception:
                codes["WRONG"] += 1
                print(f"WRONG {again(name, seed, at)}\n{traceback.format_exc()}", flush=True)
            faulthandler.cancel_dump_traceback_later()
        shared[:] = (at + 1).to_bytes(8, "little")
    print("codes " + " ".join(f"{code or 'fine'}={count}" for code, count in codes.most_common()), flush=True)


def again(name: str, seed: int, number: int) -> str:
    return f"--target '{name}' --seed {seed} --first {number} --rounds 1"


def run(name: str, options: argparse.Namespace, seconds: float) -> int:
    """Fuzz a target for so long, in as many processes as it takes; how often something was wrong."""
    number, bad = options.first, 0
    end = time.time() + seconds
    last = options.first + options.rounds
    start = time.time()
    with tempfile.NamedTemporaryFile() as place:
        place.write(bytes(8))
        place.flush()
        while number < last and time.time() < end:
            command = [sys.executable, "-m", "tests.fuzz", "--child", place.name, "--end", str(end), "--target", name]
            command += ["--seed", str(options.seed), "--first", str(number), "--rounds", str(last - number)]
            command += ["--modules", options.modules] if options.modules else []
            done = subprocess.run(command, capture_output=True, text=True, errors="replace")
            place.seek(0)
            at = int.from_bytes(place.read(8), "little")
            for found in done.stdout.split("WRONG ")[1:]:
                bad += 1
                print(f"{name}: WRONG {found.partition('codes ')[0]}", flush=True)
            print(f"{name}: rounds {number:,} to {at:,}: {done.stdout.rpartition('codes ')[2].strip()[-300:]}", flush=True)
            if done.returncode:
                bad += 1
                told = "\n".join(done.stderr.splitlines()[-TAIL:])
                print(f"{name}: ENDED with {done.returncode} {again(name, options.seed, at)}\n{told}", flush=True)
                at += 1
            number = at
    print(f"{name}: {number - options.first:,} rounds in {time.time() - start:.0f} s, {bad} wrong", flush=True)
    return bad


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120.0, help="for all targets together (120)")
    parser.add_argument("--rounds", type=int, default=1 << 40, help="of each target, at most")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="what the rounds are drawn from; another one each time")
    parser.add_argument("--first", type=int, default=0, metavar="NUMBER", help="the first round")
    parser.add_argument("--target", action="append", help="only this one; repeatable")
    parser.add_argument("--modules", metavar="FOLDER", help="extension modules from there")
    parser.add_argument("--input", metavar="FILE", help="write the input of the first round there, and do nothing else")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--end", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.modules:
        from tests.fuzz.modules import take

        take(Path(options.modules))
    from tests.fuzz.images import KEPT
    from tests.fuzz.targets import TARGETS

    names = options.target or list(TARGETS)
    if options.child:
        child(names[0], options.seed, options.first, options.end, options.rounds, options.child)
        return 0
    if options.input:
        Path(options.input).write_bytes(TARGETS[names[0]].input(options.seed, options.first)[0])
        return 0
    print(f"seed {options.seed}", flush=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    bad = sum(run(name, options, options.seconds / len(names)) for name in names)
    print(f"{bad} not as they must be")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
