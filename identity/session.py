"""The warehouse as this program asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import psycopg2
import psycopg2.errors

import warehouse


class Refused(Exception):
    """What was asked cannot be done; the message says why."""


class Busy(Exception):
    """Another process holds the warehouse."""


class Session:
    """One connection; statements have `?` where a value goes."""

    def __init__(self, connection: Any) -> None:
        self._is_duckdb = warehouse.target() == "duckdb"
        self._cursor = connection.cursor()

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of a query, as dicts. Raises Refused when it reads what is not built yet."""
        try:
            if values:
                sql = sql if self._is_duckdb else sql.replace("?", "%s")
                self._cursor.execute(sql, list(values))
            else:  # without values a % is a %
                self._cursor.execute(sql)
        except (duckdb.CatalogException, psycopg2.errors.UndefinedTable) as error:
            raise Refused("a model is not built: run dbt build first") from error
        if self._cursor.description is None:
            return []
        names = [column[0] for column in self._cursor.description]
        return [dict(zip(names, values, strict=True)) for values in self._cursor.fetchall()]


@contextmanager
def session(read_only: bool = True) -> Iterator[Session]:
    """A session that ends with the block. Raises Busy while another process writes."""
    try:
        connection = warehouse.connect(read_only=read_only)
    except duckdb.ConnectionException:  # dbt, in this process, has it open for writing
        connection = warehouse.connect()
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise Busy("the warehouse is busy: another program writes to it") from error
        raise Refused("no warehouse yet: load and run dbt build first") from error
    except psycopg2.OperationalError as error:
        raise Refused("PostgreSQL is not there: see ORFEVRE_POSTGRES_*") from error
    try:
        yield Session(connection)
    finally:
        connection.close()


def marks(values: Any) -> str:
    """As many question marks, for `in (…)`."""
    return ", ".join("?" * len(values))
