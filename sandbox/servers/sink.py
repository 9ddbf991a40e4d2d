"""A generic HTTP endpoint that keeps what it is sent (prefix /sink).

`PUT|DELETE /sink/{collection}/{key}` for one row; `POST /sink/{collection}` for a list of rows
(`?key=` names the key column, `key` by default), each upserted for itself: 200, or 207 when some
rows are refused. An Idempotency-Key already seen gets its first answer again and writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.exchange import Call, Handler, MalformedBody, Window, answer, router
from sandbox.servers.store import Systems

PREFIX = "sink"
TOKEN = "sandbox-sink-token"
ROW_LIMIT = 1000


def throttled(retry_after: float | None = None) -> Response:
    """429; Retry-After is given by the window (or by a fault that asks for it)."""
    headers = {} if retry_after is None else {"Retry-After": f"{max(1, round(retry_after))}"}
    return answer({"error": "too many requests"}, 429, headers)


def routes(systems: Systems, settings: Mapping[str, str]) -> list[Route]:
    """The endpoints, without the prefix."""
    window = Window(int(settings.get("SINK_REQUESTS_PER_SECOND", "50")))
    with systems.write() as connection:
        connection.execute(
            "create table if not exists sink_rows "
            "(collection text, key text, body text not null, primary key (collection, key))"
        )
        connection.execute(
            "create table if not exists sink_answers "
            "(idempotency_key text primary key, status integer not null, body text not null)"
        )

    def guard(call: Call) -> Response | None:
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return answer({"error": "unauthorized"}, 401)
        remaining, reset = window.take(call.client)
        return throttled(reset) if remaining < 0 else None

    def once(handler: Handler) -> Handler:
        """Answer a repeated Idempotency-Key from memory."""

        def handled(call: Call) -> Response:
            key = call.headers.get("idempotency-key")
            try:
                with systems.write():
                    sql = "select * from sink_answers where idempotency_key = ?"
                    if key and (seen := systems.row(sql, key)):
                        return answer(json.loads(seen["body"]), seen["status"])
                    response = handler(call)
                    if key:
                        memory = {"idempotency_key": key, "status": response.status_code}
                        memory["body"] = bytes(response.body).decode() or "null"
                        systems.insert("sink_answers", memory)
                    return response
            except MalformedBody:
                return answer({"error": "malformed body"}, 400)

        return handled

    def store(collection: str, key: str, body: Any) -> None:
        with systems.write() as connection:
            connection.execute(
                "insert or replace into sink_rows values (?, ?, ?)",
                (collection, key, json.dumps(body, ensure_ascii=False)),
            )
            systems.accepted(PREFIX, f"{collection}.upsert", key)

    def post(call: Call) -> Response:
        rows = call.json(list)
        if not 1 <= len(rows) <= ROW_LIMIT:
            return answer({"error": f"between 1 and {ROW_LIMIT} rows"}, 400)
        column = call.query.get("key", "key")
        results = []
        for row in rows:
            key = row.get(column) if isinstance(row, dict) else None
            if key in (None, ""):
                results.append({"key": None, "status": 400, "error": f"{column} is missing"})
                continue
            store(call.path_params["collection"], str(key), row)
            results.append({"key": key, "status": 200})
        refused = any(result["status"] == 400 for result in results)
        return answer({"results": results}, 207 if refused else 200)

    def put(call: Call) -> Response:
        sql = "select count(*) from sink_rows where collection = ? and key = ?"
        is_there = systems.value(sql, call.path_params["collection"], call.path_params["key"])
        if "if-match" in call.headers and not is_there:
            return answer({"error": "no such row"}, 412)
        if "if-none-match" in call.headers and is_there:
            return answer({"error": "the row is there"}, 412)
        store(call.path_params["collection"], call.path_params["key"], call.json())
        return answer({"key": call.path_params["key"]})

    def delete(call: Call) -> Response:
        collection, key = call.path_params["collection"], call.path_params["key"]
        with systems.write() as connection:
            sql = "delete from sink_rows where collection = ? and key = ?"
            gone = connection.execute(sql, (collection, key)).rowcount
            if gone:
                systems.accepted(PREFIX, f"{collection}.delete", key)
        return answer({"key": key}, 200 if gone else 404)

    def listing(call: Call) -> Response:
        sql = "select key, body from sink_rows where collection = ? order by key"
        rows = systems.rows(sql, call.path_params["collection"])
        return answer({row["key"]: json.loads(row["body"]) for row in rows})

    route = router(guard)
    return [
        route("POST", "/{collection}", once(post)),
        route("GET", "/{collection}", listing),
        route("PUT", "/{collection}/{key:path}", once(put)),
        route("DELETE", "/{collection}/{key:path}", once(delete)),
    ]
