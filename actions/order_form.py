"""The form that asks for order number and e-mail, in any order, or hears both in one message."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.identify import hear, identify
from actions.tasks import BY_INTENT
from actions.turn import Turn

# Said in reply to the question, though nothing could be read from it; anything else is another matter.
_MEANT_AS_ANSWER = {"inform", "affirm", "nlu_fallback", "nonsense", "out_of_scope"}
PATIENCE = 2  # how many other matters before the form lets go


class ValidateOrderForm(Action):
    def name(self) -> str:
        return "validate_order_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(dispatcher, tracker)
        if not turn.answers_now():
            turn.set(requested_slot=None if turn.interruptions() > PATIENCE else _missing(turn))
            return turn.events
        if not hear(turn):
            if turn.intent not in _MEANT_AS_ANSWER:
                return []  # the form steps aside; it asks again after the answer
            turn.set(order_asking="unclear" if turn.get("order_asking") != "unclear" else "still_unclear")
            turn.set(requested_slot=_missing(turn), answer=None)
            return turn.events
        if turn.intent in BY_INTENT:
            turn.set(task=BY_INTENT[turn.intent].name, words=turn.text)
        outcome = await identify(turn)
        if outcome in {"not_found", "mistyped"}:
            turn.set(order_asking=outcome)
        turn.set(requested_slot=None if outcome in {"found", "stopped"} else _missing(turn))
        return turn.events


def _missing(turn: Turn) -> str:
    """After a wrong try both are kept, so that the customer need only correct the one that was wrong."""
    both = turn.get("order_number") and turn.get("order_email")
    return "order_email" if turn.get("order_number") and not both else "order_number"
