"""Server-sent events of one conversation: everything after what the page has, then whatever comes, until it leaves."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from sanic.request import Request

from concierge.channels.reception import Reception
from concierge.channels.view import look, public
from concierge.conversations import ConversationNotFound

HEARTBEAT_SECONDS = 15.0
_QUEUE_SECONDS = 5.0  # others move up and leave without a change of this conversation
_TYPING_SECONDS = 2.0  # a person who stops typing changes nothing in the log
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def stream(
    request: Request, reception: Reception, conversation_id: str, after: int, headers: dict[str, str]
) -> None:
    """Answers the request. Raises ``ConversationNotFound`` while nothing has been sent yet."""
    loop = asyncio.get_running_loop()
    with reception.notifications.watch(conversation_id) as watch:
        messages, status = await reception.blocking(look, reception.log, reception.cases, conversation_id, after)
        response = await request.respond(content_type="text/event-stream", headers={**HEADERS, **headers})
        await response.send("retry: 1000\n\n")
        told = None
        spoken_at = loop.time()
        while True:
            parts = [_event("message", public(message), message.seq) for message in messages]
            after = messages[-1].seq if messages else after
            if status != told:
                told = status
                parts.append(_event("status", status.as_dict()))
            if not parts and loop.time() - spoken_at >= HEARTBEAT_SECONDS - 0.1:
                parts.append(": still here\n\n")
            if parts:
                await response.send("".join(parts))
                spoken_at = loop.time()
            await watch.wait(_patience(status, HEARTBEAT_SECONDS - (loop.time() - spoken_at)))
            try:
                messages, status = await reception.run(look, reception.log, reception.cases, conversation_id, after)
            except ConversationNotFound:  # erased: the page is told when it comes back
                with contextlib.suppress(Exception):
                    await response.eof()
                return
            except Exception:  # the log is out of reach: the stream stays, and reads on when it is back
                messages = []
                await asyncio.sleep(1)


def _patience(status: Any, until_heartbeat: float) -> float:
    most = HEARTBEAT_SECONDS
    if status.typing == "advisor":
        most = _TYPING_SECONDS
    elif status.owner == "queue":
        most = _QUEUE_SECONDS
    return max(0.05, min(most, until_heartbeat))


def _event(name: str, data: dict[str, Any], seq: int | None = None) -> str:
    head = f"id: {seq}\n" if seq is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"
