"""Splio's Customer Platform API: contacts.

There is no upsert: POST refuses a key that exists, PATCH a key that does not; the engine turns
one into the other. Creates and deletes go by bulk calls of up to 1,000 (207, a line a contact),
updates one by one. Custom values are strings, whatever their type; a field cleared in the
warehouse is sent empty. A PATCH with `lists` replaces all memberships, so lists are sent only
when the model has such a column.

A full load goes by files for the Datahub: UTF-8 without BOM, phones as 0033…, known columns only
(an unknown one refuses the whole file). The Datahub answers nobody, so a row of a file has no
receipt until the contacts have been read and hold what it says. A field that a file leaves empty
stays as it is there; such a contact differs and goes by the API.

Deliberately absent: `double_optin`, which would mail the customer. Black lists are Splio's own
and stay so: nothing here takes an address off them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from activation import destination
from activation.destination import (
    ACCEPTED,
    EXISTS,
    MISSING,
    Answer,
    Row,
    Sync,
    Tool,
    as_text,
    one_by_one,
    renamed,
)
from activation.destinations.files import folder, written
from activation.http import Api, Misconfigured, Refused, Transient, parsed, refusal

UNIQUE_KEY = "unique_key"
LISTS_OF_OBJECTS = ("lists", "tracking_consent")
DATAHUB = {"creation_date": "dateOfCreation"}  # fields that have another name in a file
CONTACTS_A_PAGE = 1000


class Client(destination.Client):
    def __init__(self, tool: Tool) -> None:
        super().__init__(tool)
        settings = tool.settings() or {}
        self._credentials = {key: settings[key] for key in ("api_key", "password")}
        self.api = Api(
            settings["url"],
            requests_per_second=tool.requests_per_second,
            timeout_seconds=tool.timeout_seconds,
            failures_in_a_row=tool.failures_in_a_row,
            login=self._log_in,
        )
        self._key_field: dict[str, Any] = {}
        self._custom: dict[str, dict[str, Any]] = {}
        self._system: list[str] = []
        self._datahub = settings.get("datahub", "")

    def _log_in(self, client: httpx.Client) -> dict[str, str]:
        response = client.post("/authenticate", json=self._credentials)
        if response.status_code in (400, 401, 403):
            raise Misconfigured("Splio refuses our api_key or password")
        if response.is_error:
            raise Transient(str(response.status_code), "authenticate", is_ambiguous=False)
        return {"Authorization": f"Bearer {parsed(response)['token']}"}

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        """Find the universe's unique key and the ids of the custom fields, made if missing."""
        names = renamed(sync, columns)
        known = self._known_fields()
        key = self.api.json("GET", "/universes/unique-key")["unique_key"]
        if not (key.startswith("c") and key[1:].isdigit()):
            raise Misconfigured(
                f"{sync.name}: the unique key of the universe is {key}, no custom field"
            )
        self._key_field = {"id": int(key[1:])}
        system = sync.options["system_fields"]
        self._system = [name for name in names.values() if name in system]
        for name in [name for name in names.values() if name not in system]:
            if name not in known:
                field = {"scope": "contacts", "name": name, "type": "text"}
                try:
                    known[name] = self.api.json("POST", "/data/fields", json=field)["id"]
                except Refused:  # made by a first attempt whose answer was lost
                    known = self._known_fields()
            self._custom[name] = {"id": known[name], "name": name}

    def _known_fields(self) -> dict[str, int]:
        answer = self.api.json("GET", "/data/fields/contacts", params={"per_page": 1000})
        return {field["name"]: field["id"] for field in answer["elements"]}

    def _contact(self, sync: Sync, row: Row) -> dict[str, Any]:
        system = sync.options["system_fields"]
        body: dict[str, Any] = {}
        custom = [{**self._key_field, "value": row.key}]
        for column, value in row.payload.items():
            name = sync.fields.get(column, column)
            if name in LISTS_OF_OBJECTS:
                body[name] = json.loads(value) if isinstance(value, str) else value or []
            elif name in system:
                body[name] = as_text(value)
            else:
                custom.append({**self._custom[name], "value": as_text(value)})
        return {**body, "custom_fields": custom}

    # --- full loads --------------------------------------------------------------------------

    def is_bulk(self, sync: Sync, rows: int) -> bool:
        return bool(self._datahub) and rows >= sync.options["full_load_from"]

    def load(self, sync: Sync, rows: list[Row]) -> None:
        lines = [self._line(sync, row) for row in rows]
        content = written(lines, "csv", ";")
        digest = hashlib.sha256(content).hexdigest()[:16]
        with folder(self._datahub) as place:
            place.put(f"{sync.options['universe']}_contacts_{digest}.csv", content)

    def withdraw(self, sync: Sync) -> None:
        if not self._datahub:
            return
        with folder(self._datahub) as place:
            place.take_back(rf"\.?{sync.options['universe']}_contacts_[0-9a-f]{{16}}\.csv(\.part)?")

    def _line(self, sync: Sync, row: Row) -> dict[str, Any]:
        line: dict[str, Any] = {"customer_key": row.key}
        for column, value in row.payload.items():
            name = sync.fields.get(column, column)
            if name in LISTS_OF_OBJECTS:
                raise Misconfigured(f"{sync.name}: {name} does not go by file")
            text = as_text(value)
            if name == "email":
                text = text.lower()
            elif name == "cellphone":
                text = re.sub(r"^\+", "00", text)
            line[DATAHUB.get(name, name)] = text
        return line

    def reader(self, sync: Sync) -> Callable[[Row], bool]:
        """Read every contact, 1,000 a request; a fingerprint each is kept."""
        held: dict[str, str] = {}
        page, total = 1, 1
        while (page - 1) * CONTACTS_A_PAGE < total:
            answer = self.api.json(
                "GET",
                "/data/contacts",
                params={"per_page": CONTACTS_A_PAGE, "page_number": page},
            )
            total, page = int(answer["count_element"]), page + 1
            for contact in answer["elements"]:
                values = {item["id"]: item["value"] for item in contact["custom_fields"]}
                if key := values.get(self._key_field["id"]):
                    held[key] = self._fingerprint(contact)
        return lambda row: held.get(row.key) == self._fingerprint(self._contact(sync, row))

    def _fingerprint(self, contact: Mapping[str, Any]) -> str:
        """What the sync says of a contact, in one order; what is empty is not there."""
        ours = {field["id"] for field in self._custom.values()}
        said = {name: contact.get(name) for name in self._system}
        said |= {
            str(item["id"]): item["value"]
            for item in contact["custom_fields"]
            if item["id"] in ours
        }
        text = json.dumps({name: said[name] for name in sorted(said) if said[name]})
        return hashlib.sha256(text.encode()).hexdigest()

    # --- changes -----------------------------------------------------------------------------

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        contacts = [self._contact(sync, row) for row in rows]
        answer = self.api.json("POST", "/data/contacts/bulk", json={"contacts": contacts})
        return {item["contact_id"]: _said(item) for item in answer["items"]}

    def update(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        return one_by_one(rows, lambda row: self._patch(sync, row))

    def _patch(self, sync: Sync, row: Row) -> Answer:
        body = {"key": UNIQUE_KEY, **self._contact(sync, row)}
        response = self.api.request("PATCH", f"/data/contacts/{quote(row.key, safe='')}", json=body)
        if response.status_code == 404:
            return MISSING
        if response.is_error:
            raise refusal(response)
        parsed(response)
        return ACCEPTED

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        keys = [row.key for row in rows]
        path = "optout" if sync.mode == "archive" else "bulk"
        method = "POST" if sync.mode == "archive" else "DELETE"
        answer = self.api.json(method, f"/data/contacts/{path}", json={"contacts": keys})
        return {item["contact_id"]: _said(item) for item in answer["items"]}


def _said(item: Mapping[str, Any]) -> Answer:
    """One line of a 207."""
    code, words = int(item["code"]), str(item.get("description") or "")
    if code < 300:
        return ACCEPTED
    if code == 404:
        return MISSING
    if code in (400, 409) and "already exist" in words.lower():
        return EXISTS
    if code == 429 or code >= 500:
        return Answer("retry", str(code), words, is_ambiguous=code >= 500)
    return Answer("rejected", str(code), words)
