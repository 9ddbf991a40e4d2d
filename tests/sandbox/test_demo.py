"""What `make demo` does before its steps; the steps are tested end to end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sandbox import demo


@pytest.mark.parametrize("asked", [250, 500])
def test_starting_over_can_be_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: int
) -> None:
    """A world of 250 is left for one of 500, killed midway; then either is asked for."""
    (tmp_path / "files").mkdir()
    for name in ("demo.lock", "warehouse.duckdb", "systems.sqlite"):
        (tmp_path / name).touch()
    (tmp_path / "world.json").write_text('{"profiles": 250, "seed": 1}')
    monkeypatch.setenv("ORFEVRE_TARGET", "duckdb")
    monkeypatch.setenv("ORFEVRE_DUCKDB_PATH", str(tmp_path / "warehouse.duckdb"))
    demo.start_over_if_other(tmp_path, 250, 1)
    assert (tmp_path / "warehouse.duckdb").exists()

    with monkeypatch.context() as killed:
        killed.setattr(shutil, "rmtree", lambda path: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            demo.start_over_if_other(tmp_path, 500, 1)
    demo.start_over_if_other(tmp_path, asked, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["demo.lock"]


def test_a_warehouse_of_ones_own_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "world.json").write_text('{"profiles": 250, "seed": 1}')
    monkeypatch.setenv("ORFEVRE_TARGET", "duckdb")
    monkeypatch.setenv("ORFEVRE_DUCKDB_PATH", str(tmp_path / "elsewhere" / "warehouse.duckdb"))
    with pytest.raises(demo.StepFailed, match="another world"):
        demo.start_over_if_other(tmp_path, 500, 1)
    assert (tmp_path / "world.json").exists()
