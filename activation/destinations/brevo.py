"""Brevo's contacts: `POST /contacts` with `updateEnabled` is an upsert by ext_id.

Brevo drops an unknown attribute without a word, so the attributes are read first and a missing
one is created. The bulk import is deliberately absent: it tells no row's error.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from activation import destination
from activation.destination import (
    ACCEPTED,
    MISSING,
    Answer,
    Row,
    Sync,
    Tool,
    as_text,
    one_by_one,
    renamed,
)
from activation.http import Api, refusal


class Client(destination.Client):
    def __init__(self, tool: Tool) -> None:
        super().__init__(tool)
        settings = tool.settings() or {}
        self.api = Api(
            settings["url"],
            requests_per_second=tool.requests_per_second,
            timeout_seconds=tool.timeout_seconds,
            headers={"api-key": settings["api_key"]},
        )

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        names = [name.upper() for name in renamed(sync, columns).values() if name != "email"]
        attributes = self.api.json("GET", "/contacts/attributes")["attributes"]
        known = {attribute["name"].upper() for attribute in attributes} | {"SMS"}
        for name in names:
            if name not in known:
                response = self.api.request(
                    "POST", f"/contacts/attributes/normal/{name}", json={"type": "text"}
                )
                # 400: made by a first attempt whose answer was lost; a wrong name fails per row
                if response.is_error and response.status_code != 400:
                    raise refusal(response)

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        return one_by_one(rows, lambda row: self._upsert(sync, row))

    update = create

    def _upsert(self, sync: Sync, row: Row) -> Answer:
        body: dict[str, Any] = {"ext_id": row.key, "updateEnabled": True, "attributes": {}}
        for column, value in row.payload.items():
            name = sync.fields.get(column, column)
            if name == "email":
                if value:
                    body["email"] = value
            else:
                body["attributes"][name.upper()] = as_text(value)
        if sync.options.get("list_ids"):
            body["listIds"] = sync.options["list_ids"]
        response = self.api.request("POST", "/contacts", json=body)
        if response.is_error:
            raise refusal(response)
        return ACCEPTED

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        return one_by_one(rows, self._delete)

    def _delete(self, row: Row) -> Answer:
        response = self.api.request(
            "DELETE",
            f"/contacts/{quote(row.key, safe='')}",
            params={"identifierType": "ext_id"},
        )
        if response.status_code == 404:
            return MISSING
        if response.is_error:
            raise refusal(response)
        return ACCEPTED
