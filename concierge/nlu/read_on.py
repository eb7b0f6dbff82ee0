"""A message read on from what was asked before it.

By its very words where those say so (:mod:`concierge.nlu.in_context`); else all the house's answers are weighed
(:mod:`concierge.nlu.context_ranking`). Where none is likely, the likeliest topics are kept as guesses: the dialogue
answers the first, with its alternative, rather than ask what was meant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from concierge import intents
from concierge.intents import QUESTIONS, Kind
from concierge.languages import lexicon
from concierge.languages.follow_up import names_elsewhere, part_of
from concierge.languages.question_form import asks, is_exclamation
from concierge.memory.fact_extraction import fact_in
from concierge.memory.hearing import says
from concierge.nlu.alarm_opinion import BELIEF
from concierge.nlu.context_ranking import Before, at, rank
from concierge.nlu.fallback import OUT_OF_SCOPE
from concierge.nlu.in_context import (
    NOT_UNDERSTOOD,
    OTHERWISE,
    UNDERSTOOD,
    by_its_words,
    in_context,
    is_of_a_story,
    of_one_group,
    on_from_it,
    read_as,
)
from concierge.nlu.matters import strays
from concierge.nlu.remarks import FACT, OBJECTIONS, REACTION, remark
from concierge.selection import ANSWERS, BEHIND, FOLLOW_UP, GUESSES, PRICE, Parsed, selected, selection

# The least belief in an answer against what the message seems to be by itself: a clear question of another topic, one
# that leaves hardly a doubt (“where is my order?”), or a clear one of the same topic with another answer; few words
# that ask for a part of the answer before (which says what they mean, as a rule), for a single answer of the topic in
# hand and for any; anything else that is put as a question. Against none of the house's business it is the least
# belief in its topic behind the one in hand alone: “can you write me a poem” is near to some answer in any ranking. Of
# 1,741 messages of talks that nothing had seen, what was clear by itself was right less often than the ranking from a
# belief of 0.3 on, and what left hardly a doubt from 0.5 on.
AGAINST_WHAT_IS_CLEAR, AGAINST_WHAT_IS_CERTAIN, AGAINST_ITS_OWN_ANSWER = 0.35, 0.5, 0.5
CERTAIN = 0.95  # the confidence of what leaves hardly a doubt
AGAINST_ITS_OWN_WHERE_CERTAIN = 0.6  # “no, I meant exchange” asks nothing single; of 955 turns none changed
_NEVER = 2.0
AGAINST_FEW_WORDS_OF_THE_TOPIC, AGAINST_FEW_WORDS = 0.4, 0.6
AGAINST_ANOTHER_KIND, AGAINST_NO_BUSINESS = 0.6, 0.5
# The least belief in a topic and in its answer; what has less is a guess. Of those messages 14 had an answer with less
# than a fifth of the belief, and 4 of these were right.
CLEARLY_MEANT, CLEARLY_ANSWERED = 0.4, 0.2
MOST_GUESSES = 5
SURE_OBJECTION = 0.5
_TOLD_OF_AN_ORDER = "track_order"
TOLD, THANK = "inform", "thank"
_NEAR_TO_THANKS, _ABUSE = {"swearing", "greet"}, "abuse"  # what a few kind words are near to in other languages
_REACTION = intents.of_remarks()[REACTION]
NEVER_DOUBTED = intents.of_kind(Kind.EVENT) | {"talk_to_advisor", "alarm_self_harm"}  # “no wait, 14” is no minor's age
FEW_WORDS, NO_SUBJECT = 6, 2
WISHED_WORDS = 10  # “please, is there really nothing at all that you can do?”

_UNCLEAR = intents.of_kind(Kind.NOT_UNDERSTOOD) | {TOLD}
_SAID_TO_SOMETHING = intents.of_kind(Kind.ANSWER) | {"stop"}
_NOT_KEPT = {ANSWERS, BEHIND, BELIEF}  # with the message: they serve to understand it


@dataclass(frozen=True)
class Asked:
    """What the customer is asked. ``question_open``: a form waits for what they alone can tell; ``offered``: a form
    waits, if only for a yes or a no; ``order_in_hand``: what is talked of is an order of theirs; ``puts_right``: the
    message does nothing but put right what was counted from; ``said``: the name of the reply that was said last."""

    question_open: bool = False
    offered: bool = False
    order_in_hand: bool = False
    puts_right: bool = False
    said: str = ""


def read_on(parsed: Parsed, before: Before | None, asked: Asked) -> Parsed:
    """``parsed`` as it is meant after what was asked before, and beside what the customer is ``asked``."""
    told = _meant(parsed, before, asked)
    return {key: value for key, value in told.items() if key not in _NOT_KEPT}


def _meant(parsed: Parsed, before: Before | None, asked: Asked) -> Parsed:
    read = _read(parsed, before, asked)
    not_ours = parsed["intent"]["name"] == OUT_OF_SCOPE and _is_clear(parsed)
    if before is not None and not not_ours and _only_tells(parsed, asked) and _leads_nowhere(read, asked):
        fact = intents.of_remarks()[FACT]
        return read_as(parsed, fact, UNDERSTOOD, selection(fact, []))
    return read


def _only_tells(parsed: Parsed, asked: Asked) -> bool:
    """“I only tried it on”, of no order: it asks nothing by its form, and tells of nothing that is wrong."""
    text = str(parsed.get("text") or "")
    something_open = asked.question_open or asked.offered or asked.order_in_hand
    if something_open or asks(text) or is_of_a_story(parsed) or names_an_order(parsed):
        return False
    return says("tells", text) and not says("fault", text) and fact_in(text, "problem") is None


def _leads_nowhere(read: Parsed, asked: Asked) -> bool:
    """Whether it would be answered by what was just said, by a guess, or by its being none of the house's business."""
    name = str(read["intent"]["name"])
    return name in intents.of_kind(Kind.NOT_UNDERSTOOD) or f"utter_{selected(read) or name}" == asked.said


def _read(  # noqa: PLR0911 - each is a way that a message is meant
    parsed: Parsed, before: Before | None, asked: Asked
) -> Parsed:
    topic = before.topic if before else None
    if asked.puts_right and parsed["intent"]["name"] not in NEVER_DOUBTED:
        return on_from_it(parsed)
    if _only_thanks(parsed, asked):
        return read_as(parsed, THANK, UNDERSTOOD, selection(THANK, []))
    if _is_of_the_order(parsed, topic, asked):
        return on_from_it(parsed)
    if _only_reacts(parsed, asked):
        return read_as(parsed, _REACTION, UNDERSTOOD, selection(_REACTION, []))
    told = by_its_words(parsed, topic, asked.question_open, asked.offered)
    if told is None and (said := _remark(parsed, before, asked)) is not None:
        return read_as(parsed, *said, selection(said[0], []))
    strayed = before is not None and _strays(parsed, before, asked, parsed["intent"]["name"])
    asking = asks(str(parsed.get("text") or ""))
    if told is None and strayed and not asking:
        told, strayed = _told_of_what_is_in_hand(parsed), False
    if told is None and not strayed and _stands_by_itself(parsed, asked):
        told = parsed
    if told is None and not strayed and before is not None and _may_be_ranked(parsed, before, asked):
        told = _ranked(parsed, before, asked)
    meant = told if told is not None else in_context(parsed, topic, asked.question_open, asked.offered)
    if before is not None and asking and _strays(parsed, before, asked, selected(meant) or meant["intent"]["name"]):
        return _of_what_is_in_hand(parsed, before, asked)
    return meant


def _is_of_the_order(parsed: Parsed, topic: str | None, asked: Asked) -> bool:
    """“So what do I do now?”, “is there really no way?”, “how much was the belt?”: of the order in hand, whatever it is
    near to by itself."""
    name, text = parsed["intent"]["name"], str(parsed.get("text") or "")
    if not asked.order_in_hand or asked.question_open or name in intents.of_kind(Kind.PERSON, Kind.EVENT):
        return False
    named = {each.get("entity") for each in parsed.get("entities") or ()}
    of_a_piece = "category" in named and "product_family" not in named
    if name == PRICE or (name in intents.of_kind(Kind.TOPIC) and says("comes", text) and not _is_clear(parsed)):
        return of_a_piece and topic is not None
    if says("exception_wished", text) and len(text.split()) <= WISHED_WORDS:
        return topic is not None and (name == topic or name not in intents.of_kind(*QUESTIONS))
    return says("what_now", text)


def _remark(parsed: Parsed, before: Before | None, asked: Asked) -> tuple[str, float] | None:
    """Not while something is asked, nor, but for an “ok”, of an order in hand: there, what is told counts."""
    text = str(parsed.get("text") or "")
    if before is None or asked.question_open:
        return None
    if says("asks_because", text) and not asks(text):
        return intents.of_remarks()[FACT], UNDERSTOOD
    only_told = asked.order_in_hand and not asked.offered and before.topic == _TOLD_OF_AN_ORDER
    if asked.order_in_hand and not (only_told or says("acknowledged", text)):
        return None
    if before.topic not in intents.of_kind(*QUESTIONS) or is_of_a_story(parsed) or names_an_order(parsed):
        return None
    return remark(parsed, before.topic, offered=asked.offered, only_told=only_told)


def _strays(parsed: Parsed, before: Before, asked: Asked, answer: str) -> bool:
    return asked.order_in_hand and strays(answer, before.topic, str(parsed.get("text") or ""))


def _rank(parsed: Parsed, before: Before, asked: Asked) -> list[tuple[str, float]]:
    return [each for each in rank(parsed, before) if not _strays(parsed, before, asked, each[0])]


def _of_what_is_in_hand(parsed: Parsed, before: Before, asked: Asked) -> Parsed:
    """The likeliest single answer that does not stray, where it is likely at all."""
    answer, belief = next(iter(_rank(parsed, before, asked)), ("", 0.0))
    if "/" not in answer or belief < CLEARLY_ANSWERED or part_of(str(parsed.get("text") or "")) == "why":
        return on_from_it(parsed)
    return read_as(parsed, FOLLOW_UP, belief, selection(answer, [(answer, belief)]))


def _told_of_what_is_in_hand(parsed: Parsed) -> Parsed | None:
    """“Only five days old”, of a repair: near to the last day of a return, and asks nothing of one."""
    single = (selected(parsed) or "").partition("/")[2] and not _is_clear(parsed)
    return _doubted(parsed) if single else None


def _only_thanks(parsed: Parsed, asked: Asked) -> bool:
    """“Aitäh”, “God bless you”: small talk, near to no example of it. “Perfect” is a yes where one is asked for."""
    name, confidence = parsed["intent"]["name"], parsed["intent"]["confidence"]
    is_clear = name in intents.of_kind(Kind.SMALL_TALK) - _NEAR_TO_THANKS and confidence >= UNDERSTOOD
    known = is_clear or name in intents.of_kind(Kind.PERSON, Kind.EVENT) - {_ABUSE}
    text = str(parsed.get("text") or "")
    is_pleased = not (asked.offered or asked.question_open) and says("pleased", text)
    return not known and (is_pleased or says("only_thanks", text))


def _only_reacts(parsed: Parsed, asked: Asked) -> bool:
    """“What a pity”, which is no question and no oath; “haha”, “oh well”, unless a form asks something."""
    text = str(parsed.get("text") or "")
    name, confidence = parsed["intent"]["name"], parsed["intent"]["confidence"]
    # “What a shame” is near to a complaint.
    is_clear = name in intents.of_kind(Kind.PERSON) and confidence >= UNDERSTOOD
    if is_clear or name in intents.of_kind(Kind.EVENT) | {THANK}:
        return False
    return is_exclamation(text) or (not (asked.offered or asked.question_open) and says("acknowledged", text))


def _stands_by_itself(parsed: Parsed, asked: Asked) -> bool:
    """Whether it answers a form, “yes, never worn, tags on”, however near that is to a question about tags; or wants
    something done with the order in hand, and does not only ask on, “free?”, “how long do I have?”."""
    text = str(parsed.get("text") or "")
    answers = asked.question_open and not asks(text)
    name, sure = parsed["intent"]["name"], float(parsed["intent"].get("confidence") or 0.0)
    turns_away = bool(lexicon.phrases("asides").match(text.strip())) and sure >= CLEARLY_MEANT  # “by the way, …”
    few = FEW_WORDS if selected(parsed) is None else NO_SUBJECT
    asks_on = len(text.split()) <= few and part_of(text) is not None
    wants = asked.order_in_hand and name in intents.of_kind(Kind.TASK) and not asks_on
    return answers or wants or (turns_away and name in intents.of_kind(*QUESTIONS))


def _may_be_ranked(parsed: Parsed, before: Before, asked: Asked) -> bool:
    name, text = str((parsed.get("intent") or {}).get("name") or ""), str(parsed.get("text") or "")
    if before.topic not in intents.of_kind(*QUESTIONS) or is_of_a_story(parsed) or names_an_order(parsed):
        return False
    is_short, tells = len(text.split()) <= FEW_WORDS, name == TOLD and not asks(text)
    if is_short and not tells and _is_the_same_for_another(parsed, text, before.topic):
        return False  # “and in Japan?”, “and for sunglasses?”: the last answer says what it means
    if name in OBJECTIONS and parsed["intent"]["confidence"] >= SURE_OBJECTION:
        return False  # “what do you mean?” is about the answer
    if name in _may_ask_on():
        # What tells of the order does not: “no, the other one, its seam is open”.
        return not (asked.order_in_hand and name in _UNCLEAR and not asks(text))
    nothing_open = not (asked.question_open or asked.offered)
    return nothing_open and asks(text) and name not in intents.of_kind(Kind.PERSON, Kind.EVENT)


def _stands_against(parsed: Parsed, before: Before, asked: Asked, answer: str, belief: float) -> bool:
    """Whether the likeliest answer is believed enough against what the message seems to be by itself."""
    if parsed["intent"]["name"] == OUT_OF_SCOPE and _is_clear(parsed):
        behind, topic = at(parsed.get(BEHIND, {}), before.topic), answer.partition("/")[0]
        of_topic = sum(share for name, share in behind.items() if name.partition("/")[0] == topic)
        return asks(str(parsed.get("text") or "")) and of_topic >= AGAINST_NO_BUSINESS
    return belief >= _least_belief(parsed, before, asked, answer)


def _least_belief(parsed: Parsed, before: Before, asked: Asked, answer: str) -> float:
    """That an answer needs against what the message seems to be by itself; more than one where none is enough."""
    name, text = str((parsed.get("intent") or {}).get("name") or ""), str(parsed.get("text") or "")
    has_a_subject = _is_clear(parsed) and says("comes", text)  # “and when does it come?”
    if not has_a_subject and len(text.split()) <= FEW_WORDS and (part := part_of(text)):
        if part == "why" and answer == before.topic:  # the reason is asked for of what was answered in general
            return _NEVER
        return AGAINST_FEW_WORDS_OF_THE_TOPIC if answer.startswith(f"{before.topic}/") else AGAINST_FEW_WORDS
    if name not in _may_ask_on():
        return 0.0 if _answers_nothing(parsed) else AGAINST_ANOTHER_KIND
    if not _is_clear(parsed) or answer == (selected(parsed) or name):
        return 0.0
    is_certain = has_a_subject or parsed["intent"]["confidence"] >= CERTAIN
    if answer.partition("/")[0] == name:
        return AGAINST_ITS_OWN_WHERE_CERTAIN if is_certain else AGAINST_ITS_OWN_ANSWER
    least = AGAINST_WHAT_IS_CERTAIN if is_certain else AGAINST_WHAT_IS_CLEAR
    return _NEVER if asked.order_in_hand and answer == before.topic else least  # something else is asked of the order


def _answers_nothing(parsed: Parsed) -> bool:
    """Whether a question seems to be a yes, a no or a “stop”, and not clearly: “normal?”, “how to avoid”. It is weighed
    only while nothing is open that it could be said to."""
    return (
        parsed["intent"]["name"] in _SAID_TO_SOMETHING and float(parsed["intent"].get("confidence") or 0.0) < UNDERSTOOD
    )


def _is_clear(parsed: Parsed) -> bool:
    name, confidence = parsed["intent"]["name"], float(parsed["intent"].get("confidence") or 0.0)
    return name in intents.of_kind(*QUESTIONS) | {OUT_OF_SCOPE} and confidence >= UNDERSTOOD


def _may_ask_on() -> frozenset[str]:
    return intents.of_kind(*QUESTIONS) | _UNCLEAR | {FOLLOW_UP}


def _is_the_same_for_another(parsed: Parsed, text: str, topic: str) -> bool:
    named = {each.get("entity") for each in parsed.get("entities") or ()} & OTHERWISE
    if intents.get(topic).of_pieces:
        named.discard("category")
    return bool(named) or names_elsewhere(text)


def _ranked(parsed: Parsed, before: Before, asked: Asked) -> Parsed | None:
    """The likeliest answer as what is asked; ``None`` where the message is to stay what it is by itself."""
    ranking = _rank(parsed, before, asked)
    answer, belief = ranking[0]
    name, topic = str((parsed.get("intent") or {}).get("name") or ""), answer.partition("/")[0]
    if not _stands_against(parsed, before, asked, answer, belief):
        return None
    of_topics = _of_topics(ranking)
    of_answer = next(each for each in of_topics if each["name"] == topic)
    if not _is_clear(parsed) and (of_answer["confidence"] < CLEARLY_MEANT or belief < CLEARLY_ANSWERED):
        if asked.question_open or asked.offered:
            return None
        guesses = [of_answer, *(each for each in of_topics if each is not of_answer)]
        return {**_doubted(parsed), GUESSES: guesses[:MOST_GUESSES]}
    if answer == (selected(parsed) or name):
        return parsed
    asked_on = topic not in {answer, name} and of_one_group(topic, before.topic)
    return read_as(parsed, FOLLOW_UP if asked_on else topic, belief, selection(answer, [(answer, belief)]))


def _doubted(parsed: Parsed) -> Parsed:
    """As a message that was not understood; what only tells, or may be none of the house's business, stays so."""
    if parsed["intent"]["name"] in {TOLD, OUT_OF_SCOPE}:
        return parsed
    others = [each for each in parsed.get("intent_ranking") or () if each.get("name") != NOT_UNDERSTOOD["name"]]
    return {**parsed, "intent": NOT_UNDERSTOOD, "intent_ranking": [NOT_UNDERSTOOD, *others]}


def names_an_order(parsed: Parsed) -> bool:
    """Then what is asked of it is known, or is asked for."""
    return any(each.get("entity") == "order_number" for each in parsed.get("entities") or ())


def _of_topics(ranking: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
    """The topics of a ranking with the belief in each, as Rasa's ``intent_ranking``; each with its likeliest answer."""
    beliefs: dict[str, float] = defaultdict(float)
    best: dict[str, str] = {}
    for answer, belief in ranking:
        topic = answer.partition("/")[0]
        beliefs[topic] += belief
        best.setdefault(topic, answer)
    order = sorted(beliefs, key=lambda topic: -beliefs[topic])
    return [{"name": each, "confidence": round(beliefs[each], 4), "answer": best[each]} for each in order]
