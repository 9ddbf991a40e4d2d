"""What an attempt came to: an answer a row, and of those receipts, rejections, and rows left."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from activation.destination import Answer, Change, Row, Sync, as_json, as_text

SHORTEST_MASKED = 3
LOOKS_PERSONAL = re.compile(r"[^\s\"'<>@(),;]+@[^\s\"'<>@(),;]+|\+?\d[\d .-]{7,}\d")
HALVED = "halved"  # of a row whose batch was refused whole and is tried in two parts


@dataclass
class Outcome:
    """Rows by what became of them. `turned` holds the change to make instead of the one tried,
    `later` those that wait for other rows of the run, `awaiting` those accepted that leave a value
    to another key, `skipped` those that a sync that only updates did not find."""

    receipts: list[dict[str, Any]] = field(default_factory=list)
    rejections: list[dict[str, Any]] = field(default_factory=list)
    settled: list[Row] = field(default_factory=list)
    left: list[Row] = field(default_factory=list)
    turned: dict[Change, list[Row]] = field(default_factory=dict)
    later: list[Row] = field(default_factory=list)
    awaiting: list[Row] = field(default_factory=list)
    skipped: list[Row] = field(default_factory=list)
    unhappy: list[Answer] = field(default_factory=list)
    units: int = 0

    @property
    def error_code(self) -> str | None:
        return (self.unhappy[0].code or self.unhappy[0].status) if self.unhappy else None

    @property
    def turned_count(self) -> int:
        return sum(map(len, self.turned.values())) + len(self.later)

    def delivery(self, sync: Sync, rows: list[Row]) -> dict[str, Any]:
        """Columns of `deliveries` that say how the attempt ended."""
        accepted, rejected, turned = len(self.receipts), len(self.rejections), self.turned_count
        asked = len(rows) - len(self.skipped)
        cost = None if sync.unit_cost is None else Decimal(str(sync.unit_cost)) * self.units
        return {
            "status": summed(asked, accepted, rejected, turned),
            "error_code": self.error_code,
            "error_message": masked(self.unhappy[0].message, rows) if self.unhappy else None,
            "accepted_count": accepted,
            "rejected_count": rejected,
            "failed_count": asked - accepted - rejected - turned,
            "cost_amount": cost,
        }


def told_apart(
    sync: Sync,
    attempt: dict[str, Any],
    change: Change,
    told: list[tuple[Row, Answer]],
    moment: datetime,
    is_last: bool = False,
) -> Outcome:
    """Sort the rows of an attempt by their answers.

    `is_last`: no other row of the run is left that one could wait for.

    `attempt` holds `delivery_id`, `run_id` and `sync_name`. Rows that may have been accepted are
    marked so, and stay in doubt even when they are refused today; so do rows that leave a value
    to another key until it has arrived there, for otherwise nobody would take it away.
    """
    outcome = Outcome()
    for row, answer in told:
        status, instead = meaning(sync, change, answer)
        if status == "skipped":
            outcome.skipped.append(row)
            outcome.settled.append(row)
            continue
        if answer.status != "accepted":
            outcome.unhappy.append(answer)
        if status == "accepted":
            outcome.receipts.append(receipt(row, attempt, change, answer, moment))
            (outcome.awaiting if row.is_awaiting else outcome.settled).append(row)
            outcome.units += answer.units
            continue
        row.is_in_doubt = row.is_in_doubt or answer.is_ambiguous
        if status == "later" and not is_last:
            outcome.later.append(row)
        elif status in ("rejected", "later"):
            outcome.rejections.append(rejection(row, attempt, change, answer, moment))
        elif instead:
            outcome.turned.setdefault(instead, []).append(row)
        elif answer.code != HALVED:
            outcome.left.append(row)
        if not row.is_in_doubt and not instead:
            outcome.settled.append(row)
    return outcome


def meaning(sync: Sync, change: Change, answer: Answer) -> tuple[str, Change | None]:
    """(status, change to make instead): what an answer means to a sync of this mode."""
    if answer.status == "missing":
        if change == "delete":
            return "accepted", None
        return ("skipped", None) if sync.mode == "update_only" else ("turned", "create")
    if answer.status == "exists":
        return ("accepted", None) if sync.mode == "create_only" else ("turned", "update")
    return answer.status, None


def receipt(
    row: Row, attempt: dict[str, Any], change: Change, answer: Answer, moment: datetime
) -> dict[str, Any]:
    """A row of `receipts`, with what the tool did; what was deleted leaves no payload."""
    gone = change == "delete"
    return {
        "sync_name": attempt["sync_name"],
        "destination_key": row.key,
        "customer_id": row.customer_id,
        "change_type": answer.done or change,
        "payload_hash": None if gone else row.payload_hash,
        "payload": None if gone else as_json(row.payload),
        "destination_version": answer.version,
        "delivery_id": attempt["delivery_id"],
        "delivered_at": moment,
    }


def rejection(
    row: Row, attempt: dict[str, Any], change: Change, answer: Answer, moment: datetime
) -> dict[str, Any]:
    """A row of `rejections`, with the tool's own words less the personal data."""
    return {
        **attempt,
        "destination_key": row.key,
        "customer_id": row.customer_id,
        "change_type": change,
        "payload_hash": row.payload_hash,
        "error_code": answer.code or answer.status,
        "error_message": masked(answer.message, [row]),
        "rejected_at": moment,
    }


def summed(rows: int, accepted: int, rejected: int, turned: int) -> str:
    """Status of an attempt."""
    if accepted == rows:
        return "accepted"
    if accepted or turned:
        return "partial"
    return "rejected" if rejected == rows else "failed"


def masked(message: str, rows: list[Row]) -> str:
    """The tool's words, less the personal data that they quote: a value sent becomes [column].

    Whatever else looks like an e-mail or a phone number goes as well.
    """
    said = message.lower()
    quoted = {
        text: column
        for row in rows
        for payload in ({"key": row.key}, *row.sent, row.payload)
        for column, value in payload.items()
        if value is not None and len(text := as_text(value)) >= SHORTEST_MASKED
        if text.lower() in said
    }
    for text in sorted(quoted, key=len, reverse=True):
        message = re.sub(re.escape(text), f"[{quoted[text]}]", message, flags=re.IGNORECASE)
    return LOOKS_PERSONAL.sub("[…]", message)
