"""The ten demo orders that the README tells people to try, and that the end-to-end tests rely on. All are Claire's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from concierge.demo.parts import MARKET, line, payment, product, ups
from concierge.orders.model import (
    Attempt,
    Flag,
    Line,
    Order,
    Refund,
    Return,
    SalesChannel,
    Status,
)
from concierge.orders.places import region_of, timezone_of

EMAIL = "claire@example.com"
NAME = "Claire Fontaine"
CARD = ("visa", "4242")


def documented_orders(now: datetime) -> list[Order]:
    """``now``: the moment that "an hour ago" counts from."""
    return [
        make(now)
        for make in (
            _new,
            _preparing,
            _on_its_way,
            _delivered,
            _too_late,
            _special,
            _partial,
            _warranty,
            _old,
            _tangled,
        )
    ]


def _order(number: int, placed_at: datetime, lines: list[Line], country: str = "FR", **known: object) -> Order:
    order = Order(
        number=f"BA{10000000 + number}",
        email=EMAIL,
        name=NAME,
        postcode=MARKET[country].postcode,
        country=country,
        region=region_of(country),
        timezone=timezone_of(country),
        channel=SalesChannel.ONLINE,
        status=Status.CONFIRMED,
        currency=MARKET[country].currency,
        placed_at=placed_at,
        lines=tuple(lines),
    )
    return replace(order, payments=(payment(*CARD, placed_at, order.total),), **known)  # type: ignore[arg-type]


def _lines(*wanted: tuple[str, str, str, tuple[Flag, ...]], country: str = "FR") -> list[Line]:
    """Product, colour, size and flags of each line."""
    market = MARKET[country]
    chance = Random(0)  # noqa: S311 - the same each time; colour and size are given
    return [
        replace(line(index, product(name), chance, market, flags), colour=colour, size=size)
        for index, (name, colour, size, flags) in enumerate(wanted, 1)
    ]


def _sent(order: Order, prepared_at: datetime, dispatched_at: datetime, serial: int, **known: object) -> Order:
    """Everything that could be shipped left in one parcel, and was charged then."""
    shipped = [item for item in order.lines if not item.unavailable]
    charged = sum((item.price for item in shipped), Decimal(0)) + order.shipping_fee
    delivered_at = known.get("delivered_at")
    return replace(
        order,
        status=Status.DELIVERED if delivered_at else Status.DISPATCHED,
        prepared_at=prepared_at,
        dispatched_at=dispatched_at,
        delivered_at=delivered_at,  # type: ignore[arg-type]
        shipments=(ups(serial, [item.id for item in shipped], dispatched_at, **known),),
        payments=(payment(*CARD, order.placed_at, order.total, [(dispatched_at, charged)]),),
        invoice_url=f"https://shop.example/invoices/{order.number}.pdf",
    )


def _delivered_days_ago(order: Order, now: datetime, days: int, serial: int) -> Order:
    arrived = now - timedelta(days=days, hours=3)
    sent = arrived - timedelta(days=2)
    delivered = [Attempt(arrived, "delivered")]
    expected = arrived.date()
    return _sent(
        order, sent - timedelta(hours=20), sent, serial,
        delivered_at=arrived, expected_from=expected, expected_to=expected, attempts=tuple(delivered),
    )  # fmt: skip


def _new(now: datetime) -> Order:
    lines = _lines(("Hourglass Small Handbag", "Black", "", ()), ("Hourglass Thin Belt", "Black", "85", ()))
    return _order(1, now - timedelta(hours=1), lines)


def _preparing(now: datetime) -> Order:
    lines = _lines(("3XL Trainers", "Worn-out White", "39", ()))
    order = _order(2, now - timedelta(days=1, hours=2), lines)
    return replace(order, status=Status.PREPARING, prepared_at=now - timedelta(hours=4))


def _on_its_way(now: datetime) -> Order:
    lines = _lines(("Le Cagole XS Shoulder Bag", "Blue", "", ()), ("Le Cagole Cat Sunglasses", "Black", "", ()))
    sent = now - timedelta(days=1, hours=5)
    expected = now.date() + timedelta(days=2)
    order = _order(3, now - timedelta(days=3), lines)
    return _sent(order, sent - timedelta(hours=18), sent, 3, expected_from=expected, expected_to=expected)


def _delivered(now: datetime) -> Order:
    lines = _lines(("Track Trainers", "Black", "38", ()), ("Le Dix Eau de Parfum", "", "", ()))
    return _delivered_days_ago(_order(4, now - timedelta(days=9), lines), now, 5, 4)


def _too_late(now: datetime) -> Order:
    lines = _lines(("Oversized Logo Hoodie", "Grey", "S", ()))
    return _delivered_days_ago(_order(5, now - timedelta(days=38), lines), now, 34, 5)


def _special(now: datetime) -> Order:
    lines = _lines(
        ("Neo Cagole XS Handbag", "Sweet Pink", "", (Flag.PERSONALISED,)),
        ("Logo One-Piece Swimsuit", "Black", "S", ()),
        country="GB",
    )
    return _delivered_days_ago(_order(6, now - timedelta(days=17), lines, "GB"), now, 12, 6)


def _partial(now: datetime) -> Order:
    bag, earrings = _lines(("Rodeo Small Handbag", "Beige", "", ()), ("Force Striped Hoop", "Silver", "", ()))
    order = _order(7, now - timedelta(days=4), [bag, replace(earrings, unavailable=True)])
    sent = now - timedelta(days=2)
    expected = now.date() + timedelta(days=1)
    return _sent(order, sent - timedelta(hours=22), sent, 7, expected_from=expected, expected_to=expected)


def _warranty(now: datetime) -> Order:
    lines = _lines(("Le Cagole Small Shoulder Bag", "Black", "", ()))
    bought = _months_ago(now, 14)
    order = _order(8, bought, lines)
    days = (now - bought).days - 5
    return _delivered_days_ago(order, now, days, 8)


def _old(now: datetime) -> Order:
    lines = _lines(("Hourglass XS Handbag", "Grey", "", ()), ("Cash Square Folded", "Black", "", (Flag.SALE,)))
    bought = _months_ago(now, 40)
    order = _order(9, bought, lines)
    return _delivered_days_ago(order, now, (now - bought).days - 6, 9)


def _tangled(now: datetime) -> Order:
    """Of two parcels one came, and some of it goes back and was refunded; the other could not be delivered yet."""
    coat, trainers, belt = _lines(
        ("Hourglass Single-Breasted Coat", "Black", "36", ()),
        ("Triple S Trainers", "Beige", "38", ()),
        ("Le Cagole Studded Belt", "Black", "75", ()),
    )
    order = _order(10, now - timedelta(days=12), [coat, trainers, belt])
    first, second = now - timedelta(days=10), now - timedelta(days=5)
    arrived = now - timedelta(days=8)
    asked = now - timedelta(days=6)
    today, tomorrow = now.date(), now.date() + timedelta(days=1)
    failed = (
        Attempt(now - timedelta(days=2, hours=3), "nobody_home"),
        Attempt(now - timedelta(days=1, hours=2), "nobody_home"),
    )
    return replace(
        order,
        status=Status.DISPATCHED,
        prepared_at=first - timedelta(hours=15),
        dispatched_at=first,
        shipments=(
            ups(10, ["2", "3"], first, delivered_at=arrived, attempts=(Attempt(arrived, "delivered"),)),
            ups(11, ["1"], second, expected_from=today, expected_to=tomorrow, attempts=failed),
        ),
        payments=(
            payment(*CARD, order.placed_at, order.total, [(first, trainers.price + belt.price), (second, coat.price)]),
        ),
        returns=(
            Return(f"{order.number}-R1", ("3",), asked, received_at=asked + timedelta(days=2),
                   decided_at=asked + timedelta(days=3), accepted=True),
            Return(f"{order.number}-R2", ("2",), now - timedelta(days=3)),
        ),
        refunds=(Refund(f"{order.number}-F1", belt.price, asked + timedelta(days=4), *CARD),),
        invoice_url=f"https://shop.example/invoices/{order.number}.pdf",
    )  # fmt: skip


def _months_ago(now: datetime, months: int) -> datetime:
    """The same day of the month, or the last that it has."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    for day in (now.day, 30, 29, 28):
        try:
            return now.replace(year=year, month=month + 1, day=min(day, now.day))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
