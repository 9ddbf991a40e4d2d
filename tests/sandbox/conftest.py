"""Worlds that several tests read; none of them changes one."""

from datetime import date
from pathlib import Path

import pytest

from sandbox import world

AS_OF = date(2026, 6, 30)
PROFILES = 5000


@pytest.fixture(scope="session")
def retailer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a world of 5,000 people."""
    folder = tmp_path_factory.mktemp("world")
    world.generate(folder, PROFILES, seed=7, as_of=AS_OF, bulk=False, force=False)
    return folder
