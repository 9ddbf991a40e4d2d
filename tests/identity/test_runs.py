"""What holds from run to run: ids, redirects, decisions, limits. One warehouse, a few runs.

Every run loads the records in another order. On DuckDB everything that follows a customer is built
as well, up to a tool's rows; on PostgreSQL identity alone, since the models are the same.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

import identity.__main__ as identity
from tests.conftest import empty_database
from tests.dbt_in_process import ROOT, dbt, dbt_error, placed

from .conftest import load, reading, run
from .scenarios import person

AS_OF = "2026-10-31"
VARS = ["--vars", yaml.safe_dump({"as_of_date": AS_OF})]
LAYERS = ["identity", "marts", "segments", "activation"]
DOWNSTREAM = [
    "customer_metrics",
    "orders",
    "identity_review_queue",
    "segment_memberships",
    "sync_brevo__contacts",
]
TABLES = ["carts", "consents", "order_lines", "orders", "wish_list_items"]

ANN = person("Ann", "Quelquejeu", email="ann.q@mail.fr", phone="+33611000021")
BEA = person("Béatrice", "Lavandier", email="bea.l@mail.fr", phone="+33611000022")
IVO = person("Ivo", "Marcadet", email="ivo.m@mail.fr", phone="+33611000023")
JOB = person("Job", "Tallandier", email="job.t@mail.fr", phone="+33611000024")
KIM = person("Kim", "Verdelhan", email="kim.v@mail.fr", phone="+33611000025")
LOU = person("Lou", "Estrambard", email="lou.e@mail.fr", phone="+33611000026")
MAX = person("Max", "Ostermann", email="max.o@mail.fr", phone="+33611000027")
EVE = person("Marie", "Martin", email="eve.m@mail.fr", phone="+33611000029")
EVE_AT_WORK = EVE | {"email": "m.martin@travail.fr", "phone": "+33140000029"}
BRIDGE = EVE | {"email": EVE_AT_WORK["email"]}
ZOE = person("Zoé", "Pradelles", email="zoe.p@mail.fr", phone="+33611000028")

# Who writes what in each run: ann:3 is Béatrice under Ann's name until her source corrects it, and
# loses it again; job is merged into ivo, who is merged into kim; eve:3, which comes late, says that
# eve:1 and eve:2 are one.
RUNS: list[dict[str, dict[str, object]]] = [
    {"ann:3": ANN, "job:1": JOB, "ivo:1": IVO, "ivo:2": IVO},
    {"ann:3": BEA, "job:1": IVO, "ivo:1": IVO, "ivo:2": IVO, "eve:3": BRIDGE},
    {"ann:3": ANN, "job:1": KIM, "ivo:1": KIM, "ivo:2": KIM, "eve:3": BRIDGE},
    {"ann:3": ANN, "job:1": KIM, "ivo:1": KIM, "ivo:2": KIM, "eve:3": BRIDGE},
]
ALWAYS = {
    "ann:1": ANN,
    "ann:2": ANN,
    "eve:1": EVE,
    "eve:2": EVE_AT_WORK,
    **{f"kim:{number}": KIM for number in range(1, 5)},
    "lou:1": LOU,
    "lou:2": LOU | {"first_name": "Prosper", "birth_date": "1999-09-09"},
    "max:1": MAX,
    "max:2": MAX | {"birth_date": "1955-01-02"},
    **{f"zoe:{number}": ZOE | {"birth_date": "1999-09-09"} for number in range(1, 4)},
}
# So many others that who moves is a small share.
OTHERS = {
    f"others:{first}{last}": person(
        first, last, email=f"{first}.{last}@mail.fr", phone=f"+3361200{place:04d}"
    )
    for place, (first, last) in enumerate(
        product(
            ["Abel", "Flore", "Gaspard", "Hortense", "Ignace", "Nora", "Olga", "Rémi", "Sixte"],
            ["Quint", "Bazin", "Chapon", "Dufaux", "Evrard", "Fontan", "Gaudry", "Huet", "Jolivet"],
        )
    )
}
SPENT = {"ann:1": 1000, "ann:3": 2000, "kim:1": 10}  # in each of three orders


@dataclass
class World:
    """A warehouse, and what was seen after each run."""

    environment: dict[str, str]
    target: Path
    is_whole: bool
    identities: list[dict[str, str]] = field(default_factory=list)
    redirects: list[dict[str, str]] = field(default_factory=list)
    followers: list[dict[str, list[tuple[Any, ...]]]] = field(default_factory=list)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return run(self.environment, query)

    def build(self, models: list[str], *options: str) -> str | None:
        """Build with the tests that guard publication; the error, if it failed."""
        guards = ["assert_few_records_change_customer", "assert_overrides_do_not_contradict"]
        return dbt_error(
            self.environment,
            self.target,
            *["build", *VARS, "--select", *models, *guards],
            *["--indirect-selection", "empty", "--exclude-resource-type", "unit_test", *options],
        )

    def see(self) -> None:
        """Keep what this run made."""
        select = "select record_id, customer_id from identity.customer_identities"
        self.identities.append(dict(self.rows(select)))
        select = "select customer_id, redirects_to_customer_id from identity.customer_redirects"
        self.redirects.append(dict(self.rows(select)))
        if len(self.identities) in (2, 3) and self.is_whole:
            self.followers.append(
                {
                    "orders": self.rows("select order_id, customer_id from marts.orders"),
                    "revenue": self.rows("select customer_id, revenue from marts.customer_metrics"),
                    "consents": self.rows(
                        "select contact_value, customer_id from marts.customer_consents"
                    ),
                    "segments": self.rows(
                        "select customer_id from segments.segment_memberships where segment = 'vip'"
                    ),
                    "sync": self.rows(
                        "select customer_id, email from activation.sync_brevo__contacts"
                    ),
                }
            )


def canonical(name: str) -> dict[str, str]:
    """Columns of a canonical model and their types, as its YAML declares them."""
    declared = yaml.safe_load((ROOT / f"models/canonical/{name}.yml").read_text())
    return {one["name"]: one["data_type"] for one in declared["models"][0]["columns"]}


def fill(world: World, name: str, rows: list[dict[str, object]]) -> None:
    columns = canonical(name)
    random.Random(len(world.identities)).shuffle(rows)
    load(
        world.environment, f"canonical.{name}", columns, [[*map(row.get, columns)] for row in rows]
    )


def fill_canonical(world: World, changing: dict[str, dict[str, object]]) -> None:
    """The canonical tables of one run."""
    records = {
        record: {
            "record_id": record,
            "source": record.split(":")[0],
            "source_customer_id": record.split(":")[1],
            "is_company": False,
            "birth_date_status": "valid" if fields.get("birth_date") else "missing",
            "email_status": "valid",
            "phone_status": "valid",
            "created_at": "2026-01-01",
            "updated_at": "2026-01-01",
            **fields,
        }
        for record, fields in (ALWAYS | OTHERS | changing).items()
    }
    for row in records.values():
        row |= reading(row)
    fill(world, "customer_records", [*records.values()])
    points = [
        {
            "record_id": record,
            "contact_type": kind,
            **dict.fromkeys(["raw_value", "contact_value", "contact_key"], fields[kind]),
            "status": "valid",
            "is_primary": True,
        }
        for record, fields in records.items()
        for kind in ("email", "phone")
    ]
    fill(world, "contact_points", points)
    if not world.is_whole:
        return
    values = {(str(point["contact_type"]), str(point["raw_value"])): point for point in points}
    fill(world, "contact_values", [*values.values()])
    for name in TABLES:
        fill(world, f"canonical_{name}", rows_of(name, records))


def rows_of(name: str, records: dict[str, dict[str, object]]) -> list[dict[str, object]]:
    """What happened to the records: orders that make a VIP of Béatrice, and a consent each."""
    if name == "orders":
        return [
            {
                "order_id": f"{record}-{number}",
                "record_id": record,
                "source": record.split(":")[0],
                "channel": "web",
                "order_type": "sale",
                "status": "completed",
                "currency": "EUR",
                "items_amount": amount,
                "total_amount": amount,
                "ordered_at": "2026-10-01",
                **dict.fromkeys(["shipping_amount", "adjustment_amount", "discount_amount"], 0),
            }
            for record, amount in SPENT.items()
            for number in range(3)
        ]
    if name == "consents":
        return [
            {
                "consent_id": f"consent-{record}",
                "source": record.split(":")[0],
                "record_id": record,
                "contact_type": "email",
                "contact_value": fields["email"],
                "channel": "email",
                "purpose": "marketing",
                "is_granted": True,
                "collected_at": "2026-02-01",
            }
            for record, fields in records.items()
        ]
    return []


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Four runs over a warehouse of its own; the last one again with the same records."""
    room = tmp_path_factory.mktemp("runs")
    if request.param == "duckdb":
        path = str(room / "w.duckdb")
        environment = {"ORFEVRE_TARGET": "duckdb", "ORFEVRE_DUCKDB_PATH": path}
        yield through_the_runs(World(environment, room / "target", is_whole=True))
    else:
        with empty_database(request.getfixturevalue("postgres_server")) as environment:
            yield through_the_runs(World(environment, room / "target", is_whole=False))


def chosen(is_whole: bool) -> list[str]:
    """What is built: identity, and of the layers after it what follows a customer."""
    after = [f"+{name},path:models/{layer}" for name in DOWNSTREAM for layer in LAYERS]
    return ["path:models/identity", *(after if is_whole else [])]


# A view of the marts on tables of identity, and one that reads it: the last run builds neither.
VIEW, VIEW_AFTER = "identity_links", "int_review_pairs"


def through_the_runs(world: World) -> World:
    fill_canonical(world, RUNS[0])
    seeds = [f"1+path:models/{layer},resource_type:seed" for layer in LAYERS]
    dbt(world.environment, world.target, "seed", *VARS, "--select", *seeds)
    for number, changing in enumerate(RUNS):
        if number:
            fill_canonical(world, changing)
        # Who follows whom shows in the two runs in the middle; the last one is a rebuild.
        models = chosen(world.is_whole and number in (1, 2))
        models += [VIEW_AFTER] if number == 0 else []
        options = ["--full-refresh"] if number == len(RUNS) - 1 else []
        if options and not world.is_whole:
            options += ["--exclude", f"path:models/identity/reports/{VIEW}.*"]
        error = world.build(models, *options)
        assert error is None, error
        world.see()
    return world


def test_un_merge(world: World) -> None:
    """A source corrects a value: the wrong merge comes apart, and everything follows."""
    before, after = world.identities[0], world.identities[1]
    ann, bea = before["ann:1"], after["ann:3"]
    assert before["ann:3"] == before["ann:2"] == ann
    assert after["ann:1"] == after["ann:2"] == ann, "the larger part keeps the id"
    assert bea not in before.values()
    assert bea not in world.redirects[1]
    if not world.is_whole:
        return
    followers = world.followers[0]
    owners = {order.split("-")[0]: owner for order, owner in followers["orders"]}
    assert (owners["ann:1"], owners["ann:3"]) == (ann, bea)
    revenue = dict(followers["revenue"])
    assert (revenue[ann], revenue[bea]) == (3000, 6000)
    assert followers["segments"] == [(bea,)], "she is the VIP, not Ann"
    assert ("bea.l@mail.fr", bea) in followers["consents"]
    assert dict(followers["sync"])[bea] == "bea.l@mail.fr"
    assert dict(followers["sync"])[ann] == "ann.q@mail.fr"


def test_re_merge(world: World) -> None:
    """The same value goes wrong again: the former id is redirected, and nothing keeps it."""
    ann, bea = world.identities[0]["ann:1"], world.identities[1]["ann:3"]
    assert world.identities[2]["ann:3"] == ann
    assert world.redirects[2][bea] == ann
    if not world.is_whole:
        return
    followers = world.followers[1]
    for name, rows in followers.items():
        assert bea not in {value for row in rows for value in row}, name
    assert {owner for order, owner in followers["orders"] if order[:3] == "ann"} == {ann}
    assert dict(followers["revenue"])[ann] == 9000
    assert followers["segments"] == [(ann,)]
    assert dict(followers["sync"])[ann] == "ann.q@mail.fr"


def test_merge_of_three(world: World) -> None:
    """Job is merged into Ivo, then Ivo into Kim: both are redirected to Kim."""
    job, ivo, kim = (world.identities[0][record] for record in ("job:1", "ivo:1", "kim:1"))
    assert len({job, ivo, kim}) == 3
    assert world.identities[1]["job:1"] == ivo
    assert world.redirects[1][job] == ivo
    assert world.identities[2]["job:1"] == world.identities[2]["ivo:2"] == kim
    assert (world.redirects[2][job], world.redirects[2][ivo]) == (kim, kim)
    for redirects, identities in zip(world.redirects, world.identities, strict=True):
        assert set(redirects.values()) <= set(identities.values()), "always to one that is there"


def test_late_bridge(world: World) -> None:
    """Two customers of one common name; a record that comes later knows both."""
    before, after = world.identities[0], world.identities[1]
    assert before["eve:1"] != before["eve:2"]
    assert after["eve:1"] == after["eve:2"] == after["eve:3"]
    gone = {before["eve:1"], before["eve:2"]} - {after["eve:1"]}
    assert [world.redirects[1][customer] for customer in gone] == [after["eve:1"]]


def test_permuted_input(world: World) -> None:
    """Rebuilt from the same records in another order: 0 ids change, nor does the history."""
    assert world.identities[3] == world.identities[2]
    assert len(world.rows("select * from marts.identity_runs")) == 3


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_views_of_later_layers_stay(world: World) -> None:
    """Their tables were dropped and built in full since: on PostgreSQL they went with these."""
    for view in (VIEW, VIEW_AFTER):
        (path,) = world.target.rglob(f"compiled/**/models/**/{view}.sql")
        direct = world.rows(path.read_text())
        assert sorted(map(repr, world.rows(f"select * from marts.{view}"))) == sorted(
            map(repr, direct)
        )
    assert direct, "no pair to be restored would prove nothing"
    assert world.rows("select * from orfevre.view_notes") == []


def test_moved_share_is_kept(world: World) -> None:
    """Records that changed customer, by run."""
    everybody = len(ALWAYS | OTHERS | RUNS[0])
    rows = world.rows(
        "select held_count, moved_count, added_count, moved_share from marts.identity_runs"
        " order by ran_at"
    )
    assert [tuple(map(float, row)) for row in rows] == [
        (0, 0, everybody, 0),
        (everybody, 3, 1, round(3 / everybody, 6)),
        (everybody + 1, 4, 0, round(4 / (everybody + 1), 6)),
    ]


def said_by(world: World, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command printed."""
    with placed(world.environment, world.target):
        code = identity.main([*arguments])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    return printed.out


def test_explain(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    customer = said_by(world, capsys, "explain", world.identities[0]["kim:1"])
    assert all(f"kim:{number}" in customer for number in range(1, 5))
    assert world.identities[0]["job:1"] in customer, "whom it was merged from"
    ann = said_by(world, capsys, "explain", "ann:1")
    came = ann[ann.index("Records that came or went") :]
    assert world.identities[1]["ann:3"] in came, "whose ann:3 was for a while"
    link = said_by(world, capsys, "explain", "ann:1", "ann:3")
    assert "One customer" in link
    assert "+33611000021" in link
    guarded = said_by(world, capsys, "explain", "lou:1", "lou:2")
    assert "refused: first names conflict" in guarded
    assert "Prosper" in guarded


def test_explain_keeps_what_we_made_apart(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A record of ours says nothing of its own: no row of blanks among those that do."""
    publish = "update canonical.customer_records set published_customer_id = {} where {}"
    which = "record_id = 'kim:4' returning record_id"
    world.rows(publish.format("'somebody'", which))
    printed = said_by(world, capsys, "explain", world.identities[0]["kim:1"])
    world.rows(publish.format("null", which))
    told, ours = printed.split("What holds it together")[0].split("Made by us in a tool")
    assert "kim:3" in told
    assert "kim:4" not in told
    assert "kim:4" in ours


def test_explain_two_that_no_rule_found(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    printed = said_by(world, capsys, "explain", "kim:1", "ann:1")
    assert "No rule found them" in printed
    weights = [int(one) for one in re.findall(r" ([+-]\d+) *$", printed, re.MULTILINE)]
    assert weights
    assert f"score {sum(weights)}; refused: " in printed
    assert "two people, whether of one home or strangers" in printed, "whole, on one line"


def refused(world: World, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command said to an impossible wish, in one line."""
    with placed(world.environment, world.target):
        assert identity.main([*arguments]) == 2
    return " ".join(capsys.readouterr().err.split())


def test_whom_nobody_knows_is_named(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Unless the name holds an e-mail or a phone, as the key of a file may."""
    assert "is called nobody:1" in refused(world, capsys, "explain", "nobody:1")
    assert "ann:1 is one record" in refused(world, capsys, "explain", "ann:1", "ann:1")
    decision = ["match", "--reason", "none"]
    said = refused(world, capsys, "decide", "ann:1", "nobody:1", *decision)
    assert "is called nobody:1:" in said
    said = refused(world, capsys, "decide", "ann:1", "club:ann@mail.fr", *decision)
    assert "is called (an e-mail):" in said
    assert "ann@mail.fr" not in said
    for phone in ("+33611000021", "06 11 00 00 21", "(06)11000021"):
        said = refused(world, capsys, "explain", "ann:1", f"club:{phone}")
        assert "is called (a phone):" in said
    assert "is called (a phone)" in refused(world, capsys, "explain", "0611000021")
    assert "is called club:611000021" in refused(world, capsys, "explain", "club:611000021")
    customer = world.identities[0]["kim:1"]
    assert f"{customer} is a customer" in refused(world, capsys, "explain", "ann:1", customer)
    echo = f"identity.int_echoes (record_id, customer_id) values ('us:1', '{customer}')"
    world.rows(f"insert into {echo} returning record_id")
    assert "us:1 was made by us in a tool" in refused(world, capsys, "explain", "ann:1", "us:1")
    of_echo = "identity.int_echoes where record_id = 'us:1' returning record_id"
    world.rows(f"delete from {of_echo}")


def test_the_warehouse_that_lacks_something_is_named(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not where the question is at fault, whatever it is put to."""
    environment = world.environment
    place = "{ORFEVRE_DUCKDB_PATH}"
    if environment["ORFEVRE_TARGET"] == "postgres":
        server = "{ORFEVRE_POSTGRES_HOST}:{ORFEVRE_POSTGRES_PORT}"
        place = f"PostgreSQL's {{ORFEVRE_POSTGRES_DATABASE}} at {server}"
    named = f"The warehouse is {place.format(**environment)} (ORFEVRE_"
    assert named in refused(world, capsys, "explain", "nobody:1")
    withdrawal = ["decide", "lou:2", "lou:1", "withdraw", "--reason", "nothing"]
    assert named in refused(world, capsys, *withdrawal)
    assert "The warehouse" not in refused(world, capsys, "explain", "ann:1", "ann:1")
    monkeypatch.setitem(environment, "ORFEVRE_TARGET", "nosuch")
    late = ["--reason", "none", "--expiry-date", "2020-01-01"]
    said = refused(world, capsys, "decide", "lou:1", "lou:2", "match", *late)
    assert said.startswith("it would never hold") and "The warehouse" not in said
    said = refused(world, capsys, "explain", "ann:1")
    assert said == "ORFEVRE_TARGET is 'nosuch': expected duckdb or postgres"


def test_a_decision_that_would_never_hold_is_refused(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    today = datetime.now(UTC).date()
    decision = ["decide", "lou:1", "lou:2", "match", "--reason", "none", "--expiry-date"]
    assert f"{today} is not after" in refused(world, capsys, *decision, f"{today}")
    assert world.rows("select author from identity.identity_decisions") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", " "], "name: it is empty"),
        (["review", "--limit", "0"], "--limit: expected a whole number from 1 on"),
        (["review", "--limit", "-3"], "--limit: expected a whole number from 1 on"),
        (["decide", "ann:1", "kim:1", "match", "--reason", ""], "--reason: it is empty"),
        (["decide", "ann:1", "kim:1", "match", "--expiry-date", "soon"], "a date, YYYY-MM-DD"),
        (["preview", "--samples", "-1"], "--samples: expected a whole number from 0 on"),
        (["preview", "--vars", "{a"], "expected YAML like '{identity_match_threshold: 30}'"),
        (["preview", "--vars", "30"], "expected YAML like '{identity_match_threshold: 30}'"),
        (["preview", "--vars", "{identity_treshold: 3}"], "vars.yml has no identity_treshold"),
    ],
)
def test_wrong_usage_is_told(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        identity.main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_decision_leaves_the_queue(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """At once, without a build; a decision that is withdrawn brings the question back."""
    if not world.is_whole:
        pairs = "select left_record_id from identity.decided_pairs"
    else:
        pairs = "select left_record_id from marts.identity_review_queue"
        shown = said_by(world, capsys, "review")
        assert "lou:2" in shown
        assert shown.index("The percentage:") < shown.index("lou:2")
        assert "decide LEFT RIGHT match|distinct|withdraw" in shown
    before = world.rows(pairs)
    decision = ["decide", "lou:2", "lou:1"]
    with placed(world.environment, world.target):
        assert identity.main([*decision, "withdraw", "--reason", "nothing"]) == 2
    assert "no decision on lou:2 and lou:1" in capsys.readouterr().err
    said_by(world, capsys, *decision, "distinct", "--reason", "father and son")
    assert world.rows(pairs) != before
    said_by(world, capsys, *decision, "withdraw", "--reason", "not sure")
    assert world.rows(pairs) == before


STATE = (
    "select * from identity.customer_identity_history order by record_id, valid_from, customer_id"
)


def test_preview(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A threshold that nobody reaches splits everybody, on trial; nothing is published."""
    kept = world.rows(STATE), world.rows("select * from identity.int_links order by 1, 2")
    variables = yaml.safe_dump({"identity_match_threshold": 2000, "as_of_date": AS_OF})
    printed = said_by(world, capsys, "preview", "--vars", variables)
    assert "customers split off others" in printed
    assert "a build would stop here" in printed
    assert kept == (
        world.rows(STATE),
        world.rows("select * from identity.int_links order by 1, 2"),
    )
    schemas = world.rows("select schema_name from information_schema.schemata")
    assert not {name for (name,) in schemas if "preview" in name}


def test_exclusions_that_fit_nothing_are_named(world: World) -> None:
    """Seed, row and rule, all of them; as a person writes it, one that fits is none of them."""
    kept = world.rows("select * from seeds.identity_exclusions")
    written = [
        ("phone", "06 12", "a phone is written"),
        ("email", "nobody", "an e-mail has an @"),
        ("card", "é12", "a card or document has letters"),
        ("document", None, "it is empty"),
        ("crad", "123", "its type is none of"),
    ]
    fitting = [("phone", "06 12 00 00 00", "fits"), ("email", "nobody@%", "fits")]
    columns = dict.fromkeys(["identifier_type", "value_pattern", "reason"], "text")
    load(world.environment, "seeds.identity_exclusions", columns, [*written, *fitting])
    error = world.build(["int_exclusions", "assert_exclusions_fit_identifiers"])
    load(world.environment, "seeds.identity_exclusions", columns, kept)
    assert error
    assert "seeds/identity_exclusions.csv" in error
    for kind, pattern, rule in written:
        assert f"{kind},{pattern or ''} ({rule}" in error
    assert "(fits" not in error and "nobody@" not in error


def test_preview_names_what_would_stop_a_build(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    decide(world, ("ann:1", "kim:1", "match"), ("kim:1", "lou:1", "match"))
    decide(world, ("lou:1", "ann:1", "distinct"))
    said = refused(world, capsys, "preview", "--vars", yaml.safe_dump({"as_of_date": AS_OF}))
    decide(world)
    assert said.startswith("The build on trial failed. Overrides contradict each other: distinct")
    assert "Compilation" not in said and "name_failures" not in said


def test_clock_set_back(world: World) -> None:
    """Marks of a later time hide changes from the next run: it stops, and says what to do."""
    marks = "update identity.int_block_members set changed_at = changed_at + interval '{}' year"
    world.rows(marks.format(50) + " returning record_key")
    error = world.build(["int_block_members"])
    world.rows(marks.format(-50) + " returning record_key")
    assert error
    assert "The clock was set back" in error
    assert "dbt build --full-refresh --select path:models/identity" in error
    assert world.build(["int_block_members"]) is None


def test_override_contradiction(world: World) -> None:
    """Ann is Kim and Kim is Lou, but Ann is not Lou: the build stops, and says who."""
    kept = world.rows(STATE)
    decide(world, ("ann:1", "kim:1", "match"), ("kim:2", "lou:1", "match"))
    decide(world, ("kim:1", "kim:2", "match"), ("lou:1", "ann:1", "distinct"))
    models = ["int_overrides", "int_decided_groups", "int_decided_conflicts"]
    error = world.build([*models, "customer_identity_history"])
    decide(world)
    assert error
    said = " ".join(error.split())
    assert "Overrides contradict each other: distinct lou:1 / ann:1 (review, Ada)" in said
    assert "match ann:1 / kim:1" in error
    assert world.rows(STATE) == kept


def test_a_decision_that_contradicts_is_refused(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before it stops a build; a second thought on the same pair takes the place of the first."""
    log = "select count(*) from identity.identity_decisions"
    reason = ["--reason", "a test"]
    decide(world, ("ann:1", "kim:1", "match"), ("kim:1", "lou:1", "match"))
    before = world.rows(log)
    said = refused(world, capsys, "decide", "lou:1", "ann:1", "distinct", *reason)
    assert "it contradicts match kim:1 / lou:1 (review), match ann:1 / kim:1 (review):" in said
    assert world.rows(log) == before
    decide(world)
    decide(world, ("ann:1", "kim:1", "match"), ("lou:1", "ann:1", "distinct"))
    said = refused(world, capsys, "decide", "lou:1", "kim:1", "match", *reason)
    assert "distinct lou:1 / ann:1 (review), match ann:1 / kim:1 (review)" in said
    said = said_by(world, capsys, "decide", "ann:1", "lou:1", "match", *reason)
    told = "It contradicts distinct lou:1 / ann:1 (review) of 2026-10-01 by Ada (a test)"
    assert f"{told}, and takes its place.\nNoted." in said
    assert "contradicts" not in said_by(world, capsys, "decide", "lou:1", "ann:1", "match", *reason)
    said_by(world, capsys, "decide", "ann:1", "lou:1", "withdraw", *reason)
    decide(world)


def decide(world: World, *pairs: tuple[str, str, str]) -> None:
    """Add decisions; without any, forget them all."""
    if not pairs:
        world.rows("delete from identity.identity_decisions where author = 'Ada' returning author")
    for left, right, decision in pairs:
        world.rows(
            "insert into identity.identity_decisions (left_record_id, right_record_id, decision,"
            f" reason, author, decided_at) values ('{left}', '{right}', '{decision}', 'a test',"
            " 'Ada', timestamp '2026-10-01 00:00:00') returning author"
        )


def test_a_match_is_withdrawn(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Two matches are built and withdrawn: everybody is who he was. One merges a customer whole,
    the other a part of one, since the rest of it was born in another year."""
    before, redirects = world.identities[-1], world.redirects[-1]
    assert before["max:1"] == before["max:2"]
    pairs = [("lou:1", "kim:1"), ("max:1", "zoe:1")]
    reason = "asked at the till, " * 5 + "and who was asked agreed"
    for decision in ("match", "withdraw"):
        for pair in pairs:
            said_by(world, capsys, "decide", *pair, decision, "--reason", reason)
        error = world.build(chosen(world.is_whole))
        assert error is None, error
        world.see()
        if decision == "match":
            assert reason in said_by(world, capsys, "explain", "lou:1")
    *_, merged, after = world.identities
    assert merged["lou:1"] == before["kim:1"]
    assert merged["max:1"] == before["zoe:1"]
    assert merged["max:2"] == before["max:2"], "what is left of a customer keeps its id"
    *_, redirects_of_merged, redirects_after = world.redirects
    assert redirects_of_merged == redirects | {before["lou:1"]: before["kim:1"]}
    assert after == before
    assert redirects_after == redirects, "who is back is redirected nowhere"


def test_too_many_moved(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """All of Kim's cards were mixed up: nothing is published, here or downstream."""
    kept = world.rows(STATE)
    fill_canonical(world, dict.fromkeys([*ALWAYS, *OTHERS, *RUNS[0]][:30], KIM))
    error = world.build(chosen(world.is_whole))
    assert error
    assert "assert_few_records_change_customer" in error
    assert world.rows(STATE) == kept
    said = said_by(world, capsys, "explain", "ann:1", "kim:1")
    assert "Two customers" in said
    assert "As last published: the links that were built since join them" in said
    assert "cut" not in said
    if world.is_whole:
        orders = world.rows("select order_id, customer_id from marts.orders")
        assert sorted(orders) == sorted(world.followers[1]["orders"])
