"""Which of a topic's answers a question asks for: arrays in, arrays out. Knows nothing of Rasa.

A topic has a general answer and cells, each the answer to one question about it: until when, how much, who pays. Two
clues are weighed: how the topic's nearest examples vote, and what kind of question it is by its form, which is learnt
from the cells of all topics together. So a form that one topic has never been asked in is known from the others.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from concierge.nlu.eight_bits import Cosines, graph_of
from concierge.nlu.softmax import Features, Projection, Weights, fit, softmax

NEIGHBOURS = 6
_WIDTH = 0.08  # of the cosines within which neighbours' votes count
_FORM = 0.5  # share of the form beside the votes', in logarithms
# A topic has far more general examples than any cell, so they stand near everything. Chosen on tests/nlu/cells.yml,
# which measures it no more: 127 of its 156 questions got their cell, 121 without, and so did 29 general ones of 326
# (22 without), most of which ask just that.
_GENERAL_SHARE = 0.4
_LEAST = 0.02  # what one clue does not speak for is not impossible
_STRENGTH, _DENSE, _SPARSE, _DIRECTIONS, _ITERATIONS = 10.0, 4.0, 2.0, 200, 40
GENERAL = ""  # the facet of a topic's general answer


class CellModel:
    """``cells`` are the answers' names: ``topic`` for a general one, ``topic/facet`` for a cell."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self.arrays = arrays
        self.cells = [str(name) for name in arrays["cells"]]
        self.facets = [str(name) for name in arrays["facets"]]
        self._labels, self._facet_of_cell = arrays["labels"], arrays["facet_of_cell"]
        self._is_general = self._facet_of_cell == self.facets.index(GENERAL)
        self._single = int(np.count_nonzero(~self._is_general[self._labels]))  # these examples stand first
        self._begins = np.flatnonzero(np.diff(self._labels[: self._single], prepend=-1))  # of each single cell
        self._dense = Cosines(arrays["dense_examples"])
        self._of_english = np.flatnonzero(arrays["of_english"])
        self._english = Cosines(arrays["english_examples"]) if len(self._of_english) else None
        self._form = Weights(arrays["form_dense"], arrays["form_sparse"].astype(np.float16), arrays["form_bias"])
        topics = [name.partition("/")[0] for name in self.cells]
        self._cells_of = {topic: np.flatnonzero(np.array(topics) == topic) for topic in dict.fromkeys(topics)}
        self._rows_of = {topic: np.flatnonzero(np.isin(self._labels, own)) for topic, own in self._cells_of.items()}
        self.topics = list(self._cells_of)

    def form(self, features: Features) -> np.ndarray:
        """Probabilities of ``facets``, of one message."""
        found: np.ndarray = softmax(self._form.logits(features))[0]
        return found

    def similar(self, features: Features, english: np.ndarray | None = None) -> np.ndarray:
        """Cosines of one message to all examples. ``english`` is the second encoder's vector, where there is one."""
        found: np.ndarray = self._dense(features.dense)[0]
        if english is not None and self._english is not None:
            found[self._of_english] = (found[self._of_english] + self._english(english[None])[0]) / 2
        return found

    def within(self, topic: str, similar: np.ndarray, form: np.ndarray) -> list[tuple[str, float]]:
        """The answers of a topic and how likely each is meant, the likeliest first. ``similar`` and ``form`` are what
        the methods of that name found."""
        cells, rows = self._cells_of[topic], self._rows_of[topic]
        shares = self._votes(similar[rows], self._labels[rows])[cells]
        of_form = form[self._facet_of_cell[cells]]
        logits = np.log(shares + _LEAST) + _FORM * np.log(of_form + _LEAST)
        scores = softmax(logits + np.where(self._is_general[cells], np.log(_GENERAL_SHARE), 0.0))
        return [(self.cells[cells[at]], float(scores[at])) for at in np.argsort(-scores)]

    def nearest(self, similar: np.ndarray, form: np.ndarray) -> list[tuple[str, float]]:
        """The cells of all topics, the best first, by the cosine of their nearest example and by the form: 1 is as
        good as the same words. General answers are not among them. For the others see :meth:`within`."""
        best = np.full(len(self.cells), -1.0, dtype=np.float32)
        if self._single:
            best[self._labels[self._begins]] = np.maximum.reduceat(similar[: self._single], self._begins)
        scores = np.where(self._is_general, -1.0, best + _FORM * (form[self._facet_of_cell] - 0.5))
        return [(self.cells[at], float(scores[at])) for at in np.argsort(-scores) if scores[at] > -1.0]

    def _votes(self, similar: np.ndarray, labels: np.ndarray) -> np.ndarray:
        number = min(NEIGHBOURS, len(similar))
        nearest = np.argpartition(-similar, number - 1)[:number]
        weights = np.exp((similar[nearest] - similar[nearest].max()) / _WIDTH)
        found = np.zeros(len(self.cells), dtype=np.float32)
        np.add.at(found, labels[nearest], weights)
        return found / found.sum()

    @classmethod
    def fit(cls, features: Features, names: list[str], facets: list[str], second: np.ndarray) -> CellModel:
        """``names`` are the answers of the examples, ``facets`` what each asks for; rows of nan in ``second`` are
        examples that are not English."""
        cells, labels = np.unique(np.array(names), return_inverse=True)
        kinds, forms = np.unique(np.array([*facets, GENERAL]), return_inverse=True)
        facet_of_cell = np.zeros(len(cells), dtype=np.int64)
        facet_of_cell[labels] = forms[:-1]
        of_english = ~np.isnan(second).any(axis=1)
        # The examples of single cells first, cell after cell.
        order = np.lexsort((labels, (facet_of_cell == np.flatnonzero(kinds == GENERAL))[labels]))
        projected = Projection(features, _DIRECTIONS, _DENSE, _SPARSE)
        form = projected.weights(fit(projected.rows, forms[:-1], len(kinds), _STRENGTH, _ITERATIONS))
        return cls(
            {
                "cells": cells,
                "facets": kinds,
                "facet_of_cell": facet_of_cell,
                "labels": labels[order],
                "dense_examples": graph_of(features.dense[order]),
                "of_english": of_english[order],
                "english_examples": graph_of(second[order[of_english[order]]]),
                "form_dense": form.dense,
                "form_sparse": form.sparse,
                "form_bias": form.bias,
            }
        )
