"""Clientela: the sellers' tablets, by REST (our own contract, sandbox/openapi/clientela.yml).

Data flow: customer cards with their consents, appointments, wish-list items and order
preparations, by `updated_since` and cursor → raw_clientela.<table>.

A card that is erased leaves no trace in the incremental lists: `--full` takes it out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from ingestion import rest
from ingestion.intake import Batch
from ingestion.source import Request, Source

TABLES = ("customers", "appointments", "wish_list_items", "order_preparations")


def read(request: Request) -> Iterator[Batch]:
    config: Any = {
        "client": {
            "base_url": os.environ["CLIENTELA_URL"],
            "auth": BearerTokenAuth(os.environ["CLIENTELA_TOKEN"]),
            "session": rest.session(),
        },
        "resources": [
            {
                "name": name,
                "endpoint": {
                    "path": f"/{name}",
                    "params": {"limit": 500}
                    | rest.since("updated_since", request.cursors.get(name)),
                    "data_selector": name,
                    "paginator": {
                        "type": "cursor",
                        "cursor_path": "next_cursor",
                        "cursor_param": "cursor",
                    },
                },
            }
            for name in TABLES
        ],
    }
    yield from rest.read(config, request, {"customers": {"customer_consents": "consents"}})


SOURCE = Source("clientela", ("CLIENTELA_URL", "CLIENTELA_TOKEN"), read)
