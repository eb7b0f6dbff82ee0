"""Calls to a retailer's system that end in time: one deadline for all tries, back-off, a circuit breaker.

The calls run on an event loop of their own, because only a cancelled task truly ends a call whose other side goes on
sending a byte a second: a read time-out starts anew at each byte.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
import threading
import time
from base64 import b64encode
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

import httpx

from concierge.orders.book import AnswerNotUnderstood, NotTaken, OrdersUnavailable
from concierge.orders.breaker import Breaker

T = TypeVar("T")
DEADLINE = 4.5  # seconds for everything one look-up needs, all tries included
ONE_TRY = 2.0
TRIES = 3
FIRST_PAUSE = 0.1
LARGEST_ANSWER = 4_000_000  # bytes
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class _TryAgain(Exception):
    def __init__(self, reason: str, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after


@dataclass(frozen=True)
class Auth:
    """How the retailer's system knows us: the credentials in a header, or a token that they are exchanged for."""

    header: str = "Authorization"
    prefix: str = "Bearer "
    token_url: str = ""  # OAuth 2 client credentials; the credentials are then "client_id:client_secret"
    scope: str = ""  # what the token is asked for, where the token server wants to be told


class Caller:
    """Thread-safe. ``run`` gives a coroutine of ``call``s one deadline; ``close`` ends what is under way."""

    def __init__(
        self, base_url: str, auth: Auth, credentials: str = "", breaker: Breaker | None = None, graphql: bool = False
    ) -> None:
        # At INFO httpx logs every URL, and a search for an address has it in the URL.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self.name = str(httpx.URL(base_url).copy_with(userinfo=b"", query=None))
        self._auth, self._credentials, self._graphql = auth, credentials, graphql
        self._breaker = breaker or Breaker()
        self._token, self._token_until = "", 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="orders-http", daemon=True)
        self._thread.start()
        self._client = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(ONE_TRY, connect=1.0),
            limits=httpx.Limits(max_connections=40, max_keepalive_connections=10),
            headers={"Accept": "application/json", "User-Agent": "concierge"},
        )

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Raises ``OrdersUnavailable`` when the work fails, or is not done within the deadline."""
        if not self._breaker.allows():
            work.close()
            left = self._breaker.seconds_left
            raise OrdersUnavailable(f"{self.name} has not answered several times; it is asked again in {left:.0f} s")
        try:
            result = asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, DEADLINE), self._loop).result()
        except (asyncio.TimeoutError, TimeoutError):
            self._breaker.failed()
            raise OrdersUnavailable(f"{self.name} did not answer within {DEADLINE} s") from None
        except (AnswerNotUnderstood, NotTaken):
            self._breaker.succeeded()
            raise
        except OrdersUnavailable:
            self._breaker.failed()
            raise
        except BaseException:
            self._breaker.succeeded()  # it did answer: what it said is another matter
            raise
        self._breaker.succeeded()
        return result

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Any:
        """The JSON answered, or ``None`` for "not found". Only for use within ``run``."""
        tries = TRIES if repeatable else 1
        for attempt in range(1, tries + 1):
            try:
                return await self._try(method, path, query, body, headers)
            except _TryAgain as problem:
                if attempt == tries or problem.after > DEADLINE:
                    times = f", {attempt} times" if attempt > 1 else ""
                    raise OrdersUnavailable(f"{self.name}: {problem}{times}") from None
                # Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
                pause = random.uniform(0, FIRST_PAUSE * 2**attempt)  # noqa: S311 - not a secret
                await asyncio.sleep(max(problem.after, pause))
        raise AssertionError("the last try returned or raised")

    async def _try(self, method: str, path: str, query: Any, body: Any, headers: Mapping[str, str] | None) -> Any:
        try:
            sent = {**await self._identify(), **(headers or {})}
            content = None if body is None else json.dumps(body, default=str).encode()
            if content is not None:
                sent["Content-Type"] = "application/json"
            async with self._client.stream(method, path, params=query, content=content, headers=sent) as answer:
                return await self._read(answer)
        except httpx.InvalidURL as error:
            raise OrdersUnavailable(f"CONCIERGE_ORDERS_URL is not an address: {error}") from None
        except httpx.TimeoutException:
            raise _TryAgain("no answer in time") from None
        except httpx.TransportError as error:
            raise _TryAgain(f"no connection ({type(error).__name__})") from None

    async def _read(self, answer: httpx.Response) -> Any:
        status = answer.status_code
        if status in _AGAIN:
            raise _TryAgain(f"answered {status}", _seconds(answer.headers.get("Retry-After")))
        if status in (404, 410):
            return None
        if status == 401 and self._token:
            self._token = ""
            raise _TryAgain("refused its token")
        if status in (401, 403):
            raise OrdersUnavailable(
                f"{self.name} answered {status}: check CONCIERGE_ORDERS_CREDENTIALS and their scope"
            )
        if answer.is_redirect:
            raise OrdersUnavailable(
                f"{self.name} answered {status} (a redirect): set CONCIERGE_ORDERS_URL to where it is"
            )
        if answer.is_client_error:
            raise AnswerNotUnderstood(f"{self.name} answered {status}: check the path and the query in the mapping")
        if not answer.is_success:
            raise OrdersUnavailable(f"{self.name} answered {status}")
        content = bytearray()
        async for chunk in answer.aiter_bytes():
            content += chunk
            if len(content) > LARGEST_ANSWER:
                raise OrdersUnavailable(f"{self.name} answered more than {LARGEST_ANSWER} bytes")
        try:
            read = json.loads(bytes(content), parse_float=Decimal) if content else {}
        except (ValueError, RecursionError):
            raise OrdersUnavailable(f"{self.name} answered {status} with what is not JSON") from None
        if self._graphql:
            self._refuse_errors(read)
        return read

    def _refuse_errors(self, answer: Any) -> None:
        """GraphQL says in the body what failed, under status 200. Its messages may quote what was asked: only the codes
        are told on."""
        errors = answer.get("errors") if isinstance(answer, dict) else None
        if not errors:
            return
        listed = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
        codes = {str((error.get("extensions") or {}).get("code") or error.get("message")) for error in listed}
        if {code.upper() for code in codes} & {"THROTTLED", "INTERNAL_SERVER_ERROR"}:
            raise _TryAgain("is throttled, or failed within")
        if "ACCESS_DENIED" in codes:
            raise OrdersUnavailable(f"{self.name} denies access: check the scopes of CONCIERGE_ORDERS_CREDENTIALS")
        known = ", ".join(sorted(code for code in codes if re.fullmatch(r"\w+", code))) or "no code"
        raise AnswerNotUnderstood(f"{self.name} refused the query ({known}): check it in the mapping")

    async def _identify(self) -> dict[str, str]:
        if not self._credentials:
            return {}
        if not self._auth.token_url:
            return {self._auth.header: self._auth.prefix + self._credentials}
        if not self._token or time.monotonic() > self._token_until:
            basic = b64encode(self._credentials.encode()).decode()
            answer = await self._client.post(
                self._auth.token_url,
                data={"grant_type": "client_credentials", **({"scope": self._auth.scope} if self._auth.scope else {})},
                headers={"Authorization": f"Basic {basic}"},
            )
            if answer.status_code in _AGAIN:
                raise _TryAgain(f"the token server answered {answer.status_code}")
            if not answer.is_success:
                raise OrdersUnavailable(
                    f"no token ({answer.status_code}): check CONCIERGE_ORDERS_CREDENTIALS, and auth in the mapping"
                )
            try:
                granted = answer.json()
                self._token = str(granted["access_token"])
                self._token_until = time.monotonic() + float(granted.get("expires_in", 300)) - 60
            except (ValueError, KeyError, TypeError):
                raise OrdersUnavailable("the token server answered with what is no token: check auth") from None
        return {self._auth.header: self._auth.prefix + self._token}

    def close(self) -> None:
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result(timeout=5)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=5)
            self._loop.close()


def _seconds(text: str | None) -> float:
    """What ``Retry-After`` asks for, when it is a number; a date is longer than anybody here can wait."""
    try:
        return max(0.0, float(text or 0))
    except ValueError:
        return 0.0
