"""What a message becomes on a channel: whole, in order, within the provider's count, and with its choices."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.channels.messaging.fitting import fit, numbered, offered, place
from concierge.channels.messaging.model import Limits, utf8, utf16
from concierge.channels.messaging.registry import kinds
from concierge.channels.messaging.splitting import shorten, split
from concierge.conversations import Message

LIMITS = [kind.limits for kind in kinds()]


def message(text: str, **fields: Any) -> Message:
    about = {"conversation_id": "c", "seq": 7, "role": "assistant", "created_at": datetime.now(timezone.utc)}
    return Message(text=text, **{**about, **fields})


def with_buttons(*titles: str, text: str = "Which one") -> Message:
    buttons = [{"title": title, "payload": f"/choose{number}"} for number, title in enumerate(titles)]
    return message(text, kind="quick_replies", payload={"buttons": buttons})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One sentence. Another one.", ["One sentence.", "Another one."]),
        ("A paragraph\n\nand the next one", ["A paragraph", "and the next one"]),
        ("no end of a sentence here", ["no end of a", "sentence here"]),
        ("x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
        ("これは文です。次の文はここにあります。", ["これは文です。", "次の文はここにあります。"]),
        ("  ", []),
    ],
)
def test_a_long_text_is_cut_where_a_reader_would_pause(text: str, parts: list[str]) -> None:
    assert split(text, 20 if "文" not in text else 14, utf16) == parts


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=300), st.integers(8, 60))
@pytest.mark.parametrize("unit", [len, utf8, utf16])
def test_no_part_is_too_long_and_nothing_is_lost(unit: Any, text: str, limit: int) -> None:
    parts = split(text, limit, unit)
    assert all(0 < unit(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_what_is_seen_as_one_character_is_not_cut() -> None:
    family = "👩\u200d👩\u200d👧"
    assert split(f"{'x' * 16}{family}", 20, utf16) == ["x" * 16, family]
    assert split(f"{'x' * 9}e\u0301", 10, utf16) == ["x" * 9, "e\u0301"]
    assert shorten("a" * 30, 10) == "a" * 9 + "…"


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("many", [1, 3, 4, 10, 13, 40])
def test_choices_fit_every_channel(kind: Any, many: int) -> None:
    limits, said = kind.limits, with_buttons(*(f"Choice {number}" for number in range(many)), text="Which one? " * 200)
    parts = fit(said, limits, "en")
    for part in parts:
        most = limits.text_with_buttons if part.choices and limits.text_with_buttons else limits.text
        assert limits.unit(part.text) <= most
        assert len(part.choices) <= (limits.rows if part.as_list else limits.buttons)
    assert not any(part.choices for part in parts[:-1])
    shown = len(parts[-1].choices) if parts[-1].choices else parts[-1].text.count("Choice ")
    assert shown == many or not parts[-1].choices
    assert numbered(said, limits) == (not parts[-1].choices)


def test_titles_that_would_be_cut_to_the_same_are_numbered() -> None:
    limits = Limits(text=1000, buttons=3, title=10)
    (part,) = fit(with_buttons("The small bag in black", "The small bag in white"), limits, "en")
    assert (
        part.text == "Which one\n\n1. The small bag in black\n2. The small bag in white\n\nPlease answer with a number."
    )


def test_titles_too_long_for_buttons_make_a_list_where_there_is_one() -> None:
    limits = Limits(text=1000, buttons=3, title=10, rows=10, row=24)
    (part,) = fit(with_buttons("The small bag in black", "The small bag in white"), limits, "fr")
    assert (part.as_list, part.menu) == (True, "Votre choi"[:9] + "…" if len("Votre choix") > 10 else "Votre choix")
    assert [choice.title for choice in part.choices] == ["The small bag in black", "The small bag in white"]


def test_cards_pictures_and_an_advisor_who_joins_are_told_in_words() -> None:
    card = {"title": "Le Cagole", "subtitle": "Delivered", "buttons": [{"title": "Return it", "payload": "/r"}]}
    (part,) = fit(message("Your order", kind="cards", payload={"cards": [card]}), Limits(text=1000, buttons=3), "en")
    assert (part.text, part.choices[0].title) == ("Your order\n\nLe Cagole\nDelivered", "Return it")
    (part,) = fit(message("", kind="image", payload={"url": "https://house.example/1.jpg"}), Limits(text=1000), "en")
    assert part.text == "https://house.example/1.jpg"
    joined = message("", role="system", kind="event", payload={"event": "advisor_joined", "advisor": "Camille"})
    assert [part.text for part in fit(joined, Limits(text=1000), "it")] == ["Camille è ora con Lei."]


def test_what_is_behind_a_button_says_which_one_it_is() -> None:
    for number, choice in enumerate(offered(with_buttons("A", "B"))):
        assert len(choice.reference.encode()) <= 64  # Telegram's, the shortest
        assert place(choice.reference) == (7, number)


@pytest.mark.parametrize(
    "made_up", ["", "c", "c.1", "c.1.2.3", "d.1.2", "c.-1.0", "c.²._", "c.1.99999999999", "/intent"]
)
def test_what_we_have_not_put_there_is_no_choice(made_up: str) -> None:
    assert place(made_up) is None
