"""Clientela: customer cards for the sellers' tablets.

Upserts and deletes go by `POST /customers:batch` (207, a line an item), merges one by one. A
card carries a version: we name the one our receipt holds, so that a card a seller has changed
meanwhile answers 409; it is then taken at its current version and written in the next attempt,
which `deliveries` shows. Cards never name what sellers own: notes, appointments, wish lists.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
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
    plain,
    renamed,
)
from activation.http import Api, parsed, refusal

GONE, LINKED = "not_found", "already_linked"


class Client(destination.Client):
    modes = frozenset({"mirror", "upsert"})

    def __init__(self, tool: Tool) -> None:
        super().__init__(tool)
        settings = tool.settings() or {}
        self.api = Api(
            settings["url"],
            requests_per_second=tool.requests_per_second,
            timeout_seconds=tool.timeout_seconds,
            failures_in_a_row=tool.failures_in_a_row,
            headers={"Authorization": f"Bearer {settings['token']}"},
        )

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        renamed(sync, columns)

    def _card(self, sync: Sync, row: Row) -> dict[str, Any]:
        """Fields of the card; what the contract does not name goes to its free `attributes`."""
        card: dict[str, Any] = {}
        attributes: dict[str, Any] = {}
        for column, value in row.payload.items():
            name = sync.fields.get(column, column)
            if name in sync.options["json_fields"]:
                value = json.loads(value) if isinstance(value, str) else value
                if value is not None:
                    card[name] = value
            elif name in sync.options["card_fields"]:
                card[name] = as_text(value) or None
            else:
                attributes[name] = plain(value)
        if attributes:
            card["attributes"] = attributes
        return card

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        cards = {row.key: self._card(sync, row) for row in rows}
        answers = self._batch(rows, {key: {"card": card} for key, card in cards.items()})

        def unlinked(row: Row) -> Answer:
            if answers[row.key].code == LINKED and not self._is_merged(row, cards[row.key]):
                return answers[row.key]
            cards[row.key].pop("card_id", None)
            return self._batch([row], {row.key: {"card": cards[row.key]}})[row.key]

        # A seller's card that has gone since it was last loaded, or is linked to a customer who was
        # merged into this one: that card is merged into the row's own
        wrong = {key for key, answer in answers.items() if answer.code in (GONE, LINKED)}
        return answers | one_by_one([row for row in rows if row.key in wrong], unlinked)

    update = create

    def _is_merged(self, row: Row, card: Mapping[str, Any]) -> bool:
        """Whether the card that a row names is that of a customer merged into the row's."""
        for key in sorted(self.merged(row)):
            response = self.api.request("GET", f"/customers/{quote(key, safe='')}")
            if response.is_success and parsed(response)["card_id"] == card.get("card_id"):
                return True
        return False

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        """Merge the cards of merged customers, delete the others.

        A delete takes a card's appointments, notes and wish lists with it; a merge moves them to
        the card that remains. A withdrawn consent or an erasure is not held up by a seller's
        change: no version is named.
        """
        merged = [row for row in rows if row.successor_key]
        answers = one_by_one(merged, self._merge)
        gone = [row for row in rows if not row.successor_key]
        for row in gone:
            row.version = None
        if gone:
            answers |= self._batch(gone, {row.key: {"operation": "delete"} for row in gone})
        return answers

    def _merge(self, row: Row) -> Answer:
        path = f"/customers/{quote(row.key, safe='')}"
        body = {"into": row.successor_key}
        response = self.api.request("POST", f"{path}/merge", json=body)
        if response.status_code == 404:
            if self.api.request("GET", path).status_code == 404:
                return MISSING
            return Answer("later", "no card to merge into yet")  # it is made after the deletes
        if response.is_error:
            raise refusal(response)
        return ACCEPTED

    def _batch(self, rows: list[Row], operations: dict[str, dict[str, Any]]) -> dict[str, Answer]:
        items = []
        for row in rows:
            item = {"external_id": row.key, **operations[row.key]}
            if row.version:
                item["version"] = int(row.version)
            items.append(item)
        said = self.api.json("POST", "/customers:batch", json={"items": items})
        by_key = {row.key: row for row in rows}
        return {
            item["external_id"]: _said(item, by_key[item["external_id"]]) for item in said["items"]
        }


def _said(item: Mapping[str, Any], row: Row) -> Answer:
    """One line of a 207."""
    status = int(item["status"])
    error = item.get("error") or {}
    code, words = str(error.get("code") or status), str(error.get("message") or "")
    if status < 300:
        version = item.get("version")
        return Answer(
            "accepted",
            version=str(version) if version else None,
            done={200: "update", 201: "create"}.get(status),  # a seller's card is linked, not made
        )
    if code == "version_conflict":
        current = error.get("current_version")
        row.version = str(current) if current else None
        return Answer("retry", code, words)
    if status == 404:
        return Answer("missing", code)
    if status == 429 or status >= 500:
        return Answer("retry", code, words, is_ambiguous=status >= 500)
    named = f"{words} ({error['field']})" if "field" in error else words
    return Answer("rejected", code, named)
