"""Marts as Parquet with a manifest, read back; then loaded elsewhere by dlt."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from activation import export
from tests.activation.world import World, execute

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


def test_the_export_is_loaded_elsewhere(
    duckdb_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(*MARTS)
    elsewhere = tmp_path / "elsewhere.duckdb"
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", f"duckdb:///{elsewhere}")
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    for _ in range(2):  # a second load replaces, and adds nothing
        assert export.main([str(tmp_path / "out"), "customers", "--load", "duckdb"]) == 0
        with duckdb.connect(str(elsewhere), read_only=True) as connection:
            rows = connection.execute("select last_name, revenue from orfevre_marts.customers")
            assert rows.fetchall() == [("O'Brien 🐘", Decimal("12.50"))]
