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


class Missing(Refused):
    """It is not in the warehouse that was asked: perhaps in another."""


@contextmanager
def session(read_only: bool = True) -> Iterator[Session]:
    """A session that ends with the block. Raises Busy while another process writes, Missing
    when there is no warehouse, and Refused when ORFEVRE_TARGET names none.
    """
    try:
        if not read_only and warehouse.target() == "duckdb":  # which would make a missing file
            warehouse.connect(read_only=True).close()
        connection = warehouse.connect(read_only=read_only)
    except duckdb.ConnectionException:  # dbt, in this process, has it open for writing
        connection = warehouse.connect()
    except duckdb.IOException as error:
        raise Missing("no warehouse yet: load and run dbt build first") from error
    except psycopg2.OperationalError as error:
        raise Missing("PostgreSQL is not there: see ORFEVRE_POSTGRES_*") from error
    except ValueError as error:
        raise Refused(str(error)) from error
    try:
        yield Session(connection)
    finally:
        connection.close()


def counted(number: int, noun: str) -> str:
    """`1 link`, `2 links`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def marks(values: Any) -> str:
    """As many question marks, for `in (…)`."""
    return ", ".join("?" * len(values))
