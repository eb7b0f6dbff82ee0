"""The answer to the question that was asked: Rasa's response selection, for retrieval intents (``topic/facet``).

It writes what Rasa's ``ResponseSelector`` writes, so a rule's ``utter_topic`` says ``utter_topic/facet`` where that is
what was asked, and ``utter_topic``, the general answer, where nothing is. A message that may have no subject of its own
also gets the likeliest cells of all topics: the dialogue knows what it is about (``concierge.nlu.in_context``).
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from concierge.intents import QUESTIONS, facet_of, get, of_kind
from concierge.memory.hearing import says
from concierge.nlu import cell_model, english_encoder, softmax
from concierge.nlu.cell_model import GENERAL, CellModel
from concierge.nlu.classifier import english_vectors, features_of
from concierge.nlu.stored_arrays import ArraysComponent
from concierge.selection import ANSWERS, DEFAULT, FOLLOW_UP, SELECTOR, Answers, selection

_OF_ONE_CUSTOMER = "may_personalised"  # where a topic has it: a general answer would be wrong of such a piece


def _by_group(cells: Sequence[tuple[str, float]], number: int) -> list[tuple[str, float]]:
    """The best few of each group of topics."""
    kept, seen = [], Counter[str]()
    for cell, score in cells:
        group = get(cell.partition("/")[0]).group
        seen[group] += 1
        if seen[group] <= number:
            kept.append((cell, score))
    return kept


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CellSelector(ArraysComponent[CellModel], IntentClassifier):
    """Stands after whatever decides the intent."""

    FILE = "cells.npz"

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "confidence": 0.5,  # below this a topic's general answer is given
            "sure": 0.8,  # below this a second encoder is asked, where the text is English
            "own_subject": 0.8,  # below this a question may be one on from the last, see FOLLOW_UP
            "of_a_group": 3,  # cells that are kept of each group
        }

    @classmethod
    def model_of(cls, arrays: dict[str, Any], config: dict[str, Any]) -> CellModel:
        model = CellModel(arrays)
        model.arrays = {}  # 10 MB that only training keeps
        return model

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the examples of every intent that has a cell."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        with_cells = {message.get(INTENT) for message in examples if message.get(INTENT_RESPONSE_KEY)}
        rows = [message for message in examples if message.get(INTENT) in with_cells]
        if not rows:
            return self._resource
        self._model = CellModel.fit(
            features_of(rows),
            [message.get(INTENT_RESPONSE_KEY) or message.get(INTENT) for message in rows],
            [facet_of(message.get(INTENT_RESPONSE_KEY) or "") or GENERAL for message in rows],
            english_vectors(rows),
        )
        self._keep(self._model.arrays)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Chooses for every message that has text."""
        for message in messages:
            if message.get(TEXT) and message.features and self._model is not None:
                self._choose(message, self._model, message.get(INTENT) or {})
        return messages

    def _choose(self, message: Message, model: CellModel, intent: Mapping[str, Any]) -> None:
        topic, confidence = intent.get("name") or "", intent.get("confidence") or 0.0
        features = features_of([message])
        form = model.form(features)
        similar = partial(model.similar, features)
        within = self._within(message, model, similar, form, topic) if topic in model.topics else []
        of_one = f"{topic}/{_OF_ONE_CUSTOMER}"
        if of_one in dict(within) and says("made_for_one", message.get(TEXT)):
            within = [(of_one, 1.0)]
        chosen: dict[str, Any] = {
            "all_retrieval_intents": model.topics,
            DEFAULT: selection(topic, within, self._config["confidence"]),
        }
        may_lack_a_subject = confidence < self._config["own_subject"] or topic not in of_kind(*QUESTIONS)
        english = self._english(message) if may_lack_a_subject else None
        of_all = cache(lambda: similar(english))
        if may_lack_a_subject:
            near = _by_group(model.nearest(of_all(), form), self._config["of_a_group"])
            chosen[FOLLOW_UP] = selection(topic, near)
        if topic == FOLLOW_UP:  # a story may say what it means, with the general answer of any topic
            chosen |= {other: {"response": {"utter_action": f"utter_{other}"}} for other in model.topics}
        message.set(SELECTOR, chosen, add_to_output=True)
        likely = [str(each["name"]) for each in message.get(INTENT_RANKING_KEY) or ()]
        topics = [each for each in likely if each in model.topics]
        answers = Answers(topics, lambda each: dict(model.within(each, of_all(), form)))
        message.set(ANSWERS, answers, add_to_output=True)

    def _within(
        self, message: Message, model: CellModel, similar: Callable[..., np.ndarray], form: np.ndarray, topic: str
    ) -> list[tuple[str, float]]:
        ranking = model.within(topic, similar(), form)
        if ranking[0][1] >= self._config["sure"] or (english := self._english(message)) is None:
            return ranking
        return model.within(topic, similar(english), form)

    @staticmethod
    def _english(message: Message) -> np.ndarray | None:
        vector: np.ndarray = english_vectors([message])[0]
        return None if np.isnan(vector[0]) else vector

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """As for the intent classifier, Rasa's cache looks at this class's source only."""
        return "".join(inspect.getsource(module) for module in (cell_model, softmax)) + english_encoder.fingerprint()
