"""The answer to a question asked on: what a message means behind the topic in hand, among all answers, or that it asks
nothing there.

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
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from concierge.nlu import behind_topic, context_model, encoder, english_encoder, softmax
from concierge.nlu.behind_topic import (
    behind,
    of_examples,
    of_remarks,
    of_talks,
    read_remarks,
    read_talks,
    titles,
)
from concierge.nlu.classifier import english_vectors
from concierge.nlu.context_model import ContextModel
from concierge.nlu.english_encoder import encode, encode_english, reads_like_english
from concierge.nlu.normaliser import normalised
from concierge.nlu.stored_arrays import ArraysComponent
from concierge.selection import BEHIND, Behind

_COUNTED = 3  # times that each text of data/talks counts: what somebody did say after an answer, labelled by hand


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ContextSelector(ArraysComponent[ContextModel], IntentClassifier):
    """Stands behind the normaliser; it needs nothing else of the pipeline."""

    FILE = "context.npz"

    @classmethod
    def model_of(cls, arrays: dict[str, Any], config: dict[str, Any]) -> ContextModel:
        return ContextModel(arrays)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from data/talks, under the folder that training is started in, and from the examples."""
        messages = [message for message in training_data.intent_examples if message.get(TEXT)]
        examples = [
            (normalised(message), message.get(INTENT_RESPONSE_KEY) or message.get(INTENT)) for message in messages
        ]
        subjects, here = titles(), Path.cwd()
        said = [*of_talks(read_talks(here), subjects), *of_remarks(read_remarks(here), subjects)]
        texts = [*examples, *said, *of_examples(examples, subjects)]
        english = np.vstack([english_vectors(messages), encode_english([text for text, _ in texts[len(examples) :]])])
        times = np.ones(len(texts))
        times[len(examples) : len(examples) + len(said)] = _COUNTED
        vectors, names = encoder.encode([text for text, _ in texts]), [answer for _, answer in texts]
        self._keep(ContextModel.fit(vectors, english, names, times, subjects))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets :data:`concierge.selection.BEHIND` of every message that has text."""
        for message in messages:
            if self._model is not None and message.get(TEXT):
                likely = partial(_likely, self._model, normalised(message))
                message.set(BEHIND, Behind(self._model.titles, likely), add_to_output=True)
        return messages

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """As for the intent classifier, Rasa's cache looks at this class's source only."""
        modules = (behind_topic, context_model, encoder, softmax)
        talks = json.dumps([read_talks(Path.cwd()), read_remarks(Path.cwd())])
        return "".join(inspect.getsource(module) for module in modules) + talks + english_encoder.fingerprint()


def _likely(model: ContextModel, text: str, topic: str) -> Mapping[str, float]:
    whole = behind(model.titles[topic], text)
    english = encode([whole])[0] if reads_like_english(text) else None
    return model.likely(encoder.encode([whole])[0], english)
