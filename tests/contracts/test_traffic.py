"""The real connectors and destinations, each exchange held against its contract as it passes.

The stand-ins judge what goes through them (`/_sandbox/violations`); what was published is then
read back from the tools' own listings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import warehouse
from ingestion import __main__ as ingestion
from sandbox import servers
from sandbox.servers.store import Systems
from tests.activation.world import World, create_state, desire, execute
from tests.conftest import left_behind
from tests.contracts.conftest import UNLIMITED, StandIns
from tests.contracts.oracle import Oracle, specs_folder
from tests.contracts.world import fill

SOURCES = ("magento", "clientela", "splio", "sms", "zendesk", "web")
NAME = "O'Brien L'Hermite 🐘 Éloïse"
TYPES = {"email": "text", "phone": "text", "last_name": "text", "country": "text"}
FAST = {
    f"{tool}_REQUESTS_PER_SECOND": "1000"
    for tool in ("SPLIO", "CLIENTELA", "BREVO", "KLAVIYO", "SFMC", "META", "GOOGLE")
}


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[StandIns, Oracle]]:
    """Stand-ins that judge every exchange, the environment pointing at them and at a warehouse."""
    if specs_folder() is None:
        pytest.skip("the vendors' OpenAPI documents are not here (ORFEVRE_SPECS)")
    fill(Systems(tmp_path / "sandbox"))
    oracle = Oracle()
    systems = servers.running(tmp_path / "sandbox", settings=UNLIMITED, observer=oracle)
    with left_behind(systems) as environment:
        variables = {**environment, **FAST, "ORFEVRE_TARGET": "duckdb"}
        variables["ORFEVRE_DUCKDB_PATH"] = str(tmp_path / "warehouse.duckdb")
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield StandIns(environment), oracle


def test_the_sources_connectors_keep_every_contract(judged: tuple[StandIns, Oracle]) -> None:
    stand_ins, oracle = judged
    assert ingestion.main(SOURCES) == 0
    assert stand_ins.admin("GET", "/violations").json() == []
    assert sorted(oracle.checked) == sorted(
        ["/magento/rest/default", "/clientela/v1", "/splio", "/twilio", "/zendesk", "/web/v1"]
    )
    connection = warehouse.connect(read_only=True)
    for table, count in {
        "raw_magento.customers": 7,
        "raw_magento.order_items": 14,
        "raw_magento.creditmemo_items": 7,
        "raw_magento.cart_items": 7,
        "raw_clientela.customer_consents": 7,
        "raw_splio.contacts": 7,
        "raw_sms.messages": 7,
        "raw_zendesk.tickets": 7,
        "raw_web.events": 7,
        "raw_web.reviews": 7,
    }.items():
        assert connection.execute(f"select count(*) from {table}").fetchone() == (count,), table
    connection.close()


def published_splio(stand_ins: StandIns) -> list[Any]:
    page = stand_ins.client("splio").get("/data/contacts", params={"per_page": 1000}).json()
    found = {
        field["value"]: contact["lastname"]
        for contact in page["elements"]
        for field in contact["custom_fields"]
        if field["id"] == 0
    }
    return [found.get("a"), found.get("b")]


def published_clientela(stand_ins: StandIns) -> list[Any]:
    cards = stand_ins.client("clientela").get("/customers", params={"limit": 500}).json()
    found = {card["external_id"]: card["last_name"] for card in cards["customers"]}
    return [found.get("a"), found.get("b")]


def published_brevo(stand_ins: StandIns) -> list[Any]:
    contacts = stand_ins.client("brevo").get("/contacts").json()["contacts"]
    found = {contact["ext_id"]: contact["attributes"]["LAST_NAME"] for contact in contacts}
    return [found.get("a"), found.get("b")]


def published_klaviyo(stand_ins: StandIns) -> list[Any]:
    profiles = stand_ins.client("klaviyo").get("/profiles").json()["data"]
    found = {one["attributes"]["external_id"]: one["attributes"]["last_name"] for one in profiles}
    return [found.get("a"), found.get("b")]


def published_sfmc(stand_ins: StandIns) -> list[Any]:
    path = "/data/v1/customobjectdata/key/orfevre_customers/rowset"
    rows = stand_ins.client("sfmc").get(path).json()["items"]
    found = {row["keys"]["customer_key"]: row["values"]["last_name"] for row in rows}
    return [found.get("a"), found.get("b") or None]


def _members(system: str, stand_ins: StandIns) -> set[str]:
    return set(stand_ins.admin("GET", "/members", params={"system": system}).json())


def published_meta(stand_ins: StandIns) -> list[Any]:
    members = _members("meta", stand_ins)
    return [NAME if "a" in members else None, NAME if "b" in members else None]


def address(email: str) -> dict[str, str]:
    """An e-mail as the tools want it, and as the audiences do."""
    return {"email": email, "email_sha256": hashlib.sha256(email.encode()).hexdigest()}


@pytest.mark.parametrize(
    ("sync", "types", "read_back"),
    [
        ("splio__contacts", {"email": "text", "lastname": "text"}, published_splio),
        ("clientela__customers", {"email": "text", "last_name": "text"}, published_clientela),
        ("brevo__contacts", {"email": "text", "last_name": "text"}, published_brevo),
        ("klaviyo__profiles", {"email": "text", "last_name": "text"}, published_klaviyo),
        ("sfmc__customers", {"email": "text", "last_name": "text"}, published_sfmc),
        ("meta__audience", {"email_sha256": "text"}, published_meta),
    ],
)
def test_a_destination_keeps_its_contract_and_what_it_sent_is_read_back(
    sync: str, types: dict[str, str], read_back: Any, judged: tuple[StandIns, Oracle]
) -> None:
    stand_ins, oracle = judged
    create_state()
    name = "lastname" if "lastname" in types else "last_name"
    people = [
        {"destination_key": key, **address(f"{key}@example.fr"), name: NAME} for key in ("a", "b")
    ]
    world = World(stand_ins.environment)
    desire(sync, people, types)
    assert world.run(sync.split("__")[0]) == 0
    assert read_back(stand_ins) == [NAME, NAME]
    desire(sync, [{**people[0], **address("new@example.fr")}], types)
    assert world.run(sync.split("__")[0], "--force") == 0
    archived = sync == "klaviyo__profiles"  # suppressed, not erased
    assert read_back(stand_ins) == [NAME, NAME if archived else None]
    assert stand_ins.admin("GET", "/violations").json() == []
    if sync.split("__")[0] not in ("sfmc", "meta"):
        assert sum(oracle.checked.values())


@pytest.mark.parametrize("sync", ["brevo__contacts", "klaviyo__profiles", "clientela__customers"])
def test_a_merge_keeps_the_contract(sync: str, judged: tuple[StandIns, Oracle]) -> None:
    """The survivor takes the e-mail and the phone of who was merged into it, or made of it."""
    stand_ins, _ = judged
    create_state()
    world = World(stand_ins.environment)
    phone = "phone" if sync == "clientela__customers" else "cellphone"
    types = {"email": "text", phone: "text", "last_name": "text"}
    ann, bob, eve, new = (
        {"destination_key": key, "email": f"{key}@example.fr", phone: number, "last_name": NAME}
        for key, number in (
            ("a", "+33612345601"),
            ("b", "+33612345602"),
            ("e", "+33612345603"),
            ("n", None),
        )
    )
    desire(sync, [ann, bob, eve], types)
    assert world.run(sync.split("__")[0]) == 0
    execute(
        "insert into activation.customer_redirects values ('c-b', 'c-a'), ('c-e', 'c-n')",
    )
    survivors = [ann | {"email": bob["email"]}, new | {"email": eve["email"], phone: eve[phone]}]
    desire(sync, survivors, types)
    assert world.run(sync.split("__")[0], "--force") == 0
    assert world.state("rejections") == []
    desire(sync, [ann | {phone: None}, bob, eve], types)
    assert world.run(sync.split("__")[0], "--force") == 0
    assert stand_ins.admin("GET", "/violations").json() == []


def test_google_members_are_added_and_removed(judged: tuple[StandIns, Oracle]) -> None:
    stand_ins, oracle = judged
    create_state()
    world = World(stand_ins.environment)
    people = [{"destination_key": key, **address(f"{key}@example.fr")} for key in ("a", "b")]
    desire("google__audience", people, {"email_sha256": "text"})
    assert world.run("google") == 0
    assert len(_members("google", stand_ins)) == 2
    desire("google__audience", people[:1], {"email_sha256": "text"})
    assert world.run("google", "--force") == 0
    assert len(_members("google", stand_ins)) == 1
    assert stand_ins.admin("GET", "/violations").json() == []
    assert oracle.checked["/google"] >= 4


def test_a_broken_exchange_is_reported_as_it_passes(judged: tuple[StandIns, Oracle]) -> None:
    stand_ins, _ = judged
    stand_ins.client("web").get("/events", params={"limit": 0})
    stand_ins.client("splio").post("/data/contacts", json={"custom_fields": [{"value": 5}]})
    found = stand_ins.admin("GET", "/violations").json()
    assert {one["path"] for one in found} == {"/web/v1/events", "/splio/data/contacts"}


def test_what_customers_do_in_the_tools_comes_back(judged: tuple[StandIns, Oracle]) -> None:
    stand_ins, _ = judged
    tools = ["splio", "sms", "clientela"]
    assert ingestion.main(tools) == 0
    stand_ins.admin("POST", "/splio/unsubscribe", json={"key": "K2"})
    stand_ins.admin("POST", "/sms/inbound", json={"from": "+33612345671", "body": "Stop"})
    changes = {"email": "nouvelle@example.fr"}
    stand_ins.admin("POST", "/clientela/edit", json={"card_id": "card-3", "changes": changes})
    assert ingestion.main(tools) == 0
    connection = warehouse.connect(read_only=True)
    for sql in (
        "select number, source from raw_splio.blacklisted_emails",
        "select lists from raw_splio.contacts where unique_key = 'K2'",
        "select body from raw_sms.messages where from_number = '+33612345671'",
        "select email, version from raw_clientela.customers where card_id = 'card-3'",
    ):
        (row,) = connection.execute(sql).fetchall()
        assert row in (
            ("client2@example.fr", "unsub"),
            ("[]",),
            ("Stop",),
            ("nouvelle@example.fr", 2),
        )
    connection.close()
    audience = stand_ins.admin("GET", "/splio/audience", params={"list": 1, "channel": "email"})
    assert "K2" not in audience.json() and "K1" in audience.json()
    refused = stand_ins.client("sms").post(
        "/Messages.json", data={"To": "+33612345671", "From": "+33700000036", "Body": "Soldes"}
    )
    assert refused.json()["code"] == 21610


def test_a_world_is_not_needed(tmp_path: Path) -> None:
    with servers.running(tmp_path, settings=UNLIMITED) as environment:
        headers = {"Authorization": f"Bearer {environment['WEB_TOKEN']}"}
        answer = httpx.get(f"{environment['WEB_URL']}/events", headers=headers)
    assert answer.json() == {"events": [], "next_cursor": None}
