"""CSV, Excel and Parquet files as chunks of text, whatever made them.

What is not said is found out: the format by its first bytes, the encoding by byte order mark and
by what decodes, the delimiter and the header row by where the wanted columns are. Every line is
either in a chunk or malformed, with its number; nothing disappears.

CSV goes through Python's `csv` module (C) in chunks, since pyarrow and DuckDB lose the line
number of a good row, give up a file for one bad byte, and cannot come back from a stray quote.
"""

from __future__ import annotations

import csv
import difflib
import gzip
import io
import logging
import re
import unicodedata
import zipfile
import zlib
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ingestion.intake import as_text

log = logging.getLogger(__name__)
csv.field_size_limit(2**31 - 1)

ROWS_A_CHUNK = 50_000
DOS_END = "\x1a"  # stands at the end of old text files
HEADER_WITHIN = 30  # rows in which a header is looked for
LINES_A_RECORD = 500  # a quoted field that spans more lines than this is a stray quote
DELIMITERS = (";", ",", "\t", "|")
WIDE = {"utf-16", "utf16", "utf_16", "utf-32", "utf32", "utf_32"}
SURROGATE = re.compile("[\udc80-\udcff]")
BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
CODE_PAGES = ("cp1252", "mac_roman", "cp850", "iso8859_15")
# What Western Europe writes beyond ASCII, the commonest in French first.
COMMON, WESTERN = (
    "éèêàçëïôîûÉ",
    "âäáãåæíìñóòöõøœúùüýÿßÀÂÄÁÃÅÆÇÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜÝŸ°º«»’‘“”…–—€£§²½",
)
EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"}
HEADER_AGAIN = "the header again"


class UnreadableFile(Exception):
    """A file as a whole cannot be read; the message holds no content of it."""


@dataclass
class Chunk:
    """Rows of the wanted columns as text, their line numbers, and the lines that are no row."""

    rows: pa.Table
    numbers: list[int]
    malformed: list[tuple[int, str, str]] = field(default_factory=list)
    part: str = ""  # the sheet, when a workbook has several


@dataclass
class Header:
    """Where each wanted column is. `width` is how many fields a row has."""

    names: list[str]
    places: dict[str, int]
    width: int
    named: int  # place after the last column that has a name
    written: Sequence[Any]  # the names as they are

    @property
    def ignored(self) -> list[str]:
        used = set(self.places.values())
        return [name for place, name in enumerate(self.names) if name and place not in used]

    def fitted(self, fields: list[str]) -> list[str] | None:
        """A row's fields, as many as the header has; None when they are not.

        Blank fields too many go; those that only columns without a name would hold may be missing.
        """
        count = len(fields)
        if count == self.width:
            return fields
        if count > self.width and not any(map(str.strip, fields[self.width :])):
            return fields[: self.width]
        if self.named <= count < self.width:
            return fields + [""] * (self.width - count)
        return None

    @cached_property
    def last(self) -> int:
        """Place of the last column that is read; the first may have a byte order mark."""
        return max(self.places.values(), default=-1)

    def is_repeated(self, fields: Sequence[str | None]) -> bool:
        """Whether a row says the header again: files put one behind another, a printed list."""
        if self.last < 0 or fields[self.last] != self.written[self.last]:
            return False
        return all(fold(fields[it] or "") == fold(self.written[it]) for it in self.places.values())

    def missing(self, wanted: Iterable[str], optional: Collection[str]) -> list[str]:
        return [name for name in wanted if name not in self.places and name not in optional]


def fold(name: Any) -> str:
    """A column name as it is compared: without case, accents, what cannot be seen, blanks around
    or doubled.
    """
    text = unicodedata.normalize("NFKD", str(name))
    text = "".join(
        c for c in text if not unicodedata.combining(c) and unicodedata.category(c) != "Cf"
    )
    return " ".join(text.casefold().split())


def header_of(fields: Sequence[Any], wanted: Iterable[str]) -> Header:
    """Read a row as the header. A repeated name is `name#2`, and `#3` is the third column."""
    names, times = [], Counter[str]()
    for value in fields:
        name = fold(value) if value is not None else ""
        times[name] += 1
        names.append(name if times[name] == 1 or not name else f"{name}#{times[name]}")
    places = {}
    for column in wanted:
        number = re.fullmatch(r"#(\d+)", column)
        if number and 0 < int(number[1]) <= len(names):
            places[column] = int(number[1]) - 1
        elif fold(column) in names and fold(column):
            places[column] = names.index(fold(column))
    named = max((place + 1 for place, name in enumerate(names) if name), default=len(names))
    return Header(names, places, len(names), named, fields)


def find_header(
    rows: Sequence[Sequence[Any]], wanted: Sequence[str], declared: int | bool | None
) -> tuple[int, Header]:
    """Place of the header among the first rows (-1: there is none) and the header.

    The row that holds most of the wanted names is it, the first of equals. Raises
    UnreadableFile when no row holds any.
    """
    if declared is False:
        width = Counter(len(row) for row in rows).most_common(1)[0][0] if rows else 0
        header = header_of([f"#{place + 1}" for place in range(width)], wanted)
        return -1, header
    found = [(place, header_of(row, wanted)) for place, row in enumerate(rows)]
    place, header = max(
        found, key=lambda it: (len(it[1].places), -it[0]), default=(0, header_of([], wanted))
    )
    if not header.places:
        where = f"line {declared} does not hold" if declared else "no row holds"
        raise UnreadableFile(f"{where} any of the feed's columns as a header")
    return place, header


# CSV -----------------------------------------------------------------------------------------


def read_csv(
    path: Path,
    wanted: Sequence[str],
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str = '"',
    escape: str | None = None,
    header: int | bool | None = None,
    optional: Collection[str] = (),
    told: set[str] | None = None,
) -> Iterator[Chunk]:
    """Chunks of a delimited file. `header` is its line (1 …), False for none, None to find it.

    Raises UnreadableFile when a wanted column that is not `optional` is missing. `told` are the
    ignored columns that the log has named already, in other files of the feed.
    """
    try:
        if not encoding or encoding.lower() in WIDE:  # their byte order is in the file
            encoding = encoding_of(path)
        dialect = {"quotechar": quote, "escapechar": escape or escape_of(path, encoding, quote)}
        dialect["delimiter"] = delimiter or delimiter_of(path, encoding, dialect, wanted, header)
        with _text(path, encoding) as text:
            first = _head(_records(text, dialect), header)
        if not any(any(map(str.strip, lines)) for _, _, lines in first):
            raise UnreadableFile("the file is empty" if header in (None, False) else "no such line")
        place, found = find_header([fields for _, fields, _ in first], wanted, header)
        _check(path, found, wanted, optional, told)
        above = first[place][0] if place >= 0 else 0
        with _text(path, encoding) as text:
            records = (it for it in _records(text, dialect, found) if it[0] > above)
            while rows := list(islice(records, ROWS_A_CHUNK)):
                chunk = _csv_chunk(rows, found, wanted, encoding)
                if chunk.numbers or chunk.malformed:
                    yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile):
        raise UnreadableFile("an archive that is damaged or cut short") from None


def _head(records: Iterator[Record], header: int | bool | None) -> list[Record]:
    """The records among which the header is: the declared line alone, or the first ones."""
    if header in (None, False):
        return list(islice(records, HEADER_WITHIN))
    return [it for it in islice(records, int(header)) if it[0] == header]


Record = tuple[int, list[str], list[str]]  # first line number, fields, the lines as they are


class _Runaway(Exception):
    """A record spans too many lines."""


class _Lines:
    """Lines for `csv.reader`, which asks for more while a quote is open; they can be put back."""

    def __init__(self, source: Iterable[str]) -> None:
        self._source = iter(source)
        self._back: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._source)
        self.taken.append(line)
        if len(self.taken) > LINES_A_RECORD:
            raise _Runaway
        return line

    def put_back(self, lines: Sequence[str]) -> None:
        self._back.extendleft(reversed(lines))


def _records(
    source: Iterable[str], dialect: Mapping[str, str | None], header: Header | None = None
) -> Iterator[Record]:
    """Records of a CSV. Where a stray quote swallows lines, its line stands alone, unparsed."""
    lines, start = _Lines(source), 1
    dialect = {**dialect, "skipinitialspace": dialect["delimiter"] != " "}
    while True:
        reader = csv.reader(lines, **dialect)
        try:
            for fields in reader:
                taken, lines.taken = lines.taken, []
                if len(taken) > 1 and header and _swallowed(fields, taken, dialect, header):
                    yield start, [], taken[:1]
                    lines.put_back(taken[1:])
                    start += 1
                    break
                yield start, fields, taken
                start += len(taken)
            else:
                return
        except (_Runaway, csv.Error):
            taken, lines.taken = lines.taken, []
            yield start, [], taken[:1]
            lines.put_back(taken[1:])
            start += 1


def _swallowed(
    fields: list[str], taken: list[str], dialect: Mapping[str, Any], header: Header
) -> bool:
    """Whether a record of several lines is no record: by its width, or since the quote that ends
    a field does not stand at its end, but opens a field of a later record.
    """
    if header.fitted(fields) is None:
        return True
    try:
        return list(csv.reader(taken, strict=True, **dialect)) != [fields]
    except csv.Error:
        return True


def _csv_chunk(
    records: Sequence[Record], header: Header, wanted: Sequence[str], encoding: str
) -> Chunk:
    good: list[list[str]] = []
    written: list[list[str]] = []
    numbers: list[int] = []
    malformed: list[tuple[int, str, str]] = []
    for number, fields, lines in records:
        fitted = header.fitted(fields)
        if fitted is None:
            if any(line.strip().strip(DOS_END) for line in lines):
                reason = _miscounted(len(fields), header.width)
                malformed.append((number, reason, _shown(lines)))
            continue
        if not any(map(str.strip, fitted)):
            continue
        if header.is_repeated(fitted):
            malformed.append((number, HEADER_AGAIN, _shown(lines)))
            continue
        good.append(fitted)
        written.append(lines)
        numbers.append(number)
    try:
        return Chunk(_columns(good, header, wanted), numbers, malformed)
    except UnicodeEncodeError:
        kept = []
        read = header.places.values()
        for place, fields in enumerate(good):
            if any(SURROGATE.search(fields[column]) for column in read):
                reason = f"bytes that are not {encoding}"
                malformed.append((numbers[place], reason, _shown(written[place])))
            else:
                kept.append(place)
        rows = _columns([good[place] for place in kept], header, wanted)
        return Chunk(rows, [numbers[place] for place in kept], malformed)


def _miscounted(count: int, width: int) -> str:
    if not count:
        return "a quote is opened and never closed"
    return f"{count} fields where the header has {width}"


def _shown(lines: Sequence[str]) -> str:
    text = "".join(lines).rstrip("\r\n")
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _columns(rows: Sequence[Sequence[str]], header: Header, wanted: Sequence[str]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * header.width
    arrays = [
        pa.array(columns[header.places[name]], pa.string())
        if name in header.places
        else pa.nulls(len(rows), pa.string())
        for name in wanted
    ]
    return pa.table(arrays, names=list(wanted))


def _check(
    path: Path,
    header: Header,
    wanted: Sequence[str],
    optional: Collection[str],
    told: set[str] | None,
) -> None:
    """Refuse a file without a column it must have; name the columns that nobody reads."""
    missing = header.missing(wanted, optional)
    if missing:
        like = {name: difflib.get_close_matches(fold(name), header.ignored, 1) for name in missing}
        asked = (
            f"{name!r}" + "".join(f" (is it {it!r}?)" for it in like[name]) for name in missing
        )
        raise UnreadableFile(f"no column {', '.join(asked)}")
    told = set() if told is None else told
    if ignored := [name for name in header.ignored if name not in told]:
        told.update(ignored)
        log.info("%s: columns ignored: %s", path.name, ", ".join(ignored))


def _open(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked. Raises UnreadableFile for an archive of several files."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(b"\x1f\x8b"):
        return gzip.open(path, "rb")  # type: ignore[return-value]
    if head == b"PK\x03\x04":
        archive = zipfile.ZipFile(path)
        names = [it for it in archive.namelist() if not it.endswith("/") and "__MACOSX" not in it]
        if len(names) != 1:
            raise UnreadableFile(f"an archive of {len(names)} files; one is expected")
        return archive.open(names[0])
    return path.open("rb")


def _text(path: Path, encoding: str) -> io.TextIOWrapper:
    """Text of a file, lines ended by any of CR, LF and CRLF; a bad byte is a surrogate."""
    wide = encoding.replace("_", "-").lower().startswith(("utf-16", "utf-32"))
    errors = "replace" if wide else "surrogateescape"
    return io.TextIOWrapper(_open(path), encoding=encoding, errors=errors, newline="")


def escape_of(path: Path, encoding: str, quote: str) -> str | None:
    """A backslash when it is what stands before quotes within quotes, and they are not doubled.

    Before a quote that ends a field it may be the field's last sign: it proves nothing.
    """
    with _text(path, encoding) as text:
        head = text.read(64 * 1024)
    sign = re.escape(quote)
    doubled = re.search(rf"[^;,\t|\r\n{sign}]{sign}{sign}", head)
    escaped = re.search(rf"\\{sign}[^;,\t|\r\n]", head)
    return "\\" if escaped and not doubled else None


def encoding_of(path: Path) -> str:
    """The encoding of a text file: byte order mark, then UTF-8 unless most of the lines with
    accents are not, then the code page that makes most sense of them.

    Not by charset-normalizer: on a few lines of French names it prefers the page of Prague.
    """
    with _open(path) as file:
        head = file.read(64 * 1024)
    for mark, name in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return name
    if head and head.count(b"\x00") > len(head) / 5:
        return "utf-16-be" if head[::2].count(b"\x00") > head[1::2].count(b"\x00") else "utf-16-le"
    good, bad, odd = 0, 0, []
    with _open(path) as file:
        while lines := file.readlines(1 << 20):
            try:
                good += not b"".join(lines).decode("utf-8").isascii()
            except UnicodeDecodeError:
                for line in lines:
                    if line.isascii():
                        continue
                    try:
                        line.decode("utf-8")
                        good += 1
                    except UnicodeDecodeError:
                        bad += 1
                        odd.append(line)
            if bad >= 500:
                break
    if good >= bad:
        return "utf-8"
    sample = b"".join(odd[:500])
    return max(CODE_PAGES, key=lambda page: _letters(sample.decode(page, "replace")))


def _letters(text: str) -> float:
    """How much a text's characters beyond ASCII are those that Western Europe writes."""
    beyond = [character for character in text if not character.isascii()]
    return sum(2 * (it in COMMON) + (it in WESTERN) for it in beyond) / max(len(beyond), 1)


def delimiter_of(
    path: Path,
    encoding: str,
    dialect: Mapping[str, str | None],
    wanted: Sequence[str],
    header: int | bool | None,
) -> str:
    """The delimiter under which most wanted columns are found, then the most regular one."""

    def score(delimiter: str) -> tuple[int, float, int]:
        with _text(path, encoding) as text:
            records = _records(text, {**dialect, "delimiter": delimiter})
            rows = [fields for _, fields, _ in islice(records, 200)]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        regular = max(widths.values(), default=0) / max(len(rows), 1)
        try:
            _, found = find_header(rows[:HEADER_WITHIN], wanted, header)
        except UnreadableFile:
            return 0, regular, 0
        return len(found.places), regular, found.width

    return max(DELIMITERS, key=score)


# Excel ---------------------------------------------------------------------------------------


def read_excel(
    path: Path,
    wanted: Sequence[str],
    sheet: str | None = None,
    header: int | bool | None = None,
    decimal: str = ".",
    optional: Collection[str] = (),
    told: set[str] | None = None,
) -> Iterator[Chunk]:
    """Chunks of a workbook (.xlsx, .xlsb, .xls, .ods); row numbers are those Excel shows.

    `sheet` names one; else every visible sheet that has at least half of the columns that the
    best of them has is read, and must have all. A number that is whole has no decimals
    ('81612345'); other numbers are written with `decimal`.
    """
    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except CalamineError:
        raise UnreadableFile("no workbook that opens: damaged, or kept by a password") from None
    candidates = [
        it.name
        for it in workbook.sheets_metadata
        if it.typ == SheetTypeEnum.WorkSheet
        and (fold(it.name) == fold(sheet) if sheet else it.visible == SheetVisibleEnum.Visible)
    ]
    if not candidates:
        raise UnreadableFile(f"no sheet {sheet!r}" if sheet else "no visible sheet")
    found = []
    for name in candidates:
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        first = header - 1 if isinstance(header, int) and header is not False else 0
        head = rows[first : first + (1 if first or header == 1 else HEADER_WITHIN)]
        try:
            place, columns = find_header([list(map(_blank, r)) for r in head], wanted, header)
        except UnreadableFile:
            continue
        found.append((len(columns.places), name, rows, first + place, columns))
    if not found:
        raise UnreadableFile("no visible sheet holds any of the feed's columns as a header")
    most = max(it[0] for it in found)
    found = [it for it in found if it[0] * 2 >= most]
    if not sheet and (others := len(workbook.sheet_names) - len(found)):
        log.info("%s: sheets not read: %s", path.name, others)
    for _, name, _, _, columns in found:
        try:
            _check(path, columns, wanted, optional, told)
        except UnreadableFile as error:
            raise UnreadableFile(f"sheet {name!r}: {error}") from None
    for _, name, rows, place, columns in found:
        for first in range(place + 1, len(rows), ROWS_A_CHUNK):
            some = rows[first : first + ROWS_A_CHUNK]
            numbers, good, malformed = [], [], []
            for number, row in enumerate(some, first + 1):
                cells = [_cell(value, decimal) for value in row]
                if any(cells) and columns.is_repeated(cells):
                    shown = "; ".join(cell for cell in cells if cell)
                    malformed.append((number, HEADER_AGAIN, shown))
                elif any(cells):
                    good.append(cells)
                    numbers.append(number)
            chunk = Chunk(_columns(good, columns, wanted), numbers, malformed)
            chunk.part = name if len(found) > 1 else ""
            if numbers or malformed:
                yield chunk


def _blank(value: Any) -> str:
    return _cell(value, ".") or ""


def _cell(value: Any, decimal: str) -> str | None:
    """A cell as text; None when it is empty, blank or an error such as #N/A."""
    if isinstance(value, str):
        return None if not value.strip() or value in EXCEL_ERRORS else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value))
        return repr(value).replace(".", decimal)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return None if value is None else str(value)


# Parquet -------------------------------------------------------------------------------------


def read_parquet(
    path: Path,
    wanted: Sequence[str],
    decimal: str = ".",
    optional: Collection[str] = (),
    told: set[str] | None = None,
) -> Iterator[Chunk]:
    """Chunks of a Parquet file; its first row is row 2, as after the header of other files.

    Numbers are written with `decimal`; one that is no number is empty.
    """
    try:
        file = pq.ParquetFile(path)
        yield from _parquet_chunks(path, file, wanted, decimal, optional, told)
    except (pa.ArrowException, OSError):
        raise UnreadableFile("no Parquet file that opens: damaged or cut short") from None


def _parquet_chunks(
    path: Path,
    file: pq.ParquetFile,
    wanted: Sequence[str],
    decimal: str,
    optional: Collection[str],
    told: set[str] | None,
) -> Iterator[Chunk]:
    header = header_of(file.schema_arrow.names, wanted)
    _check(path, header, wanted, optional, told)
    every = file.schema_arrow.names
    read = list(dict.fromkeys(every[place] for place in sorted(header.places.values())))
    there = [place for place, name in enumerate(every) if name in read]
    number = 2
    for batch in file.iter_batches(ROWS_A_CHUNK, columns=read):
        columns = {it: batch.column(there.index(place)) for it, place in header.places.items()}
        text = as_text(pa.table(columns), wanted)
        for place, name in enumerate(wanted):
            if name in columns and _is_fraction(columns[name].type):
                written = pc.if_else(pc.equal(text[name], "nan"), None, text[name])
                written = pc.replace_substring(written, ".", decimal)
                text = text.set_column(place, name, written)
        yield Chunk(text, list(range(number, number + len(text))))
        number += len(text)


def _is_fraction(kind: pa.DataType) -> bool:
    return pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def format_of(path: Path) -> str:
    """`excel`, `parquet` or `csv`, by the file's first bytes."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04") and zipfile.is_zipfile(path):
        parts = {"[Content_Types].xml", "content.xml"}  # of .xlsx and .xlsb, and of .ods
        return "excel" if parts & set(zipfile.ZipFile(path).namelist()) else "csv"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "excel"
    return "csv"
