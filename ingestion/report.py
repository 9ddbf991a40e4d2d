"""The load report, raw_ingestion.loads: a row a table and load, and in = kept + set aside."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import warehouse
from ingestion.contract import contract
from ingestion.intake import Intake
from ingestion.landing import rows_of
from ingestion.source import Request, Source, SourceError

log = logging.getLogger(__name__)

LOADED, FAILED, ABSENT = "loaded", "failed", "absent"


@dataclass
class Report:
    """A row of raw_ingestion.loads. Rows read are those kept and those set aside."""

    load_id: str
    source: str
    table_name: str
    status: str
    message: str | None
    rows_read: int
    rows_kept: int
    rows_set_aside: int
    rows_unchanged: int
    started_at: datetime
    finished_at: datetime
    has_gone_rows: bool = False  # some go after the load; raw_ingestion.loads does not say so


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def reports_alike(
    source: Source, load_id: str, status: str, message: str, started: datetime
) -> list[Report]:
    """Of a source that is absent or failed as a whole: the same for each table."""
    return [
        Report(load_id, source.name, name, status, message, 0, 0, 0, 0, started, now())
        for name in source.tables
    ]


def reports_of(
    source: Source,
    load_id: str,
    intake: Intake,
    request: Request,
    started: datetime,
    thinned: Collection[str],
) -> list[Report]:
    """Of a load: what the intake counted, the parts that could not be read, and from which tables
    (`thinned`) rows go after it."""
    reports = []
    for name in source.tables:
        counts, failures = intake.counts[name], request.failures.get(name, [])
        reports.append(
            Report(
                load_id,
                source.name,
                name,
                FAILED if failures else LOADED,
                "; ".join(failures) or None,
                counts.read,
                counts.kept,
                counts.set_aside,
                counts.unchanged,
                started,
                now(),
                has_gone_rows=name in thinned,
            )
        )
    return reports


def check(reports: Iterable[Report], landed: Mapping[str, int]) -> None:
    """In = kept + set aside, and kept = what dlt is about to load. Raises SourceError."""
    for report in reports:
        loading = landed.get(report.table_name, 0)
        if report.rows_kept != loading or report.rows_read != loading + report.rows_set_aside:
            raise SourceError(
                f"{report.table_name}: {report.rows_read} rows in, but {loading} to load and "
                f"{report.rows_set_aside} set aside; nothing was loaded"
            )


def plain(report: Report) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in asdict(report).items()
    }


def _report(plain: Mapping[str, Any]) -> Report:
    times = {key: datetime.fromisoformat(plain[key]) for key in ("started_at", "finished_at")}
    return Report(**{**plain, **times})


def land_reports(reports: Sequence[Report]) -> None:
    """Write the reports of one load of one source, all or none, once however often it is done."""
    names = contract("ingestion")["loads"].column_names
    mark = "?" if warehouse.target() == "duckdb" else "%s"
    connection = warehouse.connect()
    try:
        cursor = connection.cursor()
        cursor.execute("begin")
        for report in reports:
            cursor.execute(
                "delete from raw_ingestion.loads where load_id = "
                f"{mark} and source = {mark} and table_name = {mark}",
                [report.load_id, report.source, report.table_name],
            )
            cursor.execute(
                f"insert into raw_ingestion.loads ({', '.join(names)}) "
                f"values ({', '.join([mark] * len(names))})",
                [getattr(report, name) for name in names],
            )
        cursor.execute("commit")
    finally:
        connection.close()


def land_lost_report(memory: Mapping[str, Any]) -> None:
    """Land the last load's report when the run was killed between its package and its report."""
    reports = [_report(plain) for plain in memory.get("report", [])]
    if not reports:
        return
    ((there,),) = rows_of(
        "select count(*) from raw_ingestion.loads where load_id = ? and source = ?",
        reports[0].load_id,
        reports[0].source,
    )
    if there < len(reports):
        log.info("%s: the report of an interrupted run is completed", reports[0].source)
        land_reports(reports)
