"""Order number and e-mail, heard in whatever way they are written."""

from __future__ import annotations

import pytest

from concierge import intents
from concierge.dialogue.fallback import likely
from concierge.dialogue.identification import heard
from concierge.dialogue.language_choice import language_in
from concierge.intents import Kind

NUMBER, EMAIL = "BA10483726", "claire@example.com"


@pytest.mark.parametrize(
    ("text", "number", "email"),
    [
        (f"{NUMBER} {EMAIL}", NUMBER, EMAIL),
        (f"{EMAIL},{NUMBER}", NUMBER, EMAIL),
        (f"my order #ba-1048-3726, e-mail <{EMAIL}>.", NUMBER, EMAIL),
        (f"it's {EMAIL.upper()}!", None, EMAIL),
        ("BA1O483726", NUMBER, None),
        (f"no, not BA10000001: {NUMBER}", NUMBER, None),
        ("claire@example", None, None),
        ("claire@example.com@evil.org", None, None),
        ("a@b.c@d.e claire", None, None),
        ("where is my order", None, None),
        ("ba10483726@example.com", None, "ba10483726@example.com"),
        ("", None, None),
    ],
)
def test_what_a_message_says_of_an_order(text: str, number: str | None, email: str | None) -> None:
    assert heard(text) == (number, email)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("in Italian please", "it"),
        ("en français", "fr"),
        ("auf Deutsch", "de"),
        ("en español", "es"),
        ("klingon", None),
    ],
)
def test_the_language_that_a_message_names(text: str, code: str | None) -> None:
    assert language_in(text) == code


def test_did_you_mean_offers_three_topics_and_nothing_that_is_none() -> None:
    names = [
        "nlu_fallback",
        "track_order",
        "affirm",
        "return_item",
        "EXTERNAL_handed_back",
        "exchange_item",
        "lost_label",
    ]
    ranking = [{"name": name, "confidence": 0.3} for name in names] + [{"name": "gifts", "confidence": 0.01}]
    assert likely(ranking) == ["track_order", "return_item", "exchange_item"]
    assert likely([]) == []


def test_did_you_mean_never_offers_the_name_of_what_is_no_question() -> None:
    """[Follow up] and [Change language] were offered once."""
    asked = {name for name in intents.registry().intents if likely([{"name": name, "confidence": 0.3}])}
    assert asked == intents.of_kind(Kind.TOPIC, Kind.TASK) | {"talk_to_advisor"}
    assert likely([{"name": "of_an_older_model", "confidence": 0.9}]) == []
