"""Which of the house's answers a message asks for, after what was asked before it.

“Even without the tag?” says little by itself, and all after “can I return a hoodie?”. So every answer is weighed that
the message by itself or behind the title of the topic in hand (``concierge.nlu.context_selector``) makes
one think of: by what is believed of its topic, by how it is chosen among that topic's answers, by what both mean
together, and by whether the topic is in hand, was asked about before, or is of the group of one that was. The weights
are learnt from talks in which somebody has written beside each message what answers it (``bench.tune_context``).
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from concierge import intents
from concierge.intents import QUESTIONS
from concierge.nlu.behind_topic import REMARKS
from concierge.selection import ANSWERS, BEHIND, Parsed

WEIGHTS = Path(__file__).with_name("context_weights.json")
_TOPICS = 8  # of the message by itself, and of it behind the topic in hand, that are weighed
_LEAST_TOPIC, _LEAST_ANSWER = 1e-3, 0.02  # what a reading does not think of is not impossible
_NOT_READ = 0.5  # of the answers of a topic that the message by itself does not make one think of
FEATURES = (
    "topic by itself",
    "answer by itself",
    "answer behind the topic in hand",
    "general answer",
    "topic in hand",
    "group in hand",
    "topic before",
    "group before",
)


@dataclass(frozen=True)
class Before:
    """What was asked until now: the ``topic`` in hand, and those before it."""

    topic: str
    topics: Sequence[str] = ()


def rank(parsed: Parsed, before: Before) -> list[tuple[str, float]]:
    """Answers, as ``topic`` for a general one and ``topic/facet`` for a single one, with the belief in each; the
    likeliest first."""
    names, features = weighed(parsed, before)
    scores = features @ _weights()
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    return [(names[at], float(shares[at])) for at in np.argsort(-shares)]


def weighed(parsed: Parsed, before: Before) -> tuple[list[str], np.ndarray]:
    """The answers that are thought of, and their ``FEATURES``: an array of answers by features."""
    believed = {str(each["name"]): float(each["confidence"]) for each in parsed.get("intent_ranking") or ()}
    behind = {name: share for name, share in at(parsed.get(BEHIND, {}), before.topic).items() if name not in REMARKS}
    names: list[str] = []
    rows: list[list[float]] = []
    answers_behind = defaultdict(list)  # by topic, the likeliest first
    for answer in sorted(behind, key=lambda each: -behind[each]):
        answers_behind[answer.partition("/")[0]].append(answer)
    for topic in _topics(believed, answers_behind, before.topic):
        within = at(parsed.get(ANSWERS, {}), topic)
        of_topic, where = math.log(max(believed.get(topic, 0.0), _LEAST_TOPIC)), _where(topic, before)
        for answer in dict.fromkeys([topic, *within, *answers_behind.get(topic, ())]):
            by_itself = math.log(max(within.get(answer, 0.0), _LEAST_ANSWER)) if within else math.log(_NOT_READ)
            in_hand = math.log(behind.get(answer, 0.0) + _LEAST_TOPIC) if behind else 0.0
            names.append(answer)
            rows.append([of_topic, by_itself, in_hand, float(answer == topic), *where])
    return names, np.array(rows)


def at(answers: Mapping[str, Mapping[str, float]], topic: str) -> Mapping[str, float]:
    """Of answers that are worked out as they are asked for; nothing where there is no such topic."""
    try:
        return answers[topic]
    except KeyError:
        return {}


def _topics(by_itself: Iterable[str], behind: Iterable[str], in_hand: str) -> list[str]:
    """Those that are weighed, of two readings' topics, each by likelihood."""
    asked_about = intents.of_kind(*QUESTIONS)
    likely = [[name for name in each if name in asked_about][:_TOPICS] for each in (by_itself, behind, [in_hand])]
    return list(dict.fromkeys(name for each in likely for name in each))


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
