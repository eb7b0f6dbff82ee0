"""What is heard in a message of whatever it is about, and how it is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from concierge.memory.hearing import hear, puts_right
from concierge.memory.memory import ASKED, IN_A_QUESTION, Memory

TODAY = date(2026, 11, 28)


def entity(text: str, name: str, said: str, value: str) -> dict[str, Any]:
    start = text.index(said)
    return {"entity": name, "value": value, "start": start, "end": start + len(said)}


def heard(text: str, *entities: dict[str, Any], kept: Any = None, **more: Any) -> Memory:
    return Memory(hear(kept, text, entities, today=TODAY, **more))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "I bought this in a boutique in Milan last month and the sole is loose",
            {"purchase_channel": "boutique", "purchase_date": "2026-10-31"},
        ),
        (
            "so my husband bought them in your outlet seven months ago, yes I have the receipt",
            {"purchase_channel": "outlet", "purchase_date": "2026-04-28", "proof_of_purchase": True},
        ),
        ("I buyed on ebay this spring", {"purchase_channel": "unauthorised", "purchase_date": "2026-05-31"}),
        ("I got it from Farfetch, full price", {"purchase_channel": "authorised_retailer", "on_sale": False}),
        ("je l'ai achetée sur votre site à Noël", {"purchase_channel": "online", "purchase_date": "2026-01-01"}),
        ("l'ho comprato in negozio tre mesi fa", {"purchase_channel": "boutique", "purchase_date": "2026-08-28"}),
        ("im Sommer in der Boutique gekauft", {"purchase_channel": "boutique", "purchase_date": "2026-08-31"}),
        ("lo compré en una tienda en marzo", {"purchase_channel": "boutique", "purchase_date": "2026-03-31"}),
        ("it arrived on Tuesday", {"received_date": "2026-11-24"}),
        ("je les ai depuis un an", {"received_date": "2025-11-28", "purchase_date": "2025-11-28"}),
        ("had them for 3 weeks", {"received_date": "2026-11-07"}),
        ("I need size 39 please, they cost €895", {"size": "39", "amount": "€895"}),
        ("ich brauche Größe 38,5", {"size": "38,5"}),
        (
            "I bought it in a boutique in May, can you mend it?",
            {"purchase_channel": "boutique", "purchase_date": "2026-05-31"},
        ),
        ("I want to bring it to a boutique this week", {}),
        ("do you sell online?", {}),
        ("what was new in March?", {}),
    ],
)
def test_what_is_told_beside_whatever_is_asked(text: str, told: dict[str, Any]) -> None:
    names = {"purchase_channel", "purchase_date", "received_date", "on_sale", "size", "amount", "proof_of_purchase"}
    assert heard(text).facts(names) == told


def test_where_the_customer_lives_is_told_by_a_word_for_living() -> None:
    lives = "I live in Italy now"
    assert heard(lives, entity(lives, "country", "Italy", "IT")).get("country_now") == "IT"
    asks = "do you deliver to Italy"
    assert heard(asks, entity(asks, "country", "Italy", "IT")).get("country_now") is None


def test_each_item_has_what_is_told_of_it() -> None:
    text = "the shoes are unworn with tags on, but the perfume, I sprayed it once"
    named = entity(text, "category", "shoes", "shoes"), entity(text, "category", "perfume", "fragrance")
    memory = heard(text, *named)
    assert memory.get("original_condition", {"shoes"}) is True
    assert memory.get("opened", {"fragrance"}) is True
    assert memory.get("opened", {"shoes"}) is None


def test_what_names_no_item_is_of_the_one_in_hand() -> None:
    assert heard("never worn, tags on", in_hand="BA10000004/1").get("original_condition", {"BA10000004/1"}) is True


def test_the_latest_wins_and_says_in_which_turn() -> None:
    first = hear(None, "I need size 38", today=TODAY)
    memory = heard("no, size 39", kept=first)
    assert [(each.value, each.turn) for each in memory.everything() if each.what == "size"] == [("39", 2)]
    assert [each.what for each in memory.news()] == ["size"]


def test_a_question_tells_less_surely_than_a_statement() -> None:
    text = "can my bag be repaired?"
    told = heard(text, entity(text, "category", "bag", "bag")).everything()
    assert [(each.what, each.sure) for each in told] == [("category", IN_A_QUESTION)]


def test_no_idea_tells_nothing_unless_it_was_asked() -> None:
    assert heard("no idea where to start").get("damage_cause") is None
    assert heard("no idea", asked="damage_cause").get("damage_cause") == "unknown"


def test_a_bare_day_is_the_purchases_where_the_purchase_is_asked_about() -> None:
    assert heard("October 2025", asked="category").get("purchase_date") == "2025-10-31"
    assert heard("October 2025", asked="opened").get("purchase_date") is None


def test_a_fault_and_a_deadline_are_kept_in_the_customers_words() -> None:
    memory = heard("The heel came off. I need them back by Friday for a wedding")
    assert memory.get("fault") == "The heel came off"
    assert str(memory.get("deadline")).startswith("I need them back by Friday")


def test_another_order_forgets_the_items_of_the_one_before_but_not_what_has_just_been_said() -> None:
    kept = Memory().next_turn().tell("opened", True).tell("country_now", "FR").next_turn().tell("size", "39")
    assert {each.what for each in kept.forget_items().everything()} == {"country_now", "size"}


def test_it_is_kept_as_plain_json() -> None:
    kept = Memory().next_turn().tell("opened", True, "fragrance", ASKED).to_slot()
    assert Memory(kept).to_slot() == kept
    assert kept["told"] == [{"what": "opened", "value": True, "turn": 1, "of": "fragrance", "sure": ASKED}]


@pytest.mark.parametrize(
    ("said", "received"),
    [
        ("hm, five weeks, not three", "2026-10-24"),
        ("sorry, 10 days", "2026-11-18"),
        ("is that within 30 days?", "2026-11-07"),
        ("the wedding is in two weeks", "2026-11-07"),
        ("in two weeks", "2026-11-07"),
        ("I would like to know how it goes on from here in about two weeks", "2026-11-07"),
    ],
)
def test_a_bare_length_of_time_puts_right_what_was_told_just_before(said: str, received: str) -> None:
    told = hear(None, "they came three weeks ago", today=TODAY)
    assert Memory(hear(told, said, today=TODAY)).get("received_date") == received


@pytest.mark.parametrize(
    ("told", "said", "received"),
    [
        ("my parcel came 24 days ago", "Sorry, I looked at the wrong calendar. 34.", "2026-10-25"),
        ("my parcel came 24 days ago", "34, not 24", "2026-10-25"),
        ("my parcel came 24 days ago", "not 24 but 34", "2026-10-25"),
        ("my parcel came 24 days ago", "I meant 34 days", "2026-10-25"),
        ("my parcel came 24 days ago", "make that 34", "2026-10-25"),
        ("my parcel came 24 days ago", "34 days, not 24 days", "2026-10-25"),
        ("my parcel came 24 days ago", "actually it was the 12th", "2026-11-12"),
        ("it came three weeks ago", "five, not three", "2026-10-24"),
        ("it arrived on 2 November", "actually it was the 12th", "2026-11-12"),
        ("it arrived on 2 November", "sorry, the 12th of October", "2026-10-12"),
        ("it arrived on 2 November", "12, not 2", "2026-11-12"),
        ("j'ai reçu le colis il y a 24 jours", "pardon, 34", "2026-10-25"),
        ("j'ai reçu le colis il y a 24 jours", "en fait c'était le 12", "2026-11-12"),
        ("das Paket ist vor 24 Tagen angekommen", "Entschuldigung, 34 statt 24", "2026-10-25"),
        ("das Paket ist vor 24 Tagen angekommen", "nein, es war am 12.", "2026-11-12"),
        ("il pacco è arrivato 24 giorni fa", "scusi, ho sbagliato, sono 34", "2026-10-25"),
        ("el paquete llegó hace 24 días", "perdón, quise decir 34", "2026-10-25"),
        ("el paquete llegó hace 24 días", "no, fue el 12", "2026-11-12"),
    ],
)
def test_a_number_alone_takes_the_place_of_the_one_told_just_before(told: str, said: str, received: str) -> None:
    memory = hear(None, told, today=TODAY)
    assert Memory(hear(memory, said, today=TODAY, before=[told])).get("received_date") == received
    assert puts_right(memory, said, [told], today=TODAY)


@pytest.mark.parametrize(
    "said",
    [
        "sorry, I have 2 bags",
        "do you have it in 38?",
        "and 31?",
        "no thanks",
        "sorry, size 38",
        "it was 340 euros",
        "not today",
        "the wedding is on the 12th, it is urgent",
        "no, 2 of them",
    ],
)
def test_a_number_of_something_else_puts_no_day_right(said: str) -> None:
    told = "my parcel came 24 days ago"
    memory = hear(None, told, today=TODAY)
    assert Memory(hear(memory, said, today=TODAY, before=[told])).get("received_date") == "2026-11-04"
    assert not puts_right(memory, said, [told], today=TODAY)


def test_what_was_put_right_may_be_put_right_again() -> None:
    texts = ["my parcel came 24 days ago", "sorry, 34", "no wait, 14, not 34"]
    memory = None
    for at, said in enumerate(texts):
        memory = hear(memory, said, today=TODAY, before=texts[:at][::-1])
    assert Memory(memory).get("received_date") == "2026-11-14"


def test_a_seal_put_right_takes_back_what_it_said_of_the_condition() -> None:
    kept = hear(None, "swimsuit back, seal broken", today=TODAY)
    memory = Memory(hear(kept, "sorry, seal intact I mean", today=TODAY, in_hand="BA10000006/2"))
    assert memory.get("seal_intact", {"BA10000006/2"}) is True
    assert [each for each in memory.everything() if each.what == "original_condition"] == []
    worn = hear(hear(None, "worn once", today=TODAY), "the seal is intact", today=TODAY)
    assert Memory(worn).get("original_condition") is False


def test_of_two_numbers_none_is_put_right_by_a_bare_one_that_does_not_say_which() -> None:
    told = "it came 24 days ago and I have 2"
    memory = hear(None, told, today=TODAY)
    assert Memory(hear(memory, "sorry, 3", today=TODAY, before=[told])).get("received_date") == "2026-11-04"


def test_a_length_of_time_much_later_puts_nothing_right() -> None:
    memory = hear(None, "they came three weeks ago", today=TODAY)
    for said in ("and the box?", "thank you", "hello again", "two weeks"):
        memory = hear(memory, said, today=TODAY)
    assert Memory(memory).get("received_date") == "2026-11-07"
