"""State of the stand-ins: one SQLite database, committed before every answer.

A source system's table is `<source>_<table>` with the columns of its raw contract
(models/staging/<source>/_<source>__sources.yml); the generator fills them and the stand-ins
read and write them. What a vendor keeps beside those columns lives in tables of its module.

WAL mode and one writer at a time: a kill -9 between two statements leaves either the whole
write or nothing, and whatever was answered is on file.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
HTTP_SOURCES = ("magento", "splio", "sms", "clientela", "zendesk", "web")
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
_SQLITE_TYPES = {"bigint": "integer", "boolean": "integer", "decimal": "numeric"}
_JSON_TYPES: dict[str, Callable[[Any], Any]] = {"bigint": int, "boolean": bool, "decimal": float}

Row = dict[str, Any]


@cache
def raw_contract(source: str) -> dict[str, Row]:
    """Tables of a raw contract: name -> {columns: {name: data_type}, primary_key, cursor}."""
    path = ROOT / "models" / "staging" / source / f"_{source}__sources.yml"
    (declared,) = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
    return {
        table["name"]: {
            "columns": {column["name"]: column["data_type"] for column in table["columns"]},
            "primary_key": table["config"]["meta"]["primary_key"],
            "cursor": table["config"]["meta"].get("cursor"),
        }
        for table in declared["tables"]
    }


class Systems:
    """`systems.sqlite` of a sandbox folder, shared by the threads of one server.

    Missing tables are made empty, so that a server starts without a generated world.
    """

    def __init__(self, sandbox_dir: Path) -> None:
        sandbox_dir.mkdir(parents=True, exist_ok=True)
        self.folder = sandbox_dir
        self.path = sandbox_dir / "systems.sqlite"
        self.contracts = {source: raw_contract(source) for source in HTTP_SOURCES}
        self._local = threading.local()
        self._writer = threading.RLock()
        self._ticking: set[tuple[str, str]] = set()
        with self.write() as connection:
            for source, tables in self.contracts.items():
                for name, table in tables.items():
                    self._declare(connection, f"{source}_{name}", table)
            connection.execute(
                "create table if not exists sandbox_writes (seq integer primary key, "
                "system text not null, action text not null, key text not null)"
            )

    @staticmethod
    def _declare(connection: sqlite3.Connection, name: str, table: Row) -> None:
        columns = ", ".join(
            f"{column} {_SQLITE_TYPES.get(data_type.split('(')[0], 'text')}"
            for column, data_type in table["columns"].items()
        )
        connection.execute(f"create table if not exists {name} ({columns})")
        key = table["primary_key"]
        connection.execute(f"create index if not exists {name}__key on {name} ({', '.join(key)})")
        if table["cursor"]:
            connection.execute(
                f"create index if not exists {name}__cursor"
                f" on {name} ({', '.join([table['cursor'], *key])})"
            )

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")
            self._local.connection = connection
        return connection

    def rows(self, sql: str, *arguments: Any) -> list[Row]:
        """Rows of a query, as dicts."""
        return [dict(row) for row in self._connection().execute(sql, arguments)]

    def row(self, sql: str, *arguments: Any) -> Row | None:
        """First row of a query, or None."""
        found = self._connection().execute(sql, arguments).fetchone()
        return None if found is None else dict(found)

    def value(self, sql: str, *arguments: Any) -> Any:
        """First column of the first row of a query, or None."""
        found = self._connection().execute(sql, arguments).fetchone()
        return None if found is None else found[0]

    def typed(self, table: str, row: Row) -> Row:
        """A source's row in JSON types: integers, numbers, booleans, text."""
        source, _, name = table.partition("_")
        columns = self.contracts[source][name]["columns"]
        return {
            column: value
            if value is None
            else _JSON_TYPES.get(columns[column].split("(")[0], str)(value)
            for column, value in row.items()
        }

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed when the block ends, rolled back when it raises. Nests."""
        with self._writer:
            connection = self._connection()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")

    def insert(self, table: str, row: Row) -> None:
        """Insert one row; call inside `write()`."""
        marks = ", ".join("?" * len(row))
        self._connection().execute(
            f"insert into {table} ({', '.join(row)}) values ({marks})",
            tuple(row.values()),
        )

    def update(self, table: str, row: Row, where: str, *arguments: Any) -> None:
        """Set the columns of `row`; call inside `write()`."""
        sets = ", ".join(f"{column} = ?" for column in row)
        self._connection().execute(
            f"update {table} set {sets} where {where}", (*row.values(), *arguments)
        )

    def accepted(self, system: str, action: str, key: str) -> None:
        """Note a write that the tool accepted, in the same transaction as the write itself."""
        self.insert("sandbox_writes", {"system": system, "action": action, "key": key})

    def tick(self, table: str, column: str = "updated_at", apart: int = 1) -> str:
        """Time of a change: now (UTC), yet never before, and later by `apart` seconds than, every
        time already in the column.

        A generated world may end in the future of this machine's clock, and an incremental
        reader would never see a change dated before its cursor. `apart` is 0 where many rows are
        written a second, or their times would run ahead of the clock.
        """
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        if (table, column) not in self._ticking:  # each write asks: not by reading every row
            with self.write() as connection:
                connection.execute(
                    f"create index if not exists {table}__{column} on {table} ({column})"
                )
            self._ticking.add((table, column))
        latest = self.value(
            f"select {column} from {table} where {column} glob '[12]???-??-?? ??:??:??'"
            f" order by {column} desc limit 1"
        )
        if latest:
            now = max(now, datetime.strptime(latest, TIME_FORMAT) + timedelta(seconds=apart))
        return now.strftime(TIME_FORMAT)
