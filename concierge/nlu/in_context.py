"""A message read on from the topic in hand: “who pays for that?”, “until when?”, “and if I miss all of them?”.

Such a question has no subject of its own, so what it seems to mean by itself says little. What it asks of the topic in
hand is known from the cells' examples (``concierge.nlu.cells``): the message is then a ``follow_up``, whatever it was
taken for, with the cell as its selected response. Where no cell is near, what the classifier was not sure of is weighed
again: after a question about deliveries, another one about them is likelier than one about passwords.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME, INTENT_MESSAGE_PREFIX

from concierge import intents
from concierge.intents import QUESTIONS, Kind
from concierge.languages.follow_up import is_doubt, names_elsewhere, part_of, turns_to
from concierge.languages.question_form import WHAT, asks
from concierge.nlu.fallback import OUT_OF_SCOPE
from concierge.selection import DEFAULT, FOLLOW_UP, SELECTOR, Parsed, across_topics, selected, selection

# The least score of a cell (1: the same words) for a message that nothing is known of, or that may be a question of its
# own; for one that seems to be something else, such as “until when?” a goodbye; and while something is being asked, for
# what is no question by its form.
LIKELY, SURE, BESIDE_A_QUESTION = 0.25, 0.5, 0.6
# The least belief in an alarm while a form asks: what answers it is none of the intents, so that they all are doubted.
BELIEVED_IN_AN_ANSWER = 0.5
# How many times likelier a topic is when it is in hand, or of the group in hand; the least share that it must then have
# of all that was thought of, and the least that it must have had by itself.
IN_HAND, OF_THE_GROUP = 5.0, 4.0
LEAST_SHARE, LEAST_BY_ITSELF, LEAST_OF_A_FOLLOW_UP = 0.5, 0.08, 0.01
# By how much a cell of another topic of the group has to be better than one of the very topic: “why?” after “why do you
# need the security code?” asks nothing about charges.
OF_ANOTHER_TOPIC = 0.25
ITS_WORDS = 0.95 - OF_ANOTHER_TOPIC  # the score of such a cell for nearly its own words, which name its topic
_DOUBTED_IN_AN_ANSWER = intents.alarms().keys() - {"alarm_self_harm"}
NOT_UNDERSTOOD = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 0.0}
OTHERWISE = {"category", "country"}  # “and for shoes?”: the same question, for another product or place
_TOLD_IN_STORIES = {"lost", "gift"}  # parts that mean another topic
_NO_SUBJECT = 2  # words: so few that ask for a part have none
UNDERSTOOD = 0.8  # from this confidence on a question has a subject of its own


def topic_after(parsed: Parsed, topic: str | None, question_open: bool = False) -> str | None:
    """What questions without a subject are about after this message. What is told while a question is open answers
    it: “no, it was full price” begins no talk about prices, and no task unless it is clearly wanted."""
    intent = (parsed.get("intent") or {}).get("name") or ""
    if question_open and intent in intents.of_kind(*QUESTIONS):
        text, confidence = str(parsed.get("text") or ""), (parsed.get("intent") or {}).get("confidence") or 0.0
        told = not text.startswith(INTENT_MESSAGE_PREFIX) and not asks(text)
        if told and (intent in intents.of_kind(Kind.TOPIC) or confidence < UNDERSTOOD):
            return topic
    cell = selected(parsed)
    meant = (cell or "").partition("/")[0] if intent == FOLLOW_UP else intent
    return meant if meant in _could_be_meant() else topic


def in_context(parsed: Parsed, asked: str | None, question_open: bool = False, offered: bool = False) -> Parsed:
    """What Rasa's pipeline made of a message, read on from the topic in hand. ``question_open``: a form waits for what
    the customer alone can tell, which this is more likely to be; ``offered``: a form waits, if only for a yes or a no,
    and “why not?” is one."""
    if told := by_its_words(parsed, asked, question_open, offered):
        return told
    if asked is None or is_of_a_story(parsed):
        return parsed
    name = (parsed.get("intent") or {}).get("name") or ""
    unclear = name == FOLLOW_UP or name in intents.of_kind(Kind.NOT_UNDERSTOOD)
    if unclear and not question_open and not intents.get(asked).of_pieces and _names_but_a_kind(parsed):
        return on_from_it(parsed)  # the same question; which answers have such a word in their examples says nothing
    # “Yes, never worn, tags on” is no question about tags.
    if not _may_ask_on(parsed) or (question_open and name in intents.of_kind(Kind.ANSWER)):
        return parsed
    cell, score = _of_subject(parsed, asked)
    if cell is None or score < _least(parsed, name, question_open) or _is_told_by_part(parsed, asked, cell, score):
        return _weighed_again(parsed, asked, question_open)
    return read_as(parsed, FOLLOW_UP, min(score, 1.0), selection(cell, [(cell, score)]))


def by_its_words(parsed: Parsed, asked: str | None, question_open: bool, offered: bool) -> Parsed | None:
    """What the words themselves say of how it goes on: “really?”, “and for sunglasses?”; ``None`` where they do not.
    As :func:`in_context` else."""
    name = (parsed.get("intent") or {}).get("name") or ""
    confidence = (parsed.get("intent") or {}).get("confidence") or 0.0
    if question_open and name in _DOUBTED_IN_AN_ANSWER and confidence < BELIEVED_IN_AN_ANSWER:
        others = [each for each in parsed.get("intent_ranking") or () if each.get("name") != name]
        return {**parsed, "intent": NOT_UNDERSTOOD, "intent_ranking": [NOT_UNDERSTOOD, *others]}
    if asked is None or is_of_a_story(parsed) or not _is_on_from_it(parsed, asked, question_open, offered):
        return None
    return _reason(parsed, asked) or on_from_it(parsed)


def _reason(parsed: Parsed, asked: str) -> Parsed | None:
    """“Why not?”, of a topic that has an answer to it."""
    cell = f"{asked}/why"
    known = cell in {each["intent_response_key"] for each in across_topics(parsed)}
    if not known or part_of(str(parsed.get("text") or "")) != "why":
        return None
    return read_as(parsed, FOLLOW_UP, UNDERSTOOD, selection(cell, [(cell, UNDERSTOOD)]))


def on_from_it(parsed: Parsed) -> Parsed:
    """The message as one about the answer before."""
    return read_as(parsed, FOLLOW_UP, UNDERSTOOD, selection(FOLLOW_UP, []))


def _is_on_from_it(parsed: Parsed, asked: str, question_open: bool, offered: bool) -> bool:
    """Whether it is about the answer before by its very words: “really?”, “and for sunglasses?”, “why?”."""
    text, name = str(parsed.get("text") or ""), (parsed.get("intent") or {}).get("name") or ""
    if not question_open and _turns_to_a_kind(parsed, asked, name):
        return True
    if not _may_ask_on(parsed):
        return False
    # “Warum?” by itself is near to what is said in anger.
    if not question_open and asked in intents.of_kind(*QUESTIONS) and _names_but("country", parsed):
        return True  # “no wait, Portugal”
    asks_why = not offered and name in intents.of_kind(Kind.ANSWER, Kind.SMALL_TALK) and part_of(text) == "why"
    return asks_why or is_doubt(text)


def _turns_to_a_kind(parsed: Parsed, asked: str, name: str) -> bool:
    """“And for sunglasses?”, which by itself is a search for them."""
    questions = intents.of_kind(*QUESTIONS)
    if asked not in questions or name not in questions or of_one_group(name, asked):
        return False
    return not intents.get(asked).of_pieces and _names_but_a_kind(parsed)


def _names_but_a_kind(parsed: Parsed) -> bool:
    """“And for sunglasses?”, “sorry, I meant perfume”."""
    return _names_but("category", parsed)


def _names_but(entity: str, parsed: Parsed) -> bool:
    text = str(parsed.get("text") or "")
    kinds = [each for each in parsed.get("entities") or () if each.get("entity") == entity]
    return any(turns_to(text, each.get("start", 0), each.get("end", 0)) for each in kinds)


def _weighed_again(parsed: Parsed, asked: str, question_open: bool) -> Parsed:
    """What the message is likeliest to mean after ``asked``, where that is another topic of its group."""
    name = (parsed.get("intent") or {}).get("name") or ""
    text = str(parsed.get("text") or "")
    may = name == FOLLOW_UP or name in intents.of_kind(*QUESTIONS, Kind.NOT_UNDERSTOOD)
    of_the_last = name == FOLLOW_UP and (part_of(text) or names_elsewhere(text))
    if not may or of_the_last or (question_open and not asks(text, WHAT)):
        return parsed  # a part of the answer before, and what holds elsewhere, is told by stories
    weights = _weights(parsed, asked)
    best = max(weights, key=lambda each: weights[each], default="")
    share = weights.get(best, 0.0) / (sum(weights.values()) or 1.0)
    least = OF_THE_GROUP * (LEAST_OF_A_FOLLOW_UP if name == FOLLOW_UP else LEAST_BY_ITSELF)
    if best == name or not of_one_group(best, asked) or share < LEAST_SHARE or weights[best] < least:
        return parsed
    own = [
        (each["intent_response_key"], each["confidence"])
        for each in across_topics(parsed)
        if each["intent_response_key"].startswith(f"{best}/")
    ]
    if best == asked and not (own and own[0][1] >= LIKELY):
        return parsed  # its general answer was just given
    return read_as(parsed, best, round(share, 4), selection(best, own, LIKELY))


def _weights(parsed: Parsed, asked: str) -> dict[str, float]:
    """How much speaks for each intent that was thought of, those near the topic in hand the more."""
    of_part = _topic_of_part(parsed, asked)
    weights: dict[str, float] = {}
    for each in parsed.get("intent_ranking") or ():
        meant, belief = each.get("name") or "", float(each.get("confidence") or 0.0)
        if meant == FOLLOW_UP and of_part:
            meant = of_part
        if meant == FOLLOW_UP or meant in _no_meaning():
            continue
        weight = IN_HAND if meant == asked else OF_THE_GROUP if of_one_group(meant, asked) else 1.0
        weights[meant] = weights.get(meant, 0.0) + belief * weight
    return weights


def of_one_group(name: str, asked: str) -> bool:
    return name in intents.of_kind(*QUESTIONS) and intents.get(name).group == intents.get(asked).group


def read_as(parsed: Parsed, name: str, confidence: float, selected: Mapping[str, Any]) -> Parsed:
    """The message as one of this intent, with what is selected of its answers."""
    intent = {"name": name, "confidence": confidence}
    others = [each for each in parsed.get("intent_ranking") or () if each.get("name") != name]
    selector = {**parsed[SELECTOR], DEFAULT: selected}
    return {**parsed, "intent": intent, "intent_ranking": [intent, *others], SELECTOR: selector}


def _may_ask_on(parsed: Parsed) -> bool:
    intent = parsed.get("intent") or {}
    name, confidence = intent.get("name") or "", intent.get("confidence") or 0.0
    if name in intents.of_kind(Kind.PERSON, Kind.EVENT):
        return False
    # “Free?” alone is sure to be about an exchange only because it was so in examples.
    return name not in intents.of_kind(*QUESTIONS) or confidence < UNDERSTOOD or _part_alone(parsed) is not None


def _part_alone(parsed: Parsed) -> str | None:
    """The part that is asked for without a subject: “why?”, “free?”."""
    text = str(parsed.get("text") or "")
    return part_of(text) if len(text.split()) <= _NO_SUBJECT else None


def is_of_a_story(parsed: Parsed) -> bool:
    return any(each.get("role") in _TOLD_IN_STORIES for each in parsed.get("entities") or ())


def _of_subject(parsed: Parsed, asked: str) -> tuple[str | None, float]:
    """The best cell of the topic in hand, or of its group; “why?” asks for the reason of what was said alone."""
    best: tuple[str | None, float] = (None, 0.0)
    group = intents.get(asked).group
    own, only_own = {asked, _of_any_product(asked)}, _part_alone(parsed) == "why"
    for each in across_topics(parsed):
        topic = each["intent_response_key"].partition("/")[0]
        if topic not in own and (only_own or intents.get(topic).group != group):
            continue
        score = each["confidence"] - (OF_ANOTHER_TOPIC if topic not in own else 0.0)
        if score > best[1]:
            best = each["intent_response_key"], score
    return best


def _of_any_product(topic: str) -> str | None:
    """What a topic of one kind of product is a case of: “is it free?” after the return of swimwear is about returns."""
    known = intents.get(topic)
    if topic not in intents.group_of(topic).products.values() or known.order_task is None:
        return None
    of_group = (name for name in intents.of_kind(Kind.TASK) if intents.get(name).group == known.group)
    return next((name for name in of_group if intents.get(name).decision == known.order_task), None)


def _topic_of_part(parsed: Parsed, asked: str) -> str | None:
    """What the group of ``asked`` means by the part that is asked for, if one is."""
    return intents.group_of(asked).parts.get(part_of(str(parsed.get("text") or "")) or "")


def _is_told_by_part(parsed: Parsed, asked: str, cell: str, score: float) -> bool:
    """“And how long does that take?” after shipping costs: the group knows what such a part means, better than a
    cell of yet another topic that is not named."""
    meant, own = _topic_of_part(parsed, asked), {asked, _of_any_product(asked)}
    return meant is not None and score < ITS_WORDS and cell.partition("/")[0] not in own | {meant}


def _least(parsed: Parsed, name: str, question_open: bool) -> float:
    if question_open and not asks(str(parsed.get("text") or ""), WHAT):
        return BESIDE_A_QUESTION
    if question_open:
        return LIKELY if name == FOLLOW_UP else SURE
    if any(each.get("entity") in OTHERWISE for each in parsed.get("entities") or ()):
        return SURE
    if name == OUT_OF_SCOPE and parsed["intent"]["confidence"] >= UNDERSTOOD:
        return SURE
    return LIKELY if name == FOLLOW_UP or name in intents.of_kind(Kind.NOT_UNDERSTOOD) else SURE


@lru_cache(maxsize=1)
def _no_meaning() -> frozenset[str]:
    """What says only that nothing was understood; out of scope is a meaning of its own."""
    return intents.of_kind(Kind.NOT_UNDERSTOOD) - {OUT_OF_SCOPE}


@lru_cache(maxsize=1)
def _could_be_meant() -> frozenset[str]:
    """What could be asked on from, a complaint too, if only to ask how long it takes."""
    grouped = {name for name in intents.of_kind(Kind.PERSON) if intents.get(name).group}
    return intents.of_kind(*QUESTIONS) | grouped
