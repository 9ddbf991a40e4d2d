"""Google Data Manager: `audienceMembers:ingest` and `:remove`, polled, errors told by position.

Values come normalised Google's way and hashed, country and postcode not, from
`sync_google__audience`, so that a receipt holds what a removal must name again; a member with a
value that should be a hash and is none is not sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activation import destination
from activation.destination import ACCEPTED, Answer, Row, Sync, Tool, as_text, is_sha256, poll
from activation.http import Api, Misconfigured

HASHED = ("emailAddress", "phoneNumber", "givenName", "familyName")
ADDRESS = ("givenName", "familyName", "regionCode", "postalCode")
NOBODY: dict[str, Any] = {"userData": {"userIdentifiers": []}}
POLL_SECONDS = 3600


class Client(destination.Client):
    modes = frozenset({"mirror", "upsert"})
    removes_by_value = True

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
            failures_in_a_row=tool.failures_in_a_row,
            headers={"Authorization": f"Bearer {settings['token']}"},
        )

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        if lost := set(columns) - sync.fields.keys():
            raise Misconfigured(
                f"{sync.name}: no identifier of Google for {', '.join(sorted(lost))}"
            )

    def identifiers(self, sync: Sync) -> list[tuple[str, ...]]:
        column = {name: column for column, name in sync.fields.items()}
        groups = (("emailAddress",), ("phoneNumber",), ADDRESS)
        return [tuple(column[name] for name in group) for group in groups]

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        """What was sent before is removed first: an old e-mail would stay in the audience.

        A row whose removal failed is not sent: its receipt would forget what must still go.
        """
        known = [(row, old) for row in rows for old in row.traces if old != row.payload]
        removed = self._members("remove", sync, known, {})
        kept = {key: answer for key, answer in removed.items() if answer.status != "accepted"}
        # a row is here because the customer agreed; the consent travels with it
        extra = {
            "consent": {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"},
            "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"},
        }
        wanted = [(row, row.payload) for row in rows if row.key not in kept]
        return self._members("ingest", sync, wanted, extra) | kept

    update = create

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        known = [(row, old) for row in rows for old in row.traces]
        return {row.key: ACCEPTED for row in rows} | self._members("remove", sync, known, {})

    def _members(
        self,
        verb: str,
        sync: Sync,
        payloads: list[tuple[Row, dict[str, Any]]],
        extra: Mapping[str, Any],
    ) -> dict[str, Answer]:
        told = [(row, member(sync, payload)) for row, payload in payloads]
        if verb == "remove":  # nothing may be left to name: it is all another member's too
            told = [(row, found) for row, found in told if found != NOBODY]
        unhashed = {row.key: Answer("rejected", "not hashed") for row, found in told if not found}
        rows = [row for row, found in told if found]
        members = [found for _, found in told if found]
        if not rows:
            return unhashed
        body = {
            "destinations": [self._destination],
            "audienceMembers": members,
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
        answers = unhashed | {row.key: ACCEPTED for row in rows}
        if state["requestStatus"] == "SUCCESS":
            return answers
        refused: dict[str, Answer] = {}
        for count in state.get("errorInfo", {}).get("errorCounts", []):
            for index in count.get("recordIndices", []):
                refused[rows[int(index)].key] = Answer("rejected", count["reason"])
        if state["requestStatus"] == "FAILED" and not refused:
            return unhashed | {row.key: Answer("retry", "FAILED") for row in rows}
        return answers | refused


def member(sync: Sync, payload: dict[str, Any]) -> dict[str, Any] | None:
    """One audience member with its identifiers; None when something that must be hashed is not."""
    found = {name: as_text(payload.get(column)) for column, name in sync.fields.items()}
    if not all(is_sha256(found[name]) for name in HASHED if found.get(name)):
        return None
    identifiers: list[dict[str, Any]] = [
        {name: found[name]} for name in ("emailAddress", "phoneNumber") if found.get(name)
    ]
    if all(found.get(name) for name in ADDRESS):
        identifiers.append({"address": {name: found[name] for name in ADDRESS}})
    return {"userData": {"userIdentifiers": identifiers}}
