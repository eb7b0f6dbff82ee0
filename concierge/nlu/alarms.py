"""Alarms go first: what must not be missed is heard whatever else a message says, and however unsure the classifier is.

Two means together. Phrases that can hardly mean anything else are listed by language (``alarms`` in the lexicons); the
intents of the same names hear the rest, and here a smaller share of belief is enough for them than for a topic, if a
second opinion (:mod:`concierge.nlu.alarm_opinion`) does not think it next to impossible. A wish for a person comes
next: it wins over the topic beside it, which stays second in the ranking.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from concierge import intents
from concierge.intents import QUESTIONS, Kind
from concierge.languages import lexicon
from concierge.languages.keys import KEYS
from concierge.nlu.alarm_opinion import BELIEF
from concierge.nlu.classifier import SCOPE
from concierge.nlu.fallback import OUT_OF_SCOPE, IntentOverride
from concierge.selection import likeliest

_OVERRIDES = {DEFAULT_NLU_FALLBACK_INTENT_NAME, OUT_OF_SCOPE, "inform", "nonsense"}
_TALK_TO_ADVISOR = "talk_to_advisor"
_WITHOUT_DOUBTS = "alarm_self_harm"
_ONLY_IF_SURE = "safety"  # a hazard that has hurt nobody is worth no doubtful alarm
_WORTH_A_LOOK = 0.15  # the least belief in anything else that is to be what an alarm's look-alike means
DOUBTED = "doubted_alarm"  # the property with the alarm that was thought of and not believed


def alarm_in(text: str) -> str | None:
    """The intent of an alarm that the words leave no doubt of, in any language of the house."""
    said = _no_alarm().sub(" ", plain(text))
    if is_harmless(text):
        said = _harmless("mishap").sub(" ", said)
    return next((intent for intent, phrases in _phrases() if phrases.search(said)), None)


def sounds_like_one(text: str) -> bool:
    """Whether it has a manner of speaking that sounds like an alarm and is none."""
    return bool(_no_alarm().search(plain(text)))


def is_harmless(text: str) -> bool:
    """Whether something is told that sounds like harm and was none, and nothing else that could have been."""
    said = plain(text)
    return bool(_harmless("mishap").search(said)) and not _harmless("unless").search(said)


def wants_person(text: str) -> bool:
    """Whether the message asks for a person, beside whatever it is about."""
    return bool(_person().search(plain(text)))


def beside_the_wish(text: str) -> str:
    """The message without its wish for a person."""
    return _person().sub(" ", plain(text)).strip()


def plain(text: str) -> str:
    """The text as the signs of the lexicons are written: small letters, straight apostrophes, single spaces."""
    return " ".join(text.casefold().replace("’", "'").split())


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class AlarmRecogniser(IntentOverride):
    """Stands last of what decides on the intent."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "doubt": 0.35,  # the share of belief in alarms that is enough where nothing else is understood
            "share": 0.5,  # and where something is
            "rival": 0.25,  # from here on another matter is plausible beside the alarm, which then has to be believed
            "believed": 0.6,  # this much: an arm of the glasses that snapped is no injury
            # What the second opinion has to believe at least. Below it were 81 and 32 of a hundred messages that had
            # raised an alarm for nothing in talks that nothing had seen, and of tests/nlu/alarms.yml 10 of 211 alarms.
            "seconded": 0.1,
            "thought_of": 0.2,  # by both: enough to say after the answer how an alarm is raised
        }

    def process(self, messages: list[Message]) -> list[Message]:
        """Messages without a scope, such as a button's payload, pass unchanged."""
        for message in messages:
            if not message.get(SCOPE):
                continue
            text, intent = message.get(TEXT) or "", (message.get(INTENT) or {}).get("name")
            ranking = message.get(INTENT_RANKING_KEY) or []
            if certain := alarm_in(text):
                self.put(message, certain, 1.0)
            elif sounds_like_one(text) or is_harmless(text):
                if intent in intents.alarms():
                    others = sum(each["confidence"] for each in ranking if each["name"] not in intents.alarms())
                    self._put_next(message, _without_alarms(ranking) if others >= _WORTH_A_LOOK else ranking)
            elif self._is_not_seconded(message):
                if intent in intents.alarms():
                    self._put_next(message, _without_alarms(ranking))
            elif intent in intents.alarms():
                if self._is_doubtful(ranking):
                    self._put_next(message, ranking)
                    self._doubt(message, ranking)
            elif likely := self._likely(intent, ranking):
                self.put(message, *likely)
            else:
                self._doubt(message, ranking)
            if not self._decided(message.get(INTENT)["name"]) and wants_person(text):
                self.put(message, _TALK_TO_ADVISOR, 1.0)
        return messages

    @staticmethod
    def _decided(intent: str) -> bool:
        return intent == "stay_with_assistant" or intent in intents.of_kind(Kind.PERSON)

    def _likely(self, intent: str | None, ranking: Sequence[Mapping[str, Any]]) -> tuple[str, float] | None:
        """The alarm that is believed most, where all of them together are believed enough."""
        known = intents.alarms().keys() - {_ONLY_IF_SURE}
        alarms = [(each["name"], each["confidence"]) for each in ranking if each["name"] in known]
        total = sum(confidence for _, confidence in alarms)
        enough = self._config["doubt"] if intent in _OVERRIDES else self._config["share"]
        if alarms and alarms[0][0] not in _where_minutes_count():
            enough = max(enough, self._config["believed"])
        return (alarms[0][0], total) if alarms and total >= enough else None

    def _is_not_seconded(self, message: Message) -> bool:
        belief = message.get(BELIEF)
        return belief is not None and belief < self._config["seconded"]

    def _is_doubtful(self, ranking: Sequence[Mapping[str, Any]]) -> bool:
        """Whether another matter is meant as well as not. Of somebody's own life no such doubt is allowed."""
        believed = sum(each["confidence"] for each in ranking if each["name"] in intents.alarms())
        if ranking[0]["name"] == _WITHOUT_DOUBTS or believed >= self._config["believed"]:
            return False
        rival = likeliest(ranking, intents.of_kind(*QUESTIONS))[1]
        return rival >= self._config["rival"] or ranking[0]["name"] not in {*_where_minutes_count(), _ONLY_IF_SURE}

    def _doubt(self, message: Message, ranking: Sequence[Mapping[str, Any]]) -> None:
        """Keeps the likeliest alarm where both opinions think of one."""
        alarms = [each for each in ranking if each["name"] in intents.alarms()]
        believed = min(sum(each["confidence"] for each in alarms), float(message.get(BELIEF) or 0.0))
        if alarms and believed >= self._config["thought_of"]:
            message.set(DOUBTED, alarms[0]["name"], add_to_output=True)

    def _put_next(self, message: Message, ranking: Sequence[Mapping[str, Any]]) -> None:
        """A bag to die for is in no danger: the likeliest of what is no alarm."""
        others = [each for each in ranking if each["name"] not in intents.alarms()]
        sure = [each for each in others if each["confidence"] >= self._config["doubt"]]
        best = sure[0] if sure else {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 0.0}
        self.put(message, best["name"], best["confidence"])


def _without_alarms(ranking: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is believed where no alarm can be meant."""
    others = [each for each in ranking if each["name"] not in intents.alarms()]
    total = sum(each["confidence"] for each in others) or 1.0
    return [{"name": each["name"], "confidence": each["confidence"] / total} for each in others]


@lru_cache(maxsize=1)
def _where_minutes_count() -> frozenset[str]:
    """Where a doubt is enough. A break-in, a threat, an insult or a child's order has to be believed: of 530 questions
    by others, those that were none had 0.56 at most, those that were some at least 0.7."""
    return frozenset(name for name, handoff in intents.alarms().items() if handoff.minutes_count)


# A sign begins a word: said once in front of all, so that the inside of words costs nothing.
@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[str, re.Pattern[str]], ...]:
    intent_of = {handoff.reason: intent for intent, handoff in intents.alarms().items()}
    parts = KEYS["alarms"].parts
    return tuple((intent_of[part], re.compile(rf"\b{lexicon.either('alarms', part)}")) for part in parts)


@lru_cache(maxsize=1)
def _no_alarm() -> re.Pattern[str]:
    return re.compile(rf"\b{lexicon.either('no_alarm')}")


@lru_cache(maxsize=2)
def _harmless(part: str) -> re.Pattern[str]:
    return re.compile(rf"\b{lexicon.either('harmless', part)}")


@lru_cache(maxsize=1)
def _person() -> re.Pattern[str]:
    return re.compile(rf"\b{lexicon.either('wants_person')}")
