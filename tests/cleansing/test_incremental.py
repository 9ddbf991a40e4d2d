"""Random histories of what customers say: runs that read what is new come to what a full one does.

The values are few and odd, so that they pass from record to record, a name stands alone here and
beside another there, and a date becomes a default and is one no more. A run is killed between two
models, and what it had seen is taken back before the next.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import on_both_engines
from tests.dbt_in_process import ROOT, dbt
from tests.identity.conftest import load, run

LAYER = ["path:models/canonical/cleansing", "customer_records", "contact_points", "contact_values"]
RESULTS = {
    "customer_records": "record_id, title, first_name, last_name, birth_name, company_name, gender,"
    " name_status, birth_date, birth_date_status, email, email_status, phone, phone_status,"
    " address_line_1, address_line_2, postal_box, postcode, city, cedex, country, insee_code,"
    " address_status, is_company, is_name_swapped",
    "contact_points": "record_id, contact_type, raw_value, contact_value, contact_key, status,"
    " phone_type, is_primary, is_corrected",
    "contact_values": "contact_type, raw_value, contact_value, contact_key, status",
}
PEOPLE = ["Marie", "Jean et Marie", "JEAN", "M.-C.", "Mme", "M. et Mme", "XXX"]
PEOPLE += ["Paul3", "Zoé", "SARL", "Marie ép. Durand", "Mme Vve", None]
FAMILIES = ["Dupont", "Marie Dupont", "DUPONT Jean", "M. et Mme Jean Dupont", "Garage - Lyon"]
FAMILIES += ["DUPONT épouse MARTIN", "Jean et Marie Petit", "Le Goff", "?", None]
FAMILIES += ["DUPONT Marie ép. MARTIN", "SAS", "D ORMESSON"]
FAMILIES += ["Faure", "Roux", "Blanc", "Henry", "Moreau", "Durand", "Petit"]
STREETS = ["12 rue des Lilas", "3 rue X BP 8 69003 Lyon", "69003 Lyon", "APPT 3", ".", None]
STREETS += [
    "1, rue X, 75008 Paris",
    "2, rue X, Lyon",
    "Lyon",
    "BP 9 Lyon Cedex 03",
    "3 rue X 69003",
    "4 rue X 06000 Nice",
    "F-75008 Paris 3 rue X",
    "5 rue X 69003 Lyon esc B",
]
CITIES = ["Lyon", "LYON 03", "Lyno", "Lyon s/Saône", "Lyon cdx 3", "Ajaccio", "Aix", "Aix 2"]
CITIES += ["Lyon 3e", None, None]
VALUES: dict[str, list[str | None]] = {
    "title": ["Mme", "M", "Dr", None, None],
    "first_name": PEOPLE,
    "last_name": FAMILIES,
    "birth_name": ["Petit", None, None],
    "company_name": ["Garage - Lyon", "Studio54", None, None, None, None, None, None],
    "gender": ["f", "homme", None],
    "birth_date": ["12/03/1985", "1985-03-12", "le 12 mars 1985", "01/01/1970", "01/01/1980", None],
    "address_line_1": STREETS,
    "address_line_2": STREETS,
    "postcode": ["69003", "3000", "2B200", "6000", "13100", None, None],
    "city": CITIES,
    "country": ["France", "Suisse", "DE", None, None, None],
    "email": ["Ann@Gmial.com", "a.nn+x@gmail.com", "shop@x.fr", "no", "contact@y.fr", None],
    "phone": ["06 12 34 56 78", "0033612345678", "0791234567", "04 72 00 00 01", "12", None],
}
OTHERS = ["late@x.fr", "Ann@Gmial.com", "0799999999", "06 12 34 56 78"]
World = dict[str, dict[str, str | None]]


def says(chance: random.Random) -> dict[str, str | None]:
    return {name: chance.choice(values) for name, values in VALUES.items()}


def spaniards(last_name: str) -> World:
    """Of whom one has no first name, and the others' last name tells how many they write."""
    said = dict.fromkeys(VALUES)
    named = {f"c:{n}": said | {"first_name": "Ana", "last_name": last_name} for n in range(25)}
    return {"c:lone": said | {"last_name": "Plana Huguet"}} | named


def neighbours(*, with_late: bool) -> World:
    """Of whom those that come late say less of a place than others did of the same one."""
    said = dict.fromkeys(VALUES)
    nice = said | {"address_line_1": "5 rue X 06000 Nice", "postcode": "6000"}
    aix = said | {"postcode": "13100", "city": "Aix"}
    first = {"c:nice": nice | {"country": "France"}, "c:aix": aix}
    late = {"c:late-nice": nice, "c:late-aix": aix | {"city": "Aix 2"}}
    return first | late if with_late else first


def columns(name: str) -> dict[str, str]:
    declared = yaml.safe_load((ROOT / f"models/canonical/canonical_{name}.yml").read_text())
    return {one["name"]: one.get("data_type", "text") for one in declared["models"][0]["columns"]}


def fill(environment: dict[str, str], name: str, rows: list[dict[str, Any]]) -> None:
    kinds = columns(name)
    tuples = [tuple(row.get(column) for column in kinds) for row in rows]
    load(environment, f"canonical.canonical_{name}", kinds, tuples)


def write(environment: dict[str, str], world: World, chance: random.Random) -> None:
    """The canonical tables, of records that say what `world` says."""
    rows = [{"record_id": one, "source": one.partition(":")[0]} | world[one] for one in world]
    fill(environment, "customers", rows)
    points = [
        {**row, "contact_type": kind, "contact_value": row[kind], "is_primary": True}
        for row in rows
        for kind in ("email", "phone")
        if row[kind]
    ]
    points += [
        row | {"contact_type": "phone", "contact_value": row["second_phone"], "is_primary": False}
        for row in rows
        if row.get("second_phone")
    ]
    fill(environment, "contact_points", points)
    said = [value for value in OTHERS if chance.random() < 0.6]
    consents = [
        {"contact_type": "email" if "@" in value else "phone", "contact_value": value}
        for value in said
    ]
    fill(environment, "consents", consents)
    fill(environment, "events", [{"email": "event@x.fr"}] if chance.random() < 0.5 else [])
    fill(environment, "carts", [])
    fill(environment, "stores", [{"phone": "04 72 00 00 01", "email": "shop@x.fr"}])


def change(world: World, chance: random.Random, step: int) -> None:
    """A few records go, a few come, a few say something else, down to one field."""
    for one in chance.sample(sorted(world), 6):
        del world[one]
    for one in chance.sample(sorted(world), 8):
        new = says(chance)
        world[one] |= {name: new[name] for name in chance.sample(sorted(new), chance.randint(1, 4))}
    world |= {f"{chance.choice('ab')}:{step}-{number}": says(chance) for number in range(6)}
    # the store's phone, as nobody wrote it in the runs before
    world[f"a:{step}-caller"] = says(chance) | {"phone": f"04 72 00 00 01{' ' * step}-"}


def rows_of(environment: dict[str, str], name: str) -> list[Any]:
    return sorted(run(environment, f"select {RESULTS[name]} from canonical.{name}"), key=str)


def live(environment: dict[str, str], target: Path) -> tuple[dict, dict, list[int]]:
    """What a history of runs comes to, what a full run does, and the records that each run read."""
    chance = random.Random(7)
    world: World = {f"{chance.choice('ab')}:{number}": says(chance) for number in range(300)}
    world |= spaniards("Martin") | neighbours(with_late=False)
    write(environment, world, chance)
    dbt(environment, target, "seed", "--select", "path:seeds/cleansing", "path:seeds/reference")
    dbt(environment, target, "run", "--select", *LAYER)
    before = {name: rows_of(environment, name) for name in RESULTS}
    dbt(environment, target, "run", "--select", "contact_points", "customer_records")
    assert before == {name: rows_of(environment, name) for name in RESULTS}, "read again, not twice"
    world["c:lone"]["second_phone"] = "06 98 76 54 32"
    write(environment, world, chance)
    dbt(environment, target, "run", "--select", *LAYER)
    unread = run(environment, "select record_id from canonical.int_unread_records")
    assert unread == [("c:lone",)], "a record's other contact points are what it says too"
    # killed before customer_records; what it saw, records that came and went too, is taken back
    seen = {one: dict(said) for one, said in world.items()}
    change(seen, chance, 1)
    write(environment, seen, chance)
    dbt(environment, target, "run", "--select", *LAYER, "--exclude", "customer_records")
    read = []
    for step in (2, 3, 4, 5):
        change(world, chance, step)
        world |= spaniards("Martin" if step < 4 else "Campillo Abellán")
        world |= neighbours(with_late=step == 5)
        write(environment, world, chance)
        if step == 3:  # a title is none any more
            assert run(environment, "delete from seeds.titles where title_key = 'DR' returning 1")
        dbt(environment, target, "run", "--select", *LAYER)
        read.append(run(environment, "select count(*) from canonical.int_unread_records")[0][0])
    followed = {name: rows_of(environment, name) for name in RESULTS}
    dbt(environment, target, "run", "--full-refresh", "--select", *LAYER)
    return followed, {name: rows_of(environment, name) for name in RESULTS}, read


@pytest.fixture(scope="module")
def histories(
    postgres_server: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[dict, dict, list[int]]]:
    """By engine, what `live` tells."""
    return on_both_engines(live, postgres_server, tmp_path_factory.mktemp("readings"))


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
@pytest.mark.parametrize("name", RESULTS)
def test_runs_come_to_a_full_one(histories: dict[str, Any], engine: str, name: str) -> None:
    followed, whole, _ = histories[engine]
    assert len(whole[name]) > 10
    assert followed[name] == whole[name]


@pytest.mark.parametrize("name", RESULTS)
def test_engines_agree(histories: dict[str, Any], name: str) -> None:
    assert histories["duckdb"][0][name] == histories["postgres"][0][name]


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_a_run_reads_what_is_new(histories: dict[str, Any], engine: str) -> None:
    first, ruled, surnamed, last = histories[engine][2]
    assert first < 60, "the changes of two runs"
    assert last < 30
    assert ruled >= 300, "when a rule has changed, every record is read again"
    assert surnamed >= 300, "and when a source turns out to write two surnames"
