"""One more day in the life of a generated world: `python -m sandbox advance`.

New receipts and web orders are those of an earlier day bought again by the same people; some
customers open an account, some correct their name, some move (without a trace in Magento's
`updated_at`, as in life), some reply STOP. Keys and choices follow from the day alone and every
statement may be run twice, so that a killed `advance` is finished by the next one.
"""

import json
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sandbox import world as worlds

logger = logging.getLogger(__name__)

# Share of the people who, on one day: buy in a store, buy on the web, open an account, correct
# their name, move, reply STOP.
STORE, WEB, NEW, CHANGED, MOVED, STOP = 0.0029, 0.0011, 0.0005, 0.0005, 0.0005, 0.0002

# One in so many rows of a table, in an order that only the day decides.
SHUFFLED = "order by abs({key} % 1000003 * 7919 + :day * 104729) % 1000003, {key} limit :limit"

WEB_ORDERS = f"""
create temp table bought as
select entity_id as old_id, :first_key + row_number() over (order by entity_id) as new_id
from (
    select entity_id from magento_orders
    where entity_id < :daily_keys and customer_id is not null and status in ('complete', 'closed')
    {SHUFFLED.format(key="entity_id")}
);
"""
ORDER_COLUMNS = {
    "entity_id": "new_id",
    "increment_id": "'3' || new_id",
    "state": "'processing'",
    "status": "'processing'",
    "quote_id": "null",
    "total_refunded": "0",
    "created_at": ":day_text || substr(magento_orders.created_at, 11)",
    "updated_at": ":day_text || ' 23:50:00'",
}
ITEM_COLUMNS = {
    "item_id": "new_id * 64 + item_rank",
    "order_id": "new_id",
    "parent_item_id": ("case when parent_item_id is not null then new_id * 64 + item_rank - 1 end"),
    "qty_refunded": "0",
    "created_at": ":day_text || substr(items.created_at, 11)",
}
RECEIPTS = f"""
create temp table bought as
select sid as old_sid, :first_key + row_number() over (order by sid) as new_sid
from (
    select sid from document
    where abs(sid) > :daily_keys and bt_cuid is not null and status = 4 and receipt_type = 0
        and sale_total_amt is not null
    {SHUFFLED.format(key="sid")}
);
"""
RECEIPT_COLUMNS = {
    "sid": "new_sid",
    "doc_no": "store_code || '-' || new_sid",
    "created_datetime": ":day_text || substr(document.created_datetime, 11)",
    "invc_post_date": ":day_text || substr(document.created_datetime, 11)",
    "modified_datetime": ":day_text || ' 23:50:00'",
}
RECEIPT_ITEM_COLUMNS = {
    "sid": "new_sid * 64 + item_rank",
    "doc_sid": "new_sid",
    "modified_datetime": ":day_text || ' 23:50:00'",
}

NEW_ACCOUNTS = f"""
insert or ignore into magento_customers
    (id, email, firstname, lastname, prefix, created_in, gender, group_id, store_id, website_id,
    extension_attributes__is_subscribed, created_at, updated_at)
select
    :first_key + position,
    'nouveau.' || (:first_key + position) || '@example.org',
    first.firstname, last.lastname, first.prefix, 'Horizon France', first.gender, 1, 1, 1,
    position % 2, :day_text || ' 10:15:00', :day_text || ' 10:15:00'
from (
    select firstname, prefix, gender, row_number() over () as position from (
        select * from magento_customers where id < :daily_keys and firstname is not null
        {SHUFFLED.format(key="id")}
    )
) as first
inner join (
    select lastname, row_number() over () as position from (
        select * from magento_customers where id < :daily_keys and lastname is not null
        order by (id * 104651 + :day * 7907) % 1000003, id limit :limit
    )
) as last using (position)
"""
CHANGED_ACCOUNTS = f"""
update magento_customers
set lastname = upper(lastname), updated_at = :day_text || ' 11:20:00'
where id in (
    select id from magento_customers where id < :daily_keys and email is not null
    {SHUFFLED.format(key="id")}
)
"""
MOVED_ACCOUNTS = f"""
update magento_customer_addresses
set street = (1 + id % 90) || ' rue du Déménagement'
where id in (select id from magento_customer_addresses {SHUFFLED.format(key="id")})
"""
MOVED_TILL_FILES = f"""
update customer_address
set address_1 = (1 + abs(sid) % 90) || ' rue du Déménagement',
    modified_datetime = :day_text || ' 12:40:00'
where sid in (select sid from customer_address {SHUFFLED.format(key="sid")})
"""
HANDLED_ORDERS = """
update magento_orders
set status = 'complete', state = 'complete', updated_at = :day_text || ' 06:00:00'
where status = 'processing' and created_at < :settled
"""
STOP_REPLIES = """
insert or ignore into sms_messages
    (sid, direction, from_number, to_number, body, status, price_unit, num_segments,
    date_created, date_sent, date_updated)
select
    'SMstop' || (:first_key + row_number() over (order by to_number)), 'inbound', to_number,
    '36180', 'STOP', 'received', 'EUR', 1,
    :day_text || ' 18:05:00', :day_text || ' 18:05:00', :day_text || ' 18:05:00'
from (
    select distinct to_number from sms_messages where status = 'delivered'
    order by (cast(substr(to_number, 2) as integer) % 1000003 * 7919 + :day * 104729) % 1000003
    limit :limit
)
"""


def advance(folder: Path) -> date:
    """Play one day of the world in `folder`; returns its new date. Bulk exports cannot advance."""
    now = worlds.read(folder)
    if now is None or now.bulk:
        raise SystemExit(f"{folder} holds no world that can advance: generate one without --bulk")
    day = now.as_of
    number = (day - date(2020, 1, 1)).days
    values = {"day": number, "day_text": day.isoformat(), "daily_keys": 10**9}
    people = now.profiles

    def share(part: float) -> dict[str, object]:
        return values | {"limit": max(1, round(people * part))}

    web_keys = {"first_key": 10**9 + number * 10**5}
    # Generated receipts bear keys of 18 digits; those of a day have 16.
    till_keys = {"first_key": 7 * 10**15 + number * 10**6, "daily_keys": 10**17}
    with closing(sqlite3.connect(folder / "systems.sqlite")) as systems:
        systems.execute("begin")
        for statement, part in (
            (NEW_ACCOUNTS, NEW),
            (CHANGED_ACCOUNTS, CHANGED),
            (MOVED_ACCOUNTS, MOVED),
            (STOP_REPLIES, STOP),
        ):
            run(systems, statement, share(part) | web_keys)
        settled = (day - timedelta(days=6)).isoformat()
        run(systems, HANDLED_ORDERS, values | {"settled": settled})
        run(systems, WEB_ORDERS, share(WEB) | web_keys)
        copy_rows(systems, "magento_orders", "entity_id", "old_id", ORDER_COLUMNS, values)
        copy_items(
            systems, "magento_order_items", "order_id", "item_id", "old_id", ITEM_COLUMNS, values
        )
        systems.commit()
    with closing(sqlite3.connect(folder / "retail_pro.sqlite")) as tills:
        tills.execute("begin")
        run(tills, MOVED_TILL_FILES, share(MOVED))
        run(tills, RECEIPTS, share(STORE) | till_keys)
        copy_rows(tills, "document", "sid", "old_sid", RECEIPT_COLUMNS, values)
        copy_items(
            tills, "document_item", "doc_sid", "sid", "old_sid", RECEIPT_ITEM_COLUMNS, values
        )
        tills.commit()

    record_truth(folder, now)
    tomorrow = replace(now, as_of=day + timedelta(days=1))
    generated = worlds.advanced_from(folder) or day
    worlds.write_parameters(folder, tomorrow, generated)
    logger.info(
        "%s now stops at %s: dbt build --vars '{as_of_date: %s}'",
        *(folder, tomorrow.as_of, tomorrow.as_of),
    )
    return tomorrow.as_of


def run(database: sqlite3.Connection, statement: str, values: dict[str, object]) -> None:
    """One statement with the values that it names."""
    database.execute(statement.rstrip().rstrip(";"), values)


def copy_rows(
    database: sqlite3.Connection,
    table: str,
    key: str,
    old: str,
    replaced: dict[str, str],
    values: dict[str, object],
) -> None:
    """Copy the rows of `table` that the temporary table `bought` names, some columns replaced."""
    columns = [row[1] for row in database.execute(f"pragma table_info({table})")]
    selected = ", ".join(replaced.get(column, f"{table}.{column}") for column in columns)
    database.execute(
        f"insert or ignore into {table} select {selected} from {table}"
        f" inner join bought on {table}.{key} = bought.{old}",
        values,
    )


def copy_items(
    database: sqlite3.Connection,
    table: str,
    parent: str,
    key: str,
    old: str,
    replaced: dict[str, str],
    values: dict[str, object],
) -> None:
    """The same for the lines of what was bought, numbered within each."""
    columns = [row[1] for row in database.execute(f"pragma table_info({table})")]
    selected = ", ".join(replaced.get(column, f"items.{column}") for column in columns)
    database.execute(
        f"insert or ignore into {table} select {selected} from ("
        f"select {table}.*, bought.*,"
        f" row_number() over (partition by {parent} order by abs({key})) as item_rank"
        f" from {table} inner join bought on {table}.{parent} = bought.{old}) as items",
        values,
    )


def record_truth(folder: Path, now: worlds.World) -> None:
    """Bring truth/ up to the day that was played: new records, orders and rows by table."""
    truth = folder / "truth"
    totals = json.loads((truth / "totals.json").read_text())
    day = now.as_of.isoformat()
    if totals.get("advanced_to") == day:
        return
    with (
        closing(sqlite3.connect(folder / "systems.sqlite")) as systems,
        closing(sqlite3.connect(folder / "retail_pro.sqlite")) as tills,
    ):
        accounts = systems.execute(
            "select id from magento_customers where id >= 1000000000 order by id"
        ).fetchall()
        web = systems.execute(
            "select count(*), cast(round(sum(grand_total) * 100) as integer),"
            " (select count(*) from magento_order_items as item inner join magento_orders as sold"
            " on item.order_id = sold.entity_id where sold.entity_id >= 1000000000"
            " and sold.created_at >= :day and item.parent_item_id is null)"
            " from magento_orders where entity_id >= 1000000000 and created_at >= :day",
            {"day": day},
        ).fetchone()
        store = tills.execute(
            "select count(*), cast(round(sum(sale_total_amt) * 100) as integer),"
            " (select count(*) from document_item as item inner join document as sold"
            " on item.doc_sid = sold.sid where abs(sold.sid) < 100000000000000000"
            " and sold.created_datetime >= :day and item.item_type != 5)"
            " from document where abs(sid) < 100000000000000000 and created_datetime >= :day",
            {"day": day},
        ).fetchone()
        for source, tables in totals["tables"].items():
            database, prefix = (tills, "") if source == "retail_pro" else (systems, f"{source}_")
            for table in tables:
                tables[table] = database.execute(
                    f"select count(*) from {prefix}{table}"
                ).fetchone()[0]
    for source, (orders, cents, lines) in (("magento", web), ("retail_pro", store)):
        (total,) = (
            row
            for row in totals["orders"]
            if (row["source"], row["order_type"], row["status"]) == (source, "sale", "completed")
        )
        total["orders"] += orders
        total["revenue_cents"] += cents or 0
        total["lines"] += lines
    totals["advanced_to"] = day

    records = pq.read_table(truth / "records.parquet")
    known = set(records.column("record_id").to_pylist())
    added = [
        {
            "source": "magento",
            "source_customer_id": str(account),
            "record_id": f"magento:{account}",
            "person_id": account,
        }
        for (account,) in accounts
        if f"magento:{account}" not in known
    ]
    if added:
        table = pa.concat_tables([records, pa.Table.from_pylist(added, records.schema)])
        pq.write_table(table, truth / ".records.parquet")
        (truth / ".records.parquet").rename(truth / "records.parquet")
    (truth / ".totals.json").write_text(json.dumps(totals, indent=2, ensure_ascii=False) + "\n")
    (truth / ".totals.json").rename(truth / "totals.json")
