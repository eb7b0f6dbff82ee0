"""The answer to a question asked on: what an English message means behind the topic in hand, among all answers.

The topic is known only as the message is read on from it (:mod:`concierge.nlu.read_on`), so what is set here is worked
out as it is asked for; only a message that is asked on costs anything.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from concierge.nlu import behind_topic, context_model, english_encoder, neighbours, softmax, stored_arrays
from concierge.nlu.behind_topic import behind, of_examples, of_talks, read_talks, titles
from concierge.nlu.classifier import english_vectors
from concierge.nlu.context_model import ContextModel
from concierge.nlu.english_encoder import encode, encode_english, reads_like_english
from concierge.nlu.normaliser import normalised
from concierge.selection import BEHIND, Behind


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ContextSelector(IntentClassifier, GraphComponent):
    """Stands behind the normaliser; it needs nothing else of the pipeline."""

    FILE = "context.npz"

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: ContextModel | None = None,
        subjects: Mapping[str, str] | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._subjects = subjects or {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ContextSelector:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ContextSelector:
        arrays = stored_arrays.read(model_storage, resource, cls.FILE)
        if arrays is None:
            return cls(config, model_storage, resource)
        model = ContextModel(arrays)
        model.arrays = {}
        subjects = dict(zip(arrays["topics"].tolist(), arrays["titles"].tolist(), strict=True))
        return cls(config, model_storage, resource, model, subjects)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the talks of data/talks, under the folder that training is started in, and from the examples."""
        messages = [message for message in training_data.intent_examples if message.get(TEXT)]
        examples = [
            (normalised(message), message.get(INTENT_RESPONSE_KEY) or message.get(INTENT)) for message in messages
        ]
        subjects = titles()
        talks = read_talks(Path.cwd())
        made = [*of_talks(talks, subjects), *of_examples(examples, subjects)]
        alone, behind_topics = english_vectors(messages), encode_english([text for text, _ in made])
        vectors = np.vstack([alone, behind_topics])
        names = [answer for _, answer in [*examples, *made]]
        english = ~np.isnan(vectors).any(axis=1)
        arrays = ContextModel.fit(vectors[english], [name for name, kept in zip(names, english, strict=True) if kept])
        arrays |= {"topics": np.array(list(subjects)), "titles": np.array(list(subjects.values()))}
        stored_arrays.write(self._model_storage, self._resource, self.FILE, arrays)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets :data:`concierge.selection.BEHIND` of every message that reads like English."""
        for message in messages:
            if self._model is not None and message.get(TEXT) and reads_like_english(normalised(message)):
                message.set(
                    BEHIND, Behind(self._subjects, partial(self._likely, normalised(message))), add_to_output=True
                )
        return messages

    def _likely(self, text: str, topic: str) -> Mapping[str, float]:
        if self._model is None:
            return {}
        return self._model.likely(encode([behind(self._subjects[topic], text)])[0])

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """As for the intent classifier, Rasa's cache looks at this class's source only."""
        modules = (behind_topic, context_model, neighbours, softmax)
        talks = json.dumps(read_talks(Path.cwd()))
        return "".join(inspect.getsource(module) for module in modules) + talks + english_encoder.fingerprint()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """There is nothing to set."""
