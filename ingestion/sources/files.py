"""File feeds: any CSV, Excel or Parquet file, declared in one YAML of `ingestion/feeds/`.

Data flow: files under ORFEVRE_FEEDS_ROOT → columns mapped onto the canonical contract
→ raw_files.<entity>. `ingestion/feeds/feed.schema.json` says what a feed may hold.

A file is read again only when its content or its feed has changed; the rows that it no longer
holds go then, and what its earlier reading had set aside, so that the raw table and the
quarantine hold what the file holds. A file that has been moved away keeps its rows; those of a
feed that is no longer declared go with a full load and --accept-shrink: a folder of feeds that is
not named must not empty them. Where two files have the same key, the last
one read (files in the order of their names) has the last word.

A file without a column that the feed maps is refused, unless the mapping says `optional`: a
renamed column must not load as empty values.

Deliberately absent: guessing days and months. Only ISO dates are read unless the feed says how
dates are written; 03/04/2024 is two days.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pyarrow as pa
import yaml

from ingestion import tabular
from ingestion.contract import Table, contract
from ingestion.intake import Batch, Reading
from ingestion.source import Request, Source, SourceError, describe
from warehouse import ROOT

log = logging.getLogger(__name__)

FEEDS = ROOT / "ingestion" / "feeds"
GIVEN = ("source", "_feed", "_file", "_row_number")
DATES_IN_TEXT = ("birth_date",)  # a date that stays text, since people write anything there
# Options whose values the schema cannot list, each with what fails for a wrong one.
PROBES: dict[str, Callable[[str], Any]] = {
    "encoding": codecs.lookup,
    "dates": lambda form: duckdb.execute("select strftime(timestamp '2024-01-02', ?)", [form]),
    "timezone": lambda zone: duckdb.execute("select timezone(?, timestamp '2024-01-02')", [zone]),
}
# What stands around a value and is not it: blanks of any width, and marks that cannot be seen.
BLANKS = " \t\r\n\f\v\u00a0" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000"
UNSEEN = (
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"
    "\u2066\u2067\u2068\u2069\ufeff"
)
TEMPLATE = re.compile(r"\{([^{}]+)\}")
ISO = r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?"


@dataclass(frozen=True)
class Feed:
    """A declared feed. `columns` maps each column of the entity to how it is made."""

    name: str
    source: str
    entity: str
    path: str
    columns: dict[str, Any]
    options: dict[str, Any]
    fingerprint: str

    @property
    def wanted(self) -> dict[str, bool]:
        """Columns of the file that the mapping reads, in order, and whether all need them."""
        names: dict[str, bool] = {}
        for rule in self.columns.values():
            rule = {"column": rule} if isinstance(rule, str) else rule
            column = rule.get("column", "")
            for name in _in_template(column) or ([column] if column else []):
                names[name] = names.get(name, False) or not rule.get("optional", False)
        return names

    @property
    def optional(self) -> set[str]:
        return {name for name, needed in self.wanted.items() if not needed}


def declared(names: Sequence[str] = ()) -> list[Path]:
    """The feeds of these names, or all. Raises SourceError, which lists those there are."""
    folder = Path(os.environ.get("ORFEVRE_FEEDS", FEEDS))
    there = {path.stem: path for path in sorted(folder.glob("*.yml"))}
    if unknown := sorted(set(names) - there.keys()):
        raise SourceError(f"no feed {', '.join(unknown)}; there are {', '.join(there) or 'none'}")
    return [path for name, path in there.items() if not names or name in names]


def parse(path: Path, tables: Mapping[str, Table]) -> Feed:
    """Read a feed. Raises SourceError that names the file, the key and the rule broken."""
    try:
        feed = yaml.safe_load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise SourceError(f"{path.name}: not UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise SourceError(f"{path.name}{line}: not YAML") from None
    schema = json.loads((FEEDS / "feed.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(feed))
    if error:
        key = ".".join(map(str, error.absolute_path)) or "the feed"
        raise SourceError(f"{path.name}: {key}: {error.message}")
    table = tables[feed["entity"]]
    allowed = [name for name in table.column_names if name not in GIVEN]
    for name in (*feed["columns"], *feed.get("key", [])):
        if name not in allowed:
            raise SourceError(
                f"{path.name}: columns.{name}: {table.name} has no such column; "
                f"expected one of {', '.join(allowed)}"
            )
    for key, probe in PROBES.items():
        for value in feed.get(key, []) if key == "dates" else [feed.get(key)]:
            try:
                probe(value) if value is not None else None
            except (LookupError, duckdb.Error):
                raise SourceError(f"{path.name}: {key}: {value!r} is unknown") from None
    return Feed(
        name=path.stem,
        source=feed["source"],
        entity=feed["entity"],
        path=feed["path"],
        columns=feed["columns"],
        options=feed,
        fingerprint=hashlib.sha256(path.read_bytes()).hexdigest()[:16],
    )


def read(request: Request) -> Iterator[Batch]:
    root = Path(os.environ["ORFEVRE_FEEDS_ROOT"])
    if not root.is_dir():
        raise SourceError("ORFEVRE_FEEDS_ROOT is no folder")
    known = request.memory.setdefault("files", {})
    _retire(known, request)
    for path in declared(request.feeds):
        try:
            feed = parse(path, request.tables)
        except SourceError as error:
            log.error("%s", error)
            request.failures.setdefault(_entity_of(path, request.tables), []).append(str(error))
            continue
        there = (file for file in root.glob(feed.path) if file.is_file())
        # neither hidden files nor Excel's mark of an open workbook
        files = sorted(file for file in there if not file.name.startswith((".", "~$")))
        if not files:
            log.info("feed %s: no file yet", feed.name)
        told: set[str] = set()  # ignored columns, named once a feed
        for file in files:
            name = file.relative_to(root).as_posix()
            yield from _read_file(feed, file, name, known, request, told)


def _retire(known: dict[str, Any], request: Request) -> None:
    """With a full load of all feeds, what feeds that are no longer declared have brought goes.

    Raises SourceError, which names them, unless a shrink is accepted.
    """
    if not request.full or request.feeds:
        return
    names = {path.stem for path in declared()}
    gone = [key for key in known if key.partition(":")[0] not in names]
    if gone and not request.accept_shrink:
        feeds = ", ".join(sorted({key.partition(":")[0] for key in gone}))
        raise SourceError(
            f"no longer declared: {feeds}; nothing was changed "
            "(--accept-shrink takes their rows out)"
        )
    for key in gone:
        feed, _, file = key.partition(":")
        log.warning("feed %s is no longer declared: the rows of %s go", feed, file)
        request.replaced.append(Reading(known.pop(key)["entity"], feed, file))


def entities(names: Sequence[str]) -> frozenset[str]:
    """The tables that the feeds of these names fill."""
    return frozenset(_entity_of(path, contract("files")) for path in declared(names))


def _entity_of(path: Path, tables: Mapping[str, Table]) -> str:
    """The table that a wrong feed's failure is reported on."""
    named = re.search(r"^entity:\s*(\w+)", path.read_text(encoding="utf-8", errors="replace"), re.M)
    return named[1] if named and named[1] in tables else next(iter(tables))


def _read_file(
    feed: Feed, file: Path, name: str, known: dict[str, Any], request: Request, told: set[str]
) -> Iterator[Batch]:
    key = f"{feed.name}:{name}"
    before = known.get(key)
    try:
        with file.open("rb") as content:
            now = {
                "size": file.stat().st_size,
                "hash": hashlib.file_digest(content, "sha256").hexdigest(),
                "feed": feed.fingerprint,
                "entity": feed.entity,
            }
        if before == now and not request.full:
            return
        reading = Reading(feed.entity, feed.name, name)
        mapping = Select(feed, request.tables[feed.entity])
        for chunk in _chunks(feed, file, told):
            where = f"{name}#{chunk.part}" if chunk.part else name
            rows = mapping(chunk, name)
            yield Batch(feed.entity, rows, where, chunk.numbers, chunk.malformed, reading)
    except Exception as error:
        why = str(error) if isinstance(error, tabular.UnreadableFile) else describe(error)
        message = f"feed {feed.name}: {name} cannot be read: {why}"
        log.error("%s", message)
        request.failures.setdefault(feed.entity, []).append(message)
        return
    if before:
        request.replaced.append(Reading(before["entity"], feed.name, name))
    known[key] = now


def _chunks(feed: Feed, file: Path, told: set[str]) -> Iterator[tabular.Chunk]:
    option, wanted = feed.options.get, list(feed.wanted)
    columns = {"optional": feed.optional, "told": told}
    kind = option("format") or tabular.format_of(file)
    if kind == "parquet":
        return tabular.read_parquet(file, wanted, option("decimal", "."), **columns)
    if kind == "excel":
        return tabular.read_excel(
            file, wanted, option("sheet"), option("header"), option("decimal", "."), **columns
        )
    return tabular.read_csv(
        file,
        wanted,
        encoding=option("encoding"),
        delimiter=option("delimiter"),
        quote=option("quote", '"'),
        escape=option("escape"),
        header=option("header"),
        **columns,
    )


class Select:
    """The feed's mapping as one SQL `select` over a chunk."""

    def __init__(self, feed: Feed, table: Table) -> None:
        self.feed = feed
        types = {column.name: column.data_type for column in table.columns}
        made = {
            name: self._typed(name, types[name], _whole(name, self._value(rule)))
            for name, rule in feed.columns.items()
        }
        key = table.primary_key[-1]
        # One article twice on a ticket is two lines; one customer twice in a file is one.
        self.repeats = ""
        if key not in made:
            if parts := feed.options.get("key"):
                whole = " and ".join(f"({made[part]}) is not null" for part in parts)
                joined = ", ".join(made[part] for part in parts)
                made[key] = f"case when {whole} then concat_ws(':', {joined}) end"
            else:
                parts = [f"coalesce({value}, '')" for value in made.values()]
                made[key] = f"md5(concat_ws(chr(31), {', '.join(parts)}))"
                self.repeats = key if table.name == "order_lines" else ""
        made |= {"source": _literal(feed.source), "_feed": _literal(feed.name)}
        columns = ", ".join(f'{value} as "{name}"' for name, value in made.items())
        self.sql = f"select {columns} from chunk"
        self.db = duckdb.connect()
        self.db.execute("set TimeZone = 'UTC'")
        self.db.execute("create table seen (line text primary key, times bigint)")

    def __call__(self, chunk: tabular.Chunk, file: str) -> pa.Table:
        """The chunk's rows as the entity's columns, in text."""
        rows = chunk.rows
        if not len(rows):
            return pa.table({})
        self.db.register("chunk", rows)
        mapped = self.db.execute(self.sql).to_arrow_table()
        self.db.unregister("chunk")
        if self.repeats:
            mapped = self._numbered(mapped)
        return mapped.append_column(
            "_file", pa.array([file] * len(mapped), pa.string())
        ).append_column("_row_number", pa.array(chunk.numbers, pa.int64()).cast(pa.string()))

    def _numbered(self, mapped: pa.Table) -> pa.Table:
        """The rows with the occurrence in the file added to a key that came before in it."""
        place = pa.array(range(len(mapped)), pa.int64())
        self.db.register("mapped", mapped.append_column("place", place))
        numbered = self.db.execute(
            f"""
            select * exclude (place, occurrence) replace (
                {self.repeats} || case when occurrence > 1 then '#' || occurrence else '' end
                as {self.repeats}
            )
            from (
                select
                    mapped.*,
                    coalesce(seen.times, 0)
                    + row_number() over (
                        partition by mapped.{self.repeats} order by place
                    ) as occurrence
                from mapped left join seen on mapped.{self.repeats} = seen.line
            )
            order by place
            """
        ).to_arrow_table()
        self.db.execute(
            f"""
            insert into seen select {self.repeats}, count(*) from mapped group by all
            on conflict do update set times = times + excluded.times
            """
        )
        self.db.unregister("mapped")
        return numbered

    def _value(self, rule: Any) -> str:
        """SQL of a mapped value: a column, a template, a constant; null when blank."""
        if isinstance(rule, str):
            rule = {"column": rule}
        if "constant" in rule:
            return _literal(str(rule["constant"]))
        column = rule["column"]
        if names := _in_template(column):
            parts = []
            for number, part in enumerate(TEMPLATE.split(column)):
                parts.append(f"coalesce({_column(part)}, '')" if number % 2 else _literal(part))
            some = " or ".join(f"{_column(name)} is not null" for name in names)
            joined = f"trim(regexp_replace(concat({', '.join(parts)}), '\\s+', ' ', 'g'))"
            value = f"case when {some} then {joined} end"
        else:
            value = _column(column)
        if values := rule.get("values"):
            branches = " ".join(
                f"when {_literal(word)} then {_literal(_plain(meant))}"
                for written, meant in values.items()
                for word in _words(written)
            )
            value = f"case lower({value}) {branches} else {value} end"
        if "default" in rule:
            value = f"coalesce({value}, {_literal(_plain(rule['default']))})"
        return value

    def _typed(self, name: str, data_type: str, value: str) -> str:
        """SQL of a value as the contract can read it; as written when it is not understood."""
        if data_type == "decimal(18,4)":
            return f"coalesce({_number(value, self.feed.options.get('decimal'))}, {value})"
        if data_type == "timestamp":
            value = f"case when not starts_with({value}, '0000-00-00') then {value} end"
            moment, zone = self._date(value), self.feed.options.get("timezone", "UTC")
            if zone != "UTC":
                moment = f"timezone('UTC', timezone({_literal(zone)}, {moment}))"
            return f"coalesce(strftime({moment}, '%Y-%m-%d %H:%M:%S.%f'), {value})"
        if data_type == "date" or name in DATES_IN_TEXT:
            day = self._date(value, born=name == "birth_date")
            return f"coalesce(strftime({day}, '%Y-%m-%d'), {value})"
        return value

    def _date(self, value: str, born: bool = False) -> str:
        """SQL of a time as it is written, or null: by the feed's formats, as ISO, as an Excel
        serial. A year of two digits is no year to %Y, and a birth in a year to come (%y) is of
        the century before.
        """
        ways = []
        for form in self.feed.options.get("dates", []):
            way = f"try_strptime({value}, {_literal(form)})"
            if "%y" in form and born:
                way = f"{way} - to_years(case when {way} > current_date then 100 else 0 end)"
            ways.append(way)
        ways.append(
            f"case when regexp_full_match({value}, '{ISO}') then try_cast({value} as timestamp) end"
        )
        if self.feed.options.get("excel_serials"):
            ways.append(
                f"case when regexp_full_match({value}, '\\d{{4,5}}([.,]\\d+)?') then timestamp "
                f"'1899-12-30' + to_days(1) * try_cast(replace({value}, ',', '.') as double) end"
            )
        years = (f"case when year({way}) >= 1000 then {way} end" for way in ways)
        return f"coalesce({', '.join(years)})"


def _in_template(column: str) -> list[str]:
    return TEMPLATE.findall(column)


def _column(name: str) -> str:
    """SQL of a column's value, null when blank. ="01000" is how some exports keep Excel from
    reading a number.
    """
    cell = '"' + name.replace('"', '""') + '"'
    cell = f"""case when {cell} like '="%"' then {cell}[3:-2] else {cell} end"""
    return f"nullif(trim({cell}, '{BLANKS}{UNSEEN}'), '')"


def _whole(name: str, value: str) -> str:
    """SQL of a key, a card or a phone without the .0 that programs write behind the numbers of a
    column that some rows leave empty (17850.0, in French 17850,0). A sku is left as it is.
    """
    if not name.endswith(("_id", "phone", "loyalty_card", "other_identifier", "order_number")):
        return value
    return f"regexp_replace({value}, '^([0-9]+)[.,]0$', '\\1')"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _words(written: Any) -> tuple[str, ...]:
    """A written value as it is compared. YAML reads a bare yes or no as a truth value."""
    if isinstance(written, bool):
        return ("true", "yes", "on") if written else ("false", "no", "off")
    return (str(written).casefold(),)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: str, decimal: str | None) -> str:
    """SQL of a written number with a point and no thousands, or null.

    Blanks, apostrophes and currency signs go; 5- and (5) are -5, as accountants write. Without a
    declared decimal sign, a lone comma or point followed by three digits (1,234) is left as it
    is: it may be either.
    """
    bare = f"regexp_replace({value}, '[{BLANKS}{UNSEEN}''’€$£]|EUR', '', 'g')"
    bare = f"regexp_replace({bare}, '^\\((.+)\\)$|^(.+)-$', '-\\1\\2')"
    grouped = {".": r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", ",": r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?"}
    plain = {".": r"[+-]?\d*\.?\d+", ",": r"[+-]?\d*,?\d+"}

    def point(without: str) -> str:
        return f"replace(replace({bare}, '{without}', ''), ',', '.')"

    if decimal == ",":
        return (
            f"case when regexp_full_match({bare}, '{grouped[',']}') then {point('.')} "
            f"when regexp_full_match({bare}, '{plain[',']}') then {point(' ')} else {bare} end"
        )
    if decimal == ".":
        return (
            f"case when regexp_full_match({bare}, '{grouped['.']}') "
            f"then replace({bare}, ',', '') else {bare} end"
        )
    return (
        f"case when regexp_full_match({bare}, '[+-]?\\d*,(\\d{{1,2}}|\\d{{4,}})') "
        f"then {point(' ')} "
        f"when regexp_full_match({bare}, '[+-]?\\d{{1,3}}(\\.\\d{{3}})+,\\d+') then {point('.')} "
        f"when regexp_full_match({bare}, '[+-]?\\d{{1,3}}(,\\d{{3}})+\\.\\d+') "
        f"then replace({bare}, ',', '') else {bare} end"
    )


SOURCE = Source(
    "files",
    ("ORFEVRE_FEEDS_ROOT",),
    read,
    logs=frozenset(
        {"customers", "orders", "order_lines", "products", "stores", "consents", "events"}
    ),
)
