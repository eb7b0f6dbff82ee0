"""Which of the house's answers a message asks for, after what was asked before it.

“Even without the tag?” says little by itself, and all after “can I return a hoodie?”. So a message is read twice, by
itself and behind the customer's words before it, and every answer that either reading thinks of is weighed: by what the
readings believe of its topic, by how they choose among that topic's answers, and by whether the topic is in hand, was
asked about before, or is of the group of one that was. The weights are learnt from talks in which somebody has written
beside each message what answers it (``python -m bench.tune_context``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from concierge import intents
from concierge.intents import QUESTIONS
from concierge.selection import ANSWERS, Parsed

WEIGHTS = Path(__file__).with_name("context_weights.json")
_TOPICS = 8  # of each reading that are weighed
_LEAST_TOPIC, _LEAST_ANSWER = 1e-3, 0.02  # what a reading does not think of is not impossible
FEATURES = (
    "topic by itself",
    "topic after the words before",
    "topic in either",
    "answer by itself",
    "answer after the words before",
    "answer in either",
    "general answer",
    "topic in hand",
    "group in hand",
    "topic before",
    "group before",
)


@dataclass(frozen=True)
class Before:
    """What was asked until now: the ``topic`` in hand, those before it, and the customer's last ``words``."""

    topic: str
    topics: Sequence[str] = ()
    words: str = ""


def rank(by_itself: Parsed, after: Parsed, before: Before) -> list[tuple[str, float]]:
    """Answers, as ``topic`` for a general one and ``topic/facet`` for a single one, with the belief in each; the
    likeliest first. ``after`` is the message read behind the words before it."""
    names, features = weighed(by_itself, after, before)
    scores = features @ _weights()
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    return [(names[at], float(shares[at])) for at in np.argsort(-shares)]


def weighed(by_itself: Parsed, after: Parsed, before: Before) -> tuple[list[str], np.ndarray]:
    """The answers that are thought of, and their ``FEATURES``: an array of answers by features."""
    readings = [_Reading(by_itself), _Reading(after)]
    likely = [name for reading in readings for name in reading.likely()]
    names: list[str] = []
    rows: list[list[float]] = []
    for topic in dict.fromkeys([*likely, before.topic]):
        if topic not in intents.of_kind(*QUESTIONS):
            continue
        of_topic = [reading.topic(topic) for reading in readings]
        where = _where(topic, before)
        for answer in _answers(topic, readings):
            of_answer = [reading.answer(topic, answer) for reading in readings]
            clues = [*of_topic, max(of_topic), *of_answer, max(of_answer), float(answer == topic), *where]
            names.append(answer)
            rows.append(clues)
    return names, np.array(rows)


class _Reading:
    """What one way to read the message believes, in logarithms."""

    def __init__(self, parsed: Parsed) -> None:
        ranking = parsed.get("intent_ranking") or ()
        self._topics = {str(each["name"]): float(each["confidence"]) for each in ranking}
        self._answers: Mapping[str, Mapping[str, float]] = parsed.get(ANSWERS, {})

    def likely(self) -> list[str]:
        known = [name for name in self._topics if name in intents.of_kind(*QUESTIONS)]
        return known[:_TOPICS]

    def topic(self, name: str) -> float:
        return math.log(max(self._topics.get(name, 0.0), _LEAST_TOPIC))

    def within(self, topic: str) -> Mapping[str, float]:
        """How likely each answer of the topic is; nothing where this reading does not think of the topic."""
        try:
            return self._answers[topic]
        except KeyError:
            return {}

    def answer(self, topic: str, answer: str) -> float:
        within = self.within(topic)
        return math.log(max(within.get(answer, 0.0), _LEAST_ANSWER)) if within else math.log(0.5)


def _answers(topic: str, readings: Iterable[_Reading]) -> list[str]:
    return list(dict.fromkeys([topic, *(answer for each in readings for answer in each.within(topic))]))


def _where(topic: str, before: Before) -> list[float]:
    group = intents.get(topic).group
    groups = {intents.get(each).group for each in before.topics if each in intents.of_kind(*QUESTIONS)}
    in_hand = intents.get(before.topic).group if before.topic in intents.of_kind(*QUESTIONS) else ""
    near = (topic == before.topic, bool(group) and group == in_hand, topic in before.topics, group in groups - {""})
    return [float(each) for each in near]


@lru_cache(maxsize=1)
def _weights() -> np.ndarray:
    kept = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return np.array([kept[name] for name in FEATURES])
