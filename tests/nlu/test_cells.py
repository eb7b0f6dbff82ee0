"""The single question about a topic is told from the others, and from the general one."""

from __future__ import annotations

from typing import Any

import pytest

from concierge import yaml_files
from concierge.selection import SELECTOR, selected
from concierge.settings import ROOT

CELLS: dict[str, list[str]] = yaml_files.read(ROOT / "tests" / "nlu" / "cells.yml")


@pytest.fixture(scope="module")
def parsed(assistant: Any) -> dict[str, Any]:
    """What is understood of each question, by its text."""
    texts = [text for asked in CELLS.values() for text in asked]
    return dict(zip(texts, assistant.parse(texts), strict=True))


def test_the_cell_is_chosen_where_the_topic_is_known(parsed: dict[str, Any]) -> None:
    asked = [(cell, parsed[text]) for cell, texts in CELLS.items() for text in texts]
    known = [(cell, found) for cell, found in asked if found["intent"]["name"] == cell.partition("/")[0]]
    right = sum(selected(found) == cell for cell, found in known)
    assert right / len(known) >= 0.85


def test_topic_and_cell_are_found_together(parsed: dict[str, Any]) -> None:
    right = sum(selected(parsed[text]) == cell for cell, texts in CELLS.items() for text in texts)
    assert right / len(parsed) >= 0.75


def test_every_cell_has_questions_that_it_was_not_trained_on() -> None:
    from concierge.authoring import topics

    book = topics.Book.read(ROOT)
    trained = {text.casefold() for examples in book.cells.values() for text, _ in examples}
    assert {cell for cell in book.cells if len(CELLS.get(cell, [])) < 4} == set()
    assert {text for asked in CELLS.values() for text in asked if text.casefold() in trained} == set()


def test_a_message_without_a_subject_gets_the_cells_of_every_group(assistant: Any) -> None:
    (found,) = assistant.parse(["and who pays for that?"])
    cells = [each["intent_response_key"] for each in found[SELECTOR]["follow_up"]["ranking"]]
    assert "return_item/who_pays" in cells
