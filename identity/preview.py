"""What a change of rules, weights or thresholds would do to the customers, and nothing else.

The identity layer is built from a copy of its tables, in schemas of its own that are dropped in the
end: ids, history and everything published stay as they are. The seeds are read from their files, so
that an edited one is tried as well. Records are those of the last build.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml
from rich.console import Console

import warehouse
from identity.explain import dbt_options, table
from identity.session import Refused, counted, session
from warehouse import Unbuilt

SCHEMAS = ("identity_preview", "seeds_preview")  # as generate_schema_name has them
MODELS = ["+identity_changes,path:models/identity", "1+path:models/identity,resource_type:seed"]
# What stops a build before the ids: what is wrong in a seed, and decisions that contradict.
GUARDS = [
    "path:seeds/identity*,resource_type:test",
    "assert_exclusions_fit_identifiers",
    "assert_overrides_do_not_contradict",
]
MOVES = ("merged", "split", "moved")
WORDS = {
    "new": ("customer", "not known before"),
    "joined": ("customer", "with more records, which nobody had"),
    "gone": ("customer", "gone with all records"),
    "left": ("customer", "with fewer records, which left their source"),
    "merged": ("customer", "merged into others"),
    "split": ("customer", "split off others"),
    "moved": ("move", "of records between two customers that stay"),
}


def preview(console: Console, variables: dict[str, Any], samples: int, is_full: bool) -> None:
    """Build, print and drop; `is_full` learns the weights anew."""
    with scratch():
        with console.status("Building the identity layer on trial …"):
            build(variables, is_full)
        show(console, limit(variables), samples)


@contextmanager
def scratch() -> Iterator[None]:
    """Schemas that hold a copy of identity's tables, dropped in the end."""

    def drop() -> None:
        with session(read_only=False) as trial:
            for schema in SCHEMAS:
                trial.rows(f"drop schema if exists {schema} cascade")

    drop()
    try:
        with session(read_only=False) as trial:
            tables = trial.rows(
                "select table_name from information_schema.tables"
                " where table_schema = 'identity' and table_type = 'BASE TABLE'"
            )
            if not tables:
                raise Unbuilt("identity is not built: run dbt build first")
            trial.rows("create schema identity_preview")
            for row in tables:
                name = row["table_name"]
                trial.rows(f"create table identity_preview.{name} as select * from identity.{name}")
        yield
    finally:
        drop()


def build(variables: dict[str, Any], is_full: bool) -> None:
    """The models that lead to identity_changes. Raises Refused when one of them fails."""
    from dbt.cli.main import dbtRunner  # three seconds that the other commands need not wait

    given = json.dumps(variables | {"is_identity_preview": True}, default=str)
    done = dbtRunner().invoke(
        [
            *["--log-level", "none", "build", *dbt_options("preview"), "--vars", given],
            *["--select", *MODELS, *GUARDS, "--indirect-selection", "empty"],
            *["--exclude-resource-type", "unit_test"],
            *(["--full-refresh"] if is_full else []),
        ]
    )
    if not done.success:
        failed = [
            without_frame(result.message)
            for result in done.result or []
            if result.status in ("error", "fail")
        ]
        raise Refused("\n".join(["The build on trial failed.", *(failed or [str(done.exception)])]))


def without_frame(message: str) -> str:
    """What `name_failures` said, without the names of the test and the macro that dbt sets around
    it; any other message whole."""
    found = re.fullmatch(r"Compilation Error in test [^\n]*\n(.*?)\n\s*> in .*", message, re.DOTALL)
    return textwrap.dedent(found[1]).strip() if found else message


def declared_vars() -> dict[str, Any]:
    """The project's vars, with the values of vars.yml."""
    declared: dict[str, Any] = yaml.safe_load((warehouse.ROOT / "vars.yml").read_text())["vars"]
    return declared


def limit(variables: dict[str, Any]) -> float:
    """The share of records that may move in a build."""
    return float((declared_vars() | variables)["identity_max_moved_share"])


def show(console: Console, most: float, samples: int) -> None:
    with session() as trial:
        counts = trial.rows(
            "select change_type, count(distinct coalesce("
            "  case when change_type in ('merged', 'gone', 'left') then previous_customer_id end,"
            "  case when change_type = 'moved' then previous_customer_id || proposed_customer_id"
            "  end, proposed_customer_id)) as customers, sum(record_count) as records"
            " from identity_preview.identity_changes group by change_type"
        )
        held = trial.rows(
            "select count(*) as records from identity_preview.int_previous_identities"
            " where valid_to is null"
        )[0]["records"]
        found = {row["change_type"]: row for row in counts}
        if not found:
            console.print("Nothing would change.")
        for kind, (noun, words) in WORDS.items():
            if kind not in found:
                continue
            head = f"{counted(found[kind]['customers'], noun)} {words}"
            records = counted(found[kind]["records"], "record")
            console.print(f"\n[bold]{head}[/bold] ({records})")
            table(
                console,
                "",
                trial.rows(
                    "select changes.previous_customer_id as before,"
                    " changes.proposed_customer_id as after, changes.record_count as records,"
                    " changes.example_record_id as such_as, records.first_name,"
                    " coalesce(records.company_name, records.last_name) as last_name,"
                    " records.birth_date, records.email, records.phone"
                    " from identity_preview.identity_changes as changes"
                    " left join canonical.customer_records as records"
                    " on changes.example_record_id = records.record_id"
                    " where changes.change_type = ? order by changes.record_count desc,"
                    " changes.example_record_id limit ?",
                    kind,
                    samples,
                ),
            )
    if found:
        console.print("\nDecisions noted since the last build, and new records, count among these.")
    moved = sum(found[kind]["records"] for kind in MOVES if kind in found)
    share = float(moved) / held if held else 0.0
    verdict = "a build would publish it" if share <= most else "a build would stop here"
    records = counted(held, "record")
    console.print(f"\n{share:.2%} of {records} would move; the limit is {most:.2%}: {verdict}")
