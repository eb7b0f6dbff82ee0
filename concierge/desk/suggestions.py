"""Drafts that an advisor may begin with: from the decision, from the order, from what the case still needs.

By rules, in the house's wording and the customer's language. Nothing is made up: a sentence whose value is not known is
left out, and a draft that would say nothing is not offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from concierge.answers.filling import Filling
from concierge.answers.replies import Replies
from concierge.answers.values import day
from concierge.answers.wording import read_wording
from concierge.conversations import RecordedDecision
from concierge.conversations.base import now
from concierge.languages.registry import candidates, locale_of
from concierge.orders.model import Order
from concierge.policy import Decision
from concierge.settings import get_settings

FILE = Path(__file__).with_name("suggestions.yml")
_BRACES = re.compile(r"\{(\w+)\}")
_ASKS = "utter_ask_fact_"


@dataclass(frozen=True)
class Known:
    """What drafts are made from; ``decisions`` oldest first."""

    first_name: str
    advisor: str
    language: str
    region: str
    channel: str
    order: Order | None
    decisions: tuple[RecordedDecision, ...]
    greeted: bool = False


@dataclass(frozen=True)
class Suggestion:
    """``because``: what it was made from, decision, order or missing."""

    because: str
    language: str
    text: str


def suggestions(known: Known) -> list[Suggestion]:
    """At most one of each kind, each in the customer's language or the one that answers for it. Blocks."""
    decision = _last(known.decisions)
    found = [
        _said("decision", known, lambda language: _decided(known, decision, language) if decision else ""),
        _said("order", known, lambda language: _ordered(known, language)),
        _said("missing", known, lambda language: _asked(known, decision, language)),
    ]
    return [each for each in found if each]


def _said(because: str, known: Known, write: Any) -> Suggestion | None:
    for language in candidates(known.language):
        if text := write(language):
            opening = "" if known.greeted else sentence("opening", language, _names(known))
            return Suggestion(because, language, " ".join(each for each in (opening, text) if each))
    return None


def _decided(known: Known, decision: Decision, language: str) -> str:
    if decision.outcome == "needs_facts":
        return ""
    parts = [(decision.response, decision.values), *((note.response, note.values) for note in decision.notes)]
    return " ".join(filter(None, (_reply(name, values, language, known) for name, values in parts)))


def _asked(known: Known, decision: Decision | None, language: str) -> str:
    """The question that the decision waits for; where no order is known, for its number; else whether all is well."""
    if decision and decision.outcome == "needs_facts" and decision.missing:
        return _reply(_ASKS + decision.missing[0], decision.values, language, known)
    if known.order is None:
        return sentence("which_order", language, {})
    return sentence("goes_on", language, {"order": known.order.number})


def _ordered(known: Known, language: str) -> str:
    """Where the order is by now: one sentence, and what is open of returns and repairs."""
    order, locale, today = known.order, locale_of(language, known.region), now().date()
    if order is None:
        return ""
    parcel = next((each for each in reversed(order.shipments) if each.tracking or each.url), None)
    values = {"order": order.number, "piece": order.lines[0].product if order.lines else ""}
    if parcel:
        values["tracking"] = parcel.url or parcel.tracking
        values["expected"] = day(parcel.expected_to, locale, today) if parcel.expected_to else ""
        delivered = _date(parcel.delivered_at)
        values["delivered"] = day(delivered, locale, today) if delivered else ""
    return sentence(f"order_{order.status.value}", language, values)


def _reply(name: str, values: Mapping[str, Any], language: str, known: Known) -> str:
    """The house's reply as the assistant would say it, without its buttons."""
    variants = _replies(name).matching(name, language, known.channel, {"region": known.region, "language": language})
    if not variants:
        return ""
    return str(variants[0].fill(Filling(language, known.region, values)).get("text", ""))


def sentence(name: str, language: str, values: Mapping[str, str]) -> str:
    """Of the file, the first wording of which every value is known; empty where there is none."""
    for words in _sentences().get(name, {}).get(language, ()):
        if all(values.get(each) for each in _BRACES.findall(words)):
            return _BRACES.sub(lambda found: values[found[1]], words)
    return ""


def _names(known: Known) -> dict[str, str]:
    return {"first_name": known.first_name, "advisor": known.advisor}


def _last(decisions: Iterable[RecordedDecision]) -> Decision | None:
    """The newest one that can still be read: one of an older version may lack something."""
    for each in reversed(list(decisions)):
        try:
            return Decision.from_dict(each.document)
        except (KeyError, TypeError, ValueError):
            continue
    return None


def _date(at: Any) -> date | None:
    return at.date() if at else None


@lru_cache(maxsize=256)
def _replies(name: str) -> Replies:
    known = _wording().get(name)
    return Replies({name: known} if known else {})


@lru_cache(maxsize=1)
def _wording() -> dict[str, list[dict[str, Any]]]:
    return read_wording(get_settings().root)


@lru_cache(maxsize=1)
def _sentences() -> dict[str, dict[str, list[str]]]:
    written: dict[str, dict[str, list[str]]] = yaml.safe_load(FILE.read_text("utf-8"))
    return written
