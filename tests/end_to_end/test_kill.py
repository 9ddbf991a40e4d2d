"""`make demo` killed at any second and run again gives the warehouse of an undisturbed run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import warehouse
from tests.end_to_end import outlet
from tests.end_to_end.conftest import AS_OF, OUTCOMES, PROFILES, SEED, First, Thread, outcome

KILLS = 2


def demo(environment: dict[str, str], told: Path) -> subprocess.Popen[bytes]:
    """A demo in a process group of its own; all that it says goes into the file `told`."""
    command = ["sandbox", "demo", "--profiles", str(PROFILES), "--seed", str(SEED)]
    with told.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", *command, "--as-of", AS_OF],
            cwd=warehouse.ROOT,
            env=os.environ | environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def test_killed_demo_run_again_equals_an_undisturbed_one(
    first: Callable[[str], First], generated_world: Path, tmp_path: Path
) -> None:
    undisturbed = first("duckdb")
    world = tmp_path / "sandbox"
    shutil.copytree(generated_world, world)
    environment = {
        "SANDBOX_DIR": str(world),
        "ORFEVRE_TARGET": "duckdb",
        "ORFEVRE_DUCKDB_PATH": str(tmp_path / "w.duckdb"),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "ORFEVRE_FEEDS": str(world / outlet.FEEDS),
        "SPLIO_REQUESTS_PER_SECOND": "500",
    }
    seed = int(os.environ.get("KILL_SEED", "2026"))
    moments = random.Random(seed)
    told = tmp_path / "demo.log"
    for _ in range(KILLS):
        process = demo(environment, told)
        try:
            process.wait(timeout=moments.uniform(1, undisturbed.seconds))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    code = demo(environment, told).wait()
    assert code == 0, f"KILL_SEED={seed}\n{told.read_text(errors='replace')[-6000:]}"
    after = Thread(world, environment)
    # A run after a kill may read back what the killed one sent: no outcome is another for it.
    expected, killed = outcome(undisturbed.snapshot), outcome(after.snapshot(OUTCOMES))
    differing = [table for table in expected if expected[table] != killed.get(table)]
    assert not differing, f"KILL_SEED={seed}"
    assert after.published() == undisturbed.published, f"KILL_SEED={seed}"


@pytest.fixture(autouse=True)
def _no_demo_left_behind() -> None:
    """The demo's steps die with it (Linux); elsewhere this test would race with them."""
    if sys.platform != "linux":
        pytest.skip("parent-death signals are Linux's")
