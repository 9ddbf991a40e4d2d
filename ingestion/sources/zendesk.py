"""Zendesk: customer service, by the incremental exports.

Data flow: users by `updated_at`, tickets by `generated_timestamp` (which moves when `updated_at`
does not) → raw_zendesk.<table>. `start_time` opens the export, `after_cursor` goes on until
`end_of_stream`; ten requests a minute, and 429 says when to come back.

Deliberately absent: comments (one request a ticket, and full of personal data that no mart reads).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from dlt.sources.helpers.rest_client.auth import HttpBasicAuth
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request as HttpRequest
from requests import Response

from ingestion import rest
from ingestion.intake import Batch
from ingestion.source import Request, Source

TABLES = ("users", "tickets")


class AfterCursor(BasePaginator):
    """`after_cursor` until `end_of_stream`, beside `start_time`, which the vendor requires."""

    def __init__(self) -> None:
        super().__init__()
        self.cursor = ""

    def update_state(self, response: Response, data: Sequence[Any] | None = None) -> None:
        answer = response.json()
        self.cursor = answer.get("after_cursor") or ""
        self._has_next_page = bool(self.cursor) and not answer.get("end_of_stream", True)

    def update_request(self, request: HttpRequest) -> None:
        request.params = {**(request.params or {}), "cursor": self.cursor}


def read(request: Request) -> Iterator[Batch]:
    config: Any = {
        "client": {
            "base_url": os.environ["ZENDESK_URL"],
            "auth": HttpBasicAuth(
                f"{os.environ['ZENDESK_EMAIL']}/token", os.environ["ZENDESK_TOKEN"]
            ),
            "session": rest.session(),
        },
        "resources": [
            {
                "name": name,
                "endpoint": {
                    "path": f"/api/v2/incremental/{name}/cursor",
                    "params": {"start_time": epoch(request.cursors.get(name)), "per_page": 1000},
                    "data_selector": name,
                    "paginator": AfterCursor(),
                },
            }
            for name in TABLES
        ],
    }
    yield from rest.read(config, request)


def epoch(cursor: datetime | int | None) -> int:
    """Seconds since 1970 of a cursor in UTC; the vendor takes no 0."""
    if isinstance(cursor, datetime):
        return max(1, int(cursor.replace(tzinfo=UTC).timestamp()))
    return max(1, cursor or 1)


SOURCE = Source("zendesk", ("ZENDESK_URL", "ZENDESK_EMAIL", "ZENDESK_TOKEN"), read)
