"""Stand-in of Brevo's contacts API (prefix /brevo/v3).

An upsert exists (`updateEnabled`), attributes that the account does not know are dropped without
a word, and an import is a process to poll: `queued`, `in_process`, then `completed`; before that
no contact of it is there. It knows contacts by e-mail, or else by phone, and refuses a row whose
EXT_ID or phone is another contact's. What it refused is in the CSV behind the process's
`export_url`; the vendor's document leaves that report open and this stand-in decides it.
10 requests a second, 429 with Brevo's own headers.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.servers.exchange import Call, Handler, MalformedBody, Window, answer, iso, router
from sandbox.servers.store import Row, Systems

PREFIX = "brevo"
API_KEY = "sandbox-brevo-key"
LIST_ID = "1"
ATTRIBUTES = {"FIRSTNAME": "text", "LASTNAME": "text", "SMS": "text", "EXT_ID": "text"}
_EMAIL = re.compile(r"[^@\s;]+@[^@\s;]+\.[^@\s;]+")
_PHONE = re.compile(r"(\+|00)?[1-9]\d{6,14}")
_STATUSES = ("queued", "in_process", "completed")
_TABLES = """
    create table if not exists brevo_contacts
        (id integer primary key autoincrement,
        email text unique, ext_id text unique, sms text unique, attributes text not null,
        email_blacklisted integer not null, sms_blacklisted integer not null,
        list_ids text not null, created_at text not null, modified_at text not null);
    create index if not exists brevo_contacts__modified on brevo_contacts (modified_at);
    create table if not exists brevo_attributes (name text primary key, type text not null);
    create table if not exists brevo_lists (id integer primary key, name text not null);
    create table if not exists brevo_processes
        (id integer primary key, name text not null, polls integer not null, body text not null,
        report text)
"""


class Refused(Exception):
    """An error in Brevo's shape."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def throttled(retry_after: float | None = None) -> Response:
    """The vendor's 429: its own reset header, no Retry-After."""
    headers = {
        "x-sib-ratelimit-limit": "10",
        "x-sib-ratelimit-remaining": "0",
        "x-sib-ratelimit-reset": str(max(1, round(retry_after or 1))),
    }
    return answer({"code": "too_many_requests", "message": "Rate limit exceeded"}, 429, headers)


class Brevo:
    """The account's contacts and their rules, apart from HTTP."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        with systems.write() as connection:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            for name, kind in ATTRIBUTES.items():
                connection.execute(
                    "insert or ignore into brevo_attributes values (?, ?)", (name, kind)
                )
            connection.execute("insert or ignore into brevo_lists values (1, 'Newsletter')")
            connection.execute("insert or ignore into brevo_lists values (99, 'Sandbox test')")

    def attributes(self) -> dict[str, str]:
        """Types of the account's attributes by name."""
        rows = self.systems.rows("select name, type from brevo_attributes order by name")
        return {row["name"]: row["type"] for row in rows}

    def find(self, identifier: str, kind: str | None) -> Row:
        """A contact by e-mail, id, ext_id or phone. Raises Refused 404."""
        column = {
            "email_id": "email",
            "contact_id": "id",
            "ext_id": "ext_id",
            "phone_id": "sms",
            None: "email" if "@" in identifier else "id",
        }.get(kind)
        if column is None:
            raise Refused(400, "invalid_parameter", "identifierType is invalid")
        value = identifier.lower() if column == "email" else identifier
        row = self.systems.row(f"select * from brevo_contacts where {column} = ?", value)
        if row is None:
            raise Refused(404, "document_not_found", "Contact does not exist")
        return row

    def _lists_exist(self, ids: list[int]) -> None:
        existing = {row["id"] for row in self.systems.rows("select id from brevo_lists")}
        if not existing.issuperset(ids):
            raise Refused(400, "invalid_parameter", "Invalid list ids")

    def _checked(self, body: Row, held: Row | None) -> Row:
        """Columns to write. Raises Refused 400."""
        attributes = body.get("attributes", {})
        if not isinstance(attributes, dict):
            raise Refused(400, "invalid_parameter", "attributes is invalid")
        email = body.get("email") or attributes.get("EMAIL") or (held and held["email"])
        email = email and str(email).lower()
        phone = attributes.get("SMS") or (held and held["sms"])
        if not email and not phone:
            raise Refused(400, "missing_parameter", "email or SMS is missing")
        if email and not _EMAIL.fullmatch(email):
            raise Refused(400, "invalid_parameter", "email is not valid")
        if phone and not _PHONE.fullmatch(phone):
            raise Refused(400, "invalid_parameter", "Invalid phone number")
        known = self.attributes()
        kept = json.loads(held["attributes"]) if held else {}
        kept |= {name.upper(): value for name, value in attributes.items() if name.upper() in known}
        if phone:  # an empty one leaves the phone that is there
            kept["SMS"] = phone
        lists = set(json.loads(held["list_ids"])) if held else set()
        added, removed = body.get("listIds", []), body.get("unlinkListIds", [])
        self._lists_exist(added)
        flags = {
            column: int(bool(body[name])) if name in body else (held[column] if held else 0)
            for name, column in (
                ("emailBlacklisted", "email_blacklisted"),
                ("smsBlacklisted", "sms_blacklisted"),
            )
        }
        return {
            "email": email or None,
            "ext_id": body.get("ext_id") or (held["ext_id"] if held else None),
            "sms": phone or None,
            "attributes": json.dumps(kept, ensure_ascii=False, sort_keys=True),
            "list_ids": json.dumps(sorted((lists | set(added)) - set(removed))),
            **flags,
        }

    def save(
        self,
        body: Row,
        update: bool = True,
        create: bool = True,
        known_by: tuple[str, ...] = ("ext_id", "email", "sms"),
    ) -> tuple[int, bool]:
        """Create or update a contact: (id, whether it is new). Raises Refused."""
        attributes = body.get("attributes")
        told = {
            "ext_id": body.get("ext_id"),
            "email": str(body.get("email") or "").lower(),
            "sms": attributes.get("SMS") if isinstance(attributes, dict) else None,
        }
        with self.systems.write():
            held = None
            for column in known_by:
                if held is None and (value := told[column]):
                    sql = f"select * from brevo_contacts where {column} = ?"
                    held = self.systems.row(sql, value)
            if held and told["ext_id"] and held["ext_id"] not in (None, told["ext_id"]):
                # a contact is never handed from one of the caller's keys to another
                message = (
                    "Unable to update contact, email or SMS is already associated with another"
                )
                raise Refused(400, "duplicate_parameter", message)
            if held and not update:
                raise Refused(400, "duplicate_parameter", "Contact already exist")
            if held is None and not create:
                raise Refused(404, "document_not_found", "Contact does not exist")
            return self._write(self._checked(body, held), held), held is None

    def _write(self, row: Row, held: Row | None) -> int:
        for column in ("email", "ext_id", "sms"):
            other = self.systems.value(
                f"select id from brevo_contacts where {column} = ?", row[column]
            )
            if other is not None and (held is None or other != held["id"]):
                message = f"Unable to save contact, {column} is already associated with another one"
                raise Refused(400, "duplicate_parameter", message)
        row["modified_at"] = self.systems.tick("brevo_contacts", "modified_at", apart=0)
        if held is None:
            row["created_at"] = row["modified_at"]
            self.systems.insert("brevo_contacts", row)
            contact_id = self.systems.value("select last_insert_rowid()")
        else:
            self.systems.update("brevo_contacts", row, "id = ?", held["id"])
            contact_id = held["id"]
        action = "contact.create" if held is None else "contact.update"
        self.systems.accepted(PREFIX, action, row["ext_id"] or row["email"] or row["sms"])
        return int(contact_id)

    def edit(self, identifier: str, kind: str | None, body: Row) -> None:
        """Write the fields given. Raises Refused."""
        with self.systems.write():
            held = self.find(identifier, kind)
            row = self._checked(body, held)
            if new := body.get("attributes", {}).get("EMAIL"):
                row["email"] = new.lower()
            self._write(row, held)

    def delete(self, identifier: str, kind: str | None) -> None:
        """Erase a contact. Raises Refused 404."""
        with self.systems.write() as connection:
            held = self.find(identifier, kind)
            connection.execute("delete from brevo_contacts where id = ?", (held["id"],))
            self.systems.accepted(PREFIX, "contact.delete", held["ext_id"] or held["email"] or "")

    def load(self, body: Row) -> int:
        """Queue an import: the id of its process. Raises Refused."""
        if "jsonBody" not in body and "fileBody" not in body:
            raise Refused(400, "missing_parameter", "fileBody or jsonBody is missing")
        lists = list(body.get("listIds", []))
        with self.systems.write():
            if "newList" in body:
                self.systems.insert("brevo_lists", {"name": body["newList"]["listName"]})
                lists.append(self.systems.value("select last_insert_rowid()"))
            self._lists_exist(lists)
            text = json.dumps({**body, "listIds": lists})
            self.systems.insert("brevo_processes", {"name": "IMPORTUSER", "polls": 0, "body": text})
            return int(self.systems.value("select last_insert_rowid()"))

    def look_at(self, process: Row) -> Row:
        """A process as the API shows it; an import goes on each time it is looked at."""
        with self.systems.write() as connection:
            polls = min(process["polls"], 2)
            if polls == 2 and process["report"] is None:
                report = json.dumps(self._import(json.loads(process["body"])))
                self.systems.update("brevo_processes", {"report": report}, "id = ?", process["id"])
            connection.execute(
                "update brevo_processes set polls = polls + 1 where id = ?", (process["id"],)
            )
        return {"id": process["id"], "status": _STATUSES[polls], "name": process["name"]}

    def _import(self, body: Row) -> list[Any]:
        """Write the rows of an import; those refused: [row number, contact, code, message]."""
        if "jsonBody" in body:
            rows = [_from_json(row) for row in body["jsonBody"]]
        else:
            text = body["fileBody"].replace("\\n", "\n")
            rows = [_from_csv(row) for row in csv.DictReader(io.StringIO(text), delimiter=";")]
        flags = {
            new: body[name]
            for name, new in (
                ("emailBlacklist", "emailBlacklisted"),
                ("smsBlacklist", "smsBlacklisted"),
            )
            if name in body
        }
        erases, report = body.get("emptyContactsAttributes", False), []
        for number, row in enumerate(rows, start=1):
            if not erases:
                said = row["attributes"].items()
                row["attributes"] = {name: value for name, value in said if value}
            try:
                self.save(
                    {**row, **flags, "listIds": body["listIds"]},
                    body.get("updateExistingContacts", True),
                    known_by=("email", "sms") if row["email"] or row["sms"] else ("ext_id",),
                )
            except Refused as refused:
                who = row["email"] or row["ext_id"] or ""
                report.append([number, who, refused.code, refused.message])
        return report


def _from_json(item: Row) -> Row:
    """A row of an import; e-mail, phone and EXT_ID are attributes as well."""
    attributes = {name.upper(): value for name, value in item.get("attributes", {}).items()}
    return {
        "email": item.get("email") or attributes.get("EMAIL"),
        "ext_id": attributes.pop("EXT_ID", None),
        "sms": attributes.get("SMS"),
        "attributes": attributes,
    }


def _from_csv(row: Mapping[str, str | None]) -> Row:
    found = {name.upper(): value for name, value in row.items() if name}
    return _from_json({"email": found.pop("EMAIL", None), "attributes": found})


def contact_json(row: Row) -> Row:
    """A contact as the API shows it."""
    shown = {
        "id": row["id"],
        "email": row["email"],
        "ext_id": row["ext_id"],
        "emailBlacklisted": bool(row["email_blacklisted"]),
        "smsBlacklisted": bool(row["sms_blacklisted"]),
        "createdAt": iso(row["created_at"]),
        "modifiedAt": iso(row["modified_at"]),
        "listIds": json.loads(row["list_ids"]),
        "attributes": json.loads(row["attributes"]),
    }
    return {name: value for name, value in shown.items() if value is not None}


def routes(systems: Systems, settings: Mapping[str, str]) -> list[Route]:
    """The vendor's endpoints, without the prefix."""
    brevo = Brevo(systems)
    window = Window(int(settings.get("BREVO_REQUESTS_PER_SECOND", "10")))

    def guard(call: Call) -> Response | None:
        if call.headers.get("api-key") != API_KEY:
            return answer({"code": "unauthorized", "message": "Key not found"}, 401)
        remaining, reset = window.take(call.client)
        return throttled(reset) if remaining < 0 else None

    def said(handler: Handler) -> Handler:
        def handled(call: Call) -> Response:
            try:
                return handler(call)
            except MalformedBody:
                return answer({"code": "invalid_parameter", "message": "Invalid JSON"}, 400)
            except Refused as refused:
                body = {"code": refused.code, "message": refused.message}
                return answer(body, refused.status)

        return handled

    def number(call: Call, name: str, default: int, most: int) -> int:
        text = call.query.get(name, str(default))
        if not text.isdigit() or int(text) > most:
            raise Refused(400, "out_of_range", f"{name} is out of range")
        return int(text)

    def create(call: Call) -> Response:
        body = call.json()
        contact_id, is_new = brevo.save(body, body.get("updateEnabled", False))
        return answer({"id": contact_id}, 201) if is_new else Response(status_code=204)

    def edit(call: Call) -> Response:
        brevo.edit(call.path_params["id"], call.query.get("identifierType"), call.json())
        return Response(status_code=204)

    def delete(call: Call) -> Response:
        brevo.delete(call.path_params["id"], call.query.get("identifierType"))
        return Response(status_code=204)

    def show(call: Call) -> Response:
        row = brevo.find(call.path_params["id"], call.query.get("identifierType"))
        return answer({**contact_json(row), "statistics": {}})

    def batch(call: Call) -> Response:
        contacts = call.json().get("contacts", [])
        with systems.write():
            for contact in contacts:
                if sum(name in contact for name in ("email", "id", "sms", "ext_id")) != 1:
                    message = "exactly one of email, id, sms or ext_id"
                    raise Refused(400, "invalid_parameter", message)
                kinds = {"email": "email_id", "id": "contact_id", "sms": "phone_id"}
                name = next(one for one in ("email", "id", "sms", "ext_id") if one in contact)
                kind = kinds.get(name, "ext_id")
                changes = {key: value for key, value in contact.items() if key != name}
                brevo.edit(str(contact[name]), kind, changes)
        return Response(status_code=204)

    def listing(call: Call) -> Response:
        since = call.query.get("modifiedSince", "")[:19].replace("T", " ")
        where = "where modified_at >= ?"
        direction = "asc" if call.query.get("sort") == "asc" else "desc"
        rows = systems.rows(
            f"select * from brevo_contacts {where} order by id {direction} limit ? offset ?",
            since,
            number(call, "limit", 50, 1000),
            number(call, "offset", 0, 10**9),
        )
        count = systems.value(f"select count(*) from brevo_contacts {where}", since)
        return answer({"contacts": [contact_json(row) for row in rows], "count": count})

    def load(call: Call) -> Response:
        if len(call.body) > 10 * 1024 * 1024:
            raise Refused(400, "invalid_parameter", "File body size is too big")
        return answer({"processId": brevo.load(call.json())}, 202)

    def shown(call: Call, row: Row) -> Row:
        body = brevo.look_at(row)
        if body["status"] == "completed":
            body["export_url"] = f"{call.base_url}/{PREFIX}/v3/processes/{row['id']}/report.csv"
        return body

    def process(call: Call) -> Response:
        row = systems.row("select * from brevo_processes where id = ?", call.path_params["id"])
        if row is None:
            raise Refused(404, "document_not_found", "Process ID does not exist")
        return answer(shown(call, row))

    def processes(call: Call) -> Response:
        direction = "asc" if call.query.get("sort") == "asc" else "desc"
        rows = systems.rows(
            f"select * from brevo_processes order by id {direction} limit ? offset ?",
            number(call, "limit", 10, 50),
            number(call, "offset", 0, 10**9),
        )
        count = systems.value("select count(*) from brevo_processes")
        return answer({"processes": [shown(call, row) for row in rows], "count": count})

    def report(call: Call) -> Response:
        sql = "select report from brevo_processes where id = ?"
        lines = io.StringIO()
        writer = csv.writer(lines, delimiter=";", lineterminator="\n")
        writer.writerow(["row", "contact", "code", "message"])
        writer.writerows(json.loads(systems.value(sql, call.path_params["id"]) or "[]"))
        return PlainTextResponse(lines.getvalue(), media_type="text/csv")

    def list_attributes(call: Call) -> Response:
        rows = brevo.attributes().items()
        shown = [{"name": name, "category": "normal", "type": kind} for name, kind in rows]
        return answer({"attributes": shown})

    def create_attribute(call: Call) -> Response:
        kind = call.json().get("type", "text")
        if kind not in ("text", "date", "float", "id", "boolean"):
            raise Refused(400, "invalid_parameter", "Invalid type")
        with systems.write():
            name = call.path_params["name"].upper()
            if name in brevo.attributes():
                raise Refused(400, "duplicate_parameter", "Attribute name must be unique")
            systems.insert("brevo_attributes", {"name": name, "type": kind})
        return Response(status_code=201)

    def list_lists(call: Call) -> Response:
        rows = systems.rows("select id, name from brevo_lists order by id desc")
        lists = [
            {**row, "folderId": 1, "totalSubscribers": 0, "totalBlacklisted": 0} for row in rows
        ]
        return answer({"lists": lists, "count": len(lists)})

    def create_list(call: Call) -> Response:
        with systems.write():
            systems.insert("brevo_lists", {"name": call.json()["name"]})
            return answer({"id": systems.value("select last_insert_rowid()")}, 201)

    def members(call: Call) -> Response:
        change = "listIds" if call.path.endswith("/add") else "unlinkListIds"
        success, failure = [], []
        with systems.write():
            for email in call.json().get("emails", []):
                try:
                    brevo.edit(email, "email_id", {change: [int(call.path_params["id"])]})
                    success.append(email)
                except Refused:
                    failure.append(email)
        if not success:
            raise Refused(400, "invalid_parameter", "Contact already in list or does not exist")
        return answer({"contacts": {"success": success, "failure": failure}}, 201)

    route = router(guard)
    open_route = router(lambda call: None)
    endpoints: list[tuple[str, str, Any]] = [
        ("GET", "/contacts", listing),
        ("POST", "/contacts", create),
        ("POST", "/contacts/batch", batch),
        ("POST", "/contacts/import", load),
        ("GET", "/contacts/attributes", list_attributes),
        ("POST", "/contacts/attributes/normal/{name}", create_attribute),
        ("GET", "/contacts/lists", list_lists),
        ("POST", "/contacts/lists", create_list),
        ("POST", "/contacts/lists/{id:int}/contacts/add", members),
        ("POST", "/contacts/lists/{id:int}/contacts/remove", members),
        ("GET", "/contacts/{id:path}", show),
        ("PUT", "/contacts/{id:path}", edit),
        ("DELETE", "/contacts/{id:path}", delete),
        ("GET", "/processes", processes),
        ("GET", "/processes/{id:int}", process),
    ]
    return [
        *(route(method, path, said(handler)) for method, path, handler in endpoints),
        open_route("GET", "/processes/{id:int}/report.csv", report),
    ]
