"""Splio's full loads: files for the Datahub, receipts once the contacts have been read."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import httpx
import pytest

from activation import __main__ as command
from activation.destination import declared
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


def test_few_changes_go_by_the_api(duckdb_world: World, datahub: Path) -> None:
    duckdb_world.desire(SPLIO, people(9))
    assert duckdb_world.run("splio") == 0
    assert len(duckdb_world.contacts()) == 9 and not list(datahub.glob("*.csv"))


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
