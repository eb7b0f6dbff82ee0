"""The guard against saying the same again: no reply leaves a turn in the words of the turn before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile
from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered

from concierge.assistant.speech import TALK_TO_ADVISOR
from concierge.channels.sentences import sentence
from concierge.conversations import Reply, TurnId
from concierge.intents import Kind, get, is_general, of_kind
from concierge.languages.short_form import question_in, sentences, short_form
from concierge.memory.hearing import says
from concierge.nlu.nearest_sentence import near_sentences

_ASKS = "utter_ask_"  # what a form asks, though not every wording is a question
_LOOKS_BACK = 6  # turns
_SAYS_SO_ITSELF = "utter_status_unchanged"  # “As I said, your order is on its way”
_OF_ITS_DAY = "utter_until_its_day"  # the last day, and how many are left
_TWO = 2
_LONG = 3  # sentences: nobody reads so much twice
_WORTH_OTHER_WORDS = 3  # a “hello” may be said to every “hello”


class Repetition:
    """``before``: the texts of each earlier turn, the latest first; ``asked``: the customer's message."""

    def __init__(self, before: Iterable[set[str]], language: str, asked: str = "") -> None:
        self._before = list(before)
        self._language = language
        self._asked = asked

    @classmethod
    def of(cls, events: Iterable[Any], turn: TurnId, language: str, asked: str = "") -> Repetition:
        """As Rasa's events have it, up to this turn."""
        return cls(_turns(list(events), turn), language, asked)

    def anew(self, reply: Reply) -> Reply:
        """The reply, in other words where it was the last turn's, too: the sentence of it that answers what is asked
        now, or what is still needed; the second time running, where none does, that there is no more to it, and the way
        to an advisor. A long one of some turns ago is said again by that sentence, or whole."""
        times = sum(1 for _ in takewhile(lambda said: reply.text in said, self._before))
        if len(reply.text.split()) < _WORTH_OTHER_WORDS:
            return reply
        if not times:
            said_before = any(reply.text in said for said in self._before)
            is_long = len(sentences(reply.text)) >= _LONG
            return replace(reply, text=self._nearest(reply) or reply.text) if said_before and is_long else reply
        if reply.meta.get("utter") in _small_talk():
            return replace(reply, text=self._say("listening")) if times % 2 else reply
        asks = str(reply.meta.get("utter")).startswith(_ASKS)
        if question := reply.text if asks else question_in(reply.text):
            lead = self._say("still_open" if times % 2 else "asked_again")
            return self._with_advisor(reply, f"{lead}\n{question}")
        if times % 2:
            return self._with_advisor(reply, self._in_short(reply))
        return self._with_advisor(reply, self._nearest(reply) or self._say("nothing_to_add"))

    def _in_short(self, reply: Reply) -> str:
        """The sentence that answers what is asked now; of two that may, both."""
        short, near = short_form(reply.text), self._near(reply)
        if reply.meta.get("utter") == _SAYS_SO_ITSELF:
            return short or reply.text
        if len(near) == 1 and near != [short]:
            return near[0]
        said = " ".join(near) if len(near) == _TWO and near != sentences(reply.text) else short
        return f"{self._say('as_said')}\n{said or reply.text}"

    def _nearest(self, reply: Reply) -> str | None:
        near = self._near(reply)
        return near[0] if len(near) == 1 else None

    def _near(self, reply: Reply) -> list[str]:
        """The sentences of a general answer that answer what is asked now; none where none does. What is said of an
        order is one thought, of which the first sentence is the answer; and that an order could be looked at answers
        no question."""
        utter = str(reply.meta.get("utter"))
        if not (is_general(utter) or utter == _OF_ITS_DAY) or short_form(reply.text) is None:
            return []
        return near_sentences(self._asked, [each for each in sentences(reply.text) if not says("offers_to_look", each)])

    def _say(self, code: str) -> str:
        return sentence(code, self._language)

    def _with_advisor(self, reply: Reply, text: str) -> Reply:
        """A reply's own choices stay as they are: all of them answer it."""
        if reply.kind != "text":
            return replace(reply, text=text)
        button = {"title": self._say("talk_to_advisor"), "payload": TALK_TO_ADVISOR}
        return replace(reply, text=text, kind="quick_replies", payload={**reply.payload, "buttons": [button]})


def _turns(events: list[Any], turn: TurnId) -> list[set[str]]:
    """What was said to each message; the parts of one together."""
    turns: dict[str, set[str]] = {}
    said: set[str] = set()
    for event in reversed(events):
        if isinstance(event, BotUttered):
            said.add((event.text or "").strip())
        elif isinstance(event, UserUttered):
            message = TurnId.parse(event.message_id)
            turns.setdefault(str(message.whole if message else event.message_id), set()).update(said)
            said = set()
            if len(turns) > _LOOKS_BACK:
                break
    turns.pop(str(turn), None)
    return list(turns.values())


def _small_talk() -> set[str]:
    """Words that a customer may be spared; not what answers a question of theirs, such as who it is that answers."""
    return {f"utter_{name}" for name in of_kind(Kind.SMALL_TALK) if not get(name).said_again} | {
        "utter_what_else",
        "utter_as_you_wish",
    }
