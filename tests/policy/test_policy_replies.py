"""Every rule has been read by somebody: what its reply says in each language, with nothing left out or unfilled."""

from __future__ import annotations

import re

import pytest

from concierge import yaml_files
from concierge.policy import load_house
from tests.policy.rendering import LANGUAGES, decide, render
from tests.policy.sentences import Sentence, sentences
from tests.policy.table import SPOKEN, page, spoken

HOUSE = load_house()
LEFT_OUT = {"days_left"}  # on the last day: the date says it


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sentence", list(sentences()), ids=str)
def test_nothing_of_a_reply_is_left_out(sentence: Sentence, language: str) -> None:
    text, _, missing = render(sentence, decide(sentence, HOUSE), language)
    assert text
    assert missing <= LEFT_OUT
    assert not re.search(r"[{}]|None|\bnull\b", text)


def test_what_is_said_is_what_was_read() -> None:
    """After a change that is meant: ``python -m tests.policy.table``, and read ``results/replies-by-rule.md``."""
    assert spoken(HOUSE) == yaml_files.read(SPOKEN)


def test_the_page_has_every_rule_in_every_language() -> None:
    text = page(HOUSE)
    rules = [rule.id for book in HOUSE.books.values() for rule in book.rules]
    assert [rule for rule in rules if f"## {rule} [" not in text] == []
    assert text.count("\n- **") == len(rules) * len(LANGUAGES)
