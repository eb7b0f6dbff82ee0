"""Calls to providers: what came of one is an answer, or says whether it may be tried again."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from concierge.channels.messaging.model import NotNow, Refused, Unclear

if TYPE_CHECKING:  # two megabytes, which a front without such channels need not have: imported where there is a call
    import httpx

Sent = TypeVar("Sent")

SECONDS = 12.0  # for one call, however slowly its answer comes
_CONNECT_SECONDS = 5.0
_FILE_SECONDS = 45.0
TOO_LARGE = "too_large"  # the code of a file that is
_WRITING = ".send_request_headers.started"  # how httpx calls the moment from which on bytes of a request may have left
_LARGEST = 1_000_000  # bytes of an answer
_LONGEST_PAUSE = 3600.0
_WRONG_TOKEN_SECONDS = 60.0


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
        import httpx

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

        Raises ``NotNow`` (not reached, too fast, our token, too busy until a time that is told) and ``Unclear`` (no
        answer, the provider's own error).
        """
        return await self._call("POST", url, headers or {}, options)

    async def download(self, url: str, most: int, *, headers: Mapping[str, str] | None = None) -> bytes:
        """A file of at most so many bytes. Raises as ``post`` does; ``Refused`` where it is larger, or not there."""
        import httpx

        if not url.startswith(("https://", "http://")):
            raise Refused("no_address")
        try:
            return await asyncio.wait_for(self._download(url, most, headers or {}), _FILE_SECONDS)
        except asyncio.TimeoutError:
            raise Unclear("no_answer (too long)") from None
        except httpx.InvalidURL:
            raise Refused("no_address") from None
        except httpx.HTTPError as problem:
            raise NotNow(f"not_reached ({type(problem).__name__})") from None

    async def _download(self, url: str, most: int, headers: Mapping[str, str]) -> bytes:
        found = bytearray()
        async with self._client.stream("GET", url, headers=dict(headers), follow_redirects=True) as got:
            if got.status_code == HTTPStatus.UNAUTHORIZED:
                raise NotNow("token_refused", _WRONG_TOKEN_SECONDS, ours=True)
            if got.status_code == HTTPStatus.TOO_MANY_REQUESTS or got.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise NotNow(f"http_{got.status_code}", _after(Answer(got.status_code, got.headers, None)))
            if got.status_code != HTTPStatus.OK:
                raise Refused(f"http_{got.status_code}")
            async for some in got.aiter_bytes():
                found += some
                if len(found) > most:
                    raise Refused(TOO_LARGE)
        return bytes(found)

    async def _call(self, method: str, url: str, headers: Mapping[str, str], options: dict[str, Any]) -> Answer:
        import httpx

        begun = asyncio.Event()

        async def trace(step: str, _: Any) -> None:
            if step.endswith(_WRITING):
                begun.set()

        try:
            asked = self._client.request(method, url, headers=dict(headers), extensions={"trace": trace}, **options)
            got = await asyncio.wait_for(asked, SECONDS)  # httpx counts anew at each byte
        except (asyncio.TimeoutError, httpx.HTTPError) as problem:
            why = "too long" if isinstance(problem, asyncio.TimeoutError) else type(problem).__name__
            if not begun.is_set():  # no address, connection or TLS: no byte has left, so it cannot have been taken
                raise NotNow(f"not_reached ({why})", down=True) from None
            raise Unclear(f"no_answer ({why})") from None
        answer = Answer(got.status_code, got.headers, _json(got))
        if got.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise NotNow("too_fast", _after(answer))
        if got.status_code == HTTPStatus.UNAUTHORIZED:
            raise NotNow("token_refused", _WRONG_TOKEN_SECONDS, ours=True)
        if got.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            after, code = _after(answer), f"http_{got.status_code}"
            # A proxy says 503 also where the connection behind it broke, but then it does not know when to come again.
            if got.status_code == HTTPStatus.SERVICE_UNAVAILABLE and after is not None:
                raise NotNow(code, after, down=True)
            raise Unclear(code, after, body=answer.body)
        return answer


async def named(send: Callable[[str], Awaitable[Sent]], name: str) -> Sent:
    """Sends under what the provider has for the author's name; where it refuses that, the same without it."""
    if name:
        try:
            return await send(name)
        except Refused:
            pass
    return await send("")


@contextmanager
def before_sending() -> Iterator[None]:
    """For what a message needs before it is sent, as a file that is handed over first: whatever becomes of that, the
    message itself was not taken."""
    try:
        yield
    except Unclear as problem:
        raise NotNow(problem.code, problem.after, down=True) from None


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
