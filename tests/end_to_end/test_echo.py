"""What we publish comes back with the next load: it proves nothing and holds nobody together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Thread, thread_on

STORE = "select store_sid from customer where store_sid is not null order by sid limit 1"
LATER = "(select datetime(max(modified_datetime), '+1 second') from customer)"
ONE, OTHER = 9001, 9002  # two till customers of one name; the other got the one's e-mail by mistake
PHONE, BIRTH_DATE = "0612098734", "17/03/1971"


@pytest.fixture
def thread(generated_world: Path, tmp_path: Path) -> Iterator[Thread]:
    """A world with two namesakes taken for one customer, not yet run."""
    engine = {"ORFEVRE_TARGET": "duckdb", "ORFEVRE_DUCKDB_PATH": str(tmp_path / "w.duckdb")}
    for thread in thread_on(engine, generated_world, tmp_path):
        with sqlite3.connect(thread.world / "retail_pro.sqlite") as till:
            for sid, birth_date in ((ONE, None), (OTHER, BIRTH_DATE)):
                till.execute(
                    "insert into customer (sid, cust_id, first_name, last_name, udf1_date,"
                    " store_sid, marketing_flag, active, created_datetime, modified_datetime)"
                    f" select ?, ?, 'Nathalie', 'Bernard', ?, ({STORE}), 1, 1,"
                    " max(created_datetime), max(modified_datetime) from customer",
                    (sid, f"E{sid}", birth_date),
                )
                till.execute(
                    "insert into customer_email select ?, ?, 'n.bernard71@wanadoo.test.fr',"
                    " max(modified_datetime) from customer",
                    (sid, sid),
                )
            till.execute(
                "insert into customer_phone select ?, ?, ?, max(modified_datetime) from customer",
                (OTHER, OTHER, PHONE),
            )
        till.close()
        yield thread


def customers(thread: Thread) -> dict[int, str]:
    """The customer of each of the two."""
    found = thread.rows(
        "select source_customer_id, customer_id from identity.customer_identities"
        f" where record_id in ('retail_pro:{ONE}', 'retail_pro:{OTHER}')"
    )
    return {int(key): customer for key, customer in found}


def held(thread: Thread, *queries: str) -> list[dict[str, Any]]:
    """What each tool holds: a column's value by its key."""
    with sqlite3.connect(thread.world / "systems.sqlite") as systems:
        answers = [dict(systems.execute(query).fetchall()) for query in queries]
    systems.close()
    return answers


def tools(thread: Thread) -> list[dict[str, Any]]:
    return held(
        thread,
        "select unique_key, email from splio_contacts",
        "select external_id, email from clientela_customers where external_id is not null",
    )


def test_a_wrong_merge_comes_apart_although_it_was_published(thread: Thread) -> None:
    thread.run()
    merged = customers(thread)
    assert merged[ONE] == merged[OTHER]
    for published in tools(thread):
        assert published[merged[ONE]] == "n.bernard71@wanadoo.test.fr"

    # The contact and the card that we made would tie them: name and e-mail of the one, name,
    # phone and birth date of the other.
    with sqlite3.connect(thread.world / "retail_pro.sqlite") as till:
        later = till.execute(f"select {LATER}").fetchone()[0]
        till.execute("update customer set modified_datetime = ? where sid = ?", (later, OTHER))
        till.execute(
            "update customer_email set email_address = 'nathalie.b@laposte.test.fr',"
            " modified_datetime = ? where sid = ?",
            (later, OTHER),
        )
    till.close()
    before = tools(thread)
    thread.run()
    apart = customers(thread)
    assert apart[ONE] == merged[ONE] and apart[OTHER] != merged[ONE]
    for published, known in zip(tools(thread), before, strict=True):
        assert published[apart[ONE]] == "n.bernard71@wanadoo.test.fr"
        assert published[apart[OTHER]] == "nathalie.b@laposte.test.fr"
        assert published.keys() - known.keys() == {apart[OTHER]}
        assert not known.keys() - published.keys()

    delivered = thread.rows("select count(*) from activation.deliveries")
    history = thread.rows("select count(*) from identity.customer_identity_history")
    thread.run()
    assert thread.rows("select count(*) from identity.identity_changes") == [(0,)]
    assert thread.rows("select count(*) from identity.customer_identity_history") == history
    assert thread.rows("select count(*) from activation.deliveries") == delivered
