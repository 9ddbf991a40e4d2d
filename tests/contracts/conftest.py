"""The stand-ins on a small world, every exchange recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from sandbox import servers
from sandbox.servers.faults import Exchange
from sandbox.servers.store import Systems
from tests.conftest import left_behind
from tests.contracts.world import fill

UNLIMITED = {
    "BREVO_REQUESTS_PER_SECOND": "0",
    "KLAVIYO_REQUESTS_PER_SECOND": "0",
    "SFMC_REQUESTS_PER_SECOND": "0",
    "META_REQUESTS_PER_SECOND": "0",
    "GOOGLE_REQUESTS_PER_SECOND": "0",
    "SINK_REQUESTS_PER_SECOND": "0",
    "SPLIO_REQUESTS_PER_SECOND": "0",
    "CLIENTELA_REQUESTS_PER_SECOND": "0",
    "SMS_REQUESTS_PER_SECOND": "0",
    "WEB_REQUESTS_PER_SECOND": "0",
    "ZENDESK_REQUESTS_PER_MINUTE": "0",
}


@dataclass
class StandIns:
    """Running stand-ins: clients that are logged in, and the exchanges so far."""

    environment: dict[str, str]
    exchanges: list[Exchange] = field(default_factory=list)
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def client(self, vendor: str) -> httpx.Client:
        """A client of one vendor, its base URL at the vendor's root and its credentials given."""
        if vendor not in self.clients:
            self.clients[vendor] = LOGINS[vendor](self.environment)
        return self.clients[vendor]

    def admin(self, method: str, path: str, **arguments: object) -> httpx.Response:
        """A request to the admin of the stand-ins."""
        url = f"{self.environment['SANDBOX_URL']}/_sandbox{path}"
        return httpx.request(method, url, **arguments).raise_for_status()  # type: ignore[arg-type]


def _bearer(url: str, token: str) -> Callable[[dict[str, str]], httpx.Client]:
    return lambda environment: httpx.Client(
        base_url=environment[url], headers={"Authorization": f"Bearer {environment[token]}"}
    )


def _splio(environment: dict[str, str]) -> httpx.Client:
    client = httpx.Client(base_url=environment["SPLIO_URL"])
    body = {"api_key": environment["SPLIO_API_KEY"], "password": environment["SPLIO_PASSWORD"]}
    token = client.post("/authenticate", json=body).raise_for_status().json()["token"]
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def _sfmc(environment: dict[str, str]) -> httpx.Client:
    body = {
        "grant_type": "client_credentials",
        "client_id": environment["SFMC_CLIENT_ID"],
        "client_secret": environment["SFMC_CLIENT_SECRET"],
    }
    login = (
        httpx.post(f"{environment['SFMC_AUTH_URL']}/v2/token", json=body).raise_for_status().json()
    )
    return httpx.Client(
        base_url=login["rest_instance_url"],
        headers={"Authorization": f"Bearer {login['access_token']}"},
    )


LOGINS: dict[str, Callable[[dict[str, str]], httpx.Client]] = {
    "magento": _bearer("MAGENTO_URL", "MAGENTO_TOKEN"),
    "splio": _splio,
    "clientela": _bearer("CLIENTELA_URL", "CLIENTELA_TOKEN"),
    "sms": lambda environment: httpx.Client(
        base_url=f"{environment['SMS_URL']}/2010-04-01/Accounts/{environment['SMS_ACCOUNT_SID']}",
        auth=(environment["SMS_ACCOUNT_SID"], environment["SMS_AUTH_TOKEN"]),
    ),
    "zendesk": lambda environment: httpx.Client(
        base_url=f"{environment['ZENDESK_URL']}/api/v2",
        auth=(f"{environment['ZENDESK_EMAIL']}/token", environment["ZENDESK_TOKEN"]),
    ),
    "brevo": lambda environment: httpx.Client(
        base_url=environment["BREVO_URL"], headers={"api-key": environment["BREVO_API_KEY"]}
    ),
    "klaviyo": lambda environment: httpx.Client(
        base_url=f"{environment['KLAVIYO_URL']}/api",
        headers={
            "Authorization": f"Klaviyo-API-Key {environment['KLAVIYO_API_KEY']}",
            "revision": "2026-07-15",
            "Content-Type": "application/vnd.api+json",
        },
    ),
    "google": _bearer("GOOGLE_DATA_MANAGER_URL", "GOOGLE_ACCESS_TOKEN"),
    "meta": _bearer("META_URL", "META_ACCESS_TOKEN"),
    "sink": _bearer("SINK_URL", "SINK_TOKEN"),
    "sfmc": _sfmc,
    "web": _bearer("WEB_URL", "WEB_TOKEN"),
}


@pytest.fixture
def stand_ins(tmp_path: Path) -> Iterator[StandIns]:
    """Stand-ins without rate limits on the hand-made world."""
    fill(Systems(tmp_path))
    exchanges: list[Exchange] = []

    def record(exchange: Exchange) -> list[str]:
        exchanges.append(exchange)
        return []

    systems = servers.running(tmp_path, settings=UNLIMITED, observer=record)
    with left_behind(systems) as environment:
        yield StandIns(environment, exchanges)
