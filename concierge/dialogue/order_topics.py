"""Topics that are general until an order is known: then its own state, item or return is the answer."""

from __future__ import annotations

from concierge.dialogue import order_outage
from concierge.dialogue.follow_ups import go_on_anew
from concierge.dialogue.order_questions import note_request, product_of
from concierge.dialogue.order_values import is_on_its_way
from concierge.dialogue.task_progress import known_order
from concierge.dialogue.tasks import task_of
from concierge.dialogue.turn import Turn
from concierge.intents import facet_of
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Order

_OF_ANY_ORDER = {"who", "why", "which", "what_if"}  # facets that no order's state answers, only a decision may


async def topic_of_order(turn: Turn) -> None:
    """Answers the topic for the order in hand, or in general."""
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        order_outage.tell(turn)
        return
    task = task_of(turn.intent)
    if order and task and tells_of(turn.intent, order) and not (task.only_tells and _is_of_any_order(turn.cell)):
        note_request(turn, turn.intent)
        if product_of(turn.intent):  # “then only the perfume”: its item, not the one in hand
            turn.set(active_line=None)
        await go_on_anew(turn, turn.cell or turn.intent)
    else:
        turn.say(f"utter_{turn.cell or turn.intent}")


def _is_of_any_order(cell: str | None) -> bool:
    """Whether a single question is answered alike for every order: “can my neighbour take it?”."""
    facet = facet_of(cell or "")
    return facet in _OF_ANY_ORDER or (facet == "may" and (cell or "").partition("/")[2] != facet)


def tells_of(topic: str, order: Order) -> bool:
    """Whether the order has what the topic is about, so that its task can answer it."""
    if topic == "return_tracking":
        return bool(order.returns)
    if topic == "invoice":
        return bool(order.invoice_url and order.dispatched_at)
    if topic in {"shipping_times", "delivery_attempts"}:
        return is_on_its_way(order)
    category = product_of(topic)
    return category is None or any(line.category.value == category and not line.unavailable for line in order.lines)
