"""`make demo`: from Horizon's source systems to its marketing tools, in one command.

The three steps are the ones a scheduler runs (`python -m ingestion`, `dbt build`,
`python -m activation`), each in a process of its own; only the systems around them are
stand-ins. A second run right after shows that nothing is sent twice, and nothing loaded but what
the first wrote itself.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

import warehouse
from sandbox import servers

console = Console(highlight=False)
# Brevo takes ten requests a second and Splio twenty, each of one contact where they are few or
# updated: at that pace half of the demo would be waiting.
FASTER = {"BREVO_REQUESTS_PER_SECOND": "100", "SPLIO_REQUESTS_PER_SECOND": "100"}
# They try models on made-up rows, not on the warehouse: `make test` runs them.
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")


class StepFailed(Exception):
    """A step of the thread ended with an exit code that is not 0."""


def run(sandbox_dir: Path, profiles: int, seed: int, as_of: date | None) -> None:
    """Generate the world when there is none, run the three steps against it, show the result.

    The demo has a DuckDB warehouse of its own in `sandbox_dir`, unless the environment names
    another. Raises StepFailed with the step and its exit code; the warehouse and the sandbox
    stay as they are, so that the same command goes on from there.
    """
    sandbox_dir.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("ORFEVRE_DUCKDB_PATH", str(sandbox_dir.resolve() / "warehouse.duckdb"))
    for name, pace in FASTER.items():
        os.environ.setdefault(name, pace)
    started = time.monotonic()
    with alone(sandbox_dir / "demo.lock") as lock:
        start_over_if_other(sandbox_dir, profiles, seed)
        generate = ["sandbox", "--dir", str(sandbox_dir), "generate", "--profiles", str(profiles)]
        when = ["--as-of", as_of.isoformat()] if as_of else []
        step("The world", module(*generate, "--seed", str(seed), *when), {}, lock)
        world = json.loads((sandbox_dir / "world.json").read_text())
        with servers.running(sandbox_dir) as environment:
            step("Ingestion: source systems → raw_*", module("ingestion"), environment, lock)
            build(world["as_of"], lock)
            step("Activation: sync_* → tools", module("activation"), environment, lock)
        show(world, time.monotonic() - started)


def start_over_if_other(sandbox_dir: Path, profiles: int, seed: int) -> None:
    """Forget a world of another size or seed, with the warehouse that was filled from it.

    Raises StepFailed when that warehouse is not the sandbox's own, and so not ours to forget.
    Killed halfway, the next run goes on, whatever world it asks for.
    """
    made, leaving = sandbox_dir / "world.json", sandbox_dir / "leaving.json"
    if made.exists():
        world = json.loads(made.read_text())
        if (world["profiles"], world["seed"]) == (profiles, seed):
            return
        own = Path(os.environ["ORFEVRE_DUCKDB_PATH"]).resolve().parent == sandbox_dir.resolve()
        if warehouse.target() != "duckdb" or not own:
            raise StepFailed(f"{sandbox_dir} holds another world, and the warehouse is your own")
        console.print(f"Another world of {world['profiles']:,} people was here: starting over.")
        made.rename(leaving)
    if leaving.exists():
        for path in sandbox_dir.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in ("demo.lock", leaving.name):
                path.unlink()
        leaving.unlink()


@contextmanager
def alone(lock: Path) -> Iterator[int]:
    """Wait until no other demo works on this sandbox (one may outlive a killed `make`).

    Yields the lock's descriptor, for the steps to hold too: a killed one that still writes to disk
    has the warehouse open for as long.
    """
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print("Another demo is still running here: waiting for it …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle.fileno()


def module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def die_with_parent() -> None:
    """Linux: a step does not outlive a killed demo, and so leaves the warehouse unlocked."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def step(title: str, command: list[str], environment: dict[str, str], lock: int) -> None:
    """Run one step in the foreground. Raises StepFailed."""
    console.rule(f"[bold]{title}", align="left")
    code = subprocess.run(
        command,
        cwd=warehouse.ROOT,
        env=os.environ | environment,
        preexec_fn=die_with_parent,
        pass_fds=[lock],
    ).returncode
    if code:
        raise StepFailed(f"{' '.join(command[1:3])} ended with exit code {code}")


def build(as_of: str, lock: int) -> None:
    """`dbt build` for the world's last day, its log lines turned into one progress bar."""
    console.rule("[bold]dbt build: raw_* → golden customers, segments, sync_*", align="left")
    variables = json.dumps({"as_of_date": as_of})
    process = subprocess.Popen(
        ["dbt", "--log-format", "json", "build", *NO_UNIT_TESTS, "--vars", variables],
        cwd=warehouse.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,
        pass_fds=[lock],
    )
    columns = (
        TextColumn("  {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("parsing the project …", total=None)
        for line in process.stdout or ():
            event = json.loads(line)
            data, kind = event["data"], event["info"]["name"]
            if kind == "LogStartLine":
                name = data["node_info"]["node_name"][:48].ljust(48)
                progress.update(bar, total=data["total"], description=name)
            elif kind.endswith("Result"):
                progress.advance(bar)
            if event["info"]["level"] == "error":
                progress.console.print(event["info"]["msg"], markup=False)
        progress.update(bar, description="built and tested".ljust(48))
    if process.wait():
        raise StepFailed(f"dbt build ended with exit code {process.returncode}")


def show(world: dict[str, Any], seconds: float) -> None:
    """What happened, in tables that a person enjoys reading."""
    connection = warehouse.connect(read_only=True)
    cursor = connection.cursor()

    def rows(query: str) -> list[tuple[Any, ...]]:
        cursor.execute(query)
        return cursor.fetchall()

    console.rule("[bold]What happened")
    [(records, echoes, customers)] = rows(GOLDEN)
    summary("Source systems, rows of this run", rows(LOADS), *SOURCE_ROWS)
    say(f"[bold]{records:,}[/] customer records in, [bold]{customers:,}[/] golden customers out")
    say(f"({world['profiles']:,} people were generated).")
    if echoes:
        say(f"{echoes:,} more, in clientela and splio, are contacts and cards that earlier runs")
        say("made there of golden customers: no evidence of who is who, and not counted.")
        say("What a run writes there is new to the next one: loaded once, with its consents.")
    say("")
    summary("Segments", rows(SEGMENTS), "customers")
    summary("Tools, rows of this run", rows(SYNCS), *TOOL_ROWS)
    pair = rows(BEST_LINKED) or [("RECORD", "RECORD")]
    connection.close()
    say(f"In {seconds:.0f} seconds.")
    say("Run it again: nothing is sent twice, and nothing loaded but what this run wrote.")
    say(where_next(*pair[0]))


def where_next(*pair: str) -> str:
    """Where to look, with commands that a shell takes as they are: a demo's warehouse is no
    default, and its Python on nobody's path. `pair`: two records worth explaining."""
    python, place, before = os.path.relpath(sys.executable), "PostgreSQL", ""
    if warehouse.target() == "duckdb":
        place = os.path.relpath(os.environ["ORFEVRE_DUCKDB_PATH"])
        before = f"ORFEVRE_DUCKDB_PATH={shlex.quote(place)} "
    explain = f"{before}{shlex.quote(python)} -m identity explain {shlex.join(pair)}"
    book = f"{before}make docs"
    return NEXT.format(place=place, book=book, python=shlex.quote(python), explain=explain)


def say(text: str) -> None:
    console.print(text, soft_wrap=True)


def summary(title: str, rows: list[tuple[Any, ...]], *columns: str) -> None:
    """One table: a name, then numbers, of which the first is the sum of the others."""
    table = Table(title=title, title_justify="left", title_style="bold", **PLAIN)
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    for name, *numbers in rows:
        table.add_row(name, *(f"{number or 0:,}" for number in numbers))
    console.print(table)
    if len(columns) > 1:
        say(f"[dim]{columns[0]} = {' + '.join(columns[1:])}[/]")
    say("")


PLAIN: dict[str, Any] = {
    "box": SIMPLE_HEAD,
    "collapse_padding": True,
    "pad_edge": False,
    "show_edge": False,
}
SOURCE_ROWS = ("rows", "kept", "set aside", "unchanged")
LOADS = """
select
    source, sum(rows_read + rows_unchanged),
    sum(rows_kept), sum(rows_set_aside), sum(rows_unchanged)
from raw_ingestion.loads
where load_id = (select max(load_id) from raw_ingestion.loads)
group by source
order by source
"""
GOLDEN = """
select
    (select count(*) from canonical.customer_records where published_customer_id is null),
    (select count(*) from canonical.customer_records where published_customer_id is not null),
    (select count(*) from marts.customers)
"""
SEGMENTS = """
select segment, count(*) from segments.segment_memberships group by segment order by segment
"""
TOOL_ROWS = ("rows", "created", "updated", "deleted", "rejected", "left", "unchanged")
SYNCS = """
select
    replace(sync_name, '__', ' '), desired_count + delete_count,
    created_count, updated_count, deleted_count, rejected_count, failed_count,
    desired_count - create_count - update_count
from activation.sync_runs
where run_id = (select run_id from activation.sync_runs order by started_at desc limit 1)
order by sync_name
"""
# A pair with something to see: one name, and much besides. Not by its evidence: the view would work
# out that of every link.
BEST_LINKED = """
select links.left_record_id, links.right_record_id
from marts.identity_links as links
inner join canonical.customer_records as near on links.left_record_id = near.record_id
inner join canonical.customer_records as far on links.right_record_id = far.record_id
where
    links.outcome = 'linked'
    and near.first_name = far.first_name
    and near.last_name = far.last_name
order by links.score desc, links.left_record_id, links.right_record_id
limit 1
"""
NEXT = """
Where to look next, in {place} unless said otherwise
  the golden customers                marts.customers
  why a row was set aside             marts.quarantine
  how each source and tool stands     marts.loads_by_source, marts.deliveries_by_sync
  the systems by hand                 make sandbox
  one more day in them                {python} -m sandbox advance
  the book, with what this warehouse holds:
    {book}
  why two records are one customer, any two:
    {explain}
"""
