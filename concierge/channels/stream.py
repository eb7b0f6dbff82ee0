"""Server-sent events of one conversation: everything after what the page has, then whatever comes, until it leaves."""

from __future__ import annotations

import asyncio
import contextlib

from prometheus_client import Gauge
from sanic.request import Request

from concierge.channels.reception import Reception
from concierge.channels.view import Status, public
from concierge.conversations import ConversationNotFound, Message
from concierge.conversations.standings import Standing
from concierge.web_kit.sse import HEARTBEAT_SECONDS, EventStream, event

_QUEUE_SECONDS = 5.0  # others move up and leave without a change of this conversation
_TYPING_SECONDS = 2.0  # a person who stops typing changes nothing in the log
_open = Gauge("concierge_streams", "Customers' pages that are open: streams of server-sent events.")


async def stream(
    request: Request, reception: Reception, conversation_id: str, after: int, headers: dict[str, str]
) -> None:
    """Answers the request. Raises ``ConversationNotFound`` while nothing has been sent yet."""
    with reception.notifications.watch(conversation_id) as watch, _open.track_inprogress():
        messages, status = await reception.blocking(reception.view.look, conversation_id, after)
        if status.owner == "advisor":  # a customer who had put it away is back
            await reception.blocking(reception.cases.come_back, conversation_id)
        events = await EventStream.begin(request, headers)
        await events.send("retry: 1000\n\n")
        told = None
        while True:
            parts = [event("message", public(message), message.seq) for message in messages]
            after = messages[-1].seq if messages else after
            if status != told:
                told = status
                parts.append(event("status", status.as_dict()))
            if parts:
                await events.send("".join(parts))
            if reception.settings.sends_mail and any(message.role == "advisor" for message in messages):
                with contextlib.suppress(Exception):  # a mail too many is no harm
                    await reception.run(reception.mail_threads.shown, conversation_id, after)
            await events.beat()
            changed = await watch.wait(_patience(status, events.quiet_for_another))
            if not changed and status.owner == "assistant":
                reception.revalidation.ask(watch, conversation_id, _as_shown(status, after))
                messages = []
                continue
            written = watch.take_appended()
            if written is not None and _is_next(written, after):  # its page has it before the database is asked again
                await events.send(event("message", public(written), written.seq))
                after = written.seq
            try:
                messages, status = await reception.run(reception.view.look, conversation_id, after)
            except ConversationNotFound:  # erased: the page is told when it comes back
                with contextlib.suppress(Exception):
                    await events.end()
                return
            except Exception:  # the log is out of reach: the stream stays, and reads on when it is back
                messages = []
                await asyncio.sleep(1)


def _as_shown(status: Status, after: int) -> Standing:
    """How a conversation stands that is the assistant's, if the page shows all of it."""
    return Standing(after, status.owner, status.typing == "assistant")


def _is_next(message: Message, after: int) -> bool:
    """Whether it is what the page lacks, as it is: to what was sent with it the log adds what became of that."""
    return message.seq == after + 1 and "attachment" not in message.payload


def _patience(status: Status, until_heartbeat: float) -> float:
    most = HEARTBEAT_SECONDS
    if status.typing == "advisor":
        most = _TYPING_SECONDS
    elif status.owner == "queue":
        most = _QUEUE_SECONDS
    return max(0.05, min(most, until_heartbeat))
