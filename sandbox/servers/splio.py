"""Stand-in of Splio's Customer Platform API (prefix /splio).

As the vendor documents it: no upsert (POST refuses a key that exists, PATCH one that does not),
`207` with a line per contact for bulk calls, custom values that must be strings, `lists` that
replaces all memberships, black lists, target groups, 20 requests a second on data/contacts and
10 elsewhere. The universe's unique key is custom field c0, named `customer_key`.

What the vendor's document leaves open and this stand-in decides: an unknown custom field or list
refuses the contact (wrong_value); PATCH merges custom fields by id; a black-listed contact is kept
and can be edited, but a campaign passes over it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.exchange import Call, MalformedBody, Window, answer, router
from sandbox.servers.store import Row, Systems

PREFIX = "splio"
API_KEY = "sandbox-splio-key"
PASSWORD = "sandbox-splio-password"
_SIGNATURE_KEY = b"sandbox-splio-jwt"
_TOKEN_LIFE = 24 * 3600
UNIQUE_KEY_FIELD = {"id": 0, "name": "customer_key", "type": "text"}
DEFAULT_LISTS = {1: "Newsletter", 2: "SMS", 99: "Sandbox test"}

# What Splio keeps beside the contacts and black lists of the raw contract.
_TABLES = """
    create table if not exists splio_fields
        (scope text, id integer, name text, type text, primary key (scope, id));
    create table if not exists splio_lists (id integer primary key, name text);
    create table if not exists splio_groups
        (id integer primary key, name text, description text, source text);
    create table if not exists splio_group_members
        (group_id integer, contact_id text, primary key (group_id, contact_id));
    create table if not exists splio_events
        (id integer primary key, ext_id text, ext_provider text, individual_id text, body text,
        unique (ext_id, ext_provider));
    create table if not exists splio_ids (kind text primary key, latest integer not null);
    create unique index if not exists splio_contacts__unique_key on splio_contacts (unique_key);
    create index if not exists splio_contacts__number on splio_contacts (cast(id as integer));
    create index if not exists splio_contacts__email on splio_contacts (email)
"""
_SCOPES = ("contacts", "stores", "products", "order_products", "orders", "rewards", "loyalty")
_CREATION_DATE = re.compile(r"\d{4}-\d\d?-\d\d? \d\d?:\d\d?:\d\d?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CELLPHONE = re.compile(r"\+?[0-9 ]{6,20}")
_TOUCHPOINTS = {
    "email": "splio_blacklisted_emails",
    "cellphone": "splio_blacklisted_cellphones",
}
_COLUMNS = ("lastname", "firstname", "creation_date", "language", "email", "cellphone")
_FILTERS: Mapping[str, Callable[[str, str], bool]] = {
    "is": lambda held, value: held == value,
    "equal": lambda held, value: held == value,
    "isnot": lambda held, value: held != value,
    "notequal": lambda held, value: held != value,
    "starts": lambda held, value: held.startswith(value),
    "ends": lambda held, value: held.endswith(value),
    "contains": lambda held, value: value in held,
    "before": lambda held, value: held < value,
    "lower": lambda held, value: held < value,
    "after": lambda held, value: held > value,
    "greater": lambda held, value: held > value,
}


class Refused(Exception):
    """A value that the vendor refuses: error_key (the field) and error (its slug)."""

    def __init__(self, key: str, slug: str, description: str = "", status: int = 400) -> None:
        super().__init__(description)
        self.status = status
        self.error = {
            "error_key": key,
            "error": slug,
            "error_description": description
            or "The request was malformed and it is unable to be processed. "
            "Please review and try again.",
        }

    def response(self) -> Response:
        return answer({"status": self.status, "errors": [self.error]}, self.status)


def make_token(now: float) -> str:
    """A JWT (HS256) that expires 24 hours after `now`."""
    parts = [
        {"alg": "HS256", "typ": "JWT"},
        {"user_id": 123, "exp": int(now) + _TOKEN_LIFE},
    ]
    signed = b".".join(_base64(json.dumps(part).encode()) for part in parts)
    return (signed + b"." + _signature(signed)).decode()


def _base64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _signature(signed: bytes) -> bytes:
    return _base64(hmac.new(_SIGNATURE_KEY, signed, hashlib.sha256).digest())


def _token_is_valid(token: str, now: float) -> bool:
    signed, _, signature = token.encode().rpartition(b".")
    if not hmac.compare_digest(signature, _signature(signed)):
        return False
    payload = signed.split(b".")[1]
    return bool(json.loads(base64.urlsafe_b64decode(payload + b"=="))["exp"] > now)


def throttled(retry_after: float | None = None) -> Response:
    """The vendor's 429: its own reset header, no Retry-After."""
    reset = str(int(retry_after or 1))
    return answer(
        {"message": "API rate limit exceeded"},
        429,
        {"rateLimit-remaining": "0", "rateLimit-reset": reset},
    )


class Splio:
    """The universe's state and its rules, apart from HTTP."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        with systems.write() as connection:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            self._learn_fields_and_lists()

    def _learn_fields_and_lists(self) -> None:
        """Declare what the generated contacts use, once."""
        if self.systems.row("select 1 from splio_fields"):
            return
        fields = {0: UNIQUE_KEY_FIELD["name"]}
        lists = dict(DEFAULT_LISTS)
        for column, known in (("custom_fields", fields), ("lists", lists)):
            for row in self.systems.rows(
                "select distinct json_extract(value, '$.id') as id, "
                "json_extract(value, '$.name') as name "
                f"from splio_contacts, json_each({column})"
            ):
                known[int(row["id"])] = row["name"]
        for field_id, name in fields.items():
            field = {"scope": "contacts", "id": field_id, "name": name, "type": "text"}
            self.systems.insert("splio_fields", field)
        for list_id, name in lists.items():
            self.systems.insert("splio_lists", {"id": list_id, "name": name})

    # -- fields and lists ------------------------------------------------------------------

    def fields(self, scope: str = "contacts") -> dict[int, Row]:
        """Custom fields of a scope by id."""
        rows = self.systems.rows("select * from splio_fields where scope = ? order by id", scope)
        return {row["id"]: row for row in rows}

    def lists(self) -> dict[int, str]:
        """Names of the lists by id."""
        rows = self.systems.rows("select id, name from splio_lists order by id")
        return {row["id"]: row["name"] for row in rows}

    def _custom_fields(self, given: Any) -> dict[int, str]:
        fields = self.fields()
        ids_by_name = {field["name"]: field_id for field_id, field in fields.items()}
        values: dict[int, str] = {}
        for item in _objects(given, "custom_fields"):
            field_id = item.get("id", ids_by_name.get(item.get("name", "")))
            if type(field_id) is not int:
                raise Refused("custom_fields", "wrong_value" if field_id is None else "wrong_type")
            if field_id not in fields:
                raise Refused(f"c{field_id}", "wrong_value", "Unknown custom field.")
            if not isinstance(item.get("value"), str):
                raise Refused(f"c{field_id}", "wrong_type", "The value must be a string.")
            if not _fits(item["value"], fields[field_id]["type"]):
                raise Refused(
                    f"c{field_id}",
                    "wrong_value",
                    f"Not of type {fields[field_id]['type']}.",
                )
            values[field_id] = item["value"]
        return values

    def _memberships(self, given: Any) -> list[int]:
        lists = self.lists()
        ids_by_name = {name: list_id for list_id, name in lists.items()}
        found = []
        for item in _objects(given, "lists"):
            list_id = item.get("id", ids_by_name.get(item.get("name", "")))
            if type(list_id) is not int or list_id not in lists:
                raise Refused("lists", "wrong_value", "Unknown list.")
            found.append(list_id)
        return sorted(set(found))

    # -- contacts --------------------------------------------------------------------------

    def find(self, identifier: str, key: str = "unique_key") -> Row:
        """The contact with that unique key (or internal id). Raises Refused 404."""
        column = "id" if key == "internal_id" else "unique_key"
        found = self.systems.row(f"select * from splio_contacts where {column} = ?", identifier)
        if found is None:
            raise Refused("id", "wrong_value", "Contact not found for given identifier.", 404)
        return found

    def _columns(self, body: Row, held: Row | None) -> Row:
        """The columns that a body changes. Raises Refused."""
        changed: Row = {}
        for name in _COLUMNS:
            if name not in body:
                continue
            value = body[name]
            if not isinstance(value, str):
                raise Refused(name, "wrong_type")
            changed[name] = value
        if changed.get("email") and not _EMAIL.fullmatch(changed["email"]):
            raise Refused("email", "wrong_email")
        if changed.get("cellphone") and not _CELLPHONE.fullmatch(changed["cellphone"]):
            raise Refused("cellphone", "wrong_value")
        if changed.get("language") and not re.fullmatch("[A-Za-z]{2}", changed["language"]):
            raise Refused("language", "wrong_value")
        if "creation_date" in changed and not _CREATION_DATE.fullmatch(changed["creation_date"]):
            raise Refused("creation_date", "wrong_value")
        if "lists" in body:
            changed["lists"] = self._named_lists(self._memberships(body["lists"]))
        values = (
            {}
            if held is None
            else {item["id"]: item["value"] for item in json.loads(held["custom_fields"] or "[]")}
        )
        values |= self._custom_fields(body.get("custom_fields", []))
        key = values.setdefault(0, held["unique_key"] if held else "")
        if not key:
            raise Refused("c0", "wrong_value", "The unique key of the universe is missing.")
        names = {field_id: field["name"] for field_id, field in self.fields().items()}
        changed["unique_key"] = key
        changed["custom_fields"] = json.dumps(
            [
                {
                    "id": field_id,
                    "name": names.get(field_id, f"c{field_id}"),
                    "value": value,
                }
                for field_id, value in sorted(values.items())
            ],
            ensure_ascii=False,
        )
        return changed

    def _named_lists(self, ids: list[int]) -> str:
        names = self.lists()
        return json.dumps([{"id": i, "name": names[i]} for i in ids], ensure_ascii=False)

    def create(self, body: Row) -> Row:
        """A new contact. Raises Refused when its key exists or a value is wrong."""
        with self.systems.write():
            row = self._columns(body, None)
            key = row["unique_key"]
            if self.systems.row("select 1 from splio_contacts where unique_key = ?", key):
                raise Refused("c0", "wrong_value", f"Contact with unique key {key} already exists")
            row.setdefault("lists", "[]")
            stamp = self.systems.tick("splio_contacts", "creation_date", apart=0)
            row.setdefault("creation_date", stamp)
            latest = self.systems.value("select max(cast(id as integer)) from splio_contacts")
            row["id"] = str(self.next_id("contacts", latest or 0))
            self.systems.insert("splio_contacts", row)
            self.systems.accepted(PREFIX, "contact.create", key)
        return self.find(key)

    def next_id(self, kind: str, highest: int) -> int:
        """An id above the highest there is, and above any given since: never one of a deleted."""
        given = self.systems.value("select latest from splio_ids where kind = ?", kind)
        latest = max(highest, -1 if given is None else given) + 1
        with self.systems.write() as connection:
            connection.execute("insert or replace into splio_ids values (?, ?)", (kind, latest))
        return latest

    def edit(self, identifier: str, body: Row) -> Row:
        """Replace the fields given. Raises Refused."""
        with self.systems.write():
            held = self.find(identifier, body.get("key", "unique_key"))
            row = self._columns(body, held)
            other = self.systems.value(
                "select id from splio_contacts where unique_key = ?", row["unique_key"]
            )
            if other not in (None, held["id"]):
                raise Refused("c0", "wrong_value", "Another contact has this unique key.")
            self.systems.update("splio_contacts", row, "id = ?", held["id"])
            self.systems.accepted(PREFIX, "contact.update", held["unique_key"])
        return self.find(held["id"], "internal_id")

    def delete(self, identifier: str) -> None:
        """Delete a contact. Raises Refused 404."""
        with self.systems.write() as connection:
            held = self.find(identifier)
            connection.execute("delete from splio_contacts where id = ?", (held["id"],))
            connection.execute(
                "delete from splio_group_members where contact_id = ?", (held["id"],)
            )
            self.systems.accepted(PREFIX, "contact.delete", identifier)

    def set_lists(self, identifier: str, add: set[int], remove: set[int]) -> Row:
        """Change memberships, nothing else. Raises Refused."""
        with self.systems.write():
            held = self.find(identifier)
            if not add | remove <= self.lists().keys():
                raise Refused("list_ids", "wrong_value", "Unknown list.")
            member = {item["id"] for item in json.loads(held["lists"] or "[]")}
            lists = self._named_lists(sorted((member | add) - remove))
            self.systems.update("splio_contacts", {"lists": lists}, "id = ?", held["id"])
            self.systems.accepted(PREFIX, "contact.lists", identifier)
        return self.find(identifier)

    # -- black lists -----------------------------------------------------------------------

    def blacklist(self, channel: str, touchpoint: str, source: str) -> None:
        """Put an e-mail (lower-cased) or cellphone (336…) on a black list. Raises Refused."""
        table = _TOUCHPOINTS[channel]
        number = normalise(channel, touchpoint)
        with self.systems.write():
            if self.systems.row(
                f"select 1 from {table} where number = ? and source = ?", number, source
            ):
                raise Refused(
                    touchpoint,
                    "touchpoint_already_exist",
                    f"Touchpoint {touchpoint} is already blacklisted.",
                )
            row = {"number": number, "source": source}
            row["creation_date"] = self.systems.tick(table, "creation_date", apart=0)
            self.systems.insert(table, row)
            self.systems.accepted(PREFIX, f"blacklist.{channel}", number)

    def whitelist(self, channel: str, touchpoint: str, source: str) -> None:
        """Take a touchpoint off a black list (`all`: off each). Raises Refused."""
        table = _TOUCHPOINTS[channel]
        with self.systems.write() as connection:
            gone = connection.execute(
                f"delete from {table} where number = ? and (source = ? or ? = 'all')",
                (normalise(channel, touchpoint), source, source),
            )
            if not gone.rowcount:
                raise Refused(
                    touchpoint,
                    "touchpoint_not_blacklisted",
                    f"Touchpoint {touchpoint} not found in {source} blacklist.",
                )
            self.systems.accepted(PREFIX, f"whitelist.{channel}", touchpoint)

    def is_blacklisted(self, channel: str, touchpoint: str) -> bool:
        """Whether Splio would pass over this e-mail or cellphone."""
        table = _TOUCHPOINTS[channel]
        number = normalise(channel, touchpoint)
        return bool(self.systems.row(f"select 1 from {table} where number = ?", number))

    def unsubscribe(self, identifier: str) -> Row:
        """What a click on an e-mail's unsubscribe link does: off every list, and black-listed."""
        with self.systems.write():
            contact = self.set_lists(identifier, set(), set(self.lists()))
            if contact["email"] and not self.is_blacklisted("email", contact["email"]):
                self.blacklist("email", contact["email"], "unsub")
        return contact

    def audience(self, list_id: int, channel: str) -> list[str]:
        """Unique keys that a campaign to the list would reach, black lists applied."""
        return [
            row["unique_key"]
            for row in self.systems.rows(
                f"select unique_key, {channel} as touchpoint from splio_contacts "
                "where exists (select 1 from json_each(lists) "
                "where json_extract(value, '$.id') = ?) order by cast(id as integer)",
                list_id,
            )
            if row["touchpoint"] and not self.is_blacklisted(channel, row["touchpoint"])
        ]


def normalise(channel: str, touchpoint: str) -> str:
    """E-mails in lower case; cellphones as 336…, without + or 00."""
    if channel == "email":
        return touchpoint.strip().lower()
    digits = re.sub(r"\D", "", touchpoint)
    digits = digits.removeprefix("00")
    return "33" + digits[1:] if re.fullmatch("0[1-9][0-9]{8}", digits) else digits


def _objects(given: Any, name: str) -> list[Row]:
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise Refused(name, "wrong_type")
    return given


def _fits(value: str, kind: str) -> bool:
    """Whether a string can be stored in a custom field of that type; empty clears it."""
    try:
        if value and kind == "int":
            int(value)
        elif value and kind == "double":
            float(value)
        elif value and kind == "date":
            datetime.strptime(value[:10], "%Y-%m-%d")
    except ValueError:
        return False
    return True


def _strings(body: Row, name: str, limit: int) -> list[str]:
    keys = body.get(name)
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise Refused(name, "wrong_type")
    if not 1 <= len(keys) <= limit:
        raise Refused(name, "wrong_value", f"Between 1 and {limit} values.")
    return keys


def contact_json(contact: Row) -> Row:
    """A contact as the API shows it: nulls as empty strings, c0 always among its fields."""
    fields = json.loads(contact["custom_fields"] or "[]")
    if not any(field["id"] == 0 for field in fields):
        key = {
            "id": 0,
            "name": UNIQUE_KEY_FIELD["name"],
            "value": contact["unique_key"],
        }
        fields.insert(0, key)
    return {
        "id": int(contact["id"]),
        **{name: contact[name] or "" for name in _COLUMNS},
        "custom_fields": [{"data_type": "", **field} for field in fields],
        "lists": json.loads(contact["lists"] or "[]"),
        "loyalty": [],
    }


def _page(call: Call, default: int) -> tuple[int, int]:
    """(per_page, page_number). Raises Refused."""
    sizes = []
    for name, fallback, most in (
        ("per_page", default, 1000),
        ("page_number", 1, 10**9),
    ):
        text = call.query.get(name, str(fallback))
        if not text.isdigit() or not 1 <= int(text) <= most:
            raise Refused(name, "wrong_value")
        sizes.append(int(text))
    return sizes[0], sizes[1]


def _listing(call: Call, elements: list[Row], default: int, sort: Any = ()) -> Response:
    per_page, page_number = _page(call, default)
    start = (page_number - 1) * per_page
    return _listed(elements[start : start + per_page], len(elements), per_page, page_number, sort)


def _listed(elements: list[Row], count: int, per_page: int, page: int, sort: Any = ()) -> Response:
    return answer(
        {
            "count_element": count,
            "current_page": page,
            "per_page": per_page,
            "sort": sort or [],
            "elements": elements,
        }
    )


def _wanted(call: Call) -> list[tuple[str, str, str]]:
    """`fields[0][key]=…&fields[0][operator]=…&fields[0][value]=…`. Raises Refused."""
    parts: dict[str, Row] = {}
    for name, value in call.query.multi_items():
        if match := re.fullmatch(r"fields\[(\w*)\]\[(key|operator|value)\]", name):
            parts.setdefault(match[1], {})[match[2]] = value
    wanted = []
    for part in parts.values():
        if part.get("key") not in ("key", *_COLUMNS) or part.get("operator") not in _FILTERS:
            raise Refused("fields", "wrong_value")
        column = "unique_key" if part["key"] == "key" else part["key"]
        wanted.append((column, part["operator"], part.get("value", "")))
    return wanted


def routes(systems: Systems, settings: Mapping[str, str]) -> list[Route]:
    """The vendor's endpoints, without the prefix."""
    splio = Splio(systems)
    per_second = int(settings.get("SPLIO_REQUESTS_PER_SECOND", "20"))
    contacts_window = Window(per_second)
    other_window = Window(per_second // 2)

    def allow(call: Call) -> Response | None:
        path = call.path.split(f"/{PREFIX}", 1)[-1]
        window = contacts_window if path.startswith("/data/contacts") else other_window
        remaining, reset = window.take(call.client)
        return throttled(reset + 1) if remaining < 0 else None

    def guard(call: Call) -> Response | None:
        if refusal := allow(call):
            return refusal
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        try:
            valid = kind == "Bearer" and _token_is_valid(token, time.time())
        except (ValueError, LookupError):
            valid = False
        if valid:
            return None
        if "/events/" in call.path:
            return answer(
                {
                    "error": "authentication_required",
                    "error_description": "Full authentication is required to access this resource.",
                    "error_key": "",
                },
                401,
            )
        return answer("Unauthorized", 401)

    def said(handler: Callable[[Call], Response]) -> Callable[[Call], Response]:
        def handled(call: Call) -> Response:
            try:
                return handler(call)
            except MalformedBody:
                return Refused("", "invalid_json").response()
            except Refused as refused:
                return refused.response()

        return handled

    def authenticate(call: Call) -> Response:
        if call.json() != {"api_key": API_KEY, "password": PASSWORD}:
            return Refused("api_key", "wrong_value", "Authentication failed.").response()
        return answer({"token": make_token(time.time())})

    def list_contacts(call: Call) -> Response:
        per_page, page = _page(call, 20)
        order = "order by cast(id as integer)"
        if wanted := _wanted(call):
            rows = [
                row
                for row in systems.rows(f"select * from splio_contacts {order}")
                if all(_FILTERS[operator](row[key] or "", value) for key, operator, value in wanted)
            ]
            return _listing(call, [contact_json(row) for row in rows], 20)
        count = systems.value("select count(*) from splio_contacts")
        rows = systems.rows(
            f"select * from splio_contacts {order} limit ? offset ?",
            per_page,
            (page - 1) * per_page,
        )
        return _listed([contact_json(row) for row in rows], count, per_page, page)

    def create_bulk(call: Call) -> Response:
        contacts = call.json().get("contacts")
        if len(_objects(contacts, "contacts")) > 1000:
            raise Refused("contacts", "wrong_value", "At most 1000 contacts.")
        items = []
        with systems.write():
            for body in contacts:
                try:
                    key = splio.create(body)["unique_key"]
                    items.append({"contact_id": key, "code": 201, "description": ""})
                except Refused as refused:
                    key = _key_of(body)
                    description = refused.error["error_description"]
                    items.append({"contact_id": key, "code": 400, "description": description})
        return _bulk(items)

    def each(action: Callable[[str], Any], code: int) -> Callable[[Call], Response]:
        def handler(call: Call) -> Response:
            items = []
            with systems.write():
                for key in _strings(call.json(), "contacts", 1000):
                    try:
                        action(key)
                        items.append({"contact_id": key, "code": code, "description": ""})
                    except Refused:
                        lost = f"Contact not found for id {key}."
                        items.append({"contact_id": key, "code": 404, "description": lost})
            return _bulk(items)

        return handler

    def change_lists(call: Call) -> Response:
        ids = call.json().get("list_ids")
        if not isinstance(ids, list) or not all(type(i) is int for i in ids):
            raise Refused("list_ids", "wrong_type")
        add, remove = (set(ids), set()) if call.path.endswith("/subscribe") else (set(), set(ids))
        contact = contact_json(splio.set_lists(call.path_params["id"], add, remove))
        return answer(contact)

    def edit(call: Call) -> Response:
        return answer(contact_json(splio.edit(call.path_params["id"], call.json())))

    def delete(call: Call) -> Response:
        splio.delete(call.path_params["id"])
        return Response(status_code=204)

    def show(call: Call) -> Response:
        key = call.query.get("key", "unique_key")
        return answer(contact_json(splio.find(call.path_params["id"], key)))

    def activities(call: Call) -> Response:
        contact = splio.find(call.path_params["id"])
        rows = systems.rows(
            "select body from splio_events where individual_id = ? order by id",
            contact["unique_key"],
        )
        events = [json.loads(row["body"]) for row in rows]
        channel = call.query.get("channel")
        elements = [
            {"contact": None, "event_type": "custom", **event}
            for event in events
            if channel in (None, event["channel"])
        ]
        return _listing(call, elements, 20)

    def list_fields(call: Call) -> Response:
        scope = {"order-lines": "order_products", "members": "loyalty"}.get(
            call.path_params["scope"], call.path_params["scope"]
        )
        elements = [
            {
                "intid": row["id"] or None,
                "id": row["id"],
                "is_system": row["id"] == 0,
                "name": row["name"],
                "translation_key": row["name"],
                "label": row["name"],
                "field_key": row["name"],
            }
            for row in splio.fields(scope).values()
        ]
        return _listing(call, elements, 1000, {"id": "DESC"})

    def create_field(call: Call) -> Response:
        body = call.json()
        if body.get("scope") not in _SCOPES:
            raise Refused("scope", "wrong_value")
        if body.get("type") not in ("date", "text", "int", "double"):
            raise Refused("type", "wrong_value")
        if not isinstance(body.get("name"), str) or not body["name"]:
            raise Refused("name", "wrong_value")
        with systems.write():
            fields = splio.fields(body["scope"])
            if any(field["name"] == body["name"] for field in fields.values()):
                raise Refused("name", "wrong_value", "This field already exists.")
            row = {name: body[name] for name in ("scope", "name", "type")}
            row["id"] = splio.next_id(f"fields of {body['scope']}", max(fields, default=-1))
            systems.insert("splio_fields", row)
            systems.accepted(PREFIX, "field.create", f"{row['scope']}.{row['name']}")
        return answer({"id": row["id"], "name": row["name"], "data_type": row["type"]}, 201)

    def delete_field(call: Call) -> Response:
        with systems.write() as connection:
            gone = connection.execute(
                "delete from splio_fields where scope = ? and id = ? and id > 0",
                (call.path_params["scope"], call.path_params["id"]),
            )
            if not gone.rowcount:
                raise Refused("id", "wrong_value", "Field not found.", 404)
            systems.accepted(PREFIX, "field.delete", call.path_params["id"])
        return Response(status_code=204)

    def list_lists(call: Call) -> Response:
        members = {
            row["id"]: row
            for row in systems.rows(
                "select json_extract(value, '$.id') as id, count(*) as members, "
                "count(nullif(email, '')) as nb_emails, count(nullif(cellphone, '')) as nb_sms "
                "from splio_contacts, json_each(lists) group by 1"
            )
        }
        nobody = {"members": 0, "nb_emails": 0, "nb_sms": 0}
        elements = [
            {
                **nobody,
                **members.get(list_id, {}),
                "id": list_id,
                "name": name,
                "is_displayed_by_default": True,
                "is_selected_by_default": False,
            }
            for list_id, name in sorted(splio.lists().items(), reverse=True)
        ]
        return _listing(call, elements, 50, {"id": "desc"})

    def list_blacklist(channel: str) -> Callable[[Call], Response]:
        def handler(call: Call) -> Response:
            source, term = call.query.get("source"), call.query.get("term", "")
            rows = systems.rows(
                f"select number, creation_date, source from {_TOUCHPOINTS[channel]} "
                "order by creation_date, number, source"
            )
            elements = [
                row for row in rows if source in (None, row["source"]) and term in row["number"]
            ]
            return _listing(call, elements, 50)

        return handler

    def change_blacklist(call: Call) -> Response:
        channel = call.path_params["channel"]
        if channel not in _TOUCHPOINTS:
            raise Refused("channel", "wrong_value")
        source = call.path_params.get("source", "custom")
        change = splio.blacklist if call.method == "POST" else splio.whitelist
        successes, failures = [], []
        with systems.write():
            for touchpoint in _strings(call.json(), "data", 1000):
                try:
                    change(channel, touchpoint, source)
                    successes.append(touchpoint)
                except Refused as refused:
                    error = refused.error
                    failures.append(
                        {
                            "touchpoint": touchpoint,
                            "error": error["error_description"],
                            "error_key": error["error"],
                        }
                    )
        status = 200 if not failures else 207 if successes else 400
        return answer({"successes": successes, "failures": failures}, status)

    def members_of(keys: list[str]) -> tuple[list[str], list[str]]:
        found, lost = [], []
        for key in keys:
            contact = systems.row("select id from splio_contacts where unique_key = ?", key)
            found.append(contact["id"]) if contact else lost.append(key)
        return found, lost

    def group_size(group_id: int) -> int:
        sql = "select count(*) from splio_group_members where group_id = ?"
        return int(systems.value(sql, group_id))

    def create_group(call: Call) -> Response:
        body = call.json()
        if not isinstance(body.get("name"), str):
            raise Refused("name", "wrong_value")
        with systems.write() as connection:
            found, lost = members_of(body.get("keys", []))
            group = {name: body.get(name, "") for name in ("name", "description", "source")}
            systems.insert("splio_groups", group)
            group_id = systems.value("select last_insert_rowid()")
            connection.executemany(
                "insert or ignore into splio_group_members values (?, ?)",
                [(group_id, contact_id) for contact_id in found],
            )
            systems.accepted(PREFIX, "group.create", body["name"])
        shown = {
            "id": group_id,
            **group,
            "members": group_size(group_id),
            "user_creator": "sandbox",
        }
        return answer({"group": shown, "keys_not_found": lost}, 201)

    def list_groups(call: Call) -> Response:
        term = call.query.get("term", "")
        elements = [
            {
                "intid": row["id"],
                "id": row["id"],
                "name": row["name"],
                "nb_binded_members": group_size(row["id"]),
                "tags": [],
                "status": "active",
                "is_favorite": False,
                "is_protected": False,
            }
            for row in systems.rows("select * from splio_groups order by id")
            if term in row["name"]
        ]
        return _listing(call, elements, 20)

    def change_group(call: Call) -> Response:
        group_id = int(call.path_params["id"])
        if not systems.row("select 1 from splio_groups where id = ?", group_id):
            raise Refused("id", "wrong_value", "Group not found.", 404)
        action = call.path.rsplit("/", 1)[-1]
        with systems.write() as connection:
            before = group_size(group_id)
            lost: list[str] = []
            if action == "clear":
                sql = "delete from splio_group_members where group_id = ?"
                connection.execute(sql, (group_id,))
            else:
                found, lost = members_of(_strings(call.json(), "keys", 10_000))
                sql = (
                    "insert or ignore into splio_group_members values (?, ?)"
                    if action == "add"
                    else "delete from splio_group_members where group_id = ? and contact_id = ?"
                )
                connection.executemany(sql, [(group_id, contact_id) for contact_id in found])
            after = group_size(group_id)
            systems.accepted(PREFIX, f"group.{action}", str(group_id))
        counted = "nb_inserted_contacts" if action == "add" else "nb_removed_contacts"
        return answer(
            {
                "group_id": group_id,
                "nb_total_contacts": after,
                counted: abs(after - before),
                "keys_not_found": lost,
            }
        )

    def post_event(event: Row) -> str | None:
        """Store one interaction: None, or why it is refused."""
        missing = [
            name
            for name in ("individual_id", "channel", "event", "value_date")
            if name not in event
        ]
        if missing:
            return f"{missing[0]} is missing"
        ext_id, provider = event.get("ext_id"), event.get("ext_provider", "default")
        with systems.write():
            if ext_id and systems.row(
                "select 1 from splio_events where ext_id = ? and ext_provider = ?",
                ext_id,
                provider,
            ):
                return "the key ext_id,ext_provider already exists"
            row = {"ext_id": ext_id, "ext_provider": provider}
            row |= {"individual_id": event["individual_id"], "body": json.dumps(event)}
            systems.insert("splio_events", row)
            systems.accepted(PREFIX, "event.create", f"{provider}:{ext_id}")
        return None

    def create_event(call: Call) -> Response:
        event = call.json()
        if problem := post_event(event):
            body = {
                "error": "invalid_event",
                "error_description": problem,
                "error_key": "event",
            }
            return answer(body, 400)
        return answer({"id": systems.value("select max(id) from splio_events"), **event}, 201)

    def create_events(call: Call) -> Response:
        items = []
        for event in _objects(call.json().get("events"), "events"):
            problem = post_event(event)
            item = {"code": 400 if problem else 201, "description": problem or ""}
            items.append(item | {name: event.get(name) for name in ("ext_id", "ext_provider")})
        errors = sum(item["code"] == 400 for item in items)
        return answer({"errors": errors, "items": items, "time": 1})

    open_route, route = router(allow), router(guard)
    endpoints: list[tuple[str, str, Callable[[Call], Response]]] = [
        ("GET", "/ping", lambda call: answer({"user_id": 123})),
        ("GET", "/universes/unique-key", lambda call: answer({"unique_key": "c0"})),
        ("POST", "/data/fields", create_field),
        ("GET", "/data/fields/{scope}", list_fields),
        ("DELETE", "/data/fields/{scope}/{id:int}", delete_field),
        ("GET", "/data/contacts", list_contacts),
        (
            "POST",
            "/data/contacts",
            lambda call: answer(contact_json(splio.create(call.json())), 201),
        ),
        ("POST", "/data/contacts/bulk", create_bulk),
        ("DELETE", "/data/contacts/bulk", each(splio.delete, 204)),
        (
            "POST",
            "/data/contacts/optout",
            each(lambda key: splio.set_lists(key, set(), set(splio.lists())), 200),
        ),
        ("POST", "/data/contacts/{id:path}/lists/subscribe", change_lists),
        ("POST", "/data/contacts/{id:path}/lists/unsubscribe", change_lists),
        ("GET", "/data/contacts/{id:path}/activities", activities),
        ("GET", "/data/contacts/{id:path}", show),
        ("PATCH", "/data/contacts/{id:path}", edit),
        ("DELETE", "/data/contacts/{id:path}", delete),
        ("GET", "/data/v1/lists", list_lists),
        ("GET", "/data/blacklists/emails", list_blacklist("email")),
        ("GET", "/data/blacklists/cellphones", list_blacklist("cellphone")),
        ("POST", "/data/blacklists/{channel}", change_blacklist),
        ("DELETE", "/data/blacklists/{channel}/{source}", change_blacklist),
        ("POST", "/target/groups", create_group),
        ("GET", "/target/groups/list", list_groups),
        ("POST", "/target/groups/{id:int}/add", change_group),
        ("POST", "/target/groups/{id:int}/remove", change_group),
        ("POST", "/target/groups/{id:int}/clear", change_group),
        ("POST", "/events/", create_event),
        ("POST", "/events/bulk", create_events),
    ]
    return [
        open_route("POST", "/authenticate", said(authenticate)),
        *(route(method, path, said(handler)) for method, path, handler in endpoints),
    ]


def _key_of(body: Row) -> str:
    fields = body.get("custom_fields", [])
    keys = [field.get("value") for field in fields if field.get("id") == 0]
    return str(keys[0]) if keys else str(body.get("email", ""))


def _bulk(items: list[Row]) -> Response:
    errors = sum(item["code"] >= 400 for item in items)
    return answer({"time": 1, "errors": errors, "items": items}, 207)
