"""The one way from a source into the warehouse: contract, quarantine, load report, destination.

Data flow:
    source.read → `Intake` (typed, judged) → raw_ingestion.quarantine → raw_<source>.<table>
    → raw_ingestion.loads

Order is what makes it crash-safe. Rows set aside land first (the same row has the same id, so
landing it again adds nothing). Then one dlt package merges the kept rows, and dlt's state goes
into the warehouse when that package is complete: cursors, files read, and a copy of the report.
Rows that are gone at the source go after that, so that there is never a gap; until they have gone
the state keeps the old cursors and files read, and the next run does it all again.
The report lands last; a run that was killed before that finds the copy and lands it first.
A kill at any other moment leaves the old state, so that the next run reads the same rows again
and merges them over themselves.

Rows that a complete load has already brought, as they are, are counted as unchanged and not
loaded again; a load that brings nothing else writes its report alone.

The warehouse is the only state: dlt's working directory is temporary.

Deliberately absent: dlt's own incremental and its per-row normaliser. Rows come to dlt as typed
Arrow tables, sixty times faster than dicts, and the cursor must move only when all tables of the
package have landed, children included.
"""

from __future__ import annotations

import logging
import os
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

import warehouse
from ingestion.contract import Table, contract
from ingestion.intake import Batch, Intake, Reading
from ingestion.landing import Landing, land_quarantine, rows_of
from ingestion.report import (
    ABSENT,
    FAILED,
    Report,
    check,
    land_lost_report,
    land_reports,
    now,
    plain,
    reports_alike,
    reports_of,
)
from ingestion.source import Request, Source, SourceError, describe

log = logging.getLogger(__name__)

# Rows that changed this long before the last cursor are read again: a transaction may commit
# late, and clocks differ. Those that are the same as last time are not loaded again.
OVERLAP = timedelta(minutes=5)
# A table read whole may lose this share of its rows (and 20 in any case); more is refused, as a
# source that answers half is likelier than a source that lost half. --accept-shrink overrides.
MOST_LOST = 0.2
MOST_LOST_ROWS = 20


@dataclass(frozen=True)
class Options:
    full: bool = False
    bulk: Path | None = None
    feeds: tuple[str, ...] = ()
    accept_shrink: bool = False


Progress = Callable[[str, int], None]


def new_load_id() -> str:
    return now().strftime("%Y%m%dT%H%M%S.%f")


@contextmanager
def alone(sources: Iterable[str]) -> Iterator[None]:
    """The warehouse for this run alone, with the tables of the sources; raises warehouse.Busy.

    DuckDB lets in one process; on PostgreSQL a lock of the session goes when the process does.
    """
    connection = warehouse.connect()
    try:
        if warehouse.target() == "postgres":
            cursor = connection.cursor()
            cursor.execute("select pg_try_advisory_lock(hashtext('orfevre ingestion'))")
            if cursor.fetchone() != (True,):
                raise warehouse.Busy
        prepare(sources)
        yield
    finally:
        connection.close()


def prepare(sources: Iterable[str]) -> None:
    """Create the tables of the sources' contracts where they are missing, empty."""
    there = set(
        rows_of(
            "select table_schema, table_name, column_name from information_schema.columns "
            "where table_schema like 'raw%'"
        )
    )
    statements = [it for source in ("ingestion", *sources) for it in _ddl(source, there)]
    connection = warehouse.connect()
    try:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
    finally:
        connection.close()


def _ddl(source: str, there: Set[tuple[str, str, str]]) -> Iterator[str]:
    yield f"create schema if not exists raw_{source}"
    for table in contract(source).values():
        name = f"raw_{source}.{table.name}"
        declared = {column.name: f'"{column.name}" {column.data_type}' for column in table.columns}
        if not any((f"raw_{source}", table.name, column) in there for column in declared):
            yield f"create table {name} ({', '.join(declared.values())}, _dlt_load_id text)"
            continue
        for column in declared:
            if (f"raw_{source}", table.name, column) not in there:
                yield f"alter table {name} add column {declared[column]}"


def load(
    source: Source, load_id: str, options: Options, progress: Progress = lambda table, rows: None
) -> list[Report]:
    """Load one source and report on it, a row a table. An error of the source is a report too."""
    started = now()
    try:
        missing = [name for name in source.needs if not os.environ.get(name)]
        if missing and not options.bulk:
            reports = reports_alike(source, load_id, ABSENT, f"{missing[0]} is not set", started)
        else:
            return _load(source, load_id, options, started, progress)
    except Exception as error:
        log.debug("%s", "".join(traceback.format_tb(error.__traceback__)))
        reports = reports_alike(source, load_id, FAILED, describe(error), started)
    land_reports(reports)
    return reports


def _load(
    source: Source, load_id: str, options: Options, started: datetime, progress: Progress
) -> list[Report]:
    with tempfile.TemporaryDirectory(prefix="orfevre-") as directory:
        landing = Landing(source.name, Path(directory))
        memory = landing.memory()
        land_lost_report(memory)
        request = Request(
            tables=source.tables,
            cursors={} if options.full else _asked(memory, source.tables),
            full=options.full,
            accept_shrink=options.accept_shrink,
            feeds=options.feeds,
            memory=deepcopy(memory.get("source", {})),
        )
        intake = Intake(source.name, source.tables, Path(directory))
        try:
            if options.bulk:
                _read_bulk(source, intake, options.bulk, progress)
            else:
                for batch in source.read(request):
                    intake.add(batch)
                    progress(batch.table, len(batch.rows) + len(batch.malformed))
            for name in source.tables:
                intake.judge(name)
            kept = {
                "cursors": _advance(intake, memory, started),
                "source": request.memory,
            }
            for name in source.tables:
                intake.settle(name)
            gone = [] if options.bulk else _gone(source, intake, request, options)
            if not options.bulk:
                _forget_unchanged(source, intake, request, Path(directory))
            intake.forget_quarantined(_quarantined(source.name), request.replaced)
            thinned = {name for name, _, _ in gone}
            reports = reports_of(source, load_id, intake, request, started, thinned)
            rows = {name: intake.kept(name) for name in source.tables if intake.has_kept(name)}
            if rows or gone or any(kept[part] != memory.get(part, {}) for part in kept):
                told = {"report": [plain(report) for report in reports]}
                landing.extract(rows, (memory if gone else kept) | told)
                check(reports, landing.row_counts)
                land_quarantine(intake.quarantined(load_id, started))
                landed = landing.load()
                if gone:
                    try:
                        _remove(source.name, gone, landed, request.replaced, load_id)
                        landing.extract({}, kept | told)
                        landing.load()
                    except Exception as error:  # the rows have landed: their counts stay
                        for report in reports:
                            report.status, report.message = FAILED, describe(error)
            else:
                check(reports, {})
                land_quarantine(intake.quarantined(load_id, started))
        finally:
            intake.close()
    land_reports(reports)
    return reports


# What is asked, and where the next load reads on -------------------------------------------


def _asked(memory: Mapping[str, Any], tables: Mapping[str, Table]) -> dict[str, Any]:
    asked = {}
    for name, value in memory.get("cursors", {}).items():
        if name in tables and value is not None:
            asked[name] = _less_overlap(_parsed(value))
    return asked


def _parsed(value: str | int) -> datetime | int:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _less_overlap(value: datetime | int) -> datetime | int:
    if isinstance(value, int):
        return value - int(OVERLAP.total_seconds())
    return value - OVERLAP


def _advance(intake: Intake, memory: Mapping[str, Any], started: datetime) -> dict[str, Any]:
    """New cursors. None passes the start of the load: a row that changes while others are read
    must come with the next one.
    """
    cursors = dict(memory.get("cursors", {}))
    for name, table in intake.tables.items():
        if not table.cursor or not intake.has_rows(name):
            continue
        greatest = intake.greatest_cursor(name, started)
        old = _parsed(cursors[name]) if cursors.get(name) is not None else None
        value = max((v for v in (greatest, old) if v is not None), default=None)
        if value is not None:
            cursors[name] = value if isinstance(value, int) else value.isoformat()
    return cursors


# What is there already -----------------------------------------------------------------------


def _forget_unchanged(source: Source, intake: Intake, request: Request, directory: Path) -> None:
    """Compare what was read with what complete loads have brought, and forget what is the same.

    Tables of which the load replaces parts are not compared: what it does not bring there goes.
    """
    loads = rows_of(
        "select 1 from information_schema.tables "
        "where table_schema = ? and table_name = '_dlt_loads'",
        f"raw_{source.name}",
    )
    replaced = {reading.table for reading in request.replaced}
    for name, table in source.tables.items():
        if not loads or not intake.has_kept(name) or name in replaced:
            continue
        where = _asked_again(source, request, table)
        if where:
            columns = ", ".join(f'"{column}"' for column in table.column_names)
            statement = (
                f"select {columns} from raw_{source.name}.{name} where {where} and _dlt_load_id "
                f"in (select load_id from raw_{source.name}._dlt_loads where status = 0)"
            )
            connection = warehouse.connect()
            try:
                intake.forget_unchanged(name, _held(connection, statement, directory))
            finally:
                connection.close()


def _asked_again(source: Source, request: Request, table: Table) -> str | None:
    """SQL condition on the raw rows that this load asked for again; None when it asked for none."""
    if _whole(source, request, table):
        return "true"
    if table.parent:
        parent = source.tables[table.parent]
        where = _asked_again(source, request, parent)
        key = parent.primary_key[0]
        raw = f"raw_{source.name}.{parent.name}"
        return where and f'"{table.parent_key}" in (select "{key}" from {raw} where {where})'
    since = request.cursors.get(table.name)
    if since is None:
        return "true" if table.cursor else None
    return f'"{table.cursor}" >= ' + (str(since) if isinstance(since, int) else f"'{since}'")


def _held(connection: Any, statement: str, directory: Path) -> pa.RecordBatchReader | Path:
    """Rows of the warehouse, as Arrow or as a CSV file, for the intake to read."""
    if warehouse.target() == "duckdb":
        return connection.execute(statement).to_arrow_reader()
    path = directory / "held.csv"
    with path.open("wb") as file:
        connection.cursor().copy_expert(f"copy ({statement}) to stdout (format csv)", file)
    return path


def _quarantined(source: str) -> list[str]:
    """Ids of the rows set aside by a load that has reported them."""
    statement = """
        select q.quarantine_id from raw_ingestion.quarantine as q
        inner join raw_ingestion.loads as l
            on q.load_id = l.load_id and q.source = l.source and q.table_name = l.table_name
        where q.source = ? and l.rows_set_aside > 0
    """
    return [quarantine_id for (quarantine_id,) in rows_of(statement, source)]


# What is no longer there ---------------------------------------------------------------------


def _gone(
    source: Source, intake: Intake, request: Request, options: Options
) -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    """Rows to take out of the warehouse after the load: (table, key columns, keys).

    Those of a table read whole that the source no longer has, the children of a parent that has
    none left, and what the source says that this load replaces. Raises SourceError on a shrink
    that is too big to be believed.
    """
    gone: list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]] = []
    for name, table in intake.tables.items():
        if name in request.failures:
            continue  # not read to its end: nothing can be said of what it no longer holds
        if _whole(source, request, table):
            key = table.primary_key
            existing = _existing(source.name, table, key)
            keys = intake.absent(name, key, existing)
            most = max(MOST_LOST_ROWS, MOST_LOST * len(existing))
            if len(keys) > most and not options.accept_shrink:
                raise SourceError(
                    f"{name}: {len(keys)} of {len(existing)} rows are gone at the source; "
                    "nothing was changed (--accept-shrink if that is right)"
                )
            gone.append((name, key, keys))
        elif table.parent and intake.has_rows(table.parent):
            key = (table.parent_key or "",)
            parent = intake.tables[table.parent]
            keys = intake.childless(parent, table, _existing(source.name, table, key))
            gone.append((name, key, keys))
    for reading in request.replaced:
        gone.append((reading.table, ("_feed", "_file"), [(reading.feed, reading.file)]))
    return [(name, key, keys) for name, key, keys in gone if keys]


def _whole(source: Source, request: Request, table: Table) -> bool:
    if table.name in source.logs:
        return False
    if table.parent:
        return _whole(source, request, source.tables[table.parent])
    return request.full or table.name in source.whole


def _existing(source: str, table: Table, key: Sequence[str]) -> pa.Table:
    """Distinct keys of a raw table, as text."""
    columns = ", ".join(f'cast("{k}" as text) as "{k}"' for k in key)
    rows = rows_of(f"select distinct {columns} from raw_{source}.{table.name}")
    arrays = zip(*rows, strict=True) if rows else [[] for _ in key]
    return pa.table([pa.array(list(a), pa.string()) for a in arrays], names=list(key))


def _remove(
    source: str,
    gone: Iterable[tuple[str, tuple[str, ...], list[tuple[str, ...]]]],
    landed: str | None,
    replaced: Iterable[Reading],
    load_id: str,
) -> None:
    """Delete the rows of these keys that the package `landed` did not bring, and what replaced
    readings had set aside before this load, all or none.
    """
    mark = "?" if warehouse.target() == "duckdb" else "%s"
    connection = warehouse.connect()
    try:
        cursor = connection.cursor()
        cursor.execute("begin")
        for name, key, keys in gone:
            columns = ", ".join(f'cast("{k}" as text)' for k in key)
            row = f"({', '.join([mark] * len(key))})"
            for first in range(0, len(keys), 1000):
                some = keys[first : first + 1000]
                cursor.execute(
                    f"delete from raw_{source}.{name} "
                    f"where ({columns}) in ({', '.join([row] * len(some))}) "
                    f"and _dlt_load_id is distinct from {mark}",
                    [*(value for values in some for value in values), landed],
                )
        for reading in replaced:
            cursor.execute(
                "delete from raw_ingestion.quarantine "
                f"where source = {mark} and table_name = {mark} and load_id <> {mark} "
                f"and position({mark} in payload) > 0",
                [source, reading.table, load_id, reading.mark],
            )
        cursor.execute("commit")
    finally:
        connection.close()


# Bulk ----------------------------------------------------------------------------------------


def _read_bulk(source: Source, intake: Intake, directory: Path, progress: Progress) -> None:
    """Exports of the raw tables: DIR/<table>.parquet or .csv. Adds and renews, removes nothing."""
    from ingestion import tabular

    found = False
    for name, table in source.tables.items():
        parquet, csv = directory / f"{name}.parquet", directory / f"{name}.csv"
        if parquet.is_file():
            intake.add_parquet(name, parquet)
            progress(name, intake.counts[name].read)
        elif csv.is_file():
            for chunk in tabular.read_csv(csv, table.column_names, optional=table.column_names):
                batch = Batch(name, chunk.rows, csv.name, chunk.numbers, chunk.malformed)
                intake.add(batch)
                progress(name, len(batch.rows) + len(batch.malformed))
        found = found or parquet.is_file() or csv.is_file()
    if not found:
        raise SourceError(f"no <table>.parquet or <table>.csv of {source.name} in the bulk folder")
