"""The warehouse that `ORFEVRE_TARGET` names, for the programs that touch it besides dbt.

The variables are those of `profiles.yml`, so that ingestion, dbt, identity and activation
always speak to the same database. Nothing else reads them.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import duckdb
import psycopg2
import psycopg2.errors

if TYPE_CHECKING:
    from dlt.common.destination import Destination

ROOT = Path(__file__).resolve().parent


class Busy(Exception):
    """Another process holds the warehouse, or what this one wants to do alone."""


class Unbuilt(Exception):
    """What is read is not in the warehouse: `dbt build` comes first."""


def target() -> str:
    """Name of the engine: `duckdb` (default) or `postgres`. Raises ValueError for any other."""
    name = os.environ.get("ORFEVRE_TARGET", "duckdb")
    if name not in ("duckdb", "postgres"):
        raise ValueError(f"ORFEVRE_TARGET is {name!r}: expected duckdb or postgres")
    return name


def _duckdb_path() -> str:
    return os.environ.get("ORFEVRE_DUCKDB_PATH", "warehouse.duckdb")


def _postgres() -> dict[str, Any]:
    variable = os.environ.get
    return {
        "host": variable("ORFEVRE_POSTGRES_HOST", "localhost"),
        "port": int(variable("ORFEVRE_POSTGRES_PORT", "5432")),
        "user": variable("ORFEVRE_POSTGRES_USER", "orfevre"),
        "password": variable("ORFEVRE_POSTGRES_PASSWORD", ""),
        "dbname": variable("ORFEVRE_POSTGRES_DATABASE", "orfevre"),
    }


def place() -> str:
    """Which warehouse it is, and the variable that says so: for a message, without a password."""
    if target() == "duckdb":
        return f"{_duckdb_path()} (ORFEVRE_DUCKDB_PATH)"
    return "PostgreSQL's {dbname} at {host}:{port} (ORFEVRE_POSTGRES_*)".format(**_postgres())


def dlt_destination() -> Destination:
    """The dlt destination of the warehouse."""
    import dlt  # a second: most programs that use this module load nothing

    if target() == "duckdb":
        return dlt.destinations.duckdb(credentials=_duckdb_path())
    parts = _postgres()
    parts["password"] = parts["password"] or "none"  # dlt wants one where the server does not
    return dlt.destinations.postgres(
        credentials="postgresql://{user}:{password}@{host}:{port}/{dbname}".format(
            **{key: quote(str(value), safe="") for key, value in parts.items()}
        )
    )


def connect(read_only: bool = False) -> Any:
    """An open connection: DuckDB's own, or psycopg2's in autocommit mode.

    Both have `cursor()`, `execute` on the cursor, `fetchall`; DuckDB takes `?` and psycopg2
    `%s` as placeholders. DuckDB allows one writing process at a time: close it soon. Raises
    Busy while another process writes.
    """
    if target() == "duckdb":
        try:
            return duckdb.connect(_duckdb_path(), read_only=read_only)
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise Busy("another process is using the warehouse") from None
            raise
    connection = psycopg2.connect(**_postgres())
    connection.autocommit = True
    return connection


class Session:
    """One connection to the warehouse; statements have `?` where a value goes. Thread-safe."""

    def __init__(self, connection: Any) -> None:
        self.is_duckdb = target() == "duckdb"
        self._lock = threading.RLock()
        self._connection = connection
        # a cursor of DuckDB's is a connection of its own
        self._cursor = connection.cursor()

    def close(self) -> None:
        (self._cursor if self.is_duckdb else self._connection).close()

    def run(self, sql: str, *values: Any) -> None:
        if values:
            self._cursor.execute(sql if self.is_duckdb else sql.replace("?", "%s"), list(values))
        else:  # without values a % is a %
            self._cursor.execute(sql)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of a query, as dicts. Raises Unbuilt when it reads what is not there."""
        with self._lock:
            try:
                self.run(sql, *values)
            except (duckdb.CatalogException, psycopg2.errors.UndefinedTable) as error:
                raise Unbuilt("a model is not built: run dbt build first") from error
            if self._cursor.description is None:
                return []
            names = [column[0] for column in self._cursor.description]
            return [dict(zip(names, values, strict=True)) for values in self._cursor.fetchall()]
