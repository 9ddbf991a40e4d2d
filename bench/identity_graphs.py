"""Connected components on graphs that are hard for one solver or another, beside scipy.

Every graph is solved by the materialisation that our models use and must come out exactly as by
scipy, the smallest node standing for its component.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import duckdb
import numpy
import pyarrow

from bench import identity as bench

NODES = 100_000
SECONDS = 20  # a chain that takes one round a node would take hours


def graphs() -> dict[str, bench.Arrays]:
    """Edges of each graph, as arrays of left and right nodes from 0 to NODES - 1."""
    chance = numpy.random.default_rng(2020)
    chain = numpy.arange(NODES)
    shuffled = chance.permutation(NODES)
    return {
        "chain": (chain[:-1], chain[1:]),
        "chain_shuffled": (shuffled[:-1], shuffled[1:]),
        "star": (numpy.full(NODES - 1, shuffled[0]), shuffled[1:]),
        "cycles": (shuffled, shuffled.reshape(-1, 1000)[:, [*range(1, 1000), 0]].ravel()),
        "random": (chance.integers(0, NODES, NODES // 2), chance.integers(0, NODES, NODES // 2)),
    }


def by_scipy(left: numpy.ndarray, right: numpy.ndarray) -> numpy.ndarray:
    """The smallest node of each node's component."""
    parts = bench.components(left, right, NODES)
    smallest = numpy.full(parts.max() + 1, NODES)
    numpy.minimum.at(smallest, parts, numpy.arange(NODES))
    return smallest[parts]


def bench_graphs(folder: Path) -> list[str]:
    """Prints the seconds of each graph; returns what was missed."""
    project, environment = folder / "graphs", bench.warehouse(folder, "graphs")
    (project / "models").mkdir(parents=True, exist_ok=True)
    (project / "dbt_project.yml").write_text(
        "name: graphs\nprofile: orfevre\nmodel-paths: [models]\nmodels: {+schema: solved}\n"
        f"macro-paths: ['{bench.ROOT}/macros/materializations']\n"
        "flags: {send_anonymous_usage_stats: false}\n"
    )
    with duckdb.connect(environment["ORFEVRE_DUCKDB_PATH"]) as sql:
        for name, (left, right) in graphs().items():
            sql.register("edges", pyarrow.table({"left_key": left, "right_key": right}))
            sql.execute(f"create table {name}_edges as select * from edges")
            (project / "models" / f"{name}.sql").write_text(
                "{{ config(materialized='connected_components') }}\n"
                f"select left_key, right_key from main.{name}_edges"
            )
    bench.dbt(environment, "run", "--project-dir", str(project), "--threads", "1")
    results = json.loads((Path(environment["DBT_TARGET_PATH"]) / "run_results.json").read_text())
    seconds = {
        one["unique_id"].rpartition(".")[2]: one["execution_time"] for one in results["results"]
    }
    missed = []
    print(f"\n{'components of ' + format(NODES, ',') + ' nodes':<41} ours       scipy")
    with duckdb.connect(environment["ORFEVRE_DUCKDB_PATH"], read_only=True) as sql:
        for name, (left, right) in graphs().items():
            started = time.perf_counter()
            expected = by_scipy(left, right)
            theirs = time.perf_counter() - started
            solved = sql.execute(f"from orfevre_solved.{name}").fetchnumpy()
            ours = numpy.arange(NODES)
            ours[solved["node_key"]] = solved["component_key"]
            print(f"{name:<39} {seconds[name]:>6.2f} s {theirs:>8.2f} s", flush=True)
            if not numpy.array_equal(ours, expected):
                missed.append(f"components: {name} is not solved as by scipy")
            if seconds[name] > SECONDS:
                missed.append(f"components: {name} took {seconds[name]:.0f} s")
    return missed
