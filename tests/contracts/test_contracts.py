"""The stand-ins speak as the vendors' documents say, and the judge of that can say no.

Each case is one exchange that a connector or a destination has with a vendor. It must conform; and
the same exchange with one value broken must be refused, because a validator that cannot compile a
schema accepts anything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.servers.faults import Exchange
from tests.contracts.conftest import StandIns
from tests.contracts.oracle import CONTRACTS, Oracle, specs_folder

SEARCH = {
    "searchCriteria[filterGroups][0][filters][0][field]": "updated_at",
    "searchCriteria[filterGroups][0][filters][0][value]": "2026-01-01 00:00:00",
    "searchCriteria[filterGroups][0][filters][0][conditionType]": "gteq",
    "searchCriteria[pageSize]": "5",
}
ALL = {"searchCriteria[pageSize]": "100"}


@dataclass(frozen=True)
class Case:
    """An exchange: how to have it, and a path in its answer or its request to break."""

    vendor: str
    method: str
    path: str
    request: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    break_answer: tuple[Any, ...] = ()
    break_request: tuple[Any, ...] = ()
    before: tuple[str, str, dict[str, Any]] | None = None

    def __str__(self) -> str:
        return f"{self.vendor} {self.method} {self.path} {self.status}"


CONTACT = {
    "email": "ann@example.fr",
    "firstname": "Ann",
    "language": "fr",
    "cellphone": "+33612345670",
    "custom_fields": [{"id": 0, "name": "customer_key", "value": "C1"}],
    "lists": [{"id": 1}],
}
CARD = {
    "first_name": "Ann",
    "consents": [
        {"channel": "sms", "is_granted": True, "collected_at": "2026-03-01T10:00:00Z"},
    ],
    "attributes": {"revenue_12_months": 120.5, "is_vip": False, "segment": None},
    "visible_in_stores": ["PAR01"],
}
BREVO_CONTACT = {
    "email": "ann@example.fr",
    "ext_id": "C1",
    "attributes": {"FIRSTNAME": "Ann"},
    "listIds": [1],
    "updateEnabled": True,
}
BREVO_CREATE = ("POST", "/contacts", {"json": BREVO_CONTACT})
PROFILE = {
    "type": "profile",
    "attributes": {
        "email": "ann@example.fr",
        "external_id": "C1",
        "first_name": "Ann",
        "properties": {"is_vip": True},
    },
}
IMPORT = {
    "type": "profile-bulk-import-job",
    "attributes": {"profiles": {"data": [PROFILE]}},
}
AUDIENCE = {
    "destinations": [
        {
            "operatingAccount": {"accountType": "GOOGLE_ADS", "accountId": "1"},
            "productDestinationId": "42",
        }
    ],
    "audienceMembers": [{"userData": {"userIdentifiers": [{"emailAddress": "ab" * 32}]}}],
    "consent": {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"},
    "encoding": "HEX",
    "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"},
}
REMOVAL = ("destinations", "audienceMembers", "encoding")
CASES = [
    Case(
        "magento",
        "GET",
        "/V1/customers/search",
        {"params": SEARCH},
        break_answer=("items", 0, "id"),
    ),
    Case("magento", "GET", "/V1/customers/2", break_answer=("email",)),
    Case("magento", "GET", "/V1/customers/99", status=404, break_answer=("message",)),
    Case("magento", "GET", "/V1/orders", {"params": SEARCH}, break_answer=("items", 0, "items")),
    Case("magento", "GET", "/V1/orders/3", break_answer=("billing_address", "street")),
    Case("magento", "GET", "/V1/creditmemos", {"params": SEARCH}, break_answer=("total_count",)),
    Case(
        "magento",
        "GET",
        "/V1/carts/search",
        {"params": SEARCH},
        break_answer=("items", 0, "items", 0, "qty"),
    ),
    Case(
        "magento",
        "GET",
        "/V1/products",
        {"params": SEARCH},
        break_answer=("items", 0, "extension_attributes", "category_links", 0, "category_id"),
    ),
    Case("magento", "GET", "/V1/categories", break_answer=("children_data", 0, "is_active")),
    Case(
        "magento", "GET", "/V1/categories/list", {"params": ALL}, break_answer=("items", 0, "path")
    ),
    Case("magento", "GET", "/V1/store/storeViews", break_answer=(0, "code")),
    Case("magento", "GET", "/V1/store/storeConfigs", break_answer=(0, "timezone")),
    Case(
        "magento",
        "POST",
        "/V1/integration/admin/token",
        {"json": {"username": "sandbox", "password": "sandbox-magento-password"}},
        break_answer=(),
        break_request=("username",),
    ),
    Case("splio", "GET", "/ping"),
    Case("splio", "GET", "/universes/unique-key"),
    Case("splio", "GET", "/data/fields/contacts"),
    Case(
        "splio",
        "POST",
        "/data/fields",
        {"json": {"scope": "contacts", "name": "is_vip", "type": "text"}},
        201,
        break_request=("type",),
    ),
    Case("splio", "GET", "/data/contacts", {"params": {"per_page": 5, "page_number": 2}}),
    Case("splio", "GET", "/data/contacts/K2"),
    Case(
        "splio",
        "POST",
        "/data/contacts",
        {"json": CONTACT},
        201,
        break_request=("custom_fields", 0, "value"),
    ),
    Case(
        "splio",
        "POST",
        "/data/contacts/bulk",
        {"json": {"contacts": [CONTACT]}},
        207,
        break_request=("contacts", 0, "custom_fields", 0, "id"),
    ),
    Case(
        "splio",
        "PATCH",
        "/data/contacts/K2",
        {"json": {"firstname": "Ann", "key": "unique_key"}},
        break_request=("firstname",),
    ),
    Case("splio", "DELETE", "/data/contacts/K2", status=204),
    Case(
        "splio",
        "DELETE",
        "/data/contacts/bulk",
        {"json": {"contacts": ["K2", "lost"]}},
        207,
        break_request=("contacts",),
    ),
    Case(
        "splio",
        "POST",
        "/data/contacts/optout",
        {"json": {"contacts": ["K2"]}},
        207,
        break_request=("contacts",),
    ),
    Case(
        "splio",
        "POST",
        "/data/contacts/K2/lists/unsubscribe",
        {"json": {"list_ids": [1]}},
        break_request=("list_ids", 0),
    ),
    Case("splio", "GET", "/data/contacts/K2/activities", {"params": {"channel": "email"}}),
    Case("splio", "GET", "/data/v1/lists"),
    Case("splio", "GET", "/data/blacklists/emails", {"params": {"per_page": 1000}}),
    Case("splio", "GET", "/data/blacklists/cellphones", {"params": {"source": "stop"}}),
    Case(
        "splio",
        "POST",
        "/data/blacklists/email",
        {"json": {"data": ["a@example.fr"]}},
        break_request=("data", 0),
    ),
    Case(
        "splio",
        "POST",
        "/target/groups",
        {"json": {"name": "VIP", "keys": ["K1", "lost"]}},
        201,
        break_request=("name",),
    ),
    Case(
        "splio",
        "POST",
        "/target/groups/1/add",
        {"json": {"keys": ["K2"]}},
        break_request=("keys",),
        before=("POST", "/target/groups", {"json": {"name": "VIP"}}),
    ),
    Case(
        "splio",
        "POST",
        "/events/bulk",
        {
            "json": {
                "events": [
                    {
                        "channel": "email",
                        "event": "click",
                        "individual_id": "K1",
                        "value_date": "2026-03-01 10:00:00",
                        "ext_id": "1",
                        "ext_provider": "orfevre",
                    }
                ]
            }
        },
        break_request=("events", 0, "channel"),
    ),
    Case(
        "clientela",
        "GET",
        "/customers",
        {"params": {"limit": 3, "updated_since": "2026-01-01T00:00:00Z"}},
        break_answer=("customers", 0, "consents", 0, "is_granted"),
    ),
    Case("clientela", "GET", "/customers/2", break_answer=("version",)),
    Case("clientela", "GET", "/customers/lost", status=404, break_answer=("error", "code")),
    Case(
        "clientela",
        "PUT",
        "/customers/C1",
        {"json": CARD},
        201,
        break_answer=("updated_at",),
        break_request=("consents", 0, "channel"),
    ),
    Case(
        "clientela",
        "PUT",
        "/customers/2",
        {"json": {"first_name": "Ann"}, "headers": {"If-Match": '"7"'}},
        409,
        break_answer=("error", "current_version"),
        break_request=("first_name",),
    ),
    Case("clientela", "DELETE", "/customers/2", status=204),
    Case(
        "clientela",
        "POST",
        "/customers:batch",
        {
            "json": {
                "items": [
                    {"external_id": "C1", "card": CARD},
                    {"external_id": "lost", "operation": "delete"},
                ]
            }
        },
        207,
        break_answer=("items", 0, "status"),
        break_request=("items", 0, "external_id"),
    ),
    Case(
        "clientela",
        "POST",
        "/customers/2/merge",
        {"json": {"into": "4"}},
        break_answer=("card_id",),
        break_request=("into",),
    ),
    *(
        Case("clientela", "GET", f"/{name}", break_answer=(name, 0, "updated_at"))
        for name in ("appointments", "wish_list_items", "order_preparations")
    ),
    Case("sms", "GET", "/Messages.json", break_answer=("messages", 0, "sid")),
    Case(
        "sms",
        "GET",
        "/Messages.json",
        {"params": {"PageSize": 3, "DateSent>": "2026-03-01"}},
        break_answer=("messages", 0, "status"),
    ),
    Case("sms", "GET", f"/Messages/SM{1:032x}.json", break_answer=("error_code",)),
    Case(
        "sms",
        "POST",
        "/Messages.json",
        {"data": {"To": "+33612345671", "From": "+33700000036", "Body": "Ventes privées"}},
        201,
        break_answer=("direction",),
    ),
    Case(
        "zendesk",
        "GET",
        "/incremental/tickets/cursor",
        {"params": {"start_time": 0}},
        break_answer=("tickets", 0, "requester_id"),
    ),
    Case(
        "zendesk",
        "GET",
        "/incremental/users/cursor",
        {"params": {"start_time": 0, "per_page": 3}},
        break_answer=("users", 0, "name"),
    ),
    Case(
        "brevo",
        "POST",
        "/contacts",
        {"json": BREVO_CONTACT},
        201,
        break_answer=("id",),
        break_request=("email",),
    ),
    Case(
        "brevo",
        "GET",
        "/contacts",
        {"params": {"limit": 1000}},
        break_answer=("contacts", 0, "emailBlacklisted"),
        before=BREVO_CREATE,
    ),
    Case(
        "brevo",
        "GET",
        "/contacts/ann@example.fr",
        break_answer=("listIds",),
        before=BREVO_CREATE,
    ),
    Case(
        "brevo",
        "PUT",
        "/contacts/ann@example.fr",
        {"json": {"attributes": {"FIRSTNAME": "Zoé"}}},
        204,
        break_request=("attributes",),
        before=BREVO_CREATE,
    ),
    Case("brevo", "DELETE", "/contacts/ann@example.fr", status=204, before=BREVO_CREATE),
    Case("brevo", "GET", "/contacts/lost@example.fr", status=404, break_answer=("code",)),
    Case("brevo", "GET", "/contacts/attributes", break_answer=("attributes", 0, "name")),
    Case(
        "brevo",
        "POST",
        "/contacts/attributes/normal/IS_VIP",
        {"json": {"type": "boolean"}},
        201,
        break_request=("type",),
    ),
    Case(
        "brevo",
        "POST",
        "/contacts/import",
        {"json": {"fileBody": "EMAIL;FIRSTNAME\nann@example.fr;Ann", "listIds": [1]}},
        202,
        break_answer=("processId",),
        break_request=("listIds", 0),
    ),
    Case(
        "brevo",
        "GET",
        "/processes/1",
        break_answer=("status",),
        before=("POST", "/contacts/import", {"json": {"fileBody": "EMAIL\na@b.fr"}}),
    ),
    Case(
        "brevo",
        "POST",
        "/contacts/lists/1/contacts/add",
        {"json": {"emails": ["ann@example.fr"]}},
        201,
        break_answer=("contacts", "success"),
        break_request=("emails",),
        before=BREVO_CREATE,
    ),
    Case(
        "klaviyo",
        "POST",
        "/profile-import",
        {"json": {"data": PROFILE}},
        201,
        break_answer=("data", "type"),
        break_request=("data", "attributes", "email"),
    ),
    Case(
        "klaviyo",
        "POST",
        "/profile-bulk-import-jobs",
        {"json": {"data": IMPORT}},
        202,
        break_answer=("data", "attributes", "status"),
        break_request=("data", "attributes", "profiles", "data", 0, "type"),
    ),
    Case(
        "klaviyo",
        "GET",
        "/profiles",
        {"params": {"filter": 'equals(email,"ann@example.fr")'}},
        break_answer=("data", 0, "attributes", "external_id"),
        before=("POST", "/profile-import", {"json": {"data": PROFILE}}),
    ),
    Case(
        "klaviyo",
        "POST",
        "/profile-suppression-bulk-create-jobs",
        {
            "json": {
                "data": {
                    "type": "profile-suppression-bulk-create-job",
                    "attributes": {
                        "profiles": {
                            "data": [{"type": "profile", "attributes": {"email": "ann@example.fr"}}]
                        }
                    },
                }
            }
        },
        202,
        break_answer=("data", "id"),
        break_request=("data", "type"),
    ),
    Case(
        "google",
        "POST",
        "/v1/audienceMembers:ingest",
        {"json": AUDIENCE},
        break_answer=("requestId",),
        break_request=("audienceMembers", 0, "userData"),
    ),
    Case(
        "google",
        "POST",
        "/v1/audienceMembers:remove",
        {"json": {name: AUDIENCE[name] for name in REMOVAL}},
        break_answer=("requestId",),
        break_request=("encoding",),
    ),
    Case("web", "GET", "/events", break_answer=("events", 0, "visitor_id")),
    Case("web", "GET", "/reviews", {"params": {"limit": 3}}, break_answer=("reviews", 0, "rating")),
]
OURS = {"clientela", "web"}


@pytest.fixture(autouse=True)
def _needs_documents(request: pytest.FixtureRequest) -> None:
    case = request.node.callspec.params.get("case") if hasattr(request.node, "callspec") else None
    if specs_folder() is None and (case is None or case.vendor not in OURS):
        pytest.skip("the vendors' OpenAPI documents are not here (ORFEVRE_SPECS)")


def have(case: Case, stand_ins: StandIns) -> Exchange:
    """Have the exchange and return its record."""
    client = stand_ins.client(case.vendor)
    if case.before:
        method, path, arguments = case.before
        client.request(method, path, **arguments).raise_for_status()
    response = client.request(case.method, case.path, **case.request)
    assert response.status_code == case.status, response.text
    return stand_ins.exchanges[-1]


def broken(raw: bytes, path: tuple[Any, ...]) -> bytes:
    """The JSON with the value at `path` replaced by one of another type."""
    document = json.loads(raw)
    holder: Any = {"": document}
    for step in ("", *path[:-1]):
        holder = holder[step]
    old = holder[path[-1]]
    holder[path[-1]] = {"unexpected": []} if not isinstance(old, dict) else "unexpected"
    return json.dumps(document).encode()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_exchange_conforms_and_the_same_one_broken_does_not(
    case: Case, stand_ins: StandIns
) -> None:
    exchange = have(case, stand_ins)
    oracle = Oracle()
    assert oracle(exchange) == []
    assert sum(oracle.checked.values()) == 1
    if case.break_answer:
        answer = broken(exchange.response_body, case.break_answer)
        assert oracle(replace(exchange, response_body=answer))
    if case.break_request:
        body = broken(exchange.body, case.break_request)
        assert oracle(replace(exchange, body=body))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_without_its_credentials_a_request_is_refused_by_both(
    case: Case, stand_ins: StandIns
) -> None:
    exchange = have(case, stand_ins)
    if exchange.path.endswith("/integration/admin/token"):
        return
    secrets = ("authorization", "api-key")
    bare = {name: value for name, value in exchange.headers.items() if name not in secrets}
    assert any("Security" in one for one in Oracle()(replace(exchange, headers=bare)))
    url = f"{stand_ins.environment['SANDBOX_URL']}{exchange.path}?{exchange.query}"
    refused = httpx.request(case.method, url, content=exchange.body, headers=bare)
    assert refused.status_code == 401


@pytest.mark.parametrize("prefix", [contract.prefix for contract in CONTRACTS])
def test_an_endpoint_that_no_document_knows_is_a_violation(prefix: str) -> None:
    exchange = Exchange("GET", f"{prefix}/no/such/endpoint", "", {}, b"", 200, {}, b"{}")
    assert any("PathNotFound" in one for one in Oracle()(exchange))


@pytest.mark.parametrize(
    ("vendor", "query"),
    [
        ("magento", "searchCriteria[pageSize]=abc"),
        ("zendesk", "per_page=3"),
        ("sms", "PageSize=0"),
        ("web", "limit=0"),
        ("splio", "per_page=1001"),
    ],
)
def test_a_wrong_query_is_a_violation(vendor: str, query: str, stand_ins: StandIns) -> None:
    case = next(
        one for one in CASES if one.vendor == vendor and one.method == "GET" and one.request
    )
    exchange = have(case, stand_ins)
    assert Oracle()(exchange) == []
    assert Oracle()(replace(exchange, query=query))


def test_documents_absent_are_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORFEVRE_SPECS", str(tmp_path / "nowhere"))
    assert specs_folder() is None
