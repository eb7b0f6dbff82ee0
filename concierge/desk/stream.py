"""``GET /api/stream``: server-sent events over every case of the desk, until the page goes or may no longer look."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from sanic import Blueprint
from sanic.request import Request

from concierge.desk import guard, redaction
from concierge.desk.live import Happening, Live
from concierge.desk.refusals import Refusal
from concierge.desk.services import services_of
from concierge.serialisation import as_json
from concierge.web_kit.sse import EventStream, event

stream = Blueprint("desk_stream")

CHECK_SECONDS = 5.0
TICK_SECONDS = 1.0
PAGES_OF_ONE = 20


@stream.get("/api/stream")
async def cases(request: Request) -> None:
    """``ready`` comes first; its ``resumed`` is false when the page has to read its lists again."""
    with request.app.ctx.pages.hold(request.ctx.advisor.id) as allowed:
        if not allowed:
            raise Refusal(429, "too_many_pages", "You have the desk open too often. Close some of its windows.", 30)
        await asyncio.to_thread(services_of(request).staff.seen, [request.ctx.advisor.id])
        await _follow(request, request.app.ctx.live, request.ctx.advisor.id)


async def _follow(request: Request, live: Live, advisor_id: str) -> None:
    async with live.page(request.headers.get("last-event-id")) as (page, number, resumed):
        events = await EventStream.begin(request)
        await events.send(event("ready", {"resumed": resumed}, live.id(number)))
        checked = time.monotonic()
        while not (page.lost or live.closing.is_set()):
            happening = await _next(page.queue)
            if happening is not None:
                seen = _seen(happening, advisor_id)
                await events.send(event(happening.event, seen, live.id(happening.number)))
            await events.beat()
            if time.monotonic() - checked >= CHECK_SECONDS:
                checked = time.monotonic()
                if not await _still_in(request):
                    await events.send(event("signed_out", {}, live.id(number)))
                    break
    await events.end()


async def _next(queue: asyncio.Queue[Happening]) -> Happening | None:
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
    if happening.event == "advisors":
        return data
    return data if advisor_id in happening.open_to else redaction.hide(data)
