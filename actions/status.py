"""Where an order is, in the house's words, with what else is going on: returns, refunds, repairs."""

from __future__ import annotations

from actions.facts_of_order import of_order
from actions.turn import Turn
from concierge.orders.model import Order, Status


def tell(turn: Turn, order: Order, choices: tuple[str, ...] = ()) -> None:
    values, said = of_order(order), replies(order)
    for reply in said:
        turn.say(reply, values, region=order.region, choices=list(choices) if reply == said[-1] else None)


def replies(order: Order) -> list[str]:
    """The state first, then at most two things worth knowing."""
    return [f"utter_status_{order.status.value}", *_also(order)[:2]]


def _also(order: Order) -> list[str]:
    found = []
    shipment = order.shipments[-1] if order.shipments else None
    failed = [attempt for attempt in shipment.attempts if attempt.outcome != "delivered"] if shipment else []
    if failed and order.status is Status.DISPATCHED:
        found.append("utter_status_attempts")
    if any(line.unavailable for line in order.lines):
        found.append("utter_status_unavailable")
    if order.returns:
        latest = order.returns[-1]
        if latest.accepted is False:
            found.append("utter_status_return_declined")
        elif latest.received_at:
            found.append("utter_status_return_received")
        else:
            found.append(f"utter_status_{latest.kind}_requested")
    if order.refunds:
        found.append("utter_status_refunded")
    if order.repairs:
        found.append("utter_status_repair")
    return found
