"""python -m activation: publish the sync models to the tools, changed rows only.

Exit codes: 0 delivered, or nothing to do · 1 a sync failed, or left more than its declared share
of rows · 2 wrong usage or configuration · 3 a guard stopped a sync, or the last dbt build has not
passed: look, then --force · 4 (--check) a sync or the last build needs a look · 75 another
run is under way, or the warehouse is busy: try later · 143 asked to leave by SIGTERM; the batch in
hand was finished.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

from activation import display
from activation.destination import Sync, Tool, declared
from activation.http import Misconfigured
from activation.ledger import Busy, Ledger, Unbuilt, now
from activation.sync import Options, Result, Run, Shared
from activation.watch import alert, is_alarming, looked_at

log = logging.getLogger("activation")
DONE, FAILED, MISUSED, STOPPED, STALE, BUSY, INTERRUPTED = 0, 1, 2, 3, 4, 75, 143


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    asked = parser().parse_args(arguments)
    display.set_up()
    try:
        syncs = chosen(asked.destination)
        options = Options(asked.only, asked.limit, asked.force, asked.test, asked.adopt)
        if asked.test:
            syncs = [(tool.in_test(), sync) for tool, sync in syncs]
        if asked.check:
            return check(syncs, is_all=not asked.destination)
        if asked.dry_run:
            return dry_run(syncs, options, is_all=not asked.destination)
        return deliver(syncs, options, is_all=not asked.destination)
    except Busy as error:
        log.warning("%s: leaving", error)
        return BUSY
    except (Misconfigured, Unbuilt) as error:
        log.error("%s", error)
        return MISUSED


def parser() -> argparse.ArgumentParser:
    summary, codes = (__doc__ or "").split("\n\n", 1)
    parser = argparse.ArgumentParser("python -m activation", description=summary, epilog=codes)
    add = parser.add_argument
    add("destination", nargs="*", help="a tool or one of its syncs: splio, splio__contacts; all")
    add(
        "--dry-run",
        action="store_true",
        help="show what would change, field by field; send nothing",
    )
    add("--limit", type=int, metavar="N", help="at most N rows a sync")
    add("--only", metavar="KEY", help="one destination key, or all rows of one customer_id")
    add(
        "--test",
        action="store_true",
        help="send the first rows (10, or --limit; or --only KEY) to the list, folder or account"
        " that the destination's `test` block declares; no receipt, no delete",
    )
    add(
        "--adopt",
        action="store_true",
        help="read the tool and give a receipt to each row that it holds already; send nothing",
    )
    add(
        "--force",
        action="store_true",
        help="let a stopped sync pass its guards, and send what is not due yet",
    )
    add("--check", action="store_true", help="say how each sync stands; send nothing")
    return parser


def chosen(names: list[str]) -> list[tuple[Tool, Sync]]:
    """The syncs asked for, all when none is named. Raises Misconfigured for an unknown name."""
    tools = declared()
    known = {sync.name for tool in tools.values() for sync in tool.syncs} | tools.keys()
    if lost := set(names) - known:
        raise Misconfigured(f"no such destination: {', '.join(sorted(lost))}")
    return [
        (tool, sync)
        for tool in tools.values()
        for sync in tool.syncs
        if not names or tool.name in names or sync.name in names
    ]


# --- deliver ---------------------------------------------------------------------------------


def deliver(syncs: list[tuple[Tool, Sync]], options: Options, is_all: bool) -> int:
    """Run the syncs: tools side by side, the syncs of one tool one after the other."""
    by_tool: dict[str, list[tuple[Tool, Sync]]] = {}
    for tool, sync in syncs:
        by_tool.setdefault(tool.name, []).append((tool, sync))
    ledger = Ledger()
    try:
        with display.shown() as progress, ThreadPoolExecutor(len(by_tool) or 1) as pool:
            shared = Shared(progress)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: shared.stopping.set())
            futures = [
                pool.submit(of_one_tool, group, ledger, options, shared, is_all)
                for group in by_tool.values()
            ]
            results = [result for future in futures for result in future.result()]
    finally:
        ledger.close()
    display.summarise(results)
    declared_as = {name: sync for _, sync in syncs for name in (sync.name, f"{sync.name}:test")}
    alarming = [
        result
        for result in results
        if is_alarming(declared_as[result.sync_name], result.status, result.accepted, result.left)
    ]
    if alarming:
        alert(alarming)
    return exit_code(results, alarming, shared.stopping.is_set())


def of_one_tool(
    group: list[tuple[Tool, Sync]],
    ledger: Ledger,
    options: Options,
    shared: Shared,
    is_all: bool,
) -> list[Result]:
    """Results of the syncs of one tool; one that cannot run does not stop the others.

    Where nothing was asked for by name, a declared sync without a model is absent, and one whose
    rhythm has brought it already is left for later.
    """
    skipped: dict[str, Result] = {}
    for _, sync in group if is_all else []:
        if ledger.is_unused(sync):
            skipped[sync.name] = Result(sync.name, "absent", f"no sync_{sync.name}")
        elif not (options.force or sync.is_due(ledger.succeeded(sync), now())):
            next_ = f"next from {sync.next_window(now()):%Y-%m-%d %H:%M} UTC"
            skipped[sync.name] = Result(sync.name, "not due", next_)
    group = [(tool, sync) for tool, sync in group if sync.name not in skipped]
    return [*skipped.values(), *(of_its_syncs(group, ledger, options, shared) if group else [])]


def of_its_syncs(
    group: list[tuple[Tool, Sync]], ledger: Ledger, options: Options, shared: Shared
) -> list[Result]:
    """Results of these syncs of one tool, one after the other."""
    tool = group[0][0]
    names = [sync.name for _, sync in group]
    try:
        if tool.settings() is None:
            address = next(iter(tool.environment.values()))
            return [Result(name, "absent", f"{address} is not set") for name in names]
        client = tool.open()
    except Misconfigured as error:
        return [Result(name, "failed", str(error)) for name in names]
    results = []
    try:
        for _, sync in group:
            if shared.stopping.is_set():
                results.append(Result(sync.name, "interrupted", "asked to leave"))
                continue
            try:
                results.append(Run(sync, client, ledger, options, shared)())
            except Busy as error:
                results.append(Result(sync.name, "busy", str(error)))
    finally:
        client.close()
    return results


def exit_code(results: list[Result], alarming: list[Result], was_asked_to_leave: bool) -> int:
    statuses = {result.status for result in results}
    if was_asked_to_leave:
        return INTERRUPTED
    if any(result.status != "stopped" for result in alarming):
        return FAILED
    if "stopped" in statuses:
        return STOPPED
    return BUSY if "busy" in statuses else DONE


# --- look, do not send -----------------------------------------------------------------------


def dry_run(syncs: list[tuple[Tool, Sync]], options: Options, is_all: bool) -> int:
    """Show what would be sent, field by field; a stopped sync says why. Writes nothing."""
    ledger = Ledger(read_only=True)
    stopped = False
    try:
        for _, sync in syncs:
            if is_all and ledger.is_unused(sync):
                continue
            with ledger.plan(sync) as plan:
                stopped = display.show_plan(sync, plan, options) or stopped
    finally:
        ledger.close()
    return STOPPED if stopped else DONE


def check(syncs: list[tuple[Tool, Sync]], is_all: bool) -> int:
    """Say of each sync how it stands; alert on those that need a look."""
    ledger = Ledger(read_only=True)
    bad = []
    try:
        if unfinished := ledger.unfinished_build():
            bad.append(Result("dbt build", "needs a look", unfinished))
        for tool, sync in syncs:
            found = looked_at(sync, ledger)
            if found is None and (is_all or tool.settings() is None):
                continue
            said, is_bad = found or ("never succeeded", True)
            log.info("%s: %s", sync.name, said)
            if is_bad:
                bad.append(Result(sync.name, "needs a look", said))
    finally:
        ledger.close()
    if bad:
        alert(bad)
    return STALE if bad else DONE


if __name__ == "__main__":
    sys.exit(main())
