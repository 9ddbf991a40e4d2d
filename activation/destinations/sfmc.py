"""Salesforce Marketing Cloud: asynchronous upserts of data extension rows, polled, told by row."""

from __future__ import annotations

from typing import Any

import httpx

from activation import destination
from activation.destination import ACCEPTED, Answer, Row, Sync, Tool, as_text, poll, renamed
from activation.http import Api, Misconfigured, Transient, parsed


class Client(destination.Client):
    modes = frozenset({"archive", "upsert"})  # REST deletes no row

    def __init__(self, tool: Tool) -> None:
        super().__init__(tool)
        self._settings = tool.settings() or {}
        self.api = Api(
            self._settings["url"],
            requests_per_second=tool.requests_per_second,
            timeout_seconds=tool.timeout_seconds,
            failures_in_a_row=tool.failures_in_a_row,
            login=self._log_in,
        )

    def _log_in(self, client: httpx.Client) -> dict[str, str]:
        """A token of 18 minutes, renewed at the 401; the answer names the host to talk to."""
        response = httpx.post(
            f"{self._settings['url'].rstrip('/')}/v2/token",
            json={
                "grant_type": "client_credentials",
                "client_id": self._settings["client_id"],
                "client_secret": self._settings["client_secret"],
            },
        )
        if response.status_code in (400, 401, 403):
            raise Misconfigured("Marketing Cloud refuses our client_id or client_secret")
        if response.is_error:
            raise Transient(str(response.status_code), "token", is_ambiguous=False)
        answer = parsed(response)
        client.base_url = httpx.URL(answer["rest_instance_url"])
        return {"Authorization": f"Bearer {answer['access_token']}"}

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        self._fields = list(renamed(sync, columns).values())

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        items = []
        for row in rows:
            values = {
                sync.fields.get(column, column): as_text(value)
                for column, value in row.payload.items()
            }
            items.append({**self._key(sync, row), **values, sync.options["gone_column"]: "false"})
        return self._upsert(sync, rows, items)

    update = create

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        items = []
        for row in rows:
            held = [sync.fields.get(column, column) for column in row.held or {}]
            emptied = dict.fromkeys([*self._fields, *held], "")
            items.append({**self._key(sync, row), **emptied, sync.options["gone_column"]: "true"})
        return self._upsert(sync, rows, items)

    def _key(self, sync: Sync, row: Row) -> dict[str, str]:
        return {sync.options["key_column"]: row.key}

    def _upsert(
        self, sync: Sync, rows: list[Row], items: list[dict[str, Any]]
    ) -> dict[str, Answer]:
        self.api.authenticate()  # the first login says which host
        extension = self._settings.get("external_key") or sync.options["external_key"]
        path = f"/data/v1/async/dataextensions/key:{extension}/rows"
        request = self.api.json("PUT", path, json={"items": items})["requestId"]
        ended = poll(
            lambda: self.api.json("GET", f"/data/v1/async/{request}/status")["status"],
            lambda status: status["requestStatus"] in ("Complete", "Error"),
        )
        if not ended.get("hasErrors") and ended["requestStatus"] == "Complete":
            return {row.key: ACCEPTED for row in rows}
        answer = self.api.json("GET", f"/data/v1/async/{request}/results")
        # results come in the order of the rows
        return {
            row.key: Answer("rejected", str(result.get("errorCode", "")), result.get("message", ""))
            if result["status"] == "Error"
            else ACCEPTED
            for row, result in zip(rows, answer["items"], strict=False)
        }
