"""The generated world: the same for the same seed, as large and dirty as promised, and counted."""

import hashlib
import json
import logging
import sqlite3
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from sandbox import world
from sandbox.world import write
from sandbox.world.advance import advance
from tests.sandbox.conftest import AS_OF, PROFILES


def query(folder: Path, statement: str, database: str = "systems") -> list[tuple]:
    """Rows of one of a world's SQLite databases."""
    with closing(sqlite3.connect(folder / f"{database}.sqlite")) as connection:
        return connection.execute(statement).fetchall()


def one(folder: Path, statement: str, database: str = "systems") -> float:
    """The single value of a query."""
    return query(folder, statement, database)[0][0]


def totals(folder: Path) -> dict:
    """What the generator says its systems hold."""
    return json.loads((folder / "truth" / "totals.json").read_text())


def hashes(folder: Path) -> dict[str, str]:
    """A digest of each file of a world, by name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# ------------------------------------------------------------------------------- determinism


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of 400 people."""
    folder = tmp_path_factory.mktemp("small")
    world.generate(folder, 400, seed=3, as_of=AS_OF, bulk=False, force=False)
    return folder


def test_same_seed_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    world.generate(tmp_path, 400, seed=3, as_of=AS_OF, bulk=False, force=False)
    assert hashes(tmp_path) == hashes(small)


def test_another_seed_gives_another_world(small: Path, tmp_path: Path) -> None:
    world.generate(tmp_path, 400, seed=4, as_of=AS_OF, bulk=False, force=False)
    ours, other = hashes(small), hashes(tmp_path)
    for name in ("systems.sqlite", "retail_pro.sqlite", "truth/people.parquet"):
        assert ours[name] != other[name]


def test_bulk_exports_hold_the_rows_of_the_databases(small: Path, tmp_path: Path) -> None:
    world.generate(tmp_path, 400, seed=3, as_of=AS_OF, bulk=True, force=False)
    for source in write.SYSTEMS:
        database = "retail_pro" if source == "retail_pro" else "systems"
        for table in write.read_contract(source):
            name = table.name if source == "retail_pro" else table.relation
            exported = pq.read_table(tmp_path / "exports" / source / f"{table.name}.parquet")
            # The contact with an impossible date has no place in a typed file.
            absent = 1 if table.relation == "splio_contacts" else 0
            rows = one(small, f"select count(*) from {name}", database)
            assert exported.num_rows == rows - absent, table.relation
            assert exported.column_names == list(table.columns)


def test_a_second_run_leaves_the_world_alone(small: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = hashes(small)
    with caplog.at_level(logging.INFO):
        world.generate(small, 400, seed=3, as_of=None, bulk=False, force=False)
    assert "already holds this world" in caplog.text
    assert hashes(small) == before


def test_a_killed_run_leaves_no_world(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(write, "write_truth", die)
        with pytest.raises(KeyboardInterrupt):
            world.generate(tmp_path, 400, seed=3, as_of=AS_OF, bulk=False, force=False)
    assert world.read(tmp_path) is None
    world.generate(tmp_path, 400, seed=3, as_of=AS_OF, bulk=False, force=False)
    assert hashes(tmp_path) == hashes(small)


# --------------------------------------------------------------------------------- proportions


def test_volumes_follow_horizon(retailer: Path) -> None:
    """Per 1.4 million people and year: 1.5 M receipts of 4.0 lines, 580 k web orders of 3.6."""
    counted = totals(retailer)["tables"]
    receipts, lines = counted["retail_pro"]["document"], counted["retail_pro"]["document_item"]
    orders = counted["magento"]["orders"]
    order_lines = one(
        retailer, "select count(*) from magento_order_items where parent_item_id is null"
    )
    assert receipts / PROFILES == pytest.approx(1.5 / 1.4 * 3, rel=0.15)
    assert lines / receipts == pytest.approx(4.0, rel=0.1)
    assert orders / PROFILES == pytest.approx(0.58 / 1.4 * 3, rel=0.15)
    assert order_lines / orders == pytest.approx(2.11 / 0.58, rel=0.1)


def test_people_have_about_two_records_each(retailer: Path) -> None:
    records = pq.read_table(retailer / "truth" / "records.parquet")
    people = pq.read_table(retailer / "truth" / "people.parquet")
    assert people.num_rows == PROFILES
    assert 1.9 < records.num_rows / PROFILES < 2.4
    sources = {}
    for row in records.select(["source", "person_id"]).to_pylist():
        sources.setdefault(row["person_id"], set()).add(row["source"])
    assert max(len(known) for known in sources.values()) >= 5


def test_december_sells_more_than_august_and_a_few_buy_much(retailer: Path) -> None:
    months = Counter(
        month
        for (month,) in query(
            retailer, "select substr(created_datetime, 6, 2) from document", "retail_pro"
        )
    )
    assert months["12"] > 1.5 * months["08"]
    spent = sorted(
        amount
        for (amount,) in query(
            retailer,
            "select sum(sale_total_amt) from document where bt_cuid is not null group by bt_cuid",
            "retail_pro",
        )
    )
    assert sum(spent[-len(spent) // 10 :]) > 0.35 * sum(spent)


# --------------------------------------------------------------------------------------- shape


@pytest.mark.parametrize("source", write.SYSTEMS)
def test_tables_have_the_shape_of_the_raw_contract(retailer: Path, source: str) -> None:
    database = "retail_pro" if source == "retail_pro" else "systems"
    broken = broken_rows(retailer)
    for table in write.read_contract(source):
        name = table.name if source == "retail_pro" else table.relation
        info = query(retailer, f"pragma table_info({name})", database)
        assert [row[1] for row in info] == list(table.columns)
        assert [row[1] for row in sorted(info, key=lambda row: row[5]) if row[5]] == (
            table.primary_key
        )
        assert one(retailer, f"select count(*) from {name}", database) > 0
        contract = write.yaml.safe_load(
            (write.CONTRACTS / source / f"_{source}__sources.yml").read_text()
        )
        (declared,) = (
            item for item in contract["sources"][0]["tables"] if item["name"] == table.name
        )
        for column in declared["columns"]:
            if column.get("config", {}).get("meta", {}).get("required"):
                missing = one(
                    retailer,
                    f"select count(*) from {name} where {column['name']} is null",
                    database,
                )
                expected = sum(
                    (row["source"], row["table_name"], row["column_name"], row["reason"])
                    == (source, table.name, column["name"], "required")
                    for row in broken
                )
                assert missing == expected, (name, column["name"])


def broken_rows(folder: Path) -> list[dict]:
    """The rows that must land in quarantine."""
    return pq.read_table(folder / "truth" / "broken.parquet").to_pylist()


def test_broken_lines_are_where_the_truth_says(retailer: Path) -> None:
    in_files = [row for row in broken_rows(retailer) if row["file"] and row["key"]]
    for row in in_files:
        path = retailer / "files" / row["file"]
        if path.suffix == ".csv":
            line = path.read_bytes().split(b"\n")[row["row_number"] - 1]
            assert row["key"].encode() in line
        elif path.suffix == ".xlsx":
            sheet = load_workbook(path)["Clients"]
            assert sheet.cell(row["row_number"], 1).value == row["key"]
        else:
            events = pq.read_table(path)
            assert events.column("event_id")[row["row_number"] - 2].as_py() == row["key"]
    assert {row["source"] for row in in_files} >= {
        "boutiques", "anciens_clients", "loyalty", "avis", "splio_events", "optins",
    }  # fmt: skip


def test_files_hold_the_rows_that_are_counted(retailer: Path) -> None:
    for feed, files in totals(retailer)["files"].items():
        assert files, feed
        for name, rows in files.items():
            path = retailer / "files" / name
            if path.suffix == ".csv":
                assert path.read_bytes().count(b"\n") == rows + 1, name
            elif path.suffix == ".parquet":
                assert pq.read_metadata(path).num_rows == rows, name
            else:
                filled = [
                    row
                    for row in load_workbook(path)["Clients"].iter_rows(values_only=True)
                    if any(cell is not None for cell in row)
                ]
                titles = 2 if filled[0][0] != "N° client" else 1
                assert len(filled) == rows + titles, name
                assert zipfile.is_zipfile(path)


# --------------------------------------------------------------------------------------- truth


def test_totals_equal_what_the_systems_sum_to(retailer: Path) -> None:
    assert summed_orders(retailer) == {
        (row["source"], row["order_type"], row["status"]): (row["orders"], row["revenue_cents"])
        for row in totals(retailer)["orders"]
    }


def summed_orders(folder: Path) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Orders and cents by source, type and status, added up from the systems' own tables."""
    cents = "cast(round(sum({}) * 100) as integer)"
    found = query(
        folder,
        "select 'retail_pro', case receipt_type when 1 then 'return' else 'sale' end,"
        " case when status = 4 and receipt_type in (0, 1) then 'completed' else 'pending' end,"
        f" count(*), {cents.format('sale_total_amt')} from document"
        " where sale_total_amt is not null group by 1, 2, 3",
        "retail_pro",
    )
    found += query(
        folder,
        "select 'magento', 'sale', case when status in ('complete', 'closed', 'processing')"
        " then 'completed' when status = 'canceled' then 'cancelled' else 'pending' end,"
        f" count(*), {cents.format('grand_total')} from magento_orders group by 1, 2, 3",
    )
    found += query(
        folder,
        "select 'magento', 'return', case state when 2 then 'completed' when 1 then 'pending'"
        f" else 'cancelled' end, count(*), {cents.format('-grand_total')}"
        " from magento_creditmemos group by 1, 2, 3",
    )
    return {(source, kind, status): (count, sum_) for source, kind, status, count, sum_ in found}


def test_lines_add_up_to_their_order(retailer: Path) -> None:
    wrong = one(
        retailer,
        "select count(*) from document inner join (select doc_sid, sum(qty * price *"
        " case item_type when 2 then -1 when 5 then 0 else 1 end) as total from document_item"
        " group by doc_sid) as line on document.sid = line.doc_sid"
        " where abs(sale_total_amt - total) > 0.001",
        "retail_pro",
    )
    assert wrong == 0
    wrong = one(
        retailer,
        "select count(*) from magento_orders inner join (select order_id,"
        " sum(row_total_incl_tax - discount_amount) as total from magento_order_items"
        " group by order_id) as line on magento_orders.entity_id = line.order_id"
        " where abs(grand_total - shipping_incl_tax - total) > 0.001",
    )
    assert wrong == 0
    wrong = one(
        retailer,
        "select count(*) from magento_creditmemos as memo inner join (select parent_id,"
        " sum(row_total_incl_tax - discount_amount) as total from magento_creditmemo_items"
        " group by parent_id) as line on memo.entity_id = line.parent_id"
        " where abs(grand_total - shipping_incl_tax - adjustment - total) > 0.001",
    )
    assert wrong == 0


def test_every_record_of_the_truth_is_in_a_system_and_the_reverse(retailer: Path) -> None:
    records = pq.read_table(retailer / "truth" / "records.parquet").column("record_id").to_pylist()
    assert len(records) == len(set(records))
    broken = {f"{row['source']}:{row['key']}" for row in broken_rows(retailer)}
    seen = {f"magento:{row[0]}" for row in query(retailer, "select id from magento_customers")}
    seen |= {
        f"magento:guest-{row[0]}"
        for row in query(
            retailer, "select entity_id from magento_orders where customer_is_guest = 1"
        )
    }
    seen |= {
        f"retail_pro:{row[0]}" for row in query(retailer, "select sid from customer", "retail_pro")
    }
    for relation, key in (("clientela_customers", "card_id"), ("splio_contacts", "id")):
        source = relation.split("_")[0]
        seen |= {f"{source}:{row[0]}" for row in query(retailer, f"select {key} from {relation}")}
    seen |= {
        f"zendesk:{row[0]}"
        for row in query(retailer, "select id from zendesk_users where role = 'end-user'")
    }
    seen |= {
        f"web:reviewer-{row[0]}" for row in query(retailer, "select review_id from web_reviews")
    }
    files = retailer / "files"
    for line in (files / "excel" / "anciens_clients.csv").read_text("cp1252").splitlines()[1:]:
        seen.add(f"anciens_clients:{line.split(';')[0]}")
    for path in (files / "loyalty").iterdir():
        for line in path.read_bytes().splitlines()[1:]:
            seen.add(f"loyalty:{line.split(b',')[0].decode()}")
    for path in (files / "excel").glob("*.xlsx"):
        for row in load_workbook(path)["Clients"].iter_rows(values_only=True):
            if str(row[0]).startswith("BTQ"):
                seen.add(f"boutiques:{row[0]}")
    seen = {record for record in seen if not record.endswith(":")}
    assert seen - broken - {"web:reviewer-R99999999"} == set(records)


# ----------------------------------------------------------------------------------------- dirt


def test_the_dirt_is_really_there(retailer: Path) -> None:
    phones = [
        row[0] for row in query(retailer, "select phone_no from customer_phone", "retail_pro")
    ]
    for mark in ("+33", "0033", ".", " ", "-", "(0)"):
        assert any(mark in phone for phone in phones), mark
    store_phones = {row[0] for row in query(retailer, "select phone_no from store", "retail_pro")}
    assert store_phones & set(phones)
    emails = Counter(
        row[0] for row in query(retailer, "select email_address from customer_email", "retail_pro")
    )
    assert any(email.startswith(("nomail@", "noemail@")) for email in emails)
    born = Counter(
        row[0] for row in query(retailer, "select udf1_date from customer", "retail_pro")
    )
    assert born["01/01/1900"] > 10
    assert one(retailer, "select count(*) from customer where first_name is null", "retail_pro")
    assert one(retailer, "select count(*) from customer where lower(last_name) = last_name"
               " and last_name glob '*[a-z]*'", "retail_pro")  # fmt: skip
    assert one(retailer, "select count(*) from magento_customers where firstname like '%Ã%'")
    assert one(retailer, "select count(*) from magento_customers where website_id > 1") == 0
    assert one(retailer, "select count(*) from magento_orders where customer_is_guest = 1") > 100
    assert one(retailer, "select count(*) from document where bt_cuid is null", "retail_pro") > 1000


def test_people_share_what_families_share_and_nothing_else(retailer: Path) -> None:
    """Each person's own e-mail and mobile are unique; homonyms, twins and shared homes exist."""
    people = retailer / "truth" / "people.parquet"
    (people_count, emails, mobiles) = duckdb.sql(
        f"select count(*), count(distinct email), count(distinct mobile) from '{people}'"
    ).fetchone()
    assert emails == people_count
    assert mobiles == people_count
    namesakes = duckdb.sql(
        f"select count(*) from (select first_name, last_name from '{people}'"
        " where kind != 'company' group by all having count(distinct household_id) > 1)"
    ).fetchone()[0]
    twins = duckdb.sql(
        f"select count(*) from (select household_id, birth_date from '{people}'"
        " where kind = 'family' group by all having count(*) > 1)"
    ).fetchone()[0]
    assert namesakes > 0
    assert twins > 0


# -------------------------------------------------------------------------------------- advance


def test_a_day_more_is_counted_and_may_be_killed(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "moving"
    world.generate(folder, 400, seed=3, as_of=AS_OF, bulk=False, force=False)
    before = totals(folder)
    advance(folder)
    after = totals(folder)
    assert summed_orders(folder) == {
        (row["source"], row["order_type"], row["status"]): (row["orders"], row["revenue_cents"])
        for row in after["orders"]
    }
    assert after["tables"]["magento"]["orders"] > before["tables"]["magento"]["orders"]
    assert after["tables"]["magento"]["customers"] > before["tables"]["magento"]["customers"]
    assert after["tables"]["sms"]["messages"] > before["tables"]["sms"]["messages"]
    assert after["tables"]["retail_pro"]["document"] > before["tables"]["retail_pro"]["document"]

    # As if killed before world.json was written: the day played again changes nothing.
    world.write_parameters(folder, world.World(400, 3, AS_OF), AS_OF)
    advance(folder)
    assert totals(folder) == after
    # An advanced world is still the one that was asked for.
    world.generate(folder, 400, seed=3, as_of=AS_OF, bulk=False, force=False)
    assert totals(folder) == after
