"""A figure or a rule that is wrong is noticed twice: by what is decided, and by what is said, in every language.

The decision is noticed where a case of ``cases/`` no longer comes out as it says; the reply where a customer is told or
offered something else than under the shipped house. A figure that nothing decides by is noticed in what is said alone,
and by the literal list of test_policy_figures.py. A condition that only changes what is cited has no reply to change.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection
from datetime import date

import pytest

from concierge.answers.wording import read_wording
from concierge.policy import Decision, House, PolicyError, load_house
from concierge.policy.rules import Rule
from tests.policy import mutants
from tests.policy.rendering import LANGUAGES, ROOT, agrees, decide, living_in, render, reply
from tests.policy.sentences import Sentence, sentences

HOUSE = load_house()
TODAY = date(2026, 11, 21)
CASES: dict[str, list[Sentence]] = defaultdict(list)
for case in sentences():
    CASES[case.kind].append(case)
ALL = [each for cases in CASES.values() for each in cases]
RULES = [rule for book in HOUSE.books.values() for rule in book.rules if rule is not book.last]
DECIDING = sorted(mutants.deciding(HOUSE))
CHANNELS = ("website", "whatsapp")  # a reply may have a wording of its own for the one: photos are added there
NAMING: dict[str, set[str]] = defaultdict(set)  # the replies that name a figure
for name, variants in read_wording(ROOT).items():
    for variant in variants:
        for key in mutants.named_in(variant.get("text") or ""):
            NAMING[key].add(name)
# Conditions that say again what the rules before leave: a lawyer reads each rule by itself. None may be more than that.
SAID_AGAIN = {
    ("alteration.offer", "on_sale is False"),
    ("cancel.delivered_late", "stage is delivered"),
    ("charge_explanation.once", "charge is taken"),
    ("delivery_problem.missing_unavailable", "problem is missing_item"),
    ("delivery_problem.not_received", "parcel is delivered"),
    ("exchange.boutique", "purchased_on within exchanges.boutique_window"),
    ("exchange.no_order", "channel is online"),
    ("modify.delivered_late", "stage is delivered"),
    ("refund_status.accepted_overdue", "return_decided_on past returns.processing"),
    ("refund_status.none_late", "stage is delivered"),
    ("refund_status.overdue", "return_received_on past returns.processing"),
    ("repair.assessment", "warranty_from within repairs.warranty"),
    ("return.other_country", "delivered_on within returns.window"),
}


def disagreeing(house: House, cases: list[Sentence]) -> list[Sentence]:
    """The cases that come out otherwise than they say."""
    return [each for each in cases if not agrees(each, decide(each, house))]


def answer(decision: Decision) -> tuple[object, ...]:
    """What reaches the customer, without what is only cited."""
    asked = decision.missing[:1]
    return decision.response, decision.values, decision.notes, decision.next_step, asked


def read_otherwise(
    house: House, cases: list[Sentence], patch: pytest.MonkeyPatch, naming: Collection[str] = ()
) -> set[str]:
    """The languages in which a customer is told or offered something else in one of the cases. ``naming``: the replies
    that name a figure which is another, so that they may differ though the answer is the same."""
    found: set[str] = set()
    for each in cases:
        before, after = decide(each, HOUSE), decide(each, house)
        replies = {before.response, *(note.response for note in before.notes)}
        if answer(before) == answer(after) and replies.isdisjoint(naming):
            continue
        for language in set(LANGUAGES) - found:
            with patch.context() as here:
                living_in(house, here)
                now = (render(each, after, language)[0], after.next_step, after.missing[:1])
            if now != (render(each, before, language)[0], before.next_step, before.missing[:1]):
                found.add(language)
    return found


def said_otherwise(house: House, key: str, patch: pytest.MonkeyPatch) -> set[str]:
    """The languages in which a reply that names the figure says something else, without any order."""
    found = set()
    asked = itertools.product(LANGUAGES, ("ROW", "EU", "UK", "US"), CHANNELS, NAMING[key])
    for language, region, channel, response in asked:
        with patch.context() as here:
            living_in(house, here)
            now = reply(response, {}, language, region, TODAY, channel)[0]
        if now != reply(response, {}, language, region, TODAY, channel)[0]:
            found.add(language)
    return found


@pytest.mark.parametrize("key", DECIDING)
def test_a_figure_that_is_wrong_changes_a_decision(key: str) -> None:
    for mutant, house in mutants.figure_mutants(HOUSE, key):
        assert disagreeing(house, ALL), mutant


@pytest.mark.parametrize("key", sorted(HOUSE.figures()))
def test_a_figure_that_is_wrong_changes_what_is_said_in_every_language(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if key not in DECIDING and not NAMING[key]:
        pytest.skip("for the desk or a channel alone: the literal list notices it")
    for mutant, house in mutants.figure_mutants(HOUSE, key):
        languages = said_otherwise(house, key, monkeypatch)
        if languages != set(LANGUAGES):
            languages |= read_otherwise(house, ALL, monkeypatch, NAMING[key])
        assert languages == set(LANGUAGES), mutant


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_that_is_gone_changes_a_decision_and_what_is_said(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = CASES[rule.id.split(".")[0]]
    house = mutants.without_rule(HOUSE, rule)
    assert disagreeing(house, cases)
    assert read_otherwise(house, cases, monkeypatch) == set(LANGUAGES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_condition_that_is_forgotten_changes_a_decision_and_what_is_said(
    rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = CASES[rule.id.split(".")[0]]
    for place, condition in enumerate(rule.when):
        house = mutants.without_condition(HOUSE, rule, place)
        noticed = bool(disagreeing(house, cases))
        assert noticed is not ((rule.id, condition.words) in SAID_AGAIN), condition.words
        if any(answer(decide(each, house)) != answer(decide(each, HOUSE)) for each in cases):
            assert read_otherwise(house, cases, monkeypatch) == set(LANGUAGES), condition.words


def test_a_mutant_is_not_the_shipped_house() -> None:
    wrong = next(house for _, house in mutants.figure_mutants(HOUSE, "returns.window"))
    assert wrong.figure("returns.window", on=TODAY).value == HOUSE.figure("returns.window", on=TODAY).value + 1
    with pytest.raises(PolicyError):
        wrong.figure("returns.windows")
