"""The warehouse that `ORFEVRE_TARGET` names, for the two programs that touch it besides dbt.

The variables are those of `profiles.yml`, so that ingestion, dbt and activation always
speak to the same database. Nothing else reads them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dlt
import duckdb
import psycopg2
from dlt.common.destination import Destination

ROOT = Path(__file__).resolve().parent


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


def dlt_destination() -> Destination:
    """The dlt destination of the warehouse."""
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
    `%s` as placeholders. DuckDB allows one writing process at a time: close it soon.
    """
    if target() == "duckdb":
        return duckdb.connect(_duckdb_path(), read_only=read_only)
    connection = psycopg2.connect(**_postgres())
    connection.autocommit = True
    return connection
