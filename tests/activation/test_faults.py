"""What goes wrong between us and a tool, and what must be true afterwards: the tool holds exactly
what the warehouse wants, every receipt is true, and nothing was created twice.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
import time

import httpx
import pytest

from activation import __main__ as command
from activation.destination import declared
from tests.activation.world import World, card, contact, field

SPLIO = "splio__contacts"
CLIENTELA = "clientela__customers"
BULK = r"/data/contacts/bulk$"


def assert_settled(world: World, keys: set[str]) -> None:
    """The tool, the receipts and the intents agree, and each contact was created once."""
    assert world.contacts().keys() == keys
    held = [row for row in world.state("receipts") if row["sync_name"] == SPLIO]
    assert {row["destination_key"] for row in held if row["change_type"] != "delete"} == keys
    assert world.state("intents") == []
    created = [row for row in world.writes("splio") if row["action"] == "contact.create"]
    assert all(row["count"] == 1 for row in created)


def quick(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Shorter time-outs and smaller batches, for this process."""
    tools = {}
    for name, tool in declared().items():
        syncs = tuple(
            dataclasses.replace(
                sync, **{k: v for k, v in changes.items() if k != "timeout_seconds"}
            )
            for sync in tool.syncs
        )
        timeout = float(str(changes.get("timeout_seconds", tool.timeout_seconds)))
        tools[name] = dataclasses.replace(tool, syncs=syncs, timeout_seconds=timeout)
    monkeypatch.setattr(command, "declared", lambda: tools)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 502, "after": True},
        {"kind": "status", "status": 503},
        {"kind": "reset"},
        {"kind": "drop_answer"},
        {"kind": "malformed"},
        {"kind": "slow", "seconds": 0.01},
        {"kind": "429", "retry_after": 0.1},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}",
)
def test_one_fault_is_got_over_within_the_run(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch, fault: dict
) -> None:
    world = duckdb_world
    quick(monkeypatch, longest_wait_seconds=0.5)
    rows = [contact(f"k{i}") for i in range(10)]
    world.desire(SPLIO, rows)
    world.faults({"prefix": "splio", "path": BULK, "nth": [1], **fault})
    assert world.run("splio") == 0
    assert_settled(world, {f"k{i}" for i in range(10)})
    rows[3]["total_spent"] = "7.00"
    world.desire(SPLIO, rows)
    world.faults({"prefix": "splio", "method": "PATCH", "nth": [1], **fault})
    assert world.run("splio") == 0
    assert field(world.contacts()["k3"], "total_spent") == "7.00"
    world.desire(SPLIO, rows[:9])
    world.faults({"prefix": "splio", "method": "DELETE", "nth": [1], **fault})
    assert world.run("splio") == 0
    assert_settled(world, {f"k{i}" for i in range(9)})


def test_silence_is_not_a_yes(duckdb_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = duckdb_world
    quick(monkeypatch, timeout_seconds=0.5, attempts=2)
    world.desire(SPLIO, [contact(f"k{i}") for i in range(3)])
    world.faults({"prefix": "splio", "kind": "timeout", "path": BULK, "seconds": 2})
    assert world.run("splio") == 1
    assert world.state("receipts") == []
    # the tool may have taken them: as long as nobody knows, they are in doubt
    assert len(world.state("intents")) == 3
    assert {row["status"] for row in world.state("deliveries")} == {"failed"}
    world.faults()
    assert world.run("splio") == 0
    assert_settled(world, {"k0", "k1", "k2"})


def test_splios_own_reset_header_is_obeyed(duckdb_world: World) -> None:
    world = duckdb_world
    world.desire(SPLIO, [contact("k1"), contact("k2")])
    world.faults({"prefix": "splio", "kind": "429", "path": BULK, "nth": [1], "retry_after": 2})
    started = time.monotonic()
    assert world.run("splio") == 0
    assert time.monotonic() - started >= 2
    statuses = [
        (row["attempt"], row["status"], row["error_code"]) for row in world.state("deliveries")
    ]
    assert sorted(statuses) == [(1, "failed", "429"), (2, "accepted", None)]


def test_a_row_that_failed_is_sent_with_its_value_of_the_day(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = duckdb_world
    quick(monkeypatch, attempts=1)
    world.desire(SPLIO, [contact("k1", firstname="Old"), contact("k2")])
    world.faults({"prefix": "splio", "kind": "status", "status": 500, "after": True, "path": BULK})
    assert world.run("splio") == 1
    assert world.contacts()["k1"]["firstname"] == "Old"  # accepted, and we do not know it
    world.faults()
    world.desire(SPLIO, [contact("k1", firstname="New"), contact("k2")])
    assert world.run("splio") == 0
    assert world.contacts()["k1"]["firstname"] == "New"
    assert_settled(world, {"k1", "k2"})


def test_consent_withdrawn_while_in_doubt_still_deletes(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = duckdb_world
    quick(monkeypatch, attempts=1)
    world.desire(SPLIO, [contact("k1"), contact("k2")])
    world.faults({"prefix": "splio", "kind": "drop_answer", "path": BULK})
    assert world.run("splio") == 1
    assert world.contacts().keys() == {"k1", "k2"} and world.state("receipts") == []
    world.faults()
    world.desire(SPLIO, [contact("k1"), contact("k2", has_consent=False)])
    assert world.run("splio") == 0
    assert world.contacts().keys() == {"k1"}
    assert world.state("intents") == []


def test_in_doubt_back_to_the_value_of_the_receipt_is_sent(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receipt says A; an update to B is in doubt; the warehouse says A again."""
    world = duckdb_world
    quick(monkeypatch, attempts=1)
    world.desire(SPLIO, [contact("k1", firstname="A")])
    world.run("splio")
    world.desire(SPLIO, [contact("k1", firstname="B")])
    world.faults({"prefix": "splio", "kind": "drop_answer", "method": "PATCH"})
    assert world.run("splio") == 1
    world.faults()
    world.desire(SPLIO, [contact("k1", firstname="A")])
    assert world.run("splio") == 0
    assert world.contacts()["k1"]["firstname"] == "A"


def test_a_tool_that_is_down_is_left_alone(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = duckdb_world
    quick(monkeypatch, attempts=50, longest_wait_seconds=0.2, batch_size={"create": 10})
    world.desire(SPLIO, [contact(f"k{i:03}") for i in range(500)])
    world.desire(CLIENTELA, [card("k1"), card("k2")])
    world.faults({"prefix": "splio", "kind": "status", "status": 503, "path": BULK})
    assert world.run() == 1
    posts = world.requests()["splio POST /splio/data/contacts/bulk"]
    splio = declared()["splio"]
    most = splio.failures_in_a_row + splio.syncs[0].concurrency  # those under way are answered
    assert splio.failures_in_a_row <= posts < most  # not 2,500
    assert world.cards().keys() == {"k1", "k2"}  # and the other tool did not notice
    world.faults()
    assert world.run() == 0
    assert_settled(world, {f"k{i:03}" for i in range(500)})


def test_a_tool_that_does_not_even_let_us_begin_has_all_rows_left(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = duckdb_world
    quick(monkeypatch, attempts=2)
    world.desire(SPLIO, [contact("k1"), contact("k2")])
    world.faults({"prefix": "splio", "kind": "status", "status": 503, "path": "authenticate"})
    assert world.run("splio") == 1
    assert world.last_run()["failed_count"] == 2
    world.faults()
    assert world.run("splio") == 0
    assert world.last_run()["failed_count"] == 0


def test_a_row_that_spoils_its_whole_batch_is_found(duckdb_world: World) -> None:
    """Clientela refuses a batch that is not JSON of its shape; Splio's 400 on the whole bulk."""
    world = duckdb_world
    rows = [contact(f"k{i:02}") for i in range(32)]
    world.desire(SPLIO, rows)
    app_refuses = {"prefix": "splio", "kind": "status", "status": 400, "path": BULK, "nth": [1, 2]}
    world.faults(app_refuses)
    assert world.run("splio") == 0
    assert_settled(world, {f"k{i:02}" for i in range(32)})
    statuses = [row["status"] for row in world.state("deliveries")]
    assert statuses.count("failed") == 2 and "accepted" in statuses


def test_a_seller_who_changed_the_card_meanwhile(duckdb_world: World) -> None:
    world = duckdb_world
    world.desire(CLIENTELA, [card("k1"), card("k2")])
    world.run("clientela")
    mine = world.cards()["k1"]
    edit = {"card_id": mine["card_id"], "changes": {"advisor_id": "E9"}}
    httpx.post(
        f"{world.tools['SANDBOX_URL']}/_sandbox/clientela/edit", json=edit
    ).raise_for_status()
    world.desire(CLIENTELA, [card("k1", first_name="New"), card("k2")])
    assert world.run("clientela") == 0
    after = world.cards()["k1"]
    assert (after["first_name"], after["advisor_id"]) == ("New", "E9")
    (receipt,) = [row for row in world.state("receipts") if row["destination_key"] == "k1"]
    assert receipt["destination_version"] == str(after["version"])
    assert "version_conflict" in {row["error_code"] for row in world.state("deliveries")}


def test_wrong_credentials_say_so(duckdb_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = duckdb_world
    monkeypatch.setenv("SPLIO_PASSWORD", "wrong")
    world.desire(SPLIO, [contact("k1")])
    assert world.run("splio") == 1
    assert "refuses our api_key or password" in world.last_run()["message"]
    assert world.state("deliveries") == []


def test_sigterm_finishes_the_batch_in_hand(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPLIO_REQUESTS_PER_SECOND", "20")
    rows = [contact(f"k{i:03}") for i in range(100)]
    world.desire(SPLIO, rows)
    world.run("splio")
    world.desire(SPLIO, [{**row, "firstname": "New"} for row in rows])
    process = world.spawn("splio", "--force")
    wait_for(lambda: updates(world) > 8)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 143
    assert world.last_run()["status"] == "interrupted"
    assert world.state("intents") == []
    new = {key for key, held in world.contacts().items() if held["firstname"] == "New"}
    assert 8 <= len(new) < 100
    assert {
        row["destination_key"] for row in world.state("receipts") if row["change_type"] == "update"
    } == new
    monkeypatch.setenv("SPLIO_REQUESTS_PER_SECOND", "2000")
    assert world.run("splio", "--force") == 0
    assert all(held["firstname"] == "New" for held in world.contacts().values())


def test_kill_at_any_moment_then_run_again(world: World) -> None:
    """Three kills, at moments that differ; then the end state of an undisturbed run."""
    wanted = {f"k{i:03}" for i in range(60)}
    for delay in (0.0, 0.05, 0.4):
        world.desire(SPLIO, [contact(key, firstname=f"at {delay}") for key in sorted(wanted)])
        before = sum(world.requests().values())
        process = world.spawn("splio", "--force")
        wait_for(lambda before=before: sum(world.requests().values()) > before + 3)
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    wanted.discard("k000")
    rows = [contact(key, firstname="last") for key in sorted(wanted)]
    world.desire(SPLIO, [*rows, contact("k000", has_consent=False)])
    assert world.run("splio", "--force") == 0
    assert_settled(world, wanted)
    assert {held["firstname"] for held in world.contacts().values()} == {"last"}
    assert {run["status"] for run in world.state("sync_runs")} <= {"killed", "succeeded"}


def test_second_start_leaves_politely(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPLIO_REQUESTS_PER_SECOND", "10")
    world.desire(SPLIO, [contact(f"k{i:03}") for i in range(150)])
    world.run("splio")
    world.desire(SPLIO, [contact(f"k{i:03}", firstname="New") for i in range(150)])
    first = world.spawn("splio", "--force")
    wait_for(lambda: updates(world) > 2)
    second = world.spawn("splio", "--force")
    assert second.wait(timeout=60) == 75
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=60) == 143
    monkeypatch.setenv("SPLIO_REQUESTS_PER_SECOND", "2000")
    assert world.run("splio", "--force") == 0
    written = [row for row in world.writes("splio") if row["action"] == "contact.update"]
    assert len(written) == 150 and all(row["count"] == 1 for row in written)


def updates(world: World) -> int:
    """Contacts that Splio was asked to update: in no order, since a plan has none."""
    return sum(path.startswith("splio PATCH") for path in world.requests())


def wait_for(condition: object, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never happened"
        threading.Event().wait(0.02)
