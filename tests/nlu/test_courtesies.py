"""A greeting and thanks are no part of what a message means; alone they are all of it."""

from __future__ import annotations

import pytest

from concierge.nlu.courtesies import without_courtesies


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Good evening all, the clasp of my bag is loose", "the clasp of my bag is loose"),
        ("hi, hello team!! lost label", "lost label"),
        ("Sehr geehrte Damen und Herren, wann kommt mein Paket?", "wann kommt mein Paket?"),
        ("Bonjour madame, mon colis est abîmé", "mon colis est abîmé"),
        ("salve, quanto costa la spedizione, grazie mille", "quanto costa la spedizione"),
        ("buenas tardes ¿puedo cambiar la talla, por favor?", "puedo cambiar la talla?"),
        ("how long does a repair take? Thanks in advance, kind regards", "how long does a repair take?"),
    ],
)
def test_what_is_asked_is_read_without_them(text: str, read: str) -> None:
    assert without_courtesies(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "hello there",
        "Guten Abend",
        "ok thanks",
        "no, thank you",
        "that helps a lot, thank you",
        "tag is cut off",
        "hilfe bitte",
    ],
)
def test_what_only_greets_or_thanks_stays(text: str) -> None:
    assert without_courtesies(text) == text
