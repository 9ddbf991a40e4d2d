"""Fixtures that several test folders share: temporary warehouses on both engines."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from tests import postgres


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
