"""Which of all the house's answers a message behind the topic in hand asks for, or that it asks nothing: arrays in,
arrays out.

A regression over the multilingual encoder's vectors speaks for messages in any language, and for English ones with half
a say, beside one over the English encoder's. What both learn from is in :mod:`concierge.nlu.behind_topic`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from concierge.nlu.softmax import OfVectors, fit_vectors, softmax

# Chosen with ``_COUNTED`` of the context selector on talks that nothing had seen (docs/decisions/0010): the votes of
# the nearest texts, a weaker penalty, and networks of one hidden layer told no more of them.
_HOW = OfVectors(scale=4.0, strength=0.5, iterations=50)


class ContextModel:
    """The trained arrays at work. ``titles`` are those that topics were trained by."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self.answers = [str(name) for name in arrays["answers"]]
        self._english, self._any = ((arrays[f"weights_{of}"], arrays[f"bias_{of}"]) for of in ("english", "any"))
        self.titles = dict(zip(arrays["topics"].tolist(), arrays["titles"].tolist(), strict=True))

    def likely(self, vector: np.ndarray, english: np.ndarray | None) -> dict[str, float]:
        """How likely each answer, or label of a remark, is, by its name. ``vector`` is the multilingual encoder's, of
        one text, and ``english`` the English one's, where the text is English."""
        found = _shares(vector, self._any)
        if english is not None:
            found = (found + _shares(english, self._english)) / 2
        return dict(zip(self.answers, found.tolist(), strict=True))

    @staticmethod
    def fit(
        vectors: np.ndarray, english: np.ndarray, names: list[str], times: np.ndarray, titles: Mapping[str, str]
    ) -> dict[str, Any]:
        """The arrays. ``vectors`` and ``english`` are of texts, a row each, the second of nan where a text is not
        English; ``names`` are the answers to them or labels of remarks, ``times`` how often each counts; ``titles``
        those of the topics that messages were read behind, by name."""
        answers, labels = np.unique(np.array(names), return_inverse=True)
        known = ~np.isnan(english).any(axis=1)
        arrays = {"answers": answers, "topics": np.array(list(titles)), "titles": np.array(list(titles.values()))}
        for of, rows, chosen in (("any", vectors, np.ones(len(names), dtype=bool)), ("english", english, known)):
            arrays[f"weights_{of}"], arrays[f"bias_{of}"] = fit_vectors(
                rows[chosen], labels[chosen], len(answers), _HOW, times[chosen]
            )
        return arrays


def _shares(vector: np.ndarray, of: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    weights, bias = of
    return softmax(vector @ weights + bias)
