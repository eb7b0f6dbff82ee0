"""Which order it is about."""

from __future__ import annotations

from actions.turn_action import TurnAction
from concierge.dialogue import corrections, order_topics, task_requests
from concierge.dialogue.turn import Turn


class LookUpOrder(TurnAction):
    def name(self) -> str:
        return "action_look_up_order"

    async def act(self, turn: Turn) -> None:
        await task_requests.look_up(turn)


class AskForOrder(TurnAction):
    """After a form that cannot open another one by itself."""

    def name(self) -> str:
        return "action_ask_for_order"

    async def act(self, turn: Turn) -> None:
        task_requests.ask_for_order(turn)


class Inform(TurnAction):
    def name(self) -> str:
        return "action_inform"

    async def act(self, turn: Turn) -> None:
        await task_requests.inform(turn)


class OtherOrder(TurnAction):
    def name(self) -> str:
        return "action_other_order"

    async def act(self, turn: Turn) -> None:
        await corrections.other_order(turn)


class TopicOfOrder(TurnAction):
    """Topics whose answer is another one once an order is known."""

    def name(self) -> str:
        return "action_topic_of_order"

    async def act(self, turn: Turn) -> None:
        await order_topics.topic_of_order(turn)
