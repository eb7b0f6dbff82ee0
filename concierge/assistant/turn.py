"""One turn of the assistant: from a row of the inbox to replies, through Rasa.

The steps are those of Rasa's ``MessageProcessor.handle_message``, taken one by one: the conversation's language, region
and owner are brought into the tracker under the same lock, and what was understood comes out without a second look-up.
A message with several questions is as many turns of Rasa's under one lock, saved together: after a crash, all or none.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from rasa.core.actions.action import create_bot_utterance
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from concierge.assistant.repetition import Repetition
from concierge.assistant.reply_collector import Draft, ReplyCollector
from concierge.assistant.speech import without_advisor
from concierge.channels import intake
from concierge.channels.language import WRITTEN_IN
from concierge.conversations import Conversation, Message, TurnId, proof
from concierge.intents import QUESTIONS, Kind, alarms, of_kind
from concierge.languages.question_form import one_question
from concierge.languages.registry import DEFAULT
from concierge.languages.understood import notice
from concierge.memory.hearing import hear, puts_right
from concierge.memory.memory import line_of
from concierge.nlu import feelings
from concierge.nlu.alarms import DOUBTED
from concierge.nlu.beside_number import aside_from_numbers, of_whole
from concierge.nlu.context_ranking import Before
from concierge.nlu.cuts import Part, part_meant
from concierge.nlu.in_context import topic_after
from concierge.nlu.multi_intent import in_answer, questions
from concierge.nlu.read_on import Asked, read_on
from concierge.rasa_runtime import failures
from concierge.selection import pressed

logger = logging.getLogger(__name__)

RANKING = 5
_ASKS = re.compile(r"utter_(?:ask|offer)_|utter_please_choose$")  # replies that are a question and nothing else
FEELINGS_HEARD, MEMORY, TOPIC, TOLD_LANGUAGE = "feelings_heard", "memory", "topic", "told_language"  # slots
PROVED = "verified_orders"
_BESIDE_A_CODE = 4  # words
_PROVED_ORDERS = {"verified_order", PROVED}
_ABOUT_THEM = {"order_known", "active_line", "memory", "question", "decision"}


@dataclass
class Outcome:
    """``meta`` goes to the customer's row; ``language`` is what the tracker's slot says after the turn."""

    meta: dict[str, Any] = field(default_factory=dict)
    language: str = ""


def ready(agent: Agent | None) -> bool:
    return agent is not None and agent.is_ready()


async def answer(
    agent: Agent, message: Message, conversation: Conversation, collector: ReplyCollector, again: bool = False
) -> Outcome:
    """Lets Rasa answer a customer's message. Taken ``again``, a turn that Rasa had finished is only repeated."""
    processor = agent.processor
    payload = message.meta.get("payload")
    turn = TurnId(message.conversation_id, message.seq)
    metadata = {"language": conversation.language, "region": conversation.region}
    code = message.meta.get(intake.CODE)
    async with agent.lock_store.lock(message.conversation_id):
        if again:
            tracker = await processor.get_tracker(message.conversation_id)
            if await _repeat(tracker, turn, collector):
                return _outcome(tracker, _uttered(tracker, turn))
        tracker = await processor.fetch_tracker_and_update_session(message.conversation_id, collector, metadata)
        _forget_ended_proof(processor.domain, tracker, conversation)
        whole = intake.without_command(message.text)
        if payload:
            parts = [Part(payload, pressed(await processor.parse_message(UserMessage(payload), tracker)))]
        else:
            parts = await _parts(processor, tracker, whole, metadata)
        if code:
            parts = [_with_a_code(part) for part in parts]
        said = collector if len(parts) == 1 else Draft(conversation.channel)
        anew = Repetition.of(tracker.events, turn, conversation.language, whole).anew
        said.anew = (lambda reply: without_advisor(anew(reply))) if conversation.owner == "queue" else anew
        try:
            for number, (text, parsed, _) in enumerate(parts):
                part = UserMessage(
                    text,
                    said,
                    sender_id=message.conversation_id,
                    parse_data=parsed,
                    input_channel=conversation.channel,
                    message_id=str(replace(turn, part=number)),
                    metadata={**metadata, intake.CODE: code} if code and intake.CODE_SHOWN in text else metadata,
                )
                await processor._handle_message_with_tracker(part, tracker)
                _remember(processor.domain, tracker, TOPIC, _topic_after(tracker))
                if not number:
                    _align(processor.domain, tracker, conversation)
                _remember(processor.domain, tracker, MEMORY, _memory_after(tracker))
                await _show_that_it_was_heard(processor, tracker, said, text)
                await _say_which_language_answers(processor, tracker, said, message)
                tracker = await processor.run_action_extract_slots(said, tracker)
                await processor._run_prediction_loop(said, tracker)
                # Rasa stops a turn of too many actions without listening again, and no rule would match from there.
                if tracker.latest_action_name != ACTION_LISTEN_NAME:
                    tracker.update(ActionExecuted(ACTION_LISTEN_NAME), processor.domain)
                if tracker.is_paused():  # handed over: the rest is for a person to answer
                    break
                await _say_how_an_alarm_is_raised(processor, tracker, said, parsed)
            await _break_silence(processor, tracker, said, conversation)
        finally:  # what was said before a failure is said
            if said is not collector:
                _say_once(said, collector)
        if conversation.owner == "queue" and not tracker.is_paused():  # the customer still waits for an advisor
            tracker.update(ConversationPaused(), processor.domain)
        await processor.save_tracker(tracker)
    return _outcome(tracker, _uttered(tracker, turn))


async def _parts(processor: Any, tracker: DialogueStateTracker, text: str, metadata: dict[str, Any]) -> list[Part]:
    """The message as the questions in it, each read on from what was asked before."""

    known: dict[str, Any] = {}

    async def parse(part: str) -> Any:
        plain = intake.without_command(part)  # a slash behind a full stop is no command either
        if plain not in known:  # the same part is met in more than one way to cut the message
            known[plain] = await processor.parse_message(UserMessage(plain, metadata=metadata), tracker)
        return known[plain]

    form, before = tracker.active_loop_name, before_of(tracker)
    language = str(metadata["language"] or DEFAULT)
    read = aside_from_numbers(parse, language)
    asked = _asked(tracker)
    found = await (in_answer if form else questions)(read, text, before, asked)
    parts = []
    for part in found:
        alone = part.understood or await read(part.text)
        corrected = not asked.order_in_hand and _puts_right(tracker, part.text)
        behind = _before_next(before, part.behind) if part.behind else before
        understood = read_on(alone, behind, replace(asked, puts_right=corrected))
        if part.behind:
            understood = part_meant(understood, part.behind)
        before = _before_next(before, topic_after(understood, before.topic if before else None, asked.question_open))
        parts.append(Part(intake.without_command(part.text), understood))
    return parts


async def read_unanswered(agent: Agent, conversation: Conversation, text: str) -> Any:
    """A message as it is understood after what was asked before, which nobody answers yet."""

    async def parse(part: str) -> Any:
        return await agent.processor.parse_message(UserMessage(part), tracker)

    tracker = await agent.processor.get_tracker(conversation.id)
    before, asked = before_of(tracker), Asked(_question_open(tracker))

    async def read(part: str) -> Any:
        alone = await parse(part)
        return read_on(alone, before, asked)

    whole = await read(text)
    if (question := one_question(text)) and whole["intent"]["name"] not in of_kind(*QUESTIONS, Kind.PERSON):
        asked = await read(question)  # “he is here now. How many days do I have?”
        if asked["intent"]["name"] in of_kind(*QUESTIONS):
            return of_whole(asked, whole)
    return whole


def before_of(tracker: DialogueStateTracker) -> Before | None:
    """What was asked until now; ``None`` where nothing was."""
    topic = tracker.get_slot(TOPIC)
    if topic is None:
        return None
    topics = [event.value for event in tracker.events if isinstance(event, SlotSet) and event.key == TOPIC]
    return Before(topic, _others(topics, topic))


def _before_next(before: Before | None, topic: str | None) -> Before | None:
    """For the next question of the same message."""
    known = [*before.topics, before.topic] if before else []
    return Before(topic, _others(known, topic)) if topic else None


def _others(topics: Sequence[Any], topic: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(each) for each in topics if each and each != topic))


def _with_a_code(part: Part) -> Part:
    """A code with hardly a word beside it is told, whatever dots may sound like."""
    words = part.text.replace(intake.CODE_SHOWN, " ", 1).split()
    heard = part.understood["intent"]["name"] if part.understood else ""
    if intake.CODE_SHOWN not in part.text or len(words) > _BESIDE_A_CODE or heard in {*alarms(), *of_kind(Kind.PERSON)}:
        return part
    told = {"name": "inform", "confidence": 1.0}
    return Part(part.text, {**(part.understood or {}), "intent": told, "intent_ranking": [told]})


def _memory_after(tracker: DialogueStateTracker) -> dict[str, Any]:
    """What the customer has told so far, of this message too: of the line in hand where it names no other."""
    latest, question = tracker.latest_message, tracker.get_slot("question") or {}
    text = (latest.text if latest else "") or ""
    line = None if question.get("lines") else tracker.get_slot("active_line")  # asked of several, it is of them all
    return hear(
        tracker.get_slot(MEMORY),
        "" if text.startswith(INTENT_MESSAGE_PREFIX) else text,  # a button
        (latest.entities if latest else None) or (),
        before=_said(tracker)[1:],
        **_calendar(tracker),
        in_hand=line_of(tracker.get_slot("verified_order"), line),
        asked=str(question.get("name") or "") if tracker.active_loop_name else "",
    )


def _puts_right(tracker: DialogueStateTracker, text: str) -> bool:
    return puts_right(tracker.get_slot(MEMORY), text, _said(tracker), **_calendar(tracker))


def _calendar(tracker: DialogueStateTracker) -> dict[str, Any]:
    return {"today": datetime.now(timezone.utc).date(), "month_first": tracker.get_slot("region") == "US"}


def _said(tracker: DialogueStateTracker) -> list[str]:
    """The customer's messages, the newest first; of a button nothing."""
    texts = [event.text or "" for event in reversed(tracker.events) if isinstance(event, UserUttered)]
    return ["" if text.startswith(INTENT_MESSAGE_PREFIX) else text for text in texts]


async def _show_that_it_was_heard(
    processor: Any, tracker: DialogueStateTracker, said: ReplyCollector, text: str
) -> None:
    """Grief, illness, a wedding on Saturday: a sentence before the answer, the same to whatever is answered."""
    heard = tracker.get_slot(FEELINGS_HEARD) or []
    latest = tracker.latest_message
    feeling = feelings.to_answer(text, _meant(tracker), heard)
    if feeling is None or latest is None or latest.text != text:
        return
    tracker.update(SlotSet(FEELINGS_HEARD, [*heard, feeling]), processor.domain)
    await _say(processor, tracker, said, await processor.nlg.generate(f"utter_heard_{feeling}", tracker, said.name()))


async def _say_how_an_alarm_is_raised(
    processor: Any, tracker: DialogueStateTracker, said: ReplyCollector, parsed: Any
) -> None:
    """After the answer, once, where harm was thought of and not believed: the question is answered all the same."""
    doubted = alarms().get((parsed or {}).get(DOUBTED) or "")
    heard, way = tracker.get_slot(FEELINGS_HEARD) or [], doubted.doubted if doubted else ""
    if not way or way in heard or not said.replies or tracker.active_loop_name:
        return
    tracker.update(SlotSet(FEELINGS_HEARD, [*heard, way]), processor.domain)
    await _say(processor, tracker, said, await processor.nlg.generate(way, tracker, said.name()))


async def _break_silence(
    processor: Any, tracker: DialogueStateTracker, said: ReplyCollector, conversation: Conversation
) -> None:
    """No turn ends without a word, whatever rules and actions make of a message; what failed has words of its own."""
    if said.replies or tracker.is_paused() or failures.seen():
        return
    logger.warning("Nothing was said to a message of conversation %s", conversation.id)
    waits = conversation.owner == "queue"
    reply, choices = ("utter_waiting_noted", []) if waits else ("utter_rephrase", ["talk_to_advisor"])
    await _say(processor, tracker, said, await processor.nlg.generate(reply, tracker, said.name(), choices=choices))


async def _say_which_language_answers(
    processor: Any, tracker: DialogueStateTracker, said: ReplyCollector, message: Message
) -> None:
    """To a customer whose language is understood and not spoken, in that language, once."""
    written, answers = message.meta.get(WRITTEN_IN), str(tracker.get_slot("language"))
    if not written or tracker.get_slot(TOLD_LANGUAGE) == f"{written} {answers}":
        return
    _remember(processor.domain, tracker, TOLD_LANGUAGE, f"{written} {answers}")
    told = {"text": notice(written, answers), "utter": "understood_language", "language": answers}
    await _say(processor, tracker, said, told)


async def _say(
    processor: Any, tracker: DialogueStateTracker, said: ReplyCollector, message: dict[str, Any] | None
) -> None:
    if message:
        told = create_bot_utterance(message)
        tracker.update(told, processor.domain)
        await said.send_response(tracker.sender_id, told.message())


async def control(agent: Agent, message: Message, conversation: Conversation, collector: ReplyCollector) -> None:
    """Wakes the assistant after a case: it goes on, and is told how the case ended where the domain has an intent."""
    processor = agent.processor
    event = message.payload.get("event", "")
    intent = f"EXTERNAL_{event}"
    async with agent.lock_store.lock(message.conversation_id):
        metadata = {"language": conversation.language, "region": conversation.region}
        tracker = await processor.fetch_tracker_and_update_session(message.conversation_id, collector, metadata)
        _forget_ended_proof(processor.domain, tracker, conversation)
        _align(processor.domain, tracker, conversation)
        _remember(processor.domain, tracker, TOPIC, None)  # what was asked before an advisor had it is settled
        if intent in processor.domain.intents:
            payload = message.payload
            told = {"note": payload.get("note"), "person": payload.get("advisor"), "choice": payload.get("promise")}
            entities = [{"entity": name, "value": value} for name, value in told.items() if value]
            await agent.trigger_intent(intent, entities, collector, tracker)
        else:
            await processor.save_tracker(tracker)


def _forget_ended_proof(domain: Any, tracker: DialogueStateTracker, conversation: Conversation) -> None:
    """The tracker knows of orders as long as somebody has proved to be their customer, and no longer."""
    known = [slot for slot, kept in tracker.slots.items() if kept.value is not None]
    at = datetime.now(timezone.utc)
    if _PROVED_ORDERS.isdisjoint(known) or proof.email(conversation.attributes, at):
        return
    still = [each for each in proof.orders(conversation.attributes, at) if each in (tracker.get_slot(PROVED) or ())]
    if tracker.get_slot("verified_order") in still:  # proved one by one: those alone are known that still are
        _remember(domain, tracker, PROVED, still)
        return
    for slot in known:
        if slot in _PROVED_ORDERS | _ABOUT_THEM:
            tracker.update(SlotSet(slot, None), domain)
    if tracker.active_loop_name:  # what was being asked was about the order
        tracker.update(ActiveLoop(None), domain)
        tracker.update(SlotSet(REQUESTED_SLOT, None), domain)
    if "order_asking" in tracker.slots:
        tracker.update(SlotSet("order_asking", proof.ASKED_AGAIN), domain)


def _align(domain: Any, tracker: DialogueStateTracker, conversation: Conversation) -> None:
    for slot, value in (("language", conversation.language), ("region", conversation.region)):
        _remember(domain, tracker, slot, value)
    # The conversation's owner is the one word on who answers; a pause in the tracker is only the second lock.
    if tracker.is_paused() and conversation.owner != "advisor":
        tracker.update(ConversationResumed(), domain)


def _meant(tracker: DialogueStateTracker) -> str:
    """The intent of the latest message."""
    latest = tracker.latest_message
    return (latest.intent_name if latest else "") or ""


def _asked(tracker: DialogueStateTracker) -> Asked:
    order = tracker.get_slot("verified_order")
    last = next((event for event in reversed(tracker.events) if isinstance(event, BotUttered)), None)
    said = str(last.metadata.get("utter") or "") if last else ""
    return Asked(_question_open(tracker), bool(tracker.active_loop_name), order is not None, said=said)


def _question_open(tracker: DialogueStateTracker) -> bool:
    """Whether a form waits for what only the customer can tell."""
    return bool(tracker.active_loop_name) and (tracker.get_slot("question") or {}).get("kind") != "offer"


def _topic_after(tracker: DialogueStateTracker) -> str | None:
    latest = tracker.latest_message
    return topic_after((latest.parse_data if latest else None) or {}, tracker.get_slot(TOPIC), _question_open(tracker))


def _remember(domain: Any, tracker: DialogueStateTracker, slot: str, value: Any) -> None:
    if slot in tracker.slots and tracker.get_slot(slot) != value:
        tracker.update(SlotSet(slot, value), domain)


def _outcome(tracker: DialogueStateTracker, uttered: Sequence[UserUttered]) -> Outcome:
    language = tracker.get_slot("language") or ""
    if not uttered:
        return Outcome({}, language)
    meta = _understood(uttered[0])
    if len(uttered) > 1:
        meta["parts"] = [{"text": each.text, **_understood(each)} for each in uttered]
    return Outcome(meta, language)


def _understood(uttered: UserUttered) -> dict[str, Any]:
    intent = uttered.intent or {}
    ranking = (uttered.parse_data or {}).get("intent_ranking") or []
    return {
        "intent": intent.get("name"),
        "confidence": round(float(intent.get("confidence") or 0), 4),
        "entities": [
            {key: entity.get(key) for key in ("entity", "value", "start", "end")} for entity in uttered.entities or []
        ],
        "ranking": [
            {"name": each.get("name"), "confidence": round(float(each.get("confidence") or 0), 4)}
            for each in ranking[:RANKING]
        ],
    }


def _uttered(tracker: DialogueStateTracker, turn: TurnId) -> list[UserUttered]:
    """What the customer said in this message: one, or its parts, in order."""
    found: list[UserUttered] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            said_in = TurnId.parse(event.message_id)
            if said_in is None or said_in.whole != turn:
                break
            found.append(event)
    return found[::-1]


async def _repeat(tracker: DialogueStateTracker, turn: TurnId, collector: ReplyCollector) -> bool:
    """Says again what Rasa had answered to this message, if it had."""
    events = list(tracker.events)
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if isinstance(event, UserUttered) and event.message_id == str(turn):
            heard = Draft(collector.name())
            language = tracker.get_slot("language") or DEFAULT
            heard.anew = Repetition.of(events[:index], turn, language, event.text or "").anew
            for said in events[index:]:
                if isinstance(said, BotUttered):
                    await heard.send_response(tracker.sender_id, said.message())
            if len(_uttered(tracker, turn)) > 1:
                _say_once(heard, collector)
            else:
                collector.pass_on(heard.replies)
            return True
    return False


def _say_once(heard: ReplyCollector, collector: ReplyCollector) -> None:
    """Several questions may end in the same question back, such as that for an order number, or each in its own: one
    is put, at the end. The one before it has given way to it."""
    replies = [(reply.text, reply.kind, reply.payload) for reply in heard.replies]
    asking = [index for index, reply in enumerate(heard.replies) if _ASKS.match(reply.meta.get("utter") or "")]
    kept = [index for index, reply in enumerate(replies) if reply not in replies[index + 1 :]]
    answers = [index for index in kept if index not in asking]
    collector.pass_on([heard.replies[index] for index in answers + [index for index in asking[-1:] if index in kept]])
