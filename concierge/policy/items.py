"""What is special about an item: its condition, its history, and what the customer says happened to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from concierge.orders.model import Flag, Line, Repair, Return
from concierge.policy.answers import given, stated
from concierge.policy.situation import UNKNOWABLE, Missing, Situation


def opened(at: Situation) -> Any:
    """Whether it was opened or used, by the order or what the customer said; ``Missing`` where it must be asked."""

    def read(line: Line) -> Any:
        if Flag.OPENED in line.flags or Flag.USED in line.flags or stated(at, "worn"):
            return True
        return given(at, "opened")

    return at.each(read)


def seal_intact(at: Situation) -> Any:
    """As ``opened``, of the hygiene seal."""
    return at.each(lambda line: False if Flag.SEAL_BROKEN in line.flags else given(at, "seal_intact"))


_SPOILT = {Flag.USED, Flag.ALTERED, Flag.SEAL_BROKEN, Flag.OPENED}
_BAD = (("worn", True), ("tags_on", False), ("original_packaging", False), ("altered_by_third_party", True))


def original(at: Situation) -> Any:
    """Unused, unaltered, with tags, seal and packaging: one question, unless the answers are known already."""

    def read(line: Line) -> Any:
        if line.flags & _SPOILT or any(stated(at, name, bad) for name, bad in _BAD):
            return False
        if all(stated(at, name, not bad) for name, bad in _BAD[:3]):
            return True
        return given(at, "original_condition")

    return at.each(read)


def elsewhere(at: Situation) -> Any:
    """Whether the customer said that the item is in another country than the one it was bought for."""
    now = at.given.get("country_now")
    return bool(at.order and now and now != "unknown" and str(now).upper() != at.order.country.upper())


def cross_border(at: Situation) -> Any:
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


def damage(at: Situation) -> Any:
    """The cause, one of ``ASKED["damage_cause"]``; ``Missing`` where the customer must be asked."""
    if stated(at, "altered_by_third_party"):
        return "third_party"
    value = at.given.get("damage_cause")
    if value is None and at.order and at.line and Flag.ALTERED in at.line.flags:
        return "third_party"
    return Missing("damage_cause") if value is None else value


_EXCLUDED = {
    Flag.PERSONALISED: ("customised", "customised"),
    Flag.MADE_TO_ORDER: ("customised", "customised"),
    Flag.PRESS_SAMPLE: ("press_sample", "press_samples"),
    Flag.FRIENDS_AND_FAMILY: ("friends_and_family", "friends_and_family"),
    Flag.SALE: ("sale", "promotions"),
}
"""What a flag leads to, and its name in the house's list of excluded purchases. The first of several is told."""
EXCLUSIONS = ("category", "sale", "customised", "press_sample", "friends_and_family")


def repair_exclusion(at: Situation) -> Any:
    """Why the house does not repair this item, one of ``EXCLUSIONS``, or ``None``."""
    categories = at.figure("repairs.excluded_categories").value
    purchases = at.figure("repairs.excluded_purchases").value
    if at.order is None:
        category = given(at, "category")
        sale = given(at, "on_sale") if "promotions" in purchases else False
        if isinstance(category, Missing) or category in categories:
            return category if isinstance(category, Missing) else "category"
        return sale if isinstance(sale, Missing) else ("sale" if sale else None)

    def read(line: Line) -> str | None:
        if line.category.value in categories:
            return "category"
        found = (name for flag, (name, listed) in _EXCLUDED.items() if flag in line.flags and listed in purchases)
        return next(found, None)

    return at.each(read)


RETURN_STATES = ("none", "requested", "received", "refused", "exchange_open", "exchanged")


def returns_of(at: Situation, line: Line | None) -> list[Return]:
    """The returns of a line, or of the whole order, oldest first."""
    returns = at.order.returns if at.order else ()
    if not returns:
        return []
    mine = [item for item in returns if line is None or line.id in item.lines]
    return sorted(mine, key=lambda item: item.requested_at)


def return_state(at: Situation, line: Line) -> str:
    """Of the latest return or exchange: none, requested, exchange_open, received, exchanged or refused.

    Where some of a line's pieces came back and others did not, the state is that of those which did not.
    """
    returns = returns_of(at, line)
    if at.order and at.order.left_to_return(line):
        returns = [item for item in returns if item.kind == "exchange" or item.accepted is False]
    if not returns:
        return "none"
    last = returns[-1]
    if last.accepted is False:
        return "refused"
    if last.kind == "exchange":
        return "exchanged" if last.accepted else "exchange_open"
    return "received" if last.received_at or last.accepted else "requested"


def part_returned(at: Situation) -> Any:
    """Whether some pieces of the line are in a return, and others are not."""

    def read(line: Line) -> bool:
        return at.order is not None and 0 < at.order.left_to_return(line) < line.quantity

    return at.each(read) if at.order else False


def exchanges_used_up(at: Situation) -> Any:
    """Whether it was exchanged as often as it may be."""
    most: int = at.figure("exchanges.times").value

    def read(line: Line) -> bool:
        return sum(item.kind == "exchange" and item.accepted is True for item in returns_of(at, line)) >= most

    return at.each(read) if at.order else False


def replaced_on(at: Situation, line: Line) -> date | None:
    """The day the replacement of its latest exchange arrived; ``None`` without one, and where that is not known."""
    done = [item for item in returns_of(at, line) if item.kind == "exchange" and item.accepted]
    moment = done[-1].replacement_delivered_at if done else None
    return at.day(moment) if moment and moment <= at.now else None


def open_repair(at: Situation, line: Line) -> Repair | None:
    """The repair under way, if any."""
    for repair in at.order.repairs if at.order else ():
        if repair.line == line.id and repair.status not in ("sent_back", "declined"):
            return repair
    return None
