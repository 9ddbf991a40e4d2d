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


def test_a_postcode_that_serves_two_communes_is_of_the_one_it_names() -> None:
    """13005 Marseille serves a part of the fourth too, 81100 Castres a part of Boissezon."""
    with (ROOT / "seeds/reference/communes.csv").open(encoding="utf-8", newline="") as file:
        found = {
            (one["postcode"], one["city_key"]): one["insee_code"] for one in csv.DictReader(file)
        }
    marseille = {f"130{number:02}": f"132{number:02}" for number in range(1, 17)}
    assert {code: found[code, "MARSEILLE"] for code in marseille} == marseille
    assert found["81100", "CASTRES"] == "81065"
    assert found["97430", "LETAMPON"] == "97422"
    assert found["71460", "STMICAUD"] == "71465"
