"""A warehouse with only what activation reads, and the stand-ins it publishes to.

The state tables and the comparison are the project's own SQL; the sync models are tables that
a test fills.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jinja2

import warehouse
from activation.__main__ import main
from activation.ledger import Ledger

ROOT = Path(__file__).resolve().parents[2]
STATE = ("receipts", "intents", "deliveries", "rejections", "sync_runs")
TYPES = {
    "destination_key": "text",
    "customer_id": "text",
    "payload_hash": "text",
    "has_consent": "boolean",
}


def comparison(sync_name: str) -> str:
    """The SQL of `changes_<sync>`: the project's macro, rendered without dbt."""
    source = (ROOT / "macros" / "compare_with_receipts.sql").read_text()
    call = f"{{{{ compare_with_receipts('activation.sync_{sync_name}', '{sync_name}') }}}}"
    return jinja2.Template(source + call).render(ref=lambda name: f"activation.{name}")


def execute(*statements: str) -> None:
    connection = warehouse.connect()
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    connection.close()


def create_state() -> None:
    """The schema and the empty state tables, from the models' SQL."""
    execute(
        "create schema if not exists activation",
        *(
            f"create table activation.{name} as "
            + (ROOT / "models" / "activation" / "state" / f"{name}.sql").read_text()
            for name in STATE
        ),
        "create table activation.customer_redirects"
        " (customer_id text, redirects_to_customer_id text)",
        "create schema if not exists identity",
        "create view identity.customer_redirects as select * from activation.customer_redirects",
    )


def literal(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower() if value is not None else "null"
    return "'" + str(value).replace("'", "''") + "'"


def desire(sync_name: str, rows: list[dict[str, Any]], types: dict[str, str]) -> None:
    """Replace a sync model: rows of {destination_key, …payload}; hash and consent are added."""
    types = {**TYPES, **types}
    values = []
    for row in rows:
        payload = {name: row.get(name) for name in types if name not in TYPES}
        text = json.dumps(payload, sort_keys=True, default=str).encode()
        digest = hashlib.md5(text, usedforsecurity=False)
        whole = {
            "customer_id": f"c-{row['destination_key']}",
            "payload_hash": digest.hexdigest(),
            "has_consent": True,
            **row,
        }
        values.append("(" + ", ".join(literal(whole.get(name)) for name in types) + ")")
    columns = ", ".join(f"cast({name} as {type_}) as {name}" for name, type_ in types.items())
    names = ", ".join(types)
    filler = "(" + ", ".join("null" for _ in types) + ")"
    source = ", ".join(values) or filler
    where = "" if values else " where 1 = 0"
    table = f"activation.sync_{sync_name}"
    execute(
        f"drop view if exists activation.changes_{sync_name}",
        f"drop table if exists {table}",
        f"create table {table} as select {columns} from (values {source}) as t ({names}){where}",
        f"create view activation.changes_{sync_name} as {comparison(sync_name)}",
    )


@dataclass
class World:
    """A test's warehouse and tools."""

    tools: dict[str, str]
    sandbox: Path = Path(".sandbox")

    def desire(self, sync_name: str, rows: list[dict[str, Any]]) -> None:
        desire(sync_name, rows, PAYLOADS[sync_name])

    def run(self, *arguments: str) -> int:
        """`python -m activation`, in this process."""
        return main(list(arguments))

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """`python -m activation`, in a process of its own; pytest keeps what it says."""
        return subprocess.Popen([sys.executable, "-m", "activation", *arguments], cwd=ROOT)

    def state(self, table: str) -> list[dict[str, Any]]:
        ledger = Ledger(read_only=True)
        try:
            return ledger.rows(f"select * from activation.{table}")
        finally:
            ledger.close()

    def last_run(self) -> dict[str, Any]:
        return max(self.state("sync_runs"), key=lambda run: run["started_at"])

    def held(self, table: str) -> list[dict[str, Any]]:
        """Rows of a stand-in's own table: what the tool holds."""
        connection = sqlite3.connect(self.sandbox / "systems.sqlite")
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(f"select * from {table}")]
        connection.close()
        return rows

    def faults(self, *faults: dict[str, Any], seed: int = 0) -> None:
        url = f"{self.tools['SANDBOX_URL']}/_sandbox/faults"
        httpx.post(url, json={"faults": faults, "seed": seed}).raise_for_status()

    def requests(self) -> dict[str, int]:
        return httpx.get(f"{self.tools['SANDBOX_URL']}/_sandbox/requests").json()

    def writes(self, system: str) -> list[dict[str, Any]]:
        url = f"{self.tools['SANDBOX_URL']}/_sandbox/writes"
        return httpx.get(url, params={"system": system}).json()

    def reset(self) -> None:
        httpx.post(f"{self.tools['SANDBOX_URL']}/_sandbox/reset").raise_for_status()

    def _splio(self) -> httpx.Client:
        url = self.tools["SPLIO_URL"]
        credentials = {"api_key": self.tools["SPLIO_API_KEY"]}
        credentials["password"] = self.tools["SPLIO_PASSWORD"]
        token = httpx.post(f"{url}/authenticate", json=credentials).json()["token"]
        return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"})

    def forget_contact(self, key: str) -> None:
        """Someone deletes a contact in Splio."""
        self._splio().delete(f"/data/contacts/{key}").raise_for_status()

    def contacts(self) -> dict[str, dict[str, Any]]:
        """Splio's contacts by unique key, read back through its API."""
        splio, page = self._splio(), 1
        found: list[dict[str, Any]] = []
        while True:
            params = {"per_page": 1000, "page_number": page}
            answer = splio.get("/data/contacts", params=params).json()
            found += answer["elements"]
            if page * 1000 >= answer["count_element"]:
                break
            page += 1
        return {contact["custom_fields"][0]["value"]: contact for contact in found}

    def cards(self) -> dict[str, dict[str, Any]]:
        """Clientela's cards by external id, read back through its API."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            answer = httpx.get(
                f"{self.tools['CLIENTELA_URL']}/customers",
                params={"limit": 500, **({"cursor": cursor} if cursor else {})},
                headers={"Authorization": f"Bearer {self.tools['CLIENTELA_TOKEN']}"},
            ).json()
            found += answer["customers"]
            cursor = answer["next_cursor"]
        return {card["external_id"]: card for card in found if card["external_id"]}


PAYLOADS = {
    "splio__contacts": {
        "firstname": "text",
        "lastname": "text",
        "email": "text",
        "cellphone": "text",
        "language": "text",
        "total_spent": "decimal(18, 2)",
        "last_order_date": "date",
    },
    "clientela__customers": {
        "first_name": "text",
        "last_name": "text",
        "email": "text",
        "visible_in_stores": "text",
        "total_spent": "decimal(18, 2)",
    },
}


def contact(key: str, **columns: Any) -> dict[str, Any]:
    """A row of sync_splio__contacts."""
    return {
        "destination_key": key,
        "firstname": "Ann",
        "lastname": "O'Brien",
        "email": f"{key}@example.com",
        "language": "fr",
        "total_spent": "10.50",
        "last_order_date": "2026-01-31",
        **columns,
    }


def card(key: str, **columns: Any) -> dict[str, Any]:
    """A row of sync_clientela__customers."""
    return {
        "destination_key": key,
        "first_name": "Zoé",
        "last_name": "L'Hermite",
        "email": f"{key}@example.com",
        "visible_in_stores": '["PAR01"]',
        "total_spent": "10.50",
        **columns,
    }


def field(contact: dict[str, Any], name: str) -> str | None:
    """Value of a custom field of a Splio contact."""
    found = [item["value"] for item in contact["custom_fields"] if item["name"] == name]
    return found[0] if found else None
