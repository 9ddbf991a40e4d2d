"""Where rows wait between the source and the warehouse: judged set by set, never row by row.

Data flow:
    batches (dicts of an API, rows of a database, lines of a file, a Parquet export)
    → `add`: one table of text a raw table, in a DuckDB file that is thrown away
    → `judge`: every column cast to its declared type; a row that breaks a rule goes to
      `set_aside` with the first rule it breaks, the others are `kept`.

Deliberately absent: defaults and guesses. A value that is not of its type is not repaired here.
Cutting decimals after the fourth place is the one loss of precision, and NUL characters go
(PostgreSQL has none).
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.contract import Column, Table

log = logging.getLogger(__name__)

# How each type is read from text; {x} is trimmed and never blank.
_CAST = {
    "bigint": (
        r"case when regexp_full_match({x}, '[+-]?\d+(\.0*)?') "
        "then try_cast(split_part({x}, '.', 1) as bigint) end"
    ),
    "decimal(18,4)": (
        r"case when regexp_full_match({x}, '[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?') "
        "then try_cast({x} as decimal(18,4)) end"
    ),
    "boolean": (
        "case when lower({x}) in ('true', 't', '1', 'yes', 'y', 'oui') then true "
        "when lower({x}) in ('false', 'f', '0', 'no', 'n', 'non') then false end"
    ),
    # With an offset or in UTC; RFC 2822 is what Twilio writes.
    "timestamp": (
        r"case when regexp_matches({x}, '^\d{{4}}-\d{{2}}-\d{{2}}') "
        "then timezone('UTC', try_cast({x} as timestamptz)) "
        "else timezone('UTC', try_strptime({x}, '%a, %d %b %Y %H:%M:%S %z')) end"
    ),
    "date": (
        r"case when regexp_matches({x}, '^\d{{4}}-\d{{2}}-\d{{2}}([ T].*)?$') "
        "then try_cast(left({x}, 10) as date) end"
    ),
}


@dataclass(frozen=True)
class Reading:
    """A file as a feed reads it: what one reading brought goes when the file is read again."""

    table: str
    feed: str
    file: str

    @property
    def origin(self) -> dict[str, str]:
        return {"_feed": self.feed, "_file": self.file}

    @property
    def mark(self) -> str:
        """What the payload of each of its quarantined rows contains, and no other's."""
        return _json(self.origin)[1:-1]


@dataclass
class Batch:
    """Rows for one raw table, as the source gives them.

    `rows` is a list of dicts or an Arrow table whose columns are named as in the contract;
    `numbers` are their line numbers in `file` (default: their position in what was read).
    `malformed` are lines that are no row at all: (line number, reason, text).
    """

    table: str
    rows: Sequence[Mapping[str, Any]] | pa.Table = ()
    file: str | None = None
    numbers: Sequence[int] | None = None
    malformed: Sequence[tuple[int, str, str]] = ()
    reading: Reading | None = None


@dataclass
class Counts:
    """Rows of a table. Those read are kept or set aside; the unchanged come on top: the
    warehouse, or a later row of the same load, says the same."""

    read: int = 0
    kept: int = 0
    set_aside: int = 0
    unchanged: int = 0


@dataclass
class Intake:
    """One load of one source, in a DuckDB file under `directory`."""

    source: str
    tables: Mapping[str, Table]
    directory: Path
    counts: dict[str, Counts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.db = duckdb.connect(str(self.directory / "intake.duckdb"))
        self.db.execute("set TimeZone = 'UTC'")
        self.db.execute(f"set temp_directory = '{self.directory}'")
        # The file is never opened again: no need to write each batch twice.
        self.db.execute("set wal_autocheckpoint = '1GB'")
        self.db.execute(
            """
            create table set_aside (
                table_name text, file text, column_name text, rule text, reason text,
                payload text, row_number bigint
            )
            """
        )
        self._position: Counter[str] = Counter()
        self._drifted: set[tuple[str, str]] = set()

    def close(self) -> None:
        self.db.close()

    # in ------------------------------------------------------------------------------------

    def add(self, batch: Batch) -> None:
        """Take in a batch. Columns that the contract does not know are named once in the log."""
        table = self.tables[batch.table]
        counts = self.counts.setdefault(table.name, Counts())
        counts.read += len(batch.rows) + len(batch.malformed)
        if len(batch.malformed):
            self._set_malformed_aside(batch)
        if not len(batch.rows):
            return
        if isinstance(batch.rows, pa.Table):
            self._report_drift(table, batch.rows.column_names)
            incoming = as_text(batch.rows, table.column_names)
        else:
            self._report_drift(table, dict.fromkeys(k for row in batch.rows for k in row))
            incoming = dicts_as_text(batch.rows, table.column_names)
        first = self._position[table.name] + 1
        self._position[table.name] += len(incoming)
        position = pa.array(range(first, first + len(incoming)), pa.int64())
        numbers = position if batch.numbers is None else pa.array(batch.numbers, pa.int64())
        incoming = (
            incoming.append_column("_position", position)
            .append_column("_source_file", pa.array([batch.file] * len(incoming), pa.string()))
            .append_column("_number", numbers)
        )
        self.db.register("incoming", incoming)
        if first == 1:
            self.db.execute(f'create table "in_{table.name}" as from incoming')
        else:
            self.db.execute(f'insert into "in_{table.name}" by name from incoming')
        self.db.unregister("incoming")

    def add_parquet(self, name: str, path: Path) -> None:
        """Take in a whole Parquet export, without a copy. Row 1 of the file is line 2."""
        table = self.tables[name]
        there = {
            row[0]
            for row in self.db.execute(
                "select name from parquet_schema(?) where num_children is null", [str(path)]
            ).fetchall()
        }
        self._report_drift(table, there)
        columns = [f'"{c}"' if c in there else f'null::text as "{c}"' for c in table.column_names]
        quoted = str(path).replace("'", "''")
        self.db.execute(
            f"""
            create view "in_{name}" as
            select
                {", ".join(columns)},
                file_row_number + 1 as _position,
                '{path.name.replace("'", "''")}' as _source_file,
                file_row_number + 2 as _number
            from read_parquet('{quoted}', file_row_number = true)
            """
        )
        (rows,) = self.db.execute(
            "select sum(num_rows) from parquet_file_metadata(?)", [str(path)]
        ).fetchone()
        self.counts.setdefault(name, Counts()).read += int(rows or 0)
        self._position[name] = int(rows or 0)

    def _report_drift(self, table: Table, found: Iterable[str]) -> None:
        for name in found:
            if name not in table.column_names and (table.name, name) not in self._drifted:
                self._drifted.add((table.name, name))
                log.info("%s.%s: column %r is new and ignored", self.source, table.name, name)

    def _set_malformed_aside(self, batch: Batch) -> None:
        of = batch.reading.origin if batch.reading else {}
        where = (batch.table, batch.file, None, "unreadable")
        rows = [
            (*where, reason, _json(of | {"line": text}), number)
            for number, reason, text in batch.malformed
        ]
        names = ["table_name", "file", "column_name", "rule", "reason", "payload", "row_number"]
        types = [pa.string()] * 6 + [pa.int64()]
        malformed = pa.table(
            [
                pa.array(column, kind)
                for column, kind in zip(zip(*rows, strict=True), types, strict=True)
            ],
            names=names,
        )
        self.db.register("malformed", malformed)
        self.db.execute("insert into set_aside by name from malformed")
        self.db.unregister("malformed")

    # judged --------------------------------------------------------------------------------

    def has_rows(self, name: str) -> bool:
        return self._position[name] > 0

    def has_kept(self, name: str) -> bool:
        return self.counts[name].kept > 0

    def judge(self, name: str) -> None:
        """Type the rows of a table: `out_<name>` holds the typed columns and `_broken`.

        `_broken` is null, or the first rule broken: 'column|rule'. Of the rows that share a
        primary key the last by cursor, then by position, is kept; those that say the same as it
        (an order named on each of its lines) are unchanged rather than set aside.
        """
        table = self.tables[name]
        if not self.has_rows(name):
            return
        found = dict(
            self.db.execute(
                f'select column_name, column_type from (describe from "in_{name}")'
            ).fetchall()
        )
        typed, rules = [], []
        for column in table.columns:
            x = f'"{column.name}"'
            typed.append(f"{_typed(column, found[column.name], x)} as {x}")
            rules += _rules(column, found[column.name], x)
        if table.required_one_of:
            missing = (_missing(found[c], f'"{c}"') for c in table.required_one_of)
            rules.append(f"when {' and '.join(missing)} then '{table.required_one_of[0]}|one_of'")
        self.db.execute(
            f"""
            create table "out_{name}" as
            select
                _position,
                {", ".join(typed)},
                {f"case {' '.join(rules)} end" if rules else "null::text"} as _broken
            from "in_{name}"
            """
        )
        self._judge_key(table)

    def _judge_key(self, table: Table) -> None:
        key = ", ".join(f'"{column}"' for column in table.primary_key)
        (repeated,) = self.db.execute(
            f"""
            select count(*) from (
                select 1 from "out_{table.name}"
                where _broken is null group by {key} having count(*) > 1
            )
            """
        ).fetchone()
        if not repeated:
            return
        latest = f'"{table.cursor}" desc nulls last, ' if table.cursor else ""
        # Where a row was read (_file, _row_number) is not what it says.
        said = ", ".join(f'"{c}"' for c in table.column_names if not c.startswith("_"))
        self.db.execute(
            f"""
            create or replace temp table earlier as
            select
                _position,
                row({said}) is not distinct from first_value(row({said})) over latest as is_repeat
            from "out_{table.name}"
            where _broken is null
            window latest as (partition by {key} order by {latest}_position desc)
            qualify row_number() over latest > 1
            """
        )
        self.db.execute(
            f"""
            update "out_{table.name}" as o set _broken = '{table.primary_key[-1]}|key'
            from earlier where o._position = earlier._position and not earlier.is_repeat
            """
        )
        (repeats,) = self.db.execute("select count(*) from earlier where is_repeat").fetchone()
        self.db.execute(
            f'delete from "out_{table.name}"'
            " where _position in (select _position from earlier where is_repeat)"
        )
        self._count_unchanged(table.name, repeats)

    def settle(self, name: str) -> None:
        """Move the broken rows of a judged table to `set_aside` and count."""
        counts = self.counts.setdefault(name, Counts())
        if self.has_rows(name):
            table = self.tables[name]
            payload = _payload(table, "i")
            self.db.execute(
                f"""
                insert into set_aside
                select
                    '{name}', i._source_file,
                    split_part(o._broken, '|', 1), split_part(o._broken, '|', 2),
                    case split_part(o._broken, '|', 2)
                        when 'required' then split_part(o._broken, '|', 1) || ' is empty'
                        when 'key' then 'a later row has the same key'
                        when 'one_of' then '{" and ".join(table.required_one_of)} are empty'
                        when 'accepted' then split_part(o._broken, '|', 1) || ' is none of '
                            || split_part(o._broken, '|', 3)
                        else split_part(o._broken, '|', 1) || ' is not a '
                            || split_part(o._broken, '|', 3)
                    end,
                    {payload}, i._number
                from "out_{name}" as o
                inner join "in_{name}" as i on o._position = i._position
                where o._broken is not null
                order by o._position
                """
            )
            (counts.kept,) = self.db.execute(
                f'select count(*) from "out_{name}" where _broken is null'
            ).fetchone()
        (counts.set_aside,) = self.db.execute(
            "select count(*) from set_aside where table_name = ?", [name]
        ).fetchone()

    # incremental ---------------------------------------------------------------------------

    def greatest_cursor(self, name: str, limit: datetime) -> Any:
        """Greatest value of the table's cursor among all rows read, at most `limit`; or None."""
        table = self.tables[name]
        kind = next(c.data_type for c in table.columns if c.name == table.cursor)
        bound: Any = limit if kind in ("timestamp", "date") else int(limit.timestamp())
        (value,) = self.db.execute(
            f'select max("{table.cursor}") from "out_{name}" where "{table.cursor}" <= ?', [bound]
        ).fetchone()
        return value

    def forget_unchanged(self, name: str, held: pa.RecordBatchReader | Path) -> None:
        """Drop the kept rows that are among the warehouse's own in every column.

        Rows that live and die with a parent are dropped together or not at all.
        """
        table = self.tables[name]
        if isinstance(held, Path):
            columns = {column.name: column.data_type.upper() for column in table.columns}
            self.db.execute(
                f"""
                create or replace temp table held as from read_csv(
                    '{held}', columns = {columns}, auto_detect = false, header = false,
                    delim = ',', quote = '"', escape = '"', nullstr = '',
                    allow_quoted_nulls = false, max_line_size = 268435456, parallel = false
                )
                """
            )
        else:
            self.db.register("incoming", held)
            self.db.execute("create or replace temp table held as from incoming")
            self.db.unregister("incoming")
        same = " and ".join(f'o."{c}" is not distinct from h."{c}"' for c in table.column_names)
        self.db.execute(
            f"""
            create or replace temp table unchanged as
            select o._position, {"o." + table.parent_key if table.parent_key else "null"} as parent
            from "out_{name}" as o
            inner join held as h on {same}
            where o._broken is null
            """
        )
        if table.parent_key:
            key, size = table.parent_key, "count(*) as size"
            self.db.execute(
                f"""
                delete from unchanged where parent not in (
                    select parent from (
                        select parent, {size} from unchanged group by parent
                        intersect
                        select {key}, {size} from held group by {key}
                        intersect
                        select {key}, {size} from "out_{name}" where _broken is null
                        group by {key}
                    )
                )
                """
            )
        (rows,) = self.db.execute("select count(*) from unchanged").fetchone()
        self.db.execute(
            f'delete from "out_{name}" where _position in (select _position from unchanged)'
        )
        self._count_unchanged(name, rows)
        self.counts[name].kept -= rows

    def forget_quarantined(self, held: Sequence[str], replaced: Sequence[Reading]) -> None:
        """Drop the rows set aside that the quarantine holds already; the others get their id.

        What a `replaced` reading set aside does not count as held: it will go.

        The id is the same for the same row of the same file whenever it comes again; equal rows
        of one load differ by their occurrence.
        """
        self.db.register("held_ids", pa.table({"id": pa.array(held, pa.string())}))
        marks = [[it.table for it in replaced], [it.mark for it in replaced]]
        marks = [pa.array(column, pa.string()) for column in marks]
        self.db.register("replaced", pa.table(marks, names=["name", "mark"]))
        self.db.execute(
            """
            create table quarantined as
            select
                md5(concat_ws(chr(31), ?, table_name, coalesce(file, ''), payload,
                    row_number() over (
                        partition by table_name, file, payload order by row_number, rule
                    )::text)) as quarantine_id,
                *
            from set_aside
            """,
            [self.source],
        )
        known = """
            quarantine_id in (select id from held_ids)
            and not exists (
                select 1 from replaced as r
                where r.name = table_name and contains(payload, r.mark)
            )
        """
        for name, rows in self.db.execute(
            f"select table_name, count(*) from quarantined where {known} group by table_name"
        ).fetchall():
            self._count_unchanged(name, rows)
            self.counts[name].set_aside -= rows
        self.db.execute(f"delete from quarantined where {known}")
        self.db.unregister("held_ids")
        self.db.unregister("replaced")

    def _count_unchanged(self, name: str, rows: int) -> None:
        self.counts[name].read -= rows
        self.counts[name].unchanged += rows

    # out -----------------------------------------------------------------------------------

    def kept(self, name: str, rows_a_batch: int = 100_000) -> Iterable[pa.Table]:
        """The kept rows of a table, typed as the contract says, in batches."""
        table = self.tables[name]
        columns = ", ".join(f'"{column}"' for column in table.column_names)
        with self.db.cursor() as cursor:
            cursor.execute("set TimeZone = 'UTC'")
            reader = cursor.execute(
                f'select {columns} from "out_{name}" where _broken is null'
            ).to_arrow_reader(rows_a_batch)
            for batch in reader:
                yield pa.Table.from_batches([batch])

    def absent(self, name: str, key: Sequence[str], existing: pa.Table) -> list[tuple[str, ...]]:
        """Those of the warehouse's `existing` keys (as text) that no row read has."""
        if not self.has_rows(name):
            return [tuple(row.values()) for row in existing.to_pylist()]
        on = " and ".join(f'e."{k}" = o."{k}"::text' for k in key)
        self.db.register("existing", existing)
        gone = self.db.execute(
            f"""
            select * from existing as e
            where not exists (select 1 from "out_{name}" as o where {on}) order by all
            """
        ).fetchall()
        self.db.unregister("existing")
        return gone

    def childless(self, parent: Table, child: Table, existing: pa.Table) -> list[tuple[str, ...]]:
        """Those of the `existing` parent keys (as text) whose parent came without any child."""
        key = child.parent_key
        children = (
            f'select "{key}"::text from "out_{child.name}" where "{key}" is not null'
            if self.has_rows(child.name)
            else "select null::text where false"
        )
        self.db.register("existing", existing)
        gone = self.db.execute(
            f"""
            select e."{key}" from existing as e
            where e."{key}" in (select "{parent.primary_key[0]}"::text from "out_{parent.name}")
            and e."{key}" not in ({children}) order by all
            """
        ).fetchall()
        self.db.unregister("existing")
        return gone

    def quarantined(self, load_id: str, at: datetime) -> pa.Table:
        """The rows newly set aside, in the shape of raw_ingestion.quarantine."""
        return self.db.execute(
            """
            select
                quarantine_id, ?::text as load_id, ?::text as source,
                table_name, file, column_name, rule, reason, payload, row_number,
                ?::timestamp as set_aside_at
            from quarantined
            """,
            [load_id, self.source, at],
        ).to_arrow_table()


def _missing(found: str, x: str) -> str:
    """SQL condition: a column came without a value (null, or blank when it is text)."""
    return f"{x} is null" if found != "VARCHAR" else f"coalesce(trim({x}), '') = ''"


def _typed(column: Column, found: str, x: str) -> str:
    """SQL of the column in its declared type; null when it is not of that type."""
    native = {"text": "VARCHAR"}.get(column.data_type, column.data_type.upper())
    if found == native and found != "VARCHAR":
        return x
    if column.data_type == "text":
        return f"replace({x}::text, chr(0), '')"
    return _CAST[column.data_type].format(x=f"nullif(trim({x}::text), '')")


def _rules(column: Column, found: str, x: str) -> list[str]:
    """The `when` branches of a column: what must hold, first broken first."""
    missing, rules = _missing(found, x), []
    if column.required:
        rules.append(f"when {missing} then '{column.name}|required'")
    typed = _typed(column, found, x)
    if column.data_type != "text" and typed != x:
        rules.append(
            f"when not ({missing}) and ({typed}) is null "
            f"then '{column.name}|type|{column.data_type}'"
        )
    if column.accepted:
        known = ", ".join(f"'{value}'" for value in column.accepted)
        rules.append(
            f"when not ({missing}) and lower(trim({x}::text)) not in ({known}) "
            f"then '{column.name}|accepted|{', '.join(column.accepted)}'"
        )
    return rules


def _payload(table: Table, alias: str) -> str:
    """SQL of a row as JSON text, as it came."""
    pairs = ", ".join(f'"{c}" := {alias}."{c}"' for c in table.column_names)
    return f"to_json(struct_pack({pairs}))::text"


def as_text(rows: pa.Table, columns: Sequence[str]) -> pa.Table:
    """The named columns of an Arrow table as text; a column that is not there is null."""
    arrays = []
    for name in columns:
        if name in rows.column_names:
            column = rows.column(name)
            nested = pa.types.is_nested(column.type) or pa.types.is_binary(column.type)
            arrays.append(
                pa.array([_text(v) for v in column.to_pylist()], pa.string())
                if nested
                else column.cast(pa.string())
            )
        else:
            arrays.append(pa.nulls(len(rows), pa.string()))
    return pa.table(arrays, names=list(columns))


def dicts_as_text(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pa.Table:
    """The named columns of dicts as Arrow text; a key that is not there is null."""
    return pa.table(
        [text_array([row.get(name) for row in rows]) for name in columns], names=list(columns)
    )


def text_array(values: Sequence[Any]) -> pa.Array:
    """Python values of any kind as Arrow text: numbers plainly, lists and dicts as JSON."""
    try:
        array = pa.array(values)
        if not pa.types.is_nested(array.type) and not pa.types.is_binary(array.type):
            return array.cast(pa.string())
    except (pa.ArrowException, UnicodeEncodeError, OverflowError):
        pass  # mixed types, lone surrogates, integers beyond 64 bits: one by one
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return _json(value) if isinstance(value, (list, dict)) else str(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
