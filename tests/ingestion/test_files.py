"""File feeds: a catalogue of messy files. Every row is loaded or set aside, with its line."""

from __future__ import annotations

import csv
import gzip
import io
import logging
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import tabular
from ingestion.__main__ import main
from ingestion.contract import contract
from ingestion.report import Report
from ingestion.source import SourceError, describe
from ingestion.sources import files
from tests.ingestion.conftest import Query, load

Feed = Callable[..., dict[str, Report]]
PEOPLE = {"source_customer_id": "id", "last_name": "nom", "email": "email"}


@pytest.fixture
def feed(duck: Query, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Feed:
    """Write files and one feed, load them, and give the reports."""
    feeds, root = tmp_path / "feeds", tmp_path / "root"
    feeds.mkdir()
    root.mkdir()
    monkeypatch.setenv("ORFEVRE_FEEDS", str(feeds))
    monkeypatch.setenv("ORFEVRE_FEEDS_ROOT", str(root))

    def run(files: dict[str, bytes], **declared: object) -> dict[str, Report]:
        for name, content in files.items():
            (root / name).write_bytes(content)
        it = {"source": "s", "entity": "customers", "path": "*", "columns": PEOPLE} | declared
        (feeds / "people.yml").write_text(yaml.safe_dump(it, allow_unicode=True))
        return load("files")

    return run


def names(query: Query) -> list[tuple]:
    return query("select source_customer_id, last_name from raw_files.customers order by 1")


def zipped(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, some in files.items():
            archive.writestr(zipfile.ZipInfo(name), some, zipfile.ZIP_DEFLATED)  # no clock in it
    return content.getvalue()


ENCODED = "id;nom;email\n1;Élise Lefèvre;a@b.fr\n2;Noël;\n"


@pytest.mark.parametrize(
    "content",
    [
        ENCODED.encode(),
        ENCODED.encode("utf-8-sig"),
        ENCODED.encode("utf-16"),
        b"\xff\xfe" + ENCODED.encode("utf-16-le"),
        ENCODED.encode("utf-16-be"),
        ENCODED.encode("cp1252"),
        ENCODED.replace("\n", "\r\n").encode("cp1252"),
        ENCODED.replace("\n", "\r").encode(),
        ENCODED.replace(";", "\t").encode(),
        ENCODED.replace(";", "|").encode("utf-8-sig"),
        ENCODED.replace(";", ",").encode("utf-16"),
        gzip.compress(ENCODED.encode(), mtime=0),
        zipped(people=ENCODED.encode("cp1252")),
        b"Liste des clients\n\nfaite le 1;1;2024\n" + ENCODED.encode(),
        ENCODED.encode("mac_roman"),
        ENCODED.encode("cp850"),
        ENCODED.replace("id;nom;email", " ID ;Nom;  EMAIL").encode(),
        ENCODED.replace("\n", ";;\n").encode(),
        ENCODED.replace(";", ",  ").replace("Élise Lefèvre", '"Élise Lefèvre"').encode() + b"\x1a",
        ENCODED.replace("\n", "\n\n;;\n").encode(),
        ENCODED.rstrip("\n").encode(),
        ENCODED.replace("id;nom", "id\u200b;\u2060nom\u00ad").encode(),
    ],
)
def test_one_file_in_many_guises(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "f.txt"
    path.write_bytes(content)
    assert tabular.format_of(path) == "csv"
    (chunk,) = tabular.read_csv(path, ["id", "nom"])
    rows = [tuple(map(str.strip, row.values())) for row in chunk.rows.to_pylist()]
    assert (rows, chunk.malformed) == ([("1", "Élise Lefèvre"), ("2", "Noël")], [])


def test_a_declared_encoding_needs_no_byte_order(duck: Query, feed: Feed) -> None:
    feed({"f.csv": ENCODED.encode("utf-16-be")}, encoding="UTF-16")
    assert names(duck) == [("1", "Élise Lefèvre"), ("2", "Noël")]


def test_quotes_after_backslashes_are_found_out(duck: Query, feed: Feed) -> None:
    feed({"f.csv": b'id,nom,email\n"1","dit \\"Jo\\", Paul",""\n"2","","b@c.fr"\n'})
    assert names(duck) == [("1", 'dit "Jo", Paul'), ("2", None)]


def test_lines_that_are_no_rows_are_set_aside_with_their_number(duck: Query, feed: Feed) -> None:
    content = (
        b"id;nom;email\n"
        b"1;Un;\n"
        b"2;Deux\n"  # too few
        b"3;Trois;;trop\n"  # too many
        b"4;Qua\xe9tre;\n"  # not UTF-8
        + "5;Cinq é;\n6;Six é;\n".encode()
        + b'7;"Sept;\n'  # a quote that is never closed
        b"8;Huit;\n"
        b'9;"Neuf\nlignes";\n'
        b"\n"
        b"10;Di\x00x;\n"
    )
    report = feed({"f.csv": content})["customers"]
    assert names(duck) == [
        ("1", "Un"),
        ("10", "Dix"),
        ("5", "Cinq é"),
        ("6", "Six é"),
        ("8", "Huit"),
        ("9", "Neuf\nlignes"),
    ]
    aside = duck("select row_number, rule from raw_ingestion.quarantine order by 1")
    assert aside == [(3, "unreadable"), (4, "unreadable"), (5, "unreadable"), (8, "unreadable")]
    assert report.rows_read == 10
    assert duck("select _row_number from raw_files.customers where source_customer_id = '10'") == [
        (13,)
    ]


def test_a_header_that_comes_again_is_no_customer(duck: Query, feed: Feed) -> None:
    """As where exports were put one behind another, each with its byte order mark."""
    head = "id;nom;email"
    sheet = [["ID", "nom ", "email"], [3, "Trois", None], ["ID", "nom ", "email"], [4, "email", ""]]
    feed(
        {
            "f.csv": f"{head}\n1;Un;\n\ufeff{head}\n2;Deux;email\n".encode("utf-8-sig"),
            "g.xlsx": workbook(lambda book: [book.active.append(row) for row in sheet]),
        }
    )
    assert names(duck) == [("1", "Un"), ("2", "Deux"), ("3", "Trois"), ("4", "email")]
    assert duck("select file, row_number, reason from raw_ingestion.quarantine order by 1") == [
        ("f.csv", 3, "the header again"),
        ("g.xlsx", 3, "the header again"),
    ]


def test_what_cannot_be_seen_is_no_part_of_a_value(duck: Query, feed: Feed) -> None:
    feed(
        {"f.csv": "sku;nom;prix\n\u200b1\u2060;\u200fمريم\u2003;1\u2009234,5 €\u200e\n".encode()},
        entity="products",
        decimal=",",
        columns={"sku": "sku", "name": "nom", "price": "prix"},
    )
    assert duck("select sku, name, price from raw_files.products") == [
        ("1", "مريم", Decimal("1234.5"))
    ]


def test_a_key_of_whole_numbers_has_no_decimals(duck: Query, feed: Feed) -> None:
    feed({"f.csv": b"id;nom;email\n17850.0;1.0;\n;;\n12346,0;1.5;\nA1.0;;\n"})
    assert names(duck) == [("12346", "1.5"), ("17850", "1.0"), ("A1.0", None)]
    card = {"source_customer_id": "id", "loyalty_card": "carte"}
    feed({"g.csv": b"id;carte\n7.0;812.0\n8;\n"}, columns=card, path="g.csv")
    assert duck("select loyalty_card from raw_files.customers where source_customer_id = '7'") == [
        ("812",)
    ]


def test_a_quoted_field_may_hold_lines_that_look_like_rows(duck: Query, feed: Feed) -> None:
    content = (
        "id;nom;email;note;\n"
        '"1";"Un;deux;trois;quatre\ncinq;six;sept;huit";;5\n'
        '"2\n";Deux;a@b.fr;4;\n'
        '3;"Trois;;1\n'  # never closed
        '4;Quatre;"";2\n'
    )
    feed({"f.csv": content.encode()})
    assert names(duck) == [
        ("1", "Un;deux;trois;quatre\ncinq;six;sept;huit"),
        ("2", "Deux"),
        ("4", "Quatre"),
    ]
    assert duck("select row_number from raw_ingestion.quarantine") == [(6,)]


def test_numbers_dates_and_values_are_read_as_the_feed_says(duck: Query, feed: Feed) -> None:
    content = (
        "num;total;le;canal;ok\n"
        "1;1 234,50 €;31/12/2024 10:30;WEB;oui\n"
        "2;-1.234,5;2024-12-31;boutique;non\n"
        "3;12,5;31/02/2024;web;oui\n"
        "4;douze;01/01/2024 00:00;web;oui\n"
    )
    feed(
        {"f.csv": content.encode()},
        entity="orders",
        dates=["%d/%m/%Y %H:%M", "%d/%m/%Y"],
        decimal=",",
        timezone="Europe/Paris",
        columns={
            "source_order_id": "num",
            "total_amount": "total",
            "ordered_at": "le",
            "channel": {"column": "canal", "values": {"web": "web", "boutique": "store"}},
            "is_return": {"column": "ok", "values": {"oui": False, "non": True}},
            "status": {"constant": "completed"},
            "currency": {"constant": "EUR"},
        },
    )
    assert duck(
        "select source_order_id, total_amount, ordered_at, channel, is_return "
        "from raw_files.orders order by 1"
    ) == [
        ("1", Decimal("1234.5"), datetime(2024, 12, 31, 9, 30), "web", False),
        ("2", Decimal("-1234.5"), datetime(2024, 12, 30, 23), "store", True),
    ]
    assert duck("select row_number, column_name from raw_ingestion.quarantine order by 1") == [
        (4, "ordered_at"),
        (5, "total_amount"),
    ]


def test_a_birthday_has_no_zone_and_lies_behind(duck: Query, feed: Feed) -> None:
    content = b"id;le\n1;1980-05-02\n2;02/05/1935\n3;2/5/35\n4;0000-00-00 00:00:00\n5;02/05/05\n"
    feed(
        {"f.csv": content},
        dates=["%d/%m/%Y", "%d/%m/%y"],
        timezone="Europe/Paris",
        columns={"source_customer_id": "id", "birth_date": "le", "created_at": "le"},
    )
    assert duck(
        "select source_customer_id, birth_date, created_at from raw_files.customers order by 1"
    ) == [
        ("1", "1980-05-02", datetime(1980, 5, 1, 22)),
        ("2", "1935-05-02", datetime(1935, 5, 1, 23)),
        ("3", "1935-05-02", datetime(2035, 5, 1, 22)),
        ("4", "0000-00-00 00:00:00", None),
        ("5", "2005-05-02", datetime(2005, 5, 1, 22)),
    ]


def test_numbers_as_accountants_and_exports_write_them(duck: Query, feed: Feed) -> None:
    content = 'sku;nom;prix\n="01";(5,50);(5,50)\n="02";x;1\u202f234,5-\n="03";x;EUR 12\n'
    feed(
        {"f.csv": content.encode()},
        entity="products",
        decimal=",",
        columns={"sku": "sku", "name": "nom", "price": "prix"},
    )
    assert duck("select sku, name, price from raw_files.products order by 1") == [
        ("01", "(5,50)", Decimal("-5.5")),
        ("02", "x", Decimal("-1234.5")),
        ("03", "x", Decimal("12")),
    ]


def test_parquet_numbers_and_repeated_names(duck: Query, feed: Feed) -> None:
    columns = [
        pa.array([1.0, 2.0]),
        pa.array(["first", "second"]),
        pa.array(["A", "B"]).dictionary_encode(),
        pa.array([Decimal("1.500"), None]),
        pa.array([75001.0, float("nan")]),
    ]
    content = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, ["sku", "nom", "nom", "prix", "code"]), content)
    feed(
        {"f.parquet": content.getvalue()},
        entity="products",
        decimal=",",
        columns={"sku": "sku", "name": "nom#2", "price": "prix", "category": "code"},
    )
    assert duck("select sku, name, price, category from raw_files.products order by 1") == [
        ("1", "A", Decimal("1.5"), "75001"),
        ("2", "B", None, None),
    ]


def test_a_word_that_the_contract_does_not_know_is_set_aside(duck: Query, feed: Feed) -> None:
    """No revenue is lost in silence for a status that the feed forgot to map."""
    content = "num;etat\n1;Soldé\n2;EXPÉDIÉ\n3;Canceled\n4; pending \n5;\n"
    declared = {
        "entity": "orders",
        "columns": {
            "source_order_id": "num",
            "status": {"column": "etat", "values": {"soldé": "completed"}},
            "channel": {"constant": "outlet"},
            "currency": {"constant": "EUR"},
            "ordered_at": {"constant": "2026-01-01"},
        },
    }
    feed({"f.csv": content.encode()}, **declared)
    assert duck("select source_order_id from raw_files.orders order by 1") == [
        ("1",),
        ("3",),
        ("4",),
    ]
    assert duck("select row_number, rule, reason from raw_ingestion.quarantine order by 1") == [
        (3, "accepted", "status is none of completed, pending, cancelled, canceled"),
        (6, "required", "status is empty"),
    ]
    declared["columns"]["status"]["values"]["expédié"] = "completed"
    assert feed({}, **declared)["orders"].rows_set_aside == 1
    assert duck("select row_number from raw_ingestion.quarantine") == [(6,)]


def test_an_ambiguous_number_is_not_guessed(duck: Query, feed: Feed) -> None:
    feed(
        {"f.csv": b"sku;nom;prix\n1;a;1,234\n2;b;1,5\n3;c;1.234,5\n"},
        entity="products",
        columns={"sku": "sku", "name": "nom", "price": "prix"},
    )
    assert duck("select sku, price from raw_files.products order by 1") == [
        ("2", Decimal("1.5")),
        ("3", Decimal("1234.5")),
    ]
    assert duck("select row_number, column_name from raw_ingestion.quarantine") == [(2, "price")]


def test_templates_repeated_headers_and_keys(duck: Query, feed: Feed) -> None:
    content = "nom,rue,numéro,tél,tél\nA,du Bac,3,01,06\nB,,,,\nA,du Bac,3,01,06\n"
    report = feed(
        {"f.csv": content.encode("cp1252")},
        columns={
            "last_name": "nom",
            "address_line_1": "{numéro} {rue}",
            "phone": "tél",
            "mobile_phone": "tél#2",
        },
    )["customers"]
    assert duck(
        "select last_name, address_line_1, phone, mobile_phone from raw_files.customers order by 1"
    ) == [("A", "3 du Bac", "01", "06"), ("B", None, None, None)]
    assert (report.rows_read, report.rows_kept, report.rows_unchanged) == (2, 2, 1)  # said twice


def test_a_file_of_order_lines_fills_orders_too(duck: Query, feed: Feed) -> None:
    """One row a line, the order named on each; the same article twice on a ticket is two lines."""
    content = (
        "ticket;client;sku;qté;prix;le\n"
        "1;C1;A;2;9,90;2024-01-02\n1;C1;A;2;9,90;2024-01-02\n1;C1;B;-1;5;2024-01-02\n"
        "2;;A;1;;2024-01-03\n"
    ).encode()
    lines = {"source_order_id": "ticket", "sku": "sku", "quantity": "qté", "unit_price": "prix"}
    options = {"entity": "order_lines", "columns": lines, "decimal": ","}
    report = feed({"f.csv": content}, **options)["order_lines"]
    assert (report.rows_kept, report.rows_set_aside, report.rows_unchanged) == (3, 1, 0)
    assert duck("select row_number, reason from raw_ingestion.quarantine") == [
        (5, "line_amount and unit_price are empty")
    ]
    again = feed({"f.csv": content, "g.csv": content}, **options)["order_lines"]
    assert (again.rows_kept, again.rows_set_aside) == (3, 1)
    assert duck("select sum(quantity * unit_price) from raw_files.order_lines") == [
        (Decimal("34.6"),)
    ]
    orders = {
        "source_order_id": "ticket",
        "source_customer_id": "client",
        "channel": {"constant": "store"},
        "status": {"constant": "completed"},
        "currency": {"constant": "EUR"},
        "ordered_at": "le",
    }
    report = feed({"f.csv": content}, entity="orders", columns=orders)["orders"]
    assert (report.rows_kept, report.rows_set_aside, report.rows_unchanged) == (2, 0, 6)


def test_a_file_without_header(duck: Query, feed: Feed) -> None:
    columns = {"source_customer_id": "#1", "last_name": "#2"}
    feed({"f.csv": b"1;Un;x\n2;Deux;y\n"}, header=False, columns=columns)
    assert names(duck) == [("1", "Un"), ("2", "Deux")]


def workbook(build: Callable[[openpyxl.Workbook], None]) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    build(book)
    book.save(content)
    return content.getvalue()


def test_excel_keeps_text_as_text_and_finds_the_table(duck: Query, feed: Feed) -> None:
    def build(book: openpyxl.Workbook) -> None:
        notes = book.active
        notes.title = "Notes"
        notes.append(["à lire"])
        hidden = book.create_sheet("Ancien")
        hidden.append(["Id", "Nom", "Tél", "CP", "Né le", "Créé"])
        hidden.append(["9", "Caché", "", "", "", ""])
        hidden.sheet_state = "hidden"
        sheet = book.create_sheet("Clients")
        sheet.append(["Clients de la boutique"])
        sheet.merge_cells("A1:F1")
        sheet.append([])
        sheet.append(["Id", "Nom", "Tél", "CP", "Né le", "Créé"])
        sheet.append([1, "Un", 81612345.0, "06000", date(1980, 5, 2), datetime(2024, 1, 2, 3, 4)])
        sheet.append([None, " ", None, None, None, None])
        sheet.append(["002", "Deux", "0612345678", 6000, "02/05/1980", "03/02/2024"])
        sheet.append([3, "#N/A", 2912345678901, 75001.0, "vers 1950", "hier"])

    report = feed(
        {"f.xlsx": workbook(build)},
        dates=["%d/%m/%Y"],
        columns={
            "source_customer_id": "id",
            "last_name": "nom",
            "phone": "Tél",
            "postcode": "CP",
            "birth_date": "Né le",
            "created_at": "Créé",
        },
    )["customers"]
    assert duck(
        "select source_customer_id, phone, postcode, birth_date, created_at, _row_number "
        "from raw_files.customers order by 1"
    ) == [
        ("002", "0612345678", "6000", "1980-05-02", datetime(2024, 2, 3), 6),
        ("1", "81612345", "06000", "1980-05-02", datetime(2024, 1, 2, 3, 4), 4),
    ]
    assert (report.rows_read, report.rows_set_aside) == (3, 1)
    assert duck("select row_number, column_name from raw_ingestion.quarantine") == [
        (7, "created_at")
    ]


def test_every_visible_sheet_with_the_columns_is_read(duck: Query, feed: Feed) -> None:
    def build(book: openpyxl.Workbook) -> None:
        book.active.append(["boutique", "id"])
        for number in (1, 2):
            sheet = book.create_sheet(f"Boutique {number}")
            sheet.append(["id", "nom", "email"])
            sheet.append([number, f"Client {number}", None])

    content = workbook(build)
    feed({"f.xlsx": content})
    assert names(duck) == [("1", "Client 1"), ("2", "Client 2")]
    feed({}, sheet="boutique 2")
    assert names(duck) == [("2", "Client 2")]
    lost = feed({}, sheet="boutique 3")["customers"]
    assert "no sheet 'boutique 3'" in (lost.message or "")

    def renamed(book: openpyxl.Workbook) -> None:
        build(book)
        book["Boutique 2"]["B1"] = "noms"

    refused = feed({"f.xlsx": workbook(renamed)})["customers"]
    assert "sheet 'Boutique 2': no column 'nom' (is it 'noms'?)" in (refused.message or "")
    assert names(duck) == [("2", "Client 2")]


def test_a_file_that_cannot_be_read_stops_no_other(duck: Query, feed: Feed) -> None:
    report = feed(
        {
            "a.csv": b"x;y\n1;2\n",
            "b.xlsx": b"PK\x03\x04 no workbook",
            "c.parquet": b"PAR1 neither",
            "d.csv": b"id;nom;email\n1;Un;\n",
            "e.csv": b"\xef\xbb\xbf",
            "f.csv.gz": gzip.compress(ENCODED.encode())[:-9],
            "g.zip": zipped(a=ENCODED.encode(), b=ENCODED.encode()),
        }
    )["customers"]
    assert report.status == "failed"
    assert (report.message or "").replace("feed people: ", "").replace(" cannot be read", "") == (
        "a.csv: no row holds any of the feed's columns as a header"
        "; b.xlsx: no workbook that opens: damaged, or kept by a password"
        "; c.parquet: no Parquet file that opens: damaged or cut short"
        "; e.csv: the file is empty"
        "; f.csv.gz: an archive that is damaged or cut short"
        "; g.zip: an archive of 2 files; one is expected"
    )
    assert names(duck) == [("1", "Un")]


def test_a_file_is_read_again_only_when_it_changed(duck: Query, feed: Feed) -> None:
    feed({"f.csv": b"id;nom;email\n1;Un;\n2;Deux;\n", "g.csv": b"id;nom;email\n3;Trois;\n"})
    assert feed({})["customers"].rows_read == 0
    again = feed({"f.csv": b"id;nom;email\n1;Une;\n"})["customers"]
    assert again.rows_read == 1
    assert names(duck) == [("1", "Une"), ("3", "Trois")]
    renamed = feed({}, columns=PEOPLE | {"first_name": "nom"})["customers"]
    assert renamed.rows_read == 2


def test_hidden_files_and_marks_of_open_workbooks_are_no_files_of_a_feed(feed: Feed) -> None:
    there = {"a.xlsx": workbook(lambda book: book.active.append(["id", "nom", "email"]))}
    there |= dict.fromkeys(("~$a.xlsx", "._a.xlsx"), b"no workbook")
    assert feed(there, path="*.xlsx")["customers"].status == "loaded"


def test_a_file_that_may_not_be_opened_is_said_without_its_name() -> None:
    assert describe(PermissionError(13, "Permission denied", "/x/y.csv")) == "Permission denied"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_file_without_a_mapped_column_is_refused(duck: Query, feed: Feed, kind: str) -> None:
    def written(*head: str) -> bytes:
        if kind == "csv":
            return f"{';'.join(head)}\n1;Un;x\n".encode()
        if kind == "xlsx":
            return workbook(
                lambda book: [book.active.append(it) for it in (head, ("1", "Un", "x"))]
            )
        content = io.BytesIO()
        pq.write_table(
            pa.table({name: [value] for name, value in zip(head, "1Ux", strict=True)}), content
        )
        return content.getvalue()

    feed({"a": written("id", "nom", "email"), "b": written("id", "noms", "email")})
    (message,) = duck("select message from raw_ingestion.loads where table_name = 'customers'")[0]
    assert "feed people: b cannot be read: " in message
    assert message.endswith("no column 'nom' (is it 'noms'?)")
    assert duck("select _file from raw_files.customers") == [("a",)]
    optional = PEOPLE | {"last_name": {"column": "nom", "optional": True}}
    assert feed({}, columns=optional)["customers"].status == "loaded"
    assert duck("select _file, last_name is null from raw_files.customers") == [("b", True)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["magento", "--feed", "people"], "--feed goes with the source files"),
        (["files", "--bulk", ".", "--feed", "people"], "--feed goes with the source files"),
        (["--feed", "nosuch"], "no feed nosuch; there are people"),
        (["nosuch"], "no source nosuch; there are magento, retail_pro"),
    ],
)
def test_a_wrong_command_says_what_there_is(
    feed: Feed, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    feed({})
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err.count(message) == 1


def test_a_run_of_one_feed_speaks_of_its_entity_alone(
    duck: Query, feed: Feed, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    feed({"f.csv": b"id;nom;email\n1;Un;\n"})
    again = tmp_path / "feeds" / "again.yml"
    again.write_text(
        (tmp_path / "feeds" / "people.yml").read_text().replace("source: s", "source: t")
    )
    caplog.set_level(logging.INFO)
    caplog.clear()
    assert main(["--feed", "again"]) == 0
    said = [message for message in caplog.messages if " read = " in message]
    assert said == ["files.customers: loaded, 1 read = 1 kept + 0 set aside, 0 unchanged"]
    caplog.clear()
    assert main(["--feed", "again"]) == 0
    (said,) = [message for message in caplog.messages if " read = " in message]
    assert said.endswith("loaded, 0 read = 0 kept + 0 set aside, 0 unchanged (nothing new)")
    assert duck("select source from raw_files.customers order by 1") == [("s",), ("t",)]


def test_ignored_columns_are_named_once_a_feed(
    feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    content = b"id;nom;email;vip\n1;Un;;x\n"
    feed({"a.csv": content, "b.csv": content, "c.csv": content.replace(b"vip", b"vip;new")})
    said = [message for message in caplog.messages if "columns ignored" in message]
    assert said == ["a.csv: columns ignored: vip", "c.csv: columns ignored: new"]


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"entity": "people"}, "people.yml: entity: 'people' is not one of"),
        ({"columns": {"surname": "nom"}}, "people.yml: columns.surname: customers has no such"),
        ({"decimal": ";"}, "people.yml: decimal:"),
        ({"colour": 1}, "people.yml: the feed: Additional properties"),
        ({"columns": {}}, "people.yml: columns:"),
        ({"encoding": "utf8x"}, "people.yml: encoding: 'utf8x' is unknown"),
        ({"timezone": "Paris"}, "people.yml: timezone: 'Paris' is unknown"),
        ({"dates": ["%Y", "%Q"]}, "people.yml: dates: '%Q' is unknown"),
        ({"path": "../*.csv"}, "people.yml: path: '../*.csv' does not match"),
        ({"path": "a/**.csv"}, "people.yml: path: 'a/**.csv' does not match"),
    ],
)
def test_a_wrong_feed_is_told_file_key_and_rule(
    tmp_path: Path, declared: dict[str, object], message: str
) -> None:
    it = {"source": "s", "entity": "customers", "path": "*", "columns": PEOPLE} | declared
    (tmp_path / "people.yml").write_text(yaml.safe_dump(it))
    with pytest.raises(SourceError) as refused:
        files.parse(tmp_path / "people.yml", contract("files"))
    assert str(refused.value).startswith(message)


def test_a_wrong_feed_stops_no_other(duck: Query, feed: Feed, tmp_path: Path) -> None:
    (tmp_path / "feeds" / "a_wrong_one.yml").write_text("source: s\nentity: orders\n")
    (tmp_path / "feeds" / "another.yml").write_bytes("description: été".encode("cp1252"))
    reports = feed({"f.csv": b"id;nom;email\n1;Un;\n"})
    assert reports["orders"].status == "failed"
    assert "a_wrong_one.yml: the feed: 'path' is a required property" in reports["orders"].message
    assert names(duck) == [("1", "Un")]


CELL = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n\t;,|\"' é"
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=20),
    delimiter=st.sampled_from([";", ",", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_a_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    delimiter: str,
    encoding: str,
    ending: str,
    quoting: int,
) -> None:
    path = tmp_path_factory.mktemp("csv") / "f.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=ending, quoting=quoting)
        writer.writerows([("id", "nom", "email"), *rows])
    read, malformed = [], 0
    for chunk in tabular.read_csv(path, ["id", "nom", "email"]):
        read += [tuple(row.values()) for row in chunk.rows.to_pylist()]
        malformed += len(chunk.malformed)
    assert malformed == 0
    written = [tuple(value.lstrip(" ") for value in row) for row in rows]
    assert [tuple(value.lstrip(" ") for value in row) for row in read] == [
        row for row in written if any(value.strip() for value in row)
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.binary(max_size=30).filter(lambda it: it.strip()), max_size=30))
def test_no_line_disappears_whatever_its_bytes(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "f.csv"
    lines = [line.replace(b"\n", b"").replace(b"\r", b"").replace(b'"', b"") for line in lines]
    path.write_bytes(b"\n".join([b"id;nom", *lines]) + b"\n")
    chunks = list(tabular.read_csv(path, ["id", "nom"], encoding="utf-8", delimiter=";"))
    seen = {n for chunk in chunks for n in chunk.numbers}
    seen |= {number for chunk in chunks for number, _, _ in chunk.malformed}
    text = [line.decode("utf-8", "surrogateescape") for line in lines]
    assert seen == {
        number
        for number, line in enumerate(text, 2)
        if any(field.strip() for field in line.split(";")) and line.strip().strip("\x1a")
    }


def test_a_feed_that_is_no_longer_declared_leaves_with_a_full_load(
    duck: Query, feed: Feed, tmp_path: Path
) -> None:
    feed({"f.csv": b"id;nom;email\n1;Un;\n2;Deux;\n;Sans;\n", "g.csv": b"id;nom;email\n3;Trois;\n"})
    (tmp_path / "feeds" / "people.yml").rename(tmp_path / "people.yml")
    load("files")
    assert len(names(duck)) == 3
    refused = load("files", full=True)["customers"]
    assert "no longer declared: people;" in (refused.message or "")
    assert len(names(duck)) == 3
    load("files", full=True, accept_shrink=True)
    assert names(duck) == []
    assert duck("select * from raw_ingestion.quarantine") == []
