"""Stand-in of Meta's custom audiences, Graph v25.0 (prefix /meta/v25.0).

`POST` and `DELETE /{audience}/users` take a schema and rows of values hashed by the caller. No
vendor specification was at hand: the shapes are those of the vendor's own SDK. An invalid row is
counted and sampled, not refused; the answer does not say which person matched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.exchange import Call, MalformedBody, Window, answer, router
from sandbox.servers.store import Row, Systems

PREFIX = "meta"
ACCESS_TOKEN = "sandbox-meta-token"
AUDIENCE_ID = "120000000000001"
ROW_LIMIT = 10_000
PLAIN = {"EXTERN_ID", "MADID"}
HASHED = {"EMAIL", "PHONE", "GEN", "DOBY", "DOBM", "DOBD", "LN", "FN", "FI", "CT", "ST", "ZIP"}
KEYS = {*HASHED, *PLAIN, "COUNTRY"}


def _error(status: int, code: int, message: str, kind: str = "OAuthException") -> Response:
    error = {"message": message, "type": kind, "code": code, "fbtrace_id": "sandbox"}
    return answer({"error": error}, status)


def throttled(retry_after: float | None = None) -> Response:
    """The vendor throttles with 400 and code 80003, and no 429; a fault may ask for one."""
    return _error(429, 80003, "There have been too many calls to this ad-account.")


def routes(systems: Systems, settings: Mapping[str, str]) -> list[Route]:
    """The vendor's endpoints, without the prefix."""
    window = Window(int(settings.get("META_REQUESTS_PER_SECOND", "20")))
    with systems.write() as connection:
        connection.execute(
            "create table if not exists meta_members "
            "(audience text, member text, extern_id text, primary key (audience, member))"
        )

    def parameters(call: Call) -> Row:
        """Query and body, form or JSON, as one; `payload` and `session` parsed."""
        found: Row = dict(call.query)
        if call.body and "json" in call.headers.get("content-type", ""):
            found |= call.json()
        elif call.body:
            form = parse_qs(call.body.decode())
            found |= {name: values[-1] for name, values in form.items()}
        for name in ("payload", "session"):
            if isinstance(found.get(name), str):
                found[name] = json.loads(found[name])
        return found

    def is_valid(schema: list[str], row: list[Any]) -> bool:
        if len(row) != len(schema) or not any(row):
            return False
        return all(
            not value or name in PLAIN or re.fullmatch("[0-9a-f]{64}", str(value))
            for name, value in zip(schema, row, strict=True)
        )

    def change(call: Call) -> Response:
        try:
            given = parameters(call)
        except (MalformedBody, ValueError):
            return _error(400, 100, "Invalid parameter")
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if ACCESS_TOKEN not in (token, given.get("access_token")):
            return _error(401, 190, "Invalid OAuth access token.")
        if window.take(call.client)[0] < 0:
            return _error(400, 80003, "There have been too many calls to this ad-account.")
        audience = call.path_params["audience"]
        if audience != settings.get("META_AUDIENCE_ID", AUDIENCE_ID):
            return _error(400, 100, "Unsupported request: the object does not exist.")
        payload = given.get("payload")
        payload = payload if isinstance(payload, dict) else {}
        schema, rows = payload.get("schema"), payload.get("data")
        schema = [schema] if isinstance(schema, str) else schema
        if not isinstance(schema, list) or not KEYS.issuperset(schema):
            return _error(400, 100, "Invalid parameter: schema")
        if not isinstance(rows, list) or not 1 <= len(rows) <= ROW_LIMIT:
            return _error(400, 100, f"Invalid parameter: between 1 and {ROW_LIMIT} rows")
        rows = [row if isinstance(row, list) else [row] for row in rows]
        valid = [row for row in rows if is_valid(schema, row)]
        invalid = [row for row in rows if not is_valid(schema, row)]
        with systems.write() as connection:
            for row in valid:
                named = dict(zip(schema, row, strict=True))
                extern_id = named.get("EXTERN_ID")
                member = extern_id or json.dumps(named, sort_keys=True)
                if call.method == "POST":
                    connection.execute(
                        "insert or ignore into meta_members values (?, ?, ?)",
                        (audience, member, extern_id),
                    )
                    action = "member.add"
                else:
                    connection.execute(
                        "delete from meta_members where audience = ? and member = ?",
                        (audience, member),
                    )
                    action = "member.remove"
                systems.accepted(PREFIX, action, member)
        session = given.get("session") or {}
        return answer(
            {
                "audience_id": audience,
                "session_id": str(session.get("session_id", "0")),
                "num_received": len(rows),
                "num_invalid_entries": len(invalid),
                "invalid_entry_samples": {
                    json.dumps(row): "Invalid format" for row in invalid[:10]
                },
            }
        )

    def show(call: Call) -> Response:
        sql = "select count(*) from meta_members where audience = ?"
        audience = call.path_params["audience"]
        count = systems.value(sql, audience)
        return answer(
            {
                "id": audience,
                "approximate_count_lower_bound": count,
                "operation_status": {"code": 200, "description": "Normal"},
            }
        )

    def guard(call: Call) -> Response | None:
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if ACCESS_TOKEN in (token, call.query.get("access_token")):
            return None
        return _error(401, 190, "Invalid OAuth access token.")

    route, guarded = router(lambda call: None), router(guard)
    return [
        route("POST", "/{audience}/users", change),
        route("DELETE", "/{audience}/users", change),
        guarded("GET", "/{audience}", show),
    ]
