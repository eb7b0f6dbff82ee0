"""How it was: asked of a customer in a messenger once an advisor has resolved their case, and what they say to it.

On the website the page asks. Here the assistant does, with buttons; what is tapped or typed is kept as the answer, and
so is the message after it, which is invited, unless that asks for something itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from rasa.core.agent import Agent

from concierge import intents
from concierge.assistant import turn
from concierge.assistant.reply_collector import ReplyCollector
from concierge.assistant.speech import Speech
from concierge.channels import intake
from concierge.channels.sentences import sentence
from concierge.channels.storing import Storing
from concierge.conversations import Conversation, ConversationLog, Message, Reply, satisfaction
from concierge.conversations.model import WEBSITE
from concierge.conversations.satisfaction import ASKS, COMMENT_CHARS, SCORES
from concierge.intents import Kind
from concierge.languages.question_form import asks
from concierge.memory.hearing import says
from concierge.nlu.alarms import alarm_in, wants_person

_ASKED = "asked_how_it_was"  # of a conversation's attributes: in all others nothing is looked up
_QUESTION, _THANKS = "rate_case", "rate_thanks"
_QUESTIONS = (f"utter_{_QUESTION}", "utter_case_resolved")  # below the latter a page asks
# “5”, “5/5”, “5, she was kind”; “5 days” is none.
_SCORE = re.compile(
    rf"([{SCORES[0]}-{SCORES[-1]}])(?:\s*/\s*{SCORES[-1]})?\s*(?:[.,;:–—-]?\s*|(?:[,;:–—-]|\.\s|\n)\s*(\S.*))",
    re.DOTALL,
)
_KEYCAP = str.maketrans("", "", "\ufe0f\u20e3")  # what makes an emoji of a digit
_AT_MOST = 5  # answers to one message
_FEW_WORDS = 4  # of a no to the invitation, of praise that sounds like an alarm
_EXCLAIMED = 3  # “qué amable” is no question


class Rating:
    def __init__(self, log: ConversationLog, store: Storing, agent: Callable[[], Agent | None]) -> None:
        self._log = log
        self._store = store
        self._agent = agent

    async def begin(self, message: Message, conversation: Conversation, collector: ReplyCollector) -> _Question | None:
        """For the end of a case, before it is told of: the question to ``put`` after it, where it is put here."""
        if message.kind != "event" or not message.payload.get(ASKS):
            return None
        await self._store(self._log.update, conversation.id, attributes={_ASKED: True})
        return _Question(collector) if conversation.channel != WEBSITE else None

    async def take(self, message: Message, conversation: Conversation, speech: Speech) -> Reply | None:
        """What is said to an answer, which is kept; ``None`` for what is none."""
        if (score := satisfaction.tapped(message.meta.get("payload"))) is not None:
            return await self._scored(message, score, "", speech)
        if not conversation.attributes.get(_ASKED) or message.kind != "text" or message.role != "customer":
            return None
        if {"payload", "problem"} & message.meta.keys():
            return None
        several = 1 if message.attempts < 2 else _AT_MOST  # a crash may have left answers to this very message
        said = await self._store(self._log.last_messages, conversation.id, several, "assistant")
        last = next((each.meta.get("utter") for each in reversed(said) if each.seq < message.seq), None)
        if last in _QUESTIONS and (found := _score_in(message.text)):
            score, comment = found
            if not comment or not await self._asks_more(comment, conversation):
                return await self._scored(message, score, comment, speech)
        if last == f"utter_{_THANKS}" and not await self._asks_more(message.text, conversation):
            await self._store(satisfaction.add_comment, self._log, conversation.id, _cut(message.text), message.seq)
            return speech.say("rate_noted", offer_advisor=True)
        return None

    async def _scored(self, message: Message, score: int, comment: str, speech: Speech) -> Reply:
        about = (self._log, message.conversation_id, score, _cut(comment), message.seq)
        if not await self._store(satisfaction.answer, *about):
            return speech.say("rate_over", offer_advisor=True)
        if satisfaction.score_of(await self._store(self._log.messages, message.conversation_id)) != score:
            return speech.say("rate_kept")
        return speech.say("rate_noted", offer_advisor=True) if comment else speech.say(_THANKS)

    async def _asks_more(self, text: str, conversation: Conversation) -> bool:
        """A question, a wish for a person, an alarm; or a no to the invitation. All of it is answered as ever."""
        plain, agent = intake.without_command(text), self._agent()
        judged, words = says("judged", plain), len(plain.split())
        if {"?", "؟"} & set(unicodedata.normalize("NFKC", plain)):
            return True
        if asks(plain) and not (judged and (words <= _EXCLAIMED or plain.rstrip().endswith("!"))):
            return True
        if agent is None or not turn.ready(agent):
            return alarm_in(plain) is not None
        intent = (await turn.read_unanswered(agent, conversation, plain))["intent"]["name"]
        if alarm_in(plain) is not None or wants_person(plain):
            return True
        # “Muy amable y paciente” is near “una persona paciente”, and “rapide et clair” near a threat to whoever knows
        # only what customers ask for: here it was asked how it was.
        if intent in intents.alarms():
            return not judged or words > _FEW_WORDS
        declined = intent == "deny" and words <= _FEW_WORDS
        return not judged and (declined or intent in intents.of_kind(Kind.PERSON))


class _Question:
    """Takes the buttons of what is said before it: of two lists of numbers nobody knows which one a number is from."""

    def __init__(self, collector: ReplyCollector) -> None:
        self._collector = collector
        self._others: list[dict[str, Any]] = []
        collector.anew = self._without_buttons

    def put(self, language: str, speech: Speech) -> None:
        asked = speech.say(_QUESTION)
        scores = [
            {"title": sentence(f"rate_{each}", language), "payload": satisfaction.behind_button(each)}
            for each in SCORES
        ]
        asked.kind, asked.payload = "quick_replies", {"buttons": [*scores, *self._others]}
        self._collector.replies.append(asked)

    def _without_buttons(self, reply: Reply) -> Reply:
        if reply.kind == "quick_replies":
            self._others += reply.payload.pop("buttons")
            reply.kind = "text"
        return reply


def _score_in(text: str) -> tuple[int, str] | None:
    """A score and the words after it."""
    found = _SCORE.fullmatch(unicodedata.normalize("NFKC", text).translate(_KEYCAP).strip())
    return (int(found[1]), found[2] or "") if found else None


def _cut(comment: str) -> str:
    return comment.strip()[:COMMENT_CHARS]
