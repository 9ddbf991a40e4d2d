"""What the stand-ins share: a request read whole, JSON answers, windows of requests."""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class MalformedBody(Exception):
    """The body is not the JSON object or list that the endpoint reads."""


@dataclass(frozen=True)
class Call:
    """A request whose body has been read."""

    method: str
    path: str
    path_params: Mapping[str, Any]
    query: QueryParams
    headers: Headers
    body: bytes
    base_url: str
    client: str

    def json(self, kind: type = dict) -> Any:
        """The parsed body. Raises MalformedBody unless it is a JSON value of `kind`."""
        try:
            parsed = json.loads(self.body)
        except (UnicodeDecodeError, ValueError) as error:
            raise MalformedBody from error
        if not isinstance(parsed, kind):
            raise MalformedBody
        return parsed


Handler = Callable[[Call], Response]
Guard = Callable[[Call], Response | None]


def router(guard: Guard) -> Callable[[str, str, Handler], Route]:
    """A maker of routes that ask `guard` first: it answers the refusal, or None to go on."""

    def route(method: str, path: str, handler: Handler) -> Route:
        def judged(call: Call) -> Response:
            return guard(call) or handler(call)

        async def endpoint(request: Request) -> Response:
            call = Call(
                method=request.method,
                path=request.url.path,
                path_params=request.path_params,
                query=request.query_params,
                headers=request.headers,
                body=await request.body(),
                base_url=str(request.base_url).rstrip("/"),
                client=request.client.host if request.client else "",
            )
            return await run_in_threadpool(judged, call)

        return Route(path, endpoint, methods=[method])

    return route


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer, accents kept as they are."""
    return JSONResponse(body, status, dict(headers or {}))


def without_nulls(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row less its null values."""
    return {name: value for name, value in row.items() if value is not None}


def iso(stamp: str | None) -> str | None:
    """`YYYY-MM-DD HH:MM:SS` in UTC as ISO 8601 with its Z."""
    return stamp and stamp.replace(" ", "T") + "Z"


def from_iso(text: str) -> str:
    """ISO 8601 (or a bare date) as `YYYY-MM-DD HH:MM:SS`. Raises ValueError for anything else."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?)?", text):
        raise ValueError("expected an ISO 8601 time in UTC")
    return text[:19].replace("T", " ") if len(text) > 10 else f"{text} 00:00:00"


def encode_cursor(*parts: Any) -> str:
    """An opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> list[Any]:
    """The parts of a cursor. Raises ValueError for one that `encode_cursor` did not make."""
    parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    if not isinstance(parts, list):
        raise ValueError("not a cursor")
    return parts


@dataclass
class Window:
    """Fixed window of requests by client: `limit` in each `seconds`. A limit of 0 is no limit."""

    limit: int
    seconds: float = 1.0
    _counts: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, client: str) -> tuple[int, float]:
        """Count one request: (remaining, seconds to the next window); below 0 is a refusal."""
        now = time.monotonic()
        window = int(now // self.seconds)
        reset = (window + 1) * self.seconds - now
        if not self.limit:
            return 1, reset
        with self._lock:
            for key in [key for key in self._counts if key[1] != window]:
                del self._counts[key]
            self._counts[client, window] += 1
            return self.limit - self._counts[client, window], reset
