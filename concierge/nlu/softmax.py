"""Softmax regression over a dense and a sparse block, on numpy and scipy alone.

The weights are plain arrays, so the assistant starts without scikit-learn's pickles or skops, which cost seconds, and a
prediction is one small matrix product plus one row of the sparse weights per n-gram.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse
import scipy.special


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
            spelt = features.sparse.data @ self.sparse[features.sparse.indices]
        else:
            spelt = features.sparse @ self.sparse
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

    def weights(self, inside: np.ndarray, bias: np.ndarray) -> Weights:
        """Weights of the features from weights of the projected rows."""
        split = inside.shape[0] - self._directions.shape[1]
        return Weights(
            np.ascontiguousarray(inside[:split] * self._scales[0]),
            np.ascontiguousarray(self._directions @ inside[split:] * self._scales[1]),
            bias,
        )


def _leading_directions(matrix: scipy.sparse.csr_matrix, width: int, seed: int, rounds: int = 2) -> np.ndarray:
    """Right singular vectors as columns, by randomised range finding (Halko et al., 2011)."""
    if not width:
        return np.zeros((matrix.shape[1], 0), dtype=np.float32)
    generator = np.random.default_rng(seed)
    extra = min(width + 20, *matrix.shape)
    found = matrix @ generator.standard_normal((matrix.shape[1], extra), dtype=np.float32)
    for _ in range(rounds):
        found = matrix @ np.linalg.qr(matrix.T @ np.linalg.qr(found)[0])[0]
    small = matrix.T @ np.linalg.qr(found)[0]
    return np.ascontiguousarray(np.linalg.svd(small, full_matrices=False)[0][:, :width])


def fit(
    rows: np.ndarray, labels: np.ndarray, classes: int, strength: float, iterations: int
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias by L-BFGS. ``strength`` is the inverse of the L2 penalty.

    Rare classes count as much as frequent ones.
    """
    import scipy.optimize  # only training needs it: ten megabytes that serving does not hold

    count, width = rows.shape
    per_class = np.bincount(labels, minlength=classes)
    sample = (count / (np.count_nonzero(per_class) * np.maximum(per_class, 1)))[labels].astype(np.float32)
    target = np.zeros((count, classes), dtype=np.float32)
    target[np.arange(count), labels] = 1.0

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        matrix = flat.reshape(width + 1, classes)
        weights = matrix[:-1].astype(np.float32)
        logits = rows @ weights + matrix[-1].astype(np.float32)
        logits -= logits.max(axis=1, keepdims=True)
        exponent = np.exp(logits)
        total = exponent.sum(axis=1)
        value = float((sample * (np.log(total) - logits[np.arange(count), labels])).sum())
        slope = (exponent / total[:, None] - target) * sample[:, None]
        gradient = np.empty_like(matrix)
        gradient[:-1] = rows.T @ slope + weights / strength
        gradient[-1] = slope.sum(axis=0)
        return value + 0.5 * float((weights * weights).sum()) / strength, gradient.ravel()

    start = np.zeros((width + 1) * classes)
    found = scipy.optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": iterations, "maxcor": 8}
    )
    matrix = found.x.reshape(width + 1, classes)
    return matrix[:-1].astype(np.float32), matrix[-1].astype(np.float32)


def temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The one number that makes held-out confidence mean what it says (Guo et al., 2017)."""

    import scipy.optimize

    def loss(log_t: float) -> float:
        scaled = logits / np.exp(log_t)
        return float(np.mean(scipy.special.logsumexp(scaled, axis=1) - scaled[np.arange(len(labels)), labels]))

    return float(np.exp(scipy.optimize.minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))


def folds(labels: np.ndarray, number: int, seed: int = 17) -> np.ndarray:
    """A fold for each row, every label spread evenly over the folds; the same labels give the same folds."""
    generator = np.random.default_rng(seed)
    fold = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == label))
        fold[members] = (np.arange(len(members)) + generator.integers(number)) % number
    return fold
