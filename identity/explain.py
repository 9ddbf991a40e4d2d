"""Why two records are one customer, or are not; and what holds a customer together."""

from __future__ import annotations

import io
import os
import re
from collections import defaultdict, deque
from contextlib import redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

import warehouse
from identity.session import Missing, Refused, counted, marks, session
from warehouse import Session

Row = dict[str, Any]
LINKS_SHOWN = 12
# As people write one: other numbers are keys that a system has counted.
PHONE = re.compile(r"(^|:)\(?[+0][\d .()/-]{8,}$")
RECORDS_OF = "select record_id from identity.customer_identities where customer_id = ?"


def explain(console: Console, first: str, second: str | None) -> None:
    """Print it. Raises Missing for a record or customer that nobody knows."""
    with session() as asked:
        if second is None:
            return of_customer(console, asked, first)
        keys = keys_of(asked, [first, second])
        if of_pair(console, asked, keys):
            return None
        met = rules_that_met(asked, keys)
    return compare_now(console, keys, met)


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
    if found:
        return str(found[0]["customer_id"])
    former = asked.rows(
        "select record_id, customer_id, valid_to from identity.customer_identity_history"
        " where (record_id = ? or customer_id = ?) and valid_to is not null"
        " order by valid_to desc, record_id limit 1",
        *[name] * 2,
    )
    if not former:
        raise Missing(f"no record and no customer is called {called(name)}")
    raise Missing(
        f"{called(name)} is no more: record {called(former[0]['record_id'])} of customer"
        f" {former[0]['customer_id']} left its source on {former[0]['valid_to']:%Y-%m-%d %H:%M}"
    )


def called(name: str) -> str:
    """A record or customer as an error may name it: a file's key may be an e-mail or a phone."""
    if "@" in name:
        return "(an e-mail)"
    return "(a phone)" if PHONE.search(name) else name


def keys_of(asked: Session, records: list[str]) -> dict[str, int]:
    """Record keys by record id."""
    if len(set(records)) < len(records):
        raise Refused(f"{called(records[0])} is one record: name another")
    found = {
        row["record_id"]: row["record_key"]
        for row in asked.rows(
            "select record_id, record_key from identity.int_match_records"
            f" where record_id in ({marks(records)})",
            *records,
        )
    }
    if lost := [record for record in records if record not in found]:
        raise what_else(asked, lost)
    return found


def what_else(asked: Session, lost: list[str]) -> Refused:
    """What is to say of names that no record to match has."""
    known = asked.rows(
        "select record_id, customer_id from identity.customer_identities"
        f" where record_id in ({marks(lost)}) or customer_id in ({marks(lost)})"
        " order by record_id limit 1",
        *lost * 2,
    )
    if not known:
        names = " or ".join(map(called, lost))
        return Missing(f"no record to match is called {names}: unknown to the last build")
    (row,) = known
    if row["record_id"] in lost:
        name = called(row["record_id"])
        return Refused(f"{name} was made by us in a tool: no evidence of who it is")
    customer = row["customer_id"]
    return Refused(f"{customer} is a customer: name one of its records, which `explain` lists")


# --- one customer ----------------------------------------------------------------------------


def of_customer(console: Console, asked: Session, name: str) -> None:
    customer = customer_of(asked, name)
    records = asked.rows(
        "select identities.record_id, coalesce(records.company_name, records.first_name) as first,"
        " records.last_name as last, records.birth_date, records.email, records.phone,"
        " records.postcode, records.city, identities.valid_from as since"
        " from identity.customer_identities as identities"
        " inner join canonical.customer_records as records"
        " on identities.record_id = records.record_id"
        " where identities.customer_id = ? and records.published_customer_id is null"
        " order by identities.record_id",
        customer,
    )
    table(console, f"Customer {customer}", records)
    published = asked.rows(
        "select record_id, created_at from canonical.customer_records"
        f" where published_customer_id is not null and record_id in ({RECORDS_OF})"
        " order by record_id",
        customer,
    )
    table(console, "\nMade by us in a tool: no evidence of who it is", published)
    links = asked.rows(
        "select * from marts.identity_links where left_customer_id = ? and right_customer_id = ?"
        " and outcome = 'linked'",
        customer,
        customer,
    )
    tree = strongest(links)
    if tree:
        of_all = "the strongest of " if len(tree) < len(links) else ""
        count = counted(len(links), "link")
        console.print(f"\n[bold]What holds it together[/bold]: {of_all}{count}")
        show_links(console, asked, tree)
    former = asked.rows(
        "select customer_id, ended_at from identity.customer_redirects"
        " where redirects_to_customer_id = ? order by ended_at, customer_id",
        customer,
    )
    table(console, "\nMerged into it", former)
    moved = asked.rows(
        "select history.record_id, history.customer_id as was_of, history.valid_from,"
        " history.valid_to, coalesce(identities.customer_id, 'no source') as is_now_of"
        " from identity.customer_identity_history as history"
        " left join identity.customer_identities as identities"
        " on history.record_id = identities.record_id"
        " where history.valid_to is not null"
        " and (history.customer_id = ? or identities.customer_id = ?)"
        f" order by history.valid_to desc, history.record_id limit {LINKS_SHOWN}",
        customer,
        customer,
    )
    table(console, "\nRecords that came or went", moved)
    show_decisions(
        console,
        asked,
        f"left_record_id in ({RECORDS_OF}) or right_record_id in ({RECORDS_OF})",
        *[customer] * 2,
    )
    keys = asked.rows(
        f"select record_key from identity.int_match_records where record_id in ({RECORDS_OF})",
        customer,
    )
    close = keys and asked.rows(
        "select left_record_id, right_record_id, outcome, reason, score from marts.identity_links"
        " where outcome <> 'linked' and left_customer_id <> right_customer_id"
        f" and (left_key in ({marks(keys)}) or right_key in ({marks(keys)}))"
        f" order by score desc, left_record_id, right_record_id limit {LINKS_SHOWN}",
        *[row["record_key"] for row in keys] * 2,
    )
    table(console, "\nClosest records of others", close)


def show_decisions(console: Console, asked: Session, condition: str, *values: str) -> None:
    """What people decided on the pairs of a condition on their records, and whether it matters."""
    decisions = asked.rows(
        "select left_record_id, right_record_id, decision, effect, author, reason, decided_date,"
        f" expiry_date from marts.identity_override_effects where {condition}"
        " order by decided_date, left_record_id, right_record_id",
        *values,
    )
    table(console, "\nWhat people decided", decisions)


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


def of_pair(console: Console, asked: Session, keys: dict[str, int]) -> bool:
    """Print what the last build knows of the pair; False when it is still to be compared."""
    first, second = keys
    customers = [customer_of(asked, record) for record in keys]
    is_one = customers[0] == customers[1]
    direct = asked.rows(
        "select * from marts.identity_links where left_key = ? and right_key = ?",
        *sorted(keys.values()),
    )
    # A link that was cut leads out of the customer: it is no part of what holds it together.
    chain = path(joined(asked, keys[first], ["linked"] if is_one else ["linked", "cut"]), *keys)
    if is_one and chain:
        console.print(f"[bold]One customer[/bold], {customers[0]}: {counted(len(chain), 'link')}")
        show_links(console, asked, chain)
    elif is_one:
        console.print(
            f"[bold]One customer[/bold], {customers[0]}, as last published: the links that were"
            " built since do not join them"
        )
    else:
        console.print(f"[bold]Two customers[/bold], {customers[0]} and {customers[1]}")
    if direct and direct[0] not in chain:
        console.print("\nDirectly:")
        show_links(console, asked, direct)
        show_best_links(console, asked, direct[0])
    if not is_one:
        if chain:
            was_cut = any(link["outcome"] == "cut" for link in chain)
            console.print(
                "\nA chain that joined them was cut where it was weakest:"
                if was_cut
                else "\nAs last published: the links that were built since join them:"
            )
            show_links(console, asked, chain)
        show_between(console, asked, customers, [first, second])
        show_refused_identifiers(console, asked, first, second)
    return is_one or any(link["score"] is not None for link in direct)


def joined(asked: Session, key: int, outcomes: list[str]) -> list[Row]:
    """The links of these outcomes among all that links join to a record."""
    members = asked.rows(
        "select node_key from identity.int_components where component_key ="
        " (select component_key from identity.int_components where node_key = ?)",
        key,
    )
    if not members:
        return []
    return asked.rows(
        f"select * from marts.identity_links where left_key in ({marks(members)})"
        f" and right_key in ({marks(members)}) and outcome in ({marks(outcomes)})",
        *[row["node_key"] for row in members] * 2,
        *outcomes,
    )


def show_best_links(console: Console, asked: Session, link: Row) -> None:
    """Where a record without a full name stays, when that is why a link is refused."""
    if not (link["reason"] or "").startswith("no name"):
        return
    nameless = asked.rows(
        "select record_id, record_key from identity.int_match_records"
        " where is_nameless and record_key in (?, ?) order by record_id",
        link["left_key"],
        link["right_key"],
    )
    for record in nameless:
        name = record["record_id"]
        console.print(Text(f"\n{name} has no full name and stays with its best link:"))
        best = asked.rows(
            "select * from marts.identity_links where outcome <> 'refused'"
            " and (left_key = ? or right_key = ?)",
            *[record["record_key"]] * 2,
        )
        show_links(console, asked, best)


def show_between(console: Console, asked: Session, customers: list[str], named: list[str]) -> None:
    """What else stands between two customers: contradictions, and links between their records."""
    conflicts = asked.rows(
        "select near.record_id, case conflicts.conflict"
        " when 'two birth dates' then cast(near_records.birth_date as text)"
        " when 'two sexes and first names' then near_records.first_name"
        " when 'two compound first names' then near_records.first_name"
        " when 'two contacts of one company'"
        " then near_records.first_name || ' ' || near_records.last_name"
        " when 'too many surnames' then near_records.last_name end as says, conflicts.conflict,"
        " far.record_id as other_record_id, case conflicts.conflict"
        " when 'two birth dates' then cast(far_records.birth_date as text)"
        " when 'two sexes and first names' then far_records.first_name"
        " when 'two compound first names' then far_records.first_name"
        " when 'two contacts of one company'"
        " then far_records.first_name || ' ' || far_records.last_name"
        " when 'too many surnames' then far_records.last_name end as other_says"
        " from identity.int_decided_conflicts as conflicts"
        " inner join identity.int_match_records as left_records"
        " on conflicts.left_key = left_records.record_key"
        " inner join identity.int_match_records as right_records"
        " on conflicts.right_key = right_records.record_key"
        " inner join identity.customer_identities as near"
        " on near.record_id in (left_records.record_id, right_records.record_id)"
        " inner join identity.customer_identities as far"
        " on far.record_id in (left_records.record_id, right_records.record_id)"
        " inner join canonical.customer_records as near_records"
        " on near.record_id = near_records.record_id"
        " inner join canonical.customer_records as far_records"
        " on far.record_id = far_records.record_id"
        " where near.customer_id = ? and far.customer_id = ?"
        f" order by near.record_id, far.record_id limit {LINKS_SHOWN}",
        *customers,
    )
    table(console, "\nWhat contradicts", conflicts)
    pair = f"left_record_id in ({RECORDS_OF}) and right_record_id in ({RECORDS_OF})"
    show_decisions(console, asked, f"{pair} or {pair}", *customers, *reversed(customers))
    others = asked.rows(
        "select left_record_id, right_record_id, outcome, reason, score from marts.identity_links"
        f" where left_customer_id in ({marks(customers)})"
        f" and right_customer_id in ({marks(customers)}) and left_customer_id <> right_customer_id"
        f" and not (left_record_id in ({marks(named)}) and right_record_id in ({marks(named)}))"
        f" order by score desc, left_record_id, right_record_id limit {LINKS_SHOWN}",
        *customers * 2,
        *named * 2,
    )
    table(console, "\nOther records of the two customers", others)


def show_refused_identifiers(console: Console, asked: Session, first: str, second: str) -> None:
    """What both records say and what proves nothing, with the reason."""
    shared = asked.rows(
        "select distinct near.identifier_type, near.identifier_value, near.refusal"
        " from identity.identifiers as near inner join identity.identifiers as far"
        " on near.identifier_type = far.identifier_type"
        " and near.identifier_value = far.identifier_value"
        " where near.record_id = ? and far.record_id = ? and not near.is_usable"
        " order by near.identifier_type, near.identifier_value",
        first,
        second,
    )
    table(console, "\nShared, but it proves nothing", shared)


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
    """Each link with the evidence for and against it. One pair a query: one id is looked for in
    every table of the view, while a list of them would have some tables joined whole.
    """
    for link in links[: LINKS_SHOWN * 4]:
        pair = f"{link['left_record_id']} — {link['right_record_id']}"
        console.print(Text(f"\n{pair}", style="bold"))
        show_lines(console, said(asked, link))
        evidence = asked.rows(
            "select * from marts.identity_evidence"
            " where left_record_id = ? and right_record_id = ?",
            link["left_record_id"],
            link["right_record_id"],
        )
        show_evidence(console, evidence)
    if len(links) > LINKS_SHOWN * 4:
        console.print(f"… and {len(links) - LINKS_SHOWN * 4} more")


def said(asked: Session, link: Row) -> list[str]:
    """What there is to say of a link, in lines."""
    words = [with_reason(link["outcome"], link["reason"])]
    if link["score"] is not None:
        words.append(f"score {link['score']}")
    if link["valid_from"]:
        words.append(f"one customer since {link['valid_from']:%Y-%m-%d %H:%M}")
    lines = ["; ".join(words)]
    if link["explanation"]:
        lines.append(link["explanation"])
    if link["decision"]:
        lines += [
            f"{row['author']} decided {row['decision']} on {row['decided_date']}: {row['reason']}"
            for row in asked.rows(
                "select * from identity.decided_pairs where not is_expired and not is_pending"
                f" and left_record_id in ({marks('12')}) and right_record_id in ({marks('12')})",
                *[link["left_record_id"], link["right_record_id"]] * 2,
            )
        ]
    return [*lines, f"found by {link['rules']}" if link["rules"] else "no rule found it"]


def with_reason(outcome: str, reason: str | None) -> str:
    return f"{outcome}: {reason}" if reason else outcome


def show_lines(console: Console, lines: list[str]) -> None:
    """Lines set in; what a terminal breaks stays so."""
    for line in lines:
        console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))


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


# --- two records that are far apart, or that no rule found ------------------------------------


def rules_that_met(asked: Session, keys: dict[str, int]) -> list[Row]:
    """Each blocking rule with the block keys of both records, and what became of the pair:
    `found`, whether the rule found it, or the block that they share (shape, record_count, refusal).
    """
    near, far = keys.values()
    written: dict[int, dict[int, set[str]]] = defaultdict(lambda: {near: set(), far: set()})
    for row in asked.rows(
        "select rule, block_key, record_key from identity.int_block_keys"
        " where record_key in (?, ?)",
        near,
        far,
    ):
        written[row["rule"]][row["record_key"]].add(row["block_key"])
    blocks = {
        row["rule"]: row
        for row in asked.rows(
            "select blocks.* from identity.int_blocks as blocks"
            " inner join identity.int_block_members as near"
            " on blocks.rule = near.rule and blocks.block_hash = near.block_hash"
            " inner join identity.int_block_members as far"
            " on blocks.rule = far.rule and blocks.block_hash = far.block_hash"
            " where near.record_key = ? and far.record_key = ?"
            " and not near.is_gone and not far.is_gone"
            " order by case blocks.shape when 'pairs' then 3 when 'star' then 2 else 1 end",
            near,
            far,
        )
    }
    candidates = asked.rows(
        "select rules from identity.int_candidate_pairs"
        " where left_key = ? and right_key = ? and not is_gone",
        *sorted(keys.values()),
    )
    found = candidates[0]["rules"] if candidates else 0
    return [
        rule
        | {
            "near": written[rule["rule"]][near],
            "far": written[rule["rule"]][far],
            "found": bool(found & rule["rule"]),
            "block": blocks.get(rule["rule"]),
        }
        for rule in asked.rows("select * from seeds.identity_blocking_rules order by rule")
    ]


def verdict(rule: Row) -> str:
    """Why a rule found the two, or did not."""
    block = rule["block"]
    if rule["found"]:
        return "the same"
    if block and block["refusal"]:
        return f"the same, but it proves nothing: {block['refusal']}"
    if block and block["shape"] == "star":
        return (
            f"the same, but of {block['record_count']} records: more than {rule['block_limit']},"
            " each is compared with the first of its name, these with each other, if not too many"
        )
    if block:
        return f"the same, but of {block['record_count']} records: more than {rule['block_limit']}"
    lacking = [side for side in ("near", "far") if not rule[side]]
    return {0: "different", 1: "one does not say", 2: "neither says"}[len(lacking)]


def compare_now(console: Console, keys: dict[str, int], met: list[Row]) -> None:
    """Compare the two now, by the macros that every build compares and judges with."""
    is_found = any(rule["found"] for rule in met)
    console.print(
        "\nRules found them, but the evidence is below the grey zone"
        " (identity_review_threshold in vars.yml):"
        if is_found
        else "\nNo rule found them to be compared. What the rules look at:"
    )
    shown = Table(box=None, padding=(0, 2), header_style="dim")
    for name in ("rule", *keys, ""):
        shown.add_column(Text(name), overflow="fold")
    for rule in met:
        if rule["near"] or rule["far"]:
            cells = [", ".join(sorted(rule[side])) for side in ("near", "far")]
            shown.add_row(*[Text(cell) for cell in (rule["name"], *cells, verdict(rule))])
    console.print(shown)
    with console.status("Comparing the two …"):
        evidence = compared(keys)
    judged = evidence[0]
    refused = (
        with_reason("refused", judged["refusal"])
        if judged["refusal"]
        else "nothing in it refuses them, but no rule found them"
    )
    console.print(Text(f"\nCompared now: score {judged['score']}; {refused}"))
    if judged["explanation"]:
        show_lines(console, [judged["explanation"]])
    show_evidence(console, evidence)


def compared(keys: dict[str, int]) -> list[Row]:
    """Evidence and judgement of any two records, left the first one asked for."""
    (left, left_key), (right, right_key) = sorted(keys.items(), key=lambda one: one[1])
    query = evidence_of(
        f"select cast({left_key} as bigint) as left_key, cast({right_key} as bigint) as right_key"
    )
    # An id is looked for in every table, as for a link; in the text, which has marks of its own.
    left_id, right_id = (record.replace("'", "''") for record in (left, right))
    only = f"left_record_id = '{left_id}' and right_record_id = '{right_id}'"
    with session() as asked:
        rows = asked.rows(f"select * from ({query}) as evidence where {only}")
    if left != next(iter(keys)):
        for row in rows:
            row["left_value"], row["right_value"] = row["right_value"], row["left_value"]
    return rows


def evidence_of(pairs: str) -> str:
    """The query that compares the pairs of a query, left_key and right_key, and judges them."""
    from dbt.cli.main import dbtRunner  # three seconds, for this answer only

    call = f"{{{{ evidence_of('({pairs})') }}}}"
    arguments = ["--quiet", "compile", "--inline", call, *dbt_options("explain")]
    with redirect_stdout(io.StringIO()):  # it prints what it compiles
        done = dbtRunner().invoke(arguments)
    if not done.success:
        raise Refused(f"dbt could not compile the comparison: {done.exception}")
    return str(done.result.results[0].node.compiled_code)


def dbt_options(command: str) -> list[str]:
    """Where dbt finds the project and what it parsed: a folder a command, so that none parses the
    project anew because another gave it other vars. Its manifest, which nobody reads there, takes
    a second each time that it is written.
    """
    target = Path(os.environ.get("DBT_TARGET_PATH", "target")) / command
    root = str(warehouse.ROOT)
    folders = ["--project-dir", root, "--profiles-dir", root, "--target-path", str(target)]
    return [*folders, "--no-write-json"]


# --- tables ----------------------------------------------------------------------------------


def table(console: Console, title: str, rows: list[Row]) -> None:
    """Rows as a table; nothing when there are none."""
    if not rows:
        return
    shown = Table(title=title, title_justify="left", box=None, padding=(0, 2), header_style="dim")
    for name in rows[0]:
        shown.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        shown.add_row(*[Text(cell(value)) for value in row.values()])
    console.print(shown)


def cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
