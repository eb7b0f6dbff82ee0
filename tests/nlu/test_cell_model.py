"""What a message costs is saved where it changes no answer."""

from __future__ import annotations

import copy
import json

import pytest

from concierge.selection import Answers


def test_answers_of_a_topic_are_worked_out_once_and_when_asked_for() -> None:
    asked: list[str] = []

    def within(topic: str) -> dict[str, float]:
        asked.append(topic)
        return {topic: 1.0}

    answers = Answers(["return_item", "repair_item"], within)
    assert json.dumps(answers) == "{}"
    assert answers["return_item"] == answers["return_item"] == {"return_item": 1.0}
    assert asked == ["return_item"]
    with pytest.raises(KeyError):
        answers["care_leather"]
    copied = copy.deepcopy(answers)
    assert type(copied) is dict
    assert copied == {"return_item": {"return_item": 1.0}, "repair_item": {"repair_item": 1.0}}
