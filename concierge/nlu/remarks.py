"""What a message says after an answer that asks nothing: “it was a present from my sister”, “that is a pity”, “let me
ask my husband first”.

By itself such a message is near to the topic whose words it has (“I sent it on Monday”), and is answered with that
topic's text. Behind the topic in hand it is known as a remark from those of talks (``data/talks``).
"""

from __future__ import annotations

from concierge import intents
from concierge.intents import QUESTIONS, Kind
from concierge.languages.question_form import asks
from concierge.memory.hearing import says
from concierge.nlu.context_ranking import at
from concierge.nlu.fallback import OUT_OF_SCOPE
from concierge.nlu.in_context import UNDERSTOOD
from concierge.selection import BEHIND, FOLLOW_UP, Parsed

REACTION, THANKS = "~reaction", "~thanks"
# The least belief; and that of a message that by itself is clear, or wishes to have something done. What is taken for a
# remark and was none is the worse error: “the sole is coming off” would get thanks.
LEAST, AGAINST_WHAT_IS_CLEAR = 0.45, 0.9
_CLEAR = intents.of_kind(*QUESTIONS) | {OUT_OF_SCOPE, "goodbye"}  # where the confidence is high enough


def remark(parsed: Parsed, topic: str, *, offered: bool) -> tuple[str, float] | None:
    """The intent of the remark that a message is behind the topic in hand, with the belief in it; ``None`` where it may
    ask for something. ``offered``: a yes or a no would answer something."""
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
    is_clear = name in _CLEAR and float(parsed["intent"].get("confidence") or 0.0) >= UNDERSTOOD
    if is_clear and name == OUT_OF_SCOPE:  # “tell me a joke” wishes for something, too
        return None
    if belief < (AGAINST_WHAT_IS_CLEAR if is_clear or name in intents.of_kind(Kind.TASK) else LEAST):
        return None
    return intents.of_remarks()[max(kinds, key=lambda kind: kinds[kind])], belief


def _may_be_one() -> frozenset[str]:
    chat = intents.of_kind(Kind.SMALL_TALK) - {intents.of_remarks()[THANKS]}
    return intents.of_kind(*QUESTIONS, Kind.NOT_UNDERSTOOD, Kind.ANSWER) | chat | {FOLLOW_UP}
