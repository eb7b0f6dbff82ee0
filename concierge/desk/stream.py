"""``GET /api/stream``: server-sent events over every case of the desk, until the page goes or may no longer look."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import ujson
from sanic import Blueprint
from sanic.request import Request

from concierge.desk import guard, redaction
from concierge.desk.errors import Refusal
from concierge.desk.live import Happening, Live
from concierge.serialisation import as_json

stream = Blueprint("desk_stream")

HEARTBEAT_SECONDS = 15.0
CHECK_SECONDS = 5.0
TICK_SECONDS = 1.0
PAGES_OF_ONE = 20


@stream.get("/api/stream")
async def cases(request: Request) -> None:
    """``ready`` comes first; its ``resumed`` is false when the page has to read its lists again."""
    live: Live = request.app.ctx.live
    advisor_id = request.ctx.advisor.id
    pages: dict[str, int] = request.app.ctx.pages
    if pages.get(advisor_id, 0) >= PAGES_OF_ONE:
        raise Refusal(429, "too_many_pages", "You have the desk open too often. Close some of its windows.", 30)
    pages[advisor_id] = pages.get(advisor_id, 0) + 1
    try:
        async with live.page(request.headers.get("last-event-id")) as (page, number, resumed):
            response = await request.respond(
                content_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
            )
            await response.send(_event("ready", {"resumed": resumed}, live.id(number)))
            checked = sent = time.monotonic()
            while not (page.lost or live.closing.is_set()):
                happening = await _next(page.queue, live.closing)
                now = time.monotonic()
                if happening is not None:
                    await response.send(
                        _event(happening.event, _seen(happening, advisor_id), live.id(happening.number))
                    )
                    sent = now
                elif now - sent >= HEARTBEAT_SECONDS:
                    await response.send(": still here\n\n")
                    sent = now
                if now - checked >= CHECK_SECONDS:
                    checked = now
                    if not await _still_in(request):
                        await response.send(_event("signed_out", {}, live.id(number)))
                        break
        await response.eof()
    finally:
        pages[advisor_id] -= 1
        if not pages[advisor_id]:
            del pages[advisor_id]


async def _next(queue: asyncio.Queue[Happening], closing: asyncio.Event) -> Happening | None:
    try:
        return await asyncio.wait_for(queue.get(), TICK_SECONDS)
    except asyncio.TimeoutError:
        return None


async def _still_in(request: Request) -> bool:
    try:
        return await guard.signed_in(request) is not None
    except Exception:  # a database that is busy is no reason to sign anybody out
        return True


def _seen(happening: Happening, advisor_id: str) -> Any:
    data = as_json(happening.data)
    if happening.event == "cases":
        return [redaction.row(row) for row in data]
    return data if advisor_id in happening.open_to else redaction.hide(data)


def _event(name: str, data: Any, number: str) -> str:
    return (
        f"id: {number}\nevent: {name}\ndata: {ujson.dumps(data, ensure_ascii=False, escape_forward_slashes=False)}\n\n"
    )
