"""Klaviyo's profiles: `profile-bulk-import-jobs`, polled, with the errors told row by row.

A profile that leaves is suppressed by its e-mail. Nothing here subscribes anybody: Klaviyo's
subscription jobs clear an existing suppression, which only the customer may do.

An import job leaves what a null should clear, so a row that lost a value goes by `profile-import`.
Klaviyo knows an e-mail once. Where the profile that has it is of a customer merged into this one,
or of no key, that profile becomes the row's, with its history and with what Klaviyo knows of
unsubscriptions from that e-mail, and the profile that was the row's is merged into it; had its
e-mail been unsubscribed, the one that stays is suppressed first. A value that another row has
still to let go is waited for; one of anybody else's key is refused.
"""

from __future__ import annotations

import json
from typing import Any

from activation import destination
from activation.destination import ACCEPTED, Answer, Row, Sync, Tool, one_by_one, poll, renamed
from activation.http import Api, Transient, parsed, refusal

MEDIA_TYPE = "application/vnd.api+json"
BULK = "/api/profile-bulk-import-jobs"
PROFILES = "/api/profiles"
TAKEN = "duplicate_profile"
LONGEST_MERGE_SECONDS = 60
# suppressions that speak of an address, and not of what its owner wants
UNREACHABLE = {"HARD_BOUNCE", "INVALID_EMAIL"}


class Client(destination.Client):
    modes = frozenset({"mirror", "archive", "upsert"})
    removes_by_value = True

    def __init__(self, tool: Tool) -> None:
        super().__init__(tool)
        settings = tool.settings() or {}
        (sync,) = tool.syncs
        self.api = Api(
            settings["url"],
            requests_per_second=tool.requests_per_second,
            timeout_seconds=tool.timeout_seconds,
            failures_in_a_row=tool.failures_in_a_row,
            headers={
                "Authorization": f"Klaviyo-API-Key {settings['api_key']}",
                "revision": sync.options["revision"],
                "Accept": MEDIA_TYPE,
                "Content-Type": MEDIA_TYPE,
            },
        )

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        renamed(sync, columns)

    def identifiers(self, sync: Sync) -> list[tuple[str, ...]]:
        return [("email",)]

    def _profile(self, sync: Sync, row: Row) -> dict[str, Any]:
        attributes: dict[str, Any] = {"external_id": row.key, "properties": {}}
        for column, value in row.payload.items():
            name = sync.fields.get(column, column)
            told = destination.plain(value)
            if name in sync.options["attributes"]:
                attributes[name] = told  # a null clears, but not in a bulk import
            else:
                attributes["properties"][name] = told
        return {"type": "profile", "attributes": attributes}

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        cleared = [row for row in rows if lost_a_value(row)]
        rest = [row for row in rows if not lost_a_value(row)]
        answers = self._load(sync, rest) if rest else {}
        answers |= one_by_one(cleared, lambda row: self._import(self._profile(sync, row)))
        taken = [row for row in rows if answers[row.key].code == TAKEN]
        return answers | one_by_one(taken, lambda row: self._take_over(sync, row))

    update = create

    def _load(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        profiles = {"data": [self._profile(sync, row) for row in rows]}
        job = {"type": "profile-bulk-import-job", "attributes": {"profiles": profiles}}
        started = self.api.json("POST", BULK, json={"data": job})["data"]["id"]
        ended = poll(
            lambda: self.api.json("GET", f"{BULK}/{started}")["data"]["attributes"],
            lambda state: state["status"] in ("complete", "cancelled"),
        )
        answers = {row.key: ACCEPTED for row in rows}
        if ended["status"] == "cancelled":
            return {row.key: Answer("retry", "cancelled", is_ambiguous=True) for row in rows}
        if ended.get("failed_count"):
            answers |= self._errors(started)
        return answers

    def _import(self, profile: dict[str, Any]) -> Answer:
        """Write one profile, with what its nulls clear."""
        response = self.api.request("POST", "/api/profile-import", json={"data": profile})
        if response.status_code == 409:
            try:
                error = parsed(response)["errors"][0]
                return Answer("rejected", error["code"], error["detail"])
            except (LookupError, TypeError):
                raise refusal(response) from None
        if response.is_error:
            raise refusal(response)
        return Answer("accepted", done={200: "update", 201: "create"}.get(response.status_code))

    def _take_over(self, sync: Sync, row: Row) -> Answer:
        """Write a row whose e-mail or phone another profile has, if it may be taken from there.

        A merge cannot be undone: nothing is written before both have been judged.
        """
        profile = self._profile(sync, row)
        own = self._found("external_id", row.key)
        others: dict[str, dict[str, Any]] = {}
        for name in ("email", "phone_number"):
            value = profile["attributes"].get(name)
            other = self._found(name, value) if value else None
            if other is None or (own and other["id"] == own["id"]):
                continue
            key = other["attributes"].get("external_id")
            # whoever signed up with a phone alone agreed to SMS there: that is left as it is
            if not (key in self.merged(row) if key else name == "email"):
                return Answer("later", TAKEN, f"A profile of another key has this {name}.")
            others[name] = other
        kept = others.get("email", own)
        phones = others.get("phone_number")
        if phones and (kept is None or phones["id"] != kept["id"]):
            freed = {"type": "profile", "id": phones["id"], "attributes": {"phone_number": None}}
            self.api.json("PATCH", f"{PROFILES}/{phones['id']}", json={"data": freed})
        if own and kept and kept["id"] != own["id"]:
            if has_unsubscribed(own) or has_unsubscribed(kept):
                self._suppress([kept["attributes"]["email"]])
            try:
                self._merge(own["id"], into=kept["id"])
            except Transient as error:  # the others need not wait for it
                return Answer("retry", "merging", str(error), is_ambiguous=True)
        return self._import(profile | ({"id": kept["id"]} if kept else {}))

    def _found(self, name: str, value: str) -> dict[str, Any] | None:
        """The profile that has this identifier."""
        value = value.lower() if name == "email" else value
        asked = {
            "filter": f"equals({name},{json.dumps(value)})",
            "additional-fields[profile]": "subscriptions",
        }
        found = self.api.json("GET", PROFILES, params=asked)["data"]
        return found[0] if found else None

    def _merge(self, source: str, into: str) -> None:
        """Merge a profile into another. Raises Transient when Klaviyo's task has not ended."""
        sources = {"data": [{"type": "profile", "id": source}]}
        merge = {"type": "profile-merge", "id": into, "relationships": {"profiles": sources}}
        self.api.json("POST", "/api/profile-merge", json={"data": merge})
        poll(
            lambda: self.api.request("GET", f"{PROFILES}/{source}").status_code,
            lambda status: status == 404,
            seconds=LONGEST_MERGE_SECONDS,
            stopping=self.stopping,
        )

    def _errors(self, job: str) -> dict[str, Answer]:
        found: dict[str, Answer] = {}
        address: str | None = f"{BULK}/{job}/import-errors"
        while address:
            page = self.api.json("GET", address)
            for error in page["data"]:
                said = error["attributes"]
                payload = said["original_payload"]
                key = payload.get("external_id") or payload["attributes"]["external_id"]
                found[key] = Answer("rejected", said["code"], said["detail"])
            address = page.get("links", {}).get("next")
        return found

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        """Suppress (`archive`) or erase (`mirror`) by the e-mails that we had sent.

        Klaviyo's answer to either is 202; a profile without an e-mail cannot be written to.
        """
        if sync.mode == "archive":
            self._suppress([email for row in rows for email in emails(row)])
            return {row.key: ACCEPTED for row in rows}
        return one_by_one(rows, self._erase)

    def _suppress(self, emails: list[str]) -> None:
        if emails:
            profiles = [{"type": "profile", "attributes": {"email": email}} for email in emails]
            kind = "profile-suppression-bulk-create-job"
            job = {"type": kind, "attributes": {"profiles": {"data": profiles}}}
            self.api.json("POST", f"/api/{kind}s", json={"data": job})

    def _erase(self, row: Row) -> Answer:
        for email in emails(row):
            profile = {"data": {"type": "profile", "attributes": {"email": email}}}
            job = {"type": "data-privacy-deletion-job", "attributes": {"profile": profile}}
            address = "/api/data-privacy-deletion-jobs"
            response = self.api.request("POST", address, json={"data": job})
            if response.is_error:
                raise refusal(response)
        return ACCEPTED


def has_unsubscribed(profile: dict[str, Any]) -> bool:
    """Whether its owner, or we, have said that no e-mail is to be sent to it."""
    channel = (profile["attributes"].get("subscriptions") or {}).get("email") or {}
    marketing = channel.get("marketing") or {}
    reasons = {one["reason"] for one in marketing.get("suppression") or []}
    return marketing.get("consent") == "UNSUBSCRIBED" or bool(reasons - UNREACHABLE)


def lost_a_value(row: Row) -> bool:
    """Whether Klaviyo may hold a value where the row has none any more."""
    sent = [item for payload in row.sent for item in payload.items()]
    held = {column for column, value in sent if value is not None}
    return any(row.payload.get(column) is None for column in held & row.payload.keys())


def emails(row: Row) -> list[str]:
    """The e-mails by which Klaviyo may know a row."""
    return sorted({trace["email"] for trace in row.traces if trace.get("email")})
