"""A question on from the last one, answered by a cell of what is in hand: “who pays for that?”, “until when?”.

Such a question has no subject of its own, so what it seems to mean by itself says little. What it asks of the topic in
hand is known from the cells' examples (``concierge.nlu.cells``): the message is then a ``follow_up``, whatever it was
taken for, with the cell as its selected response.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from concierge import intents
from concierge.intents import QUESTIONS, Kind
from concierge.selection import DEFAULT, FOLLOW_UP, SELECTOR, Parsed, across_topics, selection

# The least score of a cell (1: the same words) for a message that nothing is known of, or that may be a question of its
# own; for one that seems to be something else, such as “until when?” a goodbye; and while something is being asked.
LIKELY, SURE, BESIDE_A_QUESTION = 0.25, 0.5, 0.6
# By how much a cell of another topic of the group has to be better than one of the very topic: “why?” after “why do you
# need the security code?” asks nothing about charges.
OF_ANOTHER_TOPIC = 0.25
_OTHERWISE = {"category", "country"}  # “and for shoes?”: the same question, for another product or place
_TOLD_IN_STORIES = {"lost", "gift"}  # parts that mean another topic
UNDERSTOOD = 0.8  # from this confidence on a question has a subject of its own


def topic_after(intent: str, topic: str | None) -> str | None:
    """What questions without a subject are about after a message of this intent."""
    return intent if intent in _could_be_meant() else topic


def in_context(parsed: Parsed, asked: str | None, question_open: bool = False) -> Parsed:
    """What Rasa's pipeline made of a message, read on from the topic in hand. ``question_open``: a form waits for an
    answer, which this is more likely to be."""
    name = (parsed.get("intent") or {}).get("name") or ""
    confidence = (parsed.get("intent") or {}).get("confidence") or 0.0
    if asked is None or _is_of_a_story(parsed) or not _may_ask_on(name, confidence):
        return parsed
    if question_open and name in intents.of_kind(Kind.ANSWER):  # “yes, never worn, tags on” is no question about tags
        return parsed
    cell, score = _of_subject(across_topics(parsed), asked)
    if cell is None or score < _least(parsed, name, question_open):
        return parsed
    selector = {**parsed[SELECTOR], DEFAULT: selection(cell, [(cell, score)])}
    intent = {"name": FOLLOW_UP, "confidence": min(score, 1.0)}
    ranking = [intent, *(each for each in parsed.get("intent_ranking") or () if each.get("name") != FOLLOW_UP)]
    return {**parsed, "intent": intent, "intent_ranking": ranking, SELECTOR: selector}


def _may_ask_on(name: str, confidence: float) -> bool:
    if name in intents.of_kind(Kind.PERSON, Kind.EVENT):
        return False
    return name not in intents.of_kind(*QUESTIONS) or confidence < UNDERSTOOD


def _is_of_a_story(parsed: Parsed) -> bool:
    return any(each.get("role") in _TOLD_IN_STORIES for each in parsed.get("entities") or ())


def _of_subject(ranking: Iterable[Mapping[str, Any]], asked: str) -> tuple[str | None, float]:
    """The best cell of the topic in hand, or of its group."""
    best: tuple[str | None, float] = (None, 0.0)
    group = intents.get(asked).group
    for each in ranking:
        topic = each["intent_response_key"].partition("/")[0]
        if topic != asked and intents.get(topic).group != group:
            continue
        score = each["confidence"] - (OF_ANOTHER_TOPIC if topic != asked else 0.0)
        if score > best[1]:
            best = each["intent_response_key"], score
    return best


def _least(parsed: Parsed, name: str, question_open: bool) -> float:
    if question_open:
        return BESIDE_A_QUESTION
    if any(each.get("entity") in _OTHERWISE for each in parsed.get("entities") or ()):
        return SURE
    return LIKELY if name == FOLLOW_UP or name in intents.of_kind(Kind.NOT_UNDERSTOOD) else SURE


@lru_cache(maxsize=1)
def _could_be_meant() -> frozenset[str]:
    """What could be asked on from, a complaint too, if only to ask how long it takes."""
    grouped = {name for name in intents.of_kind(Kind.PERSON) if intents.get(name).group}
    return intents.of_kind(*QUESTIONS) | grouped
