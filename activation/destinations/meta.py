"""Meta custom audiences: `POST` and `DELETE /<audience>/users`.

Values come normalised Meta's way and hashed from `sync_meta__audience`, so that a receipt holds
what a removal must name again; a value that is no hash is not sent. EXTERN_ID is the
destination key, unhashed. Meta counts invalid entries and does not name them: a batch with some
is halved until they stand alone.
"""

from __future__ import annotations

import json
from typing import Any

from activation import destination
from activation.destination import ACCEPTED, Answer, Row, Sync, Tool, as_text, is_sha256
from activation.http import Api, Misconfigured, Refused, Transient, parsed, refusal

THROTTLED = ("4", "17", "613", "80003")  # Meta says so with a 400


class Client(destination.Client):
    modes = frozenset({"mirror", "upsert"})
    removes_by_value = True

    def __init__(self, tool: Tool) -> None:
        super().__init__(tool)
        settings = tool.settings() or {}
        self._audience = settings["audience_id"]
        self.api = Api(
            settings["url"],
            requests_per_second=tool.requests_per_second,
            timeout_seconds=tool.timeout_seconds,
            failures_in_a_row=tool.failures_in_a_row,
            headers={"Authorization": f"Bearer {settings['token']}"},
        )

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        if lost := set(columns) - sync.fields.keys():
            raise Misconfigured(f"{sync.name}: no key of Meta for {', '.join(sorted(lost))}")

    def identifiers(self, sync: Sync) -> list[tuple[str, ...]]:
        return [(column,) for column, name in sync.fields.items() if name in ("EMAIL", "PHONE")]

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        """What was sent before is removed first: an old e-mail would stay in the audience."""
        known = [(row, old) for row in rows for old in row.traces if old != row.payload]
        if known:
            self._users("DELETE", sync, known)
        return self._users("POST", sync, [(row, row.payload) for row in rows])

    update = create

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        return self._users(
            "DELETE", sync, [(row, old) for row in rows for old in row.traces or [{}]]
        )

    def _users(
        self, method: str, sync: Sync, members: list[tuple[Row, dict[str, Any]]]
    ) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        data = []
        for row, payload in members:
            values = [as_text(payload.get(column)) for column in sync.fields]
            if all(is_sha256(value) for value in values if value):
                data.append([row.key, *values])
            else:
                answers[row.key] = Answer("rejected", "not hashed")
        if not data:
            return answers
        payload = json.dumps({"schema": ["EXTERN_ID", *sync.fields.values()], "data": data})
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
        return {row.key: ACCEPTED for row, _ in members} | answers
