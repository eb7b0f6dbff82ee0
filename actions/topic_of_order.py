"""Topics that are general until an order is known: then its own item or return is the answer."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import offers
from actions.deciding import go_on, known_order
from actions.turn import Turn
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Category, Order

_RETURNS = {"return_fragrance": Category.FRAGRANCE, "return_swimwear": Category.SWIMWEAR}


class TopicOfOrder(Action):
    def name(self) -> str:
        return "action_topic_of_order"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn(dispatcher, tracker)
        try:
            order = await known_order(turn)
        except OrdersUnavailable:
            offers.unavailable(turn)
            return turn.events
        task = _takes_up(turn, order) if order else None
        if task:
            turn.set(task=task, words=turn.text)
            await go_on(turn)
        else:
            turn.say(f"utter_{turn.intent}")
        return turn.events


def _takes_up(turn: Turn, order: Order) -> str | None:
    """The task that the topic is for this order, with its item in hand; ``None`` when the order has no such thing."""
    if turn.intent == "return_tracking":
        return "refund_status" if order.returns else None
    lines = [line for line in order.lines if line.category is _RETURNS[turn.intent] and not line.unavailable]
    if len(lines) != 1:
        return None
    turn.set(active_line=lines[0].id)
    return "return"
