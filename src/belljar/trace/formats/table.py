"""The table of formats: what a trace can be written as."""

from __future__ import annotations

from importlib import import_module

from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, TextIO

    from belljar.trace.reading import Trace


class Format(Frozen):
    """A format: its name, the suffix of its files, what it is, and the module that writes it."""

    __slots__ = ("about", "module", "name", "suffix")

    def __init__(self, name: str, suffix: str, about: str, module: str) -> None:
        self.name: Final = name
        self.suffix: Final = suffix
        self.about: Final = about
        self.module: Final = module

    def write(self, trace: Trace, out: TextIO, name: str = "") -> None:
        """Write a trace to a text stream that encodes as UTF-8. ``name`` is what viewers call it. Raises ReplayError for a trace that does not nest, where the format needs that."""
        import_module(self.module).write(trace, out, name)


FORMATS: Final[dict[str, Format]] = {
    row.name: row
    for row in (
        Format("jsonl", ".jsonl", "JSON lines: Belljar's own, exact, and read again", "belljar.trace.formats.json_lines"),
        Format("chrome", ".json", "Trace Event Format: chrome://tracing, ui.perfetto.dev", "belljar.trace.formats.chrome"),
        Format("otlp", ".json", "OpenTelemetry, OTLP as JSON", "belljar.trace.formats.otlp"),
        Format("speedscope", ".speedscope.json", "speedscope.app", "belljar.trace.formats.speedscope"),
        Format("collapsed", ".collapsed", "collapsed stacks, for flame graphs", "belljar.trace.formats.collapsed"),
    )
}


def write(trace: Trace, format: str, out: TextIO, name: str = "") -> None:
    """Write a trace in a format by its name. Raises KeyError for a name that is none of :data:`FORMATS`."""
    FORMATS[format].write(trace, out, name)
