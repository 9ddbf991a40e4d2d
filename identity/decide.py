"""What people decide on two records: noted in a log, of which every build takes the last word."""

from __future__ import annotations

import argparse
import getpass
from datetime import UTC, datetime

from rich.console import Console

from identity.explain import Row, called, keys_of, path
from identity.session import Missing, Refused, session
from warehouse import Session

# As the command says it, and as the log does.
DECISIONS = {"match": "match", "distinct": "distinct", "withdraw": "withdrawn"}


def decide(console: Console, asked: argparse.Namespace) -> None:
    """Add the decision to the log. Raises Refused when it would never hold, or stop a build."""
    moment = datetime.now(UTC).replace(tzinfo=None)
    if asked.expiry_date and asked.expiry_date <= moment.date():
        raise Refused(f"it would never hold: {asked.expiry_date} is not after {moment:%Y-%m-%d}")
    author = asked.author or logged_in()
    with session(read_only=False) as log:
        keys_of(log, [asked.left, asked.right])
        if asked.decision == "withdraw":
            refuse_to_withdraw_nothing(log, asked.left, asked.right)
            earlier = []
        else:
            earlier = refuse_to_contradict(log, asked.left, asked.right, asked.decision)
        log.rows(
            "insert into identity.identity_decisions (left_record_id, right_record_id, decision,"
            " reason, author, expiry_date, decided_at) values (?, ?, ?, ?, ?, ?, ?)",
            asked.left,
            asked.right,
            DECISIONS[asked.decision],
            asked.reason,
            author,
            asked.expiry_date,
            moment,
        )
    for review in earlier:
        console.print(
            f"It contradicts {named(review)} of {review['decided_date']} by {review['author']}"
            f" ({review['reason']}), and takes its place.",
            markup=False,
        )
    back = "" if asked.decision == "withdraw" else "; `decide … withdraw` takes it back"
    console.print(f"Noted. It holds from the next dbt build{back}.")


def logged_in() -> str:
    """Whoever runs this. Raises Refused where the system has no name for it, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise Refused("nobody is logged in: say who decides with --author") from None


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


def refuse_to_contradict(log: Session, left: str, right: str, decision: str) -> list[Row]:
    """Raises Refused, naming them, when matches would join two records decided to be distinct, as
    assert_overrides_do_not_contradict would, which stops the build. Returns the review of the same
    two that said otherwise: the last one of a pair holds, so that this one takes its place."""
    new = {
        "left_record_id": left,
        "right_record_id": right,
        "decision": decision,
        "origin": "this one",
        "outcome": "linked",
        "score": None,
    }
    known = "(select record_id from identity.int_match_records)"
    decided = log.rows(
        "select left_record_id, right_record_id, decision, origin, author, reason, decided_date,"
        " 'linked' as outcome, null as score from identity.decided_pairs where not is_expired"
        f" and left_record_id in {known} and right_record_id in {known}"
        " order by left_record_id, right_record_id"
    )
    earlier = [
        pair
        for pair in decided
        if pair["origin"] == "review"
        and {pair["left_record_id"], pair["right_record_id"]} == {left, right}
    ]
    pairs = [*(pair for pair in decided if pair not in earlier), new]
    matches = [pair for pair in pairs if pair["decision"] == "match"]
    for apart in pairs:
        if apart["decision"] == "match":
            continue
        chain = path(matches, apart["left_record_id"], apart["right_record_id"])
        if chain and (apart is new or new in chain):
            against = ", ".join(named(pair) for pair in [apart, *chain] if pair is not new)
            raise Refused(f"it contradicts {against}: decide those anew, or withdraw them, first")
    return [review for review in earlier if review["decision"] != decision]


def named(pair: Row) -> str:
    records = f"{called(pair['left_record_id'])} / {called(pair['right_record_id'])}"
    return f"{pair['decision']} {records} ({pair['origin']})"
