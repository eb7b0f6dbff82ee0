"""Tells who waits on a conversation that it changed: at once in this process, within a millisecond across processes.

A notification is a hint and nothing more: what changed is read from the log, unless it is a message that this process
has appended itself, and on every time-out whoever waits sees whether anything was missed. With SQLite other processes
of the machine say what they have written (``wake``), and one task watches the file's change counter besides, in which
what this process writes in place does not count: what nobody has told of is known within 50 ms. With PostgreSQL the
task listens to the notifications of other processes. While nobody waits it does neither.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import sqlalchemy as sa

from concierge.conversations import bell
from concierge.conversations.log import ConversationLog
from concierge.conversations.model import Message
from concierge.conversations.schema import conversations
from concierge.conversations.wake import Pipe
from concierge.storage import database, outage
from concierge.storage.compiled_statements import CompiledStatement

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.05
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0  # between two tries to listen again; waits end by themselves meanwhile
_IDLE_SECONDS = 1.0
_CHECK_SECONDS = 10.0
# A writer notes the time when it begins: one that began before the watch may end after its first look.
_WRITING = timedelta(seconds=1)
_EVERY: Final = object()
_WORK: Final = object()
_NEVER = datetime.min.replace(tzinfo=timezone.utc)
_CHANGED = CompiledStatement(
    sa.select(conversations.c.id, conversations.c.updated_at)
    .where(conversations.c.updated_at > sa.bindparam("last"))
    .order_by(conversations.c.updated_at)
)


class Watch:
    """Made by :meth:`Notifications.watch`, for one who waits. Changes that come between two waits are kept.

    A front has thousands that wait, each anew every fifteen seconds: for a future with a timer, since a task for each
    left so much behind that all of its memory was searched for garbage every half minute, for 30 to 130 ms.
    """

    def __init__(self) -> None:
        self._changed: set[str] = set()
        self._waiter: asyncio.Future[None] | None = None
        self._skipped = 0
        self._appended: Message | None = None

    def skip_next(self) -> None:
        """Of one's own: whoever is about to change the conversation does not have to look what has changed."""
        self._skipped += 1

    def mark(self, conversation_id: str, appended: Message | None = None) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        self._changed.add(conversation_id)
        self._appended = appended or self._appended
        _end(self._waiter)

    def take_appended(self) -> Message | None:
        """The latest message that this process has appended since the last call: it need not be read to be shown.

        A hint, as all is here: others may have come before and after it.
        """
        appended, self._appended = self._appended, None
        return appended

    async def wait(self, timeout: float) -> set[str]:
        """The conversations that changed since the last wait; empty after ``timeout`` seconds."""
        if self._changed:
            await asyncio.sleep(0)  # whoever always finds something lets others work, too
        else:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            timer = loop.call_later(timeout, _end, self._waiter)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        changed, self._changed = self._changed, set()
        return changed


def _end(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


class CaseWatch:
    """Made by :meth:`Notifications.watch_cases`. Most conversations have none: who looks after cases sleeps on."""

    def __init__(self, log: ConversationLog, watch: Watch) -> None:
        self._log = log
        self._watch = watch

    async def wait(self, timeout: float) -> None:
        """Until a conversation that has or had a case changes, for ``timeout`` seconds at most."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while (left := deadline - loop.time()) > 0:
            changed = await self._watch.wait(left)
            concerned = bool(changed) and await database.run(self._log.engine, None, self._log.have_cases, changed)
            if concerned:
                return


class Notifications:
    """One per process. Must be made or first used inside the event loop it serves."""

    def __init__(self, log: ConversationLog, listen_url: str | None = None) -> None:
        """``listen_url``: the same database, where the log's own address is a pooler's, which keeps no connection."""
        self._log = log
        self._listens = database.open_engine(listen_url) if listen_url else log.engine
        self._watches: dict[object, set[Watch]] = {}  # by conversation, and for _EVERY one or those with _WORK
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._task: asyncio.Task[None] | None = None
        self._lost = 0  # how often in a row
        self._deaf_since = _NEVER  # with PostgreSQL: until then other processes were surely heard
        self._told: dict[str, datetime] = {}  # when another process has told of a conversation
        log.listeners.append(self.notify)

    def watch(self, conversation_id: str | None = None) -> AbstractContextManager[Watch]:
        """``with notifications.watch(id) as watch:``, then ``await watch.wait(seconds)``; without an id, of all."""
        return self._watching(_EVERY if conversation_id is None else conversation_id)

    def watch_work(self) -> AbstractContextManager[Watch]:
        """As :meth:`watch` of every conversation, where something may have been left in its inbox."""
        return self._watching(_WORK)

    @contextlib.contextmanager
    def _watching(self, key: object) -> Iterator[Watch]:
        self._start()
        watch = Watch()
        self._watches.setdefault(key, set()).add(watch)
        try:
            yield watch
        finally:
            others = self._watches[key]
            others.discard(watch)
            if not others:
                del self._watches[key]

    @contextlib.contextmanager
    def watch_cases(self) -> Iterator[CaseWatch]:
        """As :meth:`watch` of every conversation, for what concerns cases alone."""
        with self.watch() as watch:
            yield CaseWatch(self._log, watch)

    async def wait(self, conversation_id: str, timeout: float) -> bool:
        """True when the conversation changed. A change between two calls is missed: streams use :meth:`watch`."""
        with self.watch(conversation_id) as watch:
            return bool(await watch.wait(timeout))

    def notify(self, conversation_id: str, work: bool = False, appended: Message | None = None) -> None:
        """From any thread."""
        keys = [key for key in (conversation_id, _EVERY, *([_WORK] if work else [])) if key in self._watches]
        if self._loop is None or not keys:
            return
        if threading.get_ident() == self._thread:
            self._mark(conversation_id, keys, appended)
            return
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is left to wake
            self._loop.call_soon_threadsafe(self._mark, conversation_id, keys, appended)

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def _mark(self, conversation_id: str, keys: Iterable[object], appended: Message | None = None) -> None:
        for key in keys:
            for watch in self._watches.get(key, ()):
                watch.mark(conversation_id, appended)

    def _mark_elsewhere(self, conversation_id: str, work: bool = True) -> None:
        """Another process has changed it. ``work``: it has left something in the inbox, or that is not known."""
        self._mark(conversation_id, (conversation_id, _EVERY, *([_WORK] if work else [])))

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._deaf_since = datetime.now(timezone.utc)
            self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
            listen = self._poll_sqlite if self._log.engine.dialect.name == "sqlite" else self._listen_postgres
            self._task = self._loop.create_task(self._keep(listen))

    async def _keep(self, listen: Any) -> None:
        while self._watches:
            try:
                await listen()
            except Exception as problem:
                pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**self._lost)
                self._lost += 1
                outage.report(logger, "The conversation log cannot be watched", problem)
                await asyncio.sleep(pause)

    async def _poll_sqlite(self) -> None:
        loop = asyncio.get_running_loop()
        pipe = self._log.wakes.listen() if self._log.wakes is not None else None
        if pipe is not None:
            loop.add_reader(pipe.descriptor, self._hear_pipe, pipe)
        try:
            await self._watch_file()
        finally:
            if pipe is not None:
                loop.remove_reader(pipe.descriptor)
                pipe.close()

    async def _watch_file(self) -> None:
        last, seen = datetime.now(timezone.utc) - _WRITING, None
        engine = self._log.engine
        while self._watches:
            version = database.version(engine)
            if version != seen:
                seen = version
                told, self._told = self._told, {}
                for row in await database.run(engine, None, self._changed_since, last):
                    last = row["updated_at"]
                    # A change is told of after it has been made: what was told later than that is known.
                    if told.get(row["id"], _NEVER) < last:
                        self._mark_elsewhere(row["id"])
            await asyncio.sleep(POLL_SECONDS)

    def _hear_pipe(self, pipe: Pipe) -> None:
        for conversation_id, work in pipe.heard():
            self._told[conversation_id] = datetime.now(timezone.utc)
            self._mark_elsewhere(conversation_id, work)

    def _changed_since(self, last: datetime) -> list[dict[str, Any]]:
        with database.read(self._log.engine) as connection:
            return _CHANGED.all(connection, {"last": last})

    async def _listen_postgres(self) -> None:
        connection, driver = await asyncio.to_thread(self._listening)
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[None] = loop.create_future()
        # A copy of the descriptor: the driver closes its own as soon as the connection is lost, and that number is the
        # next accepted socket's, whose requests would be read by nobody while this loop spun on them.
        descriptor = os.dup(driver.fileno())

        def read() -> None:
            try:
                driver.poll()
            except Exception as problem:
                loop.remove_reader(descriptor)
                if not lost.done():
                    lost.set_exception(problem)
                return
            self._hear(driver)

        try:
            # What was committed before the LISTEN took effect.
            rows = await database.run(self._log.engine, None, self._changed_since, self._deaf_since - _WRITING)
            waited_for = {key for key in self._watches if isinstance(key, str)}
            for each in waited_for | {row["id"] for row in rows}:
                self._mark_elsewhere(each)
            while self._watches:
                loop.add_reader(descriptor, read)
                self._lost = 0
                asked_at = loop.time()
                while self._watches and loop.time() - asked_at < _CHECK_SECONDS:
                    await asyncio.wait({lost}, timeout=_IDLE_SECONDS)
                    if lost.done():
                        lost.result()
                loop.remove_reader(descriptor)  # two must not read at once
                asked = datetime.now(timezone.utc)
                await asyncio.to_thread(_ask, driver)
                self._deaf_since = asked
                self._hear(driver)
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            connection.invalidate()

    def _listening(self) -> tuple[Any, Any]:
        """A connection of the pool, and the driver's behind it, which listens. Blocks."""
        connection = self._listens.raw_connection()
        driver: Any = connection.dbapi_connection
        try:
            driver.cursor().execute(f"LISTEN {bell.CHANNEL}")
        except Exception:
            connection.invalidate()
            raise
        return connection, driver

    def _hear(self, driver: Any) -> None:
        own = self._log.bell.origin if self._log.bell is not None else ""
        while driver.notifies:
            origin, changed = bell.heard(driver.notifies.pop(0).payload)
            if origin != own:
                for conversation_id, work in changed:
                    self._mark_elsewhere(conversation_id, work)


def _ask(driver: Any) -> None:
    """Whoever only listens is not told that the other side is gone. Blocks, and raises what the driver does."""
    driver.cursor().execute("SELECT 1")
