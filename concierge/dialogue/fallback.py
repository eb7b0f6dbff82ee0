"""Not understood: the likeliest answer with its alternative, else “did you mean”, then the truth, and a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from concierge import intents
from concierge.dialogue.follow_ups import asks_on, follow_up
from concierge.dialogue.task_requests import begin
from concierge.dialogue.tasks import BY_INTENT
from concierge.dialogue.turn import Turn
from concierge.intents import Kind

CHOICES = 3
# Below this nobody would recognise their question in the guess.
WORTH_OFFERING = 0.05
# What is ambiguous between two topics leads from about here on, and is mostly one of the two.
WORTH_ANSWERING = 0.35
# The same for what seems to be no matter of the house: is it one all the same, and is it worth a question?
_ANSWERED_ALL_THE_SAME = 0.6
_ASKED_ALL_THE_SAME = 0.15
OUT_OF_SCOPE = "out_of_scope"


async def not_understood(turn: Turn) -> None:
    """Goes on from the last question, answers what is likely, or asks what was meant; of the second time running,
    offers a person."""
    if asks_on(turn):
        await follow_up(turn)
        return
    beyond = turn.intent == OUT_OF_SCOPE
    best = _best(turn.ranking)
    choices = likely(turn.ranking)
    if beyond and best < _ASKED_ALL_THE_SAME:
        turn.say("utter_out_of_scope")
    elif best >= (_ANSWERED_ALL_THE_SAME if beyond else WORTH_ANSWERING) and (reply := _general(choices[0])):
        turn.say(reply, choices=choices[1:2], also=[{"response": "utter_if_you_meant"}])
    elif not beyond and best >= WORTH_ANSWERING and (task := BY_INTENT.get(choices[0])) and task.only_tells:
        turn.intent = choices[0]
        await begin(turn)
    elif _again(turn):
        offer_a_person(turn)
    elif choices:
        turn.say("utter_did_you_mean", choices=choices)
    else:
        turn.say("utter_rephrase")


def offer_a_person(turn: Turn, words: str = "utter_still_unsure") -> None:
    """For whoever was not understood twice running, or was not helped."""
    turn.say(words)
    turn.ask({"kind": "offer", "name": "advisor", "reason": "not_understood", "asked": True})


def likely(ranking: Sequence[Mapping[str, Any]]) -> list[str]:
    """The intents worth offering, the likeliest first."""
    found = (
        each["name"]
        for each in ranking
        if each.get("name") in intents.offered() and each.get("confidence", 0.0) >= WORTH_OFFERING
    )
    return list(dict.fromkeys(found))[:CHOICES]


def _again(turn: Turn) -> bool:
    doubts = {"nlu_fallback", OUT_OF_SCOPE}
    last = turn.history.intents()[:2]
    return len(last) == 2 and doubts.issuperset(last)


def _best(ranking: Sequence[Mapping[str, Any]]) -> float:
    """How likely the likeliest is that may be offered; nought where it comes after something that may not."""
    meant = [each for each in ranking if each.get("name") not in intents.of_kind(Kind.NOT_UNDERSTOOD)]
    first = meant[0] if meant else {}
    return float(first.get("confidence") or 0.0) if first.get("name") in intents.offered() else 0.0


def _general(intent: str) -> str | None:
    """The reply that answers a question of this intent without an order, if one does."""
    if intent in intents.of_kind(Kind.TOPIC):
        return f"utter_{intent}"
    task = BY_INTENT.get(intent)
    return task.policy if task and not task.case else None
