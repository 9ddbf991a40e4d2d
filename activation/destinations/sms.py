"""The SMS platform, in the shape of Twilio's Messages API.

A message sent twice is two messages, and the vendor has no idempotency key: after any doubt the
platform is asked what it sent to that number since, and an equal text is taken for the message.
The movable holidays (Easter and its Mondays) are the campaign planner's: only fixed days are known.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from activation import destination
from activation.destination import Answer, Row, Sync, Tool, as_text, one_by_one
from activation.http import Api, Misconfigured, NotNow, Refused, parsed

SUNDAY = 6


class Client(destination.Client):
    modes = frozenset({"create_only"})
    is_repeatable = False

    def __init__(self, tool: Tool) -> None:
        super().__init__(tool)
        settings = tool.settings() or {}
        self._sender = settings["sender"]
        self._only_to = settings.get("only_to")
        self._path = f"/2010-04-01/Accounts/{settings['account_sid']}/Messages.json"
        self.api = Api(
            settings["url"],
            requests_per_second=tool.requests_per_second,
            timeout_seconds=tool.timeout_seconds,
            failures_in_a_row=tool.failures_in_a_row,
            auth=(settings["account_sid"], settings["auth_token"]),
        )

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        if lost := {"phone", "message"} - set(columns):
            raise Misconfigured(f"{sync.name}: the model has no {', '.join(sorted(lost))}")
        self._at_a_lawful_hour(sync)

    def _at_a_lawful_hour(self, sync: Sync) -> None:
        options = sync.options
        moment = datetime.now(UTC).astimezone(ZoneInfo(options["time_zone"]))
        if not options["from_hour"] <= moment.hour < options["until_hour"]:
            raise NotNow(f"no SMS at {moment:%H:%M}")
        if moment.weekday() == SUNDAY or f"{moment:%m-%d}" in options["not_on"]:
            raise NotNow(f"no SMS on {moment:%A %d %B}")

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        self._at_a_lawful_hour(sync)
        return one_by_one(rows, self._send)

    def _send(self, row: Row) -> Answer:
        form = {
            "To": self._only_to or row.payload["phone"],
            "From": self._sender,
            "Body": row.payload["message"],
        }
        response = self.api.request("POST", self._path, data=form)
        answer = parsed(response)
        if response.is_error:
            raise Refused(str(answer.get("code", response.status_code)), answer.get("message", ""))
        segments = int(answer.get("num_segments") or 1)
        return Answer("accepted", version=answer["sid"], units=segments)

    def find(self, sync: Sync, rows: list[Row]) -> set[str]:
        """Keys of the messages that the platform already has: same number, same text."""
        found = set()
        for row in rows:
            said = self.api.json(
                "GET",
                self._path,
                params={"To": self._only_to or as_text(row.payload["phone"]), "PageSize": 1000},
            )
            if any(sent["body"] == row.payload["message"] for sent in said["messages"]):
                found.add(row.key)
        return found
