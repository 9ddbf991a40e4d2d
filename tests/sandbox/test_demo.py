"""What `make demo` does before its steps; the steps are tested end to end."""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
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


def test_its_last_command_can_be_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Into a shell that knows nothing of the demo: it finds the warehouse (an empty one)."""
    path = tmp_path / "a folder" / "warehouse.duckdb"
    path.parent.mkdir()
    duckdb.connect(str(path)).close()
    monkeypatch.setenv("ORFEVRE_TARGET", "duckdb")
    monkeypatch.setenv("ORFEVRE_DUCKDB_PATH", str(path))
    command = demo.where_next("magento:1", "splio:2").splitlines()[-1]
    bare = {name: value for name, value in os.environ.items() if name != "ORFEVRE_DUCKDB_PATH"}
    done = subprocess.run(["sh", "-c", command], env=bare, capture_output=True, text=True)
    said = done.stderr.splitlines()
    assert "magento:1 splio:2" in command
    assert (done.returncode, said[0]) == (2, "a model is not built: run dbt build first")
    assert f"{os.path.relpath(path)} (ORFEVRE_DUCKDB_PATH)" in said[1]


@pytest.mark.parametrize(
    "command",
    ["explain magento:1", "decide magento:1 magento:2 match --reason asked", "preview"],
)
def test_without_a_warehouse_it_says_where_it_looked(tmp_path: Path, command: str) -> None:
    """As in a shell where the variable is not set, and the default is no demo's; and makes none."""
    path = tmp_path / "warehouse.duckdb"
    done = subprocess.run(
        [sys.executable, "-m", "identity", *command.split()],
        env=os.environ | {"ORFEVRE_TARGET": "duckdb", "ORFEVRE_DUCKDB_PATH": str(path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "no warehouse yet" in done.stderr
    assert f"{path} (ORFEVRE_DUCKDB_PATH)" in done.stderr
    assert not path.exists()


def test_the_book_is_of_its_warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not of the default one, which a demo leaves alone."""
    path = tmp_path / "a folder" / "warehouse.duckdb"
    monkeypatch.setenv("ORFEVRE_TARGET", "duckdb")
    monkeypatch.setenv("ORFEVRE_DUCKDB_PATH", str(path))
    said = demo.where_next("magento:1", "splio:2").splitlines()
    (command,) = [line for line in said if line.endswith(" make docs")]
    (variable, *_) = shlex.split(command)
    assert Path(variable.removeprefix("ORFEVRE_DUCKDB_PATH=")).resolve() == path.resolve()


def test_on_postgres_it_names_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORFEVRE_TARGET", "postgres")
    assert "DUCKDB" not in demo.where_next("magento:1", "splio:2")


def test_a_step_that_outlives_its_demo_keeps_the_next_one_waiting(tmp_path: Path) -> None:
    path = tmp_path / "demo.lock"
    with demo.alone(path) as lock:
        demo.step("A step", [sys.executable, "-c", f"import os; os.fstat({lock})"], {}, lock)
        outliving = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[lock]
        )
    with path.open("w") as handle:
        with pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        outliving.kill()
        outliving.wait()
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_pair_that_it_explains_has_names() -> None:
    """The strongest link of two records whose first and last names agree; the first of equals."""
    links = duckdb.connect()
    links.execute(
        """
        create schema marts;
        create schema canonical;
        create table marts.identity_links as from (values
            ('a', 'b', 'linked', 20), ('c', 'd', 'linked', 900), ('e', 'f', 'refused', 950),
            ('i', 'j', 'linked', 400), ('g', 'h', 'linked', 400)
        ) as it (left_record_id, right_record_id, outcome, score);
        create table canonical.customer_records as
        select record_id, case record_id when 'c' then 'Ada' else 'Ann' end as first_name,
            'Lee' as last_name
        from (values ('a'), ('b'), ('c'), ('d'), ('e'), ('f'), ('g'), ('h'), ('i'), ('j'))
            as it (record_id);
        """
    )
    assert links.execute(demo.BEST_LINKED).fetchall() == [("g", "h")]
