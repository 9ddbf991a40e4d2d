"""Splink 5 on a Parquet file of records, as its documentation shows it: train, predict, cluster.

    python -m bench.splink_peer records.parquet folder

Writes folder/pairs.parquet (every scored pair) and folder/times.json (seconds of each step). One
configuration for every set: each column that holds something gets the comparison that
Splink's documentation gives it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

PRIOR_RECALL = 0.8
SAMPLED_PAIRS = 1e6
COMPARISONS = {
    "first_name": cl.NameComparison("first_name"),
    "last_name": cl.NameComparison("last_name"),
    "birth_date": cl.DateOfBirthComparison(
        "birth_date", input_is_string=True, datetime_format="%Y-%m-%d", invalid_dates_as_null=True
    ),
    "email": cl.EmailComparison("email"),
    "phone": cl.LevenshteinAtThresholds("phone", 1),
    "card": cl.ExactMatch("card"),
    "document": cl.DamerauLevenshteinAtThresholds("document", [1, 2]),
    "street": cl.JaroWinklerAtThresholds("street", [0.9, 0.7]),
    "postcode": cl.LevenshteinAtThresholds("postcode", 1).configure(
        term_frequency_adjustments=True
    ),
    "city": cl.JaroWinklerAtThresholds("city", [0.9]).configure(term_frequency_adjustments=True),
}
BLOCKS = [
    ["email"],
    ["phone"],
    ["card"],
    ["document"],
    ["first_name", "last_name"],
    ["last_name", "birth_date"],
    ["first_name", "birth_date"],
    ["birth_date", "postcode"],
    ["last_name", "postcode", "substr(first_name, 1, 3)"],
    ["first_name", "postcode", "street"],
    ["substr(first_name, 1, 3)", "substr(last_name, 1, 3)", "substr(birth_date, 1, 4)"],
]
CERTAIN = [
    ["email", "last_name"],
    ["phone", "first_name"],
    ["document", "first_name"],
    ["last_name", "birth_date"],
    ["first_name", "birth_date"],
]
TRAINING = [["first_name", "last_name"], ["birth_date"], ["email"], ["phone"], ["document"]]
# For records that hold nothing but names and places.
CERTAIN_PLACES = [["first_name", "last_name", "postcode"], ["first_name", "last_name", "city"]]
TRAINING_PLACES = [["street"], ["postcode"]]


def main() -> None:
    records, folder = sys.argv[1], Path(sys.argv[2])
    sql = duckdb.connect()
    table = sql.execute(f"select * from '{records}'").to_arrow_table()
    held = {
        name
        for name in table.column_names
        if name != "unique_id" and table[name].null_count < len(table)
    }

    def known(rules: list[list[str]]) -> list[list[str]]:
        def column(expression: str) -> str:
            return expression.removeprefix("substr(").split(",")[0]

        return [rule for rule in rules if all(column(one) in held for one in rule)]

    api = DuckDBAPI(connection=sql)
    linker = Linker(
        api.register(table, dataset_display_name="records"),
        SettingsCreator(
            link_type="dedupe_only",
            comparisons=[COMPARISONS[name] for name in COMPARISONS if name in held],
            blocking_rules_to_generate_predictions=[block_on(*rule) for rule in known(BLOCKS)],
        ),
        log_level=None,
    )
    times: dict[str, float] = {}
    started = time.perf_counter()

    def lap(step: str) -> None:
        times[step] = time.perf_counter() - started - sum(times.values())

    linker.training.estimate_probability_two_random_records_match(
        [block_on(*rule) for rule in known(CERTAIN) or known(CERTAIN_PLACES)],
        recall=PRIOR_RECALL,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS)
    training = known(TRAINING)
    for rule in training if len(training) > 1 else training + known(TRAINING_PLACES):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    lap("train")
    pairs = linker.inference.predict(threshold_match_weight=-10)
    lap("predict")
    linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.95)
    lap("cluster")
    sql.execute(
        f"copy (select unique_id_l, unique_id_r, match_weight from {pairs.physical_name})"
        f" to '{folder / 'pairs.parquet'}'"
    )
    (folder / "times.json").write_text(json.dumps(times))


if __name__ == "__main__":
    main()
