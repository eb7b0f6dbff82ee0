"""A card in the customer's language: the words around what ``concierge/dialogue/order_card.py`` tells of an order.

The one place where cards are worded. What comes out is the ``Card`` of ``concierge/channels/openapi.yml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_interval

from concierge.answers import values


def worded(card: Mapping[str, Any], locale: Locale, today: date) -> dict[str, Any]:
    """``card`` as the dialogue tells it, with a word for every code and every day written out."""

    def word(name: str) -> str:
        return values.name("card", name, locale)

    kind = card["type"]
    title = values.name("order_state", card["state"], locale) if kind == "order" else word(kind)
    found: dict[str, Any] = {
        "type": kind,
        "title": title[:1].upper() + title[1:],
        "subtitle": card["number"] if kind == "order" else f"{word('case_number')} {card['case_number']}",
        "items": [piece(each, locale) for each in card["items"]],
        "steps": [_step(each, kind, locale, today) for each in card["steps"]],
        "buttons": [],
    }
    if card.get("expected"):
        label = "ready_by" if kind == "repair" else "expected"
        found["lead"] = {"label": word(label), "value": _days(card["expected"], locale, today)}
    elif card.get("delivered"):
        found["lead"] = {"label": word("delivered_on"), "value": values.day(card["delivered"], locale, today)}
    rows = {"replacement": card.get("replacement"), "carrier": card.get("carrier"), "tracking": card.get("tracking")}
    found["rows"] = [{"label": word(name), "value": value} for name, value in rows.items() if value]
    if card.get("url"):
        found |= {"url": card["url"], "link": word("follow_parcel")}
    return found


def piece(line: Mapping[str, Any], locale: Locale) -> dict[str, str]:
    """One line of an order, as ``CardItem``."""
    count = f"{line['quantity']} × " if line["quantity"] > 1 else ""
    detail = ", ".join(part for part in (line["colour"], line["size"]) if part)
    found = {"title": count + line["product"], "detail": detail, "value": values.money(line["amount"], locale)}
    picture = line.get("picture")  # not in what was told before there were pictures
    return {**found, "image": picture} if picture else found


def _step(step: Mapping[str, Any], kind: str, locale: Locale, today: date) -> dict[str, Any]:
    names = {"order": "order_state", "repair": "repair_status"}.get(kind, "return_step")
    title = values.name(names, step["step"], locale)
    when = values.day(step["date"], locale, today) if step["date"] else ""
    return {"title": title[:1].upper() + title[1:], "value": when, "done": step["done"]}


def _days(days: list[str], locale: Locale, today: date) -> str:
    """“2 December”, “2–4 December”."""
    if len(days) == 1:
        return values.day(days[0], locale, today)
    first, last = (date.fromisoformat(each) for each in days)
    skeleton = "MMMMd" if last.year == today.year else "yMMMMd"
    return str(format_interval(first, last, skeleton, locale=locale))
