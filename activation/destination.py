"""What a destination is: its declaration (YAML), its rows and answers, and the client's shape.

A tool is `activation/destinations/<tool>.yml` (what, how fast, how far a run may go) and a
client, `activation/destinations/<client>.py`, with one class `Client`. Its syncs read the
models `sync_<tool>__<object>` and `changes_<tool>__<object>`.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import re
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import tenacity
import yaml

from activation.http import Misconfigured, Refused, Transient

DECLARATIONS = Path(__file__).parent / "destinations"

FIRST_WINDOW = datetime(2024, 1, 1)  # a Monday, UTC: weeks begin on Mondays
Item = TypeVar("Item")
Change = Literal["create", "update", "delete"]
Mode = Literal["upsert", "mirror", "update_only", "create_only", "archive"]
EVERY_MODE: frozenset[Mode] = frozenset(get_args(Mode))
CHANGES: dict[Mode, tuple[Change, ...]] = {
    # deletes first: a withdrawn consent is urgent, and a new key may need an old one's e-mail
    "mirror": ("delete", "update", "create"),
    "archive": ("delete", "update", "create"),
    "upsert": ("update", "create"),
    "update_only": ("update", "create"),
    "create_only": ("create",),
}


@dataclass(frozen=True)
class Sync:
    """One object of one tool, as declared.

    Modes: `mirror` deletes the keys that left the model, among those we put there; `archive`
    lets the tool opt them out or archive them instead; `upsert` leaves them; `update_only`
    never creates: a key that the tool has not is left for a later run; `create_only` never touches
    what is there (messages, events).
    Shares are of the keys that the tool holds; below `guard_floor` rows no share is judged.
    `unit_cost`: what the vendor charges for a row (an SMS: a segment), in the contract's currency.
    """

    tool: str
    object: str
    mode: Mode = "mirror"
    fields: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    batch_size: Mapping[str, int] = field(default_factory=dict)
    concurrency: int = 1
    attempts: int = 6
    longest_wait_seconds: float = 60
    max_update_share: float = 0.5
    max_delete_share: float = 0.1
    guard_floor: int = 20
    max_failure_share: float = 0.05
    # None: at every run; 1: once an hour of the clock; 24: once a day (UTC); 168: once a week
    every_hours: float | None = None
    fresh_within_hours: float | None = None
    unit_cost: float | None = None

    @property
    def name(self) -> str:
        return f"{self.tool}__{self.object}"

    @property
    def changes(self) -> tuple[Change, ...]:
        return CHANGES[self.mode]

    @property
    def fresh_within(self) -> timedelta:
        """How old the last success may be: a day, or its own rhythm, and a bit."""
        return timedelta(hours=self.fresh_within_hours or max(26, 1.1 * (self.every_hours or 0)))

    def is_due(self, last: datetime | None, moment: datetime) -> bool:
        """Whether a scheduled run sends it: `last` started in an earlier window of its rhythm.

        Windows begin on the clock, so that a nightly run that starts a minute earlier than the
        night before is not taken for a second one.
        """
        return not self.every_hours or last is None or last < self._window(moment)

    def next_window(self, moment: datetime) -> datetime:
        """When it is due again."""
        return self._window(moment) + timedelta(hours=self.every_hours or 0)

    def _window(self, moment: datetime) -> datetime:
        return moment - (moment - FIRST_WINDOW) % timedelta(hours=self.every_hours or 1)


@dataclass(frozen=True)
class Tool:
    """One declared tool: its client, its settings' environment variables, its syncs."""

    name: str
    client: str
    environment: Mapping[str, str | None]
    requests_per_second: float
    timeout_seconds: float
    options: Mapping[str, Any]
    syncs: tuple[Sync, ...]
    test: Mapping[str, str] = field(default_factory=dict)
    # variables that may be missing: what they serve is then not there
    optional: Mapping[str, str] = field(default_factory=dict)

    @property
    def failures_in_a_row(self) -> int:
        """After how many the tool is left alone: five or more of each batch under way at once."""
        return max(10, *(5 * sync.concurrency for sync in self.syncs))

    def in_test(self) -> Tool:
        """The tool with what its `test` block declares instead: another list, folder or account.

        Raises Misconfigured when it declares none, or when a variable is not set or is the real
        one: a test that reaches customers is none.
        """
        if not self.test:
            raise Misconfigured(f"{self.name} declares no test list")
        real = {os.environ.get(name, "") for name in self.environment.values() if name}
        for name in self.test.values():
            if os.environ.get(name, "") in {"", *real}:
                raise Misconfigured(f"{self.name}: {name} is not set, or names no list of its own")
        return dataclasses.replace(self, environment={**self.environment, **self.test}, optional={})

    def settings(self) -> dict[str, str] | None:
        """Values of the environment variables; None when the first one (the address) is not set.

        Raises Misconfigured when the address is set and another variable is missing.
        """
        names = {key: name for key, name in self.environment.items() if name}
        values = {key: os.environ.get(name, "") for key, name in names.items()}
        address = next(iter(names), None)
        if address and not values[address]:
            return None
        if missing := [names[key] for key, value in values.items() if not value]:
            raise Misconfigured(f"{self.name}: {', '.join(missing)} is not set")
        optional = {key: os.environ.get(name, "") for key, name in self.optional.items()}
        return values | {key: value for key, value in optional.items() if value}

    def open(self) -> Client:
        """A client of this tool. Raises Misconfigured."""
        module = importlib.import_module(f"activation.destinations.{self.client}")
        for sync in self.syncs:
            if sync.mode not in module.Client.modes:
                known = ", ".join(sorted(module.Client.modes))
                raise Misconfigured(f"{sync.name}: {self.client} has no {sync.mode}, but {known}")
        pace = os.environ.get(f"{self.name.upper()}_REQUESTS_PER_SECOND")
        rate = float(pace) if pace else self.requests_per_second
        return module.Client(dataclasses.replace(self, requests_per_second=rate))


def declared(folder: Path = DECLARATIONS) -> dict[str, Tool]:
    """Every declared tool by name. Raises Misconfigured for a key that nothing reads."""
    return {path.stem: tool(path) for path in sorted(folder.glob("*.yml"))}


def tool(path: Path) -> Tool:
    """The tool that a YAML file declares; what its syncs share stands at the top level."""
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    known = {item.name for item in dataclasses.fields(Sync)}
    shared = {key: content.pop(key) for key in list(content) if key in known - {"options"}}
    try:
        syncs = tuple(
            Sync(tool=path.stem, object=name, **{**shared, **(details or {})})
            for name, details in content.pop("syncs").items()
        )
        for sync in syncs:
            if sync.mode not in CHANGES:
                raise ValueError(f"mode {sync.mode!r} is none of {', '.join(CHANGES)}")
        return Tool(
            name=path.stem,
            client=content.pop("client", path.stem),
            environment=content.pop("environment", {}),
            requests_per_second=float(content.pop("requests_per_second", 10)),
            timeout_seconds=float(content.pop("timeout_seconds", 30)),
            options=content.pop("options", {}),
            syncs=syncs,
            **content,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Misconfigured(f"{path.name}: {error}") from error


@dataclass(slots=True)
class Row:
    """One row to hand over. `payload` holds the model's payload columns, by column name."""

    key: str
    customer_id: str | None
    payload_hash: str | None
    payload: dict[str, Any]
    has_consent: bool = False
    is_in_doubt: bool = False
    held: dict[str, Any] | None = None
    # payloads sent since `held` that may have arrived; kept for a client that `removes_by_value`
    doubted: list[dict[str, Any]] = field(default_factory=list)
    # values that a row of another key wants, by column: a removal leaves them
    spared: list[dict[str, Any]] = field(default_factory=list)
    # a spared value has not arrived under that other key yet, and may never: it is remembered
    is_awaiting: bool = False
    version: str | None = None
    # of a key that leaves because its customer was merged: the key it was merged into
    successor_key: str | None = None
    # the tool has it already as it is wanted; what is left to do is the doubt alone
    is_delivered: bool = False
    # answered `later` before: the other rows of this run that could be sent have been since
    is_late: bool = False
    # the same for every attempt of this run, and never used again: a value that comes back later
    # must be written again
    idempotency_key: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def sent(self) -> list[dict[str, Any]]:
        """Every payload of this key that the tool may hold."""
        held = [self.held] if self.held and self.held not in self.doubted else []
        return [*held, *self.doubted]

    @property
    def traces(self) -> list[dict[str, Any]]:
        """The same, less what is another's as well."""
        return [payload if payload == self.payload else self._own(payload) for payload in self.sent]

    @property
    def has_nothing_to_send(self) -> bool:
        """Whether it is delivered but for what it left to other keys, which want it still."""
        return (
            self.is_delivered
            and bool(self.doubted)
            and not any(any(self._own(payload).values()) for payload in self.doubted)
        )

    def _own(self, payload: dict[str, Any]) -> dict[str, Any]:
        shared = [values for values in self.spared if values.items() <= payload.items()]
        return payload | {column: None for values in shared for column in values}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tool said of one row.

    accepted | exists (a create of a key it has) | missing (an update or delete of one it has
    not) | rejected (its words in `message`) | later (other rows of this run must go first: a value
    that another key has still to let go, a card to merge into that is not made yet) | retry (try
    again; `is_ambiguous` when it may have been accepted). `done` is what the tool says that an
    upsert did, when it does.
    `units` is what the vendor charges `Sync.unit_cost` for.
    """

    status: Literal["accepted", "exists", "missing", "rejected", "later", "retry"]
    code: str = ""
    message: str = ""
    version: str | None = None
    done: Change | None = None
    units: int = 1
    retry_after: float = 0.0
    is_ambiguous: bool = False


ACCEPTED = Answer("accepted")
EXISTS = Answer("exists")
MISSING = Answer("missing")


class Client:
    """A thin client. One call is one attempt at a batch: it never tries again by itself.

    Each method answers for every row, by key; a key left out is taken for `retry`, ambiguous.
    It raises `Transient` or `Refused` when the tool gave one answer to the whole batch: then
    a refused batch of several rows is halved until the row that spoils it stands alone.
    """

    # The modes that the tool's verbs allow: one that only knows upserts cannot say that it has no
    # such key, nor leave one that it has.
    modes: frozenset[Mode] = EVERY_MODE
    # False when sending a create twice would make two: then `find` is asked after any doubt.
    is_repeatable = True
    # True when a removal must name the values that were sent, for want of a key.
    removes_by_value = False
    # True when the tool takes files at once, and says when it is done with them.
    confirms_loads = False

    def __init__(self, tool: Tool) -> None:
        self.tool = tool
        self.stopping = threading.Event()  # set when the run is asked to leave
        # Set for a run. Keys that have left because their customer was merged into the row's, or
        # that were his own before: none but these may be taken over.
        self.merged: Callable[[Row], set[str]] = lambda row: set()
        # of these values of a column, those that some row wants, in small letters
        self.wanted: Callable[[str, list[str]], set[str]] = lambda column, values: set()

    def identifiers(self, sync: Sync) -> list[tuple[str, ...]]:
        """Columns by which the tool knows a person, alone or together, when it removes by value.

        What another key wants is left out of `Row.traces`: a merged customer's e-mail is often
        the survivor's too.
        """
        return []

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        """Log in and check that the tool knows the fields. Raises Misconfigured, Transient."""

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        raise NotImplementedError

    def update(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        raise NotImplementedError

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        raise NotImplementedError

    def find(self, sync: Sync, rows: list[Row]) -> set[str]:
        """Keys of those rows that the tool already has; asked when `is_repeatable` is false."""
        raise NotImplementedError

    def is_bulk(self, sync: Sync, rows: int) -> bool:
        """Whether so many creates and updates go by `load`, as files, instead."""
        return False

    def withdraw(self, sync: Sync) -> None:
        """Take back the files that the tool has not taken yet: what they say may be out of date.

        Where it cannot be done: wait until the tool is done with them.
        """

    def load(self, sync: Sync, rows: list[Row]) -> None:
        """Hand over rows as a file. The tool takes it later: no row of it is accepted yet."""
        raise NotImplementedError

    def await_loads(self, sync: Sync) -> None:
        """Wait until the tool is done with the files; asked when `confirms_loads` is true."""

    def reader(self, sync: Sync) -> Callable[[Row], bool] | None:
        """Read the tool; what comes back says whether the tool holds just what a row wants.

        None when the tool cannot be read.
        """
        return None

    def sizes(self, sync: Sync) -> dict[str, int]:
        return {"create": 1, "update": 1, "delete": 1, **sync.batch_size}

    def request_count(self) -> int:
        """Requests that this thread has made so far."""
        api = getattr(self, "api", None)
        return api.request_count if api else 0

    def close(self) -> None:
        api = getattr(self, "api", None)
        if api:
            api.client.close()


def renamed(sync: Sync, columns: Iterable[str]) -> dict[str, str]:
    """Column → field of the tool, in the model's order. Raises Misconfigured for an unmapped one.

    A column is mapped by its name in `fields`; `'*': '*'` keeps the names of all others.
    """
    found = {
        column: sync.fields.get(column, column if "*" in sync.fields else "") for column in columns
    }
    if lost := [column for column, name in found.items() if not name]:
        raise Misconfigured(f"{sync.name}: no field declared for {', '.join(lost)}")
    return found


def one_by_one(rows: list[Row], send: Callable[[Row], Answer]) -> dict[str, Answer]:
    """Answers of a tool that takes one row a request.

    Once the tool is silent or asks us to slow down, the rest of the batch is not sent.
    """
    answers: dict[str, Answer] = {}
    for row in rows:
        try:
            answers[row.key] = send(row)
        except Refused as error:
            answers[row.key] = Answer("rejected", error.code, error.message)
        except Transient as error:
            answers[row.key] = again(error)
            if not error.code.startswith("5"):
                break
    unsent = Answer("retry", "not sent")
    return {row.key: answers.get(row.key, unsent) for row in rows}


def poll(
    ask: Callable[[], Item],
    is_over: Callable[[Item], bool],
    seconds: float = 600,
    longest_pause: float = 10,
    stopping: threading.Event | None = None,
) -> Item:
    """Ask an asynchronous job how it stands until it is over.

    Raises Transient, ambiguous, when it has not ended after `seconds`, or when `stopping` is set.
    """
    stopping = stopping or threading.Event()

    def still_running(state: tenacity.RetryCallState) -> Item:
        if state.outcome and state.outcome.failed:
            return state.outcome.result()
        raise Transient("job still running", f"after {seconds:.0f} s")

    return tenacity.Retrying(
        stop=tenacity.stop_after_delay(seconds) | tenacity.stop_when_event_set(stopping),
        wait=tenacity.wait_exponential(multiplier=0.2, max=longest_pause),
        sleep=tenacity.sleep_using_event(stopping),
        retry=tenacity.retry_any(
            tenacity.retry_if_result(lambda state: not is_over(state)),
            tenacity.retry_if_exception_type(Transient),
        ),
        retry_error_callback=still_running,
    )(ask)


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers, booleans and null stay, the rest is text."""
    return value if value is None or isinstance(value, bool | int | float) else as_text(value)


def is_sha256(text: str) -> bool:
    """Whether a text is a SHA-256, as small hexadecimals."""
    return bool(re.fullmatch("[0-9a-f]{64}", text))


def again(error: Transient) -> Answer:
    """The answer of a row whose request came to nothing."""
    return Answer(
        "retry",
        error.code,
        error.message,
        retry_after=error.retry_after,
        is_ambiguous=error.is_ambiguous,
    )


def as_json(payload: Any) -> str:
    """A payload, or a list of some, as JSON; what JSON has no type for goes as text."""
    return json.dumps(payload, ensure_ascii=False, default=as_text)


def as_text(value: Any) -> str:
    """A payload value as text: 12.50, 2026-01-31, 2026-01-31 08:00:00, true; empty for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items, the last one shorter."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
