"""Every source against its stand-in, on both engines: what is loaded, twice, changed, down."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import httpx
import psycopg2
import pytest

from ingestion import pipeline, sources
from ingestion.__main__ import SOME_FAILED, main, why
from ingestion.contract import contract
from ingestion.source import describe
from sandbox import world
from tests.ingestion.conftest import Query, load


def contents(query: Query) -> dict[str, list[tuple]]:
    """Every raw table but the reports, without dlt's package id."""
    found = {}
    there = set(query("select table_schema, table_name from information_schema.tables"))
    for source in (*sources.NAMES, "ingestion"):
        for table in contract(source).values():
            if table.name == "loads":
                continue
            columns = ", ".join(f'"{c}"' for c in table.column_names if c not in VOLATILE)
            key = ", ".join(f'"{c}"' for c in table.primary_key)
            name = f"raw_{source}", table.name
            select = f"select {columns} from {'.'.join(name)} order by {key}"
            found[f"{source}.{table.name}"] = query(select) if name in there else []
    return found


VOLATILE = ("load_id", "set_aside_at")


def test_loading_twice_adds_nothing_and_every_broken_row_is_set_aside(
    here: Query, systems: Path
) -> None:
    assert main([]) == 0
    first = contents(here)
    assert_everything_is_there(here, systems)
    (run,) = here("select distinct load_id from raw_ingestion.loads")
    assert main([]) == 0
    assert contents(here) == first
    again = f"from raw_ingestion.loads where load_id > '{run[0]}'"
    assert here(f"select source, table_name {again} and rows_read + rows_kept > 0") == []
    for source in sources.NAMES:
        for table in sources.source(source).whole:
            held = len(first[f"{source}.{table}"])
            unchanged = f"select rows_unchanged {again} and source = '{source}'"
            aside = [row for row in first["ingestion.quarantine"] if row[1:3] == (source, table)]
            assert here(f"{unchanged} and table_name = '{table}'") == [(held + len(aside),)]

    assert here(
        "select count(*) from raw_ingestion.loads where rows_read <> rows_kept + rows_set_aside"
    ) == [(0,)]
    for table, rows in first.items():
        if rows and not table.startswith("ingestion"):
            source, name = table.split(".")
            kept = f"select max(rows_kept) from raw_ingestion.loads where source = '{source}'"
            assert here(f"{kept} and table_name = '{name}'") == [(len(rows),)], table

    broken = duckdb.sql(f"from '{systems}/truth/broken.parquet'").fetchall()
    aside = here(
        "select source, table_name, file, row_number, payload from raw_ingestion.quarantine"
    )
    assert len(broken) > 20
    for source, table, file, number, key, *_ in broken:
        assert any(
            name == table
            and (
                (file, number) == (where, row)
                if file
                else origin == source and f'"{key}"' in payload
            )
            for origin, name, where, row, payload in aside
        ), (source, table, file, number, key)
    assert len(aside) == len(broken)


def assert_everything_is_there(here: Query, systems: Path) -> None:
    """What the stand-ins hold is in the raw tables or in the quarantine, to the cent."""
    with sqlite3.connect(systems / "systems.sqlite") as held:
        for source in ("magento", "clientela", "splio", "sms", "zendesk", "web"):
            for table in contract(source).values():
                (count,) = held.execute(f"select count(*) from {source}_{table.name}").fetchone()
                aside = here(
                    "select count(*) from raw_ingestion.quarantine "
                    f"where source = '{source}' and table_name = '{table.name}'"
                )[0][0]
                loaded = here(f"select count(*) from raw_{source}.{table.name}")[0][0]
                assert loaded + aside == count, f"{source}.{table.name}"
        cents = "select cast(sum(round(grand_total * 100)) as integer) from magento_orders"
        assert here("select cast(sum(grand_total * 100) as bigint) from raw_magento.orders") == (
            held.execute(cents).fetchall()
        )


def test_a_changed_row_replaces_its_old_self_and_lines_that_went_go(
    here: Query, systems: Path
) -> None:
    assert load("magento")["orders"].status == "loaded"
    with sqlite3.connect(systems / "systems.sqlite") as held:
        order, lines = held.execute(
            "select order_id, count(*) from magento_order_items group by 1 having count(*) > 1"
        ).fetchone()
        later = held.execute("select max(updated_at) from magento_orders").fetchone()[0]
        held.execute(
            "update magento_orders set status = 'closed', updated_at = ? where entity_id = ?",
            (later, order),
        )
        held.execute(
            "delete from magento_order_items where item_id = "
            f"(select max(item_id) from magento_order_items where order_id = {order})"
        )
        (cart,) = held.execute("select quote_id from magento_cart_items limit 1").fetchone()
        held.execute("delete from magento_cart_items where quote_id = ?", (cart,))
        moved = held.execute("select max(updated_at) from magento_carts").fetchone()[0]
        held.execute("update magento_carts set updated_at = ? where id = ?", (moved, cart))
    before = here("select count(*) from raw_magento.orders")
    reports = load("magento")
    assert reports["orders"].rows_kept == 1
    assert here("select count(*) from raw_magento.orders") == before
    assert here(f"select status from raw_magento.orders where entity_id = {order}") == [("closed",)]
    items = f"select count(*) from raw_magento.order_items where order_id = {order}"
    assert here(items) == [(lines - 1,)]
    assert here(f"select count(*) from raw_magento.cart_items where quote_id = {cart}") == [(0,)]


def test_full_finds_what_updated_at_misses(here: Query, systems: Path) -> None:
    load("magento")
    with sqlite3.connect(systems / "systems.sqlite") as held:
        address, customer = held.execute(
            "select id, customer_id from magento_customer_addresses limit 1"
        ).fetchone()
        held.execute("update magento_customer_addresses set city = 'Ys' where id = ?", (address,))
        (gone,) = held.execute(
            "select id from magento_customers where id <> ? and email is not null limit 1",
            (customer,),
        ).fetchone()
        held.execute("delete from magento_customers where id = ?", (gone,))
    city = f"select city from raw_magento.customer_addresses where id = {address}"
    load("magento")
    assert here(city) != [("Ys",)]
    reports = load("magento", full=True)
    assert reports["orders"].rows_read == reports["order_items"].rows_read == 0
    assert why(reports["orders"]) == "nothing new"
    assert reports["customers"].rows_read == 0
    assert why(reports["customers"]) == ""
    assert reports["orders"].rows_unchanged > 100
    of_customer = f"select count(*) from raw_magento.customer_addresses where id = {address}"
    assert reports["customer_addresses"].rows_kept >= here(of_customer)[0][0] == 1
    assert here(city) == [("Ys",)]
    assert here(f"select count(*) from raw_magento.customers where id = {gone}") == [(0,)]


def test_a_source_that_is_down_or_absent_stops_no_other(
    duck: Query, systems: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("MAGENTO_URL", "http://127.0.0.1:9/rest/default")
    monkeypatch.delenv("SPLIO_URL")
    assert main(["magento", "splio", "web"]) == SOME_FAILED
    statuses = dict(duck("select distinct source, status from raw_ingestion.loads"))
    assert statuses == {"magento": "failed", "splio": "absent", "web": "loaded"}
    assert duck("select count(*) from raw_magento.orders") == [(0,)]
    assert duck("select count(*) from raw_web.reviews")[0][0] > 0
    (message,) = duck("select distinct message from raw_ingestion.loads where source = 'magento'")
    assert "127.0.0.1" in message[0]


@pytest.mark.parametrize("kind", ["429", "status", "reset", "malformed"])
def test_a_passing_fault_is_asked_again(duck: Query, systems: Path, kind: str) -> None:
    fault = {"prefix": "web", "kind": kind, "path": ".*/events", "nth": [1], "retry_after": 1}
    httpx.post(
        f"{os.environ['SANDBOX_URL']}/_sandbox/faults", json={"faults": [fault]}
    ).raise_for_status()
    assert {report.status for report in load("web").values()} == {"loaded"}


def test_after_a_bulk_load_the_systems_add_nothing_that_it_had(
    here: Query, systems: Path, tmp_path: Path
) -> None:
    """The bulk exports of a world, then the same world by its systems' APIs."""
    world.generate(tmp_path / "bulk", 200, 7, None, bulk=True, force=False)
    for source in CONTINUED:
        assert main([source, "--bulk", str(tmp_path / "bulk" / "exports" / source)]) == 0
    (before,) = here("select max(load_id) from raw_ingestion.loads")[0]
    bulk = contents(here)
    assert main([*CONTINUED]) == 0
    assert [table for table, rows in contents(here).items() if rows != bulk[table]] == []
    assert len(bulk["magento.orders"]) > 100
    assert (
        here(
            "select source, table_name, rows_kept from raw_ingestion.loads "
            f"where load_id > '{before}' and rows_kept > 0"
        )
        == []
    )


CONTINUED = ("magento", "clientela", "web")


def test_a_second_run_at_the_same_time_leaves_politely(here: Query, systems: Path) -> None:
    with pipeline.alone(["web"]):
        second = subprocess.run(
            [sys.executable, "-m", "ingestion", "web"], capture_output=True, text=True, check=False
        )
        assert (second.returncode, "Traceback" in second.stderr) == (75, False), second.stderr
        assert "another program is writing" in second.stderr
        assert here("select count(*) from raw_web.reviews") == [(0,)]
    assert main(["web"]) == 0


def test_messages_hold_no_values() -> None:
    error = ValueError("jean.dupont@example.fr is not a number")
    assert "jean" not in describe(error)


def test_an_error_without_words_is_told_by_its_name() -> None:
    assert describe(psycopg2.OperationalError()) == "OperationalError"
    assert describe(duckdb.IOException("IO Error: f.duckdb\nmore")) == "IO Error: f.duckdb"
