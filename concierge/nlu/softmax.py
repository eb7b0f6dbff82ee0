"""Softmax regression over a dense and a sparse block, for which serving needs numpy and scipy alone.

The weights are plain arrays, so the assistant starts without scikit-learn's pickles or skops, which cost seconds, and a
prediction is one small matrix product plus one row of the sparse weights per n-gram.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse
import scipy.special

# How much of the difference between rare and frequent classes is evened out: 0 none, 1 all of it. With all of it, rare
# topics of few examples won over what is asked most, in the languages that have few examples of either.
BALANCE = 0.5


def softmax(logits: np.ndarray) -> np.ndarray:
    """Rows of probabilities."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


@dataclass
class Features:
    """A row per text: the encoder's vector and the weighted n-grams. Either block may have no columns."""

    dense: np.ndarray
    sparse: scipy.sparse.csr_matrix

    def __len__(self) -> int:
        return self.dense.shape[0]


@dataclass
class Weights:
    """What a trained regression is: ``logits = dense @ d + sparse @ s + bias``."""

    dense: np.ndarray
    sparse: np.ndarray
    bias: np.ndarray

    def logits(self, features: Features) -> np.ndarray:
        if len(features) == 1:  # a fifth of the time of SciPy's product
            spelt = features.sparse.data @ self.sparse[features.sparse.indices].astype(np.float32)
        else:
            spelt = features.sparse @ self.sparse.astype(np.float32)
        return features.dense @ self.dense + spelt + self.bias


class Projection:
    """Brings the n-grams down to a few hundred directions: the leading singular ones of the training texts.

    A fit then takes seconds instead of a minute, which makes cross-validated calibration affordable. Trained weights
    are brought back up, so a prediction knows nothing of the projection.
    """

    def __init__(self, features: Features, width: int, dense_scale: float, sparse_scale: float, seed: int = 5) -> None:
        self._scales = np.float32(dense_scale), np.float32(sparse_scale)
        self._directions = _leading_directions(features.sparse, min(width, *features.sparse.shape), seed)
        self.rows = np.hstack(
            [features.dense * self._scales[0], (features.sparse @ self._directions) * self._scales[1]]
        ).astype(np.float32)

    def weights(self, fitted: np.ndarray) -> Weights:
        """Weights of the features from what was fitted to the projected rows."""
        inside, bias = fitted[:-1], fitted[-1]
        split = inside.shape[0] - self._directions.shape[1]
        return Weights(
            np.ascontiguousarray(inside[:split] * self._scales[0]),
            np.ascontiguousarray(self._directions @ inside[split:] * self._scales[1]),
            bias,
        )


def _leading_directions(matrix: scipy.sparse.csr_matrix, width: int, seed: int) -> np.ndarray:
    """Right singular vectors as columns, without those of no length."""
    from sklearn.utils.extmath import randomized_svd  # here and below: what only training needs, serving does not hold

    if not width:
        return np.zeros((matrix.shape[1], 0), dtype=np.float32)
    _, lengths, found = randomized_svd(matrix, width, n_oversamples=20, n_iter=2, random_state=seed)
    return np.ascontiguousarray(found[lengths > 1e-4 * lengths.max(initial=0.0)].T, dtype=np.float32)


def fit(
    rows: np.ndarray,
    labels: np.ndarray,
    classes: int,
    strength: float,
    iterations: int,
    *,
    start: np.ndarray | None = None,
    times: np.ndarray | None = None,
) -> np.ndarray:
    """Weights by L-BFGS, a column per class, with the bias as the last row.

    ``strength`` is the inverse of the L2 penalty. Rare classes count more than their number, by ``BALANCE``. ``start``
    may be what fits to much the same rows have found; ``times``, how often each row counts, once where it is not given.
    """
    import scipy.optimize

    count, width = rows.shape
    often = np.ones(count) if times is None else times
    per_class = np.bincount(labels, weights=often, minlength=classes)
    balance = (often.sum() / (np.count_nonzero(per_class) * np.maximum(per_class, 1))) ** BALANCE
    sample = (often * balance[labels] / np.average(balance[labels], weights=often)).astype(np.float32)
    correct = np.arange(count), labels
    table = np.empty((count, classes), dtype=np.float32)  # logits, then exponents, then the slope

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        matrix = flat.astype(np.float32).reshape(width + 1, classes)
        weights = matrix[:-1]
        np.matmul(rows, weights, out=table)
        np.add(table, matrix[-1], out=table)
        np.subtract(table, table.max(axis=1, keepdims=True), out=table)
        reached = table[correct]
        np.exp(table, out=table)
        total = table.sum(axis=1)
        missed = float((sample * (np.log(total) - reached)).sum(dtype=np.float64))
        np.multiply(table, (sample / total)[:, None], out=table)
        table[correct] -= sample
        slope = np.empty_like(matrix)
        np.matmul(rows.T, table, out=slope[:-1])
        slope[:-1] += weights / strength
        slope[-1] = table.sum(axis=0)
        return missed + 0.5 * float(np.vdot(weights, weights)) / strength, slope.ravel().astype(np.float64)

    first = np.zeros((width + 1) * classes) if start is None else start.ravel().astype(np.float64)
    found = scipy.optimize.minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": iterations}).x
    return found.astype(np.float32).reshape(width + 1, classes)


class OfVectors(NamedTuple):
    """How a regression over unit vectors is learnt, see :func:`fit_vectors`."""

    scale: float
    strength: float
    iterations: int


def fit_vectors(
    rows: np.ndarray,
    labels: np.ndarray,
    classes: int,
    how: OfVectors,
    times: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias for unit vectors, as :func:`fit` finds them for vectors ``scale`` times as long: the numbers of
    a unit vector are small beside what the penalty allows a weight."""
    found = fit(rows * np.float32(how.scale), labels, classes, how.strength, how.iterations, times=times)
    return np.ascontiguousarray(found[:-1] * np.float32(how.scale)), found[-1]


def temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The one number that makes held-out confidence mean what it says (Guo et al., 2017)."""
    import scipy.optimize

    def loss(log_t: float) -> float:
        scaled = logits / np.exp(log_t)
        return float(np.mean(scipy.special.logsumexp(scaled, axis=1) - scaled[np.arange(len(labels)), labels]))

    return float(np.exp(scipy.optimize.minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))


def folds(labels: np.ndarray, number: int, seed: int = 17) -> np.ndarray:
    """A fold for each row, every label spread evenly over the folds; the same labels give the same folds."""
    from sklearn.model_selection import StratifiedKFold

    fold = np.empty(len(labels), dtype=np.int64)
    splits = StratifiedKFold(number, shuffle=True, random_state=seed).split(labels, labels)
    for index, (_, held) in enumerate(splits):
        fold[held] = index
    return fold
