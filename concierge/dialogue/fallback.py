"""Not understood: the likeliest answer with its alternative, else “did you mean”, then the truth, and a person."""

from __future__ import annotations

from concierge.dialogue import own_order
from concierge.dialogue.follow_ups import asks_on, follow_up
from concierge.dialogue.guesses import WORTH_ANSWERING, answer_the_likeliest, confidence_of_best, likely
from concierge.dialogue.task_requests import begin
from concierge.dialogue.tasks import BY_INTENT
from concierge.dialogue.turn import Turn

# The same for what seems to be no matter of the house: is it one all the same, and is it worth a question?
_ANSWERED_ALL_THE_SAME = 0.45  # of 607 first questions, all seen by then, six were answered from 0.46 on, all rightly
_ASKED_ALL_THE_SAME = 0.15
OUT_OF_SCOPE = "out_of_scope"


async def not_understood(turn: Turn) -> None:
    """Goes on from the last question, answers what is likely, or asks what was meant; of the second time running,
    offers a person."""
    if await own_order.answer(turn):
        return
    if asks_on(turn):
        await follow_up(turn)
        return
    beyond = turn.intent == OUT_OF_SCOPE
    ranking = turn.guesses or turn.ranking
    best, choices = confidence_of_best(ranking), likely(ranking)
    if beyond and best < _ASKED_ALL_THE_SAME:
        turn.say("utter_out_of_scope")
    elif answer_the_likeliest(turn, ranking, _ANSWERED_ALL_THE_SAME if beyond else WORTH_ANSWERING):
        return
    elif not beyond and best >= WORTH_ANSWERING and (task := BY_INTENT.get(choices[0])) and task.only_tells:
        turn.intent = choices[0]
        await begin(turn)
    elif _again(turn):
        offer_a_person(turn)
    elif beyond:
        turn.say("utter_out_of_scope", choices=choices)  # if it is one of the house's matters, it is one of these
    elif choices:
        turn.say("utter_did_you_mean", choices=choices)
    else:
        turn.say("utter_rephrase")


def offer_a_person(turn: Turn, words: str = "utter_still_unsure") -> None:
    """For whoever was not understood twice running, or was not helped."""
    turn.say(words)
    turn.ask({"kind": "offer", "name": "advisor", "reason": "not_understood", "asked": True})


def _again(turn: Turn) -> bool:
    doubts = {"nlu_fallback", OUT_OF_SCOPE}
    last = turn.history.intents()[:2]
    return len(last) == 2 and doubts.issuperset(last)
