"""Explanations: one call again, on the reference engine, with every assignment and decision written down.

Determinism makes this possible after the fact: a batch records nothing, and any of its rows can be explained by running that row again. The explanation follows the program as
written (the IR before optimisation), line by line.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from belljar.engines.contract import Write
from belljar.engines.reference import ReferenceEngine
from belljar.errors import BellError
from belljar.ir.function import Function, Instr
from belljar.ir.passes import fuel, generators
from belljar.runtime.boundary import from_components, to_components, type_of
from belljar.runtime.engine import engine_of
from belljar.safety.limits import Limits
from belljar.source import Source, visible
from belljar.types import BOOL

if TYPE_CHECKING:
    from belljar.runtime.hosts import HostFunctions, HostRun
    from belljar.runtime.program import Program
    from belljar.safety.capabilities import Grants

STEPS_MAX = 100
"""Steps an explanation keeps: the first half and the last half of a longer path."""

FUEL_TRACED_MAX = 2_000_000
"""Units of fuel a path is followed for: a few seconds on the reference engine."""

LIMIT_STATUS = 3
"""The exit status of the errors that are limits."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: ``kind`` is ``assign``, ``decide`` or ``return``."""

    line: int
    kind: str
    what: str
    value: str
    depth: int


@dataclass(slots=True)
class Explanation:
    """A call and the path it took. ``result`` is None when ``error`` is set."""

    task: str
    arguments: dict[str, Any]
    result: Any = None
    error: BellError | None = None
    steps: list[Step] = field(default_factory=list)
    skipped: int = 0
    cut: bool = False
    """Whether the path goes on after the last step: it was too long to write down, or a limit ended it."""

    def to_dict(self) -> dict[str, Any]:
        """The explanation as JSON-compatible data."""
        from belljar.values import plain

        return {
            "task": self.task,
            "arguments": plain(self.arguments),
            "steps": [{"line": s.line, "kind": s.kind, "what": s.what, "value": s.value} for s in self.steps],
            "skipped": self.skipped,
            "cut": self.cut,
            "result": plain(self.result),
            "error": self.error.to_dict() if self.error else None,
        }

    def text(self, *, color: bool = False, title: str = "") -> str:
        """The explanation for people."""
        bold, dim, off = ("\x1b[1m", "\x1b[2m", "\x1b[0m") if color else ("", "", "")
        lines = [f"{bold}{title or self.task + '()'}{off}"]
        width = max((len(name) for name in self.arguments), default=0)
        lines += [f"  {name:<{width}} = {_shown(value)}" for name, value in self.arguments.items()]
        if self.steps:
            lines.append(f"{bold}path{off}")
        what_width = min(max((len(s.what) + 2 * s.depth for s in self.steps), default=0), 60)
        for position, step in enumerate(self.steps):
            if self.skipped and position == STEPS_MAX // 2:
                lines.append(f"  {dim}... {self.skipped} more steps{off}")
            arrow = {"decide": "->", "assign": "= ", "return": "  "}[step.kind]
            what = "  " * step.depth + step.what
            lines.append(f"  {dim}line {step.line:>3}{off}  {what:<{what_width}} {arrow} {step.value}".rstrip())
        if self.cut:
            lines.append(f"  {dim}... and so on{off}")
        if self.error is None:
            lines.append(f"{bold}result{off} {_shown(self.result)}")
        return "\n".join(lines)


class _Recorder:
    """Turns what the reference engine reports into steps."""

    def __init__(self, source: Source, entry: str) -> None:
        self.source = source
        self.steps: list[Step] = []
        self.tail: list[Step] = []
        self.total = 0
        self.last: dict[int, Any] = {}
        self.seen: tuple[int, str, str] | None = None
        self.depths: dict[str, int] = {entry: 0}
        self.line = 0
        """The line of the last step: a return that shows nothing new is left out."""

    def add(self, step: Step) -> None:
        self.total += 1
        self.line = step.line
        if len(self.steps) < STEPS_MAX // 2:
            self.steps.append(step)
        else:
            self.tail.append(step)
            if len(self.tail) > STEPS_MAX:
                del self.tail[: len(self.tail) - STEPS_MAX // 2]

    def __call__(self, function: Function, instr: Instr, results: tuple[Any, ...]) -> None:
        name = instr.op.name
        line = instr.span.line
        depth = self.depths.setdefault(function.name, 1)
        for register, value in zip(instr.results, results):  # noqa: B905
            self.last[register] = value
            variable = function.registers[register].name
            if variable and line and "?" not in variable and "~" not in variable and ":" not in variable and "!" not in variable:
                shown = _shown(value)
                if self.seen != (line, variable, shown):
                    self.seen = (line, variable, shown)
                    self.add(Step(line, "assign", variable.removesuffix(".int").removesuffix(".float"), shown, depth))
        if name == "br" and line and function.registers[instr.args[0]].type == BOOL:
            text = self.source.line(line)
            span = instr.span
            what = text[span.column - 1 : span.end_column - 1] if span.end_line == line else text[span.column - 1 :]
            shown = "true" if self.last.get(instr.args[0]) else "false"
            what = visible(what)
            if what and self.seen != (line, what, shown) and not what.startswith("range("):
                self.seen = (line, what, shown)
                self.add(Step(line, "decide", what, shown, depth))
        elif name == "ret" and line:
            self.seen = None
            text = visible(self.source.line(line).strip())
            if text.startswith("return") and line != self.line:
                self.add(Step(line, "return", text, "", depth))


def explain_call(
    program: Program,
    task: str,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    *,
    limits: Mapping[str, object] | Limits | None = None,
    write: Write | None = lambda text: None,
    hosts: HostFunctions | HostRun | None = None,
    grants: Collection[str] | Grants = ("io.stderr",),
) -> Explanation:
    """Run one call and write down its path. Raises for arguments that do not fit; what the program raises is in ``error``.

    Functions of the host are called once, if ``grants`` cover them: the second time they answer as they did the first.

    The call is made twice. Result, output and limits are those of the program as every engine runs it, optimised; the path is that of the program as written, as far as
    ``FUEL_TRACED_MAX`` goes.
    """
    values = program.bind(task, args, kwargs or {})
    declared = program.parameters(task)
    types = [type_of(value, f"argument '{name}'") if type is None else type for (name, type), value in zip(declared, values, strict=True)]
    allowed = program.limits if limits is None else limits if isinstance(limits, Limits) else program.limits.with_values(limits)
    program = program.under(allowed)
    explanation = Explanation(task, _flat({name: value for (name, _), value in zip(declared, values, strict=True)}))

    module = program.module(task, types)
    row = module.tasks[task]
    components: list[Any] = []
    for param, value in zip(row.params, values, strict=True):
        components += to_components(value, param.type, module.records, f"argument '{param.name}' of {task}()")
    run = program.host_run(module, hosts, grants)
    called = None if run is None else run.table(module)
    answers: list[Any] = []
    if called is not None:
        called.log = answers
    first = engine_of("auto").load(module, allowed, write, (), called)
    outcome = first.call(row.function, components)
    if run is not None:
        run.note_used(module, first.host_counts or [0] * len(module.hosts), False)
    if outcome.error is None:
        explanation.result = from_components(iter(outcome.results), row.result)
    else:
        explanation.error = outcome.error

    written = program.fresh_module(task, types)
    generators.run(written)
    fuel.run(written)
    traced = allowed.with_values({"fuel": min(allowed.fuel, FUEL_TRACED_MAX)})
    recorder = _Recorder(written.source or Source(written.name, program.source), written.tasks[task].function)
    table = None if run is None else run.table(written)
    if table is not None:
        table.given = answers
    instance = ReferenceEngine().load(written, traced, None if write is None else lambda text: None, (), table)
    instance.observe = recorder
    ended = instance.call(written.tasks[task].function, components).error
    explanation.steps = recorder.steps + recorder.tail[-(STEPS_MAX // 2) :]
    explanation.skipped = recorder.total - len(explanation.steps)
    explanation.cut = ended is not None and ended.exit_status == LIMIT_STATUS
    return explanation


def _flat(arguments: dict[str, Any]) -> dict[str, Any]:
    """A single record argument is shown as its fields."""
    if len(arguments) == 1:
        (value,) = arguments.values()
        if isinstance(value, Mapping):
            return dict(value)
    return arguments


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 70 else text[:67] + "..."
