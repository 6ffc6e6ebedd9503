"""The attacks: programs against the runtime, by category, with what must come of each.

A file ``CATEGORY.bell`` holds many programs. Each begins with ``#: NAME -> STATUS [CODE]``: the exit status that ``belljar run`` must end with (0 fine, 1 the program's error, 2 refused, 3 a limit, 4 a
capability; ``1/3`` where either will do) and the error's code where it matters. ``# expect:`` lines are what it must print. ``sources.py`` makes those that are too large, or no text, to be written down.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import belljar
from belljar.errors import BellError
from belljar.lang.guard import decode
from tests.attacks.sources import SOURCES

ROOT = Path(__file__).parent
_HEAD = re.compile(r"#: (?P<name>.+) -> (?P<statuses>[0-4](?:/[0-4])*)(?: (?P<code>E\d{4}))?")
_EXPECT = "# expect: "

_PLACES = {
    str(Path(place).resolve()) for place in (sys.prefix, sys.base_prefix, Path(belljar.__file__).parent, Path.cwd(), Path.home())
} - {"/"}
LEAK = re.compile(
    r"0x[0-9a-f]{6,}|site-packages|Traceback \(most|<module '|<frame|<code object|root:x:|" + "|".join(map(re.escape, sorted(_PLACES)))
)
"""What no program must get to see of its host."""

LIMITS: dict[str, str | int | float] = {"fuel": 20_000_000, "memory": 64 << 20, "output": 1_000_000, "time": 20.0}
"""Limits that end an attack soon, in tests. On the command line they run under those that hold by default."""


@dataclass(frozen=True)
class Attack:
    category: str
    name: str
    data: bytes
    statuses: frozenset[int]
    code: str
    output: str | None

    @property
    def title(self) -> str:
        return f"{self.category}: {self.name}"


def _attack(category: str, name: str, data: bytes, must: str) -> Attack:
    statuses, _, code = must.partition(" ")
    lines = [line.removeprefix(_EXPECT) for line in data.decode("utf-8", "replace").split("\n") if line.startswith(_EXPECT)]
    return Attack(
        category, name, data, frozenset(map(int, statuses.split("/"))), code, "".join(line + "\n" for line in lines) if lines else None
    )


def read(path: Path) -> list[Attack]:
    """The programs of one file."""
    found: list[tuple[str, str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if head := _HEAD.fullmatch(line):
            found.append((head["name"], " ".join(filter(None, (head["statuses"], head["code"]))), []))
        elif line.startswith("#: "):
            raise ValueError(f"{path}: {line}")
        else:
            found[-1][2].append(line)
    return [_attack(path.stem, name, "\n".join(lines).encode(), must) for name, must, lines in found]


def attacks() -> list[Attack]:
    """All of them."""
    written = [attack for path in sorted(ROOT.glob("*.bell")) for attack in read(path)]
    made = [_attack(category, name, data, must) for category, some in SOURCES.items() for name, (data, must) in some.items()]
    return [*written, *made]


def ended(run: Callable[[], Any]) -> tuple[int, str, str]:
    """How something ended: the exit status, the error's code and its text. Whatever is no error of ours goes through. What it writes to the standard error is dropped."""
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            run()
    except BellError as error:
        return error.exit_status, error.code, "\n".join(str(one) for one in error.diagnostics)
    return 0, "", ""


Ended: TypeAlias = "tuple[int, str, str, str]"
"""How an attack ended: the exit status, the error's code and its text, and what was printed."""


def in_process(attack: Attack, engine: str, isolation: Any = None) -> list[str]:
    """Compile and run an attack here, or in a worker. What is not as it must be, in words."""
    return verdict(attack, *ended_in_process(attack, engine, isolation))


def ended_in_process(attack: Attack, engine: str, isolation: Any = None) -> Ended:
    printed: list[str] = []

    def run() -> None:
        program = belljar.compile(decode(attack.data, "attack.bell"), "attack.bell", limits=LIMITS, cache=False)
        program.run(engine=engine, write=printed.append, isolation=isolation)

    return *ended(run), "".join(printed)


def verdict(attack: Attack, status: int, code: str, error: str, printed: str) -> list[str]:
    """What is not as it must be, in words."""
    problems = []
    if status not in attack.statuses:
        problems.append(f"ended with {status} {code}, not {'/'.join(map(str, sorted(attack.statuses)))}: {error[:200]}")
    elif attack.code and status != 0 and code and code != attack.code:
        problems.append(f"ended with {code}, not {attack.code}: {error[:200]}")
    if attack.output is not None and printed != attack.output:
        problems.append(f"printed {printed[:200]!r}, not {attack.output[:200]!r}")
    if code == "E1201" or code == "E1102":
        problems.append(f"{code}: {error[:200]}")
    if found := LEAK.search(_without_source(error, attack)) or LEAK.search(_without_source(printed, attack)):
        problems.append(f"shows {found[0]!r}")
    return [f"{attack.title}: {problem}" for problem in problems]


def _without_source(text: str, attack: Attack) -> str:
    """What is shown, without the lines of the program that it quotes."""
    own = {line.strip() for line in attack.data.decode("utf-8", "replace").split("\n")}
    return "\n".join(line for line in text.split("\n") if line.strip(" 0123456789|") not in own and line.strip() not in own)


def sample(all_of: Sequence[Attack], every: int, offset: int = 0) -> list[Attack]:
    """Some of them, spread over the categories."""
    return list(all_of[offset::every])
