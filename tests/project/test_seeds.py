"""What a seed's table becomes when the seed has changed."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.dbt_in_process import ROOT, dbt
from tests.identity.conftest import load, run


def test_a_seed_with_another_header_is_made_anew(
    warehouse_env: dict[str, str], tmp_path: Path
) -> None:
    """A warehouse built with an older version of the project takes today's seeds."""
    before = {"reason": "text", "word": "text"}  # a column less, and in another order
    load(warehouse_env, "seeds.sms_stop_words", before, [])
    with (ROOT / "seeds/sms_stop_words.csv").open(encoding="utf-8", newline="") as file:
        today = [(row["word"], row["reason"]) for row in csv.DictReader(file)]
    dbt(warehouse_env, tmp_path / "target", "seed", "--select", "sms_stop_words")
    rows = run(
        warehouse_env,
        "select word, reason from seeds.sms_stop_words where is_whole_message is not null",
    )
    assert sorted(rows) == sorted(today)
