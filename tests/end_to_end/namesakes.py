"""Two till customers of one name whom the generated world is given besides its own people.

The other got the one's e-mail by mistake, so that they are taken for one customer until the
till puts it right.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

STORE = "select store_sid from customer where store_sid is not null order by sid limit 1"
LATER = "(select datetime(max(modified_datetime), '+1 second') from customer)"
ONE, OTHER = 9001, 9002
RECORDS = {f"retail_pro:{ONE}", f"retail_pro:{OTHER}"}
PHONE, BIRTH_DATE = "0612098734", "17/03/1971"
EMAIL, OWN_EMAIL = "n.bernard71@wanadoo.test.fr", "nathalie.b@laposte.test.fr"


def arrive(world: Path) -> None:
    """The two in the till of a world."""
    with closing(sqlite3.connect(world / "retail_pro.sqlite")) as till, till:
        for sid, birth_date in ((ONE, None), (OTHER, BIRTH_DATE)):
            till.execute(
                "insert into customer (sid, cust_id, first_name, last_name, udf1_date,"
                " store_sid, marketing_flag, active, created_datetime, modified_datetime)"
                f" select ?, ?, 'Nathalie', 'Bernard', ?, ({STORE}), 1, 1,"
                " max(created_datetime), max(modified_datetime) from customer",
                (sid, f"E{sid}", birth_date),
            )
            till.execute(
                "insert into customer_email select ?, ?, ?, max(modified_datetime) from customer",
                (sid, sid, EMAIL),
            )
        till.execute(
            "insert into customer_phone select ?, ?, ?, max(modified_datetime) from customer",
            (OTHER, OTHER, PHONE),
        )


def put_right(world: Path) -> None:
    """The other has an e-mail of her own."""
    with closing(sqlite3.connect(world / "retail_pro.sqlite")) as till, till:
        later = till.execute(f"select {LATER}").fetchone()[0]
        till.execute("update customer set modified_datetime = ? where sid = ?", (later, OTHER))
        till.execute(
            "update customer_email set email_address = ?, modified_datetime = ? where sid = ?",
            (OWN_EMAIL, later, OTHER),
        )
