"""What the REST sources share: dlt's rest_api run from a config, and its rows cut to the contract.

Retries are dlt's (five attempts, exponential, Retry-After obeyed). Two things are added to its
client: an answer that was cut off and is no JSON is asked again, and a vendor's own header that
says when to come back is read as Retry-After.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from dlt.sources.rest_api import RESTAPIConfig, rest_api_resources
from requests import Request as HttpRequest
from requests import Response

from ingestion.contract import Table
from ingestion.intake import Batch
from ingestion.source import Request

ROWS_A_BATCH = 5_000

Rows = list[dict[str, Any]]
Children = Mapping[str, Mapping[str, str]]


def session(reset_header: str | None = None) -> Any:
    """dlt's retrying session. `reset_header` is the vendor's own Retry-After, in seconds."""

    def come_back(response: Response, *_: Any, **__: Any) -> None:
        if response.status_code == 429 and reset_header in response.headers:
            response.headers.setdefault("Retry-After", response.headers[reset_header])

    hooks = {"response": [come_back] if reset_header else []}
    client = Client(raise_for_status=False, retry_condition=cut_off, session_attrs={"hooks": hooks})
    return client.session


def cut_off(response: Response | None, exception: BaseException | None) -> bool:
    """Whether an answer is good but for its end."""
    if response is None or not response.ok:
        return False
    try:
        response.json()
    except ValueError:
        return True
    return False


def read(
    config: RESTAPIConfig, request: Request, children: Children | None = None
) -> Iterator[Batch]:
    """Rows of every resource of a dlt rest_api config; a resource is named after its table.

    `children` says which key of a row holds the rows of which other table.
    """
    for resource in rest_api_resources(config):
        tables = {resource.name: request.tables[resource.name]}
        keys = (children or {}).get(resource.name, {})
        tables |= {name: request.tables[name] for name in keys}
        cut = {name: cutter(table) for name, table in tables.items()}
        waiting: dict[str, Rows] = {name: [] for name in tables}
        for row in resource:
            waiting[resource.name].append(cut[resource.name](row))
            for name, key in keys.items():
                own = _own(tables[name], tables[resource.name], row)
                waiting[name] += [cut[name](own | child) for child in row.get(key) or []]
            if len(waiting[resource.name]) == ROWS_A_BATCH:
                yield from _batches(waiting, resource.name)
        yield from _batches(waiting, resource.name)


def _own(child: Table, parent: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The key of its parent, for a child that does not repeat it."""
    return {child.parent_key or "": row.get(parent.primary_key[0])}


def _batches(waiting: dict[str, Rows], path: str) -> Iterator[Batch]:
    for name, rows in waiting.items():
        if rows:
            yield Batch(name, rows, file=path)
            waiting[name] = []


def cutter(table: Table) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Cuts a nested row to the columns of a table: `a__b` is key b of object a."""
    paths = [(name, name.split("__")) for name in table.column_names]

    def cut(row: Mapping[str, Any]) -> dict[str, Any]:
        flat = {}
        for name, path in paths:
            value: Any = row
            for key in path:
                value = value.get(key) if isinstance(value, Mapping) else None
            flat[name] = value
        return flat

    return cut


class ByTotal(BasePaginator):
    """Pages by number, until the answer's total is reached: a page too far may repeat the last."""

    def __init__(self, page_param: str, total: str, page_size: int) -> None:
        super().__init__()
        self.page_param, self.total, self.page_size, self.page = page_param, total, page_size, 1

    def init_request(self, request: HttpRequest) -> None:
        self.page = 1
        self.update_request(request)

    def update_state(self, response: Response, data: Sequence[Any] | None = None) -> None:
        self._has_next_page = (
            bool(data) and self.page * self.page_size < response.json()[self.total]
        )
        self.page += 1

    def update_request(self, request: HttpRequest) -> None:
        request.params = {**(request.params or {}), self.page_param: self.page}


def since(parameter: str, cursor: Any) -> dict[str, str]:
    """The parameter that asks for changes, in ISO 8601 and UTC; nothing at the first load."""
    return {} if cursor is None else {parameter: f"{cursor.isoformat()}Z"}
