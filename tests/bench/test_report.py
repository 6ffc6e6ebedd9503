"""What the tables say: ratios in the right direction, gaps by their reason, budgets met or missed."""

from __future__ import annotations

import pytest

pytest.importorskip("rich")

from rich.console import Console

from bench import history, report
from bench.batch import WORKLOADS
from bench.budgets import AHEAD, BUDGETS, MILLION
from bench.clock import summarise
from bench.gap import Gap, WrongAnswer
from bench.section import Grid, Section


def grid(**options: object) -> Grid:
    made = Grid("Title", "what was run", "clang", ["clang", "belljar", "lua"], **options)
    made.rows = {
        "fib": {"clang": summarise([0.010]), "belljar": summarise([0.012]), "lua": Gap("not installed: lua")},
        "sieve": {"clang": summarise([0.010]), "belljar": summarise([0.030]), "lua": Gap("not installed: lua")},
    }
    made.inputs = {"fib": "n = 1", "sieve": "n = 2"}
    return made


def test_ratios_go_the_way_the_table_says() -> None:
    assert report.ratio(grid(), "sieve", "belljar") == pytest.approx(3.0)
    assert report.ratio(grid(faster=True), "sieve", "belljar") == pytest.approx(1 / 3)
    assert report.ratio(grid(), "sieve", "lua") is None


def test_rows_of_other_lengths_compare_by_row() -> None:
    table = grid(faster=True, unit="rows/s")
    table.rows_per_call = {(row, column): 1_000 if column == "belljar" else 3_000 for row in table.rows for column in table.columns}
    assert report.ratio(table, "sieve", "belljar") == pytest.approx(1 / 9)
    assert report.amount(table, "fib", "clang", summarise([0.001])) == "3.00"


def test_a_reason_is_told_once_for_all_its_cells() -> None:
    assert report.gap_notes(grid()) == ["[1] lua: not installed: lua"]


def test_tables_have_a_mean_and_no_empty_cell() -> None:
    head, lines = report.cells_of(grid(peers_down=False))
    assert head == ["kernel", "clang, ms", "belljar", "lua"]
    assert lines[-1] == ["geometric mean", "", "1.90x of 2", ""]
    assert lines[0] == ["fib", "10.0", "1.20x", "gap [1]"]
    assert report.cells_of(grid())[1][2] == ["lua", "gap [1]", "", "gap [1]", ""]


def test_every_budget_gets_a_verdict() -> None:
    section = Section(
        "kernels",
        [grid()],
        {"kernels.jit_over_clang.mean": 1.8, "batch.score.1": 500 * MILLION},
        {"startup.vm": "not built"},
    )
    verdicts = {budget.key: (value, words) for budget, value, words in report.verdicts([section])}
    assert len(verdicts) == len(BUDGETS)
    assert verdicts["kernels.jit_over_clang.mean"] == (1.8, "missed by 1.50x")
    assert verdicts["batch.score.1"][1] == "met"
    assert verdicts["startup.vm"] == (None, "not built")
    assert verdicts["storage.crc32c_4k"] == (None, AHEAD["storage.crc32c_4k"])


def test_budgets_are_declared_once_and_name_real_workloads() -> None:
    keys = [budget.key for budget in BUDGETS]
    assert len(keys) == len(set(keys))
    assert set(AHEAD) <= set(keys)
    assert {key.split(".")[1] for key in keys if key.startswith("batch.") and key != "batch.first_call"} == set(WORKLOADS)


def test_wrong_answers_are_told() -> None:
    table = grid()
    table.rows["fib"]["lua"] = WrongAnswer("answers 1, not 2")
    assert Section("kernels", [table]).wrong_answers() == ["Title: fib: lua: answers 1, not 2"]
    assert "WRONG" in report.cells_of(table)[1][2][1]


def test_printing_and_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    section = Section("kernels", [grid(peers_down=False), grid()])
    report.show(Console(width=150), [section], {"processor": "one"}, "3 rounds")
    printed = capsys.readouterr().out
    assert "geometric mean" in printed
    assert "[1] lua: not installed: lua" in printed
    assert "| fib | 10.0 | 1.20x | gap [1] |" in report.markdown(section)


def test_history_reads_what_it_wrote_and_passes_over_the_rest(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "out" / "history.jsonl"
    assert history.runs(file) == []
    run = history.record([Section("kernels", [grid()], {"startup.vm": 11.0})], {"processor": "one"}, 0.25)
    history.append(run, file)
    with file.open("a", encoding="utf-8") as lines:
        lines.write('{"version": 1, "time": "20')  # a run that was cut
        lines.write('\n{"version": 0}\n')
    history.append(run, file)
    assert history.runs(file) == [run, run]
    assert run["tables"][0]["rows"]["fib"]["lua"] == {"gap": "not installed: lua"}
    history.show(Console(width=150), history.runs(file))
    assert "11.0 ms" in capsys.readouterr().out
