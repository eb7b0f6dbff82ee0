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
from concierge.intents import Kind, of_kind
from concierge.languages.short_form import question_in, short_form

_ASKS = "utter_ask_"  # what a form asks, though not every wording is a question
_LOOKS_BACK = 6  # turns
_WORTH_OTHER_WORDS = 3  # a “hello” may be said to every “hello”


class Repetition:
    """``before``: the texts of each earlier turn, the latest first."""

    def __init__(self, before: Iterable[set[str]], language: str) -> None:
        self._before = list(before)
        self._language = language

    @classmethod
    def of(cls, events: Iterable[Any], turn: TurnId, language: str) -> Repetition:
        """As Rasa's events have it, up to this turn."""
        return cls(_turns(list(events), turn), language)

    def anew(self, reply: Reply) -> Reply:
        """The reply, in other words where it was the last turn's, too: in short, or what is still needed; the second
        time running that there is no more to it, and the way to an advisor."""
        times = sum(1 for _ in takewhile(lambda said: reply.text in said, self._before))
        if not times or len(reply.text.split()) < _WORTH_OTHER_WORDS:
            return reply
        if reply.meta.get("utter") in _small_talk():
            return replace(reply, text=self._say("listening")) if times % 2 else reply
        asks = str(reply.meta.get("utter")).startswith(_ASKS)
        if question := reply.text if asks else question_in(reply.text):
            lead = self._say("still_open" if times % 2 else "asked_again")
            return self._with_advisor(reply, f"{lead}\n{question}")
        if times % 2:
            return self._with_advisor(reply, f"{self._say('as_said')}\n{short_form(reply.text) or reply.text}")
        return self._with_advisor(reply, self._say("nothing_to_add"))

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
    return {f"utter_{name}" for name in of_kind(Kind.SMALL_TALK)} | {"utter_what_else", "utter_as_you_wish"}
