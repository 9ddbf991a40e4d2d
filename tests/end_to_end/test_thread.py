"""What the README promises of the whole thread, held against the generator's ground truth."""

from __future__ import annotations

import datetime
import decimal
import json
from collections import Counter
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from tests.end_to_end.conftest import Thread

LAYERS = ("staging", "canonical", "identity", "marts", "segments", "activation")
# When a run happened is no part of its answer.
RUN_TIMES = {"valid_from", "valid_to", "ended_at", "load_id"}
# A hash that groups rows within one build; each engine has its own.
HASHES = {"block_hash"}
# What activation and ingestion did and when: held by tests of their own.
RUN_LOGS = {
    "receipts", "intents", "deliveries", "rejections", "sync_runs", "customer_identity_history",
    "identity_runs",
    "load_reconciliation", "quarantine", "stg_ingestion__loads", "stg_ingestion__quarantined_rows",
}  # fmt: skip
# Where runs differ by right: what the last one sent is among the records that this one loads.
OUTCOMES = ("marts", "segments")
ECHOES = {"row_reconciliation", "deliveries_by_customer", "deliveries_by_day", "deliveries_by_sync"}


@pytest.fixture(params=["on_duckdb", "on_postgres"])
def thread(request: pytest.FixtureRequest) -> Thread:
    return request.getfixturevalue(request.param)


def truth(thread: Thread) -> dict[str, Any]:
    return json.loads((thread.world / "truth" / "totals.json").read_text())


def test_every_record_has_a_customer(thread: Thread) -> None:
    truth = pq.read_table(thread.world / "truth" / "records.parquet")["record_id"].to_pylist()
    found = thread.rows("select record_id, customer_id from identity.customer_identities")
    records = {record for record, _ in found}
    assert not records - set(truth)
    # A review that names its order belongs to who ordered: its author is no record of his own.
    missing = set(truth) - records
    assert not [record for record in missing if not record.startswith("web:reviewer-")]
    assert all(customer for _, customer in found)


def test_orders_and_revenue_equal_the_generators_to_the_cent(thread: Thread) -> None:
    expected = {
        (row["source"], row["channel"], row["order_type"], row["status"]): (
            row["orders"],
            row["revenue_cents"],
            row["lines"],
        )
        for row in truth(thread)["orders"]
    }
    found = thread.rows(
        "select orders.source, orders.channel, orders.order_type, orders.status,"
        " count(*), sum(orders.total_amount), sum(lines.line_count)"
        " from marts.orders left join ("
        "  select order_id, count(*) as line_count from marts.order_lines group by order_id"
        " ) as lines on orders.order_id = lines.order_id"
        " group by 1, 2, 3, 4"
    )
    assert {tuple(row[:4]): (row[4], round(row[5] * 100), row[6]) for row in found} == expected


def test_every_broken_row_is_set_aside_and_no_other(thread: Thread) -> None:
    broken = pq.read_table(thread.world / "truth" / "broken.parquet").to_pylist()
    expected = Counter(
        ("files", row["table_name"], row["file"], row["row_number"])
        if row["file"]
        else (row["source"], row["table_name"], None, None)
        for row in broken
    )
    found = thread.rows("select source, table_name, file, row_number from raw_ingestion.quarantine")
    assert expected == Counter(
        row if row[0] == "files" else (row[0], row[1], None, None) for row in found
    )


def test_rows_in_are_rows_kept_and_set_aside(thread: Thread) -> None:
    loads = thread.rows(
        "select source, table_name, rows_read, rows_kept, rows_set_aside, status"
        " from raw_ingestion.loads"
    )
    assert loads
    assert not [load for load in loads if load[2] != load[3] + load[4] or load[5] != "loaded"]


def snapshot(thread: Thread) -> dict[str, list[tuple[Any, ...]]]:
    """Every model's rows, columns in order of name, rows in order of content."""
    columns = thread.rows(
        "select table_schema, table_name, column_name from information_schema.columns"
        f" where table_schema in {LAYERS} order by 1, 2, 3"
    )
    tables: dict[tuple[str, str], list[str]] = {}
    for schema, table, column in columns:
        if table not in RUN_LOGS and column not in RUN_TIMES | HASHES:
            tables.setdefault((schema, table), []).append(column)
    return {
        f"{schema}.{table}": sorted(
            (
                tuple(plain(value) for value in row)
                for row in thread.rows(f"select {', '.join(names)} from {schema}.{table}")
            ),
            key=repr,
        )
        for (schema, table), names in tables.items()
    }


def plain(value: Any) -> Any:
    """A value as both drivers can give it."""
    if isinstance(value, decimal.Decimal | float):
        return round(float(value), 9)
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return value


def test_both_engines_give_the_same_rows(on_duckdb: Thread, on_postgres: Thread) -> None:
    duckdb, postgres = snapshot(on_duckdb), snapshot(on_postgres)
    assert duckdb.keys() == postgres.keys()
    different = {
        table: {"duckdb": only(duckdb, postgres, table), "postgres": only(postgres, duckdb, table)}
        for table in duckdb
        if duckdb[table] != postgres[table]
    }
    assert not different, json.dumps(different, indent=1, default=str)[:6000]


def only(
    ours: dict[str, list[tuple[Any, ...]]], theirs: dict[str, list[tuple[Any, ...]]], table: str
) -> list[str]:
    """A few rows of a table that one side alone has."""
    rows = Counter(map(repr, ours[table])) - Counter(map(repr, theirs[table]))
    return sorted(rows)[:2]


def accepted_writes(thread: Thread) -> Any:
    """What the tools have accepted so far, as the stand-ins count it."""
    url = f"{thread.environment['SANDBOX_URL']}/_sandbox/writes"
    return httpx.get(url, timeout=30).raise_for_status().json()


def outcome(thread: Thread) -> dict[str, list[tuple[Any, ...]]]:
    """What everyone who reads the warehouse sees, apart from how and when it came about."""
    return {
        name: rows
        for name, rows in snapshot(thread).items()
        if name.split(".")[0] in OUTCOMES
        and name.split(".")[1] not in ECHOES
        and not name.startswith("marts.int_outcomes_")  # count raw rows, echoes among them
    }


def test_a_second_run_changes_and_sends_nothing(thread: Thread) -> None:
    counted = (
        "select count(*) from raw_ingestion.quarantine",
        "select count(*) from activation.deliveries",
        "select count(*) from identity.customer_identity_history",
    )
    before, counts = outcome(thread), [thread.rows(query) for query in counted]
    writes = accepted_writes(thread)
    assert writes, "the first run has published"
    thread.run()
    assert accepted_writes(thread) == writes
    after = outcome(thread)
    assert before.keys() == after.keys()
    assert not [name for name in before if before[name] != after[name]]
    assert [thread.rows(query) for query in counted] == counts
    assert thread.rows("select count(*) from identity.identity_changes") == [(0,)]
