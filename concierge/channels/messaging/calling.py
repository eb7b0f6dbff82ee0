"""Calls to providers: what came of one is an answer, or says whether it may be tried again."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx

from concierge.channels.messaging.model import NotNow, Refused, Unclear

SECONDS = 12.0  # for one call, however slowly its answer comes
_CONNECT_SECONDS = 5.0
_FILE_SECONDS = 45.0
_LARGEST = 1_000_000  # bytes of an answer
_LONGEST_PAUSE = 3600.0
_WRONG_TOKEN_SECONDS = 60.0
# Before a byte of the request has left: it cannot have been taken.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class Answer:
    """Of a provider that took the request, or refused it for what it is."""

    status: int
    headers: Mapping[str, str]
    body: Any  # JSON; None where there is none

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


class Api:
    """One client for all providers of a process. ``async with Api() as api:``"""

    def __init__(self) -> None:
        # At INFO httpx logs every URL, and Telegram's has the bot's token in it.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(SECONDS, connect=_CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
            headers={"User-Agent": "concierge"},
            verify=ssl.create_default_context(),
        )

    async def __aenter__(self) -> Api:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None, **options: Any) -> Answer:
        """As ``post``."""
        return await self._call("GET", url, headers or {}, options)

    async def post(self, url: str, *, headers: Mapping[str, str] | None = None, **options: Any) -> Answer:
        """``options`` as httpx has them: ``json``, ``data``, ``params``, ``auth``.

        Raises ``NotNow`` (not reached, too fast, our token) and ``Unclear`` (no answer, the provider's own error).
        """
        return await self._call("POST", url, headers or {}, options)

    async def download(self, url: str, most: int, *, headers: Mapping[str, str] | None = None) -> bytes:
        """A file of at most so many bytes. Raises as ``post`` does; ``Refused`` where it is larger, or not there."""
        try:
            return await asyncio.wait_for(self._download(url, most, headers or {}), _FILE_SECONDS)
        except asyncio.TimeoutError:
            raise Unclear("no_answer (too long)") from None
        except httpx.HTTPError as problem:
            raise NotNow(f"not_reached ({type(problem).__name__})") from None

    async def _download(self, url: str, most: int, headers: Mapping[str, str]) -> bytes:
        found = bytearray()
        async with self._client.stream("GET", url, headers=dict(headers), follow_redirects=True) as got:
            if got.status_code == httpx.codes.UNAUTHORIZED:
                raise NotNow("token_refused", _WRONG_TOKEN_SECONDS, ours=True)
            if got.status_code == httpx.codes.TOO_MANY_REQUESTS or got.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                raise NotNow(f"http_{got.status_code}", _after(Answer(got.status_code, got.headers, None)))
            if got.status_code != httpx.codes.OK:
                raise Refused(f"http_{got.status_code}")
            async for some in got.aiter_bytes():
                found += some
                if len(found) > most:
                    raise Refused("too_large")
        return bytes(found)

    async def _call(self, method: str, url: str, headers: Mapping[str, str], options: dict[str, Any]) -> Answer:
        try:
            asked = self._client.request(method, url, headers=dict(headers), **options)
            got = await asyncio.wait_for(asked, SECONDS)  # httpx counts anew at each byte
        except asyncio.TimeoutError:
            raise Unclear("no_answer (too long)") from None
        except _NEVER_SENT as problem:
            raise NotNow(f"not_reached ({type(problem).__name__})") from None
        except httpx.HTTPError as problem:
            raise Unclear(f"no_answer ({type(problem).__name__})") from None
        answer = Answer(got.status_code, got.headers, _json(got))
        if got.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise NotNow("too_fast", _after(answer))
        if got.status_code == httpx.codes.UNAUTHORIZED:
            raise NotNow("token_refused", _WRONG_TOKEN_SECONDS, ours=True)
        if got.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Unclear(f"http_{got.status_code}", _after(answer))
        return answer


def _json(got: httpx.Response) -> Any:
    if len(got.content) > _LARGEST:
        return None
    try:
        return got.json()
    except (ValueError, RecursionError):
        return None


def _after(answer: Answer) -> float | None:
    """Seconds to wait: ``Retry-After``, or Telegram's ``parameters.retry_after``."""
    told = answer.headers.get("retry-after")
    if told is None and isinstance(answer.body, dict):
        parameters = answer.body.get("parameters")
        told = parameters.get("retry_after") if isinstance(parameters, dict) else None
    try:
        return min(_LONGEST_PAUSE, max(0.0, float(told)))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
