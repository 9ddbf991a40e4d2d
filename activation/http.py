"""One request at a time to a tool: paced, timed, and its answer told apart.

What is left to the engine (`activation.sync`): trying again. Here a request is made once, and
its outcome is an answer, a `Transient` (try again) or a `Refused` (do not).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pybreaker
from pyrate_limiter.limiter_factory import create_token_bucket_limiter

# Retry-After, and what Splio, Brevo and the IETF draft call the seconds to the next window
RESET_HEADERS = ("retry-after", "ratelimit-reset", "x-ratelimit-reset", "x-sib-ratelimit-reset")
LONGEST_BODY_QUOTED = 300


class Transient(Exception):
    """The request may be made again.

    `is_ambiguous`: the tool may have accepted it all the same. `retry_after`: seconds that the
    tool asks us to wait. `is_throttled`: a 429, which says nothing about the tool's health.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        is_ambiguous: bool = True,
        retry_after: float = 0.0,
        is_throttled: bool = False,
    ) -> None:
        super().__init__(f"{code} {message}".strip())
        self.code = code
        self.message = message
        self.is_ambiguous = is_ambiguous
        self.retry_after = retry_after
        self.is_throttled = is_throttled


class Refused(Exception):
    """The tool understood the request and said no to all of it."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code} {message}".strip())
        self.code = code
        self.message = message


class Misconfigured(Exception):
    """Nothing can be sent until a person acts: credentials, a missing field, a missing variable."""


class NotNow(Exception):
    """Nothing may be sent at this hour; the next run finds everything as it is."""


class Unavailable(Exception):
    """The circuit is open: the tool failed so often in a row that it is left alone."""


class Api:
    """A tool's HTTP API: address, pace, time-out, circuit breaker, a login renewed once on a 401.

    `login` returns the headers that authenticate; it is called before the first request and
    again after a 401. Thread-safe.
    """

    def __init__(
        self,
        base_url: str,
        *,
        requests_per_second: float,
        timeout_seconds: float = 30,
        headers: Mapping[str, str] | None = None,
        login: Callable[[httpx.Client], Mapping[str, str]] | None = None,
        auth: tuple[str, str] | None = None,
        failures_in_a_row: int = 10,
    ) -> None:
        self.client = httpx.Client(
            base_url=base_url.rstrip("/"), timeout=timeout_seconds, headers=headers, auth=auth
        )
        self._login = login
        self._session: Mapping[str, str] | None = {} if login is None else None
        self._session_lock = threading.Lock()
        # Evenly spaced, never in bursts: a burst at a window's edge counts twice for the vendor.
        self._pace = create_token_bucket_limiter(
            max(1, round(requests_per_second * 60)), 60_000, burst=1, buffer_ms=0
        )
        self._not_before = 0.0
        # A 429 says that the tool is well and we are too fast.
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=failures_in_a_row,
            reset_timeout=3600,
            exclude=[lambda error: isinstance(error, Transient) and error.is_throttled],
            throw_new_error_on_trip=False,
        )
        self._counted = threading.local()

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """The answer, whatever its status below 500 except 401, 408, 425 and 429.

        Raises Transient (no answer, 429, 5xx), Unavailable, or Misconfigured (401 after a fresh
        login, 403).
        """
        arguments: dict[str, Any] = {"json": json, "params": params, "data": data}
        arguments |= {"content": content}
        session = self._authenticated()
        response = self._once(method, path, {**session, **(headers or {})}, arguments)
        if response.status_code == 401 and self._login:
            session = self._authenticated(refused=session)
            response = self._once(method, path, {**session, **(headers or {})}, arguments)
        if response.status_code in (401, 403):
            raise Misconfigured(f"HTTP {response.status_code}: the tool refuses our credentials")
        return response

    @property
    def request_count(self) -> int:
        """Requests that this thread has made so far."""
        return getattr(self._counted, "requests", 0)

    def json(self, method: str, path: str, **arguments: Any) -> Any:
        """The parsed answer. Raises Transient when it is not JSON, Refused when it is a 4xx."""
        response = self.request(method, path, **arguments)
        if response.is_error:
            raise refusal(response)
        return parsed(response)

    def authenticate(self) -> None:
        """Log in now rather than at the first request. Raises Misconfigured, Transient."""
        self._authenticated()

    def _authenticated(self, refused: Mapping[str, str] | None = None) -> Mapping[str, str]:
        with self._session_lock:
            if self._login and (self._session is None or self._session is refused):
                self._wait_for_turn()
                try:
                    self._session = self._login(self.client)
                except httpx.TransportError as error:
                    raise no_answer(error) from error
            return self._session or {}

    def _wait_for_turn(self) -> None:
        while (pause := self._not_before - time.monotonic()) > 0:
            time.sleep(min(pause, 1.0))
        self._pace.try_acquire("request")

    def _once(
        self, method: str, path: str, headers: Mapping[str, str], arguments: dict[str, Any]
    ) -> httpx.Response:
        self._wait_for_turn()
        if self._breaker.current_state == pybreaker.STATE_OPEN:
            raise Unavailable(f"{self._breaker.fail_max} requests failed in a row")
        self._counted.requests = self.request_count + 1
        try:
            response = self.client.request(method, path, headers=headers, **arguments)
        except httpx.TransportError as error:
            failure: Transient | None = no_answer(error)
        else:
            failure = self._failure(response)
        # Told after the request: the breaker holds its lock while it calls.
        answer = None if failure else response
        try:
            return self._breaker.call(_outcome, failure, answer)
        except pybreaker.CircuitBreakerError:  # opened meanwhile; this request has its answer
            return _outcome(failure, answer)

    def _failure(self, response: httpx.Response) -> Transient | None:
        status = response.status_code
        if status in (408, 425, 429) or status >= 500:
            wait = retry_after(response.headers)
            if status == 429:
                self._not_before = time.monotonic() + min(wait, 60)
            return Transient(
                str(status),
                quoted(response),
                is_ambiguous=status not in (425, 429),
                is_throttled=status == 429,
                retry_after=wait,
            )
        return None


def _outcome(failure: Transient | None, response: httpx.Response | None) -> httpx.Response:
    if failure or response is None:
        raise failure or Transient("no answer")
    return response


def no_answer(error: httpx.TransportError) -> Transient:
    """A transport error as Transient: ambiguous unless the connection was never made."""
    never_left = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    return Transient(type(error).__name__, is_ambiguous=not never_left)


def retry_after(headers: httpx.Headers) -> float:
    """Seconds that the tool asks us to wait: a number, or the date of Retry-After. 0 if silent."""
    for name in RESET_HEADERS:
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value)
        except ValueError:
            try:
                return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
            except (TypeError, ValueError):
                continue
        # some vendors give the moment, not the distance
        return max(0.0, seconds - time.time() if seconds > 1e9 else seconds)
    return 0.0


def parsed(response: httpx.Response) -> Any:
    """The JSON of an answer. Raises Transient: a tool that says yes in gibberish said nothing."""
    try:
        return response.json()
    except ValueError as error:
        raise Transient("malformed answer", f"HTTP {response.status_code}") from error


def refusal(response: httpx.Response) -> Refused:
    return Refused(str(response.status_code), quoted(response))


def quoted(response: httpx.Response) -> str:
    """The beginning of an answer's body, on one line."""
    return " ".join(response.text.split())[:LONGEST_BODY_QUOTED]
