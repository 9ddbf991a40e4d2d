"""A warehouse for the code under test, and a small world of source systems beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

import warehouse
from ingestion import pipeline, sources
from ingestion.intake import Batch
from ingestion.pipeline import Options
from ingestion.report import Report
from ingestion.source import Request, Source
from sandbox import servers, world
from tests.conftest import left_behind

Query = Callable[..., list[tuple[Any, ...]]]
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def here(warehouse_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Query:
    """An empty warehouse on each engine, and a way to ask it."""
    return warehouse_at(warehouse_env, monkeypatch)


@pytest.fixture
def duck(duckdb_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Query:
    """An empty DuckDB warehouse, for what does not depend on the engine."""
    return warehouse_at(duckdb_env, monkeypatch)


@pytest.fixture
def pg(postgres_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Query:
    """An empty PostgreSQL warehouse."""
    return warehouse_at(postgres_env, monkeypatch)


def warehouse_at(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Query:
    """Set the environment and nothing beside it; a way to ask that warehouse."""
    for name in [*os.environ]:
        if name.startswith(("ORFEVRE_", "MAGENTO_", "RETAIL_PRO_", "SPLIO_", "WEB_", "SMS_")):
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def query(sql: str) -> list[tuple[Any, ...]]:
        connection = warehouse.connect()
        try:
            cursor = connection.cursor()
            cursor.execute(sql)
            return cursor.fetchall()
        finally:
            connection.close()

    return query


def load(source: Source | str, **options: Any) -> dict[str, Report]:
    """Load one source; its reports by table."""
    source = sources.source(source) if isinstance(source, str) else source
    pipeline.prepare([source.name])
    reports = pipeline.load(source, pipeline.new_load_id(), Options(**options))
    return {report.table_name: report for report in reports}


def given(name: str, rows: Rows, **more: Any) -> Source:
    """A source with the contract of `name` that gives these rows, whatever it is asked."""

    def read(request: Request) -> Iterator[Batch]:
        for table, some in rows.items():
            yield Batch(table, some, file=table)

    return Source(name, (), read, **more)


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of 200 people, generated once; tests copy it."""
    folder = tmp_path_factory.mktemp("world")
    world.generate(folder, 200, 7, None, bulk=False, force=False)
    return folder


@pytest.fixture
def systems(generated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The world's systems, served to this test alone; their variables are set."""
    folder = tmp_path / "sandbox"
    shutil.copytree(generated, folder)
    with _served(folder) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield folder


@pytest.fixture(scope="module")
def served(generated: Path) -> Iterator[dict[str, str]]:
    """The environment of the world's systems, for tests that change nothing in them."""
    with _served(generated) as environment:
        yield environment


def _served(folder: Path) -> AbstractContextManager[dict[str, str]]:
    limits = {
        "SPLIO_REQUESTS_PER_SECOND": "0",
        "CLIENTELA_REQUESTS_PER_SECOND": "0",
        "SMS_REQUESTS_PER_SECOND": "0",
        "WEB_REQUESTS_PER_SECOND": "0",
        "ZENDESK_REQUESTS_PER_MINUTE": "0",
    }
    return left_behind(servers.running(folder, settings=limits))
