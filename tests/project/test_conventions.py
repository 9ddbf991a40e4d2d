"""The house rules that a machine can check, over dbt's manifest and the tree.

Each test lists every offender, with the rule's number in its message.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.jsonschemas.jsonschemas import CustomDraft7Validator, project_schema, resources_schema

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ["staging", "canonical", "identity", "marts", "segments", "activation"]
SCREEN = 80  # lines of SQL; aim under 60


def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def folder(node: dict[str, Any]) -> list[str]:
    return Path(node["original_file_path"]).parts[1:-1]


def sql(node: dict[str, Any]) -> str:
    """The model's SQL without comments."""
    text = re.sub(r"\{#.*?#\}", "", node["raw_code"], flags=re.DOTALL)
    return re.sub(r"--[^\n]*", "", text)


def test_every_model_has_its_yaml_beside_it(manifest: dict[str, Any]) -> None:
    offenders = []
    for node in models(manifest):
        path = ROOT / node["original_file_path"]
        if not path.with_suffix(".yml").exists() or not node["description"].strip():
            offenders.append(node["original_file_path"])
    assert not offenders, f"no YAML of the same name, or no description: {offenders}"


def test_yaml_holds_one_model(manifest: dict[str, Any]) -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "models").rglob("*.yml")
        if len((yaml.safe_load(path.read_text()) or {}).get("models", [])) > 1
    ]
    assert not offenders, f"one YAML a model: {offenders}"


@pytest.mark.parametrize(
    ("place", "pattern"),
    [
        ("staging", r"stg_{parent}__\w+$"),
        ("segments", r"(segment_\w+|segments?_memberships?\w*)$"),
        (
            "activation",
            r"((sync|changes)_\w+__\w+|int_\w+|receipts|intents|deliveries|rejections|sync_runs)$",
        ),
    ],
)
def test_names_tell_the_room(manifest: dict[str, Any], place: str, pattern: str) -> None:
    offenders = []
    for node in models(manifest):
        rooms = folder(node)
        if rooms[0] == place and not re.match(pattern.format(parent=rooms[-1]), node["name"]):
            offenders.append(node["name"])
    assert not offenders, f"names of {place} follow {pattern}: {offenders}"


def test_every_model_is_in_a_room(manifest: dict[str, Any]) -> None:
    offenders = [node["name"] for node in models(manifest) if folder(node)[0] not in LAYERS]
    assert not offenders


def test_intermediate_models_stay_in_their_folder(manifest: dict[str, Any]) -> None:
    """An int_ model serves its folder, those in it, and within the layer those that hold it."""
    offenders = []
    for node in models(manifest):
        for parent in node["depends_on"]["nodes"]:
            above = manifest["nodes"].get(parent)
            if not above or not above["name"].startswith("int_"):
                continue
            one, other = folder(above), folder(node)
            shared = min(len(one), len(other))
            if one[:shared] != other[:shared]:
                offenders.append(f"{'/'.join(other)}/{node['name']} reads {above['name']}")
    assert not offenders, f"int_ models do not leave their folder: {offenders}"


def test_layers_point_forward(manifest: dict[str, Any]) -> None:
    offenders = []
    for node in models(manifest):
        for parent in node["depends_on"]["nodes"]:
            above = manifest["nodes"].get(parent)
            if not above or above["resource_type"] != "model":
                continue
            if LAYERS.index(folder(above)[0]) > LAYERS.index(folder(node)[0]):
                offenders.append(f"{node['name']} reads {above['name']}")
    # deliveries are activation's state, seen from the operations marts
    offenders = [
        line
        for line in offenders
        if not re.search(r"reads (receipts|intents|deliveries|rejections|sync_runs)$", line)
    ]
    assert not offenders, f"layers only point forward: {offenders}"


def test_sources_are_read_by_staging_only(manifest: dict[str, Any]) -> None:
    offenders = [
        node["name"]
        for node in models(manifest)
        if folder(node)[0] != "staging"
        and any(parent.startswith("source.") for parent in node["depends_on"]["nodes"])
    ]
    assert not offenders, f"only staging reads sources: {offenders}"


def test_marts_keep_their_contract(manifest: dict[str, Any]) -> None:
    offenders = []
    for node in models(manifest):
        if folder(node)[0] not in ("marts", "segments", "activation"):
            continue
        if not node["config"]["contract"]["enforced"]:
            offenders.append(f"{node['name']}: contract not enforced")
        offenders += [
            f"{node['name']}.{column['name']}: no description"
            for column in node["columns"].values()
            if not column["description"].strip()
        ]
    assert not offenders, f"enforced contract, every column described: {offenders}"


def test_marts_have_a_tested_key(manifest: dict[str, Any]) -> None:
    keyed = {
        test["attached_node"]
        for test in manifest["nodes"].values()
        if test["resource_type"] == "test"
        and (test.get("test_metadata") or {}).get("name") in ("unique", "unique_combination")
    }
    offenders = [
        node["name"]
        for node in models(manifest)
        if folder(node)[0] in ("canonical", "marts", "segments")
        and not node["name"].startswith("int_")
        and node["unique_id"] not in keyed
    ]
    assert not offenders, f"no unique key tested: {offenders}"


def test_personal_data_is_marked(manifest: dict[str, Any]) -> None:
    personal = re.compile(
        r"^(raw_)?(email|phone|mobile_phone|first_name|last_name|birth_name|birth_date|"
        r"address_line_\d|contact_value|cellphone|firstname|lastname)$"
    )
    offenders = [
        f"{node['name']}.{column['name']}"
        for node in models(manifest)
        if folder(node)[0] in ("marts", "activation")
        for column in node["columns"].values()
        if personal.match(column["name"])
        and not (column.get("config", {}).get("meta") or column.get("meta") or {}).get("pii")
    ]
    assert not offenders, f"config.meta.pii is missing: {offenders}"


def syncs(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in models(manifest) if re.match(r"sync_\w+__\w+$", node["name"])]


def test_every_sync_has_an_exposure(manifest: dict[str, Any]) -> None:
    exposed = {
        parent for node in manifest["exposures"].values() for parent in node["depends_on"]["nodes"]
    }
    offenders = [node["name"] for node in syncs(manifest) if node["unique_id"] not in exposed]
    assert not offenders, f"a sync_ model tells where it goes, by an exposure: {offenders}"


def test_every_sync_keeps_the_engines_contract(manifest: dict[str, Any]) -> None:
    first = {
        "destination_key": "text",
        "customer_id": "text",
        "payload_hash": "text",
        "has_consent": "boolean",
    }
    unique = {
        test["attached_node"]
        for test in manifest["nodes"].values()
        if (test.get("test_metadata") or {}).get("name") == "unique"
        and test["column_name"] == "destination_key"
    }
    offenders = []
    for node in syncs(manifest):
        columns = {name: column["data_type"] for name, column in node["columns"].items()}
        if list(columns.items())[: len(first)] != list(first.items()):
            offenders.append(f"{node['name']}: its first columns are {', '.join(first)}")
        if node["unique_id"] not in unique:
            offenders.append(f"{node['name']}: destination_key is not tested to be unique")
    assert syncs(manifest) and not offenders, offenders


def test_changes_are_those_of_their_own_sync(manifest: dict[str, Any]) -> None:
    offenders = []
    for node in models(manifest):
        if folder(node)[0] == "activation" and node["name"].startswith("changes_"):
            name = node["name"].removeprefix("changes_")
            call = f"{{{{ compare_with_receipts(ref('sync_{name}'), '{name}') }}}}"
            if sql(node).strip() != call:
                offenders.append(node["name"])
    assert not offenders, f"one call of compare_with_receipts, under the sync's name: {offenders}"


def test_models_know_no_engine_and_no_clock(manifest: dict[str, Any]) -> None:
    forbidden = re.compile(
        r"target\.(type|name)|\bnow\(\)|current_(date|timestamp)|\bgetdate\(|::[a-z]"
    )
    offenders = [node["name"] for node in models(manifest) if forbidden.search(sql(node))]
    assert not offenders, f"target.type, a clock or :: in a model: {offenders}"


def test_models_hold_no_loops(manifest: dict[str, Any]) -> None:
    offenders = [
        node["name"]
        for node in models(manifest)
        if re.search(r"\{%-?\s*(for|set|macro|do)\b", sql(node))
        or re.search(r"\{%-?\s*if\s+(?!is_incremental\(\)|not is_incremental\(\))", sql(node))
    ]
    assert not offenders, f"Jinja in a model is ref, source, var, config and macros: {offenders}"


def test_a_model_is_one_screen(manifest: dict[str, Any]) -> None:
    offenders = [
        f"{node['name']}: {len(node['raw_code'].splitlines())}"
        for node in models(manifest)
        if len(node["raw_code"].splitlines()) > SCREEN
    ]
    assert not offenders, f"longer than {SCREEN} lines: {offenders}"


def test_unit_test_names_fit_postgres(manifest: dict[str, Any]) -> None:
    offenders = [test["name"] for test in manifest["unit_tests"].values() if len(test["name"]) > 63]
    assert not offenders, f"dbt makes a relation of that name, at most 63 characters: {offenders}"


def macros(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The project's own that a model may call: no engine's own form of one, no test."""
    return [
        macro
        for macro in manifest["macros"].values()
        if macro["package_name"] == "orfevre"
        and not re.match(r"(\w+__|test_|materialization_)", macro["name"])
    ]


def test_macros_are_documented(manifest: dict[str, Any]) -> None:
    offenders = []
    for macro in macros(manifest):
        signature = re.search(
            rf"macro\s+{macro['name']}\s*\((.*?)\)\s*-?%}}", macro["macro_sql"], re.S
        )
        taken = [one.split("=")[0].strip() for one in signature[1].split(",")] if signature else []
        described = [
            one["name"] for one in macro["arguments"] if one["type"] and one["description"]
        ]
        if not macro["description"].strip() or described != [name for name in taken if name]:
            offenders.append(f"{macro['name']}({', '.join(taken)}): described are {described}")
    assert not offenders, f"a macro's YAML describes it and each argument: {offenders}"


# Hooks: an engine that needs nothing done has nothing to write.
OPTIONAL = {"prepare_engine", "analyze_table", "note_views", "restore_views"}
# One body for all engines but a few: those refuse its SQL themselves.
SHARED = {"shares_rule", "sum_rules"}


def test_an_engine_that_nobody_wrote_for_is_told(manifest: dict[str, Any]) -> None:
    sources = {
        macro["name"]: macro["macro_sql"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == "orfevre"
    }
    dispatched = {
        name
        for text in sources.values()
        for name in re.findall(r"adapter\.dispatch\(\s*['\"](\w+)", text)
    }
    offenders = [
        name
        for name in dispatched - OPTIONAL - SHARED
        if "exceptions.raise_compiler_error" not in sources.get(f"default__{name}", "")
    ]
    assert dispatched and not offenders, f"no default__ that raises: {offenders}"


def test_seeds_are_documented(manifest: dict[str, Any]) -> None:
    offenders = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "seed" and not node["description"].strip()
    ]
    assert not offenders, f"each seed has a description: {offenders}"


def test_every_var_is_explained() -> None:
    lines = (ROOT / "vars.yml").read_text().splitlines()
    offenders = [
        line.strip()
        for before, line in itertools.pairwise(lines)
        if re.match(r"  \w+:", line) and not before.strip().startswith("#")
    ]
    assert not offenders, f"a comment above each var: {offenders}"


def test_every_var_is_read(manifest: dict[str, Any]) -> None:
    text = "".join(
        path.read_text()
        for place in ("models", "macros", "tests/dbt", "analyses")
        for path in (ROOT / place).rglob("*.sql")
    ) + "".join(path.read_text() for path in ROOT.glob("*/*.py"))
    names = (yaml.safe_load((ROOT / "vars.yml").read_text()) or {})["vars"]
    offenders = [name for name in names if not re.search(rf"['\"]{name}['\"]", text)]
    assert not offenders, f"vars that nothing reads: {offenders}"


def test_what_reads_a_record_is_among_its_rules(manifest: dict[str, Any]) -> None:
    """A record is read again when a seed or variable that reading asks has changed."""

    def asked(name: str) -> set[str]:
        """Seeds and variables that a model asks, itself, what cleanses before it, their macros."""
        above: dict[str, str] = {}
        waiting = [f"model.orfevre.{name}"]
        while waiting:
            key = waiting.pop()
            if key in above:
                continue
            if node := manifest["nodes"].get(key):
                above[key] = node["raw_code"]
                if node["name"] == name or "cleansing" in node["path"]:
                    waiting += node["depends_on"].get("nodes", [])
                    waiting += node["depends_on"].get("macros", [])
            elif key.startswith("macro.orfevre."):
                above[key] = manifest["macros"][key]["macro_sql"]
                waiting += manifest["macros"][key]["depends_on"]["macros"]
        variables = set(re.findall(r"var\(['\"](\w+)", " ".join(above.values())))
        return variables | {key for key in above if key.startswith("seed.")}

    offenders = asked("customer_records") - asked("int_unread_records")
    assert not offenders, f"int_cleansing_rules does not know of {offenders}"


@pytest.mark.parametrize("place", ["models", "macros", "seeds", "tests/dbt", "analyses"])
def test_yaml_is_strict(place: str) -> None:
    problems = {
        str(path.relative_to(ROOT)): found
        for path in sorted((ROOT / place).rglob("*.yml"))
        if (found := yaml_problems(yaml.safe_load(path.read_text())))
    }
    assert not problems


def test_project_file_is_strict() -> None:
    content = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    errors = CustomDraft7Validator(project_schema()).iter_errors(content)
    assert not [error.message[:200] for error in errors]


def test_a_typo_is_refused() -> None:
    """The negative control: dbt itself lets this pass on DuckDB and PostgreSQL."""
    assert yaml_problems({"models": [{"name": "customers", "descrpition": "typo"}]})


def yaml_problems(content: dict[str, Any]) -> list[str]:
    """What dbt's own JSON schema says of a properties file, which it asks of few engines."""
    validator = CustomDraft7Validator(resources_schema())
    return [
        f"{'.'.join(map(str, error.path))}: {error.message[:200]}"
        for error in validator.iter_errors(content)
    ]
