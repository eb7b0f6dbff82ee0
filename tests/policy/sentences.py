"""Reads ``cases/*.yml``: orders told in a few words, and what the house is expected to decide about them.

Zone and region are those of the country where a case does not name them. ``also``: the rules cited after the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from concierge.orders.model import (
    Attempt,
    Category,
    Flag,
    Line,
    Movement,
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
from concierge.policy.reader import Entry, read

CASES = Path(__file__).parent / "cases"
CASE = {
    "name", "kind", "order", "on", "item", "facts", "expect", "because", "also", "missing", "until", "left", "next",
    "notes", "values", "figures",
}  # fmt: skip
ORDER = {
    "bought", "region", "country", "zone", "placed", "prepared", "dispatched", "delivered", "status", "items",
    "parcels", "authorised", "expires", "voided", "charged", "also_paid_by", "taxes", "discounts", "returns", "refunds",
    "repairs", "shipping",
}  # fmt: skip
NOON = time(12)


@dataclass(frozen=True)
class Sentence:
    """One case: ``fields`` as written, ``order`` as built (``None`` for "no order")."""

    name: str
    kind: str
    fields: Mapping[str, Any]
    order: Order | None
    on: datetime

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


def sentences() -> Iterator[Sentence]:
    for file in sorted(CASES.glob("*.yml")):
        top = read(file)
        top.only(("kind", "order", "cases"), file.name)
        for entry in top.entries("cases", file.name):
            entry.only(CASE, entry.get("name", "a case"))
            yield _sentence(top, entry)


def _sentence(top: Entry, entry: Entry) -> Sentence:
    told = entry.get("order", {})
    order = None if told == "none" else build({**top.get("order", {}), **told})
    zone = ZoneInfo(order.timezone if order else "UTC")
    kind = entry.get("kind") or top.text("kind", "the file")
    return Sentence(entry.text("name", "a case"), kind, entry, order, moment(entry["on"], zone))


def moment(told: Any, zone: ZoneInfo) -> datetime:
    """A day means its noon at the place of delivery."""
    if isinstance(told, datetime):
        assert told.tzinfo is not None, f"write a time zone: {told}"
        return told
    if isinstance(told, date):
        return datetime.combine(told, NOON, zone)
    return moment(datetime.fromisoformat(told), zone)


def build(told: Mapping[str, Any]) -> Order:
    assert set(told) <= ORDER, f"unknown: {set(told) - ORDER}"
    country = told.get("country", "FR")
    zone = ZoneInfo(told.get("zone") or timezone_of(country))

    def at(key: str, source: Mapping[str, Any] = told) -> datetime | None:
        return moment(source[key], zone) if source.get(key) else None

    lines = tuple(_line(index, words) for index, words in enumerate(told.get("items", ["bag"]), 1))
    placed, delivered, dispatched = at("placed"), at("delivered"), at("dispatched")
    dispatched = dispatched or delivered
    placed = placed or dispatched
    assert placed is not None, "an order was placed, dispatched or delivered"
    parcels = tuple(_parcel(parcel, zone) for parcel in told.get("parcels", ()))
    if dispatched and "parcels" not in told:
        held = tuple(line.id for line in lines if not line.unavailable)
        parcels = (Shipment("UPS", "1Z1", lines=held, dispatched_at=dispatched, delivered_at=delivered),)
    return Order(
        number="BA10000099",
        email="claire@example.com",
        country=country,
        region=told.get("region") or region_of(country),
        channel=SalesChannel(told.get("bought", "online")),
        status=Status(told.get("status") or _status(delivered, dispatched, at("prepared"))),
        currency="EUR",
        placed_at=placed,
        lines=lines,
        timezone=str(zone),
        prepared_at=at("prepared"),
        dispatched_at=dispatched,
        delivered_at=delivered,
        shipping_fee=Decimal(told.get("shipping", 0)),
        taxes=Decimal(told.get("taxes", 0)),
        discounts=Decimal(told.get("discounts", 0)),
        payments=_payments(told, placed, zone),
        shipments=parcels,
        returns=tuple(_return(index, each, zone) for index, each in enumerate(told.get("returns", ()))),
        refunds=tuple(_refund(index, each, zone) for index, each in enumerate(told.get("refunds", ()))),
        repairs=tuple(
            Repair(f"C{index}", str(each["item"]), each["status"], moment(each["opened"], zone))
            for index, each in enumerate(told.get("repairs", ()))
        ),
    )


def _status(delivered: Any, dispatched: Any, prepared: Any) -> str:
    if delivered:
        return "delivered"
    return "dispatched" if dispatched else "preparing" if prepared else "confirmed"


def _line(index: int, words: str) -> Line:
    """“2x sale accessory”: two pieces for the price of one line."""
    *special, category = words.split()
    times = next((word for word in special if word.endswith("x")), "1x")
    flags = frozenset(Flag(word) for word in special if word not in ("unavailable", times))
    name = f"the {category} number {index}"
    return Line(
        str(index),
        name,
        "",
        Category(category),
        Decimal(1000),
        flags=flags,
        quantity=int(times[:-1]),
        unavailable="unavailable" in special,
    )


def _parcel(told: Mapping[str, Any], zone: ZoneInfo) -> Shipment:
    attempts = []
    for words in told.get("attempts", ()):
        outcome, day = words.split()
        attempts.append(Attempt(moment(date.fromisoformat(day), zone), outcome))
    return Shipment(
        carrier="UPS",
        tracking="1Z1",
        lines=tuple(map(str, told.get("items", ()))),
        dispatched_at=moment(told["dispatched"], zone) if "dispatched" in told else None,
        expected_to=told.get("expected"),
        delivered_at=moment(told["delivered"], zone) if "delivered" in told else None,
        attempts=tuple(attempts),
    )


def _payments(told: Mapping[str, Any], placed: datetime, zone: ZoneInfo) -> tuple[Payment, ...]:
    """A Visa card, and ``also_paid_by``: other means, each with what it held and paid."""
    means = [("visa", told), *((each["by"], each) for each in told.get("also_paid_by", ()))]
    return tuple(_payment(method, each, placed, zone) for method, each in means if _moved(each))


def _moved(told: Mapping[str, Any]) -> bool:
    return bool(told.get("authorised") or told.get("charged"))


def _payment(method: str, told: Mapping[str, Any], placed: datetime, zone: ZoneInfo) -> Payment:
    """``voided``: when all authorisations but the last one were given back."""
    expires = moment(told["expires"], zone) if "expires" in told else None
    amounts = told.get("authorised", ())
    gone = moment(told["voided"], zone) if "voided" in told else None
    asked = tuple(
        Movement(placed, Decimal(amount), expires, gone if number < len(amounts) else None)
        for number, amount in enumerate(amounts, 1)
    )
    taken = tuple(Movement(moment(each["on"], zone), Decimal(each["amount"])) for each in told.get("charged", ()))
    return Payment(method, "4242" if method == "visa" else "", asked, taken)


def _return(index: int, told: Mapping[str, Any], zone: ZoneInfo) -> Return:
    arrived, decided = told.get("arrived"), told.get("decided")
    return Return(
        id=f"R{index}",
        lines=tuple(map(str, told.get("items", [1]))),
        requested_at=moment(told["asked"], zone),
        kind=told.get("kind", "return"),
        received_at=moment(arrived, zone) if arrived else None,
        decided_at=moment(decided, zone) if decided else None,
        accepted={"yes": True, "no": False}.get(told.get("accepted", "")),
        quantities=tuple(told.get("quantities", ())),
        replacement_delivered_at=moment(told["replaced"], zone) if "replaced" in told else None,
    )


def _refund(index: int, told: Mapping[str, Any], zone: ZoneInfo) -> Refund:
    method, last4 = told["card"].split() if "card" in told else ("", "")
    return Refund(f"F{index}", Decimal(told["amount"]), moment(told["issued"], zone), method, last4)
