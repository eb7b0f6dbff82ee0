"""Topics that are general until an order is known: then its own state, item or return is the answer."""

from __future__ import annotations

from concierge.dialogue import order_outage
from concierge.dialogue.order_questions import note_request, product_of
from concierge.dialogue.order_values import is_on_its_way
from concierge.dialogue.task_progress import go_on, known_order
from concierge.dialogue.tasks import task_of
from concierge.dialogue.turn import Turn
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Order


async def topic_of_order(turn: Turn) -> None:
    """Answers the topic for the order in hand, or in general."""
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        order_outage.tell(turn)
        return
    task = task_of(turn.intent)
    if order and task and tells_of(turn.intent, order):
        note_request(turn, turn.intent)
        await go_on(turn)
    else:
        turn.say(f"utter_{turn.cell or turn.intent}")


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
