"""python -m ingestion: from the source systems into the raw tables of the warehouse.

Exit codes: 0 all sources loaded (or absent); 1 some source failed, the others are loaded;
2 the command is wrong; 3 the warehouse cannot be used, nothing was loaded; 75 another run is
under way, or the warehouse is busy (dbt on DuckDB), nothing was loaded: try later.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

import warehouse
from ingestion import pipeline, sources
from ingestion.pipeline import Options
from ingestion.report import FAILED, LOADED, Report
from ingestion.source import SourceError, describe
from ingestion.sources import files

log = logging.getLogger("ingestion")
GOOD, SOME_FAILED, WRONG_COMMAND, NO_WAREHOUSE, BUSY = 0, 1, 2, 3, 75


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    names = options.source or (["files"] if options.feed else list(sources.NAMES))
    if unknown := sorted(set(names) - set(sources.NAMES)):
        parser().error(f"no source {', '.join(unknown)}; there are {', '.join(sources.NAMES)}")
    if options.feed and (options.bulk or "files" not in names):
        parser().error("--feed goes with the source files, and not with --bulk")
    try:
        files.declared(options.feed)
    except SourceError as error:
        parser().error(str(error))
    if options.bulk and len(names) != 1:
        parser().error("--bulk takes exactly one source")
    if options.bulk and not options.bulk.is_dir():
        parser().error(f"--bulk: {options.bulk} is no folder")
    console = Console(stderr=True)
    logging.basicConfig(
        level=logging.WARNING if console.is_terminal else logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    chosen = Options(options.full, options.bulk, tuple(options.feed), options.accept_shrink)
    try:
        # Every source's tables, even empty: the models read them all.
        with pipeline.alone(sources.NAMES):
            reports = run(names, chosen, console)
    except warehouse.Busy:
        log.error("another program is writing to the warehouse; nothing was loaded")
        return BUSY
    except Exception as error:
        log.error("the warehouse cannot be used: %s", describe(error))
        return NO_WAREHOUSE
    if console.is_terminal:
        console.print(summary(reports))
    return SOME_FAILED if any(report.status == FAILED for report in reports) else GOOD


def parser() -> argparse.ArgumentParser:
    it = argparse.ArgumentParser(
        prog="python -m ingestion",
        description="Load what is new in the source systems into raw_<source>.",
        epilog="Exit codes: 0 all loaded (absent sources are no error), 1 some source failed and "
        "the others are loaded, 2 wrong command, 3 the warehouse cannot be used, 75 another "
        "run is under way or the warehouse is busy: try later.",
    )
    it.add_argument(
        "source",
        nargs="*",
        metavar="source",
        help=f"{', '.join(sources.NAMES)} (default: all)",
    )
    it.add_argument(
        "--full",
        action="store_true",
        help="read everything again: finds what the update times miss, takes out what is gone",
    )
    it.add_argument(
        "--bulk",
        type=Path,
        metavar="DIR",
        help="first load of one source from exports of its tables: DIR/<table>.parquet or .csv",
    )
    it.add_argument(
        "--feed",
        action="append",
        default=[],
        metavar="NAME",
        help="only this file feed of ingestion/feeds (may be repeated)",
    )
    it.add_argument(
        "--accept-shrink",
        action="store_true",
        help="a table read whole may lose more than a fifth of its rows; with --full, feeds "
        "that are no longer declared lose theirs",
    )
    return it


def run(names: list[str], options: Options, console: Console) -> list[Report]:
    """Load the sources one after the other (DuckDB takes one writer); a report a table."""
    load_id, reports = pipeline.new_load_id(), []
    columns = [SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()]
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        for name in names:
            task, rows = progress.add_task(name, total=1), Counter[str]()

            def read(table: str, count: int, name=name, task=task, rows=rows) -> None:
                rows[table] += count
                progress.update(task, description=f"{name}: {table}, {rows[table]:,} read")

            source = sources.source(name)
            if options.feeds and name == "files":
                source = replace(source, only=files.entities(options.feeds))
            done = pipeline.load(source, load_id, options, read)
            progress.update(task, completed=1, description=line(name, done))
            # What befell the source as a whole is said once.
            is_whole = done[0].status != LOADED and len({it.message for it in done}) == 1
            for report in done[:1] if is_whole else done:
                reason = why(report)
                log.log(
                    logging.ERROR if report.status == FAILED else logging.INFO,
                    "%s: %s, %d read = %d kept + %d set aside, %d unchanged%s",
                    name if is_whole else f"{name}.{report.table_name}",
                    report.status,
                    report.rows_read,
                    report.rows_kept,
                    report.rows_set_aside,
                    report.rows_unchanged,
                    f" ({reason})" if reason else "",
                )
            reports += done
    return reports


def why(report: Report) -> str:
    """What befell a table; a loaded one without rows had nothing new, which zeros do not say.

    Unless rows of it are gone at the source: they were taken out.
    """
    is_idle = report.status == LOADED and not report.rows_read and not report.has_gone_rows
    return report.message or ("nothing new" if is_idle else "")


def line(name: str, reports: list[Report]) -> str:
    read, aside = sum(r.rows_read for r in reports), sum(r.rows_set_aside for r in reports)
    unchanged = sum(r.rows_unchanged for r in reports)
    statuses = "/".join(sorted({r.status for r in reports}))
    return (
        f"{name}: {statuses}, {read:,} new or changed, {aside:,} set aside, {unchanged:,} unchanged"
    )


def summary(reports: list[Report]) -> Table:
    table = Table("source", "table", "status", "read", "kept", "set aside", "unchanged", "why")
    for r in reports:
        numbers = (r.rows_read, r.rows_kept, r.rows_set_aside, r.rows_unchanged)
        counts = [f"{n:,}" for n in numbers]
        table.add_row(r.source, r.table_name, r.status, *counts, why(r))
    return table


if __name__ == "__main__":
    sys.exit(main())
