"""One request at a time: pace, waiting when asked to, concurrency, idempotency, the books."""

from __future__ import annotations

import dataclasses
import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from activation import __main__ as command
from activation.destination import ACCEPTED, Answer, Client, Row, Sync, declared
from activation.destinations import sms
from activation.http import Api, Transient, Unavailable, retry_after
from tests.activation.test_destinations import ANN, BOB, ENDPOINT, message, own, publish
from tests.activation.world import World, contact, desire

SPLIO = "splio__contacts"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "{date}"}, 9),
        ({"rateLimit-reset": "3"}, 3),  # Splio, and the IETF's draft
        ({"x-sib-ratelimit-reset": "12"}, 12),  # Brevo
        ({"X-RateLimit-Reset": "{moment}"}, 9),  # a moment rather than a distance
        ({"Retry-After": "soon", "ratelimit-reset": "2"}, 2),
        ({"Retry-After": "-4"}, 0),
    ],
)
def test_the_tool_says_how_long_to_wait(headers: dict[str, str], seconds: float) -> None:
    then = datetime.now(UTC) + timedelta(seconds=9)
    moments = {"date": format_datetime(then, usegmt=True), "moment": then.timestamp()}
    headers = {name: value.format(**moments) for name, value in headers.items()}
    assert retry_after(httpx.Headers(headers)) == pytest.approx(seconds, abs=1.5)


@pytest.mark.parametrize("tool_name", ["brevo", "klaviyo", "meta", "clientela"])
def test_a_429_is_waited_for_everywhere(duckdb_world: World, tool_name: str) -> None:
    from tests.activation.test_every_destination import NAMES, PEOPLE, TYPES, held, row

    world = duckdb_world
    desire(NAMES[tool_name], [row(tool_name, "k1")], TYPES.get(NAMES[tool_name], PEOPLE))
    world.faults(
        {"prefix": tool_name, "method": "POST", "kind": "429", "nth": [1], "retry_after": 2}
    )
    started = time.monotonic()
    assert world.run(tool_name) == 0
    assert time.monotonic() - started >= 2
    assert held(world, tool_name, "k1")


def test_requests_are_spaced_evenly(duckdb_world: World) -> None:
    api = Api(duckdb_world.tools["SINK_URL"], requests_per_second=20)
    started = time.monotonic()
    for _ in range(11):
        api.request("GET", "/nothing", headers={"Authorization": "Bearer sandbox-sink-token"})
    assert 0.45 <= time.monotonic() - started < 2
    assert api.request_count == 11


def test_a_refused_connection_is_no_doubt_and_a_reset_is(duckdb_world: World) -> None:
    with pytest.raises(Transient) as refused:
        Api("http://127.0.0.1:1", requests_per_second=100).request("GET", "/")
    assert not refused.value.is_ambiguous
    duckdb_world.faults({"prefix": "sink", "kind": "drop_answer"})
    with pytest.raises(Transient) as reset:
        Api(duckdb_world.tools["SINK_URL"], requests_per_second=100).request("GET", "/people")
    assert reset.value.is_ambiguous


class Slow(Client):
    """A tool that takes a while, and counts who is there at the same time."""

    now, most, lock = 0, 0, threading.Lock()

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        with Slow.lock:
            Slow.now += 1
            Slow.most = max(Slow.most, Slow.now)
        time.sleep(0.1)
        with Slow.lock:
            Slow.now -= 1
        return {row.key: ACCEPTED for row in rows}


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_batches_at_once_than_declared(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch, concurrency: int
) -> None:
    Slow.most = 0
    splio = declared()["splio"]
    (sync,) = splio.syncs
    sync = dataclasses.replace(sync, concurrency=concurrency, batch_size={"create": 2})
    tools = {"splio": dataclasses.replace(splio, syncs=(sync,))}
    monkeypatch.setattr(command, "declared", lambda: tools)
    monkeypatch.setattr("activation.destinations.splio.Client", Slow)
    duckdb_world.desire(SPLIO, [contact(f"k{i:02}") for i in range(20)])
    assert duckdb_world.run("splio") == 0
    assert Slow.most == concurrency


def test_a_retry_repeats_its_idempotency_key(
    duckdb_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The endpoint takes the row and its answer is lost: asked again, it does not take it twice."""
    own(tmp_path, monkeypatch, "endpoint", ENDPOINT)
    duckdb_world.faults({"prefix": "sink", "method": "PUT", "kind": "drop_answer", "nth": [1]})
    publish(duckdb_world, "endpoint__people", [ANN])
    deliveries = [row["status"] for row in duckdb_world.state("deliveries")]
    assert sorted(deliveries) == ["accepted", "failed"]
    assert [write["count"] for write in duckdb_world.writes("sink")] == [1]


def test_a_delivery_counts_its_own_requests(
    duckdb_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two batches side by side, one request a row: neither counts the other's."""
    declaration = ENDPOINT.replace("mode: mirror", "mode: mirror\n    concurrency: 4")
    declaration = declaration.replace(
        "options:\n      key", "batch_size: {create: 5}\n    options:\n      key"
    )
    own(tmp_path, monkeypatch, "endpoint", declaration)
    rows = [{**(ANN if i % 2 else BOB), "destination_key": f"k{i:02}"} for i in range(40)]
    publish(duckdb_world, "endpoint__people", rows)
    deliveries = duckdb_world.state("deliveries")
    assert [(row["row_count"], row["request_count"]) for row in deliveries] == [(5, 5)] * 8
    assert all(
        row["latency_ms"] >= 0 and row["started_at"] <= row["finished_at"] for row in deliveries
    )


def test_a_delivery_says_what_it_cost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SMS by segment, of accepted messages only; a tool without a price says nothing."""
    monkeypatch.setattr(sms.Client, "_at_a_lawful_hour", lambda *_: None)
    rows = [
        message("a", "+33612345671", "Bonjour"),
        message("b", "+33612345672", "x" * 400),  # three segments
        message("c", "nowhere", "Bonjour"),
    ]
    desire("sms__messages", rows, {"phone": "text", "message": "text"})
    world.run("sms")
    (sync,) = declared()["sms"].syncs
    price = Decimal(str(sync.unit_cost))
    assert sum(row["cost_amount"] or 0 for row in world.state("deliveries")) == 4 * price
    world.desire(SPLIO, [contact("k1")])
    world.run("splio")
    (delivery,) = [row for row in world.state("deliveries") if row["sync_name"] == SPLIO]
    assert delivery["cost_amount"] is None


def test_the_circuit_opens_after_failures_in_a_row_and_not_for_429(duckdb_world: World) -> None:
    def ask(api: Api) -> Any:
        return api.request("GET", "/people", headers={"Authorization": "Bearer sandbox-sink-token"})

    api = Api(duckdb_world.tools["SINK_URL"], requests_per_second=1000, failures_in_a_row=3)
    duckdb_world.faults({"prefix": "sink", "kind": "429", "retry_after": 0.01})
    for _ in range(5):
        with pytest.raises(Transient, match="429"):
            ask(api)
    duckdb_world.faults({"prefix": "sink", "kind": "status", "status": 503})
    for _ in range(3):
        with pytest.raises(Transient, match="503"):
            ask(api)
    before = duckdb_world.requests()
    with pytest.raises(Exception, match="3 requests failed in a row"):
        ask(api)
    assert duckdb_world.requests() == before


@pytest.mark.parametrize("status", [200, 503])
def test_an_answer_counts_though_the_circuit_opened_while_it_came(status: int) -> None:
    """Of several requests under way one opens the circuit: the others are answered all the same."""

    def meanwhile(request: httpx.Request) -> httpx.Response:
        api._breaker.open()
        return httpx.Response(status, json={})

    api = Api("https://unused", requests_per_second=1000, failures_in_a_row=10)
    api.client = httpx.Client(base_url="https://unused", transport=httpx.MockTransport(meanwhile))
    if status == 200:
        assert api.request("GET", "/").status_code == 200
    else:
        with pytest.raises(Transient, match="503"):
            api.request("GET", "/")
    with pytest.raises(Unavailable):
        api.request("GET", "/")


def test_the_circuit_waits_for_each_batch_under_way() -> None:
    """Many batches at once fail together at a hiccup that each of them would get over."""
    splio = declared()["splio"]
    (sync,) = splio.syncs
    assert splio.failures_in_a_row == 10
    syncs = (dataclasses.replace(sync, concurrency=6),)
    assert dataclasses.replace(splio, syncs=syncs).failures_in_a_row == 30
