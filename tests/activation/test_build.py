"""What a build that failed, or was killed, has left is not published."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from activation import export
from tests.activation.world import World, contact, execute
from tests.dbt_in_process import dbt_error

SPLIO = "splio__contacts"


def test_a_build_that_failed_is_not_published(
    duckdb_world: World,
    duckdb_env: dict[str, str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not even after a build of something else has passed; and it is once it passes itself."""

    def dbt(command: str, seed: str) -> str | None:
        # cautious: no test that reads other tables as well
        more = ("--select", seed, "--indirect-selection", "cautious")
        return dbt_error(duckdb_env, tmp_path / "target", command, *more)

    world = duckdb_world
    world.desire(SPLIO, [contact("k1"), contact("k2")])
    assert "not_null_genders" in str(dbt("test", "genders"))  # there is no such table yet
    assert dbt("build", "street_words") is None
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
    assert dbt("build", "genders") is None
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
