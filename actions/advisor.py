"""A person takes over, and gives the conversation back."""

from __future__ import annotations

from actions.turn_action import TurnAction
from concierge.dialogue import handoff
from concierge.dialogue.turn import Turn


class Handoff(TurnAction):
    def name(self) -> str:
        return "action_handoff"

    async def act(self, turn: Turn) -> None:
        await handoff.hand_over(turn)


class AfterCase(TurnAction):
    def name(self) -> str:
        return "action_after_case"

    async def act(self, turn: Turn) -> None:
        handoff.after_case(turn)
