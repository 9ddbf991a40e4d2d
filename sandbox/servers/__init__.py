"""Stand-ins of Horizon's source systems and marketing tools: one port, one prefix a vendor.

They answer as the vendors' documents say and hold state in `systems.sqlite` of the sandbox
folder, so that what activation publishes can be read back and what changes there comes back in
the next ingestion. `serve` runs them; `running` runs them beside a test or a demo and yields the
environment that points Orfèvre at them.

Rate limits are the vendors' own; <TOOL>_REQUESTS_PER_SECOND and ZENDESK_REQUESTS_PER_MINUTE change
them (0: no limit).
"""

from __future__ import annotations

import logging
import os
import shlex
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from sandbox.servers import (
    admin,
    brevo,
    clientela,
    google,
    klaviyo,
    magento,
    meta,
    sfmc,
    sink,
    sms,
    splio,
    web,
    zendesk,
)
from sandbox.servers.faults import Network, Observer
from sandbox.servers.store import ROOT, Systems

log = logging.getLogger(__name__)
HOST = "127.0.0.1"
DEFAULT_PORT = 8900


def application(
    sandbox_dir: Path,
    settings: Mapping[str, str] | None = None,
    observer: Observer | None = None,
) -> Network:
    """The ASGI application: every vendor under its prefix, faults and counts around them."""
    settings = os.environ if settings is None else settings
    systems = Systems(Path(sandbox_dir))
    prefixes: dict[str, list[Route]] = {
        "/magento/rest": magento.routes(systems, settings),
        "/splio": splio.routes(systems, settings),
        "/clientela/v1": clientela.routes(systems, settings),
        "/twilio": sms.routes(systems, settings),
        "/zendesk": zendesk.routes(systems, settings),
        "/web/v1": web.routes(systems, settings),
        "/brevo/v3": brevo.routes(systems, settings),
        "/klaviyo": klaviyo.routes(systems, settings),
        "/sfmc": sfmc.routes(systems, settings),
        "/meta/v25.0": meta.routes(systems, settings),
        "/google": google.routes(systems, settings),
        "/sink": sink.routes(systems, settings),
    }
    prefixes["/_sandbox"] = admin.routes(systems, lambda: network)
    app = Starlette(routes=[Mount(prefix, routes=routes) for prefix, routes in prefixes.items()])
    vendors = (
        *(magento, splio, clientela, sms, zendesk, web),
        *(brevo, klaviyo, sfmc, meta, google, sink),
    )
    throttled = {module.PREFIX: module.throttled for module in vendors}
    network = Network(app, throttled, observer)
    return network


def environment(base_url: str, sandbox_dir: Path) -> dict[str, str]:
    """The variables that point Orfèvre at the stand-ins and at the sandbox's files."""
    folder = Path(sandbox_dir).resolve()
    return {
        "SANDBOX_URL": base_url,
        "MAGENTO_URL": f"{base_url}/magento/rest/default",
        "MAGENTO_TOKEN": magento.TOKEN,
        "CLIENTELA_URL": f"{base_url}/clientela/v1",
        "CLIENTELA_TOKEN": clientela.TOKEN,
        "SPLIO_URL": f"{base_url}/splio",
        "SPLIO_API_KEY": splio.API_KEY,
        "SPLIO_PASSWORD": splio.PASSWORD,
        "SMS_URL": f"{base_url}/twilio",
        "SMS_ACCOUNT_SID": sms.ACCOUNT_SID,
        "SMS_AUTH_TOKEN": sms.AUTH_TOKEN,
        "SMS_FROM": sms.SENDER,
        "ZENDESK_URL": f"{base_url}/zendesk",
        "ZENDESK_EMAIL": zendesk.EMAIL,
        "ZENDESK_TOKEN": zendesk.TOKEN,
        "WEB_URL": f"{base_url}/web/v1",
        "WEB_TOKEN": web.TOKEN,
        "BREVO_URL": f"{base_url}/brevo/v3",
        "BREVO_API_KEY": brevo.API_KEY,
        "BREVO_LIST_IDS": brevo.LIST_ID,
        "KLAVIYO_URL": f"{base_url}/klaviyo",
        "KLAVIYO_API_KEY": klaviyo.API_KEY,
        "SFMC_AUTH_URL": f"{base_url}/sfmc",
        "SFMC_CLIENT_ID": sfmc.CLIENT_ID,
        "SFMC_CLIENT_SECRET": sfmc.CLIENT_SECRET,
        "META_URL": f"{base_url}/meta/v25.0",
        "META_ACCESS_TOKEN": meta.ACCESS_TOKEN,
        "META_AUDIENCE_ID": meta.AUDIENCE_ID,
        "GOOGLE_DATA_MANAGER_URL": f"{base_url}/google",
        "GOOGLE_ADS_ACCOUNT_ID": "1000000001",
        "GOOGLE_AUDIENCE_ID": "2000000002",
        "GOOGLE_ACCESS_TOKEN": google.ACCESS_TOKEN,
        "SINK_URL": f"{base_url}/sink",
        "SINK_TOKEN": sink.TOKEN,
        "SPLIO_DATAHUB_FOLDER": str(folder / "datahub"),
        "RETAIL_PRO_URL": f"sqlite:///{folder / 'retail_pro.sqlite'}",
        "ORFEVRE_FEEDS_ROOT": str(folder / "files"),
        "DBT_USE_COLORS": "false",
    }


def _server(app: Network, port: int) -> tuple[uvicorn.Server, socket.socket]:
    listener = socket.create_server((HOST, port))
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config), listener


def serve(sandbox_dir: Path, port: int = DEFAULT_PORT) -> None:
    """Serve the stand-ins until interrupted.

    The variables that point Orfèvre at them, and at the demo's warehouse, are written to the file
    `env` of the sandbox folder. Raises OSError when the port is taken.
    """
    server, listener = _server(application(sandbox_dir), port)
    folder = Path(sandbox_dir).resolve()
    variables = environment(f"http://{HOST}:{listener.getsockname()[1]}", folder)
    variables["ORFEVRE_DUCKDB_PATH"] = str(folder / "warehouse.duckdb")
    lines = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    (folder / "env").write_text("\n".join(lines) + "\n")
    if not (folder / "world.json").exists():
        log.warning("No world here yet, all is empty: make demo, or python -m sandbox generate.")
    log.info("The stand-ins listen on port %d until you press Ctrl-C.", port)
    log.info("In another shell:  . .venv/bin/activate; set -a; . %s; set +a", folder / "env")
    server.run(sockets=[listener])


@contextmanager
def running(
    sandbox_dir: Path,
    port: int = 0,
    settings: Mapping[str, str] | None = None,
    observer: Observer | None = None,
    process: bool = False,
) -> Iterator[dict[str, str]]:
    """Run the stand-ins in a thread (or in a process of their own); yields `environment`.

    `port` 0 takes a free one. `settings` stands in for the environment's rate limits. `observer`
    sees each exchange and says what breaks the vendor's contract (threads only); its words
    are collected at /_sandbox/violations.
    """
    if process:
        with _process(sandbox_dir, port, settings) as base_url:
            yield environment(base_url, sandbox_dir)
        return
    server, listener = _server(application(sandbox_dir, settings, observer), port)
    base_url = f"http://{HOST}:{listener.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait_until_it_answers(base_url)
        yield environment(base_url, sandbox_dir)
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def _process(sandbox_dir: Path, port: int, settings: Mapping[str, str] | None) -> Iterator[str]:
    if not port:
        with socket.create_server((HOST, 0)) as probe:
            port = probe.getsockname()[1]
    child = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "serve", "--port", str(port)],
        cwd=ROOT,
        env={
            **os.environ,
            **(settings or {}),
            "SANDBOX_DIR": str(Path(sandbox_dir).resolve()),
        },
    )
    base_url = f"http://{HOST}:{port}"
    try:
        _wait_until_it_answers(base_url, child)
        yield base_url
    finally:
        child.terminate()
        child.wait()


def _wait_until_it_answers(base_url: str, child: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            httpx.get(f"{base_url}/_sandbox/", timeout=5).raise_for_status()
            return
        except httpx.HTTPError as error:
            if time.monotonic() > deadline or (child and child.poll() is not None):
                raise RuntimeError("the stand-ins did not start") from error
            time.sleep(0.05)
