"""The promise ledger: what the house has told this customer it will do, and by when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from concierge.conversations import Message, RecordedDecision
from concierge.handoff.plain import plain

# Units that make a figure in a reply a promise of time rather than a fact.
TIMES = {"hours", "days", "business_days", "weeks", "months"}


def commitments(messages: Iterable[Message], decisions: Iterable[RecordedDecision]) -> list[dict[str, Any]]:
    """Oldest first: deadlines of decisions, and every span of time that a reply named, with its source."""
    found = []
    for decision in decisions:
        if decision.document.get("deadline"):
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
    for message in messages:
        for figure in _figures(message):
            found.append(
                {
                    "made_at": message.created_at,
                    "about": figure.get("key"),
                    "seq": message.seq,
                    "value": figure.get("value"),
                    "unit": figure.get("unit"),
                    "sources": [figure["source"]] if figure.get("source") else [],
                }
            )
    return list(plain(sorted(found, key=lambda each: each["made_at"])))


def _figures(message: Message) -> list[dict[str, Any]]:
    figures = message.meta.get("figures") if message.role == "assistant" else None
    if not isinstance(figures, list):
        return []
    return [each for each in figures if isinstance(each, dict) and each.get("unit") in TIMES]
