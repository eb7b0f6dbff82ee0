"""``concierge policy``: what it prints, and what it says when it cannot."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

import concierge.orders
import concierge.settings
from concierge.orders.model import Order
from concierge.policy import Decision
from concierge.policy.commands import policy
from tests.policy.sentences import build

ORDER = build({"placed": date(2026, 2, 25), "delivered": date(2026, 3, 1), "items": ["fragrance", "sale bag"]})


class Shelf:
    closed = False

    def get(self, number: str) -> Order | None:
        return ORDER if number == ORDER.number else None

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf()
    monkeypatch.setattr(concierge.orders, "open_orders", lambda url: shelf, raising=False)
    _settings(monkeypatch, None)
    return shelf


def _settings(monkeypatch: pytest.MonkeyPatch, policy_date: date | None) -> None:
    found = SimpleNamespace(orders="sqlite://", policy_date=policy_date, var=Path(), policy_figures=None)
    monkeypatch.setattr(concierge.settings, "get_settings", lambda: found)


def run(*words: str) -> Result:
    return CliRunner().invoke(policy, list(words))


def explain(*words: str) -> Result:
    return run("explain", ORDER.number, *words)


def test_a_decision_is_explained_with_rule_figure_and_source(shelf: Shelf) -> None:
    result = explain("return", "--on", "2026-04-01", "--line", "2")
    assert result.exit_code == 0
    assert result.output.startswith("NO: return of order BA10000099, item 2, on 2026-04-01T12:00:00+02:00\n")
    for words in (
        "return.too_late_no_repair [no]",
        "when delivered_on past returns.window",
        "deadline   2026-03-31 (1 days ago)",
        "returns.window = 30 days (since 2024-01-01; faq#return-policy)",
        "faq#return-policy: Customer Service, Frequently Asked Questions, Return Policy (house)",
        "next step  advisor",
    ):
        assert words in result.output
    assert shelf.closed


def test_missing_facts_are_listed_and_can_be_given(shelf: Shelf) -> None:
    asked = explain("return", "--on", "2026-03-05", "--line", "1")
    assert "NEEDS FACTS" in asked.output
    assert "missing    opened" in asked.output
    assert "YES: return" in explain("return", "--on", "2026-03-05", "--line", "1", "--fact", "opened=no").output


def test_a_moment_counts_to_the_minute(shelf: Shelf) -> None:
    words = ("return", "--line", "1", "--fact", "opened=no", "--on")
    assert explain(*words, "2026-03-31T23:59").output.startswith("YES")
    assert explain(*words, "2026-03-31T22:30+00:00").output.startswith("NO")


def test_the_policy_date_of_the_settings_is_today(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    _settings(monkeypatch, date(2026, 4, 1))
    assert explain("return", "--line", "1").output.startswith("NO")
    _settings(monkeypatch, date(2026, 3, 2))
    assert explain("return", "--line", "1", "--fact", "opened=no").output.startswith("YES")


def test_json_is_the_decision_as_it_is_recorded(shelf: Shelf) -> None:
    result = explain("cancel", "--on", "2026-03-05", "--json")
    decision = Decision.from_dict(json.loads(result.output))
    assert decision.outcome == "no"
    assert decision.order_number == ORDER.number


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("BA1", "return"), "There is no order 'BA1'."),
        ((ORDER.number, "refund"), "is not one of"),
        ((ORDER.number, "return", "--line", "9"), "Order BA10000099 has no item '9'. Write one of: 1, 2."),
        ((ORDER.number, "return", "--on", "soon"), "'soon' is not a day; write it as 2026-12-31."),
        ((ORDER.number, "return", "--on", "2026-03-05 at noon"), "is not a moment; write 2026-12-31T18:00+01:00."),
        ((ORDER.number, "return", "--fact", "opened"), "write NAME=ANSWER, for example opened=no."),
        ((ORDER.number, "return", "--fact", "open=no"), "There is no fact 'open'. Did you mean 'opened'?"),
        ((ORDER.number, "return", "--fact", "opened=perhaps"), "Write true, false or unknown."),
        ((ORDER.number, "repair", "--fact", "purchase_date=May"), "Write a day as 2026-01-31."),
        ((ORDER.number, "repair", "--fact", "country_now=France"), "Write a country's two letters, for example FR."),
        ((ORDER.number, "repair", "--fact", "damage_cause=defekt"), "Did you mean 'defect'?"),
    ],
)
def test_what_cannot_be_done_is_said(shelf: Shelf, words: tuple[str, ...], message: str) -> None:
    result = run("explain", *words)
    assert result.exit_code != 0
    assert message in result.output
    assert "Traceback" not in result.output


def test_figures_are_listed_by_region_and_day() -> None:
    output = run("figures", "--region", "UK", "--on", "2026-03-01").output
    assert "withdrawal.law = Consumer Contracts Regulations 2013" in output
    assert "returns.processing = 3 to 7 business_days  [faq#return-policy]" in output
    assert "returns.window has no value on 2023-01-01" in run("figures", "--on", "2023-01-01").output


def test_facts_are_listed_with_their_values() -> None:
    output = run("facts").output
    assert "arrived_on: day the parcel arrived (date)" in output
    assert "problem: what is wrong with the delivery (not_received | damaged | wrong_item | missing_item)" in output


def test_check_counts_what_it_read() -> None:
    result = run("check")
    assert result.exit_code == 0
    assert "all is well" in result.output


def test_broken_data_is_said_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    from concierge.policy import PolicyError, commands

    def broken(own: Any) -> Any:
        raise PolicyError("returns.window has no unit.", "Write 'unit: days'.")

    monkeypatch.setattr(commands, "load_house", broken)
    result = run("check")
    assert result.exit_code == 1
    assert "Write 'unit: days'." in result.output
