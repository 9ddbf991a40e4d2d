"""Klaviyo's profiles: `profile-bulk-import-jobs`, polled, with the errors told row by row.

A profile that leaves is suppressed by its e-mail. Nothing here subscribes anybody: Klaviyo's
subscription jobs clear an existing suppression, which only the customer may do.
"""

from __future__ import annotations

from typing import Any

from activation import destination
from activation.destination import ACCEPTED, Answer, Row, Sync, Tool, one_by_one, poll, renamed
from activation.http import Api, refusal

MEDIA_TYPE = "application/vnd.api+json"
BULK = "/api/profile-bulk-import-jobs"


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
                attributes[name] = told  # null clears
            else:
                attributes["properties"][name] = told
        return {"type": "profile", "attributes": attributes}

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
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

    update = create

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


def emails(row: Row) -> list[str]:
    """The e-mails by which Klaviyo may know a row."""
    return sorted({trace["email"] for trace in row.traces if trace.get("email")})
