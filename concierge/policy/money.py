"""What happened to the money of an order: authorised, taken, given back. Adds up; decides nothing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from concierge.orders.model import Order, Refund, Return, Status
from concierge.policy.situation import Situation

CHARGES = (
    "none",
    "cancelled",
    "cancelled_taken",
    "too_much",
    "early",
    "authorised",
    "expired",
    "pending",
    "lower_unavailable",
    "partial",
    "lower",
    "taken_in_parts",
    "authorised_and_taken",
    "taken",
)
REFUNDS = (
    "none",
    "exchange",
    "in_transit",
    "processing",
    "accepted",
    "refused",
    "refunded",
    "cancelled_uncharged",
    "cancelled_charged",
    "unavailable",
)


def captured(order: Order) -> Decimal:
    """What was taken from the customer, in the order's currency, before refunds."""
    return sum((item.amount for payment in order.payments for item in payment.captures), Decimal(0))


def authorised(order: Order) -> Decimal:
    """What was reserved, in the order's currency; it may have been taken since, or have run out."""
    return sum((item.amount for payment in order.payments for item in payment.authorisations), Decimal(0))


def refunded(order: Order) -> Decimal:
    """What was given back, in the order's currency."""
    return sum((refund.amount for refund in order.refunds), Decimal(0))


def unavailable(order: Order) -> Decimal:
    """The price of what could not be shipped, in the order's currency."""
    return sum((line.price for line in order.lines if line.unavailable), Decimal(0))


def last_capture(order: Order) -> datetime | None:
    """When money was taken last; ``None`` while none was."""
    return max((item.at for payment in order.payments for item in payment.captures), default=None)


def charge_state(at: Situation) -> str:
    """One of ``CHARGES``: what the statement of this order shows, and why."""
    order = at.order
    if order is None or not order.payments:
        return "none"
    taken, due = captured(order), order.total
    if order.status is Status.CANCELLED:
        return "cancelled_taken" if taken > refunded(order) else "cancelled"
    if not taken:
        return "pending" if _sent(order) else _before_dispatch(at, order)
    if taken > due:
        return "too_much"
    return _taken(order, taken, due) if _sent(order) else "early"


def _sent(order: Order) -> bool:
    sent = order.status in (Status.DISPATCHED, Status.DELIVERED, Status.RETURNED_TO_WAREHOUSE)
    return sent or any(shipment.dispatched_at for shipment in order.shipments)


def _before_dispatch(at: Situation, order: Order) -> str:
    expiries = [item.expires for payment in order.payments for item in payment.authorisations]
    if not expiries:
        return "none"
    return "expired" if all(end is not None and end <= at.now for end in expiries) else "authorised"


def _taken(order: Order, taken: Decimal, due: Decimal) -> str:
    if taken == due:
        if sum(len(payment.captures) for payment in order.payments) > 1:
            return "taken_in_parts"
        return "authorised_and_taken" if authorised(order) else "taken"
    missing = unavailable(order)
    if missing and taken == due - missing:
        return "lower_unavailable"
    shipped = {line for shipment in order.shipments if shipment.dispatched_at for line in shipment.lines}
    waiting = [line for line in order.lines if not line.unavailable and line.id not in shipped]
    several = order.status is not Status.DELIVERED and bool(shipped) and bool(waiting)
    return "partial" if several else "lower"


def current_return(at: Situation) -> Return | None:
    """The return a question is about: one still open, else the latest; of the line, where one was chosen."""
    order = at.order
    if order is None:
        return None
    chosen = at.line.id if at.line is not None and len(at.lines) > 1 else None
    returns = sorted(order.returns, key=lambda item: item.requested_at)
    mine = [item for item in returns if chosen is None or chosen in item.lines]
    still_open = [item for item in mine if item.decided_at is None and item.accepted is None]
    candidates = still_open or mine
    return candidates[-1] if candidates else None


def _unmatched(order: Order) -> list[Refund]:
    return sorted(order.refunds, key=lambda refund: refund.issued_at)


def refund_of(order: Order, item: Return) -> Refund | None:
    """The refund that paid a return: accepted returns are paid in the order in which they were decided."""
    refunds = _unmatched(order)
    paid = [other for other in order.returns if other.accepted and other.kind == "return"]
    for other in sorted(paid, key=lambda each: each.decided_at or each.received_at or each.requested_at):
        begun = other.received_at or other.requested_at
        match = next((refund for refund in refunds if refund.issued_at >= begun), None)
        if match is not None:
            refunds.remove(match)
        if other is item:
            return match
    return None


def refund_state(at: Situation) -> str:
    """One of ``REFUNDS``, for the current return."""
    order = at.order
    if order is None:
        return "none"
    if order.status is Status.CANCELLED:
        return _cancelled(order)
    item = current_return(at)
    return _of_return(order, item) if item else _without_return(at, order)


def _of_return(order: Order, item: Return) -> str:
    if item.accepted is False:
        return "refused"
    if item.kind == "exchange":
        return "exchange"
    if item.accepted:
        return "refunded" if refund_of(order, item) else "accepted"
    return "processing" if item.received_at else "in_transit"


def _cancelled(order: Order) -> str:
    if order.refunds and refunded(order) >= captured(order):
        return "refunded"
    return "cancelled_charged" if captured(order) > refunded(order) else "cancelled_uncharged"


def _without_return(at: Situation, order: Order) -> str:
    if at.line is not None and at.line.unavailable:
        return "unavailable"
    return "refunded" if order.refunds else "none"


def latest_refund(at: Situation) -> Refund | None:
    """The refund of the current return, else the last of the order."""
    order = at.order
    if order is None:
        return None
    item = current_return(at)
    matched = refund_of(order, item) if item is not None and item.accepted else None
    refunds = _unmatched(order)
    return matched or (refunds[-1] if refunds else None)


def earlier_refund(at: Situation) -> Refund | None:
    """A refund of this order besides a return that is not refunded yet."""
    if at.order is None or not at.order.refunds or refund_state(at) == "refunded":
        return None
    return _unmatched(at.order)[-1]


def return_received_at(at: Situation) -> datetime | None:
    """When the return in question reached the warehouse; ``None`` without one, and while it is under way."""
    item = current_return(at)
    return item.received_at if item else None


def return_decided_at(at: Situation) -> datetime | None:
    """When it was decided on, or else received; ``None`` without a return, and while it is under way."""
    item = current_return(at)
    return (item.decided_at or item.received_at) if item else None
