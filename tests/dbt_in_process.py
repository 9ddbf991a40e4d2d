"""dbt in the process of the tests, with the project parsed once an engine for all of them.

A start of dbt, the parse and the files that it leaves cost more than most builds of a test. No
file of the project changes while tests run, and its parse reads no var. What a person runs,
with a process and a parse of its own, is held on DuckDB by `tests/end_to_end`: by the first run
and by the demos that are killed.
"""

from __future__ import annotations

import functools
import gc
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any

import parsedatetime
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli import main
from dbt.compilation import Linker
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import BaseEvent
from dbt_common.events.event_manager import EventManager
from jinja2 import Environment

from tests.conftest import one_at_a_time

ROOT = Path(__file__).resolve().parents[1]


def dbt(environment: dict[str, str], target: Path, *arguments: str, project: Path = ROOT) -> None:
    """Runs dbt; no error is expected."""
    error = dbt_error(environment, target, *arguments, project=project)
    assert error is None, error


def dbt_error(
    environment: dict[str, str], target: Path, *arguments: str, project: Path = ROOT
) -> str | None:
    """What failed in a run of dbt; None when nothing did."""
    with placed(environment, target), without_garbage_collection(), spared(is_new=project != ROOT):
        manifest = parsed(environment) if project == ROOT else None
        done = main.dbtRunner(manifest=manifest).invoke([*arguments, *options(project)])
        DuckDBConnectionManager.close_all_connections()  # else whoever only reads is locked out
    if done.success:
        return None
    return "\n".join(
        [str(done.exception or "")]
        + [
            f"{result.node.name}: {result.message}"
            for result in done.result or []
            if result.status in ("error", "fail")
        ]
    )


def options(project: Path) -> list[str]:
    # --quiet would still make a line of each event before it is dropped
    return ["--log-level", "none", "--project-dir", str(project), "--profiles-dir", str(ROOT)]


def parsed(environment: dict[str, str]) -> Manifest:
    """The parsed project, its tables those of the database that `environment` names."""
    engine = environment["ORFEVRE_TARGET"]
    shared = Path(os.environ["TESTS_SHARED"])
    path = shared / f"{engine}.manifest"
    with one_at_a_time(shared, path.name):
        if not path.exists():
            done = main.dbtRunner().invoke(["parse", *options(ROOT)])
            assert isinstance(done.result, Manifest), done.exception
            path.write_bytes(pickle.dumps(done.result))
    manifest: Manifest = pickle.loads(path.read_bytes())
    name = environment.get("ORFEVRE_POSTGRES_DATABASE")
    name = name or Path(environment["ORFEVRE_DUCKDB_PATH"]).stem
    for table in [*manifest.nodes.values(), *manifest.sources.values()]:
        written = table.relation_name
        table.relation_name = written and written.replace(f'"{table.database}"', f'"{name}"', 1)
        table.database = name
    return manifest


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """A block whose garbage is collected later: among all that the process of the tests holds,
    to look for it takes a fifth of a run of dbt."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


compiled: dict[Any, CodeType] = {}  # of templates, which are the same from run to run


@contextmanager
def spared(*, is_new: bool) -> Iterator[None]:
    """A block in which dbt leaves out what nobody looks at, two fifths of a small run.

    It builds each event although none is told, gives each table of results parsers of dates that
    read nothing, and compiles each template anew. A graph is searched for cycles when it `is_new`;
    that of the project is, by the first run of `tests/end_to_end` on DuckDB.
    """
    compile_template = Environment.compile

    def compile_once(self: Environment, source: Any, *arguments: Any) -> Any:
        if not isinstance(source, str):
            return compile_template(self, source, *arguments)
        key = (type(self), source, *arguments)
        if key not in compiled:
            compiled[key] = compile_template(self, source, *arguments)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseEvent, "__init__", lambda *_, **__: None)
        patch.setattr(EventManager, "fire_event", lambda *_, **__: None)
        patch.setattr(parsedatetime, "Constants", functools.cache(parsedatetime.Constants))
        patch.setattr(parsedatetime, "Calendar", functools.cache(parsedatetime.Calendar))
        patch.setattr(Environment, "compile", compile_once)
        if not is_new:
            patch.setattr(Linker, "find_cycles", lambda _: None)
        yield


@contextmanager
def parsed_before(environment: dict[str, str]) -> Iterator[None]:
    """A program's own calls of dbt take the project as it is parsed, too."""
    with without_garbage_collection(), spared(is_new=False), pytest.MonkeyPatch.context() as patch:
        runner, manifest = main.dbtRunner, parsed(environment)
        patch.setattr(main, "dbtRunner", lambda: runner(manifest=manifest))
        yield


@contextmanager
def placed(environment: dict[str, str], target: Path) -> Iterator[None]:
    """The variables that point dbt and the programs at a warehouse, for a block."""
    before = dict(os.environ)
    os.environ |= environment | {"DBT_TARGET_PATH": str(target)}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
