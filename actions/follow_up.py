"""“And in the United States?”: the last question again, as it is answered for another place."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.tasks import BY_INTENT
from actions.turn import Turn
from concierge.orders.places import region_of

# Nothing that could be asked again of another place.
_NO_QUESTIONS = {
    "follow_up", "inform", "affirm", "deny", "stop", "other_order", "look_up_order", "change_language", "greet",
    "thank", "goodbye", "nlu_fallback", "out_of_scope", "nonsense", "swearing", "bot_challenge", "who_made_you",
    "other_brand", "track_order", "talk_to_advisor", "stay_with_assistant", "",
}  # fmt: skip


class FollowUp(Action):
    def name(self) -> str:
        return "action_follow_up"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(dispatcher, tracker)
        asked = next((intent for intent in turn.intents()[1:] if intent not in _NO_QUESTIONS), None)
        if asked is None or asked.startswith("EXTERNAL_"):
            turn.say("utter_rephrase")
            return turn.events
        country = turn.entity("country")
        region = region_of(country) if country else "ROW"
        turn.say("utter_for_country" if country else "utter_for_elsewhere", {"country": country})
        task = BY_INTENT.get(asked)
        turn.say(task.policy if task and task.policy else f"utter_{asked}", region=region)
        return turn.events
