"""Magento: the web shop, by REST V1.

Data flow: customers with addresses, orders, credit memos and carts with their lines, products,
by `updated_at`; categories and store views, whole → raw_magento.<table>.

Paging is by key, always page 1: rows whose id is greater than the last one seen, in the order of
ids. Pages by number lose rows while others change, and a page after the last is the last one
again, for ever.

`updated_at` misses two things: a change of an address alone does not move the customer's, and a
deletion leaves no trace. `python -m ingestion magento --full` reads everything again and takes out
what is gone; run it once a week.

Deliberately absent: wish lists, product reviews and guest newsletter subscribers (not in
Magento's REST; reviews come from the web collector), invoices and shipments (nothing reads them).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request as HttpRequest
from requests import Response

from ingestion import rest
from ingestion.intake import Batch
from ingestion.source import Request, Source

PAGE_SIZE = 200  # shops may refuse more than 300
FILTER = "searchCriteria[filter_groups][{}][filters][0][{}]"

# Table: path, and the name of its key in the answer; as a filter the key is always entity_id.
COLLECTIONS = {
    "customers": ("/V1/customers/search", "id"),
    "orders": ("/V1/orders", "entity_id"),
    "creditmemos": ("/V1/creditmemos", "entity_id"),
    "carts": ("/V1/carts/search", "id"),
    "products": ("/V1/products", "id"),
    "categories": ("/V1/categories/list", "id"),
}
CHILDREN = {
    "customers": {"customer_addresses": "addresses"},
    "orders": {"order_items": "items"},
    "creditmemos": {"creditmemo_items": "items"},
    "carts": {"cart_items": "items"},
}


class AfterKey(BasePaginator):
    """The next page holds the keys after the last one seen; a short page is the last."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key, self.last = key, 0

    def init_request(self, request: HttpRequest) -> None:
        self.last = 0
        self.update_request(request)

    def update_state(self, response: Response, data: Sequence[Any] | None = None) -> None:
        self._has_next_page = len(data or []) >= PAGE_SIZE
        if data:
            self.last = data[-1][self.key]

    def update_request(self, request: HttpRequest) -> None:
        request.params = {**(request.params or {}), FILTER.format(1, "value"): self.last}


def read(request: Request) -> Iterator[Batch]:
    collections = [
        {
            "name": name,
            "endpoint": {
                "path": path,
                "params": criteria(request.cursors.get(name)),
                "data_selector": "items",
                "paginator": AfterKey(key),
            },
            "processing_steps": [{"map": shaped}],
        }
        for name, (path, key) in COLLECTIONS.items()
    ]
    stores = {"path": "/V1/store/storeViews", "data_selector": "$", "paginator": "single_page"}
    config: Any = {
        "client": {
            "base_url": os.environ["MAGENTO_URL"],
            "auth": BearerTokenAuth(os.environ["MAGENTO_TOKEN"]),
            "session": rest.session(),
        },
        "resources": [*collections, {"name": "stores", "endpoint": stores}],
    }
    yield from rest.read(config, request, CHILDREN)


def criteria(since: datetime | None) -> dict[str, Any]:
    """searchCriteria of one page: what changed since, by key."""
    wanted: dict[str, Any] = {
        FILTER.format(1, "field"): "entity_id",
        FILTER.format(1, "condition_type"): "gt",
        "searchCriteria[sortOrders][0][field]": "entity_id",
        "searchCriteria[sortOrders][0][direction]": "ASC",
        "searchCriteria[pageSize]": PAGE_SIZE,
        "searchCriteria[currentPage]": 1,
    }
    if since:
        wanted |= {
            FILTER.format(0, "field"): "updated_at",
            FILTER.format(0, "condition_type"): "gteq",
            FILTER.format(0, "value"): since.strftime("%Y-%m-%d %H:%M:%S"),
        }
    return wanted


def shaped(row: dict[str, Any]) -> dict[str, Any]:
    """A row with what the contract keeps of lists: street lines, custom attributes, a category."""
    for address in [*row.get("addresses", []), row.get("billing_address") or {}]:
        if isinstance(address.get("street"), list):
            address["street"] = "\n".join(address["street"])
    for attribute in row.get("custom_attributes") or []:
        if attribute["attribute_code"] == "loyalty_card":
            row["loyalty_card"] = attribute["value"]
    links = (row.get("extension_attributes") or {}).get("category_links") or []
    if links:
        row["category_id"] = links[0]["category_id"]
    return row


SOURCE = Source(
    "magento",
    ("MAGENTO_URL", "MAGENTO_TOKEN"),
    read,
    whole=frozenset({"categories", "stores"}),
)
