"""The money of an order as facts: what is held, what was taken by which means, what went back. Decides nothing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from concierge.orders.model import Line, Movement, Order, Payment, Refund
from concierge.policy.situation import Situation

PREPAID = frozenset({"gift_card", "store_credit"})
"""Means of payment whose balance is used up when the order is placed."""


def captures(order: Order) -> list[Movement]:
    """Each time that money was taken."""
    return [item for payment in order.payments for item in payment.captures]


def authorisations(order: Order) -> list[Movement]:
    """Each time that money was held, whether or not it still is."""
    return [item for payment in order.payments for item in payment.authorisations]


def live_holds(at: Situation) -> list[Movement]:
    """The authorisations that have neither run out nor been given back."""
    holds = authorisations(at.order) if at.order else []
    ends = ((hold, (hold.expires, hold.voided_at)) for hold in holds)
    return [hold for hold, moments in ends if not any(moment and moment <= at.now for moment in moments)]


def tenders(order: Order) -> list[Payment]:
    """The means of payment by which money was taken."""
    return [payment for payment in order.payments if payment.captures]


def captured(order: Order) -> Decimal:
    """What was taken from the customer, in the order's currency, before refunds."""
    return _sum(captures(order))


def held(at: Situation) -> Decimal:
    """What is reserved now, in the order's currency."""
    return _sum(live_holds(at))


def refunded(order: Order) -> Decimal:
    """What was given back, in the order's currency."""
    return sum((refund.amount for refund in order.refunds), Decimal(0))


def unavailable(order: Order) -> Decimal:
    """The price of what could not be shipped, in the order's currency."""
    return sum((line.price for line in order.lines if line.unavailable), Decimal(0))


def paid_for(order: Order, line: Line, quantity: int) -> Decimal:
    """The price of so many of a line, less its share of what was taken off the whole order."""
    goods = sum((each.price for each in order.lines), Decimal(0))
    price = line.price * quantity / max(line.quantity, 1)
    return price * (goods - order.discounts) / goods if goods else price


def last_capture(order: Order) -> datetime | None:
    """When money was taken last; ``None`` while none was."""
    return max((item.at for item in captures(order)), default=None)


def last_refund(order: Order) -> Refund | None:
    """The latest of all refunds of the order."""
    return max(order.refunds, key=lambda refund: refund.issued_at, default=None)


def _sum(movements: list[Movement]) -> Decimal:
    return sum((item.amount for item in movements), Decimal(0))
