"""Stand-in of Google's Data Manager API v1: audience members (prefix /google).

`audienceMembers:ingest` and `:remove` take hashed identifiers and answer a request id; what became
of each member is in `requestStatus:retrieve`, PROCESSING at first. A member without consent is
counted as an error there, not taken.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.exchange import Call, Handler, MalformedBody, Window, answer, router
from sandbox.servers.store import Row, Systems

PREFIX = "google"
ACCESS_TOKEN = "sandbox-google-token"
MEMBER_LIMIT = 10_000
_REASON = "PROCESSING_ERROR_REASON_"


class Refused(Exception):
    """An error in Google's shape."""

    def __init__(self, message: str, field: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        names = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND"}
        detail = {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": field, "description": message}],
        }
        self.body = {
            "error": {
                "code": status,
                "message": message,
                "status": names[status],
                "details": [detail],
            }
        }


def throttled(retry_after: float | None = None) -> Response:
    """The vendor's 429."""
    error = {"code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED"}
    return answer({"error": error}, 429)


def _is_hash(text: Any, encoding: str) -> bool:
    if not isinstance(text, str):
        return False
    if encoding == "HEX":
        return bool(re.fullmatch("[0-9a-fA-F]{64}", text))
    try:
        return len(base64.b64decode(text, validate=True)) == 32
    except binascii.Error:
        return False


def _hashes(member: Row, encoding: str) -> list[str]:
    """The member's hashed identifiers. Raises ValueError when one has a wrong format."""
    found = []
    for identifier in member.get("userData", {}).get("userIdentifiers", []):
        address = identifier.get("address", {})
        hashed = [
            identifier.get("emailAddress"),
            identifier.get("phoneNumber"),
            address.get("givenName"),
            address.get("familyName"),
        ]
        for value in hashed:
            if value is not None and not _is_hash(value, encoding):
                raise ValueError("not a hash")
        if address and not re.fullmatch("[A-Z]{2}", address.get("regionCode", "")):
            raise ValueError("regionCode")
        parts = [value for value in hashed if value] + [address.get("postalCode", "")]
        found.append("|".join(parts).rstrip("|"))
    if not 1 <= len(found) <= 10:
        raise ValueError("between 1 and 10 identifiers")
    return found


def routes(systems: Systems, settings: Mapping[str, str]) -> list[Route]:
    """The vendor's endpoints, without the prefix."""
    window = Window(int(settings.get("GOOGLE_REQUESTS_PER_SECOND", "20")))
    with systems.write() as connection:
        connection.execute(
            "create table if not exists google_members "
            "(destination text, identifier text, primary key (destination, identifier))"
        )
        connection.execute(
            "create table if not exists google_requests "
            "(id text primary key, polls integer not null, status text not null)"
        )

    def guard(call: Call) -> Response | None:
        if call.headers.get("authorization") != f"Bearer {ACCESS_TOKEN}":
            refused = Refused("Request had invalid authentication credentials.", "", 401)
            return answer(refused.body, 401)
        return throttled() if window.take(call.client)[0] < 0 else None

    def said(handler: Handler) -> Handler:
        def handled(call: Call) -> Response:
            try:
                return handler(call)
            except MalformedBody:
                return answer(Refused("Invalid JSON payload received.", "").body, 400)
            except Refused as refused:
                return answer(refused.body, refused.status)

        return handled

    def problem(member: Row, consent: Row, encoding: str, ingest: bool) -> str | None:
        """Why a member is not taken, or None."""
        given = {**consent, **member.get("consent", {})}
        wanted = ("adUserData", "adPersonalization")
        if ingest and any(given.get(name) == "CONSENT_DENIED" for name in wanted):
            return "DENIED_CONSENT"
        if ingest and any(given.get(name) != "CONSENT_GRANTED" for name in wanted):
            return "NO_CONSENT"
        try:
            _hashes(member, encoding)
        except ValueError:
            return "INVALID_FORMAT"
        return None

    def change(call: Call) -> Response:
        body = call.json()
        ingest = call.path.endswith(":ingest")
        destinations, members = body.get("destinations"), body.get("audienceMembers")
        if not destinations or not all(one.get("productDestinationId") for one in destinations):
            raise Refused("A destination needs its productDestinationId.", "destinations")
        if not isinstance(members, list) or not 1 <= len(members) <= MEMBER_LIMIT:
            raise Refused(f"Between 1 and {MEMBER_LIMIT} members.", "audience_members")
        if body.get("encoding") not in ("HEX", "BASE64"):
            raise Refused("The encoding is missing.", "encoding")
        terms = body.get("termsOfService", {}).get("customerMatchTermsOfServiceStatus")
        if ingest and terms != "ACCEPTED":
            raise Refused("The terms of service are not accepted.", "terms_of_service")
        consent = body.get("consent", {})
        problems = {
            position: reason
            for position, member in enumerate(members)
            if (reason := problem(member, consent, body["encoding"], ingest))
        }
        with systems.write() as connection:
            number = systems.value("select count(*) from google_requests")
            request_id = hashlib.sha256(f"request{number}".encode()).hexdigest()[:24]
            statuses = [
                _status(destination, len(members), problems, ingest) for destination in destinations
            ]
            if body.get("validateOnly"):
                return answer({"requestId": request_id})
            for position, member in enumerate(members):
                if position in problems:
                    continue
                for identifier in _hashes(member, body["encoding"]):
                    for destination in destinations:
                        key = (destination["productDestinationId"], identifier)
                        connection.execute(
                            "insert or ignore into google_members values (?, ?)"
                            if ingest
                            else "delete from google_members "
                            "where destination = ? and identifier = ?",
                            key,
                        )
                    action = "member.add" if ingest else "member.remove"
                    systems.accepted(PREFIX, action, identifier)
            request = {"id": request_id, "polls": 0, "status": json.dumps(statuses)}
            systems.insert("google_requests", request)
        return answer({"requestId": request_id})

    def retrieve(call: Call) -> Response:
        with systems.write():
            sql = "select * from google_requests where id = ?"
            request = systems.row(sql, call.query.get("requestId"))
            if request is None:
                raise Refused("Request not found.", "request_id", 404)
            polls = {"polls": request["polls"] + 1}
            systems.update("google_requests", polls, "id = ?", request["id"])
        statuses = json.loads(request["status"])
        if not request["polls"]:
            statuses = [
                {"destination": one["destination"], "requestStatus": "PROCESSING"}
                for one in statuses
            ]
        return answer({"requestStatusPerDestination": statuses})

    route = router(guard)
    return [
        route("POST", "/v1/audienceMembers:ingest", said(change)),
        route("POST", "/v1/audienceMembers:remove", said(change)),
        route("GET", "/v1/requestStatus:retrieve", said(retrieve)),
    ]


def _status(destination: Row, count: int, problems: dict[int, str], ingest: bool) -> Row:
    """What requestStatus will say of one destination."""
    name = "SUCCESS" if not problems else "PARTIAL_SUCCESS" if len(problems) < count else "FAILED"
    kind = "audienceMembersIngestionStatus" if ingest else "audienceMembersRemovalStatus"
    inner = "userDataIngestionStatus" if ingest else "userDataRemovalStatus"
    status: Row = {
        "destination": destination,
        "requestStatus": name,
        kind: {inner: {"recordCount": str(count)}},
    }
    if problems:
        status["errorInfo"] = {
            "errorCounts": [
                {
                    "reason": f"{_REASON}{reason}",
                    "recordCount": str(len(positions)),
                    "recordIndices": positions,
                }
                for reason in sorted(set(problems.values()))
                if (positions := [at for at, why in problems.items() if why == reason])
            ]
        }
    return status
