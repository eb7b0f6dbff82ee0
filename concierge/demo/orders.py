"""300 orders to try the product with: every state, region, channel, category and edge case, dated back from today.

The same day gives the same orders, so tests may rely on them. None of the people, cards or parcels is real.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from random import Random

from concierge.demo.documented import documented_orders
from concierge.demo.parts import MARKETS, Market, catalogue, line, payment, ups
from concierge.demo.stock import demo_stock
from concierge.orders.importer import BATCH, ImportReport
from concierge.orders.model import (
    Attempt,
    Flag,
    Line,
    Order,
    Payment,
    Refund,
    Repair,
    Return,
    SalesChannel,
    Shipment,
    Status,
)
from concierge.orders.places import region_of, timezone_of
from concierge.orders.sql import SqlOrderBook

COUNT = 300
# (what became of the order, how many of every 29): weights that leave none of them rare
STORIES = (
    ("confirmed", 3), ("preparing", 3), ("dispatched", 4), ("attempted", 2), ("delivered", 6), ("returning", 2),
    ("refunded", 2), ("exchanging", 1), ("cancelled", 2), ("undeliverable", 1), ("in_repair", 2), ("old", 1),
)  # fmt: skip
SPECIAL_FLAGS = (
    Flag.SALE, Flag.PERSONALISED, Flag.MADE_TO_ORDER, Flag.GIFT, Flag.SALE, Flag.FRIENDS_AND_FAMILY, Flag.PRESS_SAMPLE,
    Flag.OPENED, Flag.SEAL_BROKEN, Flag.ALTERED, Flag.USED,
)  # fmt: skip


def demo_orders(today: date, now: datetime | None = None) -> list[Order]:
    """``now``: the moment that "an hour ago" counts from; without it, noon UTC of ``today``."""
    moment = now or datetime.combine(today, time(12), timezone.utc)
    return documented_orders(moment) + [_invented(index, moment) for index in range(11, COUNT + 1)]


def fill(book: SqlOrderBook, now: datetime) -> ImportReport:
    """Puts the demo orders and stock there, or dates them again from ``now``; what was asked for about them stays."""
    orders, report = demo_orders(now.date(), now), ImportReport()
    book.put_stock(demo_stock())
    for start in range(0, len(orders), BATCH):
        counts = book.put(orders[start : start + BATCH])
        report.created += counts["created"]
        report.updated += counts["updated"]
        report.unchanged += counts["unchanged"]
    return report


def fill_documented(book: SqlOrderBook, now: datetime) -> None:
    """Only the orders that the README tells people to try, and the stock."""
    book.put(documented_orders(now))
    book.put_stock(demo_stock())


def ensure_demo_orders(url: str) -> ImportReport:
    """Fills an empty database, and dates demo orders of another day again. Leaves alone what holds other orders.

    Raises ``OrdersUnavailable``.
    """
    book, now = SqlOrderBook(url), datetime.now(timezone.utc)
    try:
        if holds_others(book):
            return ImportReport()
        first = book.get(demo_orders(now.date())[0].number)
        if first is not None and now - first.placed_at < timedelta(hours=18):
            return ImportReport(unchanged=COUNT)
        return fill(book, now)
    finally:
        book.close()


def holds_others(book: SqlOrderBook) -> bool:
    """Whether there are orders that are not demo ones."""
    numbers = {order.number for order in demo_orders(datetime.now(timezone.utc).date())}
    return book.count() > sum(book.get(number) is not None for number in numbers)


def _invented(index: int, now: datetime) -> Order:
    chance = Random(index)  # noqa: S311 - not a secret, the same each time
    market = MARKETS[index % len(MARKETS)]
    story = [name for name, weight in STORIES for _ in range(weight)][index % 29]
    first, last = chance.choice(market.names)
    lines = _lines(index, chance, market)
    days_ago = {
        "confirmed": 0, "preparing": 1, "dispatched": 3, "attempted": 6, "delivered": chance.randint(6, 50),
        "returning": chance.randint(12, 34), "refunded": chance.randint(20, 60), "exchanging": chance.randint(10, 30),
        "cancelled": chance.randint(2, 40), "undeliverable": chance.randint(14, 25),
        "in_repair": chance.randint(60, 650), "old": chance.randint(760, 1500),
    }[story]  # fmt: skip
    placed_at = now - timedelta(days=days_ago, minutes=chance.randint(20, 600))
    channel = SalesChannel.ONLINE
    if story in ("delivered", "in_repair", "old") and index % 4 == 0:
        channel = chance.choice(
            [SalesChannel.BOUTIQUE, SalesChannel.OUTLET, SalesChannel.AUTHORISED_RETAILER, SalesChannel.UNAUTHORISED]
        )
    order = Order(
        number=f"BA{10483726 + index * 7919}",
        email=f"{_ascii(first)}.{_ascii(last)}{index}@example.{('com', 'org', 'net')[index % 3]}",
        name=f"{first} {last}",
        postcode=market.postcode,
        country=market.country,
        region=region_of(market.country),
        timezone=timezone_of(market.country),
        channel=channel,
        status=Status.CONFIRMED,
        currency=market.currency,
        placed_at=placed_at,
        lines=lines,
        shipping_fee=market.shipping,
    )
    if channel is not SalesChannel.ONLINE:
        return replace(
            order,
            status=Status.DELIVERED,
            shipping_fee=Decimal(0),
            delivered_at=placed_at,
            payments=(_paid(order, chance, market, placed_at),),
        )
    return _told(story, order, chance, market, now=now, serial=index)


def _lines(index: int, chance: Random, market: Market) -> tuple[Line, ...]:
    products = catalogue()
    chosen = [products[index % len(products)]]
    chosen += chance.sample(products, chance.choice([0, 0, 0, 1, 1, 2]))
    lines = [line(number, item, chance, market) for number, item in enumerate(chosen, 1)]
    if index % 3 == 0:
        flag = SPECIAL_FLAGS[index // 3 % len(SPECIAL_FLAGS)]
        lines[0] = line(1, chosen[0], chance, market, [flag])
    if index % 13 == 0 and len(lines) > 1:
        lines[-1] = replace(lines[-1], unavailable=True)
    return tuple(lines)


def _told(story: str, order: Order, chance: Random, market: Market, *, now: datetime, serial: int) -> Order:
    """The order as it stands when the story has run its course."""
    if story in ("confirmed", "preparing", "cancelled"):
        order = replace(order, payments=(_paid(order, chance, market, None),))
        if story == "preparing":
            return replace(order, status=Status.PREPARING, prepared_at=order.placed_at + timedelta(hours=9))
        if story == "cancelled":
            return replace(order, status=Status.CANCELLED, cancelled_at=order.placed_at + timedelta(hours=5))
        return order
    sent = order.placed_at + timedelta(hours=chance.randint(20, 40))
    order = replace(
        order,
        status=Status.DISPATCHED,
        prepared_at=sent - timedelta(hours=10),
        dispatched_at=sent,
        invoice_url=f"https://shop.example/invoices/{order.number}.pdf",
        payments=(_paid(order, chance, market, sent),),
    )
    expected = (sent + timedelta(days=2)).date()
    shipped = [item.id for item in order.lines if not item.unavailable]
    parcel = ups(serial * 104729, shipped, sent, expected_from=expected, expected_to=expected + timedelta(days=1))
    if story == "dispatched":
        ahead = now.date() + timedelta(days=chance.randint(0, 3))
        return replace(order, shipments=(replace(parcel, expected_from=ahead, expected_to=ahead + timedelta(days=1)),))
    if story in ("attempted", "undeliverable"):
        return _not_delivered(order, parcel, sent, returned=story == "undeliverable")
    arrived = sent + timedelta(days=2, hours=chance.randint(0, 6))
    parcel = replace(parcel, delivered_at=arrived, attempts=(Attempt(arrived, "delivered"),))
    order = replace(order, status=Status.DELIVERED, delivered_at=arrived, shipments=(parcel,))
    return _afterwards(story, order, chance, arrived, now=now, item=shipped[0])


def _not_delivered(order: Order, parcel: Shipment, sent: datetime, returned: bool) -> Order:
    outcomes = ["nobody_home", "address_not_found", "nobody_home"]
    tried = tuple(Attempt(sent + timedelta(days=day + 2), outcomes[day]) for day in range(3 if returned else 2))
    status = Status.RETURNED_TO_WAREHOUSE if returned else Status.DISPATCHED
    return replace(order, status=status, shipments=(replace(parcel, attempts=tried),))


def _afterwards(story: str, order: Order, chance: Random, arrived: datetime, *, now: datetime, item: str) -> Order:
    asked = arrived + timedelta(days=3)
    if story in ("returning", "exchanging"):
        kind = "return" if story == "returning" else "exchange"
        size = "one size up" if kind == "exchange" else ""
        received = asked + timedelta(days=3) if chance.random() < 0.5 else None
        wanted = Return(f"{order.number}-R1", (item,), asked, kind, received, replacement=size)
        return replace(order, returns=(wanted,))
    if story == "refunded":
        accepted = chance.random() < 0.8
        decided = asked + timedelta(days=5)
        back = Return(f"{order.number}-R1", (item,), asked, "return", asked + timedelta(days=4), decided, accepted)
        paid = order.payments[0]
        refund = Refund(
            f"{order.number}-F1", order.line(item).price, decided + timedelta(days=2), paid.method, paid.last4
        )
        return replace(order, returns=(back,), refunds=(refund,) if accepted else ())
    if story == "in_repair":
        opened = now - timedelta(days=chance.randint(3, 30))
        status = chance.choice(["requested", "received", "assessed", "in_repair", "ready", "sent_back", "declined"])
        expected = None if status in ("requested", "declined") else opened.date() + timedelta(days=35)
        estimate = Decimal(180) if status == "assessed" and order.placed_at < now - timedelta(days=730) else None
        repair = Repair(f"{order.number}-C1", item, status, opened, expected, estimate, "The zip no longer closes.")
        return replace(order, repairs=(repair,))
    return order


def _paid(order: Order, chance: Random, market: Market, sent: datetime | None) -> Payment:
    method = chance.choice(["visa", "mastercard", "amex", market.wallet])
    last4 = f"{chance.randint(0, 9999):04d}" if method in ("visa", "mastercard", "amex") else ""
    shipped = sum((item.price for item in order.lines if not item.unavailable), Decimal(0)) + order.shipping_fee
    return payment(method, last4, order.placed_at, order.total, [(sent, shipped)] if sent else ())


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return "".join(c for c in plain.lower() if c.isalnum())
