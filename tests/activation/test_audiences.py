"""Normal forms of the audiences, by each vendor's published rules, on both engines.

The expected texts were written by hand from the rules: Meta's customer information parameters
and its Python SDK (facebook-business), Google's formatting guide for Customer Match.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

import warehouse
from activation.ledger import Ledger
from tests.activation.world import World, execute, literal

ROOT = Path(__file__).resolve().parents[2]
MACROS = ("sha256", "drop_punctuation", "payload_hash", "cleansing/replace_pattern")
COLUMNS = {
    "customer_id": "text",
    "email": "text",
    "cellphone": "text",
    "first_name": "text",
    "last_name": "text",
    "gender": "text",
    "postcode": "text",
    "city": "text",
    "country": "text",
    "birth_date": "date",
}
PEOPLE: list[dict[str, Any]] = [
    {
        "customer_id": "ann",
        "email": " Ann.O'Brien+shop@GMAIL.com ",
        "cellphone": "+33612345678",
        "first_name": "Ann-Élise",
        "last_name": "O'Brien",
        "gender": "female",
        "postcode": "94240",
        "city": "L'Haÿ-les-Roses",
        "country": "FR",
        "birth_date": "1980-05-01",
    },
    {
        "customer_id": "bob",
        "email": "j.doe+x@example.co.uk",
        "cellphone": None,
        "first_name": "Zoe\u0308",  # decomposed: an e and a diaeresis
        "last_name": "de L’Hermite 🐘",
        "gender": "male",
        "postcode": "SW1A 1AA",
        "city": "Paris 16",
        "country": "GB",
    },
    {
        "customer_id": "cid",
        "cellphone": "+447911123456",
        "first_name": "J. P.",
        "postcode": "1000-001",
        "country": "PT",
        "birth_date": "1979-12-31",
    },
    {"customer_id": "dan", "email": "J.Smith+a+b@googlemail.com", "first_name": "–"},
]
META = {
    "ann": {
        "email": "ann.o'brien+shop@gmail.com",
        "phone": "33612345678",
        "first_name": "annélise",
        "last_name": "obrien",
        "city": "lhaÿlesroses",
        "postcode": "94240",
        "country": "fr",
        "birth_year": "1980",
        "birth_month": "05",
        "birth_day": "01",
        "gender": "f",
    },
    "bob": {
        "email": "j.doe+x@example.co.uk",
        "first_name": "zo\u00eb",
        "last_name": "de lhermite 🐘",
        "city": "paris",
        "postcode": "sw1a1aa",
        "country": "gb",
        "gender": "m",
    },
    "cid": {
        "phone": "447911123456",
        "first_name": "j p",
        "postcode": "1000",
        "country": "pt",
        "birth_year": "1979",
        "birth_month": "12",
        "birth_day": "31",
    },
    "dan": {"email": "j.smith+a+b@googlemail.com"},
}
GOOGLE = {
    "ann": {
        "email": "anno'brien@gmail.com",
        "phone": "+33612345678",
        "first_name": "annélise",
        "last_name": "obrien",
    },
    "bob": {
        "email": "j.doe+x@example.co.uk",
        "first_name": "zo\u00eb",
        "last_name": "de lhermite 🐘",
    },
    "cid": {"phone": "+447911123456", "first_name": "j p"},
    "dan": {"email": "jsmith@googlemail.com"},
}


def rendered(tool: str, engine: str) -> str:
    """The SQL of `sync_<tool>__audience`, the project's own macros in it, without dbt."""
    environment = jinja2.Environment()
    macros = "".join((ROOT / "macros" / f"{name}.sql").read_text() for name in MACROS)

    def dispatch(name: str) -> Any:
        return getattr(environment.from_string(macros).module, f"{engine}__{name}")

    environment.globals |= {
        "adapter": SimpleNamespace(dispatch=dispatch),
        "return": lambda value: value,
        "ref": lambda name: f"activation.{name}",
    }
    model = ROOT / "models" / "activation" / tool / f"sync_{tool}__audience.sql"
    return environment.from_string(macros + model.read_text()).render()


def sent(tool: str) -> dict[str, dict[str, Any]]:
    """Rows of the audience's model over PEOPLE, by customer."""
    values = ", ".join(
        "("
        + ", ".join(f"cast({literal(person.get(name))} as {COLUMNS[name]})" for name in COLUMNS)
        + ")"
        for person in PEOPLE
    )
    execute(
        "drop table if exists activation.int_audience_members cascade",
        f"create table activation.int_audience_members as"
        f" select * from (values {values}) as t ({', '.join(COLUMNS)})",
    )
    engine = "duckdb" if warehouse.target() == "duckdb" else "postgres"
    execute(f"create or replace view activation.sync_{tool} as {rendered(tool, engine)}")
    ledger = Ledger(read_only=True)
    try:
        rows = ledger.rows(f"select * from activation.sync_{tool}")
    finally:
        ledger.close()
    return {row["destination_key"]: row for row in rows}


@pytest.mark.parametrize(("tool", "expected"), [("meta", META), ("google", GOOGLE)])
def test_an_audience_is_hashed_by_its_vendors_rules(
    tool: str, expected: dict[str, dict[str, str]], world: World
) -> None:
    rows = sent(tool)
    assert rows.keys() == expected.keys()
    for key, forms in expected.items():
        hashes = {name: value for name, value in rows[key].items() if name.endswith("_sha256")}
        assert hashes == dict.fromkeys(hashes) | {
            f"{name}_sha256": hashlib.sha256(form.encode()).hexdigest()
            for name, form in forms.items()
        }, key


def test_google_gets_postcode_and_country_as_they_are(world: World) -> None:
    rows = sent("google")
    assert (rows["ann"]["postcode"], rows["ann"]["country"]) == ("94240", "FR")
    assert (rows["bob"]["postcode"], rows["bob"]["country"]) == ("SW1A1AA", "GB")


def test_the_same_phone_hashes_differently_for_meta_and_google(world: World) -> None:
    assert sent("meta")["ann"]["phone_sha256"] != sent("google")["ann"]["phone_sha256"]
