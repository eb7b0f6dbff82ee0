"""What rules may ask about an order, an item, or the customer's account of it. One function a fact.

A function returns the value, ``None`` where the thing is known not to be, or ``Missing`` where it is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from concierge.orders.model import Flag, Line, Status
from concierge.orders.places import law_of
from concierge.policy import charges, items, parcels, refunds
from concierge.policy.answers import ASKED, given, stated
from concierge.policy.situation import Missing, Situation

Read = Callable[[Situation], Any]


@dataclass(frozen=True)
class Fact:
    """``type``: bool, text or date. ``choices``: all values of a text, where they are a closed set."""

    name: str
    type: str
    says: str
    read: Read
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
    if order.status is Status.DISPATCHED and parcels.all_delivered(at):
        return "delivered"
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
    return at.each(lambda line: items.replaced_on(at, line) or parcels.delivered_on(at, line))


def _replaced_on(at: Situation) -> Any:
    return at.each(lambda line: items.replaced_on(at, line)) if at.order else None


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
    country = at.order.country if at.order else str(at.given.get("country_now") or "")
    return law_of(country.upper()) or None


def _return_state(at: Situation) -> Any:
    return at.each(lambda line: items.return_state(at, line)) if at.order else "none"


def _repair_open(at: Situation) -> Any:
    def read(line: Line) -> bool:
        return items.open_repair(at, line) is not None

    return at.each(read) if at.order and at.order.repairs else False


def _expected_ahead(at: Situation) -> bool:
    expected = parcels.expected_on(at)
    return expected is not None and at.today <= expected


def _has_made_to_order(at: Situation) -> bool:
    return any(Flag.MADE_TO_ORDER in line.flags for line in at.lines)


def _has_unavailable(at: Situation) -> bool:
    return any(line.unavailable for line in at.lines)


def _some_delivered(at: Situation) -> bool:
    return at.order is not None and parcels.some_delivered(at)


def _shipping_paid(at: Situation) -> bool:
    return at.order is not None and at.order.shipping_fee > 0


def _withdrawable(at: Situation) -> bool:
    """Whether the law lets the customer withdraw from some item: what is made for one person is excepted."""
    made = {Flag.PERSONALISED, Flag.MADE_TO_ORDER}
    return any(not line.unavailable and not line.flags & made for line in at.lines)


def _day_of(read: Callable[[Situation], datetime | None]) -> Callable[[Situation], Any]:
    def day(at: Situation) -> Any:
        moment = read(at)
        return at.day(moment) if moment else None

    return day


def _refund_paid_by_card(at: Situation) -> bool:
    cards = {(refund.method, refund.last4) for refund in refunds.told(at)}
    return len(cards) == 1 and all(cards.pop())


def _bool(name: str, says: str, read: Read) -> Fact:
    return Fact(name, "bool", says, read)


def _date(name: str, says: str, read: Read) -> Fact:
    return Fact(name, "date", says, read)


def _text(name: str, says: str, read: Read, choices: tuple[str, ...] = ()) -> Fact:
    return Fact(name, "text", says, read, choices)


_ALL = (
    # the order
    _text("channel", "where it was bought", _channel, ASKED["purchase_channel"]),
    _text("region", "whose policies apply", lambda at: at.region),
    _text("country", "country whose law holds where it was delivered, two letters", _country),
    _text("stage", "how far the order is", _stage, tuple(status.value for status in Status)),
    _date("purchased_on", "day of the purchase", _purchased_on),
    _date("last_delivery", "day the last item arrived; today while one is still to come", _last_delivery),
    _bool("some_delivered", "something of the order has arrived", _some_delivered),
    _bool("withdrawable", "some item was not made for this customer alone", _withdrawable),
    _bool("has_unavailable_items", "some item could not be shipped", _has_unavailable),
    _bool("has_made_to_order_items", "some item is made to order", _has_made_to_order),
    _bool("shipping_paid", "the customer paid for the delivery", _shipping_paid),
    # the item
    _text("category", "what it is", _category, ASKED["category"]),
    _text("item_stage", "where the item is", _item_stage, parcels.ITEM_STAGES),
    _date("delivered_on", "day the item arrived, or its replacement after an exchange", _delivered_on),
    _date("warranty_from", "day the item arrived, or was bought where that is not known", _warranty_from),
    _bool("personalised", "it was personalised", _flag(Flag.PERSONALISED)),
    _bool("made_to_order", "it was made to order", _flag(Flag.MADE_TO_ORDER)),
    _bool("friends_and_family", "it was bought in a friends and family sale", _flag(Flag.FRIENDS_AND_FAMILY)),
    _bool("on_sale", "it was bought in a sale or promotion", _on_sale),
    _text("repair_exclusion", "why the house does not repair it", items.repair_exclusion, items.EXCLUSIONS),
    _text("return_state", "how far its latest return is", _return_state, items.RETURN_STATES),
    _bool("exchanges_used_up", "its size or colour was exchanged as often as may be", items.exchanges_used_up),
    _date("replaced_on", "day the replacement of its latest exchange arrived", _replaced_on),
    _bool("part_returned", "some of its pieces are in a return, others are not", items.part_returned),
    _bool("repair_open", "a repair of it is under way", _repair_open),
    # what the customer tells
    _bool("original_condition", "unused and unaltered, with tags, seal and packaging", items.original),
    _bool("opened", "the fragrance was opened, used or unwrapped", items.opened),
    _bool("seal_intact", "the hygiene seal is unbroken", items.seal_intact),
    _text("damage_cause", "what happened to it", items.damage, ASKED["damage_cause"]),
    _text("problem", "what is wrong with the delivery", lambda at: given(at, "problem"), ASKED["problem"]),
    _bool("proof_of_purchase", "there is an order, a receipt or an invoice", _proof),
    _bool("elsewhere", "it is in another country than it was bought for", items.elsewhere),
    _bool("cross_border", "legal constraints stand between its country and that of the purchase", items.cross_border),
    _bool("own_courier", "the customer uses another courier", lambda at: stated(at, "own_courier")),
    _bool("lost_label", "the return label was lost", lambda at: stated(at, "lost_label")),
    # the parcel
    _text("parcel", "where the parcel is", parcels.state, parcels.STATES),
    _date("expected_on", "last day on which the parcel was expected", parcels.expected_on),
    _bool("expected_ahead", "that day is today or still to come", _expected_ahead),
    _date("arrived_on", "day the parcel arrived", parcels.any_delivered_on),
    # the money
    _text("charge", "what happened to the payment", charges.charge_state, charges.CHARGES),
    _bool("taxes_added", "taxes came on top of the prices", charges.taxes_added),
    _bool("discounted", "something was taken off the whole order", charges.discounted),
    _bool("has_refunds", "something of the order was refunded", lambda at: bool(at.order and at.order.refunds)),
    _text("refund", "how far the refund is", refunds.refund_state, refunds.REFUNDS),
    _bool("refund_to_card", "the refund went to a known card", _refund_paid_by_card),
    _bool("earlier_refund", "another return of the order was refunded", refunds.earlier),
    _date("return_received_on", "day the return arrived", _day_of(refunds.return_received_at)),
    _date("return_decided_on", "day the return was accepted or not", _day_of(refunds.return_decided_at)),
)
FACTS = {fact.name: fact for fact in _ALL}
