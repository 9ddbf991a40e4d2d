"""Stand-in of Salesforce Marketing Cloud: rows of data extensions (prefix /sfmc).

No vendor specification was at hand: the shapes are those of the vendor's public pages, tried
against nothing but this stand-in. A token lives 18 minutes; asynchronous upserts answer 202 and a
request id, whose `status` is to be polled and whose `results` tell each row. Two data extensions
are there, `orfevre_customers` and `orfevre_trials`, keyed by customer_key; their columns are the
ones they have met.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.exchange import Call, Handler, MalformedBody, Window, answer, iso, router
from sandbox.servers.store import Row, Systems

PREFIX = "sfmc"
CLIENT_ID, CLIENT_SECRET = "sandbox-sfmc-client", "sandbox-sfmc-secret"
TOKEN_LIFE = 1080
DATA_EXTENSIONS = dict.fromkeys(("orfevre_customers", "orfevre_trials"), "customer_key")
MAX_LENGTH = 4000
_TABLES = """
    create table if not exists sfmc_rows
        (extension text, key text, row text not null, updated_at text not null,
        primary key (extension, key));
    create table if not exists sfmc_requests
        (id text primary key, polls integer not null, results text not null, at text not null)
"""


class Refused(Exception):
    """An error in the vendor's shape."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "errorcode": code, "documentation": ""}


def throttled(retry_after: float | None = None) -> Response:
    """429; Retry-After only when a fault asks for it."""
    return answer({"message": "Rate limit exceeded", "errorcode": 50200, "documentation": ""}, 429)


def token_at(moment: float) -> str:
    """The access token that is given out at `moment` (seconds since the epoch)."""
    return f"{int(moment)}.{hashlib.sha256(f'{CLIENT_SECRET}{int(moment)}'.encode()).hexdigest()}"


def _is_valid(token: str) -> bool:
    made = token.partition(".")[0]
    return made.isdigit() and token == token_at(int(made)) and time.time() < int(made) + TOKEN_LIFE


def routes(systems: Systems, settings: Mapping[str, str]) -> list[Route]:
    """The vendor's endpoints, without the prefix."""
    window = Window(int(settings.get("SFMC_REQUESTS_PER_SECOND", "20")))
    with systems.write() as connection:
        for statement in _TABLES.split(";"):
            connection.execute(statement)

    def guard(call: Call) -> Response | None:
        if not _is_valid(call.headers.get("authorization", "").removeprefix("Bearer ")):
            return answer({"message": "Not Authorized", "errorcode": 0, "documentation": ""}, 401)
        return throttled() if window.take(call.client)[0] < 0 else None

    def said(handler: Handler) -> Handler:
        def handled(call: Call) -> Response:
            try:
                return handler(call)
            except MalformedBody:
                return answer(Refused(400, 10001, "Unable to parse JSON.").body, 400)
            except Refused as refused:
                return answer(refused.body, refused.status)

        return handled

    def log_in(call: Call) -> Response:
        body = call.json()
        known = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        if body.get("grant_type") != "client_credentials" or not known.items() <= body.items():
            return answer({"error": "invalid_client", "error_description": "Invalid client."}, 401)
        return answer(
            {
                "access_token": token_at(time.time()),
                "token_type": "Bearer",
                "expires_in": TOKEN_LIFE,
                "scope": "data_extensions_read data_extensions_write",
                "rest_instance_url": f"{call.base_url}/{PREFIX}/",
                "soap_instance_url": f"{call.base_url}/{PREFIX}/soap/",
            }
        )

    def key_column(call: Call) -> tuple[str, str]:
        extension = call.path_params["key"]
        if extension not in DATA_EXTENSIONS:
            raise Refused(400, 10006, "Unable to find a data extension with this external key.")
        return extension, DATA_EXTENSIONS[extension]

    def store(extension: str, column: str, row: Row, insert_only: bool) -> str | None:
        """Write one row: None, or why it is refused."""
        key = row.get(column)
        if key in (None, ""):
            return f"{column} is a required field."
        if wrong := [name for name, value in row.items() if isinstance(value, dict | list)]:
            return f"{wrong[0]} has an invalid value."
        if long := [name for name, value in row.items() if len(str(value)) > MAX_LENGTH]:
            return f"{long[0]} is longer than {MAX_LENGTH} characters."
        where = "extension = ? and key = ?"
        sql = f"select row from sfmc_rows where {where}"
        held = systems.value(sql, extension, str(key))
        if held is not None and insert_only:
            return "Violation of PRIMARY KEY constraint."
        merged = {**json.loads(held or "{}"), **row}
        stored = {
            "row": json.dumps(merged, ensure_ascii=False),
            "updated_at": systems.tick("sfmc_rows", apart=0),
        }
        if held is None:
            systems.insert("sfmc_rows", {"extension": extension, "key": str(key), **stored})
        else:
            systems.update("sfmc_rows", stored, where, extension, str(key))
        systems.accepted(PREFIX, "row.create" if held is None else "row.update", str(key))
        return None

    def rows_async(call: Call) -> Response:
        extension, column = key_column(call)
        items = call.json().get("items")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise Refused(400, 10001, "items must be a list of rows.")
        results = []
        with systems.write():
            for item in items:
                problem = store(extension, column, item, call.method == "POST")
                results.append(
                    {
                        "errorCode": "InvalidRow" if problem else "",
                        "message": problem or "",
                        "status": "Error" if problem else "OK",
                    }
                )
            stamp = systems.tick("sfmc_requests", "at")
            number = systems.value("select count(*) from sfmc_requests")
            request = {
                "id": hashlib.sha256(f"{number}{stamp}".encode()).hexdigest()[:36],
                "polls": 0,
                "results": json.dumps(results),
                "at": stamp,
            }
            systems.insert("sfmc_requests", request)
        return answer({"requestId": request["id"], "resultMessages": []}, 202)

    def request_of(call: Call) -> Row:
        sql = "select * from sfmc_requests where id = ?"
        request = systems.row(sql, call.path_params["id"])
        if request is None:
            raise Refused(404, 10005, "Unable to find this request.")
        return request

    def status(call: Call) -> Response:
        with systems.write():
            request = request_of(call)
            polls = {"polls": request["polls"] + 1}
            systems.update("sfmc_requests", polls, "id = ?", request["id"])
        results = json.loads(request["results"])
        errors = any(result["status"] == "Error" for result in results)
        pending = request["polls"] == 0
        body: Row = {
            "callDateTime": iso(request["at"]),
            "requestStatus": "Pending" if pending else "Complete",
            "resultStatus": "" if pending else "Error" if errors else "OK",
            "requestId": request["id"],
        }
        if not pending:
            body |= {"completionDateTime": iso(request["at"]), "hasErrors": errors}
        return answer({"status": body, "resultMessages": []})

    def results(call: Call) -> Response:
        request = request_of(call)
        if not request["polls"]:
            raise Refused(400, 10007, "The request is still pending.")
        items = json.loads(request["results"])
        page = int(call.query.get("page", call.query.get("$page", "1")))
        size = int(call.query.get("pageSize", call.query.get("$pagesize", "2500")))
        body = {"page": page, "pageSize": size, "count": len(items)}
        return answer({**body, "items": items[(page - 1) * size : page * size]})

    def rowset(call: Call) -> Response:
        """The synchronous upsert: all rows or none."""
        extension, column = key_column(call)
        rows = call.json(list)
        with systems.write():
            for row in rows:
                flat = {**row.get("keys", {}), **row.get("values", {})}
                if problem := store(extension, column, flat, insert_only=False):
                    raise Refused(400, 10000, problem)
        return answer(rows)

    def read(call: Call) -> Response:
        extension, column = key_column(call)
        page = int(call.query.get("$page", "1"))
        size = int(call.query.get("$pagesize", "2500"))
        rows = systems.rows(
            "select key, row from sfmc_rows where extension = ? order by key limit ? offset ?",
            extension,
            size,
            (page - 1) * size,
        )
        count = systems.value("select count(*) from sfmc_rows where extension = ?", extension)
        items = [{"keys": {column: row["key"]}, "values": json.loads(row["row"])} for row in rows]
        return answer({"page": page, "pageSize": size, "count": count, "items": items})

    route, open_route = router(guard), router(lambda call: None)
    endpoints: list[tuple[str, str, Any]] = [
        ("PUT", "/data/v1/async/dataextensions/key:{key}/rows", rows_async),
        ("POST", "/data/v1/async/dataextensions/key:{key}/rows", rows_async),
        ("GET", "/data/v1/async/{id}/status", status),
        ("GET", "/data/v1/async/{id}/results", results),
        ("POST", "/hub/v1/dataevents/key:{key}/rowset", rowset),
        ("GET", "/data/v1/customobjectdata/key/{key}/rowset", read),
    ]
    return [
        open_route("POST", "/v2/token", said(log_in)),
        *(route(method, path, said(handler)) for method, path, handler in endpoints),
    ]
