"""“That's not what I asked”, “I don't understand”: an apology, what else may have been meant, then a person."""

from __future__ import annotations

from concierge.dialogue.fallback import likely, offer_a_person
from concierge.dialogue.turn import Turn

WRONG, UNCLEAR = "wrong_answer", "unclear_answer"
OBJECTIONS = {WRONG, UNCLEAR}
_OFFERED = 2


def objected(turn: Turn) -> None:
    """Never the same again: the first time the next likeliest questions, the second time running an advisor."""
    before = turn.history.intents()[1:]
    if before and before[0] in OBJECTIONS:
        offer_a_person(turn)
        return
    choices = _meant_instead(turn)
    if turn.intent == UNCLEAR:
        turn.say("utter_which_part_is_unclear")
    elif choices:
        turn.say("utter_was_it_one_of_these", choices=choices)
    else:
        turn.say("utter_tell_me_again")


def _meant_instead(turn: Turn) -> list[str]:
    """What the message before may have meant, if not what was answered."""
    rankings = turn.history.rankings()[1:]
    answered = next(iter(turn.history.intents()[1:]), "")
    last = rankings[0] if rankings else ()
    return likely([each for each in last if each.get("name") != answered])[:_OFFERED]
