"""What is wrong with an order: its form, which every part relies on, and its sense, as far as it tells of itself.

Each problem is the field and the reason, for whoever can mend it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from concierge.orders.identity import normalise_email
from concierge.orders.model import REPAIR_STATUSES, RETURN_KINDS, Order, Shipment, Status
from concierge.orders.places import REGIONS, countries, currencies

Problem = tuple[str, str]
_CLOCKS = timedelta(days=1)  # systems write times of their own clocks, and some a day without its time
_CARD = re.compile("[0-9]{0,4}")


def form(order: Order) -> Iterator[Problem]:
    if not normalise_email(order.email):
        yield "email", "is not an e-mail address"
    if order.country not in countries():
        yield "country", f"{order.country!r} is not a country code; write two letters as in FR (ISO 3166-1)"
    if order.region not in REGIONS:
        yield "region", f"{order.region!r} is not known; write one of {', '.join(REGIONS)}"
    if order.currency not in currencies():
        yield "currency", f"{order.currency!r} is not a currency; write three letters as in EUR (ISO 4217)"
    if not _is_zone(order.timezone):
        yield "timezone", f"{order.timezone!r} is not a time zone; write one as in Europe/Paris"
    if not order.lines:
        yield "lines", "are empty; an order has at least one line"
    yield from _lines(order)
    yield from _words(order)


def _lines(order: Order) -> Iterator[Problem]:
    yield from _twice("lines", [line.id for line in order.lines])
    if any(line.price < 0 for line in order.lines):
        yield "lines", "have a price below zero; what is given back belongs in refunds"
    if any(line.quantity < 0 for line in order.lines):
        yield "lines", "have a quantity below zero; what is given back belongs in returns"


def _words(order: Order) -> Iterator[Problem]:
    for item in order.returns:
        if item.kind not in RETURN_KINDS:
            yield "returns", f"{item.kind!r} is not known; write one of {', '.join(RETURN_KINDS)}"
    for repair in order.repairs:
        if repair.status not in REPAIR_STATUSES:
            yield "repairs", f"{repair.status!r} is not known; write one of {', '.join(REPAIR_STATUSES)}"
    cards = [payment.last4 for payment in order.payments] + [refund.last4 for refund in order.refunds]
    if not all(_CARD.fullmatch(card) for card in cards):
        yield "last4", "is more than the last four digits of a card; never send a whole card number"


def sense(order: Order) -> Iterator[Problem]:
    yield from _references(order, {line.id for line in order.lines})
    for where, items in (("returns", order.returns), ("refunds", order.refunds), ("repairs", order.repairs)):
        if items:
            yield from _twice(where, [item.id for item in items])
    yield from _amounts(order)
    yield from _times(order)
    for where, url in (("invoice_url", order.invoice_url), *(("shipments", parcel.url) for parcel in order.shipments)):
        if url and not usable_url(url):
            yield where, f"{url[:40]!r} is not an address of the web; write it as in https://shop.example/invoices/1"


def usable_url(url: str) -> bool:
    """Empty, or an address that a browser may be sent to."""
    if not url:
        return True
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and named and parts.username is None and not re.search(r"[\s<>\"]", url)


def _twice(where: str, ids: list[str]) -> Iterator[Problem]:
    if len(set(ids)) != len(ids):
        yield where, f"have the same id twice: {', '.join(sorted(ids))}"


def _references(order: Order, known: set[str]) -> Iterator[Problem]:
    named = [("shipments", shipment.lines) for shipment in order.shipments]
    named += [("returns", item.lines) for item in order.returns]
    named += [("repairs", (repair.line,)) for repair in order.repairs]
    for where, lines in named:
        unknown = set(lines) - known
        if unknown:
            yield (
                where,
                f"name line {min(unknown)!r}, which the order does not have (it has {', '.join(sorted(known))})",
            )
    for item in order.returns:
        if item.quantities and len(item.quantities) != len(item.lines):
            yield "returns", f"have {len(item.quantities)} quantities for {len(item.lines)} lines"
        for line, quantity in zip(item.lines, item.quantities, strict=False):
            if line in known and not 0 < quantity <= order.line(line).quantity:
                yield "returns", f"have {quantity} of line {line!r}, of which {order.line(line).quantity} were bought"


def _amounts(order: Order) -> Iterator[Problem]:
    money: list[tuple[str, Decimal | None]] = [(name, getattr(order, name)) for name in _FEES]
    for payment in order.payments:
        money += [("payments", movement.amount) for movement in (*payment.authorisations, *payment.captures)]
    money += [("refunds", refund.amount) for refund in order.refunds]
    money += [("repairs", repair.estimate) for repair in order.repairs]
    for where, amount in money:
        if amount is not None and amount < 0:
            yield where, f"{amount} is below zero"


_FEES = ("shipping_fee", "taxes", "discounts")


def _times(order: Order) -> Iterator[Problem]:
    yield from _in_order(order, "placed_at", "prepared_at", "dispatched_at", "delivered_at")
    needed = {Status.DELIVERED: "delivered_at", Status.DISPATCHED: "dispatched_at", Status.CANCELLED: "cancelled_at"}
    name = needed.get(order.status, "placed_at")
    if getattr(order, name) is None:
        yield name, f"is missing, but the status is {order.status.value}"
    for parcel in order.shipments:
        yield from _parcel(parcel)
    for item in order.returns:
        for each in _in_order(item, "requested_at", "received_at", "decided_at"):
            yield f"returns.{each[0]}", each[1]
    before = order.placed_at - _CLOCKS
    if any(moment < before for moment in _later(order)):
        yield "placed_at", "is after something that can only follow it: a payment, a refund, a return or a cancellation"


def _parcel(parcel: Shipment) -> Iterator[Problem]:
    for where, reason in _in_order(parcel, "dispatched_at", "delivered_at"):
        yield f"shipments.{where}", reason
    if parcel.expected_from and parcel.expected_to and parcel.expected_to < parcel.expected_from:
        yield "shipments.expected_to", "is before expected_from"


def _in_order(of: object, *names: str) -> Iterator[Problem]:
    reached = [(name, moment) for name in names if (moment := getattr(of, name)) is not None]
    for (earlier, before), (later, after) in pairwise(reached):
        if after < before:
            yield later, f"is before {earlier}; check both, and their time zones"


def _later(order: Order) -> Iterable[datetime]:
    if order.cancelled_at is not None:
        yield order.cancelled_at
    for payment in order.payments:
        yield from (movement.at for movement in payment.captures)
    yield from (refund.issued_at for refund in order.refunds)
    yield from (item.requested_at for item in order.returns)
    yield from (repair.opened_at for repair in order.repairs)


@lru_cache(maxsize=1024)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True
