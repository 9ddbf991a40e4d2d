"""Every scenario of SCENARIOS.md, loaded together and built once an engine."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

import pytest

import identity.__main__ as identity
from identity.explain import evidence_of, rules_that_met, verdict
from identity.session import session
from tests.dbt_in_process import ROOT, dbt, parsed_before, placed

from .conftest import SEEDS, connect, load, load_records, run
from .scenarios import EXCLUSIONS, EXPLAINED, OVERRIDES, SCENARIOS

FIRST = [
    "Marie",
    "Jean",
    "Anne",
    "Paul",
    "Luc",
    "Rose",
    "Hugo",
    "Emma",
    "Louis",
    "Alice",
    "Jules",
    "Chloé",
    "Marc",
    "Zoé",
    "Yves",
]
LAST = [
    "Martin",
    "Dubois",
    "Petit",
    "Roux",
    "Blanc",
    "Girard",
    "Morel",
    "Faure",
    "Mercier",
    "Lambert",
    "Henry",
    "Masson",
]
TOWNS = [("75011", "Paris"), ("13001", "Marseille"), ("33000", "Bordeaux"), ("59000", "Lille")]


def background() -> list[dict[str, object]]:
    """Other customers, so that names are as common and homes as shared as in a real file."""
    chance = random.Random(1)
    found: list[dict[str, object]] = []
    for home in range(150):
        postcode, city = chance.choice(TOWNS)
        last = chance.choice(LAST) if home % 3 else f"{chance.choice(LAST)}{chance.choice(LAST)}"
        for member, first in enumerate(chance.sample(FIRST, 2)):
            one = {
                "first_name": first,
                "last_name": last,
                "birth_date": f"{1940 + chance.randrange(60)}-0{chance.randint(1, 9)}-1{member}",
                "email": f"{first}.{last}.{home}@mail.test".lower(),
                "phone": f"+336{home:04d}{member:04d}",
                "address_line_1": f"{home} rue {chance.choice(LAST)}",
                "postcode": postcode,
                "city": city,
            }
            found += [one, one | {"birth_date": None, "phone": f"+33199{home:06d}"}]
    return found


def load_overrides(warehouse: dict[str, str]) -> None:
    """Half of OVERRIDES as the seed and half as what `python -m identity decide` writes."""
    rows = [
        (f"{name}:{left}", f"{name}:{right}", decision, "a test", "tests", decided, expires)
        for name, left, right, decision, decided, expires in OVERRIDES
    ]
    names = ["left_record_id", "right_record_id", "decision", "reason", "author"]
    seed = dict.fromkeys(names, "text") | {"decided_date": "date", "expiry_date": "date"}
    load(warehouse, "seeds.identity_overrides", seed, rows[:4])
    reviews = dict.fromkeys(names, "text") | {"decided_at": "timestamp", "expiry_date": "date"}
    load(warehouse, "identity.identity_decisions", reviews, rows[4:])


@pytest.fixture(scope="session")
def customers(
    warehouse: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The customer of each record, after one build of the identity layer."""
    records = {f"background:{place}": one for place, one in enumerate(background())}
    for name, scenario in SCENARIOS.items():
        records |= {f"{name}:{place}": fields for place, (_, fields) in enumerate(scenario)}
    load_records(warehouse, records)
    load_overrides(warehouse)
    target: Path = tmp_path_factory.mktemp("scenarios")
    dbt(warehouse, target, "seed", "--select", *SEEDS)
    exclusions = run(warehouse, "select * from seeds.identity_exclusions")
    exclusions += [(kind, pattern, "a test") for kind, pattern in EXCLUSIONS]
    columns = dict.fromkeys(["identifier_type", "value_pattern", "reason"], "text")
    load(warehouse, "seeds.identity_exclusions", columns, exclusions)
    dbt(
        warehouse,
        target,
        "build",
        "--select",
        "path:models/identity",
        "--exclude-resource-type",
        "test",
        "unit_test",
        "--vars",
        "{as_of_date: 2026-10-31}",
    )
    return dict(run(warehouse, "select record_id, cluster_key from identity.int_cluster_records"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(customers: dict[str, str], name: str) -> None:
    people = [(who, customers[f"{name}:{place}"]) for place, (who, _) in enumerate(SCENARIOS[name])]
    for (who, customer), (other, other_customer) in combinations(people, 2):
        if "?" not in (who, other):
            assert (customer == other_customer) == (who == other), (who, other)


@pytest.mark.parametrize(("name", "left", "right", "words"), EXPLAINED)
def test_explain(
    customers: dict[str, str],
    warehouse: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    name: str,
    left: int,
    right: int | str,
    words: list[str],
) -> None:
    """Whatever joined two records or kept them apart is named."""
    other = right if isinstance(right, str) else f"{name}:{right}"
    with placed(warehouse, tmp_path_factory.getbasetemp() / "explain"), parsed_before(warehouse):
        assert identity.main(["explain", f"{name}:{left}", other]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert [word for word in words if word not in printed] == [], printed


COMPARED = """
    with explained as (
        select
            evidence.left_key, evidence.right_key, max(score) as score, max(refusal) as refusal,
            sum(evidence.weight) as weight, sum(evidence.level * pattern_unit) as pattern_key
        from ({query}) as evidence
        group by evidence.left_key, evidence.right_key
    )
    select
        explained.*, compared.pattern_key as built_pattern_key, judged.score as built_score,
        judged.first_refusal as built_refusal, judged.left_key is not null as is_stored
    from explained
    inner join identity.int_comparisons as compared
        on explained.left_key = compared.left_key and explained.right_key = compared.right_key
    left join identity.int_judged_pairs as judged
        on explained.left_key = judged.left_key and explained.right_key = judged.right_key
"""


def test_explain_compares_as_the_build_did(
    customers: dict[str, str],
    warehouse: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """All pairs that the build compared: levels, score and refusal."""
    pairs = "select left_key, right_key from identity.int_comparisons"
    with placed(warehouse, tmp_path_factory.getbasetemp() / "explain"), parsed_before(warehouse):
        query = evidence_of(pairs)
    with connect(warehouse) as connection:
        cursor = connection.cursor()
        cursor.execute(COMPARED.format(query=query))
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert len(rows) == run(warehouse, f"select count(*) from ({pairs}) as pairs")[0][0] > 1000
    for row in rows:
        assert row["pattern_key"] == row["built_pattern_key"]
        assert row["score"] == row["weight"]
        if row["is_stored"]:
            assert (row["score"], row["refusal"]) == (row["built_score"], row["built_refusal"])
        else:
            assert row["score"] < -100
            assert row["refusal"], "or the build would have linked them"


def test_what_a_crowd_shares_is_shared_whatever_finds_two_of_it(
    customers: dict[str, str], warehouse: dict[str, str]
) -> None:
    """A star makes few pairs: two of it that another rule finds share its e-mail as well."""
    levels = run(
        warehouse,
        "select pairs.email, count(*) from identity.int_comparisons as pairs"
        " inner join identity.int_match_records as near on pairs.left_key = near.record_key"
        " inner join identity.int_match_records as far on pairs.right_key = far.record_key"
        " where near.record_id like 'star_and_a_phone:%' and near.email_key = far.email_key"
        " and near.phone_key = far.phone_key group by pairs.email",
    )
    assert levels == [(5, 15)]


def test_what_is_excluded_is_no_evidence(
    customers: dict[str, str], warehouse: dict[str, str]
) -> None:
    """A till's e-mail is not another e-mail than the customer's own, nor a typo in it."""
    levels = run(
        warehouse,
        "select pairs.email, pairs.phone, pairs.card, pairs.document"
        " from identity.int_comparisons as pairs"
        " inner join identity.int_match_records as near on pairs.left_key = near.record_key"
        " where near.record_id like 'values_of_the_till_and_own_ones:%'",
    )
    assert levels == [(0, 0, 0, 0)]


def test_explain_claims_no_rule_that_did_not_meet(
    customers: dict[str, str], warehouse: dict[str, str], tmp_path: Path
) -> None:
    """Of any two records a rule is said to have found them when it did, and else why it did not."""
    records = dict(run(warehouse, "select record_id, record_key from identity.int_match_records"))
    crowd = [record for record in sorted(records) if record.startswith(("star", "store_phone"))]
    chance = random.Random(3)
    asked_for = [chance.sample(crowd, 2) for _ in range(60)]
    asked_for += [chance.sample(sorted(records), 2) for _ in range(60)]
    found = {
        tuple(pair)
        for pair in run(warehouse, "select left_key, right_key from identity.int_comparisons")
    }
    with placed(warehouse, tmp_path), session() as asked:
        for pair in asked_for:
            keys = {record: records[record] for record in pair}
            met = rules_that_met(asked, keys)
            assert any(rule["found"] for rule in met) == (tuple(sorted(keys.values())) in found)
            for rule in met:
                if rule["near"] & rule["far"] and not rule["found"]:
                    assert verdict(rule).startswith("the same, but"), (pair, rule)
                else:
                    assert (verdict(rule) == "the same") == rule["found"], (pair, rule)


def test_every_scenario_is_in_the_catalogue() -> None:
    text = (ROOT / "tests/identity/SCENARIOS.md").read_text()
    assert [name for name in SCENARIOS if f"`{name}`" not in text] == []
