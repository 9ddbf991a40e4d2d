"""The whole thread on a small world: one run an engine, each against its own copy of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import warehouse
from sandbox import servers
from tests.conftest import empty_database

PROFILES = 250
SEED = 7
AS_OF = "2026-10-31"


@dataclass
class Thread:
    """A world, the stand-ins serving it, and the warehouse it flows into."""

    world: Path
    environment: dict[str, str]
    seconds: float = 0.0  # that the first run took

    def step(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            cwd=warehouse.ROOT,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
        )
        output = done.stdout[-6000:] + done.stderr[-3000:]
        assert not (check and done.returncode), f"{command}: {done.returncode}\n{output}"
        return done

    def run(self) -> None:
        """Source systems → warehouse → tools, once."""
        started = time.monotonic()
        self.step(sys.executable, "-m", "ingestion")
        # unit tests try models on made-up rows: once is enough
        tests = ["--exclude-resource-type", "unit_test"] if self.seconds else []
        variables = json.dumps({"as_of_date": AS_OF})
        self.step("dbt", "build", "--quiet", *tests, "--vars", variables)
        self.step(sys.executable, "-m", "activation")
        self.seconds = self.seconds or time.monotonic() - started

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer of one query, as tuples."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            connection = warehouse.connect()
            try:
                cursor = connection.cursor()
                cursor.execute(query)
                return [tuple(row) for row in cursor.fetchall()]
            finally:
                connection.close()


@pytest.fixture(scope="session")
def generated_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of a few hundred people, as it was generated; copy it before using it."""
    folder = tmp_path_factory.mktemp("world") / "sandbox"
    generate = ["generate", "--profiles", str(PROFILES), "--seed", str(SEED), "--as-of", AS_OF]
    subprocess.run(
        [sys.executable, "-m", "sandbox", *generate],
        cwd=warehouse.ROOT,
        env=os.environ | {"SANDBOX_DIR": str(folder)},
        check=True,
    )
    return folder


def thread_on(engine: dict[str, str], generated: Path, room: Path) -> Iterator[Thread]:
    """A thread over a copy of the generated world, not yet run."""
    world = room / "sandbox"
    shutil.copytree(generated, world)
    with servers.running(world) as systems:
        yield Thread(
            world,
            engine
            | systems
            | {
                "DBT_TARGET_PATH": str(room / "target"),
                "DBT_LOG_PATH": str(room / "logs"),
                "SPLIO_REQUESTS_PER_SECOND": "500",
            },
        )


@pytest.fixture(scope="session")
def on_duckdb(generated_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Thread]:
    """The thread, run once on DuckDB."""
    room = tmp_path_factory.mktemp("duckdb")
    engine = {"ORFEVRE_TARGET": "duckdb", "ORFEVRE_DUCKDB_PATH": str(room / "w.duckdb")}
    for thread in thread_on(engine, generated_world, room):
        thread.run()
        yield thread


@pytest.fixture(scope="session")
def on_postgres(
    generated_world: Path,
    postgres_server: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Thread]:
    """The thread, run once on PostgreSQL."""
    room = tmp_path_factory.mktemp("postgres")
    with empty_database(postgres_server) as engine:
        for thread in thread_on(engine, generated_world, room):
            thread.run()
            yield thread
