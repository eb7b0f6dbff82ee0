"""What a message costs is saved where it changes no answer."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

from concierge.nlu.cell_model import _of_halves
from concierge.selection import Answers


@pytest.mark.parametrize("number", [0, 1, 255, 256, 1000])
def test_examples_of_half_precision_are_multiplied_as_numpy_does(number: int) -> None:
    generator = np.random.default_rng(number)
    examples = generator.standard_normal((number, 384)).astype(np.float16)
    examples[:, ::5] *= np.float16(1e-6)  # too small for a half to be normal
    examples[:, 7] = 0
    vector = generator.standard_normal(384).astype(np.float32)
    vector /= np.linalg.norm(vector)
    found = _of_halves(examples, vector)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, examples.astype(np.float32) @ vector, atol=1e-6)


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
