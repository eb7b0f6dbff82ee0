"""What somebody wants who writes while an advisor is waited for and nobody has taken the case yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

from concierge import intents
from concierge.intents import Kind
from concierge.languages import lexicon
from concierge.languages.follow_up import part_of
from concierge.languages.question_form import asks, asks_what
from concierge.memory.fact_extraction import fact_in
from concierge.memory.hearing import says
from concierge.selection import selected

_SURE = 0.6
_LIKELY = 0.4  # of a topic, whose answer does no harm
_CLEAR = 0.8  # of a question without its mark
_TOLD_OF_A_PERIOD_OR_SUM = {"until_when", "how_long", "how_much", "who_pays"}
_PERIODS = {"how_long", "when"}
_A_QUESTION = 4  # words: “how long?” is asked of the wait, “and if they lose it?” of what was talked of before


class Wish(Enum):
    ANSWER = "a question of fact, or an answer to an open question: the assistant takes its turn"
    WAIT = "how long it takes, and whether anybody is there"
    LEAVE = "no advisor any more"
    CONTACT = "to be written to at an address"
    NOTE = "something for the advisor to know"


def wish(text: str, parsed: Mapping[str, Any], *, asked: bool, answered: bool, implied: bool = False) -> Wish:
    """``parsed`` as Rasa's pipeline has it. ``asked``: a question of the assistant's is open; ``implied``: it is an
    offer that only stands below an answer; ``answered``: the assistant's last words answered a question, so that “how
    long?” may ask on from there."""
    intent, confidence = _intent(parsed)
    named = {each.get("entity") for each in parsed.get("entities") or ()}
    plain = " ".join(text.casefold().replace("’", "'").split())
    known = intents.registry().intents.get(intent)
    role = known.while_waiting if known else "note"
    # “Then how long would I have to send it back”; “was damaged, too” tells, and asks nothing.
    tells = says("fault", text) or fact_in(text, "problem") is not None
    of_one_answer, is_short = selected(parsed) is not None, len(plain.split()) < _A_QUESTION
    asks_it = "?" in plain or (asks(text) and (of_one_answer or not tells))
    asks_it = asks_it or (confidence >= _CLEAR and _facet(parsed) in _TOLD_OF_A_PERIOD_OR_SUM and not tells)
    only_says = not asks_it and (tells or _only_tells(plain))
    asks_on = not only_says and (asks_it or part_of(text) is not None or is_short or confidence >= _LIKELY)
    # “How long will that take?”, when nothing has been answered since, asks after the wait.
    of_the_wait = _facet(parsed) in _PERIODS and not answered
    goes_on = role == "go_on" and asks_on and (answered or (of_one_answer and not is_short and not of_the_wait))
    supposes = asks_it and bool(lexicon.phrases("conditions").search(plain))  # “what if it is too late for that?”
    enough = _LIKELY if supposes or intent in intents.of_kind(Kind.TOPIC) else _SURE
    may_answer = role == "answer" or (role == "answer_if_asked" and asks_it)
    may_answer = may_answer or (supposes and intent in intents.of_kind(Kind.TASK))
    answerable = confidence >= enough and not only_says and may_answer
    only_tells = implied and (only_says or (role in {"answer_if_asked", "go_on"} and not (asks_it or goes_on)))
    by_rank = (
        (Wish.WAIT, not asked and not goes_on and bool(_asks_after_it().search(plain))),
        (Wish.LEAVE, intent == "stay_with_assistant"),
        (Wish.LEAVE, not asked and (role == "leave" or bool(_leaves().search(plain)))),
        (Wish.ANSWER, goes_on or (asked and intent != "talk_to_advisor" and not only_tells)),
        (Wish.CONTACT, "email" in named and "order_number" not in named),
        (Wish.WAIT, role == "wait" or (role == "go_on" and asks_on)),
        (Wish.ANSWER, answerable),
    )
    return next((each for each, holds in by_rank if holds), Wish.NOTE)


def _only_tells(plain: str) -> bool:
    """“It should be a 90, not an 85”: whatever topic it sounds like."""
    return says("statements", plain) and not asks_what(plain)


def _facet(parsed: Mapping[str, Any]) -> str:
    return intents.facet_of(selected(parsed) or "")


def _intent(parsed: Mapping[str, Any]) -> tuple[str, float]:
    intent = parsed.get("intent") or {}
    return str(intent.get("name") or ""), float(intent.get("confidence") or 0.0)


@lru_cache(maxsize=1)
def _leaves() -> re.Pattern[str]:
    return re.compile(lexicon.either("leaves_queue"))


@lru_cache(maxsize=1)
def _asks_after_it() -> re.Pattern[str]:
    return re.compile(lexicon.either("asks_after_wait"))
