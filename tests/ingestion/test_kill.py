"""kill -9 at every step of a load, then the same command again: as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ingestion.conftest import Query
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
sys.exit(main(["clientela", "files"]))
"""
CLEAN = "import sys; from ingestion.__main__ import main; sys.exit(main(['clientela', 'files']))"
STEPS = [
    ("ingestion.pipeline", "_land_quarantine", True),
    ("ingestion.pipeline", "_land_quarantine", False),
    ("ingestion.pipeline", "_remove", False),
    ("dlt.load.load:Load", "create_followup_jobs", True),  # staged, some tables merged
    ("dlt.load.load:Load", "complete_package", True),  # all tables merged, package open
    ("ingestion.pipeline:_Landing", "load", False),
    ("ingestion.pipeline", "_land_reports", True),
    ("ingestion.pipeline", "_land_reports", False),
]


def run(code: str) -> int:
    return subprocess.run([sys.executable, "-c", code], check=False).returncode


def totals(query: Query) -> list[tuple]:
    """What all reports together say of each table."""
    return query(
        "select source, table_name, sum(rows_read), sum(rows_kept), sum(rows_set_aside) "
        "from raw_ingestion.loads group by source, table_name order by source, table_name"
    )


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step[1]}-{step[2]}")
def test_a_killed_load_run_again_is_as_an_undisturbed_one(
    duck: Query, systems: Path, tmp_path: Path, step: tuple[str, str, bool]
) -> None:
    owner, name, before = step
    assert run(KILLED.format(owner=owner, name=name, before=before)) == -signal.SIGKILL
    assert run(CLEAN) == 0
    killed = contents(duck), totals(duck)
    os.environ["ORFEVRE_DUCKDB_PATH"] = str(tmp_path / "undisturbed.duckdb")
    assert run(CLEAN) == 0
    assert (contents(duck), totals(duck)) == killed


def test_on_postgres_too(pg: Query, systems: Path) -> None:
    """The kills one after the other, on one warehouse."""
    for owner, name, before in STEPS[1::2]:
        assert run(KILLED.format(owner=owner, name=name, before=before)) == -signal.SIGKILL
    assert run(CLEAN) == 0
    killed = contents(pg), totals(pg)
    pg("drop schema raw_clientela, raw_files, raw_ingestion cascade; select 1")
    assert run(CLEAN) == 0
    assert (contents(pg), totals(pg)) == killed
