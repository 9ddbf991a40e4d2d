"""Splio: marketing automation, read back by the Customer Platform API.

Data flow: contacts and both black lists, whole each time, since none of them can be asked for
changes → raw_splio.<table>. What is no longer there is taken out: a lifted black-list entry must
not go on withdrawing consent.

Pages end at `count_element`. A 429 says in `rateLimit-reset` when to come back.

Deliberately absent: campaign events. The API gives them one contact at a time; they come by Datahub
files (feed splio_campaign_events).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import requests
from requests import PreparedRequest
from requests.auth import AuthBase

from ingestion import rest
from ingestion.intake import Batch
from ingestion.source import Request, Source

PAGE_SIZE = 1000
OUR_MARK = "orfevre_customer_id"  # the custom field that activation sends with every contact
PATHS = {
    "contacts": "/data/contacts",
    "blacklisted_emails": "/data/blacklists/emails",
    "blacklisted_cellphones": "/data/blacklists/cellphones",
}


class SplioAuth(AuthBase):
    """Bearer token of POST /authenticate: asked once, good for 24 hours."""

    def __init__(self, base_url: str, session: requests.Session) -> None:
        self.base_url, self.session, self.token = base_url, session, ""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if not self.token:
            answer = self.session.post(
                f"{self.base_url}/authenticate",
                json={
                    "api_key": os.environ["SPLIO_API_KEY"],
                    "password": os.environ["SPLIO_PASSWORD"],
                },
                auth=lambda this: this,
            )
            answer.raise_for_status()
            self.token = answer.json()["token"]
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def read(request: Request) -> Iterator[Batch]:
    base_url, session = os.environ["SPLIO_URL"].rstrip("/"), rest.session("rateLimit-reset")
    session.auth = SplioAuth(base_url, session)
    config: Any = {
        "client": {"base_url": base_url, "session": session},
        "resources": [
            {
                "name": name,
                "endpoint": {
                    "path": path,
                    "params": {"per_page": PAGE_SIZE},
                    "data_selector": "elements",
                    "paginator": rest.ByTotal("page_number", "count_element", PAGE_SIZE),
                },
                "processing_steps": [{"map": shaped}],
            }
            for name, path in PATHS.items()
        ],
    }
    yield from rest.read(config, request)


def shaped(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its unique key (custom field 0) and our mark as columns; Splio's null is ''."""
    row = {name: None if value == "" else value for name, value in row.items()}
    if "custom_fields" in row:
        fields = row["custom_fields"] or []
        row["unique_key"] = next((str(it["value"]) for it in fields if it["id"] == 0), None)
        row[OUR_MARK] = next((it["value"] for it in fields if it.get("name") == OUR_MARK), None)
        row["custom_fields"] = [
            {key: it.get(key) for key in ("id", "name", "value")} for it in fields
        ]
        row["lists"] = [{key: it.get(key) for key in ("id", "name")} for it in row["lists"] or []]
    return row


SOURCE = Source(
    "splio",
    ("SPLIO_URL", "SPLIO_API_KEY", "SPLIO_PASSWORD"),
    read,
    whole=frozenset(PATHS),
)
