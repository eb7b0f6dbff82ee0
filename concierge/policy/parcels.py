"""Where the parcels of an order are: what a shipment's dates and delivery attempts add up to."""

from __future__ import annotations

from datetime import date
from typing import Any

from concierge.orders.model import FAILED_ATTEMPTS, Line, Shipment, Status
from concierge.policy.situation import UNKNOWABLE, Situation

ITEM_STAGES = ("cancelled", "unavailable", "not_delivered", "delivered", "at_warehouse")
STATES = (
    "none",
    "not_dispatched",
    "on_its_way",
    "attempt_failed",
    "last_attempt_failed",
    "address_not_found",
    "refused",
    "at_warehouse",
    "delivered",
    "cancelled",
)


def item_stage(at: Situation, line: Line) -> str:
    """Where the item is, one of ``ITEM_STAGES``. Needs an order."""
    assert at.order is not None
    if line.unavailable:
        return "unavailable"
    if at.order.status is Status.RETURNED_TO_WAREHOUSE:
        return "at_warehouse"
    shipment = at.shipment(line)
    if shipment is not None and shipment.delivered_at is not None:
        return "delivered" if shipment.delivered_at <= at.now else "not_delivered"
    return "delivered" if at.order.status is Status.DELIVERED else "not_delivered"


def delivered_on(at: Situation, line: Line) -> Any:
    """The day the line arrived, at its own address; ``None`` while it has not."""
    assert at.order is not None
    if item_stage(at, line) != "delivered":
        return None
    shipment = at.shipment(line)
    moment = shipment.delivered_at if shipment is not None else None
    moment = moment or at.order.delivered_at
    return at.day(moment) if moment else UNKNOWABLE


def all_delivered(at: Situation) -> bool:
    """Whether every item that could be shipped has arrived, whatever the order's own state says."""
    lines = [line for line in at.lines if not line.unavailable]
    return bool(lines) and all(item_stage(at, line) == "delivered" for line in lines)


def some_delivered(at: Situation) -> bool:
    """Whether anything of the order has arrived, if not all of it."""
    return any(item_stage(at, line) == "delivered" for line in at.lines)


def last_delivery(at: Situation) -> Any:
    """The day the last item arrived; today while one is still to come, as no period has begun to run."""
    days: list[date] = []
    for line in at.lines:
        if line.unavailable:
            continue
        day = delivered_on(at, line)
        if not isinstance(day, date):
            return at.today if day is None else day
        days.append(day)
    return max(days) if days else None


def any_delivered_on(at: Situation) -> date | None:
    """The day the tracked parcel arrived, or the order as a whole."""
    if at.order is None:
        return None
    shipment = tracked(at)
    moment = (shipment.delivered_at if shipment else None) or at.order.delivered_at
    return at.day(moment) if moment else None


def tracked(at: Situation) -> Shipment | None:
    """The parcel a question is about: the line's, else the first one still on its way, else the last."""
    assert at.order is not None
    if at.line is not None:
        own = at.shipment(at.line)
        if own is not None:
            return own
    shipments = at.order.shipments
    for shipment in shipments:
        if shipment.delivered_at is None:
            return shipment
    return shipments[-1] if shipments else None


def failed_attempts(shipment: Shipment | None) -> int:
    """How often the carrier came in vain; zero for no shipment."""
    return sum(attempt.outcome in FAILED_ATTEMPTS for attempt in shipment.attempts) if shipment else 0


_SETTLED = {Status.CANCELLED: "cancelled", Status.RETURNED_TO_WAREHOUSE: "at_warehouse"}
_UNTRACKED = {Status.DELIVERED: "delivered", Status.DISPATCHED: "none"}


def state(at: Situation) -> str:
    """One of ``STATES``, for the tracked parcel."""
    order = at.order
    if order is None:
        return "none"
    if order.status in _SETTLED:
        return _SETTLED[order.status]
    shipment = tracked(at)
    if shipment is None:
        return _UNTRACKED.get(order.status, "not_dispatched")
    if shipment.delivered_at is not None or (order.status is Status.DELIVERED and len(order.shipments) == 1):
        return "delivered"
    if shipment.dispatched_at is None and order.status in (Status.CONFIRMED, Status.PREPARING):
        return "not_dispatched"
    return _attempted(at, shipment)


def _attempted(at: Situation, shipment: Shipment) -> str:
    failed = [attempt for attempt in shipment.attempts if attempt.outcome in FAILED_ATTEMPTS]
    if not failed:
        return "on_its_way"
    last = max(failed, key=lambda attempt: attempt.at)
    if last.outcome == "refused":
        return "refused"
    if failed_attempts(shipment) >= at.figure("delivery.attempts").value:
        return "last_attempt_failed"
    return "address_not_found" if last.outcome == "address_not_found" else "attempt_failed"


def expected_on(at: Situation) -> date | None:
    """The last day on which the tracked parcel was expected."""
    shipment = tracked(at) if at.order else None
    return (shipment.expected_to or shipment.expected_from) if shipment else None
