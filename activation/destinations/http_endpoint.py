"""Any HTTP endpoint, declared in YAML: a method, a path and a shape for each kind of change.

See `activation/destinations/README.md` for a declaration. Each request names the row's key and
an idempotency key that its retries repeat.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from activation import destination
from activation.destination import (
    ACCEPTED,
    EXISTS,
    MISSING,
    Answer,
    Row,
    Sync,
    Tool,
    one_by_one,
    plain,
    renamed,
)
from activation.http import Api, Refused, refusal


class Client(destination.Client):
    def __init__(self, tool: Tool) -> None:
        super().__init__(tool)
        settings = tool.settings() or {}
        headers = {
            name: value.format(**settings)
            for name, value in tool.options.get("headers", {}).items()
        }
        self.api = Api(
            settings["url"],
            requests_per_second=tool.requests_per_second,
            timeout_seconds=tool.timeout_seconds,
            failures_in_a_row=tool.failures_in_a_row,
            headers=headers,
        )

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        renamed(sync, columns)

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        return one_by_one(rows, lambda row: self._send(sync, "create", row))

    def update(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        return one_by_one(rows, lambda row: self._send(sync, "update", row))

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        return one_by_one(rows, lambda row: self._send(sync, "delete", row))

    def _send(self, sync: Sync, change: str, row: Row) -> Answer:
        request = sync.options[change]
        body: dict[str, Any] | None = None
        if change != "delete":
            body = {sync.options.get("key_field", "id"): row.key}
            body |= {
                sync.fields.get(name, name): plain(value) for name, value in row.payload.items()
            }
        response = self.api.request(
            request["method"],
            request["path"].format(key=quote(row.key, safe="")),
            json=body,
            headers={**request.get("headers", {}), "Idempotency-Key": row.idempotency_key},
        )
        if response.status_code in (404, 412) and change != "create":
            return MISSING
        if response.status_code in (409, 412) and change == "create":
            return EXISTS
        if response.is_redirect:
            raise Refused(str(response.status_code), "redirected")
        if response.is_error:
            raise refusal(response)
        return ACCEPTED
