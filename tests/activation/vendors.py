"""Small stand-ins of tools that the sandbox does not have, in the shapes of their documents.

They hold state and judge rows: an e-mail without @ is refused, as each vendor refuses it.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class Vendors:
    """What the tools hold."""

    def __init__(self) -> None:
        self.brevo: dict[str, dict[str, Any]] = {}
        self.brevo_attributes: set[str] = set()
        self.klaviyo: dict[str, dict[str, Any]] = {}
        self.klaviyo_jobs: list[dict[str, Any]] = []
        self.suppressed: set[str] = set()
        self.sfmc: dict[str, dict[str, Any]] = {}
        self.sfmc_requests: list[list[dict[str, Any]]] = []
        self.meta: dict[str, list[str]] = {}
        self.google: list[dict[str, Any]] = []
        self.google_requests: list[dict[str, Any]] = []
        self.endpoint: dict[str, dict[str, Any]] = {}
        self.idempotency_keys: list[str] = []

    # --- Brevo ---------------------------------------------------------------------------

    async def brevo_contacts(self, request: Request) -> Response:
        if request.headers.get("api-key") != "brevo-key":
            return JSONResponse({"code": "unauthorized", "message": "Key not found"}, 401)
        body = await request.json()
        if "email" in body and "@" not in body["email"]:
            error = {"code": "invalid_parameter", "message": f"email {body['email']} is not valid"}
            return JSONResponse(error, 400)
        is_new = body["ext_id"] not in self.brevo
        known = self.brevo.setdefault(body["ext_id"], {"attributes": {}})
        kept = {k: v for k, v in body["attributes"].items() if k in self.brevo_attributes | {"SMS"}}
        known["attributes"] |= kept  # unknown attributes are dropped without a word
        known["email"] = body.get("email")
        return JSONResponse({"id": len(self.brevo)}, 201) if is_new else Response(status_code=204)

    async def brevo_delete(self, request: Request) -> Response:
        if self.brevo.pop(request.path_params["id"], None) is None:
            error = {"code": "document_not_found", "message": "Contact does not exist"}
            return JSONResponse(error, 404)
        return Response(status_code=204)

    async def brevo_list_attributes(self, request: Request) -> Response:
        names = [{"name": name, "category": "normal"} for name in sorted(self.brevo_attributes)]
        return JSONResponse({"attributes": names})

    async def brevo_make_attribute(self, request: Request) -> Response:
        self.brevo_attributes.add(request.path_params["name"])
        return Response(status_code=201)

    # --- Klaviyo -------------------------------------------------------------------------

    async def klaviyo_import(self, request: Request) -> Response:
        assert request.headers["content-type"] == "application/vnd.api+json"
        body = await request.json()
        job: dict[str, Any] = {"asked": 0, "errors": []}
        for profile in body["data"]["attributes"]["profiles"]["data"]:
            attributes = profile["attributes"]
            if attributes.get("email") and "@" not in attributes["email"]:
                job["errors"].append(attributes)
            else:
                self.klaviyo[attributes["external_id"]] = attributes
        self.klaviyo_jobs.append(job)
        return JSONResponse({"data": {"id": str(len(self.klaviyo_jobs) - 1)}}, 202)

    async def klaviyo_job(self, request: Request) -> Response:
        job = self.klaviyo_jobs[int(request.path_params["id"])]
        job["asked"] += 1
        status = "complete" if job["asked"] > 1 else "processing"
        attributes = {"status": status, "failed_count": len(job["errors"])}
        return JSONResponse({"data": {"attributes": attributes}})

    async def klaviyo_errors(self, request: Request) -> Response:
        job = self.klaviyo_jobs[int(request.path_params["id"])]
        at = int(request.query_params.get("page[cursor]", 0))
        page = job["errors"][at : at + 1]
        more = at + 1 < len(job["errors"])
        path = request.url.path
        found = [
            {
                "attributes": {
                    "code": "invalid",
                    "detail": f"{error['email']} is not an e-mail",
                    "original_payload": error,
                }
            }
            for error in page
        ]
        following = f"{request.base_url}{path[1:]}?page[cursor]={at + 1}" if more else None
        return JSONResponse({"data": found, "links": {"next": following}})

    async def klaviyo_suppress(self, request: Request) -> Response:
        body = await request.json()
        for profile in body["data"]["attributes"]["profiles"]["data"]:
            self.suppressed.add(profile["attributes"]["email"])
        self.klaviyo_jobs.append({"asked": 0, "errors": []})
        return JSONResponse({"data": {"id": str(len(self.klaviyo_jobs) - 1)}}, 202)

    # --- Marketing Cloud -----------------------------------------------------------------

    async def sfmc_token(self, request: Request) -> Response:
        body = await request.json()
        if body["client_secret"] != "secret":
            return JSONResponse({"error": "invalid_client"}, 401)
        rest = f"{request.base_url}sfmc-rest/"
        return JSONResponse({"access_token": "t", "expires_in": 1080, "rest_instance_url": rest})

    async def sfmc_rows(self, request: Request) -> Response:
        items = (await request.json())["items"]
        results = []
        for item in items:
            if item.get("email") and "@" not in item["email"]:
                results.append({"status": "Error", "errorCode": "50012", "message": "Bad e-mail"})
            else:
                self.sfmc.setdefault(item["customer_key"], {}).update(item)
                results.append({"status": "OK"})
        self.sfmc_requests.append(results)
        return JSONResponse({"requestId": str(len(self.sfmc_requests) - 1)}, 202)

    async def sfmc_status(self, request: Request) -> Response:
        results = self.sfmc_requests[int(request.path_params["id"])]
        failed = any(result["status"] != "OK" for result in results)
        return JSONResponse({"status": {"requestStatus": "Complete", "hasErrors": failed}})

    async def sfmc_results(self, request: Request) -> Response:
        return JSONResponse({"items": self.sfmc_requests[int(request.path_params["id"])]})

    # --- Meta and Google -----------------------------------------------------------------

    async def meta_users(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        payload = json.loads(form["payload"][0])
        assert len(payload["data"]) <= 10_000
        invalid = [row for row in payload["data"] if not any(row[1:])]
        if not invalid:
            for row in payload["data"]:
                if request.method == "POST":
                    self.meta[row[0]] = row[1:]
                elif self.meta.get(row[0]) == row[1:]:
                    del self.meta[row[0]]
        counts = {"num_received": len(payload["data"]), "num_invalid_entries": len(invalid)}
        return JSONResponse(counts)

    async def google_members(self, request: Request) -> Response:
        body = await request.json()
        bad = []
        for index, found in enumerate(body["audienceMembers"]):
            if not found["userData"]["userIdentifiers"]:
                bad.append(index)
            elif request.url.path.endswith(":ingest"):
                self.google.append(found["userData"])
            elif found["userData"] in self.google:
                self.google.remove(found["userData"])
        self.google_requests.append({"bad": bad, "asked": 0})
        return JSONResponse({"requestId": str(len(self.google_requests) - 1)})

    async def google_status(self, request: Request) -> Response:
        state = self.google_requests[int(request.query_params["requestId"])]
        state["asked"] += 1
        status = (
            "PROCESSING"
            if state["asked"] == 1
            else "PARTIAL_SUCCESS"
            if state["bad"]
            else "SUCCESS"
        )
        answer: dict[str, Any] = {"requestStatus": status}
        if status == "PARTIAL_SUCCESS":
            reason = "PROCESSING_ERROR_REASON_INVALID_FORMAT"
            answer["errorInfo"] = {
                "errorCounts": [{"reason": reason, "recordIndices": state["bad"]}]
            }
        return JSONResponse({"requestStatusPerDestination": [answer]})

    # --- an endpoint of one's own --------------------------------------------------------

    async def endpoint_row(self, request: Request) -> Response:
        key = request.path_params["id"]
        self.idempotency_keys.append(request.headers["idempotency-key"])
        if request.headers["authorization"] != "Bearer endpoint-token":
            return Response(status_code=401)
        if request.method == "DELETE":
            return Response(status_code=204 if self.endpoint.pop(key, None) else 404)
        self.endpoint[key] = await request.json()
        return JSONResponse({}, 200)

    def app(self) -> Starlette:
        jobs = "/klaviyo/api/profile-bulk-import-jobs"
        suppressions = "/klaviyo/api/profile-suppression-bulk-create-jobs"
        extension = "/sfmc-rest/data/v1/async"
        return Starlette(
            routes=[
                Route("/brevo/contacts", self.brevo_contacts, methods=["POST"]),
                Route("/brevo/contacts/attributes", self.brevo_list_attributes),
                Route(
                    "/brevo/contacts/attributes/normal/{name}",
                    self.brevo_make_attribute,
                    methods=["POST"],
                ),
                Route("/brevo/contacts/{id}", self.brevo_delete, methods=["DELETE"]),
                Route(jobs, self.klaviyo_import, methods=["POST"]),
                Route(f"{jobs}/{{id}}", self.klaviyo_job),
                Route(f"{jobs}/{{id}}/import-errors", self.klaviyo_errors),
                Route(suppressions, self.klaviyo_suppress, methods=["POST"]),
                Route(f"{suppressions}/{{id}}", self.klaviyo_job),
                Route("/sfmc/v2/token", self.sfmc_token, methods=["POST"]),
                Route(f"{extension}/dataextensions/{{k}}/rows", self.sfmc_rows, methods=["PUT"]),
                Route(f"{extension}/{{id}}/status", self.sfmc_status),
                Route(f"{extension}/{{id}}/results", self.sfmc_results),
                Route("/meta/{audience}/users", self.meta_users, methods=["POST", "DELETE"]),
                Route("/google/v1/requestStatus:retrieve", self.google_status),
                Route("/google/v1/audienceMembers:{v}", self.google_members, methods=["POST"]),
                Route("/endpoint/people/{id}", self.endpoint_row, methods=["PUT", "DELETE"]),
            ]
        )


@contextmanager
def serving(vendors: Vendors) -> Iterator[dict[str, str]]:
    """Serve them; yields the environment that points activation at them."""
    listener = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(vendors.app(), lifespan="off", log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    httpx.get(f"{base}/brevo/contacts/attributes")
    try:
        yield {
            "BREVO_URL": f"{base}/brevo",
            "BREVO_API_KEY": "brevo-key",
            "KLAVIYO_URL": f"{base}/klaviyo",
            "KLAVIYO_API_KEY": "k",
            "SFMC_AUTH_URL": f"{base}/sfmc",
            "SFMC_CLIENT_ID": "id",
            "SFMC_CLIENT_SECRET": "secret",
            "META_URL": f"{base}/meta",
            "META_ACCESS_TOKEN": "t",
            "META_AUDIENCE_ID": "42",
            "GOOGLE_DATA_MANAGER_URL": f"{base}/google",
            "GOOGLE_ACCESS_TOKEN": "t",
            "GOOGLE_ADS_ACCOUNT_ID": "1",
            "GOOGLE_AUDIENCE_ID": "2",
            "ENDPOINT_URL": f"{base}/endpoint",
            "ENDPOINT_TOKEN": "endpoint-token",
        }
    finally:
        server.should_exit = True
        thread.join()
