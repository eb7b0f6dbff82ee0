"""What a message says after an answer that asks nothing: “it was a present from my sister”, “that is a pity”, “let me
ask my husband first”.

By itself such a message is near to the topic whose words it has (“I sent it on Monday”), and is answered with that
topic's text. Behind the topic in hand it is known as a remark from those of talks (``data/talks``).
"""

from __future__ import annotations

import math

from concierge import intents
from concierge.intents import QUESTIONS, Kind
from concierge.languages.question_form import asks
from concierge.memory.hearing import says
from concierge.nlu.context_ranking import at
from concierge.nlu.fallback import OUT_OF_SCOPE
from concierge.nlu.in_context import UNDERSTOOD
from concierge.selection import BEHIND, FOLLOW_UP, Parsed

REACTION, THANKS, FACT = "~reaction", "~thanks", "~told"
# The least belief; and that of a message that by itself is clear, or wishes to have something done. What is taken for a
# remark and was none is the worse error: “the sole is coming off” would get thanks.
LEAST, AGAINST_WHAT_IS_CLEAR = 0.45, 0.9
AGAINST_AN_OBJECTION = 0.6  # “oh, that is short” is none
AGAINST_WHAT_IS_TOLD = 0.5  # of an order: “it's for my mother's birthday”
NO_REACTION = 0.95  # the confidence of an objection that leaves hardly a doubt: “non capisco proprio”
OBJECTIONS = frozenset({"wrong_answer", "unclear_answer"})
_CLEAR = intents.of_kind(*QUESTIONS) | {OUT_OF_SCOPE, "goodbye"}  # where the confidence is high enough


def remark(parsed: Parsed, topic: str, *, offered: bool, only_told: bool = False) -> tuple[str, float] | None:
    """The intent of the remark that a message is behind the topic in hand, with the belief in it; ``None`` where it may
    ask for something. ``offered``: a yes or a no would answer something; ``only_told``: of an order where it is, so
    that whatever topic's words a message has, it hardly asks for one."""
    text, name = str(parsed.get("text") or ""), str((parsed.get("intent") or {}).get("name") or "")
    if asks(text) or (offered and name in intents.of_kind(Kind.ANSWER)):
        return None
    if not offered and says("acknowledged", text):
        return intents.of_remarks()[REACTION], 1.0
    if name not in _may_be_one():
        return None
    behind = at(parsed.get(BEHIND, {}), topic)
    kinds = {kind: share for kind, share in behind.items() if kind in intents.of_remarks()}
    belief = sum(kinds.values())
    if belief < _least(name, float(parsed["intent"].get("confidence") or 0.0), only_told=only_told):
        return None
    return intents.of_remarks()[max(kinds, key=lambda kind: kinds[kind])], belief


def _least(name: str, confidence: float, *, only_told: bool) -> float:
    is_clear = name in _CLEAR and confidence >= UNDERSTOOD
    if is_clear and name == OUT_OF_SCOPE:  # “tell me a joke” wishes for something, too
        return math.inf
    if name in OBJECTIONS and confidence >= NO_REACTION:
        return math.inf
    if name in OBJECTIONS:
        return AGAINST_AN_OBJECTION
    if name in intents.of_kind(Kind.TASK) or (is_clear and not only_told):
        return AGAINST_WHAT_IS_CLEAR
    return AGAINST_WHAT_IS_TOLD if is_clear else LEAST


def _may_be_one() -> frozenset[str]:
    chat = intents.of_kind(Kind.SMALL_TALK) - {intents.of_remarks()[THANKS]}
    return intents.of_kind(*QUESTIONS, Kind.NOT_UNDERSTOOD, Kind.ANSWER) | chat | {FOLLOW_UP} | OBJECTIONS
