"""A warehouse, the stand-ins, and quick retries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tenacity

from sandbox import servers
from tests.activation.world import World, create_state
from tests.conftest import left_behind

TOOLS = ("SPLIO", "CLIENTELA", "SMS", "BREVO", "KLAVIYO", "SFMC", "META", "GOOGLE", "SINK")
UNLIMITED = {f"{tool}_REQUESTS_PER_SECOND": "0" for tool in TOOLS}


@pytest.fixture
def world(
    warehouse_env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """Once an engine: an empty warehouse with the state tables, and stand-ins without a limit."""
    yield from _world(warehouse_env, tmp_path, monkeypatch)


@pytest.fixture
def duckdb_world(
    duckdb_env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """The same on DuckDB only, for what does not depend on the engine."""
    yield from _world(duckdb_env, tmp_path, monkeypatch)


def _world(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    with left_behind(servers.running(tmp_path / "sandbox", settings=UNLIMITED)) as tools:
        pace = dict.fromkeys(UNLIMITED, "2000")
        for name, value in {**environment, **tools, **pace}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("ORFEVRE_ALERT_WEBHOOK", raising=False)
        backed_off = tenacity.wait_exponential_jitter
        monkeypatch.setattr(
            tenacity,
            "wait_exponential_jitter",
            lambda multiplier, max: backed_off(multiplier=multiplier / 10, max=max, jitter=0.1),
        )
        create_state()
        yield World(tools, tmp_path / "sandbox")
