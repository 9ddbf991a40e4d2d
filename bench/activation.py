"""Activation under load and under fire.

`python -m bench.activation diff --rows 1400000`: a day's change among 1.4 million profiles, from
the sync model and the receipts to batches in Python.
`python -m bench.activation kill --rounds 200`: kill -9 at random moments, among dropped answers,
500s and resets, while the desired state keeps changing; then one undisturbed run, and the tool
must hold exactly what the warehouse wants.
`python -m bench.activation rate`: contacts a second that reach Splio's stand-in at 20 requests a
second, beside the vendor's own limit.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from activation.destination import chunks, declared
from activation.ledger import Ledger
from sandbox import servers
from tests import postgres
from tests.activation.world import World, comparison, contact, create_state, execute

SPLIO = "splio__contacts"


@contextmanager
def warehouse_of(engine: str) -> Iterator[None]:
    """An empty warehouse of that engine, in this process's environment."""
    with tempfile.TemporaryDirectory() as folder:
        if engine == "duckdb":
            os.environ |= {
                "ORFEVRE_TARGET": "duckdb",
                "ORFEVRE_DUCKDB_PATH": str(Path(folder) / "w.duckdb"),
            }
            yield
            return
        with postgres.private_server() as environment:
            os.environ |= environment
            yield


def diff(engine: str, rows: int) -> dict[str, Any]:
    """Seconds to plan and to read all changes, for 1 % changed, and for a first full load."""
    series = {
        "duckdb": f"range({rows}) as t (n)",
        "postgres": f"generate_series(0, {rows - 1}) as t (n)",
    }
    with warehouse_of(engine):
        create_state()
        execute(
            f"""
            create table activation.sync_{SPLIO} as
            select
                'k' || cast(n as text) as destination_key,
                'c' || cast(n as text) as customer_id,
                md5(cast(n as text)) as payload_hash,
                true as has_consent,
                'First' || cast(n as text) as firstname,
                'Last' || cast(n as text) as lastname,
                'k' || cast(n as text) || '@example.com' as email,
                '+336' || cast(10000000 + n as text) as cellphone,
                'fr' as language
            from {series[engine]}
            """,
            f"create view activation.changes_{SPLIO} as {comparison(SPLIO)}",
        )
        first = timed_read()
        execute(
            f"""
            insert into activation.receipts
            select
                '{SPLIO}', destination_key, customer_id, 'create', payload_hash,
                '{{"firstname": "' || firstname || '", "email": "' || email || '"}}',
                null, 'd', timestamp '2026-01-01 00:00:00'
            from activation.sync_{SPLIO}
            """,
            f"update activation.sync_{SPLIO} set payload_hash = md5(payload_hash)"
            " where right(destination_key, 2) = '07'",
            f"delete from activation.sync_{SPLIO} where right(destination_key, 3) = '123'",
        )
        daily = timed_read()
    return {"engine": engine, "rows": rows, "full_load": first, "daily_change": daily}


def timed_read() -> dict[str, Any]:
    """Plan and read every change in batches of 1,000."""
    (sync,) = declared()["splio"].syncs
    ledger = Ledger(read_only=True)
    started = time.perf_counter()
    with ledger.plan(sync) as plan:
        planned = time.perf_counter()
        read = sum(
            len(batch) for change in sync.changes for batch in chunks(plan.rows_to(change), 1000)
        )
        ended = time.perf_counter()
        counts = plan.counts
    ledger.close()
    assert read == counts["create_count"] + counts["update_count"] + counts["delete_count"]
    return {
        "changes": read,
        "plan_seconds": round(planned - started, 2),
        "read_seconds": round(ended - planned, 2),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def kill(engine: str, rounds: int, size: int, seed: int) -> dict[str, Any]:
    """Kill rounds; raises SystemExit when anything was lost, duplicated or unconsented."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, warehouse_of(engine):
        limits = {"SPLIO_REQUESTS_PER_SECOND": "0"}
        with servers.running(Path(folder), settings=limits) as tools:
            os.environ |= {**tools, "SPLIO_REQUESTS_PER_SECOND": "500"}
            create_state()
            world = World(tools, Path(folder))
            wanted: dict[str, dict[str, Any]] = {}
            exits: Counter[str] = Counter()
            for number in range(rounds):
                wanted = shaken(wanted, size, number, chance)
                world.desire(SPLIO, list(wanted.values()))
                world.faults(
                    {"prefix": "splio", "kind": "drop_answer", "probability": 0.05},
                    {"prefix": "splio", "kind": "status", "after": True, "probability": 0.03},
                    {"prefix": "splio", "kind": "reset", "probability": 0.03},
                    seed=number,
                )
                exits[killed_at_a_random_moment(world, chance)] += 1
            world.faults()
            wanted = shaken(wanted, size, rounds, chance)
            world.desire(SPLIO, list(wanted.values()))
            code = subprocess.run(
                [sys.executable, "-m", "activation", "splio", "--force"]
            ).returncode
            report = judged(world, wanted)
    report |= {"engine": engine, "rounds": rounds, "contacts": size, "last_exit_code": code}
    report["ends"] = dict(exits)
    if (
        code
        or report["lost"]
        or report["duplicated"]
        or report["unconsented"]
        or report["in_doubt"]
    ):
        raise SystemExit(json.dumps(report))
    return report


def shaken(
    wanted: dict[str, dict[str, Any]], size: int, number: int, chance: random.Random
) -> dict[str, dict[str, Any]]:
    """The desired state of another day: new people, changes, consents withdrawn and given back."""
    after = {}
    for key in (f"k{i:04}" for i in range(size)):
        draw = chance.random()
        row = wanted.get(key)
        if draw < 0.1:
            continue  # gone
        if row is None or draw < 0.5:
            row = contact(key, firstname=f"day {number}")
        after[key] = {**row, "has_consent": chance.choice([False, None]) if draw > 0.92 else True}
    return after


def killed_at_a_random_moment(world: World, chance: random.Random) -> str:
    """Run, wait for the first requests, wait a little more, kill -9. How it ended."""
    before = sum(world.requests().values())
    process = subprocess.Popen(
        [sys.executable, "-m", "activation", "splio", "--force"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and sum(world.requests().values()) <= before:
        time.sleep(0.01)
    try:
        process.wait(timeout=chance.uniform(0, 0.8))
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
    return "killed" if process.wait() < 0 else f"ended by itself ({process.returncode})"


def judged(world: World, wanted: dict[str, dict[str, Any]]) -> dict[str, int]:
    """What the tool holds, against what the warehouse wants."""
    held = world.contacts()
    rows = world.held("splio_contacts")
    allowed = {key: row for key, row in wanted.items() if row["has_consent"] is True}
    balance: Counter[str] = Counter()
    for write in world.writes("splio"):
        sign = {"contact.create": 1, "contact.delete": -1}.get(write["action"], 0)
        balance[write["key"]] += sign * write["count"]
    return {
        "lost": sum(
            key not in held or held[key]["firstname"] != row["firstname"]
            for key, row in allowed.items()
        ),
        "duplicated": len(rows) - len(held) + sum(count > 1 for count in balance.values()),
        "unconsented": sum(key not in allowed for key in held),
        "in_doubt": len(world.state("intents")),
        "receipts": sum(row["change_type"] != "delete" for row in world.state("receipts")),
        "held": len(held),
    }


def rate(requests_per_second: float, contacts: int) -> dict[str, Any]:
    """Requests a second reached with updates, one request each."""
    with tempfile.TemporaryDirectory() as folder, warehouse_of("duckdb"):
        limits = {"SPLIO_REQUESTS_PER_SECOND": f"{requests_per_second:g}"}
        with servers.running(Path(folder), settings=limits) as tools:
            os.environ |= {**tools, **limits}
            create_state()
            world = World(tools, Path(folder))
            world.desire(SPLIO, [contact(f"k{i:05}") for i in range(contacts)])
            world.run("splio")
            world.desire(SPLIO, [contact(f"k{i:05}", firstname="New") for i in range(contacts)])
            started = time.perf_counter()
            world.run("splio", "--force")
            seconds = time.perf_counter() - started
            throttled = sum(row["error_code"] == "429" for row in world.state("deliveries"))
    return {
        "limit": requests_per_second,
        "reached": round(contacts / seconds, 1),
        "throttled_batches": throttled,
        "contacts": contacts,
    }


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench.activation", description=__doc__)
    parser.add_argument("what", choices=["diff", "kill", "rate"])
    parser.add_argument("--engine", choices=["duckdb", "postgres"], default="duckdb")
    parser.add_argument("--rows", type=int, default=1_400_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--contacts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.what == "diff":
        report = diff(asked.engine, asked.rows)
    elif asked.what == "kill":
        report = kill(asked.engine, asked.rounds, asked.contacts, asked.seed)
    else:
        report = rate(20, asked.contacts)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
