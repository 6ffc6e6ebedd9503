"""``python -m bench``: measure, print, remember. Status 1 if a peer gave a wrong answer or a part did not end, 0 otherwise, gaps and missed budgets included."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import click
from rich.console import Console

from bench import (
    batch,
    crossing,
    everyday,
    flights,
    growth,
    history,
    hosts,
    kernel_peers,
    kernel_table,
    kernels,
    machine,
    page,
    profiling,
    report,
    startup,
    state,
    tiers,
    tracing,
    unannotated,
)
from bench.clock import FULL, QUICK, Pace
from bench.process import ROOT

PARTS = {
    "kernels": kernels.run,
    "everyday": everyday.run,
    "unannotated": unannotated.run,
    "tiers": tiers.run,
    "batch": batch.run,
    "flights": flights.run,
    "startup": startup.run,
    "crossing": crossing.run,
    "hosts": hosts.run,
    "growth": growth.run,
    "state": state.run,
    "tracing": tracing.run,
    "profiling": profiling.run,
}
NAMES = {
    "kernels": tuple(kernel_table.KERNELS),
    "everyday": tuple(kernel_table.EVERYDAY),
    "unannotated": tuple(unannotated.PROGRAMS),
    "tiers": tuple(unannotated.PROGRAMS),
    "batch": tuple(batch.WORKLOADS),
    "flights": flights.ROWS,
    "startup": startup.PARTS,
    "crossing": crossing.PARTS,
    "hosts": tuple(hosts.ROWS),
    "growth": tuple(growth.LINES),
    "state": state.PARTS,
    "tracing": tuple(kernel_table.KERNELS),
    "profiling": tuple(kernel_table.KERNELS),
}
PEERS = {
    "kernels": tuple(kernel_peers.PEERS),
    "everyday": everyday.PEERS_HERE,
    "unannotated": tuple(unannotated.ENGINES),
    "tiers": tuple(tiers.ENGINES),
    "batch": batch.PEERS,
    "flights": tuple(flights.PEERS),
    "startup": startup.PEERS,
    "crossing": crossing.PEERS,
    "hosts": hosts.PEERS,
    "growth": tuple(growth.COMPILERS),
    "state": state.PEERS,
    "tracing": tracing.PEERS,
    "profiling": profiling.PEERS,
}
NEIGHBOURS_MAX = 0.1
"""Cores that may be busy with other work before the report calls its numbers disturbed. Monty's workers count as others until they end."""
WIDTH_MIN = 150
"""Where the output is no terminal, or a narrow one, tables keep their shape."""


def _split(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in value.split(",") if word.strip()) if value else ()


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice([*PARTS, "history"]))
@click.option("--only", callback=_split, help="Kernels, workloads or measures to run, with commas between them.")
@click.option("--peers", callback=_split, help="Peers to run, with commas between them.")
@click.option("--quick", is_flag=True, help="Tiny inputs: shows that everything runs and all answers agree. Not recorded.")
@click.option("--rounds", type=click.IntRange(3, 101), help=f"Rounds of a measurement ({FULL.rounds}).")
@click.option("--json", "json_path", type=click.Path(path_type=Path, dir_okay=False), help="Also write the run as JSON.")
@click.option("--write-readme", is_flag=True, help="Put the tables of the parts into bench/README.md.")
def main(
    parts: tuple[str, ...],
    only: tuple[str, ...],
    peers: tuple[str, ...],
    quick: bool,
    rounds: int | None,
    json_path: Path | None,
    write_readme: bool,
) -> None:
    """Measure Belljar beside its peers (all parts by default), or show the history."""
    console = Console()
    if console.width < WIDTH_MIN:
        console = Console(width=WIDTH_MIN)
    if "history" in parts:
        history.show(console, history.runs())
        return
    if write_readme and (quick or only or peers):
        raise click.UsageError("--write-readme takes whole parts: no --only, --peers or --quick")
    chosen = {part: _known(part, only, NAMES) for part in parts or PARTS}
    chosen = {part: names for part, names in chosen.items() if names or not only}
    if only and (unknown := set(only) - {name for names in chosen.values() for name in names}):
        raise click.BadParameter(f"no such name: {', '.join(sorted(unknown))}", param_hint="--only")
    if peers and (unknown := set(peers) - {peer for part in chosen for peer in PEERS[part]}):
        raise click.BadParameter(f"no such peer: {', '.join(sorted(unknown))}", param_hint="--peers")
    pace = QUICK if quick else FULL if rounds is None else Pace(rounds=rounds)
    load = machine.load()
    about, commit = machine.describe(), history.commit()
    if write_readme and not parts:
        page.put_machine(about)
    neighbours = machine.Neighbours()
    sections = []
    failed = []
    with console.status("starting") if console.is_terminal else _Silent() as status:
        for part, names in chosen.items():
            others = machine.Neighbours()
            try:
                section = PARTS[part](
                    names,
                    _known(part, peers, PEERS) if peers else (),
                    quick,
                    pace,
                    lambda words, part=part: status.update(f"{part}: {words}"),
                )
            except Exception:  # hours of other parts are not lost with it
                failed.append(part)
                console.print_exception(max_frames=8)
                continue
            sections.append(section)
            if write_readme:
                page.put_section(section, f"{date.today()}, commit {commit}, {pace.rounds} rounds, {_busy(others)}", about)
    paced = (
        f"{pace.rounds} rounds, every peer once a round, medians; inputs {'tiny, numbers mean nothing' if quick else 'as each table says'}"
    )
    about["neighbours"] = _busy(neighbours)
    report.show(console, sections, about, paced, judge=not quick)
    run = history.record(sections, about, load)
    if json_path is not None:
        json_path.write_text(json.dumps(run, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    if not quick:
        history.append(run)
        console.print(
            f"\nrecorded in {history.FILE.relative_to(ROOT)}; `python -m bench history` compares the latest runs",
            style="dim",
        )
    wrong = [line for section in sections for line in section.wrong_answers()]
    for line in wrong:
        console.print(f"wrong answer: {line}", style="bold red", markup=False)
    for part in failed:
        console.print(f"did not end: {part}", style="bold red", markup=False)
    sys.exit(1 if wrong or failed else 0)


def _busy(neighbours: machine.Neighbours) -> str:
    """What others took from the machine, in words."""
    cores = neighbours.cores()
    if cores is None:
        return "what other work there was is not known"
    return f"{cores:.2f} cores busy with other work{': these numbers are disturbed' if cores > NEIGHBOURS_MAX else ''}"


def _known(part: str, names: tuple[str, ...], table: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Those of the names that a part has."""
    return tuple(name for name in names if name in table[part])


class _Silent:
    """Stands in for the spinner where there is no terminal."""

    def __enter__(self) -> _Silent:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, words: str) -> None:
        pass


if __name__ == "__main__":
    main(prog_name="python -m bench")
