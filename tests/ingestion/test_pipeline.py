"""The one path: contract, quarantine, keys, removals, reports."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest

from ingestion import pipeline
from ingestion.intake import Batch
from ingestion.source import Source
from tests.ingestion.conftest import Query, Rows, given, load

AT = "2026-01-02 03:04:05"


def order(key: object, **more: object) -> dict[str, object]:
    return {
        "entity_id": key,
        "increment_id": str(key),
        "status": "complete",
        "customer_email": "a@example.fr",
        "order_currency_code": "EUR",
        "grand_total": "10.5",
        "created_at": AT,
        "updated_at": AT,
    } | more


def review(key: str, **more: object) -> dict[str, object]:
    return {"review_id": key, "sku": "S", "rating": 5, "published_at": AT, "updated_at": AT} | more


def test_rows_that_break_the_contract_are_set_aside_with_their_reason(here: Query) -> None:
    rows: Rows = {
        "orders": [
            order(1),
            order("x"),
            order(None),
            order(4, grand_total="cinq"),
            order(5, updated_at="0000-00-00 00:00:00"),
            order(6, customer_email="  "),
            order(7, store_id="1.5"),
            order(8, grand_total=float("nan")),
            order(9, updated_at="2026-02-30"),
        ]
    }
    report = load(given("magento", rows))["orders"]
    assert (report.rows_read, report.rows_kept, report.rows_set_aside) == (9, 1, 8)
    found = here(
        "select row_number, column_name, rule, reason from raw_ingestion.quarantine order by 1"
    )
    assert found == [
        (2, "entity_id", "type", "entity_id is not a bigint"),
        (3, "entity_id", "required", "entity_id is empty"),
        (4, "grand_total", "type", "grand_total is not a decimal(18,4)"),
        (5, "updated_at", "type", "updated_at is not a timestamp"),
        (6, "customer_email", "required", "customer_email is empty"),
        (7, "store_id", "type", "store_id is not a bigint"),
        (8, "grand_total", "type", "grand_total is not a decimal(18,4)"),
        (9, "updated_at", "type", "updated_at is not a timestamp"),
    ]


def test_values_are_read_as_their_type(here: Query) -> None:
    rows: Rows = {
        "orders": [
            order(
                1.0, updated_at="2026-01-01T12:00:00+02:00", grand_total=1e3, coupon_code="a\x00b"
            ),
            order("-2", grand_total="0.30000000000000004", coupon_code={"é": [1]}),
        ]
    }
    load(given("magento", rows))
    assert here(
        "select entity_id, grand_total, coupon_code, updated_at from raw_magento.orders order by 1"
    ) == [
        (-2, Decimal("0.3000"), '{"é":[1]}', datetime(2026, 1, 2, 3, 4, 5)),
        (1, 1000, "ab", datetime(2026, 1, 1, 10)),
    ]


def test_of_two_rows_with_one_key_the_last_changed_is_kept(here: Query) -> None:
    old = order(1, status="pending", updated_at="2026-01-01")
    report = load(given("magento", {"orders": [order(1), old]}))["orders"]
    assert (report.rows_kept, report.rows_set_aside) == (1, 1)
    assert here("select status from raw_magento.orders") == [("complete",)]
    assert here("select rule, row_number from raw_ingestion.quarantine") == [("key", 2)]


def test_a_row_set_aside_again_is_not_a_second_one(here: Query) -> None:
    rows: Rows = {"orders": [order("x"), order("x"), order(1)]}
    load(given("magento", rows), full=True)
    first = here("select quarantine_id, load_id from raw_ingestion.quarantine order by 1")
    assert len(first) == 2
    load(given("magento", {"orders": [order(2), *rows["orders"]]}), full=True)
    assert here("select quarantine_id, load_id from raw_ingestion.quarantine order by 1") == first


def test_a_new_column_is_ignored_and_a_missing_one_is_null(
    duck: Query, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    rows = [order(1, novelty=1), order(2, novelty=2)]
    load(given("magento", {"orders": rows, "creditmemos": [{"entity_id": 1}]}))
    assert duck("select coupon_code from raw_magento.orders limit 1") == [(None,)]
    assert duck("select column_name from raw_ingestion.quarantine") == [("increment_id",)]
    assert sum("novelty" in message for message in caplog.messages) == 1


def test_a_table_read_whole_loses_what_the_source_lost(here: Query) -> None:
    whole = frozenset({"reviews"})
    every = [review(str(n)) for n in range(30)]
    load(given("web", {"reviews": every}, whole=whole))
    load(given("web", {"reviews": every[5:]}, whole=whole))
    assert here("select count(*) from raw_web.reviews") == [(25,)]


def test_a_sudden_shrink_is_refused(here: Query) -> None:
    whole = frozenset({"reviews"})
    every = [review(str(n)) for n in range(100)]
    load(given("web", {"reviews": every}, whole=whole))
    refused = load(given("web", {"reviews": every[:70]}, whole=whole))["reviews"]
    assert refused.status == "failed"
    assert "30 of 100" in (refused.message or "")
    assert here("select count(*) from raw_web.reviews") == [(100,)]
    load(given("web", {"reviews": every[:70]}, whole=whole), accept_shrink=True)
    assert here("select count(*) from raw_web.reviews") == [(70,)]


def test_a_log_keeps_what_its_system_forgets(duck: Query) -> None:
    source = given("web", {"reviews": [review("1")]}, logs=frozenset({"reviews"}))
    load(source)
    load(given("web", {"reviews": [review("2")]}, logs=frozenset({"reviews"})), full=True)
    assert duck("select count(*) from raw_web.reviews") == [(2,)]


def test_a_cursor_never_passes_the_start_of_the_load(duck: Query) -> None:
    asked = []

    def read(request: pipeline.Request) -> Iterator[Batch]:
        asked.append(request.cursors.get("reviews"))
        yield Batch("reviews", [review("1", updated_at="2999-01-01"), review("2")])

    source = Source("web", (), read)
    load(source)
    load(source)
    assert asked[0] is None
    assert asked[1] < datetime(2026, 1, 3)


def test_a_count_that_does_not_reconcile_stops_the_source(
    duck: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        pipeline.Intake, "kept", lambda self, name: iter([])
    )  # dlt gets nothing of what was kept
    report = load(given("magento", {"orders": [order(1)]}))["orders"]
    assert report.status == "failed"
    assert "1 rows in, but 0 to load" in (report.message or "")
    assert duck("select count(*) from raw_magento.orders") == [(0,)]


def test_an_absent_source_has_its_tables(here: Query) -> None:
    report = load(Source("magento", ("NO_SUCH_VARIABLE",), lambda request: ()))["orders"]
    assert report.status == "absent"
    assert here("select count(*) from raw_magento.cart_items") == [(0,)]
