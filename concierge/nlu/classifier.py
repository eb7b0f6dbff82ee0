"""Which intent a message has, how sure that is, and whether it is the house's business at all."""

from __future__ import annotations

import inspect
import logging
from typing import Any

import numpy as np
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from concierge.nlu import scope
from concierge.nlu import softmax as softmax_module
from concierge.nlu.softmax import Features, Projection, Weights, fit, folds, softmax, temperature

logger = logging.getLogger(__name__)

SCOPE = "scope"  # added to what Rasa's parse returns: {"score": probability that it is the house's business}


def features_of(messages: list[Message]) -> Features:
    """The sentence features of messages, by kind."""
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


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class HouseIntentClassifier(IntentClassifier, GraphComponent):
    """Softmax regression with cross-validated calibration. Knows nothing of thresholds: see the scope gate."""

    FILE = "intents.npz"

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "strength": 30.0,  # inverse of the L2 penalty
            "dense_scale": 4.0,
            "sparse_scale": 2.0,
            "ngram_directions": 400,
            "iterations": 50,
            "folds": 4,  # of the cross-validation that calibrates
            "outside": ["out_of_scope"],  # intents that mean: not the house's business
            "ranking_length": 10,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        arrays: dict[str, Any] | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._ready = arrays is not None
        if arrays is not None:
            self._take(arrays)

    def _take(self, arrays: dict[str, Any]) -> None:
        self._intents = [str(name) for name in arrays["intents"]]
        self._weights = Weights(arrays["dense"], arrays["sparse"], arrays["bias"])
        self._temperature = float(arrays["temperature"])
        self._outside = arrays["outside"]
        self._inside_examples = arrays["inside_examples"].astype(np.float32)
        self._outside_examples = arrays["outside_examples"].astype(np.float32)
        self._judge = scope.Judge(
            arrays["judge_mean"], arrays["judge_spread"], arrays["judge_weights"], float(arrays["judge_bias"])
        )

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> HouseIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> HouseIntentClassifier:
        try:
            with model_storage.read_from(resource) as folder, np.load(folder / cls.FILE) as stored:
                arrays = {name: stored[name] for name in stored.files}
        except (ValueError, FileNotFoundError):
            # Rasa's way of saying that nothing was trained, as in a model without NLU.
            return cls(config, model_storage, resource)
        return cls(config, model_storage, resource, arrays)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits, calibrates on held-out predictions, and keeps the arrays."""
        messages = [m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT)]
        if len({m.get(INTENT) for m in messages}) < 2:
            logger.warning("Fewer than two intents have examples: the intent classifier is not trained.")
            return self._resource
        arrays = self._fit(features_of(messages), [m.get(INTENT) for m in messages])
        with self._model_storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / self.FILE, **arrays)
        self._take(arrays)
        self._ready = True
        return self._resource

    def _fit(self, features: Features, names: list[str]) -> dict[str, Any]:
        config = self._config
        intents, labels = np.unique(np.array(names), return_inverse=True)
        outside = np.isin(intents, config["outside"])
        projected = Projection(features, config["ngram_directions"], config["dense_scale"], config["sparse_scale"])
        fold = folds(labels, config["folds"])
        logits = np.zeros((len(labels), len(intents)), dtype=np.float32)
        near = np.zeros((2, len(labels)), dtype=np.float32)
        ours = ~outside[labels]
        for number in range(config["folds"]):
            held, rest = fold == number, fold != number
            weights, bias = fit(
                projected.rows[rest], labels[rest], len(intents), config["strength"], config["iterations"]
            )
            logits[held] = projected.rows[held] @ weights + bias
            near[0, held] = scope.nearest(features.dense[held], features.dense[rest & ours])
            near[1, held] = scope.nearest(features.dense[held], features.dense[rest & ~ours])
        warmth = temperature(logits, labels)
        judge = scope.Judge.fit(scope.clues(softmax(logits / warmth), outside, near[0], near[1]), ours)
        inside, bias = fit(projected.rows, labels, len(intents), config["strength"], config["iterations"])
        trained = projected.weights(inside, bias)
        right = float((logits.argmax(axis=1) == labels).mean())
        logger.info(f"Intents: {len(intents)}, examples: {len(labels)}, held-out accuracy {right:.3f}.")
        return {
            "intents": intents,
            "dense": trained.dense,
            "sparse": trained.sparse,
            "bias": trained.bias,
            "temperature": warmth,
            "outside": outside,
            "inside_examples": features.dense[ours].astype(np.float16),
            "outside_examples": features.dense[~ours].astype(np.float16),
            "judge_mean": judge.mean,
            "judge_spread": judge.spread,
            "judge_weights": judge.weights,
            "judge_bias": judge.bias,
        }

    def predict(self, features: Features) -> tuple[np.ndarray, np.ndarray]:
        """Calibrated probabilities of the intents, and of each message being the house's business."""
        probabilities = softmax(self._weights.logits(features) / self._temperature)
        rows = scope.clues(
            probabilities,
            self._outside,
            scope.nearest(features.dense, self._inside_examples),
            scope.nearest(features.dense, self._outside_examples),
        )
        return probabilities, self._judge.score(rows)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent, ranking and scope of every message that has text."""
        with_text = [m for m in messages if m.get(TEXT) and m.features] if self._ready else []
        if not with_text:
            return messages
        probabilities, scores = self.predict(features_of(with_text))
        length = self._config["ranking_length"]
        for message, row, score in zip(with_text, probabilities, scores, strict=True):
            best = np.argsort(-row)[:length]
            ranking = [{"name": self._intents[i], "confidence": float(row[i])} for i in best]
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            message.set(SCOPE, {"score": float(score), "reason": None}, add_to_output=True)
        return messages

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Rasa's cache looks at this class's source only; the arithmetic is elsewhere."""
        return "".join(inspect.getsource(module) for module in (softmax_module, scope))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Every key has a default and a plain type."""
