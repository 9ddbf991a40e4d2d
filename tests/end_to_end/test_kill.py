"""`make demo` killed at any second and run again gives the warehouse of an undisturbed run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import warehouse
from tests.end_to_end.conftest import AS_OF, PROFILES, SEED, Thread
from tests.end_to_end.test_thread import outcome

KILLS = 2


def demo(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = ["sandbox", "demo", "--profiles", str(PROFILES), "--seed", str(SEED)]
    return subprocess.Popen(
        [sys.executable, "-m", *command, "--as-of", AS_OF],
        cwd=warehouse.ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def published(world: Path) -> list[tuple[Any, ...]]:
    """What the marketing tool holds, but for the ids and times that it gives itself."""
    with sqlite3.connect(world / "systems.sqlite") as systems:
        return systems.execute(
            "select unique_key, email, cellphone, firstname, lastname, custom_fields"
            " from splio_contacts order by unique_key, email"
        ).fetchall()


def test_killed_demo_run_again_equals_an_undisturbed_one(
    on_duckdb: Thread, generated_world: Path, tmp_path: Path
) -> None:
    world = tmp_path / "sandbox"
    shutil.copytree(generated_world, world)
    environment = {
        "SANDBOX_DIR": str(world),
        "ORFEVRE_TARGET": "duckdb",
        "ORFEVRE_DUCKDB_PATH": str(tmp_path / "w.duckdb"),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "SPLIO_REQUESTS_PER_SECOND": "500",
    }
    seed = int(os.environ.get("KILL_SEED", "2026"))
    moments = random.Random(seed)
    for _ in range(KILLS):
        process = demo(environment)
        try:
            process.wait(timeout=moments.uniform(1, on_duckdb.seconds))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert demo(environment).wait() == 0, f"KILL_SEED={seed}"
    after = Thread(world, environment)
    # A run after a kill may read back what the killed one sent: no outcome is another for it.
    undisturbed, killed = outcome(on_duckdb), outcome(after)
    differing = [table for table in undisturbed if undisturbed[table] != killed.get(table)]
    assert not differing, f"KILL_SEED={seed}"
    assert published(world) == published(on_duckdb.world), f"KILL_SEED={seed}"


@pytest.fixture(autouse=True)
def _no_demo_left_behind() -> None:
    """The demo's steps die with it (Linux); elsewhere this test would race with them."""
    if sys.platform != "linux":
        pytest.skip("parent-death signals are Linux's")
