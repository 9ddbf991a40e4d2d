"""Marts as Parquet with a manifest, read back; then loaded elsewhere by dlt."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg2
import pyarrow.parquet as pq
import pytest
from dlt.common.destination import Destination

from activation import export
from tests.activation.world import World, execute, literal

MARTS = (
    "create schema marts",
    "create schema segments",
    "create table marts.customers as select 'c1' as customer_id, 'O''Brien 🐘' as last_name,"
    " cast(12.50 as decimal(18, 2)) as revenue, date '1980-05-31' as birth_date, true as is_vip",
    "create table marts.int_hidden as select 1 as n",
    "create table segments.segment_vip as select 'c1' as customer_id where 1 = 0",
)


def test_marts_are_exported_with_a_manifest(world: World, tmp_path: Path) -> None:
    execute(*MARTS)
    out = tmp_path / "out"
    assert export.main([str(out)]) == 0
    manifest = json.loads((out / "manifest.json").read_text())
    assert {file["name"]: file["rows"] for file in manifest["files"]} == {
        "customers": 1,
        "segment_vip": 0,
    }
    for file in manifest["files"]:
        content = (out / file["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    (row,) = pq.read_table(out / "customers.parquet").to_pylist()
    assert row == {
        "customer_id": "c1",
        "last_name": "O'Brien 🐘",
        "revenue": Decimal("12.50"),
        "birth_date": date(1980, 5, 31),
        "is_vip": True,
    }
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
    assert export.main([str(out), "nothing"]) == 2


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for another warehouse, and none of dlt's files in the home of whoever tests."""
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    return tmp_path


def test_the_export_is_loaded_into_duckdb(
    duckdb_world: World, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(*MARTS)
    file = elsewhere / "elsewhere.duckdb"
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", f"duckdb:///{file}")
    for _ in range(2):  # a second load replaces, and adds nothing
        assert export.main([str(elsewhere / "out"), "customers", "--load", "duckdb"]) == 0
        with duckdb.connect(str(file), read_only=True) as connection:
            rows = connection.execute("select last_name, revenue from orfevre_marts.customers")
            assert rows.fetchall() == [("O'Brien 🐘", Decimal("12.50"))]


def test_the_export_is_loaded_into_postgresql(
    duckdb_world: World,
    postgres_env: dict[str, str],
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = "postgresql://{USER}:none@{HOST}:{PORT}/{DATABASE}".format(
        **{
            name.removeprefix("ORFEVRE_POSTGRES_"): value
            for name, value in postgres_env.items()
            if name.startswith("ORFEVRE_POSTGRES_")
        }
    )
    monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS", address)
    execute(*MARTS)
    for members, name in ((1, "O'Brien 🐘"), (0, "L'Hermite")):  # the segment has emptied since
        execute(
            f"update marts.customers set last_name = {literal(name)}",
            "delete from segments.segment_vip",
            f"insert into segments.segment_vip select 'c1' where {members} = 1",
        )
        assert export.main([str(elsewhere / "out"), "--load", "postgres"]) == 0
        connection = psycopg2.connect(address)
        cursor = connection.cursor()
        cursor.execute("select last_name, revenue, birth_date, is_vip from orfevre_marts.customers")
        assert cursor.fetchall() == [(name, Decimal("12.50"), date(1980, 5, 31), True)]
        cursor.execute("select count(*) from orfevre_marts.segment_vip")
        assert cursor.fetchall() == [(members,)]
        connection.close()


def test_a_warehouse_that_is_down_is_said(
    duckdb_world: World,
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    execute(*MARTS)
    monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS", "postgresql://u:secret@127.0.0.1:1/d")
    assert export.main([str(elsewhere / "out"), "customers", "--load", "postgres"]) == 1
    assert "postgres did not take it" in caplog.text and "secret" not in caplog.text


def test_snowflake_as_far_as_one_gets_without_an_account(
    duckdb_world: World,
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """dlt knows it, takes the Parquet we write, and says which settings and package it wants."""
    execute(*MARTS)
    snowflake = Destination.from_reference("snowflake")
    assert "parquet" in snowflake.capabilities().supported_loader_file_formats
    arguments = [str(elsewhere / "out"), "customers", "--load", "snowflake"]
    assert export.main(arguments) == 1
    assert "DESTINATION__SNOWFLAKE__CREDENTIALS__HOST" in caplog.text
    address = "snowflake://user:password@account/database?warehouse=bi"
    monkeypatch.setenv("DESTINATION__SNOWFLAKE__CREDENTIALS", address)
    assert export.main(arguments) == 1
    assert 'pip install "dlt[snowflake]"' in caplog.text
