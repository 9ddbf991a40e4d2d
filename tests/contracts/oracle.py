"""Judge of HTTP exchanges: the vendors' own OpenAPI documents, and ours where no vendor has one.

`Oracle.check` takes one exchange as the stand-ins' observer sees it and returns what in it breaks
the contract, request and response. It serves twice: for the answers of the stand-ins, and
(`servers.running(..., observer=oracle)`) for the real requests of the connectors.

The vendors' documents lie outside the repository, in `../shared/apis/specs` beside the checkout
or in ORFEVRE_SPECS; ours are in sandbox/openapi. Where a vendor's API is known to depart from its
own document, the departure is listed here with its reason, and nothing else is let through.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from werkzeug.datastructures import ImmutableMultiDict

from sandbox.servers.faults import Exchange

ROOT = Path(__file__).resolve().parents[2]
HOST = "http://contract.test"


def specs_folder() -> Path | None:
    """Where the vendors' documents are, or None."""
    beside = ROOT.parent / "shared" / "apis" / "specs"
    folder = Path(os.environ.get("ORFEVRE_SPECS", beside))
    return folder if folder.is_dir() else None


@dataclass(frozen=True)
class Departure:
    """One way in which an API departs from its own document. `pattern` matches a violation."""

    pattern: str
    reason: str


@dataclass(frozen=True)
class Contract:
    """A document and the prefix it rules. `has_responses`: whether it describes answers."""

    prefix: str
    document: str
    adapt: Callable[[dict[str, Any]], dict[str, Any]] = field(default=lambda document: document)
    has_responses: bool = True
    departures: tuple[Departure, ...] = ()

    def load(self) -> OpenAPI:
        """The compiled document. Raises FileNotFoundError when it is not here."""
        ours = ROOT / "sandbox" / "openapi" / self.document
        folder = specs_folder()
        path = ours if ours.exists() else folder / self.document if folder else None
        if path is None:
            raise FileNotFoundError(self.document)
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        document = self.adapt(document)
        for operations in document["paths"].values():
            operations.pop("servers", None)
        document["servers"] = [{"url": f"{HOST}{self.prefix}"}]
        return OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))


def with_bearer(document: dict[str, Any]) -> dict[str, Any]:
    """Magento's document names no security for its operations: a bearer token is what it takes."""
    schemes = document["components"].setdefault("securitySchemes", {})
    schemes["bearer"] = {"type": "http", "scheme": "bearer"}
    for path, operations in document["paths"].items():
        if path != "/V1/integration/admin/token":
            for operation in operations.values():
                operation["security"] = [{"bearer": []}]
    return document


def from_swagger_2(document: dict[str, Any]) -> dict[str, Any]:
    """A Swagger 2.0 document as OpenAPI 3.0: the same schemas in their new places."""
    text = json.dumps(document, default=str).replace("#/definitions/", "#/components/schemas/")
    old = json.loads(text)
    for operations in old["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict):
                _operation_from_swagger_2(operation)
    return {
        "openapi": "3.0.3",
        "info": old["info"],
        "security": old.get("security", []),
        "paths": old["paths"],
        "components": {
            "schemas": old["definitions"],
            "securitySchemes": old["securityDefinitions"],
        },
    }


def _operation_from_swagger_2(operation: dict[str, Any]) -> None:
    parameters = []
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "body":
            content = {"application/json": {"schema": parameter["schema"]}}
            required = parameter.get("required", False)
            operation["requestBody"] = {"required": required, "content": content}
        else:
            kept = ("name", "in", "required", "description")
            schema = {key: value for key, value in parameter.items() if key not in kept}
            schema.pop("collectionFormat", None)
            named = {key: parameter[key] for key in kept if key in parameter}
            parameters.append({**named, "schema": schema})
    operation["parameters"] = parameters
    for status, response in operation["responses"].items():
        if status == "204":  # has no body, whatever the document says
            response.pop("schema", None)
        if "schema" in response:
            response["content"] = {"application/json": {"schema": response.pop("schema")}}


def from_discovery(document: dict[str, Any]) -> dict[str, Any]:
    """A Google discovery document as OpenAPI 3.0. It refuses nothing unknown; we do."""
    schemas = json.loads(
        re.sub(
            r'"\$ref": "(\w+)"',
            r'"$ref": "#/components/schemas/\1"',
            json.dumps(document["schemas"]),
        )
    )
    for schema in schemas.values():
        schema.pop("id", None)
        if schema.get("type") == "object" and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
    paths: dict[str, Any] = {}

    def add(resource: dict[str, Any]) -> None:
        for method in resource.get("methods", {}).values():
            operation: dict[str, Any] = {
                "parameters": [
                    {
                        "name": name,
                        "in": parameter["location"],
                        "required": parameter.get("required", False),
                        "schema": {"type": parameter["type"]},
                    }
                    for name, parameter in method.get("parameters", {}).items()
                ],
                "responses": {
                    "200": _json_content(method["response"]["$ref"], description="ok"),
                },
                "security": [{"bearer": []}],
            }
            if "request" in method:
                operation["requestBody"] = _json_content(method["request"]["$ref"], required=True)
            paths.setdefault(f"/{method['flatPath']}", {})[method["httpMethod"].lower()] = operation
        for inner in resource.get("resources", {}).values():
            add(inner)

    add(document)
    schemes = {"bearer": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.0.3",
        "info": {"title": document["title"], "version": document["version"]},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": schemes},
    }


def _json_content(schema: str, **others: Any) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {**others, "content": {"application/json": {"schema": reference}}}


NULL_GETTER = (
    "Magento leaves nulls out, except behind getters declared non-null: there a null is shown"
)
CONTRACTS = (
    Contract(
        "/magento/rest/default",
        "magento-2.4.8-admin-openapi3.json",
        with_bearer,
        departures=(
            Departure(
                r"response: (items\.\d+\.)?(payment\.(account_status|cc_last4|method)"
                r"|billing_address\.(city|country_id|firstname|lastname|postcode|telephone)"
                r"|items\.\d+\.base_(cost|price)"
                r"|customer\.(email|firstname|lastname)|email|firstname|lastname|customer_email"
                r"): None",
                NULL_GETTER,
            ),
            Departure(
                r"response: items\.\d+\.custom_attributes\.\d+\.value: \[.*\] is not of type",
                "the value of a multiple attribute is a list",
            ),
            Departure(
                r"response: parameters: .* is not of type 'array'",
                "parameters are an object when the message has named placeholders",
            ),
        ),
    ),
    Contract(
        "/splio",
        "splio-customer-platform-extract.json",
        has_responses=False,
    ),
    Contract("/clientela/v1", "clientela.yml"),
    Contract(
        "/twilio",
        "twilio_api_v2010.json",
        departures=(
            Departure(
                r"request: .*DateSent[<>]?: '\d{4}-\d\d-\d\d",
                "the parameter's own description asks for YYYY-MM-DD",
            ),
        ),
    ),
    Contract(
        "/zendesk",
        "zendesk-support-2.0.0.json",
        departures=(
            Departure(
                r"response: (tickets|users)\.\d+\.\w+: None (is not|for not nullable)",
                "an unset field is null; the document calls few of them nullable",
            ),
            Departure(
                r"response: tickets\.\d+\.status: 'deleted'",
                "the incremental export shows deleted tickets",
            ),
            Departure(r"response: tickets\.\d+\.(priority|type): None is not one of", "idem"),
        ),
    ),
    Contract("/web/v1", "web.yml"),
    Contract("/brevo/v3", "brevo-v3-swagger2.yml", from_swagger_2),
    Contract("/klaviyo", "klaviyo-profiles.json"),
    Contract("/google", "google-datamanager-v1-discovery.json", from_discovery),
)


@functools.cache
def compiled(contract: Contract) -> OpenAPI:
    """The contract's document, compiled once."""
    return contract.load()


class Oracle:
    """Checks exchanges; an instance is an observer for `servers.running`.

    With `strict`, an exchange under a prefix whose document is absent raises
    FileNotFoundError; otherwise it is let through.
    """

    def __init__(self, strict: bool = True) -> None:
        self.strict = strict
        self.checked: dict[str, int] = {}

    def __call__(self, exchange: Exchange) -> list[str]:
        return list(self.check(exchange))

    def check(self, exchange: Exchange) -> Iterator[str]:
        """Violations, each `request: <where>: <what>` or `response: <where>: <what>`.

        Answers that no document describes (429 and the 5xx of a broken server) are not judged.
        """
        contract = next(
            (one for one in CONTRACTS if exchange.path.startswith(f"{one.prefix}/")), None
        )
        if contract is None:
            return
        try:
            openapi = compiled(contract)
        except FileNotFoundError:
            if self.strict:
                raise
            return
        self.checked[contract.prefix] = self.checked.get(contract.prefix, 0) + 1
        for violation in judge(openapi, contract, exchange):
            if not any(re.search(one.pattern, violation) for one in contract.departures):
                yield violation


def judge(openapi: OpenAPI, contract: Contract, exchange: Exchange) -> Iterator[str]:
    """Every violation, departures included."""
    headers = {name.title(): value for name, value in exchange.headers.items()}
    request = MockRequest(
        HOST,
        exchange.method,
        exchange.path,
        headers=headers,
        data=exchange.body,
        content_type=_media_type(exchange.headers.get("content-type", "application/json")),
    )
    request.parameters.query = ImmutableMultiDict(parse_qsl(exchange.query, keep_blank_values=True))
    for error in openapi.iter_request_errors(request):
        if exchange.status != 401 or "Security" not in type(error).__name__:
            yield from _words("request", error)
    if exchange.status == 429 or exchange.status >= 500:
        return
    response = MockResponse(
        exchange.response_body,
        exchange.status,
        headers=exchange.response_headers,
        content_type=_media_type(exchange.response_headers.get("content-type", "")),
    )
    if contract.has_responses:
        for error in openapi.iter_response_errors(request, response):
            yield from _words("response", error)


def _media_type(content_type: str) -> str:
    return content_type.split(";")[0].strip()


def _words(side: str, error: BaseException) -> Iterator[str]:
    """One line an error: where it is in the document and what is wrong there."""
    cause: BaseException | None = error
    while cause is not None:
        problems = list(getattr(cause, "schema_errors", ()))
        if problems:
            name = getattr(error, "name", "")
            for problem in problems:
                path = ".".join(str(part) for part in problem.path) or name or "."
                where = f"{name}: " if name and problem.path else ""
                yield f"{side}: {where}{path}: {problem.message}"
            return
        cause = cause.__cause__
    yield f"{side}: {type(error).__name__}: {error.__cause__ or error}"
