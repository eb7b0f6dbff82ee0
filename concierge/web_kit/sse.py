"""Server-sent events: how they are framed, and a sign of life where nothing happens."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import ujson
from sanic.request import Request
from sanic.response import HTTPResponse

HEARTBEAT_SECONDS = 15.0
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_EARLY = 0.1  # a timer that wakes a little before its time must not wait for the next one


def event(name: str, data: Any, number: int | str | None = None) -> str:
    """``number``: what a page that comes back shows as its ``Last-Event-ID``."""
    head = f"id: {number}\n" if number is not None else ""
    written = ujson.dumps(data, ensure_ascii=False, escape_forward_slashes=False)
    return f"{head}event: {name}\ndata: {written}\n\n"


class EventStream:
    """An answer without end, begun. What it sends raises once the page has gone."""

    def __init__(self, response: HTTPResponse) -> None:
        self._response = response
        self._sent_at = time.monotonic()

    @classmethod
    async def begin(cls, request: Request, headers: Mapping[str, str] | None = None) -> EventStream:
        sent = {**_HEADERS, **(headers or {})}
        return cls(await request.respond(content_type="text/event-stream", headers=sent))

    async def send(self, events: str) -> None:
        await self._response.send(events)
        self._sent_at = time.monotonic()

    async def beat(self) -> None:
        """A comment, if nothing was sent for so long that a proxy, or the page, may take the stream for dead."""
        if self.quiet_for_another <= _EARLY:
            await self.send(": still here\n\n")

    @property
    def quiet_for_another(self) -> float:
        """Seconds until the next sign of life is due."""
        return HEARTBEAT_SECONDS - (time.monotonic() - self._sent_at)

    async def end(self) -> None:
        await self._response.eof()
