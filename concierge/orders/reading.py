"""An order from a document, checked for form and sense: what a line of an import, or a retailer's answer, must be."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from concierge.orders.documents import DocumentError, load
from concierge.orders.identity import normalise_email
from concierge.orders.model import REPAIR_STATUSES, RETURN_KINDS, Order, Status
from concierge.orders.number_format import HOUSE, NumberFormat
from concierge.orders.places import region_of, timezone_of


def read_order(document: Any, numbers: NumberFormat = HOUSE, strict: bool = True) -> Order:
    """The order in a document, checked for form, and if ``strict`` for sense. Raises ``DocumentError``."""
    if isinstance(document, dict):
        document = {name: value for name, value in document.items() if name != "$schema"}
        country = str(document.get("country", "")).upper()
        document = {"region": region_of(country), "timezone": timezone_of(country), **document}
    order = load(Order, document)
    number = numbers.normalise(order.number)
    if number is None:
        raise DocumentError(f"{order.number!r} is not an order number; they look like {numbers.example}", "number")
    if number != order.number or order.country != order.country.upper():
        order = replace(order, number=number, country=order.country.upper())
    problem = _problem(order) or (_contradiction(order) if strict else None)
    if problem:
        raise DocumentError(problem[1], problem[0])
    return order


def _problem(order: Order) -> tuple[str, str] | None:  # noqa: PLR0911 - one line for each thing that can be wrong
    if not normalise_email(order.email):
        return "email", "is not an e-mail address"
    if not re.fullmatch("[A-Z]{2}", order.country):
        return "country", f"{order.country!r} is not a country code; write two letters as in FR (ISO 3166-1)"
    if not re.fullmatch("[A-Z]{3}", order.currency):
        return "currency", f"{order.currency!r} is not a currency; write three letters as in EUR (ISO 4217)"
    if not _is_zone(order.timezone):
        return "timezone", f"{order.timezone!r} is not a time zone; write one as in Europe/Paris"
    if not order.lines:
        return "lines", "are empty; an order has at least one line"
    known = [line.id for line in order.lines]
    if len(set(known)) != len(known):
        return "lines", f"have the same id twice: {', '.join(sorted(known))}"
    if any(line.price < 0 for line in order.lines):
        return "lines", "have a price below zero; what is given back belongs in refunds"
    return _wrong_word(order)


def _contradiction(order: Order) -> tuple[str, str] | None:
    return _wrong_reference(order, {line.id for line in order.lines}) or _wrong_time(order)


def _wrong_reference(order: Order, known: set[str]) -> tuple[str, str] | None:
    named = [("shipments", shipment.lines) for shipment in order.shipments]
    named += [("returns", item.lines) for item in order.returns]
    named += [("repairs", (repair.line,)) for repair in order.repairs]
    for where, lines in named:
        unknown = set(lines) - known
        if unknown:
            return (
                where,
                f"name line {min(unknown)!r}, which the order does not have (it has {', '.join(sorted(known))})",
            )
    return None


def _wrong_time(order: Order) -> tuple[str, str] | None:
    steps = ("placed_at", "prepared_at", "dispatched_at", "delivered_at")
    reached = [(name, moment) for name in steps if (moment := getattr(order, name)) is not None]
    for (earlier, before), (later, after) in pairwise(reached):
        if after < before:
            return later, f"is before {earlier}; check both, and their time zones"
    needed = {Status.DELIVERED: "delivered_at", Status.DISPATCHED: "dispatched_at", Status.CANCELLED: "cancelled_at"}
    name = needed.get(order.status, "placed_at")
    if getattr(order, name) is None:
        return name, f"is missing, but the status is {order.status.value}"
    return None


def _wrong_word(order: Order) -> tuple[str, str] | None:
    for item in order.returns:
        if item.kind not in RETURN_KINDS:
            return "returns", f"{item.kind!r} is not known; write one of {', '.join(RETURN_KINDS)}"
    for repair in order.repairs:
        if repair.status not in REPAIR_STATUSES:
            return "repairs", f"{repair.status!r} is not known; write one of {', '.join(REPAIR_STATUSES)}"
    cards = [payment.last4 for payment in order.payments] + [refund.last4 for refund in order.refunds]
    if not all(re.fullmatch("[0-9]{0,4}", card) for card in cards):
        return "last4", "is more than the last four digits of a card; never send a whole card number"
    return None


@lru_cache(maxsize=1024)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True
