"""Not understood by us, or by the customer: “did you mean”, then a person."""

from __future__ import annotations

from actions.turn_action import TurnAction
from concierge.dialogue import fallback, objections, task_requests
from concierge.dialogue.turn import Turn


class Unsure(TurnAction):
    def name(self) -> str:
        return "action_unsure"

    async def act(self, turn: Turn) -> None:
        if not await task_requests.begin_what_is_told(turn):
            await fallback.not_understood(turn)


class Objection(TurnAction):
    def name(self) -> str:
        return "action_objection"

    async def act(self, turn: Turn) -> None:
        objections.objected(turn)
