"""An order as values for replies. Everything is offered; a reply names what it needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from concierge.orders.model import FAILED_ATTEMPTS, Line, Movement, Order, Status


def line_name(line: Line) -> str:
    """As the customer knows it."""
    details = ", ".join(part for part in (line.colour, line.size) if part)
    return f"{line.product} ({details})" if details else line.product


def is_on_its_way(order: Order) -> bool:
    """Whether it has left and has not arrived."""
    return order.status is Status.DISPATCHED and order.delivered_at is None


def of_order(order: Order, line: Line | None = None) -> dict[str, Any]:
    shipment = order.shipments[-1] if order.shipments else None
    latest_return = order.returns[-1] if order.returns else None
    refund = order.refunds[-1] if order.refunds else None
    repair = order.repairs[-1] if order.repairs else None
    authorised = _first(movement for payment in order.payments for movement in payment.authorisations)
    captures = [movement for payment in order.payments for movement in payment.captures]
    unavailable = [each for each in order.lines if each.unavailable]
    attempts = [attempt for attempt in shipment.attempts if attempt.outcome in FAILED_ATTEMPTS] if shipment else []

    def day(moment: datetime | None) -> str | None:
        return moment.astimezone(ZoneInfo(order.timezone)).date().isoformat() if moment else None

    def money(amount: Decimal | None) -> dict[str, str] | None:
        return {"amount": str(amount), "currency": order.currency} if amount is not None else None

    known = {
        "order_number": order.number,
        "item": line_name(line) if line else None,
        "items": [line_name(each) for each in order.lines if not each.unavailable],
        "placed_date": day(order.placed_at),
        "dispatched_date": day(order.dispatched_at),
        "delivered_date": day(order.delivered_at),
        "delivery_country": order.country,
        "ordered_amount": money(order.total),
        "authorised_date": day(authorised.at) if authorised else None,
        "authorised_amount": money(authorised.amount) if authorised else None,
        "charged_date": day(captures[0].at) if captures else None,
        "charged_amount": money(sum((each.amount for each in captures), Decimal(0))) if captures else None,
        "last4": next((payment.last4 for payment in order.payments if payment.last4), None),
        "unavailable_items": [line_name(each) for each in unavailable],
        "carrier": shipment.carrier if shipment else None,
        "tracking": shipment.tracking if shipment else None,
        "tracking_url": shipment.url if shipment else None,
        "expected_date": _iso(shipment.expected_to or shipment.expected_from) if shipment else None,
        "expected_from_date": _iso(shipment.expected_from) if shipment else None,
        "attempts": len(attempts) or None,
        "requested_date": day(latest_return.requested_at) if latest_return else None,
        "received_date": day(latest_return.received_at) if latest_return else None,
        "replacement": latest_return.replacement if latest_return else None,
        "refund_amount": money(refund.amount) if refund else None,
        "refunded_date": day(refund.issued_at) if refund else None,
        "invoice_url": order.invoice_url if order.dispatched_at else None,
        "repair_status": repair.status if repair else None,
        "repair_item": line_name(order.line(repair.line)) if repair else None,
        "repair_ready_date": _iso(repair.expected_to) if repair else None,
        "case_number": repair.id if repair else (latest_return.id if latest_return else None),
    }
    return {name: value for name, value in known.items() if value}


def _first(movements: Iterable[Movement]) -> Movement | None:
    return min(movements, key=lambda movement: movement.at, default=None)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
