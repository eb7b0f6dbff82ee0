"""What the customer wants done, and going on with it."""

from __future__ import annotations

from actions.turn_action import TurnAction
from concierge.dialogue import task_requests
from concierge.dialogue.turn import Turn


class Task(TurnAction):
    """Every intent of the task table."""

    def name(self) -> str:
        return "action_task"

    async def act(self, turn: Turn) -> None:
        await task_requests.begin(turn)


class Continue(TurnAction):
    """After the order form."""

    def name(self) -> str:
        return "action_continue"

    async def act(self, turn: Turn) -> None:
        await task_requests.carry_on(turn)
