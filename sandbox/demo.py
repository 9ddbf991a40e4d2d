"""`make demo`: from Horizon's source systems to its marketing tools, in one command.

The three steps are the ones a scheduler runs (`python -m ingestion`, `dbt build`,
`python -m activation`), each in a process of its own; only the systems around them are
stand-ins. A second run right after shows that nothing is loaded or sent twice.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import warehouse
from sandbox import servers

console = Console(highlight=False)


class StepFailed(Exception):
    """A step of the thread ended with an exit code that is not 0."""


def run(sandbox_dir: Path, profiles: int, seed: int, as_of: str | None) -> None:
    """Generate the world when there is none, run the three steps against it, show the result.

    Raises StepFailed with the step and its exit code; the warehouse and the sandbox stay as
    they are, so that the same command goes on from there.
    """
    sandbox_dir.mkdir(parents=True, exist_ok=True)
    with alone(sandbox_dir / "demo.lock"):
        generate = ["sandbox", "generate", "--profiles", str(profiles), "--seed", str(seed)]
        step("The world", module(*generate, *(["--as-of", as_of] if as_of else [])), {})
        world = json.loads((sandbox_dir / "world.json").read_text())
        started = time.time()
        with servers.running(sandbox_dir) as environment:
            step("Ingestion: source systems → raw_*", module("ingestion"), environment)
            build(world["as_of"])
            step("Activation: sync_* → tools", module("activation"), environment)
        show(time.time() - started)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Wait until no other demo works on this sandbox (one may outlive a killed `make`)."""
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print("Another demo is still running here: waiting for it …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def die_with_parent() -> None:
    """Linux: a step does not outlive a killed demo, and so leaves the warehouse unlocked."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def step(title: str, command: list[str], environment: dict[str, str]) -> None:
    """Run one step in the foreground. Raises StepFailed."""
    console.rule(f"[bold]{title}", align="left")
    code = subprocess.run(
        command,
        cwd=warehouse.ROOT,
        env=os.environ | environment,
        preexec_fn=die_with_parent,
    ).returncode
    if code:
        raise StepFailed(f"{' '.join(command[1:3])} ended with exit code {code}")


def build(as_of: str) -> None:
    """`dbt build` for the world's last day, its log lines turned into one progress bar."""
    console.rule("[bold]dbt build: raw_* → golden customers, segments, sync_*", align="left")
    variables = json.dumps({"as_of_date": as_of})
    process = subprocess.Popen(
        ["dbt", "--log-format", "json", "build", "--vars", variables],
        cwd=warehouse.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,
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
            data, level = event["data"], event["info"]["level"]
            if "total" in data and "index" in data and data.get("status") != "start":
                name = data.get("node_info", {}).get("node_name", "")
                progress.update(bar, total=data["total"], description=name[:48].ljust(48))
            if event["info"]["name"] == "NodeFinished":
                progress.advance(bar)
            if level == "error":
                progress.console.print(event["info"]["msg"], markup=False)
        progress.update(bar, description="built and tested".ljust(48))
    if process.wait():
        raise StepFailed(f"dbt build ended with exit code {process.returncode}")
