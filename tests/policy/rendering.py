"""Whether a decision is what a case says, and what a customer reads of it in a language, under a given house."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from concierge.answers import filling
from concierge.answers.filling import Filling
from concierge.answers.replies import Replies
from concierge.answers.wording import read_wording
from concierge.policy import Decision, House
from tests.policy.mutants import with_figures
from tests.policy.sentences import Sentence

LANGUAGES = ("en", "fr", "it", "de", "es")
ROOT = Path(__file__).resolve().parents[2]


class Told(Filling):
    """Keeps what was filled in, in the order of the reply."""

    def __init__(self, language: str, region: str, passed: Mapping[str, Any], today: date) -> None:
        super().__init__(language, region, passed, today)
        self.said: list[str] = []

    def __call__(self, name: str) -> str | None:
        text = super().__call__(name)
        if text is not None:
            self.said.append(text)
        return text


@lru_cache(maxsize=1)
def replies() -> Replies:
    return Replies(read_wording(ROOT))


def decide(sentence: Sentence, house: House) -> Decision:
    """The decision of a case, for a house that has the case's own ``figures``."""
    item = sentence.fields.get("item")
    return with_figures(house, sentence.fields.get("figures", {})).decide(
        sentence.kind,
        sentence.order,
        line=str(item) if item else None,
        facts=sentence.fields.get("facts", {}),
        on=sentence.on,
    )


def expect(sentence: Sentence, decision: Decision) -> None:
    """Raises ``AssertionError`` where the decision is not what the case says."""
    expected = sentence.fields
    told = f"{decision.outcome} because {decision.rules}"
    if expected["expect"].startswith("asks "):
        assert decision.outcome == "needs_facts", told
        assert decision.missing[0] == expected["expect"].split()[1]
        assert decision.response == f"utter_ask_fact_{decision.missing[0]}"
    else:
        assert decision.outcome == expected["expect"], told
        assert decision.rules[0] == f"{sentence.kind}.{expected['because']}", told
    if "missing" in expected:
        assert list(decision.missing) == expected["missing"]
    if "also" in expected:
        assert [reason.code for reason in decision.reasons[1:]] == expected["also"]
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


def agrees(sentence: Sentence, decision: Decision) -> bool:
    """As ``expect``, as an answer."""
    try:
        expect(sentence, decision)
    except (AssertionError, KeyError):
        return False
    return True


def render(sentence: Sentence, decision: Decision, language: str) -> tuple[str, list[str], set[str]]:
    """The text, what was filled into it, and the values for which sentences were left out."""
    region = sentence.order.region if sentence.order else "ROW"
    texts, said, missing = [], [], set()
    parts = [(decision.response, decision.values), *((note.response, note.values) for note in decision.notes)]
    for response, values in parts:
        text, told = reply(response, values, language, region, decision.on.date())
        texts.append(text)
        said += told.said
        missing |= told.missing
    return " ".join(texts), said, missing


def reply(
    response: str, values: Mapping[str, Any], language: str, region: str, today: date, channel: str = "website"
) -> tuple[str, Told]:
    """One reply, and what was filled into it."""
    variant = replies().matching(response, language, channel, {"region": region, "language": language})[0]
    told = Told(language, region, values, today)
    return variant.fill(told).get("text", ""), told


def living_in(house: House, patch: pytest.MonkeyPatch) -> None:
    """Has replies say the figures of this house."""
    patch.setattr(filling, "load_house", lambda own: house)
