"""The part "growth": programs of 100, 1,000 and 10,000 lines from source to the first result, as time per line.

Where compiling takes time in proportion to the program, a line costs the same whatever stands around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from time import perf_counter

from bench import belljar_peer
from bench.clock import Pace, Timing, summarise
from bench.gap import WrongAnswer, gap_from
from bench.process import environment_of
from bench.python_program import names_of
from bench.section import Cell, Grid, Section

Say = Callable[[str], None]
LINES = {"100 lines": 100, "1,000 lines": 1_000, "10,000 lines": 10_000}
ARGUMENT = 17
TURNS = 3
GROUP = 10
"""Functions that one function calls."""
LINES_FEW = 1_000
"""Programs of more lines are compiled once: noise is little beside the time they take."""

_SHAPES = (
    """\
class Account{k}:
    def __init__(self, owner: str, balance: int) -> None:
        self.owner = owner
        self.balance = balance
        self.moves: list[int] = []

    def deposit(self, amount: int) -> None:
        if amount <= {a}:
            raise ValueError("too little for " + self.owner)
        self.balance += amount
        self.moves.append(amount)

    def average(self) -> float:
        if not self.moves:
            return 0.0
        return sum(self.moves) / len(self.moves)


def unit{k}(n: int) -> int:
    account = Account{k}("owner {a}", {b})
    for amount in range(n):
        try:
            account.deposit(amount)
        except ValueError:
            account.balance -= 1
    return account.balance + int(account.average() * {c})
""",
    """\
def letters{k}(text: str) -> dict[str, int]:
    counts: dict[str, int] = {{}}
    for letter in text:
        if letter != " ":
            counts[letter] = counts.get(letter, {a}) + 1
    return counts


def unit{k}(n: int) -> int:
    text = "the {b} quick foxes " * (n % {c} + 1)
    counts = letters{k}(text)
    best = ""
    for letter in sorted(counts):
        if best == "" or counts[letter] > counts[best]:
            best = letter
    return counts[best] * {c} + len(counts)
""",
    """\
class Shape{k}:
    def area(self) -> float:
        return 0.0

    def grown(self, by: float) -> float:
        return self.area() * by + {a}.5


class Square{k}(Shape{k}):
    def __init__(self, side: float) -> None:
        self.side = side

    def area(self) -> float:
        return self.side * self.side


class Disc{k}(Shape{k}):
    def __init__(self, radius: float) -> None:
        self.radius = radius

    def area(self) -> float:
        return 3.0 * self.radius * self.radius


def unit{k}(n: int) -> int:
    total = 0.0
    for i in range(n):
        shape: Shape{k} = Square{k}(i + {b}.0) if i % 2 == 0 else Disc{k}(i / {c})
        total += shape.grown({a}.25)
    return int(total) % 10007
""",
    """\
def table{k}(rows: int, columns: int) -> list[list[int]]:
    made = [[0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            made[i][j] = (i * {a} + j * {b}) % {c}
    return made


def unit{k}(n: int) -> int:
    grid = table{k}(n % 7 + 2, n % 5 + 3)
    best = -1
    for row in grid:
        value = max(row) - min(row)
        while value > 100:
            value //= 2
        if value > best:
            best = value
    sums = [sum(row) for row in grid if row[0] < {c}]
    return best * 100 + len(sums) + sums[0]
""",
    """\
def parsed{k}(line: str) -> tuple[str, int]:
    name, _, rest = line.partition("=")
    if not rest.isdigit():
        return name.strip(), {a}
    return name.strip(), int(rest)


def unit{k}(n: int) -> int:
    lines = [f"key{{i}} = {{i * {b}}}".replace(" = ", "=") for i in range(n)]
    lines.append("last=none")
    found: dict[str, int] = {{}}
    for line in lines:
        name, value = parsed{k}(line)
        found[name] = value + {c}
    text = ",".join(f"{{name}}:{{value}}" for name, value in found.items())
    return len(text) + found["last"]
""",
    """\
def unit{k}(n: int) -> int:
    def weigh(x: int) -> int:
        return x * {a} + n

    steps = [weigh, lambda x: x + {b}, lambda x: x % {c}]
    total = 0
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        for step in steps:
            total += step(middle)
        if middle % 3 == 1:
            low = middle + 1
        elif middle % 3 == 2:
            high = middle
        else:
            low += 1
    return total
""",
)


def _sums(name: str, callees: list[str]) -> str:
    calls = "".join(f"    total += {callee}(n + {place % 9})\n" for place, callee in enumerate(callees))
    return f"\n\ndef {name}(n: int) -> int:\n    total = 0\n{calls}    return total\n"


def program(lines: int, turn: int) -> str:
    """A program of so many lines: classes, functions, loops of six shapes with names and numbers of their own, functions over ten of them each, and a
    ``main`` over those."""
    parts = [f"# turn {turn}\n"]
    units: list[str] = []
    groups: list[str] = []
    while True:
        k = len(groups) * GROUP + len(units)
        part = "\n\n" + _SHAPES[(k + turn) % len(_SHAPES)].format(k=k, a=k % 5 + 1, b=(k * 7 + turn) % 23 + 2, c=k % 11 + 3)
        rest = _sums(f"group{len(groups)}", [*units, f"unit{k}"]) + _sums("main", [*groups, f"group{len(groups)}"])
        if sum(text.count("\n") for text in (*parts, part, rest)) > lines:
            break
        parts.append(part)
        units.append(f"unit{k}")
        if len(units) == GROUP:
            groups.append(f"group{len(groups)}")
            parts.append(_sums(groups[-1], units))
            units = []
    text = "".join(parts) + _sums("main", [*groups, *units])
    return text + "# the end\n" * (lines - text.count("\n"))


def compile_cpython(text: str) -> int:
    return names_of(text, "growth")["main"](ARGUMENT)


def compile_belljar(engine: str, text: str) -> int:
    with environment_of(belljar_peer.NO_CACHES):
        return belljar_peer.kernel(text, engine)(ARGUMENT)


COMPILERS: dict[str, Callable[[str], int]] = {
    "cpython": compile_cpython,
    "belljar vm": partial(compile_belljar, "vm"),
    "belljar jit": partial(compile_belljar, "jit"),
}


def run(
    only: Iterable[str] = (),
    peers: Iterable[str] = (),
    quick: bool = False,
    pace: Pace | None = None,
    say: Say = lambda _: None,
) -> Section:
    """Measure the sizes named in ``only`` (all by default) with the compilers named (all by default)."""
    compilers = {name: COMPILERS[name] for name in peers or COMPILERS}
    sizes = only or (("100 lines",) if quick else LINES)
    section = Section("growth")
    grid = Grid(
        "Compiling, by the line", "source to first result over the number of lines; nothing cached", "cpython", list(compilers), unit="us"
    )
    for size in sizes:
        grid.rows[size] = _row(
            LINES[size], compilers, TURNS if LINES[size] <= LINES_FEW and not quick else 1, lambda name, size=size: say(f"{size}: {name}")
        )
        grid.inputs[size] = f"{program(LINES[size], 0).count('def ')} functions"
    section.grids.append(grid)
    if {"1,000 lines", "10,000 lines"} <= grid.rows.keys():
        for engine in ("vm", "jit"):
            cells = [grid.rows[size].get(f"belljar {engine}") for size in ("1,000 lines", "10,000 lines")]
            _find(section, f"growth.{engine}", cells)
    return section


def _row(lines: int, compilers: dict[str, Callable[[str], int]], turns: int, say: Say) -> dict[str, Cell]:
    samples: dict[str, list[float]] = {name: [] for name in compilers}
    cells: dict[str, Cell] = {}
    for turn in range(turns):
        text = program(lines, turn)
        expected = compile_cpython(text)
        for name, compiler in compilers.items():
            if name in cells:
                continue
            say(name)
            begin = perf_counter()
            try:
                got = compiler(text)
            except Exception as error:
                cells[name] = gap_from(error)
                continue
            samples[name].append(perf_counter() - begin)
            if got != expected:
                cells[name] = WrongAnswer(f"answers {got!r}, not {expected!r}")
    return {**{name: summarise(taken).per(lines) for name, taken in samples.items() if name not in cells}, **cells}


def _find(section: Section, key: str, cells: list[Cell | None]) -> None:
    small, large = cells
    if isinstance(small, Timing) and isinstance(large, Timing):
        section.findings[key] = large.median_s / small.median_s
    else:
        section.unfound[key] = next((cell.reason for cell in cells if cell is not None and not isinstance(cell, Timing)), "not in this run")
