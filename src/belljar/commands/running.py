"""How a command runs a program: under which limits, with which grants, dry or for real, traced or not. All of it by the options that such commands share and by their profile."""

from __future__ import annotations

import os

from belljar.commands.capabilities import granted, hosts_of
from belljar.commands.values import json_line, pairs
from belljar.errors import BellError, counted
from belljar.safety.capabilities import STDERR, STDOUT
from belljar.safety.limits import Limits
from belljar.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Final

    from belljar.commands.session import Session
    from belljar.runtime.hosts import HostFunctions, HostRun
    from belljar.runtime.profiles import Profile
    from belljar.runtime.program import Program
    from belljar.runtime.recording import Made, Recording
    from belljar.runtime.workers import WorkerPool
    from belljar.safety.capabilities import Grants
    from belljar.safety.journal import HostCall, Journal

EVENTS_COUNTED_MAX: Final = 1_000_000
"""Events of a trace that a summary counts."""
LINES_SHOWN_MAX: Final = 20
"""Lines of output that a dry run tells of."""


class NoPool:
    """The context of a run in this process."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *raised: object) -> None:
        pass


class Running(Struct):
    """What the options and the profile of a command say. ``trace_level`` is "off" where nothing is recorded, ``trace`` the file that a trace goes to; ``is_isolated``: it runs in a worker process."""

    __slots__ = ("dry_run", "grants", "hosts", "is_isolated", "journal", "limits", "profile", "trace", "trace_level", "withheld")

    def __init__(
        self,
        profile: Profile | None,
        limits: Limits,
        grants: Grants,
        hosts: HostFunctions | None,
        dry_run: bool,
        trace_level: str,
        trace: str,
        is_isolated: bool,
    ) -> None:
        self.profile = profile
        self.limits = limits
        self.grants = grants
        self.hosts = hosts
        self.dry_run = dry_run
        self.trace_level = trace_level
        self.trace = trace
        self.is_isolated = is_isolated
        self.journal: Journal | None = None
        self.withheld: list[str] = []
        """What a dry run printed."""

    def write(self, session: Session) -> Callable[[str], object]:
        """Where output goes: nowhere in a dry run, which tells of it afterwards."""
        return self.withheld.append if self.dry_run else session.out.write

    @property
    def is_watched(self) -> bool:
        """Whether something is to be told of a run once it is over."""
        return self.dry_run or self.trace_level != "off"

    def pool(self, size: int | None = 1) -> WorkerPool | NoPool:
        """A context of workers to run in, one unless told otherwise, where it is to; they end with it."""
        if not self.is_isolated:
            return NoPool()
        from belljar.runtime.workers import WorkerPool

        return WorkerPool(size)

    def host_run(self) -> HostFunctions | HostRun | None:
        """The functions of the host for one run: with a journal where the run is told of."""
        if not self.is_watched:
            return self.hosts
        from belljar.runtime.hosts import NO_HOSTS
        from belljar.safety.journal import Journal

        self.journal = Journal()
        return (self.hosts or NO_HOSTS).begin(self.grants, journal=self.journal, dry_run=self.dry_run)


TIME_DEFAULT_S: Final = 20.0
"""The limit of time of a program that is run from the command line and says none: who waits at a terminal, or for the step of a script, is told sooner than an embedding host."""


def running(values: Mapping[str, Any]) -> Running:
    """What a command's options and profile say. An option counts more than the profile. Raises ProfileError, and E0003 for a limit or capability that is none."""
    profile = profile_of(values)
    said = {} if profile is None else profile.limits
    limits = Limits(time=TIME_DEFAULT_S).with_values(said).with_values(pairs("--limit", values.get("limit") or ()))
    hosts = hosts_of(values)
    grants = granted(values, (STDOUT, STDERR) if profile is None else profile.capabilities, hosts)
    trace = values.get("trace") or ""
    level = "off" if profile is None else profile.trace_level
    if trace and level == "off":
        level = "full"
    dry_run = bool(values.get("dry_run")) or (profile is not None and profile.dry_run)
    return Running(profile, limits, grants, hosts, dry_run, level, trace, values.get("isolation") == "process")


def profile_of(values: Mapping[str, Any]) -> Profile | None:
    """The profile that ``--profile`` names: a built-in one, or one of the ``belljar.toml`` nearest above the program, or above the working folder where there is no program. Raises ProfileError."""
    name = values.get("profile")
    if name is None:
        return None
    from belljar.runtime.profiles import profile_for

    return profile_for(name, folder_of(values))


def folder_of(values: Mapping[str, Any]) -> str:
    """The folder of a command's program, the working folder where it has none."""
    for key in ("program", "programs", "subject"):
        path = values.get(key)
        if path:
            return os.path.dirname(path if isinstance(path, str) else path[0]) or "."
    return "."


def watched(
    session: Session,
    program: Program,
    how: Running,
    engine: str,
    pool: WorkerPool | None,
    run: Callable[[], Any],
    record: Callable[[Recording], Made],
) -> Any:
    """The result of a run, of which a dry run tells what it would have done and a trace what it did, whether it ended well or not. ``record`` is the run with a trace."""
    if how.trace_level == "off":
        try:
            answer = run()
        except BellError as error:
            if error.exit_status != REFUSED:
                _told(session, how, {})
            raise
        _told(session, how, {})
        return answer
    import tempfile

    from belljar.runtime.recording import Recording, journal_of

    with tempfile.TemporaryFile(prefix="belljar-trace-") as spill:
        recording = Recording(
            program,
            how.trace_level,
            engine=engine,
            limits=how.limits,
            spill=spill,
            write=session.out.write,
            hosts=how.hosts,
            grants=how.grants,
            dry_run=how.dry_run,
            prints=how.grants.allows(STDOUT),
            isolation=pool,
        )
        made = record(recording)
        how.journal, how.withheld = journal_of(made), recording.withheld
        _told(session, how, {"trace": lambda: _traced(session, program, how, made)})
        if made.outcome.error is not None:
            raise made.outcome.error
        return made.outcome.result


REFUSED: Final = 2
"""The exit status where a program did not begin to run."""


def _told(session: Session, how: Running, more: Mapping[str, Callable[[], Any]]) -> None:
    session.out.flush()
    found: dict[str, Any] = {}
    if how.dry_run:
        found["would"] = [call.to_dict() for call in left_out(how)]
        found["would_print"] = "".join(how.withheld)
        if session.format != "json":
            tell_left_out(session, how)
    found |= {name: tell() for name, tell in more.items()}
    if session.format == "json" and found:
        session.say(json_line(found))


def left_out(how: Running) -> list[HostCall]:
    """The calls that a dry run did not make."""
    return [call for call in how.journal or () if call.dry_run]


def tell_left_out(session: Session, how: Running) -> None:
    """Say for people which calls a dry run would have made."""
    would = left_out(how)
    lines = "".join(how.withheld).splitlines()
    what = [counted(count, word) for count, word in ((len(would), "call"), (len(lines), "line")) if count]
    session.say(f"dry run: {' and '.join(what)} held back" if what else "dry run: nothing to hold back")
    for call in would:
        session.say(f"  would call {call.text()}")
    for line in lines[:LINES_SHOWN_MAX]:
        session.say(f"  would print {line}")
    if len(lines) > LINES_SHOWN_MAX:
        session.say(f"  and {len(lines) - LINES_SHOWN_MAX:,} more lines")


def _traced(session: Session, program: Program, how: Running, recorded: Any) -> dict[str, Any]:
    """Write a trace to the file that is named, or say how many events there are."""
    if how.trace:
        from belljar.commands.replacing import replacing
        from belljar.trace.formats import json_lines

        with replacing(how.trace) as out:
            json_lines.write(recorded, out, os.path.basename(program.name))
        if session.format != "json":
            session.say(f"wrote the trace ({how.trace_level}) to {how.trace}")
        return {"level": how.trace_level, "path": how.trace}
    from collections import Counter
    from itertools import islice

    counts = Counter(event.node_type for event in islice(recorded, EVENTS_COUNTED_MAX))
    total = sum(counts.values())
    more = "more than " if total == EVENTS_COUNTED_MAX else ""
    if session.format != "json":
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in counts.most_common())
        session.say(f"traced ({how.trace_level}): {more}{total:,} events{': ' if kinds else ''}{kinds}; --trace FILE keeps them")
    return {"level": how.trace_level, "events": total, "counts": dict(counts)}
