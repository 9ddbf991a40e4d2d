"""python -m activation: publish the sync models to the tools, changed rows only.

Exit codes: 0 delivered, or nothing to do · 1 a sync failed, or left more than its declared share
of rows · 2 wrong usage or configuration · 3 a guard stopped a sync: look, then --force ·
4 (--check) a sync has not succeeded for too long · 75 another run is under way, or the warehouse
is busy: try later · 143 asked to leave by SIGTERM; the batch in hand was finished.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import tenacity
from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from activation.destination import Sync, Tool, as_json, declared
from activation.http import Misconfigured
from activation.ledger import Busy, Ledger, Plan, Unbuilt, now
from activation.sync import Options, Result, Run, guard

log = logging.getLogger("activation")
console = Console()

DONE, FAILED, MISUSED, STOPPED, STALE, BUSY, INTERRUPTED = 0, 1, 2, 3, 4, 75, 143
ROWS_SHOWN = 20
SECONDS_BETWEEN_LINES = 10


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    asked = parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO,
        format="%(message)s" if console.is_terminal else "%(asctime)s %(levelname)s %(message)s",
        handlers=[RichHandler(console=console, show_path=False)] if console.is_terminal else None,
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines would name the keys
    try:
        syncs = chosen(asked.destination)
        options = Options(asked.only, asked.limit, asked.force, asked.test, asked.adopt)
        if asked.test:
            syncs = [(tool.in_test(), sync) for tool, sync in syncs]
        if asked.check:
            return check(syncs, is_all=not asked.destination)
        if asked.dry_run:
            return dry_run(syncs, options, is_all=not asked.destination)
        return deliver(syncs, options, is_all=not asked.destination)
    except Busy as error:
        log.warning("%s: leaving", error)
        return BUSY
    except (Misconfigured, Unbuilt) as error:
        log.error("%s", error)
        return MISUSED


def parser() -> argparse.ArgumentParser:
    summary, codes = (__doc__ or "").split("\n\n", 1)
    parser = argparse.ArgumentParser("python -m activation", description=summary, epilog=codes)
    add = parser.add_argument
    add("destination", nargs="*", help="a tool or one of its syncs: splio, splio__contacts; all")
    add(
        "--dry-run",
        action="store_true",
        help="show what would change, field by field; send nothing",
    )
    add("--limit", type=int, metavar="N", help="at most N rows a sync")
    add("--only", metavar="KEY", help="one destination key, or all rows of one customer_id")
    add(
        "--test",
        action="store_true",
        help="send the first rows (10, or --limit; or --only KEY) to the list, folder or account"
        " that the destination's `test` block declares; no receipt, no delete",
    )
    add(
        "--adopt",
        action="store_true",
        help="read the tool and give a receipt to each row that it holds already; send nothing",
    )
    add("--force", action="store_true", help="let a stopped sync pass its guards")
    add("--check", action="store_true", help="say when each sync last succeeded; send nothing")
    return parser


def chosen(names: list[str]) -> list[tuple[Tool, Sync]]:
    """The syncs asked for, all when none is named. Raises Misconfigured for an unknown name."""
    tools = declared()
    known = {sync.name for tool in tools.values() for sync in tool.syncs} | tools.keys()
    if lost := set(names) - known:
        raise Misconfigured(f"no such destination: {', '.join(sorted(lost))}")
    return [
        (tool, sync)
        for tool in tools.values()
        for sync in tool.syncs
        if not names or tool.name in names or sync.name in names
    ]


# --- deliver ---------------------------------------------------------------------------------


def deliver(syncs: list[tuple[Tool, Sync]], options: Options, is_all: bool) -> int:
    """Run the syncs: tools side by side, the syncs of one tool one after the other."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    by_tool: dict[str, list[tuple[Tool, Sync]]] = {}
    for tool, sync in syncs:
        by_tool.setdefault(tool.name, []).append((tool, sync))
    run_id = uuid.uuid4().hex
    ledger = Ledger()
    try:
        with shown() as progress, ThreadPoolExecutor(len(by_tool) or 1) as pool:
            futures = [
                pool.submit(of_one_tool, group, ledger, run_id, options, stopping, progress, is_all)
                for group in by_tool.values()
            ]
            results = [result for future in futures for result in future.result()]
    finally:
        ledger.close()
    summarise(results)
    alarming = [result for result in results if is_alarming(result, dict_of(syncs))]
    if alarming:
        alert(alarming)
    return exit_code(results, alarming, stopping.is_set())


def dict_of(syncs: list[tuple[Tool, Sync]]) -> dict[str, Sync]:
    return {name: sync for _, sync in syncs for name in (sync.name, f"{sync.name}:test")}


def of_one_tool(
    group: list[tuple[Tool, Sync]],
    ledger: Ledger,
    run_id: str,
    options: Options,
    stopping: threading.Event,
    progress: Any,
    is_all: bool,
) -> list[Result]:
    """Results of the syncs of one tool; one that cannot run does not stop the others.

    Where nothing was asked for by name, a declared sync without a model is absent.
    """
    unbuilt = [sync for _, sync in group if is_all and ledger.is_unused(sync)]
    group = [(tool, sync) for tool, sync in group if sync not in unbuilt]
    absent = [Result(sync.name, "absent", f"no sync_{sync.name}") for sync in unbuilt]
    return absent + (
        of_its_syncs(group, ledger, run_id, options, stopping, progress) if group else []
    )


def of_its_syncs(
    group: list[tuple[Tool, Sync]],
    ledger: Ledger,
    run_id: str,
    options: Options,
    stopping: threading.Event,
    progress: Any,
) -> list[Result]:
    """Results of these syncs of one tool, one after the other."""
    tool = group[0][0]
    names = [sync.name for _, sync in group]
    try:
        if tool.settings() is None:
            address = next(iter(tool.environment.values()))
            return [Result(name, "absent", f"{address} is not set") for name in names]
        client = tool.open()
    except Misconfigured as error:
        return [Result(name, "failed", str(error)) for name in names]
    results = []
    try:
        for _, sync in group:
            if stopping.is_set():
                results.append(Result(sync.name, "interrupted", "asked to leave"))
                continue
            try:
                run = Run(sync, client, ledger, run_id, options, stopping, progress)
                results.append(run())
            except Busy as error:
                results.append(Result(sync.name, "busy", str(error)))
    finally:
        client.close()
    return results


def is_alarming(result: Result, syncs: dict[str, Sync]) -> bool:
    """Whether a person should look: it failed, was stopped, or left too large a share."""
    if result.status in ("failed", "stopped"):
        return True
    done = result.done
    left = done["rejected"] + done["failed"]
    total = left + done["create"] + done["update"] + done["delete"]
    return result.status == "partial" and left > syncs[result.sync_name].max_failure_share * total


def exit_code(results: list[Result], alarming: list[Result], was_asked_to_leave: bool) -> int:
    statuses = {result.status for result in results}
    if was_asked_to_leave:
        return INTERRUPTED
    if any(result.status != "stopped" for result in alarming):
        return FAILED
    if "stopped" in statuses:
        return STOPPED
    return BUSY if "busy" in statuses else DONE


def summarise(results: list[Result]) -> None:
    """One line a sync in a log, a table on a terminal. No personal data in either."""
    columns = ("created", "updated", "deleted", "rejected", "left")
    keys = ("create", "update", "delete", "rejected", "failed")
    if console.is_terminal:
        table = Table("sync", "status", *columns, "why", box=None)
        for result in results:
            counts = (f"{result.done[key]:,}" for key in keys)
            table.add_row(result.sync_name, result.status, *counts, result.message or "")
        console.print(table)
        return
    for result in results:
        counts = ", ".join(
            f"{result.done[key]} {name}" for name, key in zip(columns, keys, strict=True)
        )
        why = f": {result.message}" if result.message else ""
        is_well = result.status in ("succeeded", "absent", "handed over")
        level = logging.INFO if is_well else logging.WARNING
        log.log(level, "%s %s (%s)%s", result.sync_name, result.status, counts, why)


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


# --- look, do not send -----------------------------------------------------------------------


def dry_run(syncs: list[tuple[Tool, Sync]], options: Options, is_all: bool) -> int:
    """Show what would be sent, field by field; a stopped sync says why. Writes nothing."""
    ledger = Ledger(read_only=True)
    stopped = False
    try:
        for _, sync in syncs:
            if is_all and ledger.is_unused(sync):
                continue
            with ledger.plan(sync) as plan:
                stopped = show_plan(sync, plan, options) or stopped
    finally:
        ledger.close()
    return STOPPED if stopped else DONE


def show_plan(sync: Sync, plan: Plan, options: Options) -> bool:
    """Show what a plan would change; whether a guard would stop it."""
    counts = ", ".join(f"{plan.counts[f'{change}_count']} to {change}" for change in sync.changes)
    console.print(f"[bold]{sync.name}[/bold] {counts}; {plan.counts['held_count']} held")
    if reason := guard(sync, plan.counts, options):
        console.print(f"  would stop: {reason}")
    limit = ROWS_SHOWN if options.limit is None else options.limit
    for change in sync.changes:
        for row in plan.rows_to(change, options.only, limit):
            before = row.held or {}
            after = {} if change == "delete" else json.loads(as_json(row.payload))
            console.print(f"  {change} {row.key}", markup=False, highlight=False)
            for name in {**before, **after}:
                if before.get(name) != after.get(name):
                    line = f"    {name}: {before.get(name)!r} → {after.get(name)!r}"
                    console.print(line, markup=False, highlight=False, soft_wrap=True)
        if (hidden := plan.counts[f"{change}_count"] - limit) > 0 and options.only is None:
            console.print(f"  … and {hidden} more to {change}")
    return reason is not None


def check(syncs: list[tuple[Tool, Sync]], is_all: bool) -> int:
    """Say when each sync last succeeded; alert on those that are too old."""
    ledger = Ledger(read_only=True)
    try:
        last = {
            row["sync_name"]: row["finished_at"]
            for row in ledger.rows(
                "select sync_name, max(finished_at) as finished_at from activation.sync_runs"
                " where status in ('succeeded', 'partial') group by sync_name"
            )
        }
    finally:
        ledger.close()
    stale = []
    for tool, sync in syncs:
        if sync.name not in last and (is_all or tool.settings() is None):
            continue
        moment = last.get(sync.name)
        said = f"last success {moment:%Y-%m-%d %H:%M} UTC" if moment else "never succeeded"
        log.info("%s: %s", sync.name, said)
        if moment is None or now() - moment > timedelta(hours=sync.fresh_within_hours):
            stale.append(Result(sync.name, "stale", said))
    if stale:
        alert(stale)
    return STALE if stale else DONE


# --- progress --------------------------------------------------------------------------------


class Bars:
    """One bar a sync, on a terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, Any] = {}

    def start(self, name: str, total: int) -> None:
        self._tasks[name] = self._progress.add_task(name, total=total)

    def advance(self, name: str, rows: int) -> None:
        if name in self._tasks:
            self._progress.advance(self._tasks[name], rows)


class Lines:
    """One line a sync every few seconds, in a log."""

    def __init__(self) -> None:
        self._totals: dict[str, int] = {}
        self._done: Counter[str] = Counter()
        self._said: dict[str, datetime] = {}

    def start(self, name: str, total: int) -> None:
        self._totals[name] = total
        self._said[name] = now()
        log.info("%s: %d rows to send", name, total)

    def advance(self, name: str, rows: int) -> None:
        self._done[name] += rows
        if name in self._said and now() - self._said[name] > timedelta(
            seconds=SECONDS_BETWEEN_LINES
        ):
            self._said[name] = now()
            log.info("%s: %d of %d rows", name, self._done[name], self._totals[name])


@contextmanager
def shown() -> Iterator[Bars | Lines]:
    """Bars on a terminal, lines elsewhere."""
    if not console.is_terminal:
        yield Lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        yield Bars(progress)


if __name__ == "__main__":
    sys.exit(main())
