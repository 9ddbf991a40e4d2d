"""What a source is, what it is asked for, and how it says that it cannot."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import psycopg2
import requests
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ingestion.contract import Table, contract
from ingestion.intake import Batch, Reading


class SourceError(Exception):
    """A source cannot be loaded; the message holds no personal data."""


@dataclass
class Request:
    """What a source is asked for.

    `cursors` gives, for each table with a cursor, where to read on from (the last value less the
    overlap), or None for everything. `memory` is what the source keeps from load to load; it
    may change it. `failures` collects parts that could not be read, by table: their load counts
    as failed, while the rest is loaded. `replaced` collects what this load reads anew.
    `accept_shrink` says that rows which are no longer there may go, however many.
    """

    tables: Mapping[str, Table]
    cursors: dict[str, Any] = field(default_factory=dict)
    full: bool = False
    accept_shrink: bool = False
    feeds: Sequence[str] = ()
    memory: dict[str, Any] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)
    replaced: list[Reading] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """One source system.

    `needs` are the environment variables without which it is absent. `whole` are the tables that
    every load reads whole, `logs` those whose old rows the system itself forgets: a row that is
    no longer there is taken out of the former, never out of the latter. `only` are the tables that
    this run is about, all when empty.
    """

    name: str
    needs: tuple[str, ...]
    read: Callable[[Request], Iterable[Batch]]
    whole: frozenset[str] = frozenset()
    logs: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()

    @property
    def tables(self) -> Mapping[str, Table]:
        declared = contract(self.name)
        return {name: it for name, it in declared.items() if not self.only or name in self.only}


def describe(error: BaseException) -> str:
    """An error in words without personal data: no values, no query strings, no credentials."""
    while not isinstance(error, SourceError) and (error.__cause__ or error.__context__):
        if isinstance(error, (requests.RequestException, SQLAlchemyError)):
            break
        error = error.__cause__ or error.__context__ or error
    if isinstance(error, SourceError):
        return str(error)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code} at {urlsplit(error.response.url).path}"
    if isinstance(error, requests.RequestException) and error.request is not None:
        parts = urlsplit(error.request.url or "")
        return f"{type(error).__name__} at {parts.hostname}:{parts.port or parts.scheme}"
    if isinstance(error, ModuleNotFoundError):
        return f"the Python module {error.name} is not installed"
    if isinstance(error, OperationalError):
        return "the database cannot be reached, or does not have what is asked"
    if isinstance(error, (duckdb.IOException, psycopg2.OperationalError)):
        # of files and connections, never of rows
        return str(error).partition("\n")[0] or type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    # what the system says of a file, without the file's name
    said = error.strerror if isinstance(error, OSError) else None
    return f"{said or type(error).__name__}{where}"
