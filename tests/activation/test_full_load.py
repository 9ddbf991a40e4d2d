"""Full loads: Splio's files and Brevo's imports, receipts once the contacts have been read."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import signal
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from activation import __main__ as command
from activation.destination import declared
from activation.destinations.brevo import Client as Brevo
from activation.http import Api
from sandbox.servers import datahub as datahub_stand_in
from tests.activation.world import World, contact, desire, execute

SPLIO = "splio__contacts"


def soon(monkeypatch: pytest.MonkeyPatch, name: str, option: str) -> None:
    """From 10 rows on a load of this tool is a full one, of 8 rows a file."""
    found = declared()[name]
    (sync,) = found.syncs
    sync = dataclasses.replace(sync, options={**sync.options, option: 10, "file_lines": 8})
    sync = dataclasses.replace(sync, attempts=3)
    tools = {name: dataclasses.replace(found, syncs=(sync,))}
    monkeypatch.setattr(command, "declared", lambda: tools)


@pytest.fixture
def datahub(duckdb_world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Datahub's folder."""
    soon(monkeypatch, "splio", "full_load_from")
    folder = Path(duckdb_world.tools["SPLIO_DATAHUB_FOLDER"])
    monkeypatch.setenv("SPLIO_DATAHUB_URL", str(folder))
    return folder


def taken(world: World) -> list[dict[str, Any]]:
    """The Datahub takes what lies in its folder: its reports."""
    answer = httpx.post(f"{world.tools['SANDBOX_URL']}/_sandbox/splio/datahub")
    return answer.raise_for_status().json()


def people(count: int) -> list[dict[str, Any]]:
    return [contact(f"k{i:03}", cellphone=f"+336000000{i:02}") for i in range(count)]


def test_a_full_load_goes_by_file_and_is_believed_when_read(
    duckdb_world: World, datahub: Path
) -> None:
    world = duckdb_world
    rows = [*people(12), contact("z", email="nobody")]
    world.desire(SPLIO, rows)
    assert world.run("splio") == 0
    assert world.last_run()["status"] == "handed over"
    assert world.state("receipts") == [] and world.contacts() == {}
    files = sorted(datahub.glob("*.csv"))
    assert sorted(len(path.read_text().splitlines()) - 1 for path in files) == [5, 8]
    content = b"".join(path.read_bytes() for path in files)
    assert b"\xef\xbb\xbf" not in content and b"0033600000001" in content
    assert world.run("splio") == 0  # not taken yet: the same files, not others
    assert sorted(datahub.glob("*.csv")) == files

    reports = taken(world)
    assert {report["status"] for report in reports} == {"done"}
    assert sum(report["accepted"] for report in reports) == 12  # "nobody" is no address
    assert world.run("splio") == 1
    assert {row["destination_key"] for row in world.state("receipts")} == {
        row["destination_key"] for row in rows[:12]
    }
    (rejection,) = world.state("rejections")
    assert rejection["destination_key"] == "z"
    assert world.contacts()["k001"]["cellphone"] == "+33600000001"
    assert [row["count"] for row in world.writes("splio") if row["action"] == "contact.create"] == [
        1
    ] * 12
    assert not list(datahub.glob("*.csv"))


def test_each_file_is_a_delivery_and_its_rows_are_in_doubt(
    duckdb_world: World, datahub: Path
) -> None:
    world = duckdb_world
    world.desire(SPLIO, people(12))
    assert world.run("splio") == 0
    deliveries = world.state("deliveries")
    assert sorted((row["status"], row["row_count"]) for row in deliveries) == [
        ("handed over", 4),
        ("handed over", 8),
    ]
    assert all(row["latency_ms"] is not None for row in deliveries)
    assert len(world.state("intents")) == 12
    taken(world)
    assert world.run("splio") == 0
    assert world.state("intents") == [] and len(world.state("receipts")) == 12


@pytest.mark.parametrize("left", [13, 5])  # 5: too few for a file, and one still lies there
@pytest.mark.parametrize("is_taken", [True, False])
def test_consent_withdrawn_after_the_hand_over(
    duckdb_world: World, datahub: Path, is_taken: bool, left: int
) -> None:
    """Whether the Datahub took the file before or takes what lies there after: nobody is left."""
    world = duckdb_world
    world.desire(SPLIO, people(14))
    assert world.run("splio") == 0
    if is_taken:
        taken(world)
    world.desire(SPLIO, [{**row, "has_consent": i < left} for i, row in enumerate(people(14))])
    assert world.run("splio") == 0
    taken(world)
    assert world.run("splio") == 0
    assert world.contacts().keys() == {f"k{i:03}" for i in range(left)}
    assert world.state("intents") == []


def test_a_file_that_was_not_taken_does_not_outlive_its_values(
    duckdb_world: World, datahub: Path
) -> None:
    world = duckdb_world
    world.desire(SPLIO, people(12))
    assert world.run("splio") == 0
    (datahub / "horizon_contacts_by-hand.csv").write_text("customer_key\n")
    world.desire(SPLIO, [{**row, "firstname": "New"} for row in people(12)])
    assert world.run("splio") == 0
    files = sorted(datahub.glob("*.csv"))
    assert world.run("splio", "--adopt") == 0  # reads, and takes nothing back
    assert sorted(datahub.glob("*.csv")) == files
    ours = [path.read_text() for path in datahub.glob("horizon_contacts_????????????????.csv")]
    assert len(ours) == 2 and all("New" in text and "Ann" not in text for text in ours)
    assert (datahub / "horizon_contacts_by-hand.csv").exists()


def test_a_file_with_an_unknown_column_is_refused_whole_and_the_check_says_so(
    duckdb_world: World, datahub: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody removes a field at Splio between the hand-over and the reading."""
    world = duckdb_world
    world.desire(SPLIO, people(12))
    assert world.run("splio") == 0
    for path in datahub.glob("*.csv"):
        path.write_text(path.read_text().replace("total_spent", "nobody_knows", 1))
    reports = taken(world)
    assert {(report["status"], report["reason"]) for report in reports} == {
        ("refused", "unknown column nobody_knows")
    }
    assert world.contacts() == {} and world.state("receipts") == []
    caplog.set_level(logging.INFO)
    assert world.run("splio", "--check") == 4
    assert "12 rows handed over and not confirmed" in caplog.text


def test_no_file_is_longer_than_the_datahub_takes() -> None:
    (sync,) = declared()["splio"].syncs
    assert sync.options["file_lines"] <= datahub_stand_in.LINE_LIMIT == 200_000


def test_few_changes_go_by_the_api(duckdb_world: World, datahub: Path) -> None:
    duckdb_world.desire(SPLIO, people(9))
    assert duckdb_world.run("splio") == 0
    assert len(duckdb_world.contacts()) == 9 and not list(datahub.glob("*.csv"))


def test_a_full_load_whose_deletes_failed_says_so(
    duckdb_world: World, datahub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = duckdb_world
    world.desire(SPLIO, people(4))
    assert world.run("splio") == 0
    tools = command.declared()
    (sync,) = tools["splio"].syncs
    quick = dataclasses.replace(tools["splio"], syncs=(dataclasses.replace(sync, attempts=1),))
    monkeypatch.setattr(command, "declared", lambda: {"splio": quick})
    world.desire(SPLIO, people(20)[2:])
    world.faults({"prefix": "splio", "method": "DELETE", "kind": "status"})
    assert world.run("splio", "--limit", "10") == 1
    run = world.last_run()
    assert (run["status"], run["failed_count"], run["deleted_count"]) == ("partial", 2, 0)
    lines = [line for path in datahub.glob("*.csv") for line in path.read_text().splitlines()[1:]]
    assert len(lines) == 8  # two of the ten were deletes
    world.faults()
    assert world.run("splio") == 0
    assert world.last_run()["status"] == "handed over"


def test_adopt_believes_equal_contacts_only(duckdb_world: World) -> None:
    world = duckdb_world
    world.desire(SPLIO, people(5))
    assert world.run("splio") == 0
    execute("delete from activation.receipts")  # another warehouse, or a lost one
    rows = people(6)
    rows[0]["total_spent"] = "99.00"
    world.desire(SPLIO, rows)
    writes = world.writes("splio")
    assert world.run("splio", "--adopt") == 0
    assert {row["destination_key"] for row in world.state("receipts")} == {
        "k001",
        "k002",
        "k003",
        "k004",
    }
    assert world.writes("splio") == writes and world.state("intents") == []
    assert world.run("splio") == 0
    assert (world.last_run()["created_count"], world.last_run()["updated_count"]) == (1, 1)


# --- Brevo's imports ------------------------------------------------------------------------------

BREVO = "brevo__contacts"
BREVO_TYPES = dict.fromkeys(("email", "cellphone", "first_name", "note"), "text")
NAMES = ["O'Brien", "L'Hermite; Zoé", 'Say "oui"\nnon', "Zoë 🐘", "D’Août \\"]


@pytest.fixture
def brevo(duckdb_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    soon(monkeypatch, "brevo", "import_from")
    return duckdb_world


def contacts(count: int) -> list[dict[str, Any]]:
    return [
        {
            "destination_key": f"k{i:03}",
            "email": None if i == 1 else f"k{i:03}@example.com",
            "cellphone": f"+336000000{i:02}" if i < 3 else None,
            "first_name": NAMES[i % len(NAMES)],
        }
        for i in range(count)
    ]


def at_brevo(world: World) -> dict[str, tuple[str, str, str]]:
    """E-mail, phone and first name of each contact by our key."""
    return {
        row["ext_id"]: (
            row["email"],
            row["sms"],
            json.loads(row["attributes"]).get("FIRST_NAME"),
        )
        for row in world.held("brevo_contacts")
    }


def as_told(rows: list[dict[str, Any]]) -> dict[str, tuple[str, str, str]]:
    return {
        row["destination_key"]: (row["email"], row["cellphone"], row["first_name"]) for row in rows
    }


def test_many_contacts_go_by_import_and_are_believed_when_read(brevo: World) -> None:
    rows = contacts(20)
    wrong = {"destination_key": "z", "email": "nobody", "first_name": "Zoé"}
    desire(BREVO, [*rows, wrong], BREVO_TYPES)
    assert brevo.run("brevo", "--limit", "9") == 0  # too few for an import
    assert not any("import" in path for path in brevo.requests())
    assert brevo.run("brevo") == 1
    run = brevo.last_run()
    assert (run["status"], run["created_count"], run["rejected_count"]) == ("partial", 11, 1)
    assert at_brevo(brevo) == as_told(rows)
    assert brevo.requests()["brevo POST /brevo/v3/contacts/import"] == 2
    # the nine before, and the one that the import did not take, which gets its answer so
    assert brevo.requests()["brevo POST /brevo/v3/contacts"] == 10
    (rejection,) = brevo.state("rejections")
    assert rejection["destination_key"] == "z" and "not valid" in rejection["error_message"]
    assert [row["destination_key"] for row in brevo.state("intents")] == ["z"]  # it was imported
    assert len(brevo.state("receipts")) == 20

    changed = [{**row, "first_name": "Anne", "note": "x"} for row in rows]
    changed[0]["email"] = "other@example.com"  # an import would make a second contact of it
    changed[2]["cellphone"] = None  # an import would leave it
    desire(BREVO, changed, BREVO_TYPES)
    assert brevo.run("brevo") == 0
    run = brevo.last_run()
    assert (run["status"], run["updated_count"]) == ("succeeded", 20)
    assert at_brevo(brevo) == as_told(changed)
    assert brevo.run("brevo") == 0 and brevo.last_run()["updated_count"] == 0


def test_an_import_that_was_left_alone_is_awaited(
    brevo: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the import: what it still writes must not undo what the next run takes away."""
    rows = contacts(14)
    desire(BREVO, rows, BREVO_TYPES)
    with monkeypatch.context() as killed:
        killed.setattr(Brevo, "await_loads", lambda *_: os._exit(9))
        child = os.fork()
        if not child:
            brevo.run("brevo")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert at_brevo(brevo) == {} and len(brevo.state("intents")) == 14
    desire(BREVO, [{**row, "has_consent": i < 5} for i, row in enumerate(rows)], BREVO_TYPES)
    only = ("--only", "k013")
    assert brevo.run("brevo", *only) == 0
    assert brevo.run("brevo") == 0
    assert at_brevo(brevo) == as_told(rows[:5])
    assert brevo.state("intents") == []


def test_an_import_that_fails_leaves_the_rows_to_the_next_run(brevo: World) -> None:
    desire(BREVO, contacts(14), BREVO_TYPES)
    brevo.faults({"prefix": "brevo", "path": "/contacts/import", "kind": "drop_answer"})
    assert brevo.run("brevo") == 1
    brevo.faults({"prefix": "brevo", "path": "/processes", "kind": "429", "times": 2})
    assert brevo.run("brevo") == 0
    assert at_brevo(brevo) == as_told(contacts(14))
    creates = [row["count"] for row in brevo.writes("brevo") if row["action"] == "contact.create"]
    assert creates == [1] * 14  # the import came three times


def test_an_import_refused_as_a_whole_goes_row_by_row(brevo: World) -> None:
    desire(BREVO, contacts(14), BREVO_TYPES)
    brevo.faults({"prefix": "brevo", "path": "/contacts/import", "kind": "status", "status": 400})
    assert brevo.run("brevo") == 0
    assert at_brevo(brevo) == as_told(contacts(14))
    run = brevo.last_run()
    assert (run["status"], run["created_count"]) == ("succeeded", 14)


def test_an_import_without_an_answer_is_awaited(brevo: World) -> None:
    """It was accepted, and is still to be written when who withdrew is taken out."""
    rows = contacts(14)
    desire(BREVO, rows, BREVO_TYPES)
    brevo.faults({"prefix": "brevo", "path": "/contacts/import", "kind": "drop_answer"})
    assert brevo.run("brevo") == 1
    asked = brevo.requests().get("brevo GET /brevo/v3/processes", 0)
    desire(BREVO, [{**row, "has_consent": i < 5} for i, row in enumerate(rows)], BREVO_TYPES)
    brevo.faults()
    assert brevo.run("brevo") == 0  # too few for an import of its own
    assert brevo.requests()["brevo GET /brevo/v3/processes"] > asked
    assert at_brevo(brevo) == as_told(rows[:5])
    assert brevo.state("intents") == []


def test_a_run_that_waits_for_an_import_leaves_when_asked(
    brevo: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desire(BREVO, contacts(14), BREVO_TYPES)
    under_way = {"processes": [{"status": "in_process", "name": "IMPORTUSER"}]}

    def ask(api: Api, method: str, path: str, **more: Any) -> Any:
        if path != "/processes":
            return json_of(api, method, path, **more)
        os.kill(os.getpid(), signal.SIGTERM)
        return under_way

    json_of = Api.json
    monkeypatch.setattr(Api, "json", ask)
    started = time.monotonic()
    assert brevo.run("brevo") == 143
    assert time.monotonic() - started < 30
    assert brevo.last_run()["status"] == "interrupted"
    monkeypatch.undo()


def test_who_unsubscribed_at_brevo_stays_so(brevo: World) -> None:
    """Though a phone is withdrawn, and the tool fails in the midst of it."""
    (row,) = rows = contacts(1)
    desire(BREVO, rows, BREVO_TYPES)
    assert brevo.run("brevo") == 0
    httpx.put(
        f"{brevo.tools['BREVO_URL']}/contacts/k000",
        params={"identifierType": "ext_id"},
        headers={"api-key": brevo.tools["BREVO_API_KEY"]},
        json={"emailBlacklisted": True},
    ).raise_for_status()
    desire(BREVO, [{**row, "cellphone": None}], BREVO_TYPES)
    brevo.faults({"prefix": "brevo", "method": "POST", "kind": "status", "status": 500})
    brevo.run("brevo")
    brevo.faults()
    assert brevo.run("brevo") == 0
    (held,) = brevo.held("brevo_contacts")
    assert held["email_blacklisted"] and held["sms_blacklisted"]
