"""What the README promises of the whole thread, held against the generator's ground truth."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from sandbox import demo
from tests.end_to_end import namesakes, outlet
from tests.end_to_end.conftest import OUTCOMES, First, Rows, Thread, outcome
from tests.end_to_end.namesakes import EMAIL, ONE, OTHER, OWN_EMAIL

# Against one row, or the few of a seed, for what no equality finds: a sum, a pattern, a level.
AGAINST_FEW = {
    "assert_revenue_is_someones_or_anonymous",
    "int_block_sizes",
    "int_calling_codes",
    "int_consents_sms",
    "int_level_counts",
    "int_phones_from_abroad",
    "int_weighed_consents",
}
OF_A_FULL_RUN = {"int_judged_pairs"}


class Promises:
    """What holds on each engine. The tests of a class follow one another on one warehouse."""

    is_second_run_tested = True  # by dbt's own tests as well

    def test_every_record_has_a_customer(self, thread: Thread) -> None:
        truth = pq.read_table(thread.world / "truth" / "records.parquet")["record_id"].to_pylist()
        found = thread.rows("select record_id, customer_id from identity.customer_identities")
        records = {record for record, _ in found}
        assert records - set(truth) == namesakes.RECORDS
        # A review that names its order belongs to who ordered: its author is no record of his own.
        missing = set(truth) - records
        assert not [record for record in missing if not record.startswith("web:reviewer-")]
        assert all(customer for _, customer in found)

    def test_orders_and_revenue_equal_the_generators_to_the_cent(self, thread: Thread) -> None:
        truth = json.loads((thread.world / "truth" / "totals.json").read_text())
        expected = {
            (row["source"], row["channel"], row["order_type"], row["status"]): (
                row["orders"],
                row["revenue_cents"],
                row["lines"],
            )
            for row in truth["orders"]
        } | outlet.TOTALS
        found = thread.rows(
            "select orders.source, orders.channel, orders.order_type, orders.status,"
            " count(*), sum(orders.total_amount), sum(lines.line_count)"
            " from marts.orders left join ("
            "  select order_id, count(*) as line_count from marts.order_lines group by order_id"
            " ) as lines on orders.order_id = lines.order_id"
            " group by 1, 2, 3, 4"
        )
        assert {tuple(row[:4]): (row[4], round(row[5] * 100), row[6]) for row in found} == expected

    def test_every_broken_row_is_set_aside_and_no_other(self, thread: Thread) -> None:
        broken = pq.read_table(thread.world / "truth" / "broken.parquet").to_pylist()
        expected = Counter(
            ("files", row["table_name"], row["file"], row["row_number"])
            if row["file"]
            else (row["source"], row["table_name"], None, None)
            for row in broken
        )
        found = thread.rows(
            "select source, table_name, file, row_number from raw_ingestion.quarantine"
        )
        assert expected == Counter(
            row if row[0] == "files" else (row[0], row[1], None, None) for row in found
        )

    def test_a_buyer_that_nobody_knows_is_told(self, thread: Thread) -> None:
        target = Path(thread.environment["DBT_TARGET_PATH"])
        (warning,) = target.glob("compiled/*/tests/dbt/assert_buyers_are_known.sql")
        assert thread.rows(warning.read_text()) == [("outlet", 1)]

    def test_rows_in_are_rows_kept_and_set_aside(self, thread: Thread) -> None:
        loads = thread.rows(
            "select source, table_name, rows_read, rows_kept, rows_set_aside, status"
            " from raw_ingestion.loads"
        )
        assert loads
        assert not [load for load in loads if load[2] != load[3] + load[4] or load[5] != "loaded"]

    def test_nothing_stays_where_loads_only_pass(self, thread: Thread) -> None:
        tables = thread.rows(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema like 'raw%staging' and table_name not like '%dlt%'"
        )
        assert len(tables) > 20
        counts = [f"select count(*) as held from {schema}.{name}" for schema, name in tables]
        assert thread.rows(f"select sum(held) from ({' union all '.join(counts)}) as counts") == [
            (0,)
        ]

    def test_a_second_run_changes_and_sends_nothing(self, thread: Thread) -> None:
        counted = (
            "select count(*) from raw_ingestion.quarantine",
            "select count(*) from activation.deliveries",
            "select count(*) from identity.customer_identity_history",
        )
        before = outcome(thread.snapshot(OUTCOMES))
        counts = [thread.rows(query) for query in counted]
        writes = accepted_writes(thread)
        assert writes, "the first run has published"
        thread.run(is_tested=self.is_second_run_tested)
        assert accepted_writes(thread) == writes
        after = outcome(thread.snapshot(OUTCOMES))
        assert before.keys() == after.keys()
        assert not [name for name in before if before[name] != after[name]]
        assert [thread.rows(query) for query in counted] == counts
        assert thread.rows("select count(*) from identity.identity_changes") == [(0,)]

    def test_the_demos_figures_add_up(self, thread: Thread) -> None:
        for query in (demo.LOADS, demo.SYNCS):
            rows = thread.rows(query)
            assert sum(row[1] for row in rows) > 0
            assert not [row for row in rows if row[1] != sum(row[2:])]


class TestOnDuckDB(Promises):
    is_second_run_tested = False  # the third is, which follows a change

    @pytest.fixture
    def thread(self, on_duckdb: Thread) -> Thread:
        return on_duckdb

    def test_no_model_and_no_test_holds_each_row_against_each(self, thread: Thread) -> None:
        """A left join that asks more than what is equal does: `on a.id = b.id and a.is_x`, where
        `on case when a.is_x then a.id end = b.id` finds what is equal.
        """
        compiled = Path(thread.environment["DBT_TARGET_PATH"]) / "compiled"
        queries = {
            path.stem: path.read_text()
            for folder in ("models", "tests")
            for path in compiled.glob(f"*/{folder}/**/*.sql")
            if ".yml/" not in path.as_posix()  # the tests of the columns that it describes
        }
        assert len(queries) > 220
        with thread.asking() as ask:
            plans = {name: ask(f"explain {sql}")[0][1] for name, sql in queries.items()}
        found = {name for name, plan in plans.items() if "BLOCKWISE_NL" in plan}
        assert found - OF_A_FULL_RUN == AGAINST_FEW

    def test_a_wrong_merge_comes_apart_although_it_was_published(self, thread: Thread) -> None:
        """What we publish comes back with the next load: it proves nothing and holds nobody."""
        merged = customers(thread)
        assert merged[ONE] == merged[OTHER]
        for published in tools(thread):
            assert published[merged[ONE]] == EMAIL

        # The contact and the card that we made would tie them: name and e-mail of the one, name,
        # phone and birth date of the other.
        namesakes.put_right(thread.world)
        erased = erase_contact(thread)
        before = tools(thread)
        thread.run()
        kept = thread.rows("select record_id from canonical.int_own_values")
        assert kept and (erased,) not in kept
        apart = customers(thread)
        assert apart[ONE] == merged[ONE] and apart[OTHER] != merged[ONE]
        for published, known in zip(tools(thread), before, strict=True):
            assert published[apart[ONE]] == EMAIL
            assert published[apart[OTHER]] == OWN_EMAIL
            assert published.keys() - known.keys() == {apart[OTHER]}
            assert not known.keys() - published.keys()

        delivered = thread.rows("select count(*) from activation.deliveries")
        history = thread.rows("select count(*) from identity.customer_identity_history")
        thread.run(is_tested=False)  # the run before it was
        assert thread.rows("select count(*) from identity.identity_changes") == [(0,)]
        assert thread.rows("select count(*) from identity.customer_identity_history") == history
        assert thread.rows("select count(*) from activation.deliveries") == delivered


class TestOnPostgres(Promises):
    @pytest.fixture
    def thread(self, on_postgres: Thread) -> Thread:
        return on_postgres


def test_both_engines_give_the_same_rows(first: Callable[[str], First]) -> None:
    duckdb, postgres = first("duckdb").snapshot, first("postgres").snapshot
    assert duckdb.keys() == postgres.keys()
    different = {
        table: {"duckdb": only(duckdb, postgres, table), "postgres": only(postgres, duckdb, table)}
        for table in duckdb
        if duckdb[table] != postgres[table]
    }
    assert not different, json.dumps(different, indent=1, default=str)[:6000]


def only(ours: dict[str, Rows], theirs: dict[str, Rows], table: str) -> list[str]:
    """A few rows of a table that one side alone has."""
    rows = Counter(map(repr, ours[table])) - Counter(map(repr, theirs[table]))
    return sorted(rows)[:2]


def accepted_writes(thread: Thread) -> Any:
    """What the tools have accepted so far, as the stand-ins count it."""
    url = f"{thread.environment['SANDBOX_URL']}/_sandbox/writes"
    return httpx.get(url, timeout=30).raise_for_status().json()


def customers(thread: Thread) -> dict[int, str]:
    """The customer of each of the two namesakes."""
    found = thread.rows(
        "select source_customer_id, customer_id from identity.customer_identities"
        f" where record_id in ('retail_pro:{ONE}', 'retail_pro:{OTHER}')"
    )
    return {int(key): customer for key, customer in found}


def erase_contact(thread: Thread) -> str:
    """Takes a contact that we never wrote to, of a customer of several records, out of Splio."""
    ((record_id,),) = thread.rows(
        "select min(own.record_id) from canonical.int_own_values as own"
        " inner join identity.customer_identities as identities"
        "  on own.record_id = identities.record_id"
        " where own.source = 'splio' and identities.customer_id in ("
        "  select customer_id from identity.customer_identities"
        "  where source <> 'splio' group by customer_id having count(*) > 1)"
        " and own.record_id not in (select record_id from canonical.int_published_records)"
    )
    with closing(sqlite3.connect(thread.world / "systems.sqlite")) as systems, systems:
        contact = record_id.removeprefix("splio:")
        gone = systems.execute("delete from splio_contacts where id = ?", (contact,)).rowcount
    assert gone == 1
    return str(record_id)


def tools(thread: Thread) -> list[dict[str, str]]:
    """The e-mail that each tool holds, by its key."""
    queries = (
        "select unique_key, email from splio_contacts",
        "select external_id, email from clientela_customers where external_id is not null",
    )
    with closing(sqlite3.connect(thread.world / "systems.sqlite")) as systems:
        return [dict(systems.execute(query).fetchall()) for query in queries]
