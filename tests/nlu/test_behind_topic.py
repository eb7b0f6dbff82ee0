"""What is learnt of messages behind the topic in hand, and what becomes of it."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

from concierge.nlu.behind_topic import behind, of_examples, of_talks, read_talks, titles
from concierge.nlu.context_model import ContextModel
from concierge.nlu.context_ranking import Before, rank
from concierge.selection import ANSWERS, BEHIND, Behind
from concierge.settings import ROOT

SUBJECTS = {"return_item": "Returns", "repair_item": "Repairs"}


def test_each_message_of_a_talk_stands_behind_the_topic_of_the_one_before_it() -> None:
    turns = [
        {"say": "can I send it back", "answers": ["return_item/may"]},
        {"say": "thanks", "answers": ["~thanks"]},
        {"say": "even  without the TAG?", "answers": ["return_item/may_tags", "return_item"]},
        {"say": "and if it breaks", "answers": ["+repair_item", "repair_item"]},
        {"say": "my password", "answers": ["account"]},
    ]
    assert of_talks([{"turns": turns}], SUBJECTS) == [
        ("returns. thanks", "~thanks"),
        ("returns. even without the tag?", "return_item/may_tags"),
        ("returns. and if it breaks", "repair_item"),
        ("repairs. my password", "account"),
    ]


def test_short_questions_are_put_behind_their_own_topic_and_whole_ones_behind_any() -> None:
    examples = [
        ("until when", "return_item/until_when"),
        ("how long does the repair of a bag take", "repair_item/how_long"),
        ("repairs please", "repair_item"),
        ("what is your newsletter about, I wonder", "newsletter"),
        ("tell me a joke", "out_of_scope"),
    ]
    made = of_examples(examples, SUBJECTS)
    assert (behind("Returns", "until when"), "return_item/until_when") in made
    (whole,) = [each for each in made if each[1] == "repair_item/how_long"]
    assert whole[0].partition(". ")[0] in {"returns", "repairs"}
    (beside,) = [text for text, answer in made if answer == "out_of_scope"]
    assert beside.endswith(". tell me a joke")
    assert len(made) == 3
    assert of_examples(examples, SUBJECTS) == made


def test_talks_are_read_of_all_files_or_of_some() -> None:
    talks = read_talks(ROOT)
    assert len(talks) > len(read_talks(ROOT, ["owners", "waiting"])) > len(read_talks(ROOT, ["owners"])) > 0
    answers = {answer for _, answer in of_talks(talks, titles())}
    assert len(answers) > 100


def test_of_an_english_message_both_encoders_speak_and_of_any_other_one() -> None:
    generator = np.random.default_rng(3)
    middle = np.eye(384, dtype=np.float32)[:3]
    vectors = np.repeat(middle, 20, axis=0) + generator.normal(0, 0.01, (60, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    english = vectors.copy()
    english[::2] = np.nan
    names = [name for name in ("a", "b", "~told") for _ in range(20)]
    model = ContextModel(ContextModel.fit(vectors, english, names, np.ones(60), {}))
    found = model.likely(middle[1], None)
    assert max(found, key=lambda name: found[name]) == "b"
    assert abs(sum(found.values()) - 1) < 1e-4
    assert found["b"] > 0.6
    both = model.likely(middle[1], middle[2])
    assert both["b"] == pytest.approx(found["b"] / 2, abs=0.1)
    assert both["~told"] > 0.3


def test_behind_a_topic_is_worked_out_when_asked_for_and_copied_as_far() -> None:
    asked: list[str] = []

    def likely(topic: str) -> dict[str, float]:
        asked.append(topic)
        return {f"{topic}/who_pays": 1.0}

    found = Behind(SUBJECTS, likely)
    assert copy.deepcopy(found) == {}
    assert found["return_item"] == {"return_item/who_pays": 1.0}
    assert json.loads(json.dumps(found)) == copy.deepcopy(found) == {"return_item": {"return_item/who_pays": 1.0}}
    assert asked == ["return_item"]


def test_an_answer_that_only_the_topic_in_hand_makes_one_think_of_may_be_the_likeliest() -> None:
    parsed = {
        "intent_ranking": [{"name": "payment_methods", "confidence": 0.3}],
        ANSWERS: {},
        BEHIND: {"return_item": {"return_item/until_when": 0.97, "payment_methods": 0.03}},
    }
    assert rank(parsed, Before("return_item"))[0][0] == "return_item/until_when"
    assert rank(parsed, Before("payment_methods"))[0][0] == "payment_methods"
