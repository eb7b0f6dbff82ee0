"""A second opinion on whether a message is an alarm, by what customers say in talks.

The classifier knows a small remark (“ok, so I just wait and see, story of my life”) from no example, and the alarms,
which are told in everyday words too, are near to many. So a regression over the sentence's vector learns alarms from
everything else: all examples, and what is said in talks after an answer (data/talks). It raises nothing;
:mod:`concierge.nlu.alarms` asks it where no phrase leaves no doubt.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from concierge import intents
from concierge.nlu import behind_topic, encoder, softmax
from concierge.nlu.behind_topic import read_remarks, read_talks
from concierge.nlu.classifier import features_of
from concierge.nlu.softmax import OfVectors, fit_vectors
from concierge.nlu.stored_arrays import ArraysComponent

BELIEF = "alarm_belief"  # the property with the share of belief in any alarm
_HOW = OfVectors(scale=4.0, strength=1.0, iterations=100)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class AlarmOpinion(ArraysComponent[dict[str, Any]], IntentClassifier):
    """Sets :data:`BELIEF` of every message that has a vector."""

    FILE = "alarms.npz"

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @classmethod
    def model_of(cls, arrays: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
        return arrays

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the examples, and from data/talks under the folder that training is started in."""
        messages = [each for each in training_data.intent_examples if each.get(TEXT) and each.get(INTENT)]
        if not messages:
            return self._resource
        told = _no_alarms(Path.cwd())
        rows = np.vstack([features_of(messages).dense, encoder.encode(told)])
        names = [each.get(INTENT) if each.get(INTENT) in intents.alarms() else "" for each in messages]
        known, labels = np.unique(np.array([*names, *("" for _ in told)]), return_inverse=True)
        weights, bias = fit_vectors(rows, labels, len(known), _HOW)
        self._keep({"known": known, "weights": weights, "bias": bias})
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._model is not None and message.get(TEXT) and message.features:
                shares = softmax.softmax(features_of([message]).dense[0] @ self._model["weights"] + self._model["bias"])
                message.set(BELIEF, float(shares[self._model["known"] != ""].sum()), add_to_output=True)
        return messages

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """As for the intent classifier, Rasa's cache looks at this class's source only."""
        modules = (behind_topic, encoder, softmax)
        return "".join(inspect.getsource(module) for module in modules) + json.dumps(_no_alarms(Path.cwd()))


def _no_alarms(root: Path) -> list[str]:
    """What is said in talks and calls for no alarm, each once."""
    said = [turn for talk in read_talks(root) for turn in talk["turns"]] + read_remarks(root)
    return sorted({turn["say"].lower() for turn in said if intents.alarms().keys().isdisjoint(turn["answers"])})
