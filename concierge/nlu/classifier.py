"""Which intent a message has, how sure that is, and whether it is the house's business at all."""

from __future__ import annotations

import inspect
import logging
from typing import Any

import numpy as np
import scipy.sparse
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from concierge.nlu import english_encoder, intent_model, neighbours, scope, second_opinion, softmax
from concierge.nlu.intent_model import IntentModel
from concierge.nlu.normaliser import normalised
from concierge.nlu.softmax import Features
from concierge.nlu.stored_arrays import ArraysComponent

logger = logging.getLogger(__name__)

_ARITHMETIC = (intent_model, second_opinion, neighbours, softmax, scope)
_ENGLISH = "english_vector"  # of a message
SCOPE = "scope"  # added to what Rasa's parse returns: {"score": probability that it is the house's business}


def features_of(messages: list[Message]) -> Features:
    """The sentence features of messages, by kind."""
    if len(messages) == 1:
        parts = [f for f in messages[0].features if f.attribute == TEXT and f.type == FEATURE_TYPE_SENTENCE]
        if len(parts) == 2 and parts[0].is_dense() and parts[1].is_sparse():
            return Features(parts[0].features, parts[1].features)
    dense_rows, sparse_rows = [], []
    for message in messages:
        parts = [f for f in message.features if f.attribute == TEXT and f.type == FEATURE_TYPE_SENTENCE]
        dense_rows.append([f.features for f in parts if f.is_dense()])
        sparse_rows.append([f.features for f in parts if f.is_sparse()])
    dense = [np.hstack(row) if row else np.zeros((1, 0), dtype=np.float32) for row in dense_rows]
    sparse = [scipy.sparse.hstack(row) if len(row) > 1 else (row[0] if row else None) for row in sparse_rows]
    empty = scipy.sparse.csr_matrix((1, 0), dtype=np.float32)
    return Features(
        np.vstack(dense),
        sparse[0]
        if len(sparse) == 1 and sparse[0] is not None
        else scipy.sparse.vstack([empty if row is None else row for row in sparse], format="csr"),
    )


def english_vectors(messages: list[Message]) -> np.ndarray:
    """The second encoder's vectors, a row of nan where a message is not English. Each message is encoded once."""
    new = [message for message in messages if message.get(_ENGLISH) is None]
    for message, vector in zip(new, english_encoder.encode_english([normalised(each) for each in new]), strict=True):
        message.set(_ENGLISH, vector)
    return np.array([message.get(_ENGLISH) for message in messages])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class HouseIntentClassifier(ArraysComponent[IntentModel], IntentClassifier):
    """Two opinions with cross-validated calibration. Knows nothing of thresholds: see ``concierge.nlu.fallback``."""

    FILE = "intents.npz"

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**intent_model.DEFAULTS, "second": True, "ranking_length": 10}

    @classmethod
    def model_of(cls, arrays: dict[str, Any], config: dict[str, Any]) -> IntentModel:
        if config["second"]:
            english_encoder.encode(["the first call reads the weights: better now than in a customer's message"])
        model = IntentModel(arrays)
        model.arrays = {}  # 30 MB that only training keeps
        return model

    def train(self, training_data: TrainingData) -> Resource:
        """Fits, calibrates on held-out predictions, and keeps the arrays."""
        messages = [m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT)]
        if len({m.get(INTENT) for m in messages}) < 2:
            logger.warning("Fewer than two intents have examples: the intent classifier is not trained.")
            return self._resource
        self._model = IntentModel.fit(
            features_of(messages),
            [m.get(INTENT) for m in messages],
            self._config,
            english_vectors(messages) if self._config["second"] else None,
        )
        self._keep(self._model.arrays)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent, ranking and scope of every message that has text."""
        with_text = [m for m in messages if m.get(TEXT) and m.features]
        if not with_text or self._model is None:
            return messages

        def second(rows: np.ndarray) -> np.ndarray:
            return english_vectors([with_text[row] for row in rows])

        probabilities, scores = self._model.predict(features_of(with_text), second)
        length = self._config["ranking_length"]
        for message, row, score in zip(with_text, probabilities, scores, strict=True):
            best = np.argsort(-row)[:length]
            ranking = [{"name": self._model.intents[i], "confidence": float(row[i])} for i in best]
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            message.set(SCOPE, {"score": float(score), "reason": None}, add_to_output=True)
        return messages

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Rasa's cache looks at this class's source only; the arithmetic is elsewhere."""
        return "".join(inspect.getsource(module) for module in _ARITHMETIC) + english_encoder.fingerprint()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
