"""Which of all the house's answers a message behind the topic in hand asks for: arrays in, arrays out.

Two voices speak, each with half a say: the votes of the nearest texts and a regression, both over the English encoder's
vectors. What it learns from is in :mod:`concierge.nlu.behind_topic`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from concierge.nlu.eight_bits import Cosines, graph_of
from concierge.nlu.neighbours import votes
from concierge.nlu.softmax import fit, softmax

NEIGHBOURS, _WIDTH = 10, 0.07
_STRENGTH, _SCALE, _ITERATIONS = 10.0, 4.0, 50


class ContextModel:
    """The trained arrays at work. ``titles`` are those that topics were trained by."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self.answers = [str(name) for name in arrays["answers"]]
        self._labels, self._weights, self._bias = arrays["labels"], arrays["weights"], arrays["bias"]
        self._similar = Cosines(arrays["examples"])
        self.titles = dict(zip(arrays["topics"].tolist(), arrays["titles"].tolist(), strict=True))

    def likely(self, vector: np.ndarray) -> dict[str, float]:
        """How likely each answer is, by its name; ``vector`` is the encoder's, of one text."""
        shares = votes(self._similar(vector[None]), self._labels, len(self.answers), NEIGHBOURS, _WIDTH)[0]
        found = (shares + softmax(vector @ self._weights + self._bias)) / 2
        return dict(zip(self.answers, found.tolist(), strict=True))

    @staticmethod
    def fit(vectors: np.ndarray, names: list[str], titles: Mapping[str, str]) -> dict[str, Any]:
        """The arrays. ``vectors`` are of texts, a row each, and ``names`` the answers to them; ``titles`` are those of
        the topics that messages were read behind, by name."""
        answers, labels = np.unique(np.array(names), return_inverse=True)
        weights = fit(vectors * _SCALE, labels, len(answers), _STRENGTH, _ITERATIONS)
        return {
            "answers": answers,
            "labels": labels,
            "examples": graph_of(vectors),
            "weights": np.ascontiguousarray(weights[:-1] * np.float32(_SCALE)),
            "bias": weights[-1],
            "topics": np.array(list(titles)),
            "titles": np.array(list(titles.values())),
        }
