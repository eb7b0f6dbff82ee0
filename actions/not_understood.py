"""Not understood: “did you mean”, then a person."""

from __future__ import annotations

from actions.turn_action import TurnAction
from concierge.dialogue import fallback
from concierge.dialogue.turn import Turn


class Unsure(TurnAction):
    def name(self) -> str:
        return "action_unsure"

    async def act(self, turn: Turn) -> None:
        fallback.not_understood(turn)
