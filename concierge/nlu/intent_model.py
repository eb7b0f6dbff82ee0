"""Learns to tell intents apart and how far to trust itself. Arrays in, arrays out: knows nothing of Rasa.

The first opinion is a regression over the multilingual encoder's vector and the n-grams. Where it is not sure of an
English text, a second encoder is asked: a regression over its vectors and the votes of the nearest examples join the
first opinion. Questions that were never seen are what the votes are good at, and n-grams at what resembles an example.
Texts in other languages have the votes by the first encoder's vectors alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from concierge.nlu import neighbours, scope
from concierge.nlu.eight_bits import Cosines, graph_of
from concierge.nlu.second_opinion import SecondOpinion
from concierge.nlu.softmax import Features, Projection, Weights, fit, folds, softmax, temperature

logger = logging.getLogger(__name__)

SIDE_BY_SIDE = 2  # fits, nearly all numpy's arithmetic, which does not hold Python's lock; each more needs 60 MB

DEFAULTS: dict[str, Any] = {
    "strength": 10.0,  # inverse of the L2 penalty
    "dense_scale": 4.0,
    "sparse_scale": 2.0,
    "ngram_directions": 400,
    "iterations": 50,
    "iterations_from_folds": 50,
    "folds": 4,  # of the cross-validation that calibrates
    "neighbour_directions": 128,
    "outside": ["out_of_scope"],  # intents that mean: not the house's business
    "sure": 0.9,  # from this confidence on, and that of being the house's business, nobody else is asked
}
# The second encoder's vectors of the rows that are named, of nan where a text is not English.
Second = Callable[[np.ndarray], np.ndarray]


class IntentModel:
    """Calibrated probabilities of intents, and of a message being the house's business."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self.arrays = arrays
        self.intents = [str(name) for name in arrays["intents"]]
        sparse = arrays["sparse"].astype(np.float16)  # a message has few n-grams: their rows are made whole then
        self._weights = Weights(arrays["dense"], sparse, arrays["bias"])
        self._temperature = float(arrays["temperature"])
        self._outside = arrays["outside"]
        self._directions = arrays["directions"]
        self._similar, self._labels = Cosines(arrays["examples"]), arrays["labels"]
        self._ours = int(np.count_nonzero(~self._outside[self._labels]))
        self._warmth_of_votes = float(arrays["warmth_of_votes"])
        self._judge = scope.Judge(
            arrays["judge_mean"], arrays["judge_spread"], arrays["judge_weights"], float(arrays["judge_bias"])
        )
        self._sure = float(arrays["sure"])
        self._second = SecondOpinion(arrays) if "second_weights" in arrays else None

    def predict(self, features: Features, second: Second | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities, a row per message, and scope scores. ``second`` is asked about the unsure rows."""
        probabilities = softmax(self._weights.logits(features) / self._temperature)
        brought = scope.along(features.dense, self._directions)
        similar = self._similar(brought)
        near = (scope.nearest_of(part) for part in (similar[:, : self._ours], similar[:, self._ours :]))
        rows = scope.clues(probabilities, self._outside, *near)
        scores = self._judge.score(rows)
        unsure = np.flatnonzero(np.minimum(probabilities.max(axis=1), scores) < self._sure)
        if self._second is None or second is None or not len(unsure):
            return probabilities, scores
        vectors = second(unsure)
        foreign = np.isnan(vectors[:, 0])
        if foreign.any():
            of = unsure[foreign]
            probabilities[of] = neighbours.join(probabilities[of], similar[of], self._labels, self._warmth_of_votes)
        if not foreign.all():
            of = unsure[~foreign]
            joined = self._second.join(probabilities[of], vectors[~foreign], rows[of])
            probabilities[of], scores[of] = joined
        return probabilities, scores

    @classmethod
    def fit(
        cls, features: Features, names: list[str], config: dict[str, Any], second: np.ndarray | None = None
    ) -> IntentModel:
        """Fits on everything, having learnt from held-out folds how sure to be.

        ``second`` are the second encoder's vectors of all rows, as :data:`Second` has them.
        """
        config = {**DEFAULTS, **config}
        intents, labels = np.unique(np.array(names), return_inverse=True)
        outside = np.isin(intents, config["outside"])
        ours = ~outside[labels]
        projected = Projection(features, config["ngram_directions"], config["dense_scale"], config["sparse_scale"])

        def regression(chosen: np.ndarray) -> np.ndarray:
            rows = projected.rows[chosen]
            return fit(rows, labels[chosen], len(intents), config["strength"], config["iterations"])

        directions = scope.principal(features.dense, config["neighbour_directions"])
        brought = scope.along(features.dense, directions)
        fold = folds(labels, config["folds"])
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            fitted = list(pool.map(regression, [fold != number for number in range(config["folds"])]))
        logits = np.zeros((len(labels), len(intents)), dtype=np.float32)
        near = np.zeros((2, len(labels)), dtype=np.float32)
        for number, found in enumerate(fitted):
            held, rest = fold == number, fold != number
            logits[held] = projected.rows[held] @ found[:-1] + found[-1]
            near[0, held] = scope.nearest(brought[held], brought[rest & ours])
            near[1, held] = scope.nearest(brought[held], brought[rest & ~ours])
        warmth = temperature(logits, labels)
        judge = scope.Judge.fit(scope.clues(softmax(logits / warmth), outside, near[0], near[1]), ours)
        # What the folds agree on is most of the way.
        start = np.mean(fitted, axis=0)
        steps = config["iterations_from_folds"]
        fitted_to_all = fit(projected.rows, labels, len(intents), config["strength"], steps, start=start)
        trained = projected.weights(fitted_to_all)
        right = float((logits.argmax(axis=1) == labels).mean())
        opinion: dict[str, Any] = {}
        warmth_of_votes = 1.0
        if second is not None:
            foreign = np.isnan(second).any(axis=1)
            warmth_of_votes = neighbours.calibrate(softmax(logits / warmth), brought, foreign, labels, fold)
            rows = scope.clues(softmax(logits / warmth), outside, near[0], near[1])
            opinion = SecondOpinion.fit(second, labels, fold, logits=logits / warmth, clues=rows, outside=outside)
        logger.info(f"Intents: {len(intents)}, examples: {len(labels)}, held-out accuracy {right:.3f}.")
        return cls(
            {
                "intents": intents,
                "dense": trained.dense,
                "sparse": trained.sparse,
                "bias": trained.bias,
                "temperature": warmth,
                "outside": outside,
                "directions": directions,
                "examples": graph_of(np.vstack([brought[ours], brought[~ours]])),
                "labels": np.concatenate([labels[ours], labels[~ours]]),
                "warmth_of_votes": warmth_of_votes,
                "judge_mean": judge.mean,
                "judge_spread": judge.spread,
                "judge_weights": judge.weights,
                "judge_bias": judge.bias,
                "held_out": np.array([right]),
                "sure": config["sure"],
                **opinion,
            }
        )
