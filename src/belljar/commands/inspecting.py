"""``belljar inspect``: what is in a program after it ran; ``belljar health``: whether the installation works."""

from __future__ import annotations

import os
import sys
import textwrap

from belljar.commands.programs import inputs_of
from belljar.commands.running import TIME_DEFAULT_S, running, tell_left_out
from belljar.commands.values import json_value, pairs
from belljar.errors import BellError, bell_error, counted
from belljar.runtime.program import compile_file
from belljar.safety.limits import LONG_NAMES, Limits, ResourceLimits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from belljar.commands.session import Session
    from belljar.runtime.hosts import HostFunctions
    from belljar.runtime.program import Program

PARTS: Final = ("full", "vars", "functions", "events", "memory", "limits")
"""What can be inspected, as the inspector's methods end."""
PROBE: Final = """
def collatz(n: int) -> int:
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps

def words(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in text.split():
        found[word] = found.get(word, 0) + 1
    return found

def divide(a: float, b: float) -> float:
    return a / b
"""
"""What the self-test runs: numbers, texts and containers, and an error."""


def inspect(session: Session, values: Mapping[str, Any]) -> int:
    """Run a program and show its state, functions, events and memory."""
    from belljar.runtime.runtime import Runtime
    from belljar.safety.journal import Journal

    how = running(values)
    given, inputs = inputs_of(values)
    calls = [_call_of(text) for text in values["call"]]
    program = _program(values["program"], inputs, how.hosts)
    limits = ResourceLimits(
        **_renamed(how.limits, pairs("--limit", values.get("limit") or ()), {} if how.profile is None else how.profile.limits)
    )
    how.journal = Journal()
    runtime = Runtime(
        program, limits=limits, engine=values["engine"], write=session.err.write, grants=how.grants, hosts=how.hosts, journal=how.journal
    )
    runtime.dry_hosts = how.dry_run  # what is shown is the state as it is left, so only what goes out is held back
    for name, value in given.items():
        runtime.state[name] = value
    runtime.execute_once()
    how.withheld.append(runtime.withheld)
    for task, arguments in calls:
        runtime.call(task, *arguments)
        how.withheld.append(runtime.withheld)
    if how.dry_run:
        tell_left_out(session, how)
    part = values["part"]
    if session.format == "json":
        session.write_json(getattr(runtime.inspector, f"dump_{part}")())
    else:
        session.out.write(getattr(runtime.inspector, f"format_{part}")())
    return 0


def _program(path: str, inputs: Mapping[str, str], hosts: HostFunctions | None) -> Program:
    """The program of a file. What is none is told apart from a volume, which is not part of this version."""
    if os.path.isdir(path):
        raise bell_error("E0002", path=path, reason=f"it is a directory, and {NO_VOLUMES}", hint="inspect takes a Bell program")
    try:
        return compile_file(path, inputs=inputs, hosts=hosts)
    except BellError as error:
        if not path.endswith(".bell") and error.code != "E0001":
            for one in error.diagnostics:
                one.notes = [*one.notes, f"inspect takes a Bell program, {path} is read as one; {NO_VOLUMES}"]
        raise


NO_VOLUMES: Final = "volumes are not part of this version"


def health(session: Session, values: Mapping[str, Any]) -> int:
    """Say which versions there are, where the cache is, which limits hold, and whether each engine answers right; 1 if something is not well."""
    rows = [*_versions(), *_cache(), *_limits(), *map(_engine, ("vm", "jit", "auto", "reference")), _state(), _isolation(), VOLUME]
    if session.format == "json":
        session.write_json([{"part": part, "status": status, "detail": detail} for part, status, detail in rows])
    else:
        width = max(len(part) for part, _, _ in rows)
        for part, status, detail in rows:
            lines = textwrap.wrap(detail, LINE_MAX - width - 10, break_long_words=False, break_on_hyphens=False) or [""]
            session.out.write(f"{status:>6}  {part:<{width}}  {lines[0]}\n")
            for line in lines[1:]:
                session.out.write(f"{'':>6}  {'':<{width}}  {line}\n")
    return 1 if any(status == UNWELL for _, status, _ in rows) else 0


def _renamed(limits: Limits, *given: Mapping[str, object]) -> dict[str, Any]:
    """The limits that were given, by the names and with the values that a runtime has for them."""
    said = {LONG_NAMES.get(name, name) for one in given for name in one}
    return {long: getattr(limits, short) for long, short in LONG_NAMES.items() if short in said and long in RUNTIME_LIMITS}


RUNTIME_LIMITS: Final = frozenset(ResourceLimits().to_dict())
LINE_MAX: Final = 100
"""Columns that a line of health has, where its words can be parted."""
WELL, UNWELL, TOLD = "ok", "FAILED", ""
VOLUME: Final = ("volume", TOLD, NO_VOLUMES)


def _versions() -> list[tuple[str, str, str]]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from belljar.engines.vm.opcodes import OPCODES

    rows = [
        ("belljar", TOLD, str(sys.modules["belljar"].__version__)),
        ("python", TOLD, f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        ("vm", TOLD, f"{len(OPCODES)} opcodes"),
    ]
    for package in ("llvmlite", "numpy", "pyarrow"):
        try:
            rows.append((package, TOLD, version(package)))
        except PackageNotFoundError:
            rows.append((package, UNWELL, "not installed"))
    return rows


def _cache() -> list[tuple[str, str, str]]:
    from belljar.storage import cache

    path = cache.directory()
    if not path:
        return [("cache", TOLD, "turned off")]
    entries, size, problem = cache.survey()
    held = f"{counted(entries, 'entry')}, {size >> 20:,} MiB"
    return [("cache", UNWELL if problem else WELL, f"{path}: {problem or held}")]


def _limits() -> list[tuple[str, str, str]]:
    from belljar.safety.limits import INT64_MAX

    limits = Limits()
    calls = ", ".join(_limit(name, getattr(limits, name)) for name in ("time", "memory", "depth", "output"))
    return [
        ("limits of a call", TOLD, f"{calls}; on the command line time {TIME_DEFAULT_S:g} s"),
        (
            "limits of a runtime",
            TOLD,
            ", ".join(_limit(name, value) for name, value in ResourceLimits().to_dict().items() if value != INT64_MAX),
        ),
    ]


def _limit(name: str, value: float) -> str:
    """A limit with its value in the unit that people set it in."""
    if "time" in name:
        return f"{name} {value:g} s"
    if name.endswith(("memory", "output")):
        return f"{name} {value / (1 << 30):g} GiB" if value >= 1 << 30 else f"{name} {value / (1 << 20):g} MiB"
    return f"{name} {value:,}"


def _engine(name: str) -> tuple[str, str, str]:
    from belljar.runtime.program import compile

    try:
        program = compile(PROBE, "<health>", cache=False)
        answers = program.call("collatz", 27, engine=name), program.call("words", "a b a", engine=name)
        try:
            program.call("divide", 1.0, 0.0, engine=name)
            code = "none"
        except BellError as error:
            code = error.code
    except BellError as error:
        return f"engine {name}", UNWELL, error.message
    right = (answers, code) == ((111, {"a": 2, "b": 1}), "E0501")
    return f"engine {name}", WELL if right else UNWELL, "three calls answered right" if right else f"answered {answers!r}, error {code}"


def _state() -> tuple[str, str, str]:
    """Whether a state comes back from a snapshot and from a dump."""
    from belljar.runtime.runtime import Runtime

    try:
        runtime = Runtime("log = [1]\ndef add(n: int) -> None:\n    log.append(n)\n", name="<health>")
        runtime.execute_once()
        snapshot = runtime.integrity.snapshot(runtime.state)
        dump = snapshot.dump()
        runtime.call("add", 2)
        changed = runtime.state["log"]
        runtime.integrity.rollback(runtime.state, snapshot)
        back = runtime.state["log"]
        runtime.state["log"] = []
        runtime.integrity.load(runtime.state, dump)
        found = changed, back, runtime.state["log"]
    except BellError as error:
        return "state", UNWELL, error.message
    right = found == ([1, 2], [1], [1])
    return "state", WELL if right else UNWELL, "snapshot, rollback and dump are right" if right else f"gave {found!r}"


def _isolation() -> tuple[str, str, str]:
    """Whether a worker process answers right, and is locked down. Systems that have none are told of; that makes them not unwell."""
    from belljar.runtime.program import compile
    from belljar.runtime.workers import WorkerPool

    try:
        with WorkerPool(1) as pool:
            answer = compile(PROBE, "<health>", cache=False).call("collatz", 27, isolation=pool)
    except BellError as error:
        return "isolation", TOLD if error.code == "E1202" else UNWELL, error.message
    return (
        "isolation",
        WELL if answer == 111 else UNWELL,
        "a worker process answered right" if answer == 111 else f"a worker answered {answer!r}",
    )


def _call_of(text: str) -> tuple[str, list[Any]]:
    """The task and the arguments that a --call names. Raises E0003 for what is no call."""
    task, opening, arguments = text.partition("(")
    if not opening or not arguments.endswith(")"):
        raise bell_error("E0003", detail=f"--call takes TASK(ARGUMENTS), got '{text}'", hint="example: --call 'add(1, \"two\")'")
    return task.strip(), json_value("--call", f"[{arguments[:-1]}]")
