"""The SMS platform: messages sent and received, in the shape of Twilio's Messages API.

Data flow: messages, newest first → raw_sms.messages. A message's status is its delivery receipt,
and a STOP is an inbound message.

The list cannot be asked for changes. Pages are read until messages are older than a week before
the last load: receipts come within days. `--full` finds those that came later. Messages are a log:
what the platform forgets stays here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from dlt.sources.helpers.rest_client.auth import HttpBasicAuth
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request as HttpRequest
from requests import Response

from ingestion import rest
from ingestion.intake import Batch
from ingestion.source import Request, Source

RECEIPTS_WITHIN = timedelta(days=7)


class NextPage(BasePaginator):
    """`next_page_uri`, which starts at the vendor's root, until a page is older than `oldest`."""

    def __init__(self, base_url: str, oldest: datetime | None) -> None:
        super().__init__()
        self.base_url, self.oldest, self.following = base_url, oldest, ""

    def update_state(self, response: Response, data: Sequence[Any] | None = None) -> None:
        self.following = response.json().get("next_page_uri") or ""
        times = [time for row in data or [] if (time := moment(row.get("date_created")))]
        older = self.oldest and times and max(times) < self.oldest
        self._has_next_page = bool(self.following) and not older

    def update_request(self, request: HttpRequest) -> None:
        request.url, request.params = self.base_url + self.following, {}


def moment(written: Any) -> datetime | None:
    """An RFC 2822 time in UTC, without zone; None when it is none."""
    try:
        return parsedate_to_datetime(written).astimezone(UTC).replace(tzinfo=None)
    except (TypeError, ValueError):
        return None


def read(request: Request) -> Iterator[Batch]:
    base_url, account = os.environ["SMS_URL"].rstrip("/"), os.environ["SMS_ACCOUNT_SID"]
    since: datetime | None = request.cursors.get("messages")

    def changed(row: dict[str, Any]) -> bool:
        updated = moment(row.get("date_updated"))
        return since is None or updated is None or updated >= since

    config: Any = {
        "client": {
            "base_url": base_url,
            "auth": HttpBasicAuth(account, os.environ["SMS_AUTH_TOKEN"]),
            "session": rest.session(),
        },
        "resources": [
            {
                "name": "messages",
                "endpoint": {
                    "path": f"/2010-04-01/Accounts/{account}/Messages.json",
                    "params": {"PageSize": 1000},
                    "data_selector": "messages",
                    "paginator": NextPage(base_url, since and since - RECEIPTS_WITHIN),
                },
                "processing_steps": [{"filter": changed}, {"map": shaped}],
            }
        ],
    }
    yield from rest.read(config, request)


def shaped(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"from_number": row.get("from"), "to_number": row.get("to")}


SOURCE = Source(
    "sms",
    ("SMS_URL", "SMS_ACCOUNT_SID", "SMS_AUTH_TOKEN"),
    read,
    logs=frozenset({"messages"}),
)
