"""The materialisations that work in rounds, held against solvers of another kind."""

from __future__ import annotations

import random
from functools import cache
from itertools import pairwise
from pathlib import Path

import networkx
import pytest

from tests.dbt_in_process import ROOT, dbt

from .conftest import load, run

ROOM = 50_000  # node keys of one graph
STAR = 15_000  # leaves of a star that contradicts itself
LONG = 20_000  # nodes of a chain; a bench solves 100,000


@cache
def graphs() -> dict[str, list[tuple[int, int]]]:
    """Named graphs as lists of edges; node keys start at 0."""
    chance = random.Random(2020)
    long = list(range(LONG))
    chance.shuffle(long)
    found = {
        "chain": list(pairwise(range(LONG))),
        "chain_shuffled": list(pairwise(long)),
        "star": [(0, leaf) for leaf in range(1, LONG)],
        "cycle": [*pairwise(range(1000)), (999, 0)],
        "self_loops": [(1, 1), (2, 2), (2, 3), (3, 3)],
        "duplicates": [(5, 6), (6, 5), (5, 6), (6, 7)],
        "largest_keys": [(ROOM - 1, 0), (ROOM - 2, ROOM - 1)],
    }
    for number in range(25):
        nodes = chance.randint(2, 200)
        edges = chance.randint(1, int(nodes * chance.choice([0.5, 1, 2])) + 1)
        found[f"random_{number}"] = [
            (chance.randrange(nodes), chance.randrange(nodes)) for _ in range(edges)
        ]
    return found


def project(folder: Path, model: str) -> None:
    """A dbt project of one model, with the materialisations of this one."""
    (folder / "models").mkdir()
    (folder / "models" / "solved.sql").write_text(model)
    (folder / "dbt_project.yml").write_text(
        "name: graphs\nprofile: orfevre\nmodel-paths: [models]\nmodels: {+schema: solved}\n"
        f"macro-paths: ['{ROOT}/macros/materializations']\n"
        "flags: {send_anonymous_usage_stats: false}\n"
    )


@pytest.fixture(scope="session")
def components(
    warehouse: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[int, dict[int, int]]:
    """Component of each node by graph; all graphs are solved at once, side by side."""
    folder = tmp_path_factory.mktemp("components")
    rows = [
        (left + place * ROOM, right + place * ROOM)
        for place, edges in enumerate(graphs().values())
        for left, right in edges
    ]
    load(warehouse, "graphs.edges", {"left_key": "bigint", "right_key": "bigint"}, rows)
    project(
        folder,
        "{{ config(materialized='connected_components') }}\n"
        "select left_key, right_key from graphs.edges",
    )
    dbt(warehouse, folder / "target", "run", project=folder)
    solved = run(warehouse, "select node_key, component_key from orfevre_solved.solved")
    assert len(solved) == len({node for node, _ in solved}), "one row a node"
    by_graph: dict[int, dict[int, int]] = {}
    for node, component in solved:
        by_graph.setdefault(node // ROOM, {})[node] = component
    return by_graph


@pytest.mark.parametrize("name", graphs())
def test_connected_components(components: dict[int, dict[int, int]], name: str) -> None:
    place = list(graphs()).index(name)
    graph = networkx.Graph(graphs()[name])
    expected: dict[int, int] = {}
    for part in networkx.connected_components(graph):
        expected |= dict.fromkeys((node + place * ROOM for node in part), min(part) + place * ROOM)
    assert components[place] == expected


def one_by_one(
    links: list[tuple[int, int, int]], conflicts: list[tuple[int, int]]
) -> dict[int, int]:
    """Components when the strongest link joins first, unless two of its nodes contradict."""
    part = {node: {node} for pair in [*conflicts, *(link[:2] for link in links)] for node in pair}
    for left, right, _ in sorted(links, key=lambda link: -link[2]):
        joined = part[left] | part[right]
        if not any(one in joined and other in joined for one, other in conflicts):
            for node in joined:
                part[node] = joined
    return {node: min(nodes) for node, nodes in part.items()}


def test_agreeing_components(warehouse: dict[str, str], tmp_path: Path) -> None:
    chance = random.Random(7)
    rows: list[tuple[int, int, int | None, bool]] = []
    expected: dict[int, int] = {}
    for number in range(80):
        nodes = range(number * 100, number * 100 + chance.randint(3, 14))
        pairs = [tuple(sorted(chance.sample(nodes, 2))) for _ in range(len(nodes) * 2)]
        weights = chance.sample(range(1000), len(pairs))
        links = [
            (left, right, weight) for (left, right), weight in zip(pairs, weights, strict=True)
        ]
        conflicts = [tuple(sorted(chance.sample(nodes, 2))) for _ in range(len(nodes) // 2)]
        rows += [(*link, False) for link in links] + [(*pair, None, True) for pair in conflicts]
        expected |= one_by_one(links, conflicts)
    # a star of many, two of whom contradict: as many rounds as leaves would not end
    hub, *leaves = range(20_000, 20_000 + STAR)
    rows += [(hub, leaf, 5, False) for leaf in leaves] + [(leaves[8], leaves[9], None, True)]
    expected |= dict.fromkeys([hub, *leaves], hub) | {leaves[9]: leaves[9]}
    # nor would one whose weakest leaf contradicts all others
    hub, weakest, *leaves = range(40_000, 40_000 + STAR)
    rows += [(hub, leaf, leaf, False) for leaf in [weakest, *leaves]]
    rows += [(weakest, leaf, None, True) for leaf in leaves]
    expected |= dict.fromkeys([hub, *leaves], hub) | {weakest: weakest}
    # nor one of a single weight each leaf of which contradicts another
    hub, *leaves = range(60_000, 60_000 + 2 * STAR)
    first, second = leaves[::2], leaves[1::2]
    rows += [(hub, leaf, 5, False) for leaf in leaves]
    rows += [(*pair, None, True) for pair in zip(first, second, strict=False)]
    expected |= dict.fromkeys([hub, *first], hub) | {leaf: leaf for leaf in second}
    columns = {
        "left_key": "bigint",
        "right_key": "bigint",
        "weight": "integer",
        "is_conflict": "boolean",
    }
    load(warehouse, "conflicts.pairs", columns, rows)
    project(
        tmp_path,
        "{{ config(materialized='agreeing_components', schema='agreed') }}\n"
        "select left_key, right_key, weight, is_conflict from conflicts.pairs",
    )
    dbt(warehouse, tmp_path / "target", "run", project=tmp_path)
    assert dict(run(warehouse, "select * from orfevre_agreed.solved")) == expected


# Levels of a name and an e-mail, by pattern; how often strangers show them, and how often two
# records of one person do before anything is learnt.
LEVELS = {0: (5, 5), 1: (5, 1), 2: (1, 5)}
U = {("name", 5): 0.001, ("name", 1): 0.999, ("email", 5): 0.0005, ("email", 1): 0.9995}
M = {("name", 5): 0.8, ("name", 1): 0.2, ("email", 5): 0.7, ("email", 1): 0.3}
ALL_PAIRS, RECORDS = 1_000_000, 1000


def learnt(candidates: list[tuple[int, int, int]], rounds: int, worth: int) -> dict:
    """m of each level, from candidates of a pattern, the bits of their names, and a count."""
    m, prior = dict(M), RECORDS / (2 * ALL_PAIRS)
    for _ in range(rounds):
        counts = dict.fromkeys(M, 0.0)
        for pattern, bits, count in candidates:
            name, email = ("name", LEVELS[pattern][0]), ("email", LEVELS[pattern][1])
            odds = prior * m[name] * m[email] / U[email]
            odds *= 2 ** (bits / 10) if name == ("name", 5) else 1 / U[name]
            for level in (name, email):
                counts[level] += count * odds / (1 + odds)
        found = counts["email", 5] + counts["email", 1]
        m = {level: (counts[level] + worth * M[level]) / (found + worth) for level in M}
        prior = (1 + found) / ALL_PAIRS
    return m


def test_expectation_maximisation(warehouse: dict[str, str], tmp_path: Path) -> None:
    """Who shares a rare name and no e-mail is one person, although strangers share common names."""
    candidates = [(0, 90, 500), (1, 150, 300), (1, 60, 40), (2, 0, 60)]
    columns = dict.fromkeys(
        ["pattern_key", "name_bits", "pair_count", "level", "all_pairs", "record_count"], "integer"
    )
    columns |= {"attribute": "text", "m": "double precision", "u": "double precision"}
    columns |= {"is_weighed_by_frequency": "boolean"}
    rows = [
        (pattern, bits, count, level, ALL_PAIRS, RECORDS, attribute, M[said], U[said], weighed)
        for pattern, bits, count in candidates
        for attribute, level in zip(("name", "email"), LEVELS[pattern], strict=True)
        for said, weighed in [((attribute, level), (attribute, level) == ("name", 5))]
    ]
    load(warehouse, "training.patterns", columns, rows)
    project(
        tmp_path,
        "{{ config(materialized='expectation_maximisation', schema='learnt') }}\n"
        "select * from training.patterns",
    )
    settings = "{identity_training_rounds: 20, identity_prior_pairs: 50}"
    dbt(warehouse, tmp_path / "target", "run", "--vars", settings, project=tmp_path)
    found = run(warehouse, "select attribute, level, m from orfevre_learnt.solved")
    m = {(attribute, level): float(value) for attribute, level, value in found}
    m.pop(("prior", 0))
    assert m == pytest.approx(learnt(candidates, rounds=20, worth=50), rel=1e-6)
    assert m["email", 1] > 0.3
