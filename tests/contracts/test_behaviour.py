"""What no OpenAPI document says: paging, limits, traps, faults, state that survives."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox import servers
from sandbox.servers.brevo import Brevo
from sandbox.servers.clientela import Clientela
from sandbox.servers.klaviyo import Klaviyo
from sandbox.servers.splio import Splio
from sandbox.servers.store import TIME_FORMAT, Systems
from tests.contracts.conftest import LOGINS, UNLIMITED, StandIns
from tests.contracts.oracle import ROOT
from tests.contracts.world import fill

BY_ID = {
    "searchCriteria[sortOrders][0][field]": "id",
    "searchCriteria[sortOrders][0][direction]": "ASC",
    "searchCriteria[pageSize]": "3",
}


def customers(stand_ins: StandIns, **criteria: str) -> list[int]:
    params = {f"searchCriteria[{name}]": value for name, value in criteria.items()}
    response = stand_ins.client("magento").get("/V1/customers/search", params={**BY_ID, **params})
    assert response.json()["total_count"] == 7
    return [item["id"] for item in response.json()["items"]]


def test_magento_repeats_the_last_page_after_the_end(stand_ins: StandIns) -> None:
    assert customers(stand_ins, currentPage="1") == [1, 2, 3]
    assert customers(stand_ins, currentPage="0") == [1, 2, 3]
    assert customers(stand_ins, currentPage="3") == [7]
    assert customers(stand_ins, currentPage="99") == [7]


def test_magento_promises_no_order_and_no_page_size(stand_ins: StandIns) -> None:
    pages = [
        [item["id"] for item in stand_ins.client("magento").get(url).json()["items"]]
        for url in ["/V1/customers/search?searchCriteria="] * 2
    ]
    assert pages[0] != pages[1]
    assert sorted(pages[0]) == sorted(pages[1]) == [1, 2, 3, 4, 5, 6, 7]


def test_magento_filters_groups_and_fields(stand_ins: StandIns) -> None:
    name = "searchCriteria[filter_groups][{}][filters][{}][{}]"
    tests = [
        (0, 0, "updated_at", "2026-03-03 00:00:00", "gteq"),
        (1, 0, "id", "4", "lteq"),
        (1, 1, "id", "6,7", "in"),
        (2, 0, "email", "client%@example.fr", "like"),
    ]
    params = {"searchCriteria[pageSize]": "9", "fields": "items[id,addresses[city]],total_count"}
    for group, position, field, value, condition in tests:
        params[name.format(group, position, "field")] = field
        params[name.format(group, position, "value")] = value
        params[name.format(group, position, "condition_type")] = condition
    body = stand_ins.client("magento").get("/V1/customers/search", params=params).json()
    assert body.keys() == {"items", "total_count"}
    assert sorted(item["id"] for item in body["items"]) == [3, 4, 6, 7]
    assert body["items"][0]["addresses"] == [{"city": "Nice"}]


def test_magento_leaves_nulls_out_but_for_declared_getters(stand_ins: StandIns) -> None:
    order = stand_ins.client("magento").get("/V1/orders/2").json()
    assert "coupon_code" not in order and "customer_dob" not in order
    assert order["billing_address"]["postcode"] is None
    assert order["payment"]["cc_last4"] is None
    parent, child = order["items"]
    assert child["parent_item_id"] == parent["item_id"]
    assert "row_total_incl_tax" in parent and "row_total_incl_tax" not in child


def test_splio_has_no_upsert_and_answers_by_item(stand_ins: StandIns) -> None:
    splio = stand_ins.client("splio")
    contact = {"custom_fields": [{"id": 0, "value": "K1"}]}
    assert splio.post("/data/contacts", json=contact).status_code == 400
    assert splio.patch("/data/contacts/lost", json={}).status_code == 404
    new = {"custom_fields": [{"id": 0, "value": "new/1@x"}], "firstname": "Zoé"}
    wrong = {"custom_fields": [{"id": 0, "value": "w"}], "email": "nobody"}
    bulk = splio.post("/data/contacts/bulk", json={"contacts": [contact, new, wrong]})
    assert bulk.status_code == 207 and bulk.json()["errors"] == 2
    assert [item["code"] for item in bulk.json()["items"]] == [400, 201, 400]
    assert splio.get("/data/contacts/new%2F1%40x").json()["firstname"] == "Zoé"
    number = {"custom_fields": [{"id": 0, "name": "customer_key", "value": 5}]}
    assert (
        splio.patch("/data/contacts/K1", json=number).json()["errors"][0]["error"] == "wrong_type"
    )
    unknown = {"custom_fields": [{"id": 77, "value": "x"}]}
    assert splio.patch("/data/contacts/K1", json=unknown).status_code == 400
    lists = splio.patch("/data/contacts/K1", json={"lists": [{"id": 2}]}).json()["lists"]
    assert lists == [{"id": 2, "name": "SMS"}]


def test_splio_limits_requests_and_says_when_to_come_back(tmp_path: Path) -> None:
    with servers.running(tmp_path, settings={"SPLIO_REQUESTS_PER_SECOND": "5"}) as environment:
        splio = LOGINS["splio"](environment)
        answers = [splio.get("/data/contacts") for _ in range(60)]
        refused = [one for one in answers if one.status_code == 429]
        assert refused and len(answers) - len(refused) >= 5
        assert refused[0].json() == {"message": "API rate limit exceeded"}
        assert "retry-after" not in refused[0].headers
        time.sleep(float(refused[0].headers["rateLimit-reset"]))
        assert splio.get("/data/contacts").status_code == 200


def test_splio_pages_are_counted(stand_ins: StandIns) -> None:
    pages = [
        stand_ins.client("splio").get("/data/contacts", params={"per_page": 3, "page_number": n})
        for n in (1, 2, 3, 4)
    ]
    assert [len(page.json()["elements"]) for page in pages] == [3, 3, 1, 0]
    assert {page.json()["count_element"] for page in pages} == {7}
    params = {
        "fields[0][key]": "email",
        "fields[0][operator]": "starts",
        "fields[0][value]": "client7",
    }
    found = stand_ins.client("splio").get("/data/contacts", params=params).json()
    assert [contact["id"] for contact in found["elements"]] == [7]


def test_splio_blacklists_answer_200_207_or_400(stand_ins: StandIns) -> None:
    splio, path = stand_ins.client("splio"), "/data/blacklists/cellphone"
    codes = [
        splio.post(path, json={"data": data}).status_code
        for data in (["+33612345671"], ["06 12 34 56 71", "+33612345672"], ["0033612345672"])
    ]
    assert codes == [200, 207, 400]
    held = splio.get("/data/blacklists/cellphones").json()["elements"]
    assert sorted(row["number"] for row in held) == ["33612345671", "33612345672"]
    reached = stand_ins.admin("GET", "/splio/audience", params={"list": 1, "channel": "sms"}).json()
    assert reached == ["K3", "K4", "K5", "K6", "K7"]


@pytest.mark.parametrize(
    ("vendor", "path", "rows", "key"),
    [
        ("clientela", "/customers", "customers", "card_id"),
        ("clientela", "/wish_list_items", "wish_list_items", "wish_list_item_id"),
        ("web", "/events", "events", "event_id"),
        ("web", "/reviews", "reviews", "review_id"),
    ],
)
def test_a_cursor_reads_every_row_once(
    vendor: str, path: str, rows: str, key: str, stand_ins: StandIns
) -> None:
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = stand_ins.client(vendor).get(path, params=params).json()
        seen += [row[key] for row in page[rows]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 7


def test_zendesk_ends_its_stream_and_goes_on_from_its_cursor(stand_ins: StandIns) -> None:
    zendesk, path = stand_ins.client("zendesk"), "/incremental/tickets/cursor"
    page = zendesk.get(path, params={"start_time": 0, "per_page": 3}).json()
    seen = [ticket["id"] for ticket in page["tickets"]]
    params = {"start_time": 0, "per_page": 3}
    while not page["end_of_stream"]:
        assert page["after_url"].endswith(page["after_cursor"])
        page = zendesk.get(path, params={**params, "cursor": page["after_cursor"]}).json()
        seen += [ticket["id"] for ticket in page["tickets"]]
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    edit = {"table": "zendesk_tickets", "key": {"id": 2}, "changes": {"status": "solved"}}
    assert stand_ins.admin("POST", "/edit", json=edit).json() == {"changed": 1}
    later = zendesk.get(path, params={**params, "cursor": page["after_cursor"]}).json()
    assert [(ticket["id"], ticket["status"]) for ticket in later["tickets"]] == [(2, "solved")]


def test_zendesk_allows_ten_exports_a_minute(tmp_path: Path) -> None:
    with servers.running(tmp_path, settings={}) as environment:
        client = LOGINS["zendesk"](environment)
        answers = [
            client.get("/incremental/users/cursor", params={"start_time": 0}) for _ in range(21)
        ]
    refused = [one for one in answers if one.status_code == 429]
    assert refused and 1 <= int(refused[0].headers["retry-after"]) <= 60


def test_sms_pages_are_stable_while_messages_arrive(stand_ins: StandIns) -> None:
    sms, root = stand_ins.client("sms"), stand_ins.environment["SMS_URL"]
    page = sms.get("/Messages.json", params={"PageSize": 3}).json()
    seen = [message["sid"] for message in page["messages"]]
    while page["next_page_uri"]:
        form = {"To": "+33612345671", "From": "+33700000036", "Body": "Soldes"}
        assert sms.post("/Messages.json", data=form).status_code == 201
        page = sms.get(root + page["next_page_uri"]).json()
        seen += [message["sid"] for message in page["messages"]]
    assert len(seen) == len(set(seen)) == 7
    form = {"To": "+33612345677", "From": "+33700000036", "Body": "Soldes"}
    assert sms.post("/Messages.json", data=form).json()["code"] == 21610
    delivered = sms.get("/Messages.json", params={"To": "+33612345671"}).json()["messages"]
    assert {message["status"] for message in delivered} == {"delivered"}


@pytest.mark.parametrize(
    ("tool", "table", "column", "write"),
    [
        (
            Clientela,
            "clientela_customers",
            "updated_at",
            lambda tool, n: tool.upsert(f"C{n}", {"first_name": "Ann"}, None),
        ),
        (
            Splio,
            "splio_contacts",
            "creation_date",
            lambda tool, n: tool.create({"custom_fields": [{"id": 0, "value": f"C{n}"}]}),
        ),
        (
            Splio,
            "splio_blacklisted_emails",
            "creation_date",
            lambda tool, n: tool.blacklist("email", f"ann{n}@example.fr", "unsub"),
        ),
        (
            Brevo,
            "brevo_contacts",
            "modified_at",
            lambda tool, n: tool.save({"email": f"ann{n}@example.fr"}),
        ),
        (
            Klaviyo,
            "klaviyo_profiles",
            "updated",
            lambda tool, n: tool.save(klaviyo_profile(f"ann{n}@example.fr")),
        ),
    ],
)
def test_many_rows_are_stamped_with_the_clock(
    tmp_path: Path, tool: Any, table: str, column: str, write: Callable[[Any, int], Any]
) -> None:
    """In UTC and not ahead of it, however many are written a second."""
    systems = Systems(tmp_path)
    asked = tool(systems)
    before = datetime.now(UTC).strftime(TIME_FORMAT)
    for n in range(100):
        write(asked, n)
    times = [row[column] for row in systems.rows(f"select {column} from {table}")]
    assert len(times) == 100
    assert before <= min(times) <= max(times) <= datetime.now(UTC).strftime(TIME_FORMAT)


def klaviyo_profile(email: str) -> dict[str, Any]:
    return {"type": "profile", "attributes": {"email": email}}


def test_klaviyo_never_gives_an_id_again(stand_ins: StandIns) -> None:
    """Neither a living profile's nor an erased one's, however soon after the erasure."""
    klaviyo = stand_ins.client("klaviyo")
    ids = []
    for name in ("ann", "ben", "cleo", "dan"):
        profile = klaviyo_profile(f"{name}@example.fr")
        made = klaviyo.post("/profile-import", json={"data": profile})
        assert made.status_code == 201
        ids.append(made.json()["data"]["id"])
        if name != "ann":
            attributes = {"profile": {"data": profile}}
            data = {"type": "data-privacy-deletion-job", "attributes": attributes}
            assert klaviyo.post("/data-privacy-deletion-jobs", json={"data": data}).is_success
    assert len(set(ids)) == 4


def test_brevo_and_splio_never_give_an_id_again(stand_ins: StandIns) -> None:
    brevo, splio = stand_ins.client("brevo"), stand_ins.client("splio")
    ids, splio_ids, fields = [], [], []
    for name in ("ann", "ben"):
        email = f"{name}@example.fr"
        ids.append(brevo.post("/contacts", json={"email": email}).json()["id"])
        assert brevo.delete(f"/contacts/{email}").is_success
        key = {"id": 0, "value": name}
        made = splio.post("/data/contacts", json={"email": email, "custom_fields": [key]})
        assert made.status_code == 201
        splio_ids.append(splio.get(f"/data/contacts/{name}").json()["id"])
        assert splio.delete(f"/data/contacts/{name}").is_success
        field = {"scope": "contacts", "name": name, "type": "text"}
        fields.append(splio.post("/data/fields", json=field).json()["id"])
        assert splio.delete(f"/data/fields/contacts/{fields[-1]}").is_success
    assert all(len(set(given)) == 2 for given in (ids, splio_ids, fields))


def test_clientela_versions_and_links(stand_ins: StandIns) -> None:
    clientela = stand_ins.client("clientela")
    linked = clientela.put("/customers/C3", json={"card_id": "card-3", "first_name": "Ann"})
    assert linked.status_code == 200 and linked.json()["version"] == 2
    again = clientela.put("/customers/C3", json={"first_name": "Ann"})
    assert again.json()["version"] == 2
    assert clientela.put("/customers/C4", json={"card_id": "card-3"}).status_code == 409
    stale = clientela.put("/customers/C3", json={"title": "Mme"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 409 and stale.json()["error"]["current_version"] == 2
    only_new = clientela.put("/customers/C3", json={}, headers={"If-None-Match": "*"})
    assert only_new.status_code == 409
    merged = clientela.post("/customers/C3/merge", json={"into": "2"}).json()
    assert merged["external_id"] == "2"
    wishes = clientela.get("/wish_list_items").json()["wish_list_items"]
    assert Counter(wish["card_id"] for wish in wishes)["card-2"] == 2
    too_many = {"items": [{"external_id": str(n), "card": {}} for n in range(501)]}
    assert clientela.post("/customers:batch", json=too_many).status_code == 400


def test_asynchronous_jobs_tell_each_row(stand_ins: StandIns) -> None:
    brevo = stand_ins.client("brevo")
    body = {"fileBody": "EMAIL;FIRSTNAME\na@example.fr;Zoé\nnobody;Ann", "listIds": [1]}
    job = brevo.post("/contacts/import", json=body).json()["processId"]
    states = [brevo.get(f"/processes/{job}").json() for _ in range(3)]
    assert [state["status"] for state in states] == ["queued", "in_process", "completed"]
    assert httpx.get(states[2]["export_url"]).text.splitlines() == [
        "row;contact;code;message",
        "2;nobody;invalid_parameter;email is not valid",
    ]
    assert brevo.get("/contacts/a@example.fr").json()["attributes"] == {"FIRSTNAME": "Zoé"}

    klaviyo = stand_ins.client("klaviyo")
    people = [{"type": "profile", "attributes": {"email": email}} for email in ("a@b.fr", "no")]
    attributes = {"profiles": {"data": people}}
    data = {"type": "profile-bulk-import-job", "attributes": attributes}
    job = klaviyo.post("/profile-bulk-import-jobs", json={"data": data}).json()["data"]["id"]
    states = [klaviyo.get(f"/profile-bulk-import-jobs/{job}").json() for _ in range(2)]
    assert states[1]["data"]["attributes"]["failed_count"] == 1
    (error,) = klaviyo.get(f"/profile-bulk-import-jobs/{job}/import-errors").json()["data"]
    pointer = "/data/attributes/profiles/data/1/attributes/email"
    assert error["attributes"]["source"]["pointer"] == pointer

    sfmc, path = stand_ins.client("sfmc"), "/data/v1/async/dataextensions/key:{}/rows"
    items = [{"customer_key": "a", "city": "Nîmes"}, {"city": "Lyon"}]
    assert sfmc.put(path.format("unknown"), json={"items": items}).status_code == 400
    job = sfmc.put(path.format("orfevre_customers"), json={"items": items}).json()["requestId"]
    states = [sfmc.get(f"/data/v1/async/{job}/status").json()["status"] for _ in range(2)]
    assert [state["requestStatus"] for state in states] == ["Pending", "Complete"]
    rows = sfmc.get(f"/data/v1/async/{job}/results").json()["items"]
    assert [row["status"] for row in rows] == ["OK", "Error"]


def test_audiences_count_what_they_do_not_take(stand_ins: StandIns) -> None:
    digest = "ab" * 32
    meta = stand_ins.client("meta")
    payload = {"schema": ["EXTERN_ID", "EMAIL"], "data": [["a", digest], ["b", "plain@x.fr"]]}
    path = f"/{stand_ins.environment['META_AUDIENCE_ID']}/users"
    said = meta.post(path, json={"payload": payload}).json()
    assert (said["num_received"], said["num_invalid_entries"]) == (2, 1)

    google = stand_ins.client("google")
    people = [{"userData": {"userIdentifiers": [{"emailAddress": one}]}} for one in (digest, "x@y")]
    body = {
        "destinations": [{"productDestinationId": "1"}],
        "audienceMembers": people,
        "consent": {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"},
        "encoding": "HEX",
        "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"},
    }
    request = google.post("/v1/audienceMembers:ingest", json=body).json()
    url = "/v1/requestStatus:retrieve"
    states = [google.get(url, params=request).json() for _ in range(2)]
    first, second = (state["requestStatusPerDestination"][0] for state in states)
    assert first["requestStatus"] == "PROCESSING"
    assert second["requestStatus"] == "PARTIAL_SUCCESS"
    assert second["errorInfo"]["errorCounts"][0]["recordIndices"] == [1]
    refusal = {**body, "consent": {}}
    request = google.post("/v1/audienceMembers:ingest", json=refusal).json()
    state = [google.get(url, params=request).json() for _ in range(2)][1]
    assert state["requestStatusPerDestination"][0]["requestStatus"] == "FAILED"


def test_the_endpoint_writes_once_for_an_idempotency_key(stand_ins: StandIns) -> None:
    sink, headers = stand_ins.client("sink"), {"Idempotency-Key": "1"}
    for body in ([{"key": "a", "n": 1}, {"n": 2}], [{"key": "a", "n": 9}]):
        assert sink.post("/people", json=body, headers=headers).status_code == 207
    assert sink.get("/people").json() == {"a": {"key": "a", "n": 1}}
    assert [sink.delete("/people/a").status_code for _ in range(2)] == [200, 404]


@pytest.mark.parametrize(
    ("name", "content", "status", "accepted"),
    [
        (
            "horizon_contacts_1.csv",
            "customer_key;email;cellphone;subscriptions\nK1;n@x.fr;0033612345679;2\nD1;d@x.fr;;1\n",
            "done",
            2,
        ),
        ("horizon_contacts_1.csv", "customer_key;email\nD1;Up@x.fr\nD2;d@x.fr\n", "done", 1),
        ("horizon_contacts_1.csv", "customer_key;cellphone\nD1;+33612345679\n", "done", 0),
        ("horizon_contacts_1.csv", "\ufeffcustomer_key;email\nD1;d@x.fr\n", "refused", 0),
        ("horizon_contacts_1.csv", "customer_key;shoe_size\nD1;38\n", "refused", 0),
        ("horizon_contacts_1.csv", "email\nd@x.fr\n", "refused", 0),
        ("contacts.csv", "customer_key\nD1\n", "refused", 0),
        ("horizon_contacts_1.csv", "customer_key\n" + "D\n" * 200_001, "refused", 0),
        ("horizon_deletion_1.csv", "customer_key\nK1\nlost\n", "done", 1),
    ],
)
def test_datahub_takes_or_refuses_a_file(
    name: str, content: str, status: str, accepted: int, stand_ins: StandIns
) -> None:
    folder = Path(stand_ins.environment["SPLIO_DATAHUB_FOLDER"])
    folder.mkdir()
    (folder / name).write_text(content, encoding="utf-8")
    (report,) = stand_ins.admin("POST", "/splio/datahub").json()
    assert (report["status"], report["accepted"]) == (status, accepted), report
    assert (folder / status / name).exists() and not (folder / name).exists()
    written = json.loads((folder / "reports" / f"{name}.json").read_text(encoding="utf-8"))
    assert written == report


GONE = (httpx.ReadError, httpx.RemoteProtocolError)
FAULTS: dict[str, tuple[dict[str, Any], Any]] = {
    "429": ({"kind": "429"}, 429),
    "429 with Retry-After": ({"kind": "429", "retry_after": 2}, 429),
    "500": ({"kind": "status"}, 500),
    "502 once stored": ({"kind": "status", "status": 502, "after": True}, 502),
    "timeout": ({"kind": "timeout", "seconds": 5}, httpx.ReadTimeout),
    "reset": ({"kind": "reset"}, GONE),
    "answer dropped": ({"kind": "drop_answer"}, GONE),
    "malformed": ({"kind": "malformed"}, 201),
    "slow": ({"kind": "slow", "seconds": 0.01}, 201),
}
STORED = {"502 once stored", "answer dropped", "malformed", "slow"}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_strikes_as_scripted(name: str, stand_ins: StandIns) -> None:
    fault, expected = FAULTS[name]
    splio = stand_ins.client("splio")
    script = [{"prefix": "splio", "method": "POST", "nth": [1], **fault}]
    stand_ins.admin("POST", "/faults", json={"faults": script})
    body = {"custom_fields": [{"id": 0, "value": "F1"}]}
    if isinstance(expected, int):
        answer = splio.post("/data/contacts", json=body)
        assert answer.status_code == expected
        assert answer.headers.get("retry-after") == ("2" if "Retry-After" in name else None)
        if name == "malformed":
            with pytest.raises(ValueError):
                answer.json()
    else:
        with pytest.raises(expected):
            splio.post("/data/contacts", json=body, timeout=1)
    assert splio.get("/data/contacts/F1").status_code == (200 if name in STORED else 404)
    assert stand_ins.admin("GET", "/faults").json()[0]["struck"] == 1
    again = splio.post("/data/contacts", json=body)
    assert again.status_code == (400 if name in STORED else 201)
    writes = stand_ins.admin("GET", "/writes", params={"system": "splio"}).json()
    assert writes == [{"system": "splio", "action": "contact.create", "key": "F1", "count": 1}]


def test_faults_by_chance_are_the_same_for_a_seed(stand_ins: StandIns) -> None:
    def strike() -> list[int]:
        script = [{"prefix": "web", "kind": "status", "probability": 0.4}]
        stand_ins.admin("POST", "/faults", json={"faults": script, "seed": 5})
        return [stand_ins.client("web").get("/events").status_code for _ in range(20)]

    first = strike()
    assert first == strike() and set(first) == {200, 500}
    unknown = {"faults": [{"prefix": "web", "kind": "gremlin"}]}
    url = f"{stand_ins.environment['SANDBOX_URL']}/_sandbox/faults"
    assert httpx.post(url, json=unknown).status_code == 400


def test_a_key_is_created_once_by_many_threads(stand_ins: StandIns) -> None:
    splio = stand_ins.client("splio")

    def create(number: int) -> int:
        body = {"custom_fields": [{"id": 0, "value": f"T{number % 10}"}]}
        return splio.post("/data/contacts", json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(create, range(40))) == {201: 10, 400: 30}


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    fill(Systems(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = servers.environment(f"http://127.0.0.1:{port}", tmp_path)
    command = [sys.executable, "-m", "sandbox", "--dir", str(tmp_path), "serve"]
    answered: list[str] = []
    for life in range(3):
        child = subprocess.Popen([*command, "--port", str(port)], cwd=ROOT)
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{environment['SANDBOX_URL']}/_sandbox/").raise_for_status()
                break
            except httpx.HTTPError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        client = LOGINS["clientela"](environment)
        for number in range(20):
            key = f"{life}-{number}"
            if number == 15:
                child.send_signal(signal.SIGKILL)
            try:
                if client.put(f"/customers/{key}", json={"last_name": key}).status_code == 201:
                    answered.append(key)
            except httpx.HTTPError:
                break
        child.wait()
    with servers.running(tmp_path, settings=UNLIMITED) as environment:
        cards = LOGINS["clientela"](environment).get("/customers", params={"limit": 500}).json()
    held = Counter(card["external_id"] for card in cards["customers"])
    assert len(answered) >= 45
    assert [held[key] for key in answered] == [1] * len(answered)
