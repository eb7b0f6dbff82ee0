"""Which answer of a topic a message asks for, as Rasa's actions read it from the parse data. Knows nothing of Rasa."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Iterable, Mapping, Sequence
from typing import Any

SELECTOR = "response_selector"  # Rasa's names of the property, and of the selection that an action takes
DEFAULT = "default"
GUESSES = "guesses"  # the property that ranks what a message may mean after the topic in hand, as Rasa's intent_ranking
ANSWERS = "answers"  # the property that holds ``Answers``
BEHIND = "behind"  # the property that holds ``Behind``
PRICE = "item_price"  # the topic of what a piece costs
FOLLOW_UP = "follow_up"  # the selection among the cells of all topics, for a question whose subject is the last one's

Parsed = Mapping[str, Any]  # as Rasa's parse returns it
Parse = Callable[[str], Awaitable[Parsed]]


class Answers(dict[str, Mapping[str, float]]):
    """How likely each answer of the likeliest topics is meant, by topic and answer.

    A topic's are worked out as ``answers[topic]`` is asked for: only a message that is asked on needs any. Written down
    as JSON it holds those that were; a copy is a plain dictionary of them all.
    """

    def __init__(self, topics: Iterable[str], within: Callable[[str], Mapping[str, float]]) -> None:
        super().__init__()
        self._topics, self._within = tuple(topics), within

    def __missing__(self, topic: str) -> Mapping[str, float]:
        if topic not in self._topics:
            raise KeyError(topic)
        self[topic] = found = self._within(topic)
        return found

    def __reduce__(self) -> tuple[type, tuple[dict[str, Mapping[str, float]]]]:
        return dict, ({topic: self[topic] for topic in self._topics},)


class Behind(Answers):
    """How likely each answer of the house is meant, by the topic in hand and answer; worked out as a topic's are asked
    for. A copy has those that were."""

    def __reduce__(self) -> tuple[type, tuple[dict[str, Mapping[str, float]]]]:
        return dict, (dict(self),)


def selection(topic: str, ranking: Sequence[tuple[str, float]] = (), least: float = 0.0) -> dict[str, Any]:
    """The best of a ranking, or the topic's general answer below ``least``."""
    best, confidence = ranking[0] if ranking else (topic, 1.0)
    name = best if confidence >= least else topic
    return {
        "response": {"intent_response_key": name, "utter_action": f"utter_{name}", "confidence": confidence},
        "ranking": [{"intent_response_key": cell, "confidence": round(score, 4)} for cell, score in ranking],
    }


def pressed(parsed: Parsed) -> dict[str, Any]:
    """What a button means, with the general answer: Rasa reads it past the pipeline, so no component selects one."""
    return {**parsed, SELECTOR: {DEFAULT: selection((parsed.get("intent") or {}).get("name") or "")}}


def selected(parsed: Parsed) -> str | None:
    """The cell that a message asks for, if it asks for one."""
    response = ((parsed.get(SELECTOR) or {}).get(DEFAULT) or {}).get("response") or {}
    name = str(response.get("intent_response_key") or "")
    return name if "/" in name else None


def likeliest(ranking: Iterable[Mapping[str, Any]] | None, among: Container[str]) -> tuple[str, float]:
    """The first intent of a ranking that is one of these, and how sure it is; ``("", 0.0)`` where none is."""
    found = next((each for each in ranking or () if each.get("name") in among), {})
    return str(found.get("name") or ""), float(found.get("confidence") or 0.0)


def across_topics(parsed: Parsed) -> Sequence[Mapping[str, Any]]:
    """The likeliest cells of every group of topics, where the message may have no subject of its own."""
    found: Sequence[Mapping[str, Any]] = ((parsed.get(SELECTOR) or {}).get(FOLLOW_UP) or {}).get("ranking") or ()
    return found
