"""Meaning: a multilingual sentence encoder as a dense featurizer.

Trained on sixteen languages at once, so what the classifier learns from English examples holds for a question in French
or Japanese too. It needs no training of ours and runs on numpy alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from concierge.nlu.normaliser import normalised
from concierge.nlu.sentence_encoder import SentenceEncoder
from concierge.settings import get_settings


@lru_cache(maxsize=1)
def _encoder() -> SentenceEncoder:
    return SentenceEncoder(get_settings().var / "cache")


def encode(texts: list[str]) -> np.ndarray:
    """One unit vector per text, as rows."""
    return _encoder().encode(texts)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """One vector for the sentence; none per token, so a tagger such as CRF or DIET finds nothing here."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config()}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoderFeaturizer:
        encode(["the first call reads the weights: better now than in a customer's message"])
        return cls(execution_context.node_name, config)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to configure."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the sentence's vector to every message that has text."""
        with_text = [message for message in messages if message.get(TEXT)]
        if with_text:
            vectors = encode([normalised(message) for message in with_text])
            origin = self._config[FEATURIZER_CLASS_ALIAS] or self._identifier
            for message, vector in zip(with_text, vectors, strict=True):
                message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, origin))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
