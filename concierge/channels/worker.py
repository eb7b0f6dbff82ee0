"""Takes messages out of the inbox and has them answered: in order within a conversation, conversations side by side.

A message is always answered, or apologised for. Its claim is a lease that is renewed while the turn runs, so after a
crash another worker, or this one after its restart, goes on within seconds. A turn that meets a database which does not
answer leaves nothing behind, and is taken again from its beginning.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, Protocol

from rasa.core.agent import Agent

from concierge.channels import alarms, turn
from concierge.channels.handover import open_case
from concierge.channels.language import CHOSEN
from concierge.channels.reply_collector import ReplyCollector
from concierge.channels.speech import Speech
from concierge.conversations import (
    Cases,
    ClaimLost,
    Conversation,
    ConversationLog,
    Message,
    Notifications,
    Receipt,
    Reply,
    proof,
)
from concierge.rasa_runtime import failures
from concierge.rasa_runtime.errors import TurnUndone
from concierge.storage import outage

logger = logging.getLogger(__name__)

LEASE_SECONDS = 10.0
RENEW_SECONDS = 3.0
TURN_SECONDS = 45.0
PATIENCE_SECONDS = 0.7  # a turn that takes longer shows what it has said so far
SWEEP_SECONDS = 2.0
ATTEMPTS = 3
TRIES = 10  # of a turn that is undone: with the pauses between them, at least a quarter of a minute
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 2.0
STORE_SECONDS = 60.0
HANDOFF_ACTION = "action_handoff"


class Blocking(Protocol):
    async def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any: ...


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
        self._cases = cases
        self._notifications = notifications
        self._blocking = blocking
        self._run = run
        self._proof_hours = proof_hours
        self._agent: Callable[[], Agent | None] = lambda: None
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

    async def alarm(self, message: Message, conversation: Conversation) -> Reply | None:
        """For a message that waits for a person: an alarm in it raises the case. What the customer is told of it."""
        agent = self._agent()
        reason = await alarms.heard(agent, message.text)
        if reason is None:
            return None
        speech = Speech(agent, conversation)
        told: Reply | None = await self._blocking(alarms.raise_case, self._log, self._cases, message, reason, speech)
        return told

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
            meta, state = await self._whole_turn(message, conversation, collector, speech)
        finally:
            async with writing:  # a write that has begun must be counted
                early.cancel()
        if unsure:
            written = len(await self._replies_to(message))
        fresh = collector.replies[written:] or (collector.replies[-1:] if state == "failed" else [])
        stored, following = await self._store(
            self._log.complete, message, fresh, meta=meta, state=state, first=written, lease_seconds=LEASE_SECONDS
        )
        if written:
            stored = await self._replies_to(message)
        return stored, following

    async def _replies_to(self, message: Message) -> list[Message]:
        found: list[Message] = await self._store(self._log.replies_to, message.conversation_id, message.seq)
        return found

    async def _whole_turn(
        self, message: Message, conversation: Conversation, collector: ReplyCollector, speech: Speech
    ) -> tuple[dict[str, Any], str]:
        """Fills the collector. Returns what to note on the message, and the state it is left in.

        A turn that is undone is taken again, from its beginning; in the end the customer is told that it cannot be.
        """
        code = message.meta.get("problem")
        if not code and message.role == "customer" and conversation.owner != "assistant":
            code = "advisor_called"  # handed over by this very message, before a crash
        if code == "advisor_called" and (told := await self.alarm(message, conversation)):
            collector.replies.append(told)
            return {}, "done"
        notice = [speech.say("secrets_removed")] if message.meta.get("masked") and code != "secrets_alone" else []
        collector.replies += notice
        if code:
            collector.replies.append(speech.say(code))
            return {}, "done"
        if "promise" in message.payload and conversation.owner != "assistant":  # the advisor has been told by its row
            return {}, "done"
        loop = asyncio.get_running_loop()
        deadline = loop.time() + STORE_SECONDS
        again = message.attempts > 1
        for tries in range(TRIES):
            try:
                return await self._turn(message, conversation, collector, speech, again)
            except TurnUndone as problem:
                undone, again = problem, True
                collector.replies[:] = notice
                if isinstance(problem.__cause__, Exception):  # an action has said so itself
                    outage.report(logger, "A conversation's state is out of reach", problem.__cause__)
            if loop.time() > deadline:
                break
            await asyncio.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries))
            # Waits until the log can be reached; and the message may be another worker's by then.
            await self._store(self._log.hold, message, LEASE_SECONDS)
        logger.error("The turn on message %s of %s is given up: %s", message.seq, conversation.id, undone)
        return await self._give_up(undone, message, conversation, collector, speech)

    async def _give_up(
        self,
        undone: TurnUndone,
        message: Message,
        conversation: Conversation,
        collector: ReplyCollector,
        speech: Speech,
    ) -> tuple[dict[str, Any], str]:
        if "promise" in message.payload:  # nothing is said, and it is tried again
            return {}, "done"
        if undone.action == HANDOFF_ACTION:
            await self._actions_failed([HANDOFF_ACTION], conversation, collector, speech)
            return {}, "done"
        collector.replies.append(speech.say("technical_problem", offer_advisor=True))
        return {}, "failed"

    async def _turn(
        self, message: Message, conversation: Conversation, collector: ReplyCollector, speech: Speech, again: bool
    ) -> tuple[dict[str, Any], str]:
        """One try. Raises ``TurnUndone``."""
        promised = "promise" in message.payload
        noticed = len(collector.replies)
        try:
            with failures.watch() as failed:
                outcome = await asyncio.wait_for(self._think(message, conversation, collector, again), TURN_SECONDS)
        except TurnUndone:
            raise
        except Exception as error:
            logger.error("The turn on message %s of %s failed", message.seq, conversation.id, exc_info=error)
            collector.replies.append(speech.say("technical_problem", offer_advisor=True))
            return {}, "failed"
        silent = len(collector.replies) == noticed
        if promised and silent and HANDOFF_ACTION not in [failure.action for failure in failed]:
            pass  # it could not be kept yet: nothing is said, and it is tried again
        elif failed:
            await self._actions_failed([failure.action for failure in failed], conversation, collector, speech)
        elif silent and message.kind == "event":
            collector.replies.append(speech.say(message.payload["event"]))
        elif silent and await self._silent(conversation.id):
            collector.replies.append(speech.say("technical_problem", offer_advisor=True))
        if outcome.language and outcome.language != conversation.language:
            await self._store(self._log.update, conversation.id, language=outcome.language, attributes={CHOSEN: True})
        return outcome.meta, "done"

    async def _think(
        self, message: Message, conversation: Conversation, collector: ReplyCollector, again: bool
    ) -> turn.Outcome:
        agent = self._agent()
        if agent is None or not turn.ready(agent):
            raise RuntimeError("no model is loaded")
        if message.attempts > ATTEMPTS:
            raise RuntimeError("every attempt on this message ended with the process")
        if message.kind == "event":
            await turn.control(agent, message, conversation, collector)
            return turn.Outcome()
        used = proof.used(conversation.attributes, message.created_at, self._proof_hours)
        if used:
            await self._store(self._log.update, conversation.id, attributes=used)
        return await turn.answer(agent, message, conversation, collector, again)

    async def _actions_failed(
        self, actions: list[str], conversation: Conversation, collector: ReplyCollector, speech: Speech
    ) -> None:
        logger.error("Actions failed for %s: %s", conversation.id, ", ".join(actions))
        if HANDOFF_ACTION in actions:
            # Asking for a person must not depend on an action.
            case = await self._blocking(open_case, self._log, self._cases, conversation.id)
            collector.replies.append(speech.say("advisor_called", also=alarms.also_said(case.reason)))
        else:
            collector.replies.append(speech.say("actions_unavailable", offer_advisor=True))

    async def _silent(self, conversation_id: str) -> bool:
        """Nothing was said although it is the assistant's turn: not so when this very turn handed over."""
        found: Conversation = await self._store(self._log.get, conversation_id)
        return found.owner == "assistant"

    async def _store(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Tries for a minute to write down what is done, or to read; the lease is renewed meanwhile."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + STORE_SECONDS
        while True:
            try:
                return await self._run(function, *args, **kwargs)
            except Exception as problem:
                if not outage.passes(problem) or loop.time() > deadline:
                    raise
                await asyncio.sleep(0.5)


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
