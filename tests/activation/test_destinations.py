"""Each other destination: created, updated, removed, a bad row refused by the tool's own words."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from activation import __main__ as command
from activation.destination import Sync, declared, tool
from activation.destinations import google, meta, sms
from tests.activation.vendors import Vendors, serving
from tests.activation.world import PAYLOADS, World, desire

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


@pytest.fixture
def vendors(duckdb_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    vendors = Vendors()
    with serving(vendors) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        for name in ("BREVO", "KLAVIYO", "SFMC", "META", "GOOGLE"):
            monkeypatch.setenv(f"{name}_REQUESTS_PER_SECOND", "1000")
        yield vendors


def publish(world: World, name: str, rows: list[dict[str, Any]], code: int = 0) -> dict[str, Any]:
    desire(name, rows, PAYLOADS.get(name, PEOPLE))
    assert world.run(name) == code
    return world.last_run()


def counts(run: dict[str, Any]) -> tuple[int, int, int, int]:
    names = ("created_count", "updated_count", "deleted_count", "rejected_count")
    return tuple(run[name] for name in names)  # type: ignore[return-value]


def test_brevo(duckdb_world: World, vendors: Vendors) -> None:
    run = publish(duckdb_world, "brevo__contacts", [ANN, BOB, BAD], code=1)
    assert counts(run) == (2, 0, 0, 1)
    assert vendors.brevo["a"]["attributes"]["LAST_NAME"] == "O'Brien 🐘"
    assert vendors.brevo["a"]["email"] == "Ann.O'Brien@gmail.com"
    (rejection,) = duckdb_world.state("rejections")
    assert "email [email] is not valid" in rejection["error_message"]
    run = publish(duckdb_world, "brevo__contacts", [{**ANN, "first_name": "Anne"}])
    assert counts(run) == (0, 1, 1, 0)
    assert vendors.brevo.keys() == {"a"}
    assert vendors.brevo["a"]["attributes"]["FIRST_NAME"] == "Anne"


def test_klaviyo_tells_errors_by_row_after_the_job(duckdb_world: World, vendors: Vendors) -> None:
    worse = {**BAD, "destination_key": "y", "email": "nothing"}
    run = publish(duckdb_world, "klaviyo__profiles", [ANN, BOB, BAD, worse], code=1)
    assert counts(run) == (2, 0, 0, 2)
    assert vendors.klaviyo["a"]["properties"]["phone"] == "+33612345678"
    assert vendors.klaviyo["a"]["last_name"] == "O'Brien 🐘"
    run = publish(duckdb_world, "klaviyo__profiles", [BOB])
    assert counts(run) == (0, 0, 1, 0)
    assert vendors.suppressed == {"Ann.O'Brien@gmail.com"}


def test_marketing_cloud(duckdb_world: World, vendors: Vendors) -> None:
    run = publish(duckdb_world, "sfmc__customers", [ANN, BOB, BAD], code=1)
    assert counts(run) == (2, 0, 0, 1)
    run = publish(duckdb_world, "sfmc__customers", [{**BOB, "first_name": "Bob"}])
    assert counts(run) == (0, 1, 1, 0)
    assert vendors.sfmc["b"]["first_name"] == "Bob"
    assert vendors.sfmc["a"] == {
        "customer_key": "a", "is_gone": "true", **dict.fromkeys(PEOPLE, "")
    }  # fmt: skip


def test_meta(duckdb_world: World, vendors: Vendors) -> None:
    types = {"email": "text", "phone": "text", "first_name": "text"}
    nobody = {"destination_key": "z", "email": None, "phone": None, "first_name": None}
    desire("meta__audience", [ANN, BOB, nobody], types)
    assert duckdb_world.run("meta") == 1
    assert counts(duckdb_world.last_run()) == (2, 0, 0, 1)
    digest = hashlib.sha256(b"33612345678").hexdigest()
    assert digest in vendors.meta["a"] and vendors.meta.keys() == {"a", "b"}
    desire("meta__audience", [{**ANN, "email": "new@example.com"}], types)
    assert duckdb_world.run("meta") == 0
    assert vendors.meta.keys() == {"a"}
    assert hashlib.sha256(b"new@example.com").hexdigest() in vendors.meta["a"]


def test_google(duckdb_world: World, vendors: Vendors) -> None:
    nobody = {"destination_key": "z"}
    run = publish(duckdb_world, "google__audience", [ANN, BOB, nobody], code=1)
    assert counts(run) == (2, 0, 0, 1)
    assert len(vendors.google) == 2
    first = next(data for data in vendors.google if len(data["userIdentifiers"]) == 3)
    email, phone, address = first["userIdentifiers"]
    assert email["emailAddress"] == hashlib.sha256(b"anno'brien@gmail.com").hexdigest()
    assert phone["phoneNumber"] == hashlib.sha256(b"+33612345678").hexdigest()
    assert address["address"]["regionCode"] == "FR"
    publish(duckdb_world, "google__audience", [{**ANN, "email": "new@example.com"}])
    assert len(vendors.google) == 1
    digest = hashlib.sha256(b"new@example.com").hexdigest()
    assert vendors.google[0]["userIdentifiers"][0]["emailAddress"] == digest


def test_the_same_phone_hashes_differently_for_meta_and_google() -> None:
    assert meta.normalised("PHONE", "+33 6 12 34 56 78") == "33612345678"
    assert meta.normalised("PHONE", "0033 612345678") == "33612345678"
    assert google.normalised("phoneNumber", "+33 6 12 34 56 78") == "+33612345678"
    assert google.normalised("emailAddress", " J.Doe+x@GMAIL.com ") == "jdoe@gmail.com"
    assert meta.normalised("EMAIL", " J.Doe+x@GMAIL.com ") == "j.doe+x@gmail.com"
    assert meta.normalised("FN", "Jean-Noël ") == "jeannoël"


def test_meta_birth_date_is_three_keys() -> None:
    sync = Sync("meta", "audience", fields={"birth_date": ["DOBY", "DOBM", "DOBD"]})
    sent = meta.hashed(sync, {"birth_date": "1980-05-31"})
    assert sent == [hashlib.sha256(part).hexdigest() for part in (b"1980", b"05", b"31")]
    assert meta.hashed(sync, {"birth_date": None}) == ["", "", ""]


def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, declaration: str) -> None:
    """A destination that its users declare."""
    path = tmp_path / f"{name}.yml"
    path.write_text(declaration)
    tools = {**declared(), name: tool(path)}
    monkeypatch.setattr(command, "declared", lambda: tools)


ENDPOINT = """
client: http_endpoint
environment: {url: ENDPOINT_URL, token: ENDPOINT_TOKEN}
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


def test_any_endpoint(
    duckdb_world: World, vendors: Vendors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(tmp_path, monkeypatch, "endpoint", ENDPOINT)
    publish(duckdb_world, "endpoint__people", [ANN, BOB])
    assert vendors.endpoint["a"] == {"id": "a", **{name: ANN[name] for name in PEOPLE}}
    publish(duckdb_world, "endpoint__people", [BOB])
    assert vendors.endpoint.keys() == {"b"}
    assert len(set(vendors.idempotency_keys)) == 3


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
