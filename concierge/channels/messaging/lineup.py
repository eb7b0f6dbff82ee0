"""Deliveries that come at the same moment, put in the order in which their customer wrote.

Providers deliver side by side, and again what was not taken. What arrives within a breath is sorted by the provider's
clock; what comes later than that is stored as it comes, for nobody can wait for what may never have been sent.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from itertools import count

from concierge.channels.messaging.model import Incoming

SETTLE_SECONDS = 0.1

_Key = tuple[str, str]
_Entry = tuple[tuple[float, int], int, Incoming, "asyncio.Future[None]"]


class Lineup:
    """Stores the messages of one address one after the other. ``store`` may raise: then its delivery is refused."""

    def __init__(self, store: Callable[[Incoming], Awaitable[None]]) -> None:
        self._store = store
        self._waiting: dict[_Key, list[_Entry]] = {}
        self._tasks: dict[_Key, asyncio.Task[None]] = {}
        self._count = count()

    async def put(self, incoming: Incoming) -> None:
        """Until it is stored. Raises what ``store`` does."""
        key = (incoming.channel, incoming.address)
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = ((incoming.at.timestamp(), incoming.order), next(self._count), incoming, stored)
        heapq.heappush(self._waiting.setdefault(key, []), entry)
        if key not in self._tasks:
            self._tasks[key] = asyncio.get_running_loop().create_task(self._drain(key))
        await stored

    async def _drain(self, key: _Key) -> None:
        waiting = self._waiting[key]
        try:
            await asyncio.sleep(SETTLE_SECONDS)
            while waiting:
                _, _, incoming, stored = heapq.heappop(waiting)
                try:
                    await self._store(incoming)
                except Exception as problem:
                    # What follows must not go before it: the provider brings all of it again.
                    for other in [stored, *(entry[3] for entry in waiting)]:
                        if not other.done():
                            other.set_exception(problem)
                    waiting.clear()
                else:
                    if not stored.done():
                        stored.set_result(None)
        finally:
            del self._waiting[key], self._tasks[key]
