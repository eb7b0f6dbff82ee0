"""A customer's own number beside the house's figures: confirmed, corrected, counted on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from concierge.answers.customers_numbers import IS_OVER, RIGHT, RUNS_UNTIL, WRONG, worked_out
from concierge.memory.hearing import hear
from concierge.policy import load_house

TODAY = date(2026, 11, 29)


def figures(*keys: str, region: str = "EU") -> list[dict[str, Any]]:
    house = load_house()
    found = (house.figure(key, region, TODAY) for key in keys)
    return [{"key": each.key, "value": each.value, "unit": each.unit} for each in found]


def said(*texts: str, keys: tuple[str, ...] = ("returns.window",), order: str | None = None) -> list[tuple[str, Any]]:
    """The replies to the last of these messages, and the last day that they tell."""
    memory: dict[str, Any] | None = None
    for text in texts:
        memory = hear(memory, text, today=TODAY)
    slots = {"memory": memory, "region": "EU", "verified_order": order}
    replies = worked_out(figures(*keys), texts[::-1], slots, TODAY)
    return [(each["response"], each.get("values", {}).get("deadline_date")) for each in replies]


@pytest.mark.parametrize(
    "text",
    [
        "I have 60 days to return it, right?",
        "isn't it two weeks",
        "someone told me it is 14 days, I was told so",
        "j'ai lu qu'on a 60 jours",
        "sono due settimane, vero?",
        "Das sind doch 60 Tage, oder?",
        "son 60 días, ¿verdad?",
    ],
)
def test_a_wrong_premise_is_corrected(text: str) -> None:
    assert said(text) == [(WRONG, None)]


@pytest.mark.parametrize("text", ["it's 30 days, right?", "c'est bien 30 jours ?", "es sind 30 Tage, stimmt das?"])
def test_a_right_one_is_confirmed(text: str) -> None:
    assert said(text) == [(RIGHT, None)]


def test_two_years_are_twenty_four_months() -> None:
    assert said("the warranty is two years, right?", keys=("repairs.warranty",)) == [(RIGHT, None)]
    assert said("the warranty is one year, right?", keys=("repairs.warranty",)) == [(WRONG, None)]


def test_what_is_within_a_range_is_neither_right_nor_wrong() -> None:
    assert said("it takes 8 weeks, right?", keys=("repairs.turnaround_complex",)) == []
    assert said("it takes 10 weeks, right?", keys=("repairs.turnaround_complex",)) == [(RIGHT, None)]


@pytest.mark.parametrize(
    "text",
    [
        "can you keep it for two weeks",  # nothing is taken to be so
        "I bought it 8 months ago, that's free, right?",  # since when, not how long
        "the zip broke after two weeks, right?",
        "it's 60 euros, right?",
    ],
)
def test_another_number_is_no_premise(text: str) -> None:
    assert not {WRONG, RIGHT} & {reply for reply, _ in said(text)}


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["it came 26 days ago, can I still return it?"], (RUNS_UNTIL, "2026-12-03")),
        (["it came 25 days ago, may I return it?", "and 31?"], (IS_OVER, "2026-11-28")),
        (["it came 25 days ago, may I return it?", "what about 29"], (RUNS_UNTIL, "2026-11-30")),
        (["the parcel arrived on 30/10/2026"], (RUNS_UNTIL, "2026-11-29")),
        (["parcel came 31 days ago, dress never worn"], (IS_OVER, "2026-11-28")),
        (["it arrived 3 weeks ago", "until when can I send it back?"], (RUNS_UNTIL, "2026-12-08")),
        (["il est arrivé il y a 26 jours"], (RUNS_UNTIL, "2026-12-03")),
        (["è arrivato 26 giorni fa"], (RUNS_UNTIL, "2026-12-03")),
        (["es ist vor 26 Tagen angekommen"], (RUNS_UNTIL, "2026-12-03")),
        (["llegó hace 26 días"], (RUNS_UNTIL, "2026-12-03")),
    ],
)
def test_a_day_that_is_told_is_counted_on(texts: list[str], told: tuple[str, str]) -> None:
    assert said(*texts) == [told]


def test_each_period_is_counted_from_its_own_event() -> None:
    assert said("I bought it 26 days ago") == []  # a return's days count from delivery
    assert said("I bought it 26 months ago", keys=("repairs.warranty",)) == [(IS_OVER, "2026-09-29")]


def test_nothing_is_counted_from_a_day_that_is_not_known_well_enough() -> None:
    assert said("it arrived in November") == []


def test_an_order_in_hand_tells_it_exactly() -> None:
    assert said("it came 26 days ago", order="BA10000005") == []


def test_figures_without_a_length_of_time_say_nothing() -> None:
    assert said("it came 26 days ago, 60 days, right?", keys=("lost_label.payer",)) == []


@pytest.mark.parametrize(
    "text",
    [
        "it's been 3 weeks, can I still return it?",
        "I have these boots for three weeks now, that's fine, right?",
        "it's three weeks since I have them, right?",
        "ça fait trois semaines, c'est bon, non ?",
        "sono tre settimane che le ho, va bene, no?",
        "das ist schon drei Wochen her, oder?",
        "ya son tres semanas, ¿verdad?",
    ],
)
def test_a_time_that_has_passed_is_no_premise(text: str) -> None:
    assert not {WRONG, RIGHT} & {reply for reply, _ in said(text)}


def test_a_size_is_no_number_of_days() -> None:
    told = said("they came 5 days ago, may I exchange them?", "size 39", keys=("exchanges.window",))
    assert told == [(RUNS_UNTIL, "2026-12-24")]
    assert said("they came 5 days ago", "39", keys=("exchanges.window",)) == told


def test_a_last_day_by_law_is_a_working_day() -> None:
    assert said("it arrived on 15/11/2026", keys=("withdrawal.window",)) == [(RUNS_UNTIL, "2026-11-30")]
