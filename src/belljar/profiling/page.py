"""A profile, or the difference of two, as one HTML page that needs nothing else: a flame graph to zoom and search, and the source with what each line cost.

The boxes of each measure are data in the page, drawn by its script. The page follows the light or dark of the reader's system. What comes from the program is escaped or set as text, and a policy in the page forbids whatever is not part of it.
"""

from __future__ import annotations

import base64
import hashlib
import json

from belljar.profiling.flame import Box, colour, escaped, largest_change, tree
from belljar.profiling.report import head
from belljar.profiling.units import amount, measured
from belljar.source import Source, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from belljar.profiling.difference import ProfileDifference
    from belljar.profiling.profile import RuntimeProfile

BOXES_MAX: Final = 20_000
"""Boxes of one measure on a page; narrower ones are put together."""
LEAST_SHARE: Final = 0.0002
SOURCE_LINES_MAX: Final = 5_000
TITLES: Final = {"fuel": "Fuel", "time": "Time", "calls": "Calls", "bytes": "Bytes"}

STYLE: Final = """
:root { color-scheme: light dark; --paper: #fbfaf8; --ink: #1d1f23; --quiet: #6a6f78; --rule: #dcdad5; --mark: #efece5; --accent: #2b5fab; --bar: #e8b27c; --more: #c4554a; --less: #4a7fc4; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --ink: #e4e5e8; --quiet: #969ca6; --rule: #33373e; --mark: #23272d; --accent: #8ab4f2; --bar: #a36a35; --more: #d8776c; --less: #76a3dd; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header { padding: 1.1rem 1.6rem .8rem; border-bottom: 1px solid var(--rule); }
h1 { margin: 0; font-size: 1.25rem; font-weight: 600; }
header p { margin: .1rem 0 0; color: var(--quiet); }
nav { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; padding: .8rem 1.6rem .4rem; }
button, input { font: inherit; font-size: .9rem; color: var(--ink); background: none; border: 1px solid var(--rule); border-radius: 5px; padding: .2rem .7rem; }
button { color: var(--accent); cursor: pointer; }
button:hover { background: var(--mark); }
button[aria-pressed=true] { background: var(--accent); border-color: var(--accent); color: var(--paper); }
input { min-width: 14rem; margin-left: auto; }
#told { padding: 0 1.6rem; min-height: 1.6rem; color: var(--quiet); font: 12.5px/1.6 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
#flame { position: relative; margin: 0 1.6rem; overflow: hidden; }
.f { position: absolute; height: 19px; border-radius: 2px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 0 4px; font: 11.5px/19px ui-monospace, monospace; color: #1d1f23; cursor: pointer; text-align: left; border: 0; display: block; }
.f.above { opacity: .55; }
.f.off { filter: grayscale(1) opacity(.35); }
.f:hover, .f:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
section { padding: 1rem 1.6rem 3rem; overflow-x: auto; }
h2 { font-size: 1rem; margin: 0 0 .5rem; }
table { border-collapse: collapse; font: 12.5px/1.55 ui-monospace, monospace; }
th { text-align: right; font-weight: 500; color: var(--quiet); padding: 0 1.1rem .2rem 0; }
td { text-align: right; padding: 0 1.1rem 0 0; white-space: pre; font-variant-numeric: tabular-nums; }
th:last-child, td:last-child { text-align: left; }
td.n { color: var(--quiet); }
td.b { text-align: left; padding: 0 .8rem 0 0; }
td.b i { display: block; height: .75rem; background: var(--bar); border-radius: 2px; }
td.b i.more { background: var(--more); }
td.b i.less { background: var(--less); }
@media print { nav { display: none; } }
"""

SCRIPT: Final = """
const data = JSON.parse(document.getElementById("data").textContent);
const flame = document.getElementById("flame"), told = document.getElementById("told"), search = document.getElementById("search");
const ROW = 20, NARROW = 2;
let measure = data.measures[0], focus = null;
const link = (box, parent) => { box.parent = parent; for (const one of box.inner || []) link(one, box); };
for (const name of data.measures) link(data.trees[name], null);
const depth = box => 1 + Math.max(0, ...(box.inner || []).map(depth));
function draw() {
  const root = data.trees[measure], width = flame.clientWidth, wanted = search.value.trim().toLowerCase();
  const above = []; for (let box = focus; box && box.parent; box = box.parent) above.unshift(box.parent);
  flame.textContent = ""; let rows = 0, found = 0;
  const put = (box, x, w, row, isAbove) => {
    rows = Math.max(rows, row + 1);
    const one = document.createElement("button"); one.type = "button";
    one.className = "f" + (isAbove ? " above" : "");
    one.style.left = x + "px"; one.style.width = Math.max(w - 1, 1) + "px"; one.style.top = row * ROW + "px"; one.style.background = box.colour;
    if (w > 22) one.textContent = box.name;
    if (wanted) { if (box.name.toLowerCase().includes(wanted)) { found++; } else one.classList.add("off"); }
    one.title = box.told; one.onclick = () => { focus = box.parent ? box : null; draw(); };
    one.onmouseenter = one.onfocus = () => { told.textContent = box.told.replace("\\n", ": "); };
    flame.append(one);
  };
  const lay = (box, x, w, row) => {
    put(box, x, w, row, false);
    for (const inner of box.inner || []) {
      const wide = box.width ? w * inner.width / box.width : 0;
      if (wide >= NARROW) lay(inner, x, wide, row + 1);
      x += wide;
    }
  };
  above.forEach((box, row) => put(box, 0, width, row, true));
  lay(focus || root, 0, width, above.length);
  flame.style.height = rows * ROW + 4 + "px";
  told.textContent = wanted ? found + (found === 1 ? " box" : " boxes") + " with \\u201c" + search.value.trim() + "\\u201d" : (focus || root).told.replace("\\n", ": ");
}
for (const button of document.querySelectorAll("nav button[value]")) button.onclick = () => {
  measure = button.value; focus = null;
  for (const one of document.querySelectorAll("nav button[value]")) one.setAttribute("aria-pressed", one === button);
  draw();
};
document.getElementById("reset").onclick = () => { focus = null; search.value = ""; draw(); };
search.oninput = draw; window.onresize = draw; draw();
"""


def page(profile: RuntimeProfile | ProfileDifference, by: str) -> str:
    """The page; the measure ``by`` is shown first."""
    is_difference = profile.is_difference is True
    after = profile.after if profile.is_difference is True else profile
    measures = [by, *(name for name in profile.measures if name != by)]
    what = f"{after.task}()" if after.task else "the module level"
    title = f"{after.program}: {what}"
    about = head(after)[1:]
    if profile.is_difference is True:
        about = [
            f"{name}: {amount(name, total.before)} to {amount(name, total.after)}" for name in measures for total in [profile.total(name)]
        ]
        about[-1] += ". Red costs more than before, blue less."
    data = {"measures": measures, "trees": {name: _boxes(tree(profile, name), name, is_difference) for name in measures}}
    buttons = "".join(
        f'<button type="button" value="{name}" aria-pressed="{"true" if name == by else "false"}">{TITLES[name]}</button>'
        for name in measures
    )
    policy = f"default-src 'none'; style-src '{_digest(STYLE)}'; style-src-attr 'unsafe-inline'; script-src '{_digest(SCRIPT)}'; base-uri 'none'; form-action 'none'"
    listing = _changes(profile, by) if profile.is_difference is True else _source(profile, by)
    encoded = json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    return "".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="generator" content="Belljar">\n',
            f"<title>{escaped(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
            f"<header><h1>{escaped(title)}</h1>{''.join(f'<p>{escaped(line)}</p>' for line in about)}</header>\n",
            f'<nav>{buttons}<button type="button" id="reset">Whole run</button>',
            '<input id="search" type="search" placeholder="Find a function or line" aria-label="Find a function or line"></nav>\n',
            f'<div id="told"></div>\n<div id="flame"></div>\n{listing}',
            f'<script type="application/json" id="data">{encoded}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n',
        ]
    )


def _boxes(root: Box, by: str, is_difference: bool) -> dict[str, Any]:
    """The boxes as the script takes them."""
    whole = root.after or root.before
    largest = max(largest_change(root), 1e-30)
    least = root.width * LEAST_SHARE
    count = 0

    def made(box: Box) -> dict[str, Any]:
        nonlocal count
        count += 1
        name = visible(box.name)
        where = f", line {box.line}" if box.line and not box.is_line else ""
        if is_difference:
            change = box.after - box.before
            cost = f"{amount(by, box.before)} before, {amount(by, box.after)} after: {'+' if change > 0 else ''}{amount(by, change)}"
        else:
            cost = f"{amount(by, box.after)}, {100 * box.after / whole if whole else 0:.2f} %"
        row: dict[str, Any] = {
            "name": name,
            "width": box.width,
            "colour": colour(box, is_difference, largest),
            "told": f"{'line ' if box.is_line else ''}{name}{where}\n{cost}",
        }
        inner = [made(one) for one in box.ordered() if one.width >= least and count < BOXES_MAX]
        if inner:
            row["inner"] = inner
        return row

    return made(root)


def _source(profile: RuntimeProfile, by: str) -> str:
    """The source, with what each line cost beside it."""
    source = Source(profile.program, profile.source)
    costs = {line.line: line for line in profile.lines}
    measures = [by, *(name for name in profile.measures if name != by)]
    whole = max((measured(line, by) for line in profile.lines), default=0) or 1
    rows = []
    for number, text in enumerate(source.lines[:SOURCE_LINES_MAX], 1):
        cost = costs.get(number)
        cells = "".join(
            f"<td>{amount(name, measured(cost, name)) if cost is not None and measured(cost, name) else ''}</td>" for name in measures
        )
        hits = f"{cost.hits:,}" if cost is not None and cost.hits else ""
        bar = f'<i style="width:{9 * measured(cost, by) / whole:.2f}rem"></i>' if cost is not None else ""
        rows.append(
            f'<tr><td class="n">{number}</td><td class="b">{bar}</td>{cells}<td>{hits}</td><td>{escaped(visible(text))}</td></tr>\n'
        )
    heads = "".join(f"<th>{name}</th>" for name in ("line", "", *measures, "hits", "source"))
    return (
        f"<section><h2>Lines</h2><table><thead><tr>{heads}</tr></thead>\n<tbody>{''.join(rows)}</tbody></table></section>\n"
        if source.text
        else ""
    )


def _changes(difference: ProfileDifference, by: str) -> str:
    """The lines that changed."""
    changes = difference.lines(by)[:SOURCE_LINES_MAX]
    if not changes:
        return f"<section><h2>No line changed its {by}</h2></section>\n"
    largest = abs(changes[0].change)
    rows = []
    for one in changes:
        kind = "more" if one.change > 0 else "less"
        bar = f'<i class="{kind}" style="width:{9 * abs(one.change) / largest:.2f}rem"></i>'
        change = f"{'+' if one.change > 0 else ''}{amount(by, one.change)}"
        name = one.name + (" (gone)" if one.is_gone else "")
        cells = f"<td>{change}</td><td>{amount(by, one.before)}</td><td>{amount(by, one.after)}</td>"
        rows.append(f'<tr><td class="n">{one.line or "-"}</td><td class="b">{bar}</td>{cells}<td>{escaped(visible(name))}</td></tr>\n')
    heads = "".join(f"<th>{name}</th>" for name in ("line", "", "change", "before", "after", "source"))
    return f"<section><h2>Lines, by change of {by}</h2><table><thead><tr>{heads}</tr></thead>\n<tbody>{''.join(rows)}</tbody></table></section>\n"


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
