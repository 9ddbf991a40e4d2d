"""What goes wrong on a network, on demand: counts of requests, and faults by script.

A script is a JSON list; each fault has a `prefix` (the vendor) and a `kind`:

| kind          | what the caller sees                                                          |
| ------------- | ----------------------------------------------------------------------------- |
| `429`         | the vendor's own refusal; with `retry_after` seconds when given                |
| `status`      | `status` (500 by default) with an HTML body; `after: true` = once it is stored |
| `timeout`     | nothing for `seconds` (60 by default), then the connection drops               |
| `reset`       | the connection is reset before the request is handled                          |
| `drop_answer` | the request is handled and stored, then the connection is reset: the caller    |
|               | cannot know, and sends it again (duplicate acceptance)                         |
| `malformed`   | the true status with half of the true body                                     |
| `slow`        | the true answer, a few bytes every `seconds` (0.05 by default)                 |

It strikes the requests that match `method` and `path` (a regular expression), if given, and among
those the `nth` (list, from 1), or each with `probability`, or every one; `times` at most.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KINDS = ("429", "status", "timeout", "reset", "drop_answer", "malformed", "slow")


@dataclass
class Fault:
    """One line of a fault script. Raises ValueError for an unknown kind."""

    prefix: str
    kind: str
    method: str | None = None
    path: str | None = None
    nth: list[int] | None = None
    probability: float | None = None
    times: int | None = None
    status: int = 500
    after: bool = False
    retry_after: float | None = None
    seconds: float | None = None
    seen: int = 0
    struck: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault kind {self.kind!r}: expected one of {KINDS}")

    def strikes(self, prefix: str, method: str, path: str, chance: random.Random) -> bool:
        """Whether this request is hit; counts it."""
        if prefix != self.prefix or self.method not in (None, method):
            return False
        if self.path and not re.search(self.path, path):
            return False
        self.seen += 1
        if self.times is not None and self.struck >= self.times:
            return False
        if self.nth is not None:
            hit = self.seen in self.nth
        else:
            hit = self.probability is None or chance.random() < self.probability
        self.struck += hit
        return hit


@dataclass
class Exchange:
    """One request and its true answer, as an observer sees them. `path` keeps its prefix."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int
    response_headers: dict[str, str]
    response_body: bytes


Observer = Callable[[Exchange], list[str]]


class Network:
    """ASGI middleware between the socket and the vendors: counts, faults, an observer."""

    def __init__(
        self,
        app: ASGIApp,
        throttled: Mapping[str, Callable[[float | None], Response]],
        observer: Observer | None = None,
    ) -> None:
        self.app = app
        self.throttled = throttled
        self.observer = observer
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget faults, counts and violations."""
        with self.lock:
            self.faults: list[Fault] = []
            self.chance = random.Random(0)
            self.requests: Counter[str] = Counter()
            self.violations: list[dict[str, Any]] = []

    def script(self, faults: list[dict[str, Any]], seed: int = 0) -> None:
        """Replace the fault script. Raises ValueError or TypeError for a line it cannot read."""
        parsed = [Fault(**fault) for fault in faults]
        with self.lock:
            self.faults = parsed
            self.chance = random.Random(seed)

    def _pick(self, prefix: str, method: str, path: str) -> Fault | None:
        with self.lock:
            self.requests[f"{prefix} {method} {path}"] += 1
            struck = [f for f in self.faults if f.strikes(prefix, method, path, self.chance)]
        return struck[0] if struck else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        prefix = scope.get("path", "").split("/")[1] if scope["type"] == "http" else ""
        if not prefix or prefix == "_sandbox":
            await self.app(scope, receive, send)
            return
        try:
            await self._carried(prefix, scope, receive, send)
        except ClientDisconnect:
            return  # the caller was killed; nobody waits for an answer

    async def _carried(self, prefix: str, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._pick(prefix, scope["method"], scope["path"])
        if fault is None:
            await self._plain(scope, receive, send)
        elif fault.kind == "429":
            response = self.throttled[prefix](fault.retry_after)
            if fault.retry_after is not None:
                response.headers["Retry-After"] = f"{fault.retry_after:g}"
            await response(scope, receive, send)
        elif fault.kind == "status" and not fault.after:
            await _broken(fault.status)(scope, receive, send)
        elif fault.kind == "reset":
            await _reset_connection(send)
        elif fault.kind == "timeout":
            await asyncio.sleep(60 if fault.seconds is None else fault.seconds)
            await _reset_connection(send)
        else:
            await self._afterwards(fault, scope, receive, send)

    async def _afterwards(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the vendor handle the request, then spoil its answer."""
        start, body = await self._handled(scope, receive)
        if fault.kind == "drop_answer":
            await _reset_connection(send)
        elif fault.kind == "status":
            await _broken(fault.status)(scope, receive, send)
        elif fault.kind == "malformed":
            half = body[: len(body) // 2] + b"\xff"
            headers = [(b"content-length", str(len(half)).encode())]
            headers += [pair for pair in start["headers"] if pair[0] != b"content-length"]
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": half})
        else:
            await send(start)
            step = max(1, len(body) // 20)
            for position in range(0, len(body), step):
                await asyncio.sleep(0.05 if fault.seconds is None else fault.seconds)
                chunk = body[position : position + step]
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    async def _plain(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.observer is None:
            await self.app(scope, receive, send)
            return
        request_body = b""
        more = True
        while more:
            message = await receive()
            request_body += message.get("body", b"")
            more = message.get("more_body", False)
        start, body = await self._handled(scope, _replayed(request_body))
        exchange = Exchange(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode(),
            headers={name.decode(): value.decode() for name, value in scope["headers"]},
            body=request_body,
            status=start["status"],
            response_headers={name.decode(): value.decode() for name, value in start["headers"]},
            response_body=body,
        )
        for violation in await asyncio.to_thread(self.observer, exchange):
            found = {
                "method": exchange.method,
                "path": exchange.path,
                "violation": violation,
            }
            self.violations.append(found)
        await send(start)
        await send({"type": "http.response.body", "body": body})

    async def _handled(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        """The vendor's answer, kept back: its start message and its body."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)
        return messages[0], b"".join(message.get("body", b"") for message in messages[1:])


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _broken(status: int) -> Response:
    return HTMLResponse(f"<html><body><h1>{status} Server Error</h1></body></html>", status)


async def _reset_connection(send: Send) -> None:
    """Close the caller's socket with a TCP reset.

    ASGI has no message for it; uvicorn's `send` is a method of the cycle that owns the transport.
    """
    transport = send.__self__.transport  # type: ignore[attr-defined]
    raw = transport.get_extra_info("socket")
    if raw.fileno() < 0:
        return  # the caller has hung up
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    for _ in range(3):  # the loop's turns in which the server learns that the caller is gone
        await asyncio.sleep(0)
