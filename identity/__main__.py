"""python -m identity: why records are one customer or not, decisions, and changes on trial.

What it prints is personal data, for the eyes of who asks: it goes to the terminal and to no log.

Exit codes: 0 done · 2 wrong usage, unknown record, or nothing built yet · 75 the warehouse is busy.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import UTC, date, datetime

import yaml
from rich.console import Console

import warehouse
from identity.explain import called, explain, keys_of, table
from identity.preview import preview
from identity.session import Missing, Refused, counted, session
from warehouse import Busy, Session, Unbuilt

DONE, MISUSED, BUSY = 0, 2, 75
ORDER = """\
Pairs in doubt, one for two customers. The percentage: how likely the evidence alone makes them one
person, whatever reason keeps them apart (in words: seeds/identity_refusals.csv). The order: the
revenue of both customers by that percentage, then their records by it."""
DECISIONS = {"match": "match", "distinct": "distinct", "withdraw": "withdrawn"}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    asked = parser().parse_args(arguments)
    # A program that reads it is given whole lines, however long.
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else sys.maxsize)
    try:
        if asked.command == "explain":
            explain(console, asked.name, asked.other)
        elif asked.command == "review":
            review(console, asked.limit)
        elif asked.command == "decide":
            decide(console, asked)
        else:
            preview(console, asked.vars, asked.samples, asked.full_refresh)
    except (Refused, Unbuilt) as error:
        held = isinstance(error, (Missing, Unbuilt))
        place = f"\nThe warehouse is {warehouse.place()}." if held else ""
        Console(stderr=True).print(f"{error}{place}", markup=False, soft_wrap=True)
        return MISUSED
    except Busy as error:
        Console(stderr=True).print(str(error), markup=False, soft_wrap=True)
        return BUSY
    return DONE


def parser() -> argparse.ArgumentParser:
    summary, codes = (__doc__ or "").split("\n\n", 1)
    parser = argparse.ArgumentParser("python -m identity", description=summary, epilog=codes)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("explain", help="a customer, or two records: the links, the evidence")
    one.add_argument("name", help="a record id, such as magento:42, or a customer id")
    one.add_argument("other", nargs="?", help="another record id")
    one = commands.add_parser("review", help="the pairs in doubt whose decision is worth most")
    one.add_argument("--limit", type=int, default=10, metavar="N")
    one = commands.add_parser("decide", help="say whether two records are one person")
    one.add_argument("left", help="a record id")
    one.add_argument("right", help="another record id")
    one.add_argument("decision", choices=DECISIONS)
    one.add_argument("--reason", required=True)
    one.add_argument("--author", default=getpass.getuser(), help="default: who is logged in")
    one.add_argument(
        "--expiry-date",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="from when it does not hold",
    )
    one = commands.add_parser(
        "preview",
        help="what a change of rules, weights or thresholds would do; publishes nothing",
    )
    one.add_argument(
        "--vars", type=yaml.safe_load, default={}, help="as dbt's: '{identity_match_threshold: 30}'"
    )
    one.add_argument("--full-refresh", action="store_true", help="learn the weights anew")
    one.add_argument("--samples", type=int, default=5, metavar="N", help="samples of each kind")
    return parser


def review(console: Console, limit: int) -> None:
    """The head of the queue, both sides of each pair beside each other."""
    with session() as asked:
        pairs = asked.rows(
            "select * from marts.identity_review_queue order by place limit ?", limit
        )
    if not pairs:
        console.print("No pair is in doubt.")
        return
    console.print(ORDER)
    for pair in pairs:
        console.print(
            f"\n[bold]{pair['place']}[/bold] · {pair['reason']} · score {pair['score']} ·"
            f" one person by evidence alone {pair['chance']:.1%} ·"
            f" {counted(pair['record_count'], 'record')}, revenue {pair['revenue']}"
        )
        names = [name.removeprefix("left_") for name in pair if name.startswith("left_")]
        table(
            console,
            "",
            [
                {"": name, "left": pair[f"left_{name}"], "right": pair[f"right_{name}"]}
                for name in names
            ],
        )
    console.print("\npython -m identity decide LEFT RIGHT match|distinct --reason …")


def decide(console: Console, asked: argparse.Namespace) -> None:
    """Add the decision to the log."""
    moment = datetime.now(UTC).replace(tzinfo=None)
    if asked.expiry_date and asked.expiry_date <= moment.date():
        raise Refused(f"it would never hold: {asked.expiry_date} is not after {moment:%Y-%m-%d}")
    with session(read_only=False) as log:
        keys_of(log, [asked.left, asked.right])
        if asked.decision == "withdraw":
            refuse_to_withdraw_nothing(log, asked.left, asked.right)
        log.rows(
            "insert into identity.identity_decisions (left_record_id, right_record_id, decision,"
            " reason, author, expiry_date, decided_at) values (?, ?, ?, ?, ?, ?, ?)",
            asked.left,
            asked.right,
            DECISIONS[asked.decision],
            asked.reason,
            asked.author,
            asked.expiry_date,
            moment,
        )
    back = "" if asked.decision == "withdraw" else "; `decide … withdraw` takes it back"
    console.print(f"Noted. It holds from the next dbt build{back}.")


def refuse_to_withdraw_nothing(log: Session, left: str, right: str) -> None:
    """Raises Refused unless a review of the two holds; what the seed says ends in the seed."""
    origins = {
        row["origin"]
        for row in log.rows(
            "select origin from identity.decided_pairs where not is_expired"
            " and left_record_id in (?, ?) and right_record_id in (?, ?)",
            *[left, right] * 2,
        )
    }
    pair = f"{called(left)} and {called(right)}"
    if origins == {"seed"}:
        raise Refused(f"{pair} are decided on in seeds/identity_overrides.csv: edit it")
    if not origins:
        raise Missing(f"there is no decision on {pair} to withdraw")


if __name__ == "__main__":
    sys.exit(main())
