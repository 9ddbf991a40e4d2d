"""Brevo's contacts: `POST /contacts` with `updateEnabled` is an upsert by ext_id.

Brevo drops an unknown attribute without a word, so the attributes are read first and a missing
one is created. Many rows go by `POST /contacts/import`, ten thousand a request instead of one.
What an import says of its rows is not documented and not relied on: once it is over the contacts
are read, those as wanted get their receipts, and the rest goes by the upsert, which says why not.

Brevo knows an e-mail and a phone once. Where the contact that has the e-mail is of a key that has
left (a customer merged into this one), or of none, that contact becomes the row's, so that who has
unsubscribed by that address stays so; the one that was the row's goes. Contacts of merged
customers are therefore deleted once all else has been written.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
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
    as_text,
    one_by_one,
    poll,
    renamed,
)
from activation.http import (
    Api,
    Misconfigured,
    Refused,
    Transient,
    Unavailable,
    parsed,
    refusal,
)

BLACK_LISTS = {"email": "emailBlacklisted", "SMS": "smsBlacklisted"}
LARGEST_IMPORT = 8_000_000  # bytes: what Brevo calls safe
CONTACTS_A_PAGE = 1000
TAKEN = "duplicate_parameter"
LATER = Answer("later", "merged", "the survivor is written first")
OVER = ("completed", "failed", "cancelled")
LONGEST_IMPORT_SECONDS = 3600


class Client(destination.Client):
    confirms_loads = True

    def __init__(self, tool: Tool) -> None:
        super().__init__(tool)
        settings = tool.settings() or {}
        self.api = Api(
            settings["url"],
            requests_per_second=tool.requests_per_second,
            timeout_seconds=tool.timeout_seconds,
            failures_in_a_row=tool.failures_in_a_row,
            headers={"api-key": settings["api_key"]},
        )
        try:
            lists = settings.get("list_ids", "").split(",")
            self._lists = [int(number) for number in lists if number]
        except ValueError:
            raise Misconfigured("BREVO_LIST_IDS: numbers of lists, separated by commas") from None

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        names = [name.upper() for name in renamed(sync, columns).values() if name != "email"]
        attributes = self.api.json("GET", "/contacts/attributes")["attributes"]
        known = {attribute["name"].upper() for attribute in attributes} | {"SMS"}
        self._attributes = names
        for name in names:
            if name not in known:
                response = self.api.request(
                    "POST", f"/contacts/attributes/normal/{name}", json={"type": "text"}
                )
                # 400: made by a first attempt whose answer was lost; a wrong name fails per row
                if response.is_error and response.status_code != 400:
                    raise refusal(response)

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        return one_by_one(rows, lambda row: self._write(sync, row))

    update = create

    def _write(self, sync: Sync, row: Row) -> Answer:
        try:
            return self._upsert(sync, row)
        except Refused as error:
            if TAKEN not in error.message:
                raise
            return self._take_over(sync, row, error)

    def _take_over(self, sync: Sync, row: Row, error: Refused) -> Answer:
        """Write a row whose e-mail or phone another contact has, if it may be taken from there.

        Raises Refused: `error`, where that contact is nobody's of ours.
        """
        contact = self._contact(sync, row)
        phone = contact["attributes"].get("SMS")
        own = self._found(row.key, "ext_id")
        others = {}
        for kind, value in (("email_id", contact["email"]), ("phone_id", phone)):
            other = self._found(value, kind) if value else None
            if other is None or (own and other["id"] == own["id"]):
                continue
            key = other.get("ext_id") or other["attributes"].get("EXT_ID")
            if key and not self.departed([key]):
                return Answer("later", error.code, error.message)
            if not key and kind == "phone_id":
                raise error
            others[kind] = other
        if not others or sync.mode == "update_only":
            raise error
        kept = others.get("email_id")
        gone = [one for one in (own, others.get("phone_id")) if one and one != kept]
        # who has unsubscribed by that phone stays so as well; one that nobody wants is barred
        barred = {_phone(one) for one in gone if one["smsBlacklisted"]}
        is_barred = _kept("SMS", phone) in barred if phone else bool(kept and _phone(kept))
        for one in gone:
            self._accepted("DELETE", f"/contacts/{one['id']}")
        if not phone:
            contact["attributes"].pop("SMS", None)
        if not contact["email"]:
            del contact["email"]
        body = contact | {"ext_id": row.key} | ({"smsBlacklisted": True} if is_barred else {})
        if self._lists:
            body["listIds"] = self._lists
        if kept is None:
            self._accepted("POST", "/contacts", json=body | {"updateEnabled": True})
        else:
            body.pop("email")
            self._accepted("PUT", f"/contacts/{kept['id']}", json=body)
        return Answer("accepted", done="update")

    def _found(self, identifier: str, kind: str) -> dict[str, Any] | None:
        """The contact that has this key, e-mail or phone."""
        path = f"/contacts/{quote(identifier, safe='')}"
        response = self.api.request("GET", path, params={"identifierType": kind})
        if response.status_code == 404:
            return None
        if response.is_error:
            raise refusal(response)
        return parsed(response)

    def _accepted(self, method: str, path: str, **options: Any) -> None:
        """A request that has to succeed; what is to be deleted may have gone meanwhile."""
        response = self.api.request(method, path, **options)
        if response.is_error and (method, response.status_code) != ("DELETE", 404):
            raise refusal(response)

    def _upsert(self, sync: Sync, row: Row) -> Answer:
        contact = self._contact(sync, row)
        if not contact["attributes"].get("SMS"):
            contact["attributes"].pop("SMS", None)
        # An upsert leaves the e-mail or phone that it does not name, and with it a channel whose
        # consent was withdrawn.
        gone = {"email", "SMS"} - self._reached_by(sync, row.payload)
        if not row.is_in_doubt:
            gone &= self._reached_by(sync, row.held or {})
        if sync.mode == "update_only":
            return self._change(row, contact | {BLACK_LISTS[name]: True for name in gone})
        is_upsert = sync.mode != "create_only"
        if gone and is_upsert and (found := self._holding(row, gone)):
            if any(found.get(flag) for flag in BLACK_LISTS.values()):
                # who has unsubscribed there stays so: this contact is never made anew
                return self._change(row, contact | {BLACK_LISTS[name]: True for name in gone})
            self._delete(row)
        body = contact | {"ext_id": row.key, "updateEnabled": is_upsert}
        if not body["email"]:
            del body["email"]
        if self._lists:
            body["listIds"] = self._lists
        response = self.api.request("POST", "/contacts", json=body)
        if response.is_error and not is_upsert and "duplicate_parameter" in response.text:
            return EXISTS
        if response.is_error:
            raise refusal(response)
        return Answer("accepted", done="update" if response.status_code == 204 else None)

    def _change(self, row: Row, body: dict[str, Any]) -> Answer:
        """Write a contact that is there."""
        if email := body.pop("email", None):
            body["attributes"]["EMAIL"] = email
        response = self.api.request("PUT", **self._place(row), json=body)
        if response.status_code == 404:
            return MISSING
        if response.is_error:
            raise refusal(response)
        return ACCEPTED

    def _holding(self, row: Row, gone: set[str]) -> dict[str, Any] | None:
        """The contact that the tool has, if it has one of these."""
        found = self._found(row.key, "ext_id")
        if found is None:
            return None
        held = {"email": found.get("email"), **found["attributes"]}
        return found if any(held.get(name) for name in gone) else None

    def _reached_by(self, sync: Sync, payload: Mapping[str, Any]) -> set[str]:
        names = {sync.fields.get(column, column) for column, value in payload.items() if value}
        return names & {"email", "SMS"}

    def _place(self, row: Row) -> dict[str, Any]:
        path = f"/contacts/{quote(row.key, safe='')}"
        return {"path": path, "params": {"identifierType": "ext_id"}}

    def _contact(self, sync: Sync, row: Row) -> dict[str, Any]:
        """The e-mail, in small letters as Brevo keeps it, and the attributes, all as text."""
        said = {sync.fields.get(name, name): as_text(value) for name, value in row.payload.items()}
        email = said.pop("email", "").lower()
        return {
            "email": email,
            "attributes": {name.upper(): value for name, value in said.items()},
        }

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        merged = {row.key: LATER for row in rows if row.successor_key and not row.is_late}
        rest = [row for row in rows if row.key not in merged]
        if sync.mode == "archive":
            unsubscribed = dict.fromkeys(BLACK_LISTS.values(), True)
            return merged | one_by_one(rest, lambda row: self._change(row, {**unsubscribed}))
        return merged | one_by_one(rest, self._delete)

    def _delete(self, row: Row) -> Answer:
        response = self.api.request("DELETE", **self._place(row))
        if response.status_code == 404:
            return MISSING
        if response.is_error:
            raise refusal(response)
        return ACCEPTED

    # --- imports -----------------------------------------------------------------------------

    def is_bulk(self, sync: Sync, rows: int) -> bool:
        is_upsert = sync.mode not in ("update_only", "create_only")
        return is_upsert and bool(self._lists) and rows >= sync.options["import_from"]

    def load(self, sync: Sync, rows: list[Row]) -> None:
        contacts = []
        for row in rows:
            contact = self._contact(sync, row)
            contact["attributes"]["EXT_ID"] = row.key
            contacts.append(contact if contact["email"] else {"attributes": contact["attributes"]})
        self._import(contacts)

    def _import(self, contacts: list[dict[str, Any]]) -> None:
        text = json.dumps(contacts, ensure_ascii=False)
        if len(text.encode()) > LARGEST_IMPORT and len(contacts) > 1:
            middle = len(contacts) // 2
            self._import(contacts[:middle])
            self._import(contacts[middle:])
            return
        body = {
            "jsonBody": contacts,
            "listIds": self._lists,
            "updateExistingContacts": True,
            "emptyContactsAttributes": True,  # an empty value clears, as it does in the upsert
            "disableNotification": True,
        }
        self.api.json("POST", "/contacts/import", json=body)

    def await_loads(self, sync: Sync) -> None:
        """Wait until no import is under way: one by a run that was killed could write late."""
        try:
            poll(
                lambda: self.api.json("GET", "/processes", params={"limit": 50}),
                lambda found: all(
                    process["status"] in OVER
                    for process in found.get("processes", [])
                    if process["name"] == "IMPORTUSER"
                ),
                seconds=LONGEST_IMPORT_SECONDS,
                longest_pause=60,  # 100 requests an hour are allowed there
                stopping=self.stopping,
            )
        except Transient as error:  # an hour of asking: not to be begun again
            raise Unavailable(f"Brevo has not said that its imports are over: {error}") from None

    withdraw = await_loads

    def reader(self, sync: Sync) -> Callable[[Row], bool]:
        """Read every contact, 1,000 a request."""
        held: dict[str, str] = {}
        offset, total = 0, 1
        while offset < total:
            page = {"limit": CONTACTS_A_PAGE, "offset": offset, "sort": "asc"}
            answer = self.api.json("GET", "/contacts", params=page)
            total, offset = int(answer["count"]), offset + CONTACTS_A_PAGE
            for contact in answer["contacts"]:
                key = contact.get("ext_id") or contact["attributes"].get("EXT_ID")
                if key and set(self._lists) <= set(contact["listIds"]):
                    held[str(key)] = self._fingerprint(contact)
        return lambda row: held.get(row.key) == self._fingerprint(self._contact(sync, row))

    def _fingerprint(self, contact: Mapping[str, Any]) -> str:
        """What the sync says of a contact, in one order; what is empty is not there."""
        has = contact["attributes"]
        said = {name: _kept(name, as_text(has.get(name))) for name in self._attributes}
        said["email"] = str(contact.get("email") or "").lower()
        text = json.dumps({name: said[name] for name in sorted(said) if said[name]})
        return hashlib.sha256(text.encode()).hexdigest()


def _phone(contact: Mapping[str, Any]) -> str:
    return _kept("SMS", as_text(contact["attributes"].get("SMS")))


def _kept(name: str, value: str) -> str:
    """A value as Brevo gives it back: a phone may lose its plus sign or zeros."""
    return re.sub(r"^(\+|00)", "", value) if name == "SMS" else value
