"""Is all delivered that should be? Freshness, failures, files that nobody took; the alert."""

from __future__ import annotations

import logging
import os
from typing import Any

import httpx
import tenacity

from activation.destination import Sync
from activation.ledger import Ledger, now
from activation.sync import Result

log = logging.getLogger("activation")


def is_alarming(sync: Sync, status: str, accepted: int, left: int) -> bool:
    """Whether a person should look: it failed, was stopped, or left too large a share."""
    if status in ("failed", "stopped"):
        return True
    return status == "partial" and left > sync.max_failure_share * (accepted + left)


def looked_at(sync: Sync, ledger: Ledger) -> tuple[str, bool] | None:
    """(what there is to say of a sync, whether a person should look); None when it never ran."""
    state = ledger.standing(sync)
    last: dict[str, Any] | None = state["last_run"]
    if last is None and not state["unconfirmed_count"]:
        return None
    moment = state["succeeded_at"]
    said = [f"last success {moment:%Y-%m-%d %H:%M} UTC" if moment else "never succeeded"]
    is_bad = moment is None or now() - moment > sync.fresh_within
    if last and last["status"] != "succeeded":
        done = ("created_count", "updated_count", "deleted_count")
        accepted = sum(last[name] or 0 for name in done)
        left = (last["rejected_count"] or 0) + (last["failed_count"] or 0)
        said.append(f"last run {last['status']}: {last['message']}")
        is_bad = is_bad or is_alarming(sync, last["status"], accepted, left)
    if count := state["unconfirmed_count"]:
        since = state["unconfirmed_since"]
        said.append(f"{count} rows handed over and not confirmed since {since:%Y-%m-%d %H:%M} UTC")
        is_bad = is_bad or now() - since > sync.fresh_within
    if count := state["in_doubt_count"]:
        said.append(f"{count} rows in doubt")
    if moment and not sync.is_due(state["due_after"], now()):
        said.append(f"next from {sync.next_window(now()):%Y-%m-%d %H:%M} UTC")
    return "; ".join(said), is_bad


def alert(results: list[Result]) -> None:
    """One alert: an error line, and the webhook of ORFEVRE_ALERT_WEBHOOK if there is one."""
    lines = [f"{result.sync_name} {result.status}: {result.message}" for result in results]
    text = "Activation needs a look. " + " · ".join(lines)
    log.error("%s", text)
    if not (address := os.environ.get("ORFEVRE_ALERT_WEBHOOK")):
        return
    attempts = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(3),
        wait=tenacity.wait_exponential_jitter(1, 5),
        retry=tenacity.retry_if_exception_type(httpx.HTTPError),
        reraise=True,
    )
    try:
        attempts(lambda: httpx.post(address, json={"text": text}, timeout=10).raise_for_status())
    except httpx.HTTPError as error:
        log.error("the alert webhook did not take it: %s", type(error).__name__)
