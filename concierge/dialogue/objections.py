"""“That's not what I asked”, “I don't understand”: an apology, other words, what may have been meant, then a person."""

from __future__ import annotations

from concierge import intents
from concierge.dialogue.fallback import offer_a_person
from concierge.dialogue.guesses import likely
from concierge.dialogue.turn import Turn
from concierge.languages.short_form import short_form
from concierge.memory.hearing import says

WRONG, UNCLEAR = "wrong_answer", "unclear_answer"
OBJECTIONS = {WRONG, UNCLEAR}
_OFFERED = 2
_PERSON_AFTER = 2  # objections running


def objected(turn: Turn) -> None:
    """Never the same again: at first in short what was not clear, or what else may have been meant; then that; then an
    advisor."""
    running = _running(turn)
    if running >= _PERSON_AFTER or (running and turn.intent == WRONG):
        offer_a_person(turn, "utter_person_instead")
        return
    choices = _meant_instead(turn, running)
    if says("repeats", turn.text):
        turn.say("utter_said_twice", choices=choices)
        return
    short = None if running else _in_short(turn)
    if turn.intent == UNCLEAR and turn.form and short is None and not running:
        turn.say("utter_question_unclear")  # the form asks again after it
    elif turn.intent == UNCLEAR and short:
        turn.say("utter_in_short", {"short_answer": short}, choices=choices)
    elif turn.intent == UNCLEAR:
        turn.say("utter_which_part_is_unclear", choices=choices)
    else:
        turn.say("utter_was_it_one_of_these" if choices else "utter_tell_me_again", choices=choices)


def _running(turn: Turn) -> int:
    """How many of the customer's last messages, before this one, objected."""
    before = turn.history.intents()[1:]
    return next((count for count, intent in enumerate(before) if intent not in OBJECTIONS), len(before))


def _in_short(turn: Turn) -> str | None:
    """The last answer in one sentence, where it had more."""
    answers = (short_form(text) for text in turn.history.last_said())
    return next((short for short in answers if short), None)


def _meant_instead(turn: Turn, running: int) -> list[str]:
    """What the message that was objected to may have meant, if not what was answered: the next likeliest, then what
    its answer offered."""
    rankings, names = turn.history.rankings()[1 + running :], turn.history.intents()[1 + running :]
    answered = names[0] if names else ""
    ranked = likely([each for each in (rankings[0] if rankings else ()) if each.get("name") != answered])
    offered = [button["payload"].removeprefix("/") for button in turn.history.offered()]
    fitting = [name for name in (*ranked, *offered) if name in intents.offered() and name != answered]
    topics = [name for name in fitting if name not in intents.of_kind(intents.Kind.PERSON)]
    return list(dict.fromkeys(topics))[:_OFFERED]
