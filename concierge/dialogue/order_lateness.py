"""Whether an order is later than it should be: where its state is told, and where the customer says that it is late."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from concierge.dialogue.order_values import is_on_its_way, of_order
from concierge.dialogue.turn import Turn
from concierge.languages import lexicon
from concierge.orders.model import Order

_LATE = frozenset({"late_by_law", "overdue_not_dispatched", "preparing_long", "overdue"})


def lateness(turn: Turn, order: Order) -> dict[str, Any] | None:
    """The reply with its values; ``None`` while the order is in time."""
    decision = turn.resources.house().decide("delivery_problem", order, on=turn.now)
    if decision.rules[0].partition(".")[2] not in _LATE:
        return None
    return {"response": _MILDER.get(decision.response, decision.response), "values": dict(decision.values)}


# Nothing is passed on where only the state was asked for: an advisor is offered instead.
_MILDER = {"utter_delivery_late_by_law": "utter_delivery_late"}


def says_late(words: str) -> bool:
    """Whether the customer says that something is late."""
    return bool(lexicon.signs("late").search(words.replace("’", "'")))


def against_its_day(turn: Turn, order: Order) -> dict[str, Any] | None:
    """The reply that says it, with its values; ``None`` where no day is expected, or nothing is on its way."""
    late = days_late(order, turn.now)
    if late is None or not is_on_its_way(order):
        return None
    values = of_order(order) | ({"days_late": late} if late > 0 else {"days_left": -late} if late < 0 else {})
    name = "utter_order_late" if late > 0 else "utter_order_due_today" if late == 0 else "utter_order_not_late"
    return {"response": name, "values": values}


def days_late(order: Order, now: datetime) -> int | None:
    """Days since the last day on which the latest parcel was expected; less than nought while that is ahead."""
    shipment = order.shipments[-1] if order.shipments else None
    expected = (shipment.expected_to or shipment.expected_from) if shipment else None
    return (now.astimezone(ZoneInfo(order.timezone)).date() - expected).days if expected else None
