"""Not understood: first “did you mean”, with what it most likely was; then the truth, and a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from concierge import intents
from concierge.dialogue.follow_ups import asks_on, follow_up
from concierge.dialogue.turn import Turn

CHOICES = 3
# Below this nobody would recognise their question in the guess.
WORTH_OFFERING = 0.05


async def not_understood(turn: Turn) -> None:
    """Goes on from the last question, or asks what was meant; of the second time running, offers a person."""
    if asks_on(turn):
        await follow_up(turn)
        return
    choices = likely(turn.ranking)
    if turn.history.intents()[:2] == ["nlu_fallback", "nlu_fallback"]:
        offer_a_person(turn)
    elif choices:
        turn.say("utter_did_you_mean", choices=choices)
    else:
        turn.say("utter_rephrase")


def offer_a_person(turn: Turn) -> None:
    """For whoever was not understood twice running."""
    turn.say("utter_still_unsure")
    turn.ask({"kind": "offer", "name": "advisor", "reason": "not_understood", "asked": True})


def likely(ranking: Sequence[Mapping[str, Any]]) -> list[str]:
    """The intents worth offering, the likeliest first."""
    found = (
        each["name"]
        for each in ranking
        if each.get("name") in intents.offered() and each.get("confidence", 0.0) >= WORTH_OFFERING
    )
    return list(dict.fromkeys(found))[:CHOICES]
