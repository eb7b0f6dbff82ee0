"""A process's way to the conversation log: the log, its cases, wake-ups, and the threads that wait for a database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from concierge.conversations.cases import Cases
from concierge.conversations.log import ConversationLog
from concierge.conversations.notifications import Notifications
from concierge.storage import database

_THREADS = 8


class LogAccess:
    """One for each event loop. What is written here is told to whoever waits here without a look at the database."""

    def __init__(self, url: str, listen_url: str | None = None) -> None:
        """``listen_url``: see ``Notifications``."""
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="log")
        self.engine = database.open_engine(url)
        self.log = ConversationLog(self.engine)
        self.cases = Cases(self.log)
        self.notifications = Notifications(self.log, listen_url)

    async def blocking(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Runs it in a thread of our own: the default ones are few, and others fill them."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(function, *args, **kwargs))

    async def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Runs what reads little, or is a single write: in place where nothing has to be waited for."""
        return await database.run(self.engine, self._pool, function, *args, **kwargs)

    async def close(self) -> None:
        await self.notifications.close()
        if self.log.bell is not None:
            await self.blocking(self.log.bell.close)
        self._pool.shutdown(wait=False)
        self.engine.dispose()
