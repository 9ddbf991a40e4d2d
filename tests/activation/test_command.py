"""`python -m activation`: guards, dry runs, choices, exit codes, alerts."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from activation import __main__ as command
from activation.destination import Row, declared, tool
from activation.destinations import sms
from activation.http import Misconfigured
from activation.ledger import Ledger, Plan, Unbuilt
from activation.outcome import masked
from tests.activation.world import World, contact, desire

SPLIO = "splio__contacts"


def delivered(world: World, count: int) -> list[dict]:
    rows = [contact(f"k{i:03}") for i in range(count)]
    world.desire(SPLIO, rows)
    assert world.run("splio") == 0
    return rows


def test_an_empty_model_sends_nothing_without_a_flag(world: World) -> None:
    delivered(world, 3)
    world.desire(SPLIO, [])
    before = world.requests()
    assert world.run("splio") == 3
    assert world.requests() == before
    assert "empty" in world.last_run()["message"]
    assert world.run("splio", "--force") == 0
    assert world.contacts() == {}


def test_a_shrunken_model_stops(world: World) -> None:
    rows = delivered(world, 200)
    world.desire(SPLIO, rows[:170])
    assert world.run("splio") == 3
    assert "30 of 200" in world.last_run()["message"]
    assert len(world.contacts()) == 200
    world.desire(SPLIO, rows[:185])  # under the floor of rows below which no share is judged
    assert world.run("splio") == 0
    assert len(world.contacts()) == 185


def test_too_many_updates_stop(duckdb_world: World) -> None:
    rows = delivered(duckdb_world, 60)
    duckdb_world.desire(SPLIO, [{**row, "firstname": "New"} for row in rows])
    assert duckdb_world.run("splio") == 3
    assert "too many rows to update" in duckdb_world.last_run()["message"]
    assert duckdb_world.run("splio", "--force") == 0


def test_a_key_that_comes_twice_stops_even_by_force(duckdb_world: World) -> None:
    duckdb_world.desire(SPLIO, [contact("k1"), contact("k1", firstname="Other")])
    assert duckdb_world.run("splio", "--force") == 3
    assert duckdb_world.contacts() == {}


def test_dry_run_shows_field_by_field_and_sends_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    delivered(world, 3)
    changed = [contact("k000", total_spent="11.00"), contact("k001"), contact("k009")]
    world.desire(SPLIO, changed)
    requests, runs = world.requests(), world.state("sync_runs")
    assert world.run("splio", "--dry-run") == 0
    shown = capsys.readouterr().out
    assert "1 to delete, 1 to update, 1 to create; 3 held" in shown
    assert "total_spent: '10.50' → '11.00'" in shown
    assert "create k009" in shown and "delete k002" in shown
    assert 'lastname: "O\'Brien" → None' in shown
    assert (world.requests(), world.state("sync_runs")) == (requests, runs)


def test_dry_run_says_what_a_guard_would_stop(
    duckdb_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    delivered(duckdb_world, 3)
    duckdb_world.desire(SPLIO, [])
    assert duckdb_world.run("splio", "--dry-run") == 3
    assert "would stop: the sync model is empty" in capsys.readouterr().out


def test_limit_and_only(world: World) -> None:
    world.desire(SPLIO, [contact(f"k{i}") for i in range(6)])
    assert world.run("splio", "--limit", "2") == 0
    assert world.contacts().keys() == {"k0", "k1"}
    assert world.last_run()["status"] == "limited"  # no success: the others wait
    assert world.run("splio", "--only", "k4") == 0
    assert world.run("splio", "--only", "c-k5") == 0  # a customer id
    assert world.contacts().keys() == {"k0", "k1", "k4", "k5"}
    assert world.run("splio") == 0
    assert len(world.contacts()) == 6


def test_an_absent_tool_is_reported_and_no_error(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("SPLIO_URL")
    caplog.set_level(logging.INFO)
    assert duckdb_world.run("splio") == 0
    assert "splio__contacts absent" in caplog.text


def test_wrong_usage_is_two(duckdb_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert duckdb_world.run("mailpigeon") == 2
    monkeypatch.setenv("SPLIO_API_KEY", "")
    duckdb_world.desire(SPLIO, [contact("k1")])
    assert duckdb_world.run("splio") == 1  # this sync fails, the others go on


def test_an_unbuilt_warehouse_says_what_to_do(
    duckdb_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    assert duckdb_world.run("splio") == 1
    assert "run dbt build first" in caplog.text


def test_no_personal_data_in_the_log(duckdb_world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    rows = [contact(f"k{i}", email=f"secret{i}") for i in range(3)]
    duckdb_world.desire(SPLIO, [*rows, contact("k9", lastname="Nguyen-Secret")])
    duckdb_world.run("splio")
    ours = [record.getMessage() for record in caplog.records if record.name == "activation"]
    assert ours and not any("ecret" in line or "O'Brien" in line for line in ours)


def test_words_of_a_tool_lose_what_they_quote() -> None:
    row = Row("k1", None, None, {"firstname": "Ann", "email": "Anna.Bell@x.fr", "n": 12})
    said = 'anna.bell@x.fr of Ann (k1, +33 6 12 34 56 78, other@y.fr) is "wrong"'
    assert masked(said, [row]) == '[email] of [firstname] (k1, […], […]) is "wrong"'


def test_a_plan_that_cannot_be_made_leaves_no_connection(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Plan] = []
    monkeypatch.setattr(Plan, "close", lambda plan: closed.append(plan))
    ledger = Ledger()
    with pytest.raises(Unbuilt), ledger.plan(declared()["splio"].syncs[0]):
        pass
    ledger.close()
    assert len(closed) == 1


def test_a_refused_delete_quotes_nothing_that_was_ever_sent() -> None:
    """A row that leaves has no payload: what the tool quotes is what it holds."""
    nothing = {"firstname": None, "city": None}
    held, doubted = {"firstname": "Odile", "city": "Brest"}, [{"firstname": "Odette", "city": None}]
    row = Row("k1", None, None, nothing, held=held, doubted=doubted)
    said = masked("ODILE of Brest, once Odette, has orders", [row])
    assert said == "[firstname] of [city], once [firstname], has orders"


def test_every_declaration_is_read(tmp_path: Path) -> None:
    assert {"splio", "clientela"} <= declared().keys()
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("syncs: {contacts: {mood: mirror}}\n")
    with pytest.raises(Misconfigured, match="mood"):
        tool(wrong)
    wrong.write_text("syncs: {contacts: {mode: mirro}}\n")
    with pytest.raises(Misconfigured, match="mirro"):
        tool(wrong)


def test_help_documents_the_exit_codes() -> None:
    text = " ".join(command.parser().format_help().split())
    assert all(f"{code} " in text for code in (0, 1, 2, 3, 4, 75, 143))


def test_a_test_reaches_the_test_list_only_and_leaves_no_receipt(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = duckdb_world
    world.desire(SPLIO, [contact(f"k{i:03}") for i in range(15)])
    assert world.run("splio", "--test") == 2  # no test universe is set
    monkeypatch.setenv("SPLIO_TEST_API_KEY", world.tools["SPLIO_API_KEY"])
    monkeypatch.setenv("SPLIO_TEST_PASSWORD", "other")
    assert world.run("splio", "--test") == 2  # the real one is no test universe
    assert world.contacts() == {}
    # the stand-in has one universe: the real names are taken away, so that it is the test's
    for name in ("API_KEY", "PASSWORD"):
        monkeypatch.setenv(f"SPLIO_TEST_{name}", world.tools[f"SPLIO_{name}"])
        monkeypatch.setenv(f"SPLIO_{name}", "the real one")
    assert world.run("splio", "--test") == 0
    assert len(world.contacts()) == 10
    assert world.run("splio", "--test", "--limit", "2") == 0  # there already: updated
    assert world.run("splio", "--test", "--only", "k014") == 0
    assert len(world.contacts()) == 11
    assert world.state("receipts") == []
    assert {run["sync_name"] for run in world.state("sync_runs")} == {f"{SPLIO}:test"}


def test_every_destination_declares_a_test_list() -> None:
    assert all(found.test for found in declared().values())


def test_a_test_message_goes_to_the_test_phone(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms.Client, "_at_a_lawful_hour", lambda *_: None)
    monkeypatch.setenv("SMS_TEST_PHONE", "+33699999999")
    message = {"destination_key": "cart:1", "phone": "+33612345678", "message": "Bonjour"}
    desire("sms__messages", [message], {"phone": "text", "message": "text"})
    assert duckdb_world.run("sms", "--test") == 0
    (sent,) = duckdb_world.held("sms_messages")
    assert sent["to_number"] == "+33699999999"
