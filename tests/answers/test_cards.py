"""Cards of orders as the customer reads them: worded in every language, and never more than the order tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone
from typing import Any

import pytest

from concierge.answers.cards import worded
from concierge.demo.orders import demo_orders
from concierge.dialogue.order_card import cards
from concierge.languages.registry import complete, locale_of
from concierge.orders.model import Order
from tests.openapi import CHANNELS

TODAY = date(2026, 11, 28)
ORDERS = {order.number: order for order in demo_orders(TODAY, datetime(2026, 11, 28, 12, tzinfo=timezone.utc))}


def shown(order: Order, language: str = "en", **more: bool) -> list[dict[str, Any]]:
    return [worded(card, locale_of(language, "EU"), TODAY) for card in cards(order, **more)]


def test_a_parcel_on_its_way() -> None:
    (card,) = shown(ORDERS["BA10000003"])
    assert (card["title"], card["subtitle"]) == ("On its way", "BA10000003")
    assert card["lead"] == {"label": "Expected", "value": "30 November"}
    assert [step["title"] for step in card["steps"]] == ["Confirmed", "Being prepared", "On its way", "Delivered"]
    assert [step["done"] for step in card["steps"]] == [True, True, True, False]
    assert card["link"] == "Follow the parcel"
    assert card["url"].startswith("https://")
    assert all(piece["detail"] and piece["value"] for piece in card["items"])
    assert "lead" not in shown(ORDERS["BA10000003"], late=True)[0], "a day that is over is not expected"


def test_a_piece_has_its_picture_where_the_order_names_one() -> None:
    order = ORDERS["BA10000003"]
    address = "https://images.house.example/track.jpg"
    first, *others = order.lines
    (card,) = shown(replace(order, lines=(replace(first, picture=address), *others)))
    assert [piece.get("image") for piece in card["items"]] == [address, *[None for _ in others]]


def test_what_is_asked_of_an_order_has_a_card_with_its_number() -> None:
    order = ORDERS["BA10000010"]
    (asked,) = [each for each in order.returns if each.accepted is None]
    card = next(card for card in shown(order, "fr") if card["type"] == "return")
    assert (card["title"], card["subtitle"]) == ("Retour", f"Dossier {asked.id}")
    assert [step["title"] for step in card["steps"]] == ["Enregistré", "Arrivé à notre entrepôt", "Accepté"]
    assert card["steps"][0]["done"]
    assert not card["steps"][-1]["done"]


@pytest.mark.parametrize("language", complete())
def test_every_order_has_cards_as_the_interface_describes_them(language: str) -> None:
    kinds = set()
    for order in ORDERS.values():
        for card in shown(order, language):
            CHANNELS.conforms(card, {"$ref": "#/components/schemas/Card"})
            kinds.add(card["type"])
            words = [card["title"], card["subtitle"], *(step["title"] for step in card["steps"])]
            assert all(words), order.number
            assert not any("_" in each for each in words), f"{order.number}: a code that nobody has worded: {words}"
    assert kinds == {"order", "return", "exchange", "repair"}
