"""A question that is only understood from the one before it."""

from __future__ import annotations

from actions.turn_action import TurnAction
from concierge.dialogue import fallback, follow_ups, task_requests
from concierge.dialogue.identification import heard
from concierge.dialogue.turn import Turn


class FollowUp(TurnAction):
    def name(self) -> str:
        return "action_follow_up"

    async def act(self, turn: Turn) -> None:
        if turn.intent == "follow_up" and any(heard(turn.text)):  # “and until when for BA…?”
            await task_requests.inform(turn)
        elif turn.intent == "follow_up":
            await follow_ups.follow_up(turn)
        else:  # config.yml names this action for whatever no rule and no story knows
            await fallback.not_understood(turn)
