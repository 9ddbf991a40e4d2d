"""kill -9 at every step of a load, then the same command again: as if nothing had happened."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingestion.__main__ import main
from tests.ingestion.conftest import Query, warehouse_at
from tests.ingestion.test_sources import contents

# The step of `owner` named `name` kills the process, before or after it has done its work.
KILLED = """
import importlib, os, signal, sys
from ingestion.__main__ import main

module, _, cls = {owner!r}.partition(":")
owner = importlib.import_module(module)
owner = getattr(owner, cls) if cls else owner
true = getattr(owner, {name!r})

def struck(*arguments, **more):
    if not {before}:
        true(*arguments, **more)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, {name!r}, struck)
sys.exit(main({sources}))
"""
SOURCES = ["clientela", "files"]
STEPS = [
    ("ingestion.pipeline", "land_quarantine", True),
    ("ingestion.pipeline", "land_quarantine", False),
    ("dlt.load.load:Load", "create_followup_jobs", True),  # staged, some tables merged
    ("dlt.load.load:Load", "complete_package", True),  # all tables merged, package open
    ("ingestion.landing:Landing", "load", False),
    ("ingestion.pipeline", "land_reports", True),
    ("ingestion.pipeline", "land_reports", False),
]
REPLACING = {  # step: the rows of a changed file that are there when it is killed
    ("dlt.load.load:Load", "create_followup_jobs", True): ["kept", "old"],
    ("ingestion.pipeline", "_remove", True): ["kept", "new", "old"],
    ("ingestion.pipeline", "_remove", False): ["kept", "new"],
    ("ingestion.pipeline", "land_reports", True): ["kept", "new"],
}


def kill(step: tuple[str, str, bool], sources: list[str] = SOURCES) -> None:
    owner, name, before = step
    code = KILLED.format(owner=owner, name=name, before=before, sources=sources)
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -signal.SIGKILL


def totals(query: Query) -> list[tuple]:
    """What all reports together say of each table."""
    return query(
        "select source, table_name, sum(rows_read), sum(rows_kept), sum(rows_set_aside) "
        "from raw_ingestion.loads group by source, table_name order by source, table_name"
    )


@pytest.fixture(scope="module")
def undisturbed(
    served: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Any, Any]]:
    """Contents and totals of a load that nothing disturbed."""
    path = tmp_path_factory.mktemp("undisturbed") / "w.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        query = warehouse_at(
            {"ORFEVRE_TARGET": "duckdb", "ORFEVRE_DUCKDB_PATH": str(path)} | served, patch
        )
        assert main(SOURCES) == 0
        yield contents(query), totals(query)


@pytest.fixture
def systems_set(served: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in served.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step[1]}-{step[2]}")
def test_a_killed_load_run_again_is_as_an_undisturbed_one(
    undisturbed: tuple[Any, Any], duck: Query, systems_set: None, step: tuple[str, str, bool]
) -> None:
    kill(step)
    assert main(SOURCES) == 0
    assert (contents(duck), totals(duck)) == undisturbed


def test_on_postgres_too(undisturbed: tuple[Any, Any], pg: Query, systems_set: None) -> None:
    """The kills one after the other, on one warehouse."""
    for step in STEPS[1::3]:
        kill(step)
    assert main(SOURCES) == 0
    assert (contents(pg), totals(pg)) == undisturbed


@pytest.mark.parametrize("step", REPLACING, ids=lambda step: f"{step[1]}-{step[2]}")
def test_a_changed_file_leaves_no_gap(
    here: Query, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: tuple[str, str, bool]
) -> None:
    """Killed between the new rows of a file and its old ones: never less than either holds.

    In the end the quarantine has what the last reading set aside, and the other file's.
    """
    feeds, root = tmp_path / "feeds", tmp_path / "root"
    feeds.mkdir()
    root.mkdir()
    (feeds / "people.yml").write_text(
        "{source: s, entity: customers, path: '*.csv',"
        " columns: {source_customer_id: id, created_at: le}}"
    )
    monkeypatch.setenv("ORFEVRE_FEEDS", str(feeds))
    monkeypatch.setenv("ORFEVRE_FEEDS_ROOT", str(root))
    ids = "select source_customer_id from raw_files.customers order by 1"

    aside = "select file, row_number from raw_ingestion.quarantine order by 1, 2"

    (root / "other.csv").write_text("id,le\nbeside,\nwrong,hier\n")
    (root / "people.csv").write_text("id,le\nwrong,hier\nkept,\nold,\nmended,31/12\na,b,c\n")
    assert main(["files"]) == 0
    assert here(aside) == [("other.csv", 3), *(("people.csv", line) for line in (2, 5, 6))]
    (root / "people.csv").write_text("id,le\nwrong,hier\nkept,\nnew,\nd,e,f\n")
    kill(step, ["files"])
    assert here(ids) == [("beside",), *((name,) for name in REPLACING[step])]
    for _ in range(2):
        assert main(["files"]) == 0
        assert here(ids) == [("beside",), ("kept",), ("new",)]
        assert here(aside) == [("other.csv", 3), ("people.csv", 2), ("people.csv", 5)]
