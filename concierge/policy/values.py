"""The keyword values of replies: names of products, dates, amounts. JSON-safe, unformatted; wording is elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from concierge.orders.model import Order
from concierge.policy import items, money, parcels, refunds
from concierge.policy.facts import FACTS
from concierge.policy.situation import Situation

Value = Callable[[Situation, "date | None"], Any]


def _amount(read: Callable[[Situation], Decimal | None]) -> Value:
    def value(at: Situation, _: date | None) -> Any:
        found = read(at)
        if found is None or at.order is None:
            return None
        return {"amount": str(found), "currency": at.order.currency}

    return value


def _date(read: Callable[[Situation], Any]) -> Value:
    def value(at: Situation, _: date | None) -> Any:
        found = read(at)
        if isinstance(found, datetime):
            found = at.day(found)
        return found.isoformat() if isinstance(found, date) else None

    return value


def _product(at: Situation, _: date | None) -> Any:
    """One name, or the list of names where the answer is the same for every item."""
    if at.line is not None:
        return at.line.product
    return [line.product for line in at.lines] or None


def _refund(field: str) -> Value:
    def value(at: Situation, _: date | None) -> Any:
        found = {getattr(refund, field) for refund in refunds.told(at)}
        return found.pop() if len(found) == 1 else None

    return value


def _refund_amount(at: Situation) -> Decimal | None:
    told = refunds.told(at)
    return sum((refund.amount for refund in told), Decimal(0)) if told else None


def _refund_at(at: Situation) -> datetime | None:
    return max((refund.issued_at for refund in refunds.told(at)), default=None)


def _last_refund_at(at: Situation) -> datetime | None:
    last = money.last_refund(at.order) if at.order else None
    return last.issued_at if last else None


def _of_order(read: Callable[[Order], Decimal]) -> Value:
    return _amount(lambda at: read(at.order) if at.order else None)


def _requested(at: Situation) -> datetime | None:
    item = refunds.current_return(at)
    return item.requested_at if item else None


def _attempts(at: Situation) -> int:
    return parcels.failed_attempts(parcels.tracked(at)) if at.order else 0


def _shipment(field: str) -> Value:
    def value(at: Situation, _: date | None) -> Any:
        shipment = parcels.tracked(at) if at.order else None
        return getattr(shipment, field) if shipment else None

    return value


def _repair_status(at: Situation, _: date | None) -> Any:
    found = [items.open_repair(at, line) for line in ((at.line,) if at.line else at.lines)]
    return next((repair.status for repair in found if repair is not None), None)


def _warranty_end(at: Situation) -> date | None:
    start = FACTS["warranty_from"].read(at)
    return at.end(start, "repairs.warranty") if isinstance(start, date) else None


def _days(sign: int) -> Value:
    return lambda at, deadline: max(0, sign * (deadline - at.today).days) if deadline else None


VALUES: dict[str, Value] = {
    "order_number": lambda at, _: at.order.number if at.order else None,
    "product": _product,
    "deadline_date": lambda _, deadline: deadline.isoformat() if deadline else None,
    "days_left": _days(1),
    "days_late": _days(-1),
    "purchase_country": lambda at, _: at.order.country if at.order else None,
    "placed_date": _date(lambda at: at.order.placed_at if at.order else None),
    "delivered_date": _date(parcels.any_delivered_on),
    "expected_date": _date(parcels.expected_on),
    "requested_date": _date(_requested),
    "received_date": _date(refunds.return_received_at),
    "decided_date": _date(refunds.return_decided_at),
    "charged_date": _date(lambda at: money.last_capture(at.order) if at.order else None),
    "refund_date": _date(_refund_at),
    "warranty_date": _date(_warranty_end),
    "last_refund_date": _date(_last_refund_at),
    "order_amount": _of_order(lambda order: order.total),
    "charged_amount": _of_order(money.captured),
    "authorised_amount": _amount(lambda at: money.held(at) if at.order else None),
    "missing_amount": _of_order(lambda order: order.total - money.captured(order)),
    "kept_amount": _of_order(lambda order: money.captured(order) - money.refunded(order)),
    "refunded_amount": _of_order(money.refunded),
    "tax_amount": _of_order(lambda order: order.taxes),
    "discount_amount": _of_order(lambda order: order.discounts),
    "refund_amount": _amount(_refund_amount),
    "returned_amount": _amount(refunds.returned_value),
    "refund_method": _refund("method"),
    "refund_last4": _refund("last4"),
    "unavailable_products": lambda at, _: [line.product for line in at.lines if line.unavailable],
    "attempts_made": lambda at, _: _attempts(at),
    "attempts_left": lambda at, _: max(0, at.figure("delivery.attempts").value - _attempts(at)),
    "carrier": _shipment("carrier"),
    "tracking": _shipment("tracking"),
    "repair_status": _repair_status,
}
