"""A look into a runtime: as plain data that ``json.dumps`` takes (``dump_*``), and as tables for people (``format_*``). Nothing of it changes anything, and values are shown as far as is useful."""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.safety.limits import INT64_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Final, Protocol

    from belljar.safety.integrity import Snapshot

    class Inspected(Protocol):
        """What is looked into: :class:`belljar.runtime.runtime.Runtime`."""

        def describe(self, part: str) -> dict[str, Any]: ...
        def grown(self, before: Snapshot, after: Snapshot | None) -> dict[str, Any]: ...


WIDTH: Final = 120
"""Columns of the tables."""
SHOWN_MAX: Final = 60
"""Characters of a value in a table."""


class Inspector:
    """See the module."""

    def __init__(self, runtime: Inspected) -> None:
        self._runtime: Final = runtime

    def dump_vars(self) -> dict[str, Any]:
        """The names of the state: ``{name: {"type": ..., "value": ...}}``."""
        return self._runtime.describe("variables")

    def dump_functions(self) -> dict[str, Any]:
        """The functions that can be called, with ``parameters``, ``result``, ``line``, ``doc`` and the events that each ``handles``."""
        return self._runtime.describe("functions")

    def dump_events(self) -> dict[str, Any]:
        """The events that are ``waiting``, the ``handlers`` by event, how many were ``handled``, and ``max_events``."""
        return self._runtime.describe("events")

    def dump_memory(self) -> dict[str, Any]:
        """``bytes`` and ``peak_bytes`` of the heap with its limit, and the ``objects`` that names lead to, ``by_type``, ``by_name`` and, of a
        runtime made with ``allocation_sites``, ``by_site``."""
        return self._runtime.describe("memory")

    def dump_limits(self) -> dict[str, Any]:
        """Each limit, what is used of it, and the share."""
        return self._runtime.describe("limits")

    def dump_full(self) -> dict[str, Any]:
        """All of it."""
        return {
            "variables": self.dump_vars(),
            "functions": self.dump_functions(),
            "events": self.dump_events(),
            "memory": self.dump_memory(),
            "limits": self.dump_limits(),
        }

    def leaks(self, before: Snapshot, after: Snapshot | None = None) -> dict[str, Any]:
        """What grew from one snapshot to another, or to now: ``by_type``, and in ``paths`` the containers that hold more, each with its way from a name, its length and its bytes before and after."""
        for one in (before, after):
            if one is not None and not hasattr(one, "is_usable"):
                raise bell_error(
                    "E0003", detail=f"leaks() compares snapshots, got {type(one).__name__}", hint="integrity.snapshot(state) takes one"
                )
        return self._runtime.grown(before, after)

    # --- tables -------------------------------------------------------------------------------------------------------------------

    def format_vars(self) -> str:
        rows = [(name, row["type"], _short(row["value"])) for name, row in self.dump_vars().items()]
        return _table("Variables", ("name", "type", "value"), rows)

    def format_functions(self) -> str:
        rows = [
            (
                f"{name}({', '.join(_parameter(param) for param in row['parameters'])})",
                row["result"],
                str(row["line"]),
                ", ".join(row["handles"]),
                row["doc"],
            )
            for name, row in self.dump_functions().items()
        ]
        return _table("Functions", ("function", "result", "line", "handles", "doc"), rows)

    def format_events(self) -> str:
        events = self.dump_events()
        rows = [(str(place), row["event"], _short(row["payload"])) for place, row in enumerate(events["waiting"])]
        handlers = [(event, ", ".join(names)) for event, names in events["handlers"].items()]
        return _table(
            f"Events waiting ({len(rows)} of {events['max_events']}, {events['handled']} handled)", ("", "event", "payload"), rows
        ) + _table("Handlers", ("event", "functions"), handlers)

    def format_memory(self) -> str:
        memory = self.dump_memory()
        title = f"Memory: {size(memory['bytes'])} of {size(memory['max_memory'])}, at most {size(memory['peak_bytes'])}"
        text = ""
        for name in ("by_name", "by_type"):
            rows = [(key, f"{row['objects']:,}", size(row["bytes"])) for key, row in memory[name].items()]
            text += _table(title if name == "by_name" else "By type", (name.removeprefix("by_"), "objects", "bytes"), rows)
        sites = [
            (f"line {row['line']}" if row["line"] else "elsewhere", row["function"], f"{row['objects']:,}", size(row["bytes"]))
            for row in memory["by_site"] or ()
        ]
        return text + (_table("By site", ("made at", "in", "objects", "bytes"), sites) if memory["by_site"] is not None else "")

    def format_limits(self) -> str:
        rows = [
            (
                name,
                "none" if row["limit"] == INT64_MAX else _used(name, row["limit"]),
                "" if row["used"] is None else _used(name, row["used"]),
                "" if row["share"] is None else f"{row['share']:.1%}",
            )
            for name, row in self.dump_limits().items()
        ]
        return _table("Limits", ("limit", "value", "used", "share"), rows)

    def format_full(self) -> str:
        return self.format_vars() + self.format_functions() + self.format_events() + self.format_memory() + self.format_limits()

    def format_leaks(self, before: Snapshot, after: Snapshot | None = None) -> str:
        found = self.leaks(before, after)
        paths = [
            (
                row["path"],
                row["type"],
                f"{row['length'][0]:,} to {row['length'][1]:,}",
                f"{size(row['bytes'][0])} to {size(row['bytes'][1])}",
            )
            for row in found["paths"]
        ]
        types = [(type, f"{row['objects']:+,}", f"{row['bytes']:+,}") for type, row in found["by_type"].items()]
        title = f"Growth: {size(found['bytes'][0])} to {size(found['bytes'][1])}"
        return _table(title, ("way", "type", "length", "bytes"), paths) + _table("By type", ("type", "objects", "bytes"), types)


def size(count: int) -> str:
    """Bytes as people read them."""
    amount, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"


def _parameter(param: dict[str, Any]) -> str:
    return f"{param['name']}: {param['type']}" + (f" = {_short(param['default'])}" if "default" in param else "")


def _used(name: str, value: float) -> str:
    """What there is, or is used, of a limit, in its unit."""
    if name in ("max_memory", "max_output"):
        return size(int(value))
    return f"{value:,.3f}".removesuffix(".000") + " s" if name == "max_execution_time" else f"{value:,}"


def _literal(value: Any) -> str:
    """Described data as a program would write it: of what is cut the first parts, and how many there are."""
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if not isinstance(value, dict):
        return repr(value)
    if value.keys() == {"cut", "length", "first"}:
        first = _literal(value["first"])
        return f"{value['cut']} of {value['length']:,}: {first}"
    if value.keys() == {"class", "fields"} and isinstance(value["fields"], dict):
        return f"{value['class']}({', '.join(f'{name}={_literal(field)}' for name, field in value['fields'].items())})"
    return "{" + ", ".join(f"{_literal(key)}: {_literal(part)}" for key, part in value.items()) + "}"


def _short(value: Any) -> str:
    text = _literal(value)
    return text if len(text) <= SHOWN_MAX else text[: SHOWN_MAX - 3] + "..."


def _table(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    """A table as text, without colours; a line where there is nothing to show."""
    import io

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from belljar.source import visible

    rows = list(rows)
    if not rows:
        return f"{title}: none\n\n"
    table = Table(header_style="")
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    clean: Callable[[str], str] = lambda text: visible(text.replace("\n", " "))  # noqa: E731
    for row in rows:
        table.add_row(*(Text(clean(cell)) for cell in row))
    out = io.StringIO()
    Console(file=out, width=WIDTH, color_system=None, legacy_windows=False).print(table)
    return f"{title}\n" + "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines()) + "\n"
