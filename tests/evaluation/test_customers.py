"""Simulated customers: the bank of phrasings is whole, a seed draws the same, and the judge sees what went wrong."""

from __future__ import annotations

from datetime import datetime, timezone
from random import Random

import pytest

from concierge.dialogue.tasks import TASKS
from concierge.evaluation.customers import episodes
from concierge.evaluation.customers.customer import Customer
from concierge.evaluation.customers.episodes import Episode, Trial, draw, pass_at_1, pass_hat
from concierge.evaluation.customers.goals import End, goals, order_of, problems
from concierge.evaluation.customers.phrasing import LANGUAGES, MOODS, Voice, bank
from concierge.evaluation.talk import Answer
from concierge.languages import registry
from concierge.policy.decision import KINDS

NOW = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
LEAST_OF_A_FEW = 0.8  # two may fail; the promise of 0.95 is for four hundred, each played four times
BY_NAME = {goal.name: goal for goal in goals()}


def answer(*names: str, text: str = "") -> Answer:
    return Answer([{"utter": name, "text": text or name} for name in names])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_goal_can_be_spoken_of_in_every_mood(language):
    for goal in goals():
        order = order_of(goal, 20000001, NOW)
        for mood in MOODS:
            voice = Voice(language, mood, goal, order, Random(1))
            said = [voice.opening("both" if order else "", with_facts=True), voice.wish()]
            said += [voice.yes(), voice.no(), voice.interruption()]
            said += [voice.fact(name) for name in goal.facts]
            assert all(said), (goal.name, mood)
            assert "{" not in "".join(said)


def test_the_bank_has_the_house_s_languages_and_the_goals_all_decisions():
    assert set(LANGUAGES) == set(registry.complete())
    assert {goal.decision["kind"] for goal in goals() if goal.decision} == set(KINDS)
    assert {goal.wish for goal in goals()} == set(bank("en")["wishes"])
    assert len(goals()) > len(TASKS)


def test_a_seed_draws_the_same_and_every_goal_as_often():
    drawn = draw(2 * len(goals()), 7, goals())
    assert drawn == draw(2 * len(goals()), 7, goals()) != draw(2 * len(goals()), 8, goals())
    assert all(sum(each.goal is goal for each in drawn) == 2 for goal in goals())


def test_the_customer_hears_what_was_asked():
    goal = BY_NAME["return_trainers"]
    order = order_of(goal, 20000001, NOW)
    customer = Customer(goal, Voice("en", "terse", goal, order, Random(1)), "drips")
    assert "BA" not in customer.opening()
    assert order.number in customer.next(answer("utter_ask_order_form_order_number"), False)
    assert "trainers" in customer.next(answer("utter_ask_fact_line"), False)
    assert customer.next(answer("utter_return_offer", "utter_offer_return"), False) in bank("en")["yes"]
    assert customer.next(answer("utter_return_registered", "utter_offer_repair"), True) in bank("en")["no"]
    assert customer.next(answer("utter_as_you_wish"), True) is None


def test_who_is_told_the_same_three_times_gives_up():
    goal = BY_NAME["a_person"]
    customer = Customer(goal, Voice("en", "angry", goal, None, Random(1)), "drips")
    assert customer.next(answer("utter_rephrase"), False)
    assert customer.next(answer("utter_rephrase"), False)
    assert customer.next(answer("utter_rephrase"), False) is None


def test_a_wrong_number_is_corrected_and_an_interruption_comes_before_the_answer():
    goal = BY_NAME["cancel_in_time"]
    order = order_of(goal, 20000001, NOW)
    mistaken = Customer(goal, Voice("en", "terse", goal, order, Random(1)), "mistaken", "BA70000001")
    assert mistaken.next(answer("utter_cancel_policy", "utter_ask_order_form_order_number"), False) == "BA70000001"
    assert order.number in mistaken.next(answer("utter_ask_order_form_order_number"), False)
    interrupting = Customer(goal, Voice("en", "terse", goal, order, Random(1)), "interrupts")
    assert interrupting.next(answer("utter_ask_order_form_order_email"), False) in bank("en")["interruptions"]
    assert order.email in interrupting.next(answer("utter_find_boutique"), False)


def test_what_should_not_have_happened_is_seen():
    goal = BY_NAME["return_too_late"]
    order = order_of(goal, 20000001, NOW)
    end = End(order, ("cancel_if_possible",), (), (), ())
    assert problems(goal, order, end) == ["noted ['cancel_if_possible'], not nothing", "return was never decided"]


def test_passing_once_is_not_passing_always():
    episode, other = (Episode(number, goals()[0], "en", "terse", "drips") for number in (1, 2))
    played = [
        Trial(episode, 0, [], []),
        Trial(episode, 1, ["no"], []),
        Trial(other, 0, [], []),
        Trial(other, 1, [], []),
    ]
    assert (pass_at_1(played), pass_hat(played)) == (0.75, 0.5)


@pytest.mark.model
async def test_simulated_customers_reach_their_goals(agent, shop):
    """A few of ``concierge simulate``, through production's path; all of them are too many for every run."""
    from concierge.evaluation.production import installed

    async with installed(agent) as house:
        played = [await episodes.play(house, each, 0, seed=1) for each in draw(12, 1, goals())]
    failed = [f"{trial.episode}: {'; '.join(trial.problems)}" for trial in played if not trial.passed]
    assert pass_at_1(played) >= LEAST_OF_A_FEW, failed
