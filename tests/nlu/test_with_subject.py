"""A question that left its subject out is read with it: what is clear then is meant, nothing else is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from concierge import intents
from concierge.evaluation.understanding import Assistant
from concierge.languages import registry
from concierge.nlu.in_context import in_context
from concierge.nlu.with_subject import with_subject
from concierge.selection import GUESSES, selected


def read_on(
    assistant: Assistant, asked: str | None, said: str, language: str = "en", question_open: bool = False
) -> dict[str, Any]:
    subjects = [intents.title(asked, language), intents.subject(asked, language)] if asked else []
    texts = [said, *(f"{subject}: {said}" for subject in subjects)]
    known = dict(zip(texts, assistant.parse(texts), strict=True))

    async def parse(text: str) -> dict[str, Any]:
        return known[text]

    parsed = in_context(known[said], asked, question_open)
    return dict(asyncio.run(with_subject(parse, parsed, asked, language, question_open)))


@pytest.mark.parametrize(
    ("asked", "said", "language", "meant"),
    [
        ("repair_item", "how long will it be gone", "en", "repair_duration"),
        ("login_problem", "can you move it for me then?", "en", "account_country"),
        ("return_tracking", "and my money?", "en", "refund_status"),
        ("charged_twice", "do I need to call the bank", "en", "explain_charge"),
        ("charged_twice", "so which one is real", "en", "charged_twice"),
        ("return_item", "who pay this", "en", "return_item"),
        ("return_item", "also 14 tage insgesamt, richtig?", "de", "return_item"),
        ("care_leather", "it got rained on on the way home :(", "en", "care_leather"),
    ],
)
def test_what_is_clear_with_its_subject_is_meant(
    assistant: Assistant, asked: str, said: str, language: str, meant: str
) -> None:
    found = read_on(assistant, asked, said, language)
    assert (selected(found) or found["intent"]["name"]).partition("/")[0] == meant
    assert found["text"] == said


@pytest.mark.parametrize(
    ("asked", "said", "language", "meant"),
    [
        ("gifts", "and if he can't stand it", "en", "gifts"),
        ("promo_code", "und drei davon", "de", "promo_code"),
        ("official_retailers", "for gentlemen too", "en", "official_retailers"),
    ],
)
def test_what_stays_unclear_has_guesses_near_the_topic(
    assistant: Assistant, asked: str, said: str, language: str, meant: str
) -> None:
    found = read_on(assistant, asked, said, language)
    assert meant in [each["name"] for each in found[GUESSES]][:2]
    shares = [each["confidence"] for each in found[GUESSES]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1.001


def test_what_is_clear_has_no_guesses(assistant: Assistant) -> None:
    assert GUESSES not in read_on(assistant, "return_item", "can I pay with paypal")


@pytest.mark.parametrize("asked", ["return_item", "repair_item"])
@pytest.mark.parametrize("said", ["who won the match?", "can you write me a poem", "what is 2+2?", "my cat is sick"])
def test_what_is_no_question_of_the_house_stays_none(assistant: Assistant, asked: str, said: str) -> None:
    assert (read_on(assistant, asked, said))["intent"]["name"] == "out_of_scope"


@pytest.mark.parametrize(
    "said", ["where is your boutique in milan", "can I pay with paypal", "is the bag real leather"]
)
def test_a_question_with_a_subject_of_its_own_keeps_it(assistant: Assistant, said: str) -> None:
    alone = assistant.parse([said])[0]["intent"]["name"]
    assert (read_on(assistant, "return_item", said))["intent"]["name"] == alone


def test_what_answers_an_open_question_is_no_question(assistant: Assistant) -> None:
    said = "no idea, it just came off"
    alone = in_context(assistant.parse([said])[0], "repair_item", question_open=True)["intent"]["name"]
    assert (read_on(assistant, "repair_item", said, question_open=True))["intent"]["name"] == alone


@pytest.mark.parametrize("language", registry.complete())
def test_every_group_has_a_subject_in_every_complete_language(language: str) -> None:
    assert [name for name, group in intents.registry().groups.items() if language not in group.subject] == []
