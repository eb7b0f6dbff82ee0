"""A message that comes while an advisor is waited for: what is said to it, and what becomes of it.

Every message is in the log, where the advisor reads it. Until an advisor takes the case the customer is not left alone:
questions of fact are answered by a turn as ever, the wait is told, the case is withdrawn, an address is kept, and what
is added is acknowledged. Once an advisor has it, nothing is said here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from rasa.core.agent import Agent

from concierge import intents
from concierge.assistant import alarms, handover, turn
from concierge.assistant.reply_collector import ReplyCollector
from concierge.assistant.speech import Speech
from concierge.assistant.wishes import Wish, wish
from concierge.channels import intake
from concierge.channels.sentences import own_reply
from concierge.channels.storing import Blocking, Storing
from concierge.conversations import Case, Cases, Conversation, ConversationLog, Message, NotYours, Reply
from concierge.conversations.model import REST_ANONYMOUS, WEBSITE
from concierge.handoff.waiting import wait_told
from concierge.intents import Handoff
from concierge.languages.question_form import asks
from concierge.masking.contacts import contacts
from concierge.memory.hearing import says
from concierge.nlu.alarms import alarm_in
from concierge.queues.wording import sentence
from concierge.settings import get_settings

LEFT = "customer_left"
# Said of a wait, and of what is added while waiting: the first that was not said last.
_PLACE = "waiting_place"
_OF_THE_WAIT = (_PLACE, "waiting_nobody_yet")
_NOTED = ("waiting_noted_too", _PLACE)
_NOTED_FIRST = "waiting_noted"
# Said of what is added after somebody has spoken of harming themselves, which no topic's answer may follow.
_SELF_HARM = "self_harm"
_FEW_WORDS = 2  # “and?”, “ok”
_CLEAR = 0.8  # of a question that is answered while an alarm's advisor is waited for: “who pays for the doctor?” is not
_BESIDE = ("beside_self_harm", "beside_self_harm_too")
_IN_PLAIN_WORDS = "advisor_called"  # where the domain has no words for a wait
_NO_ANSWERS = ("utter_handoff", "utter_waiting", "utter_advisor_called")


class Waiting:
    def __init__(
        self,
        log: ConversationLog,
        cases: Cases,
        blocking: Blocking,
        store: Storing,
        agent: Callable[[], Agent | None],
    ) -> None:
        self._log = log
        self._cases = cases
        self._blocking = blocking
        self._store = store
        self._agent = agent
        self._mails = get_settings().sends_mail

    async def handed_over_by(self, message: Message) -> bool:
        """Whether the case was opened by this very message, whose turn a crash has ended."""
        if message.attempts < 2:
            return False
        case = await self._store(self._cases.live, message.conversation_id)
        return case is not None and message.created_at <= case.created_at

    async def call_advisor(self, conversation_id: str, speech: Speech) -> Reply:
        """Opens the case without an action. What the customer is told."""
        case = await self._blocking(handover.open_case, self._log, self._cases, conversation_id)
        called = speech.say("advisor_called", also=alarms.also_said(case.reason))
        conversation = await self._blocking(self._log.get, conversation_id)
        known = await self._blocking(wait_told, self._cases, case, conversation, mails=self._mails)
        called.text = f"{called.text}\n{known}" if known else called.text
        return called

    async def alarm(self, message: Message, speech: Speech) -> Reply | None:
        """An alarm in the message raises the case. What the customer is told of it."""
        reason = await alarms.heard(self._agent(), message.text)
        if reason is None:
            return None
        told: Reply | None = await self._blocking(alarms.raise_case, self._log, self._cases, message, reason, speech)
        return told

    async def take(
        self, message: Message, conversation: Conversation, collector: ReplyCollector, speech: Speech
    ) -> dict[str, Any] | None:
        """Fills the collector. What to note on the message; ``None`` where a turn is to answer it."""
        case: Case | None = await self._store(self._cases.live, conversation.id)
        if case is None or case.status != "queued":
            return {}
        parsed = await self._understood(message, conversation)
        said = await self._store(self._log.last_messages, conversation.id, 1, "assistant")
        last = said[0] if said else None
        asked, implied = await self._question(conversation)
        meant = wish(
            message.text,
            parsed,
            asked=asked,
            implied=implied,
            answered=last is not None and not str(last.meta.get("utter") or "").startswith(_NO_ANSWERS),
        )
        if reason := _alarm(parsed, message.text, meant):
            told = await self._blocking(alarms.raise_case, self._log, self._cases, message, reason, speech)
            if told:
                collector.replies.append(told)
                return _note(parsed)
            meant = Wish.NOTE  # more of what an advisor is called for already
        if alarms.is_alarm(case.reason):
            of_self_harm = case.reason == _SELF_HARM
            if not _goes_beside_an_alarm(meant, parsed, message.text, asked=asked, of_self_harm=of_self_harm):
                meant = Wish.NOTE
        if conversation.channel == REST_ANONYMOUS:  # no answer is shown there, and none is promised
            return _note(parsed)
        if meant is Wish.ANSWER:
            return None
        if meant is Wish.LEAVE:
            await self._leave(case, message, conversation, collector, speech)
        elif meant is Wish.CONTACT:
            address = next(each["value"] for each in parsed["entities"] if each.get("entity") == "email")
            await self._blocking(handover.keep_address, self._cases, case, address)
            values = {"reply_address": contacts(address)}
            kept = speech.say("waiting_address_kept", values, otherwise=_IN_PLAIN_WORDS)
            if self._mails and conversation.channel == WEBSITE:
                kept.text = sentence("address_kept", conversation.language, address=contacts(address))
            collector.replies.append(kept)
        else:
            replies = await self._replies_to(meant, case, conversation, speech)
            fresh = [reply for reply in replies if last is None or reply.text != last.text]
            collector.replies.append((fresh or replies)[0])
        return _note(parsed)

    async def _replies_to(self, meant: Wish, case: Case, conversation: Conversation, speech: Speech) -> list[Reply]:
        """To what asks of the wait, or only adds something: the first of them that was not said last is meant."""
        if meant is not Wish.WAIT and case.reason == _SELF_HARM:
            return [own_reply(each, conversation.language) for each in _BESIDE]
        words = _OF_THE_WAIT if meant is Wish.WAIT else await self._acknowledgement(case)
        return [await self._of_the_wait(each, case, conversation, speech) for each in words]

    async def _of_the_wait(self, code: str, case: Case, conversation: Conversation, speech: Speech) -> Reply:
        """The reply of this code; where something is known of the wait, with it in place of what is not known."""
        position = await self._store(self._cases.position, case.id)
        reply = speech.say(code, {"position": position}, otherwise=_IN_PLAIN_WORDS)
        if code == _PLACE:
            known = await self._store(wait_told, self._cases, case, conversation, mails=self._mails)
            if known:
                reply.text = f"{sentence('place', conversation.language, position=position)} {known}"
        return reply

    async def _understood(self, message: Message, conversation: Conversation) -> Mapping[str, Any]:
        """As Rasa's pipeline has it; without a model, nothing."""
        agent = self._agent()
        text = message.meta.get("payload") or intake.without_command(message.text)
        if agent is None or not turn.ready(agent) or not text:
            return {}
        parsed: Mapping[str, Any] = await turn.read_unanswered(agent, conversation, text)
        return parsed

    async def asks(self, conversation: Conversation) -> bool:
        """Whether a form waits for an answer."""
        return (await self._question(conversation))[0]

    async def _question(self, conversation: Conversation) -> tuple[bool, bool]:
        """Whether a form waits for an answer; and whether that is an offer that only stands below one of ours."""
        agent = self._agent()
        if agent is None or not turn.ready(agent):
            return False, False
        tracker = await agent.processor.get_tracker(conversation.id)
        asks = bool(tracker.active_loop_name)
        return asks, asks and bool((tracker.get_slot("question") or {}).get("implied"))

    async def _acknowledgement(self, case: Case) -> tuple[str, ...]:
        rows = await self._store(self._log.messages, case.conversation_id)
        first = f"utter_{_NOTED_FIRST}"
        acknowledged = any(row.meta.get("utter") == first for row in rows if row.created_at >= case.created_at)
        return _NOTED if acknowledged else (_NOTED_FIRST,)

    async def _leave(
        self, case: Case, message: Message, conversation: Conversation, collector: ReplyCollector, speech: Speech
    ) -> None:
        try:
            await self._blocking(self._cases.leave, case.id, told=True)
        except NotYours:  # an advisor has taken it since
            return
        before = len(collector.replies)
        agent = self._agent()
        if agent is not None and turn.ready(agent):
            left = replace(message, kind="event", payload={"event": LEFT})
            await turn.control(agent, left, replace(conversation, owner="assistant"), collector)
        if len(collector.replies) == before:
            collector.replies.append(speech.say(LEFT))


def _goes_beside_an_alarm(
    meant: Wish, parsed: Mapping[str, Any], text: str, *, asked: bool, of_self_harm: bool
) -> bool:
    """Whether what a message wants is done while an alarm's advisor is waited for: what is told is for the advisor
    (“I changed my password now”), what is asked is answered where it is clear what, and “he is well now” is no
    goodbye. ``asked``: a question of the assistant's is open, which such a message may answer."""
    intent = parsed.get("intent") or {}
    if meant is Wish.LEAVE:
        return intent.get("name") == "stay_with_assistant" or says("leaves_queue", text)
    if meant is Wish.WAIT:
        short = len(text.split()) <= _FEW_WORDS and not of_self_harm
        return asks(text) or short or says("asks_after_wait", text)
    if meant is not Wish.ANSWER:
        return True
    if asks(text):
        return asked or float(intent.get("confidence") or 0.0) >= _CLEAR
    gives = any(each.get("entity") in {"order_number", "email"} for each in parsed.get("entities") or ())
    return asked and (gives or not of_self_harm)


def _alarm(parsed: Mapping[str, Any], text: str, meant: Wish) -> Handoff | None:
    """The alarm in a message; where it gives an address, only one that is urgent or beyond doubt: “write to me” is not
    the press."""
    certain = alarm_in(intake.without_command(text))
    reason = intents.alarms().get(certain or str((parsed.get("intent") or {}).get("name") or ""))
    doubtful = meant is Wish.CONTACT and certain is None and reason is not None and reason.priority != "urgent"
    return None if doubtful else reason


def _note(parsed: Mapping[str, Any]) -> dict[str, Any]:
    """What the log keeps of what was understood."""
    intent = parsed.get("intent") or {}
    return {"intent": intent.get("name"), "confidence": round(float(intent.get("confidence") or 0), 4)}
