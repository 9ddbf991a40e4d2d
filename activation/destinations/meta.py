"""Meta custom audiences: `POST` and `DELETE /<audience>/users`, values hashed with SHA-256.

Meta's own normalisation, which is not Google's: phones without the plus sign, names in lower
case without punctuation. EXTERN_ID is the destination key, unhashed. Meta counts invalid
entries and does not name them: a batch with some is halved until they stand alone.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import Any

from activation import destination
from activation.destination import ACCEPTED, Answer, Row, Sync, Tool, as_text
from activation.http import Api, Misconfigured, Refused, Transient, parsed, refusal

NAMES = ("FN", "LN", "CT")
THROTTLED = ("4", "17", "613", "80003")  # Meta says so with a 400


class Client(destination.Client):
    def __init__(self, tool: Tool) -> None:
        super().__init__(tool)
        settings = tool.settings() or {}
        self._audience = settings["audience_id"]
        self.api = Api(
            settings["url"],
            requests_per_second=tool.requests_per_second,
            timeout_seconds=tool.timeout_seconds,
            headers={"Authorization": f"Bearer {settings['token']}"},
        )

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        if lost := set(columns) - sync.fields.keys():
            raise Misconfigured(f"{sync.name}: no key of Meta for {', '.join(sorted(lost))}")

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        return self._users("POST", sync, rows, [row.payload for row in rows])

    def update(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        """What was sent before is removed first: an old e-mail would stay in the audience."""
        known = [row for row in rows if row.held]
        if known:
            self._users("DELETE", sync, known, [row.held or {} for row in known])
        return self.create(sync, rows)

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        return self._users("DELETE", sync, rows, [row.held or {} for row in rows])

    def _users(
        self, method: str, sync: Sync, rows: list[Row], payloads: list[dict[str, Any]]
    ) -> dict[str, Answer]:
        schema = ["EXTERN_ID"]
        for names in sync.fields.values():
            schema += names if isinstance(names, list) else [names]
        data = [
            [row.key, *hashed(sync, payload)] for row, payload in zip(rows, payloads, strict=True)
        ]
        payload = json.dumps({"schema": schema, "data": data})
        path = f"/{self._audience}/users"
        response = self.api.request(method, path, data={"payload": payload})
        if response.is_error:
            code = str(parsed(response).get("error", {}).get("code", response.status_code))
            if code in THROTTLED:
                raise Transient(code, is_ambiguous=False, is_throttled=True, retry_after=30)
            raise refusal(response)
        said = parsed(response)
        if int(said.get("num_invalid_entries") or 0):
            raise Refused("invalid entries", str(said["num_invalid_entries"]))
        return {row.key: ACCEPTED for row in rows}


def hashed(sync: Sync, payload: dict[str, Any]) -> list[str]:
    """The payload's values in the schema's order, normalised Meta's way and hashed."""
    values: list[str] = []
    for column, names in sync.fields.items():
        text = as_text(payload.get(column))
        parts = text.split("-") if isinstance(names, list) else [text]
        names = names if isinstance(names, list) else [names]
        parts += [""] * (len(names) - len(parts))
        values += [sha256(normalised(name, part)) for name, part in zip(names, parts, strict=False)]
    return values


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def normalised(name: str, value: str) -> str:
    """One value as Meta wants it before it is hashed."""
    text = unicodedata.normalize("NFC", value).strip().lower()
    if name == "PHONE":
        return re.sub(r"^0+", "", re.sub(r"\D", "", text))
    if name == "GEN":
        return text[:1] if text[:1] in ("f", "m") else ""
    if name == "CT":
        return "".join(letter for letter in text if letter.isalpha())
    if name in NAMES:
        return "".join(letter for letter in text if letter.isalnum() or letter.isspace())
    if name == "ZIP":
        return re.sub(r"\s", "", text)
    return text
