"""An advisor at a conversation, shown to its customer where the provider can: they have read it, and they write."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime

from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.model import Incoming
from concierge.channels.messaging.sending import Sender
from concierge.channels.storing import Blocking
from concierge.conversations.outbox import Outbox
from concierge.conversations.outbox_standing import KEY, Attended
from concierge.storage import outage

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
_MOST = 1000  # conversations that are remembered


class Presence:
    """One for each process that serves the channels: what is shown twice looks the same."""

    def __init__(self, outbox: Outbox, adapters: Mapping[str, Adapter], sender: Sender, run: Blocking) -> None:
        self._outbox, self._sender, self._run = outbox, sender, run
        self._adapters = {name: adapter for name, adapter in adapters.items() if adapter.typing_seconds}
        self._read: dict[str, datetime] = {}  # by conversation: the customer's message that was shown as read
        self._until: dict[str, float] = {}  # and how long the sign of writing lasts

    async def work(self) -> None:
        """Until it is cancelled."""
        while self._adapters:
            try:
                for each in await self._run(self._outbox.attended, list(self._adapters)):
                    self._show(each)
            except Exception as problem:
                outage.report(logger, "Customers are not shown that an advisor reads or writes", problem)
            await asyncio.sleep(LOOK_SECONDS)

    def _show(self, one: Attended) -> None:
        key = str(one.details.get(KEY) or "")
        incoming = Incoming(one.channel, key, one.address, one.heard_at, details=dict(one.details))
        if self._read.get(one.conversation_id) != one.heard_at:
            self._forget()
            self._read[one.conversation_id] = one.heard_at
            self._sender.seen(incoming, answering=False)
        now = asyncio.get_running_loop().time()
        if one.writes and now >= self._until.get(one.conversation_id, 0.0):
            self._until[one.conversation_id] = now + self._adapters[one.channel].typing_seconds
            self._sender.seen(incoming, answering=True)

    def _forget(self) -> None:
        for kept in (self._read, self._until):
            while len(kept) >= _MOST:
                del kept[next(iter(kept))]
