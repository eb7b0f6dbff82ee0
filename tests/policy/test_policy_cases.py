"""The cases of ``cases/*.yml``, and that they leave nothing out: every rule, outcome and side of a threshold."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from concierge.orders.places import region_of
from concierge.policy import KINDS, Decision, House, load_house
from concierge.policy.facts import FACTS
from concierge.policy.situation import Situation
from tests.policy.sentences import Sentence, sentences

SENTENCES = list(sentences())
HOUSE = load_house()


def decide(sentence: Sentence, house: House = HOUSE) -> Decision:
    fields = sentence.fields
    item = fields.get("item")
    return house.decide(
        sentence.kind,
        sentence.order,
        line=str(item) if item else None,
        facts=fields.get("facts", {}),
        on=sentence.on,
    )


@pytest.mark.parametrize("sentence", SENTENCES, ids=str)
def test_case(sentence: Sentence) -> None:
    expected, decision = sentence.fields, decide(sentence)
    told = f"{decision.outcome} because {decision.rules}"
    if expected["expect"].startswith("asks "):
        assert decision.outcome == "needs_facts", told
        assert decision.missing[0] == expected["expect"].split()[1]
        assert decision.response == f"utter_ask_fact_{decision.missing[0]}"
    else:
        assert decision.outcome == expected["expect"], told
        assert decision.rules[0] == f"{sentence.kind}.{expected['because']}", told
    if "until" in expected:
        assert decision.deadline == expected["until"]
    if "left" in expected:
        assert decision.days_left == expected["left"]
    if "next" in expected:
        assert decision.next_step == expected["next"]
    if "notes" in expected:
        assert [note.response.removeprefix("utter_note_") for note in decision.notes] == expected["notes"]
    for name, value in expected.get("values", {}).items():
        found: Any = decision.values[name]
        found = found["amount"] if isinstance(found, dict) else found
        found = date.fromisoformat(found) if isinstance(value, date) else found
        assert found == value, name


@pytest.mark.parametrize("sentence", SENTENCES, ids=str)
def test_every_decision_cites_a_rule_a_source_and_fills_its_reply(sentence: Sentence) -> None:
    decision = decide(sentence)
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
        decision = decide(sentence)
        if decision.outcome != "needs_facts":
            reached.add(decision.rules[0])
            reached |= {reason.rule for reason in decision.reasons if reason.outcome == "note"}
    rules = {rule.id for book in HOUSE.books.values() for rule in book.rules}
    assert sorted(rules - reached) == []


def test_every_outcome_of_every_kind_has_a_case() -> None:
    seen = defaultdict(set)
    for sentence in SENTENCES:
        seen[sentence.kind].add(decide(sentence).outcome)
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
        decide(sentence)
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
        for source in decide(sentence).sources:
            if source.kind == "law" and sentence.order:
                country = sentence.order.country
                where = "EU" if country in {"IS", "LI", "NO"} else region_of(country)
                assert source.region in ("", where), sentence
