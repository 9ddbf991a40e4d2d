"""Why two records are one customer, or are not; and what holds a customer together."""

from __future__ import annotations

import io
import os
from collections import defaultdict, deque
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

import warehouse
from identity.session import Refused, marks, session
from warehouse import Session

Row = dict[str, Any]
LINKS_SHOWN = 12


def explain(console: Console, first: str, second: str | None) -> None:
    """Print it. Raises Refused for a record or customer that nobody knows."""
    with session() as warehouse_session:
        if second is None:
            customer = customer_of(warehouse_session, first)
            return of_customer(console, warehouse_session, customer)
        keys = keys_of(warehouse_session, [first, second])
        if of_pair(console, warehouse_session, first, second):
            return None
        met = rules_that_met(warehouse_session, first, second)
    return never_shown(console, first, second, keys, met)


# --- what to explain -------------------------------------------------------------------------


def customer_of(asked: Session, name: str) -> str:
    """The customer that `name` is, is a record of, or was merged into."""
    found = asked.rows(
        "select customer_id from identity.customer_identities"
        " where customer_id = ? or record_id = ?"
        " union select redirects_to_customer_id from identity.customer_redirects"
        " where customer_id = ?",
        *[name] * 3,
    )
    if not found:
        raise Refused(f"no record and no customer is called {name}")
    return str(found[0]["customer_id"])


def keys_of(asked: Session, records: list[str]) -> dict[str, int]:
    """Record keys by record id."""
    found = {
        row["record_id"]: row["record_key"]
        for row in asked.rows(
            "select record_id, record_key from identity.int_match_records"
            f" where record_id in ({marks(records)})",
            *records,
        )
    }
    if lost := [record for record in records if record not in found]:
        raise Refused(
            f"no record to match is called {' or '.join(lost)}: unknown, or made by us in a tool"
        )
    return found


# --- one customer ----------------------------------------------------------------------------


def of_customer(console: Console, asked: Session, customer: str) -> None:
    records = asked.rows(
        "select identities.record_id, coalesce(records.company_name, records.first_name) as first,"
        " records.last_name as last, records.birth_date, records.email, records.phone,"
        " records.postcode, records.city"
        " from identity.customer_identities as identities"
        " inner join canonical.customer_records as records"
        " on identities.record_id = records.record_id"
        " where identities.customer_id = ? order by identities.record_id",
        customer,
    )
    table(console, f"Customer {customer}", records)
    links = asked.rows(
        "select * from marts.identity_links where left_customer_id = ? and right_customer_id = ?"
        " and outcome = 'linked'",
        customer,
        customer,
    )
    tree = strongest(links)
    if tree:
        console.print(f"\n[bold]What holds it together[/bold]: the strongest of {len(links)} links")
        show_links(console, asked, tree)
    former = asked.rows(
        "select customer_id, ended_at from identity.customer_redirects"
        " where redirects_to_customer_id = ? order by ended_at, customer_id",
        customer,
    )
    table(console, "Merged into it", former)
    close = asked.rows(
        "select left_record_id, right_record_id, outcome, reason, score from marts.identity_links"
        " where outcome <> 'linked' and left_customer_id <> right_customer_id"
        " and (left_customer_id = ? or right_customer_id = ?)"
        f" order by score desc, left_record_id, right_record_id limit {LINKS_SHOWN}",
        customer,
        customer,
    )
    table(console, "Closest records of others", close)


def strongest(links: list[Row]) -> list[Row]:
    """The strongest links that hold all records together: one less than there are records."""
    part: dict[str, str] = {}

    def root(record: str) -> str:
        while part.setdefault(record, record) != record:
            record = part[record]
        return record

    kept = []
    for link in sorted(links, key=lambda link: (-strength(link), link["left_record_id"])):
        near, far = root(link["left_record_id"]), root(link["right_record_id"])
        if near != far:
            part[near] = far
            kept.append(link)
    return kept


def strength(link: Row) -> float:
    return float("inf") if link["decision"] or link["score"] is None else link["score"]


# --- two records -----------------------------------------------------------------------------


def of_pair(console: Console, asked: Session, first: str, second: str) -> bool:
    """Print what the last build knows of the pair; False when it never looked at it closely."""
    customers = [customer_of(asked, record) for record in (first, second)]
    direct = asked.rows(
        "select * from marts.identity_links"
        f" where left_record_id in ({marks('12')}) and right_record_id in ({marks('12')})",
        *[first, second] * 2,
    )
    chain = path(
        asked.rows(
            "select * from marts.identity_links where outcome <> 'refused' and component_key in"
            " (select components.component_key from identity.int_components as components"
            " inner join identity.int_match_records as records"
            " on components.node_key = records.record_key where records.record_id = ?)",
            first,
        ),
        first,
        second,
    )
    if customers[0] == customers[1]:
        console.print(f"[bold]One customer[/bold], {customers[0]}: {len(chain)} link(s)")
        show_links(console, asked, chain)
    else:
        console.print(f"[bold]Two customers[/bold], {customers[0]} and {customers[1]}")
    if direct and direct[0] not in chain:
        console.print("\nDirectly:")
        show_links(console, asked, direct)
    if chain and customers[0] != customers[1]:
        console.print("\nA chain that joined them was cut where it was weakest:")
        show_links(console, asked, chain)
        show_conflicts(console, asked, customers)
    return bool(direct or chain)


def show_conflicts(console: Console, asked: Session, customers: list[str]) -> None:
    """Records of the two customers that cannot be of one."""
    conflicts = asked.rows(
        "select near.record_id, conflicts.conflict, far.record_id as other_record_id"
        " from identity.int_decided_conflicts as conflicts"
        " inner join identity.int_match_records as left_records"
        " on conflicts.left_key = left_records.record_key"
        " inner join identity.int_match_records as right_records"
        " on conflicts.right_key = right_records.record_key"
        " inner join identity.customer_identities as near"
        " on near.record_id in (left_records.record_id, right_records.record_id)"
        " inner join identity.customer_identities as far"
        " on far.record_id in (left_records.record_id, right_records.record_id)"
        " where near.customer_id = ? and far.customer_id = ?"
        f" order by near.record_id, far.record_id limit {LINKS_SHOWN}",
        *customers,
    )
    table(console, "\nWhat contradicts", conflicts)


def path(links: list[Row], first: str, second: str) -> list[Row]:
    """The fewest links from one record to the other, the strongest of as few, uncut ones first."""
    near: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for link in sorted(links, key=lambda link: (link["outcome"] == "cut", -strength(link))):
        near[link["left_record_id"]].append((link["right_record_id"], link))
        near[link["right_record_id"]].append((link["left_record_id"], link))
    came: dict[str, tuple[str, Row] | None] = {first: None}
    waiting = deque([first])
    while waiting and second not in came:
        record = waiting.popleft()
        for other, link in near[record]:
            if other not in came:
                came[other] = (record, link)
                waiting.append(other)
    found = []
    step = came.get(second)
    while step:
        found.append(step[1])
        step = came[step[0]]
    return found[::-1]


def show_links(console: Console, asked: Session, links: list[Row]) -> None:
    """Each link with the evidence for and against it."""
    records = sorted({link[f"{side}_record_id"] for link in links for side in ("left", "right")})
    evidence: dict[tuple[str, str], list[Row]] = defaultdict(list)
    if len(links) <= LINKS_SHOWN:
        for row in asked.rows(
            "select * from marts.identity_evidence"
            f" where left_record_id in ({marks(records)})"
            f" and right_record_id in ({marks(records)})",
            *records * 2,
        ):
            evidence[row["left_record_id"], row["right_record_id"]].append(row)
    for link in links[: LINKS_SHOWN * 4]:
        pair = link["left_record_id"], link["right_record_id"]
        console.print(Text(f"\n{pair[0]} — {pair[1]}", style="bold"))
        console.print(Text("  " + "; ".join(said(asked, link))))
        show_evidence(console, evidence[pair])
    if len(links) > LINKS_SHOWN * 4:
        console.print(f"… and {len(links) - LINKS_SHOWN * 4} more")


def said(asked: Session, link: Row) -> list[str]:
    """What there is to say of a link, in a few words each."""
    words = [link["outcome"] + (f": {link['reason']}" if link["reason"] else "")]
    if link["decision"]:
        words += [
            f"{row['author']} decided {row['decision']} on {row['decided_date']}: {row['reason']}"
            for row in asked.rows(
                "select * from identity.decided_pairs where not is_expired"
                f" and left_record_id in ({marks('12')}) and right_record_id in ({marks('12')})",
                *[link["left_record_id"], link["right_record_id"]] * 2,
            )
        ]
    if link["score"] is not None:
        words.append(f"score {link['score']}")
    words.append(f"found by {link['rules']}" if link["rules"] else "no rule found it")
    if link["valid_from"]:
        words.append(f"one customer since {link['valid_from']:%Y-%m-%d %H:%M}")
    return words


def show_evidence(console: Console, rows: list[Row]) -> None:
    shown = Table(box=None, padding=(0, 2), header_style="dim")
    for name in ("attribute", "left", "right", "agreement"):
        shown.add_column(name, overflow="fold")
    shown.add_column("weight", justify="right")
    for row in sorted(rows, key=lambda row: -abs(row["weight"])):
        values = (row["attribute"], row["left_value"], row["right_value"], row["agreement"])
        if row["weight"]:
            cells = [Text(str(value or "")) for value in values]
            shown.add_row(*cells, Text(f"{row['weight']:+d}"))
    if rows:
        console.print(shown)


# --- two records that no build has looked at -------------------------------------------------


def rules_that_met(asked: Session, first: str, second: str) -> list[Row]:
    """Each blocking rule with the keys of both records; `meets`, and how many records do."""
    keys: dict[int, dict[str, set[str]]] = defaultdict(lambda: {first: set(), second: set()})
    for row in asked.rows(
        "select keys.rule, keys.block_key, records.record_id from identity.int_block_keys as keys"
        " inner join identity.int_match_records as records on keys.record_key = records.record_key"
        " where records.record_id in (?, ?)",
        first,
        second,
    ):
        keys[row["rule"]][row["record_id"]].add(row["block_key"])
    refusals = {
        row["rule"]: row["refusal"]
        for row in asked.rows(
            "select near.rule, max(near.refusal) as refusal from identity.identifiers as near"
            " inner join identity.identifiers as far"
            " on near.rule = far.rule and near.identifier_value = far.identifier_value"
            " where near.record_id = ? and far.record_id = ? and not near.is_usable"
            " group by near.rule",
            first,
            second,
        )
    }
    found = []
    for rule in asked.rows("select * from seeds.identity_blocking_rules order by rule"):
        near, far = keys[rule["rule"]][first], keys[rule["rule"]][second]
        sizes = [
            asked.rows(
                "select count(*) as size from identity.int_block_keys"
                " where rule = ? and block_key = ?",
                rule["rule"],
                key,
            )[0]["size"]
            for key in near & far
        ]
        refusal = refusals.get(rule["rule"])
        found.append(rule | {"near": near, "far": far, "sizes": sizes, "refusal": refusal})
    return found


def never_shown(
    console: Console, first: str, second: str, keys: dict[str, int], met: list[Row]
) -> None:
    """Compare the two now, by the macros that every build compares with."""
    verdicts = [verdict(rule) for rule in met]
    found_them = "the same" in verdicts
    console.print(
        "A rule found them, but the evidence is far below the grey zone."
        if found_them
        else "No rule found them to be compared. What the rules look at:"
    )
    shown = Table(box=None, padding=(0, 2), header_style="dim")
    for name in ("rule", first, second, ""):
        shown.add_column(Text(name), overflow="fold")
    for rule, said_of_it in zip(met, verdicts, strict=True):
        cells = [", ".join(sorted(rule[side])) for side in ("near", "far")]
        shown.add_row(*[Text(cell) for cell in (rule["name"], *cells, said_of_it)])
    console.print(shown)
    left, right = sorted(keys.values())
    evidence = compared(left, right, swapped=keys[first] != left)
    score = sum(row["weight"] for row in evidence)
    console.print(f"\nCompared now: score {score}")
    show_evidence(console, evidence)


def verdict(rule: Row) -> str:
    if rule["refusal"]:
        return f"the same, but it proves nothing: {rule['refusal']}"
    if rule["sizes"]:
        size = min(rule["sizes"])
        if size > rule["block_limit"]:
            return f"the same, but of {size} records: more than {rule['block_limit']}"
        return "the same"
    lacking = [side for side in ("near", "far") if not rule[side]]
    return {0: "different", 1: "one does not say", 2: "neither says"}[len(lacking)]


def compared(left_key: int, right_key: int, swapped: bool) -> list[Row]:
    """Evidence of any two records, left the first one asked for."""
    from dbt.cli.main import dbtRunner  # three seconds, for this answer only

    call = f"{{{{ evidence_of_two({left_key}, {right_key}) }}}}"
    folders = dbt_folders("explain")
    with redirect_stdout(io.StringIO()):  # it prints what it compiles
        done = dbtRunner().invoke(["--quiet", "compile", "--inline", call, *folders])
    if not done.success:
        raise Refused(f"dbt could not compile the comparison: {done.exception}")
    query = done.result.results[0].node.compiled_code
    with session() as asked:
        rows = asked.rows(query)
    if swapped:
        for row in rows:
            row["left_value"], row["right_value"] = row["right_value"], row["left_value"]
    return rows


def dbt_folders(command: str) -> list[str]:
    """Where dbt finds the project and what it parsed: a folder a command, so that none parses the
    project anew because another gave it other vars."""
    target = Path(os.environ.get("DBT_TARGET_PATH", "target")) / command
    root = str(warehouse.ROOT)
    return ["--project-dir", root, "--profiles-dir", root, "--target-path", str(target)]


# --- tables ----------------------------------------------------------------------------------


def table(console: Console, title: str, rows: list[Row]) -> None:
    """Rows as a table; nothing when there are none."""
    if not rows:
        return
    shown = Table(title=title, title_justify="left", box=None, padding=(0, 2), header_style="dim")
    for name in rows[0]:
        shown.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        shown.add_row(*[Text("" if value is None else str(value)[:40]) for value in row.values()])
    console.print(shown)
