"""The generator: what it writes is what the tables say, and --check notices what is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from belljar.ir import abi, generate
from belljar.ir.ops import OPS


@pytest.fixture
def tree(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the part of the source tree that is generated into."""
    (tmp_path / "csrc").mkdir()
    (tmp_path / "docs").mkdir()
    shutil.copy(root / "docs/ir.md", tmp_path / "docs/ir.md")
    place = tmp_path / "src/belljar/ir/generate.py"
    monkeypatch.setattr(generate, "__file__", str(place))
    return tmp_path


def test_it_writes_once_and_notices_changes(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 1
    assert f"run `{generate.COMMAND}`" in capsys.readouterr().err
    assert generate.main([]) == 0
    assert "wrote csrc/runtime/ops.h" in capsys.readouterr().out
    assert generate.main(["--check"]) == 0
    assert generate.main([]) == 0
    assert capsys.readouterr().out == ""
    with (tree / "csrc/runtime/ops.h").open("a") as file:
        file.write("\n")
    assert generate.main(["--check"]) == 1
    assert "csrc/runtime/ops.h is stale" in capsys.readouterr().err


def test_it_needs_a_source_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(generate, "__file__", str(tmp_path / "a/b/c/generate.py"))
    assert generate.main([]) == 2
    assert "installed package" in capsys.readouterr().err


def test_the_page_keeps_its_words() -> None:
    page = f"before\n{generate.TABLE_BEGIN}\nstale rows\n{generate.TABLE_END}\nafter\n"
    done = generate.with_table(page)
    assert done.startswith("before\n")
    assert done.endswith("\nafter\n")
    assert "stale rows" not in done
    assert generate.with_table(done) == done
    with pytest.raises(SystemExit):
        generate.with_table("no markers")


def test_every_runtime_op_has_a_prototype_and_no_other() -> None:
    header = generate.ops_h()
    for op in OPS.values():
        assert (f" {op.c_name}(bell_ctx *ctx" in header) == (not op.is_inline)


def test_offsets_follow_c() -> None:
    assert abi.offset("bell_ctx", "fault_site") == 52
    assert abi.offset("bell_ctx", "unwind_sites") == 108
    assert abi.offset("bell_head", "type") == 4
    assert "offsetof(bell_ctx, unwind_sites) == 108" in generate.ctx_offsets_h()
