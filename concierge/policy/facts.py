"""What rules may ask about an order, an item, or the customer's account of it. One function a fact.

A function returns the value, ``None`` where the thing is known not to be, or ``Missing`` where it is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from concierge.orders.model import Flag, Line, Status
from concierge.policy import items, money, parcels
from concierge.policy.answers import ASKED, given, told
from concierge.policy.situation import Missing, Situation


@dataclass(frozen=True)
class Fact:
    """``type``: bool, text or date. ``choices``: all values of a text, where they are a closed set."""

    name: str
    type: str
    read: Callable[[Situation], Any]
    choices: tuple[str, ...] = ()


def _flag(flag: Flag) -> Callable[[Situation], Any]:
    def read(at: Situation) -> Any:
        return at.each(lambda line: flag in line.flags) if at.order else False

    return read


def _stage(at: Situation) -> Any:
    order = at.order
    if order is None:
        return None
    if order.status is Status.CONFIRMED and order.prepared_at is not None and order.prepared_at <= at.now:
        return "preparing"
    return order.status.value


def _item_stage(at: Situation) -> Any:
    if at.order is None:
        return "delivered"  # bought elsewhere and in the customer's hands
    if at.order.status is Status.CANCELLED:
        return "cancelled"
    return at.each(lambda line: parcels.item_stage(at, line))


def _delivered_on(at: Situation) -> Any:
    if at.order is None:
        return None
    return at.each(lambda line: parcels.delivered_on(at, line))


def _purchased_on(at: Situation) -> Any:
    return at.day(at.order.placed_at) if at.order else given(at, "purchase_date")


def _warranty_from(at: Situation) -> Any:
    """From delivery where it is known: never earlier than the customer could use the item."""
    delivered = _delivered_on(at)
    if isinstance(delivered, date) or (isinstance(delivered, Missing) and delivered.ask):
        return delivered
    return _purchased_on(at)


def _last_delivery(at: Situation) -> Any:
    return parcels.last_delivery(at) if at.order else None


def _channel(at: Situation) -> Any:
    return at.order.channel.value if at.order else given(at, "purchase_channel")


def _category(at: Situation) -> Any:
    return at.each(lambda line: line.category.value) if at.order else given(at, "category")


def _on_sale(at: Situation) -> Any:
    return at.each(lambda line: Flag.SALE in line.flags) if at.order else given(at, "on_sale")


def _proof(at: Situation) -> Any:
    return True if at.order else given(at, "proof_of_purchase")


def _country(at: Situation) -> Any:
    return at.order.country.upper() if at.order else str(at.given.get("country_now") or "").upper() or None


def _return_state(at: Situation) -> Any:
    return at.each(lambda line: items.return_state(at, line)) if at.order else "none"


def _exchanged_before(at: Situation) -> Any:
    def read(line: Line) -> bool:
        return any(item.kind == "exchange" and item.accepted for item in items.returns_of(at, line))

    return at.each(read) if at.order else False


def _repair_open(at: Situation) -> Any:
    def read(line: Line) -> bool:
        return items.open_repair(at, line) is not None

    return at.each(read) if at.order and at.order.repairs else False


def _overdue(at: Situation) -> bool:
    expected = parcels.expected_on(at)
    return expected is not None and at.today > expected


def _withdrawable(at: Situation) -> bool:
    """Whether the law lets the customer withdraw from some item: what is made for one person is excepted."""
    made = {Flag.PERSONALISED, Flag.MADE_TO_ORDER}
    return any(not line.unavailable and not line.flags & made for line in at.lines)


def _day_of(read: Callable[[Situation], datetime | None]) -> Callable[[Situation], Any]:
    def day(at: Situation) -> Any:
        moment = read(at)
        return at.day(moment) if moment else None

    return day


def _refund_paid_by_card(at: Situation) -> Any:
    refund = money.latest_refund(at)
    return bool(refund and refund.last4 and refund.method)


def _facts() -> dict[str, Fact]:
    flags = {
        flag.value: Fact(flag.value, "bool", _flag(flag))
        for flag in (Flag.PERSONALISED, Flag.MADE_TO_ORDER, Flag.PRESS_SAMPLE, Flag.FRIENDS_AND_FAMILY)
    }
    stages = tuple(status.value for status in Status)
    others = (
        Fact("channel", "text", _channel, ASKED["purchase_channel"]),
        Fact("region", "text", lambda at: at.region),
        Fact("country", "text", _country),
        Fact("stage", "text", _stage, stages),
        Fact("item_stage", "text", _item_stage, parcels.ITEM_STAGES),
        Fact("category", "text", _category, ASKED["category"]),
        Fact("on_sale", "bool", _on_sale),
        Fact("proof_of_purchase", "bool", _proof),
        Fact("purchased_on", "date", _purchased_on),
        Fact("delivered_on", "date", _delivered_on),
        Fact("last_delivery", "date", _last_delivery),
        Fact("warranty_from", "date", _warranty_from),
        Fact("original_condition", "bool", items.original),
        Fact("opened", "bool", items.opened),
        Fact("seal_intact", "bool", items.seal_intact),
        Fact("own_courier", "bool", lambda at: told(at, "own_courier")),
        Fact("lost_label", "bool", lambda at: told(at, "lost_label")),
        Fact("shipping_paid", "bool", lambda at: bool(at.order and at.order.shipping_fee > 0)),
        Fact("elsewhere", "bool", items.elsewhere),
        Fact("cross_border", "bool", items.cross_border),
        Fact("damage_cause", "text", items.damage, ASKED["damage_cause"]),
        Fact("problem", "text", lambda at: given(at, "problem"), ASKED["problem"]),
        Fact(
            "return_state",
            "text",
            _return_state,
            items.RETURN_STATES,
        ),
        Fact("exchanged_before", "bool", _exchanged_before),
        Fact("repair_open", "bool", _repair_open),
        Fact("parcel", "text", parcels.state, parcels.STATES),
        Fact("expected_on", "date", parcels.expected_on),
        Fact("arrived_on", "date", parcels.any_delivered_on),
        Fact("overdue", "bool", _overdue),
        Fact("withdrawable", "bool", _withdrawable),
        Fact("repair_exclusion", "text", items.repair_exclusion, items.EXCLUSIONS),
        Fact("has_unavailable_items", "bool", lambda at: any(line.unavailable for line in at.lines)),
        Fact("charge", "text", money.charge_state, money.CHARGES),
        Fact("refund", "text", money.refund_state, money.REFUNDS),
        Fact("refund_to_card", "bool", _refund_paid_by_card),
        Fact("earlier_refund", "bool", lambda at: money.earlier_refund(at) is not None),
        Fact("return_received_on", "date", _day_of(money.return_received_at)),
        Fact("return_decided_on", "date", _day_of(money.return_decided_at)),
    )
    return {**flags, **{fact.name: fact for fact in others}}


FACTS = _facts()
