"""Rounds of kill -9 and SIGTERM at random moments, on a network where everything goes wrong.

A round is a day: people come, change, withdraw their consent and give it back; then a run that is
killed somewhere, while answers are dropped after acceptance, requests reset, refused with 429 and
500, answered in halves, drop by drop or not at all. Every few rounds a run is left in peace, and
then the tools must hold exactly what the warehouse wants: Splio (no upsert), Clientela (versions)
and the SMS platform (a message sent twice is two messages).
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from activation import __main__ as command
from activation.destination import declared
from activation.destinations import sms
from sandbox import servers
from tests.activation.conftest import UNLIMITED
from tests.activation.world import World, card, contact, create_state, desire, execute, field

SPLIO, CLIENTELA, SMS = "splio__contacts", "clientela__customers", "sms__messages"
SYSTEMS = ("splio", "clientela", "sms")
IN_DOUBT = "rows that a kill left in doubt"
ROUNDS_BETWEEN_PEACE = 5
LONGEST_RUN = 0.6  # seconds from the first request until the kill
SHARE_BEFORE_SENDING = 0.1  # kills that come while the run reads and plans, or opens
SHARE_OF_SIGTERM = 0.3
PATIENCE = 60
# of each hundred requests: how many meet this fault
FAULTS: list[tuple[float, dict[str, Any]]] = [
    (4, {"kind": "drop_answer"}),  # accepted, and we do not know: a duplicate if sent again
    (2, {"kind": "status", "status": 502, "after": True}),  # likewise
    (2, {"kind": "malformed"}),  # likewise
    (2, {"kind": "status", "status": 500}),
    (2, {"kind": "reset"}),
    (2, {"kind": "429", "retry_after": 0.05}),
    (1, {"kind": "timeout", "seconds": 0.5}),
    (2, {"kind": "slow", "seconds": 0.005}),
]


def hurried(environment: dict[str, str], arguments: list[str]) -> None:
    """`python -m activation`, in a process of its own, with short time-outs and waits."""
    os.environ |= environment
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    tools = {}
    for name, tool in declared().items():
        syncs = tuple(
            dataclasses.replace(sync, attempts=4, longest_wait_seconds=0.1) for sync in tool.syncs
        )
        tools[name] = dataclasses.replace(tool, syncs=syncs, timeout_seconds=0.3)
    command.declared = lambda: tools
    sms.Client._at_a_lawful_hour = lambda *_: None
    sys.exit(command.main(arguments))


class Trial:
    """The rounds and what they found."""

    def __init__(self, tools: dict[str, str], sandbox: Path, size: int, seed: int) -> None:
        self.world = World(tools, sandbox)
        self.chance = random.Random(seed)
        self.keys = [f"k{number:03}" for number in range(size)]
        self.never = set(self.keys[:: max(2, size // 8)])  # they never consent
        self.wanted: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, dict[str, Any]] = {}
        self.found: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()
        # a process that has imported everything: a round costs no start-up
        self.processes = multiprocessing.get_context("forkserver")
        self.processes.set_forkserver_preload(["bench.activation_kill"])

    # --- a round -----------------------------------------------------------------------------

    def round(self, number: int) -> None:
        """One day, one killed run; now and then a run in peace and a judgement."""
        self._another_day(number)
        self.world.faults(
            *(
                {"prefix": prefix, "probability": percent / 100, **fault}
                for prefix in ("splio", "clientela", "twilio")
                for percent, fault in FAULTS
            ),
            seed=self.chance.randrange(2**31),
        )
        self.ends[self._killed()] += 1
        self.found[IN_DOUBT] += len(self.world.state("intents"))
        if number % ROUNDS_BETWEEN_PEACE == 0:
            self.judged()

    def _another_day(self, number: int) -> None:
        """The desired state of another day, in the warehouse."""
        after = {}
        for key in self.keys:
            draw, row = self.chance.random(), self.wanted.get(key)
            if draw < 0.1:
                continue  # gone
            if row is None or draw < 0.5:
                row = {"name": f"O'Brien {number}", "spent": f"{number}.50"}
            refused = key in self.never or draw > 0.92
            after[key] = {**row, "consent": self.chance.choice([False, None]) if refused else True}
        self.wanted = after
        self.world.desire(
            SPLIO,
            [
                contact(key, lastname=r["name"], total_spent=r["spent"], has_consent=r["consent"])
                for key, r in after.items()
            ],
        )
        self.world.desire(
            CLIENTELA,
            [card(k, last_name=r["name"], has_consent=r["consent"]) for k, r in after.items()],
        )
        for nth in range(3):
            key = f"day {number}, {nth}"
            self.messages[key] = {
                "destination_key": key,
                "phone": f"+336{self.chance.randrange(10**8):08}",
                "message": f"L'été 🐘, {key}",
                "has_consent": self.chance.random() > 0.2,
            }
        recent = list(self.messages.values())[-30:]
        desire(SMS, recent, {"phone": "text", "message": "text"})

    def _start(self, *arguments: str) -> Any:
        process = self.processes.Process(
            target=hurried, args=(dict(os.environ), [*SYSTEMS, *arguments])
        )
        process.start()
        return process

    def _killed(self) -> str:
        """Run, and kill it at a random moment. How it ended."""
        before = sum(self.world.requests().values())
        process = self._start("--force")
        if self.chance.random() > SHARE_BEFORE_SENDING:
            while process.exitcode is None and sum(self.world.requests().values()) == before:
                process.join(0.02)
        process.join(self.chance.uniform(0, LONGEST_RUN))
        if process.exitcode is not None:
            return f"ended by itself, code {process.exitcode}"
        number = signal.SIGKILL
        if self.chance.random() < SHARE_OF_SIGTERM:
            number = signal.SIGTERM
        os.kill(process.pid, number)
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            self.found["did not leave"] += 1
        if number == signal.SIGTERM:
            return f"SIGTERM, code {process.exitcode}"
        return "kill -9"

    # --- the judgement -----------------------------------------------------------------------

    def judged(self) -> None:
        """A run in peace; then count what is not as it should be, over all rounds."""
        self.world.faults()
        deadline = time.monotonic() + PATIENCE
        while True:
            process = self._start("--force")
            process.join(PATIENCE)
            # PostgreSQL may take a moment to notice that the killed run has gone
            if process.exitcode != 75 or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        self.found["judgements"] += 1
        self.found["runs in peace that failed"] += process.exitcode != 0
        self.found["left in doubt"] += len(self.world.state("intents"))
        allowed = {key: row for key, row in self.wanted.items() if row["consent"] is True}
        self._judge_contacts(allowed)
        self._judge_cards(allowed)
        self._judge_messages()

    def _judge_contacts(self, allowed: dict[str, dict[str, Any]]) -> None:
        held = self.world.contacts()
        for key, row in allowed.items():
            said = held.get(key)
            is_right = said and said["lastname"] == row["name"]
            self.found["lost"] += not (is_right and field(said, "total_spent") == row["spent"])
        self.found["duplicated"] += len(self.world.held("splio_contacts")) - len(held)
        self.found["unconsented"] += len(held.keys() - allowed.keys())
        self._judge_writes("splio", "contact.create", "contact.delete")
        receipts = self._receipts(SPLIO)
        self.found["untrue receipts"] += len(receipts ^ held.keys())

    def _judge_cards(self, allowed: dict[str, dict[str, Any]]) -> None:
        rows = [row for row in self.world.held("clientela_customers") if row["external_id"]]
        held = {row["external_id"]: row for row in rows}
        self.found["lost"] += sum(
            key not in held or held[key]["last_name"] != row["name"] for key, row in allowed.items()
        )
        self.found["duplicated"] += len(rows) - len(held)
        self.found["unconsented"] += len(held.keys() - allowed.keys())
        self._judge_writes("clientela", "customer.create", "customer.delete")
        receipts = self._receipts(CLIENTELA)
        self.found["untrue receipts"] += len(receipts ^ held.keys())

    def _judge_writes(self, system: str, created: str, deleted: str) -> None:
        """The tool's own log: nobody is there twice, and who never consented never was."""
        balance: Counter[str] = Counter()
        for write in self.world.writes(system):
            sign = {created: 1, deleted: -1}.get(write["action"], 0)
            balance[write["key"]] += sign * write["count"]
            self.found["unconsented"] += write["key"] in self.never
        self.found["duplicated"] += sum(count > 1 for count in balance.values())

    def _judge_messages(self) -> None:
        sent = Counter(row["body"] for row in self.world.held("sms_messages"))
        for row in self.messages.values():
            count, consented = sent[row["message"]], row["has_consent"]
            self.found["duplicated"] += count > 1
            self.found["unconsented"] += count > 0 and not consented
        recent = list(self.messages.values())[-30:]
        self.found["lost"] += sum(r["has_consent"] and not sent[r["message"]] for r in recent)

    def _receipts(self, sync_name: str) -> set[str]:
        return {
            row["destination_key"]
            for row in self.world.state("receipts")
            if row["sync_name"] == sync_name and row["change_type"] != "delete"
        }


# what must be 0, whatever happened
FAULTLESS = (
    "lost",
    "duplicated",
    "unconsented",
    "untrue receipts",
    "left in doubt",
    "runs in peace that failed",
    "did not leave",
)


def rounds(
    count: int, size: int, seed: int, folder: Path, shown: Callable[[int], Iterable[int]]
) -> dict[str, int]:
    """Kill rounds in the warehouse of the environment, numbered by `shown`. What was found."""
    with servers.running(folder, settings=UNLIMITED) as tools:
        os.environ |= {**tools, **dict.fromkeys(UNLIMITED, "2000")}
        create_state()
        trial = Trial(tools, folder, size, seed)
        for number in shown(count):
            trial.round(number)
        if count % ROUNDS_BETWEEN_PEACE:
            trial.judged()
        for name in FAULTLESS:
            trial.found[name] += 0
        trial.found["writes"] = sum(
            write["count"] for system in SYSTEMS for write in trial.world.writes(system)
        )
        runs = Counter(row["status"] for row in trial.world.state("sync_runs"))
        execute("drop schema activation cascade")
    return {**trial.found, **trial.ends, **{f"syncs {name}": n for name, n in runs.items()}}
