"""Is a message about the house at all?

A classifier must choose among what it knows, so its confidence alone is a poor judge of what it does not know. Three
clues are weighed together by a small logistic regression, fitted on held-out predictions: how sure the classifier is,
how near the nearest example of a topic is, and how near the nearest example of small talk with the wrong shop is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.special

CLUES = 5


def clues(
    probabilities: np.ndarray, outside: np.ndarray, near_inside: np.ndarray, near_outside: np.ndarray
) -> np.ndarray:
    """What the judge looks at, a row per message. ``outside`` marks the columns of intents that are not the house's."""
    inside = np.clip(probabilities[:, ~outside], 1e-6, 1 - 1e-6)
    beyond = np.clip(probabilities[:, outside].sum(axis=1), 1e-6, 1 - 1e-6)
    best = inside.max(axis=1)
    entropy = -(inside * np.log(inside)).sum(axis=1)
    return np.column_stack([scipy.special.logit(beyond), np.log(best), entropy, near_inside, near_outside])


@dataclass
class Judge:
    """Probability that a message is about the house, from its clues."""

    mean: np.ndarray
    spread: np.ndarray
    weights: np.ndarray
    bias: float

    def score(self, rows: np.ndarray) -> np.ndarray:
        return scipy.special.expit(((rows - self.mean) / self.spread) @ self.weights + self.bias)

    @classmethod
    def fit(cls, rows: np.ndarray, ours: np.ndarray, penalty: float = 1.0) -> Judge:
        """Both kinds weigh the same, however many examples each has."""
        mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
        scaled = (rows - mean) / spread
        sign = np.where(ours, 1.0, -1.0)
        weight = np.where(ours, 0.5 / max(1, ours.sum()), 0.5 / max(1, (~ours).sum())) * len(rows)

        def loss(parameters: np.ndarray) -> float:
            margin = sign * (scaled @ parameters[:-1] + parameters[-1])
            return float((weight * np.logaddexp(0, -margin)).sum() + penalty * (parameters[:-1] ** 2).sum())

        import scipy.optimize

        found = scipy.optimize.minimize(loss, np.zeros(rows.shape[1] + 1), method="L-BFGS-B").x
        return cls(mean, spread, found[:-1], float(found[-1]))

    @staticmethod
    def threshold(scores: np.ndarray, ours: np.ndarray, refused: float) -> float:
        """The score below which a share ``refused`` of our own messages falls."""
        return float(np.quantile(scores[ours], refused)) if ours.any() else 0.0


def nearest(rows: np.ndarray, examples: np.ndarray) -> np.ndarray:
    """Mean cosine of each row to the two nearest examples (one alone may be an accident)."""
    if not rows.shape[1]:
        return np.zeros(len(rows), dtype=np.float32)
    return nearest_of(rows @ examples.T)


def nearest_of(similar: np.ndarray) -> np.ndarray:
    """As ``nearest``, of the cosines, a row per message and a column per example."""
    if similar.shape[1] < 2:
        return np.zeros(len(similar), dtype=np.float32)
    every = np.arange(len(similar))
    best = similar.argmax(axis=1)
    nearest_one = similar[every, best]
    similar[every, best] = -np.inf
    next_one = similar.max(axis=1)
    similar[every, best] = nearest_one
    return (nearest_one + next_one) / 2


def principal(rows: np.ndarray, width: int) -> np.ndarray:
    """The directions, as columns, that hold most of the rows: looking for neighbours there costs a quarter as much."""
    vectors = np.linalg.eigh(rows.T @ rows)[1]
    return np.ascontiguousarray(vectors[:, ::-1][:, :width], dtype=np.float32)


def along(rows: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Rows brought down to the directions, of length one again."""
    brought = rows @ directions
    return brought / np.maximum(np.linalg.norm(brought, axis=1, keepdims=True), 1e-6)
