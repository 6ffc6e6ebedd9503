"""Runs thousands of random programs on every engine and on CPython: ``python -m tests.agreement.nightly`` (``make nightly``).

Programs have numbers, so a run can go on where it stopped, and any of them can be had again. One that differs is made smaller and written to a folder, with what each said::

    build/agreement/progress.json        numbers done, and how many ended in which way
    build/agreement/17-output.py         a program that differs, made smaller; what the engines and CPython did is at its end
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections import Counter
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.agreement.comparison import PLAIN, Verdict, compare
from tests.agreement.cpython import CPython
from tests.agreement.hierarchies import hierarchy
from tests.agreement.programs import program
from tests.agreement.reduction import reduced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

PROGRAMS = 20_000
FOLDER = Path("build/agreement")
OPTIMISED_EVERY = 20
"""The machine code of one program in so many is optimised by LLVM, which takes longer than all else."""
SECONDS_MAX = 180.0
"""Time for one program, after which its process is ended: that is a difference as well. Making it smaller has time of its own."""
HIERARCHIES_FROM = 1_000_000
"""Programs with this number and above are about classes (:mod:`.hierarchies`)."""
LARGE_EVERY = 4
"""One program in so many is four times as long."""


class Done(NamedTuple):
    """What one program came to."""

    number: int
    kind: str
    detail: str
    text: str


def text_of(number: int) -> str:
    if number >= HIERARCHIES_FROM:
        return hierarchy(number - HIERARCHIES_FROM)
    return program(number, 4 if number % LARGE_EVERY == 0 else 1)


def engines_of(number: int, optimised_every: int) -> tuple[str, ...]:
    return ("reference", "vm", "jit" if optimised_every and number % optimised_every == 0 else PLAIN)


def _work(pipe: Connection, optimised_every: int, is_reducing: bool) -> None:
    """One process: takes numbers, tells what came of them."""
    cpython = CPython()
    try:
        while (number := pipe.recv()) is not None:
            text = text_of(number)
            engines = engines_of(number, optimised_every)
            verdict = compare(text, engines, cpython)
            if verdict.is_difference and is_reducing:
                pipe.send("reducing")
                text, verdict = smaller(text, verdict, engines, cpython)
            pipe.send(Done(number, verdict.kind, verdict.detail, text if verdict.is_difference else ""))
    except (EOFError, KeyboardInterrupt):
        pass
    finally:
        cpython.close()


def smaller(text: str, verdict: Verdict, engines: Sequence[str], cpython: CPython) -> tuple[str, Verdict]:
    """The program made smaller, and what it comes to."""
    if not verdict.kind.startswith("engines"):
        engines = ("vm",)
    text = reduced(text, lambda tried: compare(tried, engines, cpython).kind == verdict.kind)
    return text, compare(text, engines, cpython)


class Worker:
    """A process at work, and on what since when."""

    def __init__(self, optimised_every: int, is_reducing: bool) -> None:
        self.arguments = optimised_every, is_reducing
        self.number: int | None = None
        self.since = 0.0
        self.start()

    def start(self) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, other = context.Pipe()
        self.process: BaseProcess = context.Process(target=_work, args=(other, *self.arguments), daemon=True)
        self.process.start()
        other.close()

    def give(self, number: int) -> None:
        self.number, self.since = number, time.monotonic()
        self.pipe.send(number)

    def ended(self, kind: str) -> Done:
        """The process is gone, or taken away: the program it had is to blame."""
        self.process.kill()
        self.process.join()
        number = self.number or 0
        self.number = None
        self.start()
        return Done(number, kind, "the process ended" if kind == "died" else "no answer", text_of(number))


class Record:
    """What has been done, kept in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "progress.json"
        folder.mkdir(parents=True, exist_ok=True)
        found: dict[str, Any] = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.next_number: int = found.get("next", 0)
        self.pending: list[int] = found.get("pending", [])
        self.kinds = Counter(found.get("kinds", {}))
        self.refusals = Counter(found.get("refusals", {}))

    def keep(self, done: Done) -> None:
        self.kinds[done.kind] += 1
        if done.kind in ("refused", "strict"):
            self.refusals[f"{done.kind} {done.detail.partition(' (line')[0]}"[:90]] += 1
        if done.text:
            notes = "".join(f"# {line}\n" for line in done.detail.splitlines())
            (self.folder / f"{done.number}-{done.kind.replace(' ', '_').replace(':', '')}.py").write_text(
                done.text + notes, encoding="utf-8"
            )

    def save(self, pending: Sequence[int]) -> None:
        state = {"next": self.next_number, "pending": list(pending), "kinds": self.kinds, "refusals": dict(self.refusals.most_common(200))}
        self.path.write_text(json.dumps(state), encoding="utf-8")


def run(record: Record, last: int, jobs: int, optimised_every: int, is_reducing: bool) -> int:
    """Run programs until the last number; gives how many differed."""
    workers = [Worker(optimised_every, is_reducing) for _ in range(jobs)]
    started, done_here, differing = time.monotonic(), 0, 0
    waiting, record.pending = record.pending, []
    try:
        while True:
            for worker in workers:
                if worker.number is None and (waiting or record.next_number < last):
                    if waiting:
                        worker.give(waiting.pop())
                    else:
                        worker.give(record.next_number)
                        record.next_number += 1
            busy = [worker for worker in workers if worker.number is not None]
            if not busy:
                return differing
            ready = wait([worker.pipe for worker in busy], timeout=1.0)
            for worker in busy:
                answer: Done | None = None
                if worker.pipe in ready:
                    try:
                        got = worker.pipe.recv()
                    except (EOFError, OSError):
                        got = worker.ended("died")
                    if got == "reducing":
                        worker.since = time.monotonic() + 300
                        continue
                    answer, worker.number = got, None
                elif time.monotonic() - worker.since > SECONDS_MAX:
                    answer = worker.ended("hung")
                if answer is not None:
                    record.keep(answer)
                    done_here += 1
                    differing += bool(answer.text)
            record.save([worker.number for worker in workers if worker.number is not None] + waiting)
            _show(record, done_here, last, started)
    finally:
        record.save([worker.number for worker in workers if worker.number is not None] + waiting)
        for worker in workers:
            worker.process.kill()


def _show(record: Record, done_here: int, last: int, started: float) -> None:
    if not sys.stderr.isatty():
        return
    done = sum(record.kinds.values())
    rate = done_here / max(time.monotonic() - started, 1e-9)
    bar = "#" * (30 * done // max(last, 1))
    wrong = sum(count for name, count in record.kinds.items() if Verdict(name).is_difference)
    sys.stderr.write(f"\r[{bar:<30}] {done:,} of {last:,}  {rate:.1f}/s  {wrong} differ ")
    sys.stderr.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.agreement.nightly", description="Compare random programs on every engine and on CPython."
    )
    parser.add_argument("--programs", type=int, default=PROGRAMS, help=f"number of programs ({PROGRAMS:,})")
    parser.add_argument("--from", dest="start", type=int, default=None, help="start at this number instead of where the last run stopped")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument(
        "--optimised-every",
        type=int,
        default=OPTIMISED_EVERY,
        help=f"let LLVM optimise the machine code of one in so many, 0 for none ({OPTIMISED_EVERY})",
    )
    parser.add_argument("--keep-large", action="store_true", help="do not make differing programs smaller")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where results go ({FOLDER})")
    parser.add_argument("--show", type=int, help="print the program with this number and what it comes to")
    options = parser.parse_args(arguments)
    if options.show is not None:
        return _show_one(options.show)
    record = Record(options.folder)
    first = record.next_number if options.start is None else options.start
    record.next_number = first
    last = first + options.programs if options.start is not None or not record.pending else options.programs
    differing = run(
        record,
        max(last, options.programs if options.start is None else last),
        options.jobs,
        options.optimised_every,
        not options.keep_large,
    )
    total = sum(record.kinds.values())
    print(
        f"\n{total:,} programs: "
        + ", ".join(f"{name} {count:,} ({count / max(total, 1):.1%})" for name, count in record.kinds.most_common())
    )
    for name, count in record.refusals.most_common(15):
        print(f"  {count:6,} {name}")
    print(f"{differing} differ in this run; see {options.folder}" if differing else "none differ")
    return 1 if differing else 0


def _show_one(number: int) -> int:
    text = text_of(number)
    print(text)
    cpython = CPython()
    verdict = compare(text, ("reference", "vm", "jit"), cpython)
    cpython.close()
    print(f"# {verdict.kind}\n# {verdict.detail}")
    return int(verdict.is_difference)


if __name__ == "__main__":
    sys.exit(main())
