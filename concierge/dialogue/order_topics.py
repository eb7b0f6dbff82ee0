"""Topics that are general until an order is known: then its own item or return is the answer."""

from __future__ import annotations

from concierge.dialogue import order_outage
from concierge.dialogue.order_values import of_order
from concierge.dialogue.task_progress import go_on, known_order
from concierge.dialogue.turn import Turn
from concierge.intents import registry
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Category, Order, Status


async def topic_of_order(turn: Turn) -> None:
    """Answers the topic for the order in hand, or in general."""
    try:
        order = await known_order(turn)
    except OrdersUnavailable:
        order_outage.tell(turn)
        return
    replies = _told(turn, order) if order else []
    task = _takes_up(turn, order) if order and not replies else None
    if order and replies:
        values = of_order(order)
        also = [{"response": other, "values": values} for other in replies[1:]]
        turn.say(replies[0], values, region=order.region, also=also)
    elif task:
        turn.set(task=task, words=turn.text)
        await go_on(turn)
    else:
        turn.say(f"utter_{turn.intent}")


def _told(turn: Turn, order: Order) -> list[str]:
    """The replies that tell it of this order, where no task need be taken up for it."""
    if turn.intent == "invoice" and order.invoice_url and order.dispatched_at:
        return ["utter_invoice_of_order"]
    if turn.intent == "delivery_attempts" and order.status is Status.DISPATCHED and order.shipments:
        tried = any(attempt.outcome != "delivered" for attempt in order.shipments[-1].attempts)
        return ["utter_status_attempts" if tried else "utter_status_no_attempt", "utter_delivery_attempts"]
    return []


def _takes_up(turn: Turn, order: Order) -> str | None:
    """The task that the topic is for this order, with its item in hand; ``None`` when the order has no such thing."""
    if turn.intent == "return_tracking":
        return "refund_status" if order.returns else None
    category = _returned().get(turn.intent)
    if category is None:
        return None
    lines = [line for line in order.lines if line.category is category and not line.unavailable]
    if len(lines) != 1:
        return None
    turn.set(active_line=lines[0].id)
    return "return"


def _returned() -> dict[str, Category]:
    """Topics that are the return of one category."""
    return {intent: Category(category) for category, intent in registry().groups["return"].products.items()}
