"""The engine: what the warehouse wants of a tool, minus what the tool has accepted, sent.

Data flow: `changes_<tool>__<object>` → batches → an intent, the request, then receipts and
rejections, in that order. A kill between any two leaves an intent, and an intent is a change:
the next run hands the row over again with its value of that day. A tool that already has a row
we create says so, and the row is then updated: nothing is taken for delivered on such an answer.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import tenacity

from activation.destination import ACCEPTED, Answer, Change, Client, Row, Sync, again, chunks
from activation.http import Misconfigured, NotNow, Refused, Transient, Unavailable
from activation.ledger import Ledger, Plan, Unbuilt, now
from activation.outcome import HALVED, masked, receipt, told_apart

log = logging.getLogger("activation")

TEST_ROWS = 10
ROWS_ADOPTED_AT_ONCE = 1000
CUSTOMERS_NAMED = 3
MOST_STEPS = 16  # a thousand rows halved ten times, and a few changes of mind


class Progress(Protocol):
    """What shows how far a sync is."""

    def start(self, name: str, total: int) -> None: ...
    def advance(self, name: str, rows: int) -> None: ...


@dataclass(frozen=True)
class Options:
    """How far this run may go."""

    only: str | None = None
    limit: int | None = None
    force: bool = False
    is_test: bool = False
    adopt: bool = False


@dataclass
class Result:
    """How a sync ended; the columns of `sync_runs`."""

    sync_name: str
    status: str = "running"
    message: str | None = None
    plan: dict[str, int] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    error_codes: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)  # the first customers of whom a row was

    @property
    def accepted(self) -> int:
        return self.done["create"] + self.done["update"] + self.done["delete"]

    @property
    def left(self) -> int:
        return self.done["rejected"] + self.done["failed"]

    def columns(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "message": self.message,
            **{
                name: self.plan.get(name)
                for name in (
                    "desired_count",
                    "held_count",
                    "create_count",
                    "update_count",
                    "delete_count",
                )
            },
            "created_count": self.done["create"],
            "updated_count": self.done["update"],
            "deleted_count": self.done["delete"],
            "rejected_count": self.done["rejected"],
            "failed_count": self.done["failed"],
        }


@dataclass
class Batch:
    """Rows under way together."""

    change: Change
    rows: list[Row]
    steps: int = 1
    is_last: bool = False
    attempt: int = 0
    retry_after: float = 0.0
    follow_ups: list[Batch] = field(default_factory=list)


def guard(sync: Sync, plan: Plan, options: Options) -> str | None:
    """Why this plan must not be carried out without --force; None when it may."""
    counts = plan.counts
    held, desired = counts["held_count"], counts["desired_count"]
    if counts["duplicate_count"]:
        return f"{counts['duplicate_count']} rows of the sync model share a key or have none"
    if options.force:
        return None
    if plan.unfinished:
        return plan.unfinished
    if held and not desired and sync.mode != "create_only":
        return f"the sync model is empty, and the tool holds {held} rows"
    if options.only is not None:
        return None
    for change, largest in (("delete", sync.max_delete_share), ("update", sync.max_update_share)):
        count = counts[f"{change}_count"] if change in sync.changes else 0
        if held and count > max(sync.guard_floor, largest * held):
            share = f"{count} of {held} rows ({count / held:.0%}, at most {largest:.0%})"
            return f"too many rows to {change}: {share}"
    return None


@dataclass(frozen=True)
class Shared:
    """What the syncs of one `python -m activation` have in common."""

    progress: Progress
    stopping: threading.Event = field(default_factory=threading.Event)
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)


class Run:
    """One run of one sync."""

    def __init__(
        self, sync: Sync, client: Client, ledger: Ledger, options: Options, shared: Shared
    ) -> None:
        self.sync = sync
        self.client = client
        self.ledger = ledger
        self.options = options
        self.run_id = shared.run_id
        self.stopping = client.stopping = shared.stopping
        self.progress = shared.progress
        # a test is told apart in the tables, and leaves no receipt
        self.name = f"{sync.name}:test" if options.is_test else sync.name
        self.result = Result(self.name)
        self._halted: str | None = None
        self._taken = 0
        self._planned = 0
        self._later: list[Batch] = []
        self._lock = threading.Lock()

    def __call__(self) -> Result:
        """Carry the sync out, whatever happens to the tool; a warehouse error is raised."""
        self.ledger.alone(self.name)
        self.ledger.begin_run(self.run_id, self.name)
        try:
            self._carry_out()
        except NotNow as error:
            self._end("postponed", str(error))
        except (Misconfigured, Unbuilt, Unavailable, Transient, Refused) as error:
            self._count_left(self._planned)
            status = "interrupted" if self.stopping.is_set() else "failed"
            self._end(status, masked(str(error), []))
        except BaseException as error:
            self._count_left(self._planned)
            self._end("failed", type(error).__name__)
            self.ledger.finish_run(self.run_id, self.name, self.result.columns())
            raise
        self.ledger.finish_run(self.run_id, self.name, self.result.columns())
        return self.result

    def _end(self, status: str, message: str | None = None) -> None:
        self.result.status, self.result.message = status, message

    def _carry_out(self) -> None:
        if self.options.is_test:
            self._try_out()
            return
        with self.ledger.plan(self.sync) as plan:
            counts = self.result.plan = plan.counts
            if reason := guard(self.sync, plan, self.options):
                self._end("stopped", reason)
                return
            plan.settle_rejections(self.sync)
            self.client.merged = partial(self.ledger.merged, self.sync)
            self.client.wanted = partial(self.ledger.wanted, self.sync)
            planned = sum(counts[f"{change}_count"] for change in self.sync.changes)
            if not planned:
                self._end("succeeded")
                return
            self._planned = self._within_limit(1 if self.options.only else planned)
            self.progress.start(self.sync.name, self._planned)
            self._until_answered(lambda: self.client.prepare(self.sync, plan.payload))
            # Files of an earlier run that still lie there may speak of someone who has withdrawn
            # the consent since; what the others have brought there is not sent again.
            standing = self.ledger.standing(self.sync)
            is_awaited = standing["unconfirmed_count"] > 0
            # an import whose answer never came may be under way as well
            is_in_doubt = self.client.confirms_loads and standing["in_doubt_count"] > 0
            if (is_awaited or is_in_doubt) and not self.options.adopt:
                self._until_answered(lambda: self.client.withdraw(self.sync))
            is_read = is_awaited or self._is_bulk(plan)
            if not (self.options.adopt or (is_read and self.options.only is None)):
                self._send_all(plan)
                self._conclude(planned)
                return
            self._adopt(plan)
        if self.options.adopt:
            self._end("succeeded", f"{self.result.done['adopted']} rows are there already")
            return
        with self.ledger.plan(self.sync) as left:
            if not self._is_bulk(left):
                self._send_all(left)
                self._conclude(planned)
                return
            self._load(left, self.options.limit)
        if self.client.confirms_loads and not (self._halted or self.stopping.is_set()):
            self._confirm(planned)

    def _is_bulk(self, plan: Plan) -> bool:
        """Whether creates and updates are so many that they go as files."""
        rows = plan.counts["create_count"] + plan.counts["update_count"]
        return self.client.is_bulk(self.sync, self._within_limit(rows))

    def _within_limit(self, rows: int) -> int:
        """As many of these rows as --limit lets through."""
        return rows if self.options.limit is None else min(rows, self.options.limit)

    def _confirm(self, planned: int) -> None:
        """Once the tool is done with the files: receipts for what it holds; the rest by the API,
        which says of each row why not."""
        self._until_answered(lambda: self.client.await_loads(self.sync))
        with self.ledger.plan(self.sync) as loaded:
            self._adopt(loaded, is_ours=True)
        done, limit = self.result.done, self.options.limit
        with self.ledger.plan(self.sync) as rest:
            for change in ("update", "create"):
                settled = self.result.accepted + done["rejected"]
                self._send_all(rest, None if limit is None else max(0, limit - settled), change)
        self._conclude(planned)

    def _adopt(self, plan: Plan, is_ours: bool = False) -> None:
        """Give a receipt to each row to create or update that the tool holds already, as it is.

        `is_ours`: this run has brought them there.
        """
        found: list[Any] = []
        self._until_answered(lambda: found.append(self.client.reader(self.sync)))
        holds = found[-1]
        if holds is None:
            raise Misconfigured(f"{self.sync.tool} cannot be read back")
        for change in ("create", "update"):
            rows = self._consenting(plan.rows_to(change), change)
            for chunk in chunks((row for row in rows if holds(row)), ROWS_ADOPTED_AT_ONCE):
                delivery_id = uuid.uuid4().hex
                attempt, moment = self._named(delivery_id), now()
                receipts = [receipt(row, attempt, change, ACCEPTED, moment) for row in chunk]
                self.ledger.intend(attempt, change, chunk, 1)
                delivery = {"status": "accepted", "accepted_count": len(chunk)}
                self.ledger.record(self.name, delivery_id, receipts, [], chunk, delivery)
                self._count(change if is_ours else "adopted", chunk)

    def _load(self, plan: Plan, limit: int | None) -> None:
        """Deletes by the API, the rest as files; receipts follow when the tool has been read."""
        done, handed = self.result.done, 0
        deletes = plan.counts["delete_count"] if "delete" in self.sync.changes else 0
        if limit is not None:
            deletes = min(deletes, limit)
        self._send_all(plan, only="delete")
        done["failed"] = max(0, deletes - self.result.accepted - done["rejected"])
        for change in ("update", "create"):
            left = None if limit is None else limit - deletes - handed
            rows = self._consenting(plan.rows_to(change, limit=left), change)
            for chunk in chunks(rows, self.sync.options["file_lines"]):
                if self._halted or self.stopping.is_set():
                    break
                self._until_answered(partial(self._put, Batch(change, chunk)))
                handed += len(chunk)
        told = f"{handed} rows handed over as files; receipts follow once the tool has taken them"
        if not self._left_something():
            self._end("handed over", told)

    def _put(self, batch: Batch) -> None:
        """Hand over one file: its rows are in doubt until the tool has been read."""
        batch.attempt += 1
        delivery_id = uuid.uuid4().hex
        rows, started = batch.rows, time.monotonic()
        self.ledger.intend(self._named(delivery_id), batch.change, rows, batch.attempt)
        ended: dict[str, Any] = {"status": "failed", "failed_count": len(rows)}
        try:
            self.client.load(self.sync, rows)
            ended = {"status": "handed over"}
        except (Transient, Misconfigured, Refused) as error:
            ended["error_code"] = getattr(error, "code", type(error).__name__)
            error.args = (masked(str(error), rows),)
            # an import that is refused as a whole: its rows go one by one once the others are in
            if not (isinstance(error, Refused) and self.client.confirms_loads):
                raise
        finally:
            ended["latency_ms"] = round((time.monotonic() - started) * 1000)
            self.ledger.record(self.name, delivery_id, [], [], [], ended)
        if not self.client.confirms_loads:
            self.progress.advance(self.name, len(rows))

    def _try_out(self) -> None:
        """Send a few rows to the tool's test list, without a receipt."""
        limit = TEST_ROWS if self.options.limit is None else self.options.limit
        rows = self.ledger.samples(self.sync, self.options.only, limit)
        columns = self.ledger.columns(self.sync)
        self._until_answered(lambda: self.client.prepare(self.sync, columns))
        for chunk in chunks(rows, self.client.sizes(self.sync)["create"]):
            self._hand_over(Batch("create", chunk))
        self._taken = len(rows)
        self._conclude(len(rows))

    def _conclude(self, planned: int) -> None:
        self._send_later()
        done = self.result.done
        to_do = self._taken if self.options.only else self._within_limit(planned)
        self._count_left(to_do)
        if self._left_something():
            return
        if done["skipped"]:
            self._end("succeeded", f"{done['skipped']} rows that the tool has not, left for later")
        elif to_do < planned:
            self._end("limited", f"{planned - to_do} rows wait for a run without --limit or --only")
        else:
            self._end("succeeded")

    def _count_left(self, to_do: int) -> None:
        done = self.result.done
        uncounted = done["adopted"] + done["skipped"] + done["awaiting"]
        done["failed"] = max(0, to_do - self.result.accepted - done["rejected"] - uncounted)

    def _left_something(self) -> bool:
        """Whether the run was cut short or left rows; it then ends with what is to say of it."""
        done = self.result.done
        if self._halted:
            self._end("failed", self._halted)
        elif self.stopping.is_set():
            self._end("interrupted", "asked to leave")
        elif done["rejected"] or done["failed"]:
            codes = ", ".join(f"{code} ({n})" for code, n in self.result.error_codes.most_common(3))
            told = f"{done['rejected']} rejected, {done['failed']} left: {codes}"
            if self.result.refused:
                whose = ", ".join(self.result.refused)
                told += (
                    f"; rejected rows of {whose} (marts.deliveries_by_customer where is_rejected)"
                )
            self._end("partial", told)
        else:
            return False
        return True

    # --- batches -----------------------------------------------------------------------------

    def _send_all(self, plan: Plan, allowed: int | None = None, only: Change | None = None) -> None:
        """Hand over every batch, at most `allowed` rows (or --limit's); one kind of change is
        finished before the next begins."""
        allowed = self.options.limit if allowed is None else allowed
        for change in (change for change in self.sync.changes if only in (None, change)):
            if allowed == 0:
                return
            handed = self._hand_over_all(change, self._batches(plan, change, allowed))
            if self.stopping.is_set() or self._halted:
                return
            if allowed is not None:
                allowed -= handed

    def _hand_over_all(self, change: Change, batches: Iterable[Batch]) -> int:
        """Hand over batches, some at once: how many rows they had."""
        handed = 0
        with ThreadPoolExecutor(self.sync.concurrency, f"{self.sync.name}-{change}") as pool:
            under_way: set[Future[None]] = set()
            for batch in batches:
                handed += len(batch.rows)
                if len(under_way) >= self.sync.concurrency:
                    ended, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                    for future in ended:
                        future.result()
                if self.stopping.is_set() or self._halted:
                    break
                under_way.add(pool.submit(self._hand_over, batch))
            for future in under_way:
                future.result()
        return handed

    def _batches(self, plan: Plan, change: Change, allowed: int | None) -> Iterator[Batch]:
        identifiers = self.client.identifiers(self.sync)
        rows = plan.rows_to(change, self.options.only, allowed, identifiers)
        if change != "delete":
            rows = self._consenting(rows, change)
        rows = self._with_something_to_send(rows)
        if self.sync.mode == "update_only" and change == "create":
            change = "update"
        for chunk in chunks(rows, self.client.sizes(self.sync)[change]):
            self._taken += len(chunk)
            yield Batch(change, chunk)

    def _consenting(self, rows: Iterable[Row], change: Change) -> Iterator[Row]:
        """The rows with a consent. The model has seen to it already; here no row gets past."""
        for row in rows:
            if row.has_consent:
                yield row
            else:
                self._count("rejected", [row], "no consent")
                self._name(row.customer_id)

    def _with_something_to_send(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows less those that are delivered, and have left a value to another key."""
        for row in rows:
            if not row.has_nothing_to_send:
                yield row
                continue
            if not row.is_awaiting:
                self.ledger.settle(self.name, [row])
            self._taken += 1
            self._count("awaiting", [row])

    def _send_later(self) -> None:
        """Send again what had to wait for other rows, as long as that brings any of it further;
        what the tool says then, stands. Deletes last: what they would take away may be wanted."""
        writes = [change for change in self.sync.changes if change != "delete"]
        for changes in (writes, ["delete"]):
            before = None
            while not (self._halted or self.stopping.is_set()):
                batches = [batch for batch in self._later if batch.change in changes]
                if not batches:
                    break
                self._later = [batch for batch in self._later if batch.change not in changes]
                waiting = sum(len(batch.rows) for batch in batches)
                for change in changes:
                    rows = [row for one in batches if one.change == change for row in one.rows]
                    late = chunks(rows, self.client.sizes(self.sync)[change])
                    last = partial(Batch, change, is_last=waiting == before)
                    self._hand_over_all(change, map(last, late))
                before = waiting

    def _hand_over(self, batch: Batch) -> None:
        """Send a batch until every row of it is accepted, rejected, or left for the next run."""
        queue = deque([batch])
        while queue:
            batch = queue.popleft()
            if self._halted or batch.steps > MOST_STEPS:
                continue
            if self.stopping.is_set() and batch.steps > 1:
                continue
            try:
                self._until_answered(partial(self._attempt, batch), batch)
            except Unavailable as error:
                self._halt(f"circuit open: {error}")
            except (Misconfigured, NotNow) as error:
                self._halt(masked(str(error), batch.rows))
            size = self.client.sizes(self.sync)
            for next_ in batch.follow_ups:
                for chunk in chunks(next_.rows, size[next_.change]):
                    queue.append(Batch(next_.change, chunk, batch.steps + 1, batch.is_last))

    def _until_answered(self, function: Any, batch: Batch | None = None) -> Any:
        """Call until no row is left to try again, with back-off, jitter and the tool's own wait."""

        def pause(state: tenacity.RetryCallState) -> float:
            asked = batch.retry_after if batch else 0.0
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, Transient):
                asked = max(asked, error.retry_after)
            backed_off = tenacity.wait_exponential_jitter(
                multiplier=0.5, max=self.sync.longest_wait_seconds / 2
            )
            return max(asked, backed_off(state))

        def too_long(state: tenacity.RetryCallState) -> bool:
            return pause(state) > self.sync.longest_wait_seconds

        def last(state: tenacity.RetryCallState) -> Any:
            assert state.outcome
            return state.outcome.result()

        return tenacity.Retrying(
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(self.sync.attempts),
                tenacity.stop_when_event_set(self.stopping),
                too_long,
            ),
            wait=pause,
            sleep=tenacity.sleep_using_event(self.stopping),
            retry=tenacity.retry_any(
                tenacity.retry_if_exception_type(Transient),
                tenacity.retry_if_result(lambda left: bool(left) and not self._halted),
            ),
            retry_error_callback=last,
        )(function)

    # --- one attempt -------------------------------------------------------------------------

    def _attempt(self, batch: Batch) -> list[Row]:
        """Try a batch once and record what came of it. Returns the rows to try again."""
        batch.attempt += 1
        rows, change = batch.rows, batch.change
        delivery_id = uuid.uuid4().hex
        for row in rows if self.client.removes_by_value else []:
            if row.is_awaiting:
                row.doubted = row.sent
            if change != "delete":
                row.doubted = [*(p for p in row.doubted if p != row.payload), row.payload]
        self.ledger.intend(self._named(delivery_id), change, rows, batch.attempt)
        requests, started = self.client.request_count(), time.monotonic()
        problem: Exception | None = None
        try:
            answers = self._ask(change, rows)
        except Transient as error:
            answers = {row.key: again(error) for row in rows}
        except Refused as error:
            answers = self._refused(batch, error)
        except (Unavailable, Misconfigured, NotNow) as error:
            # nothing left, or the credentials were refused: no row was accepted
            problem = error
            answers = {row.key: Answer("retry", type(error).__name__) for row in rows}
        latency_ms = round((time.monotonic() - started) * 1000)
        unheard = Answer("retry", "no answer for this row", is_ambiguous=True)
        told = [(row, answers.get(row.key, unheard)) for row in rows]
        left = self._settle(batch, delivery_id, told, latency_ms, requests)
        if problem:
            raise problem
        return left

    def _ask(self, change: Change, rows: list[Row]) -> dict[str, Answer]:
        if change != "create" or self.client.is_repeatable:
            return getattr(self.client, change)(self.sync, rows)
        # Sent twice, it would be there twice: ask first what became of the rows in doubt.
        doubtful = [row for row in rows if row.is_in_doubt]
        found = self.client.find(self.sync, doubtful) if doubtful else set()
        answers = {key: Answer("accepted") for key in found}
        rest = [row for row in rows if row.key not in found]
        return answers | (self.client.create(self.sync, rest) if rest else {})

    def _refused(self, batch: Batch, error: Refused) -> dict[str, Answer]:
        """One no to the whole batch: halve it until the row that spoils it stands alone."""
        rows = batch.rows
        if len(rows) == 1:
            return {rows[0].key: Answer("rejected", error.code, error.message)}
        middle = len(rows) // 2
        for half in (rows[:middle], rows[middle:]):
            batch.follow_ups.append(Batch(batch.change, half))
        return {row.key: Answer("retry", HALVED, error.message) for row in rows}

    def _settle(
        self,
        batch: Batch,
        delivery_id: str,
        told: list[tuple[Row, Answer]],
        latency_ms: int,
        requests: int,
    ) -> list[Row]:
        attempt = self._named(delivery_id)
        outcome = told_apart(self.sync, attempt, batch.change, told, now(), batch.is_last)
        self.ledger.record(
            self.name,
            delivery_id,
            [] if self.options.is_test else outcome.receipts,
            outcome.rejections,
            outcome.settled,
            {
                **outcome.delivery(self.sync, batch.rows),
                "request_count": self.client.request_count() - requests,
                "latency_ms": latency_ms,
            },
            outcome.awaiting,
        )
        for one in outcome.receipts:
            self._count(one["change_type"], [one])
        for rejection in outcome.rejections:
            self._count("rejected", [rejection], rejection["error_code"])
            self._name(rejection["customer_id"])
        self._count("skipped", outcome.skipped)
        for row in outcome.later:
            row.is_late = True
        if outcome.later:
            with self._lock:
                self._later.append(Batch(batch.change, outcome.later))
        if outcome.left:
            self._note(str(outcome.error_code), batch)
        batch.follow_ups += [Batch(change, rows) for change, rows in outcome.turned.items()]
        batch.retry_after = max((answer.retry_after for answer in outcome.unhappy), default=0.0)
        batch.rows = outcome.left
        return outcome.left

    def _named(self, delivery_id: str) -> dict[str, Any]:
        return {"delivery_id": delivery_id, "run_id": self.run_id, "sync_name": self.name}

    # --- counting ----------------------------------------------------------------------------

    def _count(self, what: str, rows: list[Any], code: str | None = None) -> None:
        with self._lock:
            self.result.done[what] += len(rows)
            if code:
                self.result.error_codes[code] += len(rows)
            rejected = self.result.done["rejected"]
            if rejected > max(10 * self.sync.guard_floor, self.result.accepted):
                self._halted = f"the tool refuses nearly everything ({code})"
        self.progress.advance(self.name, len(rows))

    def _name(self, customer_id: str | None) -> None:
        """Our own id says whom to look at; a key may be a person's e-mail."""
        with self._lock:
            named = self.result.refused
            if customer_id and customer_id not in named and len(named) < CUSTOMERS_NAMED:
                named.append(customer_id)

    def _note(self, code: str, batch: Batch) -> None:
        with self._lock:
            self.result.error_codes[code] += 1
        log.debug("%s: %s, attempt %d", self.sync.name, code, batch.attempt)

    def _halt(self, reason: str) -> None:
        with self._lock:
            self._halted = self._halted or reason
