"""Replies say the same in every language, and nothing in them is a number typed by hand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from concierge import yaml_files
from concierge.languages.registry import complete
from concierge.policy import load_house
from concierge.settings import ROOT

LANGUAGES = complete()
DATA = ROOT / "data"
OUTSIDE_TOPICS = sorted(path for path in DATA.rglob("*.yml") if path.parent.name != "faq")
PLACEHOLDER = re.compile(r"{([^}]+)}")
# Without a reply in the customer's language: the notice that says so.
OF_EVERY_LANGUAGE = {"utter_answered_in_english"}


def responses(path: Path) -> dict[str, list[dict[str, Any]]]:
    return yaml_files.read(path).get("responses") or {}


def identifier(path: Path) -> str:
    return str(path.relative_to(DATA).with_suffix(""))


WITH_REPLIES = [path for path in OUTSIDE_TOPICS if responses(path)]


def shape(variant: dict[str, Any]) -> tuple[Any, ...]:
    """What must be the same whatever the language: conditions, placeholders, what the buttons do."""
    others = tuple(sorted((c["name"], c["value"]) for c in variant.get("condition") or [] if c["name"] != "language"))
    payloads = tuple(button["payload"] for button in variant.get("buttons") or [])
    return others, tuple(sorted(set(PLACEHOLDER.findall(variant["text"])))), payloads


def language(variant: dict[str, Any]) -> str:
    return next((c["value"] for c in variant.get("condition") or [] if c["name"] == "language"), "en")


# A topic may answer in English alone; what is begun in another language is there in all of them.
TRANSLATED_TOPICS = [
    path
    for path in sorted((DATA / "faq").glob("*.yml"))
    if any(language(variant) != "en" for variants in responses(path).values() for variant in variants)
]


@pytest.mark.parametrize("path", WITH_REPLIES + TRANSLATED_TOPICS, ids=identifier)
def test_every_language_has_the_same_replies_placeholders_and_buttons(path: Path) -> None:
    for name, variants in responses(path).items():
        if name in OF_EVERY_LANGUAGE:
            continue
        shapes = {code: sorted(shape(v) for v in variants if language(v) == code) for code in LANGUAGES}
        for code in LANGUAGES[1:]:
            assert shapes[code] == shapes["en"], f"{name} in {code}"


@pytest.mark.parametrize("path", WITH_REPLIES + TRANSLATED_TOPICS, ids=identifier)
def test_no_digits_no_exclamation_marks_no_emoji_and_few_sentences(path: Path) -> None:
    for name, variants in responses(path).items():
        for variant in variants:
            text = PLACEHOLDER.sub("", variant["text"])
            assert not re.search(r"\d", text), f"{name}: a figure belongs in concierge/policy/figures: {text}"
            assert "!" not in text, f"{name}: {text}"
            assert not re.search("[\U0001f300-\U0001faff\u2600-\u27bf]", text), f"{name}: {text}"
            assert len(re.findall(r"[.?!](?:\s|$)", text)) <= 5, f"{name}: too long: {text}"


def test_every_reply_that_a_decision_may_give_is_written_and_names_only_what_it_brings() -> None:
    written = {name: variants for path in WITH_REPLIES for name, variants in responses(path).items()}
    house = load_house()
    assert not house.responses() - set(written)
    # Beside the decision's own values, what the order tells; such a sentence is left out where it does not.
    of_the_order = {"tracking", "received_date", "charged_date"}
    for name in house.responses():
        for variant in written[name]:
            used = {placeholder for placeholder in PLACEHOLDER.findall(variant["text"]) if "." not in placeholder}
            assert used <= house.placeholders(name) | of_the_order, name


def said_by_rules(path: Path) -> set[str]:
    """The replies that a rule or a story says itself: nothing brings them a value."""
    content = yaml_files.read(path) or {}
    steps = [step for kind in ("rules", "stories") for each in content.get(kind) or [] for step in each["steps"]]
    return {step["action"] for step in steps if str(step.get("action", "")).startswith("utter_")}


def test_what_a_rule_says_names_figures_only() -> None:
    written = {name: variants for path in DATA.rglob("*.yml") for name, variants in responses(path).items()}
    for name in set().union(*(said_by_rules(path) for path in DATA.rglob("*.yml"))):
        for variant in written[name]:
            never_filled = {
                placeholder for placeholder in PLACEHOLDER.findall(variant["text"]) if "." not in placeholder
            }
            assert not never_filled, f"{name} names {never_filled}, which only an action could bring"


def test_a_reply_has_one_home() -> None:
    homes: dict[str, list[str]] = {}
    for path in sorted(DATA.rglob("*.yml")):
        for name in responses(path):
            homes.setdefault(name, []).append(identifier(path))
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
