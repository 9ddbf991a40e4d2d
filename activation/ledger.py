"""The warehouse as activation sees it: changes to read, receipts to write.

Everything that differs between DuckDB and PostgreSQL is in this file. Writes are one
transaction each, so that a kill leaves a batch either recorded or in doubt (an intent).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, get_args

import duckdb
import psycopg2
import psycopg2.errors
import psycopg2.extras
import pyarrow as pa

import warehouse
from activation.destination import Change, Row, Sync, as_json
from warehouse import Busy, Session, Unbuilt

CONTRACT_COLUMNS = ("destination_key", "customer_id", "payload_hash", "has_consent")
ROWS_AT_ONCE = 5000


def now() -> datetime:
    """Now, as the warehouse keeps time: naive, UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def folded(values: Iterable[Any]) -> tuple[str, ...]:
    """Values of identifiers as tools compare them: capitals are no difference."""
    return tuple(str(value).lower() for value in values)


class _Session(Session):
    def columns(self, sync: Sync) -> list[str]:
        """Payload columns of the sync model, in its order."""
        with self._lock:
            self.rows(f"select * from activation.sync_{sync.name} where 1 = 0")
            names = [column[0] for column in self._cursor.description]
        return [name for name in names if name not in CONTRACT_COLUMNS]

    def unfinished_build(self) -> str | None:
        """What has not passed since it was last built (macro `note_build`); None when all has."""
        if not self.has_table("unfinished"):
            return None
        found = self.rows(
            "select node, status from activation.unfinished order by"
            " case when status in ('begun', 'skipped') then 1 else 0 end, status, node"
        )
        if not found:
            return None
        told = [f"{row['node'].split('.')[2]} ({row['status']})" for row in found[:3]]
        more = [f"{len(found) - 3} more"] if len(found) > 3 else []
        return f"the last dbt build has not passed: {', '.join(told + more)}"

    def has_table(self, name: str) -> bool:
        """Whether there is such a table or view of activation's."""
        (known,) = self.rows(
            "select count(*) as found from information_schema.tables"
            " where table_schema = 'activation' and table_name = ?",
            name,
        )
        return bool(known["found"])


class Plan(_Session):
    """What one sync has to do: compared with the receipts once, then counted and read as often as
    one likes, unmoved by the receipts that follow. It lives in a temporary table of its own
    connection. `counts`: desired, held, duplicated keys, and changes by type; `unfinished`: why
    what it was compared with is no whole build.
    """

    def __init__(self, connection: Any, sync: Sync) -> None:
        super().__init__(connection)
        self._sync = sync.name
        try:
            self._compare(sync)
        except BaseException:
            self.close()
            raise

    def _compare(self, sync: Sync) -> None:
        self.payload = self.columns(sync)
        payload = "".join(f", desired.{column}" for column in self.payload)
        try:
            self.run(
                f"""
                create temporary table planned as
                select
                    row_number() over (
                        order by changes.change_type, changes.destination_key
                    ) as "_position",
                    changes.change_type as "_change", changes.destination_key as "_key",
                    changes.customer_id as "_customer_id", changes.payload_hash as "_payload_hash",
                    changes.is_in_doubt as "_is_in_doubt",
                    changes.successor_key as "_successor_key",
                    receipts.payload as "_held", receipts.destination_version as "_version",
                    case changes.change_type
                        when 'delete' then receipts.change_type = 'delete'
                        else receipts.payload_hash = changes.payload_hash
                    end as "_is_delivered",
                    intents.payloads as "_doubted",
                    desired.has_consent as "_has_consent"{payload}
                from activation.changes_{sync.name} as changes
                left join activation.sync_{sync.name} as desired
                    on changes.destination_key = desired.destination_key
                left join activation.receipts as receipts
                    on changes.destination_key = receipts.destination_key
                    and receipts.sync_name = ?
                left join activation.intents as intents
                    on changes.destination_key = intents.destination_key
                    and intents.sync_name = ?
                """,
                sync.name,
                sync.name,
            )
        except (duckdb.CatalogException, psycopg2.errors.UndefinedTable) as error:
            raise Unbuilt("a model is not built: run dbt build first") from error
        self.run("create index planned_position on planned (_position)")
        found = self.rows(
            "select _change, min(_position) as first, count(*) as row_count"
            " from planned group by _change"
        )
        self._spans = {row["_change"]: (row["first"], row["row_count"]) for row in found}
        self.counts = self._counted(sync)
        # asked last: a build that began meanwhile is seen as well
        self.unfinished = self.unfinished_build()

    def _counted(self, sync: Sync) -> dict[str, int]:
        (counts,) = self.rows(
            f"""
            select
                coalesce(sum(case when has_consent then 1 else 0 end), 0) as desired_count,
                count(*) - count(distinct destination_key) as duplicate_count,
                (select count(*) from activation.receipts
                 where sync_name = ? and change_type <> 'delete') as held_count
            from activation.sync_{sync.name}
            """,
            sync.name,
        )
        changes = {f"{change}_count": self._span(change)[1] for change in get_args(Change)}
        return {name: int(count) for name, count in counts.items()} | changes

    def settle_rejections(self, sync: Sync) -> None:
        """Note of each row once refused that it is no change any more: the tool holds what is
        wanted, or nothing is."""
        changes = ", ".join(f"'{change}'" for change in sync.changes)
        self.run(
            f"""
            update activation.rejections set settled_at = ?
            where sync_name = ? and settled_at is null and not exists (
                select 1 from planned
                where planned._key = rejections.destination_key and planned._change in ({changes})
            )
            """,
            *(now(), sync.name),
        )

    def _span(self, change: Change) -> tuple[int, int]:
        return self._spans.get(change, (0, 0))

    def rows_to(
        self,
        change: Change,
        only: str | None = None,
        limit: int | None = None,
        identifiers: Sequence[tuple[str, ...]] = (),
    ) -> Iterator[Row]:
        """Rows to create, update or delete, by key; `only` one key, or those of one customer.

        `identifiers`: columns whose values a removal names; those another key wants are spared.
        """
        first, count = self._span(change)
        if only is not None:
            found = self.rows(
                "select * from planned where _change = ? and (_key = ? or _customer_id = ?)"
                " order by _position",
                *(change, only, only),
            )
            yield from self._sparing(identifiers, map(self._row, found[:limit]))
            return
        end = first + (count if limit is None else min(count, limit))
        for start in range(first, end, ROWS_AT_ONCE):
            page = self.rows(
                "select * from planned where _position >= ? and _position < ? order by _position",
                *(start, min(start + ROWS_AT_ONCE, end)),
            )
            yield from self._sparing(identifiers, map(self._row, page))

    def _sparing(self, groups: Sequence[tuple[str, ...]], page: Iterable[Row]) -> list[Row]:
        """Rows that know which of their old values a desired row of another key has."""
        rows = list(page)
        for columns in groups:
            sent = [
                (row, values)
                for row in rows
                for trace in row.traces
                if all(values := tuple(trace.get(column) for column in columns))
            ]
            if not sent:
                continue
            # all the columns at once only below: an engine has no list of tuples in common
            is_one = "lower(cast(desired.{} as text)) in (select unnest(cast(? as text[])))"
            named = ", ".join(f"lower(cast(desired.{name} as text)) as {name}" for name in columns)
            found = self.rows(
                f"""
                select desired.destination_key, receipts.destination_key as held_key, {named}
                from activation.sync_{self._sync} as desired
                left join activation.receipts as receipts
                    on desired.destination_key = receipts.destination_key
                    and desired.payload_hash = receipts.payload_hash
                    and receipts.sync_name = ?
                    and receipts.change_type <> 'delete'
                where desired.has_consent and {" and ".join(map(is_one.format, columns))}
                """,
                self._sync,
                *(sorted({folded(values)[i] for _, values in sent}) for i in range(len(columns))),
            )
            # by value: the keys that want it, and whether the tool has it of one of them
            wanted: dict[tuple[str, ...], dict[str, bool]] = {}
            for one in found:
                key, held_key, *values = one.values()
                wanted.setdefault(tuple(values), {})[key] = held_key is not None
            for row, values in sent:
                others = wanted.get(folded(values), {})
                if others.keys() - {row.key}:
                    row.spared.append(dict(zip(columns, values, strict=True)))
                    arrived = any(is_held for key, is_held in others.items() if key != row.key)
                    row.is_awaiting = row.is_awaiting or not arrived
        return rows

    def _row(self, found: dict[str, Any]) -> Row:
        return Row(
            key=found["_key"],
            customer_id=found["_customer_id"],
            payload_hash=found["_payload_hash"],
            payload={column: found[column] for column in self.payload},
            # fail closed: only a plain true is a consent
            has_consent=found["_has_consent"] is True,
            is_in_doubt=bool(found["_is_in_doubt"]),
            held=json.loads(found["_held"]) if found["_held"] else None,
            doubted=json.loads(found["_doubted"] or "[]"),
            version=found["_version"],
            successor_key=found["_successor_key"],
            is_delivered=found["_is_delivered"] is True,
        )


class Ledger(_Session):
    """Activation's state in the warehouse. Thread-safe; one instance a process. On DuckDB the
    file's own lock keeps two from overlapping: one writing process at a time.
    """

    def __init__(self, read_only: bool = False) -> None:
        try:
            super().__init__(warehouse.connect(read_only=read_only))
        except duckdb.IOException as error:
            raise Unbuilt("there is no warehouse to read: run dbt build first") from error

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def plan(self, sync: Sync) -> Iterator[Plan]:
        """What this sync has to do now. Raises Unbuilt."""
        plan = Plan(self._connection if self.is_duckdb else warehouse.connect(), sync)
        try:
            yield plan
        finally:
            plan.close()

    def pages(self, sql: str) -> Iterator[list[dict[str, Any]]]:
        """Rows of a large query, a few thousand at a time."""
        # PostgreSQL would send the whole to a cursor without a name
        named = () if self.is_duckdb else ("pages", None, True)
        cursor = self._connection.cursor(*named)
        try:
            cursor.execute(sql)
            while chunk := cursor.fetchmany(ROWS_AT_ONCE):
                names = [column[0] for column in cursor.description]
                yield [dict(zip(names, values, strict=True)) for values in chunk]
        finally:
            cursor.close()

    def _insert(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Insert dicts of the same keys, as one set."""
        if not rows:
            return
        columns = ", ".join(rows[0])
        if self.is_duckdb:
            self._cursor.register("incoming", pa.Table.from_pylist(list(rows)))
            self.run(f"insert into activation.{table} ({columns}) select * from incoming")
            self._cursor.unregister("incoming")
        else:
            psycopg2.extras.execute_values(
                self._cursor,
                f"insert into activation.{table} ({columns}) values %s",
                [tuple(row.values()) for row in rows],
                page_size=ROWS_AT_ONCE,
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self.run("begin")
            try:
                yield
            except BaseException:
                self.run("rollback")
                raise
            self.run("commit")

    def alone(self, sync_name: str) -> None:
        """Keep this sync for this process, until the connection ends. Raises Busy."""
        if not self.is_duckdb:
            (row,) = self.rows(
                "select pg_try_advisory_lock(hashtext('orfevre.activation'), hashtext(?)) as taken",
                sync_name,
            )
            if not row["taken"]:
                raise Busy(f"another run of {sync_name} is under way")

    def is_unused(self, sync: Sync) -> bool:
        """Whether the sync has no model and never had a receipt: declared, and not used here."""
        if self.has_table(f"sync_{sync.name}"):
            return False
        (held,) = self.rows(
            "select count(*) as found from activation.receipts where sync_name = ?", sync.name
        )
        return not held["found"]

    # --- what to send ------------------------------------------------------------------------

    def samples(self, sync: Sync, only: str | None, limit: int) -> list[Row]:
        """Some rows that the tool should hold, whatever it holds, by key."""
        wanted = " and (destination_key = ? or customer_id = ?)" if only is not None else ""
        found = self.rows(
            f"select * from activation.sync_{sync.name} where has_consent{wanted}"
            f" order by destination_key limit {int(limit)}",
            *([only, only] if only is not None else []),
        )
        return [
            Row(
                key=row["destination_key"],
                customer_id=row["customer_id"],
                payload_hash=row["payload_hash"],
                payload={name: row[name] for name in row if name not in CONTRACT_COLUMNS},
                has_consent=row["has_consent"] is True,
            )
            for row in found
        ]

    def merged(self, sync: Sync, row: Row) -> set[str]:
        """Keys that we published once, that no row wants any more, and whose customer was merged
        into the row's, or is the row's own."""
        found = self.rows(
            f"""
            select receipts.destination_key
            from activation.receipts as receipts
            left join activation.sync_{sync.name} as desired
                on receipts.destination_key = desired.destination_key and desired.has_consent
            where receipts.sync_name = ? and desired.destination_key is null
                and receipts.customer_id in (
                    select customer_id from identity.customer_redirects
                    where redirects_to_customer_id = ?
                    union all
                    select cast(? as text)
                )
            """,
            *(sync.name, row.customer_id, row.customer_id),
        )
        return {one["destination_key"] for one in found}

    def wanted(self, sync: Sync, column: str, values: list[str]) -> set[str]:
        """Of these values, those that a row with a consent has; in small letters."""
        value = f"lower(cast({column} as text))"
        found = self.rows(
            f"select distinct {value} as value from activation.sync_{sync.name}"
            f" where has_consent and {value} in (select unnest(cast(? as text[])))",
            list(folded(values)),
        )
        return {one["value"] for one in found}

    def succeeded(self, sync: Sync) -> datetime | None:
        """When the last run started that left nothing but refusals, nor files to confirm.

        A row that is refused every time would otherwise make every run due.
        """
        (found,) = self.rows(
            """
            select max(started_at) as moment
            from activation.sync_runs as runs
            where
                sync_name = ?
                and (status = 'succeeded' or status = 'partial' and failed_count = 0)
                and not exists (
                    select 1
                    from activation.deliveries
                    inner join activation.intents
                        on deliveries.delivery_id = intents.delivery_id
                    where
                        deliveries.run_id = runs.run_id
                        and deliveries.sync_name = runs.sync_name
                        and deliveries.status = 'handed over'
                )
            """,
            sync.name,
        )
        return found["moment"]

    def standing(self, sync: Sync) -> dict[str, Any]:
        """Last run and last success of a sync, and its rows that no tool has confirmed."""
        runs = self.rows(
            "select * from activation.sync_runs where sync_name = ?"
            " order by started_at desc, run_id desc limit 1",
            sync.name,
        )
        (counts,) = self.rows(
            """
            select
                count(*) as in_doubt_count,
                count(case when deliveries.status = 'handed over' then 1 end) as unconfirmed_count,
                min(case when deliveries.status = 'handed over' then intents.intended_at end)
                    as unconfirmed_since,
                (select max(finished_at) from activation.sync_runs
                 where sync_name = ? and status in ('succeeded', 'partial')) as succeeded_at
            from activation.intents as intents
            left join activation.deliveries as deliveries
                on intents.delivery_id = deliveries.delivery_id
            where intents.sync_name = ?
            """,
            *(sync.name, sync.name),
        )
        counts["in_doubt_count"] -= counts["unconfirmed_count"]
        return {
            **counts,
            "last_run": runs[0] if runs else None,
            "due_after": self.succeeded(sync),
        }

    # --- what was done -----------------------------------------------------------------------

    def begin_run(self, run_id: str, sync_name: str) -> None:
        """Open the run, and say of what a killed one left open that it was killed."""
        with self._transaction():
            self.run(
                "update activation.sync_runs set status = 'killed', finished_at = ?"
                " where sync_name = ? and status = 'running'",
                now(),
                sync_name,
            )
            self.run(
                "update activation.deliveries set status = 'lost', failed_count = row_count"
                " where sync_name = ? and status = 'sending'",
                sync_name,
            )
            opened = {"run_id": run_id, "sync_name": sync_name, "status": "running"}
            self._insert("sync_runs", [{**opened, "started_at": now()}])

    def finish_run(self, run_id: str, sync_name: str, values: dict[str, Any]) -> None:
        """Close the run with its status, message and counts."""
        values = {**values, "finished_at": now()}
        sets = ", ".join(f"{name} = ?" for name in values)
        with self._transaction():
            self.run(
                f"update activation.sync_runs set {sets} where run_id = ? and sync_name = ?",
                *values.values(),
                run_id,
                sync_name,
            )

    def intend(self, attempt: dict[str, Any], change: Change, rows: list[Row], number: int) -> None:
        """Write, before a batch leaves for the nth time, that it is about to.

        `attempt` holds `delivery_id`, `run_id` and `sync_name`.
        """
        sync_name, delivery_id, moment = attempt["sync_name"], attempt["delivery_id"], now()
        with self._transaction():
            self._forget("intents", sync_name, rows)
            self._insert(
                "intents",
                [
                    {
                        "sync_name": sync_name,
                        "destination_key": row.key,
                        "customer_id": row.customer_id,
                        "change_type": change,
                        "payload_hash": row.payload_hash,
                        "payloads": as_json(row.doubted) if row.doubted else None,
                        "delivery_id": delivery_id,
                        "intended_at": moment,
                    }
                    for row in rows
                ],
            )
            counts = dict.fromkeys(
                ("accepted_count", "rejected_count", "failed_count", "request_count"), 0
            )
            self._insert(
                "deliveries",
                [
                    {
                        **attempt,
                        "change_type": change,
                        "status": "sending",
                        "attempt": number,
                        "row_count": len(rows),
                        **counts,
                        "started_at": moment,
                    }
                ],
            )

    def record(
        self,
        sync_name: str,
        delivery_id: str,
        receipts: list[dict[str, Any]],
        rejections: list[dict[str, Any]],
        settled: list[Row],
        delivery: dict[str, Any],
        awaiting: Sequence[Row] = (),
    ) -> None:
        """Write what came of an attempt: receipts, rejections, no more doubt on `settled`, and on
        `awaiting` of nothing but the values that they left to other keys."""
        with self._transaction():
            accepted = [receipt["destination_key"] for receipt in receipts]
            self._forget("receipts", sync_name, accepted)
            self._insert("receipts", receipts)
            self._insert("rejections", rejections)
            self._forget("intents", sync_name, settled)
            if awaiting:
                self.run(
                    """
                    update activation.intents set payloads = awaited.payloads
                    from (
                        select
                            unnest(cast(? as text[])) as destination_key,
                            unnest(cast(? as text[])) as payloads
                    ) as awaited
                    where intents.sync_name = ?
                        and intents.destination_key = awaited.destination_key
                    """,
                    [row.key for row in awaiting],
                    [as_json(row.spared) for row in awaiting],
                    sync_name,
                )
            values = {**delivery, "finished_at": now()}
            sets = ", ".join(f"{name} = ?" for name in values)
            self.run(
                f"update activation.deliveries set {sets} where delivery_id = ?",
                *values.values(),
                delivery_id,
            )

    def settle(self, sync_name: str, rows: Sequence[Row]) -> None:
        """No more doubt on these rows."""
        with self._transaction():
            self._forget("intents", sync_name, rows)

    def _forget(self, table: str, sync_name: str, rows: Sequence[Row | str]) -> None:
        keys = [row.key if isinstance(row, Row) else row for row in rows]
        if keys:
            self.run(
                f"delete from activation.{table} where sync_name = ?"
                " and destination_key in (select unnest(cast(? as text[])))",
                sync_name,
                keys,
            )
