"""Whether an order is later than it should be, as the policy sees it: what is then said where its state is told."""

from __future__ import annotations

from typing import Any

from concierge.dialogue.turn import Turn
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
