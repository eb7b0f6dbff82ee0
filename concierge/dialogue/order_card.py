"""An order, and what is asked of it, as cards: codes, ISO days and money. ``concierge/answers/cards.py`` words them.

A card tells nothing that the order does not hold; its text is whole without it, for channels that have no cards.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from concierge.dialogue.order_values import is_on_its_way
from concierge.orders.model import Line, Order, Repair, Return, Status

_WAY = (Status.CONFIRMED, Status.PREPARING, Status.DISPATCHED, Status.DELIVERED)
_REPAIR_WAY = ("requested", "received", "in_repair", "sent_back")
_REACHED = {"assessed": "received", "ready": "in_repair"}  # of a repair: the step of its way that it stands at


def cards(order: Order, *, late: bool = False) -> list[dict[str, Any]]:
    """The order's, then one for each return, exchange and repair that is under way. ``late``: what
    should have come is not expected on a day that is over."""
    found = [_order(order, late=late)]
    found += [_return(order, each) for each in order.returns if each.accepted is None]
    found += [_repair(order, each) for each in order.repairs if each.status not in {"sent_back", "declined"}]
    return found


def of_request(order: Order, made: Return | Repair) -> dict[str, Any]:
    """The card of a return, an exchange or a repair, with the number that it is known by."""
    return _repair(order, made) if isinstance(made, Repair) else _return(order, made)


def _return(order: Order, asked: Return) -> dict[str, Any]:
    """A return or an exchange, from the day it was asked for."""
    lines = [order.line(each) for each in asked.lines]
    decided = asked.decided_at or (asked.replacement_delivered_at if asked.kind == "exchange" else None)
    steps = [
        _step("requested", _day(order, asked.requested_at)),
        _step("received", _day(order, asked.received_at)),
        _step("accepted" if asked.accepted is not False else "declined", _day(order, decided)),
    ]
    return {
        "type": asked.kind,
        "case_number": asked.id,
        "items": [{**piece(order, line), "quantity": asked.quantity(line)} for line in lines],
        "replacement": asked.replacement,
        "steps": steps,
    }


def _repair(order: Order, repair: Repair) -> dict[str, Any]:
    """A repair, by how far it is: of its steps only the first has a day."""
    reached = _REACHED.get(repair.status, repair.status)
    at = _REPAIR_WAY.index(reached) if reached in _REPAIR_WAY else 0
    steps = [
        {"step": step, "date": _day(order, repair.opened_at) if number == 0 else None, "done": number <= at}
        for number, step in enumerate(_REPAIR_WAY)
    ]
    return {
        "type": "repair",
        "case_number": repair.id,
        "items": [piece(order, order.line(repair.line))],
        "expected": [repair.expected_to.isoformat()] if repair.expected_to else [],
        "steps": steps,
    }


def _order(order: Order, *, late: bool) -> dict[str, Any]:
    shipment = order.shipments[-1] if order.shipments else None
    delivered = shipment.delivered_at if shipment and shipment.delivered_at else order.delivered_at
    days = [order.placed_at, None, order.dispatched_at, delivered]
    at = _WAY.index(order.status) if order.status in _WAY else -1
    steps = [
        {"step": state.value, "date": _day(order, day), "done": number <= at}
        for number, (state, day) in enumerate(zip(_WAY, days, strict=True))
    ]
    card: dict[str, Any] = {
        "type": "order",
        "number": order.number,
        "state": order.status.value,
        "items": [piece(order, line) for line in order.lines if not line.unavailable],
        "steps": steps if at >= 0 else [],
    }
    if shipment and is_on_its_way(order):
        expected = [] if late else _range(shipment.expected_from, shipment.expected_to)
        card |= {"expected": expected, "carrier": shipment.carrier, "tracking": shipment.tracking, "url": shipment.url}
    elif order.status is Status.DELIVERED:
        card["delivered"] = _day(order, delivered)
    return card


def piece(order: Order, line: Line) -> dict[str, Any]:
    """One line, as cards and choices show it."""
    return {
        "product": line.product,
        "colour": line.colour,
        "size": line.size,
        "quantity": line.quantity,
        "picture": line.picture,
        "amount": {"amount": str(Decimal(line.price)), "currency": order.currency},
    }


def _step(name: str, day: str | None) -> dict[str, Any]:
    return {"step": name, "date": day, "done": day is not None}


def _day(order: Order, moment: datetime | None) -> str | None:
    return moment.astimezone(ZoneInfo(order.timezone)).date().isoformat() if moment else None


def _range(first: date | None, last: date | None) -> list[str]:
    return [day.isoformat() for day in dict.fromkeys(each for each in (first, last) if each)]
