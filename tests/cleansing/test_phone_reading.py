"""The SQL that reads phones as people write them, against the library that publishes the plans.

Numbers of every range in use under the French plan, and some of its neighbours, are written in
every notation; the warehouse's own models read them, and `phonenumbers` reads the same text.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import duckdb
import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from tests.dbt_in_process import dbt

FRENCH_REGIONS = ["FR", "RE", "GP", "MQ", "GF", "PM"]
SEEDS = ["phone_countries", "phone_plans", "phone_ranges", "phone_placeholders"]
SEEDS += ["phone_sequences"]
MODELS = ["int_phone_texts", "int_phones_placed", "int_calling_codes", "int_phones_from_abroad"]
MODELS += ["int_phone_readings", "int_phone_ranges", "int_phones_found"]
MODELS += ["int_phone_placeholders", "int_phones"]


def numbers() -> list[phonenumbers.PhoneNumber]:
    """Valid numbers of every kind, drawn around the published examples, and their neighbours."""
    dice = random.Random(12)
    kinds = [PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP]
    found: dict[str, phonenumbers.PhoneNumber] = {}
    for region in FRENCH_REGIONS:
        code = phonenumbers.country_code_for_region(region)
        for kind in kinds:
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            national = phonenumbers.national_significant_number(example)
            for _ in range(120):
                kept = dice.choice([1, 2, 3, 4])
                tail = "".join(dice.choice("0123456789") for _ in national[kept:])
                number = phonenumbers.PhoneNumber(code, int(national[:kept] + tail))
                found[phonenumbers.format_number(number, PhoneNumberFormat.E164)] = number
    return [found[key] for key in sorted(found)]


def spaced(digits: str, sign: str) -> str:
    return sign.join(digits[i : i + 2] for i in range(0, len(digits), 2))


def notations(number: phonenumbers.PhoneNumber) -> list[str]:
    code, national = str(number.country_code), str(number.national_number)
    dialled = "0" + national
    local = [dialled, spaced(dialled, " "), spaced(dialled, "."), spaced(dialled, "-")]
    abroad = [f"+{code}{national}", f"+{code} (0){national}", f"00{code}{national}"]
    abroad += [f"00 {code} {spaced(national, ' ')}", f"(+{code}) {national}"]
    return local + abroad + [f"{code}{national}", national]


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, str]]]:
    """Phone as written -> (E.164 or None, status), as the models read it in France."""
    folder = tmp_path_factory.mktemp("phones")
    path = folder / "warehouse.duckdb"
    written = sorted({text for number in numbers() for text in notations(number)})
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema canonical")
        connection.execute(
            "create table canonical.int_unread_phones"
            " (raw_phone text, country text, is_gone boolean)"
        )
        connection.execute(
            "insert into canonical.int_unread_phones select unnest(?), 'FR', false", [written]
        )
        connection.execute("create table canonical.int_cleansing_rules as select 1 as rules_hash")
        connection.execute("create table canonical.canonical_stores (phone text)")
        connection.execute(
            "create table canonical.canonical_contact_points"
            " (record_id text, contact_type text, contact_value text)"
        )
        connection.execute(
            "create table canonical.canonical_customers (record_id text, last_name text)"
        )
    environment = {"ORFEVRE_TARGET": "duckdb", "ORFEVRE_DUCKDB_PATH": str(path)}
    options = ["--exclude-resource-type", "test", "unit_test", "--select", *SEEDS, *MODELS]
    dbt(environment, folder / "target", "build", *options)
    with duckdb.connect(str(path)) as connection:
        rows = connection.execute("select raw_phone, phone, status from canonical.int_phones")
        yield {raw: (phone, status) for raw, phone, status in rows.fetchall()}


def published_readings(text: str) -> set[str]:
    """E.164 of every valid number that the text may be when it is written in France."""
    digits = "".join(sign for sign in text.replace("(0)", "") if sign.isdigit())
    abroad = "+" in text or digits.startswith("00")
    texts = ["+" + digits.removeprefix("00")] if abroad or len(digits) > 10 else []
    regions = [] if abroad else FRENCH_REGIONS
    parsed = [phonenumbers.parse(text, None) for text in texts]
    parsed += [phonenumbers.parse("0" + digits.removeprefix("0"), region) for region in regions]
    return {
        phonenumbers.format_number(number, PhoneNumberFormat.E164)
        for number in parsed
        if phonenumbers.is_valid_number(number)
    }


def test_every_notation_is_read_as_its_publisher_reads_it(readings: dict) -> None:
    wrong = []
    read = 0
    for text, (found, _) in readings.items():
        expected = published_readings(text)
        read += bool(expected)
        if found not in (expected or {None}):
            wrong.append((text, expected, found))
    assert read > 5_000
    assert not wrong, f"{len(wrong)} of {len(readings)}: {wrong[:10]}"


def test_a_valid_number_is_itself_in_every_notation(readings: dict) -> None:
    valid = [number for number in numbers() if phonenumbers.is_valid_number(number)]
    assert len(valid) > 500
    for number in valid:
        expected = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        # 0976… is of France and of Réunion; 508401089 of Saint-Pierre, or 05 08 40 10 89
        texts = [text for text in notations(number) if published_readings(text) == {expected}]
        assert len(texts) >= 5
        assert {readings[text][0] for text in texts} == {expected}, expected


def test_what_is_no_number_is_refused(readings: dict) -> None:
    invalid = [n for n in numbers() if not phonenumbers.is_valid_number(n)]
    assert len(invalid) > 50
    for number in invalid:
        phone, status = readings[f"+{number.country_code}{number.national_number}"]
        assert phone is None
        assert status != "valid"
