"""What a test needs of the stand-ins (prefix /_sandbox): faults, counts, things customers do.

| request                              | effect                                                   |
| ------------------------------------ | -------------------------------------------------------- |
| GET  /_sandbox/                      | `{"ok": true}` once the server answers                   |
| POST /_sandbox/faults                | `{"faults": [...], "seed": 0}` replaces the fault script |
| GET, DELETE /_sandbox/faults         | the script and how often each line struck; forget it     |
| GET  /_sandbox/requests              | number of requests by `<prefix> <METHOD> <path>`         |
| GET  /_sandbox/writes?system=        | accepted writes: `[{system, action, key, count}]`        |
| GET  /_sandbox/violations            | exchanges that broke a vendor's contract                 |
| POST /_sandbox/reset                 | forget faults, counts, accepted writes and violations    |
| POST /_sandbox/splio/unsubscribe     | `{"key"}`: the contact clicks on unsubscribe             |
| POST /_sandbox/splio/blacklist       | `{"channel", "touchpoint", "source"}`                    |
| GET  /_sandbox/splio/audience        | `?list=1&channel=email`: keys that a campaign would reach |
| POST /_sandbox/splio/datahub         | take the files of SPLIO_DATAHUB_FOLDER: their reports     |
| GET  /_sandbox/members?system=       | members of the audience at meta or google, as hashed      |
| POST /_sandbox/sms/inbound           | `{"from", "body"}`: a customer answers (STOP)            |
| POST /_sandbox/clientela/edit        | `{"card_id", "changes": {}}`: a seller edits a card      |
| POST /_sandbox/edit                  | `{"table", "key": {}, "changes": {}}`: any source's row   |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers import datahub
from sandbox.servers.clientela import IDENTITY
from sandbox.servers.exchange import Call, MalformedBody, answer, router
from sandbox.servers.sms import receive_message
from sandbox.servers.splio import Refused, Splio
from sandbox.servers.store import Row, Systems

if TYPE_CHECKING:
    from sandbox.servers.faults import Network


def edit_row(systems: Systems, table: str, key: Row, changes: Row) -> int:
    """Change a row of a source as its users would; its cursor moves. Returns rows changed.

    Raises LookupError for a table or column that the raw contract does not declare.
    """
    source, _, name = table.partition("_")
    contract = systems.contracts[source][name]
    if unknown := (key.keys() | changes.keys()) - contract["columns"].keys():
        raise LookupError(f"{table} has no column {min(unknown)}")
    with systems.write() as connection:
        cursor = contract["cursor"]
        row = dict(changes)
        if cursor and cursor not in row and contract["columns"][cursor] == "timestamp":
            row[cursor] = systems.tick(table, cursor)
        elif cursor == "generated_timestamp":
            row[cursor] = systems.value(f"select max({cursor}) + 1 from {table}")
        where = " and ".join(f"{column} = ?" for column in key)
        systems.update(table, row, where, *key.values())
        return int(connection.execute("select changes()").fetchone()[0])


def routes(systems: Systems, network: Callable[[], Network]) -> list[Route]:
    """The admin's endpoints, without the prefix."""
    splio = Splio(systems)

    def said(handler: Callable[[Call], Response]) -> Callable[[Call], Response]:
        def handled(call: Call) -> Response:
            try:
                return handler(call)
            except Refused as refused:
                return refused.response()
            except (MalformedBody, LookupError, TypeError, ValueError) as error:
                return answer({"error": f"{type(error).__name__}: {error}"}, 400)

        return handled

    def script(call: Call) -> Response:
        body = call.json()
        network().script(body["faults"], body.get("seed", 0))
        return faults(call)

    def faults(call: Call) -> Response:
        return answer([vars(fault) for fault in network().faults])

    def no_faults(call: Call) -> Response:
        network().script([])
        return answer([])

    def requests(call: Call) -> Response:
        return answer(dict(network().requests))

    def writes(call: Call) -> Response:
        system = call.query.get("system")
        return answer(
            systems.rows(
                "select system, action, key, count(*) as count from sandbox_writes "
                "where ? is null or system = ? group by 1, 2, 3 order by 1, 2, 3",
                system,
                system,
            )
        )

    def reset(call: Call) -> Response:
        network().reset()
        with systems.write() as connection:
            connection.execute("delete from sandbox_writes")
        return answer({"ok": True})

    def blacklist(call: Call) -> Response:
        body = call.json()
        splio.blacklist(body["channel"], body["touchpoint"], body.get("source", "custom"))
        return answer({"ok": True})

    def inbound(call: Call) -> Response:
        body = call.json()
        return answer(receive_message(systems, body["from"], body["body"]))

    def edit_card(call: Call) -> Response:
        body = call.json()
        if unknown := body["changes"].keys() - set(IDENTITY):
            raise LookupError(f"a seller cannot change {min(unknown)}")
        card_id = body["card_id"]
        with systems.write() as connection:
            changed = edit_row(
                systems, "clientela_customers", {"card_id": card_id}, body["changes"]
            )
            connection.execute(
                "update clientela_customers set version = version + 1,"
                " updated_by = coalesce(advisor_id, 'seller') where card_id = ?",
                (card_id,),
            )
        return answer({"changed": changed})

    def edit(call: Call) -> Response:
        body = call.json()
        return answer({"changed": edit_row(systems, body["table"], body["key"], body["changes"])})

    def members(call: Call) -> Response:
        sql = {
            "meta": "select member from meta_members order by 1",
            "google": "select identifier as member from google_members order by 1",
        }[call.query["system"]]
        return answer([row["member"] for row in systems.rows(sql)])

    def audience(call: Call) -> Response:
        channel = {"email": "email", "sms": "cellphone"}[call.query["channel"]]
        return answer(splio.audience(int(call.query["list"]), channel))

    route = router(lambda call: None)
    endpoints: Mapping[tuple[str, str], Callable[[Call], Response]] = {
        ("GET", "/"): lambda call: answer({"ok": True}),
        ("POST", "/faults"): script,
        ("GET", "/faults"): faults,
        ("DELETE", "/faults"): no_faults,
        ("GET", "/requests"): requests,
        ("GET", "/writes"): writes,
        ("GET", "/violations"): lambda call: answer(network().violations),
        ("POST", "/reset"): reset,
        ("POST", "/splio/unsubscribe"): lambda call: answer(splio.unsubscribe(call.json()["key"])),
        ("GET", "/members"): members,
        ("POST", "/splio/blacklist"): blacklist,
        ("GET", "/splio/audience"): audience,
        ("POST", "/splio/datahub"): lambda call: answer(
            datahub.collect(splio, systems.folder / "datahub")
        ),
        ("POST", "/sms/inbound"): inbound,
        ("POST", "/clientela/edit"): edit_card,
        ("POST", "/edit"): edit,
    }
    return [route(method, path, said(handler)) for (method, path), handler in endpoints.items()]
