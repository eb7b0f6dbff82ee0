"""What an item is exchanged for: by the customer's words, from what is in stock."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from concierge.dialogue import exchange_choice, variant_choice
from concierge.orders import OrdersUnavailable
from concierge.orders.model import Category, Line, Variant

TRAINERS = Line("1", "Track Trainers", "Track", Category.SHOES, Decimal(895), "38", "Black")
HOODIE = Line("1", "Hoodie", "", Category.READY_TO_WEAR, Decimal(950), "S", "Grey")
SHOES = [
    Variant(size, colour, (size, colour) != ("40", "Black"), Decimal(945 if "White" in colour else 895))
    for colour in ("Black", "Dark Grey", "White and Orange")
    for size in ("37", "38", "38.5", "39", "40")
]
HOODIES = [Variant(size, colour, True) for colour in ("Grey", "Black") for size in ("XS", "S", "M", "L")]


@pytest.mark.parametrize(
    ("text", "line", "title"),
    [
        ("39", TRAINERS, "Black, 39"),
        ("in 38,5 please", TRAINERS, "Black, 38.5"),
        ("one size up", TRAINERS, "Black, 38.5"),
        ("une pointure de plus", TRAINERS, "Black, 38.5"),
        ("eine Nummer kleiner", TRAINERS, "Black, 37"),
        ("dark grey", TRAINERS, "Dark Grey, 38"),
        ("the white ones in 39", TRAINERS, "White and Orange, 39"),
        ("40", TRAINERS, "Black, 40"),
        ("do you have 46", TRAINERS, "Black, 46"),
        ("M", HOODIE, "Grey, M"),
        ("m please", HOODIE, "Grey, M"),
        ("medium, in black", HOODIE, "Black, M"),
        ("I'd like it in size l", HOODIE, "Grey, L"),
        ("talla mediana", HOODIE, "Grey, M"),
        ("l'altra", HOODIE, None),
        ("it's too tight", HOODIE, None),
        ("black 38", TRAINERS, None),
        ("from order BA10000004", TRAINERS, None),
    ],
)
def test_a_wish_is_read(take: Any, text: str, line: Line, title: str | None) -> None:
    found = variant_choice.meant(take(text), text, line, SHOES if line is TRAINERS else HOODIES)
    assert (variant_choice.title(found) if found else None) == title


def test_what_is_not_made_or_sold_out_is_not_available(take: Any) -> None:
    for text in ("40", "46"):
        found = variant_choice.meant(take(text), text, TRAINERS, SHOES)
        assert found is not None
        assert not found.available


def test_choices_begin_with_the_own_colour_in_the_order_of_sizes() -> None:
    there = variant_choice.in_stock(TRAINERS, SHOES)
    assert variant_choice.by_colour(there) == [
        "Black (37, 38.5, 39)",
        "Dark Grey (37, 38, 38.5, 39, 40)",
        "White and Orange (37, 38, 38.5, 39, 40)",
    ]


async def begin(take: Any, shop: Any, words: str) -> Any:
    turn = take("yes", "affirm", verified_order="BA10000004", active_line="1", task="exchange", words=words)
    await exchange_choice.begin(turn, shop.orders().get("BA10000004"), ["1"], {})
    return turn


@pytest.mark.parametrize(
    ("words", "registered"),
    [
        ("échanger les baskets contre du 39", "Black, 39"),
        ("swap them for the dark grey ones, I got them 2 weeks ago", "Dark Grey, 38"),
        ("exchange the black trainers from 12 May", None),
    ],
)
async def test_what_was_told_with_the_wish_is_not_asked(take: Any, shop: Any, words: str, registered: str) -> None:
    turn = await begin(take, shop, words)
    made = [each.replacement for each in shop.orders().get("BA10000004").returns]
    assert made == ([registered] if registered else [])
    assert (turn.get("question") is None) is bool(registered)


async def test_a_size_up_that_was_told_is_registered(take: Any, shop: Any) -> None:
    turn = await begin(take, shop, "swap them for a size up")
    assert turn.outcome.replies == ["utter_exchange_registered"]
    [made] = shop.orders().get("BA10000004").returns
    assert (made.kind, made.replacement) == ("exchange", "Black, 39")


@pytest.mark.parametrize("told", [None, OrdersUnavailable("down")])
async def test_where_it_is_not_told_what_is_in_stock_an_advisor_looks(
    take: Any, shop: Any, monkeypatch: Any, told: Any
) -> None:
    def variants(*args: Any) -> None:
        if told:
            raise told

    monkeypatch.setattr(shop.orders(), "variants", variants)
    asked = await begin(take, shop, "")
    assert asked.get("question")["reply"] == "utter_ask_fact_replacement"
    turn = take("in 39 please", "exchange_item", verified_order="BA10000004", active_line="1")
    assert await exchange_choice.hear(turn, asked.get("question"), shop.orders().get("BA10000004"))
    assert turn.outcome.replies == ["utter_replacement_unseen"]
    assert turn.get("handoff") == {"reason": "exchange_stock_unknown"}
    assert shop.orders().get("BA10000004").returns == ()


async def test_another_price_is_told_and_nothing_registered(take: Any, shop: Any) -> None:
    asked = await begin(take, shop, "")
    turn = take("white and orange", "inform", verified_order="BA10000004", active_line="1")
    assert await exchange_choice.hear(turn, asked.get("question"), shop.orders().get("BA10000004"))
    values = turn.outcome.said[0].values
    assert (values["own_amount"]["amount"], values["replacement_amount"]["amount"]) == ("895.00", "945.00")
    assert turn.get("question")["reason"] == "exchange_price"
    assert shop.orders().get("BA10000004").returns == ()


async def test_where_nothing_else_is_in_stock_a_return_is_offered(take: Any, shop: Any) -> None:
    shop.orders().put_stock([])
    turn = take("yes", "affirm", verified_order="BA10000004", active_line="1", task="exchange")
    only = [Variant("38", "Black", True), Variant("39", "Black", False)]
    shop.orders().variants = lambda *args: only
    await exchange_choice.begin(turn, shop.orders().get("BA10000004"), ["1"], {})
    assert turn.outcome.replies == ["utter_replacement_none"]
    assert turn.get("question")["name"] == "try_return"
