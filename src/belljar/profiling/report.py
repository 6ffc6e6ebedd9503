"""Profiles as tables for people."""

from __future__ import annotations

from belljar.errors import counted
from belljar.profiling.units import amount, measured
from belljar.source import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from belljar.profiling.difference import Change, ProfileDifference
    from belljar.profiling.profile import RuntimeProfile

BAR: Final = 10
"""Characters of a bar that stands for everything."""
NAME_MAX: Final = 40
TEXT_MAX: Final = 72
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"


def report(profile: RuntimeProfile, by: str, top: int) -> str:
    """The head, the lines and the functions of a profile, the dearest by the measure ``by`` first."""
    profile.check_measure(by)
    return "\n".join([*head(profile), "", *_lines(profile, by, top), "", *_functions(profile, by, top), ""])


def head(profile: RuntimeProfile) -> list[str]:
    """What was run, and what it cost as a whole."""
    total = profile.total
    what = f"{profile.task}()" if profile.task else "the module level"
    parts = [f"{total.fuel:,} fuel", amount("time", total.seconds)]
    if "calls" in profile.measures:
        parts.append(counted(total.calls, "call"))
    parts.append(f"{amount('bytes', total.bytes)} allocated")
    if profile.rows:
        what = f"{what} on {counted(profile.rows, 'row')}"
        parts.append(f"{total.fuel / profile.rows:,.1f} fuel a row")
    lines = [f"{profile.program}: {what}, {'counted in the VM' if profile.engine == 'vm' else 'machine code, sampled'}", ", ".join(parts)]
    if total.samples or profile.engine != "vm":
        lines.append(f"time from {counted(total.samples, 'sample')}, one every {amount('time', profile.interval)}")
        if profile.engine != "vm" and total.samples < 100:
            lines.append("so few samples say little: let it run longer, or count with --engine vm")
    if profile.rows and profile.failed:
        lines.append(f"{counted(profile.failed, 'row')} failed, the first is {profile.error}")
    elif profile.error:
        lines.append(f"the run ended with {profile.error}")
    return lines


def _lines(profile: RuntimeProfile, by: str, top: int) -> list[str]:
    measures = _order(profile.measures, by)
    rows = sorted(profile.lines, key=lambda row: (-measured(row, by), row.line))
    whole = sum(measured(row, by) for row in rows)
    table: list[list[str]] = [["line", by, "share", "", *(name for name in measures if name != by)]]
    counted = "fuel" in profile.measures
    table[0] += ["hits", "source"] if counted else ["samples", "source"]
    shown = [row for row in rows if any(measured(row, name) for name in measures)][:top]
    for row in shown:
        others = [amount(name, measured(row, name)) for name in measures if name != by]
        last = f"{row.hits:,}" if counted else f"{row.samples:,}"
        source = clipped(visible(row.text.strip()), TEXT_MAX) if row.line else "(no line of the program)"
        table.append(
            [
                str(row.line or "-"),
                amount(by, measured(row, by)),
                share(measured(row, by), whole),
                bar(measured(row, by), whole),
                *others,
                last,
                source,
            ]
        )
    made = [f"Lines, by {by}{_more(len(shown), len(rows), 'line')}", *_table(table, left={3, len(table[0]) - 1})]
    ahead = sum(row.ahead for row in rows)
    if ahead and by == "fuel":
        made.append(f"  Of it {ahead:,} was taken where functions and loops begin, for the dearest way on, and not used on the way gone.")
    return made


def _functions(profile: RuntimeProfile, by: str, top: int) -> list[str]:
    measures = _order(profile.measures, by)
    rows = sorted(profile.functions, key=lambda row: (-measured(row, by), row.name))
    whole = sum(measured(row, by) for row in rows)
    inner = by if by != "calls" else "fuel"
    table: list[list[str]] = [[by, "share", "", f"{inner} with calls", *(name for name in measures if name != by), "line", "function"]]
    shown = rows[:top]
    for row in shown:
        others = [amount(name, measured(row, name)) for name in measures if name != by]
        inclusive = row.total_seconds if inner == "time" else getattr(row, f"total_{inner}")
        table.append(
            [
                amount(by, measured(row, by)),
                share(measured(row, by), whole),
                bar(measured(row, by), whole),
                amount(inner, inclusive),
                *others,
                str(row.line or "-"),
                clipped(visible(row.name), NAME_MAX),
            ]
        )
    return [f"Functions, by {by}{_more(len(shown), len(rows), 'function')}", *_table(table, left={2, len(table[0]) - 1})]


def difference_report(difference: ProfileDifference, by: str, top: int) -> str:
    """The totals, and the lines and functions that changed most."""
    difference.check_measure(by)
    after = difference.after
    what = f"{after.task}()" if after.task else "the module level"
    lines = [f"{after.program}: {what}, against {_named(difference.before)}"]
    for measure in difference.measures:
        total = difference.total(measure)
        lines.append(f"  {measure:<6} {amount(measure, total.before)} to {amount(measure, total.after)}{_percent(total)}")
    for title, rows in (("Lines", difference.lines(by)), ("Functions", difference.functions(by))):
        lines += ["", *_changes(title, rows, by, top)]
    return "\n".join(lines) + "\n"


def _named(profile: RuntimeProfile) -> str:
    return f"{profile.program}: {profile.task}()" if profile.task else profile.program


def _changes(title: str, rows: Sequence[Change], by: str, top: int) -> list[str]:
    if not rows:
        return [f"{title}: no change of {by}"]
    largest = max(abs(row.change) for row in rows)
    table = [["change", "", "before", "after", "line", title.lower().rstrip("s") if title != "Lines" else "source"]]
    for row in rows[:top]:
        name = clipped(visible(row.name.strip()), TEXT_MAX) + (" (gone)" if row.is_gone else "")
        sign = "+" if row.change > 0 else ""
        values = [f"{sign}{amount(by, row.change)}", bar(abs(row.change), largest), amount(by, row.before), amount(by, row.after)]
        table.append([*values, str(row.line or "-"), name])
    return [f"{title}, by change of {by}{_more(min(top, len(rows)), len(rows), 'row')}", *_table(table, left={1, 5})]


def _percent(change: Change) -> str:
    if change.before == change.after:
        return ", no change"
    if not change.before:
        return ""
    return f", {(change.after / change.before - 1) * 100:+.1f} %"


def _order(measures: Sequence[str], by: str) -> list[str]:
    return [by, *(name for name in measures if name != by)]


def _more(shown: int, count: int, noun: str) -> str:
    return f" ({shown} of {count} {noun}s)" if shown < count else ""


def share(value: float, whole: float) -> str:
    return f"{100 * value / whole:.1f} %" if whole else "-"


def bar(value: float, whole: float) -> str:
    """A bar of up to ``BAR`` characters, drawn in eighths of one."""
    eighths = round(8 * BAR * max(value, 0) / whole) if whole else 0
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()).ljust(1)


def clipped(text: str, most: int) -> str:
    """A text with its end cut off where it is too long."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _table(rows: Sequence[Sequence[str]], left: set[int]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    last = len(widths) - 1
    made = []
    for row in rows:
        cells = [
            cell.ljust(widths[i]) if i in left and i != last else cell if i == last else cell.rjust(widths[i]) for i, cell in enumerate(row)
        ]
        made.append(("  " + "  ".join(cells)).rstrip())
    return made
