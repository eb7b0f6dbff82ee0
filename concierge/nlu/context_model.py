"""Which of all the house's answers a message behind the topic in hand asks for, or that it asks nothing: arrays in,
arrays out.

Of an English message two voices speak, each with half a say: the votes of the nearest texts and a regression, both over
the English encoder's vectors. In any language a regression over the multilingual encoder's tells remarks from
questions; which answer is asked for it does not tell (with it no more of the messages that are not English were right).
What both learn from is in :mod:`concierge.nlu.behind_topic`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from concierge.nlu.behind_topic import REMARKS
from concierge.nlu.eight_bits import Cosines, graph_of
from concierge.nlu.neighbours import votes
from concierge.nlu.softmax import fit, softmax

NEIGHBOURS, _WIDTH = 10, 0.07
_STRENGTH, _SCALE, _ITERATIONS = 10.0, 4.0, 50
_STRENGTH_OF_KINDS, _ITERATIONS_OF_KINDS = 0.3, 200


class ContextModel:
    """The trained arrays at work. ``titles`` are those that topics were trained by."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self.answers = [str(name) for name in arrays["answers"]]
        self._labels, self._weights, self._bias = arrays["labels"], arrays["weights"], arrays["bias"]
        self._similar = Cosines(arrays["examples"])
        self.titles = dict(zip(arrays["topics"].tolist(), arrays["titles"].tolist(), strict=True))
        self._kinds = [str(name) for name in arrays["kinds"]]
        self._of_kinds, self._bias_of_kinds = arrays["weights_of_kinds"], arrays["bias_of_kinds"]

    def likely(self, vector: np.ndarray) -> dict[str, float]:
        """How likely each answer is, by its name; ``vector`` is the encoder's, of one text."""
        shares = votes(self._similar(vector[None]), self._labels, len(self.answers), NEIGHBOURS, _WIDTH)[0]
        found = (shares + softmax(vector @ self._weights + self._bias)) / 2
        return dict(zip(self.answers, found.tolist(), strict=True))

    def remark(self, vector: np.ndarray) -> dict[str, float]:
        """How likely each kind of remark is, by its label; ``vector`` is the multilingual encoder's, of one text."""
        found = softmax(vector @ self._of_kinds + self._bias_of_kinds)
        return {kind: share for kind, share in zip(self._kinds, found.tolist(), strict=True) if kind in REMARKS}

    @staticmethod
    def fit(
        vectors: np.ndarray,
        names: list[str],
        titles: Mapping[str, str],
        multilingual: np.ndarray,
        kinds: list[str],
    ) -> dict[str, Any]:
        """The arrays. ``vectors`` are of texts, a row each, and ``names`` the answers to them or labels of remarks;
        ``titles`` are those of the topics that messages were read behind, by name. ``multilingual`` are vectors of
        texts in any language, and ``kinds`` their names in the same way: of these, all answers count as one."""
        answers, labels = np.unique(np.array(names), return_inverse=True)
        weights = fit(vectors * _SCALE, labels, len(answers), _STRENGTH, _ITERATIONS)
        known, of_kind = np.unique([each if each in REMARKS else "" for each in kinds], return_inverse=True)
        of_kinds = fit(multilingual * _SCALE, of_kind, len(known), _STRENGTH_OF_KINDS, _ITERATIONS_OF_KINDS)
        return {
            "kinds": known,
            "weights_of_kinds": np.ascontiguousarray(of_kinds[:-1] * np.float32(_SCALE)),
            "bias_of_kinds": of_kinds[-1],
            "answers": answers,
            "labels": labels,
            "examples": graph_of(vectors),
            "weights": np.ascontiguousarray(weights[:-1] * np.float32(_SCALE)),
            "bias": weights[-1],
            "topics": np.array(list(titles)),
            "titles": np.array(list(titles.values())),
        }
