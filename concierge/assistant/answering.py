"""Answers one message: by a turn of Rasa's, tried again where it is undone, or in plain words where none is taken.

A turn that meets a database which does not answer leaves nothing behind, and is taken again from its beginning.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from rasa.core.agent import Agent

from concierge.assistant import turn
from concierge.assistant.rating import Rating
from concierge.assistant.repetition import Repetition
from concierge.assistant.reply_collector import ReplyCollector
from concierge.assistant.speech import Speech
from concierge.assistant.waiting import Waiting
from concierge.channels.language import CHOSEN
from concierge.channels.reception import FILE_NOTED
from concierge.channels.storing import STORE_SECONDS, Blocking, Storing
from concierge.conversations import Conversation, ConversationLog, Message, Reply, proof
from concierge.conversations.inbox import TO_ADVISOR
from concierge.rasa_runtime import failures
from concierge.rasa_runtime.errors import TurnUndone
from concierge.storage import outage

logger = logging.getLogger(__name__)

LEASE_SECONDS = 10.0
TURN_SECONDS = 45.0
ATTEMPTS = 3
TRIES = 10  # of a turn that is undone: with the pauses between them, at least a quarter of a minute
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 2.0
HANDOFF_ACTION = "action_handoff"


class Answering:
    def __init__(
        self,
        log: ConversationLog,
        waiting: Waiting,
        blocking: Blocking,
        store: Storing,
        agent: Callable[[], Agent | None],
        *,
        proof_hours: float,
    ) -> None:
        """``agent`` gives the model there is now; ``blocking`` and ``proof_hours`` as ``Worker`` has them."""
        self._log = log
        self._waiting = waiting
        self._blocking = blocking
        self._store = store
        self._agent = agent
        self._proof_hours = proof_hours
        self._rating = Rating(log, store, agent)

    async def answer(
        self, message: Message, conversation: Conversation, collector: ReplyCollector, speech: Speech
    ) -> tuple[dict[str, Any], str]:
        """Fills the collector. Returns what to note on the message, and the state it is left in."""
        code = message.meta.get("problem")
        waits = message.role == "customer" and conversation.owner != "assistant"
        if waits and await self._waiting.handed_over_by(message):  # before a crash
            code = code or "advisor_called"
            waits = False
            if told := await self._waiting.alarm(message, speech):
                collector.replies.append(told)
                return {}, "done"
        if TO_ADVISOR in message.meta:
            await self._waiting.alarm(message, speech)
        if TO_ADVISOR in message.meta or (waits and conversation.owner == "advisor"):
            return {}, "done"
        if message.meta.get("masked") and code != "secrets_alone":
            collector.replies.append(speech.say("secrets_removed"))
        rated = await self._rating.take(message, conversation, speech)
        if rated or (code and not (waits and code == "no_words")):
            collector.replies.append(rated or await self._to_problem(str(code), conversation, speech, waits))
            return {}, "done"
        if waits and (noted := await self._waiting.take(message, conversation, collector, speech)) is not None:
            return noted, "done"
        if "promise" in message.payload and conversation.owner != "assistant":  # the advisor has been told by its row
            return {}, "done"
        question = await self._rating.begin(message, conversation, collector)
        outcome = await self._take_turn(message, conversation, collector, speech)
        if question is not None:
            question.put(conversation.language, speech)
        return outcome

    async def _to_problem(self, code: str, conversation: Conversation, speech: Speech, waits: bool) -> Reply:
        if code == FILE_NOTED:  # nothing is asked that it may show, and an open question stays open
            if waits:
                return speech.say("file_noted_for_advisor")
            if await self._waiting.asks(conversation):
                return speech.say("file_noted_meanwhile")
            return speech.say(FILE_NOTED, offer_advisor=True)
        said = await self._store(self._log.last_messages, conversation.id, 1, "assistant")
        return Repetition([{each.text for each in said}], conversation.language).anew(speech.say(code))

    async def _take_turn(
        self, message: Message, conversation: Conversation, collector: ReplyCollector, speech: Speech
    ) -> tuple[dict[str, Any], str]:
        """A turn that is undone is taken again; in the end the customer is told that it cannot be."""
        notice = list(collector.replies)
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
            collector.replies.append(await self._waiting.call_advisor(conversation.id, speech))
        else:
            collector.replies.append(speech.say("actions_unavailable", offer_advisor=True))

    async def _silent(self, conversation_id: str) -> bool:
        """Nothing was said although it is the assistant's turn: not so when this very turn handed over."""
        found: Conversation = await self._store(self._log.get, conversation_id)
        return found.owner == "assistant"
