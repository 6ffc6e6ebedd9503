"""The formats of profiles: Belljar's own JSON, which is read again, pictures, and those of other viewers."""

from __future__ import annotations

from belljar.errors import bell_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, TextIO

    from belljar.profiling.difference import ProfileDifference
    from belljar.profiling.profile import RuntimeProfile

FORMATS: Final[dict[str, tuple[str, ...]]] = {
    "text": (".txt",),
    "json": (".json",),
    "svg": (".svg",),
    "html": (".html", ".htm"),
    "speedscope": (".speedscope.json",),
    "collapsed": (".collapsed", ".folded"),
}
"""Names of formats, with the suffixes of their files."""
OF_DIFFERENCES: Final = ("text", "json", "svg", "html")
"""Those that show two runs side by side."""
_UNITS: Final = {"fuel": "none", "time": "seconds", "calls": "none", "bytes": "bytes"}
MICROSECOND: Final = 1e-6


def format_of(path: str) -> str:
    """The format that a file's name asks for. Raises E0003 where it asks for none."""
    name = path.lower()
    found = [(len(suffix), format) for format, suffixes in FORMATS.items() for suffix in suffixes if name.endswith(suffix)]
    if not found:
        shown = ", ".join(suffixes[0] for suffixes in FORMATS.values())
        raise bell_error("E0003", detail=f"the name of {path} does not say what to write", hint=f"end it with one of {shown}, or say --to")
    return max(found)[1]


def write(profile: RuntimeProfile | ProfileDifference, out: TextIO, format: str, by: str = "", top: int = 20) -> None:
    """Write a profile, or the difference of two, in a format by its name. ``by`` is the measure that orders or draws, the first that there is by default. Raises E0003."""
    import json

    by = by or profile.measures[0]
    if profile.is_difference is True and format not in OF_DIFFERENCES:
        raise bell_error(
            "E0003",
            detail=f"the difference of two profiles cannot be written as {format}",
            hint=f"formats are {', '.join(OF_DIFFERENCES)}",
        )
    profile.check_measure(by)
    if format == "text":
        out.write(profile.text(by, top))
    elif format == "json":
        out.write(json.dumps(profile.to_dict(), ensure_ascii=False) + "\n")
    elif format == "svg":
        from belljar.profiling.flame import svg

        out.write(svg(profile, by))
    elif format == "html":
        from belljar.profiling.page import page

        out.write(page(profile, by))
    elif profile.is_difference is False and format == "speedscope":
        out.write(json.dumps(speedscope(profile), ensure_ascii=False) + "\n")
    elif profile.is_difference is False and format == "collapsed":
        collapsed(profile, out, by)
    else:
        raise bell_error("E0003", detail=f"unknown format '{format}'", hint=f"formats are {', '.join(FORMATS)}")


def speedscope(profile: RuntimeProfile) -> dict[str, Any]:
    """A document of speedscope.app: a profile for each measure, its stacks the functions and, innermost, the line."""
    from belljar.trace.formats.spans import unicode_text
    from belljar.trace.formats.speedscope import sampled

    frames: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    lines = {function.name: function.line for function in profile.functions}

    def frame(name: str) -> int:
        if name not in frames:
            frames[name] = len(rows)
            row: dict[str, Any] = {"name": unicode_text(name)}
            word, _, number = name.partition(" ")
            line = int(number) if word == "line" and number.isdigit() else lines.get(name, 0)
            if line > 0:
                row |= {"file": unicode_text(profile.program), "line": line}
            rows.append(row)
        return frames[name]

    profiles = []
    for measure in profile.measures:
        stacks = {names: value for names, value in profile.stacks(measure).items() if value > 0}
        profiles.append((measure, _UNITS[measure], [[frame(name) for name in names] for names in stacks], list(stacks.values())))
    return sampled(profile.program, rows, profiles)


def collapsed(profile: RuntimeProfile, out: TextIO, by: str) -> None:
    """Collapsed stacks of one measure; time in microseconds."""
    from belljar.trace.formats.collapsed import frame, write_counts

    counts: dict[str, int] = {}
    for names, value in profile.stacks(by).items():
        count = round(value / MICROSECOND) if by == "time" else round(value)
        if count > 0:
            stack = ";".join(map(frame, names))
            counts[stack] = counts.get(stack, 0) + count
    write_counts(counts, out)
