"""The summary says what is on record, in two or three sentences, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

from concierge.handoff.summary import summarise
from concierge.orders.model import Category, Line, Order, SalesChannel, Status

ORDER = Order(
    number="BA10000001",
    email="claire@example.com",
    country="FR",
    region="EU",
    channel=SalesChannel.ONLINE,
    status=Status.CONFIRMED,
    currency="EUR",
    placed_at=datetime(2026, 11, 20, 9, tzinfo=timezone.utc),
    lines=(Line("1", "Hourglass bag", "Hourglass", Category.BAG, Decimal("1990"), "S"),),
)


def told(**changes: Any) -> str:
    known: dict[str, Any] = {
        "name": "Claire Fontaine",
        "language": "fr",
        "region": "EU",
        "channel": "website",
        "reason": "cancel_urgent",
        "order": None,
        "decisions": [],
        "last_words": "",
    }
    return summarise(**{**known, **changes})


def test_who_order_and_decision() -> None:
    decision = {
        "kind": "cancel",
        "outcome": "advisor",
        "reasons": [{"rule": "cancel.not_prepared", "says": "The warehouse has not begun."}],
    }
    assert told(order=ORDER, decisions=[decision], last_words="Cancel it") == (
        "Claire Fontaine asks to cancel an order (in French, by website, region EU). "
        "Order BA10000001, placed on 20 November 2026 (Hourglass bag (S)), is confirmed and not yet in preparation. "
        "The policy on cancelling the order: an advisor is to decide (The warehouse has not begun)."
    )


def test_their_own_words_when_there_is_room() -> None:
    assert told(reason="complaint", last_words="This is\nnot   acceptable") == (
        "Claire Fontaine makes a complaint (in French, by website, region EU). Last message: “This is not acceptable”"
    )


def test_a_line_a_deadline_and_missing_facts() -> None:
    decided = {"kind": "return", "outcome": "yes", "line": "1", "deadline": "2026-12-03", "rules": ["returns.accept"]}
    assert "returning (Hourglass bag): yes, until 3 December 2026 (rule returns.accept)." in told(
        order=ORDER, decisions=[decided]
    )
    open_decision = {"kind": "repair", "outcome": "needs_facts", "missing": ["damage_cause"]}
    assert "the repair: not decided, facts are missing (damage cause)." in told(decisions=[open_decision])


@pytest.mark.parametrize("status", list(Status))
def test_every_state_of_an_order_has_words(status: Status) -> None:
    assert told(order=replace(ORDER, status=status)).count("Order BA10000001") == 1


def test_unknown_codes_are_shown_not_guessed() -> None:
    assert told(reason="visit_the_atelier", language="xx") == (
        "Claire Fontaine was handed over (reason: visit the atelier) (in xx, by website, region EU)."
    )
    assert told(decisions=[{"kind": "odd_one", "outcome": "perhaps"}]).endswith("The policy on odd one: perhaps.")


def test_secrets_and_length() -> None:
    assert "4111" not in told(reason="complaint", last_words="my card is 4111111111111111")
    assert len(told(reason="complaint", last_words="x" * 9000)) < 400


def test_many_lines_are_counted() -> None:
    many = replace(ORDER, lines=tuple(replace(ORDER.lines[0], id=str(number)) for number in range(7)))
    assert "and 3 more" in told(order=many)
