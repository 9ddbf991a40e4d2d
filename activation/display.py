"""How far a run is and how it ended: bars and a table on a terminal, lines in a log."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from activation.destination import Sync, as_json
from activation.ledger import Plan, now
from activation.sync import Options, Result, guard

log = logging.getLogger("activation")
console = Console()

ROWS_SHOWN = 20  # of a dry run, for each kind of change
SECONDS_BETWEEN_LINES = 10
IS_WELL = ("succeeded", "absent", "handed over", "limited", "not due", "postponed")


def set_up() -> None:
    """Log to the terminal's own display, or to standard error with the time."""
    logging.basicConfig(
        level=logging.INFO,
        format="%(message)s" if console.is_terminal else "%(asctime)s %(levelname)s %(message)s",
        handlers=[RichHandler(console=console, show_path=False)] if console.is_terminal else None,
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines would name the keys


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
        level = logging.INFO if result.status in IS_WELL else logging.WARNING
        log.log(level, "%s %s (%s)%s", result.sync_name, result.status, counts, why)


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
        log.info("%s: %d to send", name, total)

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


def show_plan(sync: Sync, plan: Plan, options: Options) -> bool:
    """Show what a plan would change; whether a guard would stop it."""
    counts = ", ".join(f"{plan.counts[f'{change}_count']} to {change}" for change in sync.changes)
    shown = f"; of these, {options.only} alone" if options.only else ""
    console.print(f"[bold]{sync.name}[/bold] {counts}; {plan.counts['held_count']} held{shown}")
    if reason := guard(sync, plan, options):
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
