"""What rules may ask about an order, an item, or the customer's account of it. One function a fact.

A function returns the value, ``None`` where the thing is known not to be, or ``Missing`` where it is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from concierge.orders.model import Category, Channel, Flag, Line, Return, Status
from concierge.policy import money, parcels
from concierge.policy.situation import UNKNOWABLE, Missing, Situation

ASKED: dict[str, tuple[str, ...]] = {
    "original_condition": ("true", "false"),
    "opened": ("true", "false"),
    "seal_intact": ("true", "false"),
    "country_now": (),  # ISO 3166-1 alpha-2
    "damage_cause": ("defect", "wear", "accident", "misuse", "third_party", "unknown"),
    "problem": ("not_received", "damaged", "wrong_item", "missing_item"),
    "purchase_channel": tuple(channel.value for channel in Channel),
    "purchase_date": (),  # ISO date
    "category": tuple(category.value for category in Category),
    "on_sale": ("true", "false"),
    "proof_of_purchase": ("true", "false"),
    # Volunteered by the customer, never asked for: they settle original_condition.
    "worn": ("true", "false"),
    "tags_on": ("true", "false"),
    "original_packaging": ("true", "false"),
    "altered_by_third_party": ("true", "false"),
}
"""What a customer may be asked, with the answers; every one also takes "unknown"."""


@dataclass(frozen=True)
class Fact:
    """``type``: bool, text or date. ``choices``: all values of a text, where they are a closed set."""

    name: str
    type: str
    read: Callable[[Situation], Any]
    choices: tuple[str, ...] = ()


def given(at: Situation, name: str) -> Any:
    """The customer's answer; "unknown" can only be resolved by a person."""
    value = at.given.get(name)
    if value is None:
        return Missing(name)
    return UNKNOWABLE if value == "unknown" else value


def _answered(at: Situation, name: str, wanted: bool) -> bool:
    return at.given.get(name) is wanted


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
    return at.day(at.order.placed_at) if at.order else _given_date(at, "purchase_date")


def _given_date(at: Situation, name: str) -> Any:
    value = given(at, name)
    return date.fromisoformat(value) if isinstance(value, str) else value


def _warranty_from(at: Situation) -> Any:
    """From delivery where it is known: never earlier than the customer could use the item."""
    delivered = _delivered_on(at)
    return delivered if isinstance(delivered, date) else _purchased_on(at)


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


def _opened(at: Situation) -> Any:
    def read(line: Line) -> Any:
        if Flag.OPENED in line.flags or Flag.USED in line.flags or _answered(at, "worn", True):
            return True
        return given(at, "opened")

    return at.each(read)


def _seal_intact(at: Situation) -> Any:
    return at.each(lambda line: False if Flag.SEAL_BROKEN in line.flags else given(at, "seal_intact"))


_SPOILT = {Flag.USED, Flag.ALTERED, Flag.SEAL_BROKEN, Flag.OPENED}
_BAD = (("worn", True), ("tags_on", False), ("original_packaging", False), ("altered_by_third_party", True))


def _original(at: Situation) -> Any:
    """Unused, unaltered, with tags, seal and packaging: one question, unless the answers are known already."""

    def read(line: Line) -> Any:
        if line.flags & _SPOILT or any(_answered(at, name, bad) for name, bad in _BAD):
            return False
        if all(_answered(at, name, not bad) for name, bad in _BAD[:3]):
            return True
        return given(at, "original_condition")

    return at.each(read)


def _elsewhere(at: Situation) -> Any:
    """Whether the customer said that the item is in another country than the one it was bought for."""
    now = at.given.get("country_now")
    return bool(at.order and now and now != "unknown" and str(now).upper() != at.order.country.upper())


def _cross_border(at: Situation) -> Any:
    """Whether a repair would cross the border of a country with legal constraints; asked only where it may."""
    constrained = at.figure("repairs.cross_border").value
    now = at.given.get("country_now")
    if at.order is None:
        return bool(now and str(now).upper() in constrained)
    bought = at.order.country.upper()
    if now is None:
        return Missing("country_now") if bought in constrained else False
    if now == "unknown":
        return UNKNOWABLE if bought in constrained else False
    now = str(now).upper()
    return now != bought and (now in constrained or bought in constrained)


def _country(at: Situation) -> Any:
    return at.order.country.upper() if at.order else str(at.given.get("country_now") or "").upper() or None


def _damage(at: Situation) -> Any:
    if _answered(at, "altered_by_third_party", True):
        return "third_party"
    value = at.given.get("damage_cause")
    if value is None and at.order and at.line and Flag.ALTERED in at.line.flags:
        return "third_party"
    return Missing("damage_cause") if value is None else value


def _return_state(at: Situation) -> Any:
    return at.each(lambda line: return_state(at, line)) if at.order else "none"


def returns_of(at: Situation, line: Line | None) -> list[Return]:
    """The returns of a line, or of the whole order, oldest first."""
    returns = at.order.returns if at.order else ()
    if not returns:
        return []
    mine = [item for item in returns if line is None or line.id in item.lines]
    return sorted(mine, key=lambda item: item.requested_at)


def return_state(at: Situation, line: Line) -> str:
    returns = returns_of(at, line)
    if not returns:
        return "none"
    last = returns[-1]
    if last.accepted is False:
        return "refused"
    if last.kind == "exchange":
        return "exchanged" if last.accepted else "exchange_open"
    return "received" if last.received_at or last.accepted else "requested"


def _exchanged_before(at: Situation) -> Any:
    def read(line: Line) -> bool:
        return any(item.kind == "exchange" and item.accepted for item in returns_of(at, line))

    return at.each(read) if at.order else False


def _repair_open(at: Situation) -> Any:
    def read(line: Line) -> bool:
        return open_repair(at, line) is not None

    return at.each(read) if at.order and at.order.repairs else False


def open_repair(at: Situation, line: Line) -> Any:
    """The repair under way, if any."""
    for repair in at.order.repairs if at.order else ():
        if repair.line == line.id and repair.status not in ("sent_back", "declined"):
            return repair
    return None


def _overdue(at: Situation) -> bool:
    expected = parcels.expected_on(at)
    return expected is not None and at.today > expected


def _withdrawable(at: Situation) -> bool:
    """Whether the law lets the customer withdraw from some item: what is made for one person is excepted."""
    made = {Flag.PERSONALISED, Flag.MADE_TO_ORDER}
    return any(not line.unavailable and not line.flags & made for line in at.lines)


_EXCLUDED = {
    Flag.PERSONALISED: "customised",
    Flag.MADE_TO_ORDER: "customised",
    Flag.PRESS_SAMPLE: "press_sample",
    Flag.FRIENDS_AND_FAMILY: "friends_and_family",
}
EXCLUSIONS = ("category", "sale", "customised", "press_sample", "friends_and_family")


def _repair_exclusion(at: Situation) -> Any:
    """Why the house does not repair this item, one of ``EXCLUSIONS``, or ``None``."""
    excluded = at.figure("repairs.excluded_categories").value
    if at.order is None:
        category, sale = given(at, "category"), given(at, "on_sale")
        if isinstance(category, Missing) or category in excluded:
            return category if isinstance(category, Missing) else "category"
        return sale if isinstance(sale, Missing) else ("sale" if sale else None)

    def read(line: Line) -> str | None:
        if line.category.value in excluded:
            return "category"
        for flag, name in _EXCLUDED.items():
            if flag in line.flags:
                return name
        return "sale" if Flag.SALE in line.flags else None

    return at.each(read)


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
        Fact("original_condition", "bool", _original),
        Fact("opened", "bool", _opened),
        Fact("seal_intact", "bool", _seal_intact),
        Fact("elsewhere", "bool", _elsewhere),
        Fact("cross_border", "bool", _cross_border),
        Fact("damage_cause", "text", _damage, ASKED["damage_cause"]),
        Fact("problem", "text", lambda at: given(at, "problem"), ASKED["problem"]),
        Fact(
            "return_state",
            "text",
            _return_state,
            ("none", "requested", "received", "refused", "exchange_open", "exchanged"),
        ),
        Fact("exchanged_before", "bool", _exchanged_before),
        Fact("repair_open", "bool", _repair_open),
        Fact("parcel", "text", parcels.state, parcels.STATES),
        Fact("expected_on", "date", parcels.expected_on),
        Fact("arrived_on", "date", parcels.any_delivered_on),
        Fact("overdue", "bool", _overdue),
        Fact("withdrawable", "bool", _withdrawable),
        Fact("repair_exclusion", "text", _repair_exclusion, EXCLUSIONS),
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
