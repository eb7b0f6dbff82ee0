"""What an assistant counts: see ``concierge.web_kit.metrics``.

Nothing can reach an assistant but on its own machine. So it leaves its numbers in the database, from where every front
tells those of all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections.abc import Iterator
from datetime import datetime, timezone

from prometheus_client import Counter, Gauge, Histogram

from concierge.conversations import LogAccess, Message
from concierge.conversations.told_metrics import EVERY_SECONDS, ToldMetrics
from concierge.storage import outage
from concierge.web_kit.metrics import BUCKETS, packed

logger = logging.getLogger(__name__)

answered = Counter("concierge_messages_answered", "Messages taken out of the inbox: done, or failed.", ["state"])
waiting = Gauge("concierge_inbox_waiting", "Conversations with a message that nobody is at, as last seen.")
_again = Counter("concierge_messages_taken_over", "Messages that another process had begun to answer.")
_turns = Gauge("concierge_turns", "Messages that are being answered.")
_wait = Histogram("concierge_message_wait_seconds", "From a message in the log to its turn.", buckets=BUCKETS)
_turn = Histogram("concierge_turn_seconds", "From a turn's begin to the answer in the log.", buckets=BUCKETS)


@contextlib.contextmanager
def turn(message: Message) -> Iterator[None]:
    """Around a message's turn. How long it has waited is by two machines' clocks: a hint where these differ."""
    _wait.observe(max(0.0, (datetime.now(timezone.utc) - message.created_at).total_seconds()))
    _again.inc(message.attempts > 1)
    began = time.perf_counter()
    with _turns.track_inprogress():
        yield
    _turn.observe(time.perf_counter() - began)


class Telling:
    """Tells of this process's numbers every few seconds, from when it starts until it stops."""

    def __init__(self, access: LogAccess) -> None:
        self._access = access
        self._told = ToldMetrics(access.engine)
        self._process = f"{socket.gethostname()}:{os.getpid()}"
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._keep_telling())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        with contextlib.suppress(Exception):  # what is left is soon too old
            await self._access.blocking(self._told.forget, self._process)

    async def _keep_telling(self) -> None:
        while True:
            try:
                await self._access.blocking(self._told.tell, self._process, packed())
            except Exception as problem:
                outage.report(logger, "What this assistant counts could not be told", problem)
            await asyncio.sleep(EVERY_SECONDS)
