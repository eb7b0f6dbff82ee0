"""The order system answers again."""

from __future__ import annotations

from actions.turn_action import TurnAction
from concierge.dialogue import promised_answers
from concierge.dialogue.turn import Turn


class OrdersBack(TurnAction):
    def name(self) -> str:
        return "action_orders_back"

    async def act(self, turn: Turn) -> None:
        await promised_answers.orders_back(turn)
