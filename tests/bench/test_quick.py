"""The answers of every peer that is there, on tiny inputs: a benchmark of wrong answers measures nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

pytest.importorskip("rich")
pytest.importorskip("click")

from click.testing import CliRunner

from bench import belljar_peer, everyday, growth, profiling, startup_scripts, tiers, tracing, unannotated
from bench.gap import Failure, Gap, WrongAnswer, gap_from
from bench.kernel_peers import PEERS
from bench.kernel_table import EVERYDAY, KERNELS, Kernel, agrees
from bench.kernels import prepared
from bench.startup_peers import CALLS, COMPILERS, lines_300


def stand_aside(peer: str, gap: Gap) -> None:
    """Skip by name what is not there; what is wrong fails, and so does Belljar or CPython when it breaks."""
    if isinstance(gap, WrongAnswer) or (isinstance(gap, Failure) and peer.startswith(("belljar", "cpython"))):
        pytest.fail(f"{peer}: {gap.reason}")
    pytest.skip(f"{peer}: {gap.reason}")


# Peers warn about themselves; that is not what is tested here.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.mark.parametrize(
    ("peer", "table"), [*((peer, KERNELS) for peer in PEERS), *((peer, EVERYDAY) for peer in everyday.PEERS_HERE)], ids=str
)
def test_kernels_agree_with_cpython(peer: str, table: dict[str, Kernel]) -> None:
    gaps = {}
    if peer == "numba":  # whose compiler takes seconds for each
        table = {name: table[name] for name in ("fib", "nqueens")} if table is KERNELS else dict(list(table.items())[:2])
    for name, kernel in table.items():
        try:
            prepared(PEERS[peer], kernel, kernel.quick)
        except Gap as gap:
            gaps[name] = gap
    for gap in gaps.values():
        if isinstance(gap, Failure | WrongAnswer) or len(gaps) == len(table):
            stand_aside(peer, gap)


@pytest.mark.parametrize("name", unannotated.PROGRAMS)
def test_the_reference_engine_gives_the_bits_of_cpython(name: str) -> None:
    kernel = unannotated.PROGRAMS[name]
    assert agrees(belljar_peer.kernel(kernel.source, "reference")(kernel.quick.n), kernel.quick.answer, exact=True)


@pytest.mark.parametrize("engine", ["vm", "jit"])
def test_a_kernel_without_fuel_gives_the_same_answer(engine: str) -> None:
    kernel = KERNELS["nqueens"]
    for main in belljar_peer.kernel_with_and_without_fuel(kernel.source, engine):
        assert agrees(main(kernel.quick.n), kernel.quick.answer, exact=True)


def test_the_table_of_answers_is_what_cpython_says() -> None:
    for kernel in unannotated.PROGRAMS.values():
        assert agrees(PEERS["cpython"].prepare(kernel)(kernel.small.n), kernel.small.answer, exact=True), kernel.name


@pytest.mark.parametrize("name", unannotated.PROGRAMS)
def test_a_program_without_its_annotations_gives_the_same_answer(name: str) -> None:
    kernel = unannotated.PROGRAMS[name]
    text = unannotated.without_annotations(kernel.source)
    for node in ast.walk(ast.parse(text)):
        assert not (isinstance(node, ast.FunctionDef) and (node.returns or any(argument.annotation for argument in node.args.args)))
    unannotated.checked(text, "vm", kernel.quick)


def test_fields_keep_their_annotations() -> None:
    text = "class A:\n    x: int\n\n    def f(self, y: int) -> int:\n        z: int = y\n        w: int\n        return z\n"
    bare = "class A:\n    x: int\n\n    def f(self, y):\n        z = y\n        pass\n        return z\n"
    assert unannotated.without_annotations(text) == bare


def test_engines_are_compared_on_first_and_later_calls() -> None:
    section = tiers.run(["fib", "word_count"], quick=True)
    assert set(section.findings) == {
        f"tiers.{what}.{which}" for what in ("first_auto_over_vm", "jit_over_vm", "auto_over_vm") for which in ("mean", "worst")
    }
    assert not section.wrong_answers()


@pytest.mark.parametrize("lines", [100, 1_000])
def test_programs_grow_to_the_line(lines: int) -> None:
    text = growth.program(lines, 0)
    assert text.count("\n") == lines
    assert text != growth.program(lines, 1)


@pytest.mark.parametrize("turn", range(3))
def test_grown_programs_give_the_answer_of_cpython(turn: int) -> None:
    text = growth.program(200, turn)  # all shapes are in it
    assert growth.compile_belljar("vm", text) == growth.compile_cpython(text)


@pytest.mark.parametrize("name", ["score", "mixed", "mixed_dictionary", "newton"])
def test_batch_agrees_with_cpython(name: str) -> None:
    pytest.importorskip("pyarrow")
    from bench.batch import ROWS_QUICK, THREADS, WORKLOADS, Expected, checked

    workload = WORKLOADS[name]
    table = workload.columns(ROWS_QUICK)
    expected = Expected(workload, table)
    ran = set()
    for threads in THREADS:
        for peer in (*workload.peers, "belljar"):
            try:
                checked(peer, workload, table, threads, expected)
            except Gap as gap:
                if isinstance(gap, WrongAnswer) or (isinstance(gap, Failure) and peer in ("belljar", "cpython")):
                    pytest.fail(f"{peer}: {gap.reason}")
                continue
            ran.add(peer)
    assert "cpython" in ran


def test_a_wrong_row_is_seen() -> None:
    pytest.importorskip("pyarrow")
    from bench.batch import WORKLOADS, Expected, as_array

    workload = WORKLOADS["newton"]
    table = workload.columns(64)
    expected = Expected(workload, table)
    answers = as_array([workload.python_task()(*row.values()) for row in table.to_pylist()])
    expected.check("belljar", answers)
    answers[40] *= 1 + 1e-15
    expected.check("numba", answers)
    with pytest.raises(WrongAnswer, match="row 40"):
        expected.check("belljar", answers)


@pytest.mark.parametrize("peer", ["polars", "duckdb", "pyarrow", "pandas", "cpython", "belljar"])
def test_flights_agree_with_cpython(peer: str, tmp_path: Path) -> None:
    from bench import flights
    from bench.data import flights_csv

    try:
        source = flights_csv(500)
    except Gap as gap:
        pytest.skip(gap.reason)
    answers = flights.expected(source)
    assert len(answers) == 500
    for suffix in (".csv", ".parquet"):
        output = tmp_path / f"out{suffix}"
        try:
            flights.PEERS[peer](source, output)
        except Exception as error:
            if peer == "cpython" and suffix == ".parquet":
                continue
            stand_aside(peer, gap_from(error))
        flights.check(output, answers)


@pytest.mark.parametrize("peer", COMPILERS)
def test_300_lines_give_one_answer(peer: str) -> None:
    text = lines_300(3)
    assert len(text.splitlines()) == 300
    if peer == "numba":
        text = "\n".join([*text.splitlines()[: 2 + 15 * 2], "def main(n: int) -> int:", "    return part1(n)", ""])
    try:
        got = COMPILERS[peer](text)
    except Exception as error:
        stand_aside(peer, gap_from(error))
    assert got == COMPILERS["cpython"](text)


@pytest.mark.parametrize("peer", CALLS)
def test_calls_add(peer: str) -> None:
    try:
        add = CALLS[peer]()
        got = add(40, 2)
    except Exception as error:
        stand_aside(peer, gap_from(error))
    assert got == 42


def test_texts_differ_from_turn_to_turn() -> None:
    assert lines_300(1) != lines_300(2)
    assert startup_scripts.FIRST_ANSWER == 332_833_500


def test_the_command_prints_a_table(tmp_path: Path) -> None:
    from bench.__main__ import main

    output = tmp_path / "run.json"
    done = CliRunner().invoke(main, ["kernels", "--quick", "--only", "fib,sieve", "--peers", "cpython,belljar vm", "--json", str(output)])
    assert done.exit_code == 0, done.output
    assert "fib" in done.output
    assert "cpython" in done.output
    assert '"sieve"' in output.read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["--only", "nothing"], ["--peers", "nobody"], ["--quick", "--write-readme"], ["nowhere"]])
def test_the_command_refuses_what_it_does_not_know(arguments: list[str]) -> None:
    from bench.__main__ import main

    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_neighbours_are_counted_from_the_accounts_of_the_system() -> None:
    from bench import machine

    cores = machine.Neighbours().cores()
    assert cores is None or cores >= 0.0
    assert set(machine.describe()) >= {"processor", "python", "clang", "gcc", "numba", "belljar"}


def test_traced_kernels_give_the_same_answers() -> None:
    section = tracing.run(["fib", "nqueens"], quick=True)
    assert set(section.findings) == {"trace.everything", "trace.branches"}
    assert not section.wrong_answers()
    assert not list(section.grids[0].gaps())


def test_profiled_kernels_give_the_same_answers() -> None:
    section = profiling.run(["fib", "nqueens"], quick=True)
    assert set(section.findings) == {"profiling.vm", "profiling.jit"}
    assert not section.wrong_answers()
    assert not list(section.grids[0].gaps())


def test_a_part_that_breaks_costs_the_others_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from bench import __main__ as command
    from bench.section import Section

    def broken(*_: object) -> Section:
        raise TimeoutError("no worker")

    monkeypatch.setitem(command.PARTS, "state", broken)
    monkeypatch.setitem(command.PARTS, "growth", lambda *_: Section("growth"))
    done = CliRunner().invoke(command.main, ["state", "growth", "--quick"])
    assert done.exit_code == 1
    assert "TimeoutError" in done.output
    assert "did not end: state" in done.output
    assert "Belljar benchmarks" in done.output
