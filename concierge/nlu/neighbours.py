"""The votes of the nearest examples: arrays in, arrays out.

A regression draws straight lines between intents; examples stand where they stand. A question that nobody has asked
before is often near one of an intent that its line leaves out. English has a second encoder to find the nearest by
(``concierge.nlu.second_opinion``); for the other languages the first one's vectors are all there is, and do.
"""

from __future__ import annotations

import numpy as np

from concierge.nlu.softmax import softmax, temperature

# Chosen among some forty on the 137 first questions of all rounds that are not English, all seen by then, so that they
# measure it no more: 101 of them were right without votes, 108 with them, 113 with twice as many examples beside.
NEIGHBOURS, WIDTH = 20, 0.1
FIRST, VOTES = 0.7, 1.0  # shares of the two voices, in logarithms
_LEAST_VOTES = 0.01
LEAST = 1e-4  # what no voice speaks for is not impossible


def votes(similar: np.ndarray, labels: np.ndarray, classes: int, number: int, width: float) -> np.ndarray:
    """Shares of the nearest examples' votes, a row per message and a column per class. ``similar`` are cosines, a row
    per message and a column per example; ``width`` that of the cosines within which votes count."""
    number = min(number, similar.shape[1])
    nearest = np.argpartition(-similar, number - 1, axis=1)[:, :number]
    cosines = np.take_along_axis(similar, nearest, axis=1)
    weights = np.exp((cosines - cosines.max(axis=1, keepdims=True)) / width)
    found = np.zeros((len(similar), classes), dtype=np.float32)
    np.add.at(found, (np.arange(len(similar))[:, None], labels[nearest]), weights)
    return found / found.sum(axis=1, keepdims=True)


def _joined(first: np.ndarray, similar: np.ndarray, labels: np.ndarray) -> np.ndarray:
    shares = votes(similar, labels, first.shape[1], NEIGHBOURS, WIDTH)
    joined: np.ndarray = FIRST * np.log(first + LEAST) + VOTES * np.log(shares + _LEAST_VOTES)
    return joined.astype(np.float32)


def join(first: np.ndarray, similar: np.ndarray, labels: np.ndarray, warmth: float) -> np.ndarray:
    """Probabilities, from the first opinion's and the cosines to all examples; ``warmth``: see ``calibrate``."""
    return softmax(_joined(first, similar, labels) / warmth)


def calibrate(first: np.ndarray, rows: np.ndarray, asked: np.ndarray, labels: np.ndarray, fold: np.ndarray) -> float:
    """How far both voices together are to be trusted. ``first`` are held-out probabilities and ``rows`` the vectors of
    all examples; ``asked`` marks those of the kind that will be asked about."""
    joined, meant = [], []
    for number in range(int(fold.max()) + 1):
        held, rest = asked & (fold == number), fold != number
        if held.any():
            joined.append(_joined(first[held], rows[held] @ rows[rest].T, labels[rest]))
            meant.append(labels[held])
    return temperature(np.vstack(joined), np.concatenate(meant)) if joined else 1.0
