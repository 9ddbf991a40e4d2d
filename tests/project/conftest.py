"""The parsed project, once a session."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """dbt's manifest.json of a clean parse; any deprecation or warning is an error."""
    target = tmp_path_factory.mktemp("target")
    environment = os.environ | {
        "DBT_TARGET_PATH": str(target),
        "ORFEVRE_TARGET": "duckdb",
        "ORFEVRE_DUCKDB_PATH": str(target / "none.duckdb"),
    }
    done = subprocess.run(
        ["dbt", "--warn-error", "parse", "--no-partial-parse", "--write-json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return json.loads((target / "manifest.json").read_text())
