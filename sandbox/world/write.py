"""Write a generated world: databases or bulk exports of the systems, file feeds, ground truth."""

import json
import logging
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import yaml
from openpyxl import Workbook
from rich.console import Console
from rich.progress import track as rich_track

logger = logging.getLogger(__name__)

CONTRACTS = Path(__file__).parents[2] / "models" / "staging"
SYSTEMS = ("magento", "retail_pro", "clientela", "splio", "sms", "zendesk", "web")
BATCH = 50_000
Item = TypeVar("Item")
EPOCH = (2020, 1, 1, 0, 0, 0)


def track(items: Sequence[Item], description: str) -> Iterable[Item]:
    """The items, with a progress bar when a person is watching."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return items
    return rich_track(items, description=description, console=console, transient=True)


@dataclass(frozen=True, eq=False)
class Table:
    """A raw table as its contract declares it: columns map names to types."""

    source: str
    name: str
    columns: dict[str, str]
    primary_key: list[str]
    cursor: str | None

    @property
    def relation(self) -> str:
        """Its name among the systems' tables."""
        return f"{self.source}_{self.name}"


def read_contract(source: str) -> list[Table]:
    """The tables that models/staging/<source>/_<source>__sources.yml declares."""
    contract = yaml.safe_load((CONTRACTS / source / f"_{source}__sources.yml").read_text())
    return [
        Table(
            source=source,
            name=table["name"],
            columns={column["name"]: column["data_type"] for column in table["columns"]},
            primary_key=table["config"]["meta"]["primary_key"],
            cursor=table["config"]["meta"].get("cursor"),
        )
        for table in contract["sources"][0]["tables"]
    ]


def quoted(name: str) -> str:
    """An SQL identifier."""
    return f'"{name}"'


def count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """The number of rows of a table or of a query in parentheses."""
    return connection.execute(f"select count(*) from {relation}").fetchone()[0]


def literal(value: object) -> str:
    """An SQL literal."""
    return "null" if value is None else "'" + str(value).replace("'", "''") + "'"


def write_world(connection: duckdb.DuckDBPyConnection, folder: Path, *, bulk: bool) -> None:
    """Write everything under `folder`: systems, files/, truth/."""
    broken = Broken()
    tables = [table for source in SYSTEMS for table in read_contract(source)]
    conform(connection, tables, broken, bulk=bulk)
    if bulk:
        write_exports(connection, tables, folder / "exports")
    else:
        write_databases(connection, tables, folder)
    feeds = write_files(connection, folder / "files", broken)
    write_truth(connection, tables, feeds, broken, folder / "truth")


# ---------------------------------------------------------------------------------------------
# Systems


@dataclass(frozen=True)
class BrokenRow:
    """A row that must land in quarantine; `row_number` is the physical line of a file."""

    source: str
    table_name: str
    file: str | None
    row_number: int | None
    key: str | None
    column_name: str
    reason: str


class Broken(list[BrokenRow]):
    """The rows broken on purpose."""

    def add(self, *values: Any) -> None:
        """Remember one: the fields of BrokenRow in order."""
        self.append(BrokenRow(*values))


# source, table, key of the new row, column at fault, what is wrong with it. Each is a copy of the
# table's first row under a new key; no order, line or card depends on it.
BROKEN_IN_SYSTEMS = (
    ("magento", "customers", "900000001", "email", "required"),
    ("retail_pro", "document", "599000000000000001", "sale_total_amt", "required"),
    ("retail_pro", "document_item", "599000000000000002", "doc_sid", "required"),
    ("clientela", "customers", "CL99999999", "version", "required"),
    ("splio", "contacts", "99999999", "creation_date", "type"),
    ("sms", "messages", "SM" + "f" * 32, "date_created", "required"),
    ("zendesk", "tickets", "900000001", "requester_id", "required"),
    ("web", "reviews", "R99999999", "rating", "required"),
)
ZERO_DATE = "0000-00-00 00:00:00"


def conform(
    connection: duckdb.DuckDBPyConnection, tables: list[Table], broken: Broken, *, bulk: bool
) -> None:
    """Give each system's table the contract's columns, in its order and types (what a system does
    not know is null), and add the rows broken on purpose. A typed export cannot hold the one with
    an impossible date."""
    cases = {
        f"{source}_{name}": (key, column, reason)
        for source, name, key, column, reason in BROKEN_IN_SYSTEMS
        if not (bulk and reason == "type")
    }
    for table in tables:
        made = f"made_{table.relation}"
        connection.execute(f"alter table {table.relation} rename to {made}")
        present = {row[0] for row in connection.execute(f"describe {made}").fetchall()}
        columns = ", ".join(
            f"{quoted(column) if column in present else 'null'}::{kind} as {quoted(column)}"
            for column, kind in table.columns.items()
        )
        query = f"select {columns} from {made}"
        if table.relation in cases:
            key, column, reason = cases[table.relation]
            (primary_key,) = table.primary_key
            replaced = f"{literal(key)} as {primary_key}, null as {column}"
            if table.relation == "splio_contacts":
                # Splio holds no two contacts under one key, not even broken ones.
                replaced += (
                    f", 'H{key}' as unique_key,"
                    f" replace(custom_fields, unique_key, 'H{key}') as custom_fields"
                )
            query += (
                f" union all (select * replace ({replaced})"
                f" from ({query} order by {primary_key} limit 1))"
            )
            broken.add(table.source, table.name, None, None, key, column, reason)
        connection.execute(f"create view {table.relation} as {query}")


def write_exports(connection: duckdb.DuckDBPyConnection, tables: list[Table], folder: Path) -> None:
    """One Parquet file a raw table, in key order: exports/<source>/<table>.parquet."""
    for table in track(tables, "exporting"):
        target = folder / table.source / f"{table.name}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_parquet(connection, f"from {table.relation} order by {keys(table)}", target)


def keys(table: Table) -> str:
    """The primary key as an ORDER BY list, which also orders a null key."""
    return ", ".join(quoted(column) for column in table.primary_key)


def copy_parquet(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    """The rows of `query` as one Parquet file."""
    connection.execute(f"copy ({query}) to '{target}' (format parquet, compression zstd)")


def write_databases(
    connection: duckdb.DuckDBPyConnection, tables: list[Table], folder: Path
) -> None:
    """systems.sqlite, tables named <source>_<table>, and retail_pro.sqlite, tables named as in the
    till's own schema. Keys and cursors are indexed. Dates and times are text; money is a real."""
    with (
        sqlite3.connect(folder / "systems.sqlite") as systems,
        sqlite3.connect(folder / "retail_pro.sqlite") as tills,
    ):
        for database in (systems, tills):
            database.execute("pragma journal_mode = off")
            database.execute("pragma synchronous = off")
        for table in track(tables, "writing"):
            is_till = table.source == "retail_pro"
            write_table(
                connection,
                table,
                tills if is_till else systems,
                typed=is_till,
            )
        systems.execute(
            f"update splio_contacts set creation_date = '{ZERO_DATE}' where creation_date is null"
        )
        systems.commit()
        tills.commit()
    for path in ("systems.sqlite", "retail_pro.sqlite"):
        with sqlite3.connect(folder / path) as database:
            database.execute("pragma journal_mode = wal")
    systems.close()
    tills.close()


SQLITE_TYPES = {
    "text": ("text", "text"),
    "bigint": ("bigint", "bigint"),
    "boolean": ("boolean", "boolean"),
    "decimal(18,4)": ("decimal(18, 4)", "decimal(18, 4)"),
    "timestamp": ("text", "datetime"),
    "date": ("text", "date"),
}
AS_SQLITE = {
    "timestamp": "strftime({}, '%Y-%m-%d %H:%M:%S')",
    "date": "strftime({}, '%Y-%m-%d')",
    "boolean": "{}::integer",
    "decimal(18,4)": "{}::double",
}


def write_table(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    database: sqlite3.Connection,
    *,
    typed: bool,
) -> None:
    """One table into SQLite, in key order; `typed` names dates as a POS database would."""
    name = table.name if typed else table.relation
    definitions = ", ".join(
        f"{quoted(column)} {SQLITE_TYPES[kind][typed]}" for column, kind in table.columns.items()
    )
    database.execute(f"create table {name} ({definitions}, primary key ({keys(table)}))")
    selected = ", ".join(
        AS_SQLITE.get(kind, "{}").format(quoted(column)) for column, kind in table.columns.items()
    )
    rows = connection.execute(f"select {selected} from {table.relation} order by {keys(table)}")
    insert = f"insert into {name} values ({', '.join('?' * len(table.columns))})"
    while batch := rows.fetchmany(BATCH):
        database.executemany(insert, batch)
    foreign = [
        column
        for column in table.columns
        if column in ("customer_id", "order_id", "parent_id", "quote_id", "cust_sid", "doc_sid")
        or column in ("card_id", "requester_id")
    ]
    for column in ([table.cursor] if table.cursor else []) + foreign:
        if table.primary_key != [column]:
            database.execute(f"create index {name}_{column} on {name} ({quoted(column)})")
    # SQLite finds a text key by its bytes; the cursor's ties are broken by the key.
    database.commit()


# ---------------------------------------------------------------------------------------------
# Files


def write_files(
    connection: duckdb.DuckDBPyConnection, folder: Path, broken: Broken
) -> dict[str, dict[str, int]]:
    """The file feeds under `folder`. Returns {feed: {file: rows that are not empty}}."""
    logger.info("writing files")
    feeds: dict[str, dict[str, int]] = {}
    writers: tuple[tuple[str, Callable[..., dict[str, int]]], ...] = (
        ("boutiques", write_boutiques),
        ("anciens_clients", write_anciens_clients),
        ("loyalty", write_cartes),
        ("avis", write_avis),
        ("web_history", write_web_events),
        ("splio_events", write_splio_events),
        ("optins", write_optins),
    )
    for feed, writer in track(writers, "writing files"):
        feeds[feed] = writer(connection, folder, broken)
    return feeds


def parts(connection: duckdb.DuckDBPyConnection, relation: str, part: str) -> list[Any]:
    """The values that split a feed into files."""
    rows = connection.execute(f"select distinct {part} from {relation} order by 1").fetchall()
    return [row[0] for row in rows]


def write_csv(
    connection: duckdb.DuckDBPyConnection, query: str, target: Path, delimiter: str
) -> int:
    """The rows of `query` as a UTF-8 CSV file with a header; the number of rows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(
        f"copy ({query}) to '{target}' (format csv, header, delimiter '{delimiter}', quote '\"')"
    )
    return count(connection, f"({query})")


def append_lines(target: Path, lines: list[bytes], rows: int) -> list[int]:
    """Add raw lines to a CSV of `rows` rows; the line number of each, the header being 1."""
    with target.open("ab") as file:
        file.writelines(line + b"\n" for line in lines)
    return [rows + 2 + position for position in range(len(lines))]


def break_csv(
    target: Path,
    folder: Path,
    rows: int,
    source: str,
    entity: str,
    broken: Broken,
    *cases: tuple[bytes, str | None, str, str],
) -> int:
    """Append one broken line a case (line, key, column, reason); the rows of the file then."""
    numbers = append_lines(target, [line for line, *_ in cases], rows)
    for number, (_, key, column, reason) in zip(numbers, cases, strict=True):
        broken.add(source, entity, str(target.relative_to(folder)), number, key, column, reason)
    return rows + len(cases)


def write_anciens_clients(
    connection: duckdb.DuckDBPyConnection, folder: Path, broken: Broken
) -> dict[str, int]:
    """excel/anciens_clients.csv: Windows-1252, as an old till exported it."""
    target = folder / "excel" / "anciens_clients.csv"
    query = 'select * from file_anciens_clients order by "Code client"'
    rows = write_csv(connection, query, target, ";")
    target.write_bytes(target.read_text(encoding="utf-8").encode("cp1252", errors="replace"))
    rows = break_csv(
        target,
        folder,
        rows,
        "anciens_clients",
        "customers",
        broken,
        (b"AC9999001;Mme;DUPUIS;Jeanne", "AC9999001", "*", "unreadable"),
        (b";M.;SANS;Code;;;;;;;;;;FR;01/02/2012", None, "source_customer_id", "required"),
        (b"AC9999003;M.;JOUR;Faux;;;;;;;;;;FR;31/02/2015", "AC9999003", "created_at", "type"),
    )
    return {str(target.relative_to(folder)): rows}


def write_cartes(
    connection: duckdb.DuckDBPyConnection, folder: Path, broken: Broken
) -> dict[str, int]:
    """loyalty/cartes_<year of issue>.csv: UTF-8 with a byte order mark."""
    files = {}
    years = parts(connection, "file_cartes", "year")
    for year in years:
        target = folder / "loyalty" / f"cartes_{year}.csv"
        query = (
            f"select * exclude (year) from file_cartes where year = {year} order by numero_carte"
        )
        rows = write_csv(connection, query, target, ",")
        target.write_bytes(b"\xef\xbb\xbf" + target.read_bytes())
        if year == years[-1]:
            rows = break_csv(
                target,
                folder,
                rows,
                "loyalty",
                "customers",
                broken,
                (b",Mme,Sans,Carte,,,,,,,PAR01,2024-05-06", None, "source_customer_id", "required"),
                (
                    b"2999999999001,M.,Faux,Mois,,,,,,,PAR01,2024-13-45",
                    "2999999999001",
                    "created_at",
                    "type",
                ),
                (b"2999999999002,M.,Court", "2999999999002", "*", "unreadable"),
                (
                    b"2999999999003,Mme,Ren\xe9e,Octet,,,,,,,PAR01,2024-05-06",
                    "2999999999003",
                    "*",
                    "unreadable",
                ),
            )
        files[str(target.relative_to(folder))] = rows
    return files


def write_avis(
    connection: duckdb.DuckDBPyConnection, folder: Path, broken: Broken
) -> dict[str, int]:
    """reviews/avis_<year>.csv: reviews collected by a third party, notes with a decimal comma."""
    files = {}
    years = parts(connection, "file_avis", "year")
    for year in years:
        target = folder / "reviews" / f"avis_{year}.csv"
        query = f"select * exclude (year) from file_avis where year = {year} order by id_avis"
        rows = write_csv(connection, query, target, ";")
        if year == years[-1]:
            rows = break_csv(
                target,
                folder,
                rows,
                "avis",
                "events",
                broken,
                (
                    b"AV999999001;01/02/2025 10:00;cinq;Bien;;HZ-BA-00001;;a@example.org;;",
                    "AV999999001",
                    "value",
                    "type",
                ),
                (
                    b";01/02/2025 10:00;4;Bien;;HZ-BA-00001;;a@example.org;;",
                    None,
                    "source_event_id",
                    "required",
                ),
                (
                    b"AV999999003;hier;4;Bien;;HZ-BA-00001;;a@example.org;;",
                    "AV999999003",
                    "occurred_at",
                    "type",
                ),
            )
        files[str(target.relative_to(folder))] = rows
    return files


def write_web_events(
    connection: duckdb.DuckDBPyConnection, folder: Path, broken: Broken
) -> dict[str, int]:
    """web/events_<month>.parquet: behaviour older than the collector keeps."""
    files = {}
    months = parts(connection, "file_web_events", "month")
    (folder / "web").mkdir(parents=True, exist_ok=True)
    for month in months:
        target = folder / "web" / f"events_{month}.parquet"
        query = (
            "select event_id, visitor_id, event_type, url, sku, customer_id, occurred_at"
            f" from file_web_events where month = '{month}' order by occurred_at, event_id"
        )
        rows = count(connection, f"({query})")
        if month == months[-1]:
            query = (
                f"from ({query}) union all (select null, 'vbroken', 'page_view', '/', null, null,"
                f" max(occurred_at) from ({query})) union all (select 'Ebroken', 'vbroken', null,"
                f" '/', null, null, max(occurred_at) from ({query}))"
            )
            name = str(target.relative_to(folder))
            broken.add("web_history", "events", name, rows + 2, None, "source_event_id", "required")
            broken.add("web_history", "events", name, rows + 3, "Ebroken", "event_type", "required")
            rows += 2
        copy_parquet(connection, query, target)
        files[str(target.relative_to(folder))] = rows
    return files


def write_splio_events(
    connection: duckdb.DuckDBPyConnection, folder: Path, broken: Broken
) -> dict[str, int]:
    """splio/events_<month>.csv: what became of each campaign's e-mails."""
    files = {}
    months = parts(connection, "file_splio_events", "month")
    for month in months:
        target = folder / "splio" / f"events_{month}.csv"
        query = (
            f"select * exclude (month, k) from file_splio_events where month = '{month}'"
            " order by event_date, event_id"
        )
        rows = write_csv(connection, query, target, ";")
        if month == months[-1]:
            rows = break_csv(
                target,
                folder,
                rows,
                "splio_events",
                "events",
                broken,
                (
                    f"SE999999001;1;H1;a@example.org;email_sent;Soldes;Soldes;{ZERO_DATE}".encode(),
                    "SE999999001",
                    "occurred_at",
                    "type",
                ),
                (
                    b"SE999999002;1;H1;a@example.org;;Soldes;Soldes;2025-01-08 09:00:00",
                    "SE999999002",
                    "event_type",
                    "required",
                ),
            )
        files[str(target.relative_to(folder))] = rows
    return files


def write_optins(
    connection: duckdb.DuckDBPyConnection, folder: Path, broken: Broken
) -> dict[str, int]:
    """consents/optins_<year>.csv: forms signed in stores and on stands."""
    files = {}
    years = parts(connection, "file_optins", "year")
    for year in years:
        target = folder / "consents" / f"optins_{year}.csv"
        query = (
            f"select * exclude (year) from file_optins where year = {year} order by id_consentement"
        )
        rows = write_csv(connection, query, target, ";")
        if year == years[-1]:
            rows = break_csv(
                target,
                folder,
                rows,
                "optins",
                "consents",
                broken,
                (
                    "OPT99999001-email;email;a@example.org;email;prospection;peut-être;Horizon;salon;"
                    "14/03/2024 10:22".encode(),
                    "OPT99999001-email",
                    "is_granted",
                    "type",
                ),
                (
                    b"OPT99999002-x;email;a@example.org;;prospection;oui;Horizon;salon;"
                    b"14/03/2024 10:22",
                    "OPT99999002-x",
                    "channel",
                    "required",
                ),
                (
                    b"OPT99999003-email;email;a@example.org;email;prospection;oui;Horizon;salon;",
                    "OPT99999003-email",
                    "collected_at",
                    "required",
                ),
            )
        files[str(target.relative_to(folder))] = rows
    return files


def write_boutiques(
    connection: duckdb.DuckDBPyConnection, folder: Path, broken: Broken
) -> dict[str, int]:
    """excel/clients_boutiques_<n>.xlsx: three boutiques' own lists, typed by hand.

    Phones and postcodes are now numbers that lost their zero, dates now Excel dates and now text.
    One row is empty; the last workbook has a title above its header.
    """
    files = {}
    (folder / "excel").mkdir(parents=True, exist_ok=True)
    for workbook in range(3):
        target = folder / "excel" / f"clients_boutiques_{workbook + 1}.xlsx"
        rows = connection.execute(
            "select * exclude (workbook) from file_boutiques"
            f" where workbook = {workbook} order by n"
        )
        header = [column[0] for column in rows.description][1:]
        book = Workbook(write_only=True)
        book.properties.created = book.properties.modified = datetime(*EPOCH, tzinfo=UTC)
        sheet = book.create_sheet("Clients")
        line = 0
        if workbook == 2:
            sheet.append(["Liste des clients de la boutique"])
            sheet.append([])
            line = 2
        sheet.append(header)
        line += 1
        kept = rows.fetchall()
        for number, *cells in kept:
            if line == 8:
                sheet.append([])
                line += 1
            sheet.append(as_typed(number, dict(zip(header, cells, strict=True))))
            line += 1
        name = str(target.relative_to(folder))
        count = len(kept)
        if workbook == 0:
            blank = dict.fromkeys(header)
            sheet.append([*(blank | {"Nom": "SANS", "Prénom": "Numéro"}).values()])
            late = {"N° client": "BTQ1-999999", "Nom": "HIER", "Créé le": "hier"}
            sheet.append([*(blank | late).values()])
            broken.add(
                "boutiques", "customers", name, line + 1, None, "source_customer_id", "required"
            )
            broken.add(
                "boutiques", "customers", name, line + 2, "BTQ1-999999", "created_at", "type"
            )
            count += 2
        book.save(target)
        settle_zip(target)
        files[name] = count
    return files


def as_typed(number: int, cells: dict[str, Any]) -> list[Any]:
    """A row of a hand-made list: `number` decides how its cells were typed."""
    if number % 3 == 0 and cells["Date de naissance"]:
        cells["Date de naissance"] = cells["Date de naissance"].strftime("%d/%m/%Y")
    if number % 5 == 0:
        cells["Créé le"] = cells["Créé le"].strftime("%d/%m/%Y")
    for column, remainder in (("Téléphone", 1), ("Mobile", 2), ("Code postal", 3)):
        value = cells[column]
        if number % 4 == remainder and value and re.fullmatch(r"0\d{4}|0\d{9}|[1-9]\d{4}", value):
            cells[column] = int(value)
    return [*cells.values()]


def settle_zip(path: Path) -> None:
    """Rewrite a workbook without the clock, so that the same rows give the same bytes."""
    settled = path.with_suffix(".settled")
    with (
        zipfile.ZipFile(path) as source,
        zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2020-01-01T00:00:00Z", content
                )
            target.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    shutil.move(settled, path)


# ---------------------------------------------------------------------------------------------
# Truth


def write_truth(
    connection: duckdb.DuckDBPyConnection,
    tables: list[Table],
    feeds: dict[str, dict[str, int]],
    broken: Broken,
    folder: Path,
) -> None:
    """people, households, records and broken as Parquet; totals.json with rows by table and file,
    orders and revenue (cents) by source, channel, order_type and status."""
    logger.info("writing the ground truth")
    folder.mkdir(parents=True)
    for name, key in (("people", "person_id"), ("households", "household_id")):
        copy_parquet(connection, f"from truth_{name} order by {key}", folder / f"{name}.parquet")
    copy_parquet(connection, "from truth_records order by record_id", folder / "records.parquet")
    connection.execute(
        "create table broken (source text, table_name text, file text, row_number bigint,"
        " key text, column_name text, reason text)"
    )
    connection.executemany(
        "insert into broken values (?, ?, ?, ?, ?, ?, ?)",
        [tuple(vars(row).values()) for row in broken],
    )
    copy_parquet(connection, "from broken", folder / "broken.parquet")

    orders = connection.execute("from truth_orders").to_arrow_table().to_pylist()
    counts = {table: count(connection, table.relation) for table in tables}
    totals = {
        "tables": {
            source: {table.name: rows for table, rows in counts.items() if table.source == source}
            for source in SYSTEMS
        },
        "files": feeds,
        "orders": orders,
        "notes": [
            "tables and files count every row, those of broken.parquet included",
            "orders leave the broken rows out; lines leave voided lines (item_type 5) and the child"
            " lines of configurable products out",
        ],
    }
    (folder / "totals.json").write_text(json.dumps(totals, indent=2, ensure_ascii=False) + "\n")
