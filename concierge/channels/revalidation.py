"""Whether pages that were told of nothing for a while are up to date still: one look at the database for many of them.

What changes is told of, but a hint may be lost with the process that would have given it. So each page looks now and
then; with a look for each, two thousand pages that nobody writes on were a third of a front's work, and what others
wrote waited behind them.
"""

from __future__ import annotations

import asyncio
import contextlib
from itertools import islice

from concierge.conversations import LogAccess
from concierge.conversations.notifications import Watch
from concierge.conversations.standings import Standing, standings

_GATHERED_SECONDS = 0.25
_AT_ONCE = 100  # on SQLite it is the event loop that looks


class Revalidation:
    """Of one event loop."""

    def __init__(self, access: LogAccess) -> None:
        self._access = access
        self._asked: dict[Watch, tuple[str, Standing]] = {}
        self._task: asyncio.Task[None] | None = None

    def ask(self, watch: Watch, conversation_id: str, known: Standing) -> None:
        """Marks the watch, within moments, where its conversation stands otherwise by now, or nobody can tell."""
        self._asked[watch] = (conversation_id, known)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._look())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _look(self) -> None:
        while self._asked:
            await asyncio.sleep(_GATHERED_SECONDS)
            now = {watch: self._asked.pop(watch) for watch in list(islice(self._asked, _AT_ONCE))}
            ids = sorted({conversation_id for conversation_id, _ in now.values()})
            found: dict[str, Standing] = {}
            with contextlib.suppress(Exception):  # whoever is marked looks, and finds out what is wrong
                found = await self._access.run(standings, self._access.engine, ids)
            for watch, (conversation_id, known) in now.items():
                if found.get(conversation_id) != known:
                    watch.mark(conversation_id)
        self._task = None
