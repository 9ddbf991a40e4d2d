"""The warehouse as this program asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import psycopg2

import warehouse
from warehouse import Session


class Refused(Exception):
    """What was asked cannot be done; the message says why."""


@contextmanager
def session(read_only: bool = True) -> Iterator[Session]:
    """A session that ends with the block. Raises Busy while another process writes, and Refused
    when there is no warehouse.
    """
    try:
        connection = warehouse.connect(read_only=read_only)
    except duckdb.ConnectionException:  # dbt, in this process, has it open for writing
        connection = warehouse.connect()
    except duckdb.IOException as error:
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
