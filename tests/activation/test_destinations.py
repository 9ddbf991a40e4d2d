"""Each other destination: created, updated, removed, a bad row refused by the tool's own words."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from activation import __main__ as command
from activation.destination import Row, declared, tool
from activation.destinations import meta, sms
from tests.activation.world import PAYLOADS, World, desire, execute

PEOPLE = {
    "email": "text",
    "phone": "text",
    "first_name": "text",
    "last_name": "text",
    "country": "text",
    "postcode": "text",
}
ANN = {
    "destination_key": "a",
    "email": "Ann.O'Brien@gmail.com",
    "phone": "+33612345678",
    "first_name": "Ann",
    "last_name": "O'Brien 🐘",
    "country": "FR",
    "postcode": "75 001",
}
BOB = {
    **ANN,
    "destination_key": "b",
    "email": "bob@example.com",
    "phone": None,
    "last_name": "L'Hermite",
}
BAD = {**ANN, "destination_key": "z", "email": "nobody", "phone": "+33611111111"}


HASHES = ("email_sha256", "phone_sha256", "first_name_sha256", "last_name_sha256")
TYPES = {
    **PAYLOADS,
    "klaviyo__profiles": {**PEOPLE, "phone_number": "text"},
    "meta__audience": dict.fromkeys(HASHES, "text"),
    "google__audience": dict.fromkeys((*HASHES, "postcode", "country"), "text"),
}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def member(key: str, email: str, **columns: Any) -> dict[str, Any]:
    """A row of an audience, as the sync models make them."""
    return {
        "destination_key": key,
        "email_sha256": sha256(email),
        "phone_sha256": sha256("33612345678"),
        "first_name_sha256": sha256("ann"),
        "last_name_sha256": sha256("obrien 🐘"),
        "postcode": "75001",
        "country": "FR",
        **columns,
    }


def publish(world: World, name: str, rows: list[dict[str, Any]], code: int = 0) -> dict[str, Any]:
    desire(name, rows, TYPES.get(name, PEOPLE))
    assert world.run(name) == code
    return world.last_run()


def counts(run: dict[str, Any]) -> tuple[int, int, int, int]:
    names = ("created_count", "updated_count", "deleted_count", "rejected_count")
    return tuple(run[name] for name in names)  # type: ignore[return-value]


def test_brevo(duckdb_world: World) -> None:
    run = publish(duckdb_world, "brevo__contacts", [ANN, BOB, BAD], code=1)
    assert counts(run) == (2, 0, 0, 1)
    held = {row["ext_id"]: row for row in duckdb_world.held("brevo_contacts")}
    assert json.loads(held["a"]["attributes"])["LAST_NAME"] == "O'Brien 🐘"
    assert held["a"]["email"].lower() == "ann.o'brien@gmail.com"
    (rejection,) = duckdb_world.state("rejections")
    assert rejection["destination_key"] == "z" and "nobody" not in rejection["error_message"]
    run = publish(duckdb_world, "brevo__contacts", [{**ANN, "first_name": "Anne"}])
    assert counts(run) == (0, 1, 1, 0)
    (ann,) = duckdb_world.held("brevo_contacts")
    assert json.loads(ann["attributes"])["FIRST_NAME"] == "Anne"


def test_klaviyo_tells_errors_by_row_after_the_job(duckdb_world: World) -> None:
    worse = {**BAD, "destination_key": "y", "email": "nothing"}
    run = publish(duckdb_world, "klaviyo__profiles", [ANN, BOB, BAD, worse], code=1)
    assert counts(run) == (2, 0, 0, 2)
    held = {row["external_id"]: row for row in duckdb_world.held("klaviyo_profiles")}
    attributes = json.loads(held["a"]["attributes"])
    assert attributes["properties"]["phone"] == "+33612345678"
    assert attributes["last_name"] == "O'Brien 🐘"
    run = publish(duckdb_world, "klaviyo__profiles", [BOB])
    assert counts(run) == (0, 0, 1, 0)
    held = {row["external_id"]: row for row in duckdb_world.held("klaviyo_profiles")}
    assert {key for key, row in held.items() if row["is_suppressed"]} == {"a"}


def test_marketing_cloud(duckdb_world: World) -> None:
    too_long = {**ANN, "destination_key": "z", "first_name": "x" * 5000}
    run = publish(duckdb_world, "sfmc__customers", [ANN, BOB, too_long], code=1)
    assert counts(run) == (2, 0, 0, 1)
    run = publish(duckdb_world, "sfmc__customers", [{**BOB, "first_name": "Bob"}])
    assert counts(run) == (0, 1, 1, 0)
    held = {row["key"]: json.loads(row["row"]) for row in duckdb_world.held("sfmc_rows")}
    assert held["b"]["first_name"] == "Bob"
    assert held["a"] == {"customer_key": "a", "is_gone": "true", **dict.fromkeys(PEOPLE, "")}


def test_meta(duckdb_world: World) -> None:
    ann, bob = member("a", "ann@x.fr"), member("b", "bob@x.fr")
    plain = member("z", "zoe@x.fr", email_sha256="zoe@x.fr")
    run = publish(duckdb_world, "meta__audience", [ann, bob, plain], code=1)
    assert counts(run) == (2, 0, 0, 1)  # what is no hash does not leave
    assert {row["extern_id"] for row in duckdb_world.held("meta_members")} == {"a", "b"}
    run = publish(duckdb_world, "meta__audience", [member("a", "new@x.fr")])
    assert counts(run) == (0, 1, 1, 0)
    removed = [("member.remove", "a", 1), ("member.remove", "b", 1)]
    actions = [(row["action"], row["key"], row["count"]) for row in duckdb_world.writes("meta")]
    assert actions == [("member.add", "a", 2), ("member.add", "b", 1), *removed]


def test_meta_finds_the_invalid_row_that_meta_does_not_name(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meta, "is_sha256", lambda text: True)
    rows = [member(f"k{i}", f"k{i}@x.fr") for i in range(16)]
    rows[5]["email_sha256"] = "no hash"
    run = publish(duckdb_world, "meta__audience", rows, code=1)
    assert counts(run) == (15, 0, 0, 1)
    assert [row["destination_key"] for row in duckdb_world.state("rejections")] == ["k5"]
    assert len(duckdb_world.held("meta_members")) == 15


def test_google(duckdb_world: World) -> None:
    nobody = {"destination_key": "z"}
    plain = member("y", "zoe@x.fr", phone_sha256="+33612345678")
    ann, bob = member("a", "ann@x.fr"), member("b", "bob@x.fr")
    run = publish(duckdb_world, "google__audience", [ann, bob, nobody, plain], code=1)
    assert counts(run) == (2, 0, 0, 2)
    held = {row["identifier"] for row in duckdb_world.held("google_members")}
    assert {sha256("ann@x.fr"), sha256("bob@x.fr"), sha256("33612345678")} <= held
    assert sha256("zoe@x.fr") not in held
    publish(duckdb_world, "google__audience", [member("a", "new@x.fr")])
    held = {row["identifier"] for row in duckdb_world.held("google_members")}
    assert sha256("ann@x.fr") not in held and sha256("new@x.fr") in held


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({"requestStatus": "FAILED"}, "retry"),
        (
            {
                "requestStatus": "PARTIAL_SUCCESS",
                "errorInfo": {"errorCounts": [{"reason": "NO", "recordIndices": ["0"]}]},
            },
            "rejected",
        ),
    ],
)
def test_google_sends_nothing_of_a_row_whose_old_values_could_not_be_removed(
    monkeypatch: pytest.MonkeyPatch, state: dict[str, Any], status: str
) -> None:
    sent: dict[str, list[Any]] = {}

    class Api:
        def json(self, method: str, path: str, **options: Any) -> dict[str, Any]:
            if method == "GET":
                ended = state if options["params"]["requestId"] == "remove" else {}
                return {"requestStatusPerDestination": [{"requestStatus": "SUCCESS", **ended}]}
            verb = path.split(":")[1]
            sent[verb] = options["json"]["audienceMembers"]
            return {"requestId": verb}

    for name in declared()["google"].environment.values():
        monkeypatch.setenv(str(name), "https://unused")
    (sync,) = declared()["google"].syncs
    client = declared()["google"].open()
    monkeypatch.setattr(client, "api", Api())
    row, new = (
        Row(key, None, None, member(key, f"{key}@x.fr"), True, held=held)
        for key, held in (("a", member("a", "old@x.fr")), ("b", None))
    )
    answers = client.update(sync, [row, new])
    assert (answers["a"].status, answers["b"].status) == (status, "accepted")
    assert (len(sent["remove"]), len(sent["ingest"])) == (1, 1)


def test_a_survivor_keeps_the_address_of_who_was_merged_into_it(world: World) -> None:
    """It does not change, so nothing would send it again."""
    shared = {**BOB, "destination_key": "a"}
    publish(world, "klaviyo__profiles", [shared, BOB, {**ANN, "destination_key": "c"}])
    publish(world, "klaviyo__profiles", [BOB])
    held = {row["email"]: row["is_suppressed"] for row in world.held("klaviyo_profiles")}
    assert held == {BOB["email"]: 0, ANN["email"].lower(): 1}
    old = member("a", "ann@x.fr"), member("b", "ann@x.fr", phone_sha256=sha256("33687654321"))
    for name in ("google__audience", "meta__audience"):
        publish(world, name, list(old))
        publish(world, name, [old[1]])
    held = {row["identifier"] for row in world.held("google_members")}
    assert {sha256("ann@x.fr"), sha256("33687654321")} <= held
    assert sha256("33612345678") not in held
    assert [row["extern_id"] for row in world.held("meta_members")] == ["b"]


def test_a_value_left_to_another_key_goes_when_it_never_arrives(world: World) -> None:
    """The heir is refused, and leaves: what it was to take over has nobody left."""
    other = {**BOB, "destination_key": "o"}
    heirs = {
        "klaviyo__profiles": (ANN, {**ANN, "phone_number": "none", "email": ANN["email"].lower()}),
        "google__audience": (
            member("a", "ann@x.fr"),
            member("b", "ann@x.fr", first_name_sha256="x"),
        ),
        "meta__audience": (member("a", "ann@x.fr"), member("b", "ann@x.fr", first_name_sha256="x")),
    }
    for name, (ann, heir) in heirs.items():
        stays = other if "klaviyo" in name else member("o", "o@x.fr", phone_sha256=None)
        publish(world, name, [ann, stays])
        publish(world, name, [{**heir, "destination_key": "b"}, stays], code=1)
        assert [row["destination_key"] for row in world.state("intents")] == ["a"], name
        publish(world, name, [stays])
        assert world.state("intents") == [], name
    held = {row["email"]: row["is_suppressed"] for row in world.held("klaviyo_profiles")}
    assert held == {BOB["email"]: 0, ANN["email"].lower(): 1}
    assert sha256("ann@x.fr") not in {row["identifier"] for row in world.held("google_members")}
    assert {row["extern_id"] for row in world.held("meta_members")} == {"o"}


def in_doubt_then_withdrawn(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, row: dict[str, Any], path: str
) -> None:
    """The tool takes a row, its answers are lost, and the consent is withdrawn before the next
    run: there is no receipt to say what must go."""
    types = TYPES.get(name, PEOPLE)
    other = {"email": "x@x.fr", "email_sha256": sha256("x@x.fr")}
    for doubted in (row, {**row, **other}):
        tools = {
            key: dataclasses.replace(
                found, syncs=tuple(dataclasses.replace(one, attempts=1) for one in found.syncs)
            )
            for key, found in declared().items()
        }
        monkeypatch.setattr(command, "declared", lambda tools=tools: tools)
        desire(name, [doubted], types)
        tool_name = name.split("__")[0]
        world.faults({"prefix": tool_name, "path": path, "method": "POST", "kind": "drop_answer"})
        assert world.run(name) == 1
    world.faults()
    assert world.state("receipts") == [] and len(world.state("intents")) == 1
    desire(name, [{**row, "has_consent": False}], types)
    assert world.run(name) == 0
    assert world.state("intents") == []


def test_an_audience_forgets_who_withdrew_before_it_answered(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = duckdb_world
    ann = member("a", "ann@x.fr")
    in_doubt_then_withdrawn(world, monkeypatch, "meta__audience", ann, "users")
    assert world.held("meta_members") == []
    execute("delete from activation.receipts")
    in_doubt_then_withdrawn(world, monkeypatch, "google__audience", ann, "ingest")
    assert world.held("google_members") == []


def test_a_profile_is_suppressed_that_withdrew_before_the_answer(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = duckdb_world
    in_doubt_then_withdrawn(world, monkeypatch, "klaviyo__profiles", ANN, "import-jobs")
    (profile,) = world.held("klaviyo_profiles")
    assert profile["is_suppressed"]


def test_a_data_extensions_row_is_emptied_that_withdrew_before_the_answer(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desire("sfmc__customers", [ANN], PEOPLE)
    duckdb_world.faults({"prefix": "sfmc", "method": "PUT", "kind": "drop_answer"})
    quick = [dataclasses.replace(sync, attempts=1) for sync in declared()["sfmc"].syncs]
    tools = {"sfmc": dataclasses.replace(declared()["sfmc"], syncs=tuple(quick))}
    monkeypatch.setattr(command, "declared", lambda: tools)
    assert duckdb_world.run("sfmc") == 1
    duckdb_world.faults()
    desire("sfmc__customers", [{**ANN, "has_consent": False}], PEOPLE)
    assert duckdb_world.run("sfmc") == 0
    (held,) = [json.loads(row["row"]) for row in duckdb_world.held("sfmc_rows")]
    assert held == {"customer_key": "a", "is_gone": "true", **dict.fromkeys(PEOPLE, "")}


def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, declaration: str) -> None:
    """A destination that its users declare."""
    path = tmp_path / f"{name}.yml"
    path.write_text(declaration)
    tools = {**declared(), name: tool(path)}
    monkeypatch.setattr(command, "declared", lambda: tools)


ENDPOINT = """
client: http_endpoint
environment: {url: SINK_URL, token: SINK_TOKEN}
requests_per_second: 1000
options:
  headers: {Authorization: 'Bearer {token}'}
syncs:
  people:
    mode: mirror
    fields: {'*': '*'}
    options:
      key_field: id
      create: {method: PUT, path: '/people/{key}'}
      update: {method: PUT, path: '/people/{key}'}
      delete: {method: DELETE, path: '/people/{key}'}
"""


def test_any_endpoint(duckdb_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own(tmp_path, monkeypatch, "endpoint", ENDPOINT)

    def held() -> dict[str, Any]:
        return {row["key"]: json.loads(row["body"]) for row in duckdb_world.held("sink_rows")}

    publish(duckdb_world, "endpoint__people", [ANN, BOB])
    assert held()["a"] == {"id": "a", **{name: ANN[name] for name in PEOPLE}}
    publish(duckdb_world, "endpoint__people", [BOB])
    assert held().keys() == {"b"}
    # a value that comes back is written again: an idempotency key is not the payload's hash
    publish(duckdb_world, "endpoint__people", [{**BOB, "first_name": "Other"}])
    publish(duckdb_world, "endpoint__people", [BOB])
    assert held()["b"]["first_name"] == BOB["first_name"]


FOLDER = """
client: files
environment: {url: FOLDER_URL}
syncs:
  people:
    mode: mirror
    batch_size: {create: 2, update: 2, delete: 2}
    fields: {phone: cellphone, '*': '*'}
    options: {key_field: customer_key, phones_with_00: [cellphone]}
"""


def test_a_folder_of_files(
    duckdb_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(tmp_path, monkeypatch, "folder", FOLDER)
    out = tmp_path / "out"
    monkeypatch.setenv("FOLDER_URL", str(out))
    publish(duckdb_world, "folder__people", [ANN, BOB, BAD])
    files = sorted(out.iterdir())
    assert len(files) == 2 and not any(path.name.startswith(".") for path in files)
    content = b"".join(path.read_bytes() for path in files)
    assert not content.startswith(b"\xef\xbb\xbf")
    rows = [
        row
        for path in files
        for row in csv.DictReader(path.open(encoding="utf-8", newline=""), delimiter=";")
    ]
    assert {row["customer_key"] for row in rows} == {"a", "b", "z"}
    (ann,) = [row for row in rows if row["customer_key"] == "a"]
    assert (ann["cellphone"], ann["last_name"]) == ("0033612345678", "O'Brien 🐘")
    publish(duckdb_world, "folder__people", [ANN, BOB])
    (gone,) = [path for path in out.iterdir() if "deletion" in path.name]
    assert gone.read_text() == "customer_key\nz\n"


def message(key: str, phone: str, text: str) -> dict[str, Any]:
    return {"destination_key": key, "phone": phone, "message": text}


def test_sms_is_sent_once_even_after_a_doubt(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = duckdb_world
    monkeypatch.setattr(sms.Client, "_at_a_lawful_hour", lambda *_: None)
    monkeypatch.setenv("SMS_REQUESTS_PER_SECOND", "1000")
    types = {"phone": "text", "message": "text"}
    rows = [message(f"vip:{i}", f"+3361234567{i}", f"Bonjour n°{i}, l'été 🐘") for i in range(4)]
    desire("sms__messages", rows, types)
    faults = {"prefix": "twilio", "method": "POST", "kind": "drop_answer", "nth": [2]}
    world.faults(faults)
    assert world.run("sms") == 0
    assert [row["count"] for row in world.writes("sms")] == [1] * 4
    assert world.run("sms") == 0
    assert [row["count"] for row in world.writes("sms")] == [1] * 4


def test_sms_wait_for_a_lawful_hour(duckdb_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Night(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(2026, 3, 3, 22, 30, tzinfo=tz)

    monkeypatch.setattr(sms, "datetime", Night)
    types = {"phone": "text", "message": "text"}
    desire("sms__messages", [message("vip:1", "+33612345678", "Bonjour")], types)
    assert duckdb_world.run("sms") == 0
    assert duckdb_world.last_run()["status"] == "postponed"
    assert duckdb_world.writes("sms") == []


def test_every_declaration_has_a_client_and_says_how_much_at_once() -> None:
    for found in declared().values():
        assert found.syncs, found.name
        module = __import__(f"activation.destinations.{found.client}", fromlist=["Client"])
        assert module.Client
        for sync in found.syncs:
            assert all(size > 0 for size in sync.batch_size.values()) and sync.batch_size
            json.dumps(dict(sync.options))


# --- a merged customer's e-mail at tools that know one once ---------------------------------------

ONCE = {
    "brevo__contacts": ("brevo_contacts", "ext_id", "email_blacklisted"),
    "klaviyo__profiles": ("klaviyo_profiles", "external_id", "is_suppressed"),
}


def known_as(world: World, name: str) -> dict[str, tuple[str | None, int, str]]:
    """E-mail, whether it is unsubscribed, and the tool's own id, by key."""
    table, key, flag = ONCE[name]
    return {row[key]: (row["email"], row[flag], row["id"]) for row in world.held(table)}


def barred_from_sms(world: World) -> set[str]:
    """Keys at Brevo that no SMS goes to."""
    return {row["ext_id"] for row in world.held("brevo_contacts") if row["sms_blacklisted"]}


def unsubscribe(world: World, name: str, key: str) -> None:
    """The customer does, at the tool."""
    table, column, flag = ONCE[name]
    connection = sqlite3.connect(world.sandbox / "systems.sqlite")
    connection.execute(f"update {table} set {flag} = 1 where {column} = ?", (key,))
    connection.commit()
    connection.close()


@pytest.mark.parametrize("unsubscribed", [None, "a", "b"])
@pytest.mark.parametrize("name", ONCE)
def test_a_survivor_takes_the_e_mail_of_who_was_merged_into_it(
    world: World, name: str, unsubscribed: str | None
) -> None:
    """And whoever of the two has unsubscribed stays so."""
    ann = {**ANN, "email": "ann@example.com"}
    publish(world, name, [ann, BOB])
    (_, _, bobs_id) = known_as(world, name)["b"]
    flag = int(unsubscribed is not None)
    if unsubscribed:
        unsubscribe(world, name, unsubscribed)
    execute("insert into activation.customer_redirects values ('c-b', 'c-a')")
    run = publish(world, name, [{**ann, "email": BOB["email"]}])
    assert counts(run) == (0, 1, 1, 0) and world.state("rejections") == []
    assert known_as(world, name) == {"a": (BOB["email"], flag, bobs_id)}
    for _ in range(2):
        run = publish(world, name, [{**ann, "email": BOB["email"]}])
        assert counts(run) == (0, 0, 0, 0) and run["status"] == "succeeded"
    assert world.state("intents") == []
    execute("delete from activation.customer_redirects")
    run = publish(world, name, [ann, BOB])  # the decision is withdrawn
    assert counts(run) == (1, 1, 0, 0)
    assert {key: row[0] for key, row in known_as(world, name).items()} == {
        "a": "ann@example.com",
        "b": BOB["email"],
    }
    assert known_as(world, name)["a"][1] == flag


@pytest.mark.parametrize("name", ONCE)
def test_nobody_is_written_to_by_the_e_mail_of_who_was_merged_away(world: World, name: str) -> None:
    """The survivor keeps its own, and no consent is left for the other."""
    publish(world, name, [{**ANN, "email": "ann@example.com"}, BOB])
    execute("insert into activation.customer_redirects values ('c-b', 'c-a')")
    publish(world, name, [{**ANN, "email": "ann@example.com"}])
    reached = {row[0] for row in known_as(world, name).values() if not row[1]}
    assert reached == {"ann@example.com"}


@pytest.mark.parametrize("name", ONCE)
def test_an_e_mail_passes_from_one_customer_to_another_in_one_run(world: World, name: str) -> None:
    """Whichever of the two is written first, and though it goes on."""
    types = dict.fromkeys(("email", "cellphone", "first_name"), "text")
    keys, phones = ("a", "b", "c"), ("+33612345671", "+33612345672", "+33612345673")

    def people(*emails: str | None) -> list[dict[str, Any]]:
        return [
            {"destination_key": key, "email": email, "cellphone": phone, "first_name": "Ann"}
            for key, email, phone in zip(keys, emails, phones, strict=True)
        ]

    desire(name, people("a@x.fr", "b@x.fr", "c@x.fr"), types)
    assert world.run(name) == 0
    for emails in (("b@x.fr", "c@x.fr", None), (None, "b@x.fr", "c@x.fr")):
        desire(name, people(*emails), types)
        assert world.run(name) == 0
        found = {key: row[0] for key, row in known_as(world, name).items()}
        assert found == dict(zip(keys, emails, strict=True))
    assert world.state("rejections") == []


@pytest.mark.parametrize("name", ONCE)
def test_an_e_mail_that_another_customer_keeps_is_refused(world: World, name: str) -> None:
    """And whose row it was is said, without the e-mail; until nothing is refused any more."""
    publish(world, name, [ANN, BOB])
    wrong = {**ANN, "email": BOB["email"]}
    run = publish(world, name, [wrong, BOB], code=1)
    assert counts(run) == (0, 0, 0, 1)
    assert "rejected rows of c-a (marts.deliveries_by_customer where is_rejected)" in run["message"]
    assert "bob" not in run["message"]
    assert [row["settled_at"] for row in world.state("rejections")] == [None]
    run = publish(world, name, [ANN, BOB])  # as it was: nothing to send
    assert counts(run) == (0, 0, 0, 0)
    assert all(row["settled_at"] for row in world.state("rejections"))
    assert {row[0].lower() for row in known_as(world, name).values() if row[0]} == {
        ANN["email"].lower(),
        BOB["email"],
    }


def test_a_phone_of_who_was_merged_away_is_let_go(world: World) -> None:
    types = dict.fromkeys(("email", "cellphone"), "text")
    bob = {"destination_key": "b", "email": "bob@x.fr", "cellphone": "+33612345672"}
    execute("insert into activation.customer_redirects values ('c-b', 'c-a')")
    for name in ONCE:
        desire(name, [{"destination_key": "a", "email": "ann@x.fr"}, bob], types)
        assert world.run(name) == 0
        survivor = {"destination_key": "a", "email": "ann@x.fr", "cellphone": bob["cellphone"]}
        desire(name, [survivor], types)
        assert world.run(name) == 0
        assert known_as(world, name)["a"][:2] == ("ann@x.fr", 0)
        assert all(row[1] for key, row in known_as(world, name).items() if key != "a")
    phones = {row["external_id"]: row["phone_number"] for row in world.held("klaviyo_profiles")}
    assert phones == {"a": bob["cellphone"], "b": None}
    assert [row["sms"] for row in world.held("brevo_contacts")] == [bob["cellphone"]]


REACHED = dict.fromkeys(("email", "cellphone"), "text")


def reached(key: str, email: str | None, phone: str | None) -> dict[str, Any]:
    return {"destination_key": key, "email": email, "cellphone": phone}


ONES, TWOS, THREES, FOURS = (f"+3361234567{n}" for n in range(1, 5))
THREE = [
    reached("a", "a@x.fr", ONES),
    reached("b", "b@x.fr", TWOS),
    reached("c", "c@x.fr", THREES),
]


def merge_b_into_a(world: World, name: str) -> None:
    """Three customers at the tool; the second has unsubscribed, and is merged into the first."""
    desire(name, THREE, REACHED)
    assert world.run(name) == 0
    unsubscribe(world, name, "b")
    execute("insert into activation.customer_redirects values ('c-b', 'c-a')")


@pytest.mark.parametrize("name", ONCE)
def test_a_survivor_that_waits_for_a_phone_loses_no_unsubscription(world: World, name: str) -> None:
    """Its phone is let go by another customer in the same run, after it was first written."""
    merge_b_into_a(world, name)
    desire(name, [reached("a", "b@x.fr", THREES), reached("c", "c@x.fr", FOURS)], REACHED)
    assert world.run(name) == 0
    assert world.state("rejections") == []
    assert known_as(world, name)["a"][:2] == ("b@x.fr", 1)


@pytest.mark.parametrize("name", ONCE)
def test_of_a_survivor_that_is_refused_nothing_is_undone(world: World, name: str) -> None:
    """The phone that it wants is another customer's; both contacts stay as they were."""
    merge_b_into_a(world, name)
    before = known_as(world, name)
    for _ in range(2):
        desire(name, [reached("a", "b@x.fr", THREES), THREE[2]], REACHED)
        assert world.run(name) == 1
        assert known_as(world, name) == before
    assert {row["destination_key"] for row in world.state("rejections")} <= {"a", "b"}
    desire(name, [reached("a", "b@x.fr", ONES), THREE[2]], REACHED)
    assert world.run(name) == 0
    assert known_as(world, name)["a"] == ("b@x.fr", 1, before["b"][2])
    assert "b" not in known_as(world, name)
    assert world.run(name) == 0 and world.state("intents") == []


def test_a_survivor_that_a_limit_leaves_out_loses_no_unsubscription(world: World) -> None:
    name = "brevo__contacts"
    merge_b_into_a(world, name)
    desire(name, [reached("a", "b@x.fr", ONES), THREE[2]], REACHED)
    assert world.run(name, "--limit", "1") == 1
    assert known_as(world, name)["b"][:2] == ("b@x.fr", 1)
    assert world.run(name) == 0
    assert known_as(world, name)["a"][:2] == ("b@x.fr", 1)
    assert "b" not in known_as(world, name)


@pytest.mark.parametrize("heir", ["c-c", None])
@pytest.mark.parametrize("name", ONCE)
def test_only_a_customer_merged_into_the_rows_is_taken_over(
    world: World, name: str, heir: str | None
) -> None:
    """Whoever was merged into somebody else, or has withdrawn, keeps what the tool knows."""
    desire(name, THREE, REACHED)
    assert world.run(name) == 0
    before = known_as(world, name)
    if heir:
        execute(f"insert into activation.customer_redirects values ('c-b', '{heir}')")
    desire(name, [reached("a", "b@x.fr", ONES), THREE[2]], REACHED)
    if name.startswith("brevo") and not heir:  # who has withdrawn is deleted first
        assert world.run(name) == 0
        assert known_as(world, name).keys() == {"a", "c"}
        assert before["b"][2] not in {row[2] for row in known_as(world, name).values()}
        return
    assert world.run(name) == 1
    assert {key: row[::2] for key, row in known_as(world, name).items()} == {
        key: row[::2] for key, row in before.items()
    }
    assert "a" in {row["destination_key"] for row in world.state("rejections")}


def test_a_contact_that_loses_its_phone_stays_until_its_e_mail_is_judged(world: World) -> None:
    """Made anew to lose the phone, it would be gone when the e-mail is refused."""
    name = "brevo__contacts"
    desire(name, THREE, REACHED)
    assert world.run(name) == 0
    before = known_as(world, name)
    desire(name, [reached("a", "b@x.fr", None), *THREE[1:]], REACHED)
    assert world.run(name) == 1
    assert known_as(world, name) == before
    assert barred_from_sms(world) == {"a"}  # whom nobody may write to at that phone any more


def test_of_a_contact_that_waits_for_its_e_mail_the_phone_is_barred(world: World) -> None:
    """Nobody wants the phone of who was merged; the survivor is refused for another's."""
    name = "brevo__contacts"
    merge_b_into_a(world, name)
    desire(name, [reached("a", "b@x.fr", THREES), THREE[2]], REACHED)
    assert world.run(name) == 1
    assert barred_from_sms(world) == {"b"}


def test_who_is_taken_over_for_a_phone_keeps_an_e_mail_that_others_want(world: World) -> None:
    """And with it, that it was unsubscribed: it does not go with the contact."""
    name = "brevo__contacts"
    merge_b_into_a(world, name)
    desire(name, [reached("a", "a@x.fr", TWOS), reached("c", "b@x.fr", THREES)], REACHED)
    assert world.run(name) == 1
    assert known_as(world, name)["b"][:2] == ("b@x.fr", 1)


def test_an_unsubscription_is_carried_over_before_its_contact_goes(world: World) -> None:
    """The tool breaks down once the survivor's own contact is deleted."""
    name = "brevo__contacts"
    desire(name, THREE, REACHED)
    assert world.run(name) == 0
    unsubscribe(world, name, "a")
    execute("insert into activation.customer_redirects values ('c-b', 'c-a')")
    desire(name, [reached("a", "b@x.fr", ONES), THREE[2]], REACHED)
    broken = {"prefix": "brevo", "method": "PUT", "kind": "status", "status": 400, "nth": [2]}
    world.faults(broken)
    assert world.run(name) == 1
    assert known_as(world, name)["b"][:2] == ("b@x.fr", 1)
    world.faults()
    assert world.run(name) == 0
    assert known_as(world, name)["a"][:2] == ("b@x.fr", 1)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"errors": [{"code": "x", "detail": "y"}, {"code": "z"}]}', "rejected"),
        (b'{"errors": []}', "rejected"),
        (b'["no"]', "rejected"),
        (b"<p>", "retry"),
    ],
)
def test_whatever_klaviyo_says_of_one_profile_ends_no_run(
    monkeypatch: pytest.MonkeyPatch, body: bytes, status: str
) -> None:
    for variable in declared()["klaviyo"].environment.values():
        monkeypatch.setenv(str(variable), "https://unused")
    (sync,) = declared()["klaviyo"].syncs
    client = declared()["klaviyo"].open()
    answer = httpx.Response(409, content=body)
    monkeypatch.setattr(client.api, "request", lambda *_, **__: answer)
    row = Row("a", None, None, {"email": None}, True, held={"email": "a@x.fr"})
    assert client.update(sync, [row])["a"].status == status


def test_a_value_left_to_another_key_is_counted_once(world: World) -> None:
    """While the heir is refused, whoever left it is neither sent nor counted again."""
    heir = {**ANN, "destination_key": "b", "phone_number": "none"}
    publish(world, "klaviyo__profiles", [ANN, {**BOB, "destination_key": "o"}])
    rows = [heir, {**BOB, "destination_key": "o"}]
    assert counts(publish(world, "klaviyo__profiles", rows, code=1)) == (0, 0, 1, 1)
    for _ in range(2):
        assert counts(publish(world, "klaviyo__profiles", rows, code=1)) == (0, 0, 0, 1)
    deletes = [row for row in world.state("deliveries") if row["change_type"] == "delete"]
    assert len(deletes) == 1
