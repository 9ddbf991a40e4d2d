"""Stand-in of Klaviyo's profiles API, revision 2026-07-15 (prefix /klaviyo).

A bulk import is a job to poll (`queued`, `processing`, `complete`); the rows it refused are its
`import-errors`. A profile is found by id, external_id, e-mail or phone; `null` clears a field,
but not in a bulk import. A merge is a task too: the source is still there when it is first looked
at, then gone. The vendor does not say what it fills in; here what the destination lacks, and
whether it is suppressed stays as it was. Suppressed e-mails stay profiles and get no mail.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.exchange import Call, Handler, MalformedBody, Window, answer, iso, router
from sandbox.servers.store import Row, Systems

PREFIX = "klaviyo"
API_KEY = "sandbox-klaviyo-key"
MEDIA_TYPE = "application/vnd.api+json"
BATCH_LIMIT = 10_000
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_FIELDS = {
    "email",
    "phone_number",
    "external_id",
    "first_name",
    "last_name",
    "organization",
    "locale",
    "title",
    "image",
    "location",
    "properties",
}
_IDENTIFIERS = ("external_id", "email", "phone_number")
_STATUSES = ("queued", "processing", "complete")
_TABLES = """
    create table if not exists klaviyo_profiles
        (id text primary key, external_id text unique, email text unique, phone_number text unique,
        attributes text not null, is_suppressed integer not null default 0,
        created text not null, updated text not null);
    create table if not exists klaviyo_merges
        (source text primary key, destination text not null, is_due integer not null default 0);
    create table if not exists klaviyo_jobs
        (id text primary key, polls integer not null, total integer not null,
        errors text not null, created text not null)
"""


class Refused(Exception):
    """An error of one profile: where (JSON pointer), and what."""

    def __init__(self, detail: str, pointer: str, status: int = 400, code: str = "invalid") -> None:
        super().__init__(detail)
        self.status = status
        self.error = {
            "id": hashlib.sha256(f"{detail}{pointer}".encode()).hexdigest()[:32],
            "status": status,
            "code": code,
            "title": "Invalid input.",
            "detail": detail,
            "source": {"pointer": pointer},
        }


def throttled(retry_after: float | None = None) -> Response:
    """The vendor's 429; it always has Retry-After, given here by the window."""
    headers = {} if retry_after is None else {"Retry-After": f"{max(1, round(retry_after))}"}
    error = {
        "id": "throttled",
        "status": 429,
        "code": "throttled",
        "title": "Request was throttled.",
        "detail": "Request was throttled.",
        "source": {"pointer": "/data/"},
    }
    return answer({"errors": [error]}, 429, headers)


class Klaviyo:
    """The account's profiles, apart from HTTP."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        with systems.write() as connection:
            for statement in _TABLES.split(";"):
                connection.execute(statement)

    def save(self, profile: Row, pointer: str = "/data") -> tuple[Row, bool]:
        """Create or update a profile: (its row, whether it is new). Raises Refused."""
        given = profile.get("attributes")
        if profile.get("type") != "profile" or not isinstance(given, dict):
            raise Refused("Expected a profile.", f"{pointer}/type")
        if unknown := given.keys() - _FIELDS:
            raise Refused(f"'{min(unknown)}' is not a valid field.", f"{pointer}/attributes")
        if isinstance(given.get("email"), str):
            given = given | {"email": given["email"].lower()}
        email, phone = given.get("email"), given.get("phone_number")
        if email is not None and not _EMAIL.fullmatch(str(email)):
            raise Refused("Invalid email address", f"{pointer}/attributes/email")
        if phone is not None and not _PHONE.fullmatch(str(phone)):
            raise Refused("Invalid phone number format", f"{pointer}/attributes/phone_number")
        keys = [("id", profile.get("id")), *((name, given.get(name)) for name in _IDENTIFIERS)]
        if not any(value for _, value in keys):
            raise Refused("One identifier is needed.", f"{pointer}/attributes")
        with self.systems.write():
            held = None
            for name, value in keys:
                if value and held is None:
                    sql = f"select * from klaviyo_profiles where {name} = ?"
                    held = self.systems.row(sql, value)
            stamp = self.systems.tick("klaviyo_profiles", "updated", apart=0)
            attributes = json.loads(held["attributes"]) if held else {}
            properties = attributes.get("properties", {}) | (given.get("properties") or {})
            attributes |= {**given, "properties": properties}
            row = {name: attributes.get(name) for name in _IDENTIFIERS}
            for name, value in row.items():
                other = self.systems.value(
                    f"select id from klaviyo_profiles where {name} = ?", value
                )
                if other and (held is None or other != held["id"]):
                    detail = f"A profile already exists with this {name}."
                    raise Refused(detail, f"{pointer}/attributes/{name}", 409, "duplicate_profile")
            row |= {"attributes": json.dumps(attributes, ensure_ascii=False), "updated": stamp}
            if held is None:
                # an erased profile's id is never given again, not even within its second
                row |= {"id": f"01{uuid4().hex[:24].upper()}", "created": stamp}
                self.systems.insert("klaviyo_profiles", row)
            else:
                self.systems.update("klaviyo_profiles", row, "id = ?", held["id"])
            key = row["external_id"] or row["email"] or row["phone_number"]
            action = "profile.create" if held is None else "profile.update"
            self.systems.accepted(PREFIX, action, key or "")
            found = self.systems.row(
                "select * from klaviyo_profiles where id = ?", held["id"] if held else row["id"]
            )
        return found or {}, held is None

    def load(self, profiles: list[Row]) -> Row:
        """Take a bulk import: its job. Each wrong profile is among its errors."""
        errors = []
        with self.systems.write():
            for position, profile in enumerate(profiles):
                pointer = f"/data/attributes/profiles/data/{position}"
                try:
                    self.save(without_nulls(profile), pointer)
                except Refused as refused:
                    errors.append({**refused.error, "original_payload": profile})
            stamp = self.systems.tick("klaviyo_jobs", "created")
            number = self.systems.value("select count(*) from klaviyo_jobs")
            job = {
                "id": hashlib.sha256(f"job{number}{stamp}".encode()).hexdigest()[:26],
                "polls": 0,
                "total": len(profiles),
                "errors": json.dumps(errors, ensure_ascii=False),
                "created": stamp,
            }
            self.systems.insert("klaviyo_jobs", job)
        return job

    def look_at(self, profile_id: str) -> Row:
        """A profile by id; the merge of which it is the source ends at the second look."""
        with self.systems.write() as connection:
            sql = "select * from klaviyo_profiles where id = ?"
            found = self.systems.row(sql, profile_id)
            merge = self.systems.row("select * from klaviyo_merges where source = ?", profile_id)
            if found and merge and merge["is_due"]:
                connection.execute("delete from klaviyo_profiles where id = ?", (profile_id,))
                self._fill(merge["destination"], found)
                self.systems.accepted(PREFIX, "profile.merge", merge["destination"])
                found = None
            elif merge:
                self.systems.update("klaviyo_merges", {"is_due": 1}, "source = ?", profile_id)
        if found is None:
            raise Refused("This profile does not exist.", "/data/id", 404, "not_found")
        return found

    def _fill(self, profile_id: str, source: Row) -> None:
        """Give a profile what it lacks of another's."""
        (held,) = self.systems.rows("select * from klaviyo_profiles where id = ?", profile_id)
        kept, other = json.loads(held["attributes"]), json.loads(source["attributes"])
        kept |= {name: value for name, value in other.items() if kept.get(name) is None}
        row = {name: kept.get(name) for name in _IDENTIFIERS}
        row["attributes"] = json.dumps(kept, ensure_ascii=False)
        self.systems.update("klaviyo_profiles", row, "id = ?", profile_id)


def without_nulls(profile: Row) -> Row:
    """What a bulk import reads of a profile."""
    given = profile.get("attributes")
    if not isinstance(given, dict):
        return profile
    said = {name: value for name, value in given.items() if value is not None}
    if isinstance(said.get("properties"), dict):
        properties = said["properties"].items()
        said["properties"] = {name: value for name, value in properties if value is not None}
    return {**profile, "attributes": said}


def subscriptions(row: Row) -> Row:
    """What a profile shows of its subscriptions when asked: nobody has subscribed here."""
    suppression = {"reason": "USER_SUPPRESSED", "timestamp": iso(row["updated"])}
    marketing = {
        "can_receive_email_marketing": not row["is_suppressed"],
        "consent": "NEVER_SUBSCRIBED",
        "suppression": [suppression] if row["is_suppressed"] else [],
        "list_suppressions": [],
    }
    return {"email": {"marketing": marketing}}


def profile_json(row: Row, base_url: str) -> Row:
    """A profile as the API shows it."""
    attributes = json.loads(row["attributes"])
    location = attributes.pop("location", None) or {}
    shown = {name: attributes.get(name) for name in sorted(_FIELDS - {"location", "properties"})}
    return {
        "type": "profile",
        "id": row["id"],
        "attributes": {
            **shown,
            "location": location,
            "properties": attributes.get("properties", {}),
            "created": iso(row["created"]),
            "updated": iso(row["updated"]),
        },
        "links": {"self": f"{base_url}/{PREFIX}/api/profiles/{row['id']}/"},
    }


def job_json(job: Row, base_url: str) -> Row:
    """A job as the API shows it; it advances at each poll."""
    status = _STATUSES[min(job["polls"], 2)]
    failed = len(json.loads(job["errors"]))
    done = status == "complete"
    return {
        "type": "profile-bulk-import-job",
        "id": job["id"],
        "attributes": {
            "status": status,
            "created_at": iso(job["created"]),
            "total_count": job["total"],
            "completed_count": job["total"] - failed if done else 0,
            "failed_count": failed if done else 0,
            "started_at": iso(job["created"]) if job["polls"] else None,
            "completed_at": iso(job["created"]) if done else None,
            "expires_at": None,
        },
        "links": {"self": f"{base_url}/{PREFIX}/api/profile-bulk-import-jobs/{job['id']}/"},
    }


def routes(systems: Systems, settings: Mapping[str, str]) -> list[Route]:
    """The vendor's endpoints, without the prefix."""
    klaviyo = Klaviyo(systems)
    window = Window(int(settings.get("KLAVIYO_REQUESTS_PER_SECOND", "10")))

    def said(body: Any, status: int = 200) -> Response:
        return answer(body, status, {"Content-Type": MEDIA_TYPE})

    def failed(refused: Refused) -> Response:
        return said({"errors": [refused.error]}, refused.status)

    def guard(call: Call) -> Response | None:
        if call.headers.get("authorization") != f"Klaviyo-API-Key {API_KEY}":
            return failed(
                Refused("Missing or invalid private key.", "/data/", 401, "not_authenticated")
            )
        if "revision" not in call.headers:
            return failed(
                Refused("A revision header is needed.", "/data/", 400, "missing_revision")
            )
        remaining, reset = window.take(call.client)
        return throttled(reset) if remaining < 0 else None

    def handled(handler: Handler) -> Handler:
        def inner(call: Call) -> Response:
            try:
                return handler(call)
            except MalformedBody:
                return failed(Refused("The payload is not JSON.", "/data"))
            except Refused as refused:
                return failed(refused)
            except (KeyError, TypeError) as error:
                return failed(Refused(f"The payload lacks {error}.", "/data"))

        return inner

    def upsert(call: Call) -> Response:
        row, is_new = klaviyo.save(call.json()["data"])
        return said({"data": profile_json(row, call.base_url)}, 201 if is_new else 200)

    def one(call: Call) -> Response:
        row = klaviyo.look_at(call.path_params["id"])
        return said({"data": profile_json(row, call.base_url)})

    def edit(call: Call) -> Response:
        held = klaviyo.look_at(call.path_params["id"])
        row, _ = klaviyo.save({**call.json()["data"], "id": held["id"]})
        return said({"data": profile_json(row, call.base_url)})

    def merge(call: Call) -> Response:
        asked = call.json()["data"]
        sources = [source["id"] for source in asked["relationships"]["profiles"]["data"]]
        known = systems.rows(
            "select id from klaviyo_profiles where id in (?, ?)", asked["id"], sources[0]
        )
        if len(sources) != 1 or len(known) != 2:
            raise Refused("Two profiles that exist.", "/data/relationships/profiles")
        with systems.write() as connection:
            sql = "insert or ignore into klaviyo_merges values (?, ?, 0)"
            connection.execute(sql, (sources[0], asked["id"]))
        link = f"{call.base_url}/{PREFIX}/api/profiles/{asked['id']}/"
        return said({"data": {"type": "profile", "id": asked["id"], "links": {"self": link}}}, 201)

    def load(call: Call) -> Response:
        profiles = call.json()["data"]["attributes"]["profiles"]["data"]
        if not 1 <= len(profiles) <= BATCH_LIMIT:
            raise Refused(
                f"Between 1 and {BATCH_LIMIT} profiles.", "/data/attributes/profiles/data"
            )
        if len(call.body) > 5 * 1024 * 1024:
            raise Refused("The payload is larger than 5 MB.", "/data", 413, "payload_too_large")
        return said({"data": job_json(klaviyo.load(profiles), call.base_url)}, 202)

    def held_job(call: Call) -> Row:
        sql = "select * from klaviyo_jobs where id = ?"
        job = systems.row(sql, call.path_params["id"])
        if job is None:
            raise Refused("This job does not exist.", "/data/id", 404, "not_found")
        return job

    def polled(call: Call) -> Row:
        with systems.write():
            row = held_job(call)
            row["polls"] += 1
            systems.update("klaviyo_jobs", {"polls": row["polls"]}, "id = ?", row["id"])
        return row

    def job(call: Call) -> Response:
        return said({"data": job_json(polled(call), call.base_url)})

    def import_errors(call: Call) -> Response:
        row = held_job(call)
        here = f"{call.base_url}/{PREFIX}/api/profile-bulk-import-jobs/{row['id']}/import-errors/"
        errors = [
            {
                "type": "import-error",
                "id": error["id"],
                "attributes": {
                    name: error[name]
                    for name in ("code", "title", "detail", "source", "original_payload")
                },
                "links": {"self": here},
            }
            for error in json.loads(row["errors"])
        ]
        return said({"data": errors, "links": {"self": here}})

    def listing(call: Call) -> Response:
        where, arguments = "1 = 1", []
        for test in re.findall(r"equals\((\w+),\"([^\"]*)\"\)", call.query.get("filter", "")):
            if test[0] not in ("id", *_IDENTIFIERS):
                raise Refused(f"Cannot filter by {test[0]}.", "/data")
            where += f" and {test[0]} = ?"
            arguments.append(test[1])
        size = min(int(call.query.get("page[size]", "20")), 100)
        rows = systems.rows(
            f"select * from klaviyo_profiles where {where} and id > ? order by id limit ?",
            *arguments,
            call.query.get("page[cursor]", ""),
            size + 1,
        )
        here = f"{call.base_url}/{PREFIX}/api/profiles/"
        links = {"self": here}
        if len(rows) > size:
            links["next"] = f"{here}?page%5Bsize%5D={size}&page%5Bcursor%5D={rows[size - 1]['id']}"
        page = [profile_json(row, call.base_url) for row in rows[:size]]
        if "subscriptions" in call.query.get("additional-fields[profile]", "").split(","):
            for row, shown in zip(rows, page, strict=False):
                shown["attributes"]["subscriptions"] = subscriptions(row)
        return said({"data": page, "links": links})

    def change_profiles(call: Call) -> Response:
        """Suppress, unsuppress or erase each profile of the request, at once."""
        body = call.json()["data"]["attributes"]
        profiles = body["profiles"]["data"] if "profiles" in body else [body["profile"]["data"]]
        with systems.write() as connection:
            for profile in profiles:
                wanted = profile["attributes"]
                name = next(one for one in _IDENTIFIERS if wanted.get(one))
                if "data-privacy" in call.path:
                    sql = f"delete from klaviyo_profiles where {name} = ?"
                    action = "profile.delete"
                else:
                    suppress = int("create" in call.path)
                    action = "profile.suppress" if suppress else "profile.unsuppress"
                    sql = f"update klaviyo_profiles set is_suppressed = {suppress} where {name} = ?"
                value = wanted[name].lower() if name == "email" else wanted[name]
                connection.execute(sql, (value,))
                systems.accepted(PREFIX, action, wanted[name])
        if "data-privacy" in call.path:
            return Response(status_code=202)
        with systems.write():
            stamp = systems.tick("klaviyo_jobs", "created")
            number = systems.value("select count(*) from klaviyo_jobs")
            job = {
                "id": hashlib.sha256(f"job{number}{stamp}".encode()).hexdigest()[:26],
                "polls": 0,
                "total": len(profiles),
                "errors": "[]",
                "created": stamp,
            }
            systems.insert("klaviyo_jobs", job)
        return said({"data": suppression(call, job)}, 202)

    def suppression(call: Call, job: Row) -> Row:
        """A suppression job as the API shows it."""
        (kind,) = re.findall("profile-suppression-bulk-(?:create|delete)-job", call.path)
        shown = job_json(job, call.base_url)
        kept = ("status", "created_at", "total_count", "completed_count", "completed_at")
        return {
            "type": kind,
            "id": job["id"],
            "attributes": {name: shown["attributes"][name] for name in kept} | {"skipped_count": 0},
            "links": {"self": f"{call.base_url}/{PREFIX}/api/{kind}s/{job['id']}/"},
        }

    def suppression_job(call: Call) -> Response:
        return said({"data": suppression(call, polled(call))})

    route = router(guard)
    endpoints: list[tuple[str, str, Handler]] = [
        ("POST", "/api/profile-import", upsert),
        ("POST", "/api/profile-bulk-import-jobs", load),
        ("GET", "/api/profile-bulk-import-jobs/{id}", job),
        ("GET", "/api/profile-bulk-import-jobs/{id}/import-errors", import_errors),
        ("GET", "/api/profiles", listing),
        ("GET", "/api/profiles/{id}", one),
        ("PATCH", "/api/profiles/{id}", edit),
        ("POST", "/api/profile-merge", merge),
        ("POST", "/api/profile-suppression-bulk-create-jobs", change_profiles),
        ("POST", "/api/profile-suppression-bulk-delete-jobs", change_profiles),
        ("GET", "/api/profile-suppression-bulk-create-jobs/{id}", suppression_job),
        ("GET", "/api/profile-suppression-bulk-delete-jobs/{id}", suppression_job),
        ("POST", "/api/data-privacy-deletion-jobs", change_profiles),
    ]
    return [
        route(method, path + slash, handled(handler))
        for method, path, handler in endpoints
        for slash in ("", "/")
    ]
