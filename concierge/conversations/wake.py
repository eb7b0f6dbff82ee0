"""Tells who waits on a conversation that it changed: at once in this process, within 50 ms across processes.

A wake is a hint and nothing more: what changed is read from the log, and whoever waits reads it again on every
time-out. With SQLite one task watches the file's change counter; with PostgreSQL it listens to the log's notifications;
while nobody waits it does neither.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import datetime, timedelta, timezone
from typing import Any

from concierge.conversations.log import ConversationLog

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.05
_RETRY_SECONDS = 1.0
_IDLE_SECONDS = 1.0
# A writer notes the time when it begins: one that began before the watch may end after its first look.
_WRITING = timedelta(seconds=1)
_CHANGES = "SELECT id, updated_at FROM conversations WHERE updated_at > ? ORDER BY updated_at"


class Watch:
    """Made by :meth:`Wake.watch`. Changes that come between two waits are kept."""

    def __init__(self, only: str | None) -> None:
        self.only = only
        self._changed: set[str] = set()
        self._event = asyncio.Event()

    def mark(self, conversation_id: str) -> None:
        self._changed.add(conversation_id)
        self._event.set()

    async def wait(self, timeout: float) -> set[str]:
        """The conversations that changed since the last wait; empty after ``timeout`` seconds."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._event.wait(), timeout)
        self._event.clear()
        changed, self._changed = self._changed, set()
        return changed


class CaseWatch:
    """Made by :meth:`Wake.watch_cases`. Most conversations never become a case: those who look after cases sleep on."""

    def __init__(self, log: ConversationLog, watch: Watch) -> None:
        self._log = log
        self._watch = watch

    async def wait(self, timeout: float) -> None:
        """Until a conversation that has or had a case changes, for ``timeout`` seconds at most."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while (left := deadline - loop.time()) > 0:
            changed = await self._watch.wait(left)
            if changed:
                concerned = await asyncio.to_thread(self._log.have_cases, changed)
                if concerned:
                    return


class Wake:
    """One per process. Must be made or first used inside the event loop it serves."""

    def __init__(self, log: ConversationLog) -> None:
        self._log = log
        self._watches: dict[str | None, set[Watch]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        log.listeners.append(self.notify)

    @contextlib.contextmanager
    def watch(self, conversation_id: str | None = None) -> Any:
        """``with wake.watch(id) as watch:`` then ``await watch.wait(seconds)``; without an id, every conversation."""
        self._start()
        watch = Watch(conversation_id)
        self._watches.setdefault(conversation_id, set()).add(watch)
        try:
            yield watch
        finally:
            others = self._watches[conversation_id]
            others.discard(watch)
            if not others:
                del self._watches[conversation_id]

    @contextlib.contextmanager
    def watch_cases(self) -> Any:
        """As :meth:`watch` of every conversation, for what concerns cases alone."""
        with self.watch() as watch:
            yield CaseWatch(self._log, watch)

    async def wait(self, conversation_id: str, timeout: float) -> bool:
        """True when the conversation changed. A change between two calls is missed: streams use :meth:`watch`."""
        with self.watch(conversation_id) as watch:
            return bool(await watch.wait(timeout))

    def notify(self, conversation_id: str) -> None:
        """From any thread."""
        if self._loop is None or not self._watches:
            return
        with contextlib.suppress(RuntimeError):  # no loop runs in this thread
            if asyncio.get_running_loop() is self._loop:
                self._mark(conversation_id)
                return
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is left to wake
            self._loop.call_soon_threadsafe(self._mark, conversation_id)

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def _mark(self, conversation_id: str) -> None:
        for key in (conversation_id, None):
            for watch in self._watches.get(key, ()):
                watch.mark(conversation_id)

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._loop = asyncio.get_running_loop()
            listen = self._poll_sqlite if self._log.engine.dialect.name == "sqlite" else self._listen_postgres
            self._task = self._loop.create_task(self._keep(listen))

    async def _keep(self, listen: Any) -> None:
        while self._watches:
            try:
                await listen()
            except Exception:
                logger.exception("The conversation log cannot be watched; trying again.")
                await asyncio.sleep(_RETRY_SECONDS)

    async def _poll_sqlite(self) -> None:
        last = (datetime.now(timezone.utc) - _WRITING).strftime("%Y-%m-%d %H:%M:%S.%f")  # as SQLAlchemy writes it
        connection = await asyncio.to_thread(self._log.engine.raw_connection)
        try:
            cursor = connection.cursor()
            seen = None
            while self._watches:
                # Both take microseconds, and readers never wait with WAL: a thread would cost more.
                version = cursor.execute("PRAGMA data_version").fetchone()[0]
                if version != seen:
                    seen = version
                    for conversation_id, changed_at in cursor.execute(_CHANGES, (last,)).fetchall():
                        self._mark(conversation_id)
                        last = changed_at
                await asyncio.sleep(POLL_SECONDS)
        finally:
            connection.close()

    async def _listen_postgres(self) -> None:
        connection = await asyncio.to_thread(self._log.engine.raw_connection)
        driver = connection.dbapi_connection
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[None] = loop.create_future()

        def read() -> None:
            try:
                driver.poll()
            except Exception as problem:
                if not lost.done():
                    lost.set_exception(problem)
                return
            while driver.notifies:
                self._mark(driver.notifies.pop(0).payload)

        try:
            driver.autocommit = True
            driver.cursor().execute("LISTEN concierge")
            loop.add_reader(driver.fileno(), read)
            # What was committed before the LISTEN took effect.
            for waiting in [key for key in self._watches if key]:
                self._mark(waiting)
            while self._watches:
                await asyncio.wait({lost}, timeout=_IDLE_SECONDS)
                if lost.done():
                    lost.result()
        finally:
            loop.remove_reader(driver.fileno())
            connection.invalidate()
