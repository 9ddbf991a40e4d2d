"""What the engine promises, on both warehouses, against the stand-ins of Splio and Clientela."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from typing import Any

import httpx
import pytest

from activation import __main__ as command
from activation.destination import declared
from tests.activation.world import PAYLOADS, World, card, contact, desire, execute, field

SPLIO = "splio__contacts"
NAMES = [
    "O'Brien",
    "L'Hermite",
    "Zoë 🐘",
    "Ünal-Gœtz",
    'Say "oui"; \\ n\'est-ce pas',
    "  Élodie ",
]


def test_first_run_creates_and_second_sends_nothing(world: World) -> None:
    world.desire(SPLIO, [contact(f"k{i}") for i in range(30)])
    world.desire("clientela__customers", [card(f"k{i}") for i in range(30)])
    assert world.run() == 0
    assert len(world.contacts()) == len(world.cards()) == 30
    assert {(run["status"], run["created_count"]) for run in world.state("sync_runs")} == {
        ("succeeded", 30)
    }
    assert world.state("intents") == []
    before = world.requests()
    assert world.run() == 0
    assert world.requests() == before
    assert len(world.state("receipts")) == 60


def test_changed_row_is_one_update(world: World) -> None:
    rows = [contact(f"k{i}") for i in range(5)]
    world.desire(SPLIO, rows)
    world.run("splio")
    rows[2]["total_spent"] = "99.90"
    world.desire(SPLIO, rows)
    world.reset()
    assert world.run("splio") == 0
    assert world.writes("splio") == [
        {"system": "splio", "action": "contact.update", "key": "k2", "count": 1}
    ]
    assert field(world.contacts()["k2"], "total_spent") == "99.90"


def test_cleared_value_is_cleared_in_the_tool(world: World) -> None:
    world.desire(SPLIO, [contact("k1"), contact("k2")])
    world.run("splio")
    world.desire(SPLIO, [contact("k1", last_order_date=None, firstname=None), contact("k2")])
    world.run("splio")
    held = world.contacts()["k1"]
    assert (held["firstname"], field(held, "last_order_date")) == ("", "")


@pytest.mark.parametrize("consent", [False, None, "gone"])
def test_withdrawn_consent_deletes(world: World, consent: bool | str | None) -> None:
    rows = [contact(f"k{i}") for i in range(5)]
    world.desire(SPLIO, rows)
    world.run("splio")
    last = [] if consent == "gone" else [{**rows[4], "has_consent": consent}]
    world.desire(SPLIO, rows[:4] + last)
    assert world.run("splio") == 0
    assert world.contacts().keys() == {"k0", "k1", "k2", "k3"}
    (gone,) = [row for row in world.state("receipts") if row["destination_key"] == "k4"]
    assert (gone["change_type"], gone["payload"], gone["payload_hash"]) == ("delete", None, None)
    world.desire(SPLIO, rows)
    assert world.run("splio") == 0
    assert "k4" in world.contacts()


def test_without_consent_nothing_is_ever_sent(world: World) -> None:
    rows = [contact("yes"), contact("no", has_consent=False), contact("?", has_consent=None)]
    world.desire(SPLIO, rows)
    world.run("splio")
    assert world.contacts().keys() == {"yes"}


def test_values_read_back_are_byte_identical(world: World) -> None:
    world.desire(SPLIO, [contact(f"k{i}", lastname=name) for i, name in enumerate(NAMES)])
    cards = [card(f"k{i}", last_name=name) for i, name in enumerate(NAMES)]
    world.desire("clientela__customers", cards)
    world.run()
    contacts, held_cards = world.contacts(), world.cards()
    assert [contacts[f"k{i}"]["lastname"] for i in range(len(NAMES))] == NAMES
    assert [held_cards[f"k{i}"]["last_name"] for i in range(len(NAMES))] == NAMES
    held = {(row["sync_name"], row["destination_key"]): row for row in world.state("receipts")}
    payload = json.loads(held[SPLIO, "k2"]["payload"])
    assert payload["lastname"] == NAMES[2]


def test_contact_that_the_tool_already_has_is_updated(world: World) -> None:
    world.desire(SPLIO, [contact("k1", firstname="Before"), contact("k2")])
    world.run("splio")
    execute("delete from activation.receipts")
    world.desire(SPLIO, [contact("k1", firstname="After"), contact("k2")])
    assert world.run("splio") == 0
    assert world.contacts()["k1"]["firstname"] == "After"
    assert world.last_run()["updated_count"] == 2
    assert len(world.contacts()) == 2
    # a create that turned out to be an update is no failure
    assert {delivery["failed_count"] for delivery in world.state("deliveries")} == {0}


def test_contact_that_the_tool_has_lost_is_created_again(world: World) -> None:
    world.desire(SPLIO, [contact("k1"), contact("k2")])
    world.run("splio")
    world.desire(SPLIO, [contact("k1", firstname="New"), contact("k2")])
    world.forget_contact("k1")
    assert world.run("splio") == 0
    assert world.contacts()["k1"]["firstname"] == "New"


def test_a_black_list_of_splios_is_respected(duckdb_world: World) -> None:
    """Whatever we write about a contact, an address on Splio's black list is not mailed."""
    world = duckdb_world
    url = f"{world.tools['SANDBOX_URL']}/_sandbox/splio"
    rows = [contact(f"k{i}", cellphone=f"+3361234567{i}", lists='[{"id": 1}]') for i in range(2)]
    types = {**PAYLOADS[SPLIO], "lists": "text"}
    desire(SPLIO, rows, types)
    assert world.run("splio") == 0
    listed = {"channel": "email", "touchpoint": "k0@example.com", "source": "unsubscribe"}
    httpx.post(f"{url}/blacklist", json=listed).raise_for_status()
    desire(SPLIO, [{**row, "firstname": "New"} for row in rows], types)
    assert world.run("splio") == 0
    assert world.contacts()["k0"]["firstname"] == "New"
    reached = httpx.get(f"{url}/audience", params={"list": 1, "channel": "email"}).json()
    assert reached == ["k1"]


def test_who_leaves_an_archive_is_on_no_list_until_coming_back(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = duckdb_world
    splio = declared()["splio"]
    syncs = tuple(dataclasses.replace(sync, mode="archive") for sync in splio.syncs)
    tools = {"splio": dataclasses.replace(splio, syncs=syncs)}
    monkeypatch.setattr(command, "declared", lambda: tools)
    url = f"{world.tools['SANDBOX_URL']}/_sandbox/splio/audience?list=1&channel=email"
    rows = [contact(f"k{i}", lists='[{"id": 1}]') for i in range(3)]
    types = {**PAYLOADS[SPLIO], "lists": "text"}
    for count in (3, 1, 2):
        desire(SPLIO, rows[:count], types)
        assert world.run("splio") == 0
        assert httpx.get(url).json() == [f"k{i}" for i in range(count)]
        assert len(world.contacts()) == 3


def test_poison_row_is_set_aside_and_blocks_nobody(world: World) -> None:
    rows = [contact(f"k{i}") for i in range(40)]
    rows[7]["email"] = "not-an-address"
    world.desire(SPLIO, rows)
    assert world.run("splio") == 0  # one in forty is below the declared share
    assert len(world.contacts()) == 39
    (rejection,) = world.state("rejections")
    assert rejection["destination_key"] == "k7"
    assert "not-an-address" not in rejection["error_message"]
    assert world.last_run()["status"] == "partial"
    rows[7]["email"] = "k7@example.com"
    world.desire(SPLIO, rows)
    assert world.run("splio") == 0
    assert len(world.contacts()) == 40
    assert world.last_run()["created_count"] == 1


def test_a_merged_card_keeps_its_appointments_and_an_erased_one_does_not(world: World) -> None:
    world.desire("clientela__customers", [card(key) for key in ("a", "b", "gone")])
    assert world.run("clientela") == 0
    cards = {row["external_id"]: row["card_id"] for row in held_cards(world)}
    connection = sqlite3.connect(world.sandbox / "systems.sqlite")
    for key in ("a", "gone"):
        connection.execute(
            "insert into clientela_appointments (appointment_id, card_id) values (?, ?)",
            (f"visit-{key}", cards[key]),
        )
    connection.commit()
    connection.close()
    execute("insert into activation.customer_redirects values ('c-a', 'c-b'), ('c-gone', 'c-zoe')")
    world.desire("clientela__customers", [card("b")])
    assert world.run("clientela") == 0
    assert {row["external_id"] for row in held_cards(world)} == {"b"}
    appointments = world.held("clientela_appointments")
    assert [(row["appointment_id"], row["card_id"]) for row in appointments] == [
        ("visit-a", cards["b"])
    ]
    merges = [row["key"] for row in world.writes("clientela") if row["action"].endswith("merge")]
    assert merges == ["a>b"]
    before = world.requests()
    assert world.run("clientela") == 0  # b's version moved at Clientela, not its payload
    assert world.requests() == before
    world.desire("clientela__customers", [card("b", first_name="New")])
    assert world.run("clientela") == 0
    assert world.cards()["b"]["first_name"] == "New"


def test_a_card_that_a_seller_opened_is_told_apart_again_in_one_run(world: World) -> None:
    """A customer merged and told apart before the next load, which would say whose card it is."""
    connection = sqlite3.connect(world.sandbox / "systems.sqlite")
    connection.execute(
        "insert into clientela_customers (card_id, version, created_at, updated_at)"
        " values ('CL1', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
    )
    connection.execute(
        "insert into clientela_appointments (appointment_id, card_id) values ('visit', 'CL1')"
    )
    connection.commit()
    connection.close()
    types = PAYLOADS["clientela__customers"] | {"card_id": "text"}

    def publish(*rows: dict[str, Any]) -> None:
        desire("clientela__customers", list(rows), types)
        assert world.run("clientela") == 0
        assert world.state("intents") == [] and world.state("rejections") == []

    publish(card("old", card_id="CL1"), card("b"))
    # its records are another customer now, whose card is to be the same one
    execute("insert into activation.customer_redirects values ('c-old', 'c-new')")
    publish(card("new", card_id="CL1"), card("b"))
    assert {row["external_id"] for row in held_cards(world)} == {"new", "b"}
    (visit,) = world.held("clientela_appointments")
    assert visit["card_id"] == world.cards()["new"]["card_id"] != "CL1"
    # and another, before the load that would say that the card has gone
    publish(card("newest", card_id="CL1"), card("b"))
    assert {row["external_id"] for row in held_cards(world)} == {"newest", "b"}
    requests = world.requests()
    publish(card("newest", card_id="CL1"), card("b"))
    assert world.requests() == requests


def test_a_sellers_card_that_another_customer_has_is_refused(world: World) -> None:
    """A second card beside it would be seen by nobody."""
    types = PAYLOADS["clientela__customers"] | {"card_id": "text"}
    desire("clientela__customers", [card("a"), card("b")], types)
    assert world.run("clientela") == 0
    taken = world.cards()["a"]["card_id"]
    execute("insert into activation.customer_redirects values ('c-b', 'c-new')")
    desire("clientela__customers", [card("a"), card("new", card_id=taken)], types)
    world.run("clientela")
    assert "new" not in world.cards()
    codes = {row["destination_key"]: row["error_code"] for row in world.state("rejections")}
    assert codes["new"] == "already_linked"


def held_cards(world: World) -> list[dict[str, Any]]:
    return world.held("clientela_customers")
