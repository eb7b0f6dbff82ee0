"""An order as values for replies. Everything is offered; a reply names what it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from concierge.orders.model import FAILED_ATTEMPTS, Line, Movement, Order, Refund, Return, Status


def line_name(line: Line) -> str:
    """As the customer knows it."""
    details = ", ".join(part for part in (line.colour, line.size) if part)
    return f"{line.product} ({details})" if details else line.product


def is_on_its_way(order: Order) -> bool:
    """Whether it has left and has not arrived."""
    return order.status is Status.DISPATCHED and order.delivered_at is None


def is_still_here(order: Order) -> bool:
    """Whether nothing of it has left."""
    return order.status in {Status.CONFIRMED, Status.PREPARING}


def was_tried(order: Order) -> bool:
    """Whether the courier has tried its latest parcel, and nobody took it."""
    return bool(order.shipments) and any(each.outcome in FAILED_ATTEMPTS for each in order.shipments[-1].attempts)


def as_of_line(order: Order, line: Line) -> Order:
    """The order as it is for one of its lines: its parcel, its return with what was refunded of it, its repair."""
    parcels = tuple(each for each in order.shipments if line.id in each.lines) or order.shipments
    back = tuple(each for each in order.returns if line.id in each.lines)
    arrived = [each.delivered_at for each in parcels if each.delivered_at]
    seen = replace(
        order,
        shipments=parcels,
        returns=back,
        refunds=_refunds_of(order, back),
        repairs=tuple(each for each in order.repairs if each.line == line.id),
    )
    if order.status is Status.DISPATCHED and parcels and len(arrived) == len(parcels):
        return replace(seen, status=Status.DELIVERED, delivered_at=max(arrived))
    return seen


def _refunds_of(order: Order, back: Sequence[Return]) -> tuple[Refund, ...]:
    """No refund names its return: of several accepted ones, those of its amount."""
    accepted = [each for each in order.returns if each.accepted]
    own = [each for each in accepted if each in back]
    if len(own) == len(accepted):
        return order.refunds if own else ()
    prices = {sum((order.line(each).price for each in one.lines), Decimal(0)) for one in own}
    return tuple(each for each in order.refunds if each.amount in prices)


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
        "item_amount": money(line.price) if line else None,
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
        "parcel_items": _in_the_parcel(order),
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


def _in_the_parcel(order: Order) -> list[str]:
    """What is told of, where that is one parcel of several: the latest, or all that have arrived."""
    parcels = order.shipments if order.status is Status.DELIVERED else order.shipments[-1:]
    there = {each for one in parcels for each in one.lines}
    sent = [line for line in order.lines if not line.unavailable]
    inside = [line_name(line) for line in sent if line.id in there]
    return inside if len(inside) < len(sent) else []


def _first(movements: Iterable[Movement]) -> Movement | None:
    return min(movements, key=lambda movement: movement.at, default=None)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
