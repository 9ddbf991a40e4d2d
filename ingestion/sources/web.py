"""Web behaviour events and product reviews, by REST (our own contract, sandbox/openapi/web.yml).

Data flow: events by `since`, reviews by `updated_since`, then by cursor → raw_web.<table>.

Events are a log: the collector keeps 90 days, and what it forgets stays here, after `--full` too.
Older events come as files (feed web_history).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from ingestion import rest
from ingestion.intake import Batch
from ingestion.source import Request, Source

SINCE = {"events": "since", "reviews": "updated_since"}


def read(request: Request) -> Iterator[Batch]:
    config: Any = {
        "client": {
            "base_url": os.environ["WEB_URL"],
            "auth": BearerTokenAuth(os.environ["WEB_TOKEN"]),
            "session": rest.session(),
        },
        "resources": [
            {
                "name": name,
                "endpoint": {
                    "path": f"/{name}",
                    "params": {"limit": 1000} | rest.since(parameter, request.cursors.get(name)),
                    "data_selector": name,
                    "paginator": {
                        "type": "cursor",
                        "cursor_path": "next_cursor",
                        "cursor_param": "cursor",
                    },
                },
            }
            for name, parameter in SINCE.items()
        ],
    }
    yield from rest.read(config, request)


SOURCE = Source("web", ("WEB_URL", "WEB_TOKEN"), read, logs=frozenset({"events"}))
