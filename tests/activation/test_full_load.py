"""Splio's full loads: files for the Datahub, receipts once the contacts have been read."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest

from activation import __main__ as command
from activation.destination import declared
from sandbox.servers import datahub as datahub_stand_in
from tests.activation.world import World, contact, execute

SPLIO = "splio__contacts"


@pytest.fixture
def datahub(duckdb_world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Datahub's folder; from 10 rows on a load is a full one, and 8 lines fill a file."""
    splio = declared()["splio"]
    (sync,) = splio.syncs
    options = {**sync.options, "full_load_from": 10, "file_lines": 8}
    sync = dataclasses.replace(sync, options=options)
    tools = {"splio": dataclasses.replace(splio, syncs=(sync,))}
    monkeypatch.setattr(command, "declared", lambda: tools)
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
