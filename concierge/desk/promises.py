"""The promise ledger: what the house has told this customer it will do, and by when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from concierge.conversations import Message, RecordedDecision
from concierge.serialisation import as_json

# A figure in one of these units is a span of time, and told to a customer it is a promise; advice on care is not.
TIMES = {"hours", "days", "business_days", "weeks", "months"}
ADVICE = "care."
# The deadline of such a decision is a day that is over, or one that depends on what is not known yet.
NOTHING_PROMISED = ("no", "needs_facts")


def commitments(messages: Iterable[Message], decisions: Iterable[RecordedDecision]) -> list[dict[str, Any]]:
    """Oldest first: deadlines of decisions, and each span of time when a reply first named it."""
    found = []
    for decision in decisions:
        if decision.outcome not in NOTHING_PROMISED and decision.document.get("deadline"):
            found.append(
                {
                    "made_at": decision.created_at,
                    "about": decision.kind,
                    "outcome": decision.outcome,
                    "due": decision.document["deadline"],
                    "order_number": decision.order_number or None,
                    "sources": decision.document.get("sources") or [],
                }
            )
    told: set[Any] = set()
    for message in messages:
        for figure in _figures(message):
            if figure["key"] in told:
                continue
            told.add(figure["key"])
            found.append(
                {
                    "made_at": message.created_at,
                    "about": figure["key"],
                    "seq": message.seq,
                    "value": figure.get("value"),
                    "unit": figure.get("unit"),
                    "sources": [figure["source"]] if figure.get("source") else [],
                }
            )
    return list(as_json(sorted(found, key=lambda each: each["made_at"])))


def _figures(message: Message) -> list[dict[str, Any]]:
    figures = message.meta.get("figures") if message.role == "assistant" else None
    if not isinstance(figures, list):
        return []
    return [each for each in figures if isinstance(each, dict) and each.get("unit") in TIMES and _promised(each)]


def _promised(figure: dict[str, Any]) -> bool:
    return isinstance(figure.get("key"), str) and not figure["key"].startswith(ADVICE)
