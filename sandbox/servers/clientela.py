"""Stand-in of Clientela, the clienteling tablets (prefix /clientela/v1).

Clientela is a pseudonym: no vendor document exists, and sandbox/openapi/clientela.yml is our own
contract. A card is upserted by the customer id of another system (`external_id`), under an
optimistic version: `If-Match` with an old version answers 409. A card opened by a seller has no
`external_id`; a PUT that names its `card_id` links it instead of opening a second one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.exchange import (
    Call,
    MalformedBody,
    Window,
    answer,
    decode_cursor,
    encode_cursor,
    from_iso,
    iso,
    router,
)
from sandbox.servers.store import Row, Systems

PREFIX = "clientela"
TOKEN = "sandbox-clientela-token"
API_CLIENT = "orfevre"  # who that token belongs to
BATCH_LIMIT = 500
CHANNELS = ("email", "sms", "phone", "postal")
IDENTITY = (
    "title",
    "first_name",
    "last_name",
    "birth_date",
    "gender",
    "email",
    "phone",
    "address_line_1",
    "address_line_2",
    "postcode",
    "city",
    "country",
    "language",
    "home_store_code",
    "advisor_id",
    "loyalty_card",
)
_TIMES = (
    "added_at",
    "removed_at",
    "starts_at",
    "prepared_at",
    "collected_at",
    "created_at",
)
_CHILDREN = {
    "appointments": "appointment_id",
    "wish_list_items": "wish_list_item_id",
    "order_preparations": "preparation_id",
}


class Refused(Exception):
    """An error of the contract: status, code, message."""

    def __init__(self, status: int, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"code": code, "message": message, **details}


def throttled(retry_after: float | None = None) -> Response:
    """429; Retry-After is given by the window (or by a fault that asks for it)."""
    headers = {} if retry_after is None else {"Retry-After": f"{max(1, round(retry_after))}"}
    return answer(
        {"error": {"code": "rate_limited", "message": "Too many requests."}},
        429,
        headers,
    )


class Clientela:
    """The cards and their rules, apart from HTTP."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        with systems.write() as connection:
            connection.execute(
                "create table if not exists clientela_card_extras "
                "(card_id text primary key, attributes text, visible_in_stores text)"
            )
            connection.execute(
                "create index if not exists clientela_customers__external_id "
                "on clientela_customers (external_id)"
            )
            for child in (*_CHILDREN, "customer_consents"):
                connection.execute(
                    f"create index if not exists clientela_{child}__card "
                    f"on clientela_{child} (card_id)"
                )

    def find(self, external_id: str) -> Row:
        """The card linked to that id (the oldest, were there several). Raises Refused 404."""
        found = self.systems.row(
            "select * from clientela_customers where external_id = ? order by created_at, card_id",
            external_id,
        )
        if found is None:
            raise Refused(404, "not_found", "No card is linked to this external_id.")
        return found

    def shown(self, cards: list[Row]) -> list[Row]:
        """Cards as the API shows them, with their consents."""
        marks = ", ".join("?" * len(cards))
        ids = [card["card_id"] for card in cards]
        consents: dict[str, list[Row]] = {card_id: [] for card_id in ids}
        for row in self.systems.rows(
            f"select * from clientela_customer_consents where card_id in ({marks}) "
            "order by card_id, channel",
            *ids,
        ):
            consents[row.pop("card_id")].append(
                {
                    **row,
                    "is_granted": bool(row["is_granted"]),
                    "collected_at": iso(row["collected_at"]),
                }
            )
        extras = {
            row["card_id"]: row
            for row in self.systems.rows(
                f"select * from clientela_card_extras where card_id in ({marks})", *ids
            )
        }
        nothing = {"attributes": "{}", "visible_in_stores": "[]"}
        return [
            {
                **card,
                "created_at": iso(card["created_at"]),
                "updated_at": iso(card["updated_at"]),
                "consents": consents[card["card_id"]],
                "attributes": json.loads(extras.get(card["card_id"], nothing)["attributes"]),
                "visible_in_stores": json.loads(
                    extras.get(card["card_id"], nothing)["visible_in_stores"]
                ),
            }
            for card in cards
        ]

    def _target(self, external_id: str, card_id: str | None) -> Row | None:
        """The card that an upsert writes to: linked already, named by card_id, or none yet."""
        linked = self.systems.row(
            "select * from clientela_customers where external_id = ? order by created_at, card_id",
            external_id,
        )
        if card_id is None or (linked and linked["card_id"] == card_id):
            return linked
        named = self.systems.row("select * from clientela_customers where card_id = ?", card_id)
        if named is None:
            raise Refused(404, "not_found", "No card has this card_id.")
        if linked or named["external_id"]:
            raise Refused(
                409,
                "already_linked",
                "The card or the external_id is linked elsewhere.",
            )
        return named

    def upsert(self, external_id: str, body: Row, expected: int | None) -> tuple[Row, bool]:
        """Write the fields given: (card shown, whether it is new). Nothing new, no new version.

        Raises Refused: 400 for a wrong value, 404 and 409 as the contract says.
        """
        identity, consents, extras = _checked(body)
        with self.systems.write():
            card = self._target(external_id, body.get("card_id"))
            version = card["version"] or 0 if card else 0
            if expected is not None and expected != version:
                raise Refused(
                    409,
                    "version_conflict",
                    "The card has changed.",
                    current_version=version,
                )
            is_new = card is None
            if card is None:
                stamp = self.systems.tick("clientela_customers", apart=0)
                card = dict.fromkeys(IDENTITY) | {
                    "card_id": f"cdp-{uuid5(NAMESPACE_URL, external_id).hex[:16]}",
                    "version": 0,
                    "created_at": stamp,
                    "updated_at": stamp,
                }
                self.systems.insert("clientela_customers", card)
            changed = {"external_id": external_id, **identity}
            changed = {name: value for name, value in changed.items() if card.get(name) != value}
            touched = self._write_consents(card["card_id"], consents)
            touched |= self._write_extras(card["card_id"], extras)
            if changed or touched:
                changed["updated_by"] = API_CLIENT
                changed["version"] = version + 1
                changed["updated_at"] = self.systems.tick("clientela_customers", apart=0)
                self.systems.update("clientela_customers", changed, "card_id = ?", card["card_id"])
                action = "customer.create" if is_new else "customer.update"
                self.systems.accepted(PREFIX, action, external_id)
        return self.shown([self.find(external_id)])[0], is_new

    def _write_consents(self, card_id: str, consents: list[Row]) -> bool:
        """Keep the later answer of each channel; whether anything changed."""
        touched = False
        for consent in consents:
            held = self.systems.row(
                "select * from clientela_customer_consents where card_id = ? and channel = ?",
                card_id,
                consent["channel"],
            )
            row = {"card_id": card_id, **consent}
            if held is None:
                self.systems.insert("clientela_customer_consents", row)
            elif held["collected_at"] < row["collected_at"]:
                where = "card_id = ? and channel = ?"
                self.systems.update(
                    "clientela_customer_consents",
                    row,
                    where,
                    card_id,
                    consent["channel"],
                )
            else:
                continue
            touched = True
        return touched

    def _write_extras(self, card_id: str, extras: Row) -> bool:
        held = self.systems.row("select * from clientela_card_extras where card_id = ?", card_id)
        if not extras or (held and extras.items() <= held.items()):
            return False
        if held is None:
            nothing = {
                "card_id": card_id,
                "attributes": "{}",
                "visible_in_stores": "[]",
            }
            self.systems.insert("clientela_card_extras", nothing | extras)
        else:
            self.systems.update("clientela_card_extras", extras, "card_id = ?", card_id)
        return True

    def delete(self, external_id: str, expected: int | None = None) -> None:
        """Erase the card and all that hangs on it. Raises Refused 404 or 409."""
        with self.systems.write() as connection:
            card = self.find(external_id)
            if expected not in (None, card["version"]):
                raise Refused(
                    409,
                    "version_conflict",
                    "The card has changed.",
                    current_version=card["version"],
                )
            tables = ("customers", "customer_consents", "card_extras", *_CHILDREN)
            for table in tables:
                connection.execute(
                    f"delete from clientela_{table} where card_id = ?",
                    (card["card_id"],),
                )
            self.systems.accepted(PREFIX, "customer.delete", external_id)

    def merge(self, external_id: str, into: str) -> Row:
        """Move what hangs on a card to another, then drop it. Raises Refused."""
        if external_id == into:
            raise Refused(400, "invalid_value", "A card cannot merge into itself.", field="into")
        with self.systems.write():
            gone, kept = self.find(external_id), self.find(into)
            stamp = self.systems.tick("clientela_customers", apart=0)
            for table in _CHILDREN:
                moved = {
                    "card_id": kept["card_id"],
                    "updated_at": self.systems.tick(f"clientela_{table}"),
                }
                self.systems.update(f"clientela_{table}", moved, "card_id = ?", gone["card_id"])
            consents = self.systems.rows(
                "select channel, source, is_granted, collected_at "
                "from clientela_customer_consents where card_id = ?",
                gone["card_id"],
            )
            self._write_consents(kept["card_id"], consents)
            self.delete(external_id)
            changed = {"version": (kept["version"] or 0) + 1, "updated_at": stamp}
            changed["updated_by"] = API_CLIENT
            self.systems.update("clientela_customers", changed, "card_id = ?", kept["card_id"])
            self.systems.accepted(PREFIX, "customer.merge", f"{external_id}>{into}")
        return self.shown([self.find(into)])[0]


def _checked(body: Row) -> tuple[Row, list[Row], Row]:
    """(identity, consents, extras) of a card body. Raises Refused 400."""
    unknown = body.keys() - {
        *IDENTITY,
        "card_id",
        "consents",
        "attributes",
        "visible_in_stores",
    }
    if unknown:
        raise Refused(400, "unknown_field", "Unknown field.", field=min(unknown))
    identity = {name: body[name] for name in IDENTITY if name in body}
    for name, value in [*identity.items(), ("card_id", body.get("card_id"))]:
        if value is not None and not isinstance(value, str):
            raise Refused(400, "invalid_type", "Expected a string or null.", field=name)
    consents = []
    for consent in _list_of(body.get("consents", []), dict, "consents"):
        if consent.get("channel") not in CHANNELS or type(consent.get("is_granted")) is not bool:
            raise Refused(
                400,
                "invalid_value",
                "Expected a channel and is_granted.",
                field="consents",
            )
        try:
            stamp = from_iso(consent.get("collected_at", ""))
        except (TypeError, ValueError) as error:
            raise Refused(400, "invalid_value", "Expected a time.", field="collected_at") from error
        consents.append(
            {
                "channel": consent["channel"],
                "source": consent.get("source"),
                "is_granted": int(consent["is_granted"]),
                "collected_at": stamp,
            }
        )
    extras: Row = {}
    if "attributes" in body:
        values = body["attributes"]
        if not isinstance(values, dict) or any(isinstance(v, dict | list) for v in values.values()):
            raise Refused(400, "invalid_type", "Expected an object of values.", field="attributes")
        extras["attributes"] = json.dumps(values, ensure_ascii=False, sort_keys=True)
    if "visible_in_stores" in body:
        stores = _list_of(body["visible_in_stores"], str, "visible_in_stores")
        extras["visible_in_stores"] = json.dumps(stores)
    return identity, consents, extras


def _list_of(given: Any, kind: type, name: str) -> list[Any]:
    if not isinstance(given, list) or not all(isinstance(item, kind) for item in given):
        raise Refused(400, "invalid_type", "Expected a list.", field=name)
    return given


def _version(text: str | None) -> int | None:
    """The version of an If-Match header, None when absent or `*`. Raises Refused 400."""
    if text in (None, "*"):
        return None
    if not (digits := str(text).strip('"')).isdigit():
        raise Refused(400, "invalid_value", "Expected a version.", field="If-Match")
    return int(digits)


def routes(systems: Systems, settings: Mapping[str, str]) -> list[Route]:
    """The contract's endpoints, without the prefix."""
    clientela = Clientela(systems)
    window = Window(int(settings.get("CLIENTELA_REQUESTS_PER_SECOND", "50")))

    def guard(call: Call) -> Response | None:
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            error = {"code": "unauthorized", "message": "A valid token is needed."}
            return answer({"error": error}, 401)
        remaining, reset = window.take(call.client)
        return throttled(reset) if remaining < 0 else None

    def said(handler: Callable[[Call], Response]) -> Callable[[Call], Response]:
        def handled(call: Call) -> Response:
            try:
                return handler(call)
            except MalformedBody:
                error = {
                    "code": "malformed_body",
                    "message": "The body is not a JSON object.",
                }
                return answer({"error": error}, 400)
            except Refused as refused:
                return answer({"error": refused.error}, refused.status)

        return handled

    def put(call: Call) -> Response:
        expected = _version(call.headers.get("if-match"))
        if call.headers.get("if-none-match") == "*":
            expected = 0
        card, is_new = clientela.upsert(call.path_params["id"], call.json(), expected)
        return answer(card, 201 if is_new else 200, {"ETag": f'"{card["version"]}"'})

    def show(call: Call) -> Response:
        card = clientela.shown([clientela.find(call.path_params["id"])])[0]
        return answer(card, headers={"ETag": f'"{card["version"]}"'})

    def delete(call: Call) -> Response:
        clientela.delete(call.path_params["id"], _version(call.headers.get("if-match")))
        return Response(status_code=204)

    def merge(call: Call) -> Response:
        into = call.json().get("into")
        if not isinstance(into, str):
            raise Refused(400, "invalid_value", "Expected an external_id.", field="into")
        return answer(clientela.merge(call.path_params["id"], into))

    def batch(call: Call) -> Response:
        operations = _list_of(call.json().get("items"), dict, "items")
        if not 1 <= len(operations) <= BATCH_LIMIT:
            raise Refused(
                400,
                "too_many_items",
                f"Between 1 and {BATCH_LIMIT} items.",
                field="items",
            )
        results = []
        with systems.write():
            for operation in operations:
                external_id = operation.get("external_id")
                result: Row = {"external_id": external_id}
                try:
                    if not isinstance(external_id, str) or not external_id:
                        message = "Expected an external_id."
                        raise Refused(400, "invalid_value", message, field="external_id")
                    expected = operation.get("version")
                    if operation.get("operation", "upsert") == "delete":
                        clientela.delete(external_id, expected)
                        result["status"] = 204
                    else:
                        card = operation.get("card")
                        if not isinstance(card, dict):
                            raise Refused(400, "invalid_type", "Expected an object.", field="card")
                        card, is_new = clientela.upsert(external_id, card, expected)
                        result |= {
                            "status": 201 if is_new else 200,
                            "version": card["version"],
                        }
                except Refused as refused:
                    result |= {"status": refused.status, "error": refused.error}
                results.append(result)
        return answer({"items": results}, 207)

    def listing(table: str, key: str, show: Callable[[list[Row]], list[Row]]) -> Any:
        def handler(call: Call) -> Response:
            try:
                limit = int(call.query.get("limit", "200"))
                since = from_iso(call.query.get("updated_since", "1970-01-01"))
                stamp, last = decode_cursor(call.query.get("cursor", encode_cursor(since, "")))
            except ValueError as error:
                raise Refused(400, "invalid_value", "Unreadable paging parameter.") from error
            if not 1 <= limit <= 500:
                raise Refused(400, "invalid_value", "Between 1 and 500.", field="limit")
            rows = systems.rows(
                f"select * from clientela_{table} where (updated_at, {key}) > (?, ?) "
                f"order by updated_at, {key} limit ?",
                stamp,
                last,
                limit + 1,
            )
            page = rows[:limit]
            more = len(rows) > limit
            cursor = encode_cursor(page[-1]["updated_at"], page[-1][key]) if more else None
            return answer({table: show(page), "next_cursor": cursor})

        return handler

    def timed(rows: list[Row]) -> list[Row]:
        return [
            {
                name: iso(value) if name in (*_TIMES, "updated_at") else value
                for name, value in row.items()
            }
            for row in rows
        ]

    route = router(guard)
    endpoints = [
        ("GET", "/customers", listing("customers", "card_id", clientela.shown)),
        ("POST", "/customers:batch", batch),
        ("POST", "/customers/{id:path}/merge", merge),
        ("GET", "/customers/{id:path}", show),
        ("PUT", "/customers/{id:path}", put),
        ("DELETE", "/customers/{id:path}", delete),
        *(("GET", f"/{table}", listing(table, key, timed)) for table, key in _CHILDREN.items()),
    ]
    return [route(method, path, said(handler)) for method, path, handler in endpoints]
