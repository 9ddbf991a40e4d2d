"""Activation at scale, at the vendor's pace, and under fire; exit code 1 when a floor is missed.

    python -m bench.activation [diff rate kill] [--engine duckdb] [--rounds 300] [--seed 1]

diff: a day's change among 1.4 million profiles, from the sync model and the receipts to batches in
Python, and a first full load. rate: contacts a second that reach Splio's stand-in, which refuses
more than the vendor's 20 requests a second. kill: rounds of kill -9 and SIGTERM at random moments
on a broken network, then what was lost, duplicated or sent without a consent: nothing may be.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from activation.destination import chunks, declared
from activation.ledger import Ledger
from bench import activation_kill
from bench.activation_kill import FAULTLESS, IN_DOUBT
from sandbox import servers
from tests import postgres
from tests.activation.world import World, comparison, contact, create_state, execute

SPLIO = "splio__contacts"
ENGINES = ("duckdb", "postgres")
# Profiles compared a second in a day's change: 1.4 million in 10 s (PostgreSQL: 40 s), on two
# cores that others use as well (alone: 2 s and 9 s). Rows read a second in a first load: by single
# requests, 20 a second, it waits for the vendor anyway.
COMPARED_A_SECOND = {"duckdb": 140_000, "postgres": 35_000}
READ_A_SECOND = 5_000
SHARE_OF_THE_LIMIT = 0.9
ROUNDS = {"duckdb": 300, "postgres": 60}


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


def diff(engine: str, rows: int) -> list[str]:
    """Time to compare and to read all changes, for 1 % changed, and for a first full load."""
    print(f"diff, {engine}, {rows:,} profiles", flush=True)
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
    compared = rows / (daily["plan_seconds"] + daily["read_seconds"])
    read = first["changes"] / first["read_seconds"]
    print(f"  a day's change   {told(daily)}: {compared:,.0f} profiles/s", flush=True)
    print(f"  a first load     {told(first)}: {read:,.0f} rows/s", flush=True)
    return missed(
        f"{engine}: profiles compared a second", compared, at_least=COMPARED_A_SECOND[engine]
    ) + missed(f"{engine}: rows read a second", read, at_least=READ_A_SECOND)


def told(timed: dict[str, Any]) -> str:
    return (
        f"{timed['changes']:>9,} rows  compared in {timed['plan_seconds']:5.1f} s,"
        f" read in {timed['read_seconds']:5.1f} s"
    )


def missed(what: str, value: float, at_least: float) -> list[str]:
    return [f"{what}: {value:,.1f}, at least {at_least:,.1f}"] if value < at_least else []


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


def rate(limit: float, contacts: int) -> list[str]:
    """Requests a second that reach a stand-in that declares `limit`; updates take one each."""
    print(f"rate, {contacts:,} updates at {limit:g} requests a second at most", flush=True)
    with tempfile.TemporaryDirectory() as folder, warehouse_of("duckdb"):
        limits = {"SPLIO_REQUESTS_PER_SECOND": "0"}
        with servers.running(Path(folder), settings=limits) as tools:
            os.environ |= {**tools, "SPLIO_REQUESTS_PER_SECOND": "1000"}
            create_state()
            world = World(tools, Path(folder))
            world.desire(SPLIO, [contact(f"k{i:05}") for i in range(contacts)])
            world.run("splio")
        limits = {"SPLIO_REQUESTS_PER_SECOND": f"{limit:g}"}
        with servers.running(Path(folder), settings=limits) as tools:
            os.environ |= {**tools, **limits}
            world = World(tools, Path(folder))
            world.desire(SPLIO, [contact(f"k{i:05}", firstname="New") for i in range(contacts)])
            world.run("splio", "--force")
            run = world.last_run()
            sent = [row for row in world.state("deliveries") if row["run_id"] == run["run_id"]]
            # from the first request to the last answer: opening and planning are no sending
            first = min(row["started_at"] for row in sent)
            seconds = (max(row["finished_at"] for row in sent) - first).total_seconds()
            reached = contacts / seconds
            throttled = sum(row["error_code"] == "429" for row in sent)
    print(f"  {reached:.1f} a second, {throttled} batches told to slow down", flush=True)
    short = [] if run["updated_count"] == contacts else [f"{run['updated_count']} were updated"]
    return (
        short
        + missed("sent a second", reached, at_least=SHARE_OF_THE_LIMIT * limit)
        + ([f"{throttled} batches were told to slow down"] if throttled else [])
    )


def kill(engine: str, rounds: int, size: int, seed: int) -> list[str]:
    """Kill rounds; what of all that must be 0 is not."""
    print(f"kill, {engine}, {rounds} rounds, {size} people, seed {seed}", flush=True)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, warehouse_of(engine):
        found = activation_kill.rounds(rounds, size, seed, Path(folder), shown)
    for name, count in found.items():
        print(f"  {count:>7,}  {name}")
    print(f"  {(time.perf_counter() - started) / rounds:.2f} s a round", flush=True)
    wrong = [f"{engine}: {n} {name}" for name, n in found.items() if n and name in FAULTLESS]
    return wrong + missed(f"{engine}: rows in doubt after a kill", found[IN_DOUBT], at_least=1)


def shown(rounds: int) -> Iterator[int]:
    """Numbers from 1, as they go: a bar on a terminal, a line now and then in a log."""
    numbers = range(1, rounds + 1)
    if Console().is_terminal:
        yield from track(numbers, description="  rounds")
        return
    for number in numbers:
        yield number
        if number % 25 == 0:
            print(f"  {number} of {rounds} rounds", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        "python -m bench.activation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what: dict[str, Callable[[], list[str]]]
    parser.add_argument("what", nargs="*", metavar="what", help="diff, rate, kill (default: all)")
    parser.add_argument("--engine", choices=ENGINES, help="default: both")
    parser.add_argument("--rows", type=int, default=1_400_000, help="profiles of diff")
    parser.add_argument("--contacts", type=int, default=600, help="updates of rate")
    parser.add_argument("--rounds", type=int, help=f"kills (default: {ROUNDS})")
    parser.add_argument("--people", type=int, default=40, help="people of kill")
    parser.add_argument("--seed", type=int, default=1, help="of kill")
    asked = parser.parse_args()
    engines = [asked.engine] if asked.engine else ENGINES
    what = {
        "diff": lambda: [line for engine in engines for line in diff(engine, asked.rows)],
        "rate": lambda: rate(20, asked.contacts),
        "kill": lambda: [
            line
            for engine in engines
            for line in kill(engine, asked.rounds or ROUNDS[engine], asked.people, asked.seed)
        ],
    }
    if lost := set(asked.what) - what.keys():
        parser.error(f"no such benchmark: {', '.join(lost)}")
    floors = [line for name in asked.what or what for line in what[name]()]
    for line in floors:
        print(f"missed: {line}")
    return 1 if floors else 0


if __name__ == "__main__":
    sys.exit(main())
