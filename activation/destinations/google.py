"""Google Data Manager: `audienceMembers:ingest` and `:remove`, polled, errors told by position.

Google's own normalisation, which is not Meta's: phones with the plus sign, dots and suffixes of
Gmail addresses dropped, country and postcode not hashed.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from activation import destination
from activation.destination import ACCEPTED, Answer, Row, Sync, Tool, as_text, poll
from activation.http import Api, Misconfigured

GMAIL = ("gmail.com", "googlemail.com")
ADDRESS = ("givenName", "familyName", "regionCode", "postalCode")
POLL_SECONDS = 3600


class Client(destination.Client):
    def __init__(self, tool: Tool) -> None:
        super().__init__(tool)
        settings = tool.settings() or {}
        self._destination = {
            "operatingAccount": {
                "accountType": "GOOGLE_ADS",
                "accountId": settings["account_id"],
            },
            "productDestinationId": settings["audience_id"],
        }
        self.api = Api(
            settings["url"],
            requests_per_second=tool.requests_per_second,
            timeout_seconds=tool.timeout_seconds,
            headers={"Authorization": f"Bearer {settings['token']}"},
        )

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        if lost := set(columns) - sync.fields.keys():
            raise Misconfigured(
                f"{sync.name}: no identifier of Google for {', '.join(sorted(lost))}"
            )

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        # a row is here because the customer agreed; the consent travels with it
        extra = {
            "consent": {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"},
            "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"},
        }
        return self._members("ingest", sync, rows, [row.payload for row in rows], extra)

    def update(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        """What was sent before is removed first: an old e-mail would stay in the audience."""
        known = [row for row in rows if row.held]
        if known:
            self._members("remove", sync, known, [row.held or {} for row in known], {})
        return self.create(sync, rows)

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        known = [row for row in rows if row.held]
        removed = self._members("remove", sync, known, [row.held or {} for row in known], {})
        return {row.key: ACCEPTED for row in rows} | removed

    def _members(
        self,
        verb: str,
        sync: Sync,
        rows: list[Row],
        payloads: list[dict[str, Any]],
        extra: Mapping[str, Any],
    ) -> dict[str, Answer]:
        if not rows:
            return {}
        body = {
            "destinations": [self._destination],
            "audienceMembers": [member(sync, payload) for payload in payloads],
            "encoding": "HEX",
            **extra,
        }
        request = self.api.json("POST", f"/v1/audienceMembers:{verb}", json=body)["requestId"]
        state = poll(
            lambda: self.api.json(
                "GET", "/v1/requestStatus:retrieve", params={"requestId": request}
            )["requestStatusPerDestination"][0],
            lambda state: state["requestStatus"] != "PROCESSING",
            seconds=POLL_SECONDS,
        )
        answers = {row.key: ACCEPTED for row in rows}
        if state["requestStatus"] == "SUCCESS":
            return answers
        refused: dict[str, Answer] = {}
        for count in state.get("errorInfo", {}).get("errorCounts", []):
            for index in count.get("recordIndices", []):
                refused[rows[int(index)].key] = Answer("rejected", count["reason"])
        if state["requestStatus"] == "FAILED" and not refused:
            return {row.key: Answer("retry", "FAILED") for row in rows}
        return answers | refused


def member(sync: Sync, payload: dict[str, Any]) -> dict[str, Any]:
    """One audience member: its identifiers, normalised Google's way, hashed where Google wants."""
    found = {
        name: normalised(name, as_text(payload.get(column))) for column, name in sync.fields.items()
    }
    identifiers: list[dict[str, Any]] = [
        {name: sha256(found[name])} for name in ("emailAddress", "phoneNumber") if found.get(name)
    ]
    if all(found.get(name) for name in ADDRESS):
        identifiers.append(
            {
                "address": {
                    "givenName": sha256(found["givenName"]),
                    "familyName": sha256(found["familyName"]),
                    "regionCode": found["regionCode"].upper(),
                    "postalCode": found["postalCode"],
                }
            }
        )
    return {"userData": {"userIdentifiers": identifiers}}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def normalised(name: str, value: str) -> str:
    """One value as Google wants it before it is hashed."""
    text = unicodedata.normalize("NFC", value).strip().lower()
    if name == "emailAddress":
        local, at, domain = re.sub(r"\s", "", text).partition("@")
        if domain in GMAIL:
            local = local.split("+")[0].replace(".", "")
        return local + at + domain
    if name == "phoneNumber":
        digits = re.sub(r"\D", "", text)
        return f"+{digits}" if digits else ""
    if name in ("givenName", "familyName"):
        return "".join(letter for letter in text if letter.isalnum() or letter.isspace())
    return text
