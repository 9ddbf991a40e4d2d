"""What a build that failed, or was killed, has left is not published."""

from __future__ import annotations

import logging
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from activation import export
from activation.ledger import Ledger
from tests.activation.world import World, contact, execute
from tests.dbt_in_process import ROOT, dbt, dbt_error

SPLIO = "splio__contacts"


def test_a_build_that_failed_is_not_published(
    duckdb_world: World,
    duckdb_env: dict[str, str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not even after a build of something else has passed; and it is once it passes itself."""

    def build(command: str, seed: str) -> str | None:
        # cautious: no test that reads other tables as well
        more = ("--select", seed, "--indirect-selection", "cautious")
        return dbt_error(duckdb_env, tmp_path / "target", command, *more)

    world = duckdb_world
    world.desire(SPLIO, [contact("k1"), contact("k2")])
    assert "not_null_genders" in str(build("test", "genders"))  # there is no such table yet
    assert build("build", "street_words") is None
    before = world.requests()
    assert world.run("splio") == 3
    assert world.run("splio", "--only", "k1") == 3
    assert world.requests() == before
    message = world.last_run()["message"]
    assert message.startswith("the last dbt build has not passed: not_null_genders")
    assert world.run("splio", "--dry-run") == 3
    assert export.main([str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out" / "manifest.json").exists()
    caplog.set_level(logging.INFO)
    assert world.run("--check") == 4
    assert "dbt build needs a look" in caplog.text
    assert world.run("splio", "--force", "--only", "k1") == 0
    assert world.contacts().keys() == {"k1"}
    # what the project no longer has blocks nobody
    execute("insert into activation.unfinished values ('test.orfevre.long_gone', 'fail')")
    assert build("build", "genders") is None
    assert world.run("splio") == 0
    assert world.contacts().keys() == {"k1", "k2"}


def test_a_build_that_was_killed_is_not_published(world: World) -> None:
    """What had begun stays begun: nobody lived to say how it ended."""
    world.desire(SPLIO, [contact("k1")])
    execute("create table activation.unfinished (node text, status text)")
    assert world.run("splio", "--limit", "0") == 0
    execute("insert into activation.unfinished values ('model.orfevre.customers', 'begun')")
    assert world.run("splio") == 3
    assert world.last_run()["message"].endswith("customers (begun)")


RECORDS = """
import os

from activation.destination import Row
from activation.ledger import Ledger, now

ledger = Ledger()
rows = [Row(f"k{number}", f"c{number}", "hash", {}, True) for number in range(300)]
sync = {"sync_name": "splio__contacts"}
attempt = {**sync, "delivery_id": os.urandom(4).hex(), "run_id": "run"}
said = {"change_type": "create", "delivery_id": attempt["delivery_id"], "delivered_at": now()}
receipts = [{**sync, "destination_key": row.key, **said} for row in rows]
ledger.intend(attempt, "create", rows, 1)
ledger.record("splio__contacts", attempt["delivery_id"], receipts, [], rows, {"status": "done"})
ledger.intend({**attempt, "delivery_id": os.urandom(4).hex()}, "create", rows, 2)
os._exit(9)
"""


def test_receipts_outlive_a_kill_and_whoever_opens_the_warehouse_next(
    duckdb_env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB loses of an index what a killed process left in the log, and then deletes no row of
    it any more; so there is none, nor any that an older version made.
    """

    def indexes() -> list[dict[str, str]]:
        with closing(Ledger(read_only=True)) as ledger:
            return ledger.rows("select index_name from duckdb_indexes()")

    def process(code: str) -> int:
        return subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode

    for name, value in duckdb_env.items():
        monkeypatch.setenv(name, value)
    state = ("run", "--select", "path:models/activation/state")
    dbt(duckdb_env, tmp_path / "target", *state)
    assert indexes() == []
    execute("create index of_before on activation.receipts (sync_name, destination_key)")
    dbt(duckdb_env, tmp_path / "target", *state)
    assert indexes() == []

    for _ in range(2):
        assert process(RECORDS) == 9
        assert process("import warehouse; warehouse.connect().execute('select 1')") == 0
    with closing(Ledger(read_only=True)) as ledger:
        for table in ("receipts", "intents"):
            assert len(ledger.rows(f"select * from activation.{table}")) == 300
