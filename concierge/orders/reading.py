"""An order from a document, checked for form and sense: what a line of an import, or a retailer's answer, must be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from concierge.orders.checks import form, sense, usable_url
from concierge.orders.documents import DocumentError, joined, load
from concierge.orders.model import Order
from concierge.orders.number_format import HOUSE, NumberFormat
from concierge.orders.places import country_code, region_of, timezone_of


def read_order(document: Any, numbers: NumberFormat = HOUSE, strict: bool = True) -> Order:
    """The order in a document, checked for form, and if ``strict`` for sense. Raises ``DocumentError`` with everything
    that is wrong. A country may be written ``uk``; it is stored as ``GB``.
    """
    if isinstance(document, dict):
        document = {name: value for name, value in document.items() if name != "$schema"}
        country = country_code(str(document.get("country", "")))
        document = {"region": region_of(country), "timezone": timezone_of(country), **document}
    order = load(Order, document)
    number, country = numbers.normalise(order.number), country_code(order.country)
    problems = []
    if number is None:
        reason = f"{order.number!r} is not an order number; they look like {numbers.example}"
        problems.append(DocumentError(reason, "number"))
    elif number != order.number or order.country != country:
        order = replace(order, number=number, country=country)
    if not strict:
        order = _without_unusable_urls(order)
    problems += [DocumentError(reason, where) for where, reason in form(order)]
    if strict and not problems:
        problems = [DocumentError(reason, where) for where, reason in sense(order)]
    if problems:
        raise joined(problems)
    return order


def _without_unusable_urls(order: Order) -> Order:
    """A system's bad address is no reason not to tell of the order; but nobody is sent there."""
    if usable_url(order.invoice_url) and all(usable_url(parcel.url) for parcel in order.shipments):
        return order
    parcels = tuple(parcel if usable_url(parcel.url) else replace(parcel, url="") for parcel in order.shipments)
    return replace(order, shipments=parcels, invoice_url=order.invoice_url if usable_url(order.invoice_url) else "")
