"""What a message costs is saved where it changes no answer."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

from concierge.nlu.cell_model import _Examples
from concierge.selection import Answers


@pytest.mark.parametrize("rows", [slice(1000), slice(3), np.array([], dtype=np.int64), np.array([999, 0, 400])])
def test_cosines_of_examples_in_bytes_are_true_to_some_thousandths(rows: slice | np.ndarray) -> None:
    generator = np.random.default_rng(7)
    examples = generator.standard_normal((1000, 384)).astype(np.float32)
    examples /= np.linalg.norm(examples, axis=1, keepdims=True)
    vector = examples[400]
    found = _Examples(examples.astype(np.float16)).cosines(rows, vector)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, examples[rows] @ vector, atol=5e-3)


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
