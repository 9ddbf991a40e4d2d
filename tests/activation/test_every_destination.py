"""What each destination must do alike: dry runs, limits, one key, tests, and forgetting."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from activation import __main__ as command
from activation.destination import declared, tool
from activation.destinations import sms
from tests.activation.test_destinations import (
    ENDPOINT,
    FOLDER,
    HASHES,
    PEOPLE,
    member,
    message,
    sha256,
)
from tests.activation.world import PAYLOADS, World, card, contact, desire, execute

SMS_TYPES = {"phone": "text", "message": "text"}
TYPES = {
    **PAYLOADS,
    "meta__audience": dict.fromkeys(HASHES, "text"),
    "google__audience": dict.fromkeys((*HASHES, "postcode", "country"), "text"),
    "sms__messages": SMS_TYPES,
}
NAMES = {
    **{name: f"{name}__people" for name in ("endpoint", "folder")},
    **{name: found.syncs[0].name for name, found in declared().items()},
}


def person(key: str, name: str = "Ann") -> dict[str, Any]:
    return {"destination_key": key, "email": f"{key}@example.com", "first_name": name}


def row(tool_name: str, key: str, is_changed: bool = False) -> dict[str, Any]:
    """A row of that tool's sync model, as it is or changed."""
    name = "Zoë" if is_changed else "Ann"
    return {
        "splio": lambda: contact(key, firstname=name),
        "clientela": lambda: card(key, first_name=name),
        "meta": lambda: member(key, f"{key}@x.fr", first_name_sha256=sha256(name)),
        "google": lambda: member(key, f"{key}@x.fr", first_name_sha256=sha256(name)),
        "sms": lambda: message(key, f"+3361234567{key[-1]}", f"Bonjour {name} {key}"),
    }.get(tool_name, lambda: person(key, name))()


def held(world: World, tool_name: str, key: str) -> bool:
    """Whether the tool still uses what we sent under this key."""
    table = {"endpoint": "sink_rows"}.get(tool_name)
    look: dict[str, Callable[[], bool]] = {
        "splio": lambda: key in world.contacts(),
        "clientela": lambda: key in world.cards(),
        "brevo": lambda: (
            key in {r["ext_id"] for r in world.held("brevo_contacts") if not r["email_blacklisted"]}
        ),
        "klaviyo": lambda: (
            key
            in {r["external_id"] for r in world.held("klaviyo_profiles") if not r["is_suppressed"]}
        ),
        "sfmc": lambda: (
            key
            in {
                r["key"]
                for r in world.held("sfmc_rows")
                if json.loads(r["row"])["is_gone"] == "false"
            }
        ),
        "meta": lambda: key in {r["extern_id"] for r in world.held("meta_members")},
        "google": lambda: (
            sha256(f"{key}@x.fr") in {r["identifier"] for r in world.held("google_members")}
        ),
        "sms": lambda: any(key in r["body"] for r in world.held("sms_messages")),
        "endpoint": lambda: key in {r["key"] for r in world.held(str(table))},
        "folder": lambda: _last_said(world, key) == "upsert",
    }
    return look[tool_name]()


def _last_said(world: World, key: str) -> str | None:
    """What the newest file that names the key says of it."""
    files = [
        path for path in (world.sandbox / "out").glob("*.csv") if f"\n{key}" in path.read_text()
    ]
    newest = max(files, key=lambda path: path.stat().st_mtime_ns, default=None)
    return newest.name.split("_")[1] if newest else None


@pytest.fixture(params=sorted(NAMES))
def at(
    request: pytest.FixtureRequest,
    duckdb_world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[str, World]:
    """Each destination in turn, with the two that users declare."""
    tools = declared()
    for name, text in (("endpoint", ENDPOINT), ("folder", FOLDER)):
        path = tmp_path / f"{name}.yml"
        path.write_text(f"{text}\ntest: {{url: {name.upper()}_TEST_URL}}\n")
        tools[name] = tool(path)
    monkeypatch.setattr(command, "declared", lambda: tools)
    monkeypatch.setattr(sms.Client, "_at_a_lawful_hour", lambda *_: None)
    monkeypatch.setenv("FOLDER_URL", str(duckdb_world.sandbox / "out"))
    return request.param, duckdb_world


def wanted(at: tuple[str, World], rows: list[dict[str, Any]]) -> None:
    desire(NAMES[at[0]], rows, TYPES.get(NAMES[at[0]], PEOPLE))


def test_a_dry_run_shows_fields_and_asks_the_tool_nothing(
    at: tuple[str, World], capsys: pytest.CaptureFixture[str]
) -> None:
    name, world = at
    first = [row(name, key) for key in ("k1", "k2", "k3")]
    wanted(at, first)
    assert world.run(name) == 0
    wanted(at, [row(name, "k1", is_changed=True), first[1], row(name, "k4")])
    requests, deliveries = world.requests(), world.state("deliveries")
    assert world.run(name, "--dry-run") == 0
    shown = capsys.readouterr().out
    assert (world.requests(), world.state("deliveries")) == (requests, deliveries)
    assert "create k4" in shown
    for field, value in row(name, "k4").items():
        if field in TYPES.get(NAMES[name], PEOPLE):
            assert f"    {field}: None → {value!r}" in shown
    if name == "sms":
        return  # a message that was sent is neither changed nor taken back
    before, after = first[0], row(name, "k1", is_changed=True)
    (changed,) = [field for field in before if before[field] != after[field]]
    assert f"  update k1\n    {changed}: {before[changed]!r} → {after[changed]!r}\n" in shown
    assert "delete k3" in shown and "update k2" not in shown


def test_limit_and_only_one_key(at: tuple[str, World]) -> None:
    name, world = at
    wanted(at, [row(name, f"k{i}") for i in range(5)])
    assert world.run(name, "--limit", "2") == 0
    assert [held(world, name, f"k{i}") for i in range(5)] == [True, True, False, False, False]
    assert world.run(name, "--only", "k3") == 0
    assert [held(world, name, f"k{i}") for i in range(5)] == [True, True, False, True, False]
    assert world.run(name) == 0
    assert all(held(world, name, f"k{i}") for i in range(5))


def test_who_withdraws_or_leaves_is_forgotten_and_may_come_back(at: tuple[str, World]) -> None:
    name, world = at
    rows = [row(name, f"k{i}") for i in range(4)]
    refused = {**row(name, "k9"), "has_consent": None}
    wanted(at, [*rows, refused])
    assert world.run(name) == 0
    assert not held(world, name, "k9")
    if name == "sms":
        return
    wanted(at, [*rows[:2], {**rows[2], "has_consent": False}])
    assert world.run(name) == 0
    assert [held(world, name, f"k{i}") for i in range(4)] == [True, True, False, False]
    gone = [found for found in world.state("receipts") if found["change_type"] == "delete"]
    assert {found["destination_key"] for found in gone} == {"k2", "k3"}
    assert all(found["payload"] is None for found in gone)
    wanted(at, rows)
    assert world.run(name) == 0
    # a profile that Klaviyo has suppressed is taken back by the customer only
    assert held(world, name, "k2") is (name != "klaviyo")


def test_a_test_goes_to_the_test_list_and_leaves_no_receipt(
    at: tuple[str, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, world = at
    found = command.declared()[name]
    wanted(at, [row(name, f"k{i:02}") for i in range(12)])
    assert world.run(name, "--test") == 2  # no test list is set
    own = {"sms": "+33699999999", "sfmc": "orfevre_trials"}
    for key, variable in found.test.items():
        real = found.environment.get(key)
        # where the stand-in has one account it is the test's, and the real one another
        monkeypatch.setenv(variable, own.get(name) or world.tools.get(str(real)) or _folder(world))
        if real:
            monkeypatch.setenv(real, "the-real-one")
    if name == "endpoint":
        monkeypatch.setenv("ENDPOINT_TEST_URL", world.tools["SINK_URL"])
    assert world.run(name, "--test") == 0
    runs = world.state("sync_runs")
    assert {(run["sync_name"], run["status"]) for run in runs} == {
        (f"{NAMES[name]}:test", "succeeded")
    }
    assert runs[0]["created_count"] == 10
    assert world.state("receipts") == [] and world.state("intents") == []
    if name == "sms":
        assert {sent["to_number"] for sent in world.held("sms_messages")} == {own["sms"]}
    if name == "sfmc":
        assert {kept["extension"] for kept in world.held("sfmc_rows")} == {own["sfmc"]}
    if name == "folder":
        assert not (world.sandbox / "out").exists()


def _folder(world: World) -> str:
    return str(world.sandbox / "trials")


# --- what a mode does with a key that is new, changed, gone, or that the tool knew before ---------

BY_MODE = {  # is a new key there, does a change arrive, is a key that left still used
    "mirror": (True, True, False),
    "archive": (True, True, False),
    "upsert": (True, True, True),
    "update_only": (False, True, True),
    "create_only": (True, False, True),
}
READABLE = {  # table of a tool that holds what we write in letters
    "brevo": "brevo_contacts",
    "clientela": "clientela_customers",
    "klaviyo": "klaviyo_profiles",
    "sfmc": "sfmc_rows",
    "splio": "splio_contacts",
    "endpoint": "sink_rows",
}


def in_mode(monkeypatch: pytest.MonkeyPatch, name: str, mode: Any) -> frozenset[str]:
    """Declare the tool's sync in another mode; the modes that its client has."""
    tools = command.declared()
    syncs = [replace(sync, mode=mode) for sync in tools[name].syncs]
    if name == "endpoint":
        asks = {"create": "If-None-Match", "update": "If-Match"}
        (sync,) = syncs
        options = {**sync.options}
        for change, header in asks.items():
            options[change] = {**options[change], "headers": {header: "*"}}
        syncs = [replace(sync, options=options)]
    changed = {**tools, name: replace(tools[name], syncs=tuple(syncs))}
    monkeypatch.setattr(command, "declared", lambda: changed)
    module = importlib.import_module(f"activation.destinations.{tools[name].client}")
    return module.Client.modes


def says(world: World, name: str, key: str, text: str) -> bool:
    """Whether what the tool holds under a key has that text in it."""
    rows = [json.dumps(row, ensure_ascii=False) for row in world.held(READABLE[name])]
    return any(text in row for row in rows if f'"{key}"' in row or f'"{key}@' in row)


@pytest.mark.parametrize("mode", BY_MODE)
def test_each_mode_at_each_tool(
    at: tuple[str, World],
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    name, world = at
    if name != "sms":
        wanted(at, [row(name, key) for key in ("k1", "k2", "k3")])
        assert world.run(name) == 0
    rows = [row(name, "k1", is_changed=True), row(name, "k2"), row(name, "k4")]
    wanted(at, rows)
    if mode not in in_mode(monkeypatch, name, mode):
        assert world.run(name) == 1  # rather than to do something else under that name
        assert f"has no {mode}" in caplog.text
        return
    if mode in ("update_only", "create_only"):
        execute("delete from activation.receipts")  # what the tool has is not from us
    assert world.run(name) == 0
    is_new_there, is_changed, is_gone_there = BY_MODE[mode]
    assert held(world, name, "k4") == is_new_there
    if name == "sms":
        return
    if (name, mode) == ("splio", "archive"):  # stays, on no list
        assert "splio POST /splio/data/contacts/optout" in world.requests()
        is_gone_there = True
    assert held(world, name, "k3") == is_gone_there
    if name in READABLE:
        assert says(world, name, "k1", "Zoë") == is_changed
    requests = world.requests()
    assert world.run(name) == 0
    if mode != "update_only":  # which asks for k4 again: the tool may have it by now
        assert world.requests() == requests


@pytest.mark.parametrize("name", ["brevo", "clientela", "splio"])
def test_what_a_tool_had_already_counts_as_updated(duckdb_world: World, name: str) -> None:
    """Where its answer tells: a create that finds the key there has created nothing."""
    wanted((name, duckdb_world), [row(name, "k1"), row(name, "k2")])
    assert duckdb_world.run(name) == 0
    assert {receipt["change_type"] for receipt in duckdb_world.state("receipts")} == {"create"}
    execute("delete from activation.receipts")
    wanted((name, duckdb_world), [row(name, key) for key in ("k1", "k2", "k3")])
    assert duckdb_world.run(name) == 0
    run = duckdb_world.last_run()
    assert (run["create_count"], run["created_count"], run["updated_count"]) == (3, 1, 2)
    kept = {one["destination_key"]: one["change_type"] for one in duckdb_world.state("receipts")}
    assert kept == {"k1": "update", "k2": "update", "k3": "create"}


def test_a_channel_whose_consent_is_withdrawn_leaves_the_tool(at: tuple[str, World]) -> None:
    """The customer stays, for the other channel's sake; the model no longer names this one."""
    name, world = at
    if name not in READABLE or name == "clientela":  # whose cards need no agreement
        return
    types = dict.fromkeys(("email", "cellphone", "firstname"), "text")
    both = {
        "destination_key": "k1",
        "email": "k1@example.com",
        "cellphone": "+33612345678",
        "firstname": "Ann",
    }
    for gone, value in (("email", "k1@example.com"), ("cellphone", "33612345678")):
        desire(NAMES[name], [both], types)
        assert world.run(name) == 0
        assert says(world, name, "k1", value)
        desire(NAMES[name], [{**both, gone: None}], types)
        assert world.run(name) == 0
        assert not says(world, name, "k1", value)
        assert says(world, name, "k1", "Ann")
