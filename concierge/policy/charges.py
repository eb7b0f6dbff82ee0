"""What a statement shows of an order, explained from holds, captures, parcels, means of payment and refunds.

Only what the order's record says is explained: a sum that differs is called a mistake where money was taken once too
often, and is left to a person where the record does not tell why.
"""

from __future__ import annotations

from decimal import Decimal

from concierge.orders.model import Order, Status
from concierge.policy import money
from concierge.policy.situation import Situation

CHARGES = (
    "none",
    "cancelled",
    "cancelled_unheld",
    "cancelled_taken",
    "cancelled_part_refunded",
    "cancelled_refunded",
    "authorised",
    "authorised_more",
    "expired",
    "pending",
    "prepaid",
    "early",
    "too_much",
    "more",
    "surplus_refunded",
    "lower_unavailable",
    "partial",
    "lower",
    "taken_by_means",
    "taken_in_parts",
    "taken_together",
    "several_holds_and_taken",
    "authorised_and_taken",
    "taken",
)


def charge_state(at: Situation) -> str:
    """One of ``CHARGES``."""
    order = at.order
    if order is None or not order.payments:
        return "none"
    if order.status is Status.CANCELLED:
        return _cancelled(at, order)
    if not money.captures(order):
        return "pending" if _sent(order) else _before_dispatch(at, order)
    return _taken(at, order)


def taxes_added(at: Situation) -> bool:
    """Whether taxes came on top of the prices."""
    return at.order is not None and at.order.taxes > 0


def discounted(at: Situation) -> bool:
    """Whether something was taken off the order as a whole."""
    return at.order is not None and at.order.discounts > 0


def _sent(order: Order) -> bool:
    sent = order.status in (Status.DISPATCHED, Status.DELIVERED, Status.RETURNED_TO_WAREHOUSE)
    return sent or any(shipment.dispatched_at for shipment in order.shipments)


def _cancelled(at: Situation, order: Order) -> str:
    taken, back = money.captured(order), money.refunded(order)
    if not taken:
        return "cancelled" if money.live_holds(at) else "cancelled_unheld"
    if back >= taken:
        return "cancelled_refunded"
    return "cancelled_part_refunded" if back else "cancelled_taken"


def _before_dispatch(at: Situation, order: Order) -> str:
    if not money.authorisations(order):
        return "none"
    holds = money.live_holds(at)
    if not holds:
        return "expired"
    return "authorised_more" if len(holds) > 1 and money.held(at) > order.total else "authorised"


def _taken(at: Situation, order: Order) -> str:
    taken, due = money.captured(order), order.total
    if taken > due:
        return _more(at, order, taken, due)
    if all(payment.method in money.PREPAID for payment in money.tenders(order)):
        rest_is_held = taken < due and bool(money.live_holds(at))
        if not _sent(order) or rest_is_held:
            return "prepaid"
    elif not _sent(order):
        return "early"
    return _less(order, taken, due) if taken < due else _exactly(at, order)


def _more(at: Situation, order: Order, taken: Decimal, due: Decimal) -> str:
    if order.refunds and taken - money.refunded(order) <= due:
        return "surplus_refunded"
    surplus = min(item.amount for item in money.captures(order))
    return "too_much" if taken - surplus >= due * at.figure("charge.times").value else "more"


def _less(order: Order, taken: Decimal, due: Decimal) -> str:
    missing = money.unavailable(order)
    least = due - missing - (order.taxes if missing else 0)  # the taxes of what is missing are not taken, either
    if missing and taken == due - missing:
        return "lower_unavailable"
    if missing and (order.taxes or order.discounts) and taken >= least:
        return "lower_unavailable"
    shipped = {line for shipment in order.shipments if shipment.dispatched_at for line in shipment.lines}
    waiting = [line for line in order.lines if not line.unavailable and line.id not in shipped]
    several = order.status is not Status.DELIVERED and bool(shipped) and bool(waiting)
    return "partial" if several else "lower"


def _exactly(at: Situation, order: Order) -> str:
    times, means = len(money.captures(order)), len(money.tenders(order))
    if times > 1:
        parcels = sum(shipment.dispatched_at is not None for shipment in order.shipments)
        if means == times:
            return "taken_by_means"
        return "taken_in_parts" if means == 1 and parcels > 1 else "taken_together"
    entries = len(money.authorisations(order)) + 1
    if entries == 1:
        return "taken"
    usual = entries <= at.figure("charge.statement_entries").value
    return "authorised_and_taken" if usual else "several_holds_and_taken"
