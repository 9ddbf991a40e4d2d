"""The whole thread on a small world: one run an engine, each against its own copy of it.

A run takes a minute, dbt's nine hundred nodes most of it. So there are as few as possible: one
world has everybody whom a test needs, an engine's runs follow one another on one warehouse, and
what a first run left is on file for the tests of the other worker.
"""

from __future__ import annotations

import datetime
import decimal
import json
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import warehouse
from sandbox import servers
from tests.conftest import empty_database, one_at_a_time
from tests.dbt_in_process import dbt
from tests.end_to_end import namesakes, outlet

PROFILES = 250
SEED = 7
AS_OF = "2026-10-31"
# At the vendors' own pace half of an activation would be waiting.
PACE = {"BREVO_REQUESTS_PER_SECOND": "500", "SPLIO_REQUESTS_PER_SECOND": "500"}
Rows = list[tuple[Any, ...]]

LAYERS = ("staging", "canonical", "identity", "marts", "segments", "activation")
# When a run happened is no part of its answer.
RUN_TIMES = {"valid_from", "valid_to", "ended_at", "load_id", "changed_at", "shaped_at"}
RUN_TIMES |= {"proposed_at", "publishable_at", "noted_at"}
# A hash that one engine compares with its own; each has another.
HASHES = {"block_hash", "content_hash", "points_hash", "reading_hash", "rules_hash"}
# What activation and ingestion did and when: held by tests of their own.
RUN_LOGS = {
    "receipts", "intents", "deliveries", "rejections", "sync_runs", "customer_identity_history",
    "identity_runs",
    "load_reconciliation", "loads_by_source", "quarantine", "stg_ingestion__loads",
    "stg_ingestion__quarantined_rows",
    "deliveries_by_customer", "deliveries_by_day", "deliveries_by_sync",
    "int_runs_by_sync",
}  # fmt: skip
# Where runs differ by right: what the last one sent is among the records that this one loads.
OUTCOMES = ("marts", "segments")
ECHOES = {"row_reconciliation"}


@dataclass
class First:
    """What the first run on an engine left."""

    seconds: float
    snapshot: dict[str, Rows]
    published: Rows


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

    def run(self, *, is_tested: bool = True) -> None:
        """Source systems → warehouse → tools, once; dbt's tests with it unless told otherwise."""
        started = time.monotonic()
        self.step(sys.executable, "-m", "ingestion")
        build = ["build", "--vars", json.dumps({"as_of_date": AS_OF})]
        if not self.seconds and self.environment["ORFEVRE_TARGET"] == "duckdb":
            self.step("dbt", "--quiet", *build)
        else:  # in this process, with the parse that all tests share
            # unit tests try models on made-up rows: once is enough
            build += ["--exclude-resource-type", "unit_test"] if self.seconds else []
            build += [] if is_tested else ["--exclude-resource-type", "test"]
            dbt(self.environment, Path(self.environment["DBT_TARGET_PATH"]), *build)
        self.step(sys.executable, "-m", "activation")
        self.seconds = self.seconds or time.monotonic() - started

    @contextmanager
    def asking(self) -> Iterator[Callable[[str], Rows]]:
        """A function that asks the warehouse, over one connection."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            with closing(warehouse.connect()) as connection:
                cursor = connection.cursor()

                def ask(query: str) -> Rows:
                    cursor.execute(query)
                    return [tuple(row) for row in cursor.fetchall()]

                yield ask

    def rows(self, query: str) -> Rows:
        """The answer of one query, as tuples."""
        with self.asking() as ask:
            return ask(query)

    def snapshot(self, layers: tuple[str, ...] = LAYERS) -> dict[str, Rows]:
        """Every model's rows, columns in order of name, rows in order of content."""
        tables: dict[str, list[str]] = {}
        with self.asking() as ask:
            for schema, table, column in ask(
                "select table_schema, table_name, column_name from information_schema.columns"
                f" where table_schema in {layers} order by 1, 2, 3"
            ):
                if table not in RUN_LOGS and column not in RUN_TIMES | HASHES:
                    tables.setdefault(f"{schema}.{table}", []).append(column)
            return {
                table: sorted(
                    (
                        tuple(plain(value) for value in row)
                        for row in ask(f"select {', '.join(names)} from {table}")
                    ),
                    key=repr,
                )
                for table, names in tables.items()
            }

    def published(self) -> Rows:
        """What the marketing tool holds, but for the ids and times that it gives itself."""
        with closing(sqlite3.connect(self.world / "systems.sqlite")) as systems:
            return systems.execute(
                "select unique_key, email, cellphone, firstname, lastname, custom_fields"
                " from splio_contacts order by unique_key, email"
            ).fetchall()


def plain(value: Any) -> Any:
    """A value as both drivers can give it."""
    if isinstance(value, decimal.Decimal | float):
        return round(float(value), 9)
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return value


def outcome(snapshot: dict[str, Rows]) -> dict[str, Rows]:
    """What everyone who reads the warehouse sees, apart from how and when it came about."""
    return {
        name: rows
        for name, rows in snapshot.items()
        if name.split(".")[0] in OUTCOMES
        and name.split(".")[1] not in ECHOES
        and not name.startswith("marts.int_outcomes_")  # count raw rows, echoes among them
    }


@pytest.fixture(scope="session")
def generated_world(shared: Path) -> Path:
    """A world of a few hundred people, as it was generated; copy it before using it."""
    folder = shared / "world"
    generate = ["generate", "--profiles", str(PROFILES), "--seed", str(SEED), "--as-of", AS_OF]
    with one_at_a_time(shared, "world"):
        if not folder.exists():
            subprocess.run(
                [sys.executable, "-m", "sandbox", *generate],
                cwd=warehouse.ROOT,
                env=os.environ | {"SANDBOX_DIR": str(folder)},
                check=True,
            )
            namesakes.arrive(folder)
            outlet.arrive(folder)
    return folder


def run_first(
    engine: dict[str, str], generated: Path, room: Path, shared: Path
) -> Iterator[Thread]:
    """A thread over a copy of the generated world, run once; what it left is in `shared`."""
    world = room / "sandbox"
    shutil.copytree(generated, world)
    with servers.running(world, settings=PACE) as systems:
        thread = Thread(
            world,
            engine
            | systems
            | {
                "DBT_TARGET_PATH": str(room / "target"),
                "ORFEVRE_FEEDS": str(world / outlet.FEEDS),
                **PACE,
            },
        )
        name = engine["ORFEVRE_TARGET"]
        with one_at_a_time(shared, name):
            thread.run()
            left = First(thread.seconds, thread.snapshot(), thread.published())
            (shared / f"{name}.pickle").write_bytes(pickle.dumps(left))
        yield thread


@pytest.fixture(scope="session")
def on_duckdb(
    generated_world: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Thread]:
    """The thread, run once on DuckDB."""
    room = tmp_path_factory.mktemp("duckdb")
    engine = {"ORFEVRE_TARGET": "duckdb", "ORFEVRE_DUCKDB_PATH": str(room / "w.duckdb")}
    yield from run_first(engine, generated_world, room, shared)


@pytest.fixture(scope="session")
def on_postgres(
    generated_world: Path,
    shared: Path,
    postgres_server: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Thread]:
    """The thread, run once on PostgreSQL."""
    room = tmp_path_factory.mktemp("postgres")
    with empty_database(postgres_server) as engine:
        yield from run_first(engine, generated_world, room, shared)


@pytest.fixture(scope="session")
def first(request: pytest.FixtureRequest, shared: Path) -> Callable[[str], First]:
    """What the first run on an engine left; made here unless another worker makes it."""

    def left(engine: str) -> First:
        path = shared / f"{engine}.pickle"
        with one_at_a_time(shared, engine):
            is_there = path.exists()
        if not is_there:
            request.getfixturevalue(f"on_{engine}")
        return pickle.loads(path.read_bytes())

    return left
