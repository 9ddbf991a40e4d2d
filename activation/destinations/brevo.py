"""Brevo's contacts: `POST /contacts` with `updateEnabled` is an upsert by ext_id.

Brevo drops an unknown attribute without a word, so the attributes are read first and a missing
one is created. Many rows go by `POST /contacts/import`, ten thousand a request instead of one.
What an import says of its rows is not documented and not relied on: once it is over the contacts
are read, those as wanted get their receipts, and the rest goes by the upsert, which says why not.

Brevo knows an e-mail and a phone once. Where the contact that has the e-mail is of a customer
merged into this one, or of no key, that contact becomes the row's and the one that was the row's
goes; who has unsubscribed by either stays so. One of anybody else's key is refused. Contacts of
merged customers are therefore deleted once all else has been written, and stay as long as a row
that wants their e-mail or phone does not have it.
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
AWAITED = Answer("later", "merged", "a row that wants its e-mail or phone does not have it yet")
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
        fields = renamed(sync, columns)
        self._columns = {name: column for column, name in fields.items()}
        names = [name.upper() for name in fields.values() if name != "email"]
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

        Nothing is written before both have been judged. Raises Refused: `error`, where that
        contact is nobody's of ours.
        """
        contact = self._contact(sync, row)
        own = self._found(row.key, "ext_id")
        others = self._others(contact, own)
        for kind, other in others.items():
            key = other.get("ext_id") or other["attributes"].get("EXT_ID")
            if key and key not in self.merged(row):
                return Answer("later", error.code, error.message)
            if not key and kind == "phone_id":
                raise error
            # what goes with a phone may be an e-mail that another row is to have, flag and all
            email = str(other.get("email") or "").lower()
            if kind == "phone_id" and email != contact["email"] and self._wanted("email", {email}):
                return Answer("later", error.code, error.message)
        if sync.mode == "update_only":
            raise error
        if not others:  # let go meanwhile
            return Answer("later", error.code, error.message)
        kept = others.get("email_id") or own or others["phone_id"]
        gone = {one["id"]: one for one in (own, others.get("phone_id")) if one}
        gone.pop(kept["id"], None)
        body: dict[str, Any] = {"attributes": contact["attributes"], "ext_id": row.key}
        phone = body["attributes"].get("SMS")
        # whoever of them has unsubscribed stays so; what the row does not name cannot be cleared
        barred = {
            flag
            for flag in BLACK_LISTS.values()
            if any(one[flag] for one in (kept, *gone.values()))
        }
        if contact["email"]:
            body["attributes"]["EMAIL"] = contact["email"]
        elif kept.get("email"):
            barred.add(BLACK_LISTS["email"])
        if not phone:
            body["attributes"].pop("SMS", None)
            if kept["attributes"].get("SMS"):
                barred.add(BLACK_LISTS["SMS"])
        if barred:  # before the contact goes that says so
            self._accepted("PUT", f"/contacts/{kept['id']}", json=dict.fromkeys(barred, True))
        for one in gone:
            self._accepted("DELETE", f"/contacts/{one}")
        if self._lists:
            body["listIds"] = self._lists
        self._accepted("PUT", f"/contacts/{kept['id']}", json=body)
        return Answer("accepted", done="update")

    def _others(
        self, contact: Mapping[str, Any], own: Mapping[str, Any] | None
    ) -> dict[str, dict[str, Any]]:
        """The contacts but its own that have a row's e-mail or phone."""
        values = {"email_id": contact["email"], "phone_id": contact["attributes"].get("SMS")}
        found = {kind: self._found(value, kind) for kind, value in values.items() if value}
        own_id = own and own["id"]
        return {kind: one for kind, one in found.items() if one and one["id"] != own_id}

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
            if self._others(contact, found):  # nothing goes before those are judged, but a channel
                self._change(row, {BLACK_LISTS[name]: True for name in gone})
                raise Refused("400", TAKEN)
            self._delete(row)
        body = contact | {"ext_id": row.key, "updateEnabled": is_upsert}
        if not body["email"]:
            del body["email"]
        if self._lists:
            body["listIds"] = self._lists
        response = self.api.request("POST", "/contacts", json=body)
        if response.is_error and not is_upsert and TAKEN in response.text:
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
        answers = {row.key: LATER for row in rows if row.successor_key and not row.is_late}
        answers |= self._awaited([row for row in rows if row.successor_key and row.is_late])
        rest = [row for row in rows if row.key not in answers]
        if sync.mode == "archive":
            unsubscribed = dict.fromkeys(BLACK_LISTS.values(), True)
            return answers | one_by_one(rest, lambda row: self._change(row, {**unsubscribed}))
        return answers | one_by_one(rest, self._delete)

    def _awaited(self, rows: list[Row]) -> dict[str, Answer]:
        """Answers of those whose contact has gone, or has an e-mail or phone that a row wants: that
        is left, and what nobody wants of it is barred."""
        held: dict[str, dict[str, set[str]]] = {}

        def look(row: Row) -> Answer:
            found = self._found(row.key, "ext_id")
            if found is None:
                return MISSING
            email, phone = str(found.get("email") or "").lower(), _phone(found)
            held[row.key] = {
                "email": {email} - {""},
                "SMS": {f"{prefix}{phone}" for prefix in ("", "+", "00") if phone},
            }
            return AWAITED

        def leave(row: Row) -> Answer:
            unwanted = [name for name, values in held[row.key].items() if values]
            if shut := {BLACK_LISTS[name]: True for name in unwanted if name not in left[row.key]}:
                self._change(row, shut)
            return AWAITED

        answers = one_by_one(rows, look)
        wanted = {
            name: self._wanted(name, set().union(*(one[name] for one in held.values())))
            for name in BLACK_LISTS
        }
        left = {
            key: {name for name in BLACK_LISTS if one[name] & wanted[name]}
            for key, one in held.items()
        }
        answers = {key: answer for key, answer in answers.items() if left.get(key, True)}
        return answers | one_by_one([row for row in rows if left.get(row.key)], leave)

    def _wanted(self, name: str, values: set[str]) -> set[str]:
        """Which of these e-mails or phones a row is to have."""
        asked = sorted(values - {""})
        return self.wanted(self._columns[name], asked) if asked and name in self._columns else set()

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
