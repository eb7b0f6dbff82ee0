"""The cases of ``cases/*.yml``, and that they leave nothing out: every rule, outcome and side of a threshold."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from concierge.orders.places import region_of
from concierge.policy import KINDS, load_house
from concierge.policy.facts import FACTS
from concierge.policy.situation import Situation
from tests.policy.rendering import decide, expect
from tests.policy.sentences import Sentence, sentences

SENTENCES = list(sentences())
HOUSE = load_house()


@pytest.mark.parametrize("sentence", SENTENCES, ids=str)
def test_case(sentence: Sentence) -> None:
    expect(sentence, decide(sentence, HOUSE))


@pytest.mark.parametrize("sentence", SENTENCES, ids=str)
def test_every_decision_cites_a_rule_a_source_and_fills_its_reply(sentence: Sentence) -> None:
    decision = decide(sentence, HOUSE)
    assert decision.reasons
    assert decision.sources
    assert all(reason.sources for reason in decision.reasons)
    assert decision.response in HOUSE.responses()
    assert set(decision.values) >= HOUSE.placeholders(decision.response)
    assert all(value not in (None, []) for value in decision.values.values())
    for note in decision.notes:
        assert all(value not in (None, []) for value in note.values.values())


def test_names_are_unique() -> None:
    names = [str(sentence) for sentence in SENTENCES]
    assert sorted(set(names)) == sorted(names)


def test_every_rule_is_reached() -> None:
    reached: set[str] = set()
    for sentence in SENTENCES:
        decision = decide(sentence, HOUSE)
        if decision.outcome != "needs_facts":
            reached.add(decision.rules[0])
            reached |= {reason.rule for reason in decision.reasons if reason.outcome == "note"}
    rules = {rule.id for book in HOUSE.books.values() for rule in book.rules}
    assert sorted(rules - reached) == []


def test_every_outcome_of_every_kind_has_a_case() -> None:
    seen = defaultdict(set)
    for sentence in SENTENCES:
        seen[sentence.kind].add(decide(sentence, HOUSE).outcome)
    for kind in KINDS:
        outcomes = {rule.outcome for rule in HOUSE.books[kind].rules} - {"note"}
        assert outcomes <= seen[kind], kind
    asking = {"return", "exchange", "repair", "delivery_problem", "alteration"}
    assert asking == {kind for kind in KINDS if "needs_facts" in seen[kind]}


def test_both_sides_of_every_threshold_have_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    distances: dict[tuple[str, str], set[int]] = defaultdict(set)
    end = Situation.end
    for sentence in SENTENCES:
        kind = sentence.kind

        def measured(at: Situation, start: date, key: str, kind: str = kind) -> date:
            last = end(at, start, key)
            distances[kind, key].add((at.today - last).days)
            return last

        monkeypatch.setattr(Situation, "end", measured)
        decide(sentence, HOUSE)
    wanted = {
        (kind, condition.figure)
        for kind, book in HOUSE.books.items()
        for rule in book.rules
        for condition in rule.when
        if condition.figure and condition.test and " one_of " not in condition.words
    }
    untested = [pair for pair in sorted(wanted) if not {0, 1} <= distances[pair]]
    assert untested == []


def test_every_region_has_a_return_and_a_repair() -> None:
    for kind in ("return", "repair"):
        regions = {sentence.order.region for sentence in SENTENCES if sentence.kind == kind and sentence.order}
        assert regions >= {"EU", "UK", "US", "ROW"}


def test_every_fact_is_used_by_a_rule() -> None:
    used = {condition.fact for book in HOUSE.books.values() for rule in book.rules for condition in rule.when}
    used |= {rule.deadline[0] for book in HOUSE.books.values() for rule in book.rules if rule.deadline}
    assert sorted(set(FACTS) - used) == []


def test_a_law_is_cited_where_it_holds() -> None:
    for sentence in SENTENCES:
        for source in decide(sentence, HOUSE).sources:
            if source.kind == "law" and sentence.order:
                country = sentence.order.country
                where = "EU" if country in {"IS", "LI", "NO"} else region_of(country)
                assert source.region in ("", where), sentence
