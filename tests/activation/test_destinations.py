"""Each other destination: created, updated, removed, a bad row refused by the tool's own words."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

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
