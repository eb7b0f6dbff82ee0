"""Takes messages out of the inbox and has them answered: in order within a conversation, conversations side by side.

A message is always answered, or apologised for. Its claim is a lease that is renewed while the turn runs, so after a
crash another worker, or this one after its restart, goes on within seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from rasa.core.agent import Agent

from concierge.channels import turn
from concierge.channels.answering import LEASE_SECONDS, Answering
from concierge.channels.reply_collector import ReplyCollector
from concierge.channels.speech import Speech
from concierge.channels.storing import Blocking, Storing
from concierge.channels.waiting import Waiting
from concierge.conversations import (
    Cases,
    ClaimLost,
    Conversation,
    ConversationLog,
    Message,
    Notifications,
    Receipt,
)
from concierge.storage import outage

logger = logging.getLogger(__name__)

RENEW_SECONDS = 3.0
PATIENCE_SECONDS = 0.7  # a turn that takes longer shows what it has said so far
SWEEP_SECONDS = 2.0


class Worker:
    def __init__(
        self,
        log: ConversationLog,
        cases: Cases,
        notifications: Notifications,
        blocking: Blocking,
        run: Blocking,
        *,
        proof_hours: float,
    ) -> None:
        """``blocking`` runs anything in a thread; ``run`` in place what reads little, or is a single write.
        ``proof_hours``: how long a proof by number and e-mail holds from the last message."""
        self._log = log
        self._notifications = notifications
        self._blocking = blocking
        self._run = run
        self._store = Storing(run)
        self._agent: Callable[[], Agent | None] = lambda: None
        self._waiting = Waiting(log, cases, blocking, self._store, self._loaded)
        self._answering = Answering(log, self._waiting, blocking, self._store, self._loaded, proof_hours=proof_hours)
        self._tasks: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._turns: dict[tuple[str, int], Message] = {}
        self._awaited: dict[tuple[str, int], asyncio.Future[list[Message]]] = {}

    def start(self, agent: Callable[[], Agent | None]) -> None:
        self._agent = agent
        loop = asyncio.get_running_loop()
        self._loops = [loop.create_task(self._sweep()), loop.create_task(self._renew())]

    async def stop(self, seconds: float = 3.0) -> None:
        """Lets running turns end; what does not is claimed again after its lease, here or elsewhere."""
        for task in self._loops:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for running in self._tasks:
            running.cancel()

    def _loaded(self) -> Agent | None:
        return self._agent()

    @property
    def lease(self) -> float:
        """What to claim a message with on receipt; nought while there is no model to answer with."""
        return LEASE_SECONDS if turn.ready(self._agent()) else 0.0

    def take(self, receipt: Receipt) -> asyncio.Future[list[Message]]:
        """Answers a message that was received here. The future holds the replies; nobody has to wait for it.

        It is cancelled when they are to be looked for in the log: another worker has the message, or it was put off.
        """
        message = receipt.message
        key = (message.conversation_id, message.seq)
        future = self._awaited.get(key)
        if future is None:
            future = self._awaited[key] = asyncio.get_running_loop().create_future()
            future.add_done_callback(lambda _: self._awaited.pop(key, None))
        if receipt.claimed:
            self._spawn(message, receipt)
        return future

    async def alarm(self, message: Message, conversation: Conversation) -> None:
        """For a message to an advisor, which no turn is taken on: an alarm in it raises the case."""
        await self._waiting.alarm(message, Speech(self._agent(), conversation))

    # --- loops

    async def _sweep(self) -> None:
        """Finds what nobody is at: left by a crash, written by another process, or by a person who hands back."""
        with self._notifications.watch_work() as watch:
            while True:
                try:
                    if turn.ready(self._agent()):
                        for conversation_id in await self._run(self._log.conversations_with_work):
                            message = await self._blocking(self._log.claim_next, conversation_id, LEASE_SECONDS)
                            if message:
                                self._spawn(message)
                except Exception as problem:
                    outage.report(logger, "The inbox could not be read", problem)
                    await asyncio.sleep(RENEW_SECONDS)
                await watch.wait(SWEEP_SECONDS)
                await asyncio.sleep(0.05)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if self._turns:
                with contextlib.suppress(Exception):  # the claim is checked when the turn is stored
                    await self._blocking(self._log.renew, list(self._turns.values()), LEASE_SECONDS)

    def _spawn(self, message: Message, receipt: Receipt | None = None) -> None:
        task = asyncio.get_running_loop().create_task(self._conversation(message, receipt))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- one conversation

    async def _conversation(self, message: Message | None, receipt: Receipt | None) -> None:
        while message is not None:
            key = (message.conversation_id, message.seq)
            self._turns[key] = message
            following = None
            stored: list[Message] | None = None
            try:
                conversation = await self._conversation_of(message, receipt)
                stored, following = await self._process(message, conversation)
            except ClaimLost:
                logger.warning("Another worker has taken over message %s of %s", message.seq, message.conversation_id)
            except Exception as problem:  # the log is out of reach: the lease runs out, and the message is tried again
                what = f"Message {message.seq} of {message.conversation_id} is put off"
                outage.report(logger, what, problem)
            finally:
                self._turns.pop(key, None)
            future = self._awaited.get(key)
            if future and not future.done():
                if stored is None:
                    future.cancel()
                else:
                    future.set_result(stored)
            message, receipt = following, None

    async def _conversation_of(self, message: Message, receipt: Receipt | None) -> Conversation:
        if receipt is None:
            found: Conversation = await self._store(self._log.get, message.conversation_id)
            return found
        return conversation_of(receipt)

    async def _process(self, message: Message, conversation: Conversation) -> tuple[list[Message], Message | None]:
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
        stored, following = await self._store(
            self._log.complete,
            message,
            fresh,
            meta=meta,
            state=state,
            first=written,
            lease_seconds=LEASE_SECONDS,
            unless_advisor=conversation.owner == "queue",
        )
        if written:
            stored = await self._replies_to(message)
        return stored, following

    async def _replies_to(self, message: Message) -> list[Message]:
        found: list[Message] = await self._store(self._log.replies_to, message.conversation_id, message.seq)
        return found


def conversation_of(receipt: Receipt) -> Conversation:
    """Everything a turn needs has come with the receipt: no second look."""
    message = receipt.message
    at = message.created_at
    return Conversation(
        id=message.conversation_id,
        channel=receipt.channel,
        address=None,
        language=receipt.language,
        region=receipt.region,
        name="",
        email="",
        owner=receipt.owner,
        case_id=receipt.case_id,
        last_seq=message.seq,
        attributes=receipt.attributes,
        created_at=at,
        updated_at=at,
    )
