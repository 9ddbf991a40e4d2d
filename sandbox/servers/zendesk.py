"""Stand-in of customer service: Zendesk Support's incremental exports (prefix /zendesk).

`start_time` or `cursor`, then `after_cursor` until `end_of_stream`; 10 requests a minute, and
429 with Retry-After beyond. Unset priority, type and assignee come as null, as in life, although
the vendor's document does not call them nullable. Not imitated: the real export holds back the
last minute of changes.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.exchange import (
    Call,
    Handler,
    Window,
    answer,
    decode_cursor,
    encode_cursor,
    iso,
    router,
)
from sandbox.servers.store import Row, Systems

PREFIX = "zendesk"
EMAIL = "agent@horizon.example"
TOKEN = "sandbox-zendesk-token"
# Seconds since the epoch of a user's last change; the table keeps a time.
_USER_CLOCK = "cast(strftime('%s', updated_at) as integer)"


def throttled(retry_after: float | None = None) -> Response:
    """The vendor's 429; it always has Retry-After, given here by the window."""
    headers = {} if retry_after is None else {"Retry-After": f"{max(1, round(retry_after))}"}
    body = {
        "error": "APIRateLimitExceeded",
        "description": "Number of allowed incremental exports API requests per minute exceeded",
    }
    return answer(body, 429, headers)


def _ticket(row: Row) -> Row:
    row = dict(row)
    channel, score = row.pop("via__channel"), row.pop("satisfaction_rating__score")
    return {
        **row,
        "raw_subject": row["subject"],
        "via": {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}},
        "satisfaction_rating": {"score": score or "unoffered"},
        "tags": [],
        "custom_fields": [],
        "created_at": iso(row["created_at"]),
        "updated_at": iso(row["updated_at"]),
    }


def _user(row: Row) -> Row:
    return {
        **row,
        "verified": True,
        "tags": [],
        "user_fields": {},
        "created_at": iso(row["created_at"]),
        "updated_at": iso(row["updated_at"]),
    }


def routes(systems: Systems, settings: Mapping[str, str]) -> list[Route]:
    """The vendor's endpoints, without the prefix."""
    root = "/api/v2/incremental"
    window = Window(int(settings.get("ZENDESK_REQUESTS_PER_MINUTE", "10")), 60)
    with systems.write() as connection:
        connection.execute(
            "create index if not exists zendesk_tickets__clock "
            "on zendesk_tickets (generated_timestamp, id)"
        )

    def guard(call: Call) -> Response | None:
        secret = base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {secret}":
            return answer({"error": "Couldn't authenticate you"}, 401)
        remaining, reset = window.take(call.client)
        return throttled(reset) if remaining < 0 else None

    def export(name: str, clock: str, default: int, shown: Callable[[Row], Row]) -> Handler:
        table = f"zendesk_{name}"

        def handler(call: Call) -> Response:
            try:
                limit = min(max(int(call.query.get("per_page", default)), 1), 1000)
                if "cursor" in call.query:
                    stamp, last = decode_cursor(call.query["cursor"])
                else:
                    stamp, last = int(call.query["start_time"]) - 1, 2**62
            except (KeyError, ValueError):
                body: Row = {"error": "InvalidValue", "description": "Invalid start_time or cursor"}
                return answer(body, 422)
            rows = systems.rows(
                f"select *, {clock} as _clock from {table} where ({clock}, id) > (?, ?) "
                f"order by {clock}, id limit ?",
                stamp,
                last,
                limit,
            )
            more = len(rows) == limit and systems.row(
                f"select 1 from {table} where ({clock}, id) > (?, ?)",
                rows[-1]["_clock"],
                rows[-1]["id"],
            )
            after = encode_cursor(rows[-1]["_clock"], rows[-1]["id"]) if rows else None
            after = after or encode_cursor(stamp, last)
            for row in rows:
                del row["_clock"]
            return answer(
                {
                    name: [shown(systems.typed(table, row)) for row in rows],
                    "after_cursor": after,
                    "after_url": f"{call.base_url}/{PREFIX}{root}/{name}/cursor?cursor={after}",
                    "before_cursor": None,
                    "before_url": None,
                    "end_of_stream": not more,
                }
            )

        return handler

    route = router(guard)
    tickets = export("tickets", "generated_timestamp", 1000, _ticket)
    users = export("users", _USER_CLOCK, 1000, _user)
    return [
        route("GET", f"{root}/{name}/cursor{suffix}", handler)
        for name, handler in (("tickets", tickets), ("users", users))
        for suffix in ("", ".json")
    ]
