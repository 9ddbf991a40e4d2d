"""What a build that failed, or was killed, has left is not published."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from activation import export
from tests.activation.world import ROOT, World, contact, execute

SPLIO = "splio__contacts"


def dbt(*arguments: str, target: Path) -> int:
    command = [str(Path(sys.executable).with_name("dbt")), *arguments, "--quiet"]
    command += ["--indirect-selection", "cautious"]  # no test that reads other tables as well
    return subprocess.run([*command, "--target-path", str(target)], cwd=ROOT).returncode


def test_a_build_that_failed_is_not_published(
    duckdb_world: World, shared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even after a build of something else has passed; and it is once it passes itself."""
    world, target = duckdb_world, shared / "dbt"
    world.desire(SPLIO, [contact("k1"), contact("k2")])
    assert dbt("test", "--select", "genders", target=target) == 1  # there is no such table yet
    assert dbt("build", "--select", "street_words", target=target) == 0
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
    assert dbt("build", "--select", "genders", target=target) == 0
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
