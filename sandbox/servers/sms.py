"""Stand-in of the SMS platform, in the shape of Twilio's Messages API (prefix /twilio).

A message is `queued` when it is taken, and has its receipt (`delivered`, or `undelivered` for one
number in forty, always the same) the next time that anyone lists messages. A customer who
answered STOP is opted out until START: sending to them is refused with error 21610. There is no
idempotency key: the same POST twice is two messages, as in life.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.exchange import (
    Call,
    Window,
    answer,
    decode_cursor,
    encode_cursor,
    router,
)
from sandbox.servers.store import TIME_FORMAT, Row, Systems

PREFIX = "twilio"
ACCOUNT_SID = "AC" + "0" * 24 + "5a5dB0c5"
AUTH_TOKEN = "sandbox-sms-token"
SENDER = "+33700000036"
STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"}
START_WORDS = {"START", "YES", "UNSTOP"}
_PRICE = -0.0798
# The moment that orders messages; a broken row may have no date_created.
_MOMENT = "coalesce(date_created, date_updated, '')"


def is_opted_out(systems: Systems, number: str) -> bool:
    """Whether the last keyword that this number sent is a STOP."""
    words = [
        (row["body"] or "").strip().upper()
        for row in systems.rows(
            "select body from sms_messages where from_number = ? and direction = 'inbound' "
            f"order by {_MOMENT}, sid",
            number,
        )
    ]
    keywords = [word for word in words if word in STOP_WORDS | START_WORDS]
    return bool(keywords) and keywords[-1] in STOP_WORDS


def _store(systems: Systems, row: Row) -> Row:
    with systems.write():
        # A second apart: of a number's STOP and START, the later one holds.
        stamp = systems.tick("sms_messages", "date_updated")
        number = systems.value("select count(*) from sms_messages")
        sid = "SM" + hashlib.sha256(f"{number}:{stamp}".encode()).hexdigest()[:32]
        stored = {"sid": sid, **row, "date_created": stamp, "date_updated": stamp}
        systems.insert("sms_messages", stored)
        systems.accepted("sms", f"message.{row['direction']}", row["to_number"])
    return stored


def receive_message(systems: Systems, sender: str, body: str) -> Row:
    """An inbound message: what a customer answers to Horizon's number."""
    row: Row = {
        "direction": "inbound",
        "from_number": sender,
        "to_number": SENDER,
        "body": body,
        "status": "received",
        "num_segments": 1,
    }
    return _store(systems, row)


def _deliver(systems: Systems) -> None:
    """Give every queued message its receipt."""
    if not systems.row("select 1 from sms_messages where status in ('queued', 'accepted')"):
        return
    with systems.write():
        stamp = systems.tick("sms_messages", "date_updated")
        for row in systems.rows(
            "select sid, to_number from sms_messages where status in ('queued', 'accepted')"
        ):
            lost = (
                int(hashlib.md5(row["to_number"].encode(), usedforsecurity=False).hexdigest(), 16)
                % 40
                == 0
            )
            receipt = {
                "status": "undelivered" if lost else "delivered",
                "error_code": 30005 if lost else None,
                "price": _PRICE,
                "price_unit": "USD",
                "date_sent": stamp,
                "date_updated": stamp,
            }
            systems.update("sms_messages", receipt, "sid = ?", row["sid"])


def _rfc2822(stamp: str | None) -> str | None:
    if not stamp:
        return None
    return format_datetime(datetime.strptime(stamp, TIME_FORMAT).replace(tzinfo=UTC))


def message_json(row: Row) -> Row:
    """A message as the API shows it: numbers as strings, dates in RFC 2822."""
    uri = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{row['sid']}"
    return {
        "sid": row["sid"],
        "account_sid": ACCOUNT_SID,
        "api_version": "2010-04-01",
        "direction": row["direction"],
        "from": row["from_number"],
        "to": row["to_number"],
        "body": row["body"],
        "status": row["status"],
        "num_segments": str(row.get("num_segments") or 1),
        "num_media": "0",
        "price": None if row.get("price") is None else f"{row['price']:.5f}",
        "price_unit": row.get("price_unit"),
        "error_code": row.get("error_code"),
        "error_message": None,
        "messaging_service_sid": None,
        "date_created": _rfc2822(row["date_created"]),
        "date_sent": _rfc2822(row.get("date_sent")),
        "date_updated": _rfc2822(row["date_updated"]),
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def _error(status: int, code: int, message: str) -> Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": more, "status": status}
    return answer(body, status)


def throttled(retry_after: float | None = None) -> Response:
    """The vendor's 429."""
    return _error(429, 20429, "Too Many Requests")


def routes(systems: Systems, settings: Mapping[str, str]) -> list[Route]:
    """The vendor's endpoints, without the prefix."""
    window = Window(int(settings.get("SMS_REQUESTS_PER_SECOND", "100")))
    with systems.write() as connection:
        connection.execute(
            "create index if not exists sms_messages__from on sms_messages (from_number)"
        )
        connection.execute(
            f"create index if not exists sms_messages__moment on sms_messages ({_MOMENT}, sid)"
        )

    def guard(call: Call) -> Response | None:
        secret = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {secret}":
            return _error(401, 20003, "Authenticate")
        if call.path_params["account"] != ACCOUNT_SID:
            return _error(404, 20404, "The requested resource was not found")
        return throttled() if window.take(call.client)[0] < 0 else None

    def create(call: Call) -> Response:
        form = {name: values[-1] for name, values in parse_qs(call.body.decode()).items()}
        if not form.get("To"):
            return _error(400, 21604, "A 'To' phone number is required.")
        if not (form.get("From") or form.get("MessagingServiceSid")):
            return _error(400, 21603, "A 'From' phone number is required.")
        if not form.get("Body"):
            return _error(400, 21602, "Message body is required.")
        if len(form["Body"]) > 1600:
            return _error(400, 21617, "The concatenated message body exceeds the 1600 limit.")
        if not re.fullmatch(r"\+[1-9]\d{6,14}", form["To"]):
            return _error(400, 21211, "The 'To' number is not a valid phone number.")
        with systems.write():
            if is_opted_out(systems, form["To"]):
                return _error(400, 21610, "Attempt to send to unsubscribed recipient")
            row: Row = {
                "direction": "outbound-api",
                "from_number": form.get("From", SENDER),
                "to_number": form["To"],
                "body": form["Body"],
                "status": "queued",
                "num_segments": -(-len(form["Body"]) // 153),
            }
            return answer(message_json(_store(systems, row)), 201)

    def show(call: Call) -> Response:
        _deliver(systems)
        row = systems.row("select * from sms_messages where sid = ?", call.path_params["sid"])
        if row is None:
            return _error(404, 20404, "The requested resource was not found")
        return answer(message_json(row))

    def listing(call: Call) -> Response:
        _deliver(systems)
        query = call.query
        try:
            size = int(query.get("PageSize", "50"))
            page = int(query.get("Page", "0"))
            token = query.get("PageToken")
            moment, sid = decode_cursor(token.removeprefix("PA")) if token else ("9", "")
        except ValueError:
            return _error(400, 20001, "Unreadable paging parameter")
        size = min(max(size, 1), 1000)
        clauses, arguments = [f"({_MOMENT}, sid) < (?, ?)"], [moment, sid]
        tests: dict[str, tuple[str, Any]] = {
            "To": ("to_number = ?", query.get("To")),
            "From": ("from_number = ?", query.get("From")),
            "DateSent": ("substr(date_sent, 1, 10) = ?", query.get("DateSent")),
            # The parameters are `DateSent>=…` and `DateSent<=…`: both ends belong.
            "DateSent>": ("date_sent >= ?", query.get("DateSent>")),
            "DateSent<": ("substr(date_sent, 1, 10) <= ?", query.get("DateSent<")),
        }
        kept = {}
        for name, (clause, value) in tests.items():
            if value:
                clauses.append(clause)
                arguments.append(value[:19].replace("T", " "))
                kept[name] = value
        rows = systems.rows(
            f"select * from sms_messages where {' and '.join(clauses)} "
            f"order by {_MOMENT} desc, sid desc limit ?",
            *arguments,
            size + 1,
        )
        messages, more = rows[:size], len(rows) > size
        path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
        following = None
        if more:
            last = messages[-1]
            moment = last["date_created"] or last["date_updated"] or ""
            following = {"PageSize": size, "Page": page + 1, **kept}
            following["PageToken"] = "PA" + encode_cursor(moment, last["sid"])
        here = {"PageSize": size, "Page": page, **kept} | ({"PageToken": token} if token else {})
        return answer(
            {
                "messages": [message_json(row) for row in messages],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + len(messages) - 1,
                "uri": f"{path}?{urlencode(here)}",
                "first_page_uri": f"{path}?{urlencode({'PageSize': size, 'Page': 0, **kept})}",
                "next_page_uri": f"{path}?{urlencode(following)}" if following else None,
                "previous_page_uri": None,
            }
        )

    route = router(guard)
    account = "/2010-04-01/Accounts/{account}"
    return [
        route("POST", f"{account}/Messages.json", create),
        route("GET", f"{account}/Messages.json", listing),
        route("GET", account + "/Messages/{sid}.json", show),
    ]
