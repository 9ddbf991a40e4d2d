"""Retail Pro: the tills' database, read by SQL.

Data flow: any SQLAlchemy URL (Oracle schema RPS, MySQL, SQLite) → raw_retail_pro.<table>, in
chunks of 50,000 rows; what changed since the last load by `modified_datetime`. `store` and `dcs`
have no such column: they are small and read whole.

Deliberately absent: Prism's REST API. Each session takes a licence seat of the shops, receipts
come without their lines, and 1.4 million customers would take days. Sids are 18-19 digits, and
negative at times: they travel as integers, never as floats.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy
from dlt.sources.sql_database import sql_table
from sqlalchemy.types import NullType

from ingestion.contract import Table
from ingestion.intake import Batch
from ingestion.source import Request, Source


def read(request: Request) -> Iterator[Batch]:
    engine = sqlalchemy.create_engine(os.environ["RETAIL_PRO_URL"])
    schema = os.environ.get("RETAIL_PRO_SCHEMA") or None  # RPS on Oracle
    try:
        for table in request.tables.values():
            if not sqlalchemy.inspect(engine).has_table(table.name, schema=schema):
                request.failures[table.name] = [f"the database has no table {table.name}"]
                continue
            resource = sql_table(
                engine,
                table.name,
                schema=schema,
                chunk_size=50_000,
                reflection_level="minimal",
                table_adapter_callback=as_stored,
                query_adapter_callback=changed_since(table, request.cursors.get(table.name)),
            )
            rows: list[dict[str, Any]] = []
            for row in resource:
                rows.append(row)
                if len(rows) == 50_000:
                    yield Batch(table.name, rows, file=table.name)
                    rows = []
            yield Batch(table.name, rows, file=table.name)
    finally:
        engine.dispose()


def as_stored(table: sqlalchemy.Table) -> None:
    """Values as the driver gives them: typing, and what breaks it, is the contract's business."""
    for column in table.columns:
        column.type = NullType()


def changed_since(table: Table, cursor: datetime | None) -> Any:
    """The declared columns that the table has, from `cursor` on, in a stable order."""

    def query(_: Any, reflected: Any, __: Any, engine: sqlalchemy.Engine) -> Any:
        columns = [reflected.c[name] for name in table.column_names if name in reflected.c]
        select = sqlalchemy.select(*columns)
        if cursor is not None and table.cursor in reflected.c:
            # SQLite keeps times as text and compares them so.
            since = cursor.isoformat(" ") if engine.dialect.name == "sqlite" else cursor
            select = select.where(reflected.c[table.cursor] >= since)
        return select.order_by(*(reflected.c[key] for key in table.primary_key))

    return query


SOURCE = Source("retail_pro", ("RETAIL_PRO_URL",), read, whole=frozenset({"store", "dcs"}))
