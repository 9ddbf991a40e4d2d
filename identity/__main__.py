"""python -m identity: why records are one customer or not, decisions, and changes on trial.

What it prints is personal data, for the eyes of who asks: it goes to the terminal and to no log.

Exit codes: 0 done · 2 wrong usage, unknown record, or nothing built yet · 75 the warehouse is busy.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import yaml
from rich.console import Console

import warehouse
from identity.decide import DECISIONS, decide
from identity.explain import explain, table
from identity.preview import declared_vars, preview
from identity.session import Missing, Refused, counted, session
from warehouse import Busy, Unbuilt

DONE, MISUSED, BUSY = 0, 2, 75
ORDER = """\
Pairs in doubt, one for two customers. The percentage: how likely the evidence alone makes them one
person, whatever reason keeps them apart (in words: seeds/identity_refusals.csv). The order: the
revenue of both customers by that percentage, then their records by it."""


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
    one.add_argument("name", type=filled, help="a record id, such as magento:42, or a customer id")
    one.add_argument("other", type=filled, nargs="?", help="another record id, to explain the two")
    one = commands.add_parser("review", help="the pairs in doubt whose decision is worth most")
    one.add_argument(
        "--limit", type=at_least(1), default=10, metavar="N", help="so many pairs (default: 10)"
    )
    one = commands.add_parser("decide", help="say whether two records are one person")
    one.add_argument("left", type=filled, help="a record id")
    one.add_argument("right", type=filled, help="another record id")
    one.add_argument(
        "decision",
        choices=DECISIONS,
        help="one person, two people, or what the evidence says: withdraw takes a decision back",
    )
    one.add_argument("--reason", type=filled, required=True, help="why, for those who come after")
    one.add_argument("--author", type=filled, help="default: who is logged in")
    one.add_argument(
        "--expiry-date", type=day, metavar="YYYY-MM-DD", help="from when it does not hold"
    )
    one = commands.add_parser(
        "preview",
        help="what a change of rules, weights or thresholds would do; publishes nothing",
    )
    one.add_argument(
        "--vars",
        type=variables,
        default={},
        help="those of vars.yml, as dbt takes them: '{identity_match_threshold: 30}'",
    )
    one.add_argument("--full-refresh", action="store_true", help="learn the weights anew")
    one.add_argument(
        "--samples", type=at_least(0), default=5, metavar="N", help="of each kind (default: 5)"
    )
    return parser


def filled(text: str) -> str:
    """An argument that says something."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return text.strip()


def at_least(least: int) -> Callable[[str], int]:
    """A type of argument: whole numbers from `least` on."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"expected a whole number from {least} on")
        return int(text)

    return number


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("expected a date, YYYY-MM-DD") from None


def variables(text: str) -> dict[str, Any]:
    """Vars by name, from YAML. One that no model reads would change nothing, and look harmless."""
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError:
        given = None
    if not isinstance(given, dict):
        raise argparse.ArgumentTypeError("expected YAML like '{identity_match_threshold: 30}'")
    if unknown := sorted(map(str, given.keys() - declared_vars().keys())):
        raise argparse.ArgumentTypeError(f"vars.yml has no {', '.join(unknown)}")
    return given


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
    decisions = "|".join(DECISIONS)
    console.print(f"\npython -m identity decide LEFT RIGHT {decisions} --reason …")


if __name__ == "__main__":
    sys.exit(main())
