"""Warehouses that hold nothing but what an identity test puts there, on both engines."""

from __future__ import annotations

import csv
import io
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import psycopg2
import pytest
import yaml

from tests.conftest import empty_database
from tests.dbt_in_process import ROOT

SEEDS = [
    "company_words",
    "identity_attributes",
    "identity_blocking_rules",
    "identity_comparison_levels",
    "identity_exclusions",
    "identity_identifier_types",
    "identity_refusals",
    "name_frequencies",
    "nicknames",
    "phone_countries",
]


@contextmanager
def connect(environment: dict[str, str]) -> Iterator[Any]:
    """A DB-API connection to the warehouse that `environment` names."""
    if environment["ORFEVRE_TARGET"] == "duckdb":
        connection = duckdb.connect(environment["ORFEVRE_DUCKDB_PATH"])
    else:
        connection = psycopg2.connect(
            host=environment["ORFEVRE_POSTGRES_HOST"],
            port=environment["ORFEVRE_POSTGRES_PORT"],
            user=environment["ORFEVRE_POSTGRES_USER"],
            dbname=environment["ORFEVRE_POSTGRES_DATABASE"],
        )
    try:
        yield connection
        connection.commit() if environment["ORFEVRE_TARGET"] == "postgres" else None
    finally:
        connection.close()


def run(environment: dict[str, str], query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with connect(environment) as connection:
        cursor = connection.cursor()
        cursor.execute(query)
        return cursor.fetchall()


def load(environment: dict[str, str], table: str, columns: dict[str, str], rows: list[Any]) -> None:
    """Replaces a table by `rows`, tuples in the order of `columns` (name to SQL type)."""
    schema = table.split(".", maxsplit=1)[0]
    declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    with connect(environment) as connection, tempfile.NamedTemporaryFile("w") as file:
        cursor = connection.cursor()
        cursor.execute(f"create schema if not exists {schema}")
        cursor.execute(f"create table if not exists {table} ({declared})")
        cursor.execute(f"delete from {table}")  # a view may read it: it is not dropped
        if environment["ORFEVRE_TARGET"] == "duckdb":
            file.write(text.getvalue())
            file.flush()
            # an empty file has no dialect to detect
            cursor.execute(f"copy {table} from '{file.name}' (format csv, auto_detect false)")
        else:
            text.seek(0)
            cursor.copy_expert(f"copy {table} from stdin (format csv)", text)


def reading(row: dict[str, Any]) -> dict[str, Any]:
    """What cleansing notes of a record: another number when it says another thing."""
    return {"content_hash": zlib.crc32(repr(row).encode()), "changed_at": "2026-01-01"}


def load_records(environment: dict[str, str], records: dict[str, dict[str, Any]]) -> None:
    """Replaces what identity reads, customer records and contact points, by the fields of each."""
    declared = yaml.safe_load((ROOT / "models/canonical/customer_records.yml").read_text())
    columns = {one["name"]: one["data_type"] for one in declared["models"][0]["columns"]}
    rows = []
    for record_id, fields in records.items():
        row = {"record_id": record_id, "source": record_id.split(":")[0], "is_company": False}
        row["birth_date_status"] = "valid" if fields.get("birth_date") else "missing"
        row |= fields
        row |= reading(row)
        rows.append([row.get(column) for column in columns])
    load(environment, "canonical.customer_records", columns, rows)
    points = [
        (record_id, kind, *[fields[name]] * 3, fields.get(f"{kind}_status", "valid"), True)
        for record_id, fields in records.items()
        for kind, name in (
            ("email", "email"),
            ("email", "reserved_email"),
            ("phone", "phone"),
            ("phone", "raw_phone"),
        )
        if fields.get(name)
    ]
    names = ["record_id", "contact_type", "raw_value", "contact_value", "contact_key", "status"]
    kinds = dict.fromkeys(names, "text") | {"is_primary": "boolean"}
    load(environment, "canonical.contact_points", kinds, points)


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def warehouse(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Environment of an empty warehouse that a whole session shares, once an engine."""
    if request.param == "duckdb":
        path = tmp_path_factory.mktemp("identity") / "w.duckdb"
        yield {"ORFEVRE_TARGET": "duckdb", "ORFEVRE_DUCKDB_PATH": str(path)}
    else:
        with empty_database(request.getfixturevalue("postgres_server")) as environment:
            yield environment
