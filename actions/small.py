"""Yes, no, stop and the customer's language, where no question is open."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from babel import Locale
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn
from concierge.conversations.proof import ASKED_AGAIN

LANGUAGES = ("en", "fr", "it", "de", "es")


class Affirm(Action):
    def name(self) -> str:
        return "action_affirm"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(dispatcher, tracker)
        if turn.get("order_asking") == ASKED_AGAIN:  # what was agreed to is about an order, and its proof has ended
            turn.ask_for_order()
        else:
            turn.say("utter_what_else")
        return turn.events


class Deny(Action):
    """No to a question of ours that asks for data: the customer is let go, with a way on."""

    def name(self) -> str:
        return "action_deny"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(dispatcher, tracker)
        turn.say("utter_without_order" if turn.loop == "order_form" else "utter_as_you_wish")
        turn.close()
        return turn.events


class Stop(Action):
    def name(self) -> str:
        return "action_stop"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(dispatcher, tracker)
        turn.say("utter_stopped")
        turn.close()
        turn.set(task=None, order_number=None, order_email=None, order_asking=None)
        return turn.events


class ChangeLanguage(Action):
    def name(self) -> str:
        return "action_change_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(dispatcher, tracker)
        wanted = turn.entity("choice") or language_in(turn.text)
        if wanted not in LANGUAGES:
            turn.say("utter_which_language")
            return turn.events
        turn.set(language=wanted)  # the channel's worker sees the change and keeps it for the conversation
        turn.say("utter_language_changed", language=wanted)
        return turn.events


def language_in(text: str) -> str | None:
    """The language that a message names, in any of the house's languages."""
    words = text.casefold()
    return next((code for name, code in _names() if name in words), None)


@lru_cache(maxsize=1)
def _names() -> list[tuple[str, str]]:
    return [(Locale(one).languages[other].casefold(), other) for one in LANGUAGES for other in LANGUAGES]
