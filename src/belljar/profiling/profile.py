"""The profile of a run: what it cost, by path of calls, and from that by line and by function.

It is called a runtime profile, as "profile" alone also names the bundles of settings under which programs run (:mod:`belljar.runtime.profiles`).

A profile is plain data. As JSON (``{"belljar_profile": 1, ...}``, :meth:`RuntimeProfile.to_dict`) it is kept and read again; what is read is not trusted, and what does not fit is E1322.
"""

from __future__ import annotations

from belljar.errors import bell_error, missing_file, reason_of
from belljar.profiling.units import measured
from belljar.source import Source, read_bytes
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Final, Literal, TextIO, TypeAlias

    from belljar.errors import BellError
    from belljar.profiling.difference import ProfileDifference

    Frames: TypeAlias = tuple[tuple[str, int], ...]

VERSION: Final = 1
MEASURES: Final = ("fuel", "time", "calls", "bytes")
"""What is measured: fuel units, seconds, calls of functions, bytes allocated."""
MODULE: Final = "<module>"
"""What the module level is called."""
FILE_BYTES_MAX: Final = 256 << 20


class PathCost(Frozen):
    """What one line cost where one path of calls led to it. ``frames`` are the functions, outermost first, each with the line it was at, 0 in the library. ``hits`` is how often the line began to
    run, ``calls`` how often its function was called on this path. ``ahead`` is part of ``fuel``: taken where a function or a loop begins for the dearest way on, and not used on the way that was gone."""

    __slots__ = ("ahead", "bytes", "calls", "frames", "fuel", "hits", "samples", "seconds")

    def __init__(
        self,
        frames: Frames,
        fuel: int = 0,
        ahead: int = 0,
        bytes: int = 0,
        seconds: float = 0.0,
        samples: int = 0,
        hits: int = 0,
        calls: int = 0,
    ) -> None:
        self.frames: Final = frames
        self.fuel: Final = fuel
        self.ahead: Final = ahead
        self.bytes: Final = bytes
        self.seconds: Final = seconds
        self.samples: Final = samples
        self.hits: Final = hits
        self.calls: Final = calls

    @property
    def line(self) -> int:
        """The line of the program that pays: the innermost that there is, 0 for none."""
        return next((line for _, line in reversed(self.frames) if line > 0), 0)


class LineCost(Frozen):
    """What one line cost, without the functions it called; what it called of the library is its own. ``hits`` is how often it began to run, ``calls`` how many calls it made, ``ahead`` as of a path."""

    __slots__ = ("ahead", "bytes", "calls", "fuel", "hits", "line", "samples", "seconds", "text")

    def __init__(
        self, line: int, text: str, fuel: int, ahead: int, bytes: int, seconds: float, samples: int, hits: int, calls: int
    ) -> None:
        self.line: Final = line
        self.text: Final = text
        self.fuel: Final = fuel
        self.ahead: Final = ahead
        self.bytes: Final = bytes
        self.seconds: Final = seconds
        self.samples: Final = samples
        self.hits: Final = hits
        self.calls: Final = calls


class FunctionCost(Frozen):
    """What one function cost: itself, and with all that it called (``total_...``). ``line`` is where it is defined, 0 for one of the library."""

    __slots__ = ("bytes", "calls", "fuel", "line", "name", "samples", "seconds", "total_bytes", "total_fuel", "total_seconds")

    def __init__(
        self,
        name: str,
        line: int,
        calls: int,
        fuel: int,
        bytes: int,
        seconds: float,
        samples: int,
        total_fuel: int,
        total_bytes: int,
        total_seconds: float,
    ) -> None:
        self.name: Final = name
        self.line: Final = line
        self.calls: Final = calls
        self.fuel: Final = fuel
        self.bytes: Final = bytes
        self.seconds: Final = seconds
        self.samples: Final = samples
        self.total_fuel: Final = total_fuel
        self.total_bytes: Final = total_bytes
        self.total_seconds: Final = total_seconds


class Total(Frozen):
    """The whole run. ``fuel`` and ``bytes`` are those of the run, however it was profiled; ``calls`` is 0 where calls were not counted."""

    __slots__ = ("bytes", "calls", "fuel", "samples", "seconds")

    def __init__(self, fuel: int, bytes: int, calls: int, seconds: float, samples: int) -> None:
        self.fuel: Final = fuel
        self.bytes: Final = bytes
        self.calls: Final = calls
        self.seconds: Final = seconds
        self.samples: Final = samples


class RuntimeProfile:
    """What a run cost. It does not change.

    ``engine`` is ``"vm"``, where fuel, calls and bytes were counted, or ``"jit"``, where only time was sampled, every ``interval`` seconds. ``error`` is the error the run ended with, as text, or ``""``; ``result`` is what a call
    gave, which no file keeps. Of a batch ``rows`` is how many rows there were, ``failed`` how many of them failed, and ``error`` the first such error, with its row.
    """

    is_difference: Final[Literal[False]] = False

    def __init__(
        self,
        program: str,
        task: str,
        engine: str,
        interval: float,
        total: tuple[int, int, float, int],
        paths: Iterable[PathCost],
        line_calls: Mapping[int, int],
        definitions: Mapping[str, int],
        source: str = "",
        error: str = "",
        rows: tuple[int, int] = (0, 0),
    ) -> None:
        self.program: Final = program
        self.task: Final = task
        self.engine: Final = engine
        self.interval: Final = interval
        self.paths: Final = tuple(paths)
        self.source: Final = source
        self.error: Final = error
        self.result: Any = None
        self.rows: Final = rows[0]
        self.failed: Final = rows[1]
        self._line_calls = dict(line_calls)
        self._definitions = dict(definitions)
        fuel, bytes, seconds, samples = total
        self.total: Final = Total(fuel, bytes, sum(path.calls for path in self.paths), seconds, samples)
        self.lines: Final = self._lines()
        self.functions: Final = self._functions()

    @property
    def measures(self) -> tuple[str, ...]:
        """What is known of lines and functions, of ``MEASURES``."""
        return MEASURES if self.engine == "vm" else ("time",)

    @property
    def calls(self) -> dict[str, int]:
        """How often each function was called."""
        return {function.name: function.calls for function in self.functions if function.calls}

    def __repr__(self) -> str:
        what = f"{self.task}()" if self.task else "the module level"
        return f"<RuntimeProfile of {what} of {self.program} on {self.engine}: {self.total.fuel:,} fuel>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RuntimeProfile) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    # --- by line and by function ------------------------------------------------------------------------------------------------------

    def _lines(self) -> tuple[LineCost, ...]:
        costs: dict[int, list[Any]] = {line: [0, 0, 0, 0.0, 0, 0] for line in sorted(self._line_calls)}
        own: dict[int, int] = {}
        for path in self.paths:
            row = costs.setdefault(path.line, [0, 0, 0, 0.0, 0, 0])
            hits = path.hits if path.frames and path.frames[-1][1] else 0
            paid = (path.fuel, path.ahead, path.bytes, path.seconds, path.samples, hits)
            for place, value in enumerate(paid):
                row[place] += value
            own[path.line] = own.get(path.line, 0) + hits
        for path in self.paths:  # where all of a line is calls of the library, they tell how often it ran
            if len(path.frames) > 1 and path.frames[-1][1] == 0 and path.frames[-2][1] > 0 and not own[path.frames[-2][1]]:
                row = costs[path.line]
                row[5] = max(row[5], path.calls)
        source = Source(self.program, self.source)
        made = []
        for line, row in sorted(costs.items()):
            fuel, ahead, allocated, seconds, samples, hits = row
            calls = self._line_calls.get(line, 0)
            made.append(LineCost(line, source.line(line), fuel, ahead, allocated, seconds, samples, hits, calls))
        return tuple(made)

    def _functions(self) -> tuple[FunctionCost, ...]:
        own: dict[str, list[Any]] = {}
        totals: dict[str, list[Any]] = {}
        for path in self.paths:
            names = [name for name, _ in path.frames] or [MODULE]
            row = own.setdefault(names[-1], [0, 0, 0, 0.0, 0])
            for place, value in enumerate((path.calls, path.fuel, path.bytes, path.seconds, path.samples)):
                row[place] += value
            for name in set(names):
                sums = totals.setdefault(name, [0, 0, 0.0])
                for place, value in enumerate((path.fuel, path.bytes, path.seconds)):
                    sums[place] += value
        rows = [FunctionCost(name, self._definitions.get(name, 0), *own.get(name, [0, 0, 0, 0.0, 0]), *totals[name]) for name in totals]
        return tuple(sorted(rows, key=lambda row: (-row.fuel, -row.seconds, row.name)))

    def stacks(self, measure: str) -> dict[tuple[str, ...], float]:
        """What each stack of functions cost by itself, of one measure: names, outermost first, and last the line, as ``line 7``. Raises E0003 for a measure that the profile does not have."""
        self.check_measure(measure)
        found: dict[tuple[str, ...], float] = {}
        for path in self.paths:
            value = measured(path, measure)
            if value:
                names = tuple([name for name, _ in path.frames]) or (MODULE,)
                if path.frames and path.frames[-1][1] and measure != "calls":
                    names = (*names, f"line {path.frames[-1][1]}")
                found[names] = found.get(names, 0) + value
        return found

    def check_measure(self, measure: str) -> None:
        """Raise E0003 for a measure that the profile does not have."""
        if measure not in self.measures:
            raise bell_error(
                "E0003",
                detail=f"a profile of the engine {self.engine} has no {measure!r}",
                hint=f"it has {', '.join(self.measures)}" + ("; the engine vm counts all of them" if self.engine != "vm" else ""),
            )

    def diff(self, before: RuntimeProfile) -> ProfileDifference:
        """What changed since an earlier run (:class:`~belljar.profiling.difference.ProfileDifference`)."""
        from belljar.profiling.difference import ProfileDifference

        return ProfileDifference(before, self)

    # --- in and out -------------------------------------------------------------------------------------------------------------------

    def text(self, by: str = "", top: int = 20) -> str:
        """Tables for people: the ``top`` lines and functions, by one of ``measures`` (the first of them by default)."""
        from belljar.profiling.report import report

        return report(self, by or self.measures[0], top)

    def write(self, out: TextIO, format: str, by: str = "") -> None:
        """Write it in a format of :data:`belljar.profiling.formats.FORMATS`: ``json``, ``svg``, ``html``, ``speedscope``, ``collapsed`` or ``text``. Raises E0003 for another."""
        from belljar.profiling.formats import write

        write(self, out, format, by)

    def save(self, path: str, format: str = "", by: str = "") -> None:
        """Write it to a file, in the format that the suffix says where none is given. Raises E0003 and E0004."""
        from belljar.profiling.formats import format_of

        format = format or format_of(path)
        try:
            with open(path, "w", encoding="utf-8", newline="\n") as out:
                self.write(out, format, by)
        except OSError as problem:
            raise bell_error("E0004", path=path, reason=reason_of(problem)) from None

    def to_speedscope(self) -> dict[str, Any]:
        """As a document of speedscope.app: a profile for each measure."""
        from belljar.profiling.formats import speedscope

        return speedscope(self)

    def to_dict(self) -> dict[str, Any]:
        """As plain data. ``lines`` and ``functions`` are there for other readers: they follow from ``paths``."""
        return {
            "belljar_profile": VERSION,
            "program": self.program,
            "task": self.task,
            "engine": self.engine,
            "interval": self.interval,
            "error": self.error,
            "rows": self.rows,
            "failed": self.failed,
            "total": fields(self.total),
            "lines": [fields(line) for line in self.lines],
            "functions": [fields(function) for function in self.functions],
            "paths": [{**fields(path), "frames": [list(frame) for frame in path.frames]} for path in self.paths],
            "line_calls": [[line, calls] for line, calls in sorted(self._line_calls.items())],
            "definitions": dict(sorted(self._definitions.items())),
            "source": self.source,
        }

    @classmethod
    def from_dict(cls, data: Any, name: str = "") -> RuntimeProfile:
        """The profile of what :meth:`to_dict` gave. Raises E1322 for what is none; ``name`` is what errors call it."""
        if not isinstance(data, dict) or "belljar_profile" not in data:
            raise damaged(name, "it is not a profile that `belljar profile` wrote")
        if data["belljar_profile"] != VERSION:
            raise damaged(name, f"it has version {data['belljar_profile']!r}, and this Belljar reads {VERSION}")
        take = _Taker(data, name)
        total = _Taker(take("total", dict), name, "total.")
        engine = take("engine", str)
        if engine not in ("vm", "jit"):
            raise damaged(name, f"engine is {engine!r}")
        paths = []
        for place, row in enumerate(take("paths", list)):
            one = _Taker(row, name, f"paths[{place}].")
            frames = one.pairs("frames", str)
            paths.append(
                PathCost(
                    tuple(frames),
                    one("fuel", int),
                    one("ahead", int),
                    one("bytes", int),
                    one("seconds", float),
                    one("samples", int),
                    one("hits", int),
                    one("calls", int),
                )
            )
        definitions = take("definitions", dict)
        if not all(isinstance(line, int) for line in definitions.values()):
            raise damaged(name, "definitions has something else than lines")
        return cls(
            take("program", str),
            take("task", str),
            engine,
            take("interval", float),
            (total("fuel", int), total("bytes", int), total("seconds", float), total("samples", int)),
            paths,
            dict(take.pairs("line_calls", int)),
            definitions,
            take("source", str),
            take("error", str),
            (take("rows", int), take("failed", int)) if "rows" in data else (0, 0),
        )

    @classmethod
    def read(cls, path: str) -> RuntimeProfile:
        """The profile that was saved in a file. Raises E0001 and E0002 for a file that cannot be read, E1322 for one that is no profile."""
        import json

        try:
            raw = read_bytes(path, FILE_BYTES_MAX + 1)
        except FileNotFoundError:
            raise missing_file(path) from None
        except OSError as problem:
            raise bell_error("E0002", path=path, reason=reason_of(problem)) from None
        if len(raw) > FILE_BYTES_MAX:
            raise damaged(path, f"it is larger than {FILE_BYTES_MAX >> 20} MiB")
        try:
            data = json.loads(raw.decode("utf-8"))
        except (ValueError, RecursionError):
            raise damaged(path, "it is not JSON") from None
        return cls.from_dict(data, path)


def fields(row: Any) -> dict[str, Any]:
    """A frozen row as a mapping."""
    return {name: getattr(row, name) for name in row.__slots__}


def damaged(name: str, reason: str) -> BellError:
    return bell_error("E1322", path=name or "The data", reason=reason)


class _Taker:
    """Takes fields of the right type out of a mapping. Raises E1322."""

    def __init__(self, row: Any, name: str, where: str = "") -> None:
        self.row, self.name, self.where = row, name, where
        if not isinstance(row, dict):
            raise damaged(name, f"{where.rstrip('.') or 'it'} is not an object")

    def __call__(self, key: str, kind: type[Any]) -> Any:
        value: Any = self.row.get(key)
        if kind is float and type(value) is int and abs(value) < 1 << 63:
            value = float(value)
        fits = type(value) is kind
        if fits and kind in (int, float):
            fits = abs(value) < (1 << 63 if kind is int else 1e18)
        if not fits:
            self._refuse(key)
        return value

    def _refuse(self, key: str) -> None:
        raise damaged(self.name, f"{self.where}{key} {'is missing' if key not in self.row else 'has the wrong type'}")

    def pairs(self, key: str, first: type[Any]) -> list[tuple[Any, int]]:
        """A list of pairs of something and an int."""
        found = self(key, list)
        for pair in found:
            fits = isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], first) and type(pair[1]) is int
            if not fits:
                self._refuse(key)
        return [(pair[0], pair[1]) for pair in found]
