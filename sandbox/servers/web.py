"""Stand-in of the web collector and of product reviews (prefix /web/v1).

The contract is ours: sandbox/openapi/web.yml. Both lists are read by time, then by cursor.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.exchange import (
    Call,
    Handler,
    Window,
    answer,
    decode_cursor,
    encode_cursor,
    from_iso,
    iso,
    router,
)
from sandbox.servers.store import Systems

PREFIX = "web"
TOKEN = "sandbox-web-token"


def throttled(retry_after: float | None = None) -> Response:
    """429; Retry-After is given by the window (or by a fault that asks for it)."""
    headers = {} if retry_after is None else {"Retry-After": f"{max(1, round(retry_after))}"}
    return answer(
        {"error": {"code": "rate_limited", "message": "Too many requests."}}, 429, headers
    )


def routes(systems: Systems, settings: Mapping[str, str]) -> list[Route]:
    """The contract's endpoints, without the prefix."""
    window = Window(int(settings.get("WEB_REQUESTS_PER_SECOND", "50")))

    def guard(call: Call) -> Response | None:
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            error = {"code": "unauthorized", "message": "A valid token is needed."}
            return answer({"error": error}, 401)
        remaining, reset = window.take(call.client)
        return throttled(reset) if remaining < 0 else None

    def listing(name: str, key: str, moment: str, since: str, times: tuple[str, ...]) -> Handler:
        def handler(call: Call) -> Response:
            try:
                limit = int(call.query.get("limit", "500"))
                if not 1 <= limit <= 1000:
                    raise ValueError("limit out of range")
                first = encode_cursor(from_iso(call.query.get(since, "1970-01-01")), "")
                stamp, last = decode_cursor(call.query.get("cursor", first))
            except ValueError:
                error = {"code": "invalid_value", "message": "Unreadable paging parameter."}
                return answer({"error": error}, 400)
            rows = systems.rows(
                f"select * from web_{name} where ({moment}, {key}) > (?, ?) "
                f"order by {moment}, {key} limit ?",
                stamp,
                last,
                limit + 1,
            )
            page = rows[:limit]
            more = len(rows) > limit
            body = {
                name: [
                    {
                        column: iso(value) if column in times else value
                        for column, value in systems.typed(f"web_{name}", row).items()
                    }
                    for row in page
                ],
                "next_cursor": encode_cursor(page[-1][moment], page[-1][key]) if more else None,
            }
            return answer(body)

        return handler

    route = router(guard)
    events = listing("events", "event_id", "occurred_at", "since", ("occurred_at",))
    times = ("published_at", "updated_at")
    reviews = listing("reviews", "review_id", "updated_at", "updated_since", times)
    return [route("GET", "/events", events), route("GET", "/reviews", reviews)]
