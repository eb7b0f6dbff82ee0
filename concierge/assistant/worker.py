"""Takes messages out of the inbox and has them answered: in order within a conversation, conversations side by side.

A message is always answered, or apologised for. Its claim is a lease that is renewed while the turn runs, so after a
crash another worker, or this one after its restart, goes on within seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Coroutine
from typing import Any

from rasa.core.agent import Agent

from concierge.assistant import measures, turn
from concierge.assistant.answering import LEASE_SECONDS, Answering
from concierge.assistant.reply_collector import ReplyCollector
from concierge.assistant.speech import Speech
from concierge.assistant.waiting import Waiting
from concierge.channels.storing import Storing
from concierge.conversations import ClaimLost, Conversation, LogAccess, Message
from concierge.conversations.model import Claimed
from concierge.storage import outage

logger = logging.getLogger(__name__)

RENEW_SECONDS = 3.0
PATIENCE_SECONDS = 0.7  # a turn that takes longer shows what it has said so far
SWEEP_SECONDS = 2.0
TURNS = 64  # at once; most of their time is somebody else's, such as the order system's
READY_SECONDS = 0.1  # between two looks for a model


class Worker:
    def __init__(self, access: LogAccess, *, proof_hours: float) -> None:
        """``proof_hours``: how long a proof by number and e-mail holds from the last message."""
        self._log = access.log
        self._notifications = access.notifications
        self._blocking = access.blocking
        self._run = access.run
        self._store = Storing(access.run)
        self._agent: Callable[[], Agent | None] = lambda: None
        self._waiting = Waiting(access.log, access.cases, access.blocking, self._store, self._loaded)
        self._answering = Answering(
            access.log, self._waiting, access.blocking, self._store, self._loaded, proof_hours=proof_hours
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._turns: dict[tuple[str, int], Message] = {}
        self._free = asyncio.Semaphore(TURNS)
        self._stopping = False

    def start(self, agent: Callable[[], Agent | None]) -> None:
        """``agent`` gives the model there is now; without one that is ready, messages wait."""
        self._agent = agent
        loop = asyncio.get_running_loop()
        self._loops = [loop.create_task(self._take()), loop.create_task(self._renew())]

    async def stop(self, seconds: float = 3.0) -> None:
        """Lets running turns end; what does not is claimed again after its lease, here or elsewhere."""
        self._stopping = True
        self._loops[0].cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in (*self._tasks, *self._loops):
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    def _loaded(self) -> Agent | None:
        return self._agent()

    # --- loops

    async def _take(self) -> None:
        """Takes what is told of, and every few seconds what nobody is at: left by a crash, or by a lost hint."""
        loop = asyncio.get_running_loop()
        told: set[str] = set()
        looked = -math.inf
        with self._notifications.watch_work() as watch:
            while True:
                try:
                    if not turn.ready(self._agent()):
                        looked = -math.inf
                    else:
                        if loop.time() - looked >= SWEEP_SECONDS:
                            looked = loop.time()
                            left = await self._run(self._log.conversations_with_work)
                            measures.waiting.set(len(left))
                            told.update(left)
                        for conversation_id in told:
                            await self._free.acquire()
                            # What was claimed as the process is told to stop is answered, too.
                            await asyncio.shield(self._spawn(self._claim(conversation_id)))
                except Exception as problem:
                    outage.report(logger, "The inbox could not be read", problem)
                    looked = -math.inf
                    await asyncio.sleep(RENEW_SECONDS)
                told = await watch.wait(SWEEP_SECONDS if looked > -math.inf else READY_SECONDS)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if self._turns:
                with contextlib.suppress(Exception):  # the claim is checked when the turn is stored
                    await self._blocking(self._log.renew, list(self._turns.values()), LEASE_SECONDS)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _claim(self, conversation_id: str) -> None:
        message: Claimed | None = None
        try:
            message = await self._run(self._log.claim_next, conversation_id, LEASE_SECONDS)
        finally:
            if message is None:
                self._free.release()
        if message is not None:
            self._spawn(self._conversation(message)).add_done_callback(lambda _: self._free.release())

    # --- one conversation

    async def _conversation(self, first: Claimed) -> None:
        message: Claimed | None = first
        while message is not None:
            key = (message.conversation_id, message.seq)
            self._turns[key] = message
            following = None
            try:
                with measures.turn(message):
                    following = await self._process(message, message.conversation)
            except ClaimLost:
                logger.warning("Another worker has taken over message %s of %s", message.seq, message.conversation_id)
            except Exception as problem:  # the log is out of reach: the lease runs out, and the message is tried again
                what = f"Message {message.seq} of {message.conversation_id} is put off"
                outage.report(logger, what, problem)
            finally:
                self._turns.pop(key, None)
            message = following

    async def _process(self, message: Message, conversation: Conversation) -> Claimed | None:
        """Answers the message. Returns the conversation's next one, claimed."""
        collector = ReplyCollector(conversation.channel)
        speech = Speech(self._agent(), conversation)
        # What a worker before this one had said is not said again: the turn is the same, and so is its beginning.
        written = len(await self._replies_to(message)) if message.attempts > 1 else 0
        writing, unsure = asyncio.Lock(), False

        async def show_early() -> None:
            nonlocal written, unsure
            await asyncio.sleep(PATIENCE_SECONDS)
            while True:
                await collector.spoken.wait()
                async with writing:
                    collector.spoken.clear()
                    fresh = collector.replies[written:]
                    if fresh:
                        try:
                            await self._run(self._log.reply, message, fresh, written)
                        except Exception:  # it may be stored all the same: see below
                            unsure = True
                            return
                        written += len(fresh)

        early = asyncio.get_running_loop().create_task(show_early())
        try:
            meta, state = await self._answering.answer(message, conversation, collector, speech)
        finally:
            async with writing:  # a write that has begun must be counted
                early.cancel()
        if unsure:
            written = len(await self._replies_to(message))
        fresh = collector.replies[written:] or (collector.replies[-1:] if state == "failed" else [])
        _, following = await self._store(
            self._log.complete,
            message,
            fresh,
            meta=meta,
            state=state,
            first=written,
            lease_seconds=0 if self._stopping else LEASE_SECONDS,
            unless_advisor=conversation.owner == "queue",
        )
        measures.answered.labels(state).inc()
        next_one: Claimed | None = following
        return next_one

    async def _replies_to(self, message: Message) -> list[Message]:
        found: list[Message] = await self._store(self._log.replies_to, message.conversation_id, message.seq)
        return found
