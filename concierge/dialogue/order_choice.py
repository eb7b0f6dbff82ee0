"""Which of their orders a signed-in customer means: by item, by day, by its place in the list, or the latest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from concierge.dialogue.line_choice import item_score, said_of_items
from concierge.dialogue.turn import Turn
from concierge.languages import lexicon
from concierge.memory.date_expressions import a_span
from concierge.orders.model import Order

MOST_BUTTONS = 5
_WORD = re.compile(r"\w+")
_PLACES = ("first", "second", "third", "fourth", "fifth")


def options(orders: Sequence[Order], language: str) -> list[dict[str, str]]:
    """The newest orders as buttons: number, day and items."""
    return [_button(order, language) for order in orders[:MOST_BUTTONS]]


def meant(turn: Turn, orders: Sequence[Order], listed: bool = False) -> Order | None:
    """The one order that the words mean; ``orders`` are the newest first, ``listed`` when their buttons were shown."""
    left = list(orders)
    words = {word.casefold() for word in _WORD.findall(turn.text)}
    today = _day(turn.now, orders[0]) if orders else None  # where the orders are: there it may be tomorrow already
    span = a_span(turn.text, today or turn.now.date(), month_first=turn.get("region") == "US")
    if span is not None:
        left = _placed(left, *span)
    scores = [(max(item_score(said_of_items(turn), line) for line in order.lines), order) for order in left]
    best = max((score for score, _ in scores), default=0)
    if best:
        left = [order for score, order in scores if score == best]
    if span is None and words & (lexicon.words("latest") | lexicon.words("ordinals", "last")):
        return left[0] if left else None
    if span is None and words & lexicon.words("oldest"):
        return left[-1] if left else None
    if span is None and listed and not best:
        place = next((n for n, name in enumerate(_PLACES) if words & lexicon.words("ordinals", name)), None)
        return left[place] if place is not None and place < min(len(left), MOST_BUTTONS) else None
    return left[0] if len(left) == 1 and (best or span is not None) else None


def _placed(orders: Sequence[Order], first: date, last: date) -> list[Order]:
    """Those placed in these days, else those that arrived in them."""
    for moment in ("placed_at", "delivered_at"):
        found = [order for order in orders if (day := _day(getattr(order, moment), order)) and first <= day <= last]
        if found:
            return found
    return []


def _day(moment: datetime | None, order: Order) -> date | None:
    return moment.astimezone(ZoneInfo(order.timezone)).date() if moment else None


def _button(order: Order, language: str) -> dict[str, Any]:
    day = format_date(_day(order.placed_at, order), "d MMMM", locale=language)
    items = ", ".join(line.product for line in order.lines)
    return {"title": f"{order.number}, {day}: {items}", "payload": f'/inform{{"choice": "{order.number}"}}'}
