"""Where providers call: ``/webhooks/messaging/<webhook>``. Signed, or refused; in the log, or to be delivered again.

Mounted on any application of Sanic's that has a reception. A provider is answered 2xx once all of its delivery is
stored, 403 where nobody has signed it, and 503 while the log cannot be written: then it comes again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sanic.request import Request
from sanic.response import HTTPResponse, text

from concierge.channels.file_links import FileLinks
from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.enclosing import Enclosing
from concierge.channels.messaging.media import Media
from concierge.channels.messaging.model import Delivery, Event, Unreadable
from concierge.channels.messaging.presence import Presence
from concierge.channels.messaging.receiving import Receiving
from concierge.channels.messaging.registry import configured
from concierge.channels.messaging.sending import Sender
from concierge.channels.refusals import Refusal
from concierge.channels.resuming import Resuming
from concierge.conversations.outbox import Outbox
from concierge.files.opening import open_files

if TYPE_CHECKING:
    from sanic import Sanic

    from concierge.channels.reception import Reception

logger = logging.getLogger(__name__)

PATH = "/<webhook:str>"
_NO_STORE = {"Cache-Control": "no-store"}


class Door:
    """The channels that are configured. ``answer`` is the handler of ``PATH``, for GET and POST."""

    def __init__(self, adapters: Mapping[str, Adapter] | None = None) -> None:
        self.adapters = configured(tell=True) if adapters is None else adapters
        self._receiving: Receiving | None = None
        self._api: Api | None = None
        self._sender: Sender | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def tie(self, app: Sanic, reception: Reception) -> None:
        """To the application's life: what was said and not delivered goes out as soon as it has started."""

        async def start(app: Sanic, loop: Any = None) -> None:
            self.start(reception)

        async def stop(app: Sanic, loop: Any = None) -> None:
            await self.stop()

        if self.adapters:
            app.register_listener(start, "after_server_start")
            app.register_listener(stop, "before_server_stop")

    def start(self, reception: Reception) -> None:
        outbox = Outbox(reception.log)
        self._api = Api()
        files = open_files(reception.settings)
        enclosing = Enclosing(reception.log, files, FileLinks(reception.settings), Resuming(reception.settings))
        self._sender = Sender(
            outbox,
            self.adapters,
            self._api,
            reception.blocking,
            enclosing,
            unknown=reception.settings.unknown_outcome,
        )
        media = Media(reception.log, files, self.adapters, self._api, reception.blocking)
        self._receiving = Receiving(reception, outbox, self.adapters, self._sender, media)
        begin = asyncio.get_running_loop().create_task
        self._tasks = [
            begin(self._sender.work(reception.notifications)),
            begin(media.work()),
            begin(Presence(outbox, self.adapters, self._sender, reception.blocking).work()),
            *(begin(self._listen(each, reception, self._receiving)) for each in self.adapters.values()),
        ]
        logger.info("Messaging channels: %s", ", ".join(self.adapters))

    async def stop(self) -> None:
        if self._sender is not None and self._api is not None:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._sender.stop()
            await self._api.__aexit__(None, None, None)

    async def _listen(self, adapter: Adapter, reception: Reception, receiving: Receiving) -> None:
        async def take(delivery: Delivery) -> None:
            events, problem = await reception.blocking(_read, adapter, delivery)
            await receiving.take(events)
            if problem is not None:
                raise problem

        await adapter.listen(take)

    async def answer(self, request: Request, webhook: str) -> HTTPResponse:
        """Raises ``Refusal`` for a webhook that nobody has configured, and what a database raises."""
        here = [each for each in self.adapters.values() if each.webhook == webhook]
        if not here or self._receiving is None:
            raise Refusal("not_found")
        delivery = Delivery(
            request.method,
            request.query_string,
            {name.lower(): value for name, value in request.headers.items()},
            request.body,
        )
        for adapter in here:
            if (said := adapter.handshake(delivery)) is not None:
                return text(said, headers=_NO_STORE)
        signed = [adapter for adapter in here if request.method == "POST" and adapter.verified(delivery)]
        if not signed:
            logger.warning("A delivery to %s is not signed as its provider signs, and was refused", webhook)
            return text("Not signed as this provider signs.", status=403, headers=_NO_STORE)
        try:
            events = [event for adapter in signed for event in _events(adapter, delivery)]
        except Unreadable as problem:
            logger.warning("A delivery to %s is signed and cannot be read: %s", webhook, problem)
            return text("This cannot be read.", status=400, headers=_NO_STORE)
        await self._receiving.take(events)
        return text(signed[0].answer, headers=_NO_STORE, content_type=signed[0].content_type)


def _events(adapter: Adapter, delivery: Delivery) -> list[Event]:
    """Those that can be read: a provider may add kinds that nobody here knows, and must not stop at them for ever."""
    found, problem = _read(adapter, delivery)
    if isinstance(problem, Unreadable):
        raise problem
    if problem is not None:
        # Without its words: they may be the customer's.
        kind = type(problem).__name__
        logger.error("%s: the rest of a delivery was not understood, and is passed over: %s", adapter.title, kind)
    return found


def _read(adapter: Adapter, delivery: Delivery) -> tuple[list[Event], Exception | None]:
    """The events of a delivery, up to where it cannot be read, and why it cannot."""
    found: list[Event] = []
    try:
        for event in adapter.parse(delivery):
            found.append(event)
    except Exception as problem:
        return found, problem
    return found, None
