"""What the forms make of an answer."""

from __future__ import annotations

from actions.turn_action import TurnAction
from concierge.dialogue import order_form, task_form
from concierge.dialogue.turn import Turn


class ValidateOrderForm(TurnAction):
    def name(self) -> str:
        return "validate_order_form"

    async def act(self, turn: Turn) -> None:
        await order_form.hear_order(turn)


class ValidateTaskForm(TurnAction):
    def name(self) -> str:
        return "validate_task_form"

    async def act(self, turn: Turn) -> None:
        await task_form.hear_answer(turn)
