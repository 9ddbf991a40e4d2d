"""Rhythms, `--check`, and the alert: who is told what, and when."""

from __future__ import annotations

import dataclasses
import http.server
import json
import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from activation import __main__ as command
from activation.destination import Sync, declared
from activation.ledger import now
from tests.activation.world import World, card, contact, execute

SPLIO, CLIENTELA = "splio__contacts", "clientela__customers"


@pytest.fixture
def alerts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What the webhook of the alert has received."""
    received: list[dict[str, Any]] = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("ORFEVRE_ALERT_WEBHOOK", f"http://127.0.0.1:{server.server_port}/")
    yield received
    server.shutdown()
    server.server_close()


def change(monkeypatch: pytest.MonkeyPatch, name: str, **changes: Any) -> None:
    """Declare one tool's syncs otherwise."""
    tools = declared()
    syncs = tuple(dataclasses.replace(sync, **changes) for sync in tools[name].syncs)
    tools[name] = dataclasses.replace(tools[name], syncs=syncs)
    monkeypatch.setattr(command, "declared", lambda: tools)


def delivered(world: World, count: int = 2) -> None:
    world.desire(SPLIO, [contact(f"k{i:03}") for i in range(count)])
    assert world.run("splio") == 0


def test_failure_above_the_declared_share_alerts_once(
    duckdb_world: World, alerts: list[dict[str, Any]]
) -> None:
    rows = [contact(f"k{i}", email="nobody" if i < 2 else f"k{i}@example.com") for i in range(10)]
    duckdb_world.desire(SPLIO, rows)
    assert duckdb_world.run("splio") == 1
    (alert,) = alerts
    assert "splio__contacts partial: 2 rejected, 0 left" in alert["text"]
    assert "nobody" not in alert["text"]
    assert duckdb_world.run("splio", "--check") == 4  # it succeeded for ten, and left too many
    assert "last run partial: 2 rejected" in alerts[1]["text"]


def test_check_says_what_is_stale(
    world: World, caplog: pytest.LogCaptureFixture, alerts: list[dict[str, Any]]
) -> None:
    caplog.set_level(logging.INFO)
    assert world.run("splio", "--check") == 4
    delivered(world)
    alerts.clear()
    assert world.run("splio", "--check") == 0
    assert alerts == []
    execute("update activation.sync_runs set finished_at = timestamp '2020-01-01 00:00:00'")
    assert world.run("splio", "--check") == 4
    assert "last success 2020-01-01" in caplog.text
    (alert,) = alerts
    assert "splio__contacts needs a look: last success 2020-01-01" in alert["text"]


def test_check_says_that_a_guard_stopped_the_last_run(
    duckdb_world: World, alerts: list[dict[str, Any]]
) -> None:
    delivered(duckdb_world)
    duckdb_world.desire(SPLIO, [])
    assert duckdb_world.run("splio") == 3
    assert duckdb_world.run("splio", "--check") == 4
    assert "last run stopped: the sync model is empty" in alerts[-1]["text"]


@pytest.mark.parametrize(("hours", "code"), [(1, 0), (30, 4)])
def test_check_counts_rows_that_nobody_confirmed(
    world: World, alerts: list[dict[str, Any]], hours: int, code: int
) -> None:
    """Rows of a file, an hour and more than a day after; a later success does not hide them."""
    delivered(world)
    moment = now() - timedelta(hours=hours)
    execute(
        "insert into activation.deliveries (delivery_id, sync_name, status)"
        f" values ('d', '{SPLIO}', 'handed over')",
        "insert into activation.intents (sync_name, destination_key, delivery_id, intended_at)"
        f" values ('{SPLIO}', 'a', 'd', timestamp '{moment:%Y-%m-%d %H:%M:%S}')",
    )
    assert world.run("splio", "--check") == code
    assert bool(alerts) == bool(code)
    if code:
        assert "1 rows handed over and not confirmed since" in alerts[0]["text"]


def test_a_webhook_that_is_down_is_said_and_changes_no_code(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ORFEVRE_ALERT_WEBHOOK", "http://127.0.0.1:1/")
    assert duckdb_world.run("splio", "--check") == 4
    assert "the alert webhook did not take it: ConnectError" in caplog.text


# --- rhythms ---------------------------------------------------------------------------------


def sync(every_hours: float | None = None, **columns: Any) -> Sync:
    return Sync(tool="t", object="o", every_hours=every_hours, **columns)


def test_windows_begin_on_the_clock() -> None:
    night = datetime(2026, 3, 3, 2, 20)
    assert sync().is_due(night, night)  # no rhythm: always
    assert sync(24).is_due(None, night)
    assert not sync(24).is_due(night, night + timedelta(hours=21))
    # a nightly run that starts earlier than the night before
    assert sync(24).is_due(night, night + timedelta(hours=23, minutes=50))
    assert sync(1).is_due(night, night + timedelta(minutes=41))
    assert not sync(1).is_due(night, night + timedelta(minutes=39))
    assert sync(24).next_window(night) == datetime(2026, 3, 4)
    assert sync(168).next_window(night) == datetime(2026, 3, 9)  # a Monday


def test_how_old_a_success_may_be_follows_the_rhythm() -> None:
    assert sync().fresh_within == sync(1).fresh_within == timedelta(hours=26)
    assert sync(168).fresh_within > timedelta(days=7)
    assert sync(168, fresh_within_hours=3).fresh_within == timedelta(hours=3)


def test_a_scheduled_run_sends_what_is_due(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    change(monkeypatch, "splio", every_hours=24)

    def tomorrow_is(name: str) -> None:
        world.desire(SPLIO, [contact("k1", firstname=name)])
        world.desire(CLIENTELA, [card("k1", first_name=name)])

    def said() -> tuple[str, str]:
        return world.contacts()["k1"]["firstname"], world.cards()["k1"]["first_name"]

    tomorrow_is("A")
    assert world.run() == 0
    tomorrow_is("B")
    assert world.run() == 0
    assert said() == ("A", "B")
    assert "splio__contacts not due" in caplog.text
    assert world.run("--check") == 0
    assert "next from" in caplog.text
    assert world.run("splio") == 0  # asked for by name
    assert said() == ("B", "B")
    tomorrow_is("C")
    assert world.run("--force") == 0
    assert said() == ("C", "C")
    tomorrow_is("D")
    execute("update activation.sync_runs set started_at = timestamp '2026-01-01 00:00:00'")
    assert world.run() == 0
    assert said() == ("D", "D")


def test_a_run_that_left_rows_is_due_again(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = duckdb_world
    change(monkeypatch, "splio", every_hours=24, attempts=1)
    world.desire(SPLIO, [contact("k1")])
    world.faults({"prefix": "splio", "kind": "status", "path": "bulk"})
    assert world.run() == 1
    world.faults()
    assert world.run() == 0
    assert world.contacts().keys() == {"k1"}
    world.desire(SPLIO, [contact("k1"), contact("z", email="nobody")])
    execute("update activation.sync_runs set started_at = timestamp '2026-01-01 00:00:00'")
    for _ in range(2):  # refused, and not sent again before the next window
        world.run()
        assert len(world.state("rejections")) == 1
