"""Fixtures that several test folders share: temporary warehouses on both engines."""

from __future__ import annotations

import fcntl
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

import certifi
import psycopg2
import pytest

from tests import postgres

T = TypeVar("T")

# pytest-xdist hands scopes (modules, classes) out in the order of collection (the Makefile says
# --no-loadscope-reorder): with the longest first, no worker is left alone with one at the end.
LONGEST_FIRST = (
    "end_to_end/test_thread.py::TestOnDuckDB",
    "end_to_end/test_thread.py::TestOnPostgres",
    "end_to_end/test_thread.py",
    "end_to_end/test_kill.py",
    "identity/test_incremental.py",
    "identity/test_runs.py",
    "cleansing/test_incremental.py",
    "ingestion/test_sources.py",
    "ingestion/test_kill.py",
    "identity/test_scenarios.py",
    "activation/test_faults.py",
    "activation/test_every_destination.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest scopes first, everything else as it was collected."""

    def place(item: pytest.Item) -> int:
        known = (n for n, name in enumerate(LONGEST_FIRST) if f"tests/{name}" in item.nodeid)
        return next(known, len(LONGEST_FIRST))

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def _nothing_for_nobody(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Spares what no test looks at, here and in the processes that tests start.

    httpx reads all authorities' certificates for each client, even of plain HTTP: 25 ms each;
    nothing here leaves the machine, so that one certificate will do. dbt's log file takes a
    sixth of a build, its artifacts a second of each run; errors are on standard output.
    """
    end = "-----END CERTIFICATE-----\n"
    path = tmp_path_factory.mktemp("tls") / "one.pem"
    path.write_text(certifi.contents().partition(end)[0] + end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(path))
        patch.setenv("DBT_LOG_LEVEL_FILE", "none")
        patch.setenv("DBT_WRITE_JSON", "false")
        patch.setenv("TESTS_SHARED", str(shared))  # tests.dbt_in_process keeps its parse there
        yield


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one folder of this test run that all its workers share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def one_at_a_time(shared: Path, name: str) -> Iterator[None]:
    """Holds the other workers back, so that one makes what all of them then read."""
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def left_behind(context: AbstractContextManager[T]) -> Iterator[T]:
    """`context`, left by a thread of its own: a server takes a fifth of a second to close, which
    the next test need not wait for."""
    value = context.__enter__()
    try:
        yield value
    finally:
        threading.Thread(target=context.__exit__, args=(None, None, None)).start()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[dict[str, str]]:
    """Environment of a private PostgreSQL server that lives as long as the session."""
    with postgres.private_server() as environment:
        yield environment


@pytest.fixture
def postgres_env(postgres_server: dict[str, str]) -> Iterator[dict[str, str]]:
    """Environment of an empty PostgreSQL database, dropped afterwards."""
    with empty_database(postgres_server) as environment:
        yield environment


@pytest.fixture
def duckdb_env(tmp_path: Path) -> dict[str, str]:
    """Environment of an empty DuckDB warehouse."""
    return {"ORFEVRE_TARGET": "duckdb", "ORFEVRE_DUCKDB_PATH": str(tmp_path / "w.duckdb")}


@pytest.fixture(params=["duckdb", "postgres"])
def warehouse_env(request: pytest.FixtureRequest) -> dict[str, str]:
    """Environment of an empty warehouse, once an engine."""
    return request.getfixturevalue(f"{request.param}_env")


@contextmanager
def empty_database(server: dict[str, str]) -> Iterator[dict[str, str]]:
    """A database of its own on `server`, as an environment; dropped on leaving."""
    name = f"t_{uuid.uuid4().hex[:12]}"

    def run(statement: str) -> None:
        connection = psycopg2.connect(
            host=server["ORFEVRE_POSTGRES_HOST"],
            port=server["ORFEVRE_POSTGRES_PORT"],
            user=server["ORFEVRE_POSTGRES_USER"],
            dbname="postgres",
        )
        connection.autocommit = True
        connection.cursor().execute(statement)
        connection.close()

    run(f"create database {name}")
    try:
        yield server | {"ORFEVRE_POSTGRES_DATABASE": name}
    finally:
        run(f"drop database if exists {name} with (force)")


def on_both_engines(
    told: Callable[[dict[str, str], Path], T], server: dict[str, str], folder: Path
) -> dict[str, T]:
    """By engine, what `told` says of an empty warehouse, given with a folder for dbt's files."""
    duckdb = {"ORFEVRE_TARGET": "duckdb", "ORFEVRE_DUCKDB_PATH": str(folder / "w.duckdb")}
    with empty_database(server) as database:
        return {
            "duckdb": told(duckdb, folder / "duckdb"),
            "postgres": told(database, folder / "postgres"),
        }
